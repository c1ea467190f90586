"""An evaluation: gold records beside what was found, counted by what they are.

Gold is read as a stream. What another tool found is held in memory, its spans by
id, because it need not come in the order of the gold.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dross.errors import RecordError, SpanError
from dross.formats import read_records
from dross.formats.files import open_input
from dross.formats.jsonl import id_of, read_objects
from dross.gold import GoldSpan, check_end, gold_spans, label_of, stretches
from dross.records import Keys, bad_record, clean_records
from dross.scores import Counts, count_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dross.cleaner import Cleaner
    from dross.records import Record, Report
    from dross.scores import Labelled

# The fields of a record that figures are given by; spans have traits beside them.
FIELDS = ("lang", "source", "rendering")


@dataclass(slots=True)
class Evaluation:
    """Counts over all gold pages, and by group.

    ``groups``: by a field or trait, then by its value, "" where a page has none of a
    field. ``missing``: ids for which nothing was found, and everything counted as
    kept.
    """

    whole: Counts = field(default_factory=Counts)
    groups: dict[str, dict[str, Counts]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Counts))
    )
    missing: list[str] = field(default_factory=list)

    def add(
        self, record: Record, gold: Sequence[GoldSpan], found: Sequence[Labelled]
    ) -> None:
        """Count one page."""
        whole, traits = count_page(record.text, gold, found)
        self.whole.add(whole)
        for name in FIELDS:
            value = (record.payload or {}).get(name)
            self.groups[name][value if isinstance(value, str) else ""].add(whole)
        for (name, value), counts in traits.items():
            self.groups[name][value].add(counts)


def evaluate_cleaner(
    path: str, cleaner: Cleaner, jobs: int, report: Report
) -> Evaluation:
    """Score the spans that *cleaner* gives for the gold texts of *path*."""
    result = Evaluation()
    waiting: deque[tuple[GoldSpan, ...]] = deque()

    def records() -> Iterator[Record]:
        for record, gold in _gold(path, report):
            waiting.append(gold)
            yield record

    for record, page in clean_records(cleaner, records(), jobs):
        result.add(record, waiting.popleft(), page.spans)
    return result


def evaluate_found(path: str, found_path: str, report: Report) -> Evaluation:
    """Score the spans of *found_path* against the gold of *path* with equal ids."""
    result = Evaluation()
    found = _read_found(found_path, report)
    for record, gold in _gold(path, report):
        number, spans = found.get(record.id, (None, ()))
        if number is None:
            result.missing.append(record.id)
        try:
            for span in spans[-1:]:
                check_end("spans", span.start, span.end, len(record.text))
        except SpanError as error:
            report(RecordError(f"{found_path}:{number}: {error}"))
            continue
        result.add(record, gold, spans)
    return result


def _gold(path: str, report: Report) -> Iterator[tuple[Record, tuple[GoldSpan, ...]]]:
    for record in read_records([path], ["jsonl"], Keys(), report):
        try:
            gold = gold_spans(record.payload or {}, len(record.text))
        except SpanError as error:
            report(RecordError(f"{record.source}:{record.line}: {error}"))
            continue
        yield record, gold


def _read_found(
    path: str, report: Report
) -> Mapping[str, tuple[int | None, tuple[GoldSpan, ...]]]:
    """Give line number and spans by id; of lines with one id the first."""
    found: dict[str, tuple[int | None, tuple[GoldSpan, ...]]] = {}
    with open_input(path) as (stream, source):
        for number, payload in read_objects(stream, source, report):
            name = id_of(payload, "id", source, number)
            if name in found:
                known = f"the id {name!r} stands in line {found[name][0]} already"
                remedy = "Give each document once; the first was taken."
                report(bad_record(source, number, known, remedy))
                continue
            try:
                # the text, and with it where it ends, stands in the gold alone
                spans = tuple(
                    GoldSpan(start, end, label_of(item))
                    for start, end, item in stretches(payload, "spans", None)
                )
            except SpanError as error:
                report(RecordError(f"{source}:{number}: {error}"))
            else:
                found[name] = number, spans
    return found
