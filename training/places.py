"""Places inside units: what the gate and the nets that tag them learn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import joblib
import numpy as np
from joblib import Parallel, delayed

from dross import network, places
from dross.cleaner import Cleaner
from dross.model import TAGS
from dross.spans import SPAM
from training import heads
from training.chance import one_in
from training.kept import kept
from training.network import averaged, fit_networks, whole_network
from training.probes import NEAR_MISS
from training.stretches import place_labels
from training.units import batched, label_units

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from dross.model import Model
    from dross.network import Network
    from dross.places import View
    from training.labelled import LabelledText
    from training.stages import Evidence

# The nets, in the order that they are fitted, and their hidden layers.
STEPS = ("gate", *TAGS)
HIDDEN = {"gate": (16,), "places": (96, 24), "copies": (64, 16), "tags": (64, 16)}
# One text in so many teaches a net, drawn anew for each: what a net makes of texts that
# it has not learned from is what the next one will meet.
TEXTS = {"gate": 4, "places": 2, "copies": 2, "tags": 2}
SAMPLED = 7  # one row in so many shows the range of hidden activations
PASSES = (512, 1024, 2048, 8192, 8192)  # rows a batch, pass by pass
# Of the genuine places that a net looks at, one in so many teaches it.
EVERY = {"gate": 16, "places": 4, "copies": 2, "tags": 2}
# Share of genuine places that pass the gate, before those around them join them. Of the
# spam in mixed units 0.87 passes with 0.03, 0.91 with 0.05, 0.945 with 0.08.
PASSED = 0.06
# A unit is spam as a whole from this chance among spam and article on, and of no less
# than this part of the chance of chrome; about what decisions without these nets find.
WHOLE, LEAST = 0.9, 0.3


@dataclass(frozen=True, slots=True)
class PlaceRows:
    """Graded places, an entry each. ``labels``: 1 for spam."""

    columns: NDArray[np.int8]
    labels: NDArray[np.int8]


def fit_places(  # noqa: PLR0913, PLR0917 — three nets' whole input
    keep: Path,
    texts: Sequence[LabelledText],
    fitted: Model,
    found: Sequence[Evidence],
    seed: int,
    jobs: int,
) -> Model:
    """Give the model with its gate and the nets that tag places.

    They learn from *texts*, each by heads that have not seen its site. What is fitted,
    and the scikit-learn estimators, are kept in the folder *keep*.
    """
    parts = [
        (part[start::2], found[fold])
        for fold, part in enumerate(heads.by_fold(texts))
        for start in (0, 1)
    ]
    for number, step in enumerate(STEPS):
        rng = np.random.default_rng([seed, 4, number])
        make = partial(_fit_step, keep / f"{step}.joblib", parts, fitted, rng, jobs)
        net, least = kept(keep / f"{step}.net.joblib", make)
        if step == "gate":
            rule = replace(fitted.config.phrase, gate=least)
            config = replace(fitted.config, phrase=rule)
            fitted = replace(fitted, gate=net, config=config)
            continue
        # the nets to come are not looked at yet; any stands in their places
        tags = (*fitted.tags[: TAGS.index(step)], *[net] * len(TAGS))
        fitted = replace(fitted, tags=tags[: len(TAGS)])
    return fitted


def _fit_step(
    keep: Path,
    parts: Sequence[tuple[Sequence[LabelledText], Evidence]],
    fitted: Model,
    rng: np.random.Generator,
    jobs: int,
) -> tuple[Network, float]:
    """Give the net of the step that *keep* is named for.

    And of the gate the logit that PASSED of genuine places reach.
    """
    step = keep.stem
    # which units are spam as a whole is for the passes to say; telling article from
    # chrome would be a seventh of the work here
    fitted = replace(fitted, sequences=())
    rows = _joined(
        Parallel(n_jobs=jobs)(
            delayed(place_rows)(
                taught_by(chosen, step, rng),
                with_evidence(fitted, own),
                step,
                number,
            )
            for number, (chosen, own) in enumerate(parts)
            if chosen
        )
    )
    every = np.ones(len(rows.labels), np.float32)
    nets = fit_networks(
        rows.columns, rows.labels, every, HIDDEN[step], rng, PASSES, jobs
    )
    joblib.dump(nets, keep)
    net = whole_network(averaged(nets), rows.columns[::SAMPLED])
    if step != "gate":
        return net, 0.0
    logits = network.run(net, rows.columns)[1][:, 0]
    return net, round(float(np.quantile(logits[rows.labels == 0], 1 - PASSED)), 4)


def taught_by(
    texts: Sequence[LabelledText], step: str, rng: np.random.Generator
) -> list[LabelledText]:
    """Give the *texts* that teach the net of *step*.

    Near misses are few and differ: they all do, but for the gate, whose share of
    genuine places they would distort.
    """
    near = [step != "gate" and t.source.startswith(NEAR_MISS) for t in texts]
    others = [text for text, own in zip(texts, near, strict=True) if not own]
    kept = [text for text, own in zip(texts, near, strict=True) if own]
    return [*kept, *one_in(rng, TEXTS[step], others)]


def with_evidence(fitted: Model, own: Evidence) -> Model:
    """Give the model with heads and vocabulary of a fold's own."""
    return replace(fitted, packed=own.packed, vocabulary=own.vocabulary)


