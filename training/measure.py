"""Measures: how near a kept text is to the gold.

`word_score` is the project's own and the one that is reported first. The others are
those of published comparisons, worked out as their makers do, so that figures can
stand beside theirs: WCXB, WebMainBench, and Scrapinghub's article extraction
benchmark.
"""

from __future__ import annotations

import logging
import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_Word = TypeVar("_Word", str, tuple[str, ...])

_TOKEN = re.compile(r"[\u3400-\u9fff\u3040-\u30ff]|\w+")
_RUN = re.compile(r"\w+")
_ROUGE_N = 5  # the length of n-grams in WebMainBench
_SHINGLE_N = 4  # and of Scrapinghub's benchmark, which calls them shingles
# jieba cuts what stands between spaces and signs on its own, and sees no further.
_BLOCK = re.compile(r"[\u4E00-\u9FD5a-zA-Z0-9+#&._%\-]+|\r\n|.", re.DOTALL)
_REMEMBERED = 1 << 18  # blocks; the texts that are scored for one page share most


@dataclass(frozen=True, slots=True)
class WordScore:
    """Precision, recall and F1 of a bag of words, or of n-grams."""

    precision: float
    recall: float
    f1: float


def tokens(text: str) -> Counter[str]:
    r"""Give the bag of words of *text*: Han and kana characters, else runs of \w."""
    return Counter(_TOKEN.findall(text.lower()))


def word_score(kept: str, gold: str) -> WordScore:
    """Give the agreement of two texts as bags of words.

    An empty text has precision 0, unless the gold is empty too.

    >>> word_score("the cat sat", "the cat")
    WordScore(precision=0.6666666666666666, recall=1.0, f1=0.8)
    """
    return _bag_score(tokens(kept), tokens(gold))


def wcxb_score(kept: str, gold: str) -> WordScore:
    r"""Give the score of WCXB's ``evaluate.py``: bags of runs of ``\w``, lower case.

    A Chinese sentence counts as one word, or as few; see `word_score`.
    """
    return _bag_score(
        Counter(_RUN.findall(kept.lower())), Counter(_RUN.findall(gold.lower()))
    )


def rouge_score(kept: str, gold: str) -> WordScore:
    """Give WebMainBench's ROUGE-5: n-grams of jieba's tokens.

    Spaces, line ends and punctuation are tokens, and case counts. A text of fewer
    than five tokens has no n-gram and scores 0, unless both texts are blank.
    """
    if not kept.strip() and not gold.strip():
        return WordScore(1.0, 1.0, 1.0)
    found = _ngrams(jieba_tokens(kept), _ROUGE_N)
    wanted = _ngrams(jieba_tokens(gold), _ROUGE_N)
    if not found and not wanted:
        return WordScore(0.0, 0.0, 0.0)
    return _bag_score(found, wanted)


def jieba_tokens(text: str) -> list[str]:
    """Give what ``jieba.lcut(text)`` gives, faster where phrases come back."""
    found: list[str] = []
    for block in _BLOCK.findall(text):
        if len(block) == 1:
            found.append(block)
        else:
            found += _block_tokens(block)
    return found


@dataclass(frozen=True, slots=True)
class ShingleScore:
    """A page in Scrapinghub's benchmark; not a number where there is no shingle.

    Their F1 is one of the means over pages, not a mean itself: `shingle_mean`.
    """

    precision: float
    recall: float


def shingle_score(kept: str, gold: str) -> ShingleScore:
    r"""Give the share of shingles, four runs of ``\w`` each, that two texts share.

    Case counts. A text of fewer than four runs is one shingle.
    """
    found, wanted = _shingles(kept), _shingles(gold)
    common = (found & wanted).total()
    return ShingleScore(
        common / found.total() if found else math.nan,
        common / wanted.total() if wanted else math.nan,
    )


def shingle_mean(scores: Iterable[ShingleScore]) -> WordScore:
    """Give the precision and recall of many pages, and the F1 of these two.

    Pages that have no precision, because nothing was kept, count for recall only,
    as they do there.
    """
    pages = list(scores)
    precision = _mean([s.precision for s in pages if not math.isnan(s.precision)])
    recall = _mean([s.recall for s in pages if not math.isnan(s.recall)])
    return WordScore(precision, recall, _f1(precision, recall))


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _bag_score(found: Counter[_Word], wanted: Counter[_Word]) -> WordScore:
    if not found and not wanted:
        return WordScore(1.0, 1.0, 1.0)
    common = (found & wanted).total()
    precision = common / max(found.total(), 1)
    recall = common / max(wanted.total(), 1)
    return WordScore(precision, recall, _f1(precision, recall))


def _ngrams(words: Sequence[str], length: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[at:] for at in range(length)), strict=False))


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _RUN.findall(text)
    if 0 < len(words) < _SHINGLE_N:
        return Counter([tuple(words)])
    return _ngrams(words, _SHINGLE_N)


@lru_cache(maxsize=_REMEMBERED)
def _block_tokens(block: str) -> tuple[str, ...]:
    import jieba  # noqa: PLC0415 — a second to import

    jieba.setLogLevel(logging.WARNING)
    return tuple(jieba.lcut(block))
