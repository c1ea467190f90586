"""Units → n-grams, words and shape."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dross import chars, hashing
from dross.features import (
    COUNTS,
    ENDS,
    MARK,
    ORDERS,
    SHAPE_NAMES,
    SHARES,
    TOP,
    Features,
    extract,
)
from dross.lines import Lines, split_pages
from tests.oracles import (
    PIECES,
    WIDE,
    Unit,
    batches,
    kinds,
    odd_texts,
    slow_stream,
    slow_units,
    slow_words,
)

BITS = 18


def read(texts: list[str]) -> tuple[Lines, Features]:
    lines = split_pages(texts)
    return lines, extract(lines)


def slow_grams(stream: list[int]) -> list[list[int]]:
    """Give, for each order, the buckets of a unit's n-grams, by where they end."""
    marked = [MARK, *stream, MARK]
    none = 1 << BITS
    found = []
    for order in range(1, ORDERS + 1):
        buckets = []
        for end in range(len(marked)):
            gram = marked[max(0, end - order + 1) : end + 1]
            whole = len(gram) == order and gram != [MARK]
            total = sum(
                c * a for c, a in zip(reversed(gram), hashing.MULTIPLIERS, strict=False)
            )
            buckets.append(total % (1 << 32) >> (32 - BITS) if whole else none)
        found.append(buckets)
    return found


def log(value: int) -> int:
    return min(TOP, round(12 * math.log2(1 + min(value, 4095))))


