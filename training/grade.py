"""Grades: which tokens of the walk are article and which are chrome, by the gold.

Nearly every line is wholly in the gold or wholly out of it. What remains are short
runs that match by accident, lines that hold both, and lines on which golds disagree;
the last stay ungraded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.labelled import Tag
from training.linekinds import html_title, is_byline, title_forms
from training.matching import matched
from training.tokens import Tokens, Vocabulary, tokenise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

    from training.pages import Page

ARTICLE, CHROME, UNGRADED = 0, 1, 2

_IN, _OUT = 0.75, 0.25  # share of a line's words in the gold
_CUT = 3.0  # words that must speak against a label before a line is cut
_LONG = 8.0  # words; shorter lines are not cut
_SHORT = 2.5  # words; a line as short as this matches by accident
_LONGEST_SUBHEAD = 15.0  # words
_BEFORE, _AFTER = 12, 6  # lines around the article where bylines belong to it
_REPEATED = 6.0  # words; a line this long is no accident when it comes twice
_HTML = re.compile(r"<(?:p|br|a|div|img|blockquote)\b[^>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Graded:
    """The walk's *text* with one grade a token.

    *coverage* is the share of the gold's words that were found, NaN without a gold.
    *kinds* are the lines that are headlines, bylines or captions.
    """

    text: str
    tokens: Tokens
    grades: NDArray[np.int8]
    coverage: float
    kinds: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    first: int
    last: int
    words: float
    names: frozenset[str]
    strong: bool
    text: str


def grade(page: Page, text: str, tags: Sequence[Tag], vocabulary: Vocabulary) -> Graded:
    """Grade the tokens of *text*, the walk of *page*, whose structure is *tags*."""
    tokens = tokenise(text, vocabulary)
    lines = list(_lines(text, tokens, tags))
    titles = title_forms([page.title, html_title(page.html)], vocabulary)
    if page.gold is None:
        return _by_strings(page, text, tokens, lines)
    gold = tokenise(_without_markup(page.gold, text), vocabulary)
    kept, coverage = matched(tokens, gold)
    grades = np.full(len(tokens), CHROME, np.int8)
    for line in lines:
        here = slice(line.first, line.last)
        grades[here] = _line_grades(kept[here], tokens.weights[here], line.words)
    kinds = _leave_open(lines, tokens, grades, kept, titles)
    return Graded(text, tokens, grades, coverage, tuple(kinds))


def _without_markup(gold: str, text: str) -> str:
    """Return *gold* without tags where it is HTML and the page does not show tags."""
    if _HTML.search(gold) and not _HTML.search(text):
        return _MARKUP.sub(" ", gold)
    return gold


def _lines(text: str, tokens: Tokens, tags: Sequence[Tag]) -> Iterator[_Line]:
    start = 0
    at = 0
    for line in text.split("\n"):
        end = start + len(line)
        first, last = np.searchsorted(tokens.starts, (start, end))
        names: set[str] | None = None
        strong = False
        while at < len(tags) and tags[at].end <= start:
            at += 1
        ahead = at
        while ahead < len(tags) and tags[ahead].start < end:
            held = set(tags[ahead].names)
            names = held if names is None else names & held
            strong = strong or "strong" in held
            ahead += 1
        if first < last:
            words = float(tokens.weights[first:last].sum())
            shared = frozenset(names or ())
            yield _Line(start, end, int(first), int(last), words, shared, strong, line)
        start = end + 1


def _line_grades(
    kept: NDArray[np.bool_], weights: NDArray[np.float64], words: float
) -> NDArray[np.int8]:
    share = float(weights[kept].sum()) / words
    whole = ARTICLE if share >= _IN else CHROME if share <= _OUT else UNGRADED
    # A line of many words may hold a run of another label and still be nearly whole.
    if words >= _LONG and min(share, 1 - share) * words >= _CUT:
        return _cut(kept, weights)
    return np.full(len(kept), whole, np.int8)


def _cut(kept: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return the two-label sequence that costs least.

    A token under the wrong label costs its words, and each change `_CUT`.
    """
    costs = (0.0, 0.0)
    came: list[tuple[bool, bool]] = []
    for inside, weight in zip(kept.tolist(), weights.tolist(), strict=True):
        article, chrome = costs
        came.append((chrome + _CUT < article, article + _CUT < chrome))
        costs = (
            min(article, chrome + _CUT) + (0.0 if inside else weight),
            min(chrome, article + _CUT) + (weight if inside else 0.0),
        )
    grades = np.empty(len(kept), np.int8)
    now = ARTICLE if costs[0] <= costs[1] else CHROME
    for at in range(len(kept) - 1, -1, -1):
        grades[at] = now
        if came[at][now]:
            now = 1 - now
    return grades


