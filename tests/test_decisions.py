"""Thresholds: how low they may be for what they lose."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.decisions import PAGE_LOSS, capped, lowest_threshold

# score, size and page of a unit
units = st.lists(
    st.tuples(st.integers(0, 999), st.integers(0, 150), st.integers(0, 3)), max_size=20
)


@given(units)
def test_a_page_counts_for_no_more_than_its_cap(
    rows: list[tuple[int, int, int]],
) -> None:
    scores, sizes, pages = (np.array([row[k] for row in rows]) for k in range(3))
    left: defaultdict[int, int] = defaultdict(lambda: PAGE_LOSS)
    expected = [0] * len(rows)
    for row in sorted(range(len(rows)), key=lambda r: -scores[r]):
        expected[row] = min(int(sizes[row]), left[int(pages[row])])
        left[int(pages[row])] -= expected[row]

    counted = capped(scores.astype(float), sizes.astype(int), pages.astype(int))

    assert counted.tolist() == expected


@given(units, st.integers(0, 400))
def test_the_lowest_threshold_loses_no_more_than_is_allowed(
    rows: list[tuple[int, int, int]], allowed: int
) -> None:
    scores = np.array([row[0] for row in rows]) / 1000
    sizes = np.array([row[1] for row in rows], int)

    found = lowest_threshold(scores, sizes, allowed)

    assert sizes[scores >= found].sum() <= allowed
    lower = scores[(scores < found) & (scores >= 0.5)]
    if len(lower):
        assert sizes[scores >= lower.max()].sum() > allowed