def place_rows(
    texts: Sequence[LabelledText], model: Model, step: str, seed: int
) -> PlaceRows:
    """Give what the net of *step* learns from *texts*.

    All spam and a part of other places, drawn by *seed*, in units that are not
    `whole_spam`. What looks like spam and is none is rare: of it EVERY times as much.
    """
    rng = np.random.default_rng([seed, STEPS.index(step), 7])
    cleaner = Cleaner(model)
    parts = []
    for batch in batched(texts):
        read = cleaner.read([text.text for text in batch])
        chosen = ~whole_spam(read.posteriors) & ~read.at_home
        at, columns = _columns(places.sampled(read.known, chosen), model, step)
        label = place_labels(read, label_units(batch, (read.lines, read.features)))[at]
        some = rng.random(len(at)) < 1 / EVERY[step]
        near = np.array([text.source.startswith(NEAR_MISS) for text in batch])
        if step != "gate":
            every = rng.random(len(at)) < 1 / TEXTS[step]
            some |= every & near[read.known.page[at]]
        taught = np.flatnonzero((label == SPAM) | ((label < SPAM) & some))
        own = (label[taught] == SPAM).astype(np.int8)
        parts.append(PlaceRows(columns[taught], own))
    return _joined(parts)


def whole_spam(chances: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which units are spam as a whole, as far as the nets go by it.

    Not what a cleaner decides: that is fitted later, and a threshold changed then would
    ask for other nets. *chances*: (units, labels).
    """
    article, chrome, spam = chances.T
    sure = spam >= WHOLE * (spam + article)
    whole: NDArray[np.bool_] = sure & (spam >= LEAST * chrome)
    return whole


def _columns(
    some: View, model: Model, step: str
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Give the places that the net of *step* looks at, and what it sees."""
    if step == "gate":
        return some.at, places.gate_columns(some)
    before = places.looked_at(some, model.gate, model.config.phrase.gate)
    columns = places.columns(before)
    if step == "places":
        return before.at, columns
    hidden, logits = network.run(model.tags[0], columns)
    view = places.looked_at_again(before, logits[:, 0])
    columns = places.second_columns(view, before, hidden, logits[:, 0])
    if step == "copies":
        return view.at, columns
    hidden, logits = network.run(model.tags[1], columns)
    return view.at, places.third_columns(view, hidden, logits[:, 0])


def _joined(parts: Sequence[PlaceRows]) -> PlaceRows:
    return PlaceRows(
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.labels for part in parts]),
    )
