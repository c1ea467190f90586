"""How time grows with size: one document, one line, and a great many documents.

Each measurement is a process of its own: what the one before left in memory does
not help it, and where one needs more memory than there is, the others still run.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING

from dross.bench import pagetext, processes
from dross.bench.sample import MEGABYTE
from dross.library import load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FORMS = ("one document", "one line", "tiny documents")
TINY = 100_000  # documents, where their text is long enough for so many
SMALLEST = 10  # bytes of text a tiny document has at least
# Text that is made; what is longer repeats it.
MADE = 4 * MEGABYTE
# Of the memory that is free, what a measurement may take.
_ALLOWED = 0.8


@dataclass(frozen=True, slots=True)
class Cell:
    """One measurement: *size* MB of text in one of FORMS.

    ``speed`` in MB a second, ``peak`` in bytes; None where it failed, and then
    ``failure`` says why.
    """

    language: str
    form: str
    size: float
    speed: float | None
    peak: int | None
    failure: str = ""


def measure(
    model: str,
    languages: Sequence[str],
    sizes: Sequence[float],
    tell: Callable[[str], None],
) -> list[Cell]:
    """Give a cell for each language, form and size."""
    cells = []
    for language in languages:
        for form in FORMS:
            for size in sizes:
                tell(f"{size:g} MB in {form}, {language}")
                cells.append(_cell(model, language, form, size))
    return cells


def documents(language: str, form: str, size: int) -> list[str]:
    """Give *size* bytes of text, or a few less, in one of FORMS."""
    made = "\n".join(pagetext.pages(language, min(size, MADE), seed=1)).encode()
    parts, left = [], size
    for part in cycle([made]):
        parts.append(part[:left])
        left -= len(parts[-1])
        if not left:
            break
    text = b"".join(parts).decode("utf-8", "ignore")
    if form == FORMS[0]:
        return [text]
    if form == FORMS[1]:
        return [text.replace("\n", " ")]
    number = max(min(TINY, size // SMALLEST), 1)
    bounds = [len(text) * place // number for place in range(number + 1)]
    return [text[bounds[i] : bounds[i + 1]] for i in range(number)]


def _cell(model: str, language: str, form: str, size: float) -> Cell:
    program = "from dross.bench.linearity import run; run()"
    run = processes.watch(
        [sys.executable, "-c", program, model, language, form, str(size)]
    )
    if run.code:
        lines = run.errors.decode("utf-8", "replace").split("\n")
        reason = next((line for line in reversed(lines) if line.strip()), "")
        failure = reason if run.code > 0 else f"ended by signal {-run.code}"
        return Cell(language, form, size, None, run.peak, failure)
    return Cell(language, form, size, json.loads(run.output)["speed"], run.peak)


def run() -> None:
    """Measure the one cell that the arguments of the process name."""
    model, language, form, size = sys.argv[1:]
    _limit_memory()
    texts = documents(language, form, round(float(size) * MEGABYTE))
    total = sum(len(text.encode()) for text in texts)
    cleaner = load(model)
    cleaner(texts[0][:1000])  # tables are built at the first use
    started = time.perf_counter()
    for _ in cleaner.stream(texts):
        pass
    took = time.perf_counter() - started
    json.dump({"speed": total / MEGABYTE / took}, sys.stdout)


def _limit_memory() -> None:
    """Fail for want of memory before the machine does."""
    if (free := processes.free_memory()) is None:
        return
    import resource  # noqa: PLC0415 — there is none on Windows

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (int(free * _ALLOWED), hard))
