"""Pages → units."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given

from dross.lines import CELL, COLUMNS, PAGE, split_pages
from tests.oracles import Unit, batches, odd_texts, pages, slow_units

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = Path(__file__).parent.parent / "examples"


def units_by_page(texts: Sequence[str]) -> list[list[Unit]]:
    """Give the units of each page, with offsets in the page."""
    lines = split_pages(texts)
    found: list[list[Unit]] = [[] for _ in texts]
    offsets = np.stack(
        [lines.starts[:-1], lines.contents, lines.content_ends, lines.starts[1:]],
        axis=1,
    )
    offsets -= lines.page_starts[lines.pages][:, None]
    for page, row, head in zip(
        lines.pages.tolist(), offsets.tolist(), lines.heads.tolist(), strict=True
    ):
        start, content, content_end, end = row
        found[page].append(Unit(start, content, content_end, end, head))
    return found


def parts(text: str) -> list[str]:
    return [text[unit.start : unit.end] for unit in units_by_page([text])[0]]


def test_a_line_long_in_code_points_but_not_in_width_stays_whole() -> None:
    assert parts("x" * 131 + "\nnext") == ["x" * 131 + "\n", "next"]


def test_the_example_page_is_split_into_its_lines() -> None:
    text = (EXAMPLES / "page.txt").read_text("utf-8")

    assert "".join(parts(text)) == text


@given(batches)
def test_units_are_those_of_the_plain_loop(texts: list[str]) -> None:
    assert units_by_page(texts) == [slow_units(text) for text in texts]


@pytest.mark.parametrize(
    "text", [text for _, text in odd_texts()], ids=[label for label, _ in odd_texts()]
)
def test_units_of_odd_texts_are_those_of_the_plain_loop(text: str) -> None:
    assert units_by_page([text]) == [slow_units(text)]


def test_odd_texts_are_split_alike_alone_and_together() -> None:
    texts = [text for _, text in odd_texts()]

    assert units_by_page(texts) == [units_by_page([text])[0] for text in texts]


@given(batches)
@example(["。", " " + "x" * 300])  # a sentence end looked into the next page
@example(["a", " " * 1000])  # a page of blanks was cut, but only if it came first
def test_a_page_is_split_alike_alone_and_in_a_batch(texts: list[str]) -> None:
    assert units_by_page(texts) == [units_by_page([text])[0] for text in texts]


@given(batches)
def test_units_tile_their_pages(texts: list[str]) -> None:
    lines = split_pages(texts)
    joined = "".join(texts)
    bounds = lines.starts.tolist()

    assert lines.page_starts.tolist() == np.cumsum([0, *map(len, texts)]).tolist()
    assert bounds[0] == 0 or not joined
    assert bounds[-1] == len(joined)
    assert (np.diff(lines.starts) > 0).all()
    assert {int(start) for start in lines.page_starts} <= set(bounds)


@given(batches)
def test_what_is_outside_of_contents_is_not_seen(texts: list[str]) -> None:
    for text, units in zip(texts, units_by_page(texts), strict=True):
        for unit in units:
            assert unit.start <= unit.content <= unit.content_end <= unit.end
            around = text[unit.start : unit.content] + text[unit.content_end : unit.end]
            assert not any(c.isalnum() and c != "\u3164" for c in around)


@given(pages)
def test_no_unit_is_wider_than_twice_the_columns(text: str) -> None:
    for unit in units_by_page([text])[0]:
        content = text[unit.content : unit.content_end]
        assert sum(c.isalnum() for c in content) <= 2 * COLUMNS


def test_no_pages_have_no_units() -> None:
    assert split_pages([]).starts.tolist() == [0]
    assert split_pages(["", ""]).page_starts.tolist() == [0, 0, 0]


def test_blank_lines_belong_to_the_line_before_them() -> None:
    assert parts("a\n\n \nb\n") == ["a\n\n \n", "b\n"]


def test_blank_lines_that_open_a_page_belong_to_its_first_line() -> None:
    assert parts("\n \na\nb") == ["\n \na\n", "b"]


def test_a_page_of_blanks_is_one_unit() -> None:
    assert parts(" \n\n" * 500) == [" \n\n" * 500]


def test_cr_lf_is_one_break() -> None:
    assert parts("a\r\nb\rc\n\rd") == ["a\r\n", "b\r", "c\n\r", "d"]


def test_a_long_line_is_cut_after_sentences() -> None:
    sentence = "The price rose to 3.5 euros in May. "
    found = parts(sentence * 20)

    assert len(found) > 3
    assert all(part.endswith(". ") for part in found)


def test_a_long_chinese_line_is_cut_after_what_closes_the_sentence() -> None:
    sentence = "「一夜之间河水上涨两米。」"  # "overnight the river rose by two metres"
    found = parts(sentence * 40)

    assert len(found) > 3
    assert all(part.endswith("。」") for part in found)


def test_a_long_line_without_sentences_is_cut_at_blanks() -> None:
    assert all(part.endswith(" ") for part in parts("word " * 200)[:-1])


def test_a_long_line_without_sentences_is_cut_before_capitals() -> None:
    titles = "River rises by two metres Villages leave their homes " * 6

    assert {part.split()[0] for part in parts(titles)} <= {"River", "Villages"}


def test_a_whole_page_on_a_line_is_cut_into_shorter_parts_than_a_paragraph() -> None:
    sentence = "The river rose at dawn. "
    paragraph, page = (
        sentence * (width // len(sentence)) for width in (PAGE, 2 * PAGE)
    )

    assert max(map(len, parts(paragraph))) > 2 * CELL - len(sentence)
    assert max(map(len, parts(page))) <= 2 * CELL


def test_a_long_line_of_chinese_is_cut_at_its_blanks() -> None:
    # home, news, a headline, the source, the text
    menu = "首页 新闻 河水一夜之间上涨两米 来源：江边日报 "
    body = "一夜之间河水上涨两米，岸边的三座村庄被迫撤离。" * 6

    assert parts(menu + body)[:4] == [piece + " " for piece in menu.split()]


def test_a_chinese_line_cut_into_words_is_not_cut_at_their_blanks() -> None:
    words = "一夜 之间 河水 上涨 两米 。 "  # overnight the river rose by two metres

    assert all(part.endswith("。 ") for part in parts(words * 20))


def test_text_with_a_blank_after_each_character_is_not_cut_at_these() -> None:
    spaced = " ".join("一夜之间河水上涨两米")  # overnight the river rose by two metres
    menu = "首页 新闻 河水一夜之间上涨两米 "  # home, news, a headline

    found = parts(menu + f"{spaced} 。 " * 12)

    assert found[:2] == ["首页 ", "新闻 "]
    assert all(len(part) > len(spaced) for part in found[3:])


def test_a_long_line_is_cut_at_tabs_and_double_blanks() -> None:
    menu = "News  Sport\tWeather and the river  "
    sentence = "The river rose by two metres.  Three villages left. "

    assert parts(menu + sentence * 6)[:3] == [
        "News  ",
        "Sport\t",
        "Weather and the river  ",
    ]


def test_a_long_line_without_blanks_is_cut_all_the_same() -> None:
    assert {len(part) for part in parts("x" * 1000)} <= set(range(2 * COLUMNS + 1))


def test_zero_width_characters_do_not_move_a_cut() -> None:
    text = "The river rose by two metres. " * 20
    disguised = text.replace("river", "ri\u200b\u2060ver")

    assert [part.replace("\u200b\u2060", "") for part in parts(disguised)] == parts(
        text
    )


def test_indentation_does_not_move_a_cut() -> None:
    text = "The river rose by two metres. " * 20

    assert "".join(parts(" " * 77 + text)[:1]).lstrip() == parts(text)[0]
    assert parts(" " * 77 + text)[1:] == parts(text)[1:]


def test_parts_of_a_line_know_that_they_do_not_start_it() -> None:
    heads = [unit.head for unit in units_by_page(["word " * 100 + "\nnext"])[0]]

    assert heads[0]
    assert heads[-1]
    assert not any(heads[1:-1])
