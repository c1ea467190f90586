"""Topic pages: near misses of one topic, put together."""

from __future__ import annotations

from training.labelled import LabelledText, Mark
from training.probes import NEAR_MISS
from training.topics import LINES, PAGES_A_LINE, topic_pages


def line(number: int, lang: str, source: str) -> LabelledText:
    text = f"<{lang} {source} {number}>"
    return LabelledText(
        f"{source}/{number}",
        text,
        (Mark(0, len(text), "article"),),
        lang=lang,
        source=source,
    )


GROUPS = (("en", f"{NEAR_MISS}loan"), ("zh-Hans", f"{NEAR_MISS}loan"), ("en", "benign"))
EACH = 24
OF_ALL = [line(n, lang, source) for lang, source in GROUPS for n in range(EACH)]


def test_a_page_has_lines_of_one_language_and_topic() -> None:
    pages = list(topic_pages(OF_ALL, 0))

    assert len(pages) == len(GROUPS) * round(EACH * PAGES_A_LINE)
    for page in pages:
        article = "".join(
            page.text[mark.start : mark.end]
            for mark in page.marks
            if mark.label == "article"
        )
        topic = page.source.removeprefix(NEAR_MISS)
        own = [text for text in OF_ALL if text.source.removeprefix(NEAR_MISS) == topic]
        found = sum(article.count(text.text) for text in own if text.lang == page.lang)
        assert LINES[0] <= found <= LINES[1]
        assert article.count("<") == found
        assert not any(mark.label == "spam" for mark in page.marks)


def test_all_of_a_topic_page_is_taught_as_a_near_miss() -> None:
    assert all(p.source.startswith(NEAR_MISS) for p in topic_pages(OF_ALL, 0))


def test_topic_pages_are_the_same_for_the_same_seed() -> None:
    texts = [[page.text for page in topic_pages(OF_ALL, seed)] for seed in (5, 5, 6)]

    assert texts[0] == texts[1]
    assert texts[0] != texts[2]
