"""What is measured of dross itself, from evidence alone to files in and out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dross import features
from dross.bench.timing import Task
from dross.cleaner import batches
from dross.formats import FORMATS, read_records
from dross.formats.files import open_output
from dross.lines import split_pages
from dross.records import Keys, clean_records

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dross.bench.sample import Sample
    from dross.cleaner import Cleaner
    from dross.errors import RecordError

EVIDENCE = "evidence alone"
WHOLE = "whole filter, text to spans"
RECORDS = "JSONL to JSONL"


def records_by(jobs: int) -> str:
    """Give the name of the task with several workers."""
    return f"{RECORDS}, {jobs} jobs"


def jsonl(sample: Sample) -> bytes:
    """Give the pages of *sample* as records."""
    rows = (
        json.dumps({"id": str(number), "text": page}, ensure_ascii=False)
        for number, page in enumerate(sample.pages)
    )
    return "".join(f"{row}\n" for row in rows).encode("utf-8", "backslashreplace")


def tasks(cleaner: Cleaner, sample: Sample, jobs: int, folder: Path) -> list[Task]:
    """Give the tasks over *sample*; records are read and written in *folder*."""
    source = folder / f"{sample.language}.jsonl"
    encoded = jsonl(sample)
    source.write_bytes(encoded)
    language = sample.language
    groups = list(batches(sample.pages))
    # units are found once, beforehand: evidence begins with a unit's features
    lines = [split_pages(group) for group in groups]

    def evidence() -> None:
        for found in lines:
            cleaner.model.evidence(features.extract(found))

    def whole() -> None:
        for group in groups:
            cleaner.clean_all(group)

    def records(workers: int) -> Task:
        output = result(folder, language, workers)
        return Task(
            records_by(workers) if workers > 1 else RECORDS,
            language,
            len(encoded),
            lambda: clean_file(cleaner, source, output, workers),
        )

    return [
        Task(EVIDENCE, language, sample.size, evidence),
        Task(WHOLE, language, sample.size, whole),
        *(records(workers) for workers in dict.fromkeys((1, jobs))),
    ]


def result(folder: Path, language: str, jobs: int) -> Path:
    """Give the name of the file that so many workers write."""
    return folder / f"{language}-{jobs}.jsonl"


def clean_file(cleaner: Cleaner, source: Path, output: Path, jobs: int) -> None:
    """Do what ``dross clean SOURCE -o OUTPUT`` does after it has started."""

    def fail(error: RecordError) -> None:
        raise error

    records = read_records([str(source)], ["jsonl"], Keys(), fail)
    with open_output(str(output)) as stream:
        for record, page in clean_records(cleaner, records, jobs):
            stream.write(FORMATS["jsonl"].write(record, page.text, Keys()))


def same_in_any_batch(cleaner: Cleaner, pages: Iterable[str]) -> bool:
    """Tell whether pages one by one give what they give in batches."""
    return all(
        cleaner.clean_all(group) == [cleaner(page) for page in group]
        for group in batches(pages)
    )
