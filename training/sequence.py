"""The net over a page's units: fitted here, then brought to whole numbers.

scikit-learn has no convolutional net, and this one is small: a step forward, a step
back, and Adam. Both steps follow `dross.sequence.run`, in floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from dross import sequence
from dross.decode import STATES
from dross.features import TOP
from dross.network import ACTIVE, Layer, Network
from dross.sequence import ALONE, REACHES
from training.network import INPUT_SCALE, whole_layer
from training.units import STATELESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Page = tuple[int, int]  # its first unit, and the one after its last

# Widths of the layers that see one unit, of those that see units around it, and of the
# one that sees the page.
OWN, AROUND, LAST = (96, 64), 64, 32
EPOCHS, LEAST_TURNS = 3, 1000  # passes over the units, or as many as give so many steps
BATCH = 512  # units, of whole pages
LONGEST = 4 * BATCH  # units; a longer page is cut
# Adam (Kingma, Ba, 2015) with its authors' numbers; the step rises over the first
# batches and falls with half a cosine (Loshchilov, Hutter, 2017, "SGDR").
STEP, RISE, LEAST_STEP = 1e-3, 300, 0.005
FIRST, SECOND, TINY = 0.9, 0.999, 1e-8
# What 1 - F1, a mean over pages, counts beside cross-entropy, a mean over units, for
# one net after the other. With it nets are better, and surer than they should be; the
# mean with one that has none is as good and less sure.
F1_WEIGHTS = (0.0, 4.5)
ARTICLE = STATES.index("article")
SAMPLE = 60_000  # units that the range of hidden activations is taken from


@dataclass(frozen=True)
class Weights:
    """A net in floats: ``weights`` (inputs, outputs) and ``biases``, layer by layer."""

    weights: list[Floats]
    biases: list[Floats]


@dataclass(frozen=True)
class Trace:
    """What a step forward leaves for the one back.

    ``seen``: what each layer saw. ``active``: what each hidden layer made of it.
    ``pages``: (units,), ascending.
    """

    seen: list[Floats]
    active: list[Floats]
    pages: NDArray[np.int64]


class Adam:
    """Moves *parts* down their slopes, in place."""

    def __init__(self, parts: list[Floats]) -> None:
        """Take the arrays to be moved."""
        self.parts = parts
        self.means = [np.zeros_like(part) for part in parts]
        self.squares = [np.zeros_like(part) for part in parts]
        self.turn = 0

    def descend(self, slopes: list[Floats], step: float) -> None:
        """Move by about *step* against *slopes*."""
        self.turn += 1
        mean_share, square_share = 1 - FIRST**self.turn, 1 - SECOND**self.turn
        for number, slope in enumerate(slopes):
            mean, square = self.means[number], self.squares[number]
            mean *= FIRST
            mean += (1 - FIRST) * slope
            square *= SECOND
            square += (1 - SECOND) * slope * slope
            root = np.sqrt(square / square_share)
            self.parts[number] -= step / mean_share * mean / (root + TINY)


def fresh(inputs: int, rng: np.random.Generator) -> Weights:
    """Give a net that has learnt nothing (He et al., 2015, "Delving deep")."""
    shapes = [(inputs, OWN[0]), OWN]
    made = OWN[-1]
    for number, reach in enumerate(REACHES):
        shapes.append((len(reach) * made + (OWN[-1] if number else 0), AROUND))
        made = AROUND
    shapes += [(2 * AROUND + OWN[-1], LAST), (LAST, len(STATES))]
    return Weights(
        [
            (rng.standard_normal(shape) * np.sqrt(2 / shape[0])).astype(np.float32)
            for shape in shapes
        ],
        [np.zeros(shape[1], np.float32) for shape in shapes],
    )


def forward(
    net: Weights, values: Floats, pages: NDArray[np.int64]
) -> tuple[Floats, Trace]:
    """Give the logits of units, and what the step `backward` asks for.

    *values*: (units, inputs). *pages*: (units,), ascending.
    """
    trace = Trace([], [], pages)

    def layer(number: int, seen: Floats) -> Floats:
        trace.seen.append(seen)
        found: Floats = seen @ net.weights[number]
        found += net.biases[number]
        np.maximum(found, 0, out=found)
        trace.active.append(found)
        return found

    for number in range(ALONE):
        values = layer(number, values)
    own = values
    for number, reach in enumerate(REACHES):
        beside = own if number else own[:, :0]
        values = layer(ALONE + number, sequence.around(values, pages, reach, beside))
    starts, sizes = _bounds(pages)
    means = np.add.reduceat(values, starts, axis=0) / sizes[:, None]
    means = np.repeat(means.astype(values.dtype), sizes, axis=0)
    values = layer(len(net.weights) - 2, np.concatenate([values, means, own], axis=1))
    trace.seen.append(values)
    return values @ net.weights[-1] + net.biases[-1], trace


def backward(
    net: Weights, trace: Trace, slope: Floats
) -> tuple[list[Floats], list[Floats]]:
    """Give the slopes of weights and biases from that of the logits.

    *slope*: (units, states).
    """
    weights, biases = list(net.weights), list(net.biases)

    def layer(number: int, slope: Floats) -> Floats:
        if number < len(weights) - 1:
            slope = slope * (trace.active[number] > 0)
        weights[number] = trace.seen[number].T @ slope
        biases[number] = slope.sum(0)
        back: Floats = slope @ net.weights[number].T
        return back

    slope = layer(len(weights) - 2, layer(len(weights) - 1, slope))
    here, mean, own = np.split(slope, [AROUND, 2 * AROUND], axis=1)
    starts, sizes = _bounds(trace.pages)
    shared = np.add.reduceat(mean, starts, axis=0) / sizes[:, None]
    here = here + np.repeat(shared.astype(slope.dtype), sizes, axis=0)
    for number in reversed(range(len(REACHES))):
        slope = layer(ALONE + number, here)
        reach = REACHES[number]
        width = (AROUND if number else OWN[-1]) * len(reach)
        own = own + slope[:, width:] if number else own
        # what a unit saw at a distance saw it from the other side
        seen = np.split(slope[:, :width], len(reach), axis=1)
        here = np.zeros_like(seen[0])
        for part, distance in zip(seen, reach, strict=True):
            here += sequence.around(part, trace.pages, (-distance,), part[:, :0])
    slope = here + own
    for number in reversed(range(1, ALONE)):
        slope = layer(number, slope)
    # nobody asks for the slope of the columns
    slope = slope * (trace.active[0] > 0)
    weights[0], biases[0] = trace.seen[0].T @ slope, slope.sum(0)
    return weights, biases


def fit_sequences(  # noqa: PLR0913, PLR0917 — rows, how many, by what
    columns: NDArray[np.int8],
    states: NDArray[np.int8],
    weights: NDArray[np.float32],
    sizes: NDArray[np.float32],
    pages: NDArray[np.int64],
    number: int,
    rng: np.random.Generator,
    jobs: int = 1,
) -> list[Weights]:
    """Give *number* nets fitted to the units, side by side; each as `fit_sequence`.

    They are given the F1_WEIGHTS in turn.
    """
    rngs = [np.random.default_rng(seed) for seed in rng.integers(1 << 62, size=number)]
    return list(
        Parallel(n_jobs=min(jobs, number))(
            delayed(fit_sequence)(columns, states, weights, sizes, pages, own, by_f1)
            for own, by_f1 in zip(rngs, cycle(F1_WEIGHTS), strict=False)
        )
    )


def fit_sequence(  # noqa: PLR0913, PLR0917 — rows, by what
    columns: NDArray[np.int8],
    states: NDArray[np.int8],
    weights: NDArray[np.float32],
    sizes: NDArray[np.float32],
    pages: NDArray[np.int64],
    rng: np.random.Generator,
    f1_weight: float = 0.0,
) -> Weights:
    """Give a net fitted to the units of *pages*.

    *columns*: (units, inputs). *states*: (units,), a state or STATELESS, which is seen
    but teaches nothing. *weights*: (units,), of the cross-entropy. *sizes*: (units,),
    what a unit counts in the F1 of its page, and *f1_weight*, what 1 - F1, a mean over
    pages, does beside that. *pages*: (units,), ascending. On one thread: how many there
    are must not change the last bit of a sum.
    """
    graded = states != STATELESS
    weights = np.where(graded, weights / weights[graded].mean(), 0).astype(np.float32)
    sizes = np.where(graded, sizes, 0).astype(np.float32)
    # one page's share of a mean over the pages that a batch has on the average
    a_page = f1_weight * len(pages) / (len(np.unique(pages)) * BATCH)
    states = np.where(graded, states, 0)
    net = fresh(columns.shape[1], rng)
    epochs = max(EPOCHS, -(-LEAST_TURNS * BATCH // len(pages)))
    batches = [batch for _ in range(epochs) for batch in _batches(pages, rng)]
    rise = min(RISE, len(batches) // 10)
    adam = Adam([*net.weights, *net.biases])
    with threadpool_limits(1):
        for turn, batch in enumerate(batches, 1):
            rows = np.concatenate([np.arange(*page) for page in batch])
            values = columns[rows].astype(np.float32) * np.float32(INPUT_SCALE)
            logits, trace = forward(net, values, pages[rows])
            chances = _chances(logits)
            slope = _slope(chances, states[rows], weights[rows] / BATCH)
            if f1_weight:
                article = states[rows] == ARTICLE
                by_f1 = f1_slope(chances, article, sizes[rows], pages[rows])
                slope += np.float32(a_page) * by_f1
            by_weights, by_biases = backward(net, trace, slope)
            fall = (1 + np.cos(np.pi * turn / len(batches))) / 2 + LEAST_STEP
            step = STEP * min(turn / rise, 1) * float(fall)
            adam.descend([*by_weights, *by_biases], step)
    return net


def whole_sequence(
    net: Weights, columns: NDArray[np.int8], pages: NDArray[np.int64]
) -> Network:
    """Give the net in whole numbers.

    *columns* and *pages*: units to find the range of hidden activations on; the first
    SAMPLE of them are looked at.
    """
    columns, pages = columns[:SAMPLE], pages[:SAMPLE]
    values = columns.astype(np.float32) * np.float32(INPUT_SCALE)
    active = forward(net, values, pages)[1].active
    layers: list[Layer] = []
    units: list[float] = []

    def add(number: int, seen: Sequence[tuple[float, int]], largest: int) -> None:
        """Add a layer that sees so many inputs of which 1 stands for so much."""
        layer, unit = whole_layer(
            net.weights[number],
            net.biases[number],
            np.concatenate([np.full(times, unit) for unit, times in seen]),
            largest,
            active[number] if number < len(active) else None,
        )
        layers.append(layer)
        units.append(unit)

    add(0, [(INPUT_SCALE, columns.shape[1])], TOP)
    for number in range(1, ALONE):
        add(number, [(units[-1], OWN[number - 1])], ACTIVE)
    own = (units[-1], OWN[-1])
    for number, reach in enumerate(REACHES):
        around = (units[-1], len(reach) * (AROUND if number else OWN[-1]))
        add(ALONE + number, [around, own] if number else [around], ACTIVE)
    add(len(layers), [(units[-1], 2 * AROUND), own], ACTIVE)
    add(len(layers), [(units[-1], LAST)], ACTIVE)
    return Network(tuple(layers), units[-1])


def _bounds(pages: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the first unit of each page, and its number of units."""
    starts = np.flatnonzero(np.r_[True, pages[1:] != pages[:-1]])
    return starts, np.diff(starts, append=len(pages))


