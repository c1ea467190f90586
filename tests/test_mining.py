"""Mining: what the phrase head mistakes is learnt as false."""

from __future__ import annotations

import numpy as np

from training.labelled import LabelledText, Mark
from training.linear import AdagradHeads
from training.mining import mistaken, sharpen
from training.rows import PHRASE, line_rows, window_rows

BITS = 12
SPAM = "lucky slots bonus"
PAGES = [
    f"The river rose by {metres} metres; the lucky bend was left. {SPAM}\n"
    "Slots in the dam were opened, and the bonus for the crew was paid.\n"
    for metres in range(2, 12)
]


def labelled(number: int, text: str) -> LabelledText:
    start = text.index(SPAM)
    end = start + len(SPAM)
    return LabelledText(
        str(number),
        text,
        (
            Mark(0, start, "article"),
            Mark(start, end, "spam"),
            Mark(end, len(text), "article"),
        ),
        site=f"site{number}",
        page=str(number),
    )


TEXTS = [labelled(number, text) for number, text in enumerate(PAGES)]


def test_mined_stretches_are_spam_or_have_none_of_it() -> None:
    weights = np.random.default_rng(5).normal(0, 1, (1 << BITS, 16)).astype(np.float32)

    strings, is_spam = mistaken(weights, TEXTS, BITS)

    assert len(strings) == len(is_spam)
    assert set(is_spam.tolist()) <= {0, 1}
    whole = "".join(PAGES)
    genuine = whole.replace(SPAM, "\0")
    for string, spam in zip(strings, is_spam.tolist(), strict=True):
        assert string in (SPAM if spam else genuine)


def test_a_sharpened_head_likes_its_mistakes_less() -> None:
    rows = line_rows(TEXTS, BITS, np.random.default_rng(1))
    every = np.arange(len(rows.weights))
    heads = AdagradHeads(1 << BITS).fit(rows, every, np.random.default_rng(2))
    # a head that takes every n-gram of the dam's line for spam
    dam = window_rows(
        ["Slots in the dam", "the bonus for the crew"], np.ones(2, np.int8), BITS
    )
    heads.weights_[dam.buckets, PHRASE] += 5
    before = heads.decision_function(dam, np.arange(2))[:, PHRASE]

    sharpen(heads, rows, TEXTS, BITS, np.random.default_rng(3))

    after = heads.decision_function(dam, np.arange(2))[:, PHRASE]
    assert (after < before).all()
    assert (after < 0).all()
