"""Where the time of the whole filter goes, stage by stage.

The profiler counts the time of the functions that a stage consists of, with all
that they call. Its own cost falls on what makes many small calls; shares say where
to look, and speed is measured without it.
"""

from __future__ import annotations

import cProfile
from typing import TYPE_CHECKING

from dross import (
    context,
    copies,
    decode,
    edges,
    evidence,
    features,
    network,
    places,
    sequence,
    spans,
)
from dross.cleaner import Cleaner, batches, labels_at
from dross.lines import split_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# None of these is called by another of them.
STAGES: dict[str, tuple[Callable[..., object], ...]] = {
    "lines": (split_pages,),
    "features": (features.extract,),
    "evidence": (evidence.place_sums, evidence.unit_sums),
    "context, first": (context.columns,),
    "context, later passes": (context.second_columns,),
    "nets": (network.run,),
    "nets over units": (sequence.run,),
    "decode": (decode.label_scores, decode.posteriors, labels_at),
    "places, gate": (places.gate_columns,),
    "places": (places.columns, places.second_columns, places.third_columns),
    "stretch edges (jieba)": (edges.mend,),
    "copies of stretches": (copies.agree,),
    "spans": (spans.merge_pieces, spans.kept_text),
}
REST = "the rest"


def shares(cleaner: Cleaner, pages: Sequence[str]) -> dict[str, float]:
    """Give the share of each stage in the time of the whole filter; they sum to 1."""
    groups = list(batches(pages))
    profile = cProfile.Profile()
    profile.enable()
    for group in groups:
        cleaner.clean_all(group)
    profile.disable()
    took: dict[object, float] = {
        entry.code: entry.totaltime for entry in profile.getstats()
    }
    total = took[Cleaner.clean_all.__code__]
    found = {
        name: sum(took.get(_code(part), 0.0) for part in parts) / total
        for name, parts in STAGES.items()
    }
    return {**found, REST: 1 - sum(found.values())}


def _code(function: Callable[..., object]) -> object:
    """Give what the profiler knows a function by."""
    return getattr(function, "__code__", function)
