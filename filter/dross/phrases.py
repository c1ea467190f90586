"""Spam inside a unit: the stretches of it whose n-grams say spam most.

n-gram evidence is additive, so the likeliest stretch of a unit is the one with the
greatest sum of evidence, less a price for each character and with the evidence that
text was joined at its edges (Ruzzo and Tompa, 1999, "A linear time algorithm for
finding all maximal scoring subsequences"), found round by round for all units at
once. Whether a stretch stands is decided by a small net over what is known of it, its
unit and its page.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dross import chars, hashing, seams
from dross.evidence import BIAS, FIELDS, HEADS
from dross.features import ORDERS, TOP, Features

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Stretches looked for in one unit. More than this many phrases in about 120
# columns make a unit that is spam as a whole.
ROUNDS = 6
NEVER = -(1 << 20)  # less than any stretch can gain
# A stretch's core is the best stretch in it at this much higher price: a phrase has
# one or two telling words, and others that could stand anywhere.
CORE_PRICE = 48
# What stands before and after a stretch.
AROUND = {
    "blank": (chars.SPACE,),
    "mark": (chars.NEWLINE,),
    "comma": (chars.COMMA,),
    "sentence end": (chars.SENTENCE_END,),
    "bracket": (chars.BRACKET,),
    "separator": (chars.SEPARATOR, chars.SYMBOL, chars.EMOJI),
    "Han": (chars.HAN, chars.SIMPLIFIED, chars.TRADITIONAL),
}
SCRIPTS = {
    "Han": (chars.HAN, chars.SIMPLIFIED, chars.TRADITIONAL),
    "simplified": (chars.SIMPLIFIED,),
    "traditional": (chars.TRADITIONAL,),
    "Latin": (chars.LOWER, chars.UPPER),
    "other letters": (chars.KANA, chars.HANGUL, chars.CYRILLIC, chars.LETTER),
    "digits": (chars.DIGIT,),
    "signs": (chars.SEPARATOR, chars.SYMBOL, chars.EMOJI, chars.COMMA),
}
REPEATED, MOST_RETURNS = 4, 100
SEAM_WEIGHT = 2  # of a seam beside the phrase evidence of a place
SEAM_STEP = 4  # evidence of a seam is some hundreds
READ = ("phrase", "spam", "article")
NAMES = (
    *(f"{head} evidence" for head in READ),
    *(f"{head} evidence around" for head in READ),
    "core evidence",
    "core length",
    "length",
    "part of the unit",
    "article odds",
    "spam odds",
    "page's spam odds",
    "page's mean spam odds",
    *(f"share of {name}" for name in SCRIPTS),
    *(f"page's share of {name}" for name in SCRIPTS),
    *(f"before is {name}" for name in AROUND),
    *(f"after is {name}" for name in AROUND),
    "seam before",
    "seam after",
    "seam without it",
    "core returns",
    "n-grams that return",
    "returns in the page",
    "stretches in the unit",
    "stretches in the page",
)


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches inside units: places ``starts`` … ``ends`` - 1 of ``units``."""

    units: Ints
    starts: Ints
    ends: Ints

    def take(self, rows: NDArray[np.bool_]) -> "Stretches":
        """Give the chosen ones."""
        return Stretches(self.units[rows], self.starts[rows], self.ends[rows])


