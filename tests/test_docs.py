"""What the README says is true, and every module says what it owns."""

from __future__ import annotations

import ast
import doctest
import importlib
import importlib.metadata
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dross
from dross.cli import command_parsers, main

if TYPE_CHECKING:
    import argparse

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text("utf-8")
PYTHON = sorted(
    path
    for folder in (Path(dross.__file__).parent, CHECKOUT / "training")
    for path in folder.rglob("*.py")
)


def dotted(path: Path) -> str:
    """Give the name that a file is imported by."""
    parts = path.with_suffix("").parts
    first = max(i for i, part in enumerate(parts) if part in {"dross", "training"})
    return ".".join(parts[first:]).removesuffix(".__init__")


def fenced(language: str) -> list[str]:
    """Give the contents of the README's code blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def sessions() -> list[tuple[str, str]]:
    """Give the commands that the README shows with the output it shows."""
    shown = [
        part.split("\n", 1)
        for block in fenced("console")
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)
        if part
    ]
    return [(command, output) for command, output in shown]


def options(parser: argparse.ArgumentParser) -> set[str]:
    return {
        option
        for action in parser._actions  # noqa: SLF001  # argparse offers no other way
        for option in action.option_strings
    }


def test_the_readme_has_fewer_than_200_lines() -> None:
    assert README.count("\n") < 200


def test_the_readme_names_every_command() -> None:
    for name in command_parsers():
        assert not name or f"`dross {name} " in README


@pytest.mark.parametrize(
    "option",
    sorted(set().union(*map(options, command_parsers().values()))),
)
def test_the_readme_names_every_option(option: str) -> None:
    assert re.search(rf"`{option}[ `]", README)


def test_the_readme_names_no_option_that_is_not_there() -> None:
    known = set().union(*map(options, command_parsers().values()))
    table = README.split("## The command")[1].split("\n## ")[0]

    named = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", table))

    assert named <= known


def test_the_example_in_the_readme_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    [example] = fenced("pycon")
    parsed = doctest.DocTestParser().get_doctest(example, {}, "README.md", None, None)
    differences: list[str] = []

    result = doctest.DocTestRunner().run(parsed, out=differences.append)

    assert result.attempted
    assert not result.failed, "".join(differences)


@pytest.mark.parametrize(("command", "output"), sessions())
def test_the_commands_in_the_readme_give_what_it_shows(
    command: str,
    output: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(CHECKOUT)
    program, *arguments = shlex.split(command)
    assert program == "dross"

    main(arguments)

    assert capfd.readouterr().out == output


def test_the_readme_installs_what_the_package_offers() -> None:
    offered = importlib.metadata.metadata("dross").get_all("Provides-Extra") or []
    named = re.findall(r"(?:dross|\.)\[(\w+)\]", README)

    assert named
    assert set(named) <= set(offered)


@pytest.mark.parametrize(
    "name", [name for name in map(dotted, PYTHON) if not name.endswith("__main__")]
)
def test_the_examples_in_docstrings_are_true(name: str) -> None:
    assert not doctest.testmod(importlib.import_module(name)).failed


@pytest.mark.parametrize("path", PYTHON, ids=dotted)
def test_every_module_says_what_it_owns(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
