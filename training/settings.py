"""What the cleaner does at each setting of its dial, to pages it never saw."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dross.cleaner import Cleaner
from dross.spans import ARTICLE, CHROME, SPAM
from training.outcome import confusion, language
from training.units import each_batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dross.model import Model
    from training.labelled import LabelledText

# Name, keep and preset; from what cuts most to what cuts least.
SETTINGS: tuple[tuple[str, float | None, str | None], ...] = (
    ("strict", None, "strict"),
    ("balanced", None, "balanced"),
    ("keep 0.98", 0.98, None),
    ("keep 0.99", 0.99, None),
    ("cautious", None, "cautious"),
    ("keep 0.999", 0.999, None),
    ("keep 0.9999", 0.9999, None),
    ("keep 1", 1.0, None),
)


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting in one language; shares of visible characters.

    ``lost``: of a page's article, the mean over ``pages``; ``lost_of_all``: of all
    article characters. ``chrome``: of chrome, what was removed. ``precision``: of
    graded characters kept, what is article. ``spam``: of injected spam, what was
    labelled spam.
    """

    setting: str
    language: str
    pages: int
    lost: float
    lost_of_all: float
    chrome: float
    precision: float
    spam: float


def setting_rows(
    model: Model,
    pages: Sequence[LabelledText],
    injected: Sequence[LabelledText],
    jobs: int = 1,
) -> list[SettingRow]:
    """Give the figures of *model* at each setting.

    *pages*: as they are. *injected*: the same ones with spam.
    """
    plain = confusions(model, pages, jobs)
    with_spam = confusions(model, injected, jobs)
    own = np.array([language(page.lang) for page in pages])
    there = np.array([language(page.lang) for page in injected])
    rows = []
    for name in ("en", "zh"):
        article = plain[:, 0, ARTICLE].sum(1)
        chosen = (own == name) & (article > 0)
        if not chosen.any():
            continue
        for number, (setting, _, _) in enumerate(SETTINGS):
            table = plain[chosen, number]
            removed = table[:, ARTICLE, CHROME:].sum(1)
            total = table.sum(0)
            spam = with_spam[there == name, number].sum(0)[SPAM]
            graded = total[: len(total) - 1]
            rows.append(
                SettingRow(
                    setting,
                    name,
                    int(chosen.sum()),
                    float((removed / article[chosen]).mean()),
                    float(removed.sum() / article[chosen].sum()),
                    _share(total[CHROME, CHROME:].sum(), total[CHROME].sum()),
                    _share(graded[ARTICLE, ARTICLE], graded[:, ARTICLE].sum()),
                    _share(spam[SPAM], spam.sum()),
                )
            )
    return rows


def confusions(
    model: Model, texts: Sequence[LabelledText], jobs: int = 1
) -> NDArray[np.int64]:
    """Give the confusion of each text at each setting; (texts, settings, 4, 3)."""
    none = np.zeros((0, len(SETTINGS), 4, 3), np.int64)
    return np.concatenate([none, *each_batch(partial(_confusions, model), texts, jobs)])


def _confusions(model: Model, texts: Sequence[LabelledText]) -> NDArray[np.int64]:
    cleaners = [
        Cleaner(model, keep=keep, preset=preset) for _, keep, preset in SETTINGS
    ]
    tables = np.zeros((len(texts), len(SETTINGS), 4, 3), np.int64)
    strings = [text.text for text in texts]
    # what the model says is the same at every setting: read once
    read = cleaners[0].read(strings)
    for number, cleaner in enumerate(cleaners):
        results = cleaner.decide(strings, read)
        for row, (text, result) in enumerate(zip(texts, results, strict=True)):
            tables[row, number] = confusion(text, result)
    return tables


def _share(part: np.integer, whole: np.integer) -> float:
    return float(part) / max(float(whole), 1.0)
