"""Scores: how the spans that were found for a text agree with gold spans.

Only *visible* characters count, those that are no blanks, and among them only
the *graded* ones, those inside a gold span. A character in no found span is kept,
that is, article.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from dross import chars
from dross.gold import TRAITS
from dross.spans import ARTICLE, LABELS, SPAM, ranges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dross.gold import GoldSpan

UNGRADED = MIXED = len(LABELS)
# A line has a label when this share of its graded visible characters has it; a line
# in which no label has that many is mixed.
LINE_SHARE = 0.75


class Labelled(Protocol):
    """A stretch of a text with a label, whoever found it."""

    @property
    def start(self) -> int:
        """Its first code point."""

    @property
    def end(self) -> int:
        """The code point after its last."""

    @property
    def label(self) -> str:
        """One of ``LABELS``."""


@dataclass(slots=True)
class Counts:
    """Running counts over pages, or over the spans that share a trait.

    ``characters``: gold label (row; the last, ungraded) by label found. ``lines``:
    the same of lines; the last row and column are mixed lines. ``edges``: of each
    run of gold spam that was found, how far its two edges are, taken together, from
    those of the found run that covers most of it; ``missed`` counts the others.
    """

    pages: int = 0
    characters: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros((len(LABELS) + 1, len(LABELS)), np.int64)
    )
    lines: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros((len(LABELS) + 1, len(LABELS) + 1), np.int64)
    )
    edges: list[int] = field(default_factory=list)
    missed: int = 0

    def add(self, other: Counts) -> None:
        """Add the counts of more pages."""
        self.pages += other.pages
        self.characters += other.characters
        self.lines += other.lines
        self.edges += other.edges
        self.missed += other.missed

    @property
    def removed(self) -> float:
        """The share of article characters that were removed."""
        row = self.characters[ARTICLE]
        return _ratio(int(row.sum() - row[ARTICLE]), int(row.sum()))

    @property
    def article_as_spam(self) -> float:
        """The share of article characters that were labelled spam."""
        row = self.characters[ARTICLE]
        return _ratio(int(row[SPAM]), int(row.sum()))

    def edge_error(self, percent: float) -> float:
        """Give the percentile of the edge errors; not a number without any."""
        return float(np.percentile(self.edges, percent)) if self.edges else math.nan


@dataclass(frozen=True, slots=True)
class Score:
    """How well one label was found; not a number where nothing can be said."""

    gold: int
    found: int
    precision: float
    recall: float
    f1: float


def label_scores(table: NDArray[np.int64]) -> tuple[Score, ...]:
    """Give the score of each label from a table of graded gold by found."""
    scores = []
    for label in range(len(LABELS)):
        right = int(table[label, label])
        gold, found = int(table[label].sum()), int(table[:, label].sum())
        precision, recall = _ratio(right, found), _ratio(right, gold)
        total = gold + found
        scores.append(
            Score(gold, found, precision, recall, _ratio(2 * right, total)),
        )
    return tuple(scores)


def confusion(
    text: str, gold: Sequence[Labelled], found: Sequence[Labelled]
) -> NDArray[np.int64]:
    """Give visible characters by gold label (row; last, ungraded) and label found."""
    seen = _visible(text)
    return _table(_painted(gold, len(text), UNGRADED)[seen], _found(text, found)[seen])


def count_page(
    text: str, gold: Sequence[GoldSpan], found: Sequence[Labelled]
) -> tuple[Counts, dict[tuple[str, str], Counts]]:
    """Give the counts of a page, and those of its spans by trait and value."""
    seen = np.flatnonzero(_visible(text))
    truth = _painted(gold, len(text), UNGRADED)[seen]
    given = _found(text, found)[seen]
    graded = truth != UNGRADED
    whole = Counts(1, _table(truth, given))
    breaks = chars.classify(chars.code_points(text)) == chars.NEWLINE
    whole.lines += _line_table(
        np.cumsum(breaks)[seen][graded], truth[graded], given[graded]
    )
    traits: defaultdict[tuple[str, str], Counts] = defaultdict(Counts)
    gold_runs = _runs(truth[graded] == SPAM)
    found_runs = _runs(given[graded] == SPAM)
    errors = [_edge_error(run, found_runs) for run in gold_runs]
    _count_edges(whole, errors)
    for trait in TRAITS:
        values, codes = _trait_codes(gold, len(text), trait)
        codes = codes[seen]
        for code, value in enumerate(values):
            traits[trait, value].characters += _table(
                truth[codes == code], given[codes == code]
            )
        # A run can be several spans: it counts for the value that most of it has.
        for (start, end), error in zip(gold_runs, errors, strict=True):
            inside = codes[graded][start:end]
            if (inside >= 0).any():
                most = int(np.bincount(inside[inside >= 0]).argmax())
                _count_edges(traits[trait, values[most]], [error])
    for counts in traits.values():
        counts.pages = 1
    return whole, dict(traits)


def _visible(text: str) -> NDArray[np.bool_]:
    return np.fromiter((not c.isspace() for c in text), bool, len(text))


def _painted(spans: Sequence[Labelled], length: int, ground: int) -> NDArray[np.int8]:
    """Give the number of each code point's label, *ground* outside all spans."""
    labels = np.full(length, ground, np.int8)
    for span in spans:
        labels[span.start : span.end] = LABELS.index(span.label)
    return labels


