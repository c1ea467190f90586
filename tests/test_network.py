"""The context net's whole-number arithmetic."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dross.network import ACTIVE, BLOCK, EXACT, Layer, Network, run

if TYPE_CHECKING:
    from numpy.typing import NDArray

INPUTS = 40


def random_layer(
    rng: np.random.Generator, inputs: int, outputs: int, largest: int
) -> Layer:
    """Give a layer whose sums stay below EXACT for inputs up to *largest*."""
    top = max(EXACT // (largest * inputs) - 1, 1)
    return Layer(
        rng.integers(-top, top + 1, (inputs, outputs)).astype(np.float32),
        rng.integers(-inputs, inputs + 1, outputs).astype(np.float32),
        int(rng.integers(0, 15)),
    )


def random_net(seed: int) -> Network:
    rng = np.random.default_rng(seed)
    sizes = [INPUTS, *rng.integers(1, 20, rng.integers(1, 3)).tolist(), 3]
    layers = tuple(
        random_layer(rng, inputs, outputs, ACTIVE if number else 128)
        for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes))
    )
    return Network(layers, unit=1 / 512)


def random_columns(seed: int, units: int) -> NDArray[np.int8]:
    rng = np.random.default_rng(seed)
    return rng.integers(-128, 128, (units, INPUTS), np.int8)


def slow_run(
    network: Network, columns: NDArray[np.int8]
) -> tuple[list[list[int]], list[list[float]]]:
    """Give hidden activations and logits by whole-number arithmetic."""
    values = columns.astype(np.int64)
    for layer in network.layers[:-1]:
        values = values @ layer.weights.astype(np.int64) + layer.bias.astype(np.int64)
        values = np.clip(values >> layer.shift, 0, ACTIVE)
    last = network.layers[-1]
    total = values @ last.weights.astype(np.int64) + last.bias.astype(np.int64)
    return values.tolist(), (total * network.unit).tolist()


@given(st.integers(0, 2**32 - 1), st.integers(0, 70))
def test_activations_and_logits_are_those_of_whole_numbers(
    seed: int, units: int
) -> None:
    network, columns = random_net(seed), random_columns(seed, units)
    hidden, logits = run(network, columns)

    assert (hidden.tolist(), logits.tolist()) == slow_run(network, columns)


@pytest.mark.parametrize("units", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 5])
def test_more_units_than_a_block_are_run_like_fewer(units: int) -> None:
    network, columns = random_net(units), random_columns(units, units)
    hidden, logits = run(network, columns)

    assert (hidden.tolist(), logits.tolist()) == slow_run(network, columns)


@given(st.integers(0, 2**32 - 1), st.integers(1, 70))
def test_a_unit_has_the_same_logits_alone_and_in_a_batch(seed: int, units: int) -> None:
    network, columns = random_net(seed), random_columns(seed, units)
    alone = [run(network, columns[i : i + 1]) for i in range(units)]
    hidden, logits = run(network, columns)

    assert np.array_equal(hidden, np.concatenate([h for h, _ in alone]))
    assert np.array_equal(logits, np.concatenate([values for _, values in alone]))


@pytest.mark.parametrize("extreme", [-128, 127])
def test_sums_of_the_greatest_inputs_and_weights_are_exact(extreme: int) -> None:
    weights = np.full((INPUTS, 3), EXACT // (128 * INPUTS) - 1, np.float32)
    network = Network((Layer(weights, np.full(3, 99, np.float32), 0),), unit=1.0)
    columns = np.full((5, INPUTS), extreme, np.int8)

    assert run(network, columns)[1].tolist() == slow_run(network, columns)[1]


@given(st.integers(0, 2**32 - 1), st.integers(1, ACTIVE))
def test_a_layers_bound_is_its_greatest_sum(seed: int, largest: int) -> None:
    layer = random_layer(np.random.default_rng(seed), INPUTS, 4, ACTIVE)
    weights, bias = layer.weights.astype(np.int64), layer.bias.astype(np.int64)
    signs = np.where(bias < 0, -1, 1)
    inputs = np.sign(weights) * signs * largest
    greatest = np.abs((inputs * weights).sum(0) + bias).max()

    assert layer.bound(largest) == greatest
