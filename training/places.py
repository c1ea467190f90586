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
from training.kept import kept
from training.network import averaged, fit_linear, fit_networks, whole_network
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

# The nets, in the order that they are fitted, and the hidden layers of those with any.
STEPS = ("gate", *TAGS)
HIDDEN = {"places": (96, 24), "copies": (64, 16), "tags": (64, 16)}
# One text in so many teaches the gate: the net is linear and has few columns.
GATE_TEXTS = 3
SAMPLED = 7  # one row in so many shows the range of hidden activations
PASSES = (512, 1024, 2048, 8192, 8192)  # rows a batch, pass by pass
# Of the genuine places that a net looks at, one in so many teaches it.
EVERY = {"gate": 16, "places": 4, "copies": 2, "tags": 2}
# Share of genuine places that pass the gate, before those around them join them. Of the
# spam in mixed units 0.87 passes with 0.03, 0.91 with 0.05, 0.945 with 0.08.
PASSED = 0.06


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
    every_text = GATE_TEXTS if step == "gate" else 1
    rows = _joined(
        Parallel(n_jobs=jobs)(
            delayed(place_rows)(
                chosen[::every_text], with_evidence(fitted, own), step, number
            )
            for number, (chosen, own) in enumerate(parts)
            if chosen
        )
    )
    if step == "gate":
        linear = fit_linear(rows.columns, rows.labels)
        joblib.dump(linear, keep)
        gate = whole_network(linear, rows.columns)
        logits = network.run(gate, rows.columns)[1][:, 0]
        return gate, round(float(np.quantile(logits[rows.labels == 0], 1 - PASSED)), 4)
    every = np.ones(len(rows.labels), np.float32)
    nets = fit_networks(
        rows.columns, rows.labels, every, HIDDEN[step], rng, PASSES, jobs
    )
    joblib.dump(nets, keep)
    return whole_network(averaged(nets), rows.columns[::SAMPLED]), 0.0


def with_evidence(fitted: Model, own: Evidence) -> Model:
    """Give the model with heads and vocabulary of a fold's own."""
    return replace(fitted, packed=own.packed, vocabulary=own.vocabulary)


def place_rows(
    texts: Sequence[LabelledText], model: Model, step: str, seed: int
) -> PlaceRows:
    """Give what the net of *step* learns from *texts*.

    All spam and a part of other places, drawn by *seed*; all near misses, but for the
    gate, whose share of genuine places they would distort.
    """
    rng = np.random.default_rng([seed, STEPS.index(step), 7])
    cleaner = Cleaner(model)
    parts = []
    for batch in batched(texts):
        read = cleaner.read([text.text for text in batch])
        chosen = (cleaner.unit_labels(read) != SPAM) & ~read.at_home
        at, columns = _columns(places.sampled(read.known, chosen), model, step)
        label = place_labels(read, label_units(batch))[at]
        # what looks like spam and is none is rare, and all of it teaches
        near = np.array([text.source.startswith(NEAR_MISS) for text in batch])
        drawn = rng.random(len(at)) < 1 / EVERY[step]
        if step != "gate":
            drawn |= near[read.known.page[at]]
        taught = np.flatnonzero((label == SPAM) | ((label < SPAM) & drawn))
        own = (label[taught] == SPAM).astype(np.int8)
        parts.append(PlaceRows(columns[taught], own))
    return _joined(parts)


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
