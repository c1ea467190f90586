"""Plain loops that vectorised code is compared with, and texts to compare it on.

Each loop is written from the docstring of what it checks, one page, one character
or one n-gram at a time, and shares nothing with it but the tables of characters.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

from dross import chars, vocabulary
from dross.features import HAN, MARK, TOP, Features
from dross.lines import CELL, COLUMNS, PAGE, PIECE
from dross.network import ACTIVE, EXACT, Layer, Network
from dross.places import Known, View
from dross.sequence import ALONE, LAYERS, REACHES
from dross.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

CASES = Path(__file__).parent / "cases"
UNSEEN = {chars.SPACE, chars.NEWLINE, chars.INVISIBLE}
WIDE = {
    chars.HAN,
    chars.SIMPLIFIED,
    chars.TRADITIONAL,
    chars.KANA,
    chars.HANGUL,
}
LETTERS = {
    chars.DIGIT,
    chars.LOWER,
    chars.UPPER,
    chars.CYRILLIC,
    chars.HANGUL,
    chars.LETTER,
}
# What stands in brackets after a Han character and says how it is read.
READING = re.compile(
    r"\((?=[a-z]{2})(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?"
    r"(?:[aeo]|ai|ei|ao|ou|an|en|ang|eng|[uv]e|er|i(?:a|ao|e|u|an|n|ang|ng|ong)?"
    r"|u(?:a|o|i|ai|an|n|ang)?|ong|v)\)"
)
# What pages are put together from: each breaks some rule of thumb about text.
PIECES = (
    "The river rose by two metres. ",
    "by ",
    "Oslo",
    "24",
    "3.5",
    ".",
    ". ",
    ")",
    '." ',
    "...",
    ", ",
    " | ",
    "一夜之间河水上涨两米。",  # overnight the river rose by two metres
    "。」",
    "，",
    "無碼",  # traditional characters
    "がか",
    "한글",
    "運(yùn)維（wei）",  # operations, with readings
    "(lu)",
    "мир",
    "x" * 130,
    "字" * 70,  # "character"
    "é",
    "e\u0301",
    "¨",  # a visible character that is folded to a blank
    "\u200b",
    "\u0301",
    "\x00",
    "\x07",
    "\ud800",
    "\udc00",
    "😀",
    " ",
    "  ",
    "\u3000",
    "\t",
    " " * 150,
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    "\u2028",
    "\x85",
    "\n" * 130,
)
pages = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=24).map(
    "".join
)
batches = st.lists(pages, max_size=5)


# Words whose rarity and vectors are random.
WORDS = Vocabulary(
    np.random.default_rng(5).integers(0, 256, 1 << vocabulary.RARITY_BITS, np.uint8),
    np.random.default_rng(7).integers(
        -TOP, TOP + 1, (1 << vocabulary.VECTOR_BITS, vocabulary.SIZE), np.int8
    ),
    np.random.default_rng(9).integers(
        -120,
        121,
        (len(vocabulary.SCRIPTS), 1 << vocabulary.VECTOR_BITS),
        np.int8,
    ),
)


def of_all(known: Known) -> View:
    """Give all places that are no mark."""
    starts = known.features.starts
    marks = np.r_[starts[:-1], starts[1:] - 1]
    return View(known, np.delete(np.arange(len(known.unit)), marks))


def odd_texts() -> list[tuple[str, str]]:
    """Give label and text of each case in ``texts.jsonl``.

    A case has its ``text``, or a ``recipe``: pairs of a piece and how often it is
    repeated, joined.
    """
    found = []
    for line in (CASES / "texts.jsonl").read_text("ascii").splitlines():
        case = json.loads(line)
        recipe = case.get("recipe", [[case.get("text"), 1]])
        found.append((case["label"], "".join(piece * times for piece, times in recipe)))
    return found


@dataclass(frozen=True)
class Unit:
    """A unit of one page: offsets in the page."""

    start: int
    content: int
    content_end: int
    end: int
    head: bool


def kinds(text: str) -> list[int]:
    """Give the class of each character."""
    found: list[int] = chars.classify(chars.code_points(text)).tolist()
    return found


def slow_units(text: str) -> list[Unit]:
    """Give the units of one page."""
    kind = kinds(text)
    units = []
    for start, end in _filled_lines(text, kind):
        for part in (parts := _parts(text, kind, start, end)):
            stop = next((p for p in parts if p > part), end)
            seen = [i for i in range(part, stop) if kind[i] not in UNSEEN]
            content = (seen[0], seen[-1] + 1) if seen else (part, part)
            units.append(Unit(part, *content, stop, part == start))
    return units


def _filled_lines(text: str, kind: list[int]) -> list[tuple[int, int]]:
    """Give lines with the blank lines after them; those that open a page before."""
    if not text:
        return []
    starts = [0]
    for i in range(1, len(text)):
        pair = text[i - 1 : i + 1] == "\r\n"
        if kind[i - 1] == chars.NEWLINE and not pair:
            starts.append(i)
    lines = list(zip(starts, [*starts[1:], len(text)], strict=True))
    filled = [s for s, e in lines if any(k not in UNSEEN for k in kind[s:e])]
    starts = [0, *filled[1:]]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _parts(text: str, kind: list[int], start: int, end: int) -> list[int]:
    """Give where the parts of a line start: itself, and where it is cut."""
    columns = [0]
    for k in kind[start:end]:
        columns.append(columns[-1] + (k != chars.INVISIBLE) + (k in WIDE))

    def width(begin: int, stop: int) -> int:
        return columns[stop - start] - columns[begin - start]

    seen = [i for i in range(start, end) if kind[i] not in UNSEEN]
    if not seen or width(seen[0], seen[-1] + 1) <= 2 * COLUMNS:
        return [start]
    begin, stop = seen[0], seen[-1] + 1
    cuts = [p for p in _after_gaps(text, kind, start, end) if begin < p < stop]
    if width(begin, stop) < PIECE * (len(cuts) + 1):
        cuts = []
    parts = [
        (begin, stop, CELL if width(begin, stop) > PAGE else COLUMNS)
        for begin, stop in pairwise([begin, *cuts, stop])
    ]
    for places in (
        _after_sentences(text, kind, start, end),
        [i for i in range(start + 1, end) if _is_capital(kind[i - 1], kind[i])],
        [i for i in range(start + 1, end) if _is_soft_end(kind[i - 1], kind[i])],
        list(range(start, end)),
    ):
        shorter: list[tuple[int, int, int]] = []
        for begin, stop, cell in parts:
            if width(begin, stop) <= 2 * cell:
                continue
            last_of_cell = {
                width(begin, place) // cell: place
                for place in places
                if begin < place < stop and width(place, stop) >= cell // 4
            }
            found = sorted(last_of_cell.values())
            cuts += found
            bounds = [begin, *found, stop]
            shorter += [(*both, cell) for both in pairwise(bounds)]
        parts = shorter
    return [start, *sorted(cuts)]


def _after_gaps(text: str, kind: list[int], start: int, end: int) -> list[int]:
    seen = [i for i in range(start, end) if kind[i] not in UNSEEN]
    places = []
    apart = [*map(_white(kind), pairwise(seen)), True]
    alone = [one and other for one, other in pairwise([True, *apart])]
    for (last, first), lone in zip(pairwise(seen), pairwise(alone), strict=True):
        gap = [text[i] for i in range(last + 1, first) if kind[i] == chars.SPACE]
        ended = text[last].isascii() and kind[last] in {
            chars.SENTENCE_END,
            chars.COMMA,
        }
        broad = len(gap) > 1 or "\t" in gap or "\u3000" in gap
        east = all(_is_east(text[i], kind[i]) for i in (last, first))
        if gap and (broad or not all(lone)) and (east or (broad and not ended)):
            places.append(first)
    return places


def _white(kind: list[int]) -> Callable[[tuple[int, int]], bool]:
    """Give what tells whether there is a blank between two places."""
    white = {chars.SPACE, chars.NEWLINE}
    return lambda ends: not white.isdisjoint(kind[ends[0] + 1 : ends[1]])


def _is_east(character: str, kind: int) -> bool:
    signs = {chars.SENTENCE_END, chars.COMMA, chars.SEPARATOR, chars.BRACKET}
    return kind in WIDE - {chars.HANGUL} or (kind in signs and character >= "\u3000")


def _is_capital(before: int, kind: int) -> bool:
    return before == chars.SPACE and kind == chars.UPPER


def _is_soft_end(kind: int, following: int) -> bool:
    soft = {chars.SPACE, chars.COMMA, chars.SEPARATOR}
    return kind in soft and following not in soft


def _after_sentences(text: str, kind: list[int], start: int, end: int) -> list[int]:
    places = []
    for i in range(start, end - 1):
        if kind[i] != chars.SENTENCE_END:
            continue
        place = i + 1
        if kind[place] == chars.BRACKET and text[place] != "(":
            place += 1
        if place >= end or kind[place] == chars.SENTENCE_END:
            continue
        if kind[place] in {chars.SPACE, chars.NEWLINE}:
            places.append(place + 1)
        elif not text[i].isascii():
            places.append(place)
    return places


def slow_stream(content: str) -> list[tuple[int, int, int]]:
    """Give what n-grams are made of: folded code point, class and offset.

    *content* is the visible text of a unit. Characters that are not seen are left
    out, and readings of Han characters; blanks in a row are one, and those between
    single Han characters none.
    """
    folded = chars.fold(chars.code_points(content)).tolist()
    found: list[tuple[int, int, int]] = []
    for offset, (point, kind) in enumerate(zip(folded, kinds(content), strict=True)):
        again = point == ord(" ") and bool(found) and found[-1][0] == ord(" ")
        if point and not again:
            found.append((point, kind, offset))
    folded_text = "".join(chr(point) for point, _, _ in found)
    for reading in reversed(list(READING.finditer(folded_text))):
        if reading.start() and HAN[found[reading.start() - 1][1]]:
            del found[reading.start() : reading.end()]
    return [
        entry
        for place, entry in enumerate(found)
        if entry[0] != ord(" ")
        or not (_alone(found, place - 1) and _alone(found, place + 1))
    ]


def _alone(stream: Sequence[tuple[int, int, int]], place: int) -> bool:
    """Tell whether there is a Han character with no other beside it."""
    beside = (place - 1, place + 1)
    return (
        0 <= place < len(stream)
        and bool(HAN[stream[place][1]])
        and all(
            not 0 <= other < len(stream) or not HAN[stream[other][1]]
            for other in beside
        )
    )


def slow_words(stream: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """Yield start and end of each run of letters in what `slow_stream` gives."""
    start = None
    for place, (_, kind, _) in enumerate([*stream, (MARK, chars.NEWLINE, -1)]):
        if kind in LETTERS:
            start = place if start is None else start
        elif start is not None:
            yield start, place
            start = None


def slow_topic(features: Features, low: int, high: int) -> list[int]:
    """Give what the places *low* … *high* - 1 are about: the sum of their vectors."""
    found = vocabulary.tokens(features)
    total = [0] * vocabulary.WIDTH
    for home, value, pair in zip(
        found.homes.tolist(), found.hashes.tolist(), found.pair.tolist(), strict=True
    ):
        if low <= home < high:
            vector = WORDS.vectors[value >> (32 - vocabulary.VECTOR_BITS)].tolist()
            for n, number in enumerate(vector):
                total[n + vocabulary.SIZE * pair] += number
    return total


def slow_kinship(one: Sequence[int], other: Sequence[int]) -> int:
    """Give the cosine of two sums of vectors, TOP where it is 1."""
    both = sum(a * b for a, b in zip(one, other, strict=True))
    squares = sum(a * a for a in one) * sum(b * b for b in other)
    return math.floor(TOP * both / math.sqrt(max(squares, 1)))


def sequence_net(
    rng: np.random.Generator, inputs: int, width: int, states: int
) -> Network:
    """Give a random net over a page's units, with layers of one *width*.

    Its sums stay below EXACT.
    """
    seen = [inputs, *[width] * (ALONE - 1)]
    seen += [width * (len(reach) + (n > 0)) for n, reach in enumerate(REACHES)]
    seen += [3 * width, width]
    made = [*[width] * (LAYERS - 1), states]
    layers = []
    for number, shape in enumerate(zip(seen, made, strict=True)):
        top = EXACT // ((ACTIVE if number else 128) * shape[0]) - 1
        layers.append(
            Layer(
                rng.integers(-top, top + 1, shape).astype(np.float32),
                rng.integers(-9999, 9999, shape[1]).astype(np.float32),
                int(rng.integers(10, 15)),
            )
        )
    return Network(tuple(layers), unit=1 / (1 << 20))
