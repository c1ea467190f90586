"""Articles of the benchmark: headline, paragraphs, subheads, lists and captions.

``topics_en.json`` and ``topics_zh.json`` hold for each topic clauses that can stand
alone; ``furniture.json`` has the ways to put clauses together. Near-miss topics use
the words of spam in genuine text: law, medicine, crackdowns, films, watches.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from training.benchmark.phrasing import Phrasing, narrowed
from training.phrases import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np

HERE = Path(__file__).parent
_CLAUSE_SLOTS = {"w": "whens", "t": "tails", "r": "roles"}
_BLANK = {"en": " ", "zh": ""}  # between sentences


@dataclass(frozen=True, slots=True)
class Topic:
    """What can be said about one thing, as templates."""

    name: str
    near_miss: bool
    templates: Mapping[
        str, Sequence[str]
    ]  # titles, heads, clauses, whens, tails, roles
    words: Mapping[str, Sequence[str]]


@cache
def topics(lang: str) -> tuple[Topic, ...]:
    """Return the topics in "en" or "zh"."""
    kinds = ("titles", "heads", "clauses", *_CLAUSE_SLOTS.values())
    return tuple(
        Topic(
            name=entry["topic"],
            near_miss=entry["near_miss"],
            templates={kind: entry[kind] for kind in kinds},
            words={slot: found.split("|") for slot, found in entry["slots"].items()},
        )
        for entry in json.loads((HERE / f"topics_{lang}.json").read_text("utf-8"))
    )


@cache
def furniture(lang: str) -> dict[str, list[str]]:
    """Return names, chrome and turns of phrase in "en" or "zh"."""
    found: dict[str, dict[str, list[str]]]
    found = json.loads((HERE / "furniture.json").read_text("utf-8"))
    return found[lang]


class Writer:
    """Writes one article: it keeps to few names and places, as articles do."""

    def __init__(self, rng: np.random.Generator, topic: Topic, lang: str) -> None:
        """Prepare to write about *topic* in "en" or "zh"."""
        words = furniture(lang)
        self._rng, self._topic, self._lang = rng, topic, lang
        people = Phrasing(rng, words)
        form = "{given} {family}" if lang == "en" else "{family}{given}"
        self._words = {
            "name": [people.filled(form) for _ in range(3)],
            **narrowed(rng, {name: words[name] for name in ("place", "month")}, 3),
            "day": words["day"],
            **narrowed(rng, topic.words, 2),
        }
        self._phrasing = Phrasing(rng, self._words)
        self._wraps = words["wrap"]
        self._items = words["list"]
        self._captions = words["caption"]
        self._more = words
        self._clauses: list[str] = []

    def headline(self) -> str:
        """Return a headline."""
        return _first_large(self._made("titles"))

    def subhead(self) -> str:
        """Return a heading inside the article."""
        return self._made("heads")

    def sentence(self) -> str:
        """Return one sentence of one to three clauses."""
        makers: dict[str, Callable[[], str]] = {
            "c": self._clause,
            **{s: partial(self._made, kind) for s, kind in _CLAUSE_SLOTS.items()},
        }
        wrap = pick(self._rng, self._wraps)
        return _first_large(Phrasing(self._rng, self._words, makers).filled(wrap))

    def paragraph(self) -> str:
        """Return one to six sentences."""
        count = int(self._rng.integers(1, 7))
        return _BLANK[self._lang].join(self.sentence() for _ in range(count))

    def items(self) -> list[str]:
        """Return the lines of a list."""
        form = pick(self._rng, self._items)
        count = int(self._rng.integers(3, 7))
        return [
            Phrasing(
                self._rng, self._words, {"c": self._clause, "i": partial(str, n)}
            ).filled(form)
            for n in range(1, count + 1)
        ]

    def caption(self) -> str:
        """Return the line under a picture."""
        return Phrasing(self._rng, {**self._more, **self._words}).filled(
            pick(self._rng, self._captions)
        )

    def _made(self, kind: str) -> str:
        return self._phrasing.filled(pick(self._rng, self._topic.templates[kind]))

    def _clause(self) -> str:
        """Return a clause; all templates have had their turn before one comes back."""
        if not self._clauses:
            clauses = self._topic.templates["clauses"]
            order = self._rng.permutation(len(clauses))
            self._clauses = [clauses[int(i)] for i in order]
        return self._phrasing.filled(self._clauses.pop())


def _first_large(text: str) -> str:
    return text[:1].upper() + text[1:]
