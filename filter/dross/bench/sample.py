"""The text that is measured on, one sample a language, and how others read it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from dross import chars
from dross.bench import pagetext
from dross.bench.arguments import LANGUAGES
from dross.formats import formats_of, read_records
from dross.records import Keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dross.cleaner import Cleaned
    from dross.errors import RecordError

MEGABYTE = 1_000_000
# A text is Chinese from this share of Han among its visible characters on.
HAN_SHARE = 0.2
_HAN = (chars.HAN, chars.SIMPLIFIED, chars.TRADITIONAL)


@dataclass(frozen=True, slots=True)
class Sample:
    """Pages of one language."""

    language: str
    pages: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of UTF-8."""
        return byte_size(self.pages)

    def part(self, share: float) -> Sample:
        """Give the first pages, at least one, with about *share* of the bytes."""
        return Sample(self.language, tuple(_upto(self.pages, share * self.size)))


def byte_size(texts: Iterable[str]) -> int:
    """Give the bytes of *texts* in UTF-8; a lone surrogate counts for one."""
    return sum(len(text.encode("utf-8", "replace")) for text in texts)


def made(languages: Sequence[str], size: float, seed: int) -> list[Sample]:
    """Give made pages, *size* MB of each language."""
    whole = round(size * MEGABYTE)
    return [
        Sample(name, tuple(pagetext.pages(name, whole, seed))) for name in languages
    ]


def read(path: str, languages: Sequence[str], size: float) -> list[Sample]:
    """Give the documents of a file by language, up to *size* MB of each.

    A language that none of the documents is in has no sample. What cannot be read
    ends the run: a figure over half of a file would be mistaken for one over all.
    """

    def fail(error: RecordError) -> None:
        raise error

    texts: dict[str, list[str]] = {name: [] for name in LANGUAGES}
    for record in read_records([path], formats_of([path]), Keys(), fail):
        texts[language_of(record.text)].append(record.text)
    return [
        Sample(name, tuple(_upto(texts[name], size * MEGABYTE)))
        for name in languages
        if any(texts[name])
    ]


def language_of(text: str) -> str:
    """Tell "zh" where enough of *text* is Han, "en" for all else.

    >>> language_of("河水上涨 river"), language_of("river 河")  # the river rose
    ('zh', 'en')
    """
    classes = chars.classify(chars.code_points(text))
    seen = ~np.isin(classes, (chars.SPACE, chars.NEWLINE, chars.INVISIBLE))
    share = np.isin(classes, _HAN).sum() / max(int(seen.sum()), 1)
    return "zh" if share >= HAN_SHARE else "en"


def lines_of(pages: Iterable[str]) -> list[str]:
    """Give all lines that are not blank, as line classifiers take them."""
    return [
        line
        for page in pages
        for line in page.replace("\r", "\n").split("\n")
        if line.strip()
    ]


def line_labels(
    pages: Sequence[str], cleaned: Sequence[Cleaned]
) -> tuple[list[str], list[str]]:
    """Give the lines of `lines_of` with the labels that they begin with."""
    lines, labels = [], []
    for page, result in zip(pages, cleaned, strict=True):
        ends = [span.end for span in result.spans]
        place = 0
        for line in page.replace("\r", "\n").split("\n"):
            if line.strip():
                first = place + len(line) - len(line.lstrip())
                row = int(np.searchsorted(ends, first, "right"))
                lines.append(line)
                labels.append(result.spans[row].label)
            place += len(line) + 1
    return lines, labels


def as_html(page: str) -> str:
    """Give *page* as HTML, a paragraph a line, for those that read nothing else."""
    body = "\n".join(f"<p>{escape(line)}</p>" for line in lines_of([page]))
    return f"<!DOCTYPE html>\n<html><body>\n{body}\n</body></html>\n"


def _upto(texts: Iterable[str], size: float) -> Iterator[str]:
    """Yield the first of *texts*, at least one, until *size* bytes are reached."""
    for text in texts:
        yield text
        size -= byte_size([text])
        if size <= 0:
            return
