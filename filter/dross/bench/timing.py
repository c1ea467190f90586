"""Tasks run in turn, round after round, so that what slows the machine slows all."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from dross.bench.sample import MEGABYTE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# A clock can be too coarse for a small task; its speed is then high, not infinite.
_LEAST = 1e-9  # seconds


@dataclass(frozen=True, slots=True)
class Task:
    """Something to time: *work* goes through *size* bytes each time it is called."""

    name: str
    language: str
    size: int
    work: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians over the rounds, in seconds, of a task of *size* bytes.

    ``cpu`` counts what the process and its ended children used; workers that live
    on are not in it. ``spread``: the slowest round over the fastest, less 1.
    """

    size: int
    wall: float
    cpu: float
    spread: float

    @property
    def speed(self) -> float:
        """MB a second by the clock on the wall."""
        return self.size / MEGABYTE / self.wall

    @property
    def cpu_speed(self) -> float:
        """MB a second of processor time."""
        return self.size / MEGABYTE / self.cpu


def measure(
    tasks: Sequence[Task], rounds: int, tell: Callable[[str], None]
) -> dict[tuple[str, str], Timing]:
    """Give the timing of each task by its name and language.

    Each runs once before the first round, which is not counted: tables are built
    and workers started then.
    """
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for number in range(rounds + 1):
        for task in tasks:
            tell(f"round {number} of {rounds}: {task.name}, {task.language}")
            took = _time(task.work)
            if number:
                found.setdefault((task.name, task.language), []).append(took)
    sizes = {(task.name, task.language): task.size for task in tasks}
    return {key: _timing(sizes[key], times) for key, times in found.items()}


def _time(work: Callable[[], object]) -> tuple[float, float]:
    """Give wall and processor time of one call."""
    wall, cpu = time.perf_counter(), _cpu()
    work()
    return time.perf_counter() - wall, _cpu() - cpu


def _cpu() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def _timing(size: int, times: Sequence[tuple[float, float]]) -> Timing:
    walls, cpus = zip(*times, strict=True)
    return Timing(
        size,
        max(median(walls), _LEAST),
        max(median(cpus), _LEAST),
        max(walls) / max(min(walls), _LEAST) - 1,
    )
