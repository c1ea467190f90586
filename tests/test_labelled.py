"""Labelled text: what is written comes back, and errors say where and what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.labelled import (
    LABELS,
    LabelledText,
    LabelledTextError,
    Mark,
    Tag,
    read_labelled,
    write_labelled,
)

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = LabelledText(
    id="post/1#blocks",
    text="首页\nRain fell.\n",  # "home"
    marks=(Mark(0, 3, "chrome"), Mark(3, 14, "article")),
    lang="en",
    source="post",
    site="post.example",
    page="post/1",
    rendering="blocks",
    page_type="article",
    tags=(Tag(0, 3, ("li", "link")),),
)


@st.composite
def labelled_texts(draw: st.DrawFn) -> LabelledText:
    text = draw(st.text(st.characters(codec=None), max_size=60))
    places = st.lists(st.integers(0, len(text)), unique=True, max_size=8)
    cuts = sorted(draw(places))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    labels = st.sampled_from(LABELS)
    names = st.lists(st.sampled_from(["nav", "p", "link"]), unique=True)
    return LabelledText(
        id=draw(st.text(min_size=1)),
        text=text,
        marks=tuple(Mark(start, end, draw(labels)) for start, end in spans),
        site=draw(st.text()),
        tags=tuple(Tag(start, end, tuple(draw(names))) for start, end in spans),
    )


@pytest.mark.parametrize("name", ["texts.jsonl", "texts.jsonl.gz"])
def test_what_is_written_is_read_again(tmp_path: Path, name: str) -> None:
    assert write_labelled(tmp_path / name, [EXAMPLE, EXAMPLE]) == 2

    assert list(read_labelled(tmp_path / name)) == [EXAMPLE, EXAMPLE]


@given(texts=st.lists(labelled_texts(), max_size=3))
def test_any_text_survives_the_file(
    tmp_path_factory: pytest.TempPathFactory, texts: list[LabelledText]
) -> None:
    """Lone surrogates, line separators and NUL included."""
    path = tmp_path_factory.mktemp("labelled") / "texts.jsonl.gz"

    write_labelled(path, texts)

    assert list(read_labelled(path)) == texts


def test_equal_texts_give_equal_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one.jsonl.gz", tmp_path / "other.jsonl.gz"

    write_labelled(one, [EXAMPLE])
    write_labelled(other, [EXAMPLE])

    assert one.read_bytes() == other.read_bytes()


def test_only_id_text_and_spans_are_required(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"id": "1", "text": "Rain", "spans": []}\n\n', "utf-8")

    assert list(read_labelled(path)) == [LabelledText("1", "Rain", ())]


def broken(**changes: object) -> str:
    return json.dumps({"id": "1", "text": "Rain", "spans": [], **changes})


def span(start: object, end: object, label: str = "article") -> dict[str, object]:
    return {"start": start, "end": end, "label": label}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[]", "a list; write one JSON object a line"),
        ('{"id": "1", "spans": []}', '"text" must be a string, found nothing'),
        (broken(id=1), '"id" must be a string, found int'),
        (broken(spans=None), '"spans" must be a list, found NoneType'),
        (broken(spans=[span(0, 0)]), "integers with start < end"),
        (broken(spans=[span(0, "4")]), "integers with start < end"),
        (broken(spans=["0-4"]), "integers with start < end"),
        (broken(spans=[span(0, 3), span(2, 4)]), r"begins before .* let none overlap"),
        (broken(spans=[span(0, 5)]), r"after the text \(4 code points\); count code"),
        (broken(spans=[span(0, 4, "ad")]), "'ad'; the labels are article, chrome"),
        (broken(tags=[{"start": 0, "end": 1, "tags": "nav"}]), "a list of strings"),
    ],
)
def test_a_broken_line_is_named_with_a_remedy(
    tmp_path: Path, line: str, message: str
) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text(broken() + "\n" + line + "\n", "utf-8")

    with pytest.raises(LabelledTextError, match=r"texts\.jsonl, line 2: .*" + message):
        list(read_labelled(path))
