"""The step ``fit``: labelled pages in, everything that a model needs out.

Each page's evidence comes from heads that have not seen its site, so that the net
does not learn from evidence that knows the answer. What is exported is the mean of
the folds' heads: itself a linear model, on the same scale as each of them.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

import joblib
import numpy as np
from joblib import Parallel, delayed

from dross import evidence, model
from dross.model import Config, Decoding, Model, PhraseRule, VerdictRule
from dross.phrases import ChainRule
from dross.spans import LABELS, SPAM
from training import decisions, heads, stages
from training.chance import one_in
from training.dial import fit_dial
from training.documents import documents, pages
from training.kept import kept
from training.network import averaged, fit_networks, whole_network
from training.phrased import documents_with_phrases
from training.places import fit_places
from training.probes import NEAR_MISS
from training.sequence import fit_sequences, whole_sequence
from training.spam import SPUN
from training.split import FOLDS
from training.stages import Evidence
from training.topics import articles, topic_pages
from training.units import INSIDE, UNGRADED
from training.vocabulary import fit_vocabulary, word_tables
from training.wordodds import fit_word_odds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from dross.network import Network
    from training.documents import Material
    from training.labelled import LabelledText
    from training.stages import UnitRows

# Of each pass. Wider nets and a third pass bring a little each; see EXPERIMENTS.md.
HIDDEN = ((96, 24), (64, 24), (64, 24))
# One text in so many teaches a pass. The first, and the nets over a page's units, learn
# from all of them: from half of them the passes knew less of the spam.
TEXTS = (1, 2, 2)
# Two units in a hundred are spam; they count for more, so that the nets spend some of
# their strength on them. The chain's offsets bring the chances back.
SPAM_WEIGHT = 3
# Chrome inside the article, as a photo credit, is rare and short. To the nets over a
# page's units it counts for more: with 1 a credit was kept.
INSIDE_WEIGHT = 3
# One text in so many teaches the nets that look inside units, and every near miss.
EVERY = 2
PASSES = (256, 512, 1024, 4096, 4096)  # rows a batch, pass by pass
# A page with less article than a short paragraph is of no use, nor is one that is
# mostly spam.
VERDICT = VerdictRule(article_width=80, spam_share=0.5)
_SCALED_TEXTS = 2000  # texts that the heads' ranges are taken from
_SAMPLED_UNITS = 100_000  # units that the range of hidden activations is taken from


def say(text: str) -> None:
    """Tell how far the run is, on standard error."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def fit(  # noqa: PLR0913, PLR0917 — what a run knows
    material: Material,
    kept_heads: Path,
    run: Path,
    about: dict[str, object],
    seed: int,
    jobs: int,
    vectors: Path | None = None,
) -> None:
    """Fit a model to *material* and save it to *run*/model.

    The heads are kept in *kept_heads*: those that are there are not fitted again.
    *about* is written into the model's config. *vectors*: the folder with pretrained
    word vectors, if there are any.
    """
    fitted, found, weights = _fit_context(
        material, kept_heads, run, about, seed, jobs, vectors
    )
    held = list(documents(material, "validation", seed))
    chain = decisions.fit_decoding(fitted, held, jobs)
    fitted = replace(fitted, config=replace(fitted.config, decoding=chain))
    unspun = replace(material, spam=material.spam.without(SPUN))
    phrased = [
        *(
            text
            for number, text in enumerate(documents(unspun, "train", seed))
            if number % EVERY == 0 or text.source.startswith(NEAR_MISS)
        ),
        *documents_with_phrases(unspun, "train", seed, jobs),
        *topic_pages(_lines(material, "train"), seed, FOLDS),
    ]
    fitted = fit_places(run, phrased, fitted, found, seed, jobs)
    say("places fitted")
    chain = decisions.fit_spam_rule(fitted, held, jobs)
    say(f"decoding: {chain}")
    fitted = replace(fitted, config=replace(fitted.config, decoding=chain))
    # what is called spam must hold for articles on spam's own topics, too
    topics = [*topic_pages(_lines(material, "validation"), seed), *articles()]
    fitted = decisions.with_doubt(fitted, held, topics, jobs)
    say(f"units: {fitted.config.decoding}")
    # the chain has three numbers: half of the texts tell as much
    runs = decisions.fit_chain(fitted, [*held, *topics][::2], jobs)
    rule = replace(fitted.config.phrase, chain=runs)
    fitted = replace(fitted, config=replace(fitted.config, phrase=rule))
    rule = decisions.fit_stretches(fitted, held, topics, jobs)
    say(f"spam inside units: {rule}")
    config = replace(fitted.config, phrase=rule)
    plain = list(pages(material, "validation"))
    dial = fit_dial(replace(fitted, config=config), held, plain, jobs)
    config = replace(config, dial=dial)
    named = decisions.fit_named(fitted, held, jobs)
    say(f"named from {named}")
    config = replace(config, decoding=replace(config.decoding, named=named))
    model.save(run / "model", config, weights, fitted.vocabulary, fitted.networks)


