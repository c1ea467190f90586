"""Written texts: genuine ones of our own, for what only spam would teach otherwise.

``tongues.jsonl`` has short texts in languages that the corpus knows from spam alone,
``benign.jsonl`` single sentences of articles that use the words of spam: news of
casinos, advice of pharmacists, reviews of watches. All of it is article.
"""

from __future__ import annotations

from pathlib import Path

from training.jsonl import records
from training.labelled import LabelledText, Mark
from training.probes import NEAR_MISS
from training.split import PARTS, part_of

_HERE = Path(__file__).parent
FILES = {"tongues": _HERE / "tongues.jsonl", "benign": _HERE / "benign.jsonl"}


def read_written() -> dict[str, tuple[LabelledText, ...]]:
    """Give the written texts by part, split by their id.

    *source* is that of a near miss on the topic for ``benign``, and the file otherwise.
    """
    parts: dict[str, list[LabelledText]] = {part: [] for part in PARTS}
    for source, path in FILES.items():
        for record in records(path):
            id_, text = str(record["id"]), str(record["text"])
            parts[part_of(id_)].append(
                LabelledText(
                    id=id_,
                    text=text,
                    marks=(Mark(0, len(text), "article"),),
                    lang=str(record["lang"]),
                    source=f"{NEAR_MISS}{record['topic']}"
                    if source == "benign"
                    else source,
                    site=id_,
                    page=id_,
                    rendering="as written",
                    page_type=str(record.get("genre") or record["topic"]),
                )
            )
    return {part: tuple(texts) for part, texts in parts.items()}
