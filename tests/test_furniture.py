from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.fixtures import LANGUAGES, language_of, read_fixtures
from training.furniture import bare, furnish, furnished
from training.labelled import LabelledText, Mark, Tag

# The river rose. / Farmers drove the cows uphill. / The mayor said the bridge held.
TEXTS = {
    "en": "The river rose\nIt rained all night.\nThe bridge held, they said.\n",
    "zh-Hans": "河水上涨\n农民把牛赶上了山。\n市长说桥没有事。",
    "zh-Hant": "河水上漲\n農民把牛趕上了山。\n市長說橋沒有事。",
}
SIMPLIFIED = re.compile("[们这来说时发对学会国过开关机图编责网阅]")
TRADITIONAL = re.compile("[們這來說時發對學會國過開關機圖編責網閱]")


def article(text: str, lang: str) -> LabelledText:
    return LabelledText("one", text, (Mark(0, len(text), "article"),), lang=lang)


def page_of(text: str, lang: str) -> LabelledText:
    """A page whose lines are chrome when short, ungraded or article when long."""
    marks, tags, at = [], [], 0
    for line in text.split("\n"):
        if line:
            label = "article" if len(line) > 12 else "chrome"
            if len(line) != 5:
                marks.append(Mark(at, at + len(line), label))
            tags.append(Tag(at, at + len(line), ("p",)))
        at += len(line) + 1
    return LabelledText("one", text, tuple(marks), lang=lang, tags=tuple(tags))


PAGES = st.builds(
    page_of,
    st.text(
        st.one_of(
            st.sampled_from("\n\n .,。ab 聚乙烯e\u0301\r"),
            st.characters(exclude_categories=["Cs"]),
        ),
        max_size=200,
    ),
    st.sampled_from(["en", "zh", "zh-Hans", "zh-Hant", "de", ""]),
)
SEEDS = st.integers(0, 2**32 - 1)


def marked(page: LabelledText) -> list[str]:
    """Give the label of each character; "" for those under no mark."""
    labels = [""] * len(page.text)
    for mark in page.marks:
        labels[mark.start : mark.end] = [mark.label] * (mark.end - mark.start)
    return labels


@given(page=PAGES, seed=SEEDS)
@settings(max_examples=200)
def test_without_what_was_put_in_the_page_is_what_it_was(
    page: LabelledText, seed: int
) -> None:
    made = furnished(np.random.default_rng(seed), page)

    inserted = np.zeros(len(made.page.text), bool)
    for piece in made.insertions:
        inserted[piece.start : piece.end] = True
    labels = marked(made.page)
    kept = np.flatnonzero(~inserted)
    tagged = np.zeros(len(inserted), bool)
    for tag in made.page.tags:
        tagged[tag.start : tag.end] = True
    was_tagged = np.zeros(len(page.text), bool)
    for tag in page.tags:
        was_tagged[tag.start : tag.end] = True

    assert "".join(made.page.text[i] for i in kept) == page.text
    assert [labels[i] for i in kept] == marked(page)
    assert tagged[kept].tolist() == was_tagged.tolist()
    assert {labels[i] for i in np.flatnonzero(inserted)} == {"chrome"}


@given(seed=SEEDS, lang=st.sampled_from(LANGUAGES))
def test_the_article_is_all_that_is_not_chrome(seed: int, lang: str) -> None:
    text = article(TEXTS[lang], lang)

    page = furnish(np.random.default_rng(seed), text)

    pairs = zip(page.text, marked(page), strict=True)
    assert "".join(c for c, label in pairs if label == "article") == text.text
    assert set(marked(page)) == {"article", "chrome"}
    assert [mark.start for mark in page.marks] == sorted(m.start for m in page.marks)


@given(seed=SEEDS, lang=st.sampled_from([*LANGUAGES, "zh", "fr"]))
def test_a_bare_document_is_chrome_from_end_to_end(seed: int, lang: str) -> None:
    page = bare(np.random.default_rng(seed), lang)

    assert page.text.strip()
    assert page.marks == (Mark(0, len(page.text), "chrome"),)
    assert page.lang == lang


@given(seed=SEEDS, lang=st.sampled_from(LANGUAGES))
def test_one_seed_gives_one_page(seed: int, lang: str) -> None:
    text = article(TEXTS[lang], lang)

    one, other = (furnish(np.random.default_rng(seed), text) for _ in range(2))

    assert one == other
    assert bare(np.random.default_rng(seed), lang) == bare(
        np.random.default_rng(seed), lang
    )


