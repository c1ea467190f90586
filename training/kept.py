"""What a run keeps, so that one that was interrupted goes on from where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import joblib

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")


def kept(path: Path, make: Callable[[], T]) -> T:
    """Give what was kept as *path*, or else what *make* gives, and keep that.

    A file is there as a whole or not at all.
    """
    if path.exists():
        found: T = joblib.load(path)
        return found
    made = make()
    part = path.with_name(f"{path.name}.part")
    joblib.dump(made, part)
    part.replace(path)
    return made
