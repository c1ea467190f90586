"""Labelled spans as records hold them: the span format of ``training/README.md``.

Spans are sorted and do not overlap. What they leave out is *ungraded* in a gold
record; in the record of a tool that finds spans it is text that the tool keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dross.errors import SpanError
from dross.spans import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What a span may say of itself beside its label; figures are given by each.
TRAITS = ("form", "family", "disguise")


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A labelled stretch, in code points, end exclusive.

    *traits* are the pairs of trait and value that the record gives.
    """

    start: int
    end: int
    label: str
    traits: tuple[tuple[str, str], ...] = ()


def gold_spans(record: Mapping[str, object], length: int) -> tuple[GoldSpan, ...]:
    """Give the spans of a record whose text has *length* code points.

    >>> gold_spans({"spans": [{"start": 0, "end": 3, "label": "spam"}]}, 9)
    (GoldSpan(start=0, end=3, label='spam', traits=()),)
    """
    return tuple(
        GoldSpan(start, end, label_of(item), tuple(_traits(item)))
        for start, end, item in stretches(record, "spans", length)
    )


def stretches(
    record: Mapping[str, object], name: str, length: int | None
) -> Iterator[tuple[int, int, Mapping[str, object]]]:
    """Yield start, end and the whole item of each stretch in the list *name*.

    They are checked to lie in order within a text of *length* code points; None
    where the text is not known yet.
    """
    items = record.get(name)
    if not isinstance(items, list):
        found = type(items).__name__ if name in record else "nothing"
        msg = f'"{name}" must be a list, found {found}; write [] for none'
        raise SpanError(msg)
    reached = 0
    for item in items:
        start, end = (
            (item.get("start"), item.get("end")) if isinstance(item, dict) else (0, 0)
        )
        if type(start) is not int or type(end) is not int or not start < end:
            msg = f'"{name}" holds {item!r}; give integers with start < end'
            raise SpanError(msg)
        if start < reached:
            msg = (
                f'"{name}" {start}–{end} begins before the one ahead of it ends '
                f"(at {reached}); sort them and let none overlap"
            )
            raise SpanError(msg)
        if length is not None:
            check_end(name, start, end, length)
        reached = end
        yield start, end, item


def check_end(name: str, start: int, end: int, length: int) -> None:
    """Refuse a stretch that ends after its text."""
    if end > length:
        msg = (
            f'"{name}" {start}–{end} ends after the text ({length} code points); '
            "count code points, not bytes or UTF-16 units"
        )
        raise SpanError(msg)


def label_of(item: Mapping[str, object]) -> str:
    """Give the label of one item of the list."""
    label = item.get("label")
    if label not in LABELS:
        msg = f"label {label!r}; the labels are {', '.join(LABELS)}"
        raise SpanError(msg)
    return str(label)


def _traits(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name in TRAITS:
        value = item.get(name)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            msg = f'"{name}" of a span must be a string, found {type(value).__name__}'
            raise SpanError(msg)
        yield name, value
