"""Spam inside units: runs of places, and what is known of them."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dross.features import HAN
from dross.phrases import NARROW, ChainRule, chain, stretches
from dross.places import View
from dross.spans import Stretches
from tests.oracles import batches, of_all

if TYPE_CHECKING:
    from dross.cleaner import Cleaner
    from dross.features import Features

RULE = ChainRule(0.8, -0.3, -1.2, 0.4)


def some_places(cleaner: Cleaner, texts: list[str], seed: int) -> View:
    """Give a part of the places of *texts*, with gaps between."""
    view = of_all(cleaner.read(texts).known)
    kept = np.random.default_rng(seed).random(len(view.at)) < 0.9
    return View(view.known, view.at[kept])


def width(features: Features, places: list[int]) -> int:
    return sum(2 if HAN[features.classes[place]] else 1 for place in places)


@given(st.lists(st.floats(-6, 6), min_size=1, max_size=7))
def test_a_chance_is_the_sum_over_all_label_sequences(odds: list[float]) -> None:
    total = np.zeros(len(odds))
    whole = 0.0
    for labels in product((0, 1), repeat=len(odds)):
        score = sum(
            label * (value * RULE.temperature + RULE.offset)
            for label, value in zip(labels, odds, strict=True)
        )
        score += RULE.change * int(np.abs(np.diff(labels)).sum())
        total += np.exp(score) * np.array(labels)
        whole += np.exp(score)

    found = chain(np.array(odds), np.zeros(len(odds), np.int64), RULE)

    assert np.allclose(found, total / whole, rtol=1e-9, atol=1e-12)


def test_the_chosen_stretches_are_taken() -> None:
    found = Stretches(np.array([0, 1]), np.array([3, 8]), np.array([5, 9]))

    taken = found.take(np.array([False, True]))

    assert (taken.units.tolist(), taken.starts.tolist()) == ([1], [8])


def test_stretches_are_joined_one_after_the_other() -> None:
    one = Stretches(np.array([0]), np.array([3]), np.array([5]))
    other = Stretches(np.array([1]), np.array([8]), np.array([9]))

    both = one.joined(other)

    assert (both.units.tolist(), both.ends.tolist()) == ([0, 1], [5, 9])


@settings(max_examples=50)
@given(texts=batches, seed=st.integers(0, 2**32 - 1))
def test_stretches_are_all_runs_of_likely_places_that_are_wide_enough(
    tiny_cleaner: Cleaner, texts: list[str], seed: int
) -> None:
    view = some_places(tiny_cleaner, texts, seed)
    known = view.known
    odds = np.random.default_rng(seed).normal(0, 4, len(view.at))

    found, means = stretches(view, odds, RULE)

    chances = chain(odds, view.runs, RULE)
    likely = set(view.at[chances >= RULE.least].tolist())
    of_place = dict(zip(view.at.tolist(), odds.tolist(), strict=True))
    inside: set[int] = set()
    spans = zip(found.units, found.starts, found.ends, means, strict=True)
    for unit, start, end, mean in spans:
        own = list(range(start, end))
        assert known.edges[0][unit] <= start < end <= known.edges[1][unit]
        assert start - 1 not in likely
        assert end not in likely
        assert mean == pytest.approx(np.mean([of_place[p] for p in own]), abs=1e-4)
        assert width(known.features, own) >= NARROW
        inside.update(own)
    for place in likely - inside:
        own = [place]
        while own[0] - 1 in likely:
            own.insert(0, own[0] - 1)
        while own[-1] + 1 in likely:
            own.append(own[-1] + 1)
        assert width(known.features, own) < NARROW


@settings(max_examples=50)
@given(texts=batches, seed=st.integers(0, 2**32 - 1))
def test_a_run_is_places_side_by_side_in_one_unit(
    tiny_cleaner: Cleaner, texts: list[str], seed: int
) -> None:
    view = some_places(tiny_cleaner, texts, seed)
    numbers = view.runs

    for at in range(1, len(numbers)):
        beside = view.at[at] == view.at[at - 1] + 1
        assert (numbers[at] == numbers[at - 1]) == beside
        if beside:
            assert view.known.unit[view.at[at]] == view.known.unit[view.at[at - 1]]
