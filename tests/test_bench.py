"""``dross bench``: every figure that was asked for is there. None of them is judged."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

import dross
from dross.bench import boxes, linearity, ours, processes, sample, sections, stages
from dross.bench.linearity import Cell
from dross.bench.peers import PEERS, Labelled, Peer
from dross.bench.tables import table
from dross.bench.timing import Task, Timing, measure
from dross.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from dross.cleaner import Cleaner

ENGLISH = "Home | News\nThe river rose by two metres.\n"
CHINESE = "首页\n一夜之间河水上涨两米。\n"  # Home. The river rose by 2 m
TINY = ["--size", "0.01", "--rounds", "1", "--stream", "0.01"]


def rows(report: str, heading: str) -> dict[str, list[str]]:
    """Give the cells of the table under *heading* by the first cell of their row."""
    _, _, after = report.partition(f"## {heading}\n")
    part, _, _ = after.partition("\n## ")
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in part.splitlines()
        if line.startswith("|")
    ]
    return {first: rest for first, *rest in cells}


def number(cell: str) -> float:
    return float(cell.replace(",", ""))


@pytest.fixture(scope="module")
def samples() -> list[sample.Sample]:
    return sample.made(("en", "zh"), 0.01, seed=1)


def test_bench_reports_all_figures_in_both_languages(
    tiny_cleaner: Cleaner, capfd: pytest.CaptureFixture[str]
) -> None:
    model = str(tiny_cleaner.folder)

    assert main(["bench", *TINY, "--model", model, "--sizes", "0.002,0.004"]) == 0

    out, err = capfd.readouterr()
    assert not err
    speeds = rows(out, "Speed")
    for name in (ours.EVIDENCE, ours.WHOLE, ours.RECORDS, ours.records_by(2)):
        assert number(speeds[name][0]) > 0
        assert number(speeds[name][3]) > 0
    assert sections.START in out
    assert set(rows(out, "Where the time goes, whole filter")) >= set(stages.STAGES)
    grown = rows(out, "Size and form")
    assert len(grown) == 2 + 2 * len(linearity.FORMS)  # heads and rule beside them
    assert all(len(row) == 2 for row in grown.values())
    held = rows(out, "What must hold")
    assert held["same output, any jobs and batch"][1:] == ["yes", "yes", "yes"]
    assert held["evidence, × fastText"] == ["≥ 8 / 10", "–", "–", "not measured"]
    assert len(held) == 2 + 10


def test_bench_measures_the_documents_of_a_file_by_language(
    tmp_path: Path, tiny_cleaner: Cleaner, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pages.jsonl"
    texts = [ENGLISH, CHINESE, ENGLISH]
    path.write_text("".join(json.dumps({"text": t}) + "\n" for t in texts), "utf-8")
    arguments = ["--text", str(path), "--model", str(tiny_cleaner.folder)]

    assert main(["bench", *TINY, *arguments, "--language", "en", "--jobs", "1"]) == 0

    out = capfd.readouterr().out
    assert f"documents of {path}: en 8.4e-05 MB in 2;" in out
    assert ours.records_by(2) not in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--text", "{path}", "--language", "zh"], "{path} has no text in zh"),
        (["--text", "{path}.gz"], "no such file"),
    ],
)
def test_bench_says_why_it_cannot_measure(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "page.txt"
    path.write_text(ENGLISH, "utf-8")

    assert main(["bench", *(a.format(path=path) for a in arguments)]) == 2
    assert message.format(path=path) in capfd.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--size", "0"],
        ["--size", "nan"],
        ["--sizes", "1,none"],
        ["--rounds", "0"],
        ["--seed", "one"],
        ["--language", "de"],
    ],
)
def test_bench_refuses_what_is_no_size_or_number(
    arguments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["bench", *arguments])
    assert capfd.readouterr().err.startswith("usage: dross bench")


def test_rounds_are_interleaved_and_the_first_does_not_count() -> None:
    calls: list[str] = []
    tasks = [
        Task("first", "en", 1000, lambda: calls.append("first")),
        Task("second", "en", 1000, lambda: calls.append("second")),
    ]

    timings = measure(tasks, 2, calls.append)

    assert calls[1::2] == ["first", "second"] * 3
    assert calls[::2][:2] == ["round 0 of 2: first, en", "round 0 of 2: second, en"]
    assert set(timings) == {("first", "en"), ("second", "en")}


def test_a_timing_gives_megabytes_a_second() -> None:
    timing = Timing(size=3_000_000, wall=2.0, cpu=1.5, spread=0.1)

    assert timing.speed == 1.5
    assert timing.cpu_speed == 2.0


def test_all_stages_and_the_rest_make_up_the_whole(
    tiny_cleaner: Cleaner, samples: list[sample.Sample]
) -> None:
    shares = stages.shares(tiny_cleaner, samples[1].pages)

    assert sum(shares.values()) == pytest.approx(1)
    assert all(share >= 0 for share in shares.values())  # no time is counted twice
    unused = {name for name, share in shares.items() if not share}
    assert unused <= {"stretch edges (jieba)"}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", linearity.FORMS)
def test_linearity_covers_the_forms_that_it_says(language: str, form: str) -> None:
    texts = linearity.documents(language, form, 20_000)

    assert 20_000 - 3 <= sample.byte_size(texts) <= 20_000
    assert len(texts) == (2000 if form == "tiny documents" else 1)
    if form != "tiny documents":
        assert ("\n" in texts[0]) == (form == "one document")


def test_a_size_that_fails_is_reported_and_the_others_are_measured() -> None:
    cells = linearity.measure("no such model", ["en"], [0.001], lambda _: None)

    assert [cell.form for cell in cells] == list(linearity.FORMS)
    assert all("no model 'no such model'" in cell.failure for cell in cells)


@pytest.mark.parametrize(
    ("speeds", "found", "holds"),
    [
        ((10.0, 6.0), "1.67", "yes"),
        ((10.0, 4.0), "2.50", "no"),
        ((10.0, None), "failed", "no"),
        ((), "–", "not measured"),
    ],
)
def test_a_bound_holds_where_what_was_found_is_within_it(
    speeds: tuple[float | None, ...], found: str, holds: str
) -> None:
    cells = [Cell("en", "one line", 1.0, speed, None) for speed in speeds]
    findings = boxes.Findings({}, 2, 0.3, None, 5000.0, {}, {}, {"en": True}, cells)

    [*others, linear] = boxes.boxes(findings, ["en"])

    assert linear.row(["en"])[2:] == [found, holds]
    assert [box.holds for box in others[:4]] == [None] * 4


def test_ratios_are_of_processor_time_and_of_wall_time_for_jobs() -> None:
    timings = {
        (ours.RECORDS, "en"): Timing(1000, wall=2.0, cpu=1.0, spread=0.0),
        (ours.records_by(2), "en"): Timing(1000, wall=1.0, cpu=0.1, spread=0.0),
    }

    first, second = ours.records_by(2), ours.RECORDS
    assert boxes.ratio(timings, first, second, "en") == pytest.approx(10)
    assert boxes.ratio(timings, first, second, "en", wall=True) == pytest.approx(2)
    assert boxes.ratio(timings, first, "nothing", "en") is None


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
@pytest.mark.parametrize("place", [0, 1], ids=["en", "zh"])
@pytest.mark.filterwarnings("ignore")  # of others, about themselves
def test_a_peer_that_is_installed_runs(
    peer: Peer, place: int, samples: list[sample.Sample], tiny_cleaner: Cleaner
) -> None:
    if not peer.installed:
        pytest.skip(f"{peer.package} is not installed")
    one = samples[place]
    lines, labels = sample.line_labels(one.pages, tiny_cleaner.clean_all(one.pages))

    work, size = peer.prepare(Labelled(one, lines, labels))
    work()

    assert size >= one.size


def test_lines_take_the_label_they_begin_with() -> None:
    pages = [" Menu\r\n\nThe river rose. Buy now\n", ""]
    spans = (
        dross.Span(0, 8, "chrome", 1.0),
        dross.Span(8, 24, "article", 1.0),
        dross.Span(24, 32, "spam", 1.0),
    )
    cleaned = [
        dross.Cleaned("", spans, "repaired", {}),
        dross.Cleaned("", (), "rejected", {}),
    ]

    lines, labels = sample.line_labels(pages, cleaned)

    assert lines == sample.lines_of(pages) == [" Menu", "The river rose. Buy now"]
    assert labels == ["chrome", "article"]


def test_html_has_a_paragraph_a_line() -> None:
    assert "<p>a &lt; b</p>\n<p>c</p>" in sample.as_html("a < b\n\nc\n")


def test_a_part_of_a_sample_has_its_first_pages() -> None:
    whole = sample.Sample("en", ("aaaa", "bb", "cc", "d"))

    assert whole.part(1 / 2).pages == ("aaaa", "bb")
    assert whole.part(1e-6).pages == ("aaaa",)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_peak_memory_is_of_the_largest_process_below() -> None:
    size = 200_000_000
    inner = f"import time; held = b'x' * {size}; time.sleep(0.3)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"

    run = processes.watch([sys.executable, "-c", outer])

    assert run.code == 0
    assert run.peak is not None
    assert size < run.peak < 2 * size


def test_a_program_reads_what_it_is_given_and_may_stop_early() -> None:
    echo = "import sys; sys.stdout.write(sys.stdin.read())"
    run = processes.watch([sys.executable, "-c", echo], [b"one\n", b"two\n"])
    assert run.output == b"one\ntwo\n"

    early = "import sys; sys.stdin.read(1); sys.exit('enough')"
    run = processes.watch([sys.executable, "-c", early], [b"x" * 1000] * 10_000)
    assert (run.code, run.errors.strip()) == (1, b"enough")


def test_short_rows_are_filled_up() -> None:
    assert table([["a", "b"], ["cc"]]).splitlines()[-1] == "| cc |   |"
