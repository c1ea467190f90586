"""What surrounds a unit: columns for the context stage, pass by pass.

The first pass sees a unit's evidence and shape, those of the units around it and of
its page, where it stands to the page's strongest run of article evidence, how often
it returns, and how many of its words the rest of the page shares. A later one sees
what the one before made of the unit, its neighbours and its page, and asks the same
questions again with better answers. All columns are whole numbers in -127 … 127,
worked out by whole-number sums or correctly rounded operations, so that they do not
depend on the batch or the machine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dross import hashing, network
from dross.evidence import HEADS
from dross.features import SHAPE_NAMES, TOP, Features, topic_words
from dross.lines import Lines
from dross.network import Network

Ints = NDArray[np.int64]

# Windows of this many units before and after; 1 is the neighbour itself.
WINDOWS = (1, 2, 4, 12)
NEAR = 2  # the window by which a unit is taken for likely article
# Shape that is worth knowing over a window, not only of the neighbours.
WIDE_SHAPE = (
    "width",
    "words",
    "capital words",
    "share of digits",
    "share of sentence ends",
    "share of separators",
    "share of simplified",
    "share of traditional",
    "share of han",
    "blank lines before",
)
# The second pass looks at single units this far off, and at likely text over windows.
NEIGHBOURS = (-3, -2, -1, 1, 2, 3)
SECOND_WINDOWS = (3, 8, 24)
# Shape of single units this far off: lists of links, teasers (a headline and a line
# of text, over and over) and tables are parallel, paragraphs are not.
FAR = (-4, -3, -2, 2, 3, 4)
FAR_SHAPE = (
    "width",
    "number of sentence ends",
    "last is sentence ends",
    "share of digits",
)
PERIODS = (-3, -2, -1, 1, 2, 3)
SECOND_SHAPE = (
    "width",
    "words",
    "capital words",
    "share of digits",
    "share of separators",
    "number of sentence ends",
    "last is sentence ends",
    "starts a line",
    "line width",
    "blank lines before",
    "blank lines after",
)
# Heads whose greatest evidence so far, from the page's start or back from its end,
# says in which part of the page a unit is: below "12 comments" all is comments.
PARTS = ("article", "link", "byline", "heading", "comment", "after", "footer", "before")
ARTICLE = HEADS.index("article")
_PARTS = [HEADS.index(name) for name in PARTS]
# Whether a unit is likely article before the context stage has run, in sixteenths.
LIKELY = 16
TOKEN_BITS = 24
RARITY_BITS = 16
_SECOND_SHAPE = [SHAPE_NAMES.index(name) for name in SECOND_SHAPE]
_FAR_SHAPE = [SHAPE_NAMES.index(name) for name in FAR_SHAPE]
_WIDTH = SHAPE_NAMES.index("width")
_WIDE = [SHAPE_NAMES.index(name) for name in WIDE_SHAPE]


@dataclass(frozen=True, slots=True)
class Window:
    """For each unit, the units ``low`` … ``high`` - 1 of its page."""

    low: Ints
    high: Ints

    def sums(self, running: Ints) -> Ints:
        """Give the sum over the window; *running* has a zero row before the first."""
        return running[self.high] - running[self.low]


def columns(
    lines: Lines,
    features: Features,
    sums: Ints,
    scales: NDArray[np.float64],
    rarity: NDArray[np.uint8],
) -> NDArray[np.int8]:
    """Give the context columns of all units; (units, len(NAMES)).

    *sums*: (units, heads), evidence. *scales*: (heads,), what brings a unit's
    evidence, divided by the root of its number of n-grams, to -127 … 127.
    *rarity*: (2**RARITY_BITS,), how rare a word is among pages, 0 … 255.
    """
    parts = _parts(lines, features, sums, scales, rarity)
    found = [part.astype(np.int16) for part in parts]
    return np.clip(np.concatenate(found, axis=1), -TOP, TOP).astype(np.int8)


def _parts(
    lines: Lines,
    features: Features,
    sums: Ints,
    scales: NDArray[np.float64],
    rarity: NDArray[np.uint8],
) -> Iterator[Ints]:
    counts = features.ngram_counts()
    shape = features.shape.astype(np.int64)
    own = _evidence(sums, counts, scales)
    yield own
    yield shape
    before, after = _bounds(lines.pages)
    place = np.arange(len(counts))
    running = np.r_[np.zeros((1, sums.shape[1]), np.int64), np.cumsum(sums, axis=0)]
    running_counts = np.r_[0, np.cumsum(counts)]
    wide = shape[:, _WIDE]
    running_shape = np.r_[
        np.zeros((1, wide.shape[1]), np.int64), np.cumsum(wide, axis=0)
    ]
    near = np.zeros(len(counts), np.int64)
    for size in WINDOWS:
        for window in (
            Window(np.maximum(place - size, before), place),
            Window(place + 1, np.minimum(place + 1 + size, after)),
        ):
            total = window.sums(running)
            found = _evidence(total, window.sums(running_counts), scales)
            yield found
            if size == NEAR:
                near += found[:, ARTICLE]
            if size == 1:
                inside = window.high > window.low
                row = np.minimum(window.low, len(counts) - 1)
                yield np.where(inside[:, None], shape[row], -TOP)
            else:
                number = np.maximum(window.high - window.low, 1)
                yield window.sums(running_shape) // number[:, None]
    page = Window(before, after)
    yield _evidence(page.sums(running), page.sums(running_counts), scales)
    yield page.sums(running_shape) // (after - before)[:, None]
    yield np.stack(
        [
            _log(after - before),
            _log(place - before),
            _log(after - 1 - place),
            TOP * (place - before) // (after - before),
        ],
        axis=1,
    )
    yield _greatest(own[:, _PARTS], lines.pages)
    yield _greatest(own[::-1, _PARTS], lines.pages[::-1])[::-1]
    run, inside = _strongest_run(sums[:, ARTICLE], lines.pages, before, after)
    yield run
    likely = np.clip(LIKELY // 2 + (2 * own[:, ARTICLE] + near) // 16, 0, LIKELY)
    likely = np.where(inside, np.maximum(likely, 4), np.minimum(likely, 12))
    yield _shared_words(features, lines.pages, (likely, LIKELY - likely), rarity)
    yield _returns(features, lines.pages)


def pass_columns(  # noqa: PLR0913, PLR0917 — all that is known of a batch
    lines: Lines,
    features: Features,
    sums: Ints,
    scales: NDArray[np.float64],
    rarity: NDArray[np.uint8],
    before: Sequence[Network],
) -> NDArray[np.int8]:
    """Give what a pass sees: what `columns` gives, or what the nets *before* it made.

    *before*: the nets of the passes before, in order; other arguments as `columns`.
    """
    found = columns(lines, features, sums, scales, rarity)
    for net in before:
        hidden, logits = network.run(net, found)
        found = second_columns(lines, features, hidden, logits, rarity)
    return found


def second_columns(
    lines: Lines,
    features: Features,
    hidden: NDArray[np.float32],
    logits: NDArray[np.float64],
    rarity: NDArray[np.uint8],
) -> NDArray[np.int8]:
    """Give the columns of a later pass; (units, hidden width + len(SECOND_NAMES)).

    *hidden*: (units, any), the last hidden activations of the net before, 0 … 1023.
    *logits*: (units, labels), its scores.
    """
    own = (hidden / 8).astype(np.int64)
    parts = [own, *_second_parts(lines, features, logits, rarity)]
    found = [part.astype(np.int16) for part in parts]
    return np.clip(np.concatenate(found, axis=1), -TOP, TOP).astype(np.int8)


def _second_parts(
    lines: Lines,
    features: Features,
    logits: NDArray[np.float64],
    rarity: NDArray[np.uint8],
) -> Iterator[Ints]:
    pages = lines.pages
    before, after = _bounds(pages)
    place = np.arange(len(pages))
    article = logits[:, 0] - logits[:, 1]
    spam = logits[:, 2] - np.maximum(logits[:, 0], logits[:, 1])
    odds = np.stack([_odds(article), _odds(spam)], axis=1)
    yield odds
    shape = features.shape.astype(np.int64)
    width = shape[:, [_WIDTH]]
    for values, distances, origin in (
        (odds, NEIGHBOURS, None),
        (shape[:, _FAR_SHAPE], FAR, None),
        (width, PERIODS, width),
    ):
        for distance in distances:
            row = place + distance
            inside = (row >= before) & (row < after)
            there = values[np.clip(row, 0, max(len(pages) - 1, 0))]
            if origin is not None:
                there = np.abs(there - origin)
            yield np.where(inside[:, None], there, -TOP)
    # from 0 (chrome or spam) to LIKELY (article), straight in the log odds
    genuine = np.minimum(article, -spam)
    likely = np.clip(np.floor(LIKELY / 2 + 2 * genuine), 0, LIKELY).astype(np.int64)
    size = np.maximum(features.sizes - 2, 1)
    running = np.r_[0, np.cumsum(likely * size)]
    running_size = np.r_[0, np.cumsum(size)]
    running_count = np.r_[0, np.cumsum(likely)]
    likely_spam = np.clip(np.floor(LIKELY / 2 + 2 * spam), 0, LIKELY).astype(np.int64)
    running_spam = np.r_[0, np.cumsum(likely_spam)]
    for reach in SECOND_WINDOWS:
        for window in (
            Window(np.maximum(place - reach, before), place),
            Window(place + 1, np.minimum(place + 1 + reach, after)),
        ):
            mass, total = window.sums(running), window.sums(running_size)
            number = np.maximum(window.high - window.low, 1)
            yield np.stack(
                [
                    TOP * mass // (LIKELY * np.maximum(total, 1)),
                    TOP * window.sums(running_count) // (LIKELY * number),
                    TOP * window.sums(running_spam) // (LIKELY * number),
                ],
                axis=1,
            )
    page = Window(before, after)
    mass, total = page.sums(running), page.sums(running_size)
    yield np.stack(
        [
            TOP * page.sums(running_spam) // (LIKELY * (after - before)),
            TOP * mass // (LIKELY * np.maximum(total, 1)),
            _log(mass // LIKELY),
            _log(total),
            TOP * (running[place] - running[before]) // np.maximum(mass, 1),
            _log(place - before),
            _log(after - 1 - place),
        ],
        axis=1,
    )
    weight = np.clip(np.floor(8 * genuine), -32, 32).astype(np.int64)
    run, _ = _strongest_run(weight * (size + 8), pages, before, after)
    yield run
    weight = np.clip(np.floor(8 * spam), -32, 32).astype(np.int64)
    run, _ = _strongest_run(weight, pages, before, after)
    yield run
    yield _shared_words(features, pages, (likely, LIKELY - likely, likely_spam), rarity)
    yield _nearest(likely > LIKELY // 2, size, before, after)
    yield shape[:, _SECOND_SHAPE]


def _odds(values: NDArray[np.float64]) -> Ints:
    """Give log odds in sixteenths, cut off at about ±8."""
    return np.clip(np.floor(16 * values), -TOP, TOP).astype(np.int64)


def _nearest(chosen: NDArray[np.bool_], size: Ints, before: Ints, after: Ints) -> Ints:
    """Give, to both sides, how far the nearest chosen unit is and how large it is."""
    number = len(chosen)
    place = np.arange(number)
    last = np.maximum.accumulate(np.where(chosen, place, -1))
    last = np.r_[-1, last[:-1]][:number]
    following = np.minimum.accumulate(np.where(chosen, place, number)[::-1])[::-1]
    following = np.r_[following[1:], number][:number]
    columns = []
    for found, inside in ((last, last >= before), (following, following < after)):
        row = np.clip(found, 0, max(number - 1, 0))
        columns.append(np.where(inside, _log(np.abs(place - found)), TOP))
        columns.append(np.where(inside, _log(size[row]), -TOP))
    return np.stack(columns, axis=1)


def _names() -> Iterator[str]:
    yield from HEADS
    yield from SHAPE_NAMES
    for size in WINDOWS:
        for side in ("before", "after"):
            yield from (f"{head}, {size} {side}" for head in HEADS)
            shapes = SHAPE_NAMES if size == 1 else WIDE_SHAPE
            yield from (f"{name}, {size} {side}" for name in shapes)
    yield from (f"{head}, page" for head in HEADS)
    yield from (f"{name}, page" for name in WIDE_SHAPE)
    yield from ("page length", "units before", "units after", "position")
    for side in ("before", "after"):
        yield from (f"greatest {head} {side}" for head in PARTS)
    yield from ("in the run", "to the run", "from the run", "run's share")
    yield from ("words of article", "words of chrome", "words of its own", "word count")
    yield from ("returns", "returns next", "stood before", "stands after")


def _second_names() -> Iterator[str]:
    yield from ("article odds", "spam odds")
    for distance in NEIGHBOURS:
        yield from (f"article odds, {distance:+}", f"spam odds, {distance:+}")
    for distance in FAR:
        yield from (f"{name}, {distance:+}" for name in FAR_SHAPE)
    yield from (f"other width, {distance:+}" for distance in PERIODS)
    for reach in SECOND_WINDOWS:
        for side in ("before", "after"):
            yield from (f"likely text, {reach} {side}", f"likely, {reach} {side}")
            yield f"likely spam, {reach} {side}"
    yield from (
        "likely spam, page",
        "likely text, page",
        "article size",
        "page size",
        "text before",
    )
    yield from ("units before", "units after")
    yield from ("in the run", "to the run", "from the run", "run's share")
    yield from ("in spam", "to spam", "from spam", "spam's share")
    yield from ("words of article", "words of chrome", "words of spam")
    yield from ("words of its own", "word count")
    for side in ("before", "after"):
        yield from (f"nearest likely, {side}", f"its size, {side}")
    yield from SECOND_SHAPE


NAMES = tuple(_names())
SECOND_NAMES = tuple(_second_names())


def _evidence(sums: Ints, counts: Ints, scales: NDArray[np.float64]) -> Ints:
    """Give evidence in -127 … 127: sums over the root of the number of n-grams."""
    root = np.sqrt(np.maximum(counts, 1).astype(np.float64))
    scaled = np.floor(sums * scales / root[:, None])
    return np.clip(scaled, -TOP, TOP).astype(np.int64)


def _bounds(pages: Ints) -> tuple[Ints, Ints]:
    """Give, for each unit, the first unit of its page and the one after its last."""
    return np.searchsorted(pages, pages), np.searchsorted(pages, pages, "right")


def _log(values: Ints) -> Ints:
    """Give about 8·log2(1 + x), from the number's bits alone."""
    moved = np.maximum(values, 0) + 1
    mantissa, exponent = np.frexp(moved.astype(np.float64))
    return (8 * (exponent - 1) + np.floor(16 * (mantissa - 0.5))).astype(np.int64)


