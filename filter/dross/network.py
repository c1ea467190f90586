"""Context columns → a score for each label: a small net in whole numbers.

Weights and activations are whole numbers held in float32, small enough that no sum
ever reaches 2^24. Every sum is then exact whatever the order of its terms, so that
the matrix product, fast as the machine has it, gives the same numbers everywhere
and for any batch.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Hidden activations are cut off here; ten bits leave room for the next layer's sums.
ACTIVE = 1023
# float32 holds every whole number up to this.
EXACT = 1 << 24
# Rows that go through all layers together, so that their activations stay in the cache.
# Of the 20,000 places that a batch with much spam has, the widest net takes 10 ms
# instead of 12; with 6,000 nothing is gained.
BLOCK = 1 << 10


@dataclass(frozen=True, slots=True)
class Layer:
    """``weights``: (inputs, outputs); ``bias``: (outputs,); whole numbers.

    Outputs are divided by ``2**shift`` before they are cut to 0 … ACTIVE; the last
    layer's are not cut.
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    shift: int

    def active(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the activations, whole numbers in 0 … ACTIVE; (units, outputs)."""
        found: NDArray[np.float32] = values @ self.weights
        found += self.bias
        np.floor(found * np.float32(2.0**-self.shift), out=found)
        return np.clip(found, 0, ACTIVE, out=found)

    def bound(self, largest: int) -> float:
        """Give the greatest sum that inputs up to *largest* could reach."""
        weights = np.abs(self.weights).astype(np.float64)
        return float((weights.sum(0) * largest + np.abs(self.bias)).max())


@dataclass(frozen=True, slots=True)
class Network:
    """Layers, and what one of the last layer's whole numbers is worth as a logit."""

    layers: tuple[Layer, ...]
    unit: float

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Give what the last layer makes of *values*, the activations before it."""
        last = self.layers[-1]
        return (values @ last.weights + last.bias).astype(np.float64) * self.unit


def run(
    network: Network, columns: NDArray[np.int8]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Give the last hidden activations, whole numbers, and the logits.

    *columns*: (units, inputs). Returns (units, hidden) and (units, labels).
    """
    *hidden, last = network.layers
    found = np.empty((len(columns), len(last.weights)), np.float32)
    for start in range(0, len(columns), BLOCK):
        values = columns[start : start + BLOCK].astype(np.float32)
        for layer in hidden:
            values = layer.active(values)
        found[start : start + BLOCK] = values
    return found, network.logits(found)
