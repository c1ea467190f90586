"""Lines → hashed n-grams and shape columns: the one definition of every feature.

Training and serving both start from ``extract``. The visible text of all units of a
batch is folded and laid out as one stream, each unit between two marks:

    ␤ t h i s ␤ ␤ n e x t ␤

n-grams may begin or end with a mark, so that "by " at the start of a line is
another feature than "by " inside one; none crosses from one unit into the next.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from dross import chars, hashing
from dross.lines import Lines
from dross.spans import covered, ranges

MARK = ord("\n")
# Character n-grams of 1 … ORDERS; word unigrams and bigrams beside them.
ORDERS = 5
# What a shape column can hold; int8 columns keep the context stage small.
TOP = 127

LETTERS = np.isin(
    np.arange(chars.CLASSES),
    [
        chars.DIGIT,
        chars.LOWER,
        chars.UPPER,
        chars.CYRILLIC,
        chars.HANGUL,
        chars.LETTER,
    ],
)
HAN = np.isin(
    np.arange(chars.CLASSES),
    [chars.HAN, chars.SIMPLIFIED, chars.TRADITIONAL, chars.KANA],
)
# What a reading is made of: 中(zhong). Every initial with every final, which makes some
# that no character has. One letter is none: 图(a) is a figure's number.
_INITIALS = ("", *"bpmfdtnlgkhjqxrzcsyw", "zh", "ch", "sh")
_FINALS = (
    *("a", "ai", "an", "ang", "ao", "e", "ei", "en", "eng", "er", "o", "ong", "ou"),
    *("i", "ia", "ian", "iang", "iao", "ie", "in", "ing", "iong", "iu"),
    *("u", "ua", "uai", "uan", "uang", "ue", "ui", "un", "uo", "v", "ve"),
)
_SYLLABLE = 6  # letters of the longest
# 12·log2(1 + x), so that 127 stands for about 1,500: one look-up instead of a
# logarithm, whose last bit could differ from one machine to another.
_LOG = np.minimum(
    np.round(12 * np.log2(1 + np.arange(4096, dtype=np.float64))), TOP
).astype(np.int16)

SHARES = {
    "digits": (chars.DIGIT,),
    "lower": (chars.LOWER,),
    "upper": (chars.UPPER,),
    "han": (chars.HAN, chars.SIMPLIFIED, chars.TRADITIONAL),
    "simplified": (chars.SIMPLIFIED,),
    "traditional": (chars.TRADITIONAL,),
    "kana": (chars.KANA,),
    "other scripts": (chars.HANGUL, chars.CYRILLIC, chars.LETTER),
    "sentence ends": (chars.SENTENCE_END,),
    "commas": (chars.COMMA,),
    "separators": (chars.SEPARATOR,),
    "brackets": (chars.BRACKET,),
    "symbols": (chars.SYMBOL, chars.EMOJI),
    "blanks": (chars.SPACE,),
}
# (len(SHARES), CLASSES): 1 where a class is among a share's
_MEMBERS = np.array(
    [np.isin(np.arange(chars.CLASSES), members) for members in SHARES.values()],
    np.float64,
)
COUNTS = ("digits", "sentence ends", "commas", "separators", "brackets", "blanks")
ENDS = ("digits", "sentence ends", "commas", "separators", "brackets", "upper")
_COUNTS, _ENDS = (
    [list(SHARES).index(name) for name in names] for names in (COUNTS, ENDS)
)
SHAPE_NAMES = (
    "width",
    "words",
    "mean word",
    "capital words",
    *(f"share of {name}" for name in SHARES),
    *(f"number of {name}" for name in COUNTS),
    *(f"first is {name}" for name in ENDS),
    *(f"last is {name}" for name in ENDS),
    "starts a line",
    "ends a line",
    "line width",
    "blank lines before",
    "blank lines after",
    "indentation",
)


@dataclass(frozen=True)
class Features:
    """The features of a batch of units.

    ``stream`` and ``classes``: one entry a place. ``starts``: where each unit
    starts in the stream, its mark included, and the stream's length at the end.
    ``sources``: for each place that is not a mark, its offset in the batch, with
    ``places`` the place itself, and ``source_ends`` where it ends there, with the
    reading that follows it. ``word_starts``, ``word_ends`` (places),
    ``word_units``: one entry a word. ``shape``: (units, len(SHAPE_NAMES)), int16 in
    -127 … 127.
    """

    stream: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    starts: NDArray[np.int64]
    places: NDArray[np.int64]
    sources: NDArray[np.int64]
    source_ends: NDArray[np.int64]
    word_starts: NDArray[np.int64]
    word_ends: NDArray[np.int64]
    word_units: NDArray[np.int64]
    shape: NDArray[np.int16]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Places a unit, its two marks included."""
        return np.diff(self.starts)

    @cached_property
    def words(self) -> NDArray[np.uint32]:
        """The hash of each word."""
        return hashing.word_hashes(self.stream, self.word_starts, self.word_ends)

    def char_ngrams(self, bits: int) -> list[NDArray[np.uint32]]:
        """Give, for each order, the bucket of the n-gram ending at each place.

        An n-gram that crosses into the unit before has the bucket ``2**bits``, one
        beyond the table's last, which stands for nothing.
        """
        none = np.uint32(1 << bits)
        grams = []
        first = self.starts[:-1]
        for order, buckets in enumerate(
            hashing.ngram_buckets(self.stream, ORDERS, bits), 1
        ):
            if order == 1:
                buckets[first] = none
                buckets[self.starts[1:] - 1] = none
            for distance in range(order - 1):
                place = first + distance
                buckets[place[place < len(buckets)]] = none
            grams.append(buckets)
        return grams

    def word_ngrams(
        self, bits: int
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int64]]:
        """Give buckets of words, buckets of pairs, and which word ends each pair."""
        shift = np.uint32(32 - bits)
        same = np.flatnonzero(self.word_units[1:] == self.word_units[:-1]) + 1
        pairs = hashing.pair_hashes(self.words)[same - 1]
        return self.words >> shift, pairs >> shift, same

    def ngram_counts(self) -> NDArray[np.int64]:
        """Give the number of n-grams, of characters and words, a unit has."""
        sizes = self.sizes
        counts = sizes - 2
        for order in range(2, ORDERS + 1):
            counts = counts + np.maximum(sizes - order + 1, 0)
        in_unit = np.bincount(self.word_units, minlength=len(sizes))
        return counts + in_unit + np.maximum(in_unit - 1, 0)


