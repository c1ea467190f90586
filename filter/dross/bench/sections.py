"""The parts of the report: what a run found, as text and tables."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from importlib.metadata import version
from typing import TYPE_CHECKING

from dross import model
from dross.bench import boxes, floors, ours, processes
from dross.bench.peers import PEERS
from dross.bench.sample import MEGABYTE
from dross.bench.tables import figure, table
from dross.library import model_folder

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from dross.bench.boxes import Findings
    from dross.bench.linearity import Cell
    from dross.bench.sample import Sample
    from dross.bench.timing import Timing

START = "start: score of one line"


def about(arguments: argparse.Namespace, samples: Sequence[Sample]) -> str:
    """Give what was measured on what."""
    folder = model_folder(arguments.model)
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "not limited")
    text = (
        f"documents of {arguments.text}"
        if arguments.text
        else f"pages made from seed {arguments.seed}"
    )
    found = ", ".join(
        f"{one.language} {one.size / MEGABYTE:.3g} MB in {len(one.pages):,}"
        for one in samples
    )
    return (
        f"dross {version('dross')}, model {folder.name} {model.digest(folder)},"
        f" {datetime.now(timezone.utc).date()}\n"
        f"Python {platform.python_version()}, numpy {version('numpy')},"
        f" {platform.system()} {platform.machine()}, {processes.cores()} cores,"
        f" BLAS threads {threads}\n"
        f"{text}: {found}; medians of {arguments.rounds} rounds"
    )


def speeds(timings: Mapping[tuple[str, str], Timing], languages: Sequence[str]) -> str:
    """Give the table of all speeds; ours, the floor, then peers."""
    heads = ["MB/s"]
    for language in languages:
        heads += [f"{language} wall", f"{language} CPU", "spread"]
    rows = []
    for name in dict.fromkeys(name for name, _ in timings if name != START):
        row = [name]
        for language in languages:
            timing = timings[name, language]
            workers = "jobs" in name  # their time is not in ours
            cpu = None if workers else timing.cpu_speed
            row += [figure(timing.speed), figure(cpu), f"{timing.spread:.0%}"]
        rows.append(row)
    start = timings[START, ""]
    return (
        "## Speed\n\n"
        + table([heads, *rows])
        + f"\n\n{START}: {start.wall:.3f} s wall, {start.cpu:.3f} s CPU"
    )


def ratios(
    timings: Mapping[tuple[str, str], Timing],
    languages: Sequence[str],
    names: Sequence[str],
) -> str:
    """Give how many times as fast as each peer we are, by processor time."""
    heads = ["times as fast as"]
    tasks = {"evidence": ours.EVIDENCE, "filter": ours.WHOLE, "JSONL": ours.RECORDS}
    heads += [f"{task}, {language}" for language in languages for task in tasks]
    rows = [
        [
            name,
            *(
                figure(boxes.ratio(timings, task, name, language))
                for language in languages
                for task in tasks.values()
            ),
        ]
        for name in (*names, floors.ROUND_TRIP)
    ]
    return "## Ratios\n\n" + table([heads, *rows])


def missing() -> str:
    """Name the peers that are not installed."""
    packages = dict.fromkeys(peer.package for peer in PEERS if not peer.installed)
    if not packages:
        return "All peers are installed."
    return (
        f"Not installed, so not measured: {', '.join(packages)}."
        " pip install 'dross[bench]' has them."
    )


def profile(
    shares: Mapping[str, Mapping[str, float]],
    timings: Mapping[tuple[str, str], Timing],
) -> str:
    """Give each stage's share, and milliseconds a MB by the share of CPU time."""
    heads = ["stage"]
    for language in shares:
        heads += [f"{language} share", "ms/MB"]
    rows = []
    for name in next(iter(shares.values())):
        row = [name]
        for language, found in shares.items():
            whole = 1000 / timings[ours.WHOLE, language].cpu_speed
            row += [f"{found[name]:.1%}", figure(found[name] * whole)]
        rows.append(row)
    return "## Where the time goes, whole filter\n\n" + table([heads, *rows])


def sizes(cells: Sequence[Cell]) -> str:
    """Give speed and peak memory by form and size."""
    columns = dict.fromkeys(f"{cell.size:g} MB" for cell in cells)
    heads = ["MB/s (peak MB)", *columns]
    rows: dict[str, list[str]] = {}
    failures = []
    for cell in cells:
        peak = None if cell.peak is None else cell.peak / MEGABYTE
        row = rows.setdefault(f"{cell.form}, {cell.language}", [])
        row.append(f"{figure(cell.speed)} ({figure(peak)})")
        if cell.failure:
            failures.append(
                f"\n{cell.size:g} MB in {cell.form}, {cell.language}: {cell.failure}"
            )
    lines = [[name, *row] for name, row in rows.items()]
    return "\n".join(["## Size and form", "", table([heads, *lines]), *failures])


def bounds(findings: Findings, languages: Sequence[str]) -> str:
    """Give the table of what must hold."""
    heads = ["bound", "wanted", *languages, "holds"]
    rows = [box.row(languages) for box in boxes.boxes(findings, languages)]
    return "## What must hold\n\n" + table([heads, *rows])
