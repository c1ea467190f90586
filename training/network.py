"""The context stage's net: fitted by scikit-learn, then brought to whole numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from joblib import Parallel, delayed
from scipy.linalg import block_diag
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from dross.features import TOP
from dross.network import ACTIVE, EXACT, Layer, Network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Columns reach ±127; nets learn best from inputs of about ±2.
INPUT_SCALE = 1 / 64
CHUNK = 1 << 17  # rows turned to float at once
# Batches grow instead of the step shrinking: the same effect (Smith et al., 2018,
# "Don't decay the learning rate, increase the batch size") with public parameters.
BATCHES = (256, 512, 1024, 2048, 4096, 8192)
# Nets fitted side by side, from other weights and on other orders of the rows. What
# serves is their mean, for they are wrong in different places (Lakshminarayanan et al.,
# 2017, "Simple and scalable predictive uncertainty estimation using deep ensembles").
MEMBERS = 2


def fit_networks(  # noqa: PLR0913, PLR0917 — rows, shape and schedule
    columns: NDArray[np.int8],
    labels: NDArray[np.int8],
    weights: NDArray[np.float32],
    hidden: tuple[int, ...],
    rng: np.random.Generator,
    batches: tuple[int, ...] = BATCHES,
    jobs: int = 1,
    classes: int = 2,
) -> list[MLPClassifier]:
    """Give MEMBERS nets fitted to the rows, as `fit_network` does."""
    rngs = [np.random.default_rng(seed) for seed in rng.integers(1 << 62, size=MEMBERS)]
    return list(
        Parallel(n_jobs=min(jobs, MEMBERS))(
            delayed(fit_network)(
                columns, labels, weights, hidden, own, batches, classes
            )
            for own in rngs
        )
    )


def averaged(nets: Sequence[MLPClassifier]) -> Layers:
    """Give the net whose logits are the mean of those of *nets*.

    Its hidden layers are theirs side by side, and know nothing of one another.
    """
    first, *inner, last = zip(*(net.coefs_ for net in nets), strict=True)
    intercepts = list(zip(*(net.intercepts_ for net in nets), strict=True))
    return Layers(
        [
            np.concatenate(first, axis=1),
            *(block_diag(*blocks) for blocks in inner),
            np.concatenate(last) / len(nets),
        ],
        [*map(np.concatenate, intercepts[:-1]), np.mean(intercepts[-1], axis=0)],
    )


def fit_network(  # noqa: PLR0913, PLR0917 — rows, shape and schedule
    columns: NDArray[np.int8],
    labels: NDArray[np.int8],
    weights: NDArray[np.float32],
    hidden: tuple[int, ...],
    rng: np.random.Generator,
    batches: tuple[int, ...] = BATCHES,
    classes: int = 2,
) -> MLPClassifier:
    """Give the net fitted to the rows; each batch size is one pass over them.

    *labels*: below *classes*, of which a small corpus may lack some; rows with others
    teach nothing, and to leave them where they are saves a copy of gigabytes.

    Its weights are the mean of those along the last pass, which stand for more than
    the last few rows (Izmailov et al., 2018, "Averaging weights leads to wider optima
    and better generalization"). On one thread: how many there are must not change the
    last bit of a sum.
    """
    net = MLPClassifier(
        hidden,
        alpha=1e-5,
        learning_rate_init=1e-3,
        random_state=int(rng.integers(1 << 31)),
    )
    known = np.flatnonzero(labels < classes)
    mean = weights[known].mean()
    along: list[list[NDArray[np.float32]]] = []
    with threadpool_limits(1):
        for number, size in enumerate(batches, 1):
            order = known[rng.permutation(len(known))]
            for start in range(0, len(order), CHUNK):
                rows = order[start : start + CHUNK]
                net.set_params(batch_size=min(size, len(rows)))
                net.partial_fit(
                    columns[rows].astype(np.float32) * np.float32(INPUT_SCALE),
                    labels[rows],
                    sample_weight=weights[rows] / mean,
                    classes=np.arange(classes),
                )
                if number == len(batches):
                    along.append([w.copy() for w in (*net.coefs_, *net.intercepts_)])
    means = [np.mean(found, axis=0) for found in zip(*along, strict=True)]
    net.coefs_, net.intercepts_ = means[: len(net.coefs_)], means[len(net.coefs_) :]
    return net


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers of a net; named as scikit-learn's nets name theirs."""

    coefs_: list[NDArray[np.float64]]
    intercepts_: list[NDArray[np.float64]]


def whole_network(net: MLPClassifier | Layers, columns: NDArray[np.int8]) -> Network:
    """Give the net in whole numbers.

    *columns*: rows to find the range of the hidden activations on.
    """
    layers = []
    values = columns.astype(np.float32) * np.float32(INPUT_SCALE)
    unit, largest = INPUT_SCALE, TOP  # what 1 stands for, and the greatest input
    for weights, bias in zip(net.coefs_[:-1], net.intercepts_[:-1], strict=True):
        values = np.maximum(values @ weights + bias, 0)
        layer, unit = whole_layer(weights, bias, unit, largest, values)
        layers.append(layer)
        largest = ACTIVE
    layer, unit = whole_layer(net.coefs_[-1], net.intercepts_[-1], unit, largest)
    return Network((*layers, layer), unit)


def whole_layer(
    weights: NDArray[np.floating],
    bias: NDArray[np.floating],
    unit: float | NDArray[np.float64],
    largest: int,
    active: NDArray[np.floating] | None = None,
) -> tuple[Layer, float]:
    """Give a layer in whole numbers, and what 1 of its outputs stands for.

    *unit*: what 1 stands for in the inputs, or in each of them. *largest*: the greatest
    input. *active*: outputs of a hidden layer, to find their range on; the last layer
    has none.
    """
    steps, one = weights, unit
    if isinstance(unit, np.ndarray):
        one = float(unit.max())
        steps = weights * (unit / one)[:, None]
    # as fine as exact sums allow
    reach = (np.abs(steps).sum(0) * largest + np.abs(bias) / one).max()
    # rounding adds at most a half for each weight
    factor = (EXACT - 1 - 0.5 * largest * (len(weights) + 1)) / reach
    out = float(one / factor)
    shift = 0
    if active is not None:
        top = float(np.quantile(active, 0.9995)) or 1.0
        shift = max(0, math.ceil(math.log2(max(top / out / ACTIVE, 1))))
    layer = Layer(
        np.round(steps * factor).astype(np.float32),
        np.round(bias / one * factor).astype(np.float32),
        shift,
    )
    if layer.bound(largest) >= EXACT:
        msg = f"a layer's sums could reach {layer.bound(largest):.0f}"
        raise ArithmeticError(msg)
    return layer, out * 2.0**shift