def extract(lines: Lines) -> Features:
    """Give the features of all units of *lines*."""
    units = len(lines.contents)
    folded = chars.fold(lines.points)
    # visible text and what is not, in turns: content ends before the next one starts
    turns = np.zeros(2 * units + 2, np.int64)
    turns[1:-1:2], turns[2:-1:2] = lines.contents, lines.content_ends
    turns[-1] = len(folded)
    inside = np.repeat(np.arange(2 * units + 1) % 2 == 1, np.diff(turns))
    sources = np.flatnonzero(inside & (folded != 0))
    # blanks in a row are one, also where something unseen stands between them
    seen = folded.take(sources)
    blank = seen == ord(" ")
    again = np.flatnonzero(blank[1:] & blank[:-1]) + 1
    ahead, own = (
        np.searchsorted(lines.starts, sources[place], "right")
        for place in (again - 1, again)
    )
    again = again[ahead == own]
    sources, seen = np.delete(sources, again), np.delete(seen, again)
    source_ends = sources + 1
    opens, closes = _readings(lines, sources, seen)
    if len(opens):
        source_ends[opens - 1] = source_ends[closes]
        rest = ~covered(len(sources), opens, closes + 1)
        sources, source_ends, seen = sources[rest], source_ends[rest], seen[rest]
    spaces = _spacing(lines, sources, seen)
    if len(spaces):
        rest = np.ones(len(sources), bool)
        rest[spaces] = False
        sources, source_ends, seen = sources[rest], source_ends[rest], seen[rest]
    sizes = np.diff(np.searchsorted(sources, lines.starts))
    starts = np.zeros(units + 1, np.int64)
    np.cumsum(sizes + 2, out=starts[1:])
    unit = np.repeat(np.arange(units), sizes)
    places = np.arange(1, len(sources) + 1) + 2 * unit
    stream = np.full(starts[-1], MARK, np.uint32)
    stream[places] = seen
    visible = lines.classes.take(sources)
    classes = np.full(starts[-1], chars.NEWLINE, np.uint8)
    classes[places] = visible
    word_starts, word_ends = ranges(LETTERS.take(classes))
    in_unit = np.diff(np.searchsorted(word_starts, starts))
    word_units = np.repeat(np.arange(units), in_unit)
    counts = np.bincount(
        visible.astype(np.int64) * units + unit, minlength=units * chars.CLASSES
    ).reshape(chars.CLASSES, units)
    return Features(
        stream=stream,
        classes=classes,
        starts=starts,
        places=places,
        sources=sources,
        source_ends=source_ends,
        word_starts=word_starts,
        word_ends=word_ends,
        word_units=word_units,
        shape=_shape(
            lines,
            counts,
            # the first and the last place between the marks; a mark where there is none
            (
                classes[np.minimum(starts[:-1] + 1, starts[1:] - 1)],
                classes[starts[1:] - 2],
            ),
            (
                in_unit,
                _sums(word_units, word_ends - word_starts, units),
                _sums(word_units, classes[word_starts] == chars.UPPER, units),
            ),
        ),
    )


