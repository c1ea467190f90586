"""Pages in two languages: both genuine, in one fold, in any order."""

from __future__ import annotations

from dataclasses import replace

from training.bilingual import (
    CLAUSE,
    FIRST,
    LAYOUTS,
    LINES_A_TEXT,
    MOST,
    bilingual_pages,
)
from training.documents import fold_of
from training.labelled import LabelledText, Mark
from training.split import FOLDS
from training.written import read_written

TEXTS = read_written()["train"]
OF = {text.text: text for text in TEXTS}


def test_a_page_has_as_many_lines_of_one_language_as_of_the_other() -> None:
    made = list(bilingual_pages(TEXTS, 2, 0, FOLDS))

    assert {page.page_type for page in made} == set(LAYOUTS)
    for page in made:
        assert page.marks == (Mark(0, len(page.text), "article"),)
        if page.page_type in {"twice", "glossary"}:
            continue
        rows = [row for row in page.text.split("\n") if row]
        languages = [OF[row].lang for row in rows]
        first, other = page.id.split("/")[1:3]
        assert languages.count(first) == languages.count(other) == len(rows) / 2 <= MOST
        assert page.lang == first
        if page.page_type == "turns":
            assert languages[::2] == [languages[0]] * (len(rows) // 2)


def test_a_page_has_lines_of_its_own_fold_alone() -> None:
    for page in bilingual_pages(TEXTS, 1, 0, FOLDS):
        if page.page_type not in {"twice", "glossary"}:
            rows = [row for row in page.text.split("\n") if row]
            folds = {fold_of(OF[row], FOLDS) for row in rows}
            assert folds == {fold_of(page, FOLDS)}


def test_a_glossary_has_clauses_of_both_languages_in_pairs() -> None:
    made = bilingual_pages(TEXTS, 4, 0, FOLDS)
    pages = [p for p in made if p.page_type == "glossary" and "/ru/" in p.id]

    assert pages
    for page in pages:
        letters = [("а" <= c <= "я", c.isascii() or c > "\u3400") for c in page.text]
        assert any(russian for russian, _ in letters)
        assert any(own for _, own in letters)
        assert max(map(len, page.text.split("\n"))) <= 2 * max(CLAUSE) + 3


def test_every_language_stands_beside_english_and_chinese() -> None:
    made = {tuple(page.id.split("/")[1:3]) for page in bilingual_pages(TEXTS, 1, 0)}

    others = {text.lang for text in TEXTS if not text.lang.startswith(("en", "zh"))}
    assert made == {
        *((first, other) for first in FIRST for other in others),
        ("zh-Hans", "en"),
        ("zh-Hant", "en"),
    }


def test_of_a_long_text_the_first_lines_stand_in_pages() -> None:
    rows = [f"This is line {number} of the long text." for number in range(9)]
    long = replace(TEXTS[0], text="\n".join(["Title", *rows]), lang="en", site="a")
    other = LabelledText("b", "Это одна строка по-русски.", (), "ru", site="a")

    page = next(bilingual_pages([long, other], 1, 0))

    assert page.lang == "en"
    assert any(row in page.text for row in rows[:LINES_A_TEXT])
    assert not any(row in page.text for row in ["Title", *rows[LINES_A_TEXT:]])
