"""Grammars: spam phrases of our own, for what the lexicons lack.

``grammars.json`` has one small grammar a family and language. Its telling words
(brands, drugs, cities, games) are dealt out among the parts, and some patterns are
kept for the test, so that no test phrase can be put together from what training saw.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from training.phrases import SALT, Phrase, fold, pick
from training.split import FOLDS, SPAM_PARTS, fold_part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

GRAMMARS = Path(__file__).with_name("grammars.json")
_TRAINING = tuple(part for part in SPAM_PARTS if part.startswith("train"))
_SLOT = re.compile(r"\{(\w+)\}")
_DOMAIN_ENDINGS = (".com", ".net", ".cc", ".vip", ".top", ".xyz", ".club", ".info")


@dataclass(frozen=True, slots=True)
class Grammar:
    """Patterns and words of one family in one language that one part may use."""

    family: str
    lang: str
    patterns: tuple[str, ...]
    sentences: tuple[str, ...]
    slots: Mapping[str, tuple[str, ...]]

    def phrase(self, rng: np.random.Generator) -> Phrase:
        """Make a phrase of a few words."""
        return self._filled(rng, self.patterns)

    def sentence(self, rng: np.random.Generator) -> Phrase:
        """Make a whole sentence."""
        return self._filled(rng, self.sentences)

    def _filled(self, rng: np.random.Generator, patterns: Sequence[str]) -> Phrase:
        text = pick(rng, patterns)
        while _SLOT.search(text):  # a word may hold a slot itself: mpo{n}
            text = _SLOT.sub(lambda match: self._word(rng, match[1]), text)
        return Phrase(text, self.family, self.lang)

    def _word(self, rng: np.random.Generator, slot: str) -> str:
        if slot == "n":
            return str(rng.integers(1, 1000))
        if slot == "nn":
            return str(rng.integers(10**6, 10 ** int(rng.integers(8, 12))))
        if slot == "domain":
            return domain(rng)
        if slot == "handle":
            return letters(rng, 3, 7) + str(rng.integers(10, 10_000))
        return pick(rng, self.slots[slot])


def domain(rng: np.random.Generator) -> str:
    """Make up a throw-away host name of the kind that spam links to."""
    name = letters(rng, 2, 6) + str(rng.integers(1, 10_000))
    if rng.random() < 0.3:
        name = str(rng.integers(100, 100_000)) + letters(rng, 1, 2)
    name += pick(rng, _DOMAIN_ENDINGS)
    return ("www." if rng.random() < 0.5 else "") + name


def letters(rng: np.random.Generator, least: int, most: int) -> str:
    """Make up a name that nobody has: so many random letters."""
    length = int(rng.integers(least, most + 1))
    return "".join(chr(97 + int(i)) for i in rng.integers(26, size=length))


def read_grammars(path: Path = GRAMMARS) -> dict[str, tuple[Grammar, ...]]:
    """Return the grammars that each of `SPAM_PARTS` may use.

    Words under "split" are dealt out 70/10/20 by their hash, at least one to each
    part; "held_out" patterns go to the test alone, which also uses the others. "train"
    has words, patterns and sentences for training alone, beside the others; an entry
    that has "train" and no "split" is for training alone. Its folds share what is under
    "shared", more of it under "train" included, and have other words dealt out to them.
    """
    parts: dict[str, list[Grammar]] = {part: [] for part in SPAM_PARTS}
    for entry in json.loads(path.read_text(encoding="utf-8")):
        shared, split, train = (
            {slot: tuple(words.split("|")) for slot, words in found.items()}
            for found in (
                entry["shared"],
                entry["split"],
                entry.get("train", {}).get("words", {}),
            )
        )
        dealt: dict[str, dict[str, tuple[str, ...]]] = {p: {} for p in SPAM_PARTS}
        for slot, words in split.items():
            for part, own in _deal(words).items():
                dealt[part][slot] = own
        _deal_to_folds(dealt, shared, train)
        for part in _TRAINING if train and not split else SPAM_PARTS:
            patterns, sentences = entry["patterns"], entry["sentences"]
            if part == "test":
                patterns = [*patterns, *entry["held_out"]]
                sentences = [*sentences, *entry["held_out_sentences"]]
            elif part != "validation" and "train" in entry:
                patterns = balanced(patterns, entry["train"].get("patterns", ()))
                sentences = balanced(sentences, entry["train"].get("sentences", ()))
            parts[part].append(
                Grammar(
                    family=entry["family"],
                    lang=entry["lang"],
                    patterns=tuple(patterns),
                    sentences=tuple(sentences),
                    slots={**shared, **dealt[part]},
                )
            )
    return {part: tuple(grammars) for part, grammars in parts.items()}


def balanced(shared: Sequence[str], more: Sequence[str]) -> list[str]:
    """Give both, the *shared* ones so often that they are drawn as often as *more*.

    Spam that is the same in every part would else be rarer in training, the more of
    its own training has.
    """
    times = max(1, round(len(more) / max(len(shared), 1)))
    return [*shared] * times + [*more]


def _order(word: str) -> bytes:
    return blake2b(f"{SALT}/{fold(word)}".encode(), digest_size=8).digest()


def _deal(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    ordered = sorted(words, key=_order)
    test = max(1, round(0.2 * len(ordered)))
    held = test + max(1, round(0.1 * len(ordered)))
    if held >= len(ordered):
        msg = f"only {len(ordered)} words to deal out: {words}; give at least three"
        raise ValueError(msg)
    return {
        "test": tuple(ordered[:test]),
        "validation": tuple(ordered[test:held]),
        "train": tuple(ordered[held:]),
    }


def _deal_to_folds(
    dealt: dict[str, dict[str, tuple[str, ...]]],
    shared: Mapping[str, tuple[str, ...]],
    train: Mapping[str, tuple[str, ...]],
) -> None:
    """Add the words that training alone has, and deal its words out to its folds."""
    for slot in train.keys() - shared.keys():
        dealt["train"][slot] = dealt["train"].get(slot, ()) + train[slot]
    for slot, words in dealt["train"].items():
        for number, own in enumerate(_shares(words)):
            dealt[fold_part(number)][slot] = own
    for part, slot in product(_TRAINING, train.keys() & shared.keys()):
        dealt[part][slot] = tuple(balanced(shared[slot], train[slot]))


def _shares(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Deal the words of training out among its folds; all have all if there are few."""
    if len(words) < FOLDS:
        return [tuple(words)] * FOLDS
    ordered = sorted(words, key=_order)
    return [tuple(ordered[number::FOLDS]) for number in range(FOLDS)]