def _batches(
    pages: NDArray[np.int64], rng: np.random.Generator
) -> Iterator[list[Page]]:
    """Yield pages in an order of chance, in batches of about BATCH units."""
    starts, sizes = _bounds(pages)
    batch: list[Page] = []
    number = 0
    for page in rng.permutation(len(starts)).tolist():
        start, end = int(starts[page]), int(starts[page] + sizes[page])
        for cut in range(start, end, LONGEST):
            batch.append((cut, min(cut + LONGEST, end)))
            number += batch[-1][1] - cut
            if number >= BATCH:
                yield batch
                batch, number = [], 0
    if batch:
        yield batch


def _chances(logits: Floats) -> Floats:
    chances: Floats = np.exp(logits - logits.max(1, keepdims=True))
    chances /= chances.sum(1, keepdims=True)
    return chances


def _slope(
    chances: Floats, states: NDArray[np.int8], weights: NDArray[np.float32]
) -> Floats:
    """Give the slope of the weighted cross-entropy by the logits."""
    slope: Floats = chances * weights[:, None]
    slope[np.arange(len(states)), states] -= weights
    return slope


def f1_slope(
    chances: Floats,
    article: NDArray[np.bool_],
    sizes: NDArray[np.float32],
    pages: NDArray[np.int64],
) -> Floats:
    """Give the slope of 1 - F1, added up over pages, by the logits; (units, states).

    The F1 of what is kept where units are kept in part, each as far as it is likely to
    be article. A page without article has none, and no slope. *chances*: (units,
    states). *article*, *sizes*: (units,), what is, and what it counts.

    Milletari, Navab, Ahmadi (2016), "V-Net": the Dice loss.
    """
    kept = chances[:, ARTICLE]
    starts, lengths = _bounds(pages)
    # 2 * hits / total is the F1
    hits = np.add.reduceat(sizes * kept * article, starts)
    total = np.maximum(np.add.reduceat(sizes * (kept + article), starts), TINY)
    by_chance = np.repeat(hits / total, lengths) - article
    by_chance *= 2 * sizes * np.repeat(1 / total, lengths)
    step: Floats = (by_chance * kept).astype(chances.dtype)
    slope = -step[:, None] * chances
    slope[:, ARTICLE] += step
    return slope
