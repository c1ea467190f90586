"""The dial's curves: what was lost on the validation part, point by point.

A page's probabilities say what may be cut for a share of its article, but they are
not true to the last thousandth. So the loss at each point is measured, by language,
and the user's number is looked up there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dross import chars, edges
from dross.cleaner import Cleaner, chinese, labels_at
from dross.dial import LANGUAGES, NEVER, Dial, Point, Step
from dross.spans import ARTICLE
from training.decisions import (
    STRETCH_LOSS,
    UNIT_LOSS,
    spam_thresholds,
    stretch_thresholds,
)
from training.units import each_batch, label_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dross.model import Model
    from training.labelled import LabelledText

# Shares of a page's expected article characters that are tried; 1 is the default.
SHARES = (1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)
# What spam may take of a share: what is asked for is asked for the sake of chrome.
OF_SHARE = 0.02
# The cautious preset, on the average over pages of each language: behind an extractor,
# next to nothing of the article may be lost. With 0.998 one of them loses 0.006 of its
# recall on English validation pages, with 0.999 0.002; see EXPERIMENTS.md.
CAUTIOUS = 0.999
# The strict preset: F0.5, and of genuine characters that many called spam, by units
# and by stretches alike.
STRICT_PRECISION, STRICT_LOSS = 4, 1e-3


@dataclass(frozen=True, slots=True)
class Losses:
    """Article characters of pages, and what is lost of them.

    ``article``: (pages,). ``lost``: (pages, points). ``chinese``: (pages,).
    """

    article: NDArray[np.int64]
    lost: NDArray[np.int64]
    chinese: NDArray[np.bool_]

    def shares(self, language: str) -> NDArray[np.float64] | None:
        """Give the loss at each point in *language*; None where it has no page.

        The mean over pages or the share of all characters, whichever is greater: a
        promise is understood either way.
        """
        rows = (self.chinese == (language == "zh")) & (self.article > 0)
        if not rows.any():
            return None
        article, lost = self.article[rows], self.lost[rows]
        mean = (lost / article[:, None]).mean(0)
        found: NDArray[np.float64] = np.maximum(mean, lost.sum(0) / article.sum())
        return found


def fit_dial(
    model: Model,
    texts: Sequence[LabelledText],
    pages: Sequence[LabelledText],
    jobs: int = 1,
) -> Dial:
    """Give the dial of *model*, whose thresholds are fitted, on the validation part.

    Spam thresholds come from *texts*, losses from *pages*, which are as they were
    found: with losses from *texts*, among which near misses and injected spam are many,
    `keep=0.995` lost 0.0005 of the test part's pages. Of *pages* those with graded
    chrome: one that has none is lost by no cut and would make promises cheap.
    """
    usual = model.config.usual
    small = [share for share in SHARES if share * OF_SHARE < UNIT_LOSS]
    budgets = [*(share * OF_SHARE for share in small), STRICT_LOSS]
    units = spam_thresholds(model, texts, budgets, jobs)
    ratio = STRETCH_LOSS / UNIT_LOSS
    budgets = [*(budget * ratio for budget in budgets[:-1]), STRICT_LOSS]
    found_at = stretch_thresholds(model, texts, budgets, jobs)
    stretches = [round(x, 4) for x in found_at]
    points = [
        Point(share, 1, max(unit, usual.spam), max(stretch, usual.stretch))
        for share, unit, stretch in zip(small, units[:-1], stretches[:-1], strict=True)
    ]
    points += [replace(usual, share=share) for share in SHARES[len(small) :]]
    both = [p for p in pages if any(mark.label == "chrome" for mark in p.marks)]
    found = losses(model, both, points, jobs)
    curves = {
        name: curve(points, measured)
        for name in LANGUAGES
        if (measured := found.shares(name)) is not None
    }
    strict = Point(
        1.0,
        STRICT_PRECISION,
        min(units[-1], usual.spam),
        min(stretches[-1], usual.stretch),
    )
    return Dial(curves, CAUTIOUS, strict)


def curve(points: Sequence[Point], losses: NDArray[np.float64]) -> tuple[Step, ...]:
    """Give the steps from nothing lost to the last of *points*.

    *losses*: (points,), never falling. Of points with one loss the last stands.
    """
    steps = [Step(0.0, 0.0, 1.0, NEVER)]
    for point, loss in zip(points, np.round(losses, 6).tolist(), strict=True):
        if loss > 0:
            if steps[-1].loss >= loss:
                steps.pop()
            steps.append(Step(loss, point.share, point.spam, point.stretch))
    return tuple(steps)


def losses(
    model: Model,
    texts: Sequence[LabelledText],
    points: Sequence[Point],
    jobs: int = 1,
) -> Losses:
    """Give what *model* loses of *texts* at each of *points*."""
    parts = each_batch(partial(_losses, Cleaner(model), points), texts, jobs)
    none = Losses(
        np.zeros(0, np.int64), np.zeros((0, len(points)), np.int64), np.zeros(0, bool)
    )
    return Losses(
        *(
            np.concatenate([getattr(part, name) for part in (none, *parts)])
            for name in ("article", "lost", "chinese")
        )
    )


def _losses(
    cleaner: Cleaner, points: Sequence[Point], texts: Sequence[LabelledText]
) -> Losses:
    number = len(texts)
    read = cleaner.read([text.text for text in texts])
    # without tags: what the gold leaves out for reasons of its own is not graded
    texts = [replace(text, tags=()) for text in texts]
    units = label_units(texts, (read.lines, read.features))
    pages, bounds = read.lines.pages, read.features.starts
    places, sources = read.features.places, read.features.sources
    article = np.zeros(len(read.features.stream), np.int64)
    # as where figures are made, blanks count for nothing
    seen = read.features.classes[places] != chars.SPACE
    article[places] = (units.label_of[sources] == ARTICLE) & seen
    before = np.r_[0, np.cumsum(article)]
    own = before[bounds[1:]] - before[bounds[:-1]]
    found, odds = cleaner.scored_stretches(read)
    lost = []
    for point in points:
        at = dict.fromkeys(LANGUAGES, point)
        kept = labels_at(cleaner.model.config.decoding, read, at) == ARTICLE
        cut = np.bincount(pages, own * ~kept, number)
        stand = found.take(kept[found.units] & (odds > point.stretch))
        stand = edges.mend(read.features, stand)
        inside = before[stand.ends] - before[stand.starts]
        cut += np.bincount(pages[stand.units], inside, number)
        lost.append(cut.astype(np.int64))
    total = np.bincount(pages, own, number).astype(np.int64)
    of_page = np.zeros(number, bool)
    of_page[pages] = chinese(read)
    return Losses(total, np.stack(lost, axis=1), of_page)