def test_seeds_differ_and_hardly_a_line_comes_twice() -> None:
    lines = Counter(
        line
        for seed in range(300)
        for line in bare(np.random.default_rng(seed), "en").text.split("\n")
        if len(line) > 25
    )
    assert len(lines) > 0.8 * lines.total()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_is_drawn(lang: str) -> None:
    rng = np.random.default_rng(7)
    text = article(TEXTS[lang], lang)
    drawn: set[str] = set()
    for _ in range(2000):
        made = furnished(rng, text)
        drawn |= {piece.form for piece in made.insertions}
    pages = [bare(rng, lang) for _ in range(2000)]
    kinds = read_fixtures(lang).kinds

    assert set(kinds) - drawn == {"error", "link_list"}
    assert {page.page_type for page in pages} == {
        "line", "lines", "error", "links", "menu"
    }  # fmt: skip


def test_there_are_at_least_sixty_kinds_with_several_templates_each() -> None:
    for lang in LANGUAGES:
        kinds = read_fixtures(lang).kinds.values()
        assert len(kinds) >= 60
        assert min(len(set(kind.templates)) for kind in kinds) >= 6


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_template_and_headline_can_be_filled(lang: str) -> None:
    rng = np.random.default_rng(0)
    fixtures = read_fixtures(lang)
    templates = [t for kind in fixtures.kinds.values() for t in kind.templates]
    for template in (*templates, *fixtures.slots.words["headline"]):
        for cell in fixtures.slots.cells(rng, template):
            assert cell.strip()
            assert not re.search(r"[{}¦]", cell)


def test_headlines_hardly_ever_come_twice() -> None:
    for lang in LANGUAGES:
        rng = np.random.default_rng(0)
        slots = read_fixtures(lang).slots
        made = [slots.filled(rng, "{headline}") for _ in range(2000)]
        # as many different ones of 2,000 as of some hundred thousand, all as likely
        assert len(set(made)) > 1700


def test_chinese_chrome_is_in_the_script_of_the_text() -> None:
    wrong = {"zh-Hans": TRADITIONAL, "zh-Hant": SIMPLIFIED}
    for lang, pattern in wrong.items():
        slots = read_fixtures(lang).slots
        words = [word for listed in slots.words.values() for word in listed]
        templates = [
            template
            for kind in read_fixtures(lang).kinds.values()
            if kind.name != "languages"
            for template in kind.templates
        ]
        assert [text for text in (*words, *templates) if pattern.search(text)] == []


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("zh", "", "zh-Hans"),
        ("zh-Hant", "", "zh-Hant"),
        ("zh-TW", "", "zh-Hant"),
        ("de", "Der Fluss stieg", "en"),
        ("", "河水上涨", "zh-Hans"),  # the river rose
        ("", "The river rose", "en"),
    ],
)
def test_chrome_is_in_the_language_of_the_text(
    lang: str, text: str, expected: str
) -> None:
    assert language_of(article(text, lang)) == expected


def test_a_text_on_one_line_can_get_chrome_on_that_line() -> None:
    text = article("It rained all night. The bridge held, they said.", "en")
    pages = [furnish(np.random.default_rng(seed), text).text for seed in range(100)]

    assert any("\n" not in page for page in pages)
    assert any("\n" in page for page in pages)


def test_a_text_with_windows_line_ends_gets_no_others() -> None:
    text = article(TEXTS["en"].replace("\n", "\r\n"), "en")
    for seed in range(50):
        page = furnish(np.random.default_rng(seed), text)
        assert not re.search(r"(?<!\r)\n", page.text)


def test_chrome_stands_above_below_and_inside_a_text() -> None:
    text = article(TEXTS["en"], "en")
    starts: set[str] = set()
    for seed in range(100):
        labels = marked(furnish(np.random.default_rng(seed), text))
        first, last = labels.index("article"), labels[::-1].index("article")
        starts |= {"above"} if first else set()
        starts |= {"below"} if last else set()
        body = labels[first : len(labels) - last]
        starts |= {"inside"} if "chrome" in body else set()
    assert starts == {"above", "below", "inside"}


def test_an_empty_text_becomes_chrome_alone() -> None:
    page = furnish(np.random.default_rng(0), replace(article("", "en"), marks=()))

    assert page.text
    assert set(marked(page)) == {"chrome"}
