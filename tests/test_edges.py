"""Edges of spam in Han text end up where words begin and end."""

from __future__ import annotations

import numpy as np
import pytest

from dross.edges import mend
from dross.features import extract
from dross.lines import split_pages
from dross.spans import Stretches

# The page's text in three parts (the middle one is spam), and how far off the edges
# were found to be.
CASES = [
    # "polyethylene", torn in two by "midnight cinema"
    ("这家工厂生产聚乙", "午夜影院", "烯薄膜已经十年", 1, 0),
    ("这家工厂生产聚乙", "午夜影院", "烯薄膜已经十年", 0, -1),
    # "the river rose on Sunday", with "lottery results" pushed in
    ("河水在星期日", "彩票开奖结果", "上涨了半米", -1, 1),
    ("河水在星期日", "彩票开奖结果", "上涨了半米", 0, 0),
    # traditional: "the museum opens on Tuesday", "loan company"
    ("博物館", "貸款公司", "星期二開放", 1, 0),
]


def mended(before: str, spam: str, after: str, start: int, end: int) -> str:
    """Give what is cut when the edges are found *start* and *end* too far right."""
    text = before + spam + after
    features = extract(split_pages([text]))
    low = int(features.places[len(before) + start])
    high = int(features.places[len(before) + len(spam) + end])
    one = Stretches(np.array([0]), np.array([low]), np.array([high]))
    found = mend(features, one)
    cut = slice(int(found.starts[0]) - 1, int(found.ends[0]) - 1)
    return text[cut]


@pytest.mark.parametrize(("before", "spam", "after", "start", "end"), CASES)
def test_an_edge_moves_to_where_words_begin_and_end(
    before: str, spam: str, after: str, start: int, end: int
) -> None:
    assert mended(before, spam, after, start, end) == spam


def test_edges_at_blanks_and_in_other_scripts_stay() -> None:
    assert mended("The river ", "cheap pills", " rose", 0, 0) == "cheap pills"
    assert mended("河水 ", "彩票开奖", "，上涨", 0, 0) == "彩票开奖"


def test_no_stretches_stay_no_stretches() -> None:
    none = np.zeros(0, np.int64)
    found = mend(extract(split_pages(["河水上涨"])), Stretches(none, none, none))

    assert len(found.units) == 0


def test_stretches_that_move_over_one_another_cover_what_they_did_together() -> None:
    # "overnight the river rose by two metres": two stretches that meet inside a word
    features = extract(split_pages(["24一夜之间河水上涨两米。"]))
    starts, ends = np.array([5, 3]), np.array([9, 5])
    both = mend(features, Stretches(np.zeros(2, np.int64), starts, ends))
    alone = [
        mend(features, Stretches(np.array([0]), starts[[i]], ends[[i]]))
        for i in range(2)
    ]

    assert (both.starts[1:] >= both.ends[:-1]).all()
    assert {place for one in alone for place in range(one.starts[0], one.ends[0])} == {
        place
        for start, end in zip(both.starts, both.ends, strict=True)
        for place in range(start, end)
    }
