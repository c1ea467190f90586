from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from training.grammars import (
    GRAMMARS,
    Grammar,
    balanced,
    domain,
    read_grammars,
)
from training.phrases import fold, unwanted
from training.split import FOLDS, PARTS, SPAM_PARTS

ENTRIES = json.loads(GRAMMARS.read_text(encoding="utf-8"))
NAMES = [f"{entry['lang']}-{entry['family']}" for entry in ENTRIES]


def grammars_of(entry: dict[str, Any]) -> dict[str, Grammar]:
    """Give the grammar that each part may use of *entry*."""
    return {
        part: grammar
        for part, grammars in read_grammars().items()
        for grammar in grammars
        if (grammar.lang, grammar.family) == (entry["lang"], entry["family"])
    }


def words_of(grammar: Grammar, slot: str) -> set[str]:
    return {fold(word) for word in grammar.slots[slot]}


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_no_telling_word_and_no_held_out_pattern_is_shared_by_training_and_test(
    entry: dict[str, Any],
) -> None:
    parts = grammars_of(entry)
    train = parts["train"]
    for held in ("validation", "test"):
        for slot in entry["split"]:
            assert not words_of(train, slot) & words_of(parts[held], slot)
    assert not set(entry["held_out"]) & set(train.patterns)
    assert not set(entry["held_out_sentences"]) & set(train.sentences)


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_the_parts_share_out_every_word_and_the_folds_those_of_training(
    entry: dict[str, Any],
) -> None:
    parts = grammars_of(entry)
    more = entry.get("train", {}).get("words", {})
    folds = [grammar for part, grammar in parts.items() if "/" in part]
    assert len(folds) == FOLDS
    for slot in {**entry["split"], **more}.keys() - entry["shared"].keys():
        given = [
            word
            for words in (entry["split"].get(slot), more.get(slot))
            if words
            for word in words.split("|")
        ]
        dealt = [w for part in PARTS if part in parts for w in parts[part].slots[slot]]
        assert sorted(dealt) == sorted(given)
        train = parts["train"].slots[slot]
        shares = [word for grammar in folds for word in grammar.slots[slot]]
        assert sorted(shares) == sorted(train * (FOLDS if len(train) < FOLDS else 1))


def test_what_has_no_words_to_deal_out_is_for_training_alone() -> None:
    alone = [entry for entry in ENTRIES if not entry["split"]]
    assert alone
    for entry in alone:
        assert {part.partition("/")[0] for part in grammars_of(entry)} == {"train"}


@pytest.mark.parametrize("part", SPAM_PARTS)
def test_every_pattern_can_be_filled(part: str) -> None:
    rng = np.random.default_rng(0)
    for grammar in read_grammars()[part]:
        for _ in range(40):
            for phrase in (grammar.phrase(rng), grammar.sentence(rng)):
                assert phrase.text.strip() == phrase.text
                assert "{" not in phrase.text
                assert (phrase.family, phrase.lang) == (grammar.family, grammar.lang)


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_shared_words_are_everybodys_and_more_of_them_training_s(
    entry: dict[str, Any],
) -> None:
    more = entry.get("train", {}).get("words", {})
    for part, grammar in grammars_of(entry).items():
        for slot, words in entry["shared"].items():
            own = more.get(slot, "") if part.startswith("train") else ""
            expected = balanced(words.split("|"), [*filter(None, own.split("|"))])
            assert sorted(grammar.slots[slot]) == sorted(expected)


def test_what_training_alone_has_is_drawn_as_often_as_what_all_have() -> None:
    found = balanced(["a", "b"], ["c", "d", "e", "f", "g", "h", "i"])

    assert found == ["a", "b"] * 4 + ["c", "d", "e", "f", "g", "h", "i"]
    assert balanced(["a", "b"], []) == ["a", "b"]
    assert balanced([], ["c"]) == ["c"]


def test_nothing_of_ours_could_be_about_minors() -> None:
    words = [
        word
        for entry in ENTRIES
        if entry["family"] == "adult"
        for words in (
            *entry["split"].values(),
            *entry["shared"].values(),
            *entry.get("train", {}).get("words", {}).values(),
        )
        for word in words.split("|")
    ]
    assert [word for word in words if unwanted(word, sexual=True)] == []


def test_a_made_up_domain_is_one_host_name() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        assert all(label.isalnum() for label in domain(rng).split("."))
