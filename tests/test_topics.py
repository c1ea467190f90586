"""Topic pages: near misses of one topic, put together."""

from __future__ import annotations

import pytest

from training.documents import fold_of
from training.labelled import LabelledText, Mark
from training.probes import NEAR_MISS
from training.topics import LINES, PAGES_A_LINE, articles, topic_pages
from training.written import read_written


def line(number: int, lang: str, source: str) -> LabelledText:
    text = f"<{lang} {source} {number}>"
    return LabelledText(
        f"{source}/{number}",
        text,
        (Mark(0, len(text), "article"),),
        lang=lang,
        source=source,
        site=f"{lang}.{number % 9}.example",
    )


GROUPS = (
    ("en", f"{NEAR_MISS}loan"),
    ("zh-Hans", f"{NEAR_MISS}loan"),
    ("de", "tongues"),
)
EACH = 48
FOLDS = 2
OF_ALL = [line(n, lang, source) for lang, source in GROUPS for n in range(EACH)]


@pytest.mark.parametrize("folds", [1, FOLDS])
def test_a_page_has_lines_of_one_language_topic_and_fold(folds: int) -> None:
    pages = list(topic_pages(OF_ALL, 0, folds))

    assert len(pages) >= len(GROUPS) * (round(EACH * PAGES_A_LINE) - folds)
    for page in pages:
        name = page.source.removeprefix(NEAR_MISS)
        own = [
            text.text
            for text in OF_ALL
            if text.source.removeprefix(NEAR_MISS) == name
            and text.lang == page.lang
            and fold_of(text, folds) == fold_of(page, folds)
        ]
        article = "".join(
            page.text[mark.start : mark.end]
            for mark in page.marks
            if mark.label == "article"
        )
        found = [text for text in own if text in article]
        assert min(LINES[0], len(own)) <= len(found) <= LINES[1]
        assert article.count("<") == len(found)  # none twice, and no other
        assert not any(mark.label == "spam" for mark in page.marks)


@pytest.mark.parametrize(("lang", "blank"), [("en", " "), ("zh-Hans", ""), ("de", " ")])
def test_sentences_follow_one_another_as_their_language_has_it(
    lang: str, blank: str
) -> None:
    pages = [page.text for page in topic_pages(OF_ALL, 0) if page.lang == lang]
    text = "\n".join(pages)

    assert f">{blank}<" in text
    assert not blank or "><" not in text


def test_all_of_a_topic_page_is_taught_as_a_near_miss() -> None:
    assert all(p.source.startswith(NEAR_MISS) for p in topic_pages(OF_ALL, 0))


def test_the_articles_for_thresholds_teach_nothing() -> None:
    found = list(articles())

    assert len({page.text for page in found}) == len(found) > 50
    assert {page.lang for page in found} == {"en", "zh-Hans", "zh-Hant"}
    written = [text for part in read_written().values() for text in part]
    assert not {page.id for page in found} & {text.id for text in written}
    for page in found:
        assert not any(text.text in page.text for text in written)
        assert page.marks == (Mark(0, len(page.text), "article"),)
        assert page.source.startswith(NEAR_MISS)


def test_topic_pages_are_the_same_for_the_same_seed() -> None:
    texts = [[page.text for page in topic_pages(OF_ALL, seed)] for seed in (5, 5, 6)]

    assert texts[0] == texts[1]
    assert texts[0] != texts[2]
