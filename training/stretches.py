"""Stretches inside units: what the threshold for them is found on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dross import phrases
from dross.cleaner import Batch, Cleaner
from dross.spans import SPAM
from training.units import UNGRADED, Units, each_batch, label_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dross.model import Model
    from training.labelled import LabelledText


@dataclass(frozen=True, slots=True)
class StretchRows:
    """Runs of likely spam, an entry each.

    ``odds``: their log odds. ``lost``: their characters that are article or chrome;
    ``spam``: those that are spam. ``genuine``: characters of the texts that are
    article or chrome, in all.
    """

    odds: NDArray[np.float64]
    lost: NDArray[np.int64]
    spam: NDArray[np.int64]
    genuine: int


def stretch_rows(
    model: Model,
    texts: Sequence[LabelledText],
    leasts: Sequence[float],
    jobs: int = 1,
) -> list[StretchRows]:
    """Give the runs of likely spam in *texts* by *model*, for each of *leasts*.

    *leasts*: as `ChainRule.least`. Units that are spam as a whole by the model hold no
    run.
    """
    parts = each_batch(partial(_rows_of, Cleaner(model), leasts), texts, jobs)
    genuine = sum(number for _, number in parts)
    each = zip(*(rows for rows, _ in parts), strict=True)
    columns = [map(np.concatenate, zip(*rows, strict=True)) for rows in each]
    return [StretchRows(odds, lost, spam, genuine) for odds, lost, spam in columns]


def _rows_of(
    cleaner: Cleaner, leasts: Sequence[float], batch: Sequence[LabelledText]
) -> tuple[list[tuple[NDArray[np.generic], ...]], int]:
    """Give odds, lost and spam characters of the runs, for each of *leasts*.

    And how many characters of the texts are genuine.
    """
    read = cleaner.read([text.text for text in batch])
    whole = cleaner.unit_labels(read) == SPAM
    labels = place_labels(read, label_units(batch, (read.lines, read.features)))
    running = np.zeros((2, len(labels) + 1), np.int64)
    np.cumsum([labels < SPAM, labels == SPAM], axis=1, out=running[:, 1:])
    rows: list[tuple[NDArray[np.generic], ...]] = []
    for least in leasts:
        rule = replace(cleaner.model.config.phrase.chain, least=least)
        runs, values = phrases.stretches(read.view, read.odds, rule)
        inside = ~whole[runs.units]
        runs, values = runs.take(inside), values[inside]
        lost, spam = running[:, runs.ends] - running[:, runs.starts]
        rows.append((values, lost, spam))
    return rows, int((labels < SPAM).sum())


def place_labels(read: Batch, units: Units) -> NDArray[np.int8]:
    """Give the label of each place; UNGRADED for marks. *units*: of the same texts."""
    of_place = np.full(len(read.features.stream), UNGRADED, np.int8)
    of_place[read.features.places] = units.label_of[read.features.sources]
    return of_place
