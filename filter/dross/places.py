"""What is known of each place inside a unit: columns for the nets that tag places.

Whether a character is injected spam shows in the evidence of the n-grams before and
after it, in whether text runs on over it, in what returns elsewhere in the page, in
words and scripts that the page has nowhere else, in words that are about something
else, and in what its unit and its page are. The first net sees these in windows to both
sides; the second sees what the first made of the places around and of the other copies
of the same n-gram in the page; the third sees the same of the second, and what it made
of whole words and of the items of lists, for spam begins and ends where they do. All
columns are whole numbers in -127 … 127 and depend on the page alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from dross import chars, hashing, network, seams, vocabulary
from dross.context import Shared, log_steps
from dross.evidence import head_values
from dross.features import HAN, ORDERS, TOP, Features
from dross.network import Network
from dross.spans import ranges

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Numbers = NDArray[np.generic]

# Evidence over this many places to each side.
WINDOWS = {
    "phrase": (1, 2, 4, 8, 16, 32),
    "spam": (4, 16, 32),
    "article": (4, 16, 32),
    "seams": (4, 16),
    "rarity": (8, 16),
    "word odds": (4, 8, 16, 32),
    "only here": (4, 8, 16),
    "clash": (1, 2, 4, 8, 16),
    "short returns": (1, 4, 8),
    "long returns": (1, 4, 8),
    "capitals": (8, 24),
}
HEADS = ("phrase", "spam", "article")
# What a capital counts for in a window: enough that text of capitals alone has TOP.
CAPITAL = 6 * TOP
# What text is about: over this many places to each side, and around the place.
TOPIC_WINDOWS = (8, 24, 64)
TOPIC_AROUND = 12
SEAMS = (-4, -3, -2, -1, 0, 1, 2, 3, 4)
BESIDE = (-2, -1, 0, 1)
KINDS = {
    "blank": (chars.SPACE,),
    "mark": (chars.NEWLINE,),
    "comma": (chars.COMMA,),
    "sentence end": (chars.SENTENCE_END,),
    "bracket": (chars.BRACKET,),
    "separator": (chars.SEPARATOR, chars.SYMBOL, chars.EMOJI),
    "Han": (chars.HAN, chars.SIMPLIFIED, chars.TRADITIONAL),
    "letter": (chars.LOWER, chars.UPPER),
    "capital": (chars.UPPER,),
    "digit": (chars.DIGIT,),
}
SCRIPTS = {
    "Han": (chars.HAN, chars.SIMPLIFIED, chars.TRADITIONAL),
    "simplified": (chars.SIMPLIFIED,),
    "traditional": (chars.TRADITIONAL,),
    "Latin": (chars.LOWER, chars.UPPER),
    "other letters": (chars.KANA, chars.HANGUL, chars.CYRILLIC, chars.LETTER),
    "digits": (chars.DIGIT,),
}
# Classes that are one when it is asked what a page is written in.
_ALIKE = np.arange(chars.CLASSES)
_ALIKE[chars.UPPER] = chars.LOWER
_ALIKE[[chars.EMOJI, chars.SEPARATOR]] = chars.SYMBOL
_COUNTED = np.isin(
    np.arange(chars.CLASSES),
    [
        chars.LOWER, chars.UPPER, chars.SIMPLIFIED, chars.TRADITIONAL, chars.HAN,
        chars.KANA, chars.HANGUL, chars.CYRILLIC, chars.LETTER, chars.SYMBOL,
        chars.EMOJI, chars.SEPARATOR, chars.DIGIT,
    ],
)  # fmt: skip
# Segments: places side by side of one of these kinds. Every other one is a word, or
# between two separators.
SEGMENTS = {
    "word": (
        (chars.LOWER, chars.UPPER, chars.DIGIT, chars.CYRILLIC),
        (chars.HAN, chars.SIMPLIFIED, chars.TRADITIONAL, chars.KANA),
    ),
    "item": (
        (chars.SEPARATOR, chars.COMMA, chars.SENTENCE_END, chars.SYMBOL, chars.EMOJI),
    ),
}
SHORT, LONG = 4, 10  # characters of the n-grams whose return is looked at
MOST_RETURNS = 50
# The second net looks at what the first made of places this far off, and of windows.
NEIGHBOURS = (-24, -16, -12, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12, 16, 24)
SECOND_WINDOWS = (4, 8, 16, 32, 64)
# What a place that no net looked at counts as, in sixteenths of a logit.
COLD = -96
PARTS = 1 << 16  # of a logit, in which log odds are summed
# Places that the gate looks at: one in STEP. The nets look at all within REACH of those
# that pass it.
STEP, REACH = 4, 12
# The second looks at all within REACH_AGAIN of those that the first gives this logit.
MAY_BE, REACH_AGAIN = -4.0, 24
# An n-gram is surely spam where the mean of its log odds is this; where it stands again
# its log odds are less by so much. What returns must have so many columns, a Han
# character four: words of spam are words of the text around it, too.
SURE, LESS, LEAST_COPY = 3.0, 2.0, 16
# Nor is it more than so much of its unit: a headline that spam comments quote is the
# article's all the same.
MOST_COPY = 0.7
# The gate's columns: fields over windows around a place, and what its unit is.
GATE = {
    "phrase": (4, 8, 16, 32),
    "spam": (8, 16, 32),
    "article": (16,),
    "seams": (8, 24),
    "clash": (4, 16),
    "only here": (8, 16),
    "short returns": (8,),
    "long returns": (8,),
    "capitals": (24,),
    "word odds": (8, 24),
}


def _names() -> Iterator[str]:
    for field, sizes in WINDOWS.items():
        for size in sizes:
            yield from (f"{field}, {size} {side}" for side in ("before", "after"))
    yield from (f"seam, {distance:+}" for distance in SEAMS)
    for distance in BESIDE:
        yield from (f"{kind}, {distance:+}" for kind in KINDS)
    yield from ("article odds", "spam odds", "unit's phrase evidence", "unit's length")
    yield from ("places before", "places after", "page's spam odds")
    yield from ("page's mean spam odds", "page's phrase evidence", "page's length")
    yield from (f"page's share of {name}" for name in SCRIPTS)
    for size in TOPIC_WINDOWS:
        for side in ("before", "after"):
            yield f"kin to page, {size} {side}"
            yield f"kin to unit, {size} {side}"
        yield f"kin of both sides, {size}"
    yield from vocabulary.names()


def _second_names() -> Iterator[str]:
    yield from (f"odds, {distance:+}" for distance in NEIGHBOURS)
    for size in SECOND_WINDOWS:
        for side in ("before", "after"):
            yield from (f"odds, {size} {side}", f"likely, {size} {side}")
    for name in ("short", "long"):
        for side in ("ends", "starts"):
            yield from (f"{name} {side}, copies", f"{name} {side}, their odds")
    yield from ("unit's odds", "unit's likely", "page's likely elsewhere")
    yield from (f"seam, {distance:+}" for distance in SEAMS)
    for distance in (-1, 0):
        yield from (f"{kind}, {distance:+}" for kind in KINDS)
    yield from ("article odds", "spam odds", "places before", "places after")


def _third_names() -> Iterator[str]:
    yield from _second_names()
    for name in SEGMENTS:
        yield from (f"{name}'s odds", f"{name} before, odds", f"{name} after, odds")
        yield f"{name}'s length"


def _gate_names() -> Iterator[str]:
    for field, sizes in GATE.items():
        yield from (f"{field}, {size} around" for size in sizes)
    yield from ("unit's phrase evidence", "article odds", "spam odds")


GATE_NAMES = tuple(_gate_names())
NAMES = tuple(_names())
SECOND_NAMES = tuple(_second_names())
THIRD_NAMES = tuple(_third_names())


@dataclass(frozen=True, slots=True)
class Groups:
    """Places of one page that have the same n-gram or word are a group.

    ``order``: the places, group by group, those in no group of two left out.
    ``first``: where in it each group starts. ``others``: (places,), how many others
    are in each one's group.
    """

    order: Ints
    first: Ints
    others: Ints


def grouped(hashes: NDArray[np.uint32], at: Ints, page: Ints) -> Groups:
    """Group the places *at* by their *hashes* and pages; *page*: (places,)."""
    # sorting numbers is many times faster than sorting places by them, and places of a
    # page follow one another
    keys = np.sort(hashes.astype(np.uint64) << np.uint64(32) | at.astype(np.uint64))
    order = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    group, own = keys >> np.uint64(32), page[order]
    new = np.ones(len(keys), bool)
    new[1:] = (group[1:] != group[:-1]) | (own[1:] != own[:-1])
    times = np.diff(np.flatnonzero(new), append=len(keys))
    others = np.zeros(len(page), np.int64)
    several = np.repeat(times > 1, times)
    order, times = order[several], times[times > 1]
    others[order] = np.repeat(times - 1, times)
    return Groups(order, np.cumsum(times) - times, others)


@dataclass(frozen=True)
class Known:
    """All that is known of a batch before its places are tagged.

    ``shared``: what the context stage has worked out. ``packed``: evidence of each
    place. ``seams``: as `seams.seam_weights`. ``logits``: (units, labels), the context
    stage's.
    """

    shared: Shared
    packed: list[NDArray[np.uint64]]
    seams: NDArray[np.int16]
    logits: Floats

    @property
    def features(self) -> Features:
        """The features of the batch."""
        return self.shared.features

    @property
    def pages(self) -> Ints:
        """The page of each unit."""
        return self.shared.lines.pages

    @cached_property
    def heads(self) -> dict[str, Ints]:
        """Evidence of HEADS at each place."""
        return {name: head_values(self.features, self.packed, name) for name in HEADS}

    @cached_property
    def gaps(self) -> Ints:
        """Evidence that text was joined before each place."""
        return seams.gap_evidence(self.features, self.seams)

    @cached_property
    def unit(self) -> Ints:
        """The unit of each place."""
        return np.repeat(np.arange(len(self.pages)), self.features.sizes)

    @cached_property
    def page(self) -> Ints:
        """The page of each place."""
        return self.pages[self.unit]

    @cached_property
    def marks(self) -> NDArray[np.bool_]:
        """Which places are marks: the first and the last of each unit."""
        found = np.zeros(len(self.unit), bool)
        found[self.features.starts[:-1]] = True
        found[self.features.starts[1:] - 1] = True
        return found

    @cached_property
    def number(self) -> int:
        """How many pages there are."""
        return int(self.pages.max()) + 1 if len(self.pages) else 0

    @cached_property
    def grams(self) -> tuple[Groups, Groups]:
        """The SHORT and LONG n-grams that end at each place and hold no mark."""
        *_, short = hashing.ngram_buckets(self.features.stream, SHORT, 32)
        long = short.copy()
        for back, factor in ((SHORT, hashing.PAIR_FACTOR), (LONG - SHORT, 0x27D4EB2F)):
            long[back:] += short[:-back] * np.uint32(factor)
        place = np.arange(len(self.unit))
        since = place - self.features.starts[self.unit]
        inside = place < self.edges[1][self.unit]
        at = np.flatnonzero(inside & (since >= SHORT))
        found = grouped(short[at], at, self.page)
        # what does not return does not as the end of something longer, either
        far = np.flatnonzero(inside & (since >= LONG) & (found.others > 0))
        return found, grouped(long[far], far, self.page)

    @cached_property
    def copies(self) -> tuple[Ints, Ints]:
        """How often each of the `grams` stands elsewhere in its page."""
        short, long = (np.minimum(grams.others, MOST_RETURNS) for grams in self.grams)
        return short, long

    @cached_property
    def fields(self) -> dict[str, tuple[Ints, float]]:
        """What windows are taken of: running sums, and their scale.

        Sums of evidence are over the root of how many n-grams there are; where the
        scale is 0, a window has the mean.
        """
        short, long = self.copies
        rarity, only, odds = self.words
        found = {
            **{name: (values, 4 * ORDERS**0.5) for name, values in self.heads.items()},
            "seams": (np.maximum(self.gaps, 0), 16.0),
            "rarity": (rarity, 0.0),
            "word odds": (odds, 0.0),
            "only here": (only, 0.0),
            "clash": (self.clash, 0.0),
            "short returns": (log_steps(short), 0.0),
            "long returns": (log_steps(long), 0.0),
            "capitals": (CAPITAL * self.capitals, 0.0),
        }
        return {
            name: (np.concatenate([[0], np.cumsum(values)]), scale)
            for name, (values, scale) in found.items()
        }

    def window(self, field: str, size: int, low: Ints, high: Ints) -> Numbers:
        """Give a column: *field* over the places ``low`` … ``high`` - 1."""
        running, scale = self.fields[field]
        total = running[high] - running[low]
        return np.floor(total / (scale * size**0.5 if scale else size))

    @cached_property
    def edges(self) -> tuple[Ints, Ints]:
        """The first place of each unit that is no mark, and the one after its last."""
        return self.features.starts[:-1] + 1, self.features.starts[1:] - 1

    @cached_property
    def words(self) -> tuple[Ints, Ints, Ints]:
        """How rare the word of each place is, the same where it is only here, its odds.

        Words are those that tell a topic.
        """
        found = self.shared.tokens
        alone = grouped(found.hashes, found.homes, self.page).others[found.homes] == 0
        rare = self.shared.vocabulary.rarities(found.hashes) // 2
        odds = self.shared.vocabulary.word_odds(found)
        values = np.zeros((3, len(self.features.stream)), np.int64)
        bounds = np.r_[0, np.cumsum(found.sizes)]
        place = np.arange(bounds[-1]) + np.repeat(
            found.homes - bounds[:-1], found.sizes
        )
        for row, value in zip(values, (rare, rare * alone, odds), strict=True):
            row[place] = np.repeat(value, found.sizes)
        return values[0], values[1], values[2]

    @cached_property
    def capitals(self) -> NDArray[np.bool_]:
        """Which places a word with a capital starts at.

        Keywords pushed into a sentence often have one each, As A Headline Does.
        """
        classes = self.features.classes
        found: NDArray[np.bool_] = classes == chars.UPPER
        found[1:] &= ~np.isin(classes[:-1], (chars.UPPER, chars.LOWER, chars.DIGIT))
        return found

    @cached_property
    def clash(self) -> Ints:
        """How rare each place's kind of character is in its page; 0 for most signs."""
        kind = _ALIKE[self.features.classes]
        counted = _COUNTED[self.features.classes]
        counts = np.bincount(
            (self.page * chars.CLASSES + kind)[counted],
            minlength=self.number * chars.CLASSES,
        )
        total = np.bincount(self.page[counted], minlength=self.number)
        share = total[self.page] // np.maximum(
            counts[self.page * chars.CLASSES + kind], 1
        )
        return log_steps(share) * counted

    @cached_property
    def of_unit(self) -> list[Ints]:
        """Article and spam odds of each unit, in eighths, and its phrase evidence."""
        logits, bounds = self.logits, self.features.starts
        evidence = np.add.reduceat(self.heads["phrase"], bounds[:-1])
        return [
            _eighths(logits[:, 0] - logits[:, 1]),
            _eighths(logits[:, 2] - np.maximum(logits[:, 0], logits[:, 1])),
            evidence // self.features.sizes,
        ]


