"""What speed dross has set itself, beside what one run found.

A bound is a ratio to something measured in the same run, or seconds and bytes of a
program. Ratios on one core are of processor time, which other work on the machine
disturbs least; several workers are compared by the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dross.bench import floors, ours
from dross.bench.peers import PEERS
from dross.bench.sample import MEGABYTE
from dross.bench.tables import figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dross.bench.linearity import Cell
    from dross.bench.timing import Timing

FASTTEXT = PEERS[0].name
EVIDENCE_RATIO = {"en": 8.0, "zh": 10.0}  # times fastText, on pure numpy
WHOLE_RATIO = 3.0  # times fastText
FLOOR_RATIO = 0.25  # of the orjson round trip
JOBS_RATIO = 1.7  # two jobs times one
START_WALL = 0.4  # seconds
START_PEAK = 120  # MB
STREAM_PEAK = 250  # MB a worker
STREAM_GROWTH = 1.1  # what counts as flat
LINEAR_FACTOR = 2.0  # the fastest cell over the slowest


@dataclass(frozen=True, slots=True)
class Findings:
    """All that one run measured; None and empty where it did not.

    *start* and *peaks* in seconds and bytes; *peaks* and *growths* by the number of
    jobs. *same*: whether the output is the same for any number of jobs and in any
    batch.
    """

    timings: Mapping[tuple[str, str], Timing]
    jobs: int
    start_wall: float
    start_peak: int | None
    stream: float
    peaks: Mapping[int, int | None]
    growths: Mapping[int, float | None]
    same: Mapping[str, bool]
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Box:
    """One bound: *found* by language, or under "" where it is of no language."""

    name: str
    bound: str
    found: Mapping[str, str]
    holds: bool | None

    def row(self, languages: Sequence[str]) -> list[str]:
        """Give the cells of its row in the table."""
        own = [self.found.get(name, self.found.get("", "–")) for name in languages]
        answer = {True: "yes", False: "no", None: "not measured"}[self.holds]
        return [self.name, self.bound, *own, answer]


def boxes(findings: Findings, languages: Sequence[str]) -> Iterator[Box]:
    """Yield every bound with what was found."""
    bounds = {name: EVIDENCE_RATIO[name] for name in languages}
    yield _ratio(findings, "evidence, × fastText", ours.EVIDENCE, FASTTEXT, bounds)
    bounds = dict.fromkeys(languages, WHOLE_RATIO)
    yield _ratio(findings, "whole filter, × fastText", ours.WHOLE, FASTTEXT, bounds)
    bounds = dict.fromkeys(languages, FLOOR_RATIO)
    name = "JSONL to JSONL, × orjson round trip"
    yield _ratio(findings, name, ours.RECORDS, floors.ROUND_TRIP, bounds)
    bounds = dict.fromkeys(languages, JOBS_RATIO)
    many = ours.records_by(findings.jobs)
    name = f"{findings.jobs} jobs, × one"
    yield _ratio(findings, name, many, ours.RECORDS, bounds, wall=True)
    yield Box(
        "same output, any jobs and batch",
        "yes",
        {name: "yes" if same else "no" for name, same in findings.same.items()},
        all(findings.same.values()),
    )
    yield Box(
        "score of one line, s",
        f"≤ {START_WALL:g}",
        {"": figure(findings.start_wall)},
        findings.start_wall <= START_WALL,
    )
    yield _peak("score of one line, peak MB", START_PEAK, [findings.start_peak])
    name = f"stream of {findings.stream:g} MB, peak MB a process"
    yield _peak(name, STREAM_PEAK, list(findings.peaks.values()))
    growths = [growth for growth in findings.growths.values() if growth is not None]
    yield Box(
        "… second half's peak over first's",
        f"≤ {STREAM_GROWTH:g}",
        {"": figure(max(growths))} if growths else {},
        max(growths) <= STREAM_GROWTH if growths else None,
    )
    yield _linear(findings.cells)


def _ratio(  # noqa: PLR0913 — a ratio has two sides, a name and a bound
    findings: Findings,
    name: str,
    above: str,
    below: str,
    bounds: Mapping[str, float],
    *,
    wall: bool = False,
) -> Box:
    """Give the box of a ratio of two speeds that must reach *bounds* by language."""
    found = {
        language: ratio(findings.timings, above, below, language, wall=wall)
        for language in bounds
    }
    known = {key: value for key, value in found.items() if value is not None}
    return Box(
        name,
        "≥ " + " / ".join(f"{bound:g}" for bound in dict.fromkeys(bounds.values())),
        {key: figure(value) for key, value in known.items()},
        all(known[key] >= bounds[key] for key in known) if known else None,
    )


def ratio(
    timings: Mapping[tuple[str, str], Timing],
    above: str,
    below: str,
    language: str,
    *,
    wall: bool = False,
) -> float | None:
    """Give how many times as fast *above* is as *below*, where both were measured."""
    first, second = timings.get((above, language)), timings.get((below, language))
    if first is None or second is None:
        return None
    if wall:
        return first.speed / second.speed
    return first.cpu_speed / second.cpu_speed


def _peak(name: str, bound: int, found: Sequence[int | None]) -> Box:
    known = [peak / MEGABYTE for peak in found if peak is not None]
    return Box(
        name,
        f"≤ {bound}",
        {"": figure(max(known))} if known else {},
        max(known) <= bound if known else None,
    )


def _linear(cells: Sequence[Cell]) -> Box:
    """Give the box of the fastest measurement over the slowest, by language."""
    found, holds = {}, []
    for language in dict.fromkeys(cell.language for cell in cells):
        speeds = [cell.speed for cell in cells if cell.language == language]
        known = [speed for speed in speeds if speed is not None]
        if len(known) < len(speeds):
            found[language] = "failed"
            holds.append(False)
        else:
            factor = max(known) / min(known)
            found[language] = figure(factor)
            holds.append(factor <= LINEAR_FACTOR)
    return Box(
        "any size and form, fastest over slowest",
        f"≤ {LINEAR_FACTOR:g}",
        found,
        all(holds) if holds else None,
    )
