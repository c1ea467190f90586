"""The nets of the context stage, as they are fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.network import averaged, fit_networks

if TYPE_CHECKING:
    from numpy.typing import NDArray


def test_rows_of_no_label_teach_nothing() -> None:
    rng = np.random.default_rng(0)
    columns = rng.integers(-127, 128, (900, 12)).astype(np.int8)
    labels = rng.integers(0, 4, 900).astype(np.int8)  # 3 is no label of three
    weights = rng.random(900).astype(np.float32)
    known = labels < 3

    def net(chosen: slice | NDArray[np.bool_]) -> bytes:
        found = averaged(
            fit_networks(
                columns[chosen],
                labels[chosen],
                weights[chosen],
                (8,),
                np.random.default_rng(1),
                (64, 128),
                classes=3,
            )
        )
        return b"".join(part.tobytes() for part in (*found.coefs_, *found.intercepts_))

    assert net(slice(None)) == net(known)
    assert net(known) != net(~known | known & (columns[:, 0] > 0))
