"""Streams of documents: what a reader yields, how it is cleaned, what is counted.

A stream can be longer than memory, so nothing here keeps more documents than
are on their way through the cleaner. A document that cannot be read does not
end the stream: its reader reports a ``RecordError`` and goes on.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dross.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dross.cleaner import Cleaned, Cleaner

    Report = Callable[[RecordError], None]


@dataclass(frozen=True, slots=True)
class Keys:
    """The fields of a structured record that hold its text and its id."""

    text: str = "text"
    id: str = "id"


@dataclass(frozen=True, slots=True)
class Record:
    """One document of a stream, and where it stood.

    *line* counts from 1 and is None where a file is one document. *payload* is
    the whole structured record, text included, and None where there is none.
    """

    id: str
    text: str
    source: str
    line: int | None = None
    payload: Mapping[str, object] | None = None


@dataclass(slots=True)
class Statistics:
    """Running counts of a stream; characters are code points."""

    documents: int = 0
    failed: int = 0
    characters: int = 0
    kept: int = 0
    spam: int = 0

    def add(self, record: Record, page: Cleaned) -> None:
        """Count one cleaned document."""
        self.documents += 1
        self.characters += len(record.text)
        self.kept += len(page.text)
        self.spam += sum(s.end - s.start for s in page.spans if s.label == "spam")

    def __str__(self) -> str:
        """Give one line for a person.

        >>> str(Statistics(documents=2, failed=1, characters=4000, kept=3000, spam=10))
        '2 documents, 4,000 characters: 75.0% kept, 0.2% spam; 1 failed'
        """
        total = self.characters or 1
        return (
            f"{self.documents:,} document{'' if self.documents == 1 else 's'}, "
            f"{self.characters:,} characters: {self.kept / total:.1%} kept, "
            f"{self.spam / total:.1%} spam; {self.failed:,} failed"
        )


def bad_record(source: str, line: int | None, found: str, remedy: str) -> RecordError:
    """Give the error for one unreadable document, for ``Report``.

    >>> print(bad_record("a.jsonl", 3, "not JSON", "Write one object a line."))
    a.jsonl:3: not JSON. Write one object a line.
    """
    place = source if line is None else f"{source}:{line}"
    return RecordError(f"{place}: {found}. {remedy}")


def clean_records(
    cleaner: Cleaner, records: Iterable[Record], jobs: int = 1
) -> Iterator[tuple[Record, Cleaned]]:
    """Yield each record with its cleaned page, in order.

    Batches and workers are the cleaner's affair; this holds only the records
    whose pages are not back yet.
    """
    waiting: deque[Record] = deque()

    def texts() -> Iterator[str]:
        for record in records:
            waiting.append(record)
            yield record.text

    for page in cleaner.stream(texts(), jobs=jobs):
        yield waiting.popleft(), page
