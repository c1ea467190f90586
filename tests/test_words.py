"""Chinese words."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dross.words import han_words


@settings(max_examples=30)
@given(st.lists(st.text("我们去北京大学城0a ，\u200b", min_size=1)))
def test_han_words_tile_their_runs(texts: list[str]) -> None:
    assert sum(han_words(texts)) == sum(map(len, texts))
    assert all(length > 0 for length in han_words(texts))


def test_han_words_are_those_of_the_dictionary() -> None:
    assert han_words(["北京大学"]) == [4]  # Peking University
    assert han_words(["我爱北京"]) == [1, 1, 2]  # "I love Beijing"
