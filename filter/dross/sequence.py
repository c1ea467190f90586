"""A small convolutional net over the units of a page, in whole numbers.

Layers that see one unit are followed by layers that see units around it, each farther
than the one before, and the last ones see the mean of the page as well. All hidden
layers are those of `network`: on whole numbers, exact, the same alone and in a batch.

Yu, Koltun (2016), "Multi-scale context aggregation by dilated convolutions".
"""

import numpy as np
from numpy.typing import NDArray

from dross.network import Network

# The layers that see a unit alone; the last of them is shown to all that follow.
ALONE = 2
# What the layers after them see of what the one before made: units at these distances.
REACHES = ((-2, -1, 0, 1, 2), (-2, 0, 2), (-4, 0, 4), (-8, 0, 8), (-16, 0, 16))
# Then one layer that sees the page's mean, and the one that gives logits.
LAYERS = ALONE + len(REACHES) + 2


def run(
    network: Network, columns: NDArray[np.int8], pages: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Give the logits; (units, states).

    *columns*: (units, inputs). *pages*: (units,), ascending.
    """
    values = columns.astype(np.float32)
    for layer in network.layers[:ALONE]:
        values = layer.active(values)
    own = values
    for number, reach in enumerate(REACHES):
        beside = own if number else own[:, :0]
        seen = around(values, pages, reach, beside)
        values = network.layers[ALONE + number].active(seen)
    seen = np.concatenate([values, page_means(values, pages), own], axis=1)
    return network.logits(network.layers[-2].active(seen))


def around(
    values: NDArray[np.float32],
    pages: NDArray[np.int64],
    reach: tuple[int, ...],
    beside: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Give *values* of the units at each distance of *reach*, 0 outside the page.

    And what stands *beside* them, (units, any).
    """
    units, width = values.shape
    seen = np.empty((units, len(reach) * width + beside.shape[1]), values.dtype)
    for number, distance in enumerate(reach):
        there = seen[:, number * width : (number + 1) * width]
        size = max(units - abs(distance), 0)
        first, other = max(-distance, 0), max(distance, 0)
        there[:first] = 0
        there[first + size :] = 0
        there[first : first + size] = values[other : other + size]
        # few units have another page at that distance
        apart = pages[first : first + size] != pages[other : other + size]
        there[first + np.flatnonzero(apart)] = 0
    seen[:, len(reach) * width :] = beside
    return seen


def page_means(
    values: NDArray[np.float32], pages: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Give the mean of each unit's page, rounded down; as *values*."""
    if not len(pages):
        return values
    starts = np.flatnonzero(np.r_[True, pages[1:] != pages[:-1]])
    sizes = np.diff(starts, append=len(pages))
    # whole numbers below 2^53: the order of a sum does not matter
    totals = np.add.reduceat(values.astype(np.float64), starts, axis=0)
    means = np.floor(totals / sizes[:, None]).astype(np.float32)
    return np.repeat(means, sizes, axis=0)