@cache
def _syllables() -> NDArray[np.int64]:
    """Give every syllable as a number, in order; see `_readings`."""
    codes = []
    for syllable in {i + f for i in _INITIALS for f in _FINALS if len(i + f) > 1}:
        code = 0
        for letter in syllable:
            code = code << 5 | ord(letter) & 31
        codes.append(code)
    return np.sort(np.array(codes, np.int64))


def _readings(
    lines: Lines, sources: NDArray[np.int64], seen: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give where readings of Han characters open and close, brackets included.

    Copies of stolen pages have them after every few characters, 運(yùn)維(wéi)
    (operations), and spam hides so; n-grams are those of the same text without them.
    *sources*, *seen*: as in `_spacing`. Folding has taken tone marks and wide brackets.
    """
    opens = np.flatnonzero(seen[1:] == ord("(")) + 1
    opens = opens[HAN.take(lines.classes.take(sources[opens - 1]))]
    closes = np.zeros(len(opens), np.int64)
    code = np.zeros(len(opens), np.int64)
    open_still = np.ones(len(opens), bool)
    for step in range(1, _SYLLABLE + 2):
        place = np.minimum(opens + step, len(seen) - 1)
        point = seen[place].astype(np.int64)
        closes = np.where(open_still & (point == ord(")")), place, closes)
        open_still &= (point >= ord("a")) & (point <= ord("z"))
        # five bits a letter: the low bits of a to z are 1 to 26
        code = np.where(open_still, code << 5 | point & 31, code)
    found = (closes > 0) & np.isin(code, _syllables())
    opens, closes = opens[found], closes[found]
    # all of one unit, for the character may end the one before
    own = np.searchsorted(lines.starts, sources[opens - 1], "right")
    one = own == np.searchsorted(lines.starts, sources[closes], "right")
    return opens[one], closes[one]


def _spacing(
    lines: Lines, sources: NDArray[np.int64], seen: NDArray[np.uint32]
) -> NDArray[np.int64]:
    """Give the places of blanks that part single Han characters from one another.

    Some sites set their text 一 字 一 格 (a blank after each character), and spam hides
    so; its n-grams are those of the same text without them. *sources*, *seen*: offset
    and folded form of what the units have, blanks in a row being one.
    """
    han = HAN.take(lines.classes.take(sources))
    blank = seen == ord(" ")
    place: NDArray[np.int64]
    place = np.flatnonzero(blank[1:-1] & han[:-2] & han[2:]) + 1
    # both neighbours are of one unit, for a sign that folds to a blank may be one alone
    own = np.searchsorted(lines.starts, sources[place - 1], "right")
    one = own == np.searchsorted(lines.starts, sources[place + 1], "right")
    place, own = place[one], own[one]
    # a neighbour's neighbour: no Han character of this unit
    for step in (-2, 2):
        beside = place + step
        inside = (beside >= 0) & (beside < len(sources))
        beside = np.where(inside, beside, place)
        other = np.searchsorted(lines.starts, sources[beside], "right")
        alone = ~inside | ~han[beside] | (other != own)
        place, own = place[alone], own[alone]
    return place


def _log(values: NDArray[np.int64]) -> NDArray[np.int16]:
    return _LOG.take(values, mode="clip")


def _sums(
    groups: NDArray[np.int64], values: NDArray[np.generic], number: int
) -> NDArray[np.int64]:
    """Give the sum of *values* in each of *number* groups."""
    # bincount adds weights as float64: exact up to 2^53
    return np.bincount(groups, values, number).astype(np.int64)


def _shape(
    lines: Lines,
    counts: NDArray[np.int64],
    ends: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    words_of: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
) -> NDArray[np.int16]:
    """Give the shape columns, in the order of SHAPE_NAMES.

    *counts*: (CLASSES, units). *ends*: the class of each unit's first and last
    place. *words_of*: how many words each unit has, how many letters they have
    together, and how many of them open with a capital.
    """
    units = counts.shape[1]
    first, last = ends
    in_unit, letters, capital = words_of
    # a matrix product of whole numbers in float64 is exact, and one step
    groups = (_MEMBERS @ counts).astype(np.int64)
    group = dict(zip(SHARES, groups, strict=True))
    number = counts.sum(0)
    total = np.maximum(number, 1)
    wide = group["han"] + group["kana"] + counts[chars.HANGUL]
    width = number + wide
    some = np.maximum(in_unit, 1)
    line = np.cumsum(lines.heads) - 1
    line_width = _sums(line, width, units)[line]
    tails = np.ones(units, bool)
    tails[:-1] = lines.heads[1:]
    blank_before, indentation = _margins(lines)
    blank_after = np.zeros(units, np.int64)
    blank_after[:-1] = blank_before[1:]
    columns = [
        _log(width),
        _log(in_unit + wide // 2),
        np.minimum(8 * letters // some, TOP),
        TOP * capital // some,
        # exact in float64, which divides faster than int64
        *np.floor(TOP * groups / total),
        *_log(groups[_COUNTS]),
        *(TOP * _MEMBERS[_ENDS].take(first, axis=1)),
        *(TOP * _MEMBERS[_ENDS].take(last, axis=1)),
        TOP * lines.heads,
        TOP * tails,
        _log(line_width),
        np.minimum(32 * blank_before, TOP),
        np.minimum(32 * blank_after, TOP),
        _log(indentation),
    ]
    # rows are faster to put together; a unit's columns must lie side by side
    rows = np.stack(columns, dtype=np.int16, casting="unsafe")
    return np.ascontiguousarray(rows.T)


def _margins(lines: Lines) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the blank lines before each unit and the blanks before its text."""
    breaks = np.flatnonzero(lines.classes == chars.NEWLINE)
    following = lines.points[np.minimum(breaks + 1, len(lines.points) - 1)]
    pair = (lines.points[breaks] == ord("\r")) & (following == ord("\n"))
    breaks = breaks[~pair]
    upto = np.searchsorted(breaks, lines.contents)
    previous = np.r_[0, lines.content_ends[:-1]][: len(lines.contents)]
    page_start = lines.page_starts[lines.pages]
    since = np.searchsorted(breaks, np.maximum(previous, page_start))
    opening = np.r_[True, lines.pages[1:] != lines.pages[:-1]][: len(lines.pages)]
    blank = np.where(opening, 0, np.maximum(upto - since - 1, 0))
    line_start = np.maximum(np.r_[-1, breaks][upto] + 1, page_start)
    indentation = np.where(lines.heads, lines.contents - line_start, 0)
    return blank, indentation
