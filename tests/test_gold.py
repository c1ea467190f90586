"""Gold spans: what a record says of its text, and what is refused."""

from __future__ import annotations

import re

import pytest

from dross.errors import SpanError
from dross.gold import GoldSpan, gold_spans


def span(**changes: object) -> dict[str, object]:
    return {"start": 0, "end": 2, "label": "spam", **changes}


def test_a_span_carries_the_traits_that_it_gives() -> None:
    record = {"spans": [span(form="title", disguise="", probability=0.9)]}

    assert gold_spans(record, 2) == (GoldSpan(0, 2, "spam", (("form", "title"),)),)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({}, '"spans" must be a list, found nothing; write [] for none'),
        ({"spans": [span(end=0)]}, "give integers with start < end"),
        ({"spans": [span(start=-1)]}, "begins before"),
        ({"spans": [span(), span()]}, "begins before the one ahead of it ends"),
        ({"spans": [span(end=3)]}, "after the text (2 code points)"),
        ({"spans": [span(label="ad")]}, "label 'ad'; the labels are article, chrome"),
        ({"spans": [span(form=3)]}, '"form" of a span must be a string, found int'),
    ],
)
def test_spans_that_break_the_format_are_refused_with_a_remedy(
    record: dict[str, object], message: str
) -> None:
    with pytest.raises(SpanError, match=re.escape(message)):
        gold_spans(record, 2)
