"""Mining: what the phrase head takes for spam in genuine text, learnt as false.

Windows drawn at random seldom hold what looks like spam and is none, so a head that
learnt from them alone finds such stretches everywhere. Those that it finds in its own
training texts join the windows, and it is fitted anew: bootstrapping (Sung, Poggio,
1998, "Example-based learning for view-based human face detection"), once round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dross import evidence, seams
from dross.spans import SPAM
from training.linear import AdagradHeads, Rows
from training.rows import PHRASE, SEAM, window_rows
from training.suspects import candidates
from training.units import batched, label_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.labelled import LabelledText

# Of a place in a stretch, in whole weights of the phrase head, and what is added to
# the evidence of a seam. Of the spam inside genuine units these two bring four fifths
# into some stretch; without the unit's mean and the seams it was a half.
PRICE, EDGE = 25, 60
MINED = 0.1  # share of the false stretches that is mined: those of most evidence
# Characters of a stretch worth learning from: a longer one is not cut into units.
SHORTEST, LONGEST = 2, 100


def sharpen(
    heads: AdagradHeads,
    rows: Rows,
    texts: Sequence[LabelledText],
    bits: int,
    rng: np.random.Generator,
) -> None:
    """Fit the phrase head of *heads* anew, to its rows and to what it mistook.

    *rows*: what *heads* learnt from. *texts*: some of their texts.
    """
    own = np.flatnonzero(rows.targets[:, PHRASE] >= 0)
    mined, is_spam = mistaken(heads.weights_, texts, bits)
    found = window_rows(mined, is_spam, bits)
    sizes = np.diff(rows.bounds)[own]
    starts = np.cumsum(sizes) - sizes
    place = np.arange(int(sizes.sum())) + np.repeat(rows.bounds[own] - starts, sizes)
    both = Rows(
        np.concatenate([rows.buckets[place], found.buckets]),
        np.r_[0, np.cumsum(np.concatenate([sizes, np.diff(found.bounds)]))],
        np.concatenate([rows.targets[own], found.targets])[:, [PHRASE]],
        np.concatenate([rows.weights[own], found.weights]),
    )
    again = AdagradHeads(1 << bits).fit(both, np.arange(len(both.weights)), rng)
    heads.weights_[:, PHRASE] = again.weights_[:, 0]
    heads.intercept_[PHRASE] = again.intercept_[0]


def mistaken(
    weights: NDArray[np.float32], texts: Sequence[LabelledText], bits: int
) -> tuple[list[str], NDArray[np.int8]]:
    """Give the stretches of *texts* that the phrase head likes, and which are spam.

    All that are spam from end to end, and of those without any spam the MINED part
    that it likes best.
    """
    whole = np.zeros(weights.shape, np.int8)
    for head in (PHRASE, SEAM):
        top = max(float(np.quantile(np.abs(weights[:, head]), 0.9998)), 1e-6)
        whole[:, head] = np.clip(np.round(weights[:, head] * (127 / top)), -127, 127)
    packed = evidence.pack(whole)
    weights_of_seams = seams.seam_weights(packed)
    strings: list[str] = []
    labels: list[NDArray[np.int8]] = []
    for batch in batched(texts):
        units = label_units(batch)
        features = units.features
        sums = evidence.place_sums(features, bits, packed)
        every = np.ones(len(units.labels), bool)
        gaps = seams.gap_evidence(features, weights_of_seams)
        found = candidates(features, sums, gaps, every, PRICE, EDGE)
        own = evidence.head_values(features, sums, "phrase")
        spam = np.zeros(len(features.stream), bool)
        spam[features.places] = units.label_of[features.sources] == SPAM
        of_spam, of_head = (np.r_[0, np.cumsum(v)] for v in (spam, own))
        size = found.ends - found.starts
        share = of_spam[found.ends] - of_spam[found.starts]
        liking = of_head[found.ends] - of_head[found.starts]
        fit = (size >= SHORTEST) & (size <= LONGEST)
        false = (share == 0) & fit
        least = np.quantile(liking[false], 1 - MINED) if false.any() else 0
        chosen = np.flatnonzero((false & (liking >= least)) | ((share == size) & fit))
        # a place counts two marks for each unit before it, and its own unit's first
        marks = 2 * found.units + 1
        starts, ends = (found.starts - marks)[chosen], (found.ends - marks)[chosen]
        points = units.lines.points[features.sources].tolist()
        strings += [
            "".join(map(chr, points[start:end]))
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        ]
        labels.append((share[chosen] > 0).astype(np.int8))
    return strings, np.concatenate(labels or [np.zeros(0, np.int8)])
