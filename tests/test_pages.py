"""The shipped model on pages that we wrote, line by line (tests/cases/pages.jsonl).

A case with ``known_failure`` says why the model still gets it wrong; when it no longer
does, the test asks for the note to go.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

import dross
from dross import Cleaned

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "pages.jsonl")
    .read_text("utf-8")
    .splitlines()
]


def pieces(case: dict[str, object]) -> list[tuple[str, str]]:
    """Give the case's text in labelled pieces; a line break has the empty label."""
    found: list[tuple[str, str]] = []
    for line in case["lines"]:  # type: ignore[attr-defined]
        if found:
            found.append(("\n", ""))
        found += map(tuple, line["pieces"]) if isinstance(line, dict) else [tuple(line)]
    return found


def given(page: Cleaned, start: int, text: str) -> str:
    """Give the label that most visible characters of *text*, at *start*, have."""
    labels: Counter[str] = Counter()
    for span in page.spans:
        low, high = max(span.start, start), min(span.end, start + len(text))
        if low < high:
            shown = text[low - start : high - start]
            labels[span.label] += sum(not c.isspace() for c in shown)
    return labels.most_common(1)[0][0]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case["label"],
            marks=[pytest.mark.xfail(strict=True, reason=case["known_failure"])]
            if "known_failure" in case
            else [],
        )
        for case in CASES
    ],
)
def test_every_line_has_its_label(case: dict[str, object]) -> None:
    parts = pieces(case)
    text = "".join(part for part, _ in parts)
    page = dross.load()(text)

    wrong, start = [], 0
    for part, label in parts:
        if part.strip() and label:
            found = given(page, start, part)
            if found != label:
                wrong.append(f"{label} → {found}: {part}")
        start += len(part)
    assert not wrong


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["label"]))
def test_the_spans_of_every_case_tile_it(case: dict[str, object]) -> None:
    text = "".join(part for part, _ in pieces(case))
    spans = dross.load()(text).spans

    assert spans[0].start == 0
    assert spans[-1].end == len(text)
    assert all(one.end == two.start for one, two in pairwise(spans))


@pytest.mark.parametrize("name", ["japanese-news-page", "russian-news-page"])
def test_a_page_is_not_spam_for_its_script(name: str) -> None:
    [case] = [case for case in CASES if case["label"] == name]
    text = "".join(part for part, _ in pieces(case))

    assert "spam" not in {span.label for span in dross.load()(text).spans}
