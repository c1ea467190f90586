"""Fixtures: single items of site chrome, from bylines to cookie prompts.

``furniture.json`` has a few templates a kind and language, the words that fill them,
and headlines for the links to other articles. Traditional Chinese is converted from
simplified, beside some templates of its own.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from opencc import OpenCC

from training.phrases import pick
from training.slots import Slots

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from training.labelled import LabelledText

FURNITURE = Path(__file__).with_name("furniture.json")
# Where OpenCC's words for Taiwan are not those of pages: it takes publishing for the
# release of software, a statement for a declaration in code, WeChat for a message.
_MENDED = (
    ("釋出", "發布"),
    ("宣告", "聲明"),
    ("微訊", "微信"),
    ("“", "「"),
    ("”", "」"),
)
_HAN = re.compile("[\u4e00-\u9fff]")
LANGUAGES = ("en", "zh-Hans", "zh-Hant")
# Where the kinds stand: above everything, about the headline, between paragraphs,
# after the text, at the foot; a list of links and an error page are pages as well.
ZONES = ("top", "head", "inside", "tail", "foot", "error")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of item: where it stands and how it is worded in one language."""

    name: str
    zone: str
    alone: bool  # tells what it is with nothing around it, as a headline does not
    templates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fixtures:
    """All kinds of items in one language."""

    kinds: Mapping[str, Kind]
    slots: Slots

    def named(self, zone: str, *, alone: bool = False) -> list[str]:
        """List the kinds of *zone*, or those among them that need no company."""
        return [
            kind.name
            for kind in self.kinds.values()
            if kind.zone == zone and (kind.alone or not alone)
        ]

    def cells(self, rng: np.random.Generator, name: str) -> list[str]:
        """Make an item of the kind *name*: the cells that a layout sets."""
        return self.slots.cells(rng, pick(rng, self.kinds[name].templates))


@cache
def read_fixtures(lang: str) -> Fixtures:
    """Give the fixtures in *lang*, one of LANGUAGES."""
    data = json.loads(FURNITURE.read_text(encoding="utf-8"))
    source = "en" if lang == "en" else "zh"
    convert = _traditional if lang == "zh-Hant" else str
    headlines = [
        pattern for topic in data["headlines"] for pattern in topic[source].split("|")
    ]
    words = {slot: text.split("|") for slot, text in data["words"][source].items()}
    words["headline"] = headlines
    kinds = {
        entry["kind"]: Kind(
            entry["kind"],
            entry["zone"],
            entry.get("alone", True),
            tuple(map(convert, entry[source]))
            + (tuple(entry.get("hant", ())) if lang == "zh-Hant" else ()),
        )
        for entry in data["kinds"]
    }
    return Fixtures(
        kinds,
        Slots(
            {slot: tuple(map(convert, listed)) for slot, listed in words.items()},
            lang,
        ),
    )


def language_of(text: LabelledText) -> str:
    """Give the language that a text's chrome is in: English unless it is Chinese."""
    if text.lang.startswith("zh"):
        written = text.lang.casefold()
        taiwan = any(end in written for end in ("hant", "tw", "hk"))
        return "zh-Hant" if taiwan else "zh-Hans"
    return "zh-Hans" if not text.lang and _HAN.search(text.text) else "en"


def _traditional(text: str) -> str:
    converted = str(_opencc().convert(text))
    for wrong, right in _MENDED:
        converted = converted.replace(wrong, right)
    return converted


@cache
def _opencc() -> OpenCC:
    return OpenCC("s2twp")
