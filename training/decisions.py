"""How scores become decisions: fitted on the validation part, which trained nothing.

First the chain (temperature, offsets, transitions), by likelihood; then from which
probability a unit is spam; then the rule for spam inside a unit. Each threshold is
the lowest that loses at most a stated share of article characters.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from dross import context, decode, phrases
from dross.cleaner import LEAST_SPAM, TINY, Cleaner, name_odds, spam_odds
from dross.model import Decoding, Model, PhraseRule
from dross.phrases import ChainRule
from dross.spans import ARTICLE, CHROME, LABELS, SPAM
from training.stretches import StretchRows, place_labels, stretch_rows
from training.units import UNGRADED, each_batch, label_units, page_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.labelled import LabelledText

# Shares of genuine characters that may be called spam, by whole units and by
# stretches inside units. The bound is 1e-3 for all. Few pages decide: a
# threshold for units found on one half of the validation sites loses up to three times
# as much on the other half. With both, and what is named, 9e-4 of the article of the
# validation documents goes.
UNIT_LOSS = 1.75e-4
STRETCH_LOSS = 3.5e-4
# The same for units, and for stretches, in articles on spam's own topics, on their own:
# among all the other pages they are too few to weigh.
TOPIC_LOSS = 2e-3
# Chrome that is called spam is cut as it should be, by the wrong name. Below the ratio
# (a logarithm) chrome is so much likelier that the name would be a guess: with 0.21
# instead of 0.30 the name of a site below a hijacked title was called spam.
CHROME_LOSS = 2e-3
LEAST_RATIO = -1.2
# The cut with the best expected F1 takes far more from pages that the model is unsure
# of than from others. No cut is above HIGHEST, or above HIGHEST_SHORT for a short unit;
# see EXPERIMENTS.md for what that costs.
LOWEST, HIGHEST, HIGHEST_SHORT = 0.05, 0.30, 0.45
# Where less than LITTLE of a page is expected to be chrome, next to nothing has to be
# cut: somebody has cleaned the text already. With no cut above HIGHEST_LITTLE there
# genuine texts of validation lose 0.14 instead of 0.23 %, and pages as they are keep
# their F1.
LITTLE, HIGHEST_LITTLE = 0.05, 0.10
# Once the nets that look inside units are fitted, a unit in which they find nothing is
# less likely to be spam by this (log odds). At the same loss, by whole units, 0.931 of
# the spam of validation is found instead of 0.916 without; with 3 it is 0.933, with 5
# 0.929. With 3 articles on spam's topics lose twice as much as with 4 or 5.
DOUBT = 4.0
# Share of article characters that are cut as chrome in any case and may be called spam.
# Two thirds of the spam that is not called so is cut all the same.
NAMED_LOSS = 5e-5
# A run is made of places with one of these chances at least, whichever finds most. With
# less, at the same loss less is found: of what runs lose, four fifths are characters
# beside true spam.
LIKELY_PLACES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
# Log odds of a run that stands, whatever a small validation part would allow.
LEAST_ODDS = 1.0
MOST_UNITS = 100_000  # the chain has thirteen numbers; more units only take longer


def fit_decoding(
    model: Model, texts: Sequence[LabelledText], jobs: int = 1
) -> Decoding:
    """Give the chain that makes the graded labels likeliest, each given its page.

    Marginals, not whole sequences, so that ungraded units need no label and the
    posteriors come out calibrated.
    """
    parts = each_batch(partial(_scores_of, model), texts, jobs)
    before = np.cumsum([0, *(int(part[-1][-1]) + 1 for part in parts)])
    logits, odds, labels, weights, pages = map(np.concatenate, zip(*parts, strict=True))
    pages = pages + np.repeat(before[:-1], [len(part[-1]) for part in parts])
    # every page counts the same here, so a part of them tells as much; drawn, for a
    # page's renderings follow one another, and one in so many would be of one kind
    number = int(pages[-1]) + 1
    share = min(1.0, MOST_UNITS / len(pages))
    chosen = (np.random.default_rng(number).random(number) < share)[pages]
    logits, odds, pages = logits[chosen], odds[chosen], pages[chosen]
    labels, weights = labels[chosen], weights[chosen]
    rows = np.flatnonzero(labels < UNGRADED)
    truth = labels[rows]
    weight = weights[rows] / weights[rows].sum()
    classes = len(LABELS)

    def loss(values: NDArray[np.float64]) -> float:
        own = decode.label_scores(logits, odds * np.exp(values[-1]))
        scaled = own * np.exp(values[0]) + np.r_[values[1:classes], 0.0]
        scaled -= scaled.max(axis=1, keepdims=True)
        chances = decode.posteriors(
            np.exp(np.maximum(scaled, -30)),
            np.exp(values[classes:-1].reshape(classes, classes)),
            pages,
        )
        found = np.log(np.maximum(chances[rows, truth], 1e-9))
        return float(-(weight * found).sum() + 1e-4 * (values**2).sum())

    start = np.zeros(classes + classes * classes + 1)
    best = minimize(
        loss, start, method="L-BFGS-B", options={"maxiter": 25, "eps": 1e-4}
    ).x
    moves = best[classes:-1].reshape(classes, classes)
    return Decoding(
        article_temperature=round(float(np.exp(best[-1])), 4),
        temperature=round(float(np.exp(best[0])), 4),
        offsets=(*(round(float(v), 4) for v in best[1:classes]), 0.0),
        transitions=tuple(tuple(round(float(v), 4) for v in row) for row in moves),
        spam=0.5,
        spam_to_chrome=1.0,
        named=1.0,  # no less than `spam` until all else is fitted
        lowest=LOWEST,
        highest=HIGHEST,
        highest_short=HIGHEST_SHORT,
        little=LITTLE,
        highest_little=HIGHEST_LITTLE,
    )


_Scores = tuple[
    "NDArray[np.float64]",
    "NDArray[np.float64]",
    "NDArray[np.int8]",
    "NDArray[np.float32]",
    "NDArray[np.int64]",
]


def _scores_of(model: Model, batch: Sequence[LabelledText]) -> _Scores:
    """Give the units' logits, odds of article, labels, weights and pages."""
    units = label_units(batch)
    lines, features = units.lines, units.features
    _, sums = model.evidence(features)
    shared = context.Shared(lines, features, model.vocabulary)
    logits, odds = model.logits(shared, sums)
    weights = page_weights(lines.pages, features.sizes - 2)
    return logits, odds, units.labels, weights, lines.pages


