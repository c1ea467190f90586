"""Furniture: made-up site chrome around a text, and documents that are chrome alone.

Real pages teach what the chrome of some thousand sites looks like. Here it is put
together from templates, names, dates and headlines that no site shares, in the
layouts that converters leave behind, so that what makes a byline a byline is learnt
and not the names of those who sign on the sites we have.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from training.fixtures import Fixtures, language_of, read_fixtures
from training.insertion import Injected, Piece, applied
from training.labelled import LabelledText, Mark
from training.layout import Layout
from training.phrases import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

_SEPARATORS = (" | ", "|", " · ", "·", "  ", " ", " / ", "/", " - ", " » ", "\t", "　",
               " • ", "　|　", "    ", "丨", "\t\t", " – ", " ┊ ")  # fmt: skip
_BULLETS = ("* ", "- ", "• ", "+ ", "  * ", "· ", "# ", "1. ", "> ", "    ", "\t",
            "　　", "▪ ", "■ ", "### ")  # fmt: skip
_HEADLINE_LENGTH = 110  # characters; a longer first line is no headline
_WEIGHTS = {"top": 0.18, "head": 0.23, "inside": 0.18, "tail": 0.22, "foot": 0.19}
_OTHER_LANGUAGE = {"en": 0.03, "zh-Hans": 0.08, "zh-Hant": 0.08}  # of the items
_BARE = ("line", "lines", "error", "links", "menu")


def furnish(rng: np.random.Generator, text: LabelledText) -> LabelledText:
    """Return *text* with chrome above, below and, here and there, inside it.

    All that is put in, line ends included, is under marks "chrome": without these
    characters the text is what it was, and its marks and tags are on the same
    characters.
    """
    return furnished(rng, text).page


def furnished(rng: np.random.Generator, text: LabelledText) -> Injected:
    """Return what `furnish` does, and where each piece went; `form` is its kind."""
    one_line = "\n" not in text.text.strip("\n")
    style = _Style.drawn(rng, text.text, flat=0.4 if one_line else 0.05)
    writer = _Writer(rng, language_of(text), style)
    size = rng.random()
    count = int(rng.integers(1, 4) if size < 0.4 else rng.integers(4, 11)
                if size < 0.8 else rng.integers(11, 31))  # fmt: skip
    zones = rng.choice(list(_WEIGHTS), size=count, p=list(_WEIGHTS.values()))
    rows = {
        zone: [writer.row(zone) for _ in range(int(np.sum(zones == zone)))]
        for zone in _WEIGHTS
    }
    layout = Layout.of(text)
    body = _after_headline(layout)
    if body is None or rng.random() < 0.4:
        above, about = [*rows["top"], *rows["head"]], []
    else:
        above, about = rows["top"], rows["head"]
    if rng.random() < 0.15:  # a share bar or a date can follow the text as well
        above, rows["tail"] = rows["top"], [*rows["head"], *rows["tail"]]
        about = []
    pieces = [
        *writer.before(0, above),
        *writer.before(body or 0, about),
        *(writer.between(layout, row) for row in rows["inside"]),
        *writer.after(text.text, [*rows["tail"], *rows["foot"]]),
    ]
    return applied(text, pieces, "chrome")


def bare(rng: np.random.Generator, lang: str) -> LabelledText:
    """Return a document of chrome alone: a line, some lines, links, a menu, an error.

    Two of five are one lone item, as a column of a database has.
    """
    writer = _Writer(rng, lang, _Style.drawn(rng, "", flat=0.15))
    shape = str(rng.choice(_BARE, p=(0.4, 0.3, 0.1, 0.1, 0.1)))
    if shape == "line":
        kinds = [writer.lone()]
    elif shape == "lines":
        kinds = [writer.lone() for _ in range(int(rng.integers(2, 9)))]
    elif shape == "links":
        kinds = ["link_list"] if rng.random() < 0.5 else ["breadcrumbs", "link_list"]
    elif shape == "menu":
        kinds = ["menu"] if rng.random() < 0.5 else ["site_name", "menu", "search"]
    else:
        kinds = ["error"] if rng.random() < 0.6 else ["site_name", "error", "menu"]
    rows = [writer.made(kind, lone=shape == "line") for kind in kinds]
    text = writer.page(rows)
    return LabelledText(
        "",
        text,
        (Mark(0, len(text), "chrome"),),
        lang=lang,
        source="furniture",
        page_type=shape,
    )


def _after_headline(layout: Layout) -> int | None:
    """Give the start of the line after a headline, if the text has one."""
    filled = [line for line in layout.lines if line[0] < line[1]]
    if len(filled) < 2:
        return None
    start, end = filled[0]
    ended = layout.text[start:end].rstrip().endswith(("。", ".", "！", "!", "”"))
    return None if ended or end - start > _HEADLINE_LENGTH else filled[1][0]


@dataclass(frozen=True, slots=True)
class _Style:
    """How one page sets its chrome: most of it alike, as one converter does."""

    ending: str
    newline: str  # between rows: one line end or two
    separator: str
    bullet: str
    flat: bool  # no line ends at all

    @classmethod
    def drawn(cls, rng: np.random.Generator, text: str, flat: float) -> _Style:
        ending = "\r\n" if "\r\n" in text else "\n"
        # most of our texts have no blank lines where pages made of paragraphs do
        blank = rng.random() < (0.6 if ending * 2 in text else 0.12)
        return cls(
            ending=ending,
            newline=ending * (2 if blank else 1),
            separator=pick(rng, _SEPARATORS),
            bullet=pick(rng, _BULLETS) if rng.random() < 0.5 else "",
            flat=rng.random() < flat,
        )


class _Writer:
    """Makes the rows of one page and the pieces that set them into it."""

    def __init__(self, rng: np.random.Generator, lang: str, style: _Style) -> None:
        self._rng = rng
        self._lang = "zh-Hans" if lang == "zh" else lang
        if self._lang not in _OTHER_LANGUAGE:
            self._lang = "en"
        self._style = style
        self._fixtures = read_fixtures(self._lang)

    def row(self, zone: str) -> Piece:
        """Make an item of any kind that stands in *zone*."""
        return self.made(pick(self._rng, self._fixtures.named(zone)))

    def lone(self) -> str:
        """Draw a kind that is known for chrome where it stands alone."""
        zone = str(self._rng.choice(list(_WEIGHTS), p=list(_WEIGHTS.values())))
        return pick(self._rng, self._fixtures.named(zone, alone=True))

    def made(self, kind: str, *, lone: bool = False) -> Piece:
        """Make an item; a lone one is on one line three times in four."""
        fixtures, lang = self._drawn_language()
        cells = fixtures.cells(self._rng, kind)
        text = self._set(cells, kind, lone=lone)
        return Piece(0, text, kind, "furniture", lang)

    def before(self, at: int, rows: Sequence[Piece]) -> list[Piece]:
        """Put rows before the line that begins at *at*."""
        edge, *inner = self._joints(rows)
        return [
            Piece(at, row.text + joint, row.form, row.family, row.lang)
            for row, joint in zip(rows, [*inner, edge], strict=False)
        ]

    def after(self, text: str, rows: Sequence[Piece]) -> list[Piece]:
        """Put rows below *text*, which keeps a line end that it has."""
        if not text or text.endswith("\n"):
            return self.before(len(text), rows)
        return [
            Piece(len(text), joint + row.text, row.form, row.family, row.lang)
            for row, joint in zip(rows, self._joints(rows), strict=False)
        ]

    def page(self, rows: Sequence[Piece]) -> str:
        """Set rows under each other; the last ends without a line end."""
        return "".join(row.text for row in (*self.before(0, rows)[:-1], rows[-1]))

    def between(self, layout: Layout, row: Piece) -> Piece:
        """Put a row between two lines of the article, or two sentences of one."""
        labels = layout.labels
        starts = [
            start
            for number, (start, end) in enumerate(layout.lines)
            if number and start < end and labels[number] == "article"
        ]
        if starts:
            at = starts[int(self._rng.integers(len(starts)))]
            return self.before(at, [row])[0]
        at = next(iter(layout.places(self._rng, 1, "sentence")), len(layout.text))
        if at == len(layout.text):
            return self.after(layout.text, [row])[0]
        blank = "" if layout.text[at - 1] in "。！？" else " "
        return Piece(at, blank + row.text + ("" if blank else " "), row.form,
                     row.family, row.lang)  # fmt: skip

    def _joints(self, rows: Sequence[Piece]) -> list[str]:
        """Draw what stands between the rows; the first, between them and the text."""
        rng, style = self._rng, self._style
        if style.flat:
            blank = pick(rng, (" ", " ", "  ", "　", style.separator))
            return [blank] * max(1, len(rows))
        stacked = ["\n" in row.text for row in rows]
        return [style.newline] + [
            style.newline if one or other or rng.random() > 0.15 else style.separator
            for one, other in pairwise(stacked)
        ]

    def _drawn_language(self) -> tuple[Fixtures, str]:
        if self._rng.random() >= _OTHER_LANGUAGE[self._lang]:
            return self._fixtures, self._lang
        other = "zh-Hans" if self._lang == "en" else "en"
        return read_fixtures(other), other

    def _set(self, cells: Sequence[str], kind: str, *, lone: bool) -> str:
        """Set the cells of an item on one line or each on its own."""
        rng, style = self._rng, self._style
        stacked = 0.6 if len(cells) > 4 else 0.35
        if style.flat or len(cells) == 1 or rng.random() < (0.75 if lone else 0):
            stacked = 0.0
        if rng.random() >= stacked:
            separator = style.separator if rng.random() < 0.6 else self._separator(kind)
            if style.flat and rng.random() < 0.7:
                separator = " "
            line = separator.join(cells)
            decorated = rng.random()
            if decorated < 0.05 and not style.flat:
                return pick(rng, _BULLETS) + line
            return f"[{line}]" if decorated > 0.98 else line
        bullet = style.bullet if rng.random() < 0.7 else ""
        return style.ending.join(
            (f"{number}. " if bullet == "1. " else bullet) + cell
            for number, cell in enumerate(cells, 1)
        )

    def _separator(self, kind: str) -> str:
        if kind == "breadcrumbs":
            return pick(self._rng, (" > ", ">", " » ", " / ", "->", " › ", " >> "))
        if self._rng.random() < 0.06:
            return ""  # a converter that forgets the blanks: 首页新闻体育
        return pick(self._rng, _SEPARATORS)
