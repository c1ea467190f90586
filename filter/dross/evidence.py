"""n-gram weights → what a unit's own words say, a number a head.

The evidence of a head for a unit is the sum of the integer weights of its n-grams.
It is additive, so the same sums, kept by place, find spam inside a line and
explain every decision. Four heads share one 64-bit word: each has a field of 16
bits in which weights of 8 bits, moved up by BIAS so that none is negative, are
added without ever touching the next field.
"""

import numpy as np
from numpy.typing import NDArray

from dross.features import ORDERS, Features

# What the linear stage learns. "article" and "spam" decide; "phrase" and "seam"
# are for spam inside a line (dross.phrases, dross.seams); the others are what the HTML
# of a page tells about a line while training, guessed from its text alone.
HEADS = (
    "article",
    "spam",
    "phrase",
    "link",
    "navigation",
    "paragraph",
    "heading",
    "item",
    "before",
    "after",
    "gap",
    "byline",
    "aside",
    "footer",
    "comment",
    "seam",
)
FIELDS = 4  # heads in one packed word
BIAS = 128
# A place adds at most ORDERS + 2 n-grams of at most 2·BIAS - 1 to a field, so this
# many places cannot fill its 16 bits.
CHUNK = (1 << 16) // ((ORDERS + 2) * 2 * BIAS)


def pack(weights: NDArray[np.int8]) -> list[NDArray[np.uint64]]:
    """Give one array of packed words for each FIELDS heads.

    *weights*: (buckets, heads), the number of heads a multiple of FIELDS. The
    arrays have one row more than there are buckets: the n-gram that is none.
    """
    moved = (weights.astype(np.int16) + BIAS).astype("<u2")
    moved = np.concatenate([moved, np.full((1, weights.shape[1]), BIAS, "<u2")])
    return [
        np.ascontiguousarray(moved[:, i : i + FIELDS]).view("<u8")[:, 0]
        for i in range(0, weights.shape[1], FIELDS)
    ]


def place_sums(
    features: Features, bits: int, packed: list[NDArray[np.uint64]]
) -> list[NDArray[np.uint64]]:
    """Give the packed sum of the weights of the n-grams that end at each place.

    Each place has ORDERS terms, and one more for each word and word pair that ends
    there; BIAS is still in each of them.
    """
    grams = features.char_ngrams(bits)
    words, pairs, second = features.word_ngrams(bits)
    word_place = features.word_ends - 1
    sums = []
    for table in packed:
        total = table[grams[0]]
        for buckets in grams[1:]:
            total += table[buckets]
        total[word_place] += table[words]
        total[word_place[second]] += table[pairs]
        sums.append(total)
    return sums


def unit_sums(features: Features, sums: list[NDArray[np.uint64]]) -> NDArray[np.int64]:
    """Give the evidence of each unit for each head; (units, heads)."""
    sizes = features.sizes
    chunks = -(-sizes // CHUNK)
    first = np.cumsum(chunks) - chunks
    within = np.arange(chunks.sum()) - np.repeat(first, chunks)
    starts = np.repeat(features.starts[:-1], chunks) + CHUNK * within
    in_unit = np.bincount(features.word_units, minlength=len(sizes))
    terms = ORDERS * sizes + in_unit + np.maximum(in_unit - 1, 0)
    columns = []
    for packed in sums:
        fields = np.add.reduceat(packed, starts).view("<u2").reshape(-1, FIELDS)
        total = np.add.reduceat(fields.astype(np.int64), first, axis=0)
        columns.append(total - BIAS * terms[:, None])
    return np.concatenate(columns, axis=1)
