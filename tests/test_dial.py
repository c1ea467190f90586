"""The dial: what is asked for, what is kept for it, and what cannot be asked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dross
from dross.cleaner import Cleaner, chinese, open_cleaner
from dross.decode import FINE_PARTS
from dross.dial import LANGUAGES, PRESETS, Dial, Point, points
from dross.spans import ARTICLE
from tests import oracles
from tests.conftest import TINY_DIAL
from tests.oracles import odd_texts

if TYPE_CHECKING:
    from dross.cleaner import Cleaned

shared = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
USUAL = Point(share=1.0, precision=1, spam=0.6, stretch=0.0)
keeps = st.sampled_from([0.0, 0.5, 0.9, 0.999, 0.9999, 1.0]) | st.floats(0, 1)
dials = st.sampled_from([Dial(), TINY_DIAL])


def set_to(
    cleaner: Cleaner, keep: float | None = None, preset: str | None = None
) -> Cleaner:
    return Cleaner(cleaner.model, cleaner.folder, keep=keep, preset=preset)


def kept_places(page: Cleaned) -> set[int]:
    return {
        place
        for span in page.spans
        if span.label == "article"
        for place in range(span.start, span.end)
    }


@given(dials, keeps, keeps)
def test_a_higher_keep_allows_less_and_asks_for_more_evidence_of_spam(
    dial: Dial, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    for language in LANGUAGES:
        less = points(dial, USUAL, low)[language]
        more = points(dial, USUAL, high)[language]

        assert more.share <= less.share <= USUAL.share
        assert more.spam >= less.spam >= USUAL.spam
        assert more.stretch >= less.stretch >= USUAL.stretch


@shared
@given(oracles.batches, keeps, keeps)
def test_a_higher_keep_never_keeps_less_text(
    tiny_cleaner: Cleaner, texts: list[str], one: float, other: float
) -> None:
    low, high = sorted((one, other))
    less = set_to(tiny_cleaner, low).clean_all(texts)
    more = set_to(tiny_cleaner, high).clean_all(texts)

    for few, many in zip(less, more, strict=True):
        assert kept_places(few) <= kept_places(many)


@shared
@given(oracles.batches)
def test_each_preset_keeps_what_the_stricter_one_keeps(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    strict, balanced, cautious, everything = (
        [kept_places(page) for page in set_to(tiny_cleaner, *asked).clean_all(texts)]
        for asked in ((None, "strict"), (None, None), (None, "cautious"), (1.0, None))
    )

    for page in range(len(texts)):
        assert strict[page] <= balanced[page] <= cautious[page] <= everything[page]


def test_the_settings_differ_on_some_text(tiny_cleaner: Cleaner) -> None:
    """Otherwise the tests above would show little."""
    texts = [text for _, text in odd_texts() if len(text) < 3000]
    kept = [
        sum(map(len, (p.text for p in set_to(tiny_cleaner, *asked).clean_all(texts))))
        for asked in ((None, "strict"), (None, None), (None, "cautious"), (1.0, None))
    ]

    assert kept == sorted(set(kept))


@shared
@given(oracles.batches, st.sampled_from([(0.97, None), (None, "strict")]))
def test_spans_tile_the_page_at_any_setting_alone_and_in_a_batch(
    tiny_cleaner: Cleaner, texts: list[str], asked: tuple[float | None, str | None]
) -> None:
    cleaner = set_to(tiny_cleaner, *asked)
    pages = cleaner.clean_all(texts)

    assert pages == [cleaner(text) for text in texts]
    for text, page in zip(texts, pages, strict=True):
        assert "".join(text[s.start : s.end] for s in page.spans) == text
        assert [s.start for s in page.spans[1:]] == [s.end for s in page.spans[:-1]]


@shared
@given(oracles.batches)
def test_keep_1_cuts_nothing_that_has_any_chance(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    """A chance is one in FINE_PARTS, some four billion."""
    cleaner = set_to(tiny_cleaner, 1.0)
    batch = cleaner.read(texts)
    labels = cleaner.unit_labels(batch)
    likely = batch.posteriors[:, ARTICLE] * FINE_PARTS >= 1

    assert (labels[likely] == ARTICLE).all()
    assert not len(cleaner.spam_stretches(batch, labels).units)


@shared
@given(oracles.batches)
def test_keep_0_and_balanced_are_the_default(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    expected = tiny_cleaner.clean_all(texts)

    assert set_to(tiny_cleaner, 0.0).clean_all(texts) == expected
    assert set_to(tiny_cleaner, preset="balanced").clean_all(texts) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_measured_is_what_is_looked_up(language: str) -> None:
    for step in TINY_DIAL.curves[language]:
        found = points(TINY_DIAL, USUAL, 1 - step.loss)[language]

        assert found.share == pytest.approx(step.share)
        assert found.spam == pytest.approx(step.spam)


def test_between_two_measured_losses_the_share_is_between_theirs() -> None:
    found = points(TINY_DIAL, USUAL, 1 - (0.01 + 0.1) / 2)["en"]

    assert found.share == pytest.approx((0.01 + 0.1) / 2)


def test_the_cautious_preset_is_a_keep() -> None:
    cautious = points(TINY_DIAL, USUAL, preset="cautious")

    assert cautious == points(TINY_DIAL, USUAL, TINY_DIAL.cautious)


def test_without_curves_probabilities_are_taken_at_their_word() -> None:
    for keep in (0.9999, 0.99, 0.5):
        found = points(Dial(), USUAL, keep)

        assert found["en"] == found["zh"]
        assert found["en"].share == pytest.approx(1 - keep)


def test_a_page_goes_by_the_curve_of_its_script(tiny_cleaner: Cleaner) -> None:
    texts = [
        "The river rose by two metres.\nHome",
        "一夜之间河水上涨两米。\nNginx 1.24",  # overnight the river rose by two metres
        "Flights from Beijing (北京) to Oslo, daily",
        "Река поднялась на два метра",  # the river rose by two metres
        "12 34",
        "",
    ]
    batch = tiny_cleaner.read(texts)
    pages = batch.lines.pages.tolist()
    found = dict(zip(pages, chinese(batch).tolist(), strict=True))

    assert found == {0: False, 1: True, 2: False, 3: False, 4: False}
    assert len(set(zip(pages, chinese(batch).tolist(), strict=True))) == len(found)


@pytest.mark.parametrize("keep", [-0.1, 1.5, math.nan, math.inf, "0.999", [0.9]])
def test_what_is_no_share_is_refused_with_what_would_work(keep: float) -> None:
    with pytest.raises(dross.SettingError) as caught:
        points(TINY_DIAL, USUAL, keep)

    assert f"keep is {keep!r}" in str(caught.value)
    assert "from 0 to 1, such as 0.999" in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_an_unknown_preset_is_refused_with_those_there_are(
    tiny_cleaner: Cleaner,
) -> None:
    with pytest.raises(dross.SettingError) as caught:
        Cleaner(tiny_cleaner.model, preset="lax")

    assert "'lax'" in str(caught.value)
    assert all(preset in str(caught.value) for preset in PRESETS)


def test_keep_and_preset_together_are_refused(tiny_cleaner: Cleaner) -> None:
    assert tiny_cleaner.folder is not None
    with pytest.raises(dross.SettingError, match="give one of them"):
        dross.load(tiny_cleaner.folder, keep=0.9, preset="strict")


def test_a_share_may_be_a_numpy_number() -> None:
    assert points(TINY_DIAL, USUAL, np.float64(0.99)) == points(TINY_DIAL, USUAL, 0.99)


def test_cleaners_of_several_settings_share_one_model(tiny_cleaner: Cleaner) -> None:
    folder = tiny_cleaner.folder
    assert folder is not None
    kept = dross.load(folder, keep=0.99)

    assert kept is dross.load(folder, keep=0.99)
    assert kept.model is dross.load(folder).model


@pytest.mark.parametrize("asked", [(0.99, None), (None, "strict")])
def test_workers_are_set_as_the_cleaner_is(
    tiny_cleaner: Cleaner, asked: tuple[float | None, str | None]
) -> None:
    assert tiny_cleaner.folder is not None
    cleaner = open_cleaner(tiny_cleaner.folder, *asked)
    texts = [text for _, text in odd_texts() if len(text) < 20_000]
    expected = cleaner.clean_all(texts)

    assert list(cleaner.stream(iter(texts), jobs=2)) == expected
    assert expected != tiny_cleaner.clean_all(texts)
