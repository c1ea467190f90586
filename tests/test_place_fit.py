"""What the nets that look inside units learn from, and how the gate is fitted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dross import Cleaner, places
from training.documents import near_miss_pages, read_material
from training.labelled import LabelledText, Mark
from training.phrased import PHRASE_FORMS, documents_with_phrases
from training.places import (
    EVERY,
    STEPS,
    TEXTS,
    place_rows,
    taught_by,
    whole_spam,
)
from training.probes import NEAR_MISS

SAMPLE = Path(__file__).parent.parent / "training" / "sample"


def miss(number: int, lang: str) -> LabelledText:
    text = f"{lang} line {number}"
    return LabelledText(
        f"near_miss/{number}",
        text,
        (Mark(0, len(text), "article"),),
        lang=lang,
        source=f"{NEAR_MISS}gambling",
    )


def test_a_page_of_near_misses_is_in_one_language() -> None:
    lines = [miss(number, ("en", "zh-Hans")[number % 2]) for number in range(40)]

    pages = list(near_miss_pages(lines, 0))

    found = "\n".join(page.text for page in pages)
    for line in lines:
        assert line.text in found.split("\n")
    for page in pages:
        other = {"en": "zh-Hans line", "zh-Hans": "en line"}[page.lang]
        assert other not in page.text


def test_documents_with_phrases_have_spam_and_keep_their_text() -> None:
    material = read_material(SAMPLE, ())

    made = documents_with_phrases(material, "train", 0)

    originals = {text.id: text for text in material.texts["train"]}
    assert made
    for text in made:
        spam = [mark for mark in text.marks if mark.label == "spam"]
        assert spam
        kept = "".join(
            text.text[mark.start : mark.end]
            for mark in text.marks
            if mark.label != "spam"
        )
        assert kept in originals[text.id].text
    assert "every-line" not in PHRASE_FORMS  # held out for the test
    assert "bracketed" not in PHRASE_FORMS


@pytest.mark.parametrize("step", ["gate", "places"])
def test_all_spam_inside_units_teaches_and_a_part_of_what_is_none(
    tiny_cleaner: Cleaner, step: str
) -> None:
    page = "The river rose by two metres. " * 30 + "lucky slots bonus"
    start = page.index("lucky")
    spam = LabelledText(
        "1", page, (Mark(0, start, "article"), Mark(start, len(page), "spam"))
    )
    near = miss(2, "en")
    model = tiny_cleaner.model

    rows = place_rows([spam, near], model, step, 0)

    batch = tiny_cleaner.read([spam.text, near.text])
    known = batch.known
    some = places.sampled(known, ~whole_spam(batch.posteriors))
    passed = places.looked_at(some, model.gate, model.config.phrase.gate)
    at = some.at if step == "gate" else passed.at
    of_near = known.page[at] == 1
    offsets = batch.features.sources[at - 2 * known.unit[at] - 1]
    of_spam = (known.page[at] == 0) & (offsets >= start)
    names = places.GATE_NAMES if step == "gate" else places.NAMES
    often = int(of_near.sum()) if step == "places" else 0
    others = len(at) - int(of_spam.sum()) - often
    taught = len(rows.labels) - int(rows.labels.sum())
    assert rows.columns.shape[1] == len(names)
    assert rows.labels.sum() == of_spam.sum()
    assert 0 <= taught <= often + others * 4 / EVERY[step] + 4


@pytest.mark.parametrize("step", STEPS)
def test_no_threshold_changes_what_the_nets_learn(
    tiny_cleaner: Cleaner, step: str
) -> None:
    page = "The river rose by two metres. " * 30 + "lucky slots bonus"
    text = LabelledText("1", page, (Mark(0, len(page), "article"),))
    model = tiny_cleaner.model
    rule = replace(model.config.decoding, spam=0.01, spam_to_chrome=0.0, named=0.0)
    other = replace(model, config=replace(model.config, decoding=rule))
    texts = [text, miss(2, "en")]
    assert tiny_cleaner(page).spans != Cleaner(other)(page).spans

    one, two = (place_rows(texts, each, step, 0) for each in (model, other))

    assert np.array_equal(one.columns, two.columns)
    assert np.array_equal(one.labels, two.labels)


def test_a_unit_is_no_whole_spam_with_article_or_far_likelier_chrome() -> None:
    chances = [[0.02, 0.0, 0.98], [0.2, 0.0, 0.8], [0.01, 0.7, 0.29], [0.01, 0.8, 0.19]]

    assert whole_spam(np.array(chances)).tolist() == [True, False, True, False]


def test_of_the_places_of_near_misses_more_teach_than_of_others(
    tiny_cleaner: Cleaner,
) -> None:
    text = "The law bans online slots and poker rooms. " * 60
    page = LabelledText("1", text, (Mark(0, len(text), "article"),), lang="en")
    near = replace(page, source=f"{NEAR_MISS}gambling")
    model = tiny_cleaner.model
    read = tiny_cleaner.read([text])
    some = places.sampled(read.known, ~whole_spam(read.posteriors))
    number = len(places.looked_at(some, model.gate, model.config.phrase.gate).at)

    shares = [
        len(place_rows([own], model, "places", 0).labels) / number
        for own in (page, near)
    ]

    drawn = 1 / EVERY["places"]
    either = 1 - (1 - drawn) * (1 - 1 / TEXTS["places"])
    assert shares == pytest.approx([drawn, either], abs=0.1)


@pytest.mark.parametrize("step", STEPS)
def test_every_near_miss_teaches_the_nets_but_not_the_gate(step: str) -> None:
    near = [miss(number, "en") for number in range(40)]
    others = [replace(text, source="pages") for text in near[:30]]

    found = taught_by([*others, *near], step, np.random.default_rng(0))

    if step == "gate":
        assert len(found) == round(70 / TEXTS["gate"] + 0.5)
    else:
        assert [t for t in found if t.source.startswith(NEAR_MISS)] == near
        assert len(found) == 40 + 30 / TEXTS[step]
