"""What a run keeps: made once, there as a whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from training.kept import kept

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_kept_is_not_made_again(tmp_path: Path) -> None:
    made = []

    def make() -> tuple[int, list[int]]:
        made.append(1)
        return len(made), np.arange(3).tolist()

    path = tmp_path / "net.joblib"
    assert kept(path, make) == (1, [0, 1, 2])
    assert kept(path, make) == (1, [0, 1, 2])
    path.unlink()
    assert kept(path, make) == (2, [0, 1, 2])


def test_what_is_interrupted_leaves_nothing_that_looks_whole(tmp_path: Path) -> None:
    class Unwritable:
        def __reduce__(self) -> tuple[object, ...]:
            raise KeyboardInterrupt

    def stop() -> str:
        raise KeyboardInterrupt

    path = tmp_path / "net.joblib"
    for make in (stop, Unwritable):
        with pytest.raises(KeyboardInterrupt):
            kept(path, make)
        assert not path.exists()
    assert kept(path, lambda: "whole") == "whole"
