"""The step ``corpus``: pages with gold become labelled text, kept in a cache folder.

The cache holds ``<part>/<source>-<shard>.jsonl.gz`` and ``corpus.json``, which
records the digest that the files were made for, the split and what was dropped.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from joblib import Parallel, delayed

from training.carry import carry
from training.grade import ARTICLE, UNGRADED, Graded, grade
from training.labelled import LabelledText, write_labelled
from training.pages import page_files, read_pages, source_of
from training.render import render, renderings_of
from training.split import PARTS, group_keys, part_of, sites_and_golds, split_digest
from training.tokens import Vocabulary, tokenise
from training.walk import block_text, walk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training.pages import Page

# The modules that decide what the labelled files hold.
_CODE = (
    "align carry corpus grade labelled linekinds matching pages render split structure"
    " tokens walk"
)
_SHARD = 100  # pages
_LEAST_COVERAGE = 0.7  # share of the gold's words that the page must hold
_LEAST_WORDS = 8  # a shorter gold is a mistake of its source
# Renderers lose text: resiliparse what is hidden and tables of code, for example.
_LEAST_HELD = 0.5  # share of the article that a rendering must hold
_GARBLED = 0.003  # share of characters that only a wrong decoding gives


def build(corpus: Path, cache: Path, jobs: int = 1) -> list[Path]:
    """Label the pages of *corpus* into *cache* and return the files, sorted.

    Shards already made from the same pages by the same code are kept, so an
    interrupted build goes on where it stopped.
    """
    files = page_files(corpus)
    groups = corpus_groups(files, jobs)
    tasks = [
        (path, start)
        for path in files
        for start in range(0, sum(1 for _ in read_pages(path)), _SHARD)
    ]
    code = code_digest()
    done = Parallel(n_jobs=jobs, return_as="generator_unordered")(
        delayed(build_shard)(path, start, cache, code, groups) for path, start in tasks
    )
    reports = []
    for report in done:
        reports.append(report)
        if sys.stderr.isatty():
            end = "\n" if len(reports) == len(tasks) else ""
            sys.stderr.write(f"\r{len(reports)}/{len(tasks)} shards{end}")
    dropped: Counter[str] = Counter()
    for report in reports:
        dropped.update(report)
    summary = {
        "code": code,
        "split": split_digest(groups),
        "dropped": dict(sorted(dropped.items())),
    }
    (cache / "corpus.json").write_text(json.dumps(summary, indent=1) + "\n", "utf-8")
    names = {_shard_name(path, start) for path, start in tasks}
    return [
        path
        for path in sorted(cache.glob("*/*.jsonl.gz"))
        if path.name.removesuffix(".jsonl.gz") in names
    ]


def code_digest() -> str:
    """Return a digest of the code that labels pages."""
    digest = blake2b(digest_size=8)
    for name in _CODE.split():
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()


def corpus_groups(files: Sequence[Path], jobs: int = 1) -> dict[str, str]:
    """Return the group of each page of *files*, by the page's key."""
    found = Parallel(n_jobs=jobs)(delayed(_sites_and_golds)(path) for path in files)
    sites: dict[str, str] = {}
    golds: dict[str, str] = {}
    for its_sites, its_golds in found:
        sites.update(its_sites)
        golds.update(its_golds)
    return group_keys(sites, golds)


def _sites_and_golds(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    return sites_and_golds(read_pages(path))


def _shard_name(path: Path, start: int) -> str:
    return f"{source_of(path)}-{start // _SHARD:03}"


def build_shard(
    path: Path, start: int, cache: Path, code: str, groups: Mapping[str, str]
) -> dict[str, int]:
    """Label the pages of *path* from number *start* and return why pages were dropped.

    The shard's record beside its files tells a later run that it is done.
    """
    shard = list(islice(read_pages(path), start, start + _SHARD))
    digest = blake2b(code.encode("ascii"), digest_size=8)
    for page in shard:
        digest.update(repr((page, groups[page.key])).encode("utf-8", "surrogatepass"))
    name = _shard_name(path, start)
    record = cache / "shards" / f"{name}.json"
    if record.exists():
        kept = json.loads(record.read_text("utf-8"))
        if kept["digest"] == digest.hexdigest():
            return dict(kept["dropped"])
    dropped: Counter[str] = Counter()
    texts: dict[str, list[LabelledText]] = {part: [] for part in PARTS}
    for page in shard:
        part = part_of(groups[page.key])
        made, why = label_page(page, groups[page.key], part)
        texts[part] += made
        if why:
            dropped[f"{source_of(path)}: {why}"] += 1
    for part, its_texts in texts.items():
        target = cache / part / f"{name}.jsonl.gz"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        if its_texts:
            write_labelled(target, its_texts)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(
        json.dumps({"digest": digest.hexdigest(), "dropped": dict(dropped)}), "utf-8"
    )
    return dict(dropped)


def label_page(page: Page, group: str, part: str) -> tuple[list[LabelledText], str]:
    """Return renderings of *page*, of *part*, with labels; or none and the reason."""
    vocabulary = Vocabulary()
    text, tags = block_text(walk(page.html))
    graded = grade(page, text, tags, vocabulary)
    why = _flaw(page, graded)
    if why:
        return [], why
    # Code points of tokens, which are somewhat fewer than those of marks.
    lengths = graded.tokens.ends - graded.tokens.starts
    article = int(lengths[graded.grades == ARTICLE].sum())
    made = []
    for name in renderings_of(page.key, part):
        shown = render(name, page.html)
        marks, its_tags = carry(graded, tags, shown, vocabulary)
        held = sum(mark.end - mark.start for mark in marks if mark.label == "article")
        if marks and held >= _LEAST_HELD * article:
            made.append(
                LabelledText(
                    id=f"{page.key}#{name}",
                    text=shown,
                    marks=marks,
                    lang=page.lang,
                    source=page.source,
                    site=group,
                    page=page.key,
                    rendering=name,
                    page_type=page.page_type,
                    tags=its_tags,
                )
            )
    return made, ""


def _flaw(page: Page, graded: Graded) -> str:
    if not len(graded.tokens):
        return "no text"
    text = graded.text
    garbled = text.count("\ufffd") + sum("\x80" <= c <= "\x9f" for c in text)
    if garbled > _GARBLED * len(text):
        return "garbled"
    if math.isnan(graded.coverage):
        return "" if (graded.grades != UNGRADED).any() else "no string found"
    gold = tokenise(page.gold or "", Vocabulary())
    if gold.weights.sum() < _LEAST_WORDS:
        return "gold too short"
    return "gold not in the page" if graded.coverage < _LEAST_COVERAGE else ""
