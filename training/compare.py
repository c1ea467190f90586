"""The step ``compare``: dross beside other extractors, on the same pages, in one table.

The others see the HTML of a page; dross sees its text alone, in every rendering that
there is of it, and a page's figures are the mean over these. Two ends hold the rest:
*everything*, which keeps all of the text, and *oracle*, which keeps what the labels
say. What an extractor gave is also handed on to dross, to see what it adds.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING

from joblib import Parallel, delayed

from dross import Cleaner
from training.evaluate import ARTICLE_TYPES, gold_pages
from training.labelled import read_labelled
from training.measure import (
    ShingleScore,
    WordScore,
    rouge_score,
    shingle_mean,
    shingle_score,
    wcxb_score,
    word_score,
)
from training.outcome import language
from training.peers import PEERS, peer_outputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from training.labelled import LabelledText
    from training.pages import Page

EVERYTHING = "everything"
ORACLE = "oracle"
DROSS = "dross"
# After a peer's name: its output, cleaned; and the dial's preset. What an extractor
# gives is mostly article, so there is less to win and as much to lose.
_THEN: dict[str, str | None] = {" > dross": None, " > dross, cautious": "cautious"}
_SHARD = 10  # pages that a worker scores in one go
_DETAILED = 20  # pages; smaller groups of languages get no table of their own


@dataclass(frozen=True, slots=True)
class Scored:
    """What one system reached on one page, the mean over its renderings."""

    words: WordScore
    wcxb: float
    rouge: float
    shingles: ShingleScore
    empty: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Means of one system over one group of pages.

    *precision*, *recall* and *f1* are of words (`word_score`). *wcxb* and *rouge*
    are F1 as WCXB and WebMainBench compute it; *shingles* is Scrapinghub's. *pages*
    are those that the system can do; on *empty* of these it gave no text, in one
    rendering at least.
    """

    grouping: str
    group: str
    system: str
    pages: int
    empty: int
    precision: float
    recall: float
    f1: float
    wcxb: float
    rouge: float
    shingles: WordScore


def compare(  # noqa: PLR0913
    corpus: Path,
    labelled_files: Sequence[Path],
    cleaner: Cleaner | None,
    part: str,
    run: Path,
    *,
    jobs: int = 1,
) -> list[Row]:
    """Return the figures of all systems on the pages of *part* with gold.

    *labelled_files* lie in folders named after their part; others than *part* are
    not opened. *run* keeps what the peers gave. Without a *cleaner*, its rows are
    left out.
    """
    texts = part_texts(labelled_files, part)
    golds = gold_pages(corpus, {text.page for text in texts})
    by_page: dict[str, list[LabelledText]] = defaultdict(list)
    for text in texts:
        if text.page in golds:
            by_page[text.page].append(text)
    pages = [golds[key] for key in sorted(by_page)]
    kept: dict[str, dict[str, list[str]]] = {page.key: {} for page in pages}
    for name in PEERS:
        for key, output in peer_outputs(name, pages, run, jobs).items():
            kept[key][name] = [output.text]
    if cleaner is not None:
        _add_cleaned(kept, by_page, cleaner, jobs)
    tasks = [(by_page[p.key], p.gold or "", kept[p.key]) for p in pages]
    return _rows(pages, _score_all(tasks, jobs))


def part_texts(labelled_files: Sequence[Path], part: str) -> list[LabelledText]:
    """Return the labelled texts of *part*, without their tags."""
    return [
        replace(text, tags=())
        for file in sorted(labelled_files)
        if file.parent.name == part
        for text in read_labelled(file)
    ]


def oracle_text(text: LabelledText, gold: str) -> str:
    """Return the text that a filter without faults would keep of *text*.

    What is ungraded is kept or not, whichever is nearer to *gold*: no filter can
    know.
    """
    return max(
        (_kept(text, ungraded=ungraded) for ungraded in (False, True)),
        key=lambda kept: word_score(kept, gold).f1,
    )


def score_page(
    texts: Sequence[LabelledText], gold: str, kept: Mapping[str, Sequence[str]]
) -> dict[str, Scored]:
    """Return the scores of each system on one page.

    *texts* are the page's renderings; *kept* is what each system made of the page,
    one text for each rendering or one in all.
    """
    ends = {
        EVERYTHING: [text.text for text in texts],
        ORACLE: [oracle_text(text, gold) for text in texts],
    }
    return {
        system: _scored(its_texts, gold)
        for system, its_texts in {**ends, **kept}.items()
    }


