"""Topic pages: near misses of one topic put together, as an article on it would be.

An article on a gambling law says "online gambling" over and over. What looks like spam
and returns in the page is a sure sign of it elsewhere; the nets that look inside units
must have seen that it is none here.

``articles.jsonl`` has whole articles of that kind, by other hands than the lines that
teach. They are for thresholds alone: what lines of the same hands allow, an article
that somebody else writes does not.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from training.chance import generator
from training.documents import fold_of
from training.furniture import furnish
from training.injection import NO_BLANKS
from training.jsonl import records
from training.labelled import LabelledText, Mark
from training.probes import NEAR_MISS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

ARTICLES = Path(__file__).with_name("articles.jsonl")
LINES = (6, 30)  # of a page, fewest and most, where there are as many
PAGES_A_LINE = 1 / 2  # a line stands in several pages, each time beside others
FURNISHED = 0.5
JOINED = 0.5  # of the lines, those that follow on the line before


def topic_pages(
    lines: Sequence[LabelledText], seed: int, folds: int = 1
) -> Iterator[LabelledText]:
    """Yield pages of *lines* of one language and topic; each is article throughout.

    A page has lines of one of the *folds*, and is in that fold itself: heads that have
    not seen its site have not seen its lines either.
    """
    groups: dict[tuple[str, str, int], list[LabelledText]] = {}
    for line in lines:
        key = (line.lang, line.source, fold_of(line, folds))
        groups.setdefault(key, []).append(line)
    for (lang, source, fold), own in sorted(groups.items()):
        name = source.removeprefix(NEAR_MISS)
        for number in range(max(1, round(len(own) * PAGES_A_LINE))):
            id_ = f"topic/{lang}/{name}/{fold}/{number}"
            rng = generator(seed, f"{own[0].id}:{id_}")
            text = _text(rng, own, "" if lang.startswith(NO_BLANKS) else " ")
            page = replace(
                own[0],
                id=id_,
                page=id_,
                source=f"{NEAR_MISS}{name}",
                text=text,
                marks=(Mark(0, len(text), "article"),),
            )
            yield furnish(rng, page) if rng.random() < FURNISHED else page


def articles() -> Iterator[LabelledText]:
    """Yield the articles for thresholds, each article throughout."""
    for record in records(ARTICLES):
        text, id_ = str(record["text"]), str(record["id"])
        yield LabelledText(
            id=id_,
            text=text,
            marks=(Mark(0, len(text), "article"),),
            lang=str(record["lang"]),
            source=f"{NEAR_MISS}{record['topic']}",
            site=id_,
            page=id_,
            rendering="as written",
            page_type=str(record["topic"]),
        )


def _text(rng: np.random.Generator, lines: Sequence[LabelledText], blank: str) -> str:
    """Give paragraphs of *lines* drawn at random; none comes twice."""
    count = int(rng.integers(LINES[0], LINES[1] + 1))
    text = ""
    for index in rng.permutation(len(lines))[:count]:
        line = lines[index].text.strip()
        if text:
            text += blank if rng.random() < JOINED else "\n"
        text += line
    return text