def _found(text: str, spans: Sequence[Labelled]) -> NDArray[np.int8]:
    return _painted(spans, len(text), ARTICLE)


def _table(truth: NDArray[np.int8], given: NDArray[np.int8]) -> NDArray[np.int64]:
    columns = len(LABELS)
    flat = truth.astype(np.int64) * columns + given
    return np.bincount(flat, minlength=(columns + 1) * columns).reshape(-1, columns)


def _line_table(
    lines: NDArray[np.int64], truth: NDArray[np.int8], given: NDArray[np.int8]
) -> NDArray[np.int64]:
    """Give lines by gold and found label, from the line of each graded character."""
    sides = len(LABELS) + 1
    _, rows = np.unique(lines, return_inverse=True)
    flat = _line_labels(rows, truth) * sides + _line_labels(rows, given)
    return np.bincount(flat, minlength=sides * sides).reshape(sides, sides)


def _line_labels(
    rows: NDArray[np.int64], labels: NDArray[np.int8]
) -> NDArray[np.int64]:
    columns = len(LABELS)
    count = len(np.unique(rows))
    table = np.bincount(rows * columns + labels, minlength=count * columns)
    table = table.reshape(count, columns)
    enough = table.max(axis=1) >= LINE_SHARE * table.sum(axis=1)
    return np.where(enough, table.argmax(axis=1), MIXED)


def _runs(spam: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Give the runs of spam among the graded visible characters.

    So blanks neither part two spans nor count in the place of an edge.
    """
    starts, ends = ranges(spam)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def _edge_error(run: tuple[int, int], found: Sequence[tuple[int, int]]) -> int | None:
    """Give the distance of both edges from the best found run's; None if missed."""
    start, end = run
    shared = [min(end, stop) - max(start, begin) for begin, stop in found]
    most = max(shared, default=0)
    if most <= 0:
        return None
    begin, stop = found[shared.index(most)]
    return abs(start - begin) + abs(end - stop)


def _count_edges(counts: Counts, errors: Sequence[int | None]) -> None:
    counts.edges += [error for error in errors if error is not None]
    counts.missed += sum(error is None for error in errors)


def _trait_codes(
    gold: Sequence[GoldSpan], length: int, trait: str
) -> tuple[list[str], NDArray[np.int16]]:
    """Give the values of *trait*, and each code point's, by number; -1 for none."""
    named = [
        (span, value) for span in gold for name, value in span.traits if name == trait
    ]
    values = sorted({value for _, value in named})
    codes = np.full(length, -1, np.int16)
    for span, value in named:
        codes[span.start : span.end] = values.index(value)
    return values, codes


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
