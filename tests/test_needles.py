from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from training.needles import locate

TEXTS = st.text(st.sampled_from("ab赌博"), max_size=60)


@given(st.lists(TEXTS, max_size=6), TEXTS)
def test_every_needle_is_found_wherever_it_stands(
    needles: list[str], haystack: str
) -> None:
    expected = {
        (index, offset)
        for index, needle in enumerate(needles)
        for offset in range(len(haystack))
        if needle and haystack.startswith(needle, offset)
    }
    found = list(locate(needles, haystack))
    assert set(found) == expected
    assert len(found) == len(expected)


def test_needles_longer_than_the_hashed_head_are_compared_to_their_end() -> None:
    assert list(locate(["a" * 20 + "b"], "a" * 30 + "c")) == []
    assert list(locate(["a" * 20 + "b"], "a" * 21 + "b")) == [(0, 1)]
