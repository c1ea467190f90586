"""Seams: whether text runs on naturally over a place, or was put together there.

What was pushed into a sentence or a word leaves n-grams that reach over its edges
and that nobody writes, whatever it is about: 聚乙|恋之欲 (polyethyl- | a film's
name). A head learns such n-grams from texts cut and joined at random.
"""

import numpy as np
from numpy.typing import NDArray

from dross import hashing
from dross.evidence import BIAS, FIELDS, HEADS
from dross.features import LETTERS, MARK, ORDERS, Features

Ints = NDArray[np.int64]

REACH = ORDERS - 1  # characters on each side that an n-gram over the seam can hold
# n-grams of 2 … ORDERS characters that reach over a place, and a pair of words
TERMS = REACH * (REACH + 1) // 2 + 1


def seam_buckets(
    features: Features, lefts: Ints, rights: Ints, bits: int
) -> NDArray[np.uint32]:
    """Give the n-grams over each seam; (seams, TERMS).

    What stands before the place *lefts* is joined to what stands from the place
    *rights* on. An n-gram that would hold a mark, and a pair where a side has no
    word, is none: the bucket ``2**bits``.
    """
    stream, none = features.stream, np.uint32(1 << bits)
    reach = np.arange(REACH)
    places = np.concatenate(
        [lefts[:, None] - REACH + reach, rights[:, None] + reach], axis=1
    )
    around = stream[np.clip(places, 0, len(stream) - 1)]
    marked = np.r_[0, np.cumsum((around == MARK).ravel())]
    found = []
    # rows lie one after the other; only n-grams inside a row are taken
    grams = list(hashing.ngram_buckets(around.ravel(), ORDERS, bits))
    first = np.arange(len(lefts)) * 2 * REACH
    for order in range(2, ORDERS + 1):
        for last in range(REACH, REACH + order - 1):
            end = first + last
            whole = marked[end + 1] == marked[end + 1 - order]
            found.append(np.where(whole, grams[order - 1][end], none))
    found.append(_pairs(features, lefts, rights, bits))
    return np.stack(found, axis=1)


def _pairs(
    features: Features, lefts: Ints, rights: Ints, bits: int
) -> NDArray[np.uint32]:
    """Give the pair of the last word before and the first one after each seam."""
    none = np.uint32(1 << bits)
    number = len(features.words)
    if not number:
        return np.full(len(lefts), none, np.uint32)
    before = np.searchsorted(features.word_ends, lefts, "right") - 1
    after = np.searchsorted(features.word_starts, rights)
    inside = (before >= 0) & (after < number)
    before, after = np.maximum(before, 0), np.minimum(after, number - 1)
    # inside a word there is no pair, and a word farther off than a blank and a sign is
    # not what the seam joins
    letter = LETTERS[features.classes]
    inside &= ~(letter[lefts - 1] & letter[rights])
    apart = lefts - features.word_ends[before] + features.word_starts[after] - rights
    inside &= apart < REACH
    unit = np.searchsorted(features.starts, lefts, "right") - 1
    inside &= features.word_units[before] == unit
    unit = np.searchsorted(features.starts, rights, "right") - 1
    inside &= features.word_units[after] == unit
    hashes = features.words[before] * np.uint32(hashing.PAIR_FACTOR)
    hashes += features.words[after]
    return np.where(inside, hashes >> np.uint32(32 - bits), none)


def seam_weights(tables: list[NDArray[np.uint64]]) -> NDArray[np.int16]:
    """Give the seam head's weight of each bucket; (2**bits + 1,).

    *tables*: the heads' weights, as `evidence.pack` gives them. On their own they take
    a sixteenth of the room, and stay in the cache.
    """
    index = HEADS.index("seam")
    fields = tables[index // FIELDS] >> np.uint64(16 * (index % FIELDS))
    return (fields & np.uint64(0xFFFF)).astype(np.int16) - np.int16(BIAS)


def gap_evidence(features: Features, weights: NDArray[np.int16]) -> Ints:
    """Give the evidence of the seam before each place; (places,).

    Above 0 where two texts were joined: the sum of the weights of `seam_buckets`, for
    all places at once; 0 for what no text is joined at: a mark, and the place after
    one. *weights*: as `seam_weights` gives them.
    """
    # the table has one row more than there are buckets
    bits = (len(weights) - 1).bit_length() - 1
    number = len(features.stream)
    mark = features.stream == MARK
    marks = np.r_[0, np.cumsum(mark)]
    total = np.zeros(number, np.int64)
    grams = hashing.ngram_buckets(features.stream, ORDERS, bits)
    for order, buckets in enumerate(grams, 1):
        if order == 1:
            continue
        last = np.arange(order - 1, number)
        # an n-gram with a mark in it is none
        whole = marks[last + 1] == marks[last + 1 - order]
        running = np.zeros(number + order, np.int64)
        own = weights.take(buckets[order - 1 :]) * whole
        np.cumsum(own, out=running[order : number + 1])
        running[number + 1 :] = running[number]
        # over the place before g reach the n-grams that end at g … g + order - 2
        total += running[order - 1 : number + order - 1] - running[:number]
    words = features.words
    same = np.flatnonzero(features.word_units[1:] == features.word_units[:-1])
    first, second = features.word_ends[same], features.word_starts[same + 1]
    pairs = words[same] * np.uint32(hashing.PAIR_FACTOR) + words[same + 1]
    own = weights.take(pairs >> np.uint32(32 - bits))
    near = second - first < REACH
    first, second, own = first[near], second[near], own[near]
    step = np.zeros(number + 1, np.int64)
    np.add.at(step, first, own)
    np.add.at(step, np.minimum(second + 1, number), -own)
    total += np.cumsum(step[:-1])
    total[mark | np.r_[True, mark[:-1]]] = 0
    return total
