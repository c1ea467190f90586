"""Stretches inside units: what the threshold for them is found on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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

    ``odds``: their log odds. ``lost``: their characters that are article or chrome.
    ``genuine``: such characters of the texts, in all.
    """

    odds: NDArray[np.float64]
    lost: NDArray[np.int64]
    genuine: int


def stretch_rows(model: Model, texts: Sequence[LabelledText]) -> StretchRows:
    """Give the runs of likely spam in *texts* by *model*.

    Units that are spam as a whole by the model hold none.
    """
    cleaner = Cleaner(model)
    odds, lost = [], []
    genuine = 0
    for batch in batched(texts):
        read = cleaner.read([text.text for text in batch])
        found, values = cleaner.scored_stretches(read)
        graded = place_labels(read, label_units(batch)) < SPAM
        genuine += int(graded.sum())
        running = np.r_[0, np.cumsum(graded)]
        odds.append(values)
        lost.append(running[found.ends] - running[found.starts])
    return StretchRows(np.concatenate(odds), np.concatenate(lost), genuine)


def place_labels(read: Batch, units: Units) -> NDArray[np.int8]:
    """Give the label of each place; UNGRADED for marks. *units*: of the same texts."""
    of_place = np.full(len(read.features.stream), UNGRADED, np.int8)
    of_place[read.features.places] = units.label_of[read.features.sources]
    return of_place
