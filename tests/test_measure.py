"""Measures: each against a plain statement of its definition."""

from __future__ import annotations

import math
import warnings
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.measure import (
    ShingleScore,
    WordScore,
    jieba_tokens,
    rouge_score,
    shingle_mean,
    shingle_score,
    wcxb_score,
    word_score,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import jieba

# 他来到网易杭研大厦 "he came to the NetEase building": jieba's own example.
texts = st.text(
    st.sampled_from("ab1.%-é\u3400 \r\n\u2028\u00a0他来到网易杭研大厦，C+"), max_size=60
)


def pieces(tokens: list[str], length: int) -> list[tuple[str, ...]]:
    return [tuple(tokens[at : at + length]) for at in range(len(tokens) - length + 1)]


def shared(found: list[tuple[str, ...]], wanted: list[tuple[str, ...]]) -> int:
    return sum(min(found.count(piece), wanted.count(piece)) for piece in set(found))


@pytest.mark.parametrize(
    ("kept", "gold", "precision", "recall"),
    [
        ("the cat sat", "the cat", 2 / 3, 1),
        ("The CAT", "the cat", 1, 1),
        ("cat cat", "cat", 1 / 2, 1),
        ("", "cat", 0, 0),
        ("cat", "", 0, 0),
        ("", "", 1, 1),
        ("...", " \n", 1, 1),
        # "good news" against "news": characters are words
        ("好消息", "消息", 2 / 3, 1),
    ],
)
def test_words_are_counted_as_a_bag(
    kept: str, gold: str, precision: float, recall: float
) -> None:
    score = word_score(kept, gold)
    assert (score.precision, score.recall) == pytest.approx((precision, recall))


def test_a_chinese_sentence_is_one_word_to_wcxb() -> None:
    # "good news" and "news": nothing in common but for `word_score`
    assert wcxb_score("好消息", "消息").f1 == 0
    assert wcxb_score("The cat, sat", "the cat") == word_score("the cat sat", "the cat")


@given(texts)
def test_cutting_block_by_block_gives_the_tokens_that_jieba_gives(text: str) -> None:
    assert jieba_tokens(text) == jieba.lcut(text)


@given(texts, texts)
def test_rouge_counts_runs_of_five_tokens(kept: str, gold: str) -> None:
    found, wanted = pieces(jieba.lcut(kept), 5), pieces(jieba.lcut(gold), 5)
    common = shared(found, wanted)
    score = rouge_score(kept, gold)
    if kept.strip() or gold.strip():
        assert score.precision == pytest.approx(common / max(len(found), 1))
        assert score.recall == pytest.approx(common / max(len(wanted), 1))
    else:
        assert score == WordScore(1.0, 1.0, 1.0)


def test_a_text_too_short_for_a_run_scores_nothing_in_rouge() -> None:
    assert rouge_score("cat", "cat").f1 == 0


@given(texts, texts)
def test_shingles_score_as_true_and_false_positives_do(kept: str, gold: str) -> None:
    found, wanted = shingles(kept), shingles(gold)
    true_positives = shared(found, wanted)
    score = shingle_score(kept, gold)
    if found:
        assert score.precision == pytest.approx(true_positives / len(found))
    else:
        assert math.isnan(score.precision)
    if wanted:
        assert score.recall == pytest.approx(true_positives / len(wanted))
    else:
        assert math.isnan(score.recall)


def shingles(text: str) -> list[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in text).split()
    if len(words) < 4:
        return [tuple(words)] if words else []
    return pieces(words, 4)


def test_a_page_with_nothing_kept_counts_for_the_recall_of_shingles_only() -> None:
    pages = [ShingleScore(0.8, 1.0), ShingleScore(math.nan, 0.0)]
    mean = shingle_mean(pages)
    assert (mean.precision, mean.recall) == (0.8, fmean([1.0, 0.0]))
    assert mean.f1 == pytest.approx(2 * 0.8 * 0.5 / 1.3)


def test_no_page_with_shingles_gives_a_mean_of_nothing() -> None:
    assert shingle_mean([]) == WordScore(0.0, 0.0, 0.0)


@given(texts)
def test_the_gold_itself_is_perfect(gold: str) -> None:
    assert word_score(gold, gold).f1 == 1
    assert wcxb_score(gold, gold).f1 == 1
