"""Character classes and folding, as table look-ups over code points.

Both tables come from ``unicode.npz``, which ``training/unicode_tables.py`` makes
from Unicode data, so that every Python version and every machine sees the same
classes. Folding is for features only (full-width and mathematical letters, case,
accents, Latin look-alikes, traditional Han, digits); spans and kept text always
use the original characters.
"""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# The numbers of the classes, in the order that training/unicode_tables.py writes.
(
    OTHER,
    SPACE,
    NEWLINE,
    DIGIT,
    LOWER,
    UPPER,
    HAN,
    SIMPLIFIED,
    TRADITIONAL,
    KANA,
    HANGUL,
    CYRILLIC,
    LETTER,
    SENTENCE_END,
    COMMA,
    SEPARATOR,
    BRACKET,
    SYMBOL,
    EMOJI,
    CONTROL,
    INVISIBLE,
) = range(21)
CLASSES = 21

_TABLES = Path(__file__).with_name("unicode.npz")


@cache
def _tables() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    with np.load(_TABLES, allow_pickle=False) as arrays:
        starts = arrays["class_starts"]
        classes = np.repeat(arrays["class_numbers"], np.diff(starts, append=0x110000))
        folded = np.arange(0x110000, dtype=np.uint32)
        folded[arrays["fold_sources"]] = arrays["fold_targets"]
    return classes, folded


def code_points(text: str) -> NDArray[np.uint32]:
    """Give the code points of *text*; lone surrogates are code points too."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def classify(points: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Give the class of each code point."""
    return _tables()[0][points]


def fold(points: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Give each code point's folded form; 0 for one that is not seen at all.

    >>> "".join(map(chr, fold(code_points("Ｖіⓐgra 無碼 24"))))
    'viagra 无码 00'
    """
    return _tables()[1][points]
