"""What surrounds a unit: columns for the context stage, pass by pass.

The first pass sees a unit's evidence and shape, those of the units around it and of
its page, where it stands to the page's strongest run of article evidence, how often
it returns, how many of its words the rest of the page shares, what it is about, and
whether its page is about the same. A later one sees what the one before made of the
unit, its neighbours and its page, and asks the same questions again with better
answers. All columns are whole numbers in -127 … 127,
worked out by whole-number sums or correctly rounded operations, so that they do not
depend on the batch or the machine. Many sums and quotients are of whole numbers held
in float64, which is exact below 2^52, as all are, and divides faster than int64.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dross import hashing, network, vocabulary
from dross.evidence import HEADS
from dross.features import SHAPE_NAMES, TOP, Features
from dross.lines import Lines
from dross.network import Network
from dross.vocabulary import RARITY_BITS, Tokens, Topics, Vocabulary, tokens

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Numbers = NDArray[np.generic]

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
UNIT_BITS = 63 - TOKEN_BITS
# What a unit is about is compared with its page, and with this many units around.
KIN_WINDOWS = (1, 4, 12)
_SECOND_SHAPE = [SHAPE_NAMES.index(name) for name in SECOND_SHAPE]
_FAR_SHAPE = [SHAPE_NAMES.index(name) for name in FAR_SHAPE]
_WIDTH = SHAPE_NAMES.index("width")
_WIDE = [SHAPE_NAMES.index(name) for name in WIDE_SHAPE]


@dataclass(frozen=True, slots=True)
class Words:
    """The distinct words of units, as far as the passes ask for them.

    ``units`` and ``weights``: for each word that several units of a page have, those
    units, one after the other, and the word's rarity. ``starts``, ``sizes``: where
    in them each such word starts, and how many units have it. ``totals``: (units,),
    the rarity of all of a unit's words together, at least 1. ``columns``: (2, units),
    the share of words found nowhere else in the page, and how many words there are.
    """

    units: Ints
    weights: Ints
    starts: Ints
    sizes: Ints
    totals: Floats
    columns: Floats


@dataclass(frozen=True)
class Shared:
    """What depends on no pass: worked out once, when first asked for."""

    lines: Lines
    features: Features
    vocabulary: Vocabulary

    @cached_property
    def place(self) -> Ints:
        """Each unit's place in the batch."""
        return np.arange(len(self.lines.pages))

    @cached_property
    def bounds(self) -> tuple[Ints, Ints]:
        """The first unit of each one's page, and the one after its last."""
        pages = self.lines.pages
        return np.searchsorted(pages, pages), np.searchsorted(pages, pages, "right")

    @cached_property
    def index(self) -> Ints:
        """How many units of its page stand before each."""
        return self.place - self.bounds[0]

    @cached_property
    def rest(self) -> Ints:
        """How many units of its page stand after each."""
        return self.bounds[1] - 1 - self.place

    @cached_property
    def size(self) -> Ints:
        """How many characters of features each unit has, at least 1."""
        return np.maximum(self.features.sizes - 2, 1)

    @cached_property
    def words(self) -> Words:
        """The words that units share with their pages."""
        return _words(self.tokens, self.token_units, self.lines.pages, self.vocabulary)

    @cached_property
    def tokens(self) -> Tokens:
        """The words that tell a topic."""
        return tokens(self.features)

    @cached_property
    def token_units(self) -> Ints:
        """The unit of each of the `tokens`."""
        bounds = np.searchsorted(self.tokens.homes, self.features.starts)
        return np.repeat(self.place, np.diff(bounds))

    @cached_property
    def word_odds(self) -> tuple[Ints, Ints]:
        """Running sums, unit by unit, of the words' odds to be spam's and of words."""
        running = np.zeros((2, len(self.place) + 1), np.int64)
        odds = self.vocabulary.word_odds(self.tokens)
        # sums of whole numbers below 2^53: exact
        own = np.bincount(self.token_units, odds, len(self.place))
        running[0, 1:] = np.cumsum(own)
        number = np.bincount(self.token_units, minlength=len(self.place))
        np.cumsum(number, out=running[1, 1:])
        return running[0], running[1]

    @cached_property
    def topics(self) -> Topics:
        """What each stretch of the batch is about."""
        return Topics(self.tokens, self.vocabulary, self.features.starts)

    @cached_property
    def page_topics(self) -> tuple[Floats, Floats]:
        """What each unit's page is about, (units, any), and its squares added up."""
        found = self.topics.windows(*self.bounds)
        return found, vocabulary.dots(found, found)

    @cached_property
    def shape_rows(self) -> NDArray[np.int16]:
        """Shape, (shape columns, units)."""
        return np.ascontiguousarray(self.features.shape.T)

    @cached_property
    def far_shape(self) -> NDArray[np.int16]:
        """Shape of units farther off, and how it differs; (any, units)."""
        shape, width = self.shape_rows[_FAR_SHAPE], self.shape_rows[_WIDTH]
        rows = [self.there(shape, distance) for distance in FAR]
        for distance in PERIODS:
            other = np.abs(width.take(self.place + distance, mode="clip") - width)
            rows.append(np.where(self.inside(distance), other, -TOP)[None, :])
        return np.concatenate(rows)

    @cached_property
    def second_windows(self) -> list[tuple[Ints, Ints, Floats]]:
        """SECOND_WINDOWS: where they lie, and what likely text there is divided by.

        (3, units): the most that likely text, likely units and likely spam units
        could come to.
        """
        running = np.zeros((2, len(self.place) + 1))
        np.cumsum([self.size, np.ones_like(self.size)], axis=1, out=running[:, 1:])
        found = []
        for _, low, high in self.windows(SECOND_WINDOWS):
            most = running.take(high, axis=1) - running.take(low, axis=1)
            most = LIKELY * np.maximum(most, 1)
            found.append((low, high, most[[0, 1, 1]]))
        return found

    def windows(self, sizes: Sequence[int]) -> Iterator[tuple[int, Ints, Ints]]:
        """Yield each size and, before and after each unit, the window of that size.

        It is the units ``low`` … ``high`` - 1, all in the unit's page.
        """
        place, (before, after) = self.place, self.bounds
        for size in sizes:
            yield size, np.maximum(place - size, before), place
            yield size, place + 1, np.minimum(place + 1 + size, after)

    def inside(self, distance: int) -> NDArray[np.bool_]:
        """Tell whether the unit at *distance* is in the same page."""
        return self.index >= -distance if distance < 0 else self.rest >= distance

    def there(self, values: NDArray[np.int16], distance: int) -> NDArray[np.int16]:
        """Give *values*, (any, units), of the units at *distance*; -TOP for none."""
        found = values.take(self.place + distance, axis=1, mode="clip")
        return np.where(self.inside(distance), found, np.int16(-TOP))


