"""The shipped model on short lines of spam as of late (tests/cases/spam_lines.jsonl).

The lines are ours, and nothing learns from them: keep them out of ``training``. Each is
put into pages of ``pages.jsonl`` that have no spam, in the middle of the article and
below the page. What is cut may be called chrome; the bounds are a little below what
the model of 2026-11-28 does, so that one that knows less shows.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dross

CASES = Path(__file__).parent / "cases"
LINES, WRITTEN = (
    [json.loads(line) for line in (CASES / name).read_text("utf-8").splitlines()]
    for name in ("spam_lines.jsonl", "pages.jsonl")
)
PAGES = {
    "zh": (
        "chinese-news-page-with-full-chrome",
        "traditional-news-page-with-full-chrome",
        "chinese-notice-with-long-numbers",
    ),
    "en": (
        "forum-thread-english",
        "medical-page-english",
        "english-recall-with-long-numbers",
    ),
}


def with_line(name: str, place: str, text: str) -> tuple[str, int]:
    """Give the page with the line in that place, and where the line starts."""
    [case] = [case for case in WRITTEN if case["label"] == name]
    labels = [label for _, label in case["lines"]]
    article = [row for row, label in enumerate(labels) if label == "article"]
    at = article[len(article) // 2] if place == "middle" else len(labels)
    lines = [line for line, _ in case["lines"]]
    before = "".join(f"{line}\n" for line in lines[:at])
    return "\n".join([*lines[:at], text, *lines[at:]]), len(before)


@pytest.mark.parametrize(
    ("lang", "place", "cut", "called"),
    [
        ("zh", "middle", 0.9, 0.5),
        ("zh", "end", 0.95, 0.5),
        ("en", "middle", 0.75, 0.65),
        ("en", "end", 0.95, 0.7),
    ],
)
def test_most_lines_of_spam_that_nothing_learned_from_are_cut(
    lang: str, place: str, cut: float, called: float
) -> None:
    lines = [line["text"] for line in LINES if line["lang"] == lang]
    made = [
        (*with_line(name, place, line), line) for name in PAGES[lang] for line in lines
    ]
    pages = dross.load().clean_all([text for text, _, _ in made])

    removed = spam = 0.0
    for page, (_, start, line) in zip(pages, made, strict=True):
        for span in page.spans:
            within = min(span.end, start + len(line)) - max(span.start, start)
            share = max(within, 0) / len(line) / len(made)
            removed += share * (span.label != "article")
            spam += share * (span.label == "spam")
    assert removed >= cut
    assert spam >= called
