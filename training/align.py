"""Alignment: which token of one text is which token of another, in order.

Membership is not enough: "Home" in a menu is in the gold of many an article. Runs of
tokens that occur once in either text are the anchors; the heaviest chain of anchors
is kept, and a longest common subsequence fills what lies between two of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import LCSseq

if TYPE_CHECKING:
    from numpy.typing import NDArray

    IntArray = NDArray[np.int64]

UNMATCHED = -1
_ANCHORS = (8, 4, 2)  # lengths of anchors in tokens, tried one after the other
_MOVED = 8  # tokens: runs this long are the same text wherever they stand
_SMALL = 20_000  # cells: below, the common subsequence is sought without anchors
_LARGEST = 1_000_000_000  # cells of one bit each, thus 125 MB
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class _Gap:
    """A stretch of both texts: from *start* to *end*, and where it lies in the other.

    *leading* tells that nothing before it is matched.
    """

    start: int
    end: int
    other_start: int
    other_end: int
    leading: bool

    def cells(self) -> int:
        """Return how many pairs of tokens it holds."""
        return (self.end - self.start) * (self.other_end - self.other_start)


def align(one: IntArray, other: IntArray) -> IntArray:
    """Return for each token of *one* its place in *other*, or `UNMATCHED`.

    Places increase, apart from long runs that stand elsewhere in *other*.
    """
    pairs = np.full(len(one), UNMATCHED, np.int64)
    whole = _Gap(0, len(one), 0, len(other), leading=True)
    _align_gap(one, other, pairs, whole, _ANCHORS)
    _match_moved(one, other, pairs)
    return pairs


def _align_gap(
    one: IntArray,
    other: IntArray,
    pairs: IntArray,
    gap: _Gap,
    lengths: tuple[int, ...],
) -> None:
    if not gap.cells():
        return
    if not lengths or (len(lengths) < len(_ANCHORS) and gap.cells() < _SMALL):
        _match_common(one, other, pairs, gap)
        return
    here, there = one[gap.start : gap.end], other[gap.other_start : gap.other_end]
    chain = heaviest_chain(anchors(here, there, lengths[0]), lengths[0])
    at, other_at, leading = gap.start, gap.other_start, gap.leading
    for first, other_first, length in chain:
        start, other_start = gap.start + first, gap.other_start + other_first
        # An anchor grows to both sides as far as the texts are equal.
        back = _equal_head(one[at:start][::-1], other[other_at:other_start][::-1])
        between = _Gap(at, start - back, other_at, other_start - back, leading)
        _align_gap(one, other, pairs, between, lengths[1:])
        at, other_at, leading = start + length, other_start + length, False
        more = _equal_head(one[at : gap.end], other[other_at : gap.other_end])
        at, other_at = at + more, other_at + more
        pairs[start - back : at] = np.arange(other_start - back, other_at)
    rest = _Gap(at, gap.end, other_at, gap.other_end, leading)
    _align_gap(one, other, pairs, rest, lengths[1:])


def _equal_head(one: IntArray, other: IntArray) -> int:
    length = min(len(one), len(other))
    unequal = np.flatnonzero(one[:length] != other[:length])
    return int(unequal[0]) if len(unequal) else length


def _match_common(one: IntArray, other: IntArray, pairs: IntArray, gap: _Gap) -> None:
    if gap.cells() > _LARGEST:
        return
    # Where several subsequences are longest, the one nearest the text that is already
    # matched is meant: the last before the first anchor, the first after another.
    # rapidfuzz gives the first.
    step = -1 if gap.leading else 1
    here, there = one[gap.start : gap.end], other[gap.other_start : gap.other_end]
    for code in LCSseq.opcodes(here[::step].tolist(), there[::step].tolist()):
        if code.tag == "equal":
            mine = np.arange(code.src_start, code.src_end)
            its = np.arange(code.dest_start, code.dest_end)
            if step < 0:
                mine, its = len(here) - 1 - mine, len(there) - 1 - its
            pairs[gap.start + mine] = gap.other_start + its


def _grams(ids: IntArray, length: int) -> NDArray[np.uint64]:
    """Return a hash of each run of *length* tokens."""
    count = len(ids) - length + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    hashes = np.zeros(count, np.uint64)
    for shift in range(length):
        mixed = (ids[shift : shift + count].astype(np.uint64) + np.uint64(1)) * (
            _MULTIPLIER
        )
        hashes = (hashes ^ (mixed >> np.uint64(29)) ^ mixed) * _MULTIPLIER
    return hashes


def anchors(one: IntArray, other: IntArray, length: int) -> list[tuple[int, int, int]]:
    """Return (start, start in *other*, tokens) of runs that occur once in either.

    Runs of *length* that follow each other in both texts are joined.
    """
    once = [
        (values[counts == 1], places[counts == 1])
        for values, places, counts in (
            np.unique(_grams(ids, length), return_index=True, return_counts=True)
            for ids in (one, other)
        )
    ]
    _, at_one, at_other = np.intersect1d(
        once[0][0], once[1][0], assume_unique=True, return_indices=True
    )
    here, there = once[0][1][at_one], once[1][1][at_other]
    order = np.argsort(here)
    here, there = here[order], there[order]
    if not len(here):
        return []
    breaks = np.flatnonzero((np.diff(here) != 1) | (np.diff(there) != 1)) + 1
    starts = np.concatenate(([0], breaks))
    ends = np.concatenate((breaks, [len(here)]))
    return [
        (int(here[start]), int(there[start]), int(end - start) + length - 1)
        for start, end in zip(starts, ends, strict=True)
    ]


def heaviest_chain(
    runs: list[tuple[int, int, int]], length: int
) -> list[tuple[int, int, int]]:
    """Return the runs, increasing in both texts, that cover the most tokens.

    *runs* are as `anchors` gives them; where two neighbours overlap, the first of
    them is cut.
    """
    if not runs:
        return []
    there = np.array([run[1] for run in runs])
    weight = np.array([run[2] - length + 1 for run in runs], np.float64)
    best = weight.copy()
    before = np.full(len(runs), UNMATCHED, np.int64)
    for at in range(1, len(runs)):
        totals = np.where(there[:at] < there[at], best[:at], 0.0)
        top = int(totals.argmax())
        if totals[top] > 0:
            best[at] += totals[top]
            before[at] = top
    chain = []
    at = int(best.argmax())
    while at != UNMATCHED:
        chain.append(runs[at])
        at = int(before[at])
    chain.reverse()
    following = [*chain[1:], (1 << 60, 1 << 60, 0)]
    return [
        (start, other, min(size, after[0] - start, after[1] - other))
        for (start, other, size), after in zip(chain, following, strict=True)
    ]


def _match_moved(one: IntArray, other: IntArray, pairs: IntArray) -> None:
    taken = np.zeros(len(other), bool)
    taken[pairs[pairs != UNMATCHED]] = True
    # Matched tokens get numbers of their own, so that no run reaches across them.
    rest_one = np.where(pairs == UNMATCHED, one, -2 - np.arange(len(one)))
    rest_other = np.where(taken, -2 - len(one) - np.arange(len(other)), other)
    for start, other_start, length in anchors(rest_one, rest_other, _MOVED):
        ahead = np.arange(length)
        pairs[start + ahead] = other_start + ahead
