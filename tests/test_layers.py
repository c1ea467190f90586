"""Imports point one way only, and serving never imports what training needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import dross

PACKAGE = Path(dross.__file__).parent
CHECKOUT = Path(__file__).parent.parent
# Each line may import what stands in the lines above it.
LAYERS = (
    ("errors", "chars"),
    ("lines", "words", "hashing", "decode", "dial", "spans", "network"),
    ("gold", "features", "sequence"),
    ("evidence", "scores", "vocabulary"),
    ("context", "seams"),
    ("places",),
    ("phrases",),
    ("edges", "copies"),
    ("model",),
    ("cleaner",),
    ("library",),
    ("__init__",),
    ("records",),
    ("formats", "engines", "report"),
    ("evaluation",),
    ("tables",),
    ("bench",),
    ("cli",),
    ("__main__",),
)
RANKS = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
MODULES = sorted(PACKAGE.rglob("*.py"))
TRAINING = sorted((CHECKOUT / "training").rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Give the dotted names that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import, line {node.lineno}"
            base = node.module or ""
            names.update(f"{base}.{alias.name}" for alias in node.names)
    return names


def unit(name: str) -> str:
    """Give the ranked part of a dotted name: ``dross.formats.txt`` is formats."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in RANKS else "__init__"


def own_unit(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name_of(path: Path) -> str:
    return str(path.relative_to(path.parents[2]))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_only_what_stands_below_it(path: Path) -> None:
    own = own_unit(path)
    assert own in RANKS, f"{own} stands in no layer: give it one"

    upwards = {
        name
        for name in imported(path)
        if name.split(".")[0] == "dross"
        if unit(name) != own and RANKS[unit(name)] >= RANKS[own]
    }

    assert not upwards


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_that_serves_imports_training(path: Path) -> None:
    assert "training" not in {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize("path", TRAINING, ids=[*map(name_of, TRAINING)])
def test_training_imports_the_library_but_not_the_command(path: Path) -> None:
    too_high = {
        name
        for name in imported(path)
        if name.split(".")[0] == "dross" and RANKS[unit(name)] > RANKS["__init__"]
    }

    assert not too_high


def modules_after(program: str) -> set[str]:
    """Give the modules that a fresh interpreter has after *program*."""
    show = "import sys; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", f"{program}\n{show}"],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_serving_never_imports_what_only_training_needs() -> None:
    program = (
        "import dross, dross.cli\n"
        "dross.load()('The river rose.\\n河水上涨两米。\\n')"  # the river rose by 2 m
    )
    assert not modules_after(program) & {"sklearn", "scipy", "lxml", "training"}


def test_importing_dross_takes_no_dictionary_and_no_workers_along() -> None:
    """jieba takes a second to load, joblib half a one: only where they are used."""
    assert not modules_after("import dross.cli") & {"jieba", "joblib"}


def test_a_score_waits_for_nothing_that_it_has_no_use_for(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("The river rose.\n", "utf-8")
    loaded = modules_after(
        f"import dross.cli; dross.cli.main(['score', {str(page)!r}, '-o',"
        f" {str(tmp_path / 'out')!r}])"
    )

    assert "dross.cleaner" in loaded
    assert not loaded & {
        "dross.evaluation", "dross.tables", "importlib.metadata", "numpy.random"
    }  # fmt: skip
