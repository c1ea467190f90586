"""The figures of an evaluation as a table for people and as JSON for programs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dross.evaluation import FIELDS
from dross.gold import TRAITS
from dross.scores import LINE_SHARE, label_scores
from dross.spans import LABELS, SPAM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dross.evaluation import Evaluation
    from dross.scores import Counts, Score

_MEDIAN, _HIGH = 50, 90  # percentiles of the edge errors that are shown
_LINES = f"""\
A line has a label when at least {LINE_SHARE:.0%} of its graded visible characters have
it, and is mixed otherwise; lines without any are not counted."""
_EDGES = """\
The error of a run of gold spam is how far its two edges are, in visible characters and
taken together, from those of the found run that covers most of it; below, its median
and 90th percentile are "edges" and "90th". Scores below are by characters."""


def as_text(result: Evaluation) -> str:
    """Give the figures as tables, wrongly removed article characters first."""
    whole = result.whole
    graded = whole.characters[:-1]
    confusion = zip([*LABELS, "ungraded"], whole.characters, strict=True)
    summary = (
        f"article characters wrongly removed: {_percent(whole.removed)} "
        f"(as spam: {_percent(whole.article_as_spam)})\n"
        f"pages: {whole.pages:,}; graded visible characters: {graded.sum():,}; "
        f"ungraded: {whole.characters[-1].sum():,}"
    )
    if result.missing:
        summary += f"\npages without spans, counted as kept: {len(result.missing):,}"
    parts = [
        summary,
        _table("labels, by characters", _SCORES, _score_rows(label_scores(graded))),
        _table("labels, by lines", _SCORES, _score_rows(label_scores(whole.lines))),
        _LINES,
        _table("edges of spam", _EDGE_HEAD, [["all", *_edge_cells(whole)]]),
        _EDGES,
        _table(
            "confusion: gold characters (rows) by label found",
            ["", *LABELS],
            ([name, *(f"{n:,}" for n in row)] for name, row in confusion),
        ),
    ]  # fmt: skip
    for name in FIELDS:
        groups = result.groups.get(name, {})
        if any(groups):  # some value beside "", which is that of pages without one
            rows = ([value or "(none)", *_page_cells(counts)]
                    for value, counts in sorted(groups.items()))  # fmt: skip
            parts.append(_table(f"by {name}", _PAGE_HEAD, rows))
    for name in TRAITS:
        groups = result.groups.get(name, {})
        if groups:
            rows = ([value, *_trait_cells(c)] for value, c in sorted(groups.items()))
            parts.append(
                _table(f"by {name}: what became of its characters", _TRAIT_HEAD, rows)
            )
    return "\n\n".join(parts) + "\n"


def as_json(result: Evaluation) -> dict[str, object]:
    """Give every figure; null where nothing can be said."""
    return {
        "all": _page_record(result.whole),
        **{
            name: {v: _page_record(c) for v, c in sorted(result.groups[name].items())}
            for name in FIELDS
        },
        **{
            name: {v: _trait_record(c) for v, c in sorted(result.groups[name].items())}
            for name in TRAITS
        },
        "missing": result.missing,
    }


_SCORES = ["", "gold", "found", "precision", "recall", "F1"]
_EDGE_HEAD = ["", "gold runs", "found", "median", "90th percentile"]
_PAGE_HEAD = ["", "pages", "removed", "as spam", "article F1", "chrome F1", "spam P",
              "R", "F1", "edges", "90th"]  # fmt: skip
_TRAIT_HEAD = ["", "pages", "characters", *LABELS, "runs", "found", "edges", "90th"]


def _score_rows(scores: Sequence[Score]) -> Iterable[list[str]]:
    for label, score in zip(LABELS, scores, strict=True):
        shares = (score.precision, score.recall, score.f1)
        yield [label, f"{score.gold:,}", f"{score.found:,}", *map(_percent, shares)]


def _page_cells(counts: Counts) -> list[str]:
    article, chrome, spam = label_scores(counts.characters[:-1])
    shares = (article.f1, chrome.f1, spam.precision, spam.recall, spam.f1)
    edges = _edge_cells(counts)[2:]
    lost = (counts.removed, counts.article_as_spam)
    return [f"{counts.pages:,}", *map(_percent, (*lost, *shares)), *edges]


def _trait_cells(counts: Counts) -> list[str]:
    table = counts.characters[:-1]
    total = int(table.sum())
    found = table.sum(axis=0).tolist()
    cells = [_percent(share / total if total else math.nan) for share in found]
    return [f"{counts.pages:,}", f"{total:,}", *cells, *_edge_cells(counts)]


def _edge_cells(counts: Counts) -> list[str]:
    found = len(counts.edges)
    errors = (counts.edge_error(_MEDIAN), counts.edge_error(_HIGH))
    return [f"{found + counts.missed:,}", f"{found:,}",
            *("–" if math.isnan(e) else f"{e:.1f}" for e in errors)]  # fmt: skip


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{share:.2%}"


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give rows under a title, the first column flush left, the others right."""
    cells = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )
    return "\n".join([title, *lines])


def _page_record(counts: Counts) -> dict[str, object]:
    return {
        "pages": counts.pages,
        "article_removed": _number(counts.removed),
        "article_as_spam": _number(counts.article_as_spam),
        "characters": _score_records(label_scores(counts.characters[:-1])),
        "lines": _score_records(label_scores(counts.lines)),
        "edges": _edge_record(counts),
        "confusion": {
            "characters": {
                name: dict(zip(LABELS, row.tolist(), strict=True))
                for name, row in zip(
                    [*LABELS, "ungraded"], counts.characters, strict=True
                )
            },
            "lines": {
                name: dict(zip([*LABELS, "mixed"], row.tolist(), strict=True))
                for name, row in zip([*LABELS, "mixed"], counts.lines, strict=True)
            },
        },
    }


def _trait_record(counts: Counts) -> dict[str, object]:
    article, _, spam = (int(row.sum()) for row in counts.characters[:-1])
    return {
        "pages": counts.pages,
        "article": article,
        "article_removed": _number(counts.removed),
        "article_as_spam": _number(counts.article_as_spam),
        "spam": spam,
        "spam_recall": _number(label_scores(counts.characters[:-1])[SPAM].recall),
        "found": dict(
            zip(LABELS, counts.characters[:-1].sum(axis=0).tolist(), strict=True)
        ),
        "edges": _edge_record(counts),
    }


def _score_records(scores: Sequence[Score]) -> dict[str, object]:
    return {
        label: {
            "gold": score.gold,
            "found": score.found,
            "precision": _number(score.precision),
            "recall": _number(score.recall),
            "f1": _number(score.f1),
        }
        for label, score in zip(LABELS, scores, strict=True)
    }


def _edge_record(counts: Counts) -> dict[str, object]:
    return {
        "runs": len(counts.edges) + counts.missed,
        "found": len(counts.edges),
        "median": _number(counts.edge_error(_MEDIAN)),
        "p90": _number(counts.edge_error(_HIGH)),
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)
