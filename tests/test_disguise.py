from __future__ import annotations

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.disguise import DISGUISES, disguise

PHRASE = "cheap Pills online"
CASES = {
    "full-width": "ｃｈｅａｐ Ｐｉｌｌｓ ｏｎｌｉｎｅ",
    "spaced": "c h e a p P i l l s o n l i n e",
    "enclosed": "ⓒⓗⓔⓐⓟ Ⓟⓘⓛⓛⓢ ⓞⓝⓛⓘⓝⓔ",
}


def by_name(name: str, text: str, seed: int = 0) -> str:
    apply = next(d.apply for d in DISGUISES if d.name == name)
    return apply(np.random.default_rng(seed), text)


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_disguise_that_draws_nothing_gives_what_it_says(name: str) -> None:
    assert by_name(name, PHRASE) == CASES[name]


@pytest.mark.parametrize("seed", range(6))
def test_compatibility_folding_undoes_the_mathematical_letters(seed: int) -> None:
    disguised = by_name("mathematical", PHRASE, seed)
    assert disguised != PHRASE
    assert unicodedata.normalize("NFKC", disguised) == PHRASE


def test_zero_width_only_adds_what_cannot_be_seen() -> None:
    disguised = by_name("zero-width", PHRASE)
    assert disguised != PHRASE
    assert re.sub("[\u200b-\u200d\u2060\ufeff]", "", disguised) == PHRASE


def test_pinyin_stands_in_brackets_after_the_character() -> None:
    # 彩票 is lottery.
    assert "彩(cai)" in by_name("pinyin", "彩票" * 5)


def test_mixed_scripts_turns_simplified_into_traditional_and_back() -> None:
    # 贷 and 貸 are the two forms of "loan".
    assert "貸" in by_name("mixed-scripts", "贷" * 9)
    assert "贷" in by_name("mixed-scripts", "貸" * 9)


def test_lookalikes_come_from_another_script() -> None:
    names = {
        unicodedata.name(c).split()[0] for c in by_name("look-alikes", "cheap" * 5)
    }
    assert "LATIN" in names
    assert names & {"CYRILLIC", "GREEK"}


@given(st.text(max_size=30), st.integers(0, 2**32 - 1))
def test_any_text_can_be_disguised_and_the_same_seed_does_the_same(
    text: str, seed: int
) -> None:
    once = disguise(np.random.default_rng(seed), text)
    assert once == disguise(np.random.default_rng(seed), text)
    assert bool(once[1]) == (once[0] != text)


def test_held_out_disguises_are_not_drawn_unless_asked_for() -> None:
    held_out = {d.name for d in DISGUISES if d.held_out}
    rng = np.random.default_rng(1)
    text = "代办 loan 贷款"  # arrange a loan
    assert held_out.isdisjoint(disguise(rng, text)[1] for _ in range(300))
    drawn = {disguise(rng, text, held_out=True)[1] for _ in range(300)}
    assert held_out <= drawn
