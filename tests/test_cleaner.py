"""Texts in, spans and kept text out: with a small random model, so for any text."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import dross
from dross import chars, copies, features
from dross.cleaner import (
    BATCH,
    MOSTLY,
    PARTLY,
    POSSIBLE,
    SHORT,
    WHOLLY,
    Cleaned,
    Cleaner,
    batches,
    labels_at,
    name_odds,
)
from dross.phrases import NARROW
from dross.spans import ARTICLE, CHROME, LABELS, SPAM, covered
from tests import oracles
from tests.oracles import UNSEEN, WIDE, odd_texts, of_all
from tests.oracles import batches as text_batches

if TYPE_CHECKING:
    from collections.abc import Sequence

# "Levees"; "the levees held", four times
SHORT_AND_LONG = ["Levees\n" + "Levees held. " * 4 + "\n堤坝\n" + "堤坝守住了。" * 4]
# The cleaner of the whole session holds no state: examples may share it.
shared = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def labels_by_character(cleaner: Cleaner, texts: Sequence[str]) -> list[list[str]]:
    """Give each character's label: its unit's, or spam where a stretch covers it."""
    batch = cleaner.read(texts)
    lines = batch.lines
    labels = cleaner.unit_labels(batch)
    stretches = cleaner.spam_stretches(batch, labels)
    labels, _ = cleaner.rest(batch, labels)
    found = np.repeat(labels, np.diff(lines.starts))
    offset = np.full((2, len(batch.features.stream)), -1)
    offset[0, batch.features.places] = batch.features.sources
    offset[1, batch.features.places] = batch.features.source_ends
    for start, end in zip(stretches.starts, stretches.ends, strict=True):
        found[offset[0, start] : offset[1, end - 1]] = SPAM
    names = [LABELS[label] for label in found.tolist()]
    page_starts = lines.page_starts.tolist()
    return [names[s:e] for s, e in pairwise(page_starts)]


def assert_tiles(text: str, page: Cleaned) -> None:
    ends = [0, *(span.end for span in page.spans)]

    assert [span.start for span in page.spans] == ends[:-1]
    assert ends[-1] == len(text)
    assert all(span.start < span.end for span in page.spans)
    assert all(span.label in LABELS for span in page.spans)
    assert all(0 <= span.probability <= 1 for span in page.spans)


@shared
@given(oracles.batches)
def test_spans_tile_any_text(tiny_cleaner: Cleaner, texts: list[str]) -> None:
    for text, page in zip(texts, tiny_cleaner.clean_all(texts), strict=True):
        assert_tiles(text, page)


@pytest.mark.parametrize(
    "text", [text for _, text in odd_texts()], ids=[label for label, _ in odd_texts()]
)
def test_spans_tile_odd_texts(tiny_cleaner: Cleaner, text: str) -> None:
    assert_tiles(text, tiny_cleaner(text))


@shared
@given(oracles.batches)
@example(["Casino Oslo\nby 24"])
def test_spans_are_units_and_the_stretches_in_them(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    expected = [
        [(label, len(list(run))) for label, run in groupby(labels)]
        for labels in labels_by_character(tiny_cleaner, texts)
    ]
    found = [
        [(span.label, span.end - span.start) for span in page.spans]
        for page in tiny_cleaner.clean_all(texts)
    ]

    assert found == expected


@shared
@given(oracles.batches)
def test_the_text_is_that_of_the_article_spans(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    for text, page in zip(texts, tiny_cleaner.clean_all(texts), strict=True):
        kept = [text[s.start : s.end] for s in page.spans if s.label == "article"]
        assert page.text == "".join(kept)


@shared
@given(oracles.batches)
def test_a_page_gives_the_same_result_alone_and_in_a_batch(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    assert tiny_cleaner.clean_all(texts) == [tiny_cleaner(text) for text in texts]


@shared
@given(oracles.batches)
def test_a_page_is_read_alike_alone_and_in_a_batch(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    """Bit for bit, before anything is rounded."""
    together = tiny_cleaner.read(texts)
    for page, text in enumerate(texts):
        alone = tiny_cleaner.read([text])
        rows = together.lines.pages == page
        assert together.known.logits[rows].tobytes() == alone.known.logits.tobytes()
        assert together.posteriors[rows].tobytes() == alone.posteriors.tobytes()
        assert together.inside[rows].tobytes() == alone.inside.tobytes()


def test_a_sign_that_folds_to_a_blank_is_no_spacing_between_two_pages(
    tiny_cleaner: Cleaner,
) -> None:
    texts = ["字" * 60 + " " * 121 + "\u00a8", "字" * 60]  # "character"

    together, alone = tiny_cleaner.read(texts), tiny_cleaner.read(texts[:1])

    rows = together.lines.pages == 0
    assert together.posteriors[rows].tobytes() == alone.posteriors.tobytes()


def test_odd_texts_give_the_same_results_alone_and_together(
    tiny_cleaner: Cleaner,
) -> None:
    texts = [text for _, text in odd_texts()]

    assert tiny_cleaner.clean_all(texts) == [tiny_cleaner(text) for text in texts]


@shared
@given(texts=text_batches)
def test_the_widths_of_a_page_are_those_of_its_spans(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    for text, page in zip(texts, tiny_cleaner.clean_all(texts), strict=True):
        expected = dict.fromkeys(LABELS, 0)
        for span in page.spans:
            points = chars.code_points(text[span.start : span.end])
            for kind in chars.classify(points).tolist():
                expected[span.label] += (kind not in UNSEEN) * (1 + (kind in WIDE))

        assert page.widths == expected


def test_every_label_and_verdict_occurs_with_the_small_model(
    tiny_cleaner: Cleaner,
) -> None:
    """Otherwise the tests above would show little."""
    texts = [text for _, text in odd_texts() if len(text) < 3000]
    results = tiny_cleaner.clean_all(
        [*texts, *("The river rose. " * n for n in range(40))]
    )

    assert {span.label for page in results for span in page.spans} == set(LABELS)
    assert {page.verdict for page in results} == {"clean", "repaired", "rejected"}
    assert any("\n" not in page.text and page.spans[1:] for page in results)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_stream_gives_the_same_in_the_same_order_with_any_number_of_workers(
    tiny_cleaner: Cleaner, jobs: int
) -> None:
    texts = [text for _, text in odd_texts() if len(text) < 50_000] * 2

    assert list(tiny_cleaner.stream(iter(texts), jobs)) == tiny_cleaner.clean_all(texts)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_empty_stream_gives_nothing(tiny_cleaner: Cleaner, jobs: int) -> None:
    assert list(tiny_cleaner.stream([], jobs)) == []


def test_a_batch_is_full_at_about_so_many_code_points() -> None:
    texts = ["x" * (BATCH // 4)] * 9 + ["", "y" * (3 * BATCH), "z"]
    found = list(batches(texts))

    assert [text for batch in found for text in batch] == texts
    assert [len(batch) for batch in found] == [4, 4, 3, 1]


def test_no_texts_have_no_results(tiny_cleaner: Cleaner) -> None:
    assert tiny_cleaner.clean_all([]) == []


def test_an_empty_text_has_no_spans(tiny_cleaner: Cleaner) -> None:
    page = tiny_cleaner("")

    assert (page.text, page.spans) == ("", ())


@pytest.mark.parametrize("value", [b"bytes", None, 7, ["text"]])
def test_what_is_not_text_is_refused_by_its_type(
    tiny_cleaner: Cleaner, value: object
) -> None:
    with pytest.raises(dross.TextError) as caught:
        tiny_cleaner.clean_all(["a text", value])  # type: ignore[list-item]

    assert f"text 1 is {type(value).__name__}, not str" in str(caught.value)
    assert isinstance(caught.value, TypeError)


def test_a_stream_refuses_what_is_not_text(tiny_cleaner: Cleaner) -> None:
    with pytest.raises(dross.TextError, match="is bytes, not str"):
        list(tiny_cleaner.stream([b"bytes"]))  # type: ignore[list-item]


def test_the_units_of_a_page_are_labelled_one_by_one(tiny_cleaner: Cleaner) -> None:
    batch = tiny_cleaner.read(["a\nb\nc", "", "d"])

    assert tiny_cleaner.unit_labels(batch).shape == (4,)
    assert set(tiny_cleaner.unit_labels(batch).tolist()) <= {ARTICLE, 1, SPAM}


@shared
@example(SHORT_AND_LONG, 0.1, 0.9)
@example(SHORT_AND_LONG, 0.9, 0.1)
@given(
    texts=text_batches,
    highest=st.sampled_from([0.1, 0.35, 0.9]),
    highest_short=st.sampled_from([0.1, 0.45, 0.9]),
)
def test_a_page_cuts_nothing_that_is_likelier_article_than_the_highest_cut(
    tiny_cleaner: Cleaner, texts: list[str], highest: float, highest_short: float
) -> None:
    rule = tiny_cleaner.model.config.decoding
    read = tiny_cleaner.read(texts)

    free, bound = (
        labels_at(
            replace(rule, highest=most, highest_short=short), read, tiny_cleaner.points
        )
        for most, short in ((1.0, 1.0), (highest, highest_short))
    )

    lines, bounds = read.lines, []
    for start, end in zip(lines.contents, lines.content_ends, strict=True):
        kinds = lines.classes[start:end].tolist()
        width = sum((kind not in UNSEEN) * (1 + (kind in WIDE)) for kind in kinds)
        bounds.append(highest_short if width < SHORT else highest)
    likely = read.posteriors[:, ARTICLE] >= np.array(bounds)
    assert not (likely & (bound == CHROME)).any()
    assert not ((free == ARTICLE) & (bound != ARTICLE)).any()
    assert not ((free != ARTICLE) & (bound == ARTICLE) & ~likely).any()


@shared
@example(SHORT_AND_LONG, 0.9, 0.0)
@given(
    texts=text_batches,
    little=st.sampled_from([0.0, 0.3, 0.6, 1.1]),
    highest=st.sampled_from([0.0, 0.1, 0.35]),
)
def test_a_page_with_next_to_no_chrome_has_a_bound_of_its_own(
    tiny_cleaner: Cleaner, texts: list[str], little: float, highest: float
) -> None:
    rule = replace(tiny_cleaner.model.config.decoding, lowest=0.0)
    read = tiny_cleaner.read(texts)

    before, found = (
        labels_at(own, read, tiny_cleaner.points)
        for own in (rule, replace(rule, little=little, highest_little=highest))
    )

    lines = read.lines
    sizes = [
        max(end - start, 1)
        for start, end in zip(lines.contents, lines.content_ends, strict=True)
    ]
    for page in range(len(texts)):
        units = np.flatnonzero(lines.pages == page).tolist()
        chrome = sum(sizes[unit] * read.posteriors[unit, CHROME] for unit in units)
        clean = chrome < little * sum(sizes[unit] for unit in units)
        for unit in units:
            back = clean and read.posteriors[unit, ARTICLE] >= highest
            assert found[unit] == before[unit] or back
            assert not (back and found[unit] == CHROME)


@given(oracles.batches)
def test_naming_what_is_cut_anyway_cuts_nothing_more(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    config = tiny_cleaner.model.config
    labels = {}
    for named in (1.0, 0.3):
        rule = replace(config.decoding, named=named)
        cleaner = Cleaner(
            replace(tiny_cleaner.model, config=replace(config, decoding=rule))
        )
        labels[named] = cleaner.unit_labels(cleaner.read(texts))

    changed = labels[1.0] != labels[0.3]
    assert set(labels[1.0][changed].tolist()) <= {CHROME}
    assert set(labels[0.3][changed].tolist()) <= {SPAM}


@pytest.mark.parametrize("named", [0.3, 0.9])
@shared
@given(seed=st.integers(0, 2**32 - 1))
def test_a_dial_that_asks_for_more_evidence_calls_no_other_unit_spam(
    tiny_cleaner: Cleaner, named: float, seed: int
) -> None:
    read = tiny_cleaner.read(["Boats\n" * 40, "船\n" * 40])
    rng = np.random.default_rng(seed)
    number = len(read.posteriors)
    chances = rng.dirichlet([1.0] * len(LABELS), number)
    batch = replace(read, posteriors=chances, inside=rng.random(number))
    rule = replace(tiny_cleaner.model.config.decoding, named=named)
    usual = tiny_cleaner.points

    called = []
    for spam in (rule.spam, 0.65, 0.8, 0.95):
        points = {name: replace(point, spam=spam) for name, point in usual.items()}
        called.append(labels_at(rule, batch, points) == SPAM)

    for before, after in pairwise(called):
        assert not (after & ~before).any()


@shared
@given(texts=text_batches, seed=st.integers(0, 2**32 - 1))
def test_a_unit_that_is_spam_in_part_loses_what_may_be_spam_and_no_more(
    tiny_cleaner: Cleaner, texts: list[str], seed: int
) -> None:
    read = tiny_cleaner.read(texts)
    rng = np.random.default_rng(seed)
    number, unit = len(read.posteriors), read.known.unit
    view = of_all(read.known)
    odds = rng.choice([POSSIBLE - 1, POSSIBLE + 1], len(view.at), p=[0.3, 0.7])
    may_be = odds > POSSIBLE
    places = np.maximum(read.features.sizes - 2, 1)
    possible = np.bincount(unit[view.at], may_be, number) / places
    chances = rng.dirichlet([0.5] * len(LABELS), number)
    labels = rng.integers(0, len(LABELS), number)
    batch = replace(read, posteriors=chances, view=view, odds=odds, possible=possible)

    stretches = tiny_cleaner.spam_stretches(batch, labels)
    rest, chance = tiny_cleaner.rest(batch, labels)

    cut = np.zeros(len(unit), bool)
    for start, end in zip(stretches.starts, stretches.ends, strict=True):
        cut[start:end] = True
    # copies decide on their places and on those that are just beside them
    starts, ends, _ = copies.strings(read.known, read.known.pages)
    first = np.maximum(starts - copies.OVERHANG, 0)
    last = np.minimum(ends + copies.OVERHANG, len(unit))
    free = ~covered(len(unit), first, last)
    for one in range(number):
        own = may_be[unit[view.at] == one]
        if labels[one] == SPAM and PARTLY <= possible[one] < 1:
            assert rest[one] in {ARTICLE, CHROME}
            # edges inside Han text move to where words end
            if not features.HAN.take(read.features.classes[unit == one]).any():
                expected: list[bool] = []
                for likely, run in groupby(own.tolist()):
                    size = len(list(run))
                    expected += [likely and size >= NARROW] * size
                at = view.at[unit[view.at] == one]
                assert (cut[at] == expected)[free[at]].all()
            article, chrome, _ = chances[one]
            share = (article, chrome)[rest[one]] / (article + chrome)
            assert chance[one] == pytest.approx(share)
        else:
            assert rest[one] == labels[one]
            assert chance[one] == chances[one, labels[one]]
            if labels[one] == SPAM:
                assert not cut[unit == one].any()


def test_nothing_is_spam_in_a_unit_that_is_at_home(tiny_cleaner: Cleaner) -> None:
    read = tiny_cleaner.read(["cheap watches online\ncheap watches online\n"])
    view = of_all(read.known)
    batch = replace(read, view=view, odds=np.full(len(view.at), 9.0))
    labels = np.array([ARTICLE, ARTICLE])
    home = np.array([False, True])

    found = tiny_cleaner.spam_stretches(replace(batch, at_home=home), labels)

    assert found.units.tolist() == [0]
    assert set(tiny_cleaner.spam_stretches(batch, labels).units.tolist()) == {0, 1}


@shared
@given(texts=text_batches, seed=st.integers(0, 2**32 - 1))
def test_what_is_cut_of_a_line_is_named_as_one(
    tiny_cleaner: Cleaner, texts: list[str], seed: int
) -> None:
    read = tiny_cleaner.read(texts)
    rng = np.random.default_rng(seed)
    number = len(read.posteriors)
    chances = rng.dirichlet([0.3] * len(LABELS), number)
    cut = rng.random(number) < 0.5
    inside, possible = rng.random(number), rng.choice([0.8, 0.9, 1.0], number)
    lines: list[list[int]] = []
    for unit, head in enumerate(read.lines.heads.tolist()):
        if head:
            lines.append([])
        lines[-1].append(unit)

    found = name_odds(
        replace(read, posteriors=chances, inside=inside, possible=possible), cut
    )

    for line in lines:
        own = [unit for unit in line if cut[unit]]
        sizes = read.features.sizes[own]
        spam, chrome = (
            float((chances[own, label] * sizes).sum()) for label in (SPAM, CHROME)
        )
        for unit in line:
            article, _, of_spam = chances[unit]
            likely = of_spam >= chances[unit, CHROME]
            mostly = inside[unit] > MOSTLY and possible[unit] >= WHOLLY
            wins = of_spam >= chances[unit, CHROME] and of_spam > article
            if unit in own and mostly and wins:
                assert found[unit] == 1
            elif unit in own and (likely or spam >= chrome):
                assert found[unit] == pytest.approx(of_spam / (of_spam + article))
            else:
                assert found[unit] == -1


RUSSIAN = "Трамвай снова ходит по мосту\n"  # the tram runs over the bridge again
KANA = "きょうは電車が橋をわたる\n"  # today the tram runs over the bridge
ENGLISH = "The tram runs over the bridge again, and people are glad.\n"
HAN = "电车重新开过大桥，沿河的居民都很高兴。\n"  # the same; people are glad


@pytest.mark.parametrize(
    ("text", "looked_into"),
    [
        (RUSSIAN * 6, []),
        (RUSSIAN * 6 + HAN, [HAN]),
        # more Han than Cyrillic: a Chinese page with a Russian list
        (HAN * 9 + RUSSIAN * 5, [HAN] * 9 + [RUSSIAN] * 5),
        # more Cyrillic, none of it in sentences: a Chinese page with a longer list
        (HAN * 3 + RUSSIAN * 9, [HAN] * 3 + [RUSSIAN] * 9),
        (HAN * 3 + RUSSIAN.replace("\n", ".\n") * 9, [HAN] * 3),
        # a short article above a list of fifteen times its length
        (HAN * 3 + RUSSIAN * 30, [HAN] * 3 + [RUSSIAN] * 30),
        # as many sentences of either, and Chinese ones are shorter
        (
            HAN * 9 + RUSSIAN.replace("\n", ".\n") * 9,
            [HAN] * 9 + [RUSSIAN.replace("\n", ".\n")] * 9,
        ),
        (HAN * 3 + KANA * 9, [HAN] * 3 + [KANA] * 9),
        (HAN + KANA.replace("\n", "。\n") * 9, [HAN]),
        (HAN, [HAN]),
        # a weblog whose comments are a list in Russian, as long as all the rest
        (ENGLISH * 6 + RUSSIAN * 9, [ENGLISH] * 6 + [RUSSIAN] * 9),
        (ENGLISH + RUSSIAN * 9, [ENGLISH]),
        (ENGLISH * 6 + RUSSIAN.replace("\n", ".\n") * 15, [ENGLISH] * 6),
        (ENGLISH * 6 + KANA * 15, [ENGLISH] * 6 + [KANA] * 15),
        (ENGLISH * 6 + KANA.replace("\n", "。\n") * 30, [ENGLISH] * 6),
    ],
    ids=[
        "Russian",
        "Russian, a line of Chinese",
        "Chinese, a Russian list",
        "Chinese, a longer Russian list",
        "Russian sentences, fewer Chinese ones",
        "Chinese, a much longer Russian list",
        "Chinese sentences, as many Russian ones",
        "Chinese, a longer Japanese list",
        "Japanese sentences, one without kana",
        "Chinese",
        "English, a Russian list",
        "Russian, a line of English",
        "Russian sentences, fewer English ones",
        "English, a Japanese list",
        "Japanese sentences, fewer English ones",
    ],
)
def test_no_page_is_looked_into_for_what_it_is_written_in(
    tiny_cleaner: Cleaner, text: str, looked_into: list[str]
) -> None:
    batch = tiny_cleaner.read([text])

    chosen = ~batch.at_home

    bounds = batch.lines.starts[:-1][chosen]
    units = [text[s:e] for s, e in zip(bounds, batch.lines.starts[1:][chosen],
                                       strict=True)]  # fmt: skip
    assert units == looked_into
