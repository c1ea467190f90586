"""Documents with spam inside their lines, for the nets that look inside units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.chance import generator
from training.documents import pages, shortened, spam_part
from training.injection import inject
from training.phrases import pick

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def documents_with_phrases(
    material: Material, part: str, seed: int
) -> Iterator[LabelledText]:
    """Yield pages and genuine texts of *part* with spam inside their lines.

    In `documents` few lines hold both, which are the hardest to get right.
    """
    texts = (*pages(material, part), *material.texts[part])
    for text in texts:
        rng = generator(seed, f"phrases:{text.id}")
        short = shortened(rng, text) if not text.tags else text
        count = int(rng.integers(1, 4))
        forms = [pick(rng, PHRASE_FORMS) for _ in range(count)]
        own = spam_part(short.site, part)
        yield inject(rng, short, material.spam, own, forms).page
