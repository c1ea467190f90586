"""The edges of spam inside Han text, moved to where words begin and end.

n-grams that reach over an edge make it uncertain by a character or two, and a Han
run has no blanks to go by. Of the edges near by, those are best that leave the
fewest words: with 聚乙|恋之欲|烯 cut at its edges, 聚乙烯 (polyethylene) is one word
again. Only stretches already found to be spam are looked at, so that jieba, far
slower than all the rest together, costs next to nothing.
"""

from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from dross import chars
from dross.features import Features
from dross.spans import Stretches
from dross.words import han_words

REACH = 2  # characters that an edge may move
MOVES = range(-REACH, REACH + 1)
BESIDE = 6  # characters beyond those, on each side, that words may reach into

_HAN = np.isin(
    np.arange(chars.CLASSES), [chars.HAN, chars.SIMPLIFIED, chars.TRADITIONAL]
)


def mend(features: Features, stretches: Stretches) -> Stretches:
    """Give *stretches* with their edges inside Han runs at word boundaries.

    They come in order, and none reaches into the one before, nor is any empty.
    """
    han = _HAN[features.classes]
    starts, ends = stretches.starts.copy(), stretches.ends.copy()
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        low, high = int(start), int(end)
        torn_before, torn_after = (
            han[low - 1 : low + 1].all(),
            han[high - 1 : high + 1].all(),
        )
        if torn_before or torn_after:
            starts[row], ends[row] = _best(
                features, han, low, high, (bool(torn_before), bool(torn_after))
            )
    # neighbours may have moved over one another: together they cover what they did
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    reached = np.r_[0, np.maximum.accumulate(ends)[:-1]] if len(ends) else ends
    starts = np.maximum(starts, reached)
    filled = starts < ends
    units = stretches.units[order]
    return Stretches(units[filled], starts[filled], ends[filled])


def _best(
    features: Features,
    han: NDArray[np.bool_],
    start: int,
    end: int,
    torn: tuple[bool, bool],
) -> tuple[int, int]:
    """Give the edges with the fewest words, of those the nearest.

    The text is the same for all of them: what is beside the stretch, and the stretch.
    """
    first = start - _length(han[max(start - REACH - BESIDE, 0) : start][::-1])
    last = end + _length(han[end : end + REACH + BESIDE])
    text = "".join(map(chr, features.stream[first:last].tolist()))
    best = (len(text) + 1, 0, start, end)
    for before, after in product(
        MOVES if torn[0] else (0,), MOVES if torn[1] else (0,)
    ):
        low, high = start + before, end + after
        # an edge moves within its Han run only, and the stretch keeps something
        crossed = (*han[low:start], *han[start:low], *han[high:end], *han[end:high])
        if first <= low < high <= last and all(crossed):
            left, inside = text[: low - first], text[low - first : high - first]
            outside = left + (text[high - first :] if all(torn) else "")
            rest = "" if all(torn) else text[high - first :]
            words = _words(outside) + _words(inside) + _words(rest)
            best = min(best, (words, abs(before) + abs(after), low, high))
    return best[2], best[3]


def _length(run: NDArray[np.bool_]) -> int:
    """Give how many places from the first on are true."""
    return int(np.argmin(np.r_[run, False]))


@lru_cache(maxsize=4096)
def _words(text: str) -> int:
    return len(han_words([text])) if text else 0
