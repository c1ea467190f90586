"""Thresholds: how low they may be for what they lose."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dross.cleaner import LEAST_SPAM, Cleaner, spam_odds
from dross.model import Decoding
from dross.spans import ARTICLE, CHROME, SPAM
from training import decisions
from training.decisions import (
    fit_decoding,
    fit_named,
    fit_stretches,
    lowest_threshold,
    spam_thresholds,
    with_doubt,
)
from training.labelled import LabelledText, Mark
from training.stretches import place_labels
from training.units import label_units

if TYPE_CHECKING:
    from dross.model import Model

# score and size of a unit
units = st.lists(st.tuples(st.integers(0, 999), st.integers(0, 150)), max_size=20)


@given(units, st.integers(0, 400))
def test_the_lowest_threshold_loses_no_more_than_is_allowed(
    rows: list[tuple[int, int]], allowed: int
) -> None:
    scores = np.array([row[0] for row in rows]) / 1000
    sizes = np.array([row[1] for row in rows], int)

    found = lowest_threshold(scores, sizes, allowed)

    assert sizes[scores >= found].sum() <= allowed
    lower = scores[(scores < found) & (scores >= LEAST_SPAM)]
    if len(lower):
        assert sizes[scores >= lower.max()].sum() > allowed


WORDS = (
    *("the", "river", "rose", "by", "two", "metres", "mayor", "，。"),
    *("河水", "上涨", "slot", "bonus", "casino", "彩票", "free"),
)


@pytest.fixture
def pages() -> list[LabelledText]:
    """Give pages of lines drawn at random, some with spam at their end."""
    rng = np.random.default_rng(11)
    found = []
    for _ in range(80):
        text, marks = "", []
        for label in ("article", "article", "spam", "article"):
            start = len(text)
            text += " ".join(rng.choice(WORDS, int(rng.integers(3, 12))))
            marks.append(Mark(start, len(text), label))
            text += " " if rng.random() < 0.5 else "\n"
        found.append(LabelledText("page", text, tuple(marks)))
    return found


def with_rule(model: Model, **changes: object) -> Cleaner:
    phrase = replace(model.config.phrase, **changes)  # type: ignore[arg-type]
    return Cleaner(replace(model, config=replace(model.config, phrase=phrase)))


def in_stretches(
    cleaner: Cleaner, threshold: float, pages: list[LabelledText]
) -> tuple[int, int]:
    """Give spam and genuine characters in stretches above *threshold*."""
    read = cleaner.read([page.text for page in pages])
    runs, odds = cleaner.scored_stretches(read)
    whole = cleaner.unit_labels(read) == SPAM
    labels = place_labels(read, label_units(pages))
    inside = np.zeros(len(labels), bool)
    for start, end, unit in zip(runs.starts, runs.ends, runs.units, strict=True):
        likely = odds[runs.starts == start][0] > threshold
        inside[start:end] = likely and not whole[unit]
    return int((labels[inside] == SPAM).sum()), int((labels[inside] < SPAM).sum())


def genuine(cleaner: Cleaner, pages: list[LabelledText]) -> int:
    read = cleaner.read([page.text for page in pages])
    return int((place_labels(read, label_units(pages)) < SPAM).sum())


def test_the_rule_for_stretches_finds_most_of_those_that_may_be_lost_so_much(
    tiny_cleaner: Cleaner,
    pages: list[LabelledText],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decisions, "STRETCH_LOSS", 0.02)
    monkeypatch.setattr(decisions, "TOPIC_LOSS", 1.0)  # asks for nothing more
    model = tiny_cleaner.model

    found = fit_stretches(model, pages, pages[:9])

    allowed = 0.02 * genuine(tiny_cleaner, pages)
    own = with_rule(model, chain=found.chain)
    spam, lost = in_stretches(own, found.threshold, pages)
    assert 0 < lost <= allowed
    for least in decisions.LIKELY_PLACES:
        cleaner = with_rule(model, chain=replace(found.chain, least=least))
        for threshold in np.arange(decisions.LEAST_ODDS, 3, 0.5):
            other, loss = in_stretches(cleaner, threshold, pages)
            assert other <= spam or loss > allowed


def test_text_that_is_never_called_spam_binds_no_threshold(
    tiny_cleaner: Cleaner,
) -> None:
    # "the river rose", "the mayor thanked the firemen": Russian, in a Russian page
    lines = ("Река поднялась на два метра.", "Мэр поблагодарил пожарных.")
    text = "\n".join(lines * 20)
    page = LabelledText("page", text, (Mark(0, len(text), "article"),))
    config = tiny_cleaner.model.config
    # a model that takes everything for spam
    rule = replace(config.decoding, offsets=(0.0, 0.0, 9.0), doubt=0.0)
    model = replace(tiny_cleaner.model, config=replace(config, decoding=rule))
    read = Cleaner(model).read([text])
    odds = spam_odds(rule, read.posteriors, read.inside)

    assert read.at_home.all()
    assert odds.max() > LEAST_SPAM  # or this would show nothing
    assert spam_thresholds(model, [page], [0.0]) == [LEAST_SPAM]


def test_articles_on_the_topics_of_spam_lose_no_more_than_they_may(
    tiny_cleaner: Cleaner,
    pages: list[LabelledText],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decisions, "STRETCH_LOSS", 0.02)
    topics = pages[:40]
    losses = []
    for share in (1.0, 0.002):
        monkeypatch.setattr(decisions, "TOPIC_LOSS", share)
        found = fit_stretches(tiny_cleaner.model, pages, topics)
        own = with_rule(tiny_cleaner.model, chain=found.chain)
        _, lost = in_stretches(own, found.threshold, topics)
        assert lost <= share * genuine(tiny_cleaner, topics)
        losses.append(lost)
    assert losses[0] > losses[1]


def test_nets_that_are_twice_as_sure_of_article_as_they_should_be_are_believed_half(
    tiny_cleaner: Cleaner, pages: list[LabelledText], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    number = 6000
    odds, spam = rng.normal(0, 2, number), rng.normal(-1, 2, number)
    logits = np.stack([np.full(number, -np.log(2))] * 2 + [spam], axis=1)
    article = np.where(rng.random(number) < 1 / (1 + np.exp(-odds)), ARTICLE, CHROME)
    labels = np.where(rng.random(number) < 1 / (1 + np.exp(-spam)), SPAM, article)
    weights = np.ones(number, np.float32)

    def found(*_: object) -> tuple[np.ndarray, ...]:
        return logits, 2 * odds, labels, weights, np.arange(number) // 20

    monkeypatch.setattr("training.decisions._scores_of", found)
    rule = fit_decoding(tiny_cleaner.model, pages[:1])

    assert rule.article_temperature == pytest.approx(0.5, abs=0.05)
    assert rule.temperature == pytest.approx(1, abs=0.1)


def test_a_unit_is_as_likely_spam_as_the_nets_find_spam_inside() -> None:
    same = (0.0,) * 3
    flat = (same,) * 3
    rule = Decoding(
        1.0, 1.0, same, flat, 0.5, 1.0, 1.0, 0.05, 0.5, 0.5, 0.0, 1.0, doubt=3.0
    )
    chances = np.tile([0.1, 0.1, 0.8], (3, 1))

    found = spam_odds(rule, chances, np.array([1.0, 0.5, 0.0]))

    odds = np.log(found / (1 - found))
    assert np.allclose(odds, np.log(8) - np.array([0.0, 1.5, 3.0]))


def test_inside_is_the_share_of_a_unit_that_the_nets_find_likely_spam(
    tiny_cleaner: Cleaner, pages: list[LabelledText]
) -> None:
    read = tiny_cleaner.read([page.text for page in pages])
    odds = dict(zip(read.view.at.tolist(), read.odds.tolist(), strict=True))
    starts = read.features.starts.tolist()

    shares = []
    for start, end in pairwise(starts):
        places = range(start + 1, end - 1)  # a unit stands between two marks
        likely = sum(odds.get(place, -1.0) > 0 for place in places)
        shares.append(likely / max(len(places), 1))

    assert np.allclose(read.inside, shares)
    assert 0 < read.inside.mean() < 1


def test_a_model_without_doubt_looks_into_no_unit(
    tiny_cleaner: Cleaner, pages: list[LabelledText]
) -> None:
    """Training asks what such a model says before there are nets that look inside."""
    config = tiny_cleaner.model.config
    rule = replace(config.decoding, doubt=0.0)
    model = replace(tiny_cleaner.model, config=replace(config, decoding=rule))

    read = Cleaner(model).read([page.text for page in pages])

    assert not len(read.view.at)
    assert not read.inside.any()


def test_with_doubt_no_more_of_pages_or_topics_is_lost_than_allowed(
    tiny_cleaner: Cleaner,
    pages: list[LabelledText],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decisions, "DOUBT", 0.5)
    monkeypatch.setattr(decisions, "UNIT_LOSS", 0.05)
    monkeypatch.setattr(decisions, "TOPIC_LOSS", 0.02)
    topics = pages[:40]

    config = tiny_cleaner.model.config
    rule = replace(config.decoding, offsets=(0.5, -1.0, 1.5), spam_to_chrome=0.1)
    likelier = replace(tiny_cleaner.model, config=replace(config, decoding=rule))

    model = with_doubt(likelier, pages, topics)

    rule = model.config.decoding
    assert rule.doubt == 0.5
    for texts, allowed in ((pages, 0.05), (topics, 0.02)):
        read = Cleaner(model).read([page.text for page in texts])
        units = label_units(texts)
        article = units.pure & (units.labels == ARTICLE)
        size = (units.features.sizes - 2) * article
        odds = spam_odds(rule, read.posteriors, read.inside)
        assert size[odds >= 0.5].sum() > allowed * size.sum()
        assert size[odds >= rule.spam].sum() <= allowed * size.sum()


def test_naming_what_is_cut_anyway_calls_no_more_article_spam_than_allowed(
    tiny_cleaner: Cleaner,
    pages: list[LabelledText],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decisions, "NAMED_LOSS", 0.03)
    config = tiny_cleaner.model.config
    rule = replace(
        config.decoding,
        temperature=0.5,
        offsets=(0.5, -1.0, 0.5),
        named=1.0,
        spam=0.97,
        lowest=0.5,
        highest=0.9,
        highest_short=0.9,
    )
    model = replace(tiny_cleaner.model, config=replace(config, decoding=rule))

    named = fit_named(model, pages)

    def called_spam(named: float) -> int:
        chain = replace(rule, named=named)
        cleaner = Cleaner(replace(model, config=replace(config, decoding=chain)))
        units = label_units(pages)
        labels = cleaner.unit_labels(cleaner.read([page.text for page in pages]))
        own = units.pure & (units.labels == ARTICLE) & (labels == SPAM)
        return int((units.features.sizes - 2)[own].sum())

    units = label_units(pages)
    article = units.pure & (units.labels == ARTICLE)
    allowed = 0.03 * int((units.features.sizes - 2)[article].sum())
    assert 0.5 < named < rule.spam
    assert called_spam(named) - called_spam(1.0) <= allowed
    assert called_spam(named - 0.02) - called_spam(1.0) > 0
