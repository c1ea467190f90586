"""The comparison: the same pages for all systems, each page counted once."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from training.compare import (
    DROSS,
    EVERYTHING,
    ORACLE,
    compare,
    oracle_text,
    part_texts,
    score_page,
    table,
)
from training.labelled import LabelledText, Mark, Tag, write_labelled
from training.peers import PEERS, PeerMissingError, peer_version

if TYPE_CHECKING:
    from pathlib import Path

    from dross import Cleaner

ENGLISH = (
    "The bridge over the river is closed.\nA ferry takes people to the other side."
)
CHINESE = "大桥今天关闭。\n渡船送人过河。"  # the bridge is closed today; a ferry goes
MENU = "Front page | Sport"
FOOTER = "Imprint"


def rendering(
    name: str, article: str, lang: str, *, number: int = 0, part: str = "test"
) -> LabelledText:
    text = f"{MENU}\n{article}\n{FOOTER}"
    start = len(MENU) + 1
    end = start + len(article)
    return LabelledText(
        id=f"made/{name}#{number}",
        text=text,
        marks=(
            Mark(0, len(MENU), "chrome"),
            Mark(start, end, "article"),
            Mark(end + 1, len(text), "chrome"),
        ),
        lang=lang,
        source="made",
        site=f"{part}.example",
        page=f"made/{name}",
        rendering=str(number),
        tags=(Tag(0, len(MENU), ("nav",)),),
    )


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Give a corpus of four pages: three with gold, one of them in another part."""
    pages = [
        ("a", "en", ENGLISH, None),
        ("b", "zh-Hans", CHINESE, None),
        ("c", "en", None, None),
        ("d", "en", ENGLISH, "product"),
    ]
    (tmp_path / "pages").mkdir()
    with gzip.open(tmp_path / "pages" / "made.jsonl.gz", "wt", encoding="utf-8") as out:
        for name, lang, gold, page_type in pages:
            body = "".join(f"<p>{line}</p>" for line in (gold or "").split("\n"))
            record = {
                "id": name,
                "lang": lang,
                "html": f"<nav>{MENU}</nav><article>{body}</article><p>{name}</p>",
                "gold": gold,
                "page_type": page_type,
            }
            out.write(json.dumps(record) + "\n")
    labelled = {
        "test": [
            rendering("a", ENGLISH, "en"),
            rendering("a", ENGLISH.replace("\n", " "), "en", number=1),
            rendering("b", CHINESE, "zh-Hans"),
            rendering("c", ENGLISH, "en"),
        ],
        "train": [rendering("d", ENGLISH, "en", part="train")],
    }
    for part, texts in labelled.items():
        (tmp_path / "labelled" / part).mkdir(parents=True)
        write_labelled(tmp_path / "labelled" / part / "made-000.jsonl.gz", texts)
    return tmp_path


def labelled_files(corpus: Path) -> list[Path]:
    return sorted((corpus / "labelled").glob("*/*.jsonl.gz"))


@pytest.fixture
def peers() -> None:
    """Skip where a peer is not installed."""
    try:
        for name in PEERS:
            peer_version(name)
    except PeerMissingError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("peers")
def test_every_system_meets_the_same_pages(corpus: Path, tiny_cleaner: Cleaner) -> None:
    rows = compare(corpus, labelled_files(corpus), tiny_cleaner, "test", corpus / "run")
    all_pages = [row for row in rows if row.grouping == "all pages"]
    chains = (" > dross", " > dross, cautious")
    chained = {name + then for name in PEERS for then in chains}
    english = {row.system: row.pages for row in all_pages if row.group == "en"}
    chinese = {row.system: row.pages for row in all_pages if row.group == "zh"}
    assert english == dict.fromkeys({EVERYTHING, ORACLE, DROSS, *PEERS, *chained}, 1)
    # jusText has no Chinese stop list
    alone = {"justext", *(f"justext{then}" for then in chains)}
    assert set(english) - set(chinese) == alone


@pytest.mark.usefixtures("peers")
def test_extractors_are_shown_alone_and_cleaned_at_each_setting(
    corpus: Path, tiny_cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.compare._DETAILED", 1)
    rows = compare(corpus, labelled_files(corpus), tiny_cleaner, "test", corpus / "run")
    lines = table(rows).splitlines()
    for then in (" > dross", " > dross, cautious"):
        at = lines.index(f"## Extractor, and extractor{then}, article pages, en")
        names = {line.split(" | ")[0] for line in lines[at + 4 : at + 4 + len(PEERS)]}
        assert names == {f"| {name}" for name in PEERS}


@pytest.mark.usefixtures("peers")
def test_the_two_ends_are_all_recall_and_all_of_the_gold(corpus: Path) -> None:
    rows = compare(corpus, labelled_files(corpus), None, "test", corpus / "run")
    assert not [row for row in rows if DROSS in row.system]
    for row in rows:
        if row.system == EVERYTHING:
            assert row.recall == 1
            assert row.precision < 1
        if row.system == ORACLE:
            assert row.f1 == 1


@pytest.mark.usefixtures("peers")
def test_the_number_of_processes_changes_no_figure(
    corpus: Path, tiny_cleaner: Cleaner
) -> None:
    files = labelled_files(corpus)
    one = compare(corpus, files, tiny_cleaner, "test", corpus / "one", jobs=1)
    two = compare(corpus, files, tiny_cleaner, "test", corpus / "two", jobs=2)
    assert one == two


@pytest.mark.usefixtures("peers")
def test_the_table_has_a_column_for_each_system_and_a_dash_for_what_is_not_done(
    corpus: Path,
) -> None:
    rows = compare(corpus, labelled_files(corpus), None, "test", corpus / "run")
    lines = table(rows).splitlines()
    assert lines[0] == "## Word F1, article pages"
    systems = " | ".join([EVERYTHING, *PEERS, ORACLE])
    assert lines[2] == f"|  | pages | {systems} |"
    chinese = next(line for line in lines if line.startswith("| zh | 1 |"))
    assert chinese.count("–") == 1


def test_a_page_counts_once_whatever_the_number_of_its_renderings() -> None:
    texts = [
        rendering("a", ENGLISH, "en"),
        rendering("a", ENGLISH + " More", "en", number=1),
    ]
    scored = score_page(texts, ENGLISH, {"half": [ENGLISH, ""]})
    assert scored["half"].words.f1 == 0.5
    assert scored["half"].empty
    assert scored["half"].shingles.precision == 1  # an empty text has none
    assert scored["half"].shingles.recall == 0.5
    assert not scored[EVERYTHING].empty


@pytest.mark.parametrize(
    ("gold", "expected"),
    [
        ("Headline Body", "Headline\nBody\n"),
        ("Body", "\nBody\n"),
    ],
)
def test_the_oracle_keeps_what_is_ungraded_only_where_the_gold_has_it(
    gold: str, expected: str
) -> None:
    text = LabelledText(
        id="1",
        text="Headline\nBodyHome",
        marks=(Mark(9, 13, "article"), Mark(13, 17, "chrome")),
    )
    assert oracle_text(text, gold) == expected


def test_only_the_part_is_read_and_its_tags_are_left_behind(corpus: Path) -> None:
    texts = part_texts(labelled_files(corpus), "test")
    assert [text.page for text in texts] == ["made/a", "made/a", "made/b", "made/c"]
    assert not any(text.tags for text in texts)