def head_values(
    features: Features, packed: list[NDArray[np.uint64]], head: str
) -> Ints:
    """Give the evidence of one head at each place; whole numbers."""
    index = HEADS.index(head)
    field = packed[index // FIELDS] >> np.uint64(16 * (index % FIELDS))
    values = (field & np.uint64(0xFFFF)).astype(np.int64) - ORDERS * BIAS
    last = features.word_ends - 1
    values[last] -= BIAS
    second = features.word_units[1:] == features.word_units[:-1]
    values[last[1:][second]] -= BIAS
    return values


def candidates(  # noqa: PLR0913, PLR0917 — evidence, and the rule by which it counts
    features: Features,
    packed: list[NDArray[np.uint64]],
    gaps: Ints,
    chosen: NDArray[np.bool_],
    price: int,
    edge: int,
) -> Stretches:
    """Give the likeliest stretches of the *chosen* units; no mark is in any.

    *packed*: evidence of each place. *gaps*: as `seams.gap_evidence`. *price*: of
    a place, above the mean of its unit: the words of English spam stand in genuine
    text as well, and are only likelier to be spam than those around them. *edge*: what
    is added to the evidence of a seam, which is below 0 where text runs on.
    """
    bounds, sizes = features.starts, features.sizes
    own = head_values(features, packed, "phrase")
    mean = (
        np.floor_divide(np.add.reduceat(own, bounds[:-1]), sizes) if len(own) else own
    )
    values = own - np.repeat(np.minimum(mean, 0), sizes) - price
    values[bounds[:-1]] = NEVER
    values[bounds[1:] - 1] = NEVER
    values[np.repeat(~chosen, sizes)] = NEVER
    inside = np.ones(len(own), bool)
    inside[bounds[:-1]] = inside[bounds[:-1] + 1] = inside[bounds[1:] - 1] = False
    edges = np.r_[np.where(inside, SEAM_WEIGHT * (gaps + edge), 0), 0]
    return all_stretches(values, bounds, edges)


def best_stretches(
    values: Ints, bounds: Ints, opening: Ints | int = 0, closing: Ints | int = 0
) -> Stretches:
    """Give, for each unit, the stretch with the greatest sum, where it is above 0.

    *values*: (places,). *bounds*: (units + 1,), where units start; none is empty.
    *opening* and *closing*: (places,), what a stretch is worth beside the sum of its
    values for the place that it starts with and the one that it ends with. Of
    stretches with equal sums, the shortest that ends first.
    """
    if len(bounds) < 2:  # noqa: PLR2004 — no unit at all
        none = np.zeros(0, np.int64)
        return Stretches(none, none, none)
    sizes = np.diff(bounds)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    running = np.cumsum(values)
    # the minimum so far starts anew with each unit: units are moved far apart, by
    # more than any unit's sums reach
    first = bounds[:-1] - bounds[0]
    running -= np.repeat(running[first] - values[first], sizes)
    previous = running - values
    previous -= opening
    running += closing
    far = int(max(np.abs(running).max(), np.abs(previous).max())) * 4 + 1
    lowest = np.minimum.accumulate(previous - owner * far) + owner * far
    gain = running - lowest
    best = np.maximum.reduceat(gain, first)
    place = np.arange(len(values))
    at_best = gain == np.repeat(best, sizes)
    last = np.minimum.reduceat(np.where(at_best, place, len(values)), first)
    reached = (previous == np.repeat(lowest[last], sizes)) & (
        place <= np.repeat(last, sizes)
    )
    start = np.maximum.reduceat(np.where(reached, place, -1), first)
    some = np.flatnonzero(best > 0)
    return Stretches(some, start[some] + bounds[0], last[some] + 1 + bounds[0])


def all_stretches(values: Ints, bounds: Ints, edges: Ints | None = None) -> Stretches:
    """Give up to ROUNDS stretches a unit, the best ones first found.

    *values* (places,) is used up: found stretches are marked in it. *edges*:
    (places + 1,), what it is worth to start or end a stretch before a place.
    """
    if edges is None:
        edges = np.zeros(len(values) + 1, np.int64)
    sizes = np.diff(bounds)
    units = np.arange(len(sizes))
    rounds = []
    for _ in range(ROUNDS):
        # only units that still hold something above 0
        place = np.flatnonzero(np.repeat(np.isin(np.arange(len(sizes)), units), sizes))
        local = np.r_[0, np.cumsum(sizes[units])]
        found = best_stretches(values[place], local, edges[place], edges[place + 1])
        if not len(found.units):
            break
        found = Stretches(
            units[found.units], place[found.starts], place[found.ends - 1] + 1
        )
        rounds.append(found)
        inside = np.zeros(len(values) + 1, np.int64)
        np.add.at(inside, found.starts, 1)
        np.add.at(inside, found.ends, -1)
        values[np.cumsum(inside[:-1]) > 0] = NEVER
        units = found.units
    return Stretches(
        *(
            np.concatenate([np.zeros(0, np.int64), *(getattr(r, name) for r in rounds)])
            for name in ("units", "starts", "ends")
        )
    )


def stretch_columns(  # noqa: PLR0913, PLR0917 — all that is known of a batch
    features: Features,
    packed: list[NDArray[np.uint64]],
    tables: list[NDArray[np.uint64]],
    gaps: Ints,
    stretches: Stretches,
    logits: Floats,
    pages: Ints,
) -> NDArray[np.int8]:
    """Give what is known of each stretch; (stretches, len(NAMES)).

    *packed*: evidence of each place. *tables*: the heads' packed weights, by which
    seams are judged. *gaps*: as `seams.gap_evidence`. *logits*: (units, labels), the
    last pass's scores. *pages*: (units,).
    """
    parts = _parts(features, packed, tables, gaps, stretches, logits, pages)
    return np.clip(np.stack(list(parts), axis=1), -TOP, TOP).astype(np.int8)


def _parts(  # noqa: PLR0913, PLR0917 — as above
    features: Features,
    packed: list[NDArray[np.uint64]],
    tables: list[NDArray[np.uint64]],
    gaps: Ints,
    stretches: Stretches,
    logits: Floats,
    pages: Ints,
) -> Iterator[Ints]:
    starts, ends, units = stretches.starts, stretches.ends, stretches.units
    bounds, length = features.starts, ends - starts
    unit_start, unit_end = bounds[units] + 1, bounds[units + 1] - 1
    sums = []
    values = {head: head_values(features, packed, head) for head in READ}
    for own in values.values():
        running = np.r_[0, np.cumsum(own)]
        sums.append(
            (running[ends] - running[starts], running[unit_end] - running[unit_start])
        )
    for own, _ in sums:
        yield _normal(own, length)
    rest = unit_end - unit_start - length
    for own, whole in sums:
        yield _normal(whole - own, rest)
    cores, evidence = _cores(values["phrase"], starts, length)
    core_length = cores.ends - cores.starts
    yield _normal(evidence, core_length)
    yield _log(core_length)
    yield _log(length)
    yield TOP * length // np.maximum(unit_end - unit_start, 1)
    article = _odds(logits[:, 0] - logits[:, 1])
    spam = _odds(logits[:, 2] - np.maximum(logits[:, 0], logits[:, 1]))
    yield article[units]
    yield spam[units]
    number = int(pages.max()) + 1 if len(pages) else 0
    top = np.full(number, -TOP)
    np.maximum.at(top, pages, spam)
    page = pages[units]
    yield top[page]
    count = np.maximum(np.bincount(pages, minlength=number), 1)
    yield (np.bincount(pages, spam, number).astype(np.int64) // count)[page]
    in_page = np.bincount(pages, np.diff(bounds), number).astype(np.int64)
    page_shares = []
    for members in SCRIPTS.values():
        running = np.r_[0, np.cumsum(_among(features.classes, members))]
        yield TOP * (running[ends] - running[starts]) // np.maximum(length, 1)
        found = np.bincount(pages, running[bounds[1:]] - running[bounds[:-1]], number)
        page_shares.append(
            (TOP * found.astype(np.int64) // np.maximum(in_page, 1))[page]
        )
    yield from page_shares
    for classes in (features.classes[starts - 1], features.classes[ends]):
        for members in AROUND.values():
            yield TOP * _among(classes, members)
    yield from _seams(features, tables, gaps, starts, ends)
    hashes = hashing.word_hashes(features.stream, cores.starts, cores.ends)
    yield 2 * _log(_others((page << 32) | hashes.astype(np.int64)) * (core_length > 0))
    yield _returns(features, pages, starts, ends)
    hashes = hashing.word_hashes(features.stream, starts, ends).astype(np.int64)
    for keys in ((page << 32) | hashes, units, page):
        yield 2 * _log(_others(keys))


def _seams(
    features: Features,
    tables: list[NDArray[np.uint64]],
    gaps: Ints,
    starts: Ints,
    ends: Ints,
) -> Iterator[Ints]:
    """Give whether text was joined at the stretch's edges, and would be without it."""
    blank = (features.classes[starts - 1] == chars.SPACE) & (
        features.classes[ends] == chars.SPACE
    )
    yield np.floor_divide(gaps[starts], SEAM_STEP)
    yield np.floor_divide(gaps[ends], SEAM_STEP)
    without = seams.seam_evidence(features, tables, starts, ends + blank)
    yield np.floor_divide(without, SEAM_STEP)


def _cores(values: Ints, starts: Ints, length: Ints) -> tuple[Stretches, Ints]:
    """Give each stretch's core, empty where it has none, and the cores' evidence."""
    bounds = np.r_[0, np.cumsum(length)]
    place = np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], length)
    own = values[place]
    found = best_stretches(own - CORE_PRICE, bounds)
    running = np.r_[0, np.cumsum(own)]
    evidence = np.zeros(len(starts), np.int64)
    evidence[found.units] = running[found.ends] - running[found.starts]
    first, last = starts.copy(), starts.copy()
    first[found.units] = place[found.starts]
    last[found.units] = place[found.ends - 1] + 1
    return Stretches(np.arange(len(starts)), first, last), evidence


def _among(classes: NDArray[np.uint8], members: tuple[int, ...]) -> NDArray[np.bool_]:
    """Tell which *classes* are *members*; one look-up, where np.isin takes ten."""
    table = np.zeros(chars.CLASSES, bool)
    table[list(members)] = True
    return table[classes]


def _others(keys: Ints) -> Ints:
    """Give how many others have each one's key."""
    order = np.argsort(keys)
    ordered = keys[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(keys)])
    times = np.diff(np.r_[first, len(keys)])
    others = np.empty_like(keys)
    others[order] = np.repeat(times - 1, times)
    return others


