"""Pages made to be measured on: menus, articles, footers and some spam, from a seed.

What they say is nonsense; what counts is that speed on them is speed on the web.
That hangs on how many different words and n-grams there are, since a table is
slower the more of it is read, so that common words come often and rare ones, put
together from parts, come seldom (Zipf). ``pagetext.json`` holds the parts.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LANGUAGES = ("en", "zh")
# Random numbers are drawn this many at a time: one by one they cost more than the text.
_DRAWN = 4096
_SLOT = re.compile(r"\{(\w+)\}")
# The shape of a page, in lines or pieces. With these a page has about as many units
# a megabyte, and as much of them chrome and spam, as those of the training corpus.
MENU = (15, 60)
PARAGRAPHS = (4, 16)
SENTENCES = (1, 5)
RELATED = (10, 40)
FOOTERS = (2, 12)
SPAM_TERMS = (6, 30)
SPAM_SHARE = 0.04  # of pages that have a keyword footer
_NAMES = 1000  # of what people are named by
# Pools put together from parts, whose entries are the rare words.
_COMPOSED = ("long", "place", "person")


def pages(language: str, size: int, seed: int) -> list[str]:
    """Give pages of *language* that are together *size* bytes of UTF-8 or a bit more.

    The same numbers give the same pages, and a smaller size the first of them.
    """
    made = []
    for page in _Writer(language, np.random.default_rng(seed)).pages():
        made.append(page)
        size -= len(page.encode())
        if size <= 0:
            break
    return made


class _Writer:
    """Writes pages of one language; every entry of every pool is drawn from *rng*."""

    def __init__(self, language: str, rng: np.random.Generator) -> None:
        data: dict[str, Any] = json.loads(
            (files(__package__) / "pagetext.json").read_text("utf-8")
        )[language]
        self._rng = rng
        pools = {name: _entries(text) for name, text in data["pools"].items()}
        pools |= _composed(language, pools)
        pools |= {
            "related": _entries(data["related"]),
            "number": [str(number) for number in range(2, 1000)],
        }
        self._drawn = {
            name: self._rare(pool) if name in _COMPOSED else self._common(pool)
            for name, pool in pools.items()
        }
        self._lines = {
            name: self._fill(data[name])
            for name in ("sentences", "headlines", "bylines", "footers", "when")
        }
        self._drawn["headline"] = self._lines["headlines"]
        self._drawn["when"] = self._lines["when"]
        self._numbers = self._uniform()
        self._stop: str = data["stop"]

    def pages(self) -> Iterator[str]:
        """Yield pages without end."""
        while True:
            yield "\n".join(self._page()) + "\n"

    def _page(self) -> Iterator[str]:
        headlines, footers = self._lines["headlines"], self._lines["footers"]
        menu = self._some("section", MENU)
        joined = next(self._numbers)
        yield from [" | ".join(menu)] if joined < 1 / 4 else menu
        yield next(headlines)
        yield next(self._lines["bylines"])
        yield " ".join(self._some("share", (2, 6)))
        for _ in range(self._between(PARAGRAPHS)):
            sentences = islice(self._lines["sentences"], self._between(SENTENCES))
            yield self._stop.join(sentences)
        yield next(self._drawn["related"])
        yield from islice(headlines, self._between(RELATED))
        yield from islice(footers, self._between(FOOTERS))
        if next(self._numbers) < SPAM_SHARE:
            yield "_".join(self._some("spam", SPAM_TERMS))

    def _some(self, pool: str, bounds: tuple[int, int]) -> list[str]:
        return list(islice(self._drawn[pool], self._between(bounds)))

    def _between(self, bounds: tuple[int, int]) -> int:
        low, high = bounds
        return low + int(next(self._numbers) * (high + 1 - low))

    def _uniform(self) -> Iterator[float]:
        while True:
            yield from self._rng.random(_DRAWN).tolist()

    def _common(self, pool: Sequence[str]) -> Iterator[str]:
        """Yield entries without end, the one of rank *r* in proportion to 1 / r."""
        while True:
            ranks = (len(pool) + 1) ** self._rng.random(_DRAWN)
            for rank in ranks.astype(np.int64).tolist():
                yield pool[min(rank, len(pool)) - 1]

    def _rare(self, pool: Sequence[str]) -> Iterator[str]:
        """Yield entries without end, in proportion to the root of 1 / r."""
        while True:
            ranks = len(pool) * self._rng.random(_DRAWN) ** 2
            for rank in ranks.astype(np.int64).tolist():
                yield pool[rank]

    def _fill(self, patterns: Sequence[str]) -> Iterator[str]:
        """Yield *patterns* without end, all equally often, with their slots filled."""
        # at odd places stand the names of pools
        parts = [_SLOT.split(pattern) for pattern in patterns]
        drawn = self._drawn
        while True:
            for choice in self._rng.integers(0, len(parts), _DRAWN).tolist():
                yield "".join(
                    next(drawn[part]) if place % 2 else part
                    for place, part in enumerate(parts[choice])
                )


def _entries(text: str) -> list[str]:
    return text.split(" / ") if " / " in text else text.split()


def _composed(language: str, pools: dict[str, list[str]]) -> dict[str, list[str]]:
    """Give the pools of names and long words, put together from parts."""
    if language == "zh":
        pairs = _product(pools["first"], pools["first"])
        return {
            "long": pairs,
            "place": _product(pools["first"], pools["first"][::-1]),
            "person": _product(pools["surname"], [*pools["first"], *pairs[:_NAMES]]),
        }
    roots = _product(pools["root"], pools["middle"])
    places = [name.capitalize() for name in _product(roots, pools["ending"])]
    stems = _product([*pools["stem"], *roots], pools["suffix"])
    return {
        "long": _product(["", *pools["prefix"]], stems),
        "place": places,
        "person": _product([f"{name} " for name in pools["given"]], places[:_NAMES]),
    }


def _product(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Give all pairs joined, in an order that has nothing to do with their parts."""
    pairs = [a + b for a in first for b in second]
    order = np.random.default_rng(len(pairs)).permutation(len(pairs))
    return [pairs[place] for place in order.tolist()]
