"""Posteriors and page cuts."""

from __future__ import annotations

import math
from itertools import pairwise, product
from math import prod

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dross.decode import (
    FINE_PARTS,
    PARTS,
    STATES,
    article_odds,
    label_scores,
    page_cuts,
    posteriors,
    share_cuts,
)
from dross.spans import ARTICLE, CHROME, SPAM

LABELS = range(3)
Floats = NDArray[np.float64]


def random_chain(seed: int, lengths: list[int]) -> tuple[Floats, Floats, list[int]]:
    """Give scores, transitions and pages; page numbers have gaps, as empty pages do."""
    rng = np.random.default_rng(seed)
    pages = [page * 2 for page, length in enumerate(lengths) for _ in range(length)]
    scores = np.exp(rng.uniform(-30, 0, (len(pages), len(LABELS))))
    return scores, np.exp(rng.normal(0, 2, (3, 3))), pages


def slow_posteriors(scores: Floats, transitions: Floats) -> list[list[float]]:
    """Give the posteriors of one page from every sequence of labels there is."""
    mass = np.zeros(scores.shape)
    for labels in product(LABELS, repeat=len(scores)):
        weight = prod(scores[i, label] for i, label in enumerate(labels)) * prod(
            transitions[pair] for pair in pairwise(labels)
        )
        mass[np.arange(len(labels)), labels] += weight
    result: list[list[float]] = (mass / mass.sum(1, keepdims=True)).tolist()
    return result


def slow_page_cut(chances: list[float], sizes: list[int]) -> float:
    """Give the cut of one page: each prefix of the sorted units is tried."""
    parts = [int(chance * PARTS) for chance in chances]
    order = sorted(range(len(parts)), key=lambda i: -parts[i])
    relevant = sum(p * s for p, s in zip(parts, sizes, strict=True))
    best, cut = -1.0, 1.0
    hits = taken = 0
    for i in order:
        hits += parts[i] * sizes[i]
        taken += sizes[i]
        gain = hits / (PARTS * taken + relevant + 1)
        if gain >= best:
            best, cut = gain, parts[i] / PARTS
    return cut


lengths = st.lists(st.integers(1, 5), max_size=4)
seeds = st.integers(0, 2**32 - 1)


@given(seeds, lengths)
def test_posteriors_are_those_of_all_label_sequences(
    seed: int, lengths: list[int]
) -> None:
    scores, transitions, pages = random_chain(seed, lengths)
    found = posteriors(scores, transitions, np.array(pages, np.int64))
    first = 0
    for length in lengths:
        page = slice(first, first + length)
        expected = slow_posteriors(scores[page], transitions)
        assert found[page] == pytest.approx(np.array(expected), rel=1e-9, abs=1e-12)
        first += length


def test_posteriors_of_a_long_page_are_those_of_the_plain_recursion() -> None:
    scores, transitions, pages = random_chain(7, [3000])
    forward, backward = np.empty_like(scores), np.ones_like(scores)
    forward[0] = scores[0]
    for i in range(1, len(scores)):
        forward[i] = forward[i - 1] @ transitions * scores[i]
        forward[i] /= forward[i].sum()
        after = transitions @ (scores[-i] * backward[-i])
        backward[-i - 1] = after / after.sum()
    expected = forward * backward
    expected /= expected.sum(1, keepdims=True)

    found = posteriors(scores, transitions, np.array(pages))

    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(seeds, st.lists(st.integers(1, 40), max_size=6))
def test_a_page_has_the_same_posteriors_alone_and_in_a_batch(
    seed: int, lengths: list[int]
) -> None:
    """Bit for bit: products are taken in an order that its own length sets."""
    scores, transitions, pages = random_chain(seed, lengths)
    numbers = np.array(pages, np.int64)
    found = posteriors(scores, transitions, numbers)

    assert found.sum(1) == pytest.approx(np.ones(len(pages)))
    for page in set(pages):
        rows = numbers == page
        alone = posteriors(scores[rows], transitions, numbers[rows])
        assert found[rows].tobytes() == alone.tobytes()


def test_equal_transitions_leave_each_unit_to_its_own_scores() -> None:
    scores, _, pages = random_chain(3, [9])
    found = posteriors(scores, np.ones((3, 3)), np.array(pages))

    assert found == pytest.approx(scores / scores.sum(1, keepdims=True), rel=1e-9)


def test_no_units_have_no_posteriors_and_no_cuts() -> None:
    none = np.zeros(0, np.int64)

    assert posteriors(np.zeros((0, 3)), np.ones((3, 3)), none).shape == (0, 3)
    assert page_cuts(np.zeros(0), none, none).shape == (0,)
    assert share_cuts(np.zeros(0), none, none, np.zeros(0)).shape == (0,)


units = st.tuples(
    st.integers(0, 8).map(lambda i: i / 8) | st.floats(0, 1), st.integers(1, 9)
)


