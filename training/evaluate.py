"""The step ``evaluate``: what the cleaner that ships does to pages it never saw.

Wrongly removed article characters come first in every table: cutting an article is
worse than leaving a menu.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from dross.spans import ARTICLE, CHROME, LABELS, SPAM
from training import documents
from training.excerpts import excerpt
from training.measure import word_score
from training.outcome import confusion, language
from training.pages import page_files, read_pages
from training.probes import read_hijacked
from training.reliability import ReliabilityRow, reliability_rows
from training.settings import SettingRow, setting_rows
from training.split import part_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from dross import Cleaned, Cleaner
    from training.documents import Material
    from training.insertion import Insertion
    from training.labelled import LabelledText
    from training.pages import Page

# Spam is injected into each page so many times, each time other spam: ten long lines
# are as much as a hundred phrases, and what is found of one draw may be two points off.
DRAWS = 3
# Pages are cut off after so many characters, those that have half as many again.
CUT_OFF = 1500
# Page types whose gold is one article; sources that name no type hold articles.
ARTICLE_TYPES = (None, "article", "news", "blog", "documentation")


@dataclass(frozen=True, slots=True)
class Row:
    """Means over one group of pages; shares are of characters, F1 of words."""

    group: str
    pages: int
    lost: float
    f1: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class CalibrationRow:
    """How true the probabilities of spans are, in a group.

    ``error``: expected calibration error over ten bins, weighted by graded
    characters (Naeini et al., 2015). ``bins``: for each, characters, their mean
    probability, and the share of them whose label is right.
    """

    group: str
    error: float
    bins: list[tuple[int, float, float]]


def calibration_rows(
    texts: Sequence[LabelledText], cleaned: Sequence[Cleaned]
) -> list[CalibrationRow]:
    """Give the calibration of the spans' probabilities by language."""
    totals: dict[str, np.ndarray] = defaultdict(lambda: np.zeros((10, 3)))
    for text, result in zip(texts, cleaned, strict=True):
        # running sums of the characters of each true label
        true = np.zeros((len(LABELS), len(text.text) + 1), np.int64)
        for mark in text.marks:
            true[LABELS.index(mark.label), mark.start + 1 : mark.end + 1] = 1
        true = true.cumsum(axis=1)
        bounds = np.array([[s.start, s.end] for s in result.spans], int).reshape(-1, 2)
        starts, ends = bounds.T
        labels = np.array([LABELS.index(span.label) for span in result.spans], int)
        chances = np.array([span.probability for span in result.spans])
        found = true[:, ends] - true[:, starts]
        graded, right = found.sum(0), found[labels, np.arange(len(labels))]
        rows_of = np.minimum((chances * 10).astype(int), 9)
        own = np.stack([graded, graded * chances, right], axis=1)
        np.add.at(totals[language(text.lang)], rows_of, own)
    rows = []
    for name, table in sorted(totals.items()):
        size = np.maximum(table[:, 0], 1)
        mean, true = table[:, 1] / size, table[:, 2] / size
        error = float((table[:, 0] * np.abs(mean - true)).sum() / table[:, 0].sum())
        bins = [
            (int(t[0]), round(m, 4), round(r, 4))
            for t, m, r in zip(table, mean, true, strict=True)
        ]
        rows.append(CalibrationRow(name, error, bins))
    return rows


def gold_pages(corpus: Path, keys: set[str]) -> dict[str, Page]:
    """Give the pages of *corpus* with gold that are among *keys*."""
    found = {}
    for file in page_files(corpus):
        for page in read_pages(file):
            if page.key in keys and page.gold:
                found[page.key] = page
    return found


def page_rows(
    texts: Sequence[LabelledText],
    cleaned: Iterable[Cleaned],
    golds: Mapping[str, Page],
) -> dict[str, list[Row]]:
    """Give the figures of pages by language, source, page type and rendering.

    A page counts once: its renderings are averaged first, but where renderings are
    compared.
    """
    scored = []
    for text, result in zip(texts, cleaned, strict=True):
        if text.page not in golds:
            continue
        score = word_score(result.text, golds[text.page].gold or "")
        table = confusion(text, result)
        lost = table[0, 1:].sum() / max(table[0].sum(), 1)
        scored.append((text, (lost, score.f1, score.precision, score.recall)))
    groupings: dict[str, Callable[[LabelledText], str | None]] = {
        "article pages": lambda t: (
            language(t.lang) if t.page_type in ARTICLE_TYPES else None
        ),
        "all pages": lambda t: language(t.lang),
        "source": lambda t: f"{language(t.lang)} {t.source}",
        "page type": lambda t: f"{t.source} {t.page_type}" if t.page_type else None,
        "rendering": lambda t: f"{language(t.lang)} {t.rendering}",
    }
    return {name: _rows(scored, group) for name, group in groupings.items()}


