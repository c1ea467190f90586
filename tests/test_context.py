"""What surrounds a unit."""

from __future__ import annotations

import math
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dross import context, vocabulary
from dross.context import (
    FAR,
    FAR_SHAPE,
    LIKELY,
    NAMES,
    NEIGHBOURS,
    PERIODS,
    SECOND_NAMES,
    SECOND_SHAPE,
    SECOND_WINDOWS,
    TOKEN_BITS,
    WIDE_SHAPE,
    WINDOWS,
)
from dross.evidence import HEADS
from dross.features import SHAPE_NAMES, TOP, Features, extract
from dross.lines import Lines, split_pages
from dross.network import Layer, Network, run
from dross.vocabulary import RARITY_BITS, tokens
from tests.oracles import WORDS, batches, odd_texts, slow_kinship, slow_topic

if TYPE_CHECKING:
    from collections.abc import Sequence

Ints = NDArray[np.int64]
RARITY = WORDS.rarity
SCALES = np.random.default_rng(6).uniform(0.01, 0.2, len(HEADS))

# page numbers with gaps, as empty pages make them
values_of_pages = st.lists(
    st.lists(st.integers(-5, 5) | st.integers(-10_000, 10_000), max_size=9), max_size=5
)


def bounds(pages: Ints) -> tuple[Ints, Ints]:
    numbers = pages.tolist()
    before = [numbers.index(page) for page in numbers]
    after = [len(numbers) - numbers[::-1].index(page) for page in numbers]
    return np.array(before, np.int64), np.array(after, np.int64)


def log(value: int) -> int:
    """Give eight times the logarithm of 1 + *value*, straight between powers of 2."""
    moved = max(value, 0) + 1
    exponent = moved.bit_length() - 1
    return 8 * exponent + 8 * (moved - (1 << exponent)) // (1 << exponent)


def read(texts: Sequence[str]) -> tuple[Lines, Features]:
    lines = split_pages(texts)
    return lines, extract(lines)


def shared(texts: Sequence[str]) -> context.Shared:
    return context.Shared(*read(texts), WORDS)


def random_sums(units: int, seed: int) -> Ints:
    rng = np.random.default_rng(seed)
    return rng.integers(-3000, 3000, (units, len(HEADS)))


def slow_run(values: list[int]) -> tuple[int, int, int]:
    """Give start, last unit and sum of the strongest of all runs of one page."""
    every = [
        (-sum(values[start : end + 1]), end, -start)
        for start in range(len(values))
        for end in range(start, len(values))
    ]
    total, end, start = min(every)
    return -start, end, -total


@given(values_of_pages)
def test_the_strongest_run_is_the_strongest_of_all(found: list[list[int]]) -> None:
    pages = np.array([p for p, own in enumerate(found) for _ in own], np.int64)
    values = np.array([v for own in found for v in own], np.int64)
    expected = []
    for own in filter(None, found):
        start, end, total = slow_run(own)
        positive = max(sum(v for v in own if v > 0), 1)
        expected += [
            [
                TOP * (start <= place <= end),
                log(start - place) - log(place - start),
                log(place - end) - log(end - place),
                TOP * min(max(total, 0), positive) // positive,
            ]
            for place in range(len(own))
        ]

    columns, inside = context._strongest_run(values, pages, *bounds(pages))  # noqa: SLF001

    assert columns.tolist() == expected
    assert inside.tolist() == [row[0] > 0 for row in expected]


