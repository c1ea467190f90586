"""What the context stage learns from: columns of all units of labelled texts."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from dross import context, evidence
from training.units import batched, label_units, page_weights, states

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dross.network import Network
    from dross.vocabulary import Vocabulary
    from training.labelled import LabelledText


@dataclass(frozen=True, slots=True)
class UnitRows:
    """What the context stage learns from: an entry a unit, pages in order.

    ``columns``: (units, any), of a pass. ``labels``, ``states``: as `units` has them.
    """

    columns: NDArray[np.int8]
    labels: NDArray[np.int8]
    states: NDArray[np.int8]
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
    vocabulary: Vocabulary


def context_rows(
    texts: Sequence[LabelledText], heads: Evidence, before: Sequence[Network] = ()
) -> UnitRows:
    """Give the context columns of all units of *texts*, with labels and weights.

    Those of the pass that follows the nets *before* it.
    """
    parts = []
    for batch in batched(texts):
        units = label_units(batch)
        lines, features = units.lines, units.features
        places = evidence.place_sums(features, heads.bits, heads.packed)
        sums = evidence.unit_sums(features, places)
        shared = context.Shared(lines, features, heads.vocabulary)
        columns = context.columns(sums, heads.scales, shared)
        columns = context.pass_columns(columns, shared, before)
        weights = page_weights(lines.pages, features.sizes - 2)
        own = states(units.labels, lines.pages)
        parts.append(UnitRows(columns, units.labels, own, weights, lines.pages))
    return joined(parts)


def joined(parts: Sequence[UnitRows]) -> UnitRows:
    """Give the rows of all *parts*, one after the other; no two share a page."""
    counts = [int(part.pages.max(initial=-1)) + 1 for part in parts]
    offsets = np.cumsum([0, *counts])
    rows = UnitRows(
        *(
            np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(UnitRows)
        )
    )
    sizes = [len(part.pages) for part in parts]
    return replace(rows, pages=rows.pages + np.repeat(offsets[:-1], sizes))
