"""Renderings: the same page as the plain texts that different programs make of it.

A filter that learns from one renderer learns that renderer's habits, so training
sees six.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING

import html2text
from inscriptis.html_engine import Inscriptis
from resiliparse.extract.html2text import extract_plain_text

from training.walk import Piece, block_text, parse, walk

if TYPE_CHECKING:
    from collections.abc import Callable

_TRAILING = re.compile(r"[^\S\n]+\n")


def _resiliparse(html: str) -> str:
    return str(
        extract_plain_text(
            html, preserve_formatting=True, main_content=False, alt_texts=False
        )
    )


def _resiliparse_plain(html: str) -> str:
    return str(
        extract_plain_text(
            html, preserve_formatting=False, main_content=False, alt_texts=False
        )
    )


def _blocks(html: str) -> str:
    return block_text(walk(html))[0]


def _inscriptis(html: str) -> str:
    root = parse(html)
    if root is None:
        return ""
    return str(Inscriptis(root).get_text())


def _markdown(html: str) -> str:
    writer = html2text.HTML2Text(bodywidth=0)
    writer.ignore_images = True
    # link targets are not text: golds have none, and kept they would count as words
    writer.ignore_links = True
    return str(writer.handle(html))


def _crawl(html: str) -> str:
    """Return text as crawl dumps have it: indented, with blank lines, cells joined.

    What stands between the entries of menus and the cells of tables differs from dump
    to dump; here it follows from the page's text.
    """
    pieces = walk(html)
    if not pieces:
        return ""
    seed = blake2b(
        pieces[0].text.encode("utf-8", "surrogatepass")
        + str(len(pieces)).encode("ascii"),
        digest_size=2,
    ).digest()
    item = ("\n", "\n", " ", "\t", " | ", "  ")[seed[0] % 6]
    indent, blank = seed[1] & 1, seed[1] >> 1 & 1
    out: list[str] = []
    for piece in pieces:
        out.append(_between(piece, item, indent=indent * piece.depth, blank=blank))
        out.append(piece.text if piece.preformatted else _squeezed(piece.text))
    return _TRAILING.sub("\n", "".join(out))


def _between(piece: Piece, item: str, indent: int, blank: int) -> str:
    if piece.gap == "item":
        return item + " " * (indent if item == "\n" else 0)
    if piece.gap == "block":
        return "\n" * (1 + blank * (piece.depth % 3)) + " " * indent
    return {"line": "\n", "space": " "}.get(piece.gap, "")


def _squeezed(text: str) -> str:
    # Line ends inside a text node stay: crawl dumps keep the wrapping of the source.
    return re.sub(r"[^\S\n]+", " ", text)


RENDERINGS: dict[str, Callable[[str], str]] = {
    "resiliparse": _resiliparse,
    "resiliparse-plain": _resiliparse_plain,
    "blocks": _blocks,
    "inscriptis": _inscriptis,
    "markdown": _markdown,
    "crawl": _crawl,
}


def render(name: str, html: str) -> str:
    """Return *html* as the plain text of rendering *name*."""
    if name not in RENDERINGS:
        msg = f"no rendering {name!r}; there are {', '.join(RENDERINGS)}"
        raise ValueError(msg)
    return RENDERINGS[name](html.replace("\0", ""))


# How many renderings of a page each part has. In the test part all are measured; of
# fewer, the nets learn nearly as much, in less time.
COUNTS = {"train": 4, "validation": 3}
HARDEST = "resiliparse-plain"  # where most is lost: training always has it


def renderings_of(page_key: str, part: str) -> tuple[str, ...]:
    """Return the renderings of a page that *part* has.

    The order of those of the test part decides which one gets spam: another one draws
    another sample, whose figures differ by most of a point.
    """
    if part == "test":
        return tuple(RENDERINGS)
    names = chosen(page_key, COUNTS[part])
    return tuple(sorted({*names, HARDEST})) if part == "train" else names


def chosen(page_key: str, count: int) -> tuple[str, ...]:
    """Return *count* renderings for a page; over many pages each is equally common."""
    ranked = sorted(
        RENDERINGS,
        key=lambda name: blake2b(
            f"{page_key}/{name}".encode("utf-8", "surrogatepass"), digest_size=8
        ).digest(),
    )
    return tuple(sorted(ranked[:count]))
