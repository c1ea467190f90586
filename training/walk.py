"""The walk: the text of an HTML page in document order, with the structure it is in.

Gold is aligned with the walk once, and the labels found there are carried to every
rendering; so the walk leaves out as little as it can: only what no renderer shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import lxml.html

from training.labelled import Tag
from training.structure import structure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


_UNSEEN = _words("head script style template iframe object svg math audio video canvas")
_BLOCKS = _words(
    "address article aside blockquote body button caption center dd details "
    "dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 "
    "h6 header hr html legend li main menu nav noscript ol optgroup option p pre "
    "section select summary table tbody td textarea tfoot th thead tr ul"
)
# Cells and entries that some renderings put on one line.
_ITEMS = _words("dd dt li option td th")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DEEPEST = 250  # elements; below, all text is one piece


@dataclass(frozen=True, slots=True)
class Piece:
    """A text node: *text* as in the HTML, and the breaks before it.

    *gap* is what stands between it and the piece before: "" inside one block,
    "item" between cells or entries, "block" between blocks, "line" after a `<br>`.
    """

    text: str
    gap: str
    names: tuple[str, ...]
    depth: int
    preformatted: bool


@dataclass(slots=True)
class _State:
    pieces: list[Piece] = field(default_factory=list)
    gap: str = ""


@lru_cache(maxsize=1)  # gold and two renderings ask for the same page in turn
def walk(html: str) -> tuple[Piece, ...]:
    """Return the text nodes of *html* that hold more than white space."""
    root = parse(html)
    state = _State()
    if root is not None:
        _visit(root, (), 0, state, preformatted=False)
    return tuple(state.pieces)


def parse(html: str) -> HtmlElement | None:
    """Return the root element of *html*, or None if it holds no element."""
    # lxml refuses a str that declares an encoding, and NUL ends its text.
    html = _XML_DECLARATION.sub("", html).replace("\0", "")
    if not html.strip():
        return None
    parser = lxml.html.HTMLParser(huge_tree=True, remove_comments=True)
    try:
        return lxml.html.document_fromstring(html, parser=parser)
    except (lxml.etree.ParserError, UnicodeEncodeError):
        return None


def _visit(
    element: HtmlElement,
    above: tuple[str, ...],
    depth: int,
    state: _State,
    *,
    preformatted: bool,
) -> None:
    kind = element.tag
    if not isinstance(kind, str) or kind in _UNSEEN:
        return
    if depth > _DEEPEST:
        text = "".join(element.itertext())
        _add(text, above, depth, state, preformatted=preformatted)
        return
    if kind == "br":
        state.gap = state.gap or "line"
        return
    gap = "item" if kind in _ITEMS else "block" if kind in _BLOCKS else ""
    names = structure(element, above)
    inner = preformatted or kind in {"pre", "textarea"}
    if gap:
        state.gap = _wider(state.gap, gap)
    _add(element.text, names, depth, state, preformatted=inner)
    for child in element:
        _visit(child, names, depth + 1, state, preformatted=inner)
        _add(child.tail, names, depth, state, preformatted=inner)
    if gap:
        state.gap = _wider(state.gap, gap)


def _wider(one: str, other: str) -> str:
    order = ("", "space", "item", "line", "block")
    return max(one, other, key=order.index)


def _add(
    text: str | None,
    names: tuple[str, ...],
    depth: int,
    state: _State,
    *,
    preformatted: bool,
) -> None:
    if text is None:
        return
    if text.isspace():
        # Blank text between two inline elements is the space between two words, or in
        # highlighted code the end of a line.
        gap = "line" if preformatted and "\n" in text else "space"
        state.gap = _wider(state.gap, gap)
        return
    if text:
        state.pieces.append(Piece(text, state.gap, names, depth, preformatted))
        state.gap = ""


def block_text(pieces: Sequence[Piece]) -> tuple[str, list[Tag]]:
    """Return the pieces as text, one block a line, and the structure of each piece."""
    out: list[str] = []
    tags: list[Tag] = []
    length = 0
    for piece in pieces:
        if piece.preformatted:
            text = piece.text.strip("\n")
        else:
            text = " ".join(piece.text.split())
            # White space at the ends of a text node parts it from its neighbours.
            text = piece.text[0].isspace() * " " + text + piece.text[-1].isspace() * " "
        if piece.gap in {"item", "block", "line"}:
            while out and out[-1] == " ":
                length -= len(out.pop())
            between, text = "\n", text if piece.preformatted else text.lstrip()
        else:
            between = " " if piece.gap == "space" else ""
        if not out:
            between, text = "", text.lstrip()
        if out and not between and out[-1][-1:] == " ":
            text = text.lstrip(" ")
        out += [between, text]
        start = length + len(between)
        length = start + len(text)
        if piece.names and text:
            tags.append(Tag(start, length, piece.names))
    return "".join(out), tags
