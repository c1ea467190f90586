"""Seams: n-grams over places where text may have been joined."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dross import hashing
from dross.evidence import HEADS, pack
from dross.features import LETTERS, MARK, Features, extract
from dross.lines import split_pages
from dross.seams import (
    REACH,
    TERMS,
    gap_evidence,
    seam_buckets,
    seam_weights,
)
from tests.oracles import batches

BITS = 10
NONE = 1 << BITS


def bucket(points: list[int]) -> int:
    """Give the bucket of one n-gram."""
    stream = np.array(points, np.uint32)
    *_, grams = hashing.ngram_buckets(stream, len(points), BITS)
    return int(grams[-1])


def slow_seam(stream: list[int], left: int, right: int) -> list[int]:
    """Give the buckets of the character n-grams over one seam."""
    before, after = stream[max(left - REACH, 0) : left], stream[right : right + REACH]
    before = [MARK] * (REACH - len(before)) + before
    after += [MARK] * (REACH - len(after))
    joined = before + after
    found = []
    for order in range(2, REACH + 2):
        for end in range(REACH + 1, REACH + order):
            gram = joined[end - order : end]
            found.append(NONE if MARK in gram else bucket(gram))
    return found


def slow_pair(found: Features, left: int, right: int) -> int:
    """Give the bucket of the words on both sides of a seam."""

    def unit(place: int) -> int:
        return int(np.searchsorted(found.starts, place, "right")) - 1

    words = list(
        zip(
            found.word_starts.tolist(),
            found.word_ends.tolist(),
            found.word_units.tolist(),
            found.words.tolist(),
            strict=True,
        )
    )
    before = [word for word in words if word[1] <= left][-1:]
    after = [word for word in words if word[0] >= right][:1]
    if not before or not after:
        return NONE
    (_, end, one, first), (start, _, other, second) = before[0], after[0]
    near = left - end + start - right < REACH
    letters = [bool(LETTERS[found.classes[place]]) for place in (left - 1, right)]
    near = near and not all(letters)
    if not near or one != unit(left) or other != unit(right):
        return NONE
    return int((first * hashing.PAIR_FACTOR + second) % (1 << 32)) >> (32 - BITS)


@settings(max_examples=60)
@given(batches, st.integers(0, 2**32 - 1))
def test_seams_hold_the_n_grams_of_the_plain_loop(texts: list[str], seed: int) -> None:
    found = extract(split_pages(texts))
    places = np.flatnonzero(found.stream != MARK)
    rng = np.random.default_rng(seed)
    lefts, rights = (
        rng.choice(places, min(len(places), 12), replace=False) for _ in range(2)
    )

    buckets = seam_buckets(found, lefts, rights, BITS)

    assert buckets.shape == (len(lefts), TERMS)
    stream = found.stream.tolist()
    for row, left, right in zip(
        buckets.tolist(), lefts.tolist(), rights.tolist(), strict=True
    ):
        assert row[:-1] == slow_seam(stream, left, right)
        assert row[-1] == slow_pair(found, left, right)


@settings(max_examples=60)
@given(batches, st.integers(0, 2**32 - 1))
def test_the_evidence_of_all_gaps_is_that_of_each(texts: list[str], seed: int) -> None:
    found = extract(split_pages(texts))
    weights = np.random.default_rng(seed).integers(
        -127, 128, (NONE, len(HEADS)), np.int8
    )
    mark = found.stream == MARK
    gaps = np.flatnonzero(~mark[1:] & ~mark[:-1]) + 1

    everywhere = gap_evidence(found, seam_weights(pack(weights)))

    own = np.r_[weights[:, HEADS.index("seam")], 0].astype(int)
    one_by_one = own[seam_buckets(found, gaps, gaps, BITS)].sum(1)
    assert everywhere[gaps].tolist() == one_by_one.tolist()
    assert not np.delete(everywhere, gaps).any()


def test_a_seam_is_the_same_alone_and_in_a_batch() -> None:
    page = "河水上涨两米，三座村庄被迫撤离。"  # the river rose, villages left
    results = []
    for texts in ([page], ["Oslo\n", page, "мир"]):
        lines = split_pages(texts)
        found = extract(lines)
        place = [
            int(found.starts[row]) + 4
            for row, (start, end) in enumerate(pairwise(lines.starts.tolist()))
            if "".join(texts)[start:end] == page
        ]
        at = np.array(place)
        results.append(seam_buckets(found, at, at + 3, BITS).tolist())

    assert results[0] == results[1]
