"""Layout: where in a page something can be inserted."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.labelled import LabelledText

_SHORT_LINE = 12  # characters; shorter article lines are left alone if there are longer
_JOINERS = ("\u200d", "\ufe0e", "\ufe0f")
_CLAUSE_MARKS = "。！？；，.!?;,:："


@dataclass(frozen=True, slots=True)
class Layout:
    """Where spam can stand in a text: its lines, and which of them are what."""

    text: str
    lines: tuple[tuple[int, int], ...]  # without line ends
    labels: tuple[str, ...]  # of each line: that of its first character, or ""

    @classmethod
    def of(cls, page: LabelledText) -> Layout:
        """Return the layout of *page*."""
        lines: list[tuple[int, int]] = []
        at = 0
        for line in page.text.split("\n"):
            lines.append((at, at + len(line.rstrip("\r"))))
            at += len(line) + 1
        starts = [mark.start for mark in page.marks]
        labels: list[str] = []
        for start, end in lines:
            line = page.text[start:end]
            first = start + len(line) - len(line.lstrip())
            index = bisect_right(starts, first) - 1
            inside = index >= 0 and first < page.marks[index].end and first < end
            labels.append(page.marks[index].label if inside else "")
        return cls(page.text, tuple(lines), tuple(labels))

    def first_line(self) -> tuple[int, int] | None:
        """Return the first line with anything in it."""
        return next((line for line in self.lines if line[0] < line[1]), None)

    def article_lines(self) -> list[tuple[int, int]]:
        """List the article's lines of some length; without any, those of the page."""
        pairs = list(zip(self.lines, self.labels, strict=True))
        for wanted in (("article",), ("article", "chrome", "")):
            for least in (_SHORT_LINE, 2):
                found = [
                    (start, end)
                    for (start, end), label in pairs
                    if label in wanted and end - start >= least
                ]
                if found:
                    return found
        return []

    def gap(self, rng: np.random.Generator, label: str) -> int:
        """Draw the start of a line that stands between two of *label*.

        On a page without such, any line start but the first; on a page of one line,
        a boundary of tokens.
        """
        middle = [
            start
            for (start, _), above, below in zip(
                self.lines[1:], self.labels, self.labels[1:], strict=False
            )
            if above == below == label
        ] or [start for start, _ in self.lines[1:]]
        if middle:
            return middle[int(rng.integers(len(middle)))]
        return next(iter(self.places(rng, 1, "between")), len(self.text))

    def places(self, rng: np.random.Generator, count: int, kind: str) -> list[int]:
        """Draw up to *count* different offsets of *kind* within article lines."""
        lines = self.article_lines()
        if not lines:
            return []
        lengths = np.array([end - start for start, end in lines], dtype=float)
        found: set[int] = set()
        for _ in range(4 * count):
            if len(found) == count:
                break
            # Long lines are likelier, but not by their whole length: real injections
            # go line by line.
            weights = np.sqrt(lengths)
            start, end = lines[int(rng.choice(len(lines), p=weights / weights.sum()))]
            at = self._place(rng, start, end, kind)
            if at is not None and self._safe(at):
                found.add(at)
        return sorted(found)

    def _place(
        self, rng: np.random.Generator, start: int, end: int, kind: str
    ) -> int | None:
        if kind == "clause" and rng.random() < 0.5:
            return start if rng.random() < 0.5 else end
        middle = int(rng.integers(start + 1, end))
        fits: Callable[[int], bool]
        if kind == "anywhere":
            return middle
        if kind == "clause":
            fits = self._after_mark
        elif kind == "sentence":
            fits = self._after_stop
        else:
            fits = self._between_words if kind == "between" else self._torn
        # From the drawn offset on, then from the line's start.
        for at in chain(range(middle, end), range(start + 1, middle)):
            if fits(at):
                return at
        return end if kind in {"clause", "sentence"} else None

    def _after_mark(self, at: int) -> bool:
        return self.text[at - 1] in _CLAUSE_MARKS and not self.text[at].isdigit()

    def _after_stop(self, at: int) -> bool:
        if self.text[at - 1] in "。！？":
            return self.text[at] not in "”’」』）"
        return self.text[at - 1] in ".!?" and self.text[at].isspace()

    def _between_words(self, at: int) -> bool:
        before, after = self.text[at - 1], self.text[at]
        if _is_han(before) and _is_han(after):
            return True
        return before.isspace() and after.isalpha()

    def _torn(self, at: int) -> bool:
        before, after = self.text[at - 1], self.text[at]
        if _is_han(before) and _is_han(after):
            return True
        return (
            before.isalpha()
            and after.isalpha()
            and self.text[at - 2 : at].isalpha()
            and self.text[at : at + 2].isalpha()
        )

    def _safe(self, at: int) -> bool:
        """Tell whether no character is torn: no accent or joiner follows."""
        if at == len(self.text):
            return True
        after = self.text[at]
        torn = unicodedata.combining(after) or after in _JOINERS
        return not torn and self.text[at - 1 : at] not in {"\r", "\u200d"}


def _is_han(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff" or "\u3400" <= letter <= "\u4dbf"