@dataclass(frozen=True)
class View:
    """Some places of a batch, ``at``, in order, and what stands around them."""

    known: Known
    at: Ints

    @cached_property
    def bounds(self) -> tuple[Ints, Ints]:
        """As `Known.edges`, for the unit of each place."""
        own = self.known.unit[self.at]
        return self.known.edges[0][own], self.known.edges[1][own]

    @cached_property
    def runs(self) -> Ints:
        """The number of the run that each place is in.

        Runs are places side by side, of one unit: between units stand marks.
        """
        return np.cumsum(np.diff(self.at, prepend=self.at[:1]) > 1)

    def windows(self, sizes: Sequence[int]) -> Iterator[tuple[int, Ints, Ints]]:
        """Yield each size with the windows before, and then after, the places."""
        first, last = self.bounds
        for size in sizes:
            yield size, np.maximum(self.at - size, first), self.at
            yield size, self.at, np.minimum(self.at + size, last)

    def beside(self, values: Ints, distance: int, none: int) -> Ints:
        """Give *values* at that distance from the places; *none* outside units."""
        place = self.at + distance
        inside = (place >= self.bounds[0]) & (place < self.bounds[1])
        return np.where(inside, values.take(place, mode="clip"), none)

    def near(self, chosen: NDArray[np.bool_], before: int, after: int) -> Ints:
        """Give the places from *before* before to *after* after the *chosen* ones."""
        first, last = (bound[chosen] for bound in self.bounds)
        steps = np.zeros(len(self.known.unit) + 1, np.int64)
        np.add.at(steps, np.maximum(self.at[chosen] - before, first), 1)
        np.add.at(steps, np.minimum(self.at[chosen] + after, last), -1)
        return np.flatnonzero(np.cumsum(steps[:-1]) > 0)