def _rows(
    scored: Sequence[tuple[LabelledText, tuple[float, ...]]],
    group: Callable[[LabelledText], str | None],
) -> list[Row]:
    by_page: dict[tuple[str, str], list[tuple[float, ...]]] = defaultdict(list)
    for text, values in scored:
        name = group(text)
        if name is not None:
            by_page[name, text.page].append(values)
    by_group: dict[str, list[np.ndarray]] = defaultdict(list)
    for (name, _), renderings in by_page.items():
        by_group[name].append(np.mean(renderings, axis=0))
    return [
        Row(name, len(found), *map(float, np.mean(found, axis=0)))
        for name, found in sorted(by_group.items())
    ]


@dataclass(frozen=True, slots=True)
class SpamRow:
    """Characters of spam in a group, and the share of them labelled spam."""

    group: str
    characters: int
    recall: float


def spam_rows(
    cleaner: Cleaner,
    made: Sequence[tuple[LabelledText, tuple[Insertion, ...]]],
    jobs: int,
) -> tuple[dict[str, list[SpamRow]], float, float]:
    """Give recall by form, family and so on of the spam injected into pages.

    *made*: as `documents.injected` gives them. Also the share of article characters
    labelled spam, and that removed as chrome.
    """
    results = cleaner.stream((page.text for page, _ in made), jobs=jobs)
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    table = np.zeros((4, 3), int)
    for (page, insertions), result in zip(made, results, strict=True):
        table += confusion(page, result)
        spam = np.zeros(len(page.text), bool)
        for span in result.spans:
            spam[span.start : span.end] = span.label == "spam"
        for insertion in insertions:
            here = slice(insertion.start, insertion.end)
            seen = [not c.isspace() for c in page.text[here]]
            found = int(spam[here][seen].sum())
            groups = {
                "all": "all",
                "form": insertion.form,
                "family": insertion.family,
                "language": f"{insertion.lang} in {language(page.lang)}",
                "disguise": insertion.disguise or "none",
                "rendering": page.rendering,
            }
            for grouping, name in groups.items():
                totals[grouping, name][0] += sum(seen)
                totals[grouping, name][1] += found
    rows: dict[str, list[SpamRow]] = defaultdict(list)
    for (grouping, name), (size, found) in sorted(totals.items()):
        rows[grouping].append(SpamRow(name, size, found / max(size, 1)))
    article = max(int(table[0].sum()), 1)
    return dict(rows), float(table[0, 2]) / article, float(table[0, 1]) / article


@dataclass(frozen=True, slots=True)
class KeptRow:
    """Genuine text in a group: characters, share kept, share called spam."""

    group: str
    characters: int
    kept: float
    spam: float


def kept_rows(
    cleaner: Cleaner, texts: Sequence[LabelledText], jobs: int
) -> list[KeptRow]:
    """Give by source what becomes of *texts*, whatever their labels are."""
    totals: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(3, int))
    for text, result in zip(
        texts, cleaner.stream((t.text for t in texts), jobs=jobs), strict=True
    ):
        counts = confusion(text, result).sum(0)
        totals[text.source] += counts
        totals["all"] += counts
    return [
        KeptRow(name, int(c.sum()), float(c[0] / size), float(c[2] / size))
        for name, c in sorted(totals.items())
        for size in [max(c.sum(), 1)]
    ]


@dataclass(frozen=True, slots=True)
class CutOffRow:
    """What becomes of the first CUT_OFF characters of longer pages in one language.

    ``lost``: the share of their article characters removed; ``left``: that of their
    chrome kept. Both where they are given alone, and where they were beside the rest.
    """

    language: str
    texts: int
    lost: float
    lost_beside_rest: float
    left: float
    left_beside_rest: float


def cut_off_rows(
    cleaner: Cleaner,
    texts: Sequence[LabelledText],
    cleaned: Sequence[Cleaned],
    jobs: int,
) -> list[CutOffRow]:
    """Give what the rest of a page, *cleaned* whole, does for its beginning."""
    long = [
        (text, result)
        for text, result in zip(texts, cleaned, strict=True)
        if len(text.text) >= 1.5 * CUT_OFF
    ]
    parts = [excerpt(text, 0, CUT_OFF) for text, _ in long]
    alone = cleaner.stream((part.text for part in parts), jobs=jobs)
    totals: dict[str, np.ndarray] = defaultdict(lambda: np.zeros((2, 4, 3), int))
    counts: Counter[str] = Counter()
    for part, (_, result), own in zip(parts, long, alone, strict=True):
        name = language(part.lang)
        counts[name] += 1
        totals[name] += [confusion(part, own), confusion(part, result)]
    rows = []
    for name, tables in sorted(totals.items()):
        sizes = np.maximum(tables.sum(2), 1)
        lost = tables[:, ARTICLE, [CHROME, SPAM]].sum(1) / sizes[:, ARTICLE]
        left = tables[:, CHROME, ARTICLE] / sizes[:, CHROME]
        rows.append(CutOffRow(name, counts[name], *map(float, (*lost, *left))))
    return rows


@dataclass(frozen=True, slots=True)
class HijackedRow:
    """Real documents with injected spam, in one language.

    ``spam``: their spam characters; ``named``: the share labelled spam; ``cut``: that
    labelled spam or chrome. ``genuine``: their other characters; ``kept``: the share
    labelled article; ``as_spam``: that labelled spam.
    """

    language: str
    documents: int
    spam: int
    named: float
    cut: float
    genuine: int
    kept: float
    as_spam: float


