"""What a wheel holds: the library and its model, and nothing else."""

from __future__ import annotations

import email
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from email.message import Message

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel as the checkout builds it, by the build backend alone."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(  # noqa: S603  # our own build
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
    )
    [path] = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    [name] = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    return email.message_from_bytes(wheel.read(name))


def files(folder: str) -> set[str]:
    return {
        str(path.relative_to(CHECKOUT / folder))
        for path in (CHECKOUT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_the_library_and_the_model_and_nothing_else(
    wheel: zipfile.ZipFile,
) -> None:
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}

    code = {f"dross/{name}" for name in files("filter/dross")}
    models = {f"dross/models/{name}" for name in files("models")}
    assert held == code | models
    assert models


def test_the_wheel_holds_the_licence(wheel: zipfile.ZipFile) -> None:
    [name] = (name for name in wheel.namelist() if name.endswith("/LICENSE"))

    assert wheel.read(name) == (CHECKOUT / "LICENSE").read_bytes()


def test_the_wheel_installs_the_command(wheel: zipfile.ZipFile) -> None:
    [name] = (n for n in wheel.namelist() if n.endswith("/entry_points.txt"))

    assert "dross = dross.cli:main" in wheel.read(name).decode()


def test_the_metadata_says_what_is_needed(metadata: Message) -> None:
    needed = {
        requirement.split(";")[0].split(">")[0]
        for requirement in metadata.get_all("Requires-Dist", [])
        if "extra ==" not in requirement
    }

    assert metadata["Name"] == "dross"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.10"
    assert needed == {"jieba", "joblib", "numpy", "threadpoolctl"}
    assert set(metadata.get_all("Provides-Extra", [])) == {
        "bench",
        "compare",
        "test",
        "train",
        "zst",
    }


def test_files_can_be_typed_against(wheel: zipfile.ZipFile) -> None:
    assert "dross/py.typed" in wheel.namelist()
