"""Spun text: other words for the same, in the part of the page that it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from training.grammars import read_grammars
from training.labelled import LabelledText, Mark, write_labelled
from training.spam import SPUN, Line, spam_source, with_lines
from training.split import SPAM_PARTS
from training.spun import LENGTH, spin, spun_lines, synonyms

if TYPE_CHECKING:
    from pathlib import Path

TABLE = {"big": ("gargantuan",), "look for": ("quest after",), "house": ("domicile",)}
STORY = (
    "The council wants a big house for the rowing club before the spring. "
    "Its members look for a place near the river that stays dry in every season. "
    "So far they have seen five houses, and none of them had room for the long boats. "
    "The oldest member says that a barn would do as well, if only it had a door.\n"
)


def test_words_and_phrases_have_their_synonyms_and_keep_their_capitals() -> None:
    rng = np.random.default_rng(0)

    spun = spin(rng, "Look for a Big house, bigger than ours.", 1.0, TABLE)

    assert spun == "Quest after a Gargantuan domicile, bigger than ours."


def test_no_word_is_replaced_where_the_share_is_nought() -> None:
    assert spin(np.random.default_rng(0), STORY, 0.0, TABLE) == STORY


def test_every_synonym_is_another_word() -> None:
    assert all(word == word.lower() for word in synonyms())
    assert not [word for word, others in synonyms().items() if word in others]


def test_pages_of_training_alone_are_spun_each_for_its_own_fold(tmp_path: Path) -> None:
    page = LabelledText("", STORY, (Mark(0, len(STORY), "article"),), "en")
    files = []
    for part in ("train", "test"):
        texts = [
            replace(
                page, id=f"{part}/{number}", page=f"{part}/{number}", site=str(number)
            )
            for number in range(120)
        ]
        files.append(tmp_path / part / "pages.jsonl")
        files[-1].parent.mkdir()
        write_labelled(files[-1], texts)
    source = spam_source(phrases={}, lines={}, grammars=read_grammars())

    found = spun_lines(files, source)

    folds = [part for part in found if part.startswith("train/")]
    assert set(found) == {"train", *folds}
    assert len(folds) > 1
    number = len(found["train"])
    assert 20 < number == sum(len(found[fold]) for fold in folds) < 70
    assert all(len(line.text) >= LENGTH[0] / 2 for line in found["train"])
    assert not {line.text for line in found["train"]} & {STORY.strip()}
    drawn = with_lines(source, found)
    assert drawn.lines["train"]["en"][SPUN]["spun"] == found["train"]
    assert all(not drawn.lines[part] for part in SPAM_PARTS if part not in found)


def test_no_spun_paragraph_is_pushed_into_a_paragraph() -> None:
    spun = Line(
        "A spun paragraph, long enough for a sentence.", "loan", "en", SPUN, "s"
    )
    lines = {"train": tuple(replace(spun, text=f"{spun.text} {n}") for n in range(50))}
    source = with_lines(
        spam_source(phrases={}, lines={}, grammars=read_grammars()), lines
    )
    rng = np.random.default_rng(0)

    whole = [source.line(rng, "train", "en").text for _ in range(30)]
    inside = [source.sentence(rng, "train", "en").text for _ in range(30)]

    assert all(text.startswith(spun.text) for text in whole)
    assert not any(text.startswith(spun.text) for text in inside)
    assert source.without(SPUN).lines["train"]["en"] == {}
