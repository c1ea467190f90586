"""The linear stage: many logistic heads over the same hashed n-grams.

A scikit-learn estimator. Its rows are binary (an n-gram counts as often as it
stands in a unit) and scaled by the root of their length, as serving does. Steps are
Adagrad's, one size a weight: rare n-grams keep learning after common ones have
settled, for which plain SGD needs a table four times as large.

Duchi, Hazan, Singer (2011), "Adaptive subgradient methods".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Rows:
    """Hashed rows: ``buckets[bounds[i]:bounds[i + 1]]`` are the n-grams of row *i*.

    ``targets``: (rows, heads), 1, 0, or -1 where a head has nothing to learn from
    the row. ``weights``: (rows,).
    """

    buckets: NDArray[np.int32]
    bounds: NDArray[np.int64]
    targets: NDArray[np.int8]
    weights: NDArray[np.float32]

    def take(
        self, rows: NDArray[np.int64], columns: int
    ) -> tuple[csr_matrix, NDArray[np.float32]]:
        """Give the chosen rows as a matrix, and their scale."""
        sizes = self.bounds[rows + 1] - self.bounds[rows]
        bounds = np.r_[0, np.cumsum(sizes)]
        place = np.arange(bounds[-1]) + np.repeat(
            self.bounds[rows] - bounds[:-1], sizes
        )
        ones = np.ones(len(place), np.float32)
        matrix = csr_matrix(
            (ones, self.buckets[place], bounds), shape=(len(rows), columns)
        )
        scale = 1 / np.sqrt(np.maximum(sizes, 1))
        return matrix, scale.astype(np.float32)[:, None]


class AdagradHeads(BaseEstimator):  # type: ignore[misc]  # sklearn has no types
    """Logistic regressions that share their rows, one a head.

    After ``fit``: ``weights_`` (columns, heads) and ``intercept_`` (heads,).
    """

    def __init__(
        self,
        columns: int,
        *,
        passes: int = 4,
        step: float = 0.5,
        batch: int = 16384,
        decay: float = 1e-6,
    ) -> None:
        """Set the number of columns and how to step; ``fit`` does the rest."""
        self.columns = columns
        self.passes = passes
        self.step = step
        self.batch = batch
        self.decay = decay

    def fit(
        self,
        rows: Rows,
        chosen: NDArray[np.int64],
        rng: np.random.Generator,
    ) -> AdagradHeads:
        """Fit to the *chosen* rows."""
        heads = rows.targets.shape[1]
        weights = np.zeros((self.columns, heads), np.float32)
        squares = np.full((self.columns, heads), 1e-3, np.float32)
        bias, bias_squares = (
            np.zeros(heads, np.float32),
            np.full(heads, 1e-3, np.float32),
        )
        number = np.zeros(self.columns, np.int32)  # of each column among those used
        for turn in range(self.passes):
            order = rng.permutation(chosen)
            step = self.step * (1 - turn / self.passes)
            for start in range(0, len(order), self.batch):
                index = np.sort(order[start : start + self.batch])
                matrix, scale = rows.take(index, self.columns)
                target = rows.targets[index].astype(np.float32)
                graded = (target >= 0) * rows.weights[index][:, None]
                logits = (matrix @ weights) * scale + bias
                residual = (1 / (1 + np.exp(-logits)) - target) * graded
                share = residual / np.maximum(graded.sum(0), 1)
                number[matrix.indices] = 1
                used = np.flatnonzero(number)
                number[used] = np.arange(len(used))
                compact = csr_matrix(
                    (matrix.data, number[matrix.indices], matrix.indptr),
                    shape=(len(index), len(used)),
                )
                number[used] = 0
                # rows of these tables are far apart: each is fetched once
                own, own_squares = weights[used], squares[used]
                gradient = compact.T @ (share * scale)
                gradient += self.decay * own
                own_squares += gradient * gradient
                squares[used] = own_squares
                own -= step * gradient / np.sqrt(own_squares)
                weights[used] = own
                slope = share.sum(0)
                bias_squares += slope * slope
                bias -= step * slope / np.sqrt(bias_squares)
        self.weights_, self.intercept_ = weights, bias
        return self

    def decision_function(
        self, rows: Rows, chosen: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Give the logits of the *chosen* rows; (rows, heads)."""
        matrix, scale = rows.take(chosen, self.columns)
        logits: NDArray[np.float32] = (matrix @ self.weights_) * scale + self.intercept_
        return logits
