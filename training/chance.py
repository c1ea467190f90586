"""Chance: random numbers that belong to a name."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


def generator(seed: int, name: str) -> np.random.Generator:
    """Give the random numbers that belong to *name*: the same whatever else is made."""
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.random.default_rng([seed, int.from_bytes(digest, "big")])


def one_in(rng: np.random.Generator, every: int, items: Sequence[T]) -> list[T]:
    """Give one in so many of *items*, drawn, in their order.

    >>> len(one_in(np.random.default_rng(0), 3, range(10)))
    4
    """
    number = -(-len(items) // every)
    return [items[i] for i in np.sort(rng.permutation(len(items))[:number])]
