"""The likeliest stretches of units by one head's evidence: what `mining` looks through.

n-gram evidence is additive, so the likeliest stretch of a unit is the one with the
greatest sum of evidence, less a price for each character and with the evidence that
text was joined at its edges (Ruzzo and Tompa, 1999, "A linear time algorithm for
finding all maximal scoring subsequences"), found round by round for all units at
once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dross.evidence import head_values
from dross.spans import Stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dross.features import Features

    Ints = NDArray[np.int64]

# Stretches looked for in one unit.
ROUNDS = 6
NEVER = -(1 << 20)  # less than any stretch can gain
SEAM_WEIGHT = 2  # of a seam beside the phrase evidence of a place


def candidates(  # noqa: PLR0913, PLR0917 — evidence, and the rule by which it counts
    features: Features,
    packed: list[NDArray[np.uint64]],
    gaps: Ints,
    chosen: NDArray[np.bool_],
    price: int,
    edge: int,
) -> Stretches:
    """Give the likeliest stretches of the *chosen* units; no mark is in any.

    *packed*: evidence of each place. *gaps*: as `seams.gap_evidence`. *price*: of
    a place, above the mean of its unit: the words of English spam stand in genuine
    text as well, and are only likelier to be spam than those around them. *edge*: what
    is added to the evidence of a seam, which is below 0 where text runs on.
    """
    bounds, sizes = features.starts, features.sizes
    own = head_values(features, packed, "phrase")
    mean = (
        np.floor_divide(np.add.reduceat(own, bounds[:-1]), sizes) if len(own) else own
    )
    values = own - np.repeat(np.minimum(mean, 0), sizes) - price
    values[bounds[:-1]] = NEVER
    values[bounds[1:] - 1] = NEVER
    values[np.repeat(~chosen, sizes)] = NEVER
    inside = np.ones(len(own), bool)
    inside[bounds[:-1]] = inside[bounds[:-1] + 1] = inside[bounds[1:] - 1] = False
    edges = np.r_[np.where(inside, SEAM_WEIGHT * (gaps + edge), 0), 0]
    return all_stretches(values, bounds, edges)


def best_stretches(
    values: Ints, bounds: Ints, opening: Ints | int = 0, closing: Ints | int = 0
) -> Stretches:
    """Give, for each unit, the stretch with the greatest sum, where it is above 0.

    *values*: (places,). *bounds*: (units + 1,), where units start; none is empty.
    *opening* and *closing*: (places,), what a stretch is worth beside the sum of its
    values for the place that it starts with and the one that it ends with. Of
    stretches with equal sums, the shortest that ends first.
    """
    if len(bounds) < 2:
        none = np.zeros(0, np.int64)
        return Stretches(none, none, none)
    sizes = np.diff(bounds)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    running = np.cumsum(values)
    # the minimum so far starts anew with each unit: units are moved far apart, by
    # more than any unit's sums reach
    first = bounds[:-1] - bounds[0]
    running -= np.repeat(running[first] - values[first], sizes)
    previous = running - values
    previous -= opening
    running += closing
    far = int(max(np.abs(running).max(), np.abs(previous).max())) * 4 + 1
    lowest = np.minimum.accumulate(previous - owner * far) + owner * far
    gain = running - lowest
    best = np.maximum.reduceat(gain, first)
    place = np.arange(len(values))
    at_best = gain == np.repeat(best, sizes)
    last = np.minimum.reduceat(np.where(at_best, place, len(values)), first)
    reached = (previous == np.repeat(lowest[last], sizes)) & (
        place <= np.repeat(last, sizes)
    )
    start = np.maximum.reduceat(np.where(reached, place, -1), first)
    some = np.flatnonzero(best > 0)
    return Stretches(some, start[some] + bounds[0], last[some] + 1 + bounds[0])


def all_stretches(values: Ints, bounds: Ints, edges: Ints | None = None) -> Stretches:
    """Give up to ROUNDS stretches a unit, the best ones first found.

    *values* (places,) is used up: found stretches are marked in it. *edges*:
    (places + 1,), what it is worth to start or end a stretch before a place.
    """
    if edges is None:
        edges = np.zeros(len(values) + 1, np.int64)
    sizes = np.diff(bounds)
    units = np.arange(len(sizes))
    rounds = []
    for _ in range(ROUNDS):
        # only units that still hold something above 0
        place = np.flatnonzero(np.repeat(np.isin(np.arange(len(sizes)), units), sizes))
        local = np.r_[0, np.cumsum(sizes[units])]
        found = best_stretches(values[place], local, edges[place], edges[place + 1])
        if not len(found.units):
            break
        found = Stretches(
            units[found.units], place[found.starts], place[found.ends - 1] + 1
        )
        rounds.append(found)
        inside = np.zeros(len(values) + 1, np.int64)
        np.add.at(inside, found.starts, 1)
        np.add.at(inside, found.ends, -1)
        values[np.cumsum(inside[:-1]) > 0] = NEVER
        units = found.units
    return Stretches(
        *(
            np.concatenate([np.zeros(0, np.int64), *(getattr(r, name) for r in rounds)])
            for name in ("units", "starts", "ends")
        )
    )
