"""The net over a page's units, as it is fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from dross import sequence
from dross.decode import STATES
from training.fit import INSIDE_WEIGHT, SPAM_WEIGHT, fit_over_units
from training.network import INPUT_SCALE
from training.sequence import (
    Adam,
    Weights,
    backward,
    f1_slope,
    fit_sequence,
    forward,
    fresh,
    whole_sequence,
)
from training.stages import UnitRows
from training.units import STATELESS

if TYPE_CHECKING:
    from pathlib import Path

INPUTS = 6
ARTICLE, AFTER = STATES.index("article"), STATES.index("chrome after")


def a_net() -> Weights:
    """Give a net in double precision, or a difference of two sums says nothing."""
    net = fresh(INPUTS, np.random.default_rng(1))
    parts = [
        [part.astype(np.float64) for part in own] for own in (net.weights, net.biases)
    ]
    return Weights(*parts)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", range(sequence.LAYERS))
def test_slopes_are_those_of_small_differences(number: int) -> None:
    net, rng = a_net(), np.random.default_rng(number)
    values = rng.normal(0, 1, (90, INPUTS))
    pages = np.repeat([0, 1, 2], [50, 1, 39])
    weigh = rng.normal(0, 1, (90, len(STATES)))

    def total() -> float:
        return float((forward(net, values, pages)[0] * weigh).sum())  # type: ignore[arg-type]

    trace = forward(net, values, pages)[1]  # type: ignore[arg-type]
    slopes = backward(net, trace, weigh)  # type: ignore[arg-type]
    for parts, found in zip((net.weights, net.biases), slopes, strict=True):
        part, slope = parts[number], found[number]
        steepest = np.unravel_index(np.abs(slope).argmax(), slope.shape)
        size = 1e-5
        part[steepest] += size
        above = total()
        part[steepest] -= 2 * size
        below = total()
        part[steepest] += size
        assert (above - below) / (2 * size) == pytest.approx(slope[steepest], rel=1e-4)


def soft_f1(
    logits: np.ndarray, article: np.ndarray, sizes: np.ndarray, pages: np.ndarray
) -> list[float]:
    """Give the F1 of each page, by the plain loop."""
    found = []
    for page in range(pages.max() + 1):
        hits = kept = there = 0.0
        for unit in np.flatnonzero(pages == page):
            odds = np.exp(logits[unit])
            chance = odds[ARTICLE] / odds.sum()
            hits += sizes[unit] * chance * article[unit]
            kept += sizes[unit] * chance
            there += sizes[unit] * article[unit]
        found.append(2 * hits / (kept + there))
    return found


def test_the_slope_of_f1_is_that_of_small_differences() -> None:
    rng = np.random.default_rng(0)
    pages = np.repeat([0, 1, 2], [20, 1, 9])
    logits = rng.normal(0, 2, (30, len(STATES)))
    article = rng.random(30) < 0.4
    sizes = rng.integers(1, 90, 30) * (rng.random(30) < 0.9)  # some are not graded
    sizes[20] = 7

    def total() -> float:
        return -sum(soft_f1(logits, article, sizes, pages))

    chances = np.exp(logits)
    chances /= chances.sum(1, keepdims=True)
    slope = f1_slope(chances, article, sizes, pages)  # type: ignore[arg-type]

    step = 1e-5
    for place in np.ndindex(logits.shape):
        logits[place] += step
        above = total()
        logits[place] -= 2 * step
        below = total()
        logits[place] += step
        difference = (above - below) / (2 * step)
        assert difference == pytest.approx(slope[place], rel=1e-3, abs=1e-8)


def test_a_page_without_article_or_without_anything_graded_has_no_slope() -> None:
    chances = np.full((4, len(STATES)), 1 / len(STATES), np.float32)
    pages = np.array([0, 0, 1, 1])
    article = np.array([False, False, True, True])
    sizes = np.array([3, 5, 0, 0], np.float32)

    slope = f1_slope(chances, article, sizes, pages)

    assert not slope.any()


def test_a_short_articles_page_counts_as_much_as_a_long_ones() -> None:
    chances = np.full((4, len(STATES)), 1 / len(STATES), np.float32)
    pages = np.array([0, 0, 1, 1])
    article = np.array([True, False, True, False])
    sizes = np.array([1, 2, 100, 200], np.float32)

    slope = f1_slope(chances, article, sizes, pages)

    assert slope[:2] == pytest.approx(slope[2:])
    assert slope[0, ARTICLE] < 0 < slope[1, ARTICLE]


def test_a_net_learns_what_only_units_around_tell() -> None:
    """The article ends at a mark, wherever that is; below it all units look alike."""
    rng = np.random.default_rng(0)
    number, size = 400, 30
    ends = rng.integers(3, size - 3, number)
    columns = rng.integers(-9, 10, (number, size, INPUTS)).astype(np.int8)
    columns[np.arange(number), ends, 0] = 127
    place = np.arange(size)
    states = np.where(place >= ends[:, None], AFTER, ARTICLE).astype(np.int8)
    states[:, 0] = STATELESS
    pages = np.repeat(np.arange(number), size)
    rows = columns.reshape(-1, INPUTS)
    weights = np.ones(len(rows), np.float32)

    net = fit_sequence(rows, states.ravel(), weights, weights, pages, rng, 1.0)

    whole = whole_sequence(net, rows, pages)
    found = sequence.run(whole, rows, pages).argmax(1).reshape(number, size)
    right = (found == states)[:, 1:]
    assert right.mean() > 0.95
    floats = forward(net, rows.astype(np.float32) * np.float32(INPUT_SCALE), pages)[0]
    assert (floats.argmax(1) == found.ravel()).mean() > 0.99


def test_the_same_chance_gives_the_same_net(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.sequence.LEAST_TURNS", 10)
    rng = np.random.default_rng(0)
    rows = rng.integers(-127, 128, (900, INPUTS)).astype(np.int8)
    states = rng.integers(0, STATELESS + 1, 900).astype(np.int8)
    pages = np.repeat(np.arange(30), 30)
    weights = np.ones(900, np.float32)

    one, other = (
        fit_sequence(rows, states, weights, weights, pages, np.random.default_rng(3))
        for _ in range(2)
    )

    for first, second in zip(one.weights, other.weights, strict=True):
        assert first.tobytes() == second.tobytes()


def test_spam_and_chrome_inside_the_article_count_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    states = np.arange(len(STATES), dtype=np.int8)
    labels = np.array([0, 2, 1, 1, 1], np.int8)
    table = UnitRows(
        np.zeros((5, INPUTS), np.int8),
        labels,
        states,
        np.full(5, 0.5, np.float32),
        np.zeros(5, np.int64),
    )
    given: dict[str, float] = {}

    def remember(*parts: object) -> list[Weights]:
        weights = parts[2]
        assert isinstance(weights, np.ndarray)
        given.update(zip(STATES, weights.tolist(), strict=True))
        return []

    monkeypatch.setattr("training.fit.fit_sequences", remember)
    fit_over_units(tmp_path / "nets.joblib", lambda: table, seed=0, jobs=1)

    assert given == {
        "article": 0.5,
        "spam": 0.5 * SPAM_WEIGHT,
        "chrome before": 0.5,
        "chrome inside": 0.5 * INSIDE_WEIGHT,
        "chrome after": 0.5,
    }


def test_adams_first_step_is_as_long_whatever_the_slope() -> None:
    part = np.zeros(3, np.float32)

    Adam([part]).descend([np.array([1e-3, -5, 100], np.float32)], 0.5)

    np.testing.assert_allclose(part, [-0.5, 0.5, -0.5], rtol=1e-4)
