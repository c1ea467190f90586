"""Words of Han runs, by jieba.

Scripts that write blanks give words for nothing. Han runs do not: jieba's
dictionary takes a second to load and its segmentation is the slowest thing one can
do to a line, so ``han_words`` is called only where words decide something.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jieba


@cache
def _tokenizer() -> "jieba.Tokenizer":
    """Load jieba and its dictionary (about a second), once, when first needed."""
    import jieba  # noqa: PLC0415 — most text needs no dictionary

    jieba.setLogLevel("WARNING")
    tokenizer = jieba.Tokenizer()
    # what initialize() does, without its cache: a file in the common temporary folder
    # that anyone could have written, read back with marshal
    with tokenizer.get_dict_file() as file:
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(file)
    tokenizer.initialized = True
    return tokenizer


def han_words(runs: Sequence[str]) -> list[int]:
    """Give the lengths of jieba's words, HMM off, one run after the other.

    >>> han_words(["我们去北京", "大学"])  # we go to Beijing; university
    [2, 1, 2, 2]
    """
    cut = _tokenizer().cut
    return [len(word) for run in runs for word in cut(run, HMM=False)]
