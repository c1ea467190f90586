"""Phrasing: text from templates, with words and turns drawn at random.

A template holds choices, ``[red|green]``, and slots, ``{place}``, either inside the
other. A slot with a capital, ``{Place}``, begins with one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from training.phrases import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_NUMBERS = {"n": (2, 60), "nn": (10, 100), "nnn": (100, 1000), "year": (1890, 2026)}


@dataclass(frozen=True)
class Phrasing:
    """Templates filled from *words*: for each slot what may stand in it.

    *makers* make what no list of words can hold, such as dates.
    """

    rng: np.random.Generator
    words: Mapping[str, Sequence[str]]
    makers: Mapping[str, Callable[[], str]] = field(default_factory=dict)

    def filled(self, template: str) -> str:
        """Give *template* with every choice made and every slot filled."""
        while match := _CHOICE.search(template):
            chosen = pick(self.rng, match[1].split("|"))
            template = template[: match.start()] + chosen + template[match.end() :]
        return _SLOT.sub(lambda match: self._slot(match[1]), template)

    def _slot(self, name: str) -> str:
        lower = name[0].lower() + name[1:]
        maker = self.makers.get(lower)
        if maker is None and lower in _NUMBERS:
            return str(self.rng.integers(*_NUMBERS[lower]))
        text = maker() if maker else self.filled(pick(self.rng, self.words[lower]))
        return text if lower == name else text[:1].upper() + text[1:]


def narrowed(
    rng: np.random.Generator, words: Mapping[str, Sequence[str]], most: int
) -> dict[str, list[str]]:
    """Give at most *most* words a slot, so that a page keeps to its subject."""
    return {
        slot: [choices[int(i)] for i in rng.permutation(len(choices))[:most]]
        for slot, choices in words.items()
    }
