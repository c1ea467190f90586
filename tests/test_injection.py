from __future__ import annotations

import re
import time
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.disguise import DISGUISES
from training.forms import FORMS, SEPARATORS, drawn_forms, drawn_separator
from training.injection import doorway, inject
from training.labelled import LabelledText, Mark, Tag
from training.spam import Line, spam_source
from training.split import PARTS

if TYPE_CHECKING:
    from training.insertion import Injected

SPAM = spam_source(
    phrases={},
    lines={
        part: [
            Line(
                f"{part} widgets number {n}, buy now", "other", "en", "comment", "ours"
            )
            for n in range(20)
        ]
        for part in PARTS
    },
)
NAMES = [form.name for form in FORMS]
# A title, a sentence on polyethylene and on the weather, and a menu around them.
TEXT = (
    "首页\n新闻\n天气预报\n聚乙烯是一种塑料，用途很广。今天多云，明天有雨。\n"
    "The weather will be fine tomorrow. Rain is expected later, forecasters say.\n"
    "About\nContact\n"
)


def page_of(text: str, lang: str = "zh-Hans") -> LabelledText:
    """A page whose lines are chrome when short and article when long."""
    marks, tags, at = [], [], 0
    for line in text.split("\n"):
        if line:
            label = "article" if len(line) > 12 else "chrome"
            marks.append(Mark(at, at + len(line), label))
            tags.append(Tag(at, at + len(line), ("p",)))
        at += len(line) + 1
    return LabelledText("one", text, tuple(marks), lang=lang, tags=tuple(tags))


def without_spam(injected: Injected) -> str:
    text = injected.page.text
    for piece in reversed(injected.insertions):
        text = text[: piece.start] + text[piece.end :]
    return text


def labels_of(page: LabelledText) -> list[str]:
    labels = [""] * len(page.text)
    for mark in page.marks:
        labels[mark.start : mark.end] = [mark.label] * (mark.end - mark.start)
    return labels


PAGES = st.builds(
    page_of,
    st.text(
        st.one_of(
            st.sampled_from("\n\n .,。ab 聚乙烯e\u0301\r"),
            st.characters(exclude_categories=["Cs"]),
        ),
        max_size=200,
    ),
    st.sampled_from(["en", "zh-Hans", "zh-Hant", "de", ""]),
)


@settings(deadline=None)
@given(PAGES, st.sampled_from(PARTS), st.sampled_from(NAMES), st.integers(0, 2**32))
def test_without_its_spam_an_injected_page_is_what_it_was(
    page: LabelledText, part: str, form: str, seed: int
) -> None:
    injected = inject(np.random.default_rng(seed), page, SPAM, part, [form])
    assert injected.insertions
    assert without_spam(injected) == page.text
    labels = labels_of(injected.page)
    for piece in reversed(injected.insertions):
        assert piece.start < piece.end
        assert set(labels[piece.start : piece.end]) == {"spam"}
        del labels[piece.start : piece.end]
    assert labels == labels_of(page)


@settings(deadline=None)
@given(PAGES, st.integers(0, 2**32))
def test_marks_and_tags_stay_in_order_and_never_overlap(
    page: LabelledText, seed: int
) -> None:
    injected = inject(np.random.default_rng(seed), page, SPAM).page
    for things in (injected.marks, injected.tags):
        at = 0
        for thing in things:
            assert at <= thing.start < thing.end <= len(injected.text)
            at = thing.end


def test_a_tag_reaches_over_what_falls_into_it() -> None:
    page = page_of("The weather will be fine tomorrow, they say.")
    injected = inject(np.random.default_rng(0), page, SPAM, forms=["phrase-inside"])
    (tag,) = injected.page.tags
    assert (tag.start, tag.end) == (0, len(injected.page.text))


@pytest.mark.parametrize("form", NAMES)
def test_the_same_seed_gives_the_same_page(form: str) -> None:
    one, other = (
        inject(np.random.default_rng(7), page_of(TEXT), SPAM, "test", [form])
        for _ in range(2)
    )
    assert one == other


def test_what_is_held_out_is_drawn_for_the_test_alone() -> None:
    forms = {form.name for form in FORMS if form.held_out}
    separators = {s.text for s in SEPARATORS if s.held_out}
    rng = np.random.default_rng(0)
    for part in PARTS:
        drawn = {name for _ in range(500) for name in drawn_forms(rng, part)}
        between = {drawn_separator(rng, part) for _ in range(1000)}
        assert (forms & drawn) == (forms if part == "test" else set())
        assert (separators & between) == (separators if part == "test" else set())


