"""Labels and the labelled spans of a page.

A page's spans tile its text: the first starts at 0, each starts where the one
before ends, the last ends with the text. Offsets count code points.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LABELS = ("article", "chrome", "spam")
ARTICLE, CHROME, SPAM = range(3)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text with one label.

    *probability* is the calibrated probability that a character of the span has
    this label.
    """

    start: int
    end: int
    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches inside units: places ``starts`` … ``ends`` - 1 of ``units``."""

    units: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def take(self, rows: NDArray[np.bool_]) -> "Stretches":
        """Give the chosen ones."""
        return Stretches(self.units[rows], self.starts[rows], self.ends[rows])

    def joined(self, other: "Stretches") -> "Stretches":
        """Give these and then the *other* ones."""
        return Stretches(
            np.concatenate([self.units, other.units]),
            np.concatenate([self.starts, other.starts]),
            np.concatenate([self.ends, other.ends]),
        )


def covered(
    size: int, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell which of *size* places are in one of the ranges ``starts`` … ``ends`` - 1.

    >>> covered(6, np.array([0, 1, 4]), np.array([2, 3, 5])).astype(int)
    array([1, 1, 1, 0, 1, 0])
    """
    steps = np.bincount(starts, minlength=size + 1)
    steps -= np.bincount(ends, minlength=size + 1)
    within: NDArray[np.bool_] = np.cumsum(steps[:-1]) > 0
    return within


def ranges(chosen: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give where runs of *chosen* places start, and where they end.

    >>> ranges(np.array([True, True, False, True]))
    (array([0, 3]), array([2, 4]))
    """
    padded = np.zeros(len(chosen) + 2, bool)
    padded[1:-1] = chosen
    steps = np.flatnonzero(padded[1:] != padded[:-1])
    return steps[::2], steps[1::2]


def merge_pieces(
    starts: NDArray[np.int64],
    end: int,
    labels: NDArray[np.intp],
    probabilities: NDArray[np.float64],
) -> tuple[Span, ...]:
    """Give the spans of one page: neighbours with the same label become one.

    *starts*, *labels* and *probabilities* have one entry a piece, in order; the
    last piece ends at *end*. Empty pieces count for nothing. A span's probability
    is the mean over its characters.

    >>> merge_pieces(np.array([0, 3, 5]), 9, np.array([1, 0, 0]), np.array([1, 0.5, 1]))
    (Span(start=0, end=3, label='chrome', probability=1.0), Span(start=3, end=9, \
label='article', probability=0.8333))
    """
    sizes = np.diff(np.r_[starts, end])
    filled = sizes > 0
    if not filled.any():
        return ()
    starts, sizes = starts[filled], sizes[filled]
    labels, probabilities = labels[filled], probabilities[filled]
    first = np.flatnonzero(np.r_[True, labels[1:] != labels[:-1]])
    mass = np.add.reduceat(probabilities * sizes, first)
    bounds = np.r_[starts[first], end]
    mean = mass / np.diff(bounds)
    return tuple(
        Span(start, stop, LABELS[label], round(probability, 4))
        for start, stop, label, probability in zip(
            bounds[:-1].tolist(),
            bounds[1:].tolist(),
            labels[first].tolist(),
            mean.tolist(),
            strict=True,
        )
    )


def kept_text(text: str, spans: Sequence[Span]) -> str:
    """Give the text of the article spans, joined as they stand."""
    return "".join(text[s.start : s.end] for s in spans if s.label == LABELS[ARTICLE])
