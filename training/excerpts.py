"""Excerpts: parts of a labelled text, as databases and crawls cut their texts off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.labelled import LabelledText, Mark, Tag

    Stretch = TypeVar("Stretch", Mark, Tag)


def excerpt(text: LabelledText, start: int, end: int) -> LabelledText:
    """Return the characters of *text* from *start* to *end* with what marks them."""
    return replace(
        text,
        text=text.text[start:end],
        marks=_within(text.marks, start, end),
        tags=_within(text.tags, start, end),
    )


def _within(stretches: Sequence[Stretch], start: int, end: int) -> tuple[Stretch, ...]:
    return tuple(
        replace(
            stretch,
            start=max(stretch.start, start) - start,
            end=min(stretch.end, end) - start,
        )
        for stretch in stretches
        if max(stretch.start, start) < min(stretch.end, end)
    )
