"""One run of ``dross bench``: what is measured, in which order, and what is printed."""

from __future__ import annotations

import os
import sys
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dross.bench import (
    floors,
    linearity,
    ours,
    processes,
    sample,
    sections,
    stages,
)
from dross.bench.arguments import LANGUAGES
from dross.bench.boxes import Findings
from dross.bench.peers import PEERS, Labelled
from dross.bench.progress import Progress
from dross.bench.sample import MEGABYTE
from dross.bench.sections import START
from dross.bench.timing import Task, measure
from dross.errors import DrossError
from dross.library import load

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from dross.bench.peers import Peer
    from dross.bench.sample import Sample
    from dross.cleaner import Cleaner

    Tell = Callable[[str], None]

ONE_LINE = "The river rose by two metres in one night.\n"
# Of a sample, what is profiled and what is cleaned page by page.
PROFILED = 1 / 2
ALONE = 1 / 16


class BenchError(DrossError):
    """Something that is measured did not run."""


def report(arguments: argparse.Namespace, tell: Tell) -> Iterator[str]:
    """Yield the parts of the report; *tell* hears what is being measured."""
    languages = tuple(arguments.language or LANGUAGES)
    samples = (
        sample.read(arguments.text, languages, arguments.size)
        if arguments.text
        else sample.made(languages, arguments.size, arguments.seed)
    )
    if not samples:
        msg = f"{arguments.text} has no text in {' or '.join(languages)}"
        raise BenchError(msg)
    languages = tuple(found.language for found in samples)
    cleaner = load(arguments.model)
    yield sections.about(arguments, samples)
    with TemporaryDirectory() as name:
        folder = Path(name)
        tasks = _tasks(arguments, samples, folder, tell)
        timings = measure(tasks, arguments.rounds, tell)
        tell("checking that the output is the same in any batch")
        same = {
            one.language: _same(cleaner, one, arguments.jobs, folder) for one in samples
        }
        start, streams, stream = _memory(arguments, samples, folder, tell)
    tell("profiling")
    shares = {
        one.language: stages.shares(cleaner, one.part(PROFILED).pages)
        for one in samples
    }
    cells = linearity.measure(arguments.model, languages, arguments.sizes, tell)
    findings = Findings(
        timings=timings,
        jobs=arguments.jobs,
        start_wall=timings[START, ""].wall,
        start_peak=start.peak,
        stream=stream,
        peaks={jobs: run.peak for jobs, run in streams.items()},
        growths={jobs: run.growth for jobs, run in streams.items()},
        same=same,
        cells=cells,
    )
    yield sections.speeds(timings, languages)
    if arguments.peers:
        yield sections.ratios(timings, languages, [p.name for p in _peers(arguments)])
        yield sections.missing()
    yield sections.profile(shares, timings)
    if cells:
        yield sections.sizes(cells)
    yield sections.bounds(findings, languages)


def _tasks(
    arguments: argparse.Namespace, samples: Sequence[Sample], folder: Path, tell: Tell
) -> list[Task]:
    """Give all that is timed, in the order of a round."""
    cleaner = load(arguments.model)
    chosen = _peers(arguments)
    tasks = []
    for one in samples:
        tasks += ours.tasks(cleaner, one, arguments.jobs, folder)
        tasks += floors.tasks(one, folder)
        if chosen:
            results = list(cleaner.stream(one.pages))
        for peer in chosen:
            tell(f"preparing {peer.name}, {one.language}")
            part = one.part(peer.share)
            lines, labels = sample.line_labels(part.pages, results[: len(part.pages)])
            work, size = peer.prepare(Labelled(part, lines, labels))
            tasks.append(Task(peer.name, one.language, size, work))
    line = folder / "line.txt"
    line.write_text(ONE_LINE, "utf-8")
    command = processes.dross("score", "--model", arguments.model, str(line))
    tasks.append(Task(START, "", len(ONE_LINE), lambda: _run(command)))
    return tasks


def _peers(arguments: argparse.Namespace) -> list[Peer]:
    return [peer for peer in PEERS if arguments.peers and peer.installed]


def _run(command: Sequence[str]) -> None:
    _checked(processes.watch(command))


def _checked(run: processes.Run) -> processes.Run:
    if run.code:
        found = run.errors.decode("utf-8", "replace").strip()
        msg = f"a program that was measured ended with exit code {run.code}: {found}"
        raise BenchError(msg)
    return run


def _same(cleaner: Cleaner, one: Sample, jobs: int, folder: Path) -> bool:
    """Tell whether neither workers nor batches changed what came out."""
    outputs = {
        ours.result(folder, one.language, number).read_bytes() for number in (1, jobs)
    }
    return len(outputs) == 1 and ours.same_in_any_batch(cleaner, one.part(ALONE).pages)


def _memory(
    arguments: argparse.Namespace, samples: Sequence[Sample], folder: Path, tell: Tell
) -> tuple[processes.Run, dict[int, processes.Run], float]:
    """Give how one line and, by the number of jobs, a stream ran; the stream's MB."""
    tell("memory of one line")
    line = str(folder / "line.txt")
    start = _checked(
        processes.watch(processes.dross("score", "--model", arguments.model, line))
    )
    rows = [row for one in samples for row in ours.jsonl(one).splitlines(keepends=True)]
    size = (arguments.stream or arguments.size) * MEGABYTE
    number = max(round(size / (sum(map(len, rows)) / len(rows))), 1)
    runs = {}
    for jobs in dict.fromkeys((1, arguments.jobs)):
        tell(f"memory over a stream, {jobs} jobs")
        command = processes.dross(
            *("clean", "-", "--format", "jsonl", "--quiet", "-o", os.devnull),
            *("--model", arguments.model, "--jobs", str(jobs)),
        )
        runs[jobs] = _checked(processes.watch(command, islice(cycle(rows), number)))
    return start, runs, size / MEGABYTE


def run(arguments: argparse.Namespace) -> None:
    """Print the report part by part."""
    progress = Progress(quiet=arguments.quiet)
    try:
        for part in report(arguments, progress.tell):
            progress.clear()
            sys.stdout.write(part + "\n\n")
            sys.stdout.flush()
    finally:
        progress.clear()