def slow_shape(text: str, units: list[Unit]) -> list[list[int]]:
    """Give the shape columns of the units of one page."""
    rows = []
    for number, unit in enumerate(units):
        stream = slow_stream(text[unit.content : unit.content_end])
        kind = [k for _, k, _ in stream]
        words = list(slow_words(stream))
        letters = sum(e - s for s, e in words)
        capitals = sum(kind[s] == chars.UPPER for s, _ in words)
        total, some = max(len(kind), 1), max(len(words), 1)
        wide = sum(k in WIDE for k in kind)
        share = {name: sum(k in group for k in kind) for name, group in SHARES.items()}
        row = {
            "width": log(len(kind) + wide),
            "words": log(len(words) + wide // 2),
            "mean word": min(8 * letters // some, TOP),
            "capital words": TOP * capitals // some,
            "starts a line": TOP * unit.head,
            "ends a line": TOP * (number + 1 == len(units) or units[number + 1].head),
            "line width": log(_line_width(text, units, number)),
            "blank lines before": min(32 * _blank_before(text, units, number), TOP),
            "blank lines after": min(32 * _blank_before(text, units, number + 1), TOP),
            "indentation": log(_indentation(text, unit)),
        }
        for name in SHARES:
            row[f"share of {name}"] = TOP * share[name] // total
        for name in COUNTS:
            row[f"number of {name}"] = log(share[name])
        for name in ENDS:
            row[f"first is {name}"] = TOP * (kind[:1] != [] and kind[0] in SHARES[name])
            row[f"last is {name}"] = TOP * (kind[:1] != [] and kind[-1] in SHARES[name])
        rows.append([row[name] for name in SHAPE_NAMES])
    return rows


def _line_width(text: str, units: list[Unit], number: int) -> int:
    first = max(i for i in range(number + 1) if units[i].head)
    later = (i for i in range(number + 1, len(units)) if units[i].head)
    line = units[first : next(later, len(units))]
    kind = [
        k
        for unit in line
        for _, k, _ in slow_stream(text[unit.content : unit.content_end])
    ]
    return len(kind) + sum(k in WIDE for k in kind)


def _breaks(text: str) -> list[int]:
    return [
        i
        for i, k in enumerate(kinds(text))
        if k == chars.NEWLINE and text[i : i + 2] != "\r\n"
    ]


def _blank_before(text: str, units: list[Unit], number: int) -> int:
    if not 0 < number < len(units):
        return 0
    between = range(units[number - 1].content_end, units[number].content)
    return max(sum(i in between for i in _breaks(text)) - 1, 0)


def _indentation(text: str, unit: Unit) -> int:
    if not unit.head:
        return 0
    before = [i for i in _breaks(text) if i < unit.content]
    return unit.content - (before[-1] + 1 if before else 0)


@given(batches)
def test_streams_are_those_of_the_plain_loop(texts: list[str]) -> None:
    _, found = read(texts)
    stream: list[int] = []
    classes: list[int] = []
    sources: list[int] = []
    starts, first = [0], 0
    for text in texts:
        for unit in slow_units(text):
            content = slow_stream(text[unit.content : unit.content_end])
            stream += [MARK, *(point for point, _, _ in content), MARK]
            classes += [chars.NEWLINE, *(k for _, k, _ in content), chars.NEWLINE]
            sources += [first + unit.content + offset for _, _, offset in content]
            starts.append(len(stream))
        first += len(text)

    assert found.stream.tolist() == stream
    assert found.classes.tolist() == classes
    assert found.sources.tolist() == sources
    assert found.starts.tolist() == starts
    marks = set(starts[:-1]) | {start - 1 for start in starts[1:]}
    assert found.places.tolist() == [i for i in range(len(stream)) if i not in marks]


@given(batches)
def test_ngrams_are_those_of_the_plain_loop(texts: list[str]) -> None:
    """Marks open and close n-grams; none crosses from one unit into the next."""
    lines, found = read(texts)
    expected: list[list[int]] = [[] for _ in range(ORDERS)]
    for start, end in zip(found.starts[:-1], found.starts[1:], strict=True):
        grams = slow_grams(found.stream[start + 1 : end - 1].tolist())
        for own, more in zip(expected, grams, strict=True):
            own.extend(more)

    assert [grams.tolist() for grams in found.char_ngrams(BITS)] == expected
    assert len(lines.contents) == len(found.sizes)


@given(batches)
def test_words_are_those_of_the_plain_loop(texts: list[str]) -> None:
    _, found = read(texts)
    expected = []
    place = 0
    for text in texts:
        for unit in slow_units(text):
            content = slow_stream(text[unit.content : unit.content_end])
            for start, end in slow_words(content):
                expected.append((place + 1 + start, place + 1 + end))
            place += len(content) + 2

    words = zip(found.word_starts.tolist(), found.word_ends.tolist(), strict=True)
    assert list(words) == expected


@given(batches)
def test_word_pairs_stay_inside_of_units(texts: list[str]) -> None:
    _, found = read(texts)
    hashes, units = found.words.tolist(), found.word_units.tolist()
    second = [i for i in range(1, len(units)) if units[i] == units[i - 1]]
    pairs = [
        (hashes[i - 1] * hashing.PAIR_FACTOR + hashes[i]) % (1 << 32) for i in second
    ]

    words, pair_buckets, ends = found.word_ngrams(BITS)

    assert words.tolist() == [value >> (32 - BITS) for value in hashes]
    assert pair_buckets.tolist() == [value >> (32 - BITS) for value in pairs]
    assert ends.tolist() == second


@given(batches)
def test_every_ngram_is_counted_once(texts: list[str]) -> None:
    _, found = read(texts)
    words, pairs, _ = found.word_ngrams(BITS)
    grams = sum(int((g < 1 << BITS).sum()) for g in found.char_ngrams(BITS))

    assert found.ngram_counts().sum() == grams + len(words) + len(pairs)


@given(batches)
def test_shape_is_that_of_the_plain_loop(texts: list[str]) -> None:
    _, found = read(texts)
    expected = [row for text in texts for row in slow_shape(text, slow_units(text))]

    assert found.shape.tolist() == expected


@pytest.mark.parametrize(
    "text", [text for _, text in odd_texts()], ids=[label for label, _ in odd_texts()]
)
def test_the_shape_of_odd_texts_fits_its_columns(text: str) -> None:
    lines, found = read([text])

    assert found.shape.shape == (len(lines.contents), len(SHAPE_NAMES))
    assert found.shape.min(initial=0) >= -TOP
    assert found.shape.max(initial=0) <= TOP


@given(batches)
def test_a_page_has_the_same_features_alone_and_in_a_batch(texts: list[str]) -> None:
    lines, together = read(texts)
    for number, text in enumerate(texts):
        _, alone = read([text])
        units = np.flatnonzero(lines.pages == number)
        if not len(units):
            assert not len(alone.shape)
            continue
        places = slice(together.starts[units[0]], together.starts[units[-1] + 1])

        assert np.array_equal(together.shape[units], alone.shape)
        assert np.array_equal(together.stream[places], alone.stream)
        assert np.array_equal(together.classes[places], alone.classes)
        for one, other in zip(
            together.char_ngrams(BITS), alone.char_ngrams(BITS), strict=True
        ):
            assert np.array_equal(one[places], other)


def streams(text: str) -> list[list[int]]:
    """Give what the n-grams of each unit with visible text are made of."""
    _, found = read([text])
    bounds = zip(found.starts[:-1], found.starts[1:], strict=True)
    return [
        found.stream[start:end].tolist() for start, end in bounds if end > start + 2
    ]


# Lines that are not cut even with every blank doubled: where a long line is cut
# does depend on its blanks, and on what hides the end of a sentence.
SHORT = st.lists(
    st.lists(st.sampled_from([p for p in PIECES if len(p) < 40]), max_size=5).map(
        "".join
    )
).map("\n".join)


@given(SHORT)
def test_indentation_does_not_change_ngrams(text: str) -> None:
    lines = text.splitlines()
    indented = "\n".join("\t  " + line for line in lines)

    assert streams(indented) == streams("\n".join(lines))


@given(SHORT)
def test_doubled_blanks_do_not_change_ngrams(text: str) -> None:
    assert streams(text.replace(" ", "\u3000 ")) == streams(text)


@given(SHORT, st.integers(0, 2**32 - 1))
def test_zero_width_characters_do_not_change_ngrams(text: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    disguised = "".join(
        c if c == "\r" else c + "\u200b\u2060"[: rng.integers(3)] for c in text
    )

    assert streams(disguised) == streams(text)


def test_a_mark_tells_the_start_of_a_line_from_its_middle() -> None:
    _, found = read(["by me\nthe by\n"])
    bigrams = found.char_ngrams(BITS)[1]

    at_start = bigrams[1]  # mark, b
    inside = bigrams[found.stream.tolist().index(ord("b"), 8)]  # blank, b

    assert at_start != inside


def test_blanks_around_an_unseen_character_are_one() -> None:
    assert streams("a \u200b \u200b b") == streams("a b")


def test_a_sign_that_folds_to_a_blank_is_kept_after_indentation() -> None:
    assert streams(" ¨a") == streams("¨a")


@pytest.mark.parametrize(
    ("spaced", "plain"),
    [
        ("河 水 上 涨", "河水上涨"),  # the river rose
        ("河　水 \u200b 上 涨。", "河水上涨。"),
        ("王 毅", "王毅"),  # a name, set as wide as those of three characters
        ("河水 上涨 两米", "河水 上涨 两米"),  # words stay apart, by two metres
        ("河水 上 涨", "河水 上涨"),
        ("上 x 涨", "上 x 涨"),
        ("a b c", "a b c"),
    ],
)
def test_text_with_a_blank_after_each_character_has_the_ngrams_of_that_without(
    spaced: str, plain: str
) -> None:
    assert streams(spaced) == streams(plain)


@pytest.mark.parametrize(
    ("with_readings", "plain"),
    [
        ("河(hé)水（shuǐ）上漲(zhang)", "河水上涨"),  # the river rose
        ("河(he) 水(shui) 上(shang) 漲(zhang)", "河水上涨"),
        ("綠(lv)", "绿"),  # green; ü is typed v
        ("表(a)", "表(a)"),  # table (a)
        ("世卫组织(who)", "世卫组织(who)"),  # the World Health Organization
        ("河( he )水", "河( he )水"),
        ("a(he)", "a(he)"),
        ("(he)", "(he)"),
        ("河(he", "河(he"),
        ("河\n(he)", "河\n(he)"),
    ],
)
def test_text_with_readings_in_brackets_has_the_ngrams_of_that_without(
    with_readings: str, plain: str
) -> None:
    assert streams(with_readings) == streams(plain)


def test_a_character_ends_where_its_reading_does() -> None:
    _, found = read(["河(hé)水"])

    assert found.sources.tolist() == [0, 5]
    assert found.source_ends.tolist() == [5, 6]