def _leave_open(
    lines: Sequence[_Line],
    tokens: Tokens,
    grades: NDArray[np.int8],
    kept: NDArray[np.bool_],
    titles: Collection[tuple[int, ...]],
) -> Iterator[Tag]:
    """Ungrade in place what the gold leaves open, and yield the lines of such kinds."""
    inside = [bool((grades[line.first : line.last] == ARTICLE).all()) for line in lines]
    body = [
        at for at, line in enumerate(lines) if inside[at] and line.words >= 2 * _SHORT
    ]
    last = body[-1] if body else len(lines)
    following = np.searchsorted(body, range(len(lines)))
    ends = [-len(lines), *body, 2 * len(lines)]
    folded = [tuple(tokens.ids[line.first : line.last].tolist()) for line in lines]
    repeated = {folded[at] for at in body if lines[at].words >= _REPEATED}
    for at, line in enumerate(lines):
        here = slice(line.first, line.last)
        beside = ends[following[at]], ends[following[at] + 1]
        near = at - beside[0] <= _AFTER or beside[1] - at <= _BEFORE
        before = at > 0 and inside[at - 1]
        after = at + 1 < len(lines) and inside[at + 1]
        kind = _kind(line, folded[at], titles)
        if kind and (near or inside[at]):
            left = "kept" if kept[here].mean() > _IN else "left"
            yield Tag(line.start, line.end, (kind, left))
        out = not inside[at]
        if (
            (kind == "headline" and out and at <= last)
            or (kind == "byline" and near)
            or (kind == "caption" and out and near)
            # A standfirst that stands twice, of which the gold has one.
            or (out and at <= last and folded[at] in repeated)
            # A subhead that the gold lost, and numbers between paragraphs.
            or (out and before and after and _is_slight(line))
            or (out and line.strong and _is_body(line, at - beside[0], beside[1] - at))
            or (inside[at] and line.words < _SHORT and not (before or after))
        ):
            grades[here] = UNGRADED


def _kind(
    line: _Line, folded: tuple[int, ...], titles: Collection[tuple[int, ...]]
) -> str:
    if "caption" in line.names:
        # a photo credit is none: golds that keep captions keep it by accident
        credit = line.words <= 4 * _SHORT and is_byline(line.text, line.words)
        return "byline" if credit else "caption"
    if "nav" in line.names or line.names >= {"li", "link"}:
        return ""
    if folded in titles or "h1" in line.names:
        return "headline"
    if "code" in line.names:
        return ""  # a log begins its lines with dates
    if is_byline(line.text, line.words) or (
        "byline" in line.names and line.words <= 4 * _SHORT
    ):
        return "byline"
    return ""


def _is_body(line: _Line, below: int, above: int) -> bool:
    """Tell whether a line with bold words is of the article, whatever the gold says.

    Some golds lost each paragraph that begins with bold words, as the questions and
    answers of an interview do. *below* and *above* count the lines between it and
    article on either side.
    """
    if "link" in line.names or line.names & {"nav", "aside", "footer", "form"}:
        return False
    return (below <= _AFTER and above <= _AFTER) or (
        line.words >= _LONGEST_SUBHEAD and above <= 2
    )


def _is_slight(line: _Line) -> bool:
    if line.names & {"h2", "h3", "strong"} and "link" not in line.names:
        return line.words <= _LONGEST_SUBHEAD
    return line.words < _SHORT and not re.search(r"[^\W\d_]", line.text)


def _by_strings(
    page: Page, text: str, tokens: Tokens, lines: Sequence[_Line]
) -> Graded:
    """Grade only the lines that hold the strings named by the page."""
    grades = np.full(len(tokens), UNGRADED, np.int8)
    squeezed = [" ".join(line.text.split()) for line in lines]
    for strings, label in ((page.inside, ARTICLE), (page.outside, CHROME)):
        for string in strings:
            wanted = " ".join(string.split())
            if not wanted:
                continue
            holding = [at for at, line in enumerate(squeezed) if wanted in line]
            if label == ARTICLE:
                # Teasers repeat sentences of articles; the longest line is the article.
                holding = sorted(holding, key=lambda at: -lines[at].words)[:1]
            for at in holding:
                grades[lines[at].first : lines[at].last] = label
    return Graded(text, tokens, grades, float("nan"), ())