@settings(max_examples=50)
@given(batches, st.integers(0, 2**32 - 1))
def test_shared_words_are_those_of_the_plain_loop(texts: list[str], seed: int) -> None:
    lines, found = read(texts)
    number = len(lines.pages)
    kinds = np.random.default_rng(seed).integers(0, LIKELY + 1, (3, number))
    own: list[set[int]] = [set() for _ in range(number)]
    words = tokens(found)
    for value, home in zip(words.hashes.tolist(), words.homes.tolist(), strict=True):
        unit = int(np.searchsorted(found.starts, home, "right")) - 1
        own[unit].add(value >> (32 - TOKEN_BITS))
    expected = []
    for unit in range(number):
        others = [
            other
            for other in range(number)
            if other != unit and lines.pages[other] == lines.pages[unit]
        ]
        shared, alone = [0, 0, 0], 0
        for token in own[unit]:
            weight = int(RARITY[token >> (TOKEN_BITS - RARITY_BITS)])
            having = [other for other in others if token in own[other]]
            for kind, chances in enumerate(kinds[:, having].tolist()):
                shared[kind] += weight * min(sum(chances), LIKELY)
            alone += weight * (not having)
        total = sum(
            int(RARITY[token >> (TOKEN_BITS - RARITY_BITS)]) for token in own[unit]
        )
        total = max(total, 1)
        expected.append(
            [
                *(TOP * mass // (LIKELY * total) for mass in shared),
                TOP * alone // total,
                2 * log(len(own[unit])),
            ]
        )

    shared_words = context.Shared(lines, found, WORDS).words
    columns = context._shared_words(shared_words, tuple(kinds)).T  # noqa: SLF001

    assert columns.tolist() == expected


@settings(max_examples=50)
@given(batches)
def test_returns_are_those_of_the_plain_loop(texts: list[str]) -> None:
    lines, found = read(texts * 2)
    keys = [
        (page, tuple(found.stream[start:end].tolist()))
        for page, start, end in zip(
            lines.pages.tolist(), found.starts[:-1], found.starts[1:], strict=True
        )
    ]
    times = Counter(keys)
    expected = [
        [
            2 * log(times[key] - 1),
            TOP * (keys[i + 1 : i + 2] == [key]),
            TOP * (key in keys[:i]),
            TOP * (key in keys[i + 1 :]),
        ]
        for i, key in enumerate(keys)
    ]

    assert context._returns(found, lines.pages).tolist() == expected  # noqa: SLF001


@settings(max_examples=50)
@given(batches, st.integers(0, 2**32 - 1))
def test_windows_hold_the_units_around_on_the_same_page(
    texts: list[str], seed: int
) -> None:
    lines, found = read(texts)
    number = len(lines.pages)
    sums, counts = random_sums(number, seed), found.ngram_counts()
    columns = context.columns(sums, SCALES, context.Shared(lines, found, WORDS))

    def evidence(units: list[int]) -> list[int]:
        count = max(int(counts[units].sum()), 1)
        return [
            min(max(math.floor(total * scale / math.sqrt(count)), -TOP), TOP)
            for total, scale in zip(sums[units].sum(0).tolist(), SCALES, strict=True)
        ]

    for unit in range(number):
        row = dict(zip(NAMES, columns[unit].tolist(), strict=True))
        page = np.flatnonzero(lines.pages == lines.pages[unit]).tolist()
        own = [row[head] for head in HEADS]
        assert own == evidence([unit])
        assert [row[name] for name in SHAPE_NAMES] == found.shape[unit].tolist()
        assert [row[f"{head}, page"] for head in HEADS] == evidence(page)
        assert row["units before"] == min(log(unit - page[0]), TOP)
        assert row["units after"] == min(log(page[-1] - unit), TOP)
        for size in WINDOWS:
            for side, units in (
                ("before", [u for u in page if unit - size <= u < unit]),
                ("after", [u for u in page if unit < u <= unit + size]),
            ):
                around = [row[f"{head}, {size} {side}"] for head in HEADS]
                assert around == evidence(units)
                names = SHAPE_NAMES if size == 1 else WIDE_SHAPE
                shape = [row[f"{name}, {size} {side}"] for name in names]
                chosen = [SHAPE_NAMES.index(name) for name in names]
                total = found.shape[units][:, chosen].sum(0, dtype=int)
                nothing = size == 1 and not units
                assert shape == (
                    [-TOP] * len(names)
                    if nothing
                    else (total // max(len(units), 1)).tolist()
                )


@settings(max_examples=50)
@given(batches, st.integers(0, 2**32 - 1))
def test_a_page_has_the_same_columns_alone_and_in_a_batch(
    texts: list[str], seed: int
) -> None:
    lines, found = read(texts)
    sums = random_sums(len(lines.pages), seed)
    together = context.columns(sums, SCALES, context.Shared(lines, found, WORDS))
    for page, text in enumerate(texts):
        rows = lines.pages == page
        alone = context.columns(sums[rows], SCALES, shared([text]))
        assert np.array_equal(together[rows], alone)


@settings(max_examples=50)
@given(batches)
def test_a_unit_is_kin_to_what_is_about_the_same(texts: list[str]) -> None:
    lines, found = read(texts)
    number = len(lines.pages)
    columns = context.columns(random_sums(number, 1), SCALES, shared(texts))
    topics = [
        slow_topic(found, int(found.starts[u]), int(found.starts[u + 1]))
        for u in range(number)
    ]

    def about(units: list[int]) -> list[int]:
        return [sum(topics[u][n] for u in units) for n in range(vocabulary.WIDTH)]

    for unit in range(number):
        row = dict(zip(NAMES, columns[unit].tolist(), strict=True))
        page = np.flatnonzero(lines.pages == lines.pages[unit]).tolist()
        others = [u for u in page if u != unit]
        assert row["kin to page"] == slow_kinship(topics[unit], about(others))
        for size in context.KIN_WINDOWS:
            for side, around in (
                ("before", [u for u in page if unit - size <= u < unit]),
                ("after", [u for u in page if unit < u <= unit + size]),
            ):
                expected = slow_kinship(topics[unit], about(around))
                assert row[f"kin to {size} {side}"] == expected


@settings(max_examples=50)
@given(batches)
def test_a_unit_is_as_likely_spam_as_its_words_are(texts: list[str]) -> None:
    lines, found = read(texts)
    number = len(lines.pages)
    columns = context.columns(random_sums(number, 1), SCALES, shared(texts))
    odds: list[list[int]] = [[] for _ in range(number)]
    own = tokens(found)
    for value, pair, home in zip(own.hashes, own.pair, own.homes, strict=True):
        unit = int(np.searchsorted(found.starts, home, "right")) - 1
        odds[unit].append(int(WORDS.odds[int(pair), int(value) >> 15]))

    def mean(units: list[int]) -> int:
        together = [value for unit in units for value in odds[unit]]
        return sum(together) // max(len(together), 1)

    for unit in range(number):
        row = dict(zip(NAMES, columns[unit].tolist(), strict=True))
        page = np.flatnonzero(lines.pages == lines.pages[unit]).tolist()
        total = sum(odds[unit]) / math.sqrt(max(len(odds[unit]), 1))
        assert row["word odds"] == mean([unit])
        assert row["word odds together"] == min(max(math.floor(total), -TOP), TOP)
        assert row["word odds, page"] == mean(page)
        for size in context.KIN_WINDOWS:
            before = [u for u in page if unit - size <= u < unit]
            after = [u for u in page if unit < u <= unit + size]
            assert row[f"word odds, {size} before"] == mean(before)
            assert row[f"word odds, {size} after"] == mean(after)


@settings(max_examples=50)
@given(batches, st.integers(0, 2**32 - 1))
def test_a_later_pass_knows_what_a_unit_is_kin_to(texts: list[str], seed: int) -> None:
    lines, found = read(texts)
    number = len(lines.pages)
    hidden, logits = first_pass(number, seed)
    columns = context.second_columns(hidden, logits, shared(texts))
    topics = [
        slow_topic(found, int(found.starts[u]), int(found.starts[u + 1]))
        for u in range(number)
    ]
    kinds: list[list[int]] = []
    for article, chrome, spam in logits.tolist():
        against = spam - max(article, chrome)
        genuine = math.floor(LIKELY / 2 + 2 * min(article - chrome, -against))
        genuine = min(max(genuine, 0), LIKELY)
        spammy = min(max(math.floor(LIKELY / 2 + 2 * against), 0), LIKELY)
        kinds.append([genuine, LIKELY - genuine, spammy])
    for unit in range(number):
        row = dict(zip(SECOND_NAMES, columns[unit, HIDDEN:].tolist(), strict=True))
        page = np.flatnonzero(lines.pages == lines.pages[unit]).tolist()
        for kind, name in enumerate(("article", "chrome", "spam")):
            rest = [
                sum(kinds[u][kind] * topics[u][n] for u in page if u != unit)
                for n in range(vocabulary.WIDTH)
            ]
            assert row[f"kin to {name}"] == slow_kinship(topics[unit], rest)


HIDDEN = 4


def first_pass(
    units: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Give random activations and logits, as the first net gives them."""
    rng = np.random.default_rng(seed)
    hidden = rng.integers(0, 1024, (units, HIDDEN)).astype(np.float32)
    return hidden, rng.integers(-3000, 3000, (units, 3)) / 512


def cut_off(value: float) -> int:
    return min(max(math.floor(value), -TOP), TOP)


@settings(max_examples=50)
@given(batches, st.integers(0, 2**32 - 1))
def test_the_second_pass_looks_at_the_first_ones_answers(
    texts: list[str], seed: int
) -> None:
    lines, found = read(texts)
    number = len(lines.pages)
    hidden, logits = first_pass(number, seed)
    columns = context.second_columns(
        hidden, logits, context.Shared(lines, found, WORDS)
    )
    odds: list[list[int]] = []
    likely: list[int] = []
    likely_spam: list[int] = []
    for article, chrome, spam in logits.tolist():
        against_spam = spam - max(article, chrome)
        odds.append([cut_off(16 * (article - chrome)), cut_off(16 * against_spam)])
        genuine = min(article - chrome, -against_spam)
        likely_spam.append(
            min(max(math.floor(LIKELY / 2 + 2 * against_spam), 0), LIKELY)
        )
        likely.append(min(max(math.floor(LIKELY / 2 + 2 * genuine), 0), LIKELY))
    size: list[int] = [max(int(s) - 2, 1) for s in found.sizes]

    def text_share(units: list[int]) -> int:
        mass = sum(likely[u] * size[u] for u in units)
        return TOP * mass // (LIKELY * max(sum(size[u] for u in units), 1))

    def share(units: list[int], likely: list[int] = likely) -> int:
        return TOP * sum(likely[u] for u in units) // (LIKELY * max(len(units), 1))

    assert columns.shape == (number, HIDDEN + len(SECOND_NAMES))
    assert columns[:, :HIDDEN].tolist() == (hidden // 8).tolist()
    for unit in range(number):
        row = dict(zip(SECOND_NAMES, columns[unit, HIDDEN:].tolist(), strict=True))
        page = np.flatnonzero(lines.pages == lines.pages[unit]).tolist()
        assert [row["article odds"], row["spam odds"]] == odds[unit]
        for distance in NEIGHBOURS:
            there = odds[unit + distance] if unit + distance in page else [-TOP, -TOP]
            names = (f"article odds, {distance:+}", f"spam odds, {distance:+}")
            assert [row[name] for name in names] == there
        before = [u for u in page if u < unit]
        after = [u for u in page if u > unit]
        for reach in SECOND_WINDOWS:
            for side, units in (("before", before[-reach:]), ("after", after[:reach])):
                assert row[f"likely text, {reach} {side}"] == text_share(units)
                assert row[f"likely, {reach} {side}"] == share(units)
                assert row[f"likely spam, {reach} {side}"] == share(units, likely_spam)
        assert row["likely spam, page"] == share(page, likely_spam)
        assert row["likely text, page"] == text_share(page)
        assert (row["units before"], row["units after"]) == (
            min(log(len(before)), TOP),
            min(log(len(after)), TOP),
        )
        for side, units in (("before", before[::-1]), ("after", after)):
            near = next((u for u in units if likely[u] > LIKELY // 2), None)
            expected = (
                (TOP, -TOP)
                if near is None
                else (min(log(abs(unit - near)), TOP), min(log(size[near]), TOP))
            )
            assert (
                row[f"nearest likely, {side}"],
                row[f"its size, {side}"],
            ) == expected
        shape = dict(zip(SHAPE_NAMES, found.shape[unit].tolist(), strict=True))
        assert [row[n] for n in SECOND_SHAPE] == [shape[n] for n in SECOND_SHAPE]


@settings(max_examples=50)
@given(batches)
def test_the_second_pass_looks_at_the_shape_of_units_farther_off(
    texts: list[str],
) -> None:
    lines, found = read(texts)
    columns = context.second_columns(
        *first_pass(len(lines.pages), 1), context.Shared(lines, found, WORDS)
    )
    width = SHAPE_NAMES.index("width")
    for unit, values in enumerate(columns[:, HIDDEN:].tolist()):
        row = dict(zip(SECOND_NAMES, values, strict=True))
        page = np.flatnonzero(lines.pages == lines.pages[unit]).tolist()
        for distance, name in product(FAR, FAR_SHAPE):
            there = -TOP
            if unit + distance in page:
                there = int(found.shape[unit + distance, SHAPE_NAMES.index(name)])
            assert row[f"{name}, {distance:+}"] == there
        for distance in PERIODS:
            change = -TOP
            if unit + distance in page:
                widths = found.shape[[unit, unit + distance], width].tolist()
                change = abs(widths[1] - widths[0])
            assert row[f"other width, {distance:+}"] == change


@settings(max_examples=50)
@given(batches, st.integers(0, 2**32 - 1))
def test_a_page_has_the_same_second_columns_alone_and_in_a_batch(
    texts: list[str], seed: int
) -> None:
    lines, found = read(texts)
    hidden, logits = first_pass(len(lines.pages), seed)
    together = context.second_columns(
        hidden, logits, context.Shared(lines, found, WORDS)
    )
    for page, text in enumerate(texts):
        rows = lines.pages == page
        alone = context.second_columns(hidden[rows], logits[rows], shared([text]))
        assert np.array_equal(together[rows], alone)


@settings(max_examples=50)
@given(batches, st.integers(0, 2**32 - 1))
def test_passes_that_share_their_work_give_the_same_columns(
    texts: list[str], seed: int
) -> None:
    lines, found = read(texts)
    sums = random_sums(len(lines.pages), seed)
    rng = np.random.default_rng(seed)
    net, later = (
        Network(
            (
                Layer(
                    rng.integers(-20, 21, (inputs, HIDDEN)).astype(np.float32),
                    np.zeros(HIDDEN, np.float32),
                    shift=5,
                ),
                Layer(
                    rng.integers(-20, 21, (HIDDEN, 3)).astype(np.float32),
                    np.zeros(3, np.float32),
                    shift=0,
                ),
            ),
            unit=1 / 1000,
        )
        for inputs in (len(NAMES), HIDDEN + len(SECOND_NAMES))
    )
    first = context.columns(sums, SCALES, context.Shared(lines, found, WORDS))
    columns = first
    for before in ([net], [net, later]):
        columns = context.second_columns(*run(before[-1], columns), shared(texts))
        again = context.pass_columns(first, shared(texts), before)
        assert np.array_equal(again, columns)


@pytest.mark.parametrize(
    "text", [text for _, text in odd_texts()], ids=[label for label, _ in odd_texts()]
)
def test_the_columns_of_odd_texts_stay_in_bounds(text: str) -> None:
    lines, found = read([text])
    sums = random_sums(len(lines.pages), 1)

    columns = context.columns(sums, SCALES, context.Shared(lines, found, WORDS))

    assert columns.shape == (len(lines.pages), len(NAMES))
    assert columns.dtype == np.int8
    assert columns.min(initial=0) >= -TOP


def test_every_column_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert len(set(SECOND_NAMES)) == len(SECOND_NAMES)


@given(st.integers(0, 2**40))
def test_logarithms_come_from_the_bits_of_a_number(value: int) -> None:
    [found] = context.log_steps(np.array([value])).tolist()

    assert found == log(value)
    assert found == pytest.approx(8 * math.log2(1 + value), abs=1.7)


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(0, 2**32 - 1))
def test_the_greatest_so_far_is_that_of_the_page(sizes: list[int], seed: int) -> None:
    pages = np.repeat(np.arange(len(sizes)), sizes)
    values = np.random.default_rng(seed).integers(-TOP, TOP + 1, (len(pages), 2))
    expected = [
        [
            max(
                (values[u, k] for u in range(unit) if pages[u] == pages[unit]),
                default=-TOP,
            )
            for k in range(2)
        ]
        for unit in range(len(pages))
    ]

    assert context._greatest(values, pages).tolist() == expected  # noqa: SLF001
