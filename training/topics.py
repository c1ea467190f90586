"""Topic pages: near misses of one topic put together, as an article on it would be.

An article on a gambling law says "online gambling" over and over. What looks like spam
and returns in the page is a sure sign of it elsewhere; the nets that look inside units
must have seen that it is none here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from training.documents import generator
from training.furniture import furnish
from training.labelled import Mark
from training.probes import NEAR_MISS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from training.labelled import LabelledText

LINES = (6, 30)  # of a page, fewest and most
PAGES_A_LINE = 1 / 4  # a line stands in several pages, each time beside others
FURNISHED = 0.5
JOINED = 0.5  # of the lines, those that follow on the line before
_BLANK = {"en": " "}  # between sentences; Chinese has none


def topic_pages(lines: Sequence[LabelledText], seed: int) -> Iterator[LabelledText]:
    """Yield pages of *lines* of one language and topic; each is article throughout."""
    groups: dict[tuple[str, str], list[LabelledText]] = {}
    for line in lines:
        groups.setdefault((line.lang, line.source), []).append(line)
    for (lang, source), own in sorted(groups.items()):
        for number in range(max(1, round(len(own) * PAGES_A_LINE))):
            name = f"topic/{lang}/{source}/{number}"
            rng = generator(seed, f"{own[0].id}:{name}")
            topic = f"{NEAR_MISS}{source.removeprefix(NEAR_MISS)}"
            page = replace(own[0], id=name, page=name, site=name, source=topic)
            text = _text(rng, own, _BLANK.get(lang[:2], ""))
            page = replace(page, text=text, marks=(Mark(0, len(text), "article"),))
            yield furnish(rng, page) if rng.random() < FURNISHED else page


def _text(rng: np.random.Generator, lines: Sequence[LabelledText], blank: str) -> str:
    """Give paragraphs of *lines* drawn at random; with few lines some come again."""
    count = int(rng.integers(LINES[0], LINES[1] + 1))
    text = ""
    for index in rng.integers(0, len(lines), count):
        line = lines[index].text.strip()
        if text:
            text += blank if rng.random() < JOINED else "\n"
        text += line
    return text
