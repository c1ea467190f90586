"""Pages in two languages: genuine lines of one beside those of another.

Where a page says everything twice, in Chinese and then in Russian, the second language
is no spam. Pages that spam was put into teach the opposite, for in them a script that
the page is not in is always spam; these are put together from genuine lines so that
both are known.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from training.chance import generator
from training.labelled import Mark
from training.phrases import pick
from training.split import fold_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from training.labelled import LabelledText

FIRST = ("en", "zh-Hans", "zh-Hant")  # languages that pages are written in
LENGTH = range(20, 400)  # characters of a line
LINES_A_TEXT = 3
MOST = 8  # lines of either language
PAGES_A_PAIR = 4  # pages of each two languages, in each fold of training
# Line by line in turns, twice on one line, all of the one below all of the other, or
# words and clauses in pairs, as dictionaries and courses have them.
LAYOUTS = ("turns", "turns", "twice", "below", "glossary")
CLAUSE = range(2, 30)  # characters of a clause in a glossary
_JOINTS = (" ", "  ", " / ", " | ", " – ", "\t", "", "：", " = ", "\n")
_CLAUSES = re.compile(r"[^,.;:!?，、。；：！？()（）「」“”\n]+")


def bilingual_pages(
    texts: Sequence[LabelledText], pages: int, seed: int, folds: int = 1
) -> Iterator[LabelledText]:
    """Yield *pages* pages of each two languages and fold, article throughout.

    *texts* are genuine ones of any languages. A page's lines are those of one fold,
    which is the page's own: heads that have not seen its site have not seen its lines.
    """
    groups: dict[tuple[str, int], list[LabelledText]] = {}
    for line in _lines(texts):
        groups.setdefault((line.lang, fold_number(line.site, folds)), []).append(line)
    for (lang, fold), own in sorted(groups.items(), key=lambda group: group[0]):
        for first in FIRST:
            natives = groups.get((first, fold))
            # English stands beside Chinese; that Chinese stands beside English is the
            # same, and of its two scripts a page has one
            if not natives or lang == first or lang.startswith("zh"):
                continue
            for number in range(pages):
                id_ = f"bilingual/{first}/{lang}/{fold}/{number}"
                rng = generator(seed, f"{own[0].id}:{id_}")
                yield _page(rng, id_, natives, own)


def _page(
    rng: np.random.Generator,
    id_: str,
    natives: Sequence[LabelledText],
    others: Sequence[LabelledText],
) -> LabelledText:
    count = min(int(rng.integers(1, MOST + 1)), len(natives), len(others))
    pairs = list(
        zip(_some(rng, natives, count), _some(rng, others, count), strict=True)
    )
    if rng.random() < 0.3:  # the other language comes first
        pairs = [(other, native) for native, other in pairs]
    layout = pick(rng, LAYOUTS)
    if layout == "glossary":
        one, other = map(_clauses, zip(*pairs, strict=True))
        pairs = list(zip(one, other, strict=False))
    if layout in {"twice", "glossary"}:
        joint = pick(rng, _JOINTS)
        rows = [one + joint + other for one, other in pairs]
    elif layout == "turns":
        rows = [line for pair in pairs for line in pair]
    else:
        rows = [*(one for one, _ in pairs), *(other for _, other in pairs)]
    text = pick(rng, ("\n", "\n", "\n\n")).join(rows)
    return replace(
        natives[0],
        id=id_,
        page=id_,
        source="bilingual",
        text=text,
        marks=(Mark(0, len(text), "article"),),
        page_type=layout,
    )


def _some(
    rng: np.random.Generator, lines: Sequence[LabelledText], count: int
) -> list[str]:
    return [lines[i].text for i in rng.choice(len(lines), count, replace=False)]


def _clauses(lines: Sequence[str]) -> list[str]:
    """Give the clauses of *lines*; there is one at least."""
    found = [part.strip() for line in lines for part in _CLAUSES.findall(line)]
    return [part for part in found if len(part) in CLAUSE] or [lines[0]]


def _lines(texts: Sequence[LabelledText]) -> Iterator[LabelledText]:
    """Yield the first lines of each text that are as long as a sentence."""
    for text in texts:
        rows = [
            row for row in map(str.strip, text.text.split("\n")) if len(row) in LENGTH
        ]
        for row in rows[:LINES_A_TEXT]:
            yield replace(
                text, text=row, marks=(Mark(0, len(row), "article"),), tags=()
            )
