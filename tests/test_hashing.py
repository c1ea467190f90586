"""n-grams → buckets, words → hashes."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dross.hashing import (
    MULTIPLIERS,
    PAIR_FACTOR,
    WORD_BASE,
    WORD_FACTOR,
    ngram_buckets,
    pair_hashes,
    word_hashes,
)

MODULUS = 1 << 32
TRAINED_FOR = [
    "0xf5c0e719",
    "0x85a51aa3",
    "0xc8c31801",
    "0x9e4d3425",
    "0xf1e46e23",
    "0x886f735d",
    "0xc2bbf8b1",
    "0xb76979d3",
]
points = st.integers(0, 0x10FFFF)
streams = st.lists(points, max_size=40)


def slow_bucket(gram: list[int], bits: int) -> int:
    total = sum(c * a for c, a in zip(reversed(gram), MULTIPLIERS, strict=False))
    return total % MODULUS >> (32 - bits)


def slow_word(word: list[int]) -> int:
    value = sum(c * pow(WORD_BASE, i, MODULUS) for i, c in enumerate(word)) % MODULUS
    return (value ^ value >> 15) * WORD_FACTOR % MODULUS


def hashes_of(stream: list[int], words: list[tuple[int, int]]) -> list[int]:
    starts, ends = np.array(words, np.int64).reshape(-1, 2).T
    found: list[int] = word_hashes(np.array(stream, np.uint32), starts, ends).tolist()
    return found


@given(streams, st.integers(1, len(MULTIPLIERS)), st.integers(1, 31))
def test_buckets_are_those_of_the_plain_loop(
    stream: list[int], orders: int, bits: int
) -> None:
    found = [
        b.tolist() for b in ngram_buckets(np.array(stream, np.uint32), orders, bits)
    ]

    assert found == [
        [
            slow_bucket(stream[max(0, end - order) : end], bits)
            for end in range(1, len(stream) + 1)
        ]
        for order in range(1, orders + 1)
    ]


def test_multipliers_are_those_that_models_were_trained_for() -> None:
    """They come from numpy's generator: a change there would break every model."""
    assert [hex(m) for m in MULTIPLIERS] == TRAINED_FOR
    assert all(m % 2 for m in MULTIPLIERS)


@given(st.data(), st.lists(points, min_size=1, max_size=40))
def test_word_hashes_are_those_of_the_plain_loop(
    data: st.DataObject, stream: list[int]
) -> None:
    starts = data.draw(st.lists(st.integers(0, len(stream) - 1)))
    words = [(s, data.draw(st.integers(s, len(stream)))) for s in starts]

    assert hashes_of(stream, words) == [slow_word(stream[s:e]) for s, e in words]


@given(st.lists(points, min_size=1, max_size=8), streams, streams)
def test_a_word_has_the_same_hash_wherever_it_stands(
    word: list[int], before: list[int], after: list[int]
) -> None:
    span = (len(before), len(before) + len(word))

    assert hashes_of(before + word + after, [span]) == hashes_of(word, [(0, len(word))])


def test_a_word_far_into_a_long_stream_has_its_own_hash() -> None:
    word = [99, 97, 115, 105, 110, 111]
    stream = [7] * 300_000 + word

    assert hashes_of(stream, [(300_000, 300_006)]) == [slow_word(word)]


@given(st.lists(st.integers(0, MODULUS - 1), max_size=20))
def test_pairs_are_those_of_the_plain_loop(words: list[int]) -> None:
    expected = [
        (first * PAIR_FACTOR + second) % MODULUS
        for first, second in itertools.pairwise(words)
    ]
    assert pair_hashes(np.array(words, np.uint32)).tolist() == expected


def test_a_pair_has_an_order() -> None:
    first, second = pair_hashes(np.array([1, 2, 1], np.uint32)).tolist()

    assert first != second


def test_buckets_spread() -> None:
    """Distinct trigrams fall on buckets about as random numbers do."""
    letters = np.arange(97, 123, dtype=np.uint32)
    grams = np.stack(np.meshgrid(letters, letters, letters), -1).reshape(-1, 3)
    *_, buckets = ngram_buckets(grams.ravel(), 3, 18)

    used = len(np.unique(buckets[2::3]))

    expected = (1 << 18) * (1 - np.exp(-len(grams) / (1 << 18)))
    assert used > 0.97 * expected
