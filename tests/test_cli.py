"""The command: what it writes where, and with which exit code it ends.

What a page's text becomes is the cleaner's affair, so the expected output is
made from what the library gives for the same text.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import dross
from dross.cli import main
from dross.dial import PRESETS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENGLISH = """\
Home | News | Contact
River rises two metres in one night
The river rose by two metres in one night, and the lower town was cleared by noon.
"Nobody had seen it come so fast," said the mayor, who spent the night on the bridge.
Copyright 2024 The Valley Courier
"""
CHINESE = """\
首页 > 新闻 > 本地
一夜之间河水上涨两米
周一夜间河水上涨两米，下城居民在中午之前全部撤离，没有人员受伤。
版权所有 2024 山谷日报
"""  # the same page in Chinese


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Gives a function that sets what standard input holds."""

    def give(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return give


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_bytes(ENGLISH.encode())
    return path


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A file with two good records and a bad line between them."""
    path = tmp_path / "pages.jsonl"
    lines = [
        json.dumps({"url": "u", "id": "en", "text": ENGLISH, "n": [1, 2.5, None]}),
        "no JSON",
        json.dumps({"text": CHINESE, "id": "zh", "\ud800": "\udc00"}),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def names(page: Path, pages: Path, tmp_path: Path) -> dict[str, Path]:
    """What the arguments of wrong use are made from."""
    other = tmp_path / "page.pdf"
    other.touch()
    return {"page": page, "pages": pages, "other": other, "folder": tmp_path}


def kept(text: str) -> str:
    """The kept text of *text* as the command writes it."""
    text = dross.load()(text).text
    return text if not text or text.endswith("\n") else text + "\n"


def scores(name: str, text: str) -> dict[str, object]:
    cleaned = dross.load()(text)
    spans = [
        {
            "start": s.start,
            "end": s.end,
            "label": s.label,
            "probability": round(s.probability, 4),
        }
        for s in cleaned.spans
    ]
    return {
        "id": name,
        "verdict": cleaned.verdict,
        "widths": cleaned.widths,
        "spans": spans,
    }


def bad_line(path: Path) -> str:
    return (
        f"dross: {path}:2: not JSON (Expecting value, column 1). "
        'Write one object a line, for example {"id": "1", "text": "…"}.\n'
    )


def test_clean_writes_the_kept_text_of_a_file(
    page: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["clean", str(page)]) == 0
    assert capfd.readouterr() == (kept(ENGLISH), "")


def test_a_command_takes_one_core_and_leaves_the_setting_as_it_was(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def threads() -> set[int]:
        return {
            library["num_threads"]
            for library in threadpool_info()
            if library["user_api"] == "blas"
        }

    before, during = threads(), list[set[int]]()

    def run(_: object) -> int:
        during.append(threads())
        return 0

    monkeypatch.setattr("dross.cli._run", run)
    with threadpool_limits(2, user_api="blas"):
        assert main(["score", str(page)]) == 0
        assert threads() <= {2}
    assert during == [{1}]
    assert threads() == before


def test_clean_reads_standard_input_as_one_document(
    stdin: Callable[[bytes], None], capfd: pytest.CaptureFixture[str]
) -> None:
    stdin(CHINESE.encode())

    assert main(["clean", "-"]) == 0
    assert capfd.readouterr() == (kept(CHINESE), "")


def test_clean_replaces_the_text_of_records_and_nothing_else(
    pages: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = main(["clean", str(pages)])

    out, err = capfd.readouterr()
    english, chinese = dross.load()(ENGLISH).text, dross.load()(CHINESE).text
    assert code == 1
    assert out == (
        '{"url": "u", "id": "en", "text": '
        + json.dumps(english, ensure_ascii=False)
        + ', "n": [1, 2.5, null]}\n{"text": '
        + json.dumps(chinese, ensure_ascii=False)
        + ', "id": "zh", "\\ud800": "\\udc00"}\n'
    )
    total = len(ENGLISH + CHINESE)
    assert err.startswith(bad_line(pages) + f"dross: 2 documents, {total} characters: ")
    assert err.endswith("; 1 failed\n")


def test_score_writes_one_object_a_document(
    page: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["score", str(page)]) == 0
    out, err = capfd.readouterr()
    assert out == json.dumps(scores(str(page), ENGLISH), ensure_ascii=False) + "\n"
    assert not err


def test_score_reads_records_from_standard_input(
    stdin: Callable[[bytes], None], capfd: pytest.CaptureFixture[str]
) -> None:
    stdin(json.dumps({"body": CHINESE, "url": "u"}).encode() + b'\n{"body": ""}\n')

    arguments = ["--format", "jsonl", "--text-key", "body", "--id-key", "url"]
    assert main(["score", "-", *arguments, "--quiet"]) == 0
    out, err = capfd.readouterr()
    assert [json.loads(line) for line in out.splitlines()] == [
        scores("u", CHINESE),
        scores("<stdin>:2", ""),
    ]
    assert not err


def test_score_with_text_writes_text_and_spans_that_tile_it(
    pages: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    main(["score", "--with-text", str(pages)])

    for line in capfd.readouterr().out.splitlines():
        scored = json.loads(line)
        bounds = [0, *(span["end"] for span in scored["spans"])]
        assert [span["start"] for span in scored["spans"]] == bounds[:-1]
        assert bounds[-1] == len(scored["text"])


def test_text_and_records_can_be_scored_in_one_go(
    page: Path, pages: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["score", "--quiet", str(page), str(pages)]) == 1
    out, err = capfd.readouterr()
    assert [json.loads(line)["id"] for line in out.splitlines()] == [
        str(page),
        "en",
        "zh",
    ]
    assert err == bad_line(pages)


def test_rejected_pages_are_written_unless_they_are_dropped(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pages.jsonl"
    texts = [ENGLISH, "", CHINESE]  # nothing is too little article for any model
    path.write_text("".join(json.dumps({"text": t}) + "\n" for t in texts), "utf-8")
    verdicts = [page.verdict for page in dross.load().clean_all(texts)]
    wanted = [t for t, v in zip(texts, verdicts, strict=True) if v != "rejected"]

    main(["clean", str(path)])
    everything = capfd.readouterr().out
    main(["clean", "--drop-rejected", str(path)])
    dropped = capfd.readouterr().out

    assert len(everything.splitlines()) == len(texts)
    assert [json.loads(line)["text"] for line in dropped.splitlines()] == [
        dross.load()(text).text for text in wanted
    ]
    assert "rejected" in verdicts


@pytest.mark.parametrize(
    ("arguments", "keep", "preset"),
    [
        (["--keep", "1"], 1.0, None),
        (["--keep", "0.9"], 0.9, None),
        (["--preset", "cautious"], None, "cautious"),
        (["--preset", "balanced"], None, None),
        (["--preset", "strict"], None, "strict"),
    ],
)
def test_the_dial_is_the_librarys(
    arguments: list[str],
    keep: float | None,
    preset: str | None,
    page: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    cleaned = dross.load(keep=keep, preset=preset)(ENGLISH)

    assert main(["score", *arguments, str(page)]) == 0
    scored = json.loads(capfd.readouterr().out)
    assert [(s["start"], s["end"], s["label"]) for s in scored["spans"]] == [
        (s.start, s.end, s.label) for s in cleaned.spans
    ]


def test_keep_writes_more_the_more_is_to_be_kept(
    page: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    written = []
    for arguments in (["--preset", "strict"], [], ["--keep", "1"]):
        main(["clean", str(page), *arguments])
        written.append(capfd.readouterr().out)

    assert len(written[0]) <= len(written[1]) < len(written[2])
    assert written[2] == ENGLISH


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--keep", "1.5"], "keep is 1.5; give the share of article characters to"),
        (["--keep", "-0.1"], "from 0 to 1, such as 0.999"),
        (["--keep", "nan"], "keep is nan"),
        (["--keep", "most"], "'most' is no share of article characters; give 0.999"),
        (["--preset", "lax"], "cautious"),
        (["--preset", "strict", "--keep", "0.9"], "not allowed with"),
    ],
)
def test_a_dial_out_of_range_exits_with_2_and_says_what_works(
    arguments: list[str],
    message: str,
    page: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["clean", *arguments, str(page)])

    out, err = capfd.readouterr()
    assert not out
    assert message in err


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("command", ["clean", "score"])
def test_help_says_what_each_preset_means(
    preset: str, command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])

    explained = capfd.readouterr().out.split("Presets: ")[1].replace("\n", " ")
    assert re.search(rf"\b{preset} (loses|is|cuts) \w+", explained)


def test_workers_do_not_change_the_output(
    pages: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    main(["score", "--quiet", str(pages)])
    alone = capfd.readouterr().out
    main(["score", "--quiet", "--jobs", "2", str(pages)])

    assert capfd.readouterr().out == alone


def test_output_goes_to_a_file_compressed_as_its_name_says(
    page: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.txt.gz"

    assert main(["clean", str(page), "-o", str(output)]) == 0
    assert gzip.decompress(output.read_bytes()).decode() == kept(ENGLISH)
    assert capfd.readouterr() == ("", "")


def test_a_missing_file_is_reported_and_the_others_are_done(
    page: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing.txt"

    assert main(["clean", "--quiet", str(missing), str(page)]) == 1
    assert capfd.readouterr() == (
        kept(ENGLISH),
        f"dross: {missing}: no such file. Check the name.\n",
    )


def test_an_output_that_cannot_be_written_is_reported(
    page: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / ("x" * 300)

    assert main(["clean", str(page), "-o", str(output)]) == 1
    assert capfd.readouterr().err.startswith(f"dross: cannot write {output}: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{page}", "{pages}"], "Run clean once for each format, or use score"),
        (["{other}"], "Name the right one with --format"),
        (["{page}", "-o", "{page}"], "is also read; give another file name"),
        (["{page}", "-o", "{folder}"], "a file name in an existing folder is needed"),
        (["{page}", "-o", "{folder}/no/out"], "in an existing folder is needed"),
        (["{page}", "--model", "{folder}/no"], "{folder}/no"),
    ],
)
def test_wrong_use_says_what_would_be_right_and_leaves_the_input_alone(
    arguments: list[str],
    message: str,
    names: dict[str, Path],
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert main(["clean", *(a.format(**names) for a in arguments)]) == 2

    out, err = capfd.readouterr()
    assert not out
    assert err.startswith("dross: ")
    assert message.format(**names) in err
    assert names["page"].read_text("utf-8") == ENGLISH


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["clean"],
        ["polish", "page.txt"],
        ["clean", "page.txt", "--jobs", "0"],
        ["clean", "page.txt", "--jobs", "two"],
        ["clean", "page.txt", "--format", "pdf"],
    ],
)
def test_wrong_arguments_exit_with_2(
    arguments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)

    out, err = capfd.readouterr()
    assert not out
    assert err.startswith("usage: dross")


@pytest.mark.parametrize("command", [[], ["clean"], ["score"]])
def test_help_goes_to_standard_output(
    command: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([*command, "--help"])

    assert capfd.readouterr().out.startswith("usage: dross")


def test_version_names_the_program(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])

    assert capfd.readouterr().out.startswith("dross ")


def test_the_command_works_as_a_program(page: Path) -> None:
    done = subprocess.run(  # noqa: S603  # our own program and file
        [sys.executable, "-m", "dross", "clean", str(page)],
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0
    assert done.stdout.decode() == kept(ENGLISH)
    assert not done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipes on Windows")
def test_a_reader_that_goes_away_ends_the_program_quietly(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    line = json.dumps({"text": ENGLISH}) + "\n"
    path.write_text(line * 500, "utf-8")
    with subprocess.Popen(  # noqa: S603  # our own program and file
        [sys.executable, "-m", "dross", "score", "--with-text", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.readline()
        program.stdout.close()
        complaint = program.stderr.read()

    assert program.returncode == 141
    assert not complaint
