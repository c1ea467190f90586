from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

from training.probes import (
    hijacked_text,
    quoted_in,
    read_hijacked,
    read_near_misses,
    read_texts,
)
from training.split import PARTS

if TYPE_CHECKING:
    from pathlib import Path

    from training.labelled import LabelledText


def graded(text: LabelledText) -> list[tuple[str, str]]:
    return [(mark.label, text.text[mark.start : mark.end]) for mark in text.marks]


def write(path: Path, records: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(record) + "\n" for record in records)


def test_injected_phrases_alone_are_spam_and_ambiguous_lines_are_ungraded() -> None:
    record = {
        "text": "one widgets two\nthree\nwidgets now four",
        "injected_phrases": ["widgets", "widgets now"],
        "spam_lines": [0, 2],
        "inline_spam_lines": [0, 2],
        "ambiguous_lines": [1],
        "lang": "zh",
        "kind": "hijacked",
    }
    text = hijacked_text("a", record)
    assert text.lang == "zh-Hans"
    assert graded(text) == [
        ("article", "one "),
        ("spam", "widgets"),
        ("article", " two\n"),
        ("article", "\n"),
        ("spam", "widgets now"),
        ("article", " four"),
    ]


def test_spam_lines_are_spam_and_lines_that_are_so_in_part_are_ungraded() -> None:
    record = {
        "text": "genuine\nbuy now\nhalf and half",
        "spam_lines": [1, 2],
        "inline_spam_lines": [2],
        "ambiguous_lines": [],
        "lang": "en",
        "kind": "comment-spam",
    }
    assert graded(hijacked_text("a", record)) == [
        ("article", "genuine\n"),
        ("spam", "buy now"),
        ("article", "\n"),
    ]


def test_a_line_is_at_home_in_the_first_text_that_holds_it() -> None:
    texts = ["nothing", "the long line stands here", "the long line again"]
    assert quoted_in(["the long line", "another long line", "the"], texts) == {0: 1}


def test_near_misses_are_in_the_part_of_the_text_they_stand_in(tmp_path: Path) -> None:
    write(
        tmp_path / "texts" / "news.jsonl.gz",
        [
            {
                "id": str(n),
                "lang": "en",
                "genre": "news",
                "text": f"News. Lottery number {n:04} was drawn. More news.",
            }
            for n in range(60)
        ],
    )
    write(
        tmp_path / "spam" / "near_miss.jsonl.gz",
        [
            {
                "text": f"Lottery number {n:04} was drawn.",
                "lang": "en",
                "topic": "lottery",
                "source": "pages:x http://news.example/",
            }
            for n in range(60)
        ],
    )
    texts, misses = read_texts(tmp_path), read_near_misses(tmp_path)
    for part in PARTS:
        assert texts[part]
        whole = "\n".join(text.text for text in texts[part])
        for miss in misses[part]:
            assert miss.text in whole
            assert miss.source == "near_miss:lottery"
            assert graded(miss) == [("article", miss.text)]
    assert sum(len(misses[part]) for part in PARTS) == 60


def test_advertising_is_no_near_miss(tmp_path: Path) -> None:
    record = {"lang": "zh", "topic": "loan", "text": "信用卡账单已出"}  # "bill is out"
    sources = ["pages:x http://news.example/", "github:x-hacker/SpamMessagesLR data"]
    write(
        tmp_path / "spam" / "near_miss.jsonl.gz",
        [{**record, "source": source} for source in sources],
    )

    misses = [miss for part in read_near_misses(tmp_path).values() for miss in part]

    assert [miss.id for miss in misses] == ["near_miss/0"]


def test_an_offer_to_write_theses_is_a_near_miss_of_the_test_part_alone(
    tmp_path: Path,
) -> None:
    # "theses written for you, add our WeChat x1", and a law against such offers
    offer, law = "论文代写请加微信x1", "学位论文代写，依法处理"
    write(
        tmp_path / "spam" / "near_miss.jsonl.gz",
        [
            {
                "lang": "zh",
                "topic": "essay",
                "text": text,
                "source": f"pages:x http://news{site}.example/",
            }
            for site in range(60)
            for text in (offer, law)
        ],
    )

    misses = read_near_misses(tmp_path)

    for part in PARTS:
        found = {miss.text for miss in misses[part]}
        assert found == ({offer, law} if part == "test" else {law})


def test_hijacked_documents_are_numbered_in_the_order_of_the_file(
    tmp_path: Path,
) -> None:
    record: dict[str, object] = {
        "text": "x",
        "spam_lines": [],
        "lang": "en",
        "kind": "k",
    }
    write(tmp_path / "spam" / "mixed_docs.jsonl.gz", [record, record])
    assert [t.id for t in read_hijacked(tmp_path)] == ["mixed_docs/0", "mixed_docs/1"]
