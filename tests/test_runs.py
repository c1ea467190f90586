"""What a run makes again: whatever code or data it came from has changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import dross
from training import runs

HERE = {
    "dross": Path(dross.__file__).parent,
    "training": Path(runs.__file__).parent,
}
# They find a model and word its errors; nothing that is fitted or measured is theirs.
OTHERS = {HERE["dross"] / f"{name}.py" for name in ("errors", "library")}
CODE = {
    "fit": (*runs.HEADS_CODE, *runs.FIT_CODE),
    "evaluate": (*runs.HEADS_CODE, *runs.FIT_CODE, *runs.EVALUATE_CODE),
}


@pytest.mark.parametrize("step", CODE)
def test_digests_are_of_all_code_that_a_step_loads(step: str) -> None:
    loaded = subprocess.run(  # noqa: S603 — our own
        [sys.executable, "-c", f"import training.{step}, sys; print(*sys.modules)"],
        cwd=HERE["training"].parent,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    files = {
        HERE[package] / f"{name}.py"
        for package, _, name in (module.partition(".") for module in loaded)
        if package in HERE and name
    }

    assert HERE["training"] / f"{step}.py" in files
    assert files - OTHERS - set(CODE[step]) == set()


def test_digests_are_of_all_data_that_training_keeps() -> None:
    data = {
        path
        for pattern in ("*.json", "*.jsonl")
        for path in HERE["training"].glob(pattern)
    }

    assert data <= {*runs.HEADS_CODE, *runs.FIT_CODE}
