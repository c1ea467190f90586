"""n-grams → buckets, for a whole batch at once.

The hash of the n-gram that ends at place *i* of a stream of folded code points is
``H_n = Σ c[i-k]·A_k mod 2^32`` with one odd multiplier A_k a distance, so that each
order costs one multiply and one add more than the order before; its bucket is the
top bits of H_n. Multipliers are fixed for ever: a model is trained for them.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

# Odd 32-bit numbers, drawn once from numpy's default_rng(20261123) and written out:
# its module takes a score of one file ten milliseconds. Their number is the highest
# order.
MULTIPLIERS = (
    0xF5C0E719,
    0x85A51AA3,
    0xC8C31801,
    0x9E4D3425,
    0xF1E46E23,
    0x886F735D,
    0xC2BBF8B1,
    0xB76979D3,
)
# Words are hashed as polynomials in these bases, and pairs mixed with their factors.
WORD_BASE = 0x9E3779B1
PAIR_FACTOR = 0x85EBCA77
WORD_FACTOR = 0xC2B2AE3D


def ngram_buckets(
    stream: NDArray[np.uint32], orders: int, bits: int
) -> Iterator[NDArray[np.uint32]]:
    """Give for each order 1 … *orders* the bucket of the n-gram ending at each place.

    *stream*: shape (places,). An n-gram that would start before the stream is cut
    off at it; the caller knows which n-grams cross from one line into another.
    """
    shift = np.uint32(32 - bits)
    hashes = stream * np.uint32(MULTIPLIERS[0])
    yield hashes >> shift
    for order in range(1, orders):
        hashes[order:] += stream[:-order] * np.uint32(MULTIPLIERS[order])
        yield hashes >> shift


def word_hashes(
    stream: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Give one hash a word, the same wherever in the stream the word stands.

    *starts* and *ends*: shape (words,), places in *stream*. The hash is
    ``Σ c[i]·B^(i-start) mod 2^32``, from one running sum over the stream; B is odd,
    so B^start can be divided out.
    """
    # batches are of about one size, and their powers the same
    size = 1 << len(stream).bit_length()
    powers = _powers(WORD_BASE, size)
    inverse = _powers(pow(WORD_BASE, -1, 1 << 32), size)
    total = np.zeros(len(stream) + 1, np.uint32)
    np.cumsum(stream * powers[: len(stream)], dtype=np.uint32, out=total[1:])
    hashes: NDArray[np.uint32] = (total[ends] - total[starts]) * inverse[starts]
    # a polynomial's low bits are weak; the top bits of a product are not
    hashes ^= hashes >> np.uint32(15)
    return hashes * np.uint32(WORD_FACTOR)


def pair_hashes(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Give the hash of each word with the one before it; shape (words - 1,)."""
    return hashes[:-1] * np.uint32(PAIR_FACTOR) + hashes[1:]


@lru_cache(maxsize=2)
def _powers(base: int, size: int) -> NDArray[np.uint32]:
    """Give base^0 … base^(size-1) mod 2^32, by doubling; not to be written to."""
    powers = np.ones(size, np.uint32)
    done = 1
    while done < size:
        more = min(done, size - done)
        factor = np.uint32(pow(base, done, 1 << 32))
        powers[done : done + more] = powers[:more] * factor
        done += more
    powers.flags.writeable = False
    return powers
