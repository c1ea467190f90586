"""Streams of records: order, memory, what is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dross
from dross.records import Record, Statistics, bad_record, clean_records

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = [
    "The river rose by two metres in one night, and the lower town was cleared.",
    "",
    "一夜之间河水上涨两米，下城居民已全部撤离。\n",  # the same in Chinese
    "Home\nContact\n",
]


def test_each_record_comes_back_with_its_own_page_in_order() -> None:
    cleaner = dross.load()
    records = [Record(str(i), text, "here") for i, text in enumerate(TEXTS * 30)]

    pairs = list(clean_records(cleaner, records))

    assert [record for record, _ in pairs] == records
    assert [page for _, page in pairs] == [cleaner(record.text) for record in records]


def test_a_stream_without_end_is_cleaned_as_it_comes() -> None:
    def endless() -> Iterator[Record]:
        while True:
            yield Record("1", "The river rose.", "here")

    pairs = clean_records(dross.load(), endless())

    assert [next(pairs)[0].id for _ in range(3)] == ["1"] * 3


def test_no_records_give_no_pages() -> None:
    assert list(clean_records(dross.load(), [])) == []


def test_statistics_count_characters_by_what_became_of_them() -> None:
    spans = (dross.Span(0, 6, "article", 1.0), dross.Span(6, 10, "spam", 0.9))
    counts = Statistics()

    counts.add(
        Record("1", "0123456789", "here"), dross.Cleaned("012345", spans, "x", {})
    )
    counts.add(Record("2", "", "here"), dross.Cleaned("", (), "x", {}))

    assert counts == Statistics(documents=2, characters=10, kept=6, spam=4)


def test_statistics_of_nothing_can_be_printed() -> None:
    assert str(Statistics()) == (
        "0 documents, 0 characters: 0.0% kept, 0.0% spam; 0 failed"
    )


def test_a_bad_record_names_its_place_its_fault_and_its_remedy() -> None:
    assert str(bad_record("a.txt", None, "no such file", "Check the name.")) == (
        "a.txt: no such file. Check the name."
    )
    assert str(bad_record("a.jsonl", 3, "not JSON", "Write one object a line.")) == (
        "a.jsonl:3: not JSON. Write one object a line."
    )
