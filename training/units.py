"""Labelled texts → the units that serving would see, with what each stage learns.

Everything here starts from ``dross.lines`` and ``dross.features``: training has no
feature of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from joblib import Parallel, delayed

from dross import hashing
from dross.decode import STATES
from dross.evidence import HEADS
from dross.features import Features, extract
from dross.lines import Lines, split_pages
from dross.spans import ARTICLE, CHROME, LABELS, SPAM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from training.labelled import LabelledText

T = TypeVar("T")
UNGRADED = len(LABELS)
STATELESS = len(STATES)  # the state of a unit that is not graded
BEFORE, INSIDE, AFTER = (
    STATES.index(f"chrome {where}") for where in ("before", "inside", "after")
)
# A unit has the label of this share of its visible characters; below it is mixed.
PURE = 0.75
# What the gold leaves out near the article has the label of its definition here: the
# headline is article, a copy of it in the breadcrumbs or in the document's title is
# chrome, and so is a byline. None is graded where figures are made: golds differ.
HEADLINE, BYLINE = {"headline", "left"}, {"byline", "left"}
BODY = 40  # characters; a shorter run of article is no body below a headline
# The HTML structure that each structure head learns to tell from the text.
TAGS = {
    "link": {"link"},
    "navigation": {"nav", "header"},
    "paragraph": {"p"},
    "heading": {"h1", "h2", "h3"},
    "item": {"li"},
    "byline": {"byline", "caption"},
    "aside": {"aside"},
    "footer": {"footer"},
    "comment": {"comment"},
}


# Texts worked on together while training; larger than in serving, which changes
# nothing but the speed.
BATCH = 1 << 18


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a batch of labelled texts.

    ``labels``: (units,), a label's index, or UNGRADED. ``pure``: whether nearly all
    of the unit has that label. ``targets``: (units, heads), as in `linear.Rows`.
    ``label_of``: (code points,), the label of each character or UNGRADED.
    """

    lines: Lines
    features: Features
    labels: NDArray[np.int8]
    pure: NDArray[np.bool_]
    targets: NDArray[np.int8]
    label_of: NDArray[np.int8]


def batched(texts: Sequence[LabelledText]) -> Iterator[Sequence[LabelledText]]:
    """Yield runs of *texts* of about BATCH code points."""
    start = size = 0
    for place, text in enumerate(texts):
        size += len(text.text)
        if size >= BATCH:
            yield texts[start : place + 1]
            start, size = place + 1, 0
    if start < len(texts):
        yield texts[start:]


def each_batch(
    work: Callable[[Sequence[LabelledText]], T],
    texts: Sequence[LabelledText],
    jobs: int = 1,
) -> list[T]:
    """Give what *work* makes of each of `batched`, in their order."""
    return list(Parallel(n_jobs=jobs)(delayed(work)(part) for part in batched(texts)))


