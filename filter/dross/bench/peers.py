"""Other programs, each with what it takes to run it over the pages of a sample.

None is needed to run dross, so each is imported where it is prepared, and those
that are not installed are named. They run as their makers offer them, one page or
line at a time where that is their interface.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dross.bench.sample import as_html, byte_size, lines_of
from dross.words import han_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from dross.bench.sample import Sample

# Languages as datatrove names them.
_DATATROVE = {"en": "eng", "zh": "zho"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sample with its lines and their labels, which classifiers learn from."""

    sample: Sample
    lines: list[str]
    labels: list[str]


@dataclass(frozen=True, slots=True)
class Peer:
    """A program to measure.

    *prepare* gives what runs over the sample, and how many bytes that reads.
    *share*: of the sample; slow programs get a part of it. *modules*: what must be
    there to import, with *package* as pip calls the first of them.
    """

    name: str
    package: str
    modules: tuple[str, ...]
    prepare: Callable[[Labelled], tuple[Callable[[], object], int]]
    share: float = 1.0

    @property
    def installed(self) -> bool:
        """Whether it can be run here."""
        return all(find_spec(name) is not None for name in self.modules)


def fasttext(given: Labelled) -> tuple[Callable[[], object], int]:
    """Give fastText's classification of each line.

    How good it is does not matter here, and speed does not hang on it: one epoch.
    """
    import fasttext  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        path = Path(folder) / "lines.txt"
        rows = zip(given.labels, given.lines, strict=True)
        text = "".join(f"__label__{label} {line}\n" for label, line in rows)
        path.write_text(text, "utf-8", "replace")
        model = fasttext.train_supervised(
            str(path),
            wordNgrams=2,
            minn=2,
            maxn=5,
            dim=16,
            epoch=1,
            thread=1,
            verbose=0,
        )
    # model.predict itself fails with numpy 2; this is what it calls
    predict: Callable[..., object] = model.f.predict
    lines = [line.encode("utf-8", "replace").decode() for line in given.lines]

    def run() -> None:
        for line in lines:
            predict(line + "\n", 1, 0.0, "strict")

    return run, byte_size(given.sample.pages)


def scikit_learn(given: Labelled) -> tuple[Callable[[], object], int]:
    """Give the labels of all lines by scikit-learn, a page at a time."""
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415

    vectorizer = HashingVectorizer(analyzer="char", ngram_range=(1, 4))
    model = SGDClassifier(random_state=0, max_iter=5, tol=None)
    # a text on which all labels are equal gives nothing to learn
    lines, labels = [*given.lines, "a", "b"], [*given.labels, "article", "chrome"]
    model.fit(vectorizer.transform(lines), labels)
    groups = [group for page in given.sample.pages if (group := lines_of([page]))]

    def run() -> None:
        for group in groups:
            model.predict(vectorizer.transform(group))

    return run, byte_size(given.sample.pages)


def jieba(given: Labelled) -> tuple[Callable[[], object], int]:
    """Give jieba's words of each page, HMM off."""
    pages = given.sample.pages
    return lambda: han_words(pages), byte_size(pages)


def rjieba(given: Labelled) -> tuple[Callable[[], object], int]:
    """Give rjieba's words of each page, HMM off."""
    import rjieba  # noqa: PLC0415

    pages = given.sample.pages
    cut: Callable[[str, bool], object] = rjieba.cut

    def run() -> None:
        for page in pages:
            cut(page, False)  # noqa: FBT003 — takes it by place alone

    return run, byte_size(pages)


def _datatrove(name: str) -> Callable[[Labelled], tuple[Callable[[], object], int]]:
    """Give how one of datatrove's filters is prepared.

    Its C4 filter drops every Chinese line at once, for 。 is no full stop to it.
    """

    def prepare(given: Labelled) -> tuple[Callable[[], object], int]:
        from datatrove.data import Document  # noqa: PLC0415
        from datatrove.pipeline import filters  # noqa: PLC0415

        kind: Any = getattr(filters, name)
        rule = kind(language=_DATATROVE[given.sample.language])

        def run() -> None:
            for page in given.sample.pages:
                rule.filter(Document(text=page, id=""))

        return run, byte_size(given.sample.pages)

    return prepare


def trafilatura(given: Labelled) -> tuple[Callable[[], object], int]:
    """Give trafilatura's extraction from each page as HTML, and bytes of that."""
    from trafilatura import extract  # noqa: PLC0415

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    pages = [as_html(page) for page in given.sample.pages]

    def run() -> None:
        for page in pages:
            extract(page)

    return run, byte_size(pages)


PEERS = (
    Peer("fastText, per line", "fasttext-wheel", ("fasttext",), fasttext),
    Peer("scikit-learn", "scikit-learn", ("sklearn",), scikit_learn, 1 / 4),
    Peer("jieba", "jieba", ("jieba",), jieba, 1 / 4),
    Peer("rjieba", "rjieba", ("rjieba",), rjieba),
    *(
        Peer(
            f"datatrove {label}",
            "datatrove",
            # its word tokenizers for English and Chinese are spaCy's
            ("datatrove", "spacy"),
            _datatrove(name),
            1 / 4,
        )
        for label, name in (
            ("C4", "C4QualityFilter"),
            ("Gopher quality", "GopherQualityFilter"),
            ("Gopher repetition", "GopherRepetitionFilter"),
        )
    ),
    Peer("trafilatura, HTML", "trafilatura", ("trafilatura",), trafilatura),
)
