"""Words that tell a topic: which a page has, how rare they are, what they are about.

What a word is about is a vector of a latent semantic analysis (Deerwester et al., 1990)
of genuine text; that of a phrase, a unit or a page is the sum of its words'. Two texts
of one topic have vectors of one direction, also where they share no word. Letter words
and pairs of Han or kana have a space each, side by side: a Chinese phrase has nothing
in common with an English page.

What a word is about also says how likely it is to be spam's, where spam of its like was
met in training and the word itself was not (`training.wordodds`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dross import chars, hashing
from dross.features import HAN, TOP, Features

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Shorter words say little about a topic.
TOPIC_WORD = 4
RARITY_BITS = 16
# 24 or 48 numbers tell spam no better, fewer buckets a little worse (EXPERIMENTS.md);
# these are 2 MB of a model's 12.
VECTOR_BITS, SIZE = 17, 16
SCRIPTS = ("words", "pairs")
ODDS_STEP = 15  # the odds of a word are in so many parts of a logit
WIDTH = len(SCRIPTS) * SIZE


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is known of words.

    ``rarity``: (2**RARITY_BITS,), how rare a word is among pages, 0 … 255. ``vectors``:
    (2**VECTOR_BITS, SIZE), what it is about; the longer, the more it tells. ``odds``:
    (SCRIPTS, 2**VECTOR_BITS), the log odds that it is spam's; 0 where nothing is known.
    """

    rarity: NDArray[np.uint8]
    vectors: NDArray[np.int8]
    odds: NDArray[np.int8]

    def rarities(self, hashes: NDArray[np.uint32]) -> Ints:
        """Give how rare the words are."""
        return self.rarity.take(hashes >> np.uint32(32 - RARITY_BITS)).astype(np.int64)

    def word_odds(self, found: "Tokens") -> Ints:
        """Give the log odds of the words to be spam's; (words,)."""
        at = buckets(found) + (found.pair.astype(np.int64) << VECTOR_BITS)
        return self.odds.reshape(-1).take(at).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words that tell a topic, in the order of their text.

    Letter runs of TOPIC_WORD characters or more, without digits, and pairs of Han or
    kana, at the second of the two. ``homes``: the place that each is at. ``sizes``: how
    many places it has from there on. ``hashes``: 32 bits each. ``pair``: which are
    pairs.
    """

    homes: Ints
    sizes: Ints
    hashes: NDArray[np.uint32]
    pair: NDArray[np.bool_]


def buckets(found: Tokens) -> Ints:
    """Give the bucket of each word."""
    return (found.hashes >> np.uint32(32 - VECTOR_BITS)).astype(np.int64)


def tokens(features: Features) -> Tokens:
    """Give the words of a batch that tell a topic."""
    classes = features.classes
    long = features.word_ends - features.word_starts >= TOPIC_WORD
    long &= classes[features.word_starts] != chars.DIGIT
    starts = features.word_starts[long]
    han = HAN.take(classes)
    second = np.flatnonzero(han[1:] & han[:-1]) + 1
    # a letter word never starts at a Han character, so each place has one at most
    hashes = np.zeros(len(classes), np.uint32)
    sizes = np.zeros(len(classes), np.int64)
    hashes[starts] = features.words[long]
    sizes[starts] = features.word_ends[long] - starts
    pairs = hashing.pair_hashes(features.stream)[second - 1]
    hashes[second] = pairs * np.uint32(hashing.WORD_FACTOR)
    sizes[second] = 1
    homes = np.flatnonzero(sizes)
    return Tokens(homes, sizes[homes], hashes[homes], han[homes])


@dataclass(frozen=True)
class Topics:
    """What the text of a batch is about, over any stretch of places.

    ``starts``: as `Features.starts`. Sums are whole numbers, held as floats, whose
    products processors take several at once: exact up to some 100,000 words.
    """

    found: Tokens
    vocabulary: Vocabulary
    starts: Ints

    @cached_property
    def _running(self) -> list[tuple[NDArray[np.int32], Floats]]:
        """For each of SCRIPTS, the words before each place, and their running sum."""
        running = []
        for pair in (False, True):
            chosen = self.found.pair == pair
            before = np.zeros(int(self.starts[-1]) + 1, np.int32)
            before[self.found.homes[chosen] + 1] = 1
            np.cumsum(before, out=before)
            bucket = buckets(self.found)[chosen]
            sums = np.zeros((len(bucket) + 1, SIZE))
            vectors = self.vocabulary.vectors[bucket]
            np.cumsum(vectors, axis=0, dtype=np.float64, out=sums[1:])
            running.append((before, sums))
        return running

    def runs(self, unit: Ints, bounds: Sequence[Ints]) -> tuple[Ints, Ints]:
        """Give the first row of each run with the same words, and each row's run.

        *unit* and *bounds*: (rows,), in what unit, and where, stretches start or end.
        From place to place they mostly do so in the same words.
        """
        new = np.ones(len(unit), bool)
        new[1:] = unit[1:] != unit[:-1]
        for bound in bounds:
            for before, _ in self._running:
                words = before[bound]
                new[1:] |= words[1:] != words[:-1]
        return np.flatnonzero(new), np.cumsum(new) - 1

    def between(self, low: Ints, high: Ints) -> Floats:
        """Give the sums over the places ``low`` … ``high`` - 1; (any, WIDTH)."""
        return np.concatenate(
            [sums[before[high]] - sums[before[low]] for before, sums in self._running],
            axis=1,
        )

    @cached_property
    def units(self) -> Floats:
        """The sum of each unit; (units, WIDTH)."""
        return self.between(self.starts[:-1], self.starts[1:])

    def windows(self, low: Ints, high: Ints) -> Floats:
        """Give the sums over the units ``low`` … ``high`` - 1; (any, WIDTH)."""
        return self.between(self.starts[low], self.starts[high])


def direction(own: Floats) -> Floats:
    """Give the direction of each row, TOP long; (any, WIDTH)."""
    length = np.sqrt(np.maximum(dots(own, own), 1))
    found: Floats = np.floor(TOP * own / length[:, None])
    return found


def kinship(own: Floats, other: Floats) -> Floats:
    """Give the cosine of each two rows, TOP where they have one direction; (any,).

    It is 0 where one of them has no word.
    """
    return cosines(dots(own, other), dots(own, own), dots(other, other))


def kinship_to_rest(own: Floats, whole: Floats, squares: Floats) -> Floats:
    """Give the `kinship` of *own* to what is left of *whole* without it.

    *squares*: (any,), those of *whole* added up.
    """
    return cosines_to_rest(dots(own, whole), dots(own, own), squares)


def dots(one: Floats, other: Floats) -> Floats:
    """Give the dot product of each two rows; (any,)."""
    found: Floats = np.einsum("ij,ij->i", one, other)
    return found


def cosines(both: Floats, square: Floats, other: Floats) -> Floats:
    """Give what `kinship` does, from the `dots` of the two rows and of each."""
    length = np.sqrt(np.maximum(square * other, 1))
    found: Floats = np.floor(TOP * both / length)
    return found


def cosines_to_rest(both: Floats, square: Floats, whole: Floats) -> Floats:
    """Give what `kinship_to_rest` does, from the `dots` of the two and of each."""
    return cosines(both - square, square, whole - 2 * both + square)


def names() -> Sequence[str]:
    """Name the numbers of a direction."""
    return tuple(f"{script}' topic {n}" for script in SCRIPTS for n in range(SIZE))
