"""Tokens: the units by which two texts of one page are compared.

Each Han or kana character is a token of its own, since the scripts have no spaces;
elsewhere a run of letters and digits is. Signs are no tokens: renderers add, drop
and replace them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HAN = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"([{_HAN}])|[^\W_{_HAN}]+")
HAN_WEIGHT = 0.6  # words in a Han character, as Chinese words average 1.6 characters


class Vocabulary(dict[str, int]):
    """The number of each folded token; new tokens get the next number."""

    def __missing__(self, token: str) -> int:
        """Return the number of *token*, which is that of its folded form; keep both."""
        folded = unicodedata.normalize("NFKC", token).casefold()
        number = self.get(folded)
        if number is None:
            number = len(self)
            self[folded] = number
        self[token] = number
        return number


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text: arrays of one length.

    *ids* are numbers of the vocabulary, *starts* and *ends* offsets in code points,
    *weights* the words that each token stands for.
    """

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    weights: NDArray[np.float64]

    def __len__(self) -> int:
        """Return how many tokens there are."""
        return len(self.ids)


def tokenise(text: str, vocabulary: Vocabulary) -> Tokens:
    """Return the tokens of *text*, numbered by *vocabulary*, which grows."""
    found = [
        (match.group(), match.start(), match.end(), match.lastindex)
        for match in _TOKEN.finditer(text)
    ]
    count = len(found)
    return Tokens(
        ids=np.fromiter((vocabulary[word] for word, _, _, _ in found), np.int64, count),
        starts=np.fromiter((start for _, start, _, _ in found), np.int64, count),
        ends=np.fromiter((end for _, _, end, _ in found), np.int64, count),
        weights=np.fromiter(
            (HAN_WEIGHT if han else 1.0 for _, _, _, han in found),
            np.float64,
            count,
        ),
    )