def hijacked_rows(
    cleaner: Cleaner, corpus: Path, part: str, jobs: int = 1
) -> list[HijackedRow]:
    """Give the figures of the real injected documents of *part*, dealt out by document.

    No part of them is trained on. The train and validation ones chose, with pages of
    the generated benchmark, what a copy is (`dross.copies`).
    """
    texts = [text for text in read_hijacked(corpus) if part_of(text.site) == part]
    results = list(cleaner.stream((text.text for text in texts), jobs=jobs))
    rows = []
    for name in sorted({language(text.lang) for text in texts}):
        tables = [
            confusion(text, result)
            for text, result in zip(texts, results, strict=True)
            if language(text.lang) == name
        ]
        genuine, _, spam, _ = np.sum(tables, axis=0)
        share_genuine, share_spam = (row / max(row.sum(), 1) for row in (genuine, spam))
        rows.append(
            HijackedRow(
                name,
                len(tables),
                int(spam.sum()),
                float(share_spam[SPAM]),
                float(share_spam[CHROME] + share_spam[SPAM]),
                int(genuine.sum()),
                float(share_genuine[ARTICLE]),
                float(share_genuine[SPAM]),
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a model on one part of the split.

    ``pages``: by grouping. ``spam``: injected spam, by grouping; ``article_as_spam``
    and ``article_as_chrome``: shares of the article characters of those pages.
    ``genuine``: near misses and texts. ``german``: pages that are neither English
    nor Chinese. ``cut_off``: pages of which the end is missing. ``hijacked``: real
    injected documents. ``calibration``: of spans; of lines, ``reliability``.
    ``settings``: of the dial.
    """

    pages: dict[str, list[Row]]
    spam: dict[str, list[SpamRow]]
    article_as_spam: float
    article_as_chrome: float
    genuine: list[KeptRow]
    german: list[KeptRow]
    cut_off: list[CutOffRow]
    hijacked: list[HijackedRow]
    calibration: list[CalibrationRow]
    reliability: list[ReliabilityRow]
    settings: list[SettingRow]


def figures(  # noqa: PLR0913, PLR0917 — what a run knows
    cleaner: Cleaner,
    corpus: Path,
    material: Material,
    part: str,
    seed: int,
    jobs: int,
) -> Figures:
    """Measure *cleaner* on *part* of the corpus."""
    texts = list(documents.pages(material, part))
    golds = gold_pages(corpus, {text.page for text in texts})
    cleaned = list(cleaner.stream((text.text for text in texts), jobs=jobs))
    one_each = one_rendering_each(texts)
    made = [
        list(documents.injected(material, part, seed + number, one_each))
        for number in range(DRAWS)
    ]
    spam, as_spam, as_chrome = spam_rows(cleaner, [*chain(*made)], jobs)
    genuine = [*material.near_misses[part], *material.texts[part]]
    return Figures(
        pages=page_rows(texts, cleaned, golds),
        spam=spam,
        article_as_spam=as_spam,
        article_as_chrome=as_chrome,
        genuine=kept_rows(cleaner, genuine, jobs),
        german=kept_rows(cleaner, [t for t in texts if t.lang == "de"], jobs),
        cut_off=cut_off_rows(cleaner, texts, cleaned, jobs),
        hijacked=hijacked_rows(cleaner, corpus, part, jobs),
        calibration=calibration_rows(texts, cleaned),
        reliability=reliability_rows(cleaner, one_each, jobs),
        settings=setting_rows(cleaner.model, one_each, [t for t, _ in made[0]], jobs),
    )


def one_rendering_each(texts: Sequence[LabelledText]) -> list[LabelledText]:
    """Give one rendering of each page, chosen by the page's name, in order."""
    by_page: dict[str, list[LabelledText]] = defaultdict(list)
    for text in texts:
        by_page[text.page].append(text)
    return [
        renderings[
            blake2b(page.encode("utf-8", "surrogatepass")).digest()[0] % len(renderings)
        ]
        for page, renderings in by_page.items()
    ]


def read_figures(path: Path) -> Figures:
    """Read what ``json.dumps(asdict(figures))`` wrote."""
    record = json.loads(path.read_text("utf-8"))
    return Figures(
        pages={k: [Row(**r) for r in v] for k, v in record["pages"].items()},
        spam={k: [SpamRow(**r) for r in v] for k, v in record["spam"].items()},
        article_as_spam=record["article_as_spam"],
        article_as_chrome=record["article_as_chrome"],
        genuine=[KeptRow(**r) for r in record["genuine"]],
        german=[KeptRow(**r) for r in record["german"]],
        cut_off=[CutOffRow(**r) for r in record["cut_off"]],
        hijacked=[HijackedRow(**r) for r in record["hijacked"]],
        calibration=[CalibrationRow(**r) for r in record["calibration"]],
        reliability=[ReliabilityRow(**r) for r in record["reliability"]],
        settings=[SettingRow(**r) for r in record["settings"]],
    )
