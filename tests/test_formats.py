"""Files in, files out: what each format reads, keeps and reports."""

from __future__ import annotations

import gzip
import io
import json
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dross.errors import FormatError, RecordError
from dross.formats import FORMATS, format_of, formats_of, jsonl, read_records, txt
from dross.formats.files import open_output
from dross.records import Keys, Record

if TYPE_CHECKING:
    from collections.abc import Iterable

CASES = Path(__file__).parent / "cases"
KEYS = Keys()


def cases(name: str) -> list[object]:
    lines = (CASES / name).read_text(encoding="utf-8").split("\n")
    return [
        pytest.param(case, id=case["label"])
        for case in (json.loads(line) for line in lines if line)
    ]


def read(*paths: Path | str, keys: Keys = KEYS) -> tuple[list[Record], list[str]]:
    """Give the records of *paths* and the messages about what was not read."""
    errors: list[RecordError] = []
    names = [str(path) for path in paths]
    records = list(read_records(names, formats_of(names), keys, errors.append))
    return records, [str(error) for error in errors]


def unexpected(error: RecordError) -> None:
    raise error


def texts(records: Iterable[Record]) -> list[str]:
    return [record.text for record in records]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("page.txt", "txt"),
        ("a.b/PAGE.TXT", "txt"),
        ("page.txt.gz", "txt"),
        ("pages.jsonl", "jsonl"),
        ("pages.jsonl.gz", "jsonl"),
        ("pages.JSONL.ZST", "jsonl"),
        ("-", "txt"),
    ],
)
def test_the_name_of_a_file_tells_its_format(path: str, name: str) -> None:
    assert format_of(path) == name


@pytest.mark.parametrize("path", ["page.pdf", "page", "pages.gz", ".txt"])
def test_a_name_that_tells_no_format_is_refused_with_the_known_ones(path: str) -> None:
    with pytest.raises(FormatError, match=r"\.txt, \.jsonl.*--format"):
        format_of(path)


def test_a_format_that_is_given_holds_for_every_path() -> None:
    assert formats_of(["a.pdf", "-"], "jsonl") == ["jsonl", "jsonl"]


@given(st.text().map(lambda text: text.encode("utf-8", "ignore").decode()))
def test_a_text_file_is_one_document_whatever_is_in_it(text: str) -> None:
    stream = io.BytesIO(text.encode("utf-8"))

    [record] = txt.read(stream, "a.txt", KEYS, unexpected)

    assert record == Record("a.txt", text, "a.txt")


@pytest.mark.parametrize(
    ("text", "written"),
    [("", b""), ("tea", b"tea\n"), ("tea\r\n", b"tea\r\n"), ("茶\n", "茶\n".encode())],
)
def test_a_written_text_ends_with_a_line_end(text: str, written: bytes) -> None:
    assert txt.write(Record("1", "", "here"), text, KEYS) == written


def test_a_text_file_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes("abc茶".encode("gb18030"))  # tea

    records, errors = read(path)

    assert not records
    [error] = errors
    assert error == (
        f"{path}: byte 0xb2 at offset 3 is not UTF-8. Convert the file first, for "
        "example with: iconv -f GB18030 -t UTF-8 (its encoding: file --mime-encoding)."
    )


def test_each_line_of_a_jsonl_file_is_a_document(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"id": "a", "text": "one"}\r\n'  # a byte order mark
        b"\n"
        b'{"text": "two", "id": 7}\n'
        b'{"text": "\xe2\x80\xa8"}'  # U+2028 ends no line; nor does the file's end
    )

    records, errors = read(path)

    assert not errors
    assert [(r.id, r.text, r.line) for r in records] == [
        ("a", "one", 1),
        ("7", "two", 3),
        (f"{path}:4", "\u2028", 4),
    ]


