"""What became of a labelled text: its characters by true label and label given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dross.spans import LABELS

if TYPE_CHECKING:
    from dross import Cleaned
    from training.labelled import LabelledText

UNGRADED = len(LABELS)


def language(lang: str) -> str:
    """Give the language group that figures are reported by."""
    return "zh" if lang.startswith("zh") else lang[:2] or "other"


def confusion(text: LabelledText, cleaned: Cleaned) -> np.ndarray:
    """Give visible characters by true label (row; last, ungraded) and label given."""
    truth = np.full(len(text.text), UNGRADED)
    for mark in text.marks:
        truth[mark.start : mark.end] = LABELS.index(mark.label)
    given = np.zeros(len(text.text), int)
    for span in cleaned.spans:
        given[span.start : span.end] = LABELS.index(span.label)
    seen = np.fromiter((not c.isspace() for c in text.text), bool, len(text.text))
    flat = np.bincount((truth * 3 + given)[seen], minlength=12)
    return flat.reshape(4, 3)
