"""Pages of the benchmark: article and furniture in a layout, then injected spam.

Each page depends on the seed and its own number alone.
"""

from __future__ import annotations

import textwrap
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from opencc import OpenCC

from training.benchmark.articles import HERE, Writer, topics
from training.benchmark.furniture import Site
from training.forms import drawn
from training.grammars import read_grammars
from training.injection import doorway, inject
from training.insertion import Injected
from training.labelled import LabelledText, Mark, to_record
from training.phrases import pick
from training.spam import spam_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from training.insertion import Insertion
    from training.spam import SpamSource

LANGUAGES = {"en": 0.44, "zh-Hans": 0.34, "zh-Hant": 0.22}
KINDS = {"injected": 0.56, "clean": 0.14, "near miss": 0.2, "near miss injected": 0.05,
         "doorway": 0.05}  # fmt: skip
RENDERINGS = {"lines": 0.45, "blank lines": 0.25, "indented": 0.13, "wrapped": 0.1,
              "one line": 0.07}  # fmt: skip
_WRAPPED = 76  # characters
_TITLE_JOINTS = (" - ", " | ", "_", " – ", "-")

_Segment = tuple[str, str]  # label and text
_Line = list[_Segment]


def benchmark(count: int, seed: int) -> Iterator[dict[str, object]]:
    """Yield *count* records in the format of labelled text, one after another."""
    return (record(page(seed, number)) for number in range(count))


def page(seed: int, number: int) -> Injected:
    """Return page *number* of the benchmark with *seed*."""
    rng = np.random.default_rng([seed, number])
    kind = drawn(rng, KINDS)
    if kind == "doorway":
        made = doorway(rng, _spam(), "test")
        lang = made.insertions[0].lang
        lang = "zh-Hans" if lang == "zh" else lang
        text = replace(made.page, lang=lang, rendering="lines", source=kind)
        made = replace(made, page=text)
    else:
        text = _genuine(rng, kind)
        made = Injected(text, ())
        if kind.endswith("injected"):
            made = inject(rng, text, _spam(), "test")
    name = f"benchmark/{seed}/{number}"
    return replace(made, page=replace(made.page, id=name, page=name, site=name))


def record(made: Injected) -> dict[str, object]:
    """Return a page as a record; its spam spans carry form, family and disguise."""
    insertions = {(piece.start, piece.end): piece for piece in made.insertions}
    spans = [
        {
            "start": mark.start,
            "end": mark.end,
            "label": mark.label,
            **_traits(insertions.get((mark.start, mark.end))),
        }
        for mark in made.page.marks
    ]
    found = {**to_record(made.page), "spans": spans}
    del found["tags"]
    return found


def _traits(piece: Insertion | None) -> dict[str, str]:
    if piece is None:
        return {}
    return {
        "form": piece.form,
        "family": piece.family,
        "disguise": piece.disguise or "none",
    }


@cache
def _spam() -> SpamSource:
    """Return our own terms; those of training's grammars are other ones."""
    return spam_source(phrases={}, lines={}, grammars=read_grammars(HERE / "spam.json"))


def _genuine(rng: np.random.Generator, kind: str) -> LabelledText:
    """Return a page without spam; the words of one of a near-miss topic are spam's."""
    lang = drawn(rng, LANGUAGES)
    voice = lang[:2]
    near_miss = kind.startswith("near miss")
    known = [topic for topic in topics(voice) if topic.near_miss == near_miss]
    topic = known[int(rng.integers(len(known)))]
    writer, site = Writer(rng, topic, voice), Site(rng, voice)
    headline = writer.headline()
    lines = [
        *_above(rng, site, headline),
        *_article(rng, writer, site, headline),
        *_below(rng, site),
    ]
    if lang == "zh-Hant":
        lines = [
            [(label, _traditional(text)) for label, text in line] for line in lines
        ]
    rendering = drawn(rng, RENDERINGS)
    return replace(
        _rendered(rng, lines, rendering),
        lang=lang,
        source=f"{kind}: {topic.name}" if near_miss else kind,
        rendering=rendering,
        page_type="article",
    )


def _chrome(lines: Iterable[str]) -> list[_Line]:
    return [[("chrome", line)] for line in lines]


def _above(rng: np.random.Generator, site: Site, headline: str) -> Iterator[_Line]:
    """Yield what stands above the article."""
    if rng.random() < 0.3:
        yield [("article", headline), ("chrome", pick(rng, _TITLE_JOINTS) + site.name)]
    elif rng.random() < 0.6:
        yield from _chrome([site.name])
    if rng.random() < 0.3:
        yield from _chrome(site.lines("language", 1, 1))
    if rng.random() < 0.8:
        yield from _chrome(site.menu())
    if rng.random() < 0.15:
        yield from _chrome(site.related())
    if rng.random() < 0.5:
        yield from _chrome([site.crumbs(headline)])


def _article(
    rng: np.random.Generator, writer: Writer, site: Site, headline: str
) -> Iterator[_Line]:
    """Yield the article, with the furniture that stands inside it."""
    yield [("article", headline)]
    if rng.random() < 0.9:
        yield from _chrome(site.lines("byline", 1, 4))
    if rng.random() < 0.4:
        yield from _chrome(site.lines("share", 1, 3))
    for number in range(int(rng.integers(3, 13))):
        turn = rng.random()
        if number and turn < 0.15:
            yield [("article", writer.subhead())]
        elif turn < 0.22:
            yield from ([("article", item)] for item in writer.items())
        elif turn < 0.28:
            yield [("article", writer.caption())]
        elif number and turn < 0.33:
            yield from _chrome(site.lines("prompt", 1, 1))
        yield [("article", writer.paragraph())]


def _below(rng: np.random.Generator, site: Site) -> Iterator[_Line]:
    """Yield what stands below the article, in no fixed order but the footer last."""
    blocks = [
        site.lines("share", 1, 3),
        site.lines("pager", 1, 3),
        site.related(),
        site.lines("prompt", 1, 4),
        site.related(),
    ]
    for index in rng.permutation(len(blocks)).tolist():
        if rng.random() < 0.5:
            yield from _chrome(blocks[index])
    if rng.random() < 0.2:
        yield from _chrome(site.menu())
    yield from _chrome(site.lines("footer", 1, 8))


def _rendered(
    rng: np.random.Generator, lines: Sequence[_Line], rendering: str
) -> LabelledText:
    """Return *lines* as one text; line ends and indents are under no mark."""
    joint = {"blank lines": "\n\n", "one line": " "}.get(rendering, "\n")
    indent = pick(rng, ("    ", "\u3000\u3000", "\t"))
    text, marks = "", []
    for line in lines:
        if rendering == "indented" and len(line[0][1]) > 60:
            text += indent
        for label, segment in line:
            if rendering == "wrapped":
                segment = textwrap.fill(segment, _WRAPPED)  # noqa: PLW2901 — the same
            marks.append(Mark(len(text), len(text) + len(segment), label))
            text += segment
        text += joint
    return LabelledText("", text.rstrip(" "), tuple(marks))


@cache
def _converter() -> OpenCC:
    return OpenCC("s2tw")


def _traditional(text: str) -> str:
    converted: str = _converter().convert(text)
    return converted
