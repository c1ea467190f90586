"""The linear heads, fold by fold, and their mean in whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
from joblib import Parallel, delayed
from numpy.lib.format import open_memmap

from dross import evidence
from dross.features import extract
from dross.lines import split_pages
from training.documents import fold_of
from training.linear import AdagradHeads, Rows
from training.rows import line_rows
from training.split import FOLDS
from training.units import batched

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.labelled import LabelledText

BITS = 19
_FIELDS = ("buckets", "bounds", "targets", "weights")


def are_in(folder: Path) -> bool:
    """Tell whether all folds' heads are in *folder*."""
    return all((folder / f"heads-{fold}.joblib").exists() for fold in range(FOLDS))


def by_fold(texts: Sequence[LabelledText]) -> list[list[LabelledText]]:
    """Give the texts of each fold."""
    folds: list[list[LabelledText]] = [[] for _ in range(FOLDS)]
    for text in texts:
        folds[fold_of(text, FOLDS)].append(text)
    return folds


def fit_heads(run: Path, texts: Sequence[LabelledText], seed: int, jobs: int) -> None:
    """Fit the heads of each fold on the other folds' texts; keep them in *run*.

    Each fold's scikit-learn estimator is kept too, for those who train on.
    """
    Parallel(n_jobs=jobs)(
        delayed(_save_rows)(run, part, fold, seed)
        for fold, part in enumerate(by_fold(texts))
    )
    join_rows(run)
    Parallel(n_jobs=jobs)(delayed(_fit_fold)(run, fold, seed) for fold in range(FOLDS))
    for path in run.glob("rows-*.npy"):
        path.unlink()


def _save_rows(run: Path, texts: Sequence[LabelledText], fold: int, seed: int) -> None:
    rows = line_rows(texts, BITS, np.random.default_rng([seed, fold, 1]))
    write_rows(run, fold, rows)


def write_rows(run: Path, fold: int, rows: Rows) -> None:
    """Write the rows of a fold for `join_rows`."""
    for name in _FIELDS:
        np.save(run / f"rows-{fold}-{name}.npy", getattr(rows, name))


def join_rows(run: Path) -> None:
    """Put the rows of all folds into one file for each field, and away with the parts.

    They are gigabytes. From one file all workers have them mapped: they are in memory
    once, whatever the number of workers, and only as long as there is room.
    """
    for name in _FIELDS:
        paths = [run / f"rows-{fold}-{name}.npy" for fold in range(FOLDS)]
        parts = [_mapped(path) for path in paths]
        if name == "bounds":
            sizes = [np.diff(part) for part in parts]
            np.save(run / "rows-bounds.npy", np.r_[0, np.cumsum(np.concatenate(sizes))])
            folds = np.repeat(np.arange(FOLDS), [len(own) for own in sizes])
            np.save(run / "rows-folds.npy", folds)
        else:
            ends = np.cumsum([len(part) for part in parts])
            shape = (int(ends[-1]), *parts[0].shape[1:])
            found = open_memmap(run / f"rows-{name}.npy", "w+", parts[0].dtype, shape)
            for part, end in zip(parts, ends, strict=True):
                found[end - len(part) : end] = part
            found.flush()
        for path in paths:
            path.unlink()


def joined_rows(run: Path) -> tuple[Rows, NDArray[np.int64]]:
    """Give the rows that `join_rows` wrote, mapped, and the fold of each."""
    mapped = {name: _mapped(run / f"rows-{name}.npy") for name in (*_FIELDS, "folds")}
    folds = mapped.pop("folds")
    return Rows(**mapped), folds


def _mapped(path: Path) -> NDArray[Any]:
    header = 128  # bytes; where there is nothing else, there is nothing to map
    if path.stat().st_size > header:
        return np.asarray(np.load(path, mmap_mode="r"))
    return np.asarray(np.load(path))


def _fit_fold(run: Path, fold: int, seed: int) -> None:
    rows, folds = joined_rows(run)
    heads = AdagradHeads(1 << BITS)
    others = np.flatnonzero(folds != fold)
    heads.fit(rows, others, np.random.default_rng([seed, fold, 2]))
    joblib.dump(heads, run / f"heads-{fold}.joblib")


def whole_heads(run: Path) -> tuple[list[NDArray[np.int8]], NDArray[np.int8]]:
    """Give the folds' weights and their mean in whole numbers.

    All share one step a head, so that their evidence is on one scale.
    """
    folds = [
        joblib.load(run / f"heads-{fold}.joblib").weights_ for fold in range(FOLDS)
    ]
    # a handful of weights in ten thousand are cut off, for finer steps elsewhere
    steps = np.maximum(np.quantile(np.abs(folds[0]), 0.9998, axis=0), 1e-6) / 127
    whole = [
        np.clip(np.round(weights / steps), -127, 127).astype(np.int8)
        for weights in (*folds, np.mean(folds, axis=0))
    ]
    return whole[:-1], whole[-1]


def head_scales(
    texts: Sequence[LabelledText], weights: NDArray[np.int8]
) -> NDArray[np.float64]:
    """Give what brings each head's evidence to -127 … 127: 99 % of it within 110."""
    found = []
    packed = evidence.pack(weights)
    for batch in batched(texts):
        features = extract(split_pages([text.text for text in batch]))
        places = evidence.place_sums(features, BITS, packed)
        root = np.sqrt(np.maximum(features.ngram_counts(), 1))
        found.append(evidence.unit_sums(features, places) / root[:, None])
    top = np.quantile(np.abs(np.concatenate(found)), 0.99, axis=0)
    return np.array([float(f"{110 / max(value, 1e-6):.3g}") for value in top])
