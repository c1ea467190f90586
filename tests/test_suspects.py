"""The likeliest stretches by one head's evidence, against all stretches."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.suspects import ROUNDS, all_stretches, best_stretches

if TYPE_CHECKING:
    from dross.spans import Stretches

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
