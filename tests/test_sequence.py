"""The net over a page's units, as it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dross import sequence
from dross.network import ACTIVE
from dross.sequence import ALONE, REACHES
from tests import oracles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dross.network import Layer, Network

INPUTS, WIDTH, STATES = 7, 4, 3
seeds = st.integers(0, 2**32 - 1)
lengths = st.lists(st.integers(1, 40), max_size=4)


def random_net(seed: int) -> Network:
    return oracles.sequence_net(np.random.default_rng(seed), INPUTS, WIDTH, STATES)


def slow_layer(layer: Layer, inputs: list[int]) -> list[int]:
    weights, bias = layer.weights.astype(int).tolist(), layer.bias.astype(int).tolist()
    return [
        min(max((sum(x * row[n] for x, row in zip(inputs, weights, strict=True)) + b)
                >> layer.shift, 0), ACTIVE)
        for n, b in enumerate(bias)
    ]  # fmt: skip


def slow_run(net: Network, page: list[list[int]]) -> list[list[float]]:
    """Give the logits of one page's units, number by number."""
    values = page
    for layer in net.layers[:ALONE]:
        values = [slow_layer(layer, row) for row in values]
    own = values
    for number, reach in enumerate(REACHES):
        seen = []
        for unit in range(len(page)):
            row: list[int] = []
            for distance in reach:
                there = unit + distance
                row += values[there] if 0 <= there < len(page) else [0] * WIDTH
            seen.append(row + own[unit] if number else row)
        values = [slow_layer(net.layers[ALONE + number], row) for row in seen]
    means = [sum(column) // len(page) for column in zip(*values, strict=True)]
    found = []
    last = net.layers[-1]
    for row, first in zip(values, own, strict=True):
        top = slow_layer(net.layers[-2], [*row, *means, *first])
        whole = np.array(top) @ last.weights.astype(int) + last.bias.astype(int)
        found.append((whole * net.unit).tolist())
    return found


def random_pages(
    seed: int, sizes: list[int]
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    columns = np.random.default_rng(seed).integers(-127, 128, (sum(sizes), INPUTS))
    return columns.astype(np.int8), np.repeat(np.arange(len(sizes)), sizes)


@settings(max_examples=30)
@given(seeds, lengths)
def test_logits_are_those_of_whole_numbers_page_by_page(
    seed: int, sizes: list[int]
) -> None:
    net = random_net(seed)
    columns, pages = random_pages(seed, sizes)

    logits = sequence.run(net, columns, pages)

    expected = [
        row
        for page in range(len(sizes))
        for row in slow_run(net, columns[pages == page].tolist())
    ]
    assert logits.tolist() == expected


@given(seeds, lengths)
def test_a_page_has_the_same_logits_alone_and_in_a_batch(
    seed: int, sizes: list[int]
) -> None:
    net = random_net(seed)
    columns, pages = random_pages(seed, sizes)

    together = sequence.run(net, columns, pages)

    for page in range(len(sizes)):
        rows = pages == page
        alone = sequence.run(net, columns[rows], np.zeros(rows.sum(), np.int64))
        assert alone.tobytes() == together[rows].tobytes()
