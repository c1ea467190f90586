"""Scores: counts over spans agree with plain loops over characters and lines."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dross.gold import GoldSpan
from dross.scores import Counts, confusion, count_page, label_scores
from dross.spans import LABELS, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dross.scores import Labelled

# A keyword title above a sentence that has a word of spam inside.
TEXT = "Buy now\nIt rained pills all day.\n"
TITLE = GoldSpan(0, 8, "spam", (("form", "title"),))
BEFORE = GoldSpan(8, 18, "article")
PHRASE = GoldSpan(18, 24, "spam", (("form", "phrase"), ("family", "pharma")))
AFTER = GoldSpan(24, 33, "article")
GOLD = (TITLE, BEFORE, PHRASE, AFTER)


def found(*ends: tuple[int, str]) -> list[Span]:
    """Spans that tile, from where each ends and its label."""
    starts = [0, *(end for end, _ in ends)]
    return [
        Span(start, end, label, 1.0)
        for start, (end, label) in zip(starts, ends, strict=False)
    ]


@st.composite
def pages(draw: st.DrawFn) -> tuple[str, list[GoldSpan], list[GoldSpan]]:
    text = draw(st.text(st.sampled_from("ab \n\u3000\u200b無\r"), max_size=40))
    sides = []
    for _ in range(2):
        places = st.lists(st.integers(0, len(text)), unique=True, max_size=8)
        cuts = sorted(draw(places))
        # every second stretch, so that some of the text is in none
        step = draw(st.sampled_from([1, 2]))
        bounds = list(pairwise(cuts))[::step]
        sides.append([GoldSpan(s, e, draw(st.sampled_from(LABELS))) for s, e in bounds])
    return text, sides[0], sides[1]


def label_at(spans: Sequence[Labelled], at: int, ground: int) -> int:
    for span in spans:
        if span.start <= at < span.end:
            return LABELS.index(span.label)
    return ground


def characters_by_hand(
    text: str, gold: Sequence[Labelled], given_: Sequence[Labelled]
) -> list[list[int]]:
    table = [[0] * 3 for _ in range(4)]
    for at, letter in enumerate(text):
        if not letter.isspace():
            table[label_at(gold, at, 3)][label_at(given_, at, 0)] += 1
    return table


def line_label(labels: Sequence[int]) -> int:
    for label in range(3):
        if labels.count(label) >= 0.75 * len(labels):
            return label
    return 3


def lines_by_hand(
    text: str, gold: Sequence[Labelled], given_: Sequence[Labelled]
) -> list[list[int]]:
    table = [[0] * 4 for _ in range(4)]
    lines: dict[int, list[tuple[int, int]]] = {}
    number = 0
    for at, letter in enumerate(text):
        number += letter in "\r\n"
        truth = label_at(gold, at, 3)
        if not letter.isspace() and truth < 3:
            pair = truth, label_at(given_, at, 0)
            lines.setdefault(number, []).append(pair)
    for pairs in lines.values():
        truths, givens = zip(*pairs, strict=True)
        table[line_label(truths)][line_label(givens)] += 1
    return table


def edges_by_hand(
    text: str, gold: Sequence[Labelled], given_: Sequence[Labelled]
) -> tuple[list[int], int]:
    pairs = [
        (label_at(gold, at, 3), label_at(given_, at, 0))
        for at, letter in enumerate(text)
        if not letter.isspace() and label_at(gold, at, 3) < 3
    ]

    def runs(side: int) -> list[set[int]]:
        groups: list[set[int]] = []
        for at, pair in enumerate(pairs):
            if pair[side] == 2:
                if not groups or at - 1 not in groups[-1]:
                    groups.append(set())
                groups[-1].add(at)
        return groups

    errors, missed = [], 0
    for run in runs(0):
        best = max(runs(1), key=lambda other: len(run & other), default=set())
        if run & best:
            errors.append(abs(min(run) - min(best)) + abs(max(run) - max(best)))
        else:
            missed += 1
    return errors, missed


@given(pages())
def test_counts_are_those_of_plain_loops(
    page: tuple[str, list[GoldSpan], list[GoldSpan]],
) -> None:
    whole, traits = count_page(*page)

    assert whole.characters.tolist() == characters_by_hand(*page)
    assert whole.lines.tolist() == lines_by_hand(*page)
    assert (whole.edges, whole.missed) == edges_by_hand(*page)
    assert confusion(*page).tolist() == whole.characters.tolist()
    assert not traits


def test_spans_that_are_found_whole_have_perfect_scores_and_edges() -> None:
    whole, _ = count_page(TEXT, GOLD, GOLD)

    assert whole.removed == 0
    assert (whole.edges, whole.missed) == ([0, 0], 0)
    assert [s.f1 for s in label_scores(whole.characters[:-1])][::2] == [1, 1]


def test_the_edge_error_adds_up_what_both_edges_are_off() -> None:
    given_ = found((8, "spam"), (16, "article"), (26, "spam"), (33, "article"))

    whole, traits = count_page(TEXT, GOLD, given_)

    # "d" before the phrase and "al" after it were cut as well; blanks do not count
    assert whole.edges == [0, 3]
    assert traits["form", "phrase"].edges == [3]
    assert whole.removed == 3 / 15


def test_blanks_and_line_ends_around_spam_are_no_edge_error() -> None:
    given_ = found((7, "spam"), (17, "article"), (23, "spam"), (33, "article"))

    assert count_page(TEXT, GOLD, given_)[0].edges == [0, 0]


def test_spam_that_was_not_found_is_missed_and_has_no_edge_error() -> None:
    whole, traits = count_page(TEXT, GOLD, found((8, "spam"), (33, "article")))

    assert (whole.edges, whole.missed) == ([0], 1)
    assert traits["family", "pharma"].missed == 1
    assert math.isnan(traits["family", "pharma"].edge_error(50))


def test_a_trait_counts_its_own_spans_alone() -> None:
    _, traits = count_page(TEXT, GOLD, found((8, "chrome"), (33, "spam")))

    assert traits["form", "title"].characters.tolist()[2] == [0, 6, 0]
    assert traits["form", "phrase"].characters.tolist()[2] == [0, 0, 5]
    assert traits["form", "phrase"].characters.sum() == 5


def test_touching_spans_are_one_run_and_count_for_the_longer_ones_trait() -> None:
    gold = [
        GoldSpan(0, 3, "spam", (("form", "title"),)),
        GoldSpan(4, 7, "spam", (("form", "title"),)),
        GoldSpan(8, 12, "spam", (("form", "footer"),)),
        GoldSpan(12, 33, "article"),
    ]

    whole, traits = count_page(TEXT, gold, found((12, "spam"), (33, "article")))

    assert whole.edges == traits["form", "title"].edges == [0]
    assert not traits["form", "footer"].edges


@pytest.mark.parametrize(("cut", "label"), [(6, 2), (5, 3)])
def test_a_line_needs_three_quarters_of_its_characters_for_a_label(
    cut: int, label: int
) -> None:
    gold = [GoldSpan(0, cut, "spam"), GoldSpan(cut, 8, "article")]

    whole, _ = count_page("abcdefgh", gold, ())

    assert whole.lines[label].tolist() == [1, 0, 0, 0]


def test_what_is_in_no_gold_span_is_not_graded() -> None:
    whole, _ = count_page(TEXT, [BEFORE], found((33, "spam")))

    assert whole.characters[3].tolist() == [0, 0, 6 + 5 + 7]
    assert whole.lines.sum() == 1
    assert whole.removed == 1


def test_counts_of_pages_add_up() -> None:
    one, _ = count_page(TEXT, GOLD, ())
    total = Counts()
    total.add(one)
    total.add(one)

    assert (total.pages, total.missed) == (2, 4)
    assert np.array_equal(total.characters, 2 * one.characters)
    assert np.array_equal(total.lines, 2 * one.lines)


def test_a_label_that_is_neither_there_nor_found_has_no_score() -> None:
    article, chrome, _ = label_scores(count_page(TEXT, GOLD, GOLD)[0].lines)

    assert article.f1 == 1
    assert math.isnan(chrome.precision)
    assert math.isnan(chrome.f1)