def test_text_and_id_may_stand_in_other_fields(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    path.write_text('{"url": "u", "content": "tea"}\n', encoding="utf-8")

    records, errors = read(path, keys=Keys(text="content", id="url"))

    assert not errors
    assert [(record.id, record.text) for record in records] == [("u", "tea")]


@pytest.mark.parametrize("case", cases("bad_records.jsonl"))
def test_a_bad_line_is_reported_and_its_neighbours_are_read(
    case: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "pages.jsonl"
    good = b'{"text": "good"}'
    bad = case["line"].encode(case.get("encoding", "utf-8"))
    path.write_bytes(b"\n".join([good, bad, good]))

    records, errors = read(path)

    assert texts(records) == ["good", "good"]
    assert errors == [f"{path}:2: {case['expected']}"]


@pytest.mark.parametrize(
    "value", ["[" * 100_000, '{"text": "a", "n": ' + "1" * 5_000 + "}"]
)
def test_json_that_python_cannot_hold_is_reported_or_read(
    value: str, tmp_path: Path
) -> None:
    """Limits of nesting and of the length of integers differ between Pythons."""
    path = tmp_path / "pages.jsonl"
    path.write_text(value + '\n{"text": "good"}\n', encoding="utf-8")

    records, errors = read(path)

    assert len(records) + len(errors) == 2
    assert records[-1].text == "good"


fields = st.dictionaries(
    st.text(),
    st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()),
)


@given(fields, st.text(), st.text())
def test_a_record_keeps_all_but_its_text(
    payload: dict[str, object], before: str, after: str
) -> None:
    """Whatever the fields hold, in their order, lone surrogates included."""
    payload = {**payload, "text": before}
    line = jsonl.dump_line(payload)
    [record] = jsonl.read(io.BytesIO(line), "here", KEYS, unexpected)

    [again] = jsonl.read(
        io.BytesIO(jsonl.write(record, after, KEYS)), "here", KEYS, unexpected
    )

    # A high and a low surrogate side by side are one character in JSON.
    same = json.loads(json.dumps({**payload, "text": after}))
    assert again.payload == same
    assert list(again.payload or {}) == list(same)


def test_json_is_written_as_text_and_only_lone_surrogates_are_escaped() -> None:
    assert jsonl.dump_line({"茶": "\ud800"}) == '{"茶": "\\ud800"}\n'.encode()


def test_missing_files_and_folders_are_reported_and_the_rest_is_read(
    tmp_path: Path,
) -> None:
    missing, folder, good = tmp_path / "no", tmp_path / "pages", tmp_path / "a.txt"
    folder.mkdir()
    good.write_text("tea", encoding="utf-8")

    records, errors = read(missing, folder, good)

    assert texts(records) == ["tea"]
    assert errors == [
        f"{missing}: no such file. Check the name.",
        f"{folder}: a folder, not a file. Name its files, for example {folder}/*.txt.",
    ]


def test_a_file_that_cannot_be_opened_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.symlink_to(path)

    records, [error] = read(path)

    assert not records
    assert error.startswith(f"{path}: ")
    assert error.endswith(". Check that it can be read.")


@pytest.mark.parametrize("name", ["missing", "missing.jsonl"])
def test_what_is_missing_counts_as_the_format_of_the_others(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / name

    assert formats_of([str(path), "pages.jsonl"]) == ["jsonl", "jsonl"]
    assert formats_of([str(tmp_path / "missing")]) == ["txt"]


def test_a_file_whose_name_tells_no_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.touch()

    with pytest.raises(FormatError, match="no extension is no format"):
        formats_of([str(path), "pages.jsonl"])


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_compressed_files_are_read_to_the_end_of_the_last_part(
    ending: str, tmp_path: Path
) -> None:
    """Shards made by appending are several compressed files one after another."""
    if ending == ".zst":
        pytest.importorskip("zstandard", reason="an option: pip install dross[zst]")
    path = tmp_path / f"pages.jsonl{ending}"
    parts = []
    for text in ("one", "two"):
        part = tmp_path / f"part.jsonl{ending}"
        with open_output(str(part)) as output:
            output.write(jsonl.dump_line({"text": text}))
        parts.append(part.read_bytes())
    path.write_bytes(b"".join(parts))

    records, errors = read(path)

    assert not errors
    assert texts(records) == ["one", "two"]


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_file_that_is_not_compressed_as_it_says_is_reported(
    ending: str, tmp_path: Path
) -> None:
    if ending == ".zst":
        pytest.importorskip("zstandard", reason="an option: pip install dross[zst]")
    path = tmp_path / f"pages.jsonl{ending}"
    path.write_bytes(b'{"text": "tea"}\n')

    records, [error] = read(path)

    assert not records
    assert error.startswith(f"{path}: damaged or not compressed as its name says (")


def test_what_stands_before_the_damage_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl.gz"
    lines = b"".join(jsonl.dump_line({"text": os.urandom(9).hex()}) for _ in range(999))
    whole = gzip.compress(lines)
    path.write_bytes(whole[: len(whole) // 2])

    records, errors = read(path)

    assert 0 < len(records) < 999
    assert "the rest" in errors[-1]


def test_zst_without_zstandard_names_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)  # as if it were not installed
    path = tmp_path / "pages.jsonl.zst"
    path.touch()

    records, [error] = read(path)

    assert not records
    assert error == (
        f"{path}: .zst needs the package zstandard: pip install 'dross[zst]'. "
        "Or unpack the file first."
    )


def test_an_output_takes_its_name_only_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before", encoding="utf-8")

    with pytest.raises(TypeError), open_output(str(path)) as output:
        output.writelines([b"half", "not bytes"])  # type: ignore[list-item]

    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_output_is_the_same_bytes_compressed_too(tmp_path: Path) -> None:
    made = []
    for name in ("a.txt.gz", "b.txt.gz"):
        with open_output(str(tmp_path / name)) as output:
            output.write(b"tea")
        made.append((tmp_path / name).read_bytes())

    assert made[0] == made[1]
    assert gzip.decompress(made[0]) == b"tea"


def test_an_output_behind_a_link_is_written_where_the_link_points(
    tmp_path: Path,
) -> None:
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    link.symlink_to(target)

    with open_output(str(link)) as output:
        output.write(b"tea")

    assert link.is_symlink()
    assert target.read_bytes() == b"tea"


@pytest.mark.skipif(not Path(os.devnull).exists(), reason="no null device")
def test_a_device_is_written_to_and_not_replaced() -> None:
    with open_output(os.devnull) as output:
        output.write(b"tea")

    assert not stat.S_ISREG(Path(os.devnull).stat().st_mode)


def test_every_format_reads_what_it_writes() -> None:
    for form in FORMATS.values():
        record = Record("1", "tea\n", "here", None, {"text": "tea\n"})
        stream = io.BytesIO(form.write(record, "two\n", KEYS))

        assert texts(form.read(stream, "here", KEYS, unexpected)) == ["two\n"]