def sampled(known: Known, chosen: NDArray[np.bool_]) -> View:
    """Give what the gate looks at: one in STEP places of the *chosen* units."""
    first, last = known.edges
    place = np.arange(len(known.unit))
    since = place - first[known.unit]
    inside = (since >= 0) & (place < last[known.unit]) & chosen[known.unit]
    return View(known, np.flatnonzero(inside & (since % STEP == 0)))


def looked_at(some: View, gate: Network, least: float) -> View:
    """Give the places that the first net looks at.

    Those around the `sampled` places that the *gate* gives a logit of at least *least*.
    """
    logits = network.run(gate, gate_columns(some))[1][:, 0]
    return View(some.known, some.near(logits >= least, REACH, REACH + STEP))


def looked_at_again(view: View, logits: Floats) -> View:
    """Give the places of *view* that the second net looks at, by the first's logits.

    Those around the places that may be spam.
    """
    near = view.near(logits >= MAY_BE, REACH_AGAIN, REACH_AGAIN + 1)
    return View(view.known, near[np.isin(near, view.at, assume_unique=True)])


def with_copies(view: View, odds: Floats) -> tuple[View, Floats]:
    """Give the places that may be spam, and their log odds, with copies of sure spam.

    A phrase that spam is made of stands in a page again and again, and in some places
    nothing around tells that it does not belong.
    """
    known = view.known
    if not (odds >= SURE).any():  # a mean is no more than the greatest of them
        return view, odds
    own = np.full(len(known.unit), COLD / 16)
    own[view.at] = odds
    copied = np.full(len(own), -np.inf)
    # in whole numbers, whose sums are the same in any batch
    running = np.r_[0, np.cumsum(np.round(own * PARTS).astype(np.int64))]
    han = np.r_[0, np.cumsum(HAN.take(known.features.classes))]
    for grams, reach in zip(known.grams, (SHORT, LONG), strict=True):
        if not len(grams.order):
            continue
        end = grams.order + 1
        mean = (running[end] - running[end - reach]) / (PARTS * reach)
        times = np.diff(grams.first, append=len(end))
        best = np.repeat(np.maximum.reduceat(mean, grams.first), times)
        less = (best >= SURE) & (mean < best - LESS)
        if reach == SHORT:
            less &= han[end] - han[end - reach] == reach
        for back in range(1, reach + 1):
            np.maximum.at(copied, end[less] - back, best[less] - LESS)
    starts, ends = ranges(copied > own)
    wide = ends - starts + 3 * (han[ends] - han[starts]) >= LEAST_COPY
    first, last = (edge[known.unit[starts]] for edge in known.edges)
    wide &= ends - starts <= MOST_COPY * (last - first)
    within = np.repeat(wide, ends - starts)
    raised = np.flatnonzero(copied > own)[within]
    own[raised] = copied[raised]
    chosen = np.zeros(len(own), bool)
    chosen[view.at] = chosen[raised] = True
    at = np.flatnonzero(chosen)
    return View(known, at), own[at]


