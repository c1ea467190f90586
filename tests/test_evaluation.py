"""``dross evaluate``: which spans meet which gold, and what is said of the rest."""

from __future__ import annotations

import gzip
import io
import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import dross
from dross.cli import main
from dross.spans import LABELS
from training import outcome
from training.labelled import LabelledText, Mark

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Buy pills\nIt rained all day and all night.\n"
SPANS = [
    {"start": 0, "end": 10, "label": "spam", "form": "title", "family": "pharma"},
    {"start": 10, "end": 43, "label": "article"},
]


def record(name: str, **changes: object) -> dict[str, object]:
    return {"id": name, "text": TEXT, "spans": SPANS, "lang": "en", **changes}


def write(path: Path, *records: object) -> str:
    lines = [r if isinstance(r, str) else json.dumps(r) for r in records]
    path.write_text("".join(line + "\n" for line in lines), "utf-8")
    return str(path)


def figures(
    capfd: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, dict[str, dict[str, Any]], str]:
    """Give exit code, JSON figures and messages of the command."""
    code = main(["evaluate", "--json", *arguments])
    out, err = capfd.readouterr()
    return code, json.loads(out), err


def test_the_models_own_spans_are_scored(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    page = dross.load()(TEXT)
    own = [{"start": s.start, "end": s.end, "label": s.label} for s in page.spans]
    gold = write(tmp_path / "gold.jsonl", record("1", spans=own))

    code, result, err = figures(capfd, gold)

    assert (code, err) == (0, "")
    assert result["all"]["article_removed"] in {0.0, None}
    assert result["all"]["confusion"]["characters"] == {
        label: {
            name: sum(
                not c.isspace()
                for s in page.spans
                if s.label == label == name
                for c in TEXT[s.start : s.end]
            )
            for name in LABELS
        }
        for label in LABELS
    } | {"ungraded": dict.fromkeys(LABELS, 0)}


def test_spans_of_another_tool_are_matched_by_id_in_any_order(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    gold = write(tmp_path / "gold.jsonl", record("1"), record("2", lang="zh"))
    nothing = {"id": "2", "spans": [{"start": 10, "end": 43, "label": "chrome"}]}
    found = write(tmp_path / "found.jsonl", nothing, {"id": "1", "spans": SPANS})

    code, result, err = figures(capfd, gold, "--found", found)

    assert (code, err) == (0, "")
    languages = result["lang"]
    assert languages["en"]["article_removed"] == 0
    assert languages["zh"]["article_removed"] == 1
    title = result["form"]["title"]
    assert title["spam_recall"] == 0.5
    assert result["family"].keys() == {"pharma"}


def test_ids_that_another_tool_leaves_out_count_as_kept_and_are_reported(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    gold = write(tmp_path / "gold.jsonl", *(record(str(n)) for n in range(7)))
    found = write(tmp_path / "found.jsonl", {"id": "0", "spans": SPANS})

    code, result, err = figures(capfd, gold, "--found", found)

    assert code == 1
    assert err == (
        f"dross: {found}: no spans for 6 of 7 ids (1, 2, 3, 4, 5, …). They count as "
        "kept whole; give each text a line with its id.\n"
    )
    assert len(result["missing"]) == 6
    assert result["all"]["article_removed"] == 0
    recall = result["all"]["characters"]["spam"]["recall"]
    assert recall == pytest.approx(1 / 7, abs=1e-6)


def test_the_table_begins_with_the_article_characters_wrongly_removed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    gold = write(tmp_path / "gold.jsonl", record("1"))
    removed = [{"start": 0, "end": 13, "label": "spam"}]
    found = write(tmp_path / "found.jsonl", {"id": "1", "spans": removed})

    assert main(["evaluate", gold, "--found", found]) == 0

    expected = """\
article characters wrongly removed: 7.69% (as spam: 7.69%)
pages: 1; graded visible characters: 34; ungraded: 0

labels, by characters
         gold  found  precision   recall      F1
article    26     24    100.00%   92.31%  96.00%
chrome      0      0          –        –       –
spam        8     10     80.00%  100.00%  88.89%

labels, by lines
         gold  found  precision   recall       F1
article     1      1    100.00%  100.00%  100.00%
chrome      0      0          –        –        –
spam        1      1    100.00%  100.00%  100.00%

A line has a label when at least 75% of its graded visible characters have
it, and is mixed otherwise; lines without any are not counted.

edges of spam
     gold runs  found  median  90th percentile
all          1      1     2.0              2.0

The error of a run of gold spam is how far its two edges are, in visible characters and
taken together, from those of the found run that covers most of it; below, its median
and 90th percentile are "edges" and "90th". Scores below are by characters.

confusion: gold characters (rows) by label found
          article  chrome  spam
article        24       0     2
chrome          0       0     0
spam            0       0     8
ungraded        0       0     0

by lang
    pages  removed  as spam  article F1  chrome F1  spam P        R      F1  edges  90th
en      1    7.69%    7.69%      96.00%          –  80.00%  100.00%  88.89%    2.0   2.0

by form: what became of its characters
       pages  characters  article  chrome     spam  runs  found  edges  90th
title      1           8    0.00%   0.00%  100.00%     1      1    2.0   2.0

by family: what became of its characters
        pages  characters  article  chrome     spam  runs  found  edges  90th
pharma      1           8    0.00%   0.00%  100.00%     1      1    2.0   2.0
"""
    assert capfd.readouterr().out == expected


def test_gold_is_read_from_standard_input_and_cleaned_by_workers(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = "".join(json.dumps(record(str(n))) + "\n" for n in range(3))
    reports = []
    for jobs in ("1", "2"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
        reports.append(figures(capfd, "-", "--jobs", jobs))

    assert reports[0] == reports[1]
    assert reports[0][1]["all"]["pages"] == 3


def test_gold_may_be_compressed_and_the_figures_go_to_a_file(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    gold, output = tmp_path / "gold.jsonl.gz", tmp_path / "figures.json"
    gold.write_bytes(gzip.compress(json.dumps(record("1")).encode()))

    assert main(["evaluate", "--json", str(gold), "-o", str(output)]) == 0

    assert capfd.readouterr() == ("", "")
    assert json.loads(output.read_bytes())["all"]["pages"] == 1


def test_bad_records_are_named_with_a_remedy_and_the_others_are_scored(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    late = [{"start": 0, "end": 99, "label": "spam"}]
    gold = write(
        tmp_path / "gold.jsonl",
        record("1"),
        "no JSON",
        record("2", spans=late),
        record("3"),
        record("4", spans=None),
    )
    found = write(
        tmp_path / "found.jsonl",
        {"id": "1", "spans": SPANS},
        {"id": "1", "spans": []},
        {"id": "3", "spans": late},
    )

    code, result, err = figures(capfd, gold, "--found", found)

    assert code == 1
    assert result["all"]["pages"] == 1
    late_end = "ends after the text (43 code points); count code points, not bytes"
    starts = [
        f"{found}:2: the id '1' stands in line 1 already. Give each document once",
        f"{gold}:2: not JSON (Expecting value, column 1). Write one object a line",
        f'{gold}:3: "spans" 0–99 {late_end}',
        f'{found}:3: "spans" 0–99 {late_end}',
        f'{gold}:5: "spans" must be a list, found NoneType; write [] for none',
    ]
    for line, start in zip(err.splitlines(), starts, strict=True):
        assert line.startswith(f"dross: {start}")


@pytest.mark.parametrize(
    ("gold", "found", "message"),
    [
        ("", "found.jsonl", "gold.jsonl: no document to score. Give labelled text"),
        ("{}\n", "found.jsonl", "no field 'text'"),
        ("", "missing.jsonl", "missing.jsonl: no such file. Check the name."),
    ],
)
def test_nothing_to_score_is_said_and_nothing_written(
    gold: str,
    found: str,
    message: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "gold.jsonl").write_text(gold)
    (tmp_path / "found.jsonl").touch()

    arguments = [str(tmp_path / "gold.jsonl"), "--found", str(tmp_path / found)]
    assert main(["evaluate", *arguments]) == 1

    out, err = capfd.readouterr()
    assert not out
    assert message in err


def test_the_output_may_be_neither_gold_nor_found(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    gold = write(tmp_path / "gold.jsonl", record("1"))
    found = write(tmp_path / "found.jsonl", {"id": "1", "spans": SPANS})

    for output in (gold, found):
        assert main(["evaluate", gold, "--found", found, "-o", output]) == 2
        assert "is also read; give another file name" in capfd.readouterr().err


def test_training_counts_characters_as_the_command_does() -> None:
    """The table is the one that training made itself before it shared the code."""
    marks = (Mark(0, 10, "spam"), Mark(12, 30, "article"), Mark(30, 40, "chrome"))
    cleaned = dross.load()(TEXT)
    truth = np.full(len(TEXT), 3)
    for mark in marks:
        truth[mark.start : mark.end] = LABELS.index(mark.label)
    given = np.zeros(len(TEXT), int)
    for span in cleaned.spans:
        given[span.start : span.end] = LABELS.index(span.label)
    seen = np.fromiter((not c.isspace() for c in TEXT), bool, len(TEXT))
    flat = np.bincount((truth * 3 + given)[seen], minlength=12)

    table = outcome.confusion(LabelledText("1", TEXT, marks), cleaned)

    assert table.tolist() == flat.reshape(4, 3).tolist()
