"""Families left out: training has nothing of them, the lists that measure them have."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dross.spans import LABELS
from training import families
from training.documents import pages, read_material
from training.families import FamilyRow
from training.labelled import LabelledText, Mark, write_labelled
from training.spam import read_spam
from training.split import FOLDS, SPAM_PARTS, fold_number

if TYPE_CHECKING:
    from dross.cleaner import Cleaner
    from training.documents import Material

CORPUS = Path(
    os.environ.get("DROSS_CORPUS", Path(__file__).parents[2] / "shared" / "corpus")
)
SAMPLE = Path(__file__).parent.parent / "training" / "sample"
OUT = families.GROUPS[0]
SITES = [f"site{number}.example" for number in range(400)]
TEXTS = {
    "en": "Home\nThe river rose by a metre on Monday.\nIt fell on Tuesday.\nAbout",
    # the river rose by a metre on Monday; it fell on Tuesday
    "zh-Hans": "首页\n周一，河水上涨了一米。\n周二，河水退了下去。\n关于",
}


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """Give a page a site, every other one Chinese, in each part."""
    folder = tmp_path_factory.mktemp("labelled")
    made = []
    for number, site in enumerate(SITES):
        lang = list(TEXTS)[number % 2]
        marks = (Mark(0, len(TEXTS[lang]), "article"),)
        made.append(
            LabelledText(site, TEXTS[lang], marks, lang=lang, site=site, page=site)
        )
    files = [folder / part / "pages.jsonl.gz" for part in ("train", "test")]
    for file in files:
        file.parent.mkdir()
        write_labelled(file, made)
    return read_material(SAMPLE, files)


def spam_of(material: Material, part: str) -> Counter[str]:
    """Count the phrases, grammars and lines of a part, by family."""
    spam = material.spam
    found: Counter[str] = Counter()
    for groups in (spam.phrases[part], spam.grammars[part]):
        for own in groups.values():
            found.update(list(own))
    for forms in spam.lines[part].values():
        for sources in forms.values():
            for lines in sources.values():
                found.update(line.family for line in lines)
    return found


def test_each_family_is_left_out_once(material: Material) -> None:
    named = [family for group in families.GROUPS for family in group]

    assert len(named) == len(set(named))
    assert families.all_families(material.spam) <= set(named)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_each_family_of_the_corpus_is_left_out_once() -> None:
    named = [family for group in families.GROUPS for family in group]

    assert sorted(named) == sorted(families.all_families(read_spam(CORPUS)))


@pytest.mark.parametrize("part", SPAM_PARTS)
def test_training_has_nothing_of_a_family_left_out(
    material: Material, part: str
) -> None:
    before = spam_of(material, part)
    after = spam_of(families.without(material, OUT), part)

    assert before.keys() & set(OUT)
    lost = set() if part == "test" else set(OUT)
    assert after == {f: count for f, count in before.items() if f not in lost}


@pytest.mark.parametrize("family", ["gambling", "essay"])
def test_lists_have_only_phrases_of_their_family(
    material: Material, family: str
) -> None:
    made = list(families.lists(material, family, seed=0))

    assert len(made) == len(SITES)
    forms = Counter(i.form for _, insertions in made for i in insertions)
    assert set(forms) == set(families.LISTS)
    assert {i.family for _, insertions in made for i in insertions} == {family}


def test_no_list_is_made_of_a_family_that_english_has_no_phrases_of(
    material: Material,
) -> None:
    assert not list(families.lists(material, "lottery", seed=0))


def test_fewer_has_whole_sites_of_every_fold(
    material: Material, tmp_path: Path
) -> None:
    small = families.fewer(material, tmp_path)

    sites = {text.site for text in pages(small, "train")}
    assert sites == {text.site for text in pages(small, "test")}
    assert sites < set(SITES)
    assert len(sites) == pytest.approx(len(SITES) / families.SITES, rel=0.3)
    assert {fold_number(site) for site in sites} == set(range(FOLDS))
    assert families.fewer(material, tmp_path) == small
    for part, texts in small.texts.items():
        assert set(texts) <= set(material.texts[part])


def test_rows_count_the_visible_characters_of_lists(
    material: Material, tiny_cleaner: Cleaner
) -> None:
    made = list(families.lists(material, "gambling", seed=0))[:40]

    rows = families.family_rows(tiny_cleaner, made, "gambling", OUT, 1)

    expected: Counter[tuple[str, str]] = Counter()
    for page, insertions in made:
        spans = tiny_cleaner(page.text).spans
        for insertion in insertions:
            for at in range(insertion.start, insertion.end):
                if not page.text[at].isspace():
                    label = next(s.label for s in spans if s.start <= at < s.end)
                    expected[page.lang[:2], label] += 1
    assert [row.language for row in rows] == ["en", "zh"]
    for row in rows:
        counts = [expected[row.language, label] for label in LABELS]
        assert row.spam == sum(counts)
        assert row.named == pytest.approx(counts[2] / sum(counts))
        assert row.cut == pytest.approx((counts[1] + counts[2]) / sum(counts))
        assert row.out == "gambling, lottery, privateserver"


def test_the_table_sets_a_family_left_out_beside_the_same_one_known() -> None:
    known = FamilyRow("", "loan", "en", 50, 0.98, 0.99)
    unknown = FamilyRow("crypto, loan", "loan", "en", 50, 0.9, 0.92)

    *_, last = families.table([known, unknown]).splitlines()

    assert last == ("| loan | crypto | en | 50 | 90.0% | 92.0% | 98.0% | 99.0% |")
