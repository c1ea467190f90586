"""What the linear stage learns from: hashed units and short phrases of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dross.evidence import HEADS
from dross.features import HAN, LETTERS, MARK, extract
from dross.lines import split_pages
from dross.seams import seam_buckets
from dross.spans import SPAM
from training.linear import Rows
from training.probes import NEAR_MISS
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
    from training.units import Units

SEAM = HEADS.index("seam")
PHRASE, SPAM_HEAD = HEADS.index("phrase"), HEADS.index("spam")
# Two units in a hundred are spam; what tells them apart is worth more than that.
SPAM_WEIGHT = np.float32(3)
# One gap between characters in so many teaches the seam head, and fewer of those
# inside a word, of which there are too many.
SEAM_EVERY, INSIDE_EVERY = 40, 5
MOST = 10  # windows of a stretch of spam
# Characters of genuine text for each window; what looks like spam and is none is rare.
WINDOW_EVERY, NEAR_MISS_EVERY = 80, 20


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
        short = window_rows(*phrase_windows(batch, rng), bits)
        buckets.append(short.buckets)
        bounds.append(np.diff(short.bounds))
        targets.append(short.targets)
        weights.append(short.weights)
        over, joined = seam_rows(units, bits, rng)
        target = np.full((len(over), len(HEADS)), -1, np.int8)
        target[:, SEAM] = joined
        real = over != 1 << bits
        buckets.append(over[real].astype(np.int32))
        bounds.append(real.sum(1))
        targets.append(target)
        weights.append(np.ones(len(over), np.float32))
    sizes = np.concatenate(bounds)
    return Rows(
        np.concatenate(buckets),
        np.r_[0, np.cumsum(sizes)],
        np.concatenate(targets),
        np.concatenate(weights),
    )


def window_rows(windows: Sequence[str], is_spam: NDArray[np.int8], bits: int) -> Rows:
    """Give a row for the phrase head from each of *windows*, short pieces of text."""
    features = extract(split_pages(windows))
    every = np.ones(len(features.starts) - 1, bool)
    buckets, bounds = hashed_rows(features, bits, every, inner=True)
    targets = np.full((len(every), len(HEADS)), -1, np.int8)
    targets[:, PHRASE] = is_spam
    return Rows(buckets, bounds, targets, np.ones(len(every), np.float32))


def seam_rows(
    units: Units, bits: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint32], NDArray[np.int8]]:
    """Give n-grams over gaps of genuine text, and over the same gaps put together anew.

    Each gap's left side is joined to another's right side, mostly to one of the same
    kind: between Han characters, before a word, behind one, inside one. Returns
    (rows, TERMS) and whether a row was joined.
    """
    features = units.features
    stream, classes = features.stream, features.classes
    spam = np.zeros(len(stream), bool)
    spam[features.places] = units.label_of[features.sources] == SPAM
    spoilt = np.r_[0, np.cumsum(spam)]
    gaps = np.arange(1, len(stream))
    before, after = np.maximum(gaps - 4, 0), np.minimum(gaps + 4, len(stream))
    clean = spoilt[after] == spoilt[before]
    inside = (stream[gaps - 1] != MARK) & (stream[gaps] != MARK)
    letter, han = LETTERS[classes], HAN[classes]
    kind = (2 * letter + 4 * han)[gaps - 1] * 8 + (2 * letter + 4 * han)[gaps]
    drawn = rng.random(len(gaps)) * SEAM_EVERY
    within = letter[gaps - 1] & letter[gaps]
    gaps, kind = (
        found[clean & inside & (drawn < np.where(within, 1 / INSIDE_EVERY, 1))]
        for found in (gaps, kind)
    )
    # a permutation inside each kind: sort by kind, then by chance
    order = np.lexsort((rng.random(len(gaps)), kind))
    other = np.empty_like(gaps)
    other[np.argsort(kind, kind="stable")] = gaps[order]
    mixed = rng.random(len(gaps)) < 0.2
    other[mixed] = rng.permutation(other[mixed])
    found = np.concatenate(
        [
            seam_buckets(features, gaps, gaps, bits),
            seam_buckets(features, gaps, other, bits),
        ]
    )
    return found, np.repeat([0, 1], len(gaps)).astype(np.int8)


def phrase_windows(
    texts: Sequence[LabelledText], rng: np.random.Generator
) -> tuple[list[str], NDArray[np.int8]]:
    """Give short stretches of *texts* of one label each, and whether they are spam.

    One for each WINDOW_EVERY characters of genuine text, 3 to 30 characters long, and
    more of near misses and of spam, of which there is less; a short phrase is one
    whole, too. Long spam is mostly sentences, whose parts could stand anywhere: it
    gives no more than MOST.
    """
    windows: list[str] = []
    spam: list[bool] = []
    for text in texts:
        near = text.source.startswith(NEAR_MISS)
        every = NEAR_MISS_EVERY if near else WINDOW_EVERY
        for mark in text.marks:
            length = mark.end - mark.start
            is_spam = mark.label == "spam"
            number = 1 + (min(length // 25, MOST) if is_spam else length // every)
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