def test_training_pages_hold_no_disguise_that_is_held_out() -> None:
    held_out = {d.name for d in DISGUISES if d.held_out}
    rng = np.random.default_rng(0)
    names = {
        piece.disguise
        for _ in range(300)
        for piece in inject(rng, page_of(TEXT), SPAM, "train").insertions
    }
    assert "" in names
    assert len(names) > 5
    assert not names & held_out


def test_a_phrase_can_tear_a_word_in_two() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        injected = inject(rng, page_of(TEXT), SPAM, forms=["phrase-inside"])
        (piece,) = injected.insertions
        assert injected.page.text[piece.start - 1].isalpha()
        assert injected.page.text[piece.end].isalpha()


def test_no_accent_is_torn_from_its_letter() -> None:
    page = page_of("ne\u0301e\u0301 " * 20, "fr")
    rng = np.random.default_rng(0)
    for form in ("repeated", "phrase-inside", "scattered"):
        injected = inject(rng, page, SPAM, forms=[form])
        text = injected.page.text
        for piece in injected.insertions:
            assert not unicodedata.combining(text[piece.end : piece.end + 1] or " ")


def test_a_title_stands_above_and_a_footer_below_the_page() -> None:
    rng = np.random.default_rng(0)
    title = inject(rng, page_of(TEXT), SPAM, forms=["title"])
    assert title.page.text.endswith("\n" + TEXT)
    footer = inject(rng, page_of(TEXT), SPAM, forms=["footer"])
    assert footer.page.text.startswith(TEXT)


def test_a_column_stands_between_lines_of_chrome() -> None:
    rng = np.random.default_rng(0)
    injected = inject(rng, page_of(TEXT), SPAM, forms=["column"])
    before = TEXT[: injected.insertions[0].start]
    assert before in {"首页\n", "首页\n新闻\n", TEXT[: TEXT.index("Contact")]}


@pytest.mark.parametrize("form", NAMES)
def test_pages_of_one_line_or_none_can_be_injected(form: str) -> None:
    rng = np.random.default_rng(0)
    for text in ("", " ", "x", "今天多云。" * 9, "Rain is expected later today."):
        injected = inject(rng, page_of(text), SPAM, "test", [form])
        assert without_spam(injected) == text


def test_a_doorway_is_spam_from_end_to_end() -> None:
    rng = np.random.default_rng(0)
    for part in PARTS:
        page = doorway(rng, SPAM, part).page
        assert page.text
        assert set(labels_of(page)) == {"spam"}


def test_a_thousand_pages_take_seconds() -> None:
    """The bound is loose: it fails on work that grows with the page's square.

    Of processor time: by the clock it failed beside other programs.
    """
    page = page_of(TEXT * 60)
    rng = np.random.default_rng(0)
    began = time.process_time()
    for _ in range(1000):
        inject(rng, page, SPAM)
    assert time.process_time() - began < 12


def comments_in(text: str, seed: int) -> list[str]:
    """Give the comments that are put into a page, each without blanks around it."""
    made = inject(
        np.random.default_rng(seed), page_of(text, "en"), SPAM, forms=["comments"]
    )
    return [made.page.text[p.start : p.end].strip() for p in made.insertions]


def test_some_threads_of_comments_go_on_over_lines_and_some_name_the_page() -> None:
    threads = [comments_in(TEXT, seed) for seed in range(60)]

    several = [any("\n" in comment for comment in thread) for thread in threads]
    trackbacks = [c for thread in threads for c in thread if "[...]首页[...]" in c]
    assert 0 < sum(several) < len(threads) / 2
    assert 0 < len(trackbacks) < sum(map(len, threads)) / 4
    repeated = []
    for comment in trackbacks:
        seller, _, rest = comment.partition(": ")
        said, _, after = rest.partition("... [...]首页[...]...")
        assert said
        assert not after
        repeated.append(said == seller)
    assert len(repeated) / 2 < sum(repeated) < len(repeated)


def test_some_comments_end_in_what_they_are_left_for() -> None:
    threads = [comments_in(TEXT, seed) for seed in range(60)]

    comments = [comment for thread in threads for comment in thread]
    linked = [c for c in comments if re.search(r"http://[a-z0-9.]+$", c)]
    assert 0 < len(linked) < len(comments) / 4


def test_a_thread_has_names_for_all_its_comments_or_for_none() -> None:
    for seed in range(40):
        thread = comments_in(TEXT, seed)
        named = any(": train widgets" in comment for comment in thread)
        bare = any(comment.startswith("train widgets") for comment in thread)
        assert not (named and bare)
