"""Model folders: written, read, refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dross import model
from dross.cleaner import Cleaner
from dross.dial import Dial
from dross.errors import ModelError
from dross.library import load, model_folder
from tests.conftest import BITS, TINY_DIAL, save_tiny_model

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a small random model that a test may damage."""
    save_tiny_model(tmp_path / "tiny", np.random.default_rng(1))
    return tmp_path / "tiny"


def change(folder: Path, edit: Callable[[dict[str, object]], object]) -> None:
    path = folder / "config.json"
    record = json.loads(path.read_text("utf-8"))
    edit(record)
    path.write_text(json.dumps(record), "utf-8")


def refusal(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        model.load(folder)
    return str(caught.value)


def test_a_model_is_read_as_it_was_written(folder: Path) -> None:
    found = model.load(folder)
    again = folder.parent / "again"
    weights = np.load(folder / "evidence.npy")
    model.save(again, found.config, weights, found.vocabulary, found.networks)

    assert found.config.bits == BITS
    assert found.config.dial == TINY_DIAL
    assert model.digest(again) == model.digest(folder)
    for path in folder.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes()


def test_a_model_of_before_the_dial_decides_as_ever(folder: Path) -> None:
    texts = ["Home | News\nThe river rose by two metres.\n", "一夜之间河水上涨两米。"]
    expected = Cleaner(model.load(folder)).clean_all(texts)  # the river rose by 2 m
    change(folder, lambda record: record.pop("dial"))
    found = model.load(folder)

    assert found.config.dial == Dial()
    assert Cleaner(found).clean_all(texts) == expected


def test_a_dial_that_is_incomplete_is_refused(folder: Path) -> None:
    change(folder, lambda record: record["dial"].pop("cautious"))  # type: ignore[attr-defined]

    assert "is incomplete (KeyError: 'cautious')" in refusal(folder)


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    digests = {
        save_tiny_model(tmp_path / str(number), np.random.default_rng(4))
        for number in range(2)
    }
    other = save_tiny_model(tmp_path / "other", np.random.default_rng(5))

    assert len(digests) == 1
    assert other not in digests


def test_nothing_in_a_model_is_pickled(folder: Path) -> None:
    for path in folder.glob("*.npy"):
        assert np.load(path, allow_pickle=False).dtype.kind in "iu"


def test_a_missing_folder_is_refused_by_its_name(tmp_path: Path) -> None:
    message = refusal(tmp_path / "nowhere")

    assert str(tmp_path / "nowhere") in message
    assert "config.json" in message


def test_another_format_is_refused_with_both_numbers(folder: Path) -> None:
    change(folder, lambda record: record.update(format=99))
    message = refusal(folder)

    assert "model format 99" in message
    assert f"reads {model.FORMAT}" in message


def test_another_layout_is_refused(folder: Path) -> None:
    change(folder, lambda record: record["layout"].update(orders=9))  # type: ignore[attr-defined]
    message = refusal(folder)

    assert str(folder) in message
    assert "other features" in message


@pytest.mark.parametrize(
    "name", ["evidence", "rarity", "vectors", "first-weights0", "second-bias1"]
)
def test_a_damaged_array_is_refused_with_both_digests(folder: Path, name: str) -> None:
    path = folder / f"{name}.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    expected = json.loads((folder / "config.json").read_text("utf-8"))["arrays"][name]

    message = refusal(folder)

    assert str(path) in message
    assert f"config.json says {expected}" in message
    assert "its digest is" in message
    assert message.count(expected) == 1


def test_a_missing_array_is_refused_by_its_name(folder: Path) -> None:
    (folder / "rarity.npy").unlink()
    message = refusal(folder)

    assert str(folder / "rarity.npy") in message
    assert "No such file" in message


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b"not JSON"])
def test_a_config_that_is_not_json_is_refused(folder: Path, content: bytes) -> None:
    (folder / "config.json").write_bytes(content)
    message = refusal(folder)

    assert str(folder / "config.json") in message
    assert "is not JSON" in message


def test_a_name_that_is_no_model_is_refused_with_the_names_that_are() -> None:
    with pytest.raises(ModelError) as caught:
        model_folder("no-such-model")

    assert "'no-such-model'" in str(caught.value)
    assert "'en-zh'" in str(caught.value)


def test_a_folder_is_loaded_by_its_path_and_only_once(folder: Path) -> None:
    assert load(folder) is load(str(folder))
    assert load(folder).folder == folder.resolve()


def test_a_relative_path_means_the_same_after_a_change_of_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers open the model by this path, wherever they run."""
    monkeypatch.chdir(folder.parent)

    assert model_folder(folder.name) == folder.resolve()
    assert model_folder(Path(folder.name)).is_absolute()
