"""What is known of places, against plain loops over one place at a time."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dross import chars, network, places
from dross.context import log_steps
from dross.features import HAN, ORDERS, TOP
from dross.places import (
    COLD,
    HEADS,
    LEAST_COPY,
    LESS,
    LONG,
    MOST_COPY,
    REACH,
    SHORT,
    STEP,
    SURE,
    View,
    with_copies,
)
from tests.oracles import batches, of_all, slow_kinship, slow_topic

if TYPE_CHECKING:
    from dross.cleaner import Cleaner
    from dross.places import Known


def every(cleaner: Cleaner, texts: list[str]) -> Known:
    """Give what is known of all units of *texts*."""
    return cleaner.read(texts).known


def unit_places(known: Known, unit: int) -> range:
    """Give the places of a unit without its marks."""
    starts = known.features.starts
    return range(int(starts[unit]) + 1, int(starts[unit + 1]) - 1)


@settings(max_examples=50)
@given(texts=batches)
def test_places_near_those_that_pass_the_gate_are_looked_at(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    known = every(tiny_cleaner, texts)
    chosen = np.arange(len(known.pages)) % 3 > 0
    expected: set[int] = set()
    some = []
    for unit in np.flatnonzero(chosen).tolist():
        some += list(unit_places(known, unit))[::STEP]
    model = tiny_cleaner.model
    view = places.sampled(known, chosen)
    logits = network.run(model.gate, places.gate_columns(view))[1][:, 0]
    least = float(np.median(logits)) if some else 0.0
    for place, logit in zip(some, logits.tolist(), strict=True):
        if logit >= least:
            own = unit_places(known, int(known.unit[place]))
            expected.update(
                other
                for other in range(place - REACH, place + REACH + STEP)
                if other in own
            )

    assert view.at.tolist() == some
    assert places.looked_at(view, model.gate, least).at.tolist() == sorted(expected)


def capital(known: Known, place: int) -> bool:
    """Tell whether a word with a capital starts at *place*."""
    classes = known.features.classes.tolist()
    inside = {chars.LOWER, chars.UPPER, chars.DIGIT}
    return classes[place] == chars.UPPER and classes[place - 1] not in inside


@settings(max_examples=50)
@given(texts=batches)
def test_columns_are_sums_over_windows_in_the_unit(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    known = every(tiny_cleaner, texts)
    view = of_all(known)
    columns = places.columns(view)

    assert columns.shape == (len(view.at), len(places.NAMES))
    rarity, only, odds = known.words
    for place, row in zip(view.at.tolist(), columns.tolist(), strict=True):
        named = dict(zip(places.NAMES, row, strict=True))
        own = unit_places(known, int(known.unit[place]))
        for size in (4, 16):
            sides = {
                "before": [p for p in range(place - size, place) if p in own],
                "after": [p for p in range(place, place + size) if p in own],
            }
            for side, window in sides.items():
                for head in HEADS:
                    total = sum(int(known.heads[head][p]) for p in window)
                    expected = np.floor(total / (4 * np.sqrt(ORDERS) * np.sqrt(size)))
                    found = named[f"{head}, {size} {side}"]
                    assert abs(found - np.clip(expected, -TOP, TOP)) <= 1
                for field, values in (
                    ("only here", only),
                    ("clash", known.clash),
                    ("word odds", odds),
                ):
                    total = sum(int(values[p]) for p in window)
                    assert named[f"{field}, {size} {side}"] == total // size
        for size in (8, 24):
            for name, around in (
                ("before", range(place - size, place)),
                ("after", range(place, place + size)),
            ):
                total = sum(capital(known, p) for p in around if p in own)
                expected = min(6 * TOP * total // size, TOP)
                assert named[f"capitals, {size} {name}"] == expected
        assert named["seam, +0"] == np.clip(known.gaps[place] // 4, -TOP, TOP)
        assert (only[place] == rarity[place]) or (only[place] == 0)


@settings(max_examples=50)
@given(texts=batches)
def test_words_around_a_place_are_kin_to_the_rest_of_unit_and_page(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    known = every(tiny_cleaner, texts)
    view = of_all(known)
    columns = places.columns(view)
    starts = known.features.starts.tolist()

    def about(low: int, high: int) -> list[int]:
        return slow_topic(known.features, low, high)

    # a few places of each page: the loop goes over all words for each
    for row in range(0, len(view.at), max(len(view.at) // 12, 1)):
        place = int(view.at[row])
        named = dict(zip(places.NAMES, columns[row].tolist(), strict=True))
        unit = int(known.unit[place])
        of_page = np.flatnonzero(known.pages == known.pages[unit])
        wholes = {
            "unit": about(starts[unit], starts[unit + 1]),
            "page": about(starts[of_page[0]], starts[of_page[-1] + 1]),
        }
        first, last = starts[unit] + 1, starts[unit + 1] - 1
        for size in places.TOPIC_WINDOWS:
            sides = {
                "before": about(max(place - size, first), place),
                "after": about(place, min(place + size, last)),
            }
            for (side, own), (of, whole) in product(sides.items(), wholes.items()):
                rest = [a - b for a, b in zip(whole, own, strict=True)]
                expected = slow_kinship(own, rest)
                assert named[f"kin to {of}, {size} {side}"] == expected
            both = slow_kinship(sides["before"], sides["after"])
            assert named[f"kin of both sides, {size}"] == both


@settings(max_examples=50)
@given(texts=batches)
def test_copies_are_the_same_characters_elsewhere_in_the_page(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    known = every(tiny_cleaner, texts)
    stream = known.features.stream.tolist()
    for size, copies in zip((SHORT, LONG), known.copies, strict=True):
        for place in of_all(known).at.tolist():
            own = tuple(stream[max(place - size + 1, 0) : place + 1])
            inside = place - known.features.starts[known.unit[place]] >= size
            others = sum(
                tuple(stream[max(p - size + 1, 0) : p + 1]) == own
                for p in range(len(stream))
                if p != place and known.page[p] == known.page[place]
            )
            assert copies[place] == min(others, places.MOST_RETURNS) * inside


@settings(max_examples=50)
@given(texts=batches, seed=st.integers(0, 2**32 - 1))
def test_the_second_net_sees_what_the_first_made_of_places_around_and_of_copies(
    tiny_cleaner: Cleaner, texts: list[str], seed: int
) -> None:
    known = every(tiny_cleaner, texts)
    rng = np.random.default_rng(seed)
    before = of_all(known)
    number = len(before.at)
    logits = rng.normal(-4, 3, number)
    hidden = rng.integers(0, 1024, (number, 8)).astype(np.float32)

    view = places.looked_at_again(before, logits)
    columns = places.second_columns(view, before, hidden, logits)

    assert columns.shape == (len(view.at), 8 + len(places.SECOND_NAMES))
    odds = dict(zip(before.at.tolist(), np.floor(16 * logits).tolist(), strict=True))
    stream = known.features.stream.tolist()
    for place, row in zip(view.at.tolist(), columns.tolist(), strict=True):
        named = dict(zip(places.SECOND_NAMES, row[8:], strict=True))
        own = unit_places(known, int(known.unit[place]))
        assert any(
            odds[p] >= 16 * places.MAY_BE
            for p in range(place - places.REACH_AGAIN, place + places.REACH_AGAIN + 1)
            if p in own
        )
        for distance in places.NEIGHBOURS:
            value = odds[place + distance] if place + distance in own else COLD
            assert named[f"odds, {distance:+}"] == np.clip(value, -TOP, TOP)
        gram = stream[max(place - SHORT + 1, 0) : place + 1]
        others = [
            max(-TOP, min(TOP, odds.get(p, COLD)))
            for p in range(len(stream))
            if p != place
            and known.page[p] == known.page[place]
            and stream[max(p - SHORT + 1, 0) : p + 1] == gram
        ]
        if place - known.features.starts[known.unit[place]] < SHORT or not others:
            assert named["short ends, their odds"] == COLD
        else:
            assert named["short ends, their odds"] == sum(others) // len(others)


def segments_of(known: Known, name: str) -> list[list[int]]:
    """Give the places of each segment, one after the other."""
    kinds = places.SEGMENTS[name]
    segments: list[list[int]] = []
    last = None
    for place, char in enumerate(known.features.classes.tolist()):
        number = next((n for n, members in enumerate(kinds) if char in members), None)
        own = (number, int(known.unit[place]))
        if own != last:
            segments.append([])
        segments[-1].append(place)
        last = own
    return segments


@settings(max_examples=50)
@given(texts=batches, seed=st.integers(0, 2**32 - 1))
def test_the_third_net_sees_words_and_the_items_of_lists(
    tiny_cleaner: Cleaner, texts: list[str], seed: int
) -> None:
    known = every(tiny_cleaner, texts)
    rng = np.random.default_rng(seed)
    view = of_all(known)
    logits = rng.normal(-4, 3, len(view.at))
    hidden = rng.integers(0, 1024, (len(view.at), 8)).astype(np.float32)

    columns = places.third_columns(view, hidden, logits)

    assert columns.shape == (len(view.at), 8 + len(places.THIRD_NAMES))
    second = places.second_columns(view, view, hidden, logits)
    assert np.array_equal(columns[:, : second.shape[1]], second)
    odds = np.full(len(known.unit), COLD)
    odds[view.at] = np.clip(np.floor(16 * logits), -TOP, TOP)
    for name in places.SEGMENTS:
        segments = segments_of(known, name)
        means = [int(odds[segment].sum() // len(segment)) for segment in segments]
        home = {place: n for n, segment in enumerate(segments) for place in segment}
        for place, row in zip(view.at.tolist(), columns.tolist(), strict=True):
            named = dict(zip(places.THIRD_NAMES, row[8:], strict=True))
            own = home[place]
            assert named[f"{name}'s odds"] == means[own]
            assert named[f"{name}'s length"] == log_steps(np.array(len(segments[own])))
            for side, step in (("before", -2), ("after", 2)):
                other = own + step
                there = (
                    0 <= other < len(segments)
                    and known.unit[segments[other][0]] == known.unit[place]
                )
                expected = means[other] if there else COLD
                assert named[f"{name} {side}, odds"] == expected


@settings(max_examples=50)
@given(texts=batches)
def test_a_page_has_the_same_columns_alone_and_in_a_batch(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    together = places.columns(of_all(every(tiny_cleaner, texts)))
    alone = [places.columns(of_all(every(tiny_cleaner, [text]))) for text in texts]

    none = np.zeros((0, len(places.NAMES)), np.int8)
    assert np.array_equal(together, np.concatenate([none, *alone]))


def copies_of_sure_spam(known: Known, own: list[float]) -> dict[int, float]:
    """Give what the places of copies have, one n-gram at a time."""
    han = HAN.take(known.features.classes).tolist()
    marks = set((known.features.starts[:-1]).tolist())
    marks |= set((known.features.starts[1:] - 1).tolist())
    stream, page = known.features.stream.tolist(), known.page.tolist()
    copied: dict[int, float] = {}
    for reach in (SHORT, LONG):
        groups: dict[tuple[int, ...], list[range]] = {}
        for start in range(len(own) - reach + 1):
            within = range(start, start + reach)
            told = reach == LONG or all(han[place] for place in within)
            if told and not marks & set(within):
                key = (page[start], *stream[start : start + reach])
                groups.setdefault(key, []).append(within)
        for grams in groups.values():
            mean = [sum(own[place] for place in within) / reach for within in grams]
            best = max(mean)
            for within, value in zip(grams, mean, strict=True):
                if best >= SURE and value < best - LESS:
                    for place in within:
                        copied[place] = max(copied.get(place, -99.0), best - LESS)
    return copied


def slow_copies(view: View, odds: list[float]) -> dict[int, float]:
    """Give the places that may be spam, and their log odds, place by place."""
    own = [COLD / 16] * len(view.known.unit)
    found = dict(zip(view.at.tolist(), odds, strict=True))
    for place, value in found.items():
        own[place] = value
    copied = copies_of_sure_spam(view.known, own)
    han = HAN.take(view.known.features.classes).tolist()
    raised = [place for place in sorted(copied) if copied[place] > own[place]]
    while raised:
        run = [raised.pop(0)]
        while raised and raised[0] == run[-1] + 1:
            run.append(raised.pop(0))
        unit = view.known.unit[run[0]]
        inside = int(np.count_nonzero(view.known.unit == unit)) - 2  # no marks
        if (
            sum(4 if han[place] else 1 for place in run) >= LEAST_COPY
            and len(run) <= MOST_COPY * inside
        ):
            found |= {place: copied[place] for place in run}
    return dict(sorted(found.items()))


PHRASES = ("cheap watches online now", "快乐彩票注册", "rose", "the river ")


@settings(max_examples=60)
@given(
    texts=st.lists(
        st.lists(st.sampled_from((*PHRASES, "a", " of ", "水", "\n")), max_size=9).map(
            "".join
        ),
        max_size=3,
    ),
    seed=st.integers(0, 2**32 - 1),
)
def test_copies_of_sure_spam_are_likely_spam(
    tiny_cleaner: Cleaner, texts: list[str], seed: int
) -> None:
    known = every(tiny_cleaner, texts)  # quick lottery sign-up; water
    inside = of_all(known).at
    rng = np.random.default_rng(seed)
    # whole numbers of quarters, so that the plain loop's sums are exact, too
    level = np.repeat(rng.choice([-3.0, 4.0], len(inside) // 12 + 1), 12)
    odds = level[: len(inside)] + rng.integers(-4, 5, len(inside)) / 4
    chosen = np.repeat(rng.random(len(inside) // 9 + 1) < 0.7, 9)[: len(inside)]
    view = View(known, inside[chosen])

    found, values = with_copies(view, odds[chosen])

    expected = slow_copies(view, odds[chosen].tolist())
    assert found.at.tolist() == list(expected)
    assert np.allclose(values, list(expected.values()), atol=1e-4)


def test_a_phrase_that_is_spam_once_is_spam_again_and_a_word_is_not(
    tiny_cleaner: Cleaner,
) -> None:
    phrase, word = "cheap watches online", " following"
    text = f"{phrase}. The river, {phrase}, rose{word} by two{word} metres"
    known = every(tiny_cleaner, [text])
    inside = of_all(known).at
    odds = np.full(len(inside), -3.0)
    for sure in (phrase, word):
        start = text.index(sure)
        odds[start : start + len(sure)] = 6.0
    view = View(known, inside)

    found, values = with_copies(view, odds)

    again = text.rindex(phrase)
    assert found.at.tolist() == inside.tolist()
    assert values[again : again + len(phrase)].tolist() == [4.0] * len(phrase)
    others = np.ones(len(inside), bool)
    others[again : again + len(phrase)] = False
    assert values[others].tolist() == odds[others].tolist()


def test_a_headline_that_spam_quotes_is_no_spam(tiny_cleaner: Cleaner) -> None:
    headline = "Ferry stops running for a day"
    text = f"{headline}\nThe river rose.\ncheap watches: {headline}... online now"
    known = every(tiny_cleaner, [text])
    inside = of_all(known).at
    odds = np.where(inside < inside[text.index("cheap")], -3.0, 6.0)
    view = View(known, inside)

    found, values = with_copies(view, odds)

    assert found.at.tolist() == inside.tolist()
    assert values.tolist() == odds.tolist()
