"""What the linear stage learns from: hashed units and short phrases of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dross.evidence import HEADS
from dross.features import extract
from dross.lines import split_pages
from training.linear import Rows
from training.units import (
    batched,
    hashed_rows,
    label_units,
    page_weights,
    unit_keys,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.labelled import LabelledText

PHRASE, SPAM_HEAD = HEADS.index("phrase"), HEADS.index("spam")
# Two units in a hundred are spam; what tells them apart is worth more than that.
SPAM_WEIGHT = np.float32(3)


def line_rows(
    texts: Sequence[LabelledText], bits: int, rng: np.random.Generator
) -> Rows:
    """Give the rows that the linear stage learns from *texts*.

    A unit that stands in several renderings of a page, with the same label, is one
    row. Short stretches of spam and of genuine text teach the phrase head.
    """
    buckets, bounds, targets, weights = [], [], [], []
    seen: set[tuple[str, int]] = set()
    for batch in batched(texts):
        units = label_units(batch)
        keys = unit_keys(units.features, np.zeros(len(units.labels), np.int64))
        chosen: NDArray[np.bool_] = np.any(units.targets >= 0, axis=1)
        for index in np.flatnonzero(chosen).tolist():
            page = batch[units.lines.pages[index]].page
            key = (page, int(keys[index]) * 8 + int(units.labels[index]))
            if key in seen:
                chosen[index] = False
            seen.add(key)
        found, found_bounds = hashed_rows(units.features, bits, chosen)
        weight = page_weights(units.lines.pages, units.features.sizes)
        buckets.append(found)
        bounds.append(np.diff(found_bounds))
        targets.append(units.targets[chosen])
        spam = units.targets[:, SPAM_HEAD] == 1
        weights.append(np.where(spam, SPAM_WEIGHT, 1)[chosen] * weight[chosen])
        phrases, is_spam = phrase_windows(batch, rng)
        windows = extract(split_pages(phrases))
        every = np.ones(len(windows.starts) - 1, bool)
        found, found_bounds = hashed_rows(windows, bits, every, inner=True)
        target = np.full((len(every), len(HEADS)), -1, np.int8)
        target[:, PHRASE] = is_spam
        buckets.append(found)
        bounds.append(np.diff(found_bounds))
        targets.append(target)
        weights.append(np.ones(len(every), np.float32))
    sizes = np.concatenate(bounds)
    return Rows(
        np.concatenate(buckets),
        np.r_[0, np.cumsum(sizes)],
        np.concatenate(targets),
        np.concatenate(weights),
    )


def phrase_windows(
    texts: Sequence[LabelledText], rng: np.random.Generator
) -> tuple[list[str], NDArray[np.int8]]:
    """Give short stretches of *texts* of one label each, and whether they are spam.

    About one for each 80 characters of genuine text, 3 to 30 characters long, and
    more of spam, of which there is less; a short phrase is one whole, too.
    """
    windows: list[str] = []
    spam: list[bool] = []
    for text in texts:
        for mark in text.marks:
            length = mark.end - mark.start
            is_spam = mark.label == "spam"
            number = 1 + length // (25 if is_spam else 80)
            starts = rng.integers(0, max(length - 3, 1), number)
            sizes = rng.integers(3, 31, number)
            if is_spam and length < 40:
                starts, sizes = (
                    np.array([0, *starts[:1]]),
                    np.array([length, *sizes[:1]]),
                )
            for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
                begin = mark.start + start
                piece = " ".join(text.text[begin : min(begin + size, mark.end)].split())
                if len(piece) >= 2:
                    windows.append(piece)
                    spam.append(is_spam)
    return windows, np.array(spam, np.int8)
