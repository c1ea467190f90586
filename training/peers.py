"""Peers: other programs that take the article out of a page, run on its HTML.

Each runs as its makers offer it, with the settings that published comparisons use;
two that keep comments, which most golds leave out, also run without. They are slow,
so what they gave is kept: one file for each peer, version and way of calling it,
one line for each page.
"""

from __future__ import annotations

import gzip
import inspect
import json
import logging
import sys
import time
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from joblib import Parallel, delayed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from training.pages import Page

_SHARD = 20  # pages that a worker does in one go

# The stop lists of jusText by the two letters of a language. It has none for
# Chinese, Japanese and Thai, which do not put spaces between words.
STOP_LISTS = {
    "ar": "Arabic",
    "bn": "Bengali",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "gl": "Galician",
    "hr": "Croatian",
    "id": "Indonesian",
    "it": "Italian",
    "ko": "Korean",
    "lt": "Lithuanian",
    "nl": "Dutch",
    "no": "Norwegian_Bokmal",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "sw": "Swahili",
    "tr": "Turkish",
    "uk": "Ukrainian",
}


class PeerMissingError(ImportError):
    """A peer is not installed; says which and how to get it."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A program to compare with.

    *extract* gives the text of a page from its HTML and language, or None where it
    finds none. *packages* decide what it gives. *languages* are those that it can
    do, by their first two letters; None for all.
    """

    packages: tuple[str, ...]
    extract: Callable[[str, str], str | None]
    languages: frozenset[str] | None = None

    def speaks(self, lang: str) -> bool:
        """Tell whether the peer can do pages in *lang*."""
        return self.languages is None or lang[:2] in self.languages


@dataclass(frozen=True, slots=True)
class Output:
    """What a peer gave for one page; a failure counts as no text.

    *seconds* are of processor time.
    """

    text: str
    failed: bool
    seconds: float


def _trafilatura(html: str, _lang: str) -> str | None:
    from trafilatura import extract  # noqa: PLC0415

    text: str | None = extract(html)
    return text


def _trafilatura_recall(html: str, _lang: str) -> str | None:
    from trafilatura import extract  # noqa: PLC0415

    text: str | None = extract(html, favor_recall=True)
    return text


def _trafilatura_no_comments(html: str, _lang: str) -> str | None:
    from trafilatura import extract  # noqa: PLC0415

    text: str | None = extract(html, include_comments=False)
    return text


def _readability(html: str, _lang: str) -> str | None:
    from readability import Document  # noqa: PLC0415
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415

    # It gives HTML; all of its text counts as kept.
    return str(extract_plain_text(Document(html).summary(), alt_texts=False))


def _resiliparse(html: str, _lang: str) -> str | None:
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415

    return str(extract_plain_text(html, main_content=True))


def _resiliparse_no_comments(html: str, _lang: str) -> str | None:
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415

    return str(extract_plain_text(html, main_content=True, comments=False))


def _boilerpy3(html: str, _lang: str) -> str | None:
    from boilerpy3.extractors import ArticleExtractor  # noqa: PLC0415

    # By default an unclosed element somewhere costs the whole page.
    return str(ArticleExtractor(raise_on_failure=False).get_content(html))


def _justext(html: str, lang: str) -> str | None:
    from justext import get_stoplist, justext  # noqa: PLC0415

    paragraphs = justext(html, get_stoplist(STOP_LISTS[lang[:2]]))
    return "\n".join(p.text for p in paragraphs if not p.is_boilerplate)


PEERS: dict[str, Peer] = {
    "trafilatura": Peer(("trafilatura",), _trafilatura),
    "trafilatura-recall": Peer(("trafilatura",), _trafilatura_recall),
    "trafilatura-no-comments": Peer(("trafilatura",), _trafilatura_no_comments),
    "readability": Peer(("readability-lxml", "resiliparse"), _readability),
    "resiliparse": Peer(("resiliparse",), _resiliparse),
    "resiliparse-no-comments": Peer(("resiliparse",), _resiliparse_no_comments),
    "boilerpy3": Peer(("boilerpy3",), _boilerpy3),
    "justext": Peer(("jusText",), _justext, frozenset(STOP_LISTS)),
}

