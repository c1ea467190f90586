"""Packed weights and their sums."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dross.evidence import (
    BIAS,
    CHUNK,
    FIELDS,
    HEADS,
    head_values,
    pack,
    place_sums,
    unit_sums,
)
from dross.features import MARK, ORDERS, Features, extract
from dross.lines import split_pages
from tests.oracles import batches, odd_texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

BITS = 10
HEAD_COUNT = len(HEADS)


def random_weights(seed: int) -> NDArray[np.int8]:
    rng = np.random.default_rng(seed)
    return rng.integers(-128, 128, (1 << BITS, HEAD_COUNT), np.int8)


def slow_place_sums(found: Features, weights: NDArray[np.int8]) -> NDArray[np.int64]:
    """Give the plain sum of weights at each place, n-gram by n-gram."""
    total = np.zeros((len(found.stream), len(weights[0])), np.int64)
    for grams in found.char_ngrams(BITS):
        for place, bucket in enumerate(grams.tolist()):
            if bucket < 1 << BITS:
                total[place] += weights[bucket]
    words, pairs, second = found.word_ngrams(BITS)
    for word, bucket in enumerate(words.tolist()):
        total[found.word_ends[word] - 1] += weights[bucket]
    for word, bucket in zip(second.tolist(), pairs.tolist(), strict=True):
        total[found.word_ends[word] - 1] += weights[bucket]
    return total


def slow_unit_sums(found: Features, weights: NDArray[np.int8]) -> list[list[int]]:
    places = slow_place_sums(found, weights)
    bounds = zip(found.starts[:-1], found.starts[1:], strict=True)
    return [places[start:end].sum(0).tolist() for start, end in bounds]


@settings(max_examples=50)
@given(batches, st.integers(0, 3))
def test_unit_sums_are_plain_sums_of_weights(texts: list[str], seed: int) -> None:
    found = extract(split_pages(texts))
    weights = random_weights(seed)

    sums = unit_sums(found, place_sums(found, BITS, pack(weights)))

    assert sums.shape == (len(found.sizes), HEAD_COUNT)
    assert sums.tolist() == slow_unit_sums(found, weights)


@settings(max_examples=50)
@given(batches, st.integers(0, 3))
def test_head_values_are_plain_sums_at_each_place(texts: list[str], seed: int) -> None:
    found = extract(split_pages(texts))
    weights = random_weights(seed)
    packed = place_sums(found, BITS, pack(weights))
    expected = slow_place_sums(found, weights)

    for number, head in enumerate(HEADS):
        assert head_values(found, packed, head).tolist() == expected[:, number].tolist()


@pytest.mark.parametrize("weight", [-128, -1, 0, 127])
@pytest.mark.parametrize("size", [1, CHUNK - 2, CHUNK - 1, CHUNK, 10 * CHUNK, 5001])
def test_long_units_with_extreme_weights_do_not_overflow(
    size: int, weight: int
) -> None:
    """Every place but the first ends a word and a pair: as many terms as can be."""
    places = np.arange(1, size + 1)
    found = Features(
        stream=np.full(size + 2, MARK, np.uint32),
        classes=np.zeros(size + 2, np.uint8),
        starts=np.array([0, size + 2]),
        places=places,
        sources=places - 1,
        source_ends=places,
        word_starts=places,
        word_ends=places + 1,
        word_units=np.zeros(size, np.int64),
        shape=np.zeros((1, 0), np.int16),
    )
    weights = np.full((1 << BITS, HEAD_COUNT), weight, np.int8)

    sums = unit_sums(found, place_sums(found, BITS, pack(weights)))

    assert sums.tolist() == [[weight * int(found.ngram_counts()[0])] * HEAD_COUNT]


def test_a_chunk_of_the_greatest_weights_fits_its_field() -> None:
    assert CHUNK * (ORDERS + 2) * (2 * BIAS - 1) < 1 << 16


def test_the_heads_fill_their_words() -> None:
    assert HEAD_COUNT % FIELDS == 0
    assert len(set(HEADS)) == HEAD_COUNT


def test_packed_words_hold_the_weights_and_one_row_for_no_ngram() -> None:
    weights = random_weights(0)
    packed = pack(weights)

    assert [len(words) for words in packed] == [(1 << BITS) + 1] * (
        HEAD_COUNT // FIELDS
    )
    for number in range(HEAD_COUNT):
        words = packed[number // FIELDS] >> np.uint64(16 * (number % FIELDS))
        field = (words & np.uint64(0xFFFF)).astype(np.int64) - BIAS
        assert field[:-1].tolist() == weights[:, number].tolist()
        assert field[-1] == 0


def test_packed_words_stay_side_by_side_in_a_worker() -> None:
    packed = pack(random_weights(0))

    sent = pickle.loads(pickle.dumps(packed))  # noqa: S301  # our own bytes

    assert np.array_equal(sent.table, packed.table)
    assert all(np.shares_memory(words, sent.table) for words in sent)
    assert len(sent) == len(packed)


def test_packed_words_may_be_any_arrays() -> None:
    """Only slower: they are put side by side for each batch."""
    found = extract(split_pages([text for _, text in odd_texts()]))
    packed = pack(random_weights(0))
    apart = [words.copy() for words in packed]

    sums, same = place_sums(found, BITS, packed), place_sums(found, BITS, apart)

    assert np.array_equal(sums.table, same.table)
    assert np.array_equal(unit_sums(found, sums), unit_sums(found, [*same]))


@settings(max_examples=50)
@given(batches)
def test_a_page_has_the_same_sums_alone_and_in_a_batch(texts: list[str]) -> None:
    packed = pack(random_weights(1))

    def sums(pages: list[str]) -> list[list[int]]:
        found = extract(split_pages(pages))
        total: list[list[int]] = unit_sums(
            found, place_sums(found, BITS, packed)
        ).tolist()
        return total

    assert sums(texts) == [row for text in texts for row in sums([text])]


def test_odd_texts_have_the_same_sums_alone_and_together() -> None:
    packed = pack(random_weights(2))
    texts = [text for _, text in odd_texts()]
    together = extract(split_pages(texts))
    alone = [extract(split_pages([text])) for text in texts]

    assert np.array_equal(
        unit_sums(together, place_sums(together, BITS, packed)),
        np.concatenate([unit_sums(f, place_sums(f, BITS, packed)) for f in alone]),
    )
