"""Forms: the ways in which spam stands in pages, as data with weights.

What is *held out* is for the test alone: a filter must not need to have seen the very
separator or layout that a spammer uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Form:
    """A way to put spam into a page; *held_out* forms are for the test alone."""

    name: str
    weight: float
    held_out: bool = False


# Weights: phrases inside sentences and titles are hard and need the most examples.
FORMS = (
    Form("title", 0.13),
    Form("title-joined", 0.09),
    Form("footer", 0.10),
    Form("footer-lines", 0.05),
    Form("column", 0.05),
    Form("block", 0.04),
    Form("line", 0.08),
    Form("comments", 0.05),
    Form("sentence", 0.08),
    Form("phrase-clause", 0.08),
    Form("phrase-between", 0.10),
    Form("phrase-inside", 0.10),
    Form("repeated", 0.12),
    Form("scattered", 0.05),
    Form("markup", 0.03),
    Form("every-line", 0.05, held_out=True),
    Form("table", 0.05, held_out=True),
    Form("bracketed", 0.05, held_out=True),
)


@dataclass(frozen=True, slots=True)
class Separator:
    """What stands between the phrases of a list."""

    text: str
    weight: float
    held_out: bool = False


SEPARATORS = (
    Separator("_", 0.16),
    Separator(",", 0.16),
    Separator(" ", 0.14),
    Separator("|", 0.08),
    Separator(" | ", 0.08),
    Separator("-", 0.08),
    Separator(" - ", 0.05),
    Separator("、", 0.08),
    Separator("，", 0.06),
    Separator(", ", 0.08),
    Separator("/", 0.03),
    Separator("", 0.03),
    Separator("◆", 0.04, held_out=True),
    Separator(" · ", 0.04, held_out=True),
    Separator("》", 0.03, held_out=True),
    Separator("】【", 0.03, held_out=True),
    Separator(" >> ", 0.03, held_out=True),
)

# Which languages of spam a page of a language gets. Hijackers do not care what the page
# is in: simplified lists stand in traditional pages, Indonesian ones anywhere.
_SPAM_LANGUAGES: dict[str, dict[str, float]] = {
    "zh": {"zh": 66, "zh-Hant": 5, "en": 10, "id": 5, "ru": 5, "ja": 6, "ko": 1,
           "vi": 1, "th": 1},
    "zh-Hant": {"zh": 45, "zh-Hant": 27, "en": 10, "id": 5, "ru": 4, "ja": 6, "ko": 1,
                "vi": 1, "th": 1},
    "": {"en": 52, "zh": 18, "id": 9, "ru": 8, "ja": 6, "zh-Hant": 2, "fr": 2, "ko": 1,
         "vi": 1, "th": 1, "tr": 1},
}  # fmt: skip


def drawn_forms(rng: np.random.Generator, part: str) -> list[str]:
    """Draw the one to three forms that a page of *part* gets."""
    usable = [form for form in FORMS if part == "test" or not form.held_out]
    weights = {form.name: form.weight for form in usable}
    count = 1 + int(rng.random() < 0.45) + int(rng.random() < 0.2)
    names = [drawn(rng, weights) for _ in range(count)]
    return list(dict.fromkeys(names))


def drawn_separator(rng: np.random.Generator, part: str) -> str:
    """Draw what stands between the phrases of a list, "" included."""
    usable = [s for s in SEPARATORS if part == "test" or not s.held_out]
    return drawn(rng, {s.text: s.weight for s in usable})


def spam_languages(lang: str) -> Mapping[str, float]:
    """Return the languages of spam in pages in *lang*, with their weights."""
    if lang in {"zh-Hant", "zh-TW", "zh-HK"}:
        return _SPAM_LANGUAGES["zh-Hant"]
    return _SPAM_LANGUAGES["zh" if lang.startswith("zh") else ""]


def drawn(rng: np.random.Generator, weights: Mapping[str, float]) -> str:
    """Draw a name by its weight."""
    names = list(weights)
    chances = np.cumsum([weights[name] for name in names])
    index = int(np.searchsorted(chances, rng.random() * chances[-1], side="right"))
    return names[min(index, len(names) - 1)]