def table(rows: Sequence[Row]) -> str:
    """Return *rows* as Markdown: an overview, then details, then what dross adds."""
    parts = []
    for grouping in dict.fromkeys(row.grouping for row in rows):
        its_rows = [row for row in rows if row.grouping == grouping]
        parts.append(f"## Word F1, {grouping}\n\n{_overview(its_rows)}")
    languages = [
        row
        for row in rows
        if row.grouping in _BY_LANGUAGE
        and max(r.pages for r in rows if _same_group(r, row)) >= _DETAILED
    ]
    for grouping, group in dict.fromkeys((r.grouping, r.group) for r in languages):
        its_rows = [r for r in languages if (r.grouping, r.group) == (grouping, group)]
        parts.append(f"## All measures, {grouping}, {group}\n\n{_details(its_rows)}")
        for then in _THEN:
            if any(row.system.endswith(then) for row in its_rows):
                title = f"## Extractor, and extractor{then}, {grouping}, {group}"
                parts.append(f"{title}\n\n{_chains(its_rows, then)}")
    return "\n\n".join(parts) + "\n"


def _kept(text: LabelledText, *, ungraded: bool) -> str:
    pieces = []
    reached = 0
    for mark in text.marks:
        between = text.text[reached : mark.start]
        # What is cut between two pieces leaves a line end, so that no words join.
        pieces.append(between if ungraded else "\n" * bool(between))
        article = mark.label == "article"
        pieces.append(text.text[mark.start : mark.end] if article else "\n")
        reached = mark.end
    pieces.append(text.text[reached:] if ungraded else "")
    return "".join(pieces)


def _add_cleaned(
    kept: Mapping[str, dict[str, list[str]]],
    by_page: Mapping[str, Sequence[LabelledText]],
    cleaner: Cleaner,
    jobs: int,
) -> None:
    """Add to *kept* what dross keeps of the renderings and of the peers' outputs."""
    tasks = [(key, DROSS, t.text) for key, texts in by_page.items() for t in texts]
    _add_results(kept, tasks, cleaner, jobs)
    for then, preset in _THEN.items():
        tasks = [
            (key, name + then, text)
            for key, outputs in kept.items()
            for name, texts in outputs.items()
            if name in PEERS
            for text in texts
        ]
        own = Cleaner(cleaner.model, cleaner.folder, preset=preset)
        _add_results(kept, tasks, own, jobs)


def _add_results(
    kept: Mapping[str, dict[str, list[str]]],
    tasks: Sequence[tuple[str, str, str]],
    cleaner: Cleaner,
    jobs: int,
) -> None:
    # Workers open the model by its folder, which a model made in memory has not.
    workers = jobs if cleaner.folder else 1
    results = cleaner.stream((text for _, _, text in tasks), jobs=workers)
    for (key, system, _), result in zip(tasks, results, strict=True):
        kept[key].setdefault(system, []).append(result.text)


def _score_all(
    tasks: Sequence[tuple[Sequence[LabelledText], str, Mapping[str, Sequence[str]]]],
    jobs: int,
) -> Iterator[dict[str, Scored]]:
    shards = [tasks[at : at + _SHARD] for at in range(0, len(tasks), _SHARD)]
    results = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_score_shard)(shard) for shard in shards
    )
    done = 0
    for scores in results:
        yield from scores
        done += len(scores)
        if sys.stderr.isatty():
            end = "\n" if done == len(tasks) else ""
            sys.stderr.write(f"\r{done}/{len(tasks)} pages scored{end}")


def _score_shard(
    shard: Iterable[tuple[Sequence[LabelledText], str, Mapping[str, Sequence[str]]]],
) -> list[dict[str, Scored]]:
    return [score_page(texts, gold, kept) for texts, gold, kept in shard]


def _scored(kept: Sequence[str], gold: str) -> Scored:
    words = [word_score(text, gold) for text in kept]
    shingles = [shingle_score(text, gold) for text in kept]
    return Scored(
        words=WordScore(
            fmean(score.precision for score in words),
            fmean(score.recall for score in words),
            fmean(score.f1 for score in words),
        ),
        wcxb=fmean(wcxb_score(text, gold).f1 for text in kept),
        rouge=fmean(rouge_score(text, gold).f1 for text in kept),
        shingles=ShingleScore(
            _known_mean([score.precision for score in shingles]),
            _known_mean([score.recall for score in shingles]),
        ),
        empty=not all(text.strip() for text in kept),
    )


