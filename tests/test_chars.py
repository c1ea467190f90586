"""Classes and folding of characters."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dross import chars
from dross.chars import classify, code_points, fold
from tests.oracles import odd_texts

EVERY = np.arange(0x110000, dtype=np.uint32)


def folded(text: str) -> str:
    """Give the folded form of *text*, without what is not seen."""
    return "".join(chr(point) for point in fold(code_points(text)).tolist() if point)


def kind(char: str) -> int:
    return int(classify(code_points(char))[0])


@given(st.text(st.characters()))
def test_code_points_are_those_of_python(text: str) -> None:
    assert code_points(text).tolist() == list(map(ord, text))


@pytest.mark.parametrize(
    "text", [text for _, text in odd_texts()], ids=[label for label, _ in odd_texts()]
)
def test_every_odd_text_has_a_class_and_a_folded_form_for_each_character(
    text: str,
) -> None:
    points = code_points(text)

    assert points.tolist() == list(map(ord, text))
    assert len(classify(points)) == len(fold(points)) == len(text)


def test_every_code_point_has_a_class() -> None:
    assert classify(EVERY).max() < chars.CLASSES


def test_every_folded_form_is_a_code_point() -> None:
    assert fold(EVERY).max() < 0x110000


def test_nothing_but_the_invisible_is_folded_away() -> None:
    assert np.array_equal(fold(EVERY) == 0, classify(EVERY) == chars.INVISIBLE)


def test_nothing_is_folded_to_the_mark_between_units() -> None:
    assert not (fold(EVERY) == ord("\n")).any()


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        (" ", chars.SPACE),
        ("\t", chars.SPACE),
        ("\u3000", chars.SPACE),
        ("\n", chars.NEWLINE),
        ("\u2028", chars.NEWLINE),
        ("群", chars.HAN),  # group: traditional text writes it so, too
        ("门", chars.SIMPLIFIED),  # door
        ("7", chars.DIGIT),
        ("７", chars.DIGIT),
        ("٣", chars.DIGIT),
        ("a", chars.LOWER),
        ("É", chars.UPPER),
        ("Ⓐ", chars.UPPER),
        ("🅰", chars.UPPER),
        ("⒜", chars.LOWER),
        ("大", chars.HAN),  # "large", the same in both scripts
        ("門", chars.TRADITIONAL),  # "door"
        ("が", chars.KANA),
        ("ｶ", chars.KANA),
        ("한", chars.HANGUL),
        ("ж", chars.CYRILLIC),
        ("ש", chars.LETTER),
        ("。", chars.SENTENCE_END),
        ("，", chars.COMMA),
        ("|", chars.SEPARATOR),
        ("「", chars.BRACKET),
        ("$", chars.SYMBOL),
        ("😀", chars.EMOJI),
        ("\x07", chars.CONTROL),
        ("\ud800", chars.CONTROL),
        ("\u200b", chars.INVISIBLE),
        ("\u0301", chars.INVISIBLE),
        ("\x00", chars.INVISIBLE),
    ],
)
def test_a_character_has_the_class_that_a_reader_gives_it(
    char: str, expected: int
) -> None:
    assert kind(char) == expected


def test_lines_break_where_python_breaks_them() -> None:
    found = {chr(point) for point in EVERY[classify(EVERY) == chars.NEWLINE].tolist()}

    assert found == {
        c for c in map(chr, range(0x110000)) if len(f"a{c}b".splitlines()) > 1
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＶＩＡＧＲＡ２４", "viagra00"),  # full-width
        ("𝐯𝒾𝓪𝔤𝕣𝖺", "viagra"),  # mathematical letters
        ("ⓥⓘⓐⓖⓡⓐ", "viagra"),  # letters in circles
        ("🄥⒤🅰🅖🆁Ⓐ", "viagra"),  # … in squares and brackets, white on black
        ("сасіnо", "cacino"),  # Cyrillic, but for the n
        ("саsinο", "casino"),  # Cyrillic с and а, Greek ο
        ("café CAFÉ", "cafe cafe"),
        ("ca\u200bsi\u00adno", "casino"),  # zero-width space, soft hyphen
        ("c\u0301asino", "casino"),  # combining mark
        ("無碼視頻", "无码视频"),  # "uncensored video", traditional → simplified
        ("1987年", "0000年"),  # "the year 1987"
        ("①②", "00"),
        ("a\tb\u3000c", "a b c"),
    ],
)
def test_disguises_are_folded_away(text: str, expected: str) -> None:
    assert folded(text) == expected


@pytest.mark.parametrize(
    "text", ["がぎぐ", "パ", "한글", "ж", "۔", "—", "\ue000", "\x07"]
)
def test_what_carries_meaning_is_kept(text: str) -> None:
    assert folded(text) == text


def test_a_voiced_kana_is_not_the_voiceless_one() -> None:
    assert folded("が") != folded("か")
    assert folded("ば") != folded("は") != folded("ぱ")


def test_simplified_and_traditional_text_are_folded_alike() -> None:
    # "the universities of Taiwan publish their enrolment plans"
    assert folded("臺灣各大學發布招生計劃") == folded("台湾各大学发布招生计划")


@given(st.text(st.characters(codec="ascii")))
def test_plain_text_is_folded_in_case_blanks_and_digits_only(text: str) -> None:
    expected = "".join(
        "0" if c.isdigit() else " " if c.isspace() and c != "\x1f" else c.lower()
        for c in text
        if c != "\x00"
    )
    assert folded(text) == expected


@given(st.text())
def test_accents_on_latin_letters_do_not_count(text: str) -> None:
    latin = "".join(
        c for c in text if c.isascii() or "LATIN" in unicodedata.name(c, "")
    )

    assert folded(unicodedata.normalize("NFD", latin)) == folded(
        unicodedata.normalize("NFC", latin)
    )
