"""Thresholds: how low they may be for what they lose."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.decisions import lowest_threshold

# score and size of a unit
units = st.lists(st.tuples(st.integers(0, 999), st.integers(0, 150)), max_size=20)


@given(units, st.integers(0, 400))
def test_the_lowest_threshold_loses_no_more_than_is_allowed(
    rows: list[tuple[int, int]], allowed: int
) -> None:
    scores = np.array([row[0] for row in rows]) / 1000
    sizes = np.array([row[1] for row in rows], int)

    found = lowest_threshold(scores, sizes, allowed)

    assert sizes[scores >= found].sum() <= allowed
    lower = scores[(scores < found) & (scores >= 0.5)]
    if len(lower):
        assert sizes[scores >= lower.max()].sum() > allowed
