"""The file formats that documents are read from and written to.

A format is a module with the two functions of ``Format``; compression is no
part of it (see ``files``). The name of a file tells its format, and every name
is looked at before the first file is opened.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from dross.errors import FormatError, RecordError
from dross.formats import jsonl, txt
from dross.formats.files import STDIN, open_input, without_compression

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dross.records import Keys, Record, Report


class Format(Protocol):
    """What a format gives; its modules are the values of ``FORMATS``."""

    def read(
        self, stream: BinaryIO, source: str, keys: Keys, report: Report
    ) -> Iterator[Record]:
        """Yield the documents of *stream*, which messages call *source*."""

    def write(self, record: Record, text: str, keys: Keys) -> bytes:
        """Give the bytes of *record* with *text* in place of its own."""


FORMATS: dict[str, Format] = {"txt": txt, "jsonl": jsonl}  # by file extension


def format_of(path: str) -> str:
    """Give the name of the format that the name of a file tells.

    >>> format_of("pages.JSONL.gz")
    'jsonl'
    """
    if path == STDIN:
        return "txt"
    name = _extension(path)
    if name in FORMATS:
        return name
    known = ", ".join(f".{name}" for name in FORMATS)
    message = (
        f"{path}: {f'.{name}' if name else 'no extension'} is no format that is read "
        f"here ({known}, each also with .gz or .zst). Name the right one with --format"
    )
    raise FormatError(message)


def formats_of(paths: Sequence[str], given: str | None = None) -> list[str]:
    """Give the format of each of *paths*, or *given* for all, before any is read.

    A name without a telling extension is refused if a file has it. What is missing,
    or a folder, counts as the others do: it is reported when it fails to open.
    """
    if given is not None:
        return [given] * len(paths)
    names = [
        format_of(path)
        if path == STDIN or _extension(path) in FORMATS or Path(path).is_file()
        else None
        for path in paths
    ]
    fallback = next((name for name in names if name is not None), "txt")
    return [name or fallback for name in names]


def _extension(path: str) -> str:
    return Path(without_compression(path)).suffix.lower().removeprefix(".")


def read_records(
    paths: Sequence[str], formats: Sequence[str], keys: Keys, report: Report
) -> Iterator[Record]:
    """Yield the documents of *paths*, each read in its format, one after another."""
    for path, name in zip(paths, formats, strict=True):
        yield from _read_one(path, FORMATS[name], keys, report)


def _read_one(path: str, form: Format, keys: Keys, report: Report) -> Iterator[Record]:
    try:
        with open_input(path) as (stream, source):
            yield from form.read(stream, source, keys, report)
    except RecordError as error:
        report(error)
