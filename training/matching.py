"""Matching: which tokens of a page are those of its gold.

The alignment finds more than is meant: in a menu some words stand in the order of the
gold by accident. And it finds less: a page may hold its article twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.align import UNMATCHED, align

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.tokens import Tokens

_STRONG = 4.0  # words in a run that stands on its own
_NEAR_IN_GOLD = 6  # tokens between a weak run and the run that supports it
_NEAR_IN_PAGE = 12
_COPIES = 2  # more than the first
_COPY = 0.5  # share of the gold's words that a copy of the article holds
_SHORTEST_COPY = 60.0  # words; less than that may well be a teaser


def matched(tokens: Tokens, gold: Tokens) -> tuple[NDArray[np.bool_], float]:
    """Return which tokens the gold holds, and the share of the gold's words found."""
    pairs = supported(align(tokens.ids, gold.ids), tokens.weights)
    kept = pairs != UNMATCHED
    coverage = _coverage(pairs, gold)
    # Some pages hold the article twice, once for readers without scripts; a renderer
    # may show either copy.
    for _ in range(_COPIES if gold.weights.sum() >= _SHORTEST_COPY else 0):
        rest = np.where(kept, -2 - np.arange(len(tokens)), tokens.ids)
        if not _may_hold(rest, gold.ids):
            break
        pairs = supported(align(rest, gold.ids), tokens.weights)
        if _coverage(pairs, gold) < _COPY:
            break
        kept |= pairs != UNMATCHED
    return kept, coverage


def _coverage(pairs: NDArray[np.int64], gold: Tokens) -> float:
    found = np.zeros(len(gold), bool)
    found[pairs[pairs != UNMATCHED]] = True
    total = float(gold.weights.sum())
    return float(gold.weights[found].sum()) / total if total else 0.0


def _may_hold(ids: NDArray[np.int64], gold: NDArray[np.int64]) -> bool:
    """Tell whether *ids* hold enough of the gold's tokens, in any order, for a copy."""
    size = int(max(ids.max(initial=0), gold.max(initial=0))) + 1
    here = np.bincount(ids[ids >= 0], minlength=size)
    there = np.bincount(gold, minlength=size)
    return bool(np.minimum(here, there).sum() >= _COPY * len(gold))


def supported(
    pairs: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return *pairs* without the short runs that match by accident.

    A short run stays only if a run near it, in the page and in the gold, stays.
    """
    matched = np.flatnonzero(pairs != UNMATCHED)
    if not len(matched):
        return pairs
    breaks = (np.diff(matched) != 1) | (np.diff(pairs[matched]) != 1)
    first = np.concatenate(([0], np.flatnonzero(breaks) + 1))
    last = np.concatenate((first[1:], [len(matched)])) - 1
    starts, ends = matched[first], matched[last]
    there, there_end = pairs[starts], pairs[ends]
    total = np.concatenate(([0.0], np.cumsum(weights)))
    keep = (total[ends + 1] - total[starts]) >= _STRONG
    for run in [*range(1, len(starts)), *range(len(starts) - 1, 0, -1)]:
        # Each run with the one before it, forwards and then backwards.
        if keep[run] != keep[run - 1]:
            page_gap = starts[run] - ends[run - 1] - 1
            gold_gap = there[run] - there_end[run - 1] - 1
            if page_gap <= _NEAR_IN_PAGE and 0 <= gold_gap <= _NEAR_IN_GOLD:
                keep[run] = keep[run - 1] = True
    cleaned = pairs.copy()
    for start, end in zip(starts[~keep], ends[~keep], strict=True):
        cleaned[start : end + 1] = UNMATCHED
    return cleaned
