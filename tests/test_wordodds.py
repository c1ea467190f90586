"""How likely words are to be spam's, by what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from dross.features import extract
from dross.lines import split_pages
from dross.vocabulary import ODDS_STEP, VECTOR_BITS, buckets, tokens
from training.documents import fold_of
from training.grammars import Grammar
from training.labelled import LabelledText, Mark
from training.spam import SpamSource, spam_source
from training.split import FOLDS, SPAM_PARTS, fold_part
from training.wordodds import (
    BATCH,
    FROM_PAGE,
    fit_word_odds,
    genuine_words,
    spam_words,
    word_odds,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

BUCKETS = 1 << VECTOR_BITS


def taught(rng: np.random.Generator, number: int) -> NDArray[np.int64]:
    return rng.integers(number, size=20 * BATCH)


def test_a_word_never_met_is_as_likely_as_what_it_is_like() -> None:
    rng = np.random.default_rng(1)
    vectors = np.zeros((1000, 8), np.float32)
    vectors[:900] = rng.normal(size=(900, 8))
    vectors[:450, 0] -= 3  # genuine words
    vectors[450:900, 0] += 3
    met = 300

    odds = word_odds(vectors, taught(rng, met), 450 + taught(rng, met), rng)

    assert odds[met:450].max() < odds[450 + met : 900].min()
    assert not odds[900:].any()  # of what has no vector nothing is known


def test_genuine_words_have_odds_of_nothing_on_the_average() -> None:
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=(400, 8)).astype(np.float32)
    genuine = taught(rng, 200)

    odds = word_odds(vectors, genuine, 200 + taught(rng, 200), rng)

    assert abs(odds[genuine].mean()) < 1e-9


def test_too_few_words_teach_nothing() -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(400, 8)).astype(np.float32)

    assert not word_odds(vectors, taught(rng, 200), np.arange(9), rng).any()


def page(number: int, body: str, spam: str = "") -> LabelledText:
    text = body + spam
    marks = (Mark(0, len(body), "article"), Mark(len(body), len(text), "spam"))
    name = f"{number}"
    return LabelledText(name, text, marks, page=name, site=f"site{number}.example")


def hashed(text: str) -> list[int]:
    found = tokens(extract(split_pages([text])))
    return [int(bucket) for bucket in buckets(found)]


def test_some_words_of_each_page_teach_and_none_of_its_spam() -> None:
    body = " ".join(f"harbour{chr(97 + n)}" for n in range(26)) * 4 + "\n"
    texts = [
        page(number, body, "lucky casino bonus\n") for number in range(3 * FOLDS)
    ] + [
        page(99, "短短的河边小路\n", "幸运娱乐城\n")
    ]  # a short river path; lucky casino

    words, pairs = genuine_words(texts, np.random.default_rng(4))

    assert set(np.concatenate(words).tolist()) <= set(hashed(body))
    for fold in range(FOLDS):
        own = [t for t in texts if fold_of(t, FOLDS) == fold and t.id != "99"]
        assert len(words[fold]) == FROM_PAGE * len(own)
    assert sorted(np.concatenate(pairs).tolist()) == sorted(hashed("短短的河边小路"))


def spam_of(brands: dict[int, str]) -> SpamSource:
    """Give spam whose grammar has a brand for each fold."""
    grammars = {
        part: (
            Grammar("replica", "en", ("cheap {brand}",), ("Buy.",),
                    {"brand": (brands.get(SPAM_PARTS.index(part), "none"),)}),
        )
        for part in SPAM_PARTS
    }  # fmt: skip
    return spam_source(phrases={}, lines={}, grammars=grammars)


def test_the_spam_of_a_fold_is_its_own() -> None:
    parts = [SPAM_PARTS.index(fold_part(n)) for n in range(FOLDS)]
    spam = spam_of({part: f"brand{chr(97 + n)}" for n, part in enumerate(parts)})
    rng = np.random.default_rng(5)

    for fold in range(FOLDS):
        words = set(spam_words(spam, "words", fold, rng).tolist())
        assert words == set(hashed(f"cheap brand{chr(97 + fold)}"))
    assert not len(spam_words(spam, "pairs", 0, rng))


@pytest.mark.parametrize("fold", range(FOLDS))
def test_a_fold_has_not_seen_its_own_spam(fold: int) -> None:
    rng = np.random.default_rng(6)
    vectors = rng.normal(size=(BUCKETS, 4)).astype(np.float32)
    body = " ".join(
        "".join(chr(97 + i) for i in rng.integers(26, size=6)) for _ in range(60)
    )
    texts = [page(number, body) for number in range(40 * FOLDS)]
    parts = [SPAM_PARTS.index(fold_part(n)) for n in range(FOLDS)]
    brands = {part: f"brand{chr(97 + n)}" for n, part in enumerate(parts)}
    one, other = (
        fit_word_odds(texts, spam_of(own), [vectors, vectors], 0, 1)
        for own in (brands, {**brands, parts[fold]: "handbags"})
    )

    assert len(one) == FOLDS + 1
    changed = [n for n in range(FOLDS) if not np.array_equal(one[n], other[n])]
    assert changed == [n for n in range(FOLDS) if n != fold]
    brand = hashed("handbags")[0]
    assert one[-1][0, brand] < other[-1][0, brand]
    mean = np.mean([table.astype(float) for table in one[:-1]], axis=0)
    assert np.abs(one[-1] - mean).max() <= 1
    assert np.abs(one[-1]).max() <= 8 * ODDS_STEP