def _greatest(values: Ints, pages: Ints) -> Ints:
    """Give the greatest value among the units before each one in its page.

    *values*: (units, any), within ±TOP; -TOP where there is no unit before.
    """
    number = len(pages)
    # pages are moved apart, each above the one before, so that a maximum starts anew
    rank = np.cumsum(np.r_[True, pages[1:] != pages[:-1]][:number])[:, None]
    far = 2 * TOP + 1
    reached = np.maximum.accumulate(values + rank * far, axis=0)
    before = np.concatenate([np.zeros((1, values.shape[1]), np.int64), reached])[
        :number
    ]
    greatest: Ints = np.maximum(before - rank * far, -TOP)
    return greatest


def _strongest_run(
    values: Ints, pages: Ints, before: Ints, after: Ints
) -> tuple[Ints, NDArray[np.bool_]]:
    """Give where each unit stands to its page's run of greatest total evidence.

    The greatest sum of neighbouring values (Kadane), for all pages at once. The
    minimum so far starts anew with each page because pages are moved far apart.
    """
    running = np.cumsum(values)
    previous = running - values
    far = 2 * int(np.abs(values).sum()) + 1 if len(values) else 1
    moved = previous - pages * far
    lowest = np.minimum.accumulate(moved) + pages * far
    gain = running - lowest
    starts = np.flatnonzero(np.r_[True, pages[1:] != pages[:-1]][: len(pages)])
    if not len(starts):
        return np.zeros((0, 4), np.int64), np.zeros(0, bool)
    size = np.diff(np.r_[starts, len(pages)])
    best = np.repeat(np.maximum.reduceat(gain, starts), size)
    place = np.arange(len(pages))
    end = np.repeat(
        np.minimum.reduceat(np.where(gain == best, place, len(pages)), starts), size
    )
    # the run starts after the last place at or before its end with the lowest sum
    reached = (previous == lowest[end]) & (place <= end)
    start = np.repeat(np.maximum.reduceat(np.where(reached, place, -1), starts), size)
    start = np.maximum(start, before)
    inside = (place >= start) & (place <= end)
    positive = np.r_[0, np.cumsum(np.maximum(values, 0))]
    total = np.maximum(positive[after] - positive[before], 1)
    share = TOP * np.clip(best, 0, total) // total
    return (
        np.stack(
            [
                TOP * inside,
                _log(start - place) - _log(place - start),
                _log(place - end) - _log(end - place),
                share,
            ],
            axis=1,
        ),
        inside,
    )


