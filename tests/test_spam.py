from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from training.grammars import Grammar
from training.phrases import Phrase, by_part, fold, read_lexicons, unwanted
from training.spam import (
    Line,
    SpamSource,
    lines_by_part,
    read_spam,
    skeleton,
    spam_source,
)
from training.split import FOLDS, PARTS, SPAM_PARTS, fold_part

CORPUS = Path(
    os.environ.get("DROSS_CORPUS", Path(__file__).parents[2] / "shared" / "corpus")
)


FOLD_PARTS = [fold_part(number) for number in range(FOLDS)]


def line(text: str, form: str = "comment", lang: str = "en") -> Line:
    return Line(text, "other", lang, form, "made up")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cheap  Pills", "cheap-pills"),
        ("ｃｈｅａｐ pills", "Cheap Pills"),
        ("彩\u200b票 网", "彩票网"),  # lottery site
    ],
)
def test_spellings_of_one_term_fold_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_variants_of_a_line_have_one_skeleton() -> None:
    one = "Bob: Visit http://a.example/x1 for 25 cheap widgets"
    other = "Al: Visit http://b.example/99 for 300 cheap widgets"
    assert skeleton(one) == skeleton(other)


COLOURS = ("red", "blue", "green", "pink", "grey", "black", "white", "brown")


def test_variants_of_a_line_are_in_one_part() -> None:
    lines = [
        line(f"Al{n}: Visit http://{c}{n}.example/ for {n} cheap widgets in {c}")
        for c in COLOURS
        for n in range(5)
    ]
    parts = lines_by_part(lines)
    for colour in COLOURS:
        homes = {p for p in PARTS for x in parts[p] if x.text.endswith(colour)}
        assert len(homes) == 1


def test_lines_with_one_host_are_in_one_part() -> None:
    words = [f"{a} {b}" for a in "abcdefgh" for b in "stuvwxyz"]
    lines = [line(f"{w} words of its own http://one.example/{w[0]}") for w in words]
    dealt = lines_by_part(lines[:15])
    assert sum(bool(dealt[part]) for part in PARTS) == 1
    assert sum(bool(dealt[part]) for part in FOLD_PARTS) <= 1


def test_what_is_reserved_goes_to_the_test_with_its_variants() -> None:
    lines = [line(f"{n} widgets, number {n}, at {n}.example") for n in range(9)]
    parts = lines_by_part(lines, test_only=["77 widgets, number 77, at 77.example"])
    assert len(parts["test"]) == 9
    phrases = [Phrase(f"term {n}", "other", "en") for n in range(50)]
    dealt = by_part(phrases, test_only=[p.text.upper() for p in phrases])
    assert len(dealt["test"]) == 50


def test_parts_of_phrases_are_disjoint_and_leave_nothing_out() -> None:
    phrases = [Phrase(f"term number {n}", "other", "en") for n in range(400)]
    parts = by_part(phrases)
    assert sorted(p.text for part in PARTS for p in parts[part]) == sorted(
        p.text for p in phrases
    )
    assert len(parts["train"]) > len(parts["test"]) > len(parts["validation"]) > 0


def test_the_folds_share_out_what_is_for_training() -> None:
    phrases = [Phrase(f"term number {n}", "other", "en") for n in range(400)]
    lines = [line(f"{a}{b} is what this says") for a in "abcdefgh" for b in "stuvwxyz"]
    for dealt in (by_part(phrases), lines_by_part(lines)):
        shares = [x.text for part in FOLD_PARTS for x in dealt[part]]
        assert sorted(shares) == sorted(x.text for x in dealt["train"])
        assert all(dealt[part] for part in FOLD_PARTS)


def test_a_fold_draws_nothing_but_its_own() -> None:
    phrases = [Phrase(f"term number {n}", "other", "sv") for n in range(400)]
    dealt = by_part(phrases)
    source = spam_source(phrases=dealt, lines={})
    rng = np.random.default_rng(0)
    for part in FOLD_PARTS:
        drawn = {source.phrase(rng, part, "sv", "other") for _ in range(60)}
        assert drawn <= set(dealt[part])
        assert source.families(part, "sv") == source.families("train", "sv")


