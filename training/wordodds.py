"""How likely each word is to be spam's, by what it is about.

Spam never met before has other words than the spam that teaches, but words about the
same things: where rings and watches are sold, so are bags. A small net tells words of
spam from words of genuine text by their vectors alone, ours and pretrained ones
(`pretrained`). What it says of every word that has a vector is a table of the
vocabulary. Each fold has a table by a net that has not seen its pages and its spam, as
it has heads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from dross.features import extract
from dross.lines import split_pages
from dross.spans import SPAM
from dross.vocabulary import ODDS_STEP, SCRIPTS, buckets, tokens
from training.documents import fold_of
from training.split import FOLDS, fold_part
from training.units import batched, label_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.labelled import LabelledText
    from training.spam import SpamSource

# The languages of the spam that teaches words of either script.
LANGUAGES = {"words": ("en",), "pairs": ("zh", "zh-Hant")}
PHRASES = 500  # of each family, language and fold
FROM_PAGE = 20  # words of either script; long pages do not become most of the text
HIDDEN = (48, 16)
EPOCHS, BATCH = 8, 512
CUT = 8.0  # log odds; what is likelier tells no more


def fit_word_odds(
    texts: Sequence[LabelledText],
    spam: SpamSource,
    vectors: Sequence[NDArray[np.float32]],
    seed: int,
    jobs: int,
) -> list[NDArray[np.int8]]:
    """Give `Vocabulary.odds` for each fold, and after them that of their mean.

    *vectors*: (buckets, any), what words are about, for each of SCRIPTS.
    """
    rng = np.random.default_rng([seed, 8])
    genuine = genuine_words(texts, rng)
    tasks: list[Any] = []  # joblib's delayed calls
    for script, table, words in zip(SCRIPTS, vectors, genuine, strict=True):
        bad = [spam_words(spam, script, fold, rng) for fold in range(FOLDS)]
        for fold in range(FOLDS):
            taught = [
                np.concatenate([own for n, own in enumerate(part) if n != fold])
                for part in (words, bad)
            ]
            net_rng = np.random.default_rng([seed, 8, len(tasks)])
            tasks.append(delayed(word_odds)(table, *taught, net_rng))
    found = Parallel(n_jobs=jobs)(tasks)
    each = [np.stack(found[fold::FOLDS]) for fold in range(FOLDS)]
    return [
        np.round(np.clip(odds, -CUT, CUT) * ODDS_STEP).astype(np.int8)
        for odds in (*each, np.mean(each, axis=0))
    ]


def word_odds(
    vectors: NDArray[np.float32],
    genuine: NDArray[np.int64],
    spam: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Give the log odds of each bucket's word, 0 where nothing is known; (buckets,).

    *genuine*, *spam*: buckets of the words that teach, as often as they come up. 0 is
    also the mean of genuine words: where no word is, nothing is odd.
    """
    known = np.any(vectors, axis=1)
    taught = np.concatenate([genuine, spam])
    labels = np.repeat([0, 1], [len(genuine), len(spam)])[known[taught]]
    taught = taught[known[taught]]
    odds = np.zeros(len(vectors))
    number = np.bincount(labels, minlength=2)
    if number.min() < BATCH:
        return odds
    own = vectors[known].astype(np.float64)
    table = np.zeros_like(vectors)
    table[known] = (own - own.mean(0)) / np.maximum(own.std(0), 1e-9)
    net = MLPClassifier(
        HIDDEN, alpha=1e-3, batch_size=BATCH, random_state=int(rng.integers(1 << 31))
    )
    with threadpool_limits(1):
        for _ in range(EPOCHS):
            net.partial_fit(table[taught], labels, classes=(0, 1))
        values = table[known].astype(np.float64)
        layers = list(zip(net.coefs_, net.intercepts_, strict=True))
        for weights, bias in layers[:-1]:
            values = np.maximum(values @ weights + bias, 0)
        weights, bias = layers[-1]
        odds[known] = (values @ weights + bias)[:, 0]
    odds[known] -= odds[taught[labels == 0]].mean()
    return odds


def genuine_words(
    texts: Sequence[LabelledText], rng: np.random.Generator
) -> list[list[NDArray[np.int64]]]:
    """Give buckets of words of genuine text, by script and fold.

    FROM_PAGE of each page, drawn.
    """
    one_each = {text.page: text for text in texts}
    found: list[list[list[NDArray[np.int64]]]]
    found = [[[np.zeros(0, np.int64)] for _ in range(FOLDS)] for _ in SCRIPTS]
    for batch in batched(list(one_each.values())):
        units = label_units(batch)
        features = units.features
        spam = np.zeros(len(features.stream), bool)
        spam[features.places] = units.label_of[features.sources] == SPAM
        words = tokens(features)
        unit = np.searchsorted(features.starts, words.homes, "right") - 1
        page, bucket = units.lines.pages[unit], buckets(words)
        order = rng.permutation(len(page))
        for pair in range(len(SCRIPTS)):
            chosen = order[(words.pair == pair)[order] & ~spam[words.homes[order]]]
            chosen = chosen[np.argsort(page[chosen], kind="stable")]
            start = np.searchsorted(page[chosen], page[chosen])
            chosen = chosen[np.arange(len(chosen)) - start < FROM_PAGE]
            bounds = np.searchsorted(page[chosen], np.arange(len(batch) + 1))
            for number, text in enumerate(batch):
                own = bucket[chosen[bounds[number] : bounds[number + 1]]]
                found[pair][fold_of(text, FOLDS)].append(own)
    return [[np.concatenate(own) for own in folds] for folds in found]


def spam_words(
    spam: SpamSource, script: str, fold: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Give buckets of words of the phrases that *fold* may use."""
    part = fold_part(fold)
    phrases = [
        spam.phrase(rng, part, lang, family).text
        for lang in LANGUAGES[script]
        for family in spam.families(part, lang)
        for _ in range(PHRASES)
    ]
    found = tokens(extract(split_pages(phrases)))
    own: NDArray[np.int64] = buckets(found)[found.pair == SCRIPTS.index(script)]
    return own