def page_weights(
    pages: NDArray[np.int64], sizes: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Give weights a unit: the root of its size, and less a unit on long pages."""
    weight = np.sqrt(np.minimum(sizes, 400).astype(np.float64) + 4)
    total = np.bincount(pages, weight)
    return (weight / np.sqrt(np.maximum(total, 1))[pages]).astype(np.float32)


def headline(text: LabelledText) -> list[tuple[int, int]]:
    """Give start and end of the lines of the headline that a gold left out.

    Of its copies, the one right above the body. None where the gold kept the
    headline: what it left out are copies, too.
    """
    if any({"headline", "kept"} <= set(tag.names) for tag in text.tags):
        return []
    copies: list[dict[str, tuple[int, int]]] = []
    last = 0
    for tag in text.tags:
        if not set(tag.names) >= HEADLINE:
            continue
        start = tag.start
        for line in text.text[tag.start : tag.end].splitlines(keepends=True):
            words, end = " ".join(line.split()), start + len(line)
            if words:
                # one headline may be several lines, with nothing between them
                apart = bool(text.text[last:start].strip())
                if not copies or apart or words in copies[-1]:
                    copies.append({})
                copies[-1][words] = (start, end)
                last = end
            start = end
    body = [
        mark.start
        for mark in text.marks
        if mark.label == "article" and mark.end - mark.start >= BODY
    ]
    found = [list(copy.values()) for copy in copies]
    above = [lines for lines in found if body and lines[0][0] < body[0]]
    return above[-1] if above else next(iter(found), [])


def label_units(
    texts: Sequence[LabelledText], found: tuple[Lines, Features] | None = None
) -> Units:
    """Give the units of *texts* with labels and targets.

    *found*: their lines and features, for those who have them.
    """
    if found is None:
        lines = split_pages([text.text for text in texts])
        found = lines, extract(lines)
    lines, features = found
    label_of = np.full(len(lines.points), UNGRADED, np.int8)
    tagged = {name: np.zeros(len(lines.points), bool) for name in TAGS}
    with_tags = np.zeros(len(texts), bool)
    for page, text in enumerate(texts):
        offset = int(lines.page_starts[page])
        for mark in text.marks:
            label_of[offset + mark.start : offset + mark.end] = LABELS.index(mark.label)
        with_tags[page] = bool(text.tags)
        for start, end in headline(text):
            _fill(label_of[offset + start : offset + end], ARTICLE)
        for tag in text.tags:
            if set(tag.names) >= HEADLINE or set(tag.names) >= BYLINE:
                _fill(label_of[offset + tag.start : offset + tag.end], CHROME)
            for head, names in TAGS.items():
                if not names.isdisjoint(tag.names):
                    tagged[head][offset + tag.start : offset + tag.end] = True
    units = len(lines.contents)
    # the places of the stream are the visible characters; each belongs to a unit
    unit = np.repeat(np.arange(units), features.sizes - 2)
    shares = np.bincount(
        unit * (UNGRADED + 1) + label_of[features.sources],
        minlength=units * (UNGRADED + 1),
    ).reshape(units, UNGRADED + 1)
    size = np.maximum(shares.sum(1), 1)
    labels = shares.argmax(1).astype(np.int8)
    pure = shares.max(1) >= PURE * size
    # a unit that is half spam is not what surrounds the spam either
    graded = shares[:, :UNGRADED]
    labels = np.where(pure | (labels == UNGRADED), labels, graded.argmax(1)).astype(
        np.int8
    )
    targets = np.full((units, len(HEADS)), -1, np.int8)
    sure = pure & (labels < UNGRADED)
    genuine = sure & (labels != SPAM)
    targets[genuine, HEADS.index("article")] = labels[genuine] == ARTICLE
    targets[sure, HEADS.index("spam")] = labels[sure] == SPAM
    for head, mask in tagged.items():
        inside = np.bincount(unit, mask[features.sources], units) * 2 > size
        known = with_tags[lines.pages] & ~(sure & (labels == SPAM))
        targets[known, HEADS.index(head)] = inside[known]
    _positions(lines.pages, labels, sure, targets)
    return Units(lines, features, labels, pure, targets, label_of)


def _fill(stretch: NDArray[np.int8], label: int) -> None:
    stretch[stretch == UNGRADED] = label


def _positions(
    pages: NDArray[np.int64],
    labels: NDArray[np.int8],
    sure: NDArray[np.bool_],
    targets: NDArray[np.int8],
) -> None:
    """Fill the targets of the heads that say where chrome stands to the article."""
    place = np.arange(len(pages))
    number = int(pages.max()) + 1 if len(pages) else 0
    article = sure & (labels == ARTICLE)
    first = np.full(number, len(pages))
    last = np.full(number, -1)
    np.minimum.at(first, pages[article], place[article])
    np.maximum.at(last, pages[article], place[article])
    chrome = sure & (labels == CHROME) & (last[pages] >= 0)
    graded = chrome | article
    where = {
        "before": place < first[pages],
        "after": place > last[pages],
        "gap": (place > first[pages]) & (place < last[pages]),
    }
    for head, mask in where.items():
        targets[graded, HEADS.index(head)] = (chrome & mask)[graded]


def states(labels: NDArray[np.int8], pages: NDArray[np.int64]) -> NDArray[np.int8]:
    """Give the state of each unit, as `dross.decode.STATES` has it, or STATELESS.

    Chrome of a page without article stands before it. *labels*: (units,), a label's
    index or UNGRADED. *pages*: (units,), ascending.
    """
    place = np.arange(len(pages))
    number = int(pages.max(initial=-1)) + 1
    article = labels == ARTICLE
    first, last = np.full(number, len(pages)), np.full(number, -1)
    np.minimum.at(first, pages[article], place[article])
    np.maximum.at(last, pages[article], place[article])
    chrome = np.where(place < first[pages], BEFORE, INSIDE)
    chrome = np.where((place > last[pages]) & (last[pages] >= 0), AFTER, chrome)
    by_label = {ARTICLE: STATES.index("article"), SPAM: STATES.index("spam")}
    found = np.where(labels == CHROME, chrome, STATELESS)
    for label, state in by_label.items():
        found = np.where(labels == label, state, found)
    return found.astype(np.int8)


def hashed_rows(
    features: Features, bits: int, chosen: NDArray[np.bool_], *, inner: bool = False
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Give the buckets of the *chosen* units one after the other, and their bounds.

    *inner* leaves out n-grams that hold a mark: a phrase inside a line has none.
    """
    none = 1 << bits
    sizes = features.sizes
    unit_of = np.repeat(np.arange(len(sizes)), sizes)
    units, buckets = [], []
    for order, grams in enumerate(features.char_ngrams(bits), 1):
        if inner:
            place = features.starts[:-1] + order - 1
            grams[place[place < len(grams)]] = none
            grams[features.starts[1:] - 1] = none
        keep = (grams != none) & chosen[unit_of]
        units.append(unit_of[keep])
        buckets.append(grams[keep])
    words, pairs, second = features.word_ngrams(bits)
    for found, owner in (
        (words, features.word_units),
        (pairs, features.word_units[second]),
    ):
        keep = chosen[owner]
        units.append(owner[keep])
        buckets.append(found[keep])
    unit = np.concatenate(units)
    order_of = np.argsort(unit, kind="stable")
    counts = np.bincount(unit, minlength=len(sizes))[chosen]
    bounds = np.r_[0, np.cumsum(counts)]
    return np.concatenate(buckets)[order_of].astype(np.int32), bounds


def unit_keys(features: Features, pages: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give a key a unit that is equal for equal folded text of the same page."""
    starts, ends = features.starts[:-1] + 1, features.starts[1:] - 1
    hashes = hashing.word_hashes(features.stream, starts, ends).astype(np.int64)
    return (pages << 32) | hashes
