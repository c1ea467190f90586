"""The floor: what reading and writing costs that does no work on the text."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from dross.bench.timing import Task

if TYPE_CHECKING:
    from pathlib import Path

    from dross.bench.sample import Sample

DECODE = "floor: UTF-8 decode"
ROUND_TRIP = "floor: orjson round trip"


def tasks(sample: Sample, folder: Path) -> list[Task]:
    """Give the tasks; the round trip reads the records that lie in *folder*."""
    encoded = [page.encode("utf-8", "replace") for page in sample.pages]

    def decode() -> None:
        for page in encoded:
            page.decode("utf-8")

    found = [Task(DECODE, sample.language, sample.size, decode)]
    if find_spec("orjson") is not None:
        source = folder / f"{sample.language}.jsonl"
        output = folder / f"{sample.language}-floor.jsonl"
        found.append(
            Task(
                ROUND_TRIP,
                sample.language,
                source.stat().st_size,
                lambda: round_trip(source, output),
            )
        )
    return found


def round_trip(source: Path, output: Path) -> None:
    """Read each record and write it again, with orjson."""
    import orjson  # noqa: PLC0415

    with source.open("rb") as stream, output.open("wb") as written:
        for line in stream:
            written.write(orjson.dumps(orjson.loads(line)) + b"\n")
