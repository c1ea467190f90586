"""Labelled text: the training format, one page in one rendering a line.

A *mark* says what a stretch of the text is; characters under no mark are
*ungraded*: neither training nor evaluation may count them. A *tag* says where the
stretch stood in the HTML, which only training ever sees. The file format is JSON
Lines, documented in ``training/README.md``; only ``id``, ``text`` and ``spans`` are
required, so a curator can write it by hand.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dross import spans
from dross.errors import SpanError
from dross.gold import label_of, stretches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

LABELS = spans.LABELS
_TEXT_FIELDS = ("lang", "source", "site", "page", "rendering")


class LabelledTextError(ValueError):
    """A labelled file breaks the format; names the file, the line and a remedy."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A graded stretch of a text, in code points, end exclusive."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A stretch of a text with the names of the HTML structure that it stood in."""

    start: int
    end: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One rendering of one page with what is known of its characters.

    *page* is shared by all renderings of a page. *site* is the group that the split
    keeps together. Marks are in order and do not overlap, and so are tags.
    """

    id: str
    text: str
    marks: tuple[Mark, ...]
    lang: str = ""
    source: str = ""
    site: str = ""
    page: str = ""
    rendering: str = ""
    page_type: str | None = None
    tags: tuple[Tag, ...] = ()


def read_labelled(path: Path) -> Iterator[LabelledText]:
    """Yield the texts of *path*, gzip if it ends in ``.gz``.

    Raises `LabelledTextError` at the first line that breaks the format.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield _from_record(_record(line))
                except (LabelledTextError, SpanError) as error:
                    msg = f"{path}, line {number}: {error}"
                    raise LabelledTextError(msg) from None


def write_labelled(path: Path, texts: Iterable[LabelledText]) -> int:
    """Write *texts* to *path* and return how many they were."""
    return write_records(path, map(to_record, texts))


def write_records(path: Path, records: Iterable[Mapping[str, object]]) -> int:
    """Write *records* to *path*, one a line, and return how many they were.

    The same records give the same bytes, gzip included, so that a digest of the file
    is a digest of its content.
    """
    count = 0
    with path.open("wb") as raw:
        # The file's name and the clock would otherwise get into the gzip header.
        out = (
            gzip.GzipFile("", "wb", compresslevel=4, fileobj=raw, mtime=0)
            if path.suffix == ".gz"
            else raw
        )
        for record in records:
            # ASCII, because a page may hold lone surrogates, which UTF-8 has not.
            line = json.dumps(record, separators=(",", ":"))
            out.write(line.encode("ascii") + b"\n")
            count += 1
        if out is not raw:
            out.close()
    return count


def _record(line: str) -> Mapping[str, object]:
    try:
        record = json.loads(line)
    except ValueError as error:
        msg = f"not JSON ({error}); write one JSON object a line"
        raise LabelledTextError(msg) from None
    if not isinstance(record, dict):
        msg = f"a {type(record).__name__}; write one JSON object a line"
        raise LabelledTextError(msg)
    return record


def _from_record(record: Mapping[str, object]) -> LabelledText:
    text = _string(record, "text")
    optional = {
        name: _string(record, name) for name in _TEXT_FIELDS if record.get(name)
    }
    return LabelledText(
        id=_string(record, "id"),
        text=text,
        marks=tuple(
            Mark(start, end, label_of(item))
            for start, end, item in stretches(record, "spans", len(text))
        ),
        page_type=_string(record, "page_type") if record.get("page_type") else None,
        tags=tuple(
            Tag(start, end, _names(item))
            for start, end, item in stretches(record, "tags", len(text))
        )
        if "tags" in record
        else (),
        **optional,
    )


def to_record(text: LabelledText) -> dict[str, object]:
    """Give *text* as the record that is written."""
    record: dict[str, object] = {
        "id": text.id,
        "text": text.text,
        "spans": [
            {"start": mark.start, "end": mark.end, "label": mark.label}
            for mark in text.marks
        ],
    }
    record.update((name, getattr(text, name)) for name in _TEXT_FIELDS)
    record["page_type"] = text.page_type
    record["tags"] = [
        {"start": tag.start, "end": tag.end, "tags": list(tag.names)}
        for tag in text.tags
    ]
    return record


def _string(record: Mapping[str, object], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str):
        found = type(value).__name__ if name in record else "nothing"
        msg = f'"{name}" must be a string, found {found}'
        raise LabelledTextError(msg)
    return value


def _names(item: Mapping[str, object]) -> tuple[str, ...]:
    names = item.get("tags")
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        msg = f'"tags" inside a tag must be a list of strings, found {names!r}'
        raise LabelledTextError(msg)
    return tuple(names)
