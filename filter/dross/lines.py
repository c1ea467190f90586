"""Pages → lines, cut into units that the rest of the program works on.

A *unit* is a line of text with the line break and the blank lines after it, or,
where a line is long, a part of it of about *COLUMNS* columns that ends with a
sentence where it can; of about *CELL* where so much stands on the line that it must be
a whole page. The units of a page tile it. Everything is worked out for a
whole batch of pages at once; a unit depends on its own page only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dross import chars

# A line up to twice this wide stays whole; a longer one is cut once in this many
# columns (a Han character counts two). Short enough that a menu that runs into the
# first sentence costs little.
COLUMNS = 120
# A line wider than PAGE is no paragraph but text that lost its line ends, where any two
# sentences may be of article and chrome; it is cut once in CELL columns. Cut like
# others, such text could not be told apart better than to a word F1 of 0.960 in
# English, against 0.984 of other renderings; so it is 0.973. See EXPERIMENTS.md.
PAGE, CELL = 1200, 60
# Chinese has no blanks between words: in a long line, one between two Han characters
# is what a converter left of a line's end. Where the pieces between such blanks have
# fewer columns than this on the average, the text was cut into words, and they say
# nothing.
PIECE = 6
ASCII = 0x80
# Han and kana; signs that may be theirs; what ends a sentence or a clause.
_EAST, _SIGNS, _CLOSES = (
    np.isin(np.arange(chars.CLASSES), members)
    for members in (
        (chars.HAN, chars.SIMPLIFIED, chars.TRADITIONAL, chars.KANA),
        (chars.SENTENCE_END, chars.COMMA, chars.SEPARATOR, chars.BRACKET),
        (chars.SENTENCE_END, chars.COMMA),
    )
)
# A bracket or quote after a sentence end belongs to that sentence, unless it opens
# the next one: 。“我们 ("We …).
_OPENING = np.array([ord(c) for c in "([{（［｛“‘「『《〈【〔«‹"], np.uint32)


@dataclass(frozen=True, slots=True)
class Lines:
    """The units of a batch of pages.

    ``points`` and ``classes`` have one entry a code point of the batch, ``starts``
    (with ``len(points)`` at its end), ``content_ends``, ``contents``, ``pages``
    and ``heads`` one a unit: where it starts, where its visible text ends and
    starts, the page it is in, and whether it starts a line. ``page_starts`` has an
    entry a page and ``len(points)`` at its end.
    """

    points: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    starts: NDArray[np.int64]
    contents: NDArray[np.int64]
    content_ends: NDArray[np.int64]
    pages: NDArray[np.int64]
    heads: NDArray[np.bool_]
    page_starts: NDArray[np.int64]


def split_pages(texts: Sequence[str]) -> Lines:
    """Give the units of *texts*, one page each."""
    points = chars.code_points("".join(texts))
    page_starts = np.cumsum([0, *map(len, texts)])
    classes = chars.classify(points)
    line_starts = _line_starts(points, classes, page_starts)
    visible = np.flatnonzero(
        (classes != chars.SPACE)
        & (classes != chars.NEWLINE)
        & (classes != chars.INVISIBLE)
    )
    # first visible character at or after each line start
    rank = np.searchsorted(visible, line_starts)
    following = np.r_[visible, len(points)][rank]
    ends = np.r_[line_starts[1:], len(points)]
    filled = following < ends
    # blank lines go with the line before them; those that open a page have none
    # before them, so their page's first filled line starts where the page does
    starts = line_starts[filled]
    pages = np.searchsorted(page_starts, starts, "right") - 1
    opening = np.r_[True, pages[1:] != pages[:-1]][: len(pages)]
    starts = np.where(opening, page_starts[pages], starts)
    # a page of blanks alone is one unit
    sizes = np.diff(page_starts)
    sizes[pages] = 0
    blank = np.flatnonzero(sizes)
    starts = np.sort(np.r_[starts, page_starts[blank]])
    cuts = _cuts(points, classes, starts, visible, page_starts)
    heads = np.r_[np.ones(len(starts), bool), np.zeros(len(cuts), bool)]
    starts = np.r_[starts, cuts]
    order = np.argsort(starts, kind="stable")
    starts, heads = starts[order], heads[order]
    bounds: NDArray[np.int64] = np.r_[starts, len(points)]
    rank = np.searchsorted(visible, bounds)
    some = rank[1:] > rank[:-1]
    padded = np.r_[visible, 0]
    return Lines(
        points=points,
        classes=classes,
        starts=bounds,
        contents=np.where(some, padded[rank[:-1]], starts),
        content_ends=np.where(some, padded[rank[1:] - 1] + 1, starts),
        pages=np.searchsorted(page_starts, starts, "right") - 1,
        heads=heads,
        page_starts=page_starts,
    )


def _line_starts(
    points: NDArray[np.uint32],
    classes: NDArray[np.uint8],
    page_starts: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Give where lines start: pages, and after each break; CR LF is one break."""
    breaks = np.flatnonzero(classes == chars.NEWLINE)
    after = breaks + 1
    inside = after < len(points)
    breaks, after = breaks[inside], after[inside]
    pair = (points[breaks] == ord("\r")) & (points[after] == ord("\n"))
    # empty pages at the end of the batch start where no line does
    first = np.zeros(len(points), bool)
    first[page_starts[page_starts < len(points)]] = True
    first[after[~pair]] = True
    return np.flatnonzero(first)


