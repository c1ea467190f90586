from __future__ import annotations

import json

import numpy as np
import pytest

from training.grammars import GRAMMARS, domain, read_grammars
from training.phrases import unwanted
from training.split import PARTS

ENTRIES = json.loads(GRAMMARS.read_text(encoding="utf-8"))


def test_no_telling_word_and_no_held_out_pattern_is_shared_by_training_and_test() -> (
    None
):
    parts = read_grammars()
    for entry, train, test in zip(ENTRIES, parts["train"], parts["test"], strict=True):
        for slot in entry["split"]:
            assert not set(train.slots[slot]) & set(test.slots[slot])
        assert not set(entry["held_out"]) & set(train.patterns)
        assert not set(entry["held_out_sentences"]) & set(train.sentences)


def test_the_parts_share_out_every_word() -> None:
    parts = read_grammars()
    for number, entry in enumerate(ENTRIES):
        for slot, words in entry["split"].items():
            dealt = [w for part in PARTS for w in parts[part][number].slots[slot]]
            assert sorted(dealt) == sorted(words.split("|"))


@pytest.mark.parametrize("part", PARTS)
def test_every_pattern_can_be_filled(part: str) -> None:
    rng = np.random.default_rng(0)
    for grammar in read_grammars()[part]:
        for _ in range(40):
            for phrase in (grammar.phrase(rng), grammar.sentence(rng)):
                assert phrase.text.strip() == phrase.text
                assert "{" not in phrase.text
                assert (phrase.family, phrase.lang) == (grammar.family, grammar.lang)


def test_nothing_of_ours_could_be_about_minors() -> None:
    words = [
        word
        for entry in ENTRIES
        if entry["family"] == "adult"
        for words in (*entry["split"].values(), *entry["shared"].values())
        for word in words.split("|")
    ]
    assert [word for word in words if unwanted(word, sexual=True)] == []


def test_a_made_up_domain_is_one_host_name() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        assert all(label.isalnum() for label in domain(rng).split("."))
