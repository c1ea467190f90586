"""Carrying: grades and structure from the walk of a page to a rendering of it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from training.align import UNMATCHED, align
from training.grade import UNGRADED, Graded
from training.labelled import LABELS, Mark, Tag
from training.tokens import Tokens, Vocabulary, tokenise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_UNKNOWN = -1
_GRADES = 3
_GRAM = 3  # tokens by which text that was moved is recognised
# Where a Markdown link leads; its words, often the headline's, are no page text.
_DESTINATION = re.compile(r"\]\((?:[^()\s\\]|\\.|\([^()\n]*\))*(?:\s+\"[^\"\n]*\")?\)")
# What closes a stretch stays with it, so that no label begins with a full stop.
_CLOSING = re.compile(r"[.!?,;:…%。！？，；：、\"'”’)\]）】》」』]*\s*")


def carry(
    graded: Graded, tags: Sequence[Tag], text: str, vocabulary: Vocabulary
) -> tuple[tuple[Mark, ...], tuple[Tag, ...]]:
    """Return the marks and the tags of *text*, a rendering of the page of *graded*.

    *tags* are the structure of the walk; the kinds of its lines join them.
    """
    tokens = tokenise(text, vocabulary)
    if not len(tokens):
        return (), ()
    names, named = _structure(graded, tags)
    # Grade and structure together are one number, so that one alignment carries both.
    values = _carried(
        graded.tokens,
        graded.grades + _GRADES * names,
        np.where(blind := _destinations(text, tokens), _UNKNOWN, tokens.ids),
    )
    bounds = _line_starts(text, tokens)
    grades, structure = (
        np.where(values == _UNKNOWN, _UNKNOWN, part)
        for part in (values % _GRADES, values // _GRADES)
    )
    _fill_lines(grades, bounds, blind)
    _fill_lines(structure, bounds, blind)
    marks = tuple(
        Mark(start, end, LABELS[value])
        for start, end, value in _stretches(text, tokens, grades)
        if value not in {UNGRADED, _UNKNOWN}
    )
    return marks, tuple(
        Tag(start, end, named[value])
        for start, end, value in _stretches(text, tokens, structure)
        if value > 0
    )


def _structure(
    graded: Graded, tags: Sequence[Tag]
) -> tuple[NDArray[np.int32], list[tuple[str, ...]]]:
    """Return the number of each token's set of names, and the sets; set 0 is empty."""
    sets: dict[tuple[str, ...], int] = {(): 0}
    numbers = np.zeros(len(graded.tokens), np.int32)
    for tag in tags:
        first, last = np.searchsorted(graded.tokens.starts, (tag.start, tag.end))
        numbers[first:last] = sets.setdefault(tag.names, len(sets))
    for kind in graded.kinds:
        first, last = np.searchsorted(graded.tokens.starts, (kind.start, kind.end))
        named = list(sets)
        for number in np.unique(numbers[first:last]):
            joined = tuple(sorted({*named[number], *kind.names}))
            here = numbers[first:last]
            here[here == number] = sets.setdefault(joined, len(sets))
    return numbers, list(sets)


def _carried(
    source: Tokens, values: NDArray[np.int32], target: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Return the value of each target token, `_UNKNOWN` where nothing tells."""
    pairs = align(target, source.ids)
    carried = np.full(len(target), _UNKNOWN, np.int32)
    matched = pairs != UNMATCHED
    carried[matched] = values[pairs[matched]]
    if matched.all():
        return carried
    # Renderers that set table columns side by side change the order of the text.
    votes: dict[tuple[int, ...], int] = {}
    ids = source.ids.tolist()
    for at, gram in enumerate(_grams(ids)):
        value = int(values[at])
        if votes.setdefault(gram, value) != value:
            votes[gram] = _UNKNOWN
    grams = _grams(target.tolist())
    total = np.concatenate(([0], np.cumsum(matched)))
    for at in np.flatnonzero(total[_GRAM:] == total[:-_GRAM]).tolist():
        value = votes.get(grams[at], _UNKNOWN)
        if value != _UNKNOWN:
            carried[at : at + _GRAM] = value
    return carried


def _destinations(text: str, tokens: Tokens) -> NDArray[np.bool_]:
    """Tell which tokens are part of the address of a Markdown link."""
    blind = np.zeros(len(tokens), bool)
    if "](" in text:
        for found in _DESTINATION.finditer(text):
            first, last = np.searchsorted(tokens.starts, found.span())
            blind[first:last] = True
    return blind


def _grams(ids: list[int]) -> list[tuple[int, ...]]:
    return list(zip(*(ids[shift:] for shift in range(_GRAM)), strict=False))


def _line_starts(text: str, tokens: Tokens) -> list[int]:
    """Return the first token of each line that has any, and the number of tokens."""
    starts = tokens.starts.tolist()
    ends = tokens.ends.tolist()
    firsts = [
        at for at in range(1, len(starts)) if "\n" in text[ends[at - 1] : starts[at]]
    ]
    return [0, *firsts, len(starts)]


def _fill_lines(
    values: NDArray[np.int32], bounds: Sequence[int], blind: NDArray[np.bool_]
) -> None:
    """Give unknown tokens, in place, the value of those beside them."""
    for first, last in pairwise(bounds):
        _fill(values[first:last], blind[first:last])
    # A line of which nothing is known is like its neighbours where these agree.
    for first, last in pairwise(bounds):
        if values[first] == _UNKNOWN and first > 0 and last < len(values):
            around = values[first - 1], values[last]
            values[first:last] = around[0] if around[0] == around[1] else _UNKNOWN


def _fill(line: NDArray[np.int32], blind: NDArray[np.bool_]) -> None:
    known = np.flatnonzero(line != _UNKNOWN)
    if not len(known) or len(known) == len(line):
        return
    places = np.arange(len(line))
    after = np.minimum(np.searchsorted(known, places), len(known) - 1)
    before = np.maximum(np.searchsorted(known, places, side="right") - 1, 0)
    left, right = line[known[before]], line[known[after]]
    # An address belongs to the words of its link, which stand before it.
    line[:] = np.where((left == right) | blind, left, _UNKNOWN)


def _stretches(
    text: str, tokens: Tokens, values: NDArray[np.int32]
) -> list[tuple[int, int, int]]:
    """Return (start, end, value) of runs of equal values, tiling the text."""
    changes = np.flatnonzero(np.diff(values)) + 1
    cuts = [0]
    for at in changes.tolist():
        gap_start, gap_end = int(tokens.ends[at - 1]), int(tokens.starts[at])
        gap = text[gap_start:gap_end]
        line_end = gap.find("\n")
        if line_end >= 0:
            cuts.append(gap_start + line_end + 1)
        else:
            closing = _CLOSING.match(gap)
            cuts.append(gap_start + (closing.end() if closing else 0))
    cuts.append(len(text))
    heads = [0, *changes.tolist()]
    return [
        (start, end, int(values[head]))
        for (start, end), head in zip(pairwise(cuts), heads, strict=True)
        if start < end
    ]
