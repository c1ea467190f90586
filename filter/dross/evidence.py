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


# Places whose sums are worked out together: rows of sums that stay in the cache while
# the table's rows, most of which are in none, are added to them.
BLOCK = 1 << 12


class Packed(list[NDArray[np.uint64]]):
    """Packed words, an array for each FIELDS heads: the columns of one ``table``.

    An n-gram's words lie side by side in the table, so that all its weights come in
    one cache line. A pickle keeps them so.
    """

    def __init__(self, table: NDArray[np.uint64]) -> None:
        """Take *table*, (rows, heads / FIELDS)."""
        super().__init__(table.T)
        self.table = table

    def __reduce__(self) -> tuple[type["Packed"], tuple[NDArray[np.uint64]]]:
        """Pickle the table alone, not its columns one by one."""
        return Packed, (self.table,)


def pack(weights: NDArray[np.int8]) -> Packed:
    """Give one array of packed words for each FIELDS heads.

    *weights*: (buckets, heads), the number of heads a multiple of FIELDS. The
    arrays have one row more than there are buckets: the n-gram that is none.
    """
    moved = np.full((len(weights) + 1, weights.shape[1]), BIAS, "<u2")
    moved[:-1] = weights.astype(np.int16) + BIAS
    return Packed(moved.view("<u8"))


def place_sums(
    features: Features, bits: int, packed: list[NDArray[np.uint64]]
) -> Packed:
    """Give the packed sum of the weights of the n-grams that end at each place.

    Each place has ORDERS terms, and one more for each word and word pair that ends
    there; BIAS is still in each of them.
    """
    table = _table(packed)
    grams = features.char_ngrams(bits)
    sums = np.empty((len(features.stream), table.shape[1]), np.uint64)
    term = np.empty((BLOCK, table.shape[1]), np.uint64)
    for start in range(0, len(sums), BLOCK):
        total = sums[start : start + BLOCK]
        own = term[: len(total)]
        # no bucket is out of bounds: "clip" only saves the check and a copy
        table.take(grams[0][start : start + BLOCK], 0, total, "clip")
        for buckets in grams[1:]:
            table.take(buckets[start : start + BLOCK], 0, own, "clip")
            total += own
    words, pairs, second = features.word_ngrams(bits)
    ends = features.word_ends - 1
    sums[ends] += table.take(words, 0)
    sums[ends[second]] += table.take(pairs, 0)
    return Packed(sums)


def unit_sums(features: Features, sums: list[NDArray[np.uint64]]) -> NDArray[np.int64]:
    """Give the evidence of each unit for each head; (units, heads)."""
    packed = _table(sums)
    sizes = features.sizes
    chunks = -(-sizes // CHUNK)
    first = np.cumsum(chunks) - chunks
    within = np.arange(chunks.sum()) - np.repeat(first, chunks)
    starts = np.repeat(features.starts[:-1], chunks) + CHUNK * within
    in_unit = np.bincount(features.word_units, minlength=len(sizes))
    terms = ORDERS * sizes + in_unit + np.maximum(in_unit - 1, 0)
    fields = np.add.reduceat(packed, starts).view("<u2").astype(np.int64)
    total: NDArray[np.int64] = np.add.reduceat(fields, first)
    return total - BIAS * terms[:, None]


def head_values(
    features: Features, packed: list[NDArray[np.uint64]], head: str
) -> NDArray[np.int64]:
    """Give the evidence of one head at each place; whole numbers."""
    index = HEADS.index(head)
    field = packed[index // FIELDS] >> np.uint64(16 * (index % FIELDS))
    values = (field & np.uint64(0xFFFF)).astype(np.int64) - ORDERS * BIAS
    last = features.word_ends - 1
    values[last] -= BIAS
    second = features.word_units[1:] == features.word_units[:-1]
    values[last[1:][second]] -= BIAS
    return values


def _table(packed: list[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """Give the table that *packed* are the columns of."""
    return packed.table if isinstance(packed, Packed) else np.stack(packed, axis=1)
