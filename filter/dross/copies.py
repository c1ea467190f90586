"""Strings that return in a page: where much of one is spam, all of it is, in each copy.

Who injects spam puts the same phrases into a page again and again, at places that have
nothing in common. So a string that stands there several times, with something else
before and after it each time, was put there as a whole, though the nets, which see what
is around each copy, find an end of it here and none of it there.
"""

import numpy as np
from numpy.typing import NDArray

from dross import hashing
from dross.features import HAN
from dross.places import Known, grouped
from dross.spans import Stretches, covered, ranges

Ints = NDArray[np.int64]

ORDER = 6  # characters of the n-grams that strings are put together from
# A string must stand so often in its page; so many columns it must have at least, a Han
# character four; and of so many places of a hundred in its copies spam must be found.
# With 24 columns terms that articles on gambling law say over and over went.
COPIES, WIDTH, SHARE = 3, 56, 20
# What is found to be spam beside a copy, and is no longer than this, is not: a comma.
OVERHANG = 2


def agree(
    known: Known,
    found: Stretches,
    whole: NDArray[np.bool_],
    never: NDArray[np.bool_],
) -> Stretches:
    """Give the stretches *found*, and all copies of strings that much of them is in.

    *whole*: (units,), those that are spam from end to end; they count as found, and get
    no stretches. *never*: (units,), those that get none either.
    """
    starts, ends, string = strings(known, known.pages[found.units])
    if not len(starts):
        return found
    size = len(known.unit)
    text = ~known.marks
    own = covered(size, found.starts, found.ends)
    spam, total = (
        np.bincount(string, running[ends] - running[starts])
        for running in (
            np.r_[0, np.cumsum(places)]
            for places in (text & (own | whole[known.unit]), text)
        )
    )
    stand = (100 * spam >= SHARE * total)[string]
    copies = covered(size, starts[stand], ends[stand])
    own &= ~overhang(own, copies)
    own |= copies & text & ~(whole | never)[known.unit]
    starts, ends = ranges(own)
    return Stretches(known.unit[starts], starts, ends)


def overhang(own: NDArray[np.bool_], copies: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which places of *own* reach over an end of *copies* by OVERHANG or less."""
    starts, ends = ranges(own & ~copies)
    beside = np.r_[copies, False]
    one_side = beside[starts - 1] != beside[ends]
    short = one_side & (ends - starts <= OVERHANG)
    return covered(len(own), starts[short], ends[short])


def strings(known: Known, pages: Ints) -> tuple[Ints, Ints, Ints]:
    """Give the strings that stand COPIES times or more in one of *pages*.

    The first place of each copy, the one after its last, and the string's number. They
    are as long as can be, and may go on from one unit of a line to the next: with one
    character more they would stand there less often.
    """
    none = np.zeros(0, np.int64)
    heads = np.zeros(len(known.unit), bool)
    heads[known.features.starts[:-1][known.shared.lines.heads]] = True
    chosen = np.zeros(known.number, bool)
    chosen[pages] = True
    place = np.flatnonzero(chosen[known.page] & (heads | ~known.marks))
    *_, hashes = hashing.ngram_buckets(known.features.stream[place], ORDER, 32)
    line = np.cumsum(heads[place])
    at = np.flatnonzero(line[ORDER:] == line[:-ORDER]) + ORDER
    grams = grouped(hashes[at], at, known.page[place])
    at = np.flatnonzero(grams.others >= COPIES - 1)
    if not len(at):
        return none, none, none
    often = grams.others[at]
    first = np.flatnonzero(np.r_[True, (np.diff(at) > 1) | (np.diff(often) != 0)])
    last = np.r_[first[1:], len(at)] - 1
    starts, ends = at[first] - ORDER + 1, at[last]
    # the same n-grams first and last, so far apart: the same string
    group = np.zeros(len(place), np.int64)
    times = np.diff(grams.first, append=len(grams.order))
    group[grams.order] = np.repeat(np.arange(len(times)), times)
    keys = np.stack([group[at[first]], group[ends], last - first], axis=1)
    _, string, copies = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    string = string.ravel()
    han = np.r_[0, np.cumsum(HAN.take(known.features.classes[place]))]
    width = ends + 1 - starts + 3 * (han[ends + 1] - han[starts])
    enough = (copies[string] >= COPIES) & (width >= WIDTH)
    return place[starts[enough]], place[ends[enough]] + 1, string[enough]
