"""Chance: random numbers that belong to a name."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np


def generator(seed: int, name: str) -> np.random.Generator:
    """Give the random numbers that belong to *name*: the same whatever else is made."""
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.random.default_rng([seed, int.from_bytes(digest, "big")])
