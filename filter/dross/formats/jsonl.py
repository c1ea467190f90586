"""JSON Lines: one JSON object a line is one document.

What is not the text comes out as it went in: every field, in its order. Lone
surrogates, which JSON can spell and UTF-8 cannot, stay escaped.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, BinaryIO

from dross.formats.files import NOT_UTF8, NOT_UTF8_REMEDY
from dross.records import Record, bad_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dross.records import Keys, Report

_BOM = b"\xef\xbb\xbf"
_ONE_OBJECT = 'Write one object a line, for example {"id": "1", "text": "…"}.'


def read(stream: BinaryIO, source: str, keys: Keys, report: Report) -> Iterator[Record]:
    """Yield a document for each line that is not blank."""
    for number, payload in read_objects(stream, source, report):
        try:
            text = _text(payload, keys.text)
        except _BadLineError as error:
            report(bad_record(source, number, error.found, error.remedy))
            continue
        yield Record(
            id_of(payload, keys.id, source, number), text, source, number, payload
        )


def read_objects(
    stream: BinaryIO, source: str, report: Report
) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield number and object of each line that is not blank."""
    # Lines end where the bytes say "\n": U+2028 and its like may stand in a string.
    for number, line in enumerate(stream, 1):
        content = (line.removeprefix(_BOM) if number == 1 else line).strip()
        if content:
            try:
                yield number, _object(content)
            except _BadLineError as error:
                report(bad_record(source, number, error.found, error.remedy))


def id_of(payload: dict[str, object], key: str, source: str, number: int) -> str:
    """Give the id of a record, or the place of a record that has none."""
    name = payload.get(key)
    return str(name) if isinstance(name, str | int) else f"{source}:{number}"


def write(record: Record, text: str, keys: Keys) -> bytes:
    """Give the line of *record* with *text* in its text field."""
    return dump_line({**(record.payload or {}), keys.text: text})


def dump_line(value: object) -> bytes:
    r"""Give *value* as one line of JSON in UTF-8.

    >>> dump_line({"text": "茶 \ud800"}).decode()
    '{"text": "茶 \\ud800"}\n'
    """
    # What UTF-8 cannot encode are lone surrogates, and Python's escape for them
    # is JSON's own.
    line = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return line + b"\n"


class _BadLineError(Exception):
    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(found, remedy)
        self.found, self.remedy = found, remedy


def _object(line: bytes) -> dict[str, object]:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        found = NOT_UTF8.format(byte=line[error.start], offset=error.start)
        raise _BadLineError(found, NOT_UTF8_REMEDY) from error
    except json.JSONDecodeError as error:
        found = f"not JSON ({error.msg}, column {error.pos + 1})"
        raise _BadLineError(found, _ONE_OBJECT) from error
    except (ValueError, RecursionError) as error:  # a number too long, too many [
        found = f"JSON that Python does not read ({error})"
        raise _BadLineError(found, "Simplify the record.") from error
    if not isinstance(value, dict):
        found = f"{_kind(value)} where an object was expected"
        raise _BadLineError(found, _ONE_OBJECT)
    return value


def _text(payload: dict[str, object], key: str) -> str:
    if key not in payload:
        found = f"no field {key!r} (fields: {', '.join(list(payload)[:8]) or 'none'})"
        remedy = "Name the field that holds the text with --text-key."
        raise _BadLineError(found, remedy)
    text = payload[key]
    if not isinstance(text, str):
        found = f"the field {key!r} holds {_kind(text)} where a string was expected"
        remedy = "Name another field with --text-key, or write the text as a string."
        raise _BadLineError(found, remedy)
    return text


def _kind(value: object) -> str:
    """Give the name that JSON has for what *value* is."""
    if value is None:
        return "null"
    kinds = {bool: "a boolean", str: "a string", dict: "an object", list: "a list"}
    return kinds.get(type(value), "a number")
