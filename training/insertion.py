"""Insertions: text put into a text at given places, with all marks kept right."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from training.labelled import LabelledText, Mark, Tag

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of spam or chrome that is to stand before the character at *at*."""

    at: int  # offset in the page as it was
    text: str
    form: str
    family: str
    lang: str
    disguise: str = ""


@dataclass(frozen=True, slots=True)
class Injected:
    """A page with pieces put in, and what is known of each insertion."""

    page: LabelledText
    insertions: tuple[Insertion, ...]  # in order; offsets into *page*


@dataclass(frozen=True, slots=True)
class Insertion:
    """One inserted piece, for recall by form, family, language, disguise."""

    start: int
    end: int
    form: str
    family: str
    lang: str
    disguise: str  # "" where the words are as they are


def applied(
    page: LabelledText, pieces: Sequence[Piece], label: str = "spam"
) -> Injected:
    """Return *page* with all *pieces* in, those of one place in the order given.

    Each is under a mark of its own with *label*.
    """
    ordered = sorted((p for p in pieces if p.text), key=lambda piece: piece.at)
    text: list[str] = []
    insertions: list[Insertion] = []
    done = length = 0
    for piece in ordered:
        text += (page.text[done : piece.at], piece.text)
        start = length + piece.at - done
        done, length = piece.at, start + len(piece.text)
        insertions.append(
            Insertion(
                start, length, piece.form, piece.family, piece.lang, piece.disguise
            )
        )
    text.append(page.text[done:])
    shift = _Shift([(piece.at, len(piece.text)) for piece in ordered])
    marks = [cut for mark in page.marks for cut in shift.cut(mark)]
    marks += [Mark(new.start, new.end, label) for new in insertions]
    return Injected(
        replace(
            page,
            text="".join(text),
            marks=tuple(sorted(marks, key=lambda mark: mark.start)),
            tags=tuple(shift.stretched(tag) for tag in page.tags),
        ),
        tuple(insertions),
    )


class _Shift:
    """Where the characters of a text are after insertions at *places*."""

    def __init__(self, places: Sequence[tuple[int, int]]) -> None:
        self._offsets = [at for at, _ in places]
        self._total = [0]
        for _, length in places:
            self._total.append(self._total[-1] + length)

    def of(self, at: int) -> int:
        """Return by how much the character at *at* has moved."""
        return self._total[bisect_right(self._offsets, at)]

    def cut(self, mark: Mark) -> list[Mark]:
        """Return *mark* in its new place, cut where something was inserted."""
        low = bisect_right(self._offsets, mark.start)
        high = bisect_right(self._offsets, mark.end - 1)
        edges = [mark.start, *sorted(set(self._offsets[low:high])), mark.end]
        return [
            Mark(one + self.of(one), other + self.of(one), mark.label)
            for one, other in pairwise(edges)
        ]

    def stretched(self, tag: Tag) -> Tag:
        """Return *tag* in its new place, over what was inserted inside it."""
        return replace(
            tag,
            start=tag.start + self.of(tag.start),
            end=tag.end + self.of(tag.end - 1),
        )
