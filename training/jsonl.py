"""JSON Lines files of a corpus, plain or gzip."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def jsonl_files(folder: Path) -> list[Path]:
    """List the ``.jsonl`` and ``.jsonl.gz`` files of *folder*, sorted by name."""
    return sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")])


def records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of *path*, or of *path* with ``.gz`` where that is there."""
    if path.suffix != ".gz" and not path.exists():
        path = path.with_name(path.name + ".gz")
    with path.open("rb") as file:
        lines = gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file
        for line in lines:
            yield json.loads(line)
