"""The step ``families``: what is found of a family of spam that training never met.

A model is fitted without any spam of some families, whole lines and phrases, and set
to lists of what these families sell, in pages of the test part. Several are left out at
a time, kin together: harder than one at a time, and a fit each instead of thirteen. The
fits learn from one site in `SITES`; one with all families, as small, is beside them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dross.spans import LABELS, SPAM
from training.chance import generator
from training.documents import pages
from training.injection import inject
from training.labelled import read_labelled, write_labelled
from training.outcome import language
from training.split import SPAM_PARTS, fold_number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from dross import Cleaner
    from training.documents import Material
    from training.insertion import Insertion
    from training.labelled import LabelledText
    from training.spam import SpamSource

# Left out together.
GROUPS = (
    ("gambling", "lottery", "privateserver"),
    ("adult", "pharma"),
    ("crypto", "essay", "fakecert", "loan"),
    ("links", "replica", "seo-services"),
    ("other",),
)
LISTS = ("title", "footer", "footer-lines", "column", "block")  # forms of phrases only
SITES = 5  # one site in so many
_TRAINING = [part for part in SPAM_PARTS if part != "test"]


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """Lists of one family in pages of one language.

    ``out``: what the model never met. ``spam``: visible characters of the lists;
    ``named``: the share labelled spam; ``cut``: that labelled spam or chrome.
    """

    out: str
    family: str
    language: str
    spam: int
    named: float
    cut: float


def all_families(spam: SpamSource) -> frozenset[str]:
    """Give the families that there are phrases of, in any part and language."""
    return frozenset(
        family
        for part in SPAM_PARTS
        for lang in {*spam.phrases[part], *spam.grammars[part]}
        for family in spam.families(part, lang)
    )


def without(material: Material, families: Collection[str]) -> Material:
    """Give the material with spam of *families* in its test part alone."""
    rest = all_families(material.spam).difference(families)
    return replace(material, spam=material.spam.of(rest, _TRAINING))


def fewer(material: Material, folder: Path) -> Material:
    """Give the material of one site in SITES; its pages are written to *folder*."""
    files = []
    for file in material.files:
        made = folder / file.parent.name / file.name
        if not made.exists():
            made.parent.mkdir(parents=True, exist_ok=True)
            part = made.with_name(f"part-{file.name}")
            write_labelled(part, filter(_chosen, read_labelled(file)))
            part.replace(made)
        files.append(made)
    texts, near_misses, written = (
        {part: tuple(filter(_chosen, found)) for part, found in parts.items()}
        for parts in (material.texts, material.near_misses, material.written)
    )
    return replace(
        material,
        files=tuple(files),
        texts=texts,
        near_misses=near_misses,
        written=written,
    )


def _chosen(text: LabelledText) -> bool:
    # not the number that folds are dealt by: all would be in one of them
    return fold_number(f"families/{text.site}", SITES) == 0


def lists(
    material: Material, family: str, seed: int
) -> Iterator[tuple[LabelledText, tuple[Insertion, ...]]]:
    """Yield the pages of the test part with lists of *family*, and where these are.

    They are in English where a family has none in the language drawn; a family without
    phrases in English gives nothing.
    """
    spam = material.spam.of({family}, ["test"])
    if family not in spam.families("test", "en"):
        return
    for page in pages(material, "test"):
        if language(page.lang) in {"en", "zh"}:
            rng = generator(seed, f"families/{family}/{page.id}")
            form = LISTS[int(rng.integers(len(LISTS)))]
            made = inject(rng, page, spam, "test", forms=[form])
            yield made.page, made.insertions


def family_rows(
    cleaner: Cleaner,
    made: Sequence[tuple[LabelledText, tuple[Insertion, ...]]],
    family: str,
    out: Sequence[str],
    jobs: int,
) -> list[FamilyRow]:
    """Give what *cleaner*, fitted without *out*, finds of *family* in `lists`."""
    counts: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(len(LABELS), int))
    results = cleaner.stream((page.text for page, _ in made), jobs=jobs)
    for (page, insertions), result in zip(made, results, strict=True):
        given = np.zeros(len(page.text), int)
        for span in result.spans:
            given[span.start : span.end] = LABELS.index(span.label)
        visible = np.array([not c.isspace() for c in page.text], bool)
        for insertion in insertions:
            if insertion.family == family:
                here = slice(insertion.start, insertion.end)
                counts[language(page.lang)] += np.bincount(
                    given[here][visible[here]], minlength=len(LABELS)
                )
    rows = []
    for lang, count in sorted(counts.items()):
        size = int(count.sum())
        named, cut = (int(n) / max(size, 1) for n in (count[SPAM], count[1:].sum()))
        rows.append(FamilyRow(", ".join(out), family, lang, size, named, cut))
    return rows


def table(rows: Sequence[FamilyRow]) -> str:
    """Give *rows* as Markdown; beside each, the model that met all families."""
    met = {(row.family, row.language): row for row in rows if not row.out}
    lines = [
        "| family | out with | pages | characters | named | cut | known: named | cut |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        if row.out:
            known = met[row.family, row.language]
            others = ", ".join(f for f in row.out.split(", ") if f != row.family)
            lines.append(
                f"| {row.family} | {others or '–'} | {row.language} | {row.spam:,} |"
                f" {row.named:.1%} | {row.cut:.1%} |"
                f" {known.named:.1%} | {known.cut:.1%} |"
            )
    return "\n".join(lines) + "\n"
