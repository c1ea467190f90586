"""Byte streams by name: standard input and output, compression, whole outputs.

An output file is written beside its name and takes the name only when it is
complete: neither an input of the same name nor an earlier result is lost when
a run fails.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from dross.errors import FormatError
from dross.records import bad_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

STDIN = "-"
COMPRESSIONS = (".gz", ".zst")

NOT_UTF8 = "byte 0x{byte:02x} at offset {offset} is not UTF-8"
NOT_UTF8_REMEDY = (
    "Convert the file first, for example with: iconv -f GB18030 -t UTF-8 "
    "(its encoding: file --mime-encoding)."
)


def without_compression(path: str) -> str:
    """Give *path* without an ending that tells compression.

    >>> without_compression("pages.jsonl.gz")
    'pages.jsonl'
    """
    suffix = Path(path).suffix
    return path[: -len(suffix)] if suffix.lower() in COMPRESSIONS else path


@contextmanager
def open_input(path: str) -> Iterator[tuple[BinaryIO, str]]:
    """Open *path* to read, with the name that messages and ids give it.

    Whatever is wrong with the file, when it is opened or later, is a
    ``RecordError``.
    """
    if path == STDIN:
        yield sys.stdin.buffer, "<stdin>"
        return
    try:
        with _reader(path) as stream:
            yield stream, path
    except FormatError as error:  # no zstandard here: the other files can be read
        raise bad_record(path, None, str(error), "Or unpack the file first.") from error
    except IsADirectoryError as error:
        remedy = f"Name its files, for example {Path(path) / '*.txt'}."
        raise bad_record(path, None, "a folder, not a file", remedy) from error
    except FileNotFoundError as error:
        raise bad_record(path, None, "no such file", "Check the name.") from error
    except _damage() as error:
        found = f"damaged or not compressed as its name says ({error})"
        remedy = "The documents up to there were read; get the file again for the rest."
        raise bad_record(path, None, found, remedy) from error
    except OSError as error:
        found = error.strerror or str(error)
        raise bad_record(path, None, found, "Check that it can be read.") from error


@contextmanager
def open_output(path: str | None) -> Iterator[BinaryIO]:
    """Open *path* to write, or standard output where it is None."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    # A link keeps pointing where it points; a device or a pipe is no file to replace.
    final = Path(path).resolve()
    special = final.exists() and not final.is_file()
    part = final if special else final.with_name(final.name + ".part")
    try:
        with part.open("wb") as raw, _writer(raw, final.suffix.lower()) as stream:
            yield stream
        if not special:
            part.replace(final)
    finally:
        if not special:
            part.unlink(missing_ok=True)


def same_file(output: Path, path: str) -> bool:
    """Tell whether two names are one existing file, by link or otherwise."""
    return output.exists() and Path(path).exists() and output.samefile(path)


@contextmanager
def _reader(path: str) -> Iterator[BinaryIO]:
    suffix = Path(path).suffix.lower()
    with Path(path).open("rb") as raw:
        if suffix == ".gz":
            with gzip.GzipFile(fileobj=raw) as stream:
                yield cast("BinaryIO", stream)
        elif suffix == ".zst":
            # Files made by appending have several frames; by default one is read.
            with (
                _zstandard()
                .ZstdDecompressor()
                .stream_reader(raw, read_across_frames=True, closefd=False) as stream
            ):
                yield io.BufferedReader(stream)
        else:
            yield raw


@contextmanager
def _writer(raw: BinaryIO, suffix: str) -> Iterator[BinaryIO]:
    if suffix == ".gz":
        # No time and no name in the header: the same input gives the same bytes.
        with gzip.GzipFile("", "wb", 6, raw, mtime=0) as stream:
            yield cast("BinaryIO", stream)
    elif suffix == ".zst":
        with _zstandard().ZstdCompressor().stream_writer(raw, closefd=False) as stream:
            yield stream
    else:
        yield raw


def _zstandard() -> ModuleType:
    try:
        return import_module("zstandard")
    except ModuleNotFoundError as error:
        message = ".zst needs the package zstandard: pip install 'dross[zst]'"
        raise FormatError(message) from error


def _damage() -> tuple[type[Exception], ...]:
    """Give the exceptions that say that compressed data is damaged."""
    loaded = sys.modules.get("zstandard")
    return (
        EOFError,
        zlib.error,
        gzip.BadGzipFile,
        *([loaded.ZstdError] if loaded else []),
    )