def _fit_context(  # noqa: PLR0913, PLR0917 — what a run knows
    material: Material,
    kept_heads: Path,
    run: Path,
    about: dict[str, object],
    seed: int,
    jobs: int,
    vectors: Path | None,
) -> tuple[Model, list[Evidence], NDArray[np.int8]]:
    """Give the model as far as its context stage, the heads of folds, and their mean.

    Arguments as for `fit`. The texts that it learns from are gone once it returns.
    """
    texts = list(documents(material, "train", seed))
    say(f"{len(texts):,} training texts")
    if not heads.are_in(kept_heads):
        heads.fit_heads(kept_heads, texts, seed, jobs)
    folds, weights = heads.whole_heads(kept_heads)
    say("heads fitted")
    genuine = [*texts, *material.texts["train"]]
    make_words = partial(fit_vocabulary, texts, genuine, seed)
    words = kept(run / "vocabulary.joblib", make_words)
    make_odds = partial(
        fit_word_odds, texts, material.spam, word_tables(words, vectors), seed, jobs
    )
    *fold_odds, odds = kept(run / "odds.joblib", make_odds)
    say("vocabulary fitted")
    rng = np.random.default_rng([seed, 3])
    some = rng.choice(len(texts), min(_SCALED_TEXTS, len(texts)), replace=False)
    scales = heads.head_scales([texts[i] for i in np.sort(some)], weights)
    found = [
        Evidence(heads.BITS, evidence.pack(w), scales, replace(words, odds=own))
        for w, own in zip(folds, fold_odds, strict=True)
    ]
    words = replace(words, odds=odds)
    passes, sequences = _fit_nets(texts, found, run, seed, jobs)
    same = (0.0,) * len(LABELS)
    flat = (same,) * len(LABELS)
    chain = Decoding(1.0, 1.0, same, flat, 0.5, 1.0, 1.0, 0.05, 0.5, 0.5, 0.0, 1.0)
    config = Config(
        heads.BITS,
        tuple(scales.tolist()),
        chain,
        PhraseRule(0.0, ChainRule(1.0, 0.0, -1.0, 0.5), 0.0),
        VERDICT,
        about,
    )
    # until there are nets that look inside units, any net stands in their places
    net = passes[-1]
    fitted = Model(
        config,
        evidence.pack(weights),
        words,
        passes,
        sequences,
        gate=net,
        tags=(net,) * len(model.TAGS),
    )
    return fitted, found, weights


def _lines(material: Material, part: str) -> tuple[LabelledText, ...]:
    """Give single lines that use the words of spam and are none."""
    return (*material.near_misses[part], *material.written[part])


def _fit_nets(
    texts: Sequence[LabelledText],
    found: Sequence[Evidence],
    run: Path,
    seed: int,
    jobs: int,
) -> tuple[tuple[Network, ...], tuple[Network, ...]]:
    """Give the nets of the passes, and those over the units of a page."""
    passes: list[Network] = []
    sequences: tuple[Network, ...] = ()
    for number, name in enumerate(model.PASSES):
        taught = one_in(np.random.default_rng([seed, 3]), TEXTS[number], texts)
        # made if something is to be fitted, and once for both
        rows = cache(partial(context_table, taught, found, tuple(passes), jobs))
        if number == 0:
            over = partial(fit_over_units, run / "sequences.joblib", rows, seed, jobs)
            sequences = kept(run / "sequences.net.joblib", over)
            del over
        fit = partial(fit_pass, run / f"{name}.joblib", rows, number, seed, jobs)
        passes.append(kept(run / f"{name}.net.joblib", fit))
        del fit, rows  # and the table with them
    return tuple(passes), sequences


def fit_over_units(
    keep: Path, rows: Callable[[], UnitRows], seed: int, jobs: int
) -> tuple[Network, ...]:
    """Give the nets over the units of a page; in floats they are kept as *keep*."""
    table = rows()
    inside = table.states == INSIDE
    nets = fit_sequences(
        table.columns,
        table.states,
        heavier_spam(table) * np.where(inside, np.float32(INSIDE_WEIGHT), 1),
        table.weights**2,  # a unit's share of its page; see `page_weights`
        table.pages,
        len(model.SEQUENCES),
        np.random.default_rng([seed, 5]),
        jobs,
    )
    joblib.dump(nets, keep)
    say("nets over units fitted")
    return tuple(whole_sequence(net, table.columns, table.pages) for net in nets)


def fit_pass(
    keep: Path, rows: Callable[[], UnitRows], number: int, seed: int, jobs: int
) -> Network:
    """Give the net of a pass; the scikit-learn estimators are kept as *keep*."""
    rng = np.random.default_rng([seed, 3, number])
    table = rows()
    nets = fit_networks(
        table.columns,
        table.labels,
        heavier_spam(table),
        HIDDEN[number],
        rng,
        PASSES,
        jobs,
        len(LABELS),
    )
    joblib.dump(nets, keep)
    graded = np.flatnonzero(table.labels < UNGRADED)
    sample = rng.choice(graded, min(_SAMPLED_UNITS, len(graded)), replace=False)
    return whole_network(averaged(nets), table.columns[sample])


def heavier_spam(table: UnitRows) -> NDArray[np.float32]:
    """Give the weights of units, of spam SPAM_WEIGHT times as much."""
    return table.weights * np.where(table.labels == SPAM, np.float32(SPAM_WEIGHT), 1)


def context_table(
    texts: Sequence[LabelledText],
    found: Sequence[Evidence],
    before: Sequence[Network],
    jobs: int,
) -> UnitRows:
    """Give context columns of *texts*, each from heads that have not seen its site.

    *found*: the heads of each fold.
    """
    halves = [
        (part[half::2], fold)
        for fold, part in enumerate(heads.by_fold(texts))
        for half in range(2)
    ]
    rows = Parallel(n_jobs=jobs)(
        delayed(stages.context_rows)(part, found[fold], before)
        for part, fold in halves
        if part
    )
    table = stages.joined(rows)
    say(f"{len(table.labels):,} units with their context")
    return table
