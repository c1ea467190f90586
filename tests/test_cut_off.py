"""The first characters of a page, given alone and with the rest: against a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from training.evaluate import CUT_OFF, cut_off_rows
from training.labelled import LabelledText, Mark

if TYPE_CHECKING:
    from dross.cleaner import Cleaned, Cleaner

# The river rose by two metres in one night; people left their houses before noon.
STORY = {
    "en": "The river rose by two metres in one night, and people left their houses.\n",
    "zh": "一夜之间河水上涨两米，下城居民在中午之前撤离了自己的房子。\n",
}
MENU = {
    "en": "Home | News | Sport | Contact\n",
    "zh": "首页 | 新闻 | 体育 | 联系我们\n",
}


def page(lang: str, *, times: int) -> LabelledText:
    """A page of menus and stories in turn, one stretch a mark."""
    text, marks = "", []
    for _ in range(times):
        for label, line in (("chrome", MENU[lang]), ("article", STORY[lang] * 3)):
            marks.append(Mark(len(text), len(text) + len(line), label))
            text += line
    return LabelledText("one", text, tuple(marks), lang=lang)


def shares(text: LabelledText, cleaned: Cleaned) -> tuple[float, float]:
    """Give what of the article is lost and of the chrome left, one by one."""
    sizes, wrong = {"article": 0, "chrome": 0}, {"article": 0, "chrome": 0}
    for at, character in enumerate(text.text[:CUT_OFF]):
        if not character.isspace():
            [mark] = [m for m in text.marks if m.start <= at < m.end]
            [span] = [s for s in cleaned.spans if s.start <= at < s.end]
            sizes[mark.label] += 1
            kept = span.label == "article"
            wrong[mark.label] += kept if mark.label == "chrome" else not kept
    return wrong["article"] / sizes["article"], wrong["chrome"] / sizes["chrome"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_losses_are_those_of_the_first_characters(
    tiny_cleaner: Cleaner, lang: str
) -> None:
    text = page(lang, times=30)
    whole, alone = (tiny_cleaner(part) for part in (text.text, text.text[:CUT_OFF]))
    [row] = cut_off_rows(tiny_cleaner, [text], [whole], jobs=1)

    assert (row.language, row.texts) == (lang, 1)
    assert (row.lost, row.left) == pytest.approx(shares(text, alone))
    beside_rest = (row.lost_beside_rest, row.left_beside_rest)
    assert beside_rest == pytest.approx(shares(text, whole))


def test_pages_that_hardly_go_on_are_left_out(tiny_cleaner: Cleaner) -> None:
    short = page("en", times=7)
    assert CUT_OFF < len(short.text) < 1.5 * CUT_OFF
    assert not cut_off_rows(tiny_cleaner, [short], [tiny_cleaner(short.text)], jobs=1)
