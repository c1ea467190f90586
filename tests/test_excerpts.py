from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from training.excerpts import excerpt
from training.labelled import LabelledText, Mark, Tag


def page(length: int) -> LabelledText:
    """A page in pieces of 1, 2, 3 … characters, each fourth one under no mark."""
    marks, at = [], 0
    for number in range(length):
        end = min(at + number + 1, length)
        if end > at and number % 4 != 3:
            marks.append(Mark(at, end, ("chrome", "article", "spam")[number % 4]))
        at = end
    text = "".join(chr(0x4E00 + number) for number in range(length))
    tags = tuple(Tag(mark.start, mark.end, ("p",)) for mark in marks)
    return LabelledText("one", text, tuple(marks), tags=tags)


def marked(text: LabelledText) -> dict[str, str]:
    """Give the label of each character; no two of a page are the same."""
    return {
        text.text[at]: mark.label
        for mark in text.marks
        for at in range(mark.start, mark.end)
    }


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_characters_keep_their_marks_in_an_excerpt(
    length: int, one: int, other: int
) -> None:
    whole = page(length)
    part = excerpt(whole, min(one, other), max(one, other))
    assert part.text == whole.text[min(one, other) : max(one, other)]
    labels = marked(whole)
    assert marked(part) == {c: labels[c] for c in part.text if c in labels}
    assert all(0 <= mark.start < mark.end <= len(part.text) for mark in part.marks)
    assert [(tag.start, tag.end) for tag in part.tags] == [
        (mark.start, mark.end) for mark in part.marks
    ]
