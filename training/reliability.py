"""How true the probability of *article* is, line by line.

Of the lines that the model gives 0.9, nine in ten should be article, in each language
and in short lines as in long ones: page cuts and the dial rest on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dross import chars
from dross.spans import ARTICLE, SPAM
from training.outcome import language
from training.units import each_batch, label_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dross import Cleaner
    from dross.lines import Lines
    from training.labelled import LabelledText

BINS = 10
# Columns up to which a line is in a band; a Han character counts two.
BANDS = {"up to 10": 10, "11 to 40": 40, "41 to 120": 120, "over 120": 1 << 62}
ALL = "all"


@dataclass(frozen=True, slots=True)
class ReliabilityRow:
    """The lines of one language (or all) in one band (or all).

    ``error``: expected calibration error (Naeini et al., 2015), every line counting
    the same. ``bins``: for each tenth of the probability, lines, their mean
    probability of being article, and the share of them that is.
    """

    language: str
    band: str
    lines: int
    error: float
    bins: list[tuple[int, float, float]]


def reliability_rows(
    cleaner: Cleaner, texts: Sequence[LabelledText], jobs: int = 1
) -> list[ReliabilityRow]:
    """Give the reliability over *texts*: all, then by language, each by band."""
    totals: dict[tuple[str, str], NDArray[np.float64]] = {}
    lines = each_batch(partial(graded_lines, cleaner), texts, jobs)
    for chances, true, width, langs in lines:
        band = np.searchsorted(list(BANDS.values()), width)
        for own in (ALL, *dict.fromkeys(langs.tolist())):
            for number, name in enumerate((*BANDS, ALL)):
                chosen = ((langs == own) | (own == ALL)) & (
                    (band == number) | (name == ALL)
                )
                table = binned(chances[chosen], true[chosen])
                totals[own, name] = totals.get((own, name), 0) + table
    order = {ALL: 0, "en": 1, "zh": 2}
    names = [ALL, *BANDS]
    return [
        _row(own, name, totals[own, name])
        for own in sorted(
            {own for own, _ in totals}, key=lambda n: (order.get(n, 3), n)
        )
        for name in names
        if totals[own, name].any()
    ]


def graded_lines(
    cleaner: Cleaner, texts: Sequence[LabelledText]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64], NDArray[np.str_]]:
    """Give the graded lines' probability, truth, width and language.

    Lines are units, as long ones are cut. Mixed ones have no truth.
    """
    read = cleaner.read([text.text for text in texts])
    # without tags: what the gold leaves out for reasons of its own is not graded
    texts = [replace(text, tags=()) for text in texts]
    units = label_units(texts, (read.lines, read.features))
    graded = units.pure & (units.labels <= SPAM)
    langs = np.array([language(text.lang) for text in texts])
    return (
        read.posteriors[graded, ARTICLE],
        units.labels[graded] == ARTICLE,
        widths(read.lines)[graded],
        langs[read.lines.pages[graded]],
    )


def widths(lines: Lines) -> NDArray[np.int64]:
    """Give the columns of each unit's text; a wide letter counts two."""
    wide = (lines.classes >= chars.HAN) & (lines.classes <= chars.HANGUL)
    columns = np.r_[0, np.cumsum(1 + wide.astype(np.int64))]
    found: NDArray[np.int64] = columns[lines.content_ends] - columns[lines.contents]
    return found


def binned(
    chances: NDArray[np.float64], true: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Give lines, sum of probabilities and lines that are article; (BINS, 3).

    >>> binned(np.array([0.05, 0.97, 1.0]), np.array([False, True, True]))[[0, 9]]
    array([[1.  , 0.05, 0.  ],
           [2.  , 1.97, 2.  ]])
    """
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    return np.stack(
        [np.bincount(bins, weights, BINS) for weights in (None, chances, true)], axis=1
    )


def _row(own: str, band: str, table: NDArray[np.float64]) -> ReliabilityRow:
    lines = table[:, 0].sum()
    error = float(np.abs(table[:, 1] - table[:, 2]).sum() / lines)
    means = table[:, 1:] / np.maximum(table[:, :1], 1)
    bins = [
        (int(size), round(mean, 4), round(share, 4))
        for size, (mean, share) in zip(
            table[:, 0].tolist(), means.tolist(), strict=True
        )
    ]
    return ReliabilityRow(own, band, int(lines), error, bins)