def _known_mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return fmean(known) if known else math.nan


def _article_language(page: Page) -> str | None:
    return language(page.lang) if page.page_type in ARTICLE_TYPES else None


def _type(page: Page) -> str | None:
    if page.page_type is None:
        return None
    return f"{language(page.lang)} {page.source} {page.page_type}"


# Every group holds one language, because some peers cannot do all of them.
_BY_LANGUAGE: dict[str, Callable[[Page], str | None]] = {
    "article pages": _article_language,
    "all pages": lambda page: language(page.lang),
}
_GROUPINGS: dict[str, Callable[[Page], str | None]] = {
    **_BY_LANGUAGE,
    "source": lambda page: f"{language(page.lang)} {page.source}",
    "page type": _type,
}


def _rows(pages: Sequence[Page], scores: Iterable[dict[str, Scored]]) -> list[Row]:
    grouped: dict[tuple[str, str, str], list[Scored]] = defaultdict(list)
    systems: dict[str, None] = {}
    for page, by_system in zip(pages, scores, strict=True):
        systems.update(dict.fromkeys(by_system))
        for grouping, group_of in _GROUPINGS.items():
            group = group_of(page)
            if group is not None:
                for system, scored in by_system.items():
                    grouped[grouping, group, system].append(scored)
    order = [
        EVERYTHING,
        *PEERS,
        DROSS,
        *(n + then for then in _THEN for n in PEERS),
        ORACLE,
    ]
    return [
        _row(grouping, group, system, grouped[grouping, group, system])
        for grouping in _GROUPINGS
        for group in sorted({g for of, g, _ in grouped if of == grouping})
        for system in order
        if (grouping, group, system) in grouped
    ]


def _row(grouping: str, group: str, system: str, scored: Sequence[Scored]) -> Row:
    return Row(
        grouping=grouping,
        group=group,
        system=system,
        pages=len(scored),
        empty=sum(page.empty for page in scored),
        precision=fmean(page.words.precision for page in scored),
        recall=fmean(page.words.recall for page in scored),
        f1=fmean(page.words.f1 for page in scored),
        wcxb=fmean(page.wcxb for page in scored),
        rouge=fmean(page.rouge for page in scored),
        shingles=shingle_mean(page.shingles for page in scored),
    )


def _same_group(one: Row, other: Row) -> bool:
    return (one.grouping, one.group) == (other.grouping, other.group)


def _overview(rows: Sequence[Row]) -> str:
    systems = [
        system
        for system in dict.fromkeys(row.system for row in rows)
        if not system.endswith(tuple(_THEN))
    ]
    lines = []
    for group in dict.fromkeys(row.group for row in rows):
        found = {row.system: row for row in rows if row.group == group}
        pages = max(row.pages for row in found.values())
        figures = [
            f"{found[system].f1:.3f}" if system in found else "–" for system in systems
        ]
        lines.append([group, str(pages), *figures])
    return _markdown(["", "pages", *systems], lines)


def _details(rows: Sequence[Row]) -> str:
    names = ["", "pages", "empty", "precision", "recall", "F1"]
    names += ["WCXB F1", "ROUGE-5 F1", "shingle F1"]
    return _markdown(
        names,
        [
            [row.system, str(row.pages), str(row.empty)]
            + [f"{v:.3f}" for v in (row.precision, row.recall, row.f1)]
            + [f"{v:.3f}" for v in (row.wcxb, row.rouge, row.shingles.f1)]
            for row in rows
            if not row.system.endswith(tuple(_THEN))
        ],
    )


def _chains(rows: Sequence[Row], then: str) -> str:
    found = {row.system: row for row in rows}
    lines = []
    for name in PEERS:
        if name in found and name + then in found:
            both = (found[name], found[name + then])
            figures = [f for row in both for f in (row.precision, row.recall, row.f1)]
            lines.append([name, *(f"{figure:.3f}" for figure in figures)])
    names = ["", "precision", "recall", "F1"]
    return _markdown(names + [f"{name}{then}" for name in names[1:]], lines)


def _markdown(names: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = ["---", *(["---:"] * (len(names) - 1))]
    return "\n".join("| " + " | ".join(line) + " |" for line in (names, rule, *lines))
