"""Stretches inside units."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dross.chars import DIGIT, NEWLINE, SPACE
from dross.evidence import HEADS, pack, place_sums
from dross.features import ORDERS, TOP, extract
from dross.lines import split_pages
from dross.phrases import (
    NAMES,
    ROUNDS,
    Stretches,
    all_stretches,
    best_stretches,
    head_values,
    stretch_columns,
)
from dross.seams import gap_evidence
from tests.oracles import batches

BITS = 10
Ints = NDArray[np.int64]
TAKEN = -(1 << 20)  # what all_stretches writes where a stretch was found

units = st.lists(
    st.lists(st.integers(-9, 9) | st.integers(-1000, 900), min_size=1, max_size=12),
    max_size=5,
)


def flat(values: list[list[int]]) -> tuple[Ints, Ints]:
    bounds = np.cumsum([0, *map(len, values)])
    return np.array([v for unit in values for v in unit], np.int64), bounds


def triples(found: Stretches) -> list[tuple[int, int, int]]:
    return list(
        zip(
            found.units.tolist(),
            found.starts.tolist(),
            found.ends.tolist(),
            strict=True,
        )
    )


def slow_stretch(values: list[int]) -> tuple[int, int] | None:
    """Give the best of all stretches of one unit: of equals, what ends first."""
    every = [
        (-sum(values[start:end]), end, -start)
        for start in range(len(values))
        for end in range(start + 1, len(values) + 1)
    ]
    total, end, start = min(every)
    return (-start, end) if total < 0 else None


@given(units)
def test_the_best_stretch_is_the_best_of_all(values: list[list[int]]) -> None:
    numbers, bounds = flat(values)
    expected = []
    for unit, own in enumerate(values):
        if found := slow_stretch(own):
            start, end = found
            expected.append((unit, int(bounds[unit]) + start, int(bounds[unit]) + end))

    assert triples(best_stretches(numbers, bounds)) == expected


@given(units, st.integers(0, 2**32 - 1))
def test_the_best_stretch_counts_what_its_edges_are_worth(
    values: list[list[int]], seed: int
) -> None:
    numbers, bounds = flat(values)
    opening, closing = np.random.default_rng(seed).integers(
        -300, 300, (2, len(numbers))
    )
    expected = []
    for unit, (first, end_of) in enumerate(pairwise(bounds.tolist())):
        every = [
            (
                -int(numbers[start:end].sum() + opening[start] + closing[end - 1]),
                end,
                -start,
            )
            for start in range(first, end_of)
            for end in range(start + 1, end_of + 1)
        ]
        total, end, start = min(every)
        if total < 0:
            expected.append((unit, -start, end))

    assert triples(best_stretches(numbers, bounds, opening, closing)) == expected


@given(units)
def test_stretches_are_found_one_after_the_other(values: list[list[int]]) -> None:
    numbers, bounds = flat(values)
    expected = []
    for unit, own in enumerate(values):
        left = list(own)
        for number in range(ROUNDS):
            if not (found := slow_stretch(left)):
                break
            start, end = found
            left[start:end] = [TAKEN] * (end - start)
            first = int(bounds[unit])
            expected.append((number, unit, first + start, first + end))

    in_rounds = [(unit, start, end) for _, unit, start, end in sorted(expected)]

    assert triples(all_stretches(numbers, bounds)) == in_rounds


@given(units)
def test_stretches_of_a_unit_do_not_overlap(values: list[list[int]]) -> None:
    numbers, bounds = flat(values)
    taken = [
        (unit, place)
        for unit, start, end in triples(all_stretches(numbers, bounds))
        for place in range(start, end)
    ]

    assert len(taken) == len(set(taken))


@given(units)
def test_a_unit_has_the_same_stretches_alone_and_in_a_batch(
    values: list[list[int]],
) -> None:
    numbers, bounds = flat(values)
    alone = []
    for unit, own in enumerate(values):
        first = int(bounds[unit])
        found = all_stretches(*flat([own]))
        alone += [(unit, first + s, first + e) for _, s, e in triples(found)]

    assert sorted(triples(all_stretches(numbers, bounds))) == sorted(alone)


def test_no_units_have_no_stretches() -> None:
    none = np.zeros(0, np.int64)

    assert triples(best_stretches(none, np.array([0]))) == []
    assert triples(all_stretches(none, np.array([0]))) == []


def test_a_unit_without_evidence_has_no_stretch() -> None:
    numbers, bounds = flat([[-1, 0, 0, -5]])

    assert triples(all_stretches(numbers, bounds)) == []


def test_the_chosen_stretches_are_taken() -> None:
    found = Stretches(np.array([0, 1]), np.array([3, 8]), np.array([5, 9]))

    assert triples(found.take(np.array([False, True]))) == [(1, 8, 9)]


@settings(max_examples=50)
@given(batches, st.integers(0, 2**32 - 1))
def test_columns_say_what_the_plain_loop_says(texts: list[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = split_pages(texts)
    found = extract(lines)
    weights = rng.integers(-128, 128, (1 << BITS, len(HEADS)), np.int8)
    tables = pack(weights)
    packed = place_sums(found, BITS, tables)
    values = head_values(found, packed, "phrase") - 60
    values[found.starts[:-1]] = values[found.starts[1:] - 1] = -(1 << 20)  # marks
    stretches = all_stretches(values, found.starts)
    gaps = gap_evidence(found, tables)
    logits = rng.normal(0, 9, (len(found.sizes), 3))

    columns = stretch_columns(
        found, packed, tables, gaps, stretches, logits, lines.pages
    )

    assert columns.shape == (len(stretches.units), len(NAMES))
    odds = np.floor(8 * (logits[:, 2] - logits[:, :2].max(1))).clip(-TOP, TOP)
    for row, (unit, start, end) in zip(columns, triples(stretches), strict=True):
        named = dict(zip(NAMES, row.tolist(), strict=True))
        length = end - start
        for head in ("phrase", "spam", "article"):
            total = int(head_values(found, packed, head)[start:end].sum())
            expected = np.floor(total / np.sqrt(length * ORDERS) / 4)
            assert named[f"{head} evidence"] == np.clip(expected, -TOP, TOP)
        own = lines.pages == lines.pages[unit]
        assert named["part of the unit"] == TOP * length // (found.sizes[unit] - 2)
        assert named["spam odds"] == odds[unit]
        assert named["page's spam odds"] == odds[own].max()
        classes = found.classes[start:end]
        assert named["share of digits"] == TOP * (classes == DIGIT).sum() // length
        before, after = found.classes[start - 1], found.classes[end]
        assert named["before is mark"] == TOP * (before == NEWLINE)
        assert named["after is blank"] == TOP * (after == SPACE)
        page = {tuple(found.stream[s:e]) for _, s, e in triples(stretches)}
        assert (named["returns in the page"] == 0) or len(page) < len(stretches.units)
