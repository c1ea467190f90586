"""Pages: the HTML of the corpus with the main text that its makers call gold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.jsonl import jsonl_files, records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Page:
    """One page; *source* is the stem of the file that it came from.

    *gold* is the main text or None; then *inside* and *outside* are strings that
    the main text must and must not hold.
    """

    id: str
    source: str
    html: str
    gold: str | None
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    url: str | None = None
    title: str | None = None
    lang: str = ""
    page_type: str | None = None

    @property
    def key(self) -> str:
        """The page's name among all sources."""
        return f"{self.source}/{self.id}"


def page_files(corpus: Path) -> list[Path]:
    """List the page files of *corpus*, sorted; an error if there are none."""
    files = jsonl_files(corpus / "pages")
    if not files:
        msg = (
            f"no pages/*.jsonl or pages/*.jsonl.gz in {corpus};"
            " give the folder that holds pages/"
        )
        raise FileNotFoundError(msg)
    return files


def source_of(path: Path) -> str:
    """Return the source that *path* holds: its name up to the first dot."""
    return path.name.partition(".")[0]


def read_pages(path: Path) -> Iterator[Page]:
    """Yield the pages of one JSON Lines file."""
    source = source_of(path)
    for record in records(path):
        yield Page(
            id=record["id"],
            source=source,
            html=record["html"],
            gold=record["gold"] or None,
            inside=tuple(record.get("with") or ()),
            outside=tuple(record.get("without") or ()),
            url=record.get("url"),
            title=record.get("title"),
            lang=record.get("lang") or "",
            page_type=record.get("page_type"),
        )
