"""What became of a labelled text: its characters by true label and label given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dross import scores

if TYPE_CHECKING:
    import numpy as np

    from dross import Cleaned
    from training.labelled import LabelledText


def language(lang: str) -> str:
    """Give the language group that figures are reported by."""
    return "zh" if lang.startswith("zh") else lang[:2] or "other"


def confusion(text: LabelledText, cleaned: Cleaned) -> np.ndarray:
    """Give visible characters by true label (row; last, ungraded) and label given."""
    return scores.confusion(text.text, text.marks, cleaned.spans)
