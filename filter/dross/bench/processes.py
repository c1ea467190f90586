"""Programs run to their end while the memory of all their processes is watched.

The kernel keeps a peak for each process, but hands a child's to its parent mixed
with the parent's own; so it is read from /proc while the child lives. Where there
is no /proc, memory is not known.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PROC = Path("/proc")
# Short programs are looked at often, long ones less so.
_SHORTEST, _LONGEST = 0.003, 0.1  # seconds
# A program that ends sooner is still starting when half of its time is over.
_STEADY = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Run:
    """How a program ran.

    ``peak``: bytes, of the largest of its processes, or None where that is not
    known. ``growth``: the most memory that one held in the second half of the time,
    over the most in the first half; 1 where memory is flat, None where the time was
    too short to tell.
    """

    code: int
    wall: float
    peak: int | None
    growth: float | None
    output: bytes
    errors: bytes


def dross(*arguments: str) -> list[str]:
    """Give the command line of this very program."""
    return [sys.executable, "-m", "dross", *arguments]


def watch(command: Sequence[str], given: Iterable[bytes] = ()) -> Run:
    """Run *command*, with *given* on its standard input."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        with subprocess.Popen(  # noqa: S603 — our own programs
            command, stdin=subprocess.PIPE, stdout=output, stderr=errors
        ) as process:
            assert process.stdin is not None
            feeder = Thread(target=_feed, args=(process.stdin, given), daemon=True)
            feeder.start()
            try:
                peak, held = _sample(process, started)
            except BaseException:
                process.kill()
                raise
            wall = time.perf_counter() - started
        output.seek(0)
        errors.seek(0)
        return Run(
            process.returncode,
            wall,
            peak or None,
            _growth(held),
            output.read(),
            errors.read(),
        )


def _sample(
    process: subprocess.Popen[bytes], started: float
) -> tuple[int, list[tuple[float, int]]]:
    """Give the peak until *process* ends, and what was held at which time."""
    peak, held = 0, []
    while process.poll() is None:
        sizes = [_memory(pid) for pid in _tree(process.pid)]
        peak = max([peak, *(high for high, _ in sizes)])
        since = time.perf_counter() - started
        held.append((since, max([0, *(now for _, now in sizes)])))
        time.sleep(min(max(since / 200, _SHORTEST), _LONGEST))
    return peak, held


def _growth(held: Sequence[tuple[float, int]]) -> float | None:
    if not held or held[-1][0] < _STEADY:
        return None
    middle = held[-1][0] / 2
    first = max((size for since, size in held if since <= middle), default=0)
    second = max((size for since, size in held if since > middle), default=0)
    return second / first if first and second else None


def _feed(stream: IO[bytes], given: Iterable[bytes]) -> None:
    try:
        with stream:
            for part in given:
                stream.write(part)
    except BrokenPipeError:
        pass  # the program ended early; its exit code and errors tell why


def _tree(pid: int) -> Iterator[int]:
    """Yield *pid* and the processes that come from it."""
    yield pid
    for path in (_PROC / str(pid) / "task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:  # ended meanwhile
            continue
        for child in children:
            yield from _tree(int(child))


def _memory(pid: int) -> tuple[int, int]:
    """Give the most memory that a process has held, and what it holds; 0 if unknown."""
    try:
        text = (_PROC / str(pid) / "status").read_text()
    except OSError:
        return 0, 0
    rows = dict(row.split(":", 1) for row in text.splitlines() if ":" in row)
    high, now = (
        int(rows.get(name, "0 kB").split()[0]) * 1024 for name in ("VmHWM", "VmRSS")
    )
    return high, now


def free_memory() -> int | None:
    """Give the bytes that programs can take without swapping, where that is known."""
    try:
        text = (_PROC / "meminfo").read_text()
    except OSError:
        return None
    found = [row.split() for row in text.splitlines() if row.startswith("MemAvailable")]
    return int(found[0][1]) * 1024 if found else None


def cores() -> int:
    """Give the number of processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
