"""Words that tell a topic, and what they are about."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dross import chars, hashing, vocabulary
from dross.features import HAN, TOP, Features, extract
from dross.lines import split_pages
from dross.vocabulary import SIZE, WIDTH, Topics, tokens
from tests.oracles import WORDS, batches, slow_kinship, slow_topic
from training.labelled import LabelledText, Mark
from training.vocabulary import (
    BUCKETS,
    PIECE,
    article_words,
    fit_vocabulary,
    word_vectors,
)

small = st.lists(st.integers(-9000, 9000), min_size=WIDTH, max_size=WIDTH)


def read(texts: list[str]) -> tuple[Features, Topics]:
    lines = split_pages(texts)
    found = extract(lines)
    return found, Topics(tokens(found), WORDS, found.starts)


@given(batches)
def test_words_that_tell_a_topic_are_those_of_the_plain_loop(texts: list[str]) -> None:
    found, _ = read(texts)
    expected = []
    classes, stream = found.classes.tolist(), found.stream.tolist()
    words = zip(found.words.tolist(), found.word_starts, found.word_ends, strict=True)
    for value, start, end in words:
        if end - start >= vocabulary.TOPIC_WORD and classes[start] != chars.DIGIT:
            expected.append((int(start), int(end - start), value, False))
    for i in range(1, len(stream)):
        if HAN[classes[i - 1]] and HAN[classes[i]]:
            pair = stream[i - 1] * hashing.PAIR_FACTOR + stream[i]
            value = pair * hashing.WORD_FACTOR % (1 << 32)
            expected.append((i, 1, value, True))

    own = tokens(found)

    columns = (own.homes, own.sizes, own.hashes, own.pair)
    listed = list(zip(*(column.tolist() for column in columns), strict=True))
    assert listed == sorted(expected)


@settings(max_examples=50)
@given(batches, st.integers(0, 2**32 - 1))
def test_a_stretch_is_about_what_its_words_are_about(
    texts: list[str], seed: int
) -> None:
    found, topics = read(texts)
    bounds = np.random.default_rng(seed).integers(0, len(found.stream) + 1, (2, 8))
    low, high = np.sort(bounds, axis=0)

    assert topics.between(low, high).tolist() == [
        slow_topic(found, a, b)
        for a, b in zip(low.tolist(), high.tolist(), strict=True)
    ]
    assert topics.units.tolist() == [
        slow_topic(found, int(a), int(b))
        for a, b in zip(found.starts[:-1], found.starts[1:], strict=True)
    ]


@given(small, small)
def test_kinship_is_the_cosine(one: list[int], other: list[int]) -> None:
    own, whole = np.array([one]), np.array([other])
    rest = [a - b for a, b in zip(other, one, strict=True)]

    assert vocabulary.kinship(own, whole).tolist() == [slow_kinship(one, other)]
    assert vocabulary.kinship_to_rest(
        own, whole, vocabulary.dots(whole, whole)
    ).tolist() == [slow_kinship(one, rest)]


@given(small)
def test_a_direction_does_not_say_how_many_words_there_are(one: list[int]) -> None:
    own = vocabulary.direction(np.array([one]))
    more = vocabulary.direction(4 * np.array([one]))

    assert np.array_equal(own, more)
    assert np.abs(own).max() <= TOP
    if any(one):
        assert abs(np.sqrt((own**2).sum()) - TOP) <= WIDTH**0.5


def test_a_text_without_words_is_kin_to_nothing() -> None:
    none, some = np.zeros((1, WIDTH)), np.ones((1, WIDTH))

    assert vocabulary.kinship(none, some).tolist() == [0]
    squares = vocabulary.dots(some, some)
    assert vocabulary.kinship_to_rest(none, some, squares).tolist() == [0]
    assert vocabulary.direction(none).tolist() == [[0] * WIDTH]


def test_pieces_are_of_article_text_alone() -> None:
    body = "winter harbour ferry island " * PIECE
    text = f"{body}\nSubscribe newsletter\n"
    marks = (Mark(0, len(body), "article"), Mark(len(body), len(text), "chrome"))
    words, pairs = article_words([LabelledText("1", text, marks, page="1")])

    assert words.shape == (4, PIECE)
    assert len(set(words.ravel().tolist())) == 4
    assert pairs.shape == (0, PIECE)


def test_words_that_stand_together_are_about_the_same() -> None:
    rng = np.random.default_rng(3)
    topics = np.arange(20 * 30).reshape(20, 30)  # of 30 words each
    pieces = np.stack([rng.choice(topics[n % 20], 8) for n in range(2000)])

    vectors = word_vectors(pieces, rng)

    assert vectors.shape == (BUCKETS, SIZE)
    assert not vectors[topics.size :].any()
    unit = vectors[: topics.size]
    unit = unit / np.sqrt((unit**2).sum(1, keepdims=True))
    near = unit @ unit.T
    same = np.kron(np.eye(20), np.ones((30, 30))) > 0
    assert near[same].mean() > 0.8
    assert abs(near[~same].mean()) < 0.2


def test_the_same_texts_give_the_same_vocabulary() -> None:
    rng = np.random.default_rng(4)
    words = [f"word{chr(97 + a)}{chr(97 + b)}" for a in range(20) for b in range(20)]
    texts = []
    for number in range(30):
        text = " ".join(rng.choice(words, 200))
        texts.append(
            LabelledText(
                str(number), text, (Mark(0, len(text), "article"),), page=str(number)
            )
        )

    one, other = (fit_vocabulary(texts, texts, 5) for _ in range(2))

    assert one.vectors.any()
    assert np.array_equal(one.vectors, other.vectors)
    assert np.array_equal(one.rarity, other.rarity)
