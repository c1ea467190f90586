"""Pages that teach: none whose gold keeps spam, each in its hardest rendering."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from training.documents import (
    MADE_CHROME,
    POSTED_SPAM,
    documents,
    fold_of,
    pages,
    read_material,
    spam_part,
)
from training.labelled import LabelledText, Mark, write_labelled
from training.render import RENDERINGS
from training.split import FOLDS, fold_part

if TYPE_CHECKING:
    from training.documents import Material

EMPTY = LabelledText("", "", ())
SAMPLE = Path(__file__).parent.parent / "training" / "sample"
SPOILT = min(POSTED_SPAM)
NAMES = [SPOILT, *(f"source/{number}" for number in range(30))]
PARTS = ("train", "validation", "test")


@pytest.fixture
def material(tmp_path: Path) -> Material:
    """Give the same pages, in every rendering, in every part."""
    page = LabelledText("", "The river rose.", (Mark(0, 15, "article"),))
    texts = [
        replace(page, id=f"{name}#{rendering}", page=name, rendering=rendering)
        for name in NAMES
        for rendering in RENDERINGS
    ]
    files = [tmp_path / part / "pages.jsonl.gz" for part in PARTS]
    for file in files:
        file.parent.mkdir()
        write_labelled(file, texts)
    return read_material(SAMPLE, files)


@pytest.mark.parametrize("part", PARTS)
def test_a_gold_that_keeps_posted_spam_is_left_to_the_test_alone(
    material: Material, part: str
) -> None:
    found = {text.page for text in pages(material, part)}

    assert found == set(NAMES) - ({SPOILT} if part != "test" else set())


def test_heads_have_not_seen_the_spam_of_their_fold() -> None:
    """Otherwise nets learn from evidence that knows the answer."""
    for site in ("one.example", "two.example", "three.example"):
        own = fold_of(replace(EMPTY, site=site), FOLDS)
        assert spam_part(site, "train") == fold_part(own)
        assert spam_part(site, "validation") == "validation"


@pytest.mark.parametrize("part", PARTS)
def test_texts_in_other_languages_are_put_together_as_pages(
    material: Material, part: str
) -> None:
    lines = (*material.written[part], *material.near_misses[part])
    foreign = {t.text: t for t in lines if t.lang[:2] not in MADE_CHROME}

    made = list(documents(replace(material, files=()), part, 0))

    pages_of_several = [
        page.text
        for page in made
        if page.source != "bilingual"
        if "\n" in page.text and page.text.split("\n")[0] in foreign
        if {mark.label for mark in page.marks} == {"article"}  # no spam injected
    ]
    assert len(foreign) > len(pages_of_several) > 0
    for text in pages_of_several:
        found = text.split("\n")
        # in one language, with no chrome made up in another
        assert set(found) <= foreign.keys()
        assert len({foreign[line].lang for line in found}) == 1