def _returns(features: Features, pages: Ints, starts: Ints, ends: Ints) -> Ints:
    """Give how often a stretch's n-grams stand elsewhere in its page, on the mean.

    A phrase pushed into a page again and again returns however it is cut. n-grams
    have REPEATED characters; a stretch shorter than that has none.
    """
    *_, grams = hashing.ngram_buckets(features.stream, REPEATED, 32)
    page = np.repeat(pages, features.sizes)
    counts = np.minimum(_others((page << 32) | grams.astype(np.int64)), MOST_RETURNS)
    running = np.r_[0, np.cumsum(counts)]
    first = np.minimum(starts + REPEATED - 1, ends)
    mean = 8 * (running[ends] - running[first]) // np.maximum(ends - first, 1)
    return 2 * _log(mean)


def _normal(sums: Ints, places: Ints) -> Ints:
    """Give evidence over the root of the number of its n-grams, in -127 … 127."""
    root = np.sqrt(np.maximum(places, 1).astype(np.float64) * ORDERS)
    return np.clip(np.floor(sums / root / 4), -TOP, TOP).astype(np.int64)


def _odds(values: Floats) -> Ints:
    return np.clip(np.floor(8 * values), -TOP, TOP).astype(np.int64)


def _log(values: Ints) -> Ints:
    """Give about 8·log2(1 + x), from the number's bits alone."""
    mantissa, exponent = np.frexp(np.maximum(values, 0) + 1.0)
    return (8 * (exponent - 1) + np.floor(16 * (mantissa - 0.5))).astype(np.int64)
