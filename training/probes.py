"""Probes: what evaluation asks of the filter beside whole pages.

Genuine texts and near misses must be kept: they use the words of spam and are none.
Hijacked documents are real pages with real spam, of which nothing is trained on. All
come as labelled text; a genuine text carries one `article` mark from end to end.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from training.jsonl import jsonl_files, records
from training.labelled import LabelledText, Mark
from training.needles import locate
from training.split import part_of, registered_domain

if TYPE_CHECKING:
    from pathlib import Path

_Record = Mapping[str, object]
_LANGUAGES = {"zh": "zh-Hans"}  # the corpus writes plain "zh" for simplified Chinese
_URL = re.compile(r"https?://\S+")
NEAR_MISS = "near_miss:"  # what sources of near misses begin with
_SHORTEST_QUOTE = 10  # characters; shorter lines stand in a text by accident
# Near misses that are none, read line by line: text messages with which banks and
# shops advertise, and plain offers of invoices among them. No threshold should hold
# for them.
_ADVERTISING = ("github:x-hacker/SpamMessagesLR",)
# And an offer to write theses, found among what the model calls spam against its label:
# 论文代写 … 请加客服微信 "theses written for you … add our WeChat". As genuine it would
# move the threshold for units; in the test part such lines stay.
_OFFER = re.compile(r"代写.*加.*微信")


def read_texts(corpus: Path) -> dict[str, tuple[LabelledText, ...]]:
    """Return the genuine texts by part, split by their id."""
    texts = [
        _whole(
            id_=f"{path.name.partition('.')[0]}/{record['id']}",
            text=str(record["text"]),
            lang=str(record["lang"]),
            source=path.name.partition(".")[0],
            kind=str(record["genre"]),
        )
        for path in jsonl_files(corpus / "texts")
        for record in records(path)
    ]
    return _by_part((text, part_of(text.id)) for text in texts)


def read_near_misses(corpus: Path) -> dict[str, tuple[LabelledText, ...]]:
    """Return the near misses by part; *source* is ``near_miss:`` and the topic.

    A line that stands in a genuine text is in that text's part. A line from a page
    of the corpus is in the part of the page's site; `LabelledText.site` names it.
    """
    texts = [text for part in read_texts(corpus).values() for text in part]
    misses = [
        _near_miss(number, record)
        for number, record in enumerate(records(corpus / "spam/near_miss.jsonl"))
        if not str(record["source"]).startswith(_ADVERTISING)
    ]
    homes = quoted_in([miss.text for miss in misses], [text.text for text in texts])
    dealt = [
        (miss, part_of(texts[homes[number]].id if number in homes else miss.site))
        for number, miss in enumerate(misses)
    ]
    return _by_part(
        (miss, part)
        for miss, part in dealt
        if part == "test" or not _OFFER.search(miss.text)
    )


def quoted_in(lines: Sequence[str], texts: Sequence[str]) -> dict[int, int]:
    """Return for each line that stands in a text the number of the first such."""
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    needles = [line if len(line) >= _SHORTEST_QUOTE else "" for line in lines]
    homes: dict[int, int] = {}
    for line, offset in locate(needles, "\0".join(texts)):
        home = bisect_right(starts, offset) - 1
        homes[line] = min(home, homes.get(line, home))
    return homes


def read_hijacked(corpus: Path) -> tuple[LabelledText, ...]:
    """Return the real documents with injected spam; *page_type* is how it got in.

    `read_spam` keeps their spam out of training. What is neither spam nor ambiguous
    is marked article.
    """
    path = corpus / "spam" / "mixed_docs.jsonl"
    return tuple(
        hijacked_text(f"mixed_docs/{number}", record)
        for number, record in enumerate(records(path))
    )


def hijacked_text(id_: str, record: _Record) -> LabelledText:
    """Return one record of ``mixed_docs`` as labelled text.

    Where the injected phrases are known, they alone are spam; otherwise the spam
    lines are, and a line that is spam only in part is ungraded.
    """
    text = str(record["text"])
    labels = ["article"] * len(text)
    phrases = [str(phrase) for phrase in _list(record, "injected_phrases")]
    inline = set(_list(record, "inline_spam_lines"))
    spam = set(_list(record, "spam_lines"))
    at = 0
    for number, line in enumerate(text.split("\n")):
        end = at + len(line)
        if number in _list(record, "ambiguous_lines"):
            labels[at:end] = [""] * len(line)
        elif not phrases and number in spam:
            labels[at:end] = ["" if number in inline else "spam"] * len(line)
        at = end + 1
    if phrases:
        # The longest first: one phrase may be the beginning of another.
        pattern = "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))
        for match in re.finditer(pattern, text):
            labels[match.start() : match.end()] = ["spam"] * len(match[0])
    return LabelledText(
        id=id_,
        text=text,
        marks=tuple(_runs(labels)),
        lang=_language(str(record["lang"])),
        source="mixed_docs",
        site=id_,
        page=id_,
        rendering="as found",
        page_type=str(record["kind"]),
    )


def _near_miss(number: int, record: _Record) -> LabelledText:
    source = str(record["source"])
    url = _URL.search(source)
    return _whole(
        id_=f"near_miss/{number}",
        text=str(record["text"]),
        lang=_language(str(record["lang"])),
        source=f"{NEAR_MISS}{record['topic']}",
        kind=source.partition(" ")[0],
        site=registered_domain(url[0]) if url else source,
    )


def _whole(  # noqa: PLR0913 - one argument a field
    *, id_: str, text: str, lang: str, source: str, kind: str, site: str = ""
) -> LabelledText:
    return LabelledText(
        id=id_,
        text=text,
        marks=(Mark(0, len(text), "article"),) if text else (),
        lang=lang,
        source=source,
        site=site or id_,
        page=id_,
        rendering="as found",
        page_type=kind,
    )


def _runs(labels: Sequence[str]) -> Iterator[Mark]:
    """Yield runs of equal labels; characters with the empty label are under none."""
    start = 0
    for at in range(1, len(labels) + 1):
        if at == len(labels) or labels[at] != labels[start]:
            if labels[start]:
                yield Mark(start, at, labels[start])
            start = at


def _by_part(
    dealt: Iterable[tuple[LabelledText, str]],
) -> dict[str, tuple[LabelledText, ...]]:
    parts: dict[str, list[LabelledText]] = {"train": [], "validation": [], "test": []}
    for text, part in dealt:
        parts[part].append(text)
    return {part: tuple(texts) for part, texts in parts.items()}


def _language(lang: str) -> str:
    return _LANGUAGES.get(lang, lang)


def _list(record: _Record, name: str) -> list[object]:
    value = record.get(name)
    return value if isinstance(value, list) else []
