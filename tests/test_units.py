"""Labelled texts as units: what a gold leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dross.decode import STATES
from dross.spans import ARTICLE, CHROME, SPAM
from training.labelled import LabelledText, Mark, Tag
from training.stages import UnitRows, joined
from training.units import (
    STATELESS,
    UNGRADED,
    each_batch,
    headline,
    label_units,
    states,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

LEFT = ("headline", "left")
BODY = "The river rose by two metres overnight, and three villages were left.\n"


def page(*lines: tuple[str, str]) -> LabelledText:
    """Make a page of lines, each with its mark: a label, or ? for a headline."""
    marks, tags = [], []
    start = 0
    for text, label in lines:
        end = start + len(text)
        if label.startswith("?"):
            tags.append(Tag(start, end, ("headline", label[1:] or "left")))
        else:
            marks.append(Mark(start, end, label))
        start = end
    whole = "".join(text for text, _ in lines)
    return LabelledText("1", whole, tuple(marks), tags=tuple(tags), site="s", page="1")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("River rises\n", "?"), (BODY, "article")], ["River rises\n"]),
        (
            [("River rises\n", "?"), ("Home\n", "chrome"), ("River rises\n", "?"),
             (BODY, "article")],
            ["River rises\n"],
        ),
        # two elements, one headline
        ([("River\nrises\n", "?"), (BODY, "article")], ["River\n", "rises\n"]),
        # the same twice without anything between
        ([("River\nRiver\n", "?"), (BODY, "article")], ["River\n"]),
        ([("River\n", "?kept"), ("River\n", "?"), (BODY, "article")], []),
        ([(BODY, "article"), ("River rises\n", "?")], ["River rises\n"]),
        ([(BODY, "article")], []),
    ],
    ids=["one", "breadcrumbs", "two lines", "twice", "kept", "below", "none"],
)  # fmt: skip
def test_the_headline_is_the_copy_right_above_the_body(
    lines: list[tuple[str, str]], expected: list[str]
) -> None:
    text = page(*lines)

    assert [text.text[start:end] for start, end in headline(text)] == expected


def test_a_headline_is_article_and_its_copy_is_chrome() -> None:
    text = page(
        ("River rises\n", "?"),
        ("Home\n", "chrome"),
        ("River rises\n", "?"),
        (BODY, "article"),
    )

    labels = label_units([text]).labels.tolist()

    assert labels == [CHROME, CHROME, ARTICLE, ARTICLE]
    assert UNGRADED not in labels


def lengths(texts: Sequence[LabelledText]) -> list[int]:
    return [len(text.text) for text in texts]


@pytest.mark.parametrize("jobs", [1, 2])
def test_batches_come_back_in_their_order_from_any_number_of_jobs(jobs: int) -> None:
    texts = [page((BODY * size, "article")) for size in (1, 4000, 2, 3, 5000, 1, 4)]

    found = each_batch(lengths, texts, jobs)

    assert len(found) > 2
    assert [length for part in found for length in part] == lengths(texts)


def test_rows_put_together_keep_their_pages_apart() -> None:
    part = UnitRows(
        np.zeros((4, 2), np.int8),
        np.zeros(4, np.int8),
        np.zeros(4, np.int8),
        np.ones(4, np.float32),
        np.array([0, 0, 2, 2]),
    )

    rows = joined([part, part])

    assert rows.pages.tolist() == [0, 0, 2, 2, 3, 3, 5, 5]
    assert rows.columns.shape == (8, 2)


def slow_states(labels: list[int]) -> list[int]:
    """Give the states of one page's units, one after the other."""
    found = []
    for place, label in enumerate(labels):
        if label == CHROME:
            above = ARTICLE in labels[:place]
            below = ARTICLE in labels[place:]
            where = "inside" if above and below else "after" if above else "before"
            found.append(STATES.index(f"chrome {where}"))
        elif label == UNGRADED:
            found.append(STATELESS)
        else:
            found.append(STATES.index("article" if label == ARTICLE else "spam"))
    return found


@given(
    st.lists(
        st.lists(st.sampled_from([ARTICLE, CHROME, SPAM, UNGRADED]), min_size=1),
        max_size=5,
    )
)
def test_chrome_is_told_by_where_it_stands_to_the_article(
    pages: list[list[int]],
) -> None:
    labels = np.array([label for page in pages for label in page], np.int8)
    owner = np.repeat(np.arange(len(pages)), [len(page) for page in pages])

    found = states(labels, owner).tolist()

    assert found == [state for page in pages for state in slow_states(page)]
