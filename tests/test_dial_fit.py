"""The dial's curves: what is measured, and that it is what the cleaner does."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dross.cleaner import Cleaner, chinese
from dross.dial import LANGUAGES, NEVER, Dial, Point, Step
from training.dial import SHARES, Losses, curve, fit_dial, losses
from training.labelled import LabelledText, Mark
from training.outcome import confusion

if TYPE_CHECKING:
    from dross.model import Model

LINES = (
    ("Home | News | Sport", "chrome"),
    ("The river rose by two metres in one night, and the town was cleared.", "article"),
    ("赌场开户送彩金", "spam"),  # "casino account, bonus"
    ("一夜之间河水上涨两米，下城居民在中午之前全部撤离。", "article"),
    ("Copyright 2024 The Valley Courier", "chrome"),
    ("版权所有 山谷日报", "chrome"),  # "all rights reserved, Valley Daily"
    ("Nobody had seen it come so fast, said the mayor.", "article"),
)


def page(order: list[int]) -> LabelledText:
    text, marks = "", []
    for number in order:
        line, label = LINES[number]
        marks.append(Mark(len(text), len(text) + len(line), label))
        text += line + "\n"
    return LabelledText("page", text, tuple(marks))


@pytest.fixture
def pages() -> list[LabelledText]:
    """Give pages of these lines in many orders."""
    rng = np.random.default_rng(5)
    return [page(rng.permutation(len(LINES))[:5].tolist()) for _ in range(60)]


@pytest.fixture
def model(tiny_cleaner: Cleaner) -> Model:
    """Give the small model, less sure of itself: every share then cuts another part."""
    config = tiny_cleaner.model.config
    chain = replace(
        config.decoding,
        temperature=0.2,
        offsets=(0.5, 0.3, -1.0),
        lowest=0.5,
        highest=0.5,
        highest_short=0.5,
    )
    phrase = replace(config.phrase, threshold=2.0)
    config = replace(config, decoding=chain, phrase=phrase)
    return replace(tiny_cleaner.model, config=config)


def test_a_pages_loss_is_the_article_that_the_cleaner_removes(
    model: Model, pages: list[LabelledText]
) -> None:
    """At each setting, by the confusion of what it gives."""
    settings: list[tuple[float | None, str | None]] = [
        (None, None), (0.9, None), (1.0, None), (None, "strict"),
    ]  # fmt: skip
    for keep, preset in settings:
        cleaner = Cleaner(model, keep=keep, preset=preset)
        for text in pages:
            found = cleaner.read([text.text])
            point = cleaner.points["zh" if chinese(found).any() else "en"]
            table = confusion(text, cleaner.decide([text.text], found)[0])
            measured = losses(cleaner.model, [text], [point])

            assert measured.article.tolist() == [table[0].sum()]
            assert measured.lost.tolist() == [[table[0, 1:].sum()]]


def test_no_page_loses_more_at_a_smaller_share(
    model: Model, pages: list[LabelledText]
) -> None:
    usual = model.config.usual
    points = [Point(share, 1, usual.spam, usual.stretch) for share in SHARES]

    lost = losses(model, pages, points).lost

    assert (np.diff(lost, axis=1) >= 0).all()
    assert lost[:, -1].sum() > lost[:, 0].sum()


def test_the_loss_is_the_mean_over_pages_or_the_whole_whichever_is_greater() -> None:
    found = Losses(
        article=np.array([100, 300, 0, 50]),
        lost=np.array([[10, 0], [0, 90], [0, 0], [5, 5]]),
        chinese=np.array([False, False, False, True]),
    )
    english, chinese = found.shares("en"), found.shares("zh")

    assert english is not None
    assert english.tolist() == pytest.approx([0.05, 90 / 400])
    assert chinese is not None
    assert chinese.tolist() == pytest.approx([0.1, 0.1])


def test_a_language_without_pages_has_no_loss() -> None:
    none = Losses(np.array([9]), np.array([[0]]), np.array([False]))

    assert none.shares("zh") is None


def test_a_curve_rises_in_loss_and_keeps_the_greatest_share_of_each() -> None:
    points = [Point(share, 1, 0.9, 2.0) for share in (1e-4, 1e-3, 0.01, 0.1, 1.0)]
    found = curve(points, np.array([0.0, 0.002, 0.002, 0.02, 0.05]))

    assert found == (
        Step(0.0, 0.0, 1.0, NEVER),
        Step(0.002, 0.01, 0.9, 2.0),
        Step(0.02, 0.1, 0.9, 2.0),
        Step(0.05, 1.0, 0.9, 2.0),
    )


def test_the_fitted_dial_rises_in_loss_and_never_in_thresholds(
    model: Model, pages: list[LabelledText]
) -> None:
    dial = fit_dial(model, pages, pages)

    assert set(dial.curves) == set(LANGUAGES)
    for steps in dial.curves.values():
        for before, after in pairwise(steps):
            assert before.loss < after.loss
            assert before.share < after.share
            assert before.spam >= after.spam >= model.config.usual.spam
            assert before.stretch >= after.stretch >= model.config.usual.stretch
    assert max(map(len, dial.curves.values())) > 2
    assert dial.strict is not None
    assert dial.strict.spam <= model.config.usual.spam


def test_the_promise_holds_on_the_pages_that_it_was_measured_on(
    model: Model, pages: list[LabelledText]
) -> None:
    """At every measured loss, whatever else spam thresholds come from."""
    line = LINES[2][0]
    near_miss = LabelledText("near miss", line, (Mark(0, len(line), "article"),))
    dial = fit_dial(model, [*pages, near_miss], pages)
    for name in LANGUAGES:
        steps = dial.curves[name]
        points = [Point(s.share, 1, s.spam, s.stretch) for s in steps]
        measured = losses(model, pages, points).shares(name)

        assert measured is not None
        assert measured.tolist() == pytest.approx([s.loss for s in steps], abs=1e-6)


def test_texts_without_chrome_do_not_make_promises_cheap(
    model: Model, pages: list[LabelledText]
) -> None:
    line = LINES[1][0]
    genuine = LabelledText("law", line * 30, (Mark(0, 30 * len(line), "article"),))
    with_it = [*pages, genuine]
    alone, beside = (fit_dial(model, texts, texts) for texts in (pages, with_it))

    shares = [[s.share for s in dial.curves["en"]] for dial in (alone, beside)]
    assert shares[0] == shares[1]
    assert isinstance(alone, Dial)