# Read now: a module that is edited while it runs must not lend its new name to what
# the old one gave.
_CODE = {
    name: blake2b(inspect.getsource(peer.extract).encode("utf-8"), digest_size=4)
    for name, peer in PEERS.items()
}


def peer_version(name: str) -> str:
    """Return the versions of what peer *name* runs, or raise `PeerMissingError`."""
    try:
        return "_".join(version(package) for package in PEERS[name].packages)
    except PackageNotFoundError as error:
        raise PeerMissingError(_missing(name, error)) from None


def run_peer(name: str, html: str, lang: str) -> Output:
    """Return what peer *name* makes of one page.

    Raises `PeerMissingError` where it, or what it needs, is not installed: that is no
    failure of the peer's.
    """
    start = time.process_time()
    try:
        text = PEERS[name].extract(html, lang)
    except ImportError as error:
        raise PeerMissingError(_missing(name, error)) from error
    # Pages of the wild bring out errors of every kind, RecursionError among them.
    except Exception:  # noqa: BLE001
        text = None
    return Output(text or "", text is None, time.process_time() - start)


def peer_outputs(
    name: str, pages: Sequence[Page], run: Path, jobs: int = 1
) -> dict[str, Output]:
    """Return what peer *name* gives for *pages*, by the page's key.

    Pages in a language that the peer cannot do are left out. What is not yet in
    *run* is worked out by *jobs* processes and kept there.
    """
    peer = PEERS[name]
    file = run / f"{name}-{peer_version(name)}-{_CODE[name].hexdigest()}.jsonl.gz"
    kept = dict(_read(file)) if file.exists() else {}
    digests = {p.key: page_digest(p) for p in pages if peer.speaks(p.lang)}
    missing = {
        digests[page.key]: (page.html, page.lang)
        for page in pages
        if page.key in digests and digests[page.key] not in kept
    }
    if missing:
        kept.update(_run_all(name, missing, jobs))
        run.mkdir(parents=True, exist_ok=True)
        _write(file, kept)
    return {key: kept[digest] for key, digest in digests.items()}


def page_digest(page: Page) -> str:
    """Return a digest of all that a peer sees of *page*."""
    content = f"{page.lang}\n{page.html}".encode("utf-8", "surrogatepass")
    return blake2b(content, digest_size=16).hexdigest()


def _missing(name: str, error: ImportError) -> str:
    return f"{name} does not run ({error}); install the extra dross[compare]"


def _run_all(
    name: str, pages: Mapping[str, tuple[str, str]], jobs: int
) -> Iterator[tuple[str, Output]]:
    digests = list(pages)
    shards = [digests[at : at + _SHARD] for at in range(0, len(digests), _SHARD)]
    results = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_run_shard)(name, [pages[digest] for digest in shard])
        for shard in shards
    )
    done = 0
    for shard, outputs in zip(shards, results, strict=True):
        yield from zip(shard, outputs, strict=True)
        done += len(shard)
        if sys.stderr.isatty():
            end = "\n" if done == len(digests) else ""
            sys.stderr.write(f"\r{name}: {done}/{len(digests)} pages{end}")


def _run_shard(name: str, pages: Sequence[tuple[str, str]]) -> list[Output]:
    # Failures are counted; what the peers say about them would fill the terminal.
    logging.disable(logging.CRITICAL)
    try:
        return [run_peer(name, html, lang) for html, lang in pages]
    finally:
        logging.disable(logging.NOTSET)


def _read(file: Path) -> Iterator[tuple[str, Output]]:
    with gzip.open(file, "rt", encoding="ascii") as lines:
        for line in lines:
            record = json.loads(line)
            yield (
                record["page"],
                Output(record["text"], record["failed"], record["seconds"]),
            )


def _write(file: Path, outputs: Mapping[str, Output]) -> None:
    # A name of its own until it is whole: an interrupted run leaves no torn file.
    draft = file.with_name(file.name + ".part")
    with gzip.open(draft, "wt", encoding="ascii", compresslevel=4) as out:
        for digest, output in outputs.items():
            record = {
                "page": digest,
                "text": output.text,
                "failed": output.failed,
                "seconds": round(output.seconds, 6),
            }
            out.write(json.dumps(record) + "\n")
    draft.replace(file)