def fit_spam_rule(
    model: Model, texts: Sequence[LabelledText], jobs: int = 1
) -> Decoding:
    """Give the model's chain with the rule for units that are spam.

    The lowest ratio to chrome that calls at most CHROME_LOSS of the chrome spam, and
    with it the lowest threshold that loses at most UNIT_LOSS of the article.
    """
    rule = model.config.decoding
    chances, _, sizes, labels = _units(model, texts, jobs)
    chrome = labels == CHROME
    ratio = chances[:, SPAM] / np.maximum(chances[:, CHROME], TINY)
    ratio[chances[:, ARTICLE] > chances[:, SPAM]] = 0
    found = lowest_threshold(
        np.log(np.maximum(ratio, TINY))[chrome],
        sizes[chrome],
        CHROME_LOSS * int(sizes[chrome].sum()),
        least=LEAST_RATIO,
    )
    rule = replace(rule, spam_to_chrome=round(float(np.exp(found)), 4))
    fitted = replace(model, config=replace(model.config, decoding=rule))
    [spam] = spam_thresholds(fitted, texts, [UNIT_LOSS], jobs)
    return replace(rule, spam=spam)


def with_doubt(
    model: Model,
    texts: Sequence[LabelledText],
    topics: Sequence[LabelledText],
    jobs: int = 1,
) -> Model:
    """Give the model that looks into a unit before it calls it spam as a whole.

    With the lowest threshold that loses at most UNIT_LOSS of *texts* and TOPIC_LOSS of
    *topics*.
    """
    rule = replace(model.config.decoding, doubt=DOUBT)
    model = replace(model, config=replace(model.config, decoding=rule))
    [spam] = spam_thresholds(model, texts, [UNIT_LOSS], jobs)
    [other] = spam_thresholds(model, topics, [TOPIC_LOSS], jobs)
    rule = replace(rule, spam=max(spam, other))
    return replace(model, config=replace(model.config, decoding=rule))


def spam_thresholds(
    model: Model,
    texts: Sequence[LabelledText],
    losses: Sequence[float],
    jobs: int = 1,
) -> list[float]:
    """Give the lowest `Decoding.spam` for each of *losses* of the article."""
    chances, inside, sizes, labels = _units(model, texts, jobs)
    article = labels == ARTICLE
    odds = spam_odds(model.config.decoding, chances, inside)
    share, size = odds[article], sizes[article]
    total = int(size.sum())
    return [lowest_threshold(share, size, loss * total) for loss in losses]


_Units = tuple[
    "NDArray[np.float64]",
    "NDArray[np.float64]",
    "NDArray[np.int64]",
    "NDArray[np.int8]",
]


def _units(model: Model, texts: Sequence[LabelledText], jobs: int) -> _Units:
    """Give the units that are of one label.

    Their posteriors, how much of them is spam by the nets that look inside, sizes and
    labels. Units in a script that is at home in their page have no chance to be spam:
    they are never called so, whatever the threshold.
    """
    parts = each_batch(partial(_units_of, Cleaner(model)), texts, jobs)
    chances, inside, sizes, labels = map(np.concatenate, zip(*parts, strict=True))
    return chances, inside, sizes, labels


def _units_of(cleaner: Cleaner, batch: Sequence[LabelledText]) -> _Units:
    read = cleaner.read([text.text for text in batch])
    units = label_units(batch, (read.lines, read.features))
    own = read.posteriors.copy()
    own[read.at_home, SPAM] = 0
    size = units.features.sizes - 2
    pure = units.pure
    return own[pure], read.inside[pure], size[pure], units.labels[pure]


