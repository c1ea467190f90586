"""Tables that read well in a terminal and, being Markdown, in a README."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def table(rows: Sequence[Sequence[str]]) -> str:
    """Give *rows*, the first of them the heads; all columns but the first to the right.

    >>> print(table([["", "MB/s"], ["evidence", "82"]]))
    |          | MB/s |
    |----------|-----:|
    | evidence |   82 |
    """
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    rule = ["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([lines[0], f"|{'|'.join(rule)}|", *lines[1:]])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    full = [*row, *[""] * (len(widths) - len(row))]
    cells = [full[0].ljust(widths[0]), *map(str.rjust, full[1:], widths[1:])]
    return f"| {' | '.join(cells)} |"


def figure(value: float | None) -> str:
    """Give a number with three digits that count, and "–" for none.

    >>> figure(0.12345), figure(12.345), figure(12345), figure(None)
    ('0.123', '12.3', '12,345', '–')
    """
    if value is None:
        return "–"
    size = abs(value)
    places = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3  # noqa: PLR2004 — digits
    return f"{value:,.{places}f}"