@given(st.lists(st.lists(units, min_size=1, max_size=8), max_size=4))
@example([[(0.97, 1)]])  # rounded up, the cut excluded the one unit of the page
def test_page_cuts_are_those_of_the_best_prefix(
    pages: list[list[tuple[float, int]]],
) -> None:
    chances, sizes, numbers = [], [], []
    expected: list[float] = []
    for number, page in enumerate(pages):
        own, weights = [c for c, _ in page], [s for _, s in page]
        expected += [slow_page_cut(own, weights)] * len(page)
        chances += own
        sizes += weights
        numbers += [number] * len(page)

    found = page_cuts(
        np.array(chances, np.float64), np.array(sizes, int), np.array(numbers, int)
    )

    assert found.tolist() == expected


@given(st.lists(units, min_size=1, max_size=20))
def test_every_page_keeps_its_likeliest_unit(page: list[tuple[float, int]]) -> None:
    chances = np.array([chance for chance, _ in page])
    sizes = np.array([size for _, size in page])

    cuts = page_cuts(chances, sizes, np.zeros(len(page), np.int64))

    assert chances.max() >= cuts[0]


def test_the_cut_is_lower_where_much_is_doubtful() -> None:
    """One doubtful unit is left out beside sure ones, and kept among its like."""
    pages = np.array([0, 0, 0, 1, 1, 1])
    chances = np.array([0.99, 0.99, 0.3, 0.3, 0.3, 0.3])

    cuts = page_cuts(chances, np.ones(6, np.int64), pages)

    assert (chances >= cuts).tolist() == [True, True, False, True, True, True]


def test_a_cut_for_precision_is_higher_than_one_for_f1() -> None:
    pages = np.zeros(3, np.int64)
    chances = np.array([0.99, 0.6, 0.1])

    even = page_cuts(chances, np.ones(3, np.int64), pages)
    precise = page_cuts(chances, np.ones(3, np.int64), pages, 4)

    assert (chances >= even).tolist() == [True, True, False]
    assert (chances >= precise).tolist() == [True, False, False]


def slow_share_cut(chances: list[float], sizes: list[int], share: float) -> float:
    """Give the lowest chance that is kept, dropping the least likely one by one."""
    parts = [math.floor(chance * FINE_PARTS) for chance in chances]
    allowed = math.floor(share * sum(p * s for p, s in zip(parts, sizes, strict=True)))
    for part, size in sorted(zip(parts, sizes, strict=True)):
        if part * size > allowed:
            return part / FINE_PARTS
        allowed -= part * size
    return 2.0


shares = st.sampled_from([0.0, 1e-6, 0.25, 0.5, 1.0]) | st.floats(0, 1)


@given(st.lists(st.tuples(st.lists(units, min_size=1, max_size=8), shares), max_size=4))
def test_share_cuts_lose_no_more_than_each_pages_share(
    pages: list[tuple[list[tuple[float, int]], float]],
) -> None:
    chances, sizes, numbers, allowed = [], [], [], []
    expected: list[float] = []
    for number, (page, share) in enumerate(pages):
        own, weights = [c for c, _ in page], [s for _, s in page]
        # units that are as likely as the first one kept are kept with it
        expected += [slow_share_cut(own, weights, share)] * len(page)
        chances += own
        sizes += weights
        numbers += [number] * len(page)
        allowed += [share] * len(page)

    found = share_cuts(
        np.array(chances, np.float64),
        np.array(sizes, int),
        np.array(numbers, int),
        np.array(allowed, np.float64),
    )

    assert found.tolist() == expected


@given(st.lists(units, min_size=1, max_size=20))
def test_a_share_of_nothing_cuts_only_what_has_no_chance(
    page: list[tuple[float, int]],
) -> None:
    chances = np.array([chance for chance, _ in page])
    sizes = np.array([size for _, size in page])
    none = np.zeros(len(page))

    cuts = share_cuts(chances, sizes, np.zeros(len(page), np.int64), none)

    assert (chances >= cuts)[chances * FINE_PARTS >= 1].all()


def some_logits(seed: int, units: int) -> Floats:
    rng = np.random.default_rng(seed)
    return rng.normal(0, 20, (units, len(STATES)))


@given(st.integers(0, 2**32 - 1), st.integers(0, 40))
def test_chrome_is_as_likely_as_its_three_kinds_together(seed: int, units: int) -> None:
    logits = some_logits(seed, units) / 10
    chances = np.exp(logits)
    chrome = [n for n, name in enumerate(STATES) if name.startswith("chrome")]

    odds = np.exp(article_odds(logits))

    expected = chances[:, STATES.index("article")] / chances[:, chrome].sum(1)
    np.testing.assert_allclose(odds, expected)


@given(st.integers(0, 2**32 - 1), st.integers(0, 40))
def test_one_opinion_says_what_is_spam_and_the_other_what_is_article(
    seed: int, units: int
) -> None:
    logits = some_logits(seed, units)[:, :3] / 10
    odds = some_logits(seed + 1, units)[:, 0] / 10
    chances = np.exp(label_scores(logits, odds))
    chances /= chances.sum(1, keepdims=True)

    of_labels = np.exp(logits)
    of_labels /= of_labels.sum(1, keepdims=True)
    np.testing.assert_allclose(chances[:, SPAM], of_labels[:, SPAM])
    np.testing.assert_allclose(chances[:, ARTICLE] / chances[:, CHROME], np.exp(odds))
