"""What the context stage learns from: columns of all units of labelled texts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from dross import context, evidence
from dross.features import extract, topic_words
from dross.lines import split_pages
from training.units import batched, label_units, page_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dross.network import Network
    from training.labelled import LabelledText


def rarity_counts(texts: Sequence[LabelledText]) -> tuple[NDArray[np.int64], int]:
    """Give in how many of the pages each topic word's bucket stands, and the pages."""
    counts = np.zeros(1 << context.RARITY_BITS, np.int64)
    one_each = {text.page: text for text in texts}
    for batch in batched(list(one_each.values())):
        lines = split_pages([text.text for text in batch])
        hashes, units = topic_words(extract(lines))
        tokens = (hashes >> np.uint32(32 - context.RARITY_BITS)).astype(np.int64)
        pairs = np.unique((lines.pages[units] << 32) | tokens)
        np.add.at(counts, pairs & 0xFFFFFFFF, 1)
    return counts, len(one_each)


def rarity_table(counts: NDArray[np.int64], pages: int) -> NDArray[np.uint8]:
    """Give inverse document frequency, 255 for a bucket seen once or never."""
    idf = np.log((pages + 1) / (counts + 1)) / np.log(pages + 1)
    table: NDArray[np.uint8] = np.round(255 * np.clip(idf, 0.02, 1)).astype(np.uint8)
    return table


@dataclass(frozen=True, slots=True)
class UnitRows:
    """What the context stage learns from: an entry a unit, pages in order.

    ``columns``: (units, len(context.NAMES)).
    """

    columns: NDArray[np.int8]
    labels: NDArray[np.int8]
    weights: NDArray[np.float32]
    pages: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the context stage needs of the linear one.

    ``packed``: as `evidence.pack` gives it. ``scales``: (heads,).
    """

    bits: int
    packed: list[NDArray[np.uint64]]
    scales: NDArray[np.float64]
    rarity: NDArray[np.uint8]


def context_rows(
    texts: Sequence[LabelledText], heads: Evidence, before: Sequence[Network] = ()
) -> UnitRows:
    """Give the context columns of all units of *texts*, with labels and weights.

    Those of the pass that follows the nets *before* it.
    """
    parts = []
    offset = 0
    for batch in batched(texts):
        units = label_units(batch)
        lines, features = units.lines, units.features
        places = evidence.place_sums(features, heads.bits, heads.packed)
        sums = evidence.unit_sums(features, places)
        columns = context.pass_columns(
            lines, features, sums, heads.scales, heads.rarity, before
        )
        weights = page_weights(lines.pages, features.sizes - 2)
        parts.append(UnitRows(columns, units.labels, weights, lines.pages + offset))
        offset += len(batch)
    return joined(parts)


def joined(parts: Sequence[UnitRows]) -> UnitRows:
    """Give the rows of all *parts*, one after the other."""
    return UnitRows(
        *(
            np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(UnitRows)
        )
    )
