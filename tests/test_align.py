"""Alignment and grades: from pages with gold to labelled renderings."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.align import UNMATCHED, align
from training.carry import carry
from training.corpus import build, label_page
from training.grade import grade
from training.labelled import LabelledText, read_labelled
from training.linekinds import is_byline
from training.matching import supported
from training.pages import Page
from training.render import RENDERINGS, render
from training.split import part_of
from training.tokens import Vocabulary, tokenise
from training.walk import block_text, walk

CASES = Path(__file__).parent / "cases" / "html_pages.jsonl"
PAGES = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
tokens_lists = st.lists(st.integers(0, 6), max_size=40).map(
    lambda ids: np.array(ids, np.int64)
)


def page_of(case: dict[str, str]) -> Page:
    return Page(id=case["label"], source="made", html=case["html"], gold=case["gold"])


def labelled(page: Page) -> dict[str, LabelledText]:
    texts, why = label_page(page, "made.example", "test")
    assert not why
    return {text.rendering: text for text in texts}


def label_at(text: LabelledText, place: int) -> str:
    """Return the label of one character, "ungraded" if it has none."""
    held = (mark.label for mark in text.marks if mark.start <= place < mark.end)
    return next(held, "ungraded")


@pytest.mark.parametrize("name", RENDERINGS)
@pytest.mark.parametrize("case", PAGES, ids=[case["label"] for case in PAGES])
def test_every_rendering_is_labelled_as_the_case_says(
    case: dict[str, str], name: str
) -> None:
    text = labelled(page_of(case))[name]

    for label in ("article", "chrome", "ungraded"):
        for string in case[label]:
            place = text.text.find(string)
            assert place >= 0, string
            assert label_at(text, place) == label, string
            assert label_at(text, place + len(string) - 1) == label, string


@pytest.mark.parametrize("case", PAGES, ids=[case["label"] for case in PAGES])
def test_marks_and_tags_are_in_order_and_inside_the_text(case: dict[str, str]) -> None:
    for text in labelled(page_of(case)).values():
        marks = [(mark.start, mark.end) for mark in text.marks]
        tags = [(tag.start, tag.end) for tag in text.tags]
        for stretches in (marks, tags):
            assert all(start < end <= len(text.text) for start, end in stretches)
            assert all(end <= start for (_, end), (start, _) in pairwise(stretches))


def test_a_menu_word_that_stands_in_the_gold_stays_chrome() -> None:
    """Both "Home" and "Weather" are words of the article in the first case."""
    text = labelled(page_of(PAGES[0]))["blocks"]

    assert label_at(text, text.text.index("Home")) == "chrome"
    assert label_at(text, text.text.index("Weather\n")) == "chrome"


def test_both_copies_of_an_article_are_article() -> None:
    text = labelled(page_of(PAGES[3]))["blocks"]

    second = text.text.rindex("Other bees")
    assert second > text.text.index("Reply Share")
    assert label_at(text, second) == "article"


def test_a_line_of_two_labels_is_cut_after_the_full_stop() -> None:
    article = "The lake froze last night, and by morning the first skaters came."
    chrome = "Subscribe to our letter and get five stories every day for free."
    page = Page("1", "made", f"<div>{article} {chrome}</div>", gold=article)

    text = labelled(page)["blocks"]

    assert [(m.label, text.text[m.start : m.end]) for m in text.marks] == [
        ("article", article + " "),
        ("chrome", chrome),
    ]


def test_a_stray_miss_inside_a_long_line_does_not_cut_it() -> None:
    article = "The lake froze last night, and by morning the first skaters came out."
    page = Page("1", "made", f"<p>{article}</p>", gold=article.replace("morning ", ""))

    text = labelled(page)["resiliparse-plain"]

    assert [mark.label for mark in text.marks] == ["article"]


def test_a_headline_with_the_name_of_the_site_is_left_open() -> None:
    html = (
        "<title>Snow closes the pass_Hill News</title><div>Snow closes the pass</div>"
        "<p>Heavy snow closed the high pass on Friday, and buses had to turn.</p>"
    )
    gold = "Heavy snow closed the high pass on Friday, and buses had to turn."

    text = labelled(Page("1", "made", html, gold))["blocks"]

    assert label_at(text, 0) == "ungraded"
    assert ("headline", "left") in [tag.names for tag in text.tags]


@pytest.mark.parametrize("kept", [True, False])
def test_a_credit_is_left_open_though_the_gold_has_the_caption(*, kept: bool) -> None:
    caption, credit = "The ferry leaves the pier at dusk.", "[Photo by Wu Lan]"
    article = "The night ferry crosses the river again after three years of repairs."
    html = (
        f"<figure><figcaption><p>{caption}</p><p>{credit}</p></figcaption></figure>"
        f"<p>{article}</p>"
    )
    gold = f"{caption}\n{credit}\n{article}" if kept else f"{caption}\n{article}"

    text = labelled(Page("1", "made", html, gold))["blocks"]

    assert label_at(text, text.text.index(credit) + 1) == "ungraded"
    names = {"byline", "kept" if kept else "left"}
    assert any(names <= set(tag.names) for tag in text.tags)
    assert label_at(text, 0) == "article"


def test_where_only_strings_are_known_the_rest_is_left_open() -> None:
    html = "<p>The mill turns again.</p><p>It is old.</p><p>Sign up for news</p>"
    page = Page(
        "1", "made", html, None, inside=("mill turns",), outside=("Sign up", "")
    )

    text = labelled(page)["blocks"]

    assert label_at(text, text.text.index("mill")) == "article"
    assert label_at(text, text.text.index("It is old")) == "ungraded"
    assert label_at(text, text.text.index("Sign")) == "chrome"


def test_gold_that_is_html_is_read_without_its_tags() -> None:
    gold = "<p>How do I grow basil on a <b>north</b> window in winter, please?</p>"
    page = Page("1", "made", f"<h2>Reply</h2>{gold}", gold)

    text = labelled(page)["blocks"]

    assert label_at(text, text.text.index("How")) == "article"


def test_where_a_markdown_link_leads_is_no_text_of_the_page() -> None:
    html = (
        "<ul><li><a href='/the-old-mill-turns-again-after-ten-years'>Go</a></li></ul>"
        "<p>The old mill turns again after ten years, to the joy of the village.</p>"
    )
    gold = "The old mill turns again after ten years, to the joy of the village."

    page = Page("1", "made", html, gold)
    vocabulary = Vocabulary()
    text, tags = block_text(walk(html))
    graded = grade(page, text, tags, vocabulary)
    written = f"  * [Go](/the-old-mill-turns-again-after-ten-years)\n\n{gold}\n"

    marks, _ = carry(graded, tags, written, vocabulary)

    address = written.index("the-old-mill")
    assert {m.label for m in marks if m.start <= address < m.end} == {"chrome"}


def test_our_markdown_has_no_link_targets() -> None:
    html = "<p>The <a href='/the-old-mill'>mill</a> turns again after ten years.</p>"

    assert render("markdown", html).strip() == "The mill turns again after ten years."


def test_text_in_another_order_keeps_its_labels() -> None:
    """As where a renderer sets the columns of a table side by side."""
    page = page_of(PAGES[0])
    vocabulary = Vocabulary()
    text, tags = block_text(walk(page.html))
    graded = grade(page, text, tags, vocabulary)
    lines = text.split("\n")
    shuffled = "\n".join([*lines[6:], *lines[:6]])

    marks, _ = carry(graded, tags, shuffled, vocabulary)

    moved = replace(LabelledText("1", shuffled, ()), marks=marks)
    assert label_at(moved, shuffled.index("The old bridge")) == "article"
    assert label_at(moved, shuffled.index("All rights")) == "chrome"


@pytest.mark.parametrize(
    ("html", "gold", "why"),
    [
        ("<p></p>", "The mill turns.", "no text"),
        ("<p>" + "\x81\x82 mill" * 9 + "</p>", "The mill turns.", "garbled"),
        ("<p>The mill turns.</p>", "The mill", "gold too short"),
        (
            "<p>The mill turns.</p>",
            "Quite another text, of which nothing at all stands on this page.",
            "gold not in the page",
        ),
        ("<p>The mill turns.</p>", None, "no string found"),
    ],
)
def test_a_page_that_cannot_be_labelled_says_why(
    html: str, gold: str | None, why: str
) -> None:
    assert label_page(Page("1", "made", html, gold), "g", "test") == ([], why)


@given(ids=tokens_lists)
def test_a_text_aligns_with_itself(ids: np.ndarray) -> None:
    assert align(ids, ids).tolist() == list(range(len(ids)))


@given(one=tokens_lists, other=tokens_lists)
def test_aligned_tokens_are_equal_and_used_once(
    one: np.ndarray, other: np.ndarray
) -> None:
    pairs = align(one, other)

    here = np.flatnonzero(pairs != UNMATCHED)
    assert (one[here] == other[pairs[here]]).all()
    assert len(set(pairs[here].tolist())) == len(here)


@given(
    gold=st.lists(st.integers(0, 5000), min_size=30, max_size=60, unique=True),
    before=st.lists(st.integers(5001, 9000), max_size=30),
    after=st.lists(st.integers(5001, 9000), max_size=30),
)
def test_a_gold_within_other_text_is_found_whole(
    gold: list[int], before: list[int], after: list[int]
) -> None:
    page = np.array([*before, *gold, *after], np.int64)

    pairs = align(page, np.array(gold, np.int64))

    start = len(before)
    assert pairs[start : start + len(gold)].tolist() == list(range(len(gold)))


def test_of_two_equal_words_the_one_next_to_the_text_is_meant() -> None:
    """Word 1 stands far ahead of the text and right ahead of it."""
    page = np.array([1, 70, 71, 72, 1, *range(2, 20)], np.int64)

    pairs = align(page, np.arange(1, 20, dtype=np.int64))

    assert pairs[:5].tolist() == [UNMATCHED] * 4 + [0]


def test_a_short_run_far_from_the_text_is_an_accident() -> None:
    pairs = np.array([0, *[UNMATCHED] * 20, *range(1, 9)], np.int64)

    cleaned = supported(pairs, np.ones(len(pairs)))

    assert cleaned[0] == UNMATCHED
    assert cleaned[-8:].tolist() == list(range(1, 9))


@pytest.mark.parametrize(
    "line",
    [
        "By Ann Miller",
        "Published: 4 May 2019",
        "May 4, 2019 at 3 pm",
        "4 May 2019",
        "2019-05-04 10:30",
        "来源：青河晚报",  # source: an evening paper
        "责任编辑：小林",  # editor: Lin
        "（责任编辑：小林）",
        "2019年5月4日 10:30",
        "本報記者 林小明 攝",  # photograph by our reporter
        "發佈時間：2019-05-04",  # published on
        "[Photo by Wu Lan/for River Daily]",
        "(Photo courtesy of the museum)",
        "Illustration by Ann Miller",
        "图片来源｜青河晚报",  # source of the picture
        "图源：青河晚报",
    ],
)
def test_bylines_are_known_in_both_languages(line: str) -> None:
    assert is_byline(line, 5.0)


@pytest.mark.parametrize(
    "line",
    [
        "By the river stood a mill.",
        "4.4 out of 5 stars",
        "4.44.4 out of 5 stars",
        "记者说，桥今天开通。",  # the reporter says the bridge opens today
        "来源很多。",  # the sources are many
        "The mill was built in May 2019.",
        "Pictures by the old mill show the flood.",
    ],
)
def test_sentences_are_no_bylines(line: str) -> None:
    assert not is_byline(line, 5.0)


def test_han_characters_are_tokens_and_words_of_other_scripts_are() -> None:
    tokens = tokenise("Ａbc_d 中文カナ 1,000 für", Vocabulary())

    assert len(tokens) == 2 + 4 + 2 + 1
    assert tokens.weights.tolist() == [1, 1, 0.6, 0.6, 0.6, 0.6, 1, 1, 1]


def test_tokens_are_equal_whatever_their_case_and_width() -> None:
    vocabulary = Vocabulary()

    one, other = (tokenise(text, vocabulary).ids for text in ("ＡＢＣ", "abc"))

    assert one.tolist() == other.tolist()


def test_a_corpus_is_built_once_and_its_parts_are_those_of_the_split(
    tmp_path: Path,
) -> None:
    corpus, cache = tmp_path / "corpus", tmp_path / "cache"
    (corpus / "pages").mkdir(parents=True)
    with gzip.open(corpus / "pages" / "made.jsonl.gz", "wt", encoding="utf-8") as out:
        for at, case in enumerate(PAGES):
            record = {"id": str(at), "html": case["html"], "gold": case["gold"]}
            out.write(json.dumps(record) + "\n")

    files = build(corpus, cache)
    stamps = [path.stat().st_mtime_ns for path in files]

    assert all(
        part_of(text.site) == path.parent.name
        for path in files
        for text in read_labelled(path)
    )
    assert [path.stat().st_mtime_ns for path in build(corpus, cache)] == stamps