def lowest_threshold(
    scores: NDArray[np.float64],
    sizes: NDArray[np.int64],
    allowed: float,
    least: float = LEAST_SPAM,
) -> float:
    """Give the lowest threshold with at most *allowed* size at or above it."""
    order = np.argsort(-scores, kind="stable")
    over = np.cumsum(sizes[order]) > allowed
    if not over.any():
        return least
    first = float(scores[order][int(np.argmax(over))])
    return max(least, round(first + 1e-4, 4))


def fit_chain(model: Model, texts: Sequence[LabelledText], jobs: int = 1) -> ChainRule:
    """Give the chain that makes the graded places likeliest, each given its run."""
    parts = each_batch(partial(_places_of, Cleaner(model)), texts, jobs)
    odds, labels, runs = zip(*parts, strict=True)
    found, truth = np.concatenate(odds), np.concatenate(labels)
    # runs of a batch are numbered from 0 on, and fewer than its places
    before = np.cumsum([0, *(len(own) for own in runs)])
    along = np.concatenate(
        [own + start for own, start in zip(runs, before, strict=False)]
    )
    rows = np.flatnonzero(truth < UNGRADED)
    spam = truth[rows] == SPAM

    def loss(values: NDArray[np.float64]) -> float:
        rule = ChainRule(float(np.exp(values[0])), values[1], values[2], 0.5)
        chances = phrases.chain(found, along, rule)[rows]
        right = np.maximum(np.where(spam, chances, 1 - chances), 1e-9)
        return float(-np.log(right).mean() + 1e-6 * (values**2).sum())

    start = np.array([0.0, 0.0, -1.0])
    best = minimize(
        loss, start, method="L-BFGS-B", options={"maxiter": 25, "eps": 1e-4}
    ).x
    return ChainRule(
        temperature=round(float(np.exp(best[0])), 4),
        offset=round(float(best[1]), 4),
        change=round(float(best[2]), 4),
        least=0.5,  # until `fit_stretches`
    )


def _places_of(
    cleaner: Cleaner, batch: Sequence[LabelledText]
) -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.int64]]:
    """Give log odds, label and run of the places that may be spam.

    Places in units that are spam as a whole have no label: there is nothing to find.
    """
    read = cleaner.read([text.text for text in batch])
    labels = place_labels(read, label_units(batch, (read.lines, read.features)))
    labels[(cleaner.unit_labels(read) == SPAM)[read.known.unit]] = UNGRADED
    return read.odds, labels[read.view.at], read.view.runs


def fit_stretches(
    model: Model,
    texts: Sequence[LabelledText],
    topics: Sequence[LabelledText],
    jobs: int = 1,
) -> PhraseRule:
    """Give the rule for stretches that finds most in *texts*.

    It loses at most STRETCH_LOSS of them, and TOPIC_LOSS of *topics*.
    """
    best, most = model.config.phrase, -1
    for least, own, other in zip(
        LIKELY_PLACES,
        stretch_rows(model, texts, LIKELY_PLACES, jobs),
        stretch_rows(model, topics, LIKELY_PLACES, jobs),
        strict=True,
    ):
        [threshold] = _thresholds(own, [STRETCH_LOSS])
        threshold = max(threshold, LEAST_ODDS, *_thresholds(other, [TOPIC_LOSS]))
        found = int(own.spam[own.odds > threshold].sum())
        if found > most:
            chain = replace(best.chain, least=least)
            best, most = replace(best, chain=chain, threshold=threshold), found
    return best


def stretch_thresholds(
    model: Model,
    texts: Sequence[LabelledText],
    losses: Sequence[float],
    jobs: int = 1,
) -> list[float]:
    """Give the lowest log odds of a stretch for each of *losses*."""
    [rows] = stretch_rows(model, texts, [model.config.phrase.chain.least], jobs)
    return _thresholds(rows, losses)


def _thresholds(rows: StretchRows, losses: Sequence[float]) -> list[float]:
    return [
        lowest_threshold(rows.odds, rows.lost, loss * rows.genuine, least=-99.0)
        for loss in losses
    ]


def fit_named(model: Model, texts: Sequence[LabelledText], jobs: int = 1) -> float:
    """Give the lowest `Decoding.named` that calls little spam of what is cut anyway.

    At most NAMED_LOSS of the article, and CHROME_LOSS of the chrome; *model* must name
    none yet.
    """
    parts = each_batch(partial(_cut_of, Cleaner(model)), texts, jobs)
    odds, sizes, labels = map(np.concatenate, zip(*parts, strict=True))
    found = []
    for label, loss in ((ARTICLE, NAMED_LOSS), (CHROME, CHROME_LOSS)):
        own = labels == label
        allowed = loss * int(sizes[own].sum())
        found.append(lowest_threshold(odds[own], sizes[own], allowed))
    return max(found)


def _cut_of(
    cleaner: Cleaner, batch: Sequence[LabelledText]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int8]]:
    """Give name odds, sizes and labels of the units that are of one label."""
    read = cleaner.read([text.text for text in batch])
    units = label_units(batch, (read.lines, read.features))
    cut = cleaner.unit_labels(read) == CHROME
    odds = name_odds(read, cut & ~read.at_home)
    pure = units.pure
    return odds[pure], (units.features.sizes - 2)[pure], units.labels[pure]
