"""What is known of words: how rare they are among pages, and what they are about.

Vectors come from a latent semantic analysis of genuine text: words of one topic stand
in the same short pieces of it. Letter words and pairs of Han are analysed on their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

from dross.features import TOP, extract
from dross.lines import split_pages
from dross.spans import ARTICLE
from dross.vocabulary import (
    RARITY_BITS,
    SCRIPTS,
    SIZE,
    VECTOR_BITS,
    Vocabulary,
    buckets,
    tokens,
)
from training.pretrained import bucket_vectors, files, read_vectors
from training.units import batched, label_units

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.labelled import LabelledText

# Words of a piece: about a paragraph of English, two sentences of Chinese.
PIECE = 40
# A word's vector is the less to be trusted the fewer pieces have it: of one in so many
# half remains.
DOUBTED = 6
TOP_SHARE = 0.998  # of the numbers, those that int8 holds without cutting
BUCKETS = 1 << VECTOR_BITS


def fit_vocabulary(
    texts: Sequence[LabelledText], genuine: Sequence[LabelledText], seed: int
) -> Vocabulary:
    """Give the vocabulary of a model, but for the odds of its words (`wordodds`).

    *texts*: all documents, for rarity. *genuine*: those whose article text tells what
    words are about.
    """
    rarity = rarity_table(*rarity_counts(texts))
    vectors = np.zeros((BUCKETS, SIZE))
    for number, pieces in enumerate(article_words(genuine)):
        vectors += word_vectors(pieces, np.random.default_rng([seed, 6, number]))
    scale = float(np.quantile(np.abs(vectors[np.any(vectors, axis=1)]), TOP_SHARE))
    whole = np.clip(np.round(TOP * vectors / max(scale, 1e-9)), -TOP, TOP)
    none = np.zeros((len(SCRIPTS), BUCKETS), np.int8)
    return Vocabulary(rarity, whole.astype(np.int8), none)


def word_tables(known: Vocabulary, folder: Path | None) -> list[NDArray[np.float32]]:
    """Give what words are about; (BUCKETS, any) for each script.

    The pretrained vectors in *folder*; without one, the vocabulary's own.
    """
    if folder is None:
        return [known.vectors.astype(np.float32)] * len(SCRIPTS)
    return [
        bucket_vectors(read_vectors(path), pairs=script == "pairs")
        for script, path in zip(SCRIPTS, files(folder), strict=True)
    ]


def rarity_counts(texts: Sequence[LabelledText]) -> tuple[NDArray[np.int64], int]:
    """Give in how many of the pages each topic word's bucket stands, and the pages."""
    counts = np.zeros(1 << RARITY_BITS, np.int64)
    one_each = {text.page: text for text in texts}
    for batch in batched(list(one_each.values())):
        lines = split_pages([text.text for text in batch])
        features = extract(lines)
        found = tokens(features)
        page = lines.pages[np.searchsorted(features.starts, found.homes, "right") - 1]
        own = (found.hashes >> np.uint32(32 - RARITY_BITS)).astype(np.int64)
        np.add.at(counts, np.unique((page << 32) | own) & 0xFFFFFFFF, 1)
    return counts, len(one_each)


def rarity_table(counts: NDArray[np.int64], pages: int) -> NDArray[np.uint8]:
    """Give inverse document frequency, 255 for a bucket seen once or never."""
    idf = np.log((pages + 1) / (counts + 1)) / np.log(pages + 1)
    table: NDArray[np.uint8] = np.round(255 * np.clip(idf, 0.02, 1)).astype(np.uint8)
    return table


def article_words(
    texts: Sequence[LabelledText],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the buckets of the words, and of the pairs, of all pieces of article text.

    One text a page. Each (pieces, PIECE); what is left over of a text is left out.
    """
    one_each = {text.page: text for text in texts}
    pieces: tuple[list[NDArray[np.int64]], ...] = ([], [])
    for batch in batched(list(one_each.values())):
        units = label_units(batch)
        found = tokens(units.features)
        unit = np.searchsorted(units.features.starts, found.homes, "right") - 1
        article = units.pure[unit] & (units.labels[unit] == ARTICLE)
        page = units.lines.pages[unit]
        bucket = buckets(found)
        for pair, own in enumerate(pieces):
            chosen = np.flatnonzero(article & (found.pair == pair))
            bounds = np.flatnonzero(np.diff(page[chosen], prepend=-1))
            own += [
                part[: len(part) // PIECE * PIECE].reshape(-1, PIECE)
                for part in np.split(bucket[chosen], bounds)
                if len(part) >= PIECE
            ]
    none = np.zeros((0, PIECE), np.int64)
    words, pairs = (np.concatenate([none, *own]) for own in pieces)
    return words, pairs


def word_vectors(
    pieces: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Give what the buckets in *pieces* are about; (BUCKETS, SIZE), zeros for others.

    A row's length is the share of what its word does that the topics explain: that of
    a word which stands in pieces of all kinds is short.
    """
    vectors = np.zeros((BUCKETS, SIZE))
    rows = np.repeat(np.arange(len(pieces)), pieces.shape[1])
    keys = np.unique(rows << 32 | pieces.ravel())
    row, column = keys >> 32, keys & 0xFFFFFFFF
    counts = np.bincount(column, minlength=BUCKETS)
    if min(len(pieces), int((counts > 0).sum())) <= SIZE + 1:
        return vectors
    values = np.log(len(pieces) / counts[column])
    length = np.sqrt(np.bincount(row, values**2, len(pieces)))
    values /= np.maximum(length, 1e-9)[row]
    matrix = csr_matrix((values, (row, column)), (len(pieces), BUCKETS))
    with threadpool_limits(1):
        _, sizes, topics = randomized_svd(
            matrix, SIZE + 1, random_state=int(rng.integers(1 << 31))
        )
    norms = np.sqrt(np.bincount(column, values**2, BUCKETS))
    # the first topic is text as such: all words have it, and it tells none apart
    vectors[:] = (topics[1:] * sizes[1:, None]).T / np.maximum(norms, 1e-9)[:, None]
    vectors *= np.sqrt(counts / (counts + DOUBTED))[:, None]
    return vectors
