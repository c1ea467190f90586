"""Emission scores → posteriors, and the cut that fits each page.

A linear chain over the units of each page. Forward and backward pass are prefix
scans: after step k each unit holds the product of the matrices of the 2^k units up
to it, so that a page of n units takes log2 n steps over all units of all pages
instead of n steps over one. What is multiplied with what depends on a unit's place
in its page only, so a page alone and in a batch gives the same bits.

Lafferty, McCallum, Pereira (2001), "Conditional random fields"; Hillis, Steele
(1986), "Data parallel algorithms".
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# What the nets over a page's units tell apart. Chrome is three things to them: a menu
# above the article, a caption inside it and the comments below it have little in
# common, and where the last of them starts the article ends.
STATES = ("article", "spam", "chrome before", "chrome inside", "chrome after")
_CHROME = slice(2, 5)
# Probabilities are counted in this many parts where they are summed.
PARTS = 1 << 16
# Where next to nothing may be lost, smaller chances than those must count.
FINE_PARTS = 1 << 32


def article_odds(logits: Floats) -> Floats:
    """Give the log odds of article to chrome from the logits of STATES; (units,)."""
    chrome = logits[:, _CHROME]
    most = chrome.max(1)
    others = np.exp(chrome - most[:, None])
    # one after the other: a sum over an axis may add in another order
    total = others[:, 0] + others[:, 1] + others[:, 2]
    odds: Floats = logits[:, 0] - most - np.log(total)
    return odds


def label_scores(logits: Floats, odds: Floats) -> Floats:
    """Give scores of article, chrome and spam, whose exponentials add up; (units, 3).

    *logits*: (units, labels), by which spam stands to the rest. *odds*: (units,), log
    odds of article to chrome, which stand to each other by these.
    """
    spam = logits[:, 2] - np.logaddexp(logits[:, 0], logits[:, 1])
    genuine = np.logaddexp(odds, 0)
    return np.stack([odds, np.zeros_like(odds), genuine + spam], axis=1)


def posteriors(scores: Floats, transitions: Floats, pages: NDArray[np.int64]) -> Floats:
    """Give the probability of each label of each unit, given its whole page.

    *scores*: (units, labels), emission weights, greater than 0 (exponentials of
    logits). *transitions*: (labels, labels), weights from row to column. *pages*:
    (units,), ascending. Returns (units, labels); rows sum to 1.
    """
    if not len(scores):
        return scores
    place = np.arange(len(pages))
    start = np.searchsorted(pages, pages)
    index, size = place - start, np.searchsorted(pages, pages, "right") - start
    # shape: (labels, units); along units everything below is fast
    scores = np.ascontiguousarray(scores.T)
    # shape: (from, to, units); a page's first unit has no unit before it
    steps = transitions[:, :, None] * scores
    np.copyto(steps, scores, where=index == 0)
    forward = _scan(steps, index)[0]
    # going back, a unit's matrix leads from its label to the labels that follow; the
    # scan starts at the last unit, and multiplies from the other side
    scores, index = scores[:, ::-1], (size - 1 - index)[::-1]
    steps = np.ones_like(steps)
    np.multiply(transitions.T[:, :, None], scores[:, None, :-1], out=steps[:, :, 1:])
    np.copyto(steps, 1.0, where=index == 0)
    backward = _scan(steps, index)[0, :, ::-1]
    product: Floats = (forward * backward).T
    product /= product.sum(1, keepdims=True)
    return product


def _scan(steps: Floats, index: NDArray[np.int64]) -> Floats:
    """Give, for each unit, the product of its page's matrices up to it.

    *steps*: (labels, labels, units). *index*: (units,), the unit's place in its
    page. Each product is scaled so that its greatest entry is 1.
    """
    total: Floats = steps / steps.max(axis=(0, 1))
    labels, _, units = steps.shape
    longest = int(index.max()) + 1
    products, terms = np.empty((2, labels, labels, units))
    reach = 1
    while reach < longest:
        # all units at once: slices are many times faster than picking those with so
        # many units of their page before them, which alone keep what comes out
        late = index[reach:] >= reach
        left, right = total[:, :, :-reach], total[:, :, reach:]
        product, term = products[:, :, reach:], terms[:, :, reach:]
        # one multiply and one add at a time: einsum may add in another order
        np.multiply(left[:, 0, None], right[None, 0], out=product)
        for k in range(1, labels):
            np.multiply(left[:, k, None], right[None, k], out=term)
            product += term
        np.divide(product, product.max(axis=(0, 1)), out=right, where=late)
        reach *= 2
    return total


def page_cuts(
    probabilities: Floats,
    sizes: NDArray[np.int64],
    pages: NDArray[np.int64],
    precision: int = 1,
) -> Floats:
    """Give, for each unit, the probability from which on its page is kept.

    The cut that makes the expected F1 of the kept text highest when each unit is
    article with its probability: the units sorted by probability, the best prefix
    of them. *probabilities*: (units,). *sizes*: (units,), what a unit weighs.
    *pages*: (units,), ascending. *precision*: how often it counts to recall's
    once; 1 is F1, 4 is F0.5. Lewis (1995), "Evaluating and optimizing autonomous
    text classification systems".
    """
    if not len(pages):
        return probabilities
    # whole numbers: a sum over the batch less the sum before the page is then exact;
    # rounded down, or the unit that sets the cut could fall below it
    parts = np.floor(probabilities * PARTS).astype(np.int64)
    order = np.argsort(pages * (2 * PARTS) - parts, kind="stable")
    chosen, weight, page = parts[order], sizes[order], pages[order]
    first = np.flatnonzero(np.r_[True, page[1:] != page[:-1]])
    length = np.diff(np.r_[first, len(page)])
    hits, taken = np.cumsum(chosen * weight), np.cumsum(weight)
    hits -= np.repeat(np.r_[0, hits[first[1:] - 1]], length)
    taken -= np.repeat(np.r_[0, taken[first[1:] - 1]], length)
    relevant = np.repeat(hits[first + length - 1], length)
    gain = hits / (precision * PARTS * taken + relevant + 1)
    best = np.repeat(np.maximum.reduceat(gain, first), length)
    # the longest of equally good prefixes: cutting an article is the worse mistake
    at = np.maximum.reduceat(np.where(gain == best, np.arange(len(page)), 0), first)
    return np.repeat(chosen[at] / PARTS, length)


def share_cuts(
    probabilities: Floats,
    sizes: NDArray[np.int64],
    pages: NDArray[np.int64],
    shares: Floats,
) -> Floats:
    """Give, for each unit, the probability from which on its page is kept.

    The highest cut that loses at most a share of the article characters that the
    page is expected to have: its units sorted by probability, the longest run of the
    least likely ones. 0 cuts only what has no chance at all, 1 everything.
    Arguments as for `page_cuts`; *shares*: (units,), the same in all of a page.
    """
    parts = np.floor(probabilities * FINE_PARTS).astype(np.int64)
    order = np.argsort(pages * (2 * FINE_PARTS) + parts, kind="stable")
    chosen, page = parts[order], pages[order]
    first = np.flatnonzero(np.r_[True, page[1:] != page[:-1]])[: len(page)]
    length = np.diff(np.r_[first, len(page)])
    lost = np.cumsum(chosen * sizes[order])
    lost -= np.repeat(np.r_[0, lost[first[1:] - 1]][: len(first)], length)
    total = np.repeat(lost[first + length - 1], length)
    kept = lost > np.floor(shares[order] * total)
    # the least likely unit that stays sets the cut; where none does, none reaches 2
    cut = np.where(kept, chosen / FINE_PARTS, 2.0)
    return np.repeat(np.minimum.reduceat(cut, first), length) if len(first) else cut
