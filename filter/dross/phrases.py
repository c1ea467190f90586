"""Spam inside a unit: the runs of places that the nets tag as spam.

The log odds of places (`dross.places`) become runs by a chain of two labels, whose
posteriors count what stands to both sides (`dross.decode`). A run stands where the mean
of its log odds is high enough.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dross import decode
from dross.features import HAN
from dross.places import PARTS, View
from dross.spans import Stretches, ranges

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Columns, of which a Han character has two, that a run has at least: nobody pushes two
# letters into a word. Narrower ones hold 85 characters of spam and 103 of article in
# injected validation pages (every fourth, twice), and a quarter of what articles on
# spam's own topics lose to runs.
NARROW = 6


@dataclass(frozen=True, slots=True)
class ChainRule:
    """How log odds of places become chances.

    They are multiplied by ``temperature``, and ``offset`` is added; ``change`` is the
    log weight of two neighbouring places with different labels. A run is made of
    places with a chance of at least ``least``.
    """

    temperature: float
    offset: float
    change: float
    least: float


def chain(odds: Floats, groups: Ints, rule: ChainRule) -> Floats:
    """Give the posteriors of spam along each of *groups*; (places,)."""
    scaled = np.clip(odds * rule.temperature + rule.offset, -30.0, 30.0)
    scores = np.exp(np.stack([np.minimum(-scaled, 0), np.minimum(scaled, 0)], axis=1))
    stay = np.exp(np.array([[0.0, rule.change], [rule.change, 0.0]]))
    return decode.posteriors(scores, stay, groups)[:, 1]


def stretches(view: View, odds: Floats, rule: ChainRule) -> tuple[Stretches, Floats]:
    """Give the runs of likely places, and the mean of the log odds of each.

    *odds*: log odds of spam of the places of *view*.
    """
    found = runs(view, chain(odds, view.runs, rule) >= rule.least)
    # in whole numbers, whose sums are the same in any batch
    whole = np.zeros(len(view.known.unit) + 1, np.int64)
    whole[1 + view.at] = np.round(odds * PARTS)
    running = np.cumsum(whole)
    total = running[found.ends] - running[found.starts]
    return found, total / (PARTS * (found.ends - found.starts))


def runs(view: View, chosen: NDArray[np.bool_]) -> Stretches:
    """Give the runs of *chosen* places of *view* that are not too narrow.

    Between units stand marks.
    """
    unit = view.known.unit
    inside = np.zeros(len(unit), bool)
    inside[view.at] = chosen
    starts, ends = ranges(inside)
    han = np.r_[0, np.cumsum(HAN.take(view.known.features.classes))]
    wide = ends - starts + han[ends] - han[starts] >= NARROW
    return Stretches(unit[starts], starts, ends).take(wide)