def columns(sums: Ints, scales: Floats, shared: Shared) -> NDArray[np.int8]:
    """Give the context columns of all units; (units, len(NAMES)).

    *sums*: (units, heads), evidence. *scales*: (heads,), what brings a unit's
    evidence, divided by the root of its number of n-grams, to -127 … 127.
    """
    parts = list(_parts(sums, scales, shared))
    found = np.concatenate(parts, axis=1, dtype=np.int16, casting="unsafe")
    return np.clip(found, -TOP, TOP, out=found).astype(np.int8)


def _parts(sums: Ints, scales: Floats, shared: Shared) -> Iterator[Numbers]:
    features, pages = shared.features, shared.lines.pages
    counts, shape = features.ngram_counts(), features.shape
    before, after = shared.bounds
    own = _evidence(sums, counts, scales)
    yield own
    yield shape
    # side by side, for each window takes rows of them: evidence, shape, n-grams
    heads = sums.shape[1]
    running = np.zeros((len(pages) + 1, heads + len(_WIDE) + 1))
    running[1:, :heads] = sums
    running[1:, heads:-1] = shape[:, _WIDE]
    running[1:, -1] = counts
    np.cumsum(running, axis=0, out=running)
    near = 2 * own[:, ARTICLE]
    for size, low, high in shared.windows(WINDOWS):
        total = running.take(high, axis=0) - running.take(low, axis=0)
        found = _evidence(total[:, :heads], total[:, -1], scales)
        yield found
        if size == NEAR:
            near += found[:, ARTICLE]
        if size == 1:
            beside = shape.take(low, axis=0, mode="clip")
            beside[low == high] = -TOP
            yield beside
        else:
            number = np.maximum(high - low, 1)
            yield np.floor(total[:, heads:-1] / number[:, None])
    total = running.take(after, axis=0) - running.take(before, axis=0)
    yield _evidence(total[:, :heads], total[:, -1], scales)
    number = after - before
    yield np.floor(total[:, heads:-1] / number[:, None])
    index, rest = shared.index, shared.rest
    yield np.stack(
        [log_steps(number), log_steps(index), log_steps(rest), TOP * index // number], 1
    )
    greatest = own[:, _PARTS].astype(np.int64)
    yield _greatest(greatest, pages)
    yield _greatest(greatest[::-1], pages[::-1])[::-1]
    run, inside = _strongest_run(sums[:, ARTICLE], pages, before, after)
    yield run
    likely = np.clip(LIKELY // 2 + np.floor(near / 16), 0, LIKELY)
    likely = np.where(inside, np.maximum(likely, 4), np.minimum(likely, 12))
    yield _shared_words(shared.words, (likely, LIKELY - likely)).T
    yield _returns(features, pages)
    yield vocabulary.direction(shared.topics.units)
    yield np.stack(list(_kin(shared)), axis=1)
    yield np.stack(list(_word_odds(shared)), axis=1)


def _kin(shared: Shared) -> Iterator[Floats]:
    """Yield how near a unit is to the rest of its page, and to the units around."""
    own = shared.topics.units
    yield vocabulary.kinship_to_rest(own, *shared.page_topics)
    for _, low, high in shared.windows(KIN_WINDOWS):
        yield vocabulary.kinship(own, shared.topics.windows(low, high))


def _word_odds(shared: Shared) -> Iterator[Numbers]:
    """Yield how likely the words of a unit, and of units around, are to be spam's.

    The mean, and for the unit itself what its words come to together, too.
    """
    odds, words = shared.word_odds
    own = np.diff(odds), np.diff(words)
    yield np.floor(own[0] / np.sqrt(np.maximum(own[1], 1)))
    yield own[0] // np.maximum(own[1], 1)
    before, after = shared.bounds
    windows = [(low, high) for _, low, high in shared.windows(KIN_WINDOWS)]
    for low, high in (*windows, (before, after)):
        number = np.maximum(words[high] - words[low], 1)
        yield (odds[high] - odds[low]) // number


def pass_columns(
    found: NDArray[np.int8], shared: Shared, before: Sequence[Network]
) -> NDArray[np.int8]:
    """Give what a pass sees: what `columns` *found*, or what the nets *before* it made.

    *before*: the nets of the passes before, in order.
    """
    for net in before:
        found = second_columns(*network.run(net, found), shared)
    return found


def second_columns(
    hidden: NDArray[np.float32], logits: Floats, shared: Shared
) -> NDArray[np.int8]:
    """Give the columns of a later pass; (units, hidden width + len(SECOND_NAMES)).

    *hidden*: (units, any), the last hidden activations of the net before, 0 … 1023.
    *logits*: (units, labels), its scores.
    """
    rows = list(_second_rows(logits, shared))
    found = np.concatenate(rows, dtype=np.int16, casting="unsafe")
    np.clip(found, -TOP, TOP, out=found)
    own = np.minimum(hidden / 8, TOP)
    return np.concatenate([own, found.T], axis=1, dtype=np.int8, casting="unsafe")


def _second_rows(logits: Floats, shared: Shared) -> Iterator[Numbers]:
    """Yield the columns as rows, (any, units): most are worked out one by one."""
    pages, size = shared.lines.pages, shared.size
    before, after = shared.bounds
    article = logits[:, 0] - logits[:, 1]
    spam = logits[:, 2] - np.maximum(logits[:, 0], logits[:, 1])
    odds = np.stack([_odds(article), _odds(spam)])
    yield odds
    for distance in NEIGHBOURS:
        yield shared.there(odds, distance)
    yield shared.far_shape
    # from 0 (chrome or spam) to LIKELY (article), straight in the log odds
    genuine = np.minimum(article, -spam)
    likely = np.clip(np.floor(LIKELY / 2 + 2 * genuine), 0, LIKELY)
    likely_spam = np.clip(np.floor(LIKELY / 2 + 2 * spam), 0, LIKELY)
    running = np.zeros((3, len(pages) + 1))
    np.cumsum([likely * size, likely, likely_spam], axis=1, out=running[:, 1:])
    for low, high, most in shared.second_windows:
        total = running.take(high, axis=1) - running.take(low, axis=1)
        yield np.floor(TOP * total / most)
    mass, _, mass_spam = running.take(after, axis=1) - running.take(before, axis=1)
    running_size = np.zeros(len(pages) + 1)
    np.cumsum(size, out=running_size[1:])
    total = running_size[after] - running_size[before]
    passed = running[0, :-1] - running[0, before]
    yield np.stack(
        [
            np.floor(TOP * mass_spam / (LIKELY * (after - before))),
            np.floor(TOP * mass / (LIKELY * total)),
            log_steps(np.floor(mass / LIKELY)),
            log_steps(total),
            np.floor(TOP * passed / np.maximum(mass, 1)),
            log_steps(shared.index),
            log_steps(shared.rest),
        ]
    )
    weight = np.clip(np.floor(8 * genuine), -32, 32).astype(np.int64)
    run, _ = _strongest_run(weight * (size + 8), pages, before, after)
    yield run.T
    weight = np.clip(np.floor(8 * spam), -32, 32).astype(np.int64)
    run, _ = _strongest_run(weight, pages, before, after)
    yield run.T
    yield _shared_words(shared.words, (likely, LIKELY - likely, likely_spam))
    yield _kin_to((likely, LIKELY - likely, likely_spam), shared)
    yield _nearest(likely > LIKELY // 2, size, before, after)
    yield shared.shape_rows[_SECOND_SHAPE]


def _kin_to(kinds: tuple[Floats, ...], shared: Shared) -> Floats:
    """Give how near units are to the rest of their page that is likely of each kind.

    *kinds*: (units,), how likely each unit is of a kind, 0 … LIKELY. (kinds, units).
    """
    (before, after), units = shared.bounds, shared.topics.units
    running = np.zeros((len(units) + 1, vocabulary.WIDTH), np.int64)
    rows = []
    for kind in kinds:
        own = kind.astype(np.int64)[:, None] * units
        np.cumsum(own, axis=0, out=running[1:])
        rest = running[after] - running[before] - own
        rows.append(vocabulary.kinship(units, rest))
    return np.stack(rows)


def _odds(values: Floats) -> NDArray[np.int16]:
    """Give log odds in sixteenths, cut off at about ±8."""
    return np.clip(np.floor(16 * values), -TOP, TOP).astype(np.int16)


def _nearest(chosen: NDArray[np.bool_], size: Ints, before: Ints, after: Ints) -> Ints:
    """Give, to both sides, how far the nearest chosen unit is and how large it is.

    (4, units).
    """
    number = len(chosen)
    place = np.arange(number)
    # the last chosen one before each unit, and the first one after it
    last, following = np.full(number, -1), np.full(number, number)
    found = np.where(chosen, place, -1)[:-1]
    np.maximum.accumulate(found, out=last[1:])
    found = np.where(chosen, place, number)[:0:-1]
    following[:-1] = np.minimum.accumulate(found)[::-1]
    size_log = log_steps(size)
    rows = []
    for near, inside in ((last, last >= before), (following, following < after)):
        rows.append(np.where(inside, log_steps(np.abs(place - near)), TOP))
        rows.append(np.where(inside, size_log.take(near, mode="clip"), -TOP))
    return np.stack(rows)


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
    yield from vocabulary.names()
    yield "kin to page"
    for size in KIN_WINDOWS:
        yield from (f"kin to {size} before", f"kin to {size} after")
    yield from ("word odds together", "word odds")
    for size in KIN_WINDOWS:
        yield from (f"word odds, {size} before", f"word odds, {size} after")
    yield "word odds, page"


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
    yield from ("kin to article", "kin to chrome", "kin to spam")
    for side in ("before", "after"):
        yield from (f"nearest likely, {side}", f"its size, {side}")
    yield from SECOND_SHAPE


NAMES = tuple(_names())
SECOND_NAMES = tuple(_second_names())


def _evidence(sums: Ints | Floats, counts: Ints | Floats, scales: Floats) -> Floats:
    """Give evidence in -127 … 127: sums over the root of the number of n-grams."""
    scaled: Floats = sums * scales
    scaled /= np.sqrt(np.maximum(counts, 1).astype(np.float64))[:, None]
    np.floor(scaled, out=scaled)
    return np.clip(scaled, -TOP, TOP, out=scaled)


def log_steps(values: Ints | Floats) -> Ints:
    """Give about 8·log2(1 + x), from the number's bits alone."""
    mantissa, exponent = np.frexp(np.maximum(values, 0) + 1.0)
    return (8 * (exponent - 1) + np.floor(16 * (mantissa - 0.5))).astype(np.int64)


def _greatest(values: Ints, pages: Ints) -> Ints:
    """Give the greatest value among the units before each one in its page.

    *values*: (units, any), within ±TOP; -TOP where there is no unit before.
    """
    number = len(pages)
    # pages are moved apart, each above the one before, so that a maximum starts anew
    rank = np.ones((number, 1), np.int64)
    np.cumsum(pages[1:] != pages[:-1], out=rank[1:, 0])
    rank[1:] += 1
    far = (2 * TOP + 1) * rank
    before = np.zeros_like(values)
    np.maximum.accumulate((values + far)[:-1], axis=0, out=before[1:])
    greatest: Ints = np.maximum(before - far, -TOP)
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
    place = np.arange(len(pages))
    starts = np.flatnonzero(place == before)
    if not len(starts):
        return np.zeros((0, 4), np.int64), np.zeros(0, bool)
    size = after[starts] - starts
    best = np.repeat(np.maximum.reduceat(gain, starts), size)
    end = np.repeat(
        np.minimum.reduceat(np.where(gain == best, place, len(pages)), starts), size
    )
    # the run starts after the last place at or before its end with the lowest sum
    reached = (previous == lowest[end]) & (place <= end)
    start = np.repeat(np.maximum.reduceat(np.where(reached, place, -1), starts), size)
    start = np.maximum(start, before)
    inside = (place >= start) & (place <= end)
    positive = np.add.reduceat(np.maximum(values, 0), starts)
    total = np.repeat(np.maximum(positive, 1), size)
    share = TOP * np.clip(best, 0, total) // total
    return (
        np.stack(
            [
                TOP * inside,
                log_steps(start - place) - log_steps(place - start),
                log_steps(place - end) - log_steps(end - place),
                share,
            ],
            axis=1,
        ),
        inside,
    )


def _words(found: Tokens, units: Ints, pages: Ints, known: Vocabulary) -> Words:
    """Give the words that units share with others of their pages.

    *units*: the unit of each word that was *found*.
    """
    number = len(pages)
    hashes = (found.hashes >> np.uint32(32 - TOKEN_BITS)).astype(np.int64)
    # units of a page follow one another, so those of a page with one token do so too
    keys = np.sort((hashes << UNIT_BITS) | units)
    keys = keys[_first_of_run(keys)]
    unit, token = keys & ((1 << UNIT_BITS) - 1), keys >> UNIT_BITS
    weight = known.rarity.take(token >> (TOKEN_BITS - RARITY_BITS)).astype(np.int64)
    page = pages.take(unit)
    starts = np.flatnonzero(_first_of_run(token) | _first_of_run(page))
    sizes = np.diff(starts, append=len(keys))
    alone = np.repeat(sizes == 1, sizes)
    common = sizes[sizes > 1]
    totals = np.maximum(np.bincount(unit, weight, number), 1)
    mass = np.bincount(unit, weight * alone, number)
    return Words(
        units=unit[~alone],
        weights=weight[~alone],
        starts=np.cumsum(common) - common,
        sizes=common,
        totals=totals,
        columns=np.stack(
            [
                np.floor(TOP * mass / totals),
                2 * log_steps(np.bincount(unit, minlength=number)),
            ]
        ),
    )


def _first_of_run(values: Ints) -> NDArray[np.bool_]:
    """Tell which values differ from the one before them."""
    first = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first


def _shared_words(words: Words, kinds: tuple[Ints | Floats, ...]) -> Floats:
    """Give how much of a unit's words stands in units of each kind elsewhere.

    Topic cohesion: each distinct word of a unit, weighted by its rarity, counts by
    how likely, 0 … LIKELY, the other units of the page with that word are of a kind.
    Rows: shared with each of *kinds*, words found nowhere else, and how many words
    there are; (len(kinds) + 2, units).
    """
    rows = []
    for kind in kinds:
        value = kind.take(words.units)
        elsewhere = np.repeat(np.add.reduceat(value, words.starts), words.sizes)
        elsewhere -= value
        shared = words.weights * np.minimum(elsewhere, LIKELY)
        mass = np.bincount(words.units, shared, len(kind))
        rows.append(np.floor(TOP * mass / (LIKELY * words.totals)))
    return np.concatenate([rows, words.columns])


def _returns(features: Features, pages: Ints) -> Ints:
    """Give how often a unit's folded text returns in its page, and where.

    Columns: how often; whether right after it, anywhere before it, anywhere after it.
    Of a headline that stands in the breadcrumbs as well, the last is the article's.
    """
    starts, ends = features.starts[:-1] + 1, features.starts[1:] - 1
    hashes = hashing.word_hashes(features.stream, starts, ends).astype(np.int64)
    keys = (pages << 32) | hashes
    order = np.argsort(keys)
    starts = np.flatnonzero(_first_of_run(keys[order]))
    sizes = np.diff(starts, append=len(keys))
    runs = np.stack(
        [
            sizes - 1,
            np.minimum.reduceat(order, starts),
            np.maximum.reduceat(order, starts),
        ]
    )
    found = np.empty((len(runs), len(keys)), np.int64)
    found[:, order] = np.repeat(runs, sizes, axis=1)
    times, first, last = found
    again = np.zeros(len(keys), np.int64)
    again[:-1] = keys[1:] == keys[:-1]
    place = np.arange(len(keys))
    return np.stack(
        [
            2 * log_steps(times),
            TOP * again,
            TOP * (first < place),
            TOP * (last > place),
        ],
        axis=1,
    )