def columns(view: View) -> NDArray[np.int8]:
    """Give the first net's columns of the places; (places, len(NAMES))."""
    return _matrix(_rows(view), len(NAMES), len(view.at))


def gate_columns(some: View) -> NDArray[np.int8]:
    """Give the gate's columns of `sampled` places; (places, len(GATE_NAMES))."""
    return _matrix(_gate_rows(some), len(GATE_NAMES), len(some.at))


def _gate_rows(view: View) -> Iterator[Numbers]:
    known, at = view.known, view.at
    unit = known.unit[at]
    first, last = view.bounds
    for field, sizes in GATE.items():
        for size in sizes:
            low, high = at - size // 2, at + size // 2
            yield known.window(
                field, size, np.maximum(low, first), np.minimum(high, last)
            )
    yield known.of_unit[2][unit]
    yield from (odds[unit] for odds in known.of_unit[:2])


def _rows(view: View) -> Iterator[Numbers]:
    known = view.known
    for field, sizes in WINDOWS.items():
        for size, low, high in view.windows(sizes):
            yield known.window(field, size, low, high)
    for distance in SEAMS:
        yield view.beside(known.gaps, distance, 0) // 4
    yield from _kinds(view, BESIDE)
    unit = known.unit[view.at]
    page = known.pages[unit]
    article, spam, mean = known.of_unit
    lengths = known.features.sizes
    yield article[unit]
    yield spam[unit]
    yield mean[unit]
    yield log_steps(lengths)[unit]
    yield from _position(view)
    top = np.full(known.number, -TOP)
    np.maximum.at(top, known.pages, spam)
    yield top[page]
    units = np.maximum(np.bincount(known.pages, minlength=known.number), 1)
    yield np.floor(np.bincount(known.pages, spam, known.number) / units)[page]
    length = np.maximum(np.bincount(known.pages, lengths, known.number), 1)
    yield np.floor(np.bincount(known.pages, mean * lengths, known.number) / length)[
        page
    ]
    yield log_steps(length)[page]
    counts = np.bincount(
        known.page * chars.CLASSES + known.features.classes,
        minlength=known.number * chars.CLASSES,
    ).reshape(known.number, chars.CLASSES)
    for members in SCRIPTS.values():
        yield np.floor(TOP * counts[:, members].sum(1) / length)[page]
    yield from _topic_rows(view)


