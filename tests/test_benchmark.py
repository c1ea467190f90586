"""The generated benchmark: what its pages hold, and that anyone gets the same."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dross.gold import gold_spans
from training.__main__ import main
from training.benchmark.articles import HERE, Writer, topics
from training.benchmark.pages import KINDS, LANGUAGES, RENDERINGS, benchmark, page
from training.benchmark.phrasing import Phrasing
from training.disguise import DISGUISES
from training.forms import FORMS
from training.grammars import GRAMMARS, read_grammars
from training.labelled import read_labelled

if TYPE_CHECKING:
    from pathlib import Path

PAGES = 600
FAMILIES = {
    "adult", "crypto", "essay", "fakecert", "gambling", "link-farm", "loan",
    "lottery", "pharma", "privateserver", "replica", "seo-services",
}  # fmt: skip


@cache
def records() -> list[dict[str, Any]]:
    """Records of one seed, in the form that they are written in."""
    return [dict(record) for record in benchmark(PAGES, seed=3)]


def texts_of(record: dict[str, Any], label: str) -> list[str]:
    return [
        record["text"][span["start"] : span["end"]]
        for span in record["spans"]
        if span["label"] == label
    ]


def test_the_same_seed_gives_the_same_file_and_another_another(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one.jsonl.gz", "two.jsonl.gz", "3.jsonl.gz")]
    for path, seed in zip(files, ("5", "5", "6"), strict=True):
        arguments = ["--out", str(path), "--pages", "20", "--seed", seed]
        assert main(["benchmark", *arguments]) == 0

    one, two, other = (gzip.decompress(path.read_bytes()) for path in files)
    assert one == two
    assert one != other
    assert one.count(b"\n") == 20


def test_a_page_does_not_depend_on_how_many_there_are() -> None:
    assert list(benchmark(3, seed=9)) == list(benchmark(8, seed=9))[:3]


def test_training_reads_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "bench.jsonl"
    main(["benchmark", "--out", str(path), "--pages", "10", "--seed", "1"])

    read = list(read_labelled(path))

    assert [text.id for text in read] == [f"benchmark/1/{n}" for n in range(10)]
    assert [text.marks for text in read] == [page(1, n).page.marks for n in range(10)]


def test_all_visible_characters_are_graded_but_none_twice() -> None:
    for record in records():
        at = 0
        for span in gold_spans(record, len(record["text"])):
            assert not record["text"][at : span.start].strip()
            at = span.end
        assert not record["text"][at:].strip()


def test_every_spam_span_says_how_it_stands_what_it_sells_and_how_it_hides() -> None:
    forms, families, disguises = set(), set(), set()
    for record in records():
        for span in record["spans"]:
            if span["label"] == "spam":
                forms.add(span["form"])
                families.add(span["family"])
                disguises.add(span["disguise"])
            else:
                assert span.keys() == {"start", "end", "label"}

    assert forms == {"doorway", *(form.name for form in FORMS)}
    assert families == FAMILIES
    assert disguises == {"none", *(disguise.name for disguise in DISGUISES)}


def test_every_kind_language_and_rendering_is_there() -> None:
    kinds = Counter(record["source"].partition(":")[0] for record in records())
    languages = Counter(record["lang"] for record in records())

    assert kinds.keys() == KINDS.keys()
    assert {record["rendering"] for record in records()} == RENDERINGS.keys()
    for lang, share in LANGUAGES.items():
        assert languages[lang] > 0.6 * share * PAGES


def test_pages_without_injected_spam_hold_none() -> None:
    for record in records():
        spam = texts_of(record, "spam")
        injected = "injected" in record["source"] or record["source"] == "doorway"
        assert bool(spam) == injected


def test_traditional_pages_are_written_in_traditional_characters() -> None:
    pages = [r for r in records() if r["lang"] == "zh-Hant"]
    text = "".join("".join(texts_of(record, "article")) for record in pages)

    assert text.count("說") > 100  # "says", which stands in every quotation
    assert not set("说门东这为时") & set(text)


def test_nothing_is_left_unfilled() -> None:
    for record in records():
        genuine = "".join(texts_of(record, "article") + texts_of(record, "chrome"))
        assert not set("{}[]") & set(genuine)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_template_of_every_topic_can_be_filled(lang: str) -> None:
    rng = np.random.default_rng(0)
    for topic in topics(lang):
        writer = Writer(rng, topic, lang)
        text = " ".join(
            [*(writer.sentence() for _ in range(60))]
            + [writer.headline() + writer.subhead() for _ in range(30)]
        )
        assert not set("{}[]|") & set(text)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_near_misses_come_in_both_languages_beside_other_topics(lang: str) -> None:
    names = {near: {t.name for t in topics(lang) if t.near_miss == near}
             for near in (True, False)}  # fmt: skip

    assert {"gambling law", "crackdown", "medicine", "film", "watches"} <= names[True]
    assert len(names[False]) >= 12


def test_pages_do_not_look_alike() -> None:
    """Of two pages of 150 none share half of their article's lines or sentences."""
    pages = [
        {line for text in texts_of(record, "article") for line in text.split("\n")}
        for record in records()[:150]
        if record["source"] != "doorway"
    ]
    for one, other in combinations(pages, 2):
        assert len(one & other) < 0.5 * min(len(one), len(other))
    lines = Counter(line for lines in pages for line in lines if len(line) > 30)
    assert sum(n > 1 for n in lines.values()) < 0.02 * len(lines)


def test_its_phrases_are_seldom_those_that_training_makes() -> None:
    """Some cannot be avoided: everybody who sells viagra writes \"buy viagra\"."""
    rng = np.random.default_rng(0)
    ours, theirs = (
        {
            grammar.phrase(rng).text
            for grammars in read_grammars(path).values()
            for grammar in grammars
            for _ in range(200)
        }
        for path in (HERE / "spam.json", GRAMMARS)
    )

    assert len(ours & theirs) < 0.04 * len(ours)


def test_a_template_has_choices_inside_slots_and_capitals_where_asked() -> None:
    words = {"thing": ["[red|red] {part}"], "part": ["lamp"]}

    filled = Phrasing(np.random.default_rng(0), words).filled("{Thing} is [a {part}|]")

    assert filled in {"Red lamp is a lamp", "Red lamp is "}


@pytest.mark.parametrize("out", ["missing/bench.jsonl", "."])
def test_wrong_use_is_refused_before_anything_is_made(
    out: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["benchmark", "--out", str(tmp_path / out)]) == 2
    assert "a file name in an existing folder is needed" in capsys.readouterr().err


def test_data_files_are_written_one_entry_a_line() -> None:
    """A change of one word shows as a change of one line."""
    entries = json.loads((HERE / "spam.json").read_text("utf-8"))
    assert (HERE / "spam.json").read_text("utf-8").count("\n") == len(entries) + 2