def _cuts(
    points: NDArray[np.uint32],
    classes: NDArray[np.uint8],
    starts: NDArray[np.int64],
    visible: NDArray[np.int64],
    page_starts: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Give where long lines are cut, in no order.

    First at every gap (`_gap_ends`); then after the last sentence end in each
    stretch of COLUMNS columns, or CELL; parts that are still long, before the last
    capital in each such stretch, then at its last blank or comma; what is left,
    anywhere.
    """
    bounds: NDArray[np.int64] = np.r_[starts, len(points)]
    # cheap bound on the width, so that most lines are never looked at closely
    rank = np.searchsorted(visible, bounds)
    long = np.flatnonzero((np.diff(bounds) > COLUMNS) & (np.diff(rank) > 0))
    if not len(long):
        return np.zeros(0, np.int64)
    # blanks before and blank lines after what is visible do not make a line long
    begin, end = visible[rank[long]], visible[rank[long + 1] - 1] + 1
    # width up to each code point, counting visible characters and blanks alike
    wide = (classes >= chars.HAN) & (classes <= chars.HANGUL)
    seen = classes != chars.INVISIBLE
    columns = np.r_[0, np.cumsum(seen + wide.astype(np.int64))]
    long = columns[end] - columns[begin] > 2 * COLUMNS
    begin, end = begin[long], end[long]
    if not len(begin):
        return np.zeros(0, np.int64)
    places, part = _inside(_gap_ends(points, classes, visible, page_starts), begin, end)
    pieces = np.bincount(part, minlength=len(begin)) + 1
    cuts = places[(columns[end] - columns[begin] >= PIECE * pieces)[part]]
    found = [cuts]
    begin, end, _ = _parted(begin, end, cuts)
    cell = np.where(columns[end] - columns[begin] > PAGE, CELL, COLUMNS)
    for candidates in (
        partial(_sentence_starts, points, classes, page_starts),
        partial(_capital_starts, classes),
        partial(_piece_starts, classes),
        partial(np.arange, len(points)),
    ):
        long = columns[end] - columns[begin] > 2 * cell
        begin, end, cell = begin[long], end[long], cell[long]
        if not len(begin):
            break
        places, part = _inside(candidates(), begin, end)
        # a last part of a few columns would stand alone without need
        worth = columns[end[part]] - columns[places] >= cell[part] // 4
        places, part = places[worth], part[worth]
        row = (columns[places] - columns[begin[part]]) // cell[part]
        final = np.r_[(part[1:] != part[:-1]) | (row[1:] != row[:-1]), True]
        cuts = places[final[: len(places)]]
        found.append(cuts)
        begin, end, part = _parted(begin, end, cuts)
        cell = cell[part]
    return np.concatenate(found)


def _inside(
    places: NDArray[np.int64], begin: NDArray[np.int64], end: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give those of *places* that are inside a part, and the parts they are in."""
    part = np.searchsorted(begin, places, "right") - 1
    inside = (part >= 0) & (places > begin[part]) & (places < end[part])
    return places[inside], part[inside]


def _parted(
    begin: NDArray[np.int64], end: NDArray[np.int64], cuts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Give where parts begin and end once they are cut, and what each was part of."""
    owner = np.searchsorted(begin, cuts, "right") - 1
    starts = np.r_[begin, cuts]
    order = np.argsort(starts, kind="stable")
    starts, part = starts[order], np.r_[np.arange(len(begin)), owner][order]
    return starts, np.minimum(np.r_[starts[1:], end[-1:]], end[part]), part


def _gap_ends(
    points: NDArray[np.uint32],
    classes: NDArray[np.uint8],
    visible: NDArray[np.int64],
    page_starts: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Give the places after blanks that stand for the end of a line.

    Those between Han characters, kana or their punctuation, and, where no sentence
    or clause ends before it, a tab, a wide blank, or two blanks and more. But text that
    is set 一 字 一 格 (a blank after each character) has one between any two.
    """
    before, after = visible[:-1], visible[1:]
    blanks = np.r_[0, np.cumsum(classes == chars.SPACE)]
    wide_blanks = np.r_[0, np.cumsum((points == ord("\t")) | (points == ord("\u3000")))]
    number = blanks[after] - blanks[before]
    broad = (number > 1) | (wide_blanks[after] > wide_blanks[before])
    east = _EAST[classes] | (_SIGNS[classes] & (points >= ord("\u3000")))
    ended = _CLOSES[classes[before]] & (points[before] < ASCII)
    apart = (number > 0) & ((east[before] & east[after]) | (broad & ~ended))
    white = np.r_[0, np.cumsum(np.isin(classes, (chars.SPACE, chars.NEWLINE)))]
    parted = np.ones(len(visible) + 1, bool)
    parted[1:-1] = white[after] > white[before]
    parted[np.searchsorted(visible, page_starts)] = True
    alone = parted[1:] & parted[:-1]
    apart &= broad | ~(alone[:-1] & alone[1:])
    return np.asarray(after[apart], np.int64)


def _sentence_starts(
    points: NDArray[np.uint32],
    classes: NDArray[np.uint8],
    page_starts: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Give the places after a sentence end and what closes it.

    A full stop ends a sentence only before a blank ("3.5", "u.s."); 。！？ always do.
    """
    ends = np.flatnonzero(classes == chars.SENTENCE_END)
    ends = ends[ends + 1 < len(points)]
    following = classes[ends + 1]
    closed = (following == chars.BRACKET) & ~np.isin(points[ends + 1], _OPENING)
    place = ends + 1 + closed
    # the page after this one says nothing about where this one's sentences end
    own = place < page_starts[np.searchsorted(page_starts, ends, "right")]
    ends, place = ends[own], place[own]
    blank = (classes[place] == chars.SPACE) | (classes[place] == chars.NEWLINE)
    more = classes[place] == chars.SENTENCE_END
    always = points[ends] >= ASCII
    place = (place + blank)[(blank | always) & ~more]
    return np.asarray(place, np.int64)


def _capital_starts(classes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Give the places of capitals after a blank.

    Where neither line end nor full stop is left, what begins there does so with one.
    """
    capital = (classes[:-1] == chars.SPACE) & (classes[1:] == chars.UPPER)
    return np.flatnonzero(capital) + 1


def _piece_starts(classes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Give the places after a blank, a comma or a separator."""
    soft = (
        (classes == chars.SPACE)
        | (classes == chars.COMMA)
        | (classes == chars.SEPARATOR)
    )
    return np.flatnonzero(soft[:-1] & ~soft[1:]) + 1