def _topic_rows(view: View) -> Iterator[Numbers]:
    """Yield how near the words around are to the rest of page and unit, and what about.

    The rest is without the words of the window.
    """
    known, shared = view.known, view.known.shared
    topics, unit = shared.topics, known.unit[view.at]
    page, page_squares = shared.page_topics
    squares = vocabulary.dots(topics.units, topics.units)
    first, last = view.bounds
    for size in TOPIC_WINDOWS:
        low, high = np.maximum(view.at - size, first), np.minimum(view.at + size, last)
        some, run = topics.runs(unit, (low, view.at, high))
        here, own = view.at[some], unit[some]
        before = topics.between(low[some], here)
        after = topics.between(here, high[some])
        square = vocabulary.dots(before, before), vocabulary.dots(after, after)
        for side, length in zip((before, after), square, strict=True):
            for whole, whole_squares in ((page, page_squares), (topics.units, squares)):
                both = vocabulary.dots(side, whole[own])
                yield vocabulary.cosines_to_rest(both, length, whole_squares[own])[run]
        yield vocabulary.cosines(vocabulary.dots(before, after), *square)[run]
    low = np.maximum(view.at - TOPIC_AROUND, first)
    high = np.minimum(view.at + TOPIC_AROUND, last)
    some, run = topics.runs(unit, (low, high))
    about = vocabulary.direction(topics.between(low[some], high[some]))
    yield from (row[run] for row in np.ascontiguousarray(about.T))


