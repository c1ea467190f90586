"""Stretches inside units: what the phrase net learns from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dross.cleaner import Cleaner
from dross.spans import SPAM
from training.units import UNGRADED, batched, label_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dross.model import Model
    from training.labelled import LabelledText

# A stretch is a true one when this share of it is spam, and a false one when less
# than the other is; what is between teaches nothing.
TRUE, FALSE = 0.6, 0.15


@dataclass(frozen=True, slots=True)
class StretchRows:
    """Candidate stretches, an entry each; ungraded ones are left out.

    ``columns``: (stretches, len(phrases.NAMES)). ``spam`` and ``sizes``: its
    characters that are spam, and all. ``genuine``: characters of the texts that are
    article or chrome, in all.
    """

    columns: NDArray[np.int8]
    spam: NDArray[np.int64]
    sizes: NDArray[np.int64]
    genuine: int

    @property
    def labels(self) -> NDArray[np.int8]:
        """1 for a true stretch, 0 for a false one, -1 for what is between."""
        true, false = self.spam >= TRUE * self.sizes, self.spam < FALSE * self.sizes
        return np.where(true, 1, np.where(false, 0, -1)).astype(np.int8)


def stretch_rows(model: Model, texts: Sequence[LabelledText]) -> StretchRows:
    """Give the candidate stretches of *texts* by *model*.

    Units that are spam as a whole, by their label or the model's, hold none.
    """
    cleaner = Cleaner(model)
    columns, spam, sizes = [], [], []
    genuine = 0
    for batch in batched(texts):
        units = label_units(batch)
        read = cleaner.read([text.text for text in batch])
        found, values = cleaner.stretch_candidates(
            read, cleaner.unit_labels(read) != SPAM
        )
        of_place = np.full(len(read.features.stream), UNGRADED, np.int8)
        of_place[read.features.places] = units.label_of[read.features.sources]
        genuine += int((of_place < SPAM).sum())
        is_spam = np.r_[0, np.cumsum(of_place == SPAM)]
        ungraded = np.r_[0, np.cumsum(of_place == UNGRADED)]
        graded = ungraded[found.ends] == ungraded[found.starts]
        columns.append(values[graded])
        spam.append((is_spam[found.ends] - is_spam[found.starts])[graded])
        sizes.append((found.ends - found.starts)[graded])
    return StretchRows(
        np.concatenate(columns),
        np.concatenate(spam),
        np.concatenate(sizes),
        genuine,
    )