def test_no_grammar_puts_a_held_out_term_together_for_training() -> None:
    grammar = Grammar("loan", "sv", ("{good} {kind}",), (), {
        "good": ("snabbt", "dyrt"), "kind": ("kredit",)})  # fmt: skip
    held = Phrase("snabbt kredit", "loan", "sv")  # fast, dear credit
    source = spam_source(
        phrases={"test": [held]},
        lines={},
        grammars=dict.fromkeys(SPAM_PARTS, (grammar,)),
    )
    rng = np.random.default_rng(0)
    for part in ("train", *FOLD_PARTS):
        drawn = {source.phrase(rng, part, "sv", "loan").text for _ in range(50)}
        assert drawn == {"dyrt kredit"}
    assert {source.phrase(rng, "test", "sv", "loan").text for _ in range(50)} == {
        "snabbt kredit",
        "dyrt kredit",
    }


def test_everyday_words_and_comments_are_dropped_from_lexicons(tmp_path: Path) -> None:
    # 发票 invoice, 代开发票 invoices made out for you, 票 ticket
    (tmp_path / "fakecert_zh.txt").write_text(
        "# source\n\n发票本\n代开发票电话\n票\n", encoding="utf-8"
    )
    genuine = ["请保存发票本。"] * 5  # "Please keep the invoice book."
    found = read_lexicons(tmp_path, genuine)
    assert [(p.text, p.family, p.lang) for p in found] == [
        ("代开发票电话", "fakecert", "zh")
    ]


def test_address_stems_become_words_and_single_words_are_dropped(
    tmp_path: Path,
) -> None:
    (tmp_path / "wp_blocklist_essay.txt").write_text(
        "# source\n-cheap-essay-\nbuyessay\n.essay/\n", encoding="utf-8"
    )
    assert [p.text for p in read_lexicons(tmp_path, [])] == ["cheap essay"]


def test_the_guard_against_minors_needs_no_context_for_plain_terms() -> None:
    assert unwanted("underage")
    assert unwanted("校园", sexual=True)  # campus
    assert not unwanted("校园新闻")  # campus news
    assert not unwanted("cheap watches online")


def test_families_and_languages_without_terms_use_the_grammars() -> None:
    source = spam_source(phrases={}, lines={})
    rng = np.random.default_rng(0)
    assert "gambling" in source.families("train", "id")
    assert source.phrase(rng, "train", "id", "gambling").lang == "id"
    assert source.line(rng, "train", "ru").lang == "ru"
    assert source.sentence(rng, "train", "sv").lang == "en"
    with pytest.raises(LookupError, match="there are none at all"):
        source.phrase(rng, "train", "sv", "gambling")


def test_lines_are_drawn_by_form_where_there_are_enough() -> None:
    lines = [line(f"comment {n}") for n in range(20)]
    lines += [line(f"title {n}", "title") for n in range(20)]
    source = spam_source(phrases={}, lines={"train": lines})
    rng = np.random.default_rng(0)
    drawn = {source.line(rng, "train", "en", "title").form for _ in range(30)}
    assert drawn == {"title"}
    assert {source.line(rng, "train", "en").form for _ in range(30)} == {
        "comment",
        "title",
    }


@pytest.fixture(scope="module")
def corpus_spam() -> SpamSource:
    if not (CORPUS / "spam").is_dir():
        pytest.skip("no corpus: set DROSS_CORPUS")
    return read_spam(CORPUS)


def test_no_term_or_template_of_the_corpus_is_in_two_parts(
    corpus_spam: SpamSource,
) -> None:
    for things in (terms_of, skeletons_of):
        train, validation, test = (things(corpus_spam, part) for part in PARTS)
        assert train
        assert not train & test
        assert not train & validation
        assert not validation & test


def terms_of(source: SpamSource, part: str) -> set[str]:
    return {
        fold(phrase.text)
        for families in source.phrases[part].values()
        for phrases in families.values()
        for phrase in phrases
    }


def skeletons_of(source: SpamSource, part: str) -> set[str]:
    return {
        skeleton(found.text) or fold(found.text)
        for forms in source.lines[part].values()
        for sources in forms.values()
        for lines in sources.values()
        for found in lines
    }
