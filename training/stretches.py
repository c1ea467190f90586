"""Stretches inside units: what the threshold for them is found on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dross import phrases
from dross.cleaner import Batch, Cleaner
from dross.spans import SPAM
from training.units import UNGRADED, Units, batched, label_units

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
    model: Model, texts: Sequence[LabelledText], leasts: Sequence[float]
) -> list[StretchRows]:
    """Give the runs of likely spam in *texts* by *model*, for each of *leasts*.

    *leasts*: as `ChainRule.least`. Units that are spam as a whole by the model hold no
    run.
    """
    cleaner = Cleaner(model)
    rules = [replace(model.config.phrase.chain, least=least) for least in leasts]
    found: list[list[tuple[NDArray[np.float64], ...]]] = [[] for _ in rules]
    genuine = 0
    for batch in batched(texts):
        read = cleaner.read([text.text for text in batch])
        view, odds = cleaner.place_odds(read, cleaner.unit_labels(read) != SPAM)
        labels = place_labels(read, label_units(batch))
        genuine += int((labels < SPAM).sum())
        running = np.zeros((2, len(labels) + 1), np.int64)
        np.cumsum([labels < SPAM, labels == SPAM], axis=1, out=running[:, 1:])
        for rule, rows in zip(rules, found, strict=True):
            runs, values = phrases.stretches(view, odds, rule)
            lost, spam = running[:, runs.ends] - running[:, runs.starts]
            rows.append((values, lost, spam))
    columns = [map(np.concatenate, zip(*rows, strict=True)) for rows in found]
    return [StretchRows(odds, lost, spam, genuine) for odds, lost, spam in columns]


def place_labels(read: Batch, units: Units) -> NDArray[np.int8]:
    """Give the label of each place; UNGRADED for marks. *units*: of the same texts."""
    of_place = np.full(len(read.features.stream), UNGRADED, np.int8)
    of_place[read.features.places] = units.label_of[read.features.sources]
    return of_place
