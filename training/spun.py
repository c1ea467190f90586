"""Spun text: genuine paragraphs with the synonyms that a spinner would put, as spam.

Doorways and comments are often somebody else's article, run through a program that
puts a synonym for every other word so that no search engine knows it again: "collar the
at once guaranty in place of your domicile business" was "get the right insurance for
your home business" once. ``spinner.json`` has such synonyms. The same paragraphs stand
in training as they were, as article: only what the spinner did tells them apart. They
teach the heads and the context stage alone: nets that look for phrases inside a unit
would learn from them that what reads like an article can be spam.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from training.chance import generator
from training.labelled import read_labelled
from training.phrases import pick
from training.spam import SPUN, Line, training_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np

    from training.spam import SpamSource

SPINNER = Path(__file__).with_name("spinner.json")
PAGES_SPUN = 0.25  # of the English pages of the training part
LENGTH = (150, 1200)  # characters of a paragraph, fewest and most
REPLACED = (0.3, 0.9)  # of the words that have synonyms
# What is sold stands in the middle of it more often than not, whatever it is about.
WITH_PHRASES = 0.6
_LONGEST = 3  # words of what is replaced as one
_PIECES = re.compile(r"\w+(?:['’]\w+)?|\W+")
_SENTENCE = re.compile(r"[^.!?\n]*[.!?\n]+\s*")


@cache
def synonyms() -> Mapping[str, tuple[str, ...]]:
    """Return the synonyms of words and phrases, all in lower case."""
    found = json.loads(SPINNER.read_text(encoding="utf-8"))
    return {word: tuple(others) for word, others in found.items()}


def spun_lines(files: Iterable[Path], spam: SpamSource) -> dict[str, tuple[Line, ...]]:
    """Return spun paragraphs of the training pages among *files*, by part.

    A page's fold is that of its spun text. *spam*: where phrases are drawn from.
    """
    parts: dict[str, list[Line]] = {}
    for site, page, text in _paragraphs(files):
        rng = generator(0, f"spun:{page}")
        if rng.random() >= PAGES_SPUN:
            continue
        whole, own = training_parts(site)
        line = _spun_line(rng, text, spam, own)
        for part in (whole, own):
            parts.setdefault(part, []).append(line)
    return {part: tuple(found) for part, found in parts.items()}


def spin(
    rng: np.random.Generator,
    text: str,
    share: float,
    table: Mapping[str, Sequence[str]],
) -> str:
    """Return *text* with that *share* of what has synonyms replaced, the longest first.

    A replaced word keeps its capital.
    """
    pieces = _PIECES.findall(text)
    found: list[str] = []
    at = 0
    while at < len(pieces):
        for words in range(_LONGEST, 0, -1):
            old = "".join(pieces[at : at + 2 * words - 1])
            if old.lower() in table and rng.random() < share:
                new = pick(rng, table[old.lower()])
                found.append(new[:1].upper() + new[1:] if old[:1].isupper() else new)
                at += 2 * words - 1
                break
        else:
            found.append(pieces[at])
            at += 1
    return "".join(found)


def _spun_line(
    rng: np.random.Generator, text: str, spam: SpamSource, part: str
) -> Line:
    made = spin(rng, text, rng.uniform(*REPLACED), synonyms())
    family = "other"
    if rng.random() < WITH_PHRASES:
        family = pick(rng, spam.families(part, "en"))
        words = made.split(" ")
        for _ in range(1 + int(rng.integers(3))):
            phrase = spam.phrase(rng, part, "en", family).text
            words.insert(int(rng.integers(1, len(words) + 1)), phrase)
        made = " ".join(words)
    return Line(made, family, "en", SPUN, "spun")


def _paragraphs(files: Iterable[Path]) -> Iterator[tuple[str, str, str]]:
    """Yield site, page and a paragraph of each English page, of its first rendering."""
    seen: set[str] = set()
    for file in files:
        if file.parent.name != "train":
            continue
        for text in read_labelled(file):
            if text.page in seen or not text.lang.startswith("en"):
                continue
            seen.add(text.page)
            runs = [text.text[m.start : m.end] for m in text.marks
                    if m.label == "article"]  # fmt: skip
            longest = max(runs, key=len, default="")
            paragraph = _cut(generator(0, f"paragraph:{text.page}"), longest)
            if len(paragraph) >= LENGTH[0]:
                yield text.site, text.page, paragraph


def _cut(rng: np.random.Generator, text: str) -> str:
    """Return sentences of *text* one after the other, as one line."""
    sentences = _SENTENCE.findall(text)
    if not sentences:
        return ""
    most = rng.uniform(*LENGTH)
    found = ""
    for sentence in sentences[int(rng.integers(len(sentences))) :]:
        if len(found) + len(sentence) > LENGTH[1]:
            break
        found += sentence
        if len(found) >= most:
            break
    return " ".join(found.split())