def _shared_words(
    features: Features,
    pages: Ints,
    kinds: tuple[Ints, ...],
    rarity: NDArray[np.uint8],
) -> Ints:
    """Give how much of a unit's words stands in units of each kind elsewhere.

    Topic cohesion: each distinct word of a unit, weighted by its rarity, counts by
    how likely, 0 … LIKELY, the other units of the page with that word are of a kind.
    Columns: shared with each of *kinds*, words found nowhere else, and how many words
    there are.
    """
    hashes, units = topic_words(features)
    number = len(pages)
    tokens = (hashes >> np.uint32(32 - TOKEN_BITS)).astype(np.int64)
    pairs = np.unique((units << TOKEN_BITS) | tokens)
    unit, token = pairs >> TOKEN_BITS, pairs & ((1 << TOKEN_BITS) - 1)
    _, group = np.unique((pages[unit] << TOKEN_BITS) | token, return_inverse=True)
    groups = int(group.max()) + 1 if len(group) else 0
    weight = rarity[token >> (TOKEN_BITS - RARITY_BITS)].astype(np.int64)
    total = np.maximum(np.bincount(unit, weight, number), 1).astype(np.int64)
    result = []
    for value in (kind[unit] for kind in kinds):
        elsewhere = np.bincount(group, value, groups).astype(np.int64)[group] - value
        shared = weight * np.minimum(elsewhere, LIKELY)
        mass = np.bincount(unit, shared, number).astype(np.int64)
        result.append(TOP * mass // (LIKELY * total))
    alone = np.bincount(group, minlength=groups)[group] == 1
    mass = np.bincount(unit, weight * alone, number).astype(np.int64)
    result.append(TOP * mass // total)
    result.append(2 * _log(np.bincount(unit, minlength=number)))
    return np.stack(result, axis=1)


def _returns(features: Features, pages: Ints) -> Ints:
    """Give how often a unit's folded text returns in its page, and where.

    Columns: how often; whether right after it, anywhere before it, anywhere after it.
    Of a headline that stands in the breadcrumbs as well, the last is the article's.
    """
    starts, ends = features.starts[:-1] + 1, features.starts[1:] - 1
    hashes = hashing.word_hashes(features.stream, starts, ends).astype(np.int64)
    _, group = np.unique((pages << 32) | hashes, return_inverse=True)
    times = np.bincount(group)[group] - 1 if len(group) else group
    again = np.zeros(len(pages), np.int64)
    again[:-1] = group[1:] == group[:-1]
    place = np.arange(len(pages))
    first = np.full(len(pages), len(pages))
    last = np.zeros(len(pages), np.int64)
    np.minimum.at(first, group, place)
    np.maximum.at(last, group, place)
    return np.stack(
        [
            2 * _log(times),
            TOP * again,
            TOP * (first[group] < place),
            TOP * (last[group] > place),
        ],
        axis=1,
    )
