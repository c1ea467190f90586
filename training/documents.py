"""The documents that each stage sees: pages, with and without injected spam.

Every page's randomness comes from the seed and its own id, so that one more page in
the corpus changes nothing for the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import cycle
from typing import TYPE_CHECKING

from training.bilingual import PAGES_A_PAIR, bilingual_pages
from training.chance import generator
from training.excerpts import excerpt
from training.furniture import bare, furnish
from training.injection import doorway, inject
from training.labelled import LabelledText, Mark, read_labelled
from training.probes import read_near_misses, read_texts
from training.spam import read_spam, with_lines
from training.split import FOLDS, fold_number, fold_part
from training.spun import spun_lines
from training.written import read_written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np

    from training.insertion import Insertion
    from training.spam import SpamSource

# Pages whose gold keeps what spammers posted below the article, found among those that
# the model calls spam against their gold, and read: as article they would teach that
# lists of drugs and brands are none, and one of them alone moved the threshold for
# units from 0.84 to 0.96. Those of the test part stay there.
POSTED_SPAM = {
    "dragnet/T71",
    "harvest_forum/blog.angelman-asa.org.read.php",
    "harvest_forum/blog.angelman-asa.org.read.php.2.132",
}
# Half of the pages get spam: far more than the web has, so that there is enough of
# each kind to learn from; how rare it is comes in with the thresholds.
INJECTED_SHARE = 0.5
DOORWAYS = 600  # pages that are spam from end to end
# Genuine texts have no chrome around them; long ones (a whole law) are cut.
TEXT_LENGTH = 6000
TEXTS_INJECTED = 0.3
# Made-up chrome stands around some of them, so that chrome of sites that no page is
# from is known too; and alone, as a column of a database has it.
TEXTS_FURNISHED = 0.5
NEAR_MISSES_FURNISHED = 0.25
MADE_CHROME = {"en", "zh"}  # languages that chrome is made up in
BARE = {"en": 700, "zh-Hans": 500, "zh-Hant": 300}  # documents
# Near misses, and texts in other languages, are put together as pages of 1, 2, 4 and 8
# in turn: a line alone, with nothing around it, is as common in a database column as a
# page.
NEAR_MISSES = (1, 2, 1, 4, 1, 8)


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that documents are made from."""

    files: tuple[Path, ...]
    spam: SpamSource
    texts: dict[str, tuple[LabelledText, ...]]
    near_misses: dict[str, tuple[LabelledText, ...]]
    written: dict[str, tuple[LabelledText, ...]]


def read_material(corpus: Path, files: Sequence[Path]) -> Material:
    """Give the material in *corpus*, with its labelled pages in *files*."""
    spam = read_spam(corpus)
    return Material(
        tuple(files),
        with_lines(spam, spun_lines(files, spam)),
        read_texts(corpus),
        read_near_misses(corpus),
        read_written(),
    )


def fold_of(text: LabelledText, folds: int) -> int:
    """Give the fold of a text; a site is in one fold."""
    return fold_number(text.site, folds)


def spam_part(site: str, part: str) -> str:
    """Give what a text of *site* in *part* may use of the spam.

    In training that of its own fold: heads that have not seen its site have not seen
    its spam either, so that nets learn from evidence as it is for spam never met.
    """
    return fold_part(fold_number(site)) if part == "train" else part


def pages(material: Material, part: str) -> Iterator[LabelledText]:
    """Yield the labelled pages of *part* as they are."""
    for file in material.files:
        if file.parent.name == part:
            for text in read_labelled(file):
                if part == "test" or text.page not in POSTED_SPAM:
                    yield text


def documents(material: Material, part: str, seed: int) -> Iterator[LabelledText]:
    """Yield all documents of *part*.

    Pages, genuine texts, near misses, pages in two languages, chrome alone, and
    doorways.
    """
    spam = material.spam
    scale = {"train": 1.0, "validation": 0.15, "test": 0.3}[part]
    for page in pages(material, part):
        rng = generator(seed, page.id)
        # spam of the evaluation's part stays unseen even where a threshold is chosen
        yield (
            inject(rng, page, spam, spam_part(page.site, part)).page
            if rng.random() < INJECTED_SHARE
            else page
        )
    genuine = (*material.texts[part], *material.written[part])
    for text in genuine:
        rng = generator(seed, text.id)
        short = shortened(rng, text)
        if rng.random() < TEXTS_FURNISHED and text.lang[:2] in MADE_CHROME:
            short = furnish(rng, short)
        yield (
            inject(rng, short, spam, spam_part(short.site, part)).page
            if rng.random() < TEXTS_INJECTED
            else short
        )
    foreign = [t for t in material.written[part] if t.lang[:2] not in MADE_CHROME]
    yield from near_miss_pages((*material.near_misses[part], *foreign), seed)
    folds = FOLDS if part == "train" else 1
    number = max(1, round(PAGES_A_PAIR * scale))
    lines = (*genuine, *material.near_misses[part])
    for page in bilingual_pages(lines, number, seed, folds):
        rng = generator(seed, page.id)
        yield (
            inject(rng, page, spam, spam_part(page.site, part)).page
            if rng.random() < TEXTS_INJECTED
            else page
        )
    for lang, count in BARE.items():
        for number in range(int(count * scale)):
            name = f"bare/{part}/{lang}/{number}"
            page = bare(generator(seed, name), lang)
            yield replace(page, id=name, page=name, site=name)
    for number in range(int(DOORWAYS * scale)):
        name = f"doorway/{part}/{number}"
        page = doorway(generator(seed, name), spam, spam_part(name, part)).page
        yield replace(page, id=name, page=name, site=name, source="doorway")


def shortened(rng: np.random.Generator, text: LabelledText) -> LabelledText:
    """Give at most TEXT_LENGTH characters of a text, from a line start on."""
    if len(text.text) <= TEXT_LENGTH:
        return text
    start = int(rng.integers(0, len(text.text) - TEXT_LENGTH + 1))
    start = text.text.rfind("\n", 0, start) + 1
    return excerpt(text, start, start + TEXT_LENGTH)


def near_miss_pages(lines: Sequence[LabelledText], seed: int) -> Iterator[LabelledText]:
    """Yield pages of a few lines of one language each, in an order of their own."""
    rng = generator(seed, "near misses")
    for lang in sorted({line.lang for line in lines}):
        own = [line for line in lines if line.lang == lang]
        order = rng.permutation(len(own))
        start = 0
        for size in cycle(NEAR_MISSES):
            chosen = [own[i] for i in order[start : start + size]]
            start += size
            if not chosen:
                break
            text = "\n".join(line.text for line in chosen)
            page = replace(chosen[0], text=text, marks=(Mark(0, len(text), "article"),))
            own_rng = generator(seed, f"{page.id}+{size}")
            furnished = own_rng.random() < NEAR_MISSES_FURNISHED
            furnished &= page.lang[:2] in MADE_CHROME
            yield furnish(own_rng, page) if furnished else page


def injected(
    material: Material, part: str, seed: int, texts: Sequence[LabelledText]
) -> Iterator[tuple[LabelledText, tuple[Insertion, ...]]]:
    """Yield each of *texts* with spam of *part*, and what was inserted."""
    for text in texts:
        made = inject(generator(seed, f"{part}:{text.id}"), text, material.spam, part)
        yield made.page, made.insertions