def second_columns(
    view: View, before: View, hidden: NDArray[np.float32], logits: Floats
) -> NDArray[np.int8]:
    """Give the second net's columns; (places, hidden width + len(SECOND_NAMES)).

    *before*: the places that the first net looked at, those of *view* among them;
    *hidden* and *logits*: what it made of them.
    """
    rows = _second_rows(view, _spread(before, logits))
    found = _matrix(rows, len(SECOND_NAMES), len(view.at))
    among = np.searchsorted(before.at, view.at)
    return np.concatenate([_activations(hidden[among]), found], axis=1)


def third_columns(
    view: View, hidden: NDArray[np.float32], logits: Floats
) -> NDArray[np.int8]:
    """Give the third net's columns; (places, hidden width + len(THIRD_NAMES)).

    *hidden* and *logits*: what the second net made of the places.
    """
    odds = _spread(view, logits)
    rows = chain(_second_rows(view, odds), _segment_rows(view, odds))
    found = _matrix(rows, len(THIRD_NAMES), len(view.at))
    return np.concatenate([_activations(hidden), found], axis=1)


def _activations(hidden: NDArray[np.float32]) -> NDArray[np.int8]:
    return np.minimum(hidden / 8, TOP).astype(np.int8)


def _spread(view: View, logits: Floats) -> Ints:
    """Give the logits of *view* in sixteenths at all places, COLD where there is none.

    They are cut to what a column holds.
    """
    odds = np.full(len(view.known.unit), COLD, np.int64)
    odds[view.at] = np.clip(np.floor(16 * logits), -TOP, TOP)
    return odds


