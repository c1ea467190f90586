"""Needles: where many strings occur in one long text, all at once.

The lexicons hold thousands of terms and the genuine texts ten million characters. One
`str.find` a term takes minutes; a rolling hash of every window of one length, looked
up in a table of the terms' hashes, takes seconds, and each hit is then checked.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST = 12  # code points that are hashed; what follows is compared as it is
_FACTOR = 0x9E3779B97F4A7C15  # odd, so that no window's information is shifted out
_TABLE_BITS = 20
_WORD = 0xFFFFFFFFFFFFFFFF


def locate(needles: Sequence[str], haystack: str) -> Iterator[tuple[int, int]]:
    """Yield (index of needle, offset in *haystack*) of every occurrence.

    Overlapping ones too; by the needles' length, then by offset. Empty needles do
    not occur.
    """
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for index, needle in enumerate(needles):
        if needle:
            by_length[min(len(needle), _LONGEST)].append(index)
    codes = np.frombuffer(
        haystack.encode("utf-32-le", "surrogatepass"), dtype=np.uint32
    ).astype(np.uint64)
    # shape: (windows,) of the length reached so far
    hashes = np.zeros(len(codes), dtype=np.uint64)
    power = 1
    for length in range(1, min(_LONGEST, len(codes)) + 1):
        power = power * _FACTOR & _WORD
        hashes = hashes[: len(codes) - length + 1]
        hashes = hashes + codes[length - 1 :] * np.uint64(power)
        if length not in by_length:
            continue
        heads: defaultdict[str, list[int]] = defaultdict(list)
        for index in by_length[length]:
            heads[needles[index][:length]].append(index)
        wanted = np.zeros(1 << _TABLE_BITS, dtype=bool)
        for head in heads:
            wanted[_hash(head) >> (64 - _TABLE_BITS)] = True
        shift = np.uint64(64 - _TABLE_BITS)
        for offset in np.flatnonzero(wanted[hashes >> shift]).tolist():
            for index in heads.get(haystack[offset : offset + length], ()):
                if haystack.startswith(needles[index], offset):
                    yield index, offset


def _hash(head: str) -> int:
    total, power = 0, 1
    for letter in head:
        power = power * _FACTOR & _WORD
        total = (total + ord(letter) * power) & _WORD
    return total
