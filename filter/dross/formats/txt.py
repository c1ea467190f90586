"""Plain text: one file is one document."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from dross.formats.files import NOT_UTF8, NOT_UTF8_REMEDY
from dross.records import Record, bad_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dross.records import Keys, Report


def read(
    stream: BinaryIO, source: str, _keys: Keys, report: Report
) -> Iterator[Record]:
    """Yield the one document of *stream*, its line endings as they stand."""
    data = stream.read()
    try:
        yield Record(id=source, text=data.decode("utf-8"), source=source)
    except UnicodeDecodeError as error:
        found = NOT_UTF8.format(byte=data[error.start], offset=error.start)
        report(bad_record(source, None, found, NOT_UTF8_REMEDY))


def write(_record: Record, text: str, _keys: Keys) -> bytes:
    """Give the kept text, with a line end so that documents do not run together."""
    return (text if not text or text.endswith("\n") else text + "\n").encode("utf-8")
