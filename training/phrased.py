"""Documents with spam inside their lines, for the nets that look inside units."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from joblib import Parallel, delayed

from training.chance import generator
from training.documents import pages, shortened, spam_part
from training.injection import inject
from training.phrases import pick

if TYPE_CHECKING:
    from training.documents import Material
    from training.labelled import LabelledText

# Forms that put spam inside a line.
PHRASE_FORMS = (
    "title-joined",
    "sentence",
    "phrase-clause",
    "phrase-between",
    "phrase-inside",
    "repeated",
    "scattered",
    "markup",
)


# Groups of files that are worked on side by side.
GROUPS = 8


def documents_with_phrases(
    material: Material, part: str, seed: int, jobs: int = 1
) -> list[LabelledText]:
    """Give pages and genuine texts of *part* with spam inside their lines.

    In `documents` few lines hold both, which are the hardest to get right.
    """
    files, none = material.files, {**material.texts, part: ()}
    size = max(1, -(-len(files) // GROUPS))
    groups = [
        replace(material, files=files[start : start + size], texts=none)
        for start in range(0, len(files), size)
    ]
    groups.append(replace(material, files=()))
    made = Parallel(n_jobs=jobs)(
        delayed(_with_phrases)(group, part, seed) for group in groups
    )
    return list(chain.from_iterable(made))


def _with_phrases(material: Material, part: str, seed: int) -> list[LabelledText]:
    texts = (*pages(material, part), *material.texts[part])
    return [_injected(material, text, part, seed) for text in texts]


def _injected(
    material: Material, text: LabelledText, part: str, seed: int
) -> LabelledText:
    rng = generator(seed, f"phrases:{text.id}")
    short = shortened(rng, text) if not text.tags else text
    count = int(rng.integers(1, 4))
    forms = [pick(rng, PHRASE_FORMS) for _ in range(count)]
    own = spam_part(short.site, part)
    return inject(rng, short, material.spam, own, forms).page