def _second_rows(view: View, odds: Ints) -> Iterator[Numbers]:
    known = view.known
    likely = np.clip(8 + odds // 8, 0, 16)
    for distance in NEIGHBOURS:
        yield view.beside(odds, distance, COLD)
    of_odds, of_likely = (np.r_[0, np.cumsum(values)] for values in (odds, likely))
    for _, low, high in view.windows(SECOND_WINDOWS):
        yield from _means(of_odds, of_likely, low, high)
    for grams, copies, reach in zip(
        known.grams, known.copies, (SHORT, LONG), strict=True
    ):
        others = _mean_of_others(grams, odds)
        number = log_steps(copies)
        for distance in (0, reach - 1):
            yield 2 * view.beside(number, distance, 0)
            yield view.beside(others, distance, COLD)
    yield from _means(of_odds, of_likely, *view.bounds)
    in_unit = of_likely[known.edges[1]] - of_likely[known.edges[0]]
    in_page = np.bincount(known.pages, in_unit, known.number)
    unit = known.unit[view.at]
    yield log_steps(np.floor((in_page[known.pages] - in_unit) / 16))[unit]
    for distance in SEAMS:
        yield view.beside(known.gaps, distance, 0) // 4
    yield from _kinds(view, (-1, 0))
    yield from (odds[unit] for odds in known.of_unit[:2])
    yield from _position(view)


def _means(of_odds: Ints, of_likely: Ints, low: Ints, high: Ints) -> Iterator[Numbers]:
    """Yield the means of both over the places ``low`` … ``high`` - 1."""
    size = np.maximum(high - low, 1)
    for running, times in ((of_odds, 1), (of_likely, 8)):
        yield times * (running[high] - running[low]) // size


def _segment_rows(view: View, odds: Ints) -> Iterator[Numbers]:
    known = view.known
    running = np.r_[0, np.cumsum(odds)]
    for kinds in SEGMENTS.values():
        kind = np.zeros(chars.CLASSES, np.int8)
        for number, members in enumerate(kinds, 1):
            kind[list(members)] = number
        own = kind[known.features.classes]
        new = np.ones(len(own), bool)
        new[1:] = (own[1:] != own[:-1]) | (known.unit[1:] != known.unit[:-1])
        first = np.flatnonzero(new)
        size = np.diff(first, append=len(own))
        mean = np.diff(running[np.r_[first, len(own)]]) // size
        unit = known.unit[first]
        at = (np.cumsum(new) - 1)[view.at]
        yield mean[at]
        for step in (-2, 2):
            beside = at + step
            there = (beside >= 0) & (beside < len(first))
            there &= unit.take(beside, mode="clip") == unit[at]
            yield np.where(there, mean.take(beside, mode="clip"), COLD)
        yield log_steps(size)[at]


def _matrix(rows: Iterator[Numbers], width: int, length: int) -> NDArray[np.int8]:
    found = np.empty((width, length), np.int8)
    number = -1
    for number, row in enumerate(rows):
        found[number] = np.clip(row, -TOP, TOP)
    assert number == width - 1, "as many rows as names"
    return np.ascontiguousarray(found.T)


def _kinds(view: View, distances: Sequence[int]) -> Iterator[Numbers]:
    tables = np.zeros((len(KINDS), chars.CLASSES), np.int8)
    for row, members in zip(tables, KINDS.values(), strict=True):
        row[list(members)] = TOP
    first, last = view.bounds
    for distance in distances:
        # a unit has marks on both sides; farther off is one too
        place = np.clip(view.at + distance, first - 1, last)
        yield from tables[:, view.known.features.classes[place]]


def _position(view: View) -> Iterator[Ints]:
    first, last = view.bounds
    yield log_steps(view.at - first)
    yield log_steps(last - view.at)


def _mean_of_others(groups: Groups, values: Ints) -> Ints:
    """Give the mean of *values* over the others of each place's group.

    COLD where there is none.
    """
    found = np.full(len(values), COLD, np.int64)
    if not len(groups.order):
        return found
    own = values[groups.order]
    times = np.diff(groups.first, append=len(own))
    total = np.repeat(np.add.reduceat(own, groups.first), times)
    found[groups.order] = (total - own) // np.repeat(times - 1, times)
    return found


def _eighths(values: Floats) -> Ints:
    return np.clip(np.floor(8 * values), -TOP, TOP).astype(np.int64)
