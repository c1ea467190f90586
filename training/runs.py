"""A run: the steps from a corpus to a model folder, and what each leaves behind.

    RUN/labelled/                 labelled text (step corpus)
    RUN/own/train/, validation/   labelled text that people bring; read, never written
    RUN/heads-DIGEST/             linear heads (step fit)
    RUN/fit-DIGEST/               nets, thresholds and the fitted model (step fit)
    RUN/fit-DIGEST/figures-…json  figures on a part of the split (step evaluate)
    RUN/families-DIGEST/          a fit a group of families left out (step families)

Digests are of the labelled text, the code that the step runs through, and the seed;
what is there already is not made again: not a step, nor a net of a step that was
interrupted.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import dross
from dross import model
from dross.cleaner import open_cleaner
from training import (
    card,
    corpus,
    documents,
    evaluate,
    families,
    fit,
    pretrained,
)
from training.families import FamilyRow
from training.fit import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from training.documents import Material

_DROSS, _TRAINING = Path(dross.__file__).parent, Path(__file__).parent
# Code whose change makes other heads, and other models from the same heads.
HEADS_CODE = (
    _DROSS / "unicode.npz",
    *(
        _DROSS / f"{name}.py"
        for name in (
            "chars", "evidence", "features", "gold", "hashing", "lines", "seams",
            "spans", "words",
        )
    ),
    *(
        _TRAINING / f"{name}.py"
        for name in (
            "bilingual", "chance", "disguise", "documents", "excerpts", "fixtures",
            "forms", "furniture", "grammars", "heads", "injection", "insertion",
            "jsonl", "labelled", "layout", "linear", "needles", "phrases", "probes",
            "render", "rows", "slots", "spam", "split", "spun", "units", "written",
        )
    ),
    *(
        _TRAINING / name
        for name in (
            "benign.jsonl", "furniture.json", "grammars.json",
            "spinner.json", "tongues.jsonl",
        )
    ),
)  # fmt: skip
FIT_CODE = (
    *(
        _DROSS / f"{name}.py"
        for name in (
            "cleaner", "context", "copies", "decode", "dial", "edges", "model",
            "network", "phrases", "places", "sequence", "vocabulary",
        )
    ),
    *(
        _TRAINING / f"{name}.py"
        for name in (
            "decisions", "dial", "fit", "kept", "network", "phrased", "places",
            "pretrained", "sequence", "stages", "stretches", "topics", "vocabulary",
            "wordodds",
        )
    ),
    _TRAINING / "articles.jsonl",
)  # fmt: skip
# … and other figures of the same model.
EVALUATE_CODE = (
    _DROSS / "scores.py",
    *(
        _TRAINING / f"{name}.py"
        for name in (
            "evaluate", "measure", "outcome", "pages", "reliability", "settings",
        )
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One run; its methods are the steps."""

    source: Path
    folder: Path
    out: Path
    seed: int
    jobs: int
    vectors: Path | None = None
    part: str = "test"

    @property
    def labelled(self) -> Path:
        """Where the labelled text lies."""
        return self.folder / "labelled"

    @cached_property
    def files(self) -> list[Path]:
        """The labelled files, made first if they are not there, and people's own."""
        made = corpus.build(self.source, self.labelled, self.jobs)
        return [*made, *sorted((self.folder / "own").glob("*/*.jsonl*"))]

    @cached_property
    def material(self) -> Material:
        """What documents are made from."""
        return documents.read_material(self.source, self.files)

    @cached_property
    def heads(self) -> Path:
        """The folder of the heads of this corpus, code and seed."""
        texts = sorted(self.source.glob("[st]*/**/*"))
        digest = _digest((*self.files, *texts, *HEADS_CODE), str(self.seed))
        return self.folder / f"heads-{digest}"

    @cached_property
    def fitted(self) -> Path:
        """The folder of the model of this corpus, word vectors, code and seed."""
        vectors = pretrained.files(self.vectors) if self.vectors else []
        digest = _digest((*FIT_CODE, *vectors), self.heads.name)
        return self.folder / f"fit-{digest}"

    @property
    def figures(self) -> Path:
        """The file of the model's figures on the part, by this code."""
        digest = _digest(EVALUATE_CODE, self.fitted.name)
        return self.fitted / f"figures-{self.part}-{digest}.json"

    def corpus(self) -> None:
        """Label the pages."""
        say(f"corpus: {len(self.files)} files of labelled text in {self.labelled}")

    def fit(self) -> None:
        """Fit the model."""
        if (self.fitted / "model" / "config.json").exists():
            say(f"fit: {self.fitted} is there already")
            return
        self.fitted.mkdir(parents=True, exist_ok=True)
        self.heads.mkdir(parents=True, exist_ok=True)
        about = {
            "seed": self.seed,
            "split": json.loads((self.labelled / "corpus.json").read_text("utf-8"))[
                "split"
            ],
        }
        if self.vectors:
            about["word vectors"] = _digest(pretrained.files(self.vectors), "")
        fit.fit(
            self.material,
            self.heads,
            self.fitted,
            about,
            self.seed,
            self.jobs,
            self.vectors,
        )
        say(f"fit: model in {self.fitted / 'model'}")

    def evaluate(self) -> None:
        """Measure the model on the part; figures go to standard output too."""
        self.fit()
        path = self.figures
        if not path.exists():
            cleaner = open_cleaner((self.fitted / "model").resolve())
            figures = evaluate.figures(
                cleaner, self.source, self.material, self.part, self.seed, self.jobs
            )
            path.write_text(json.dumps(asdict(figures), indent=1) + "\n", "utf-8")
        print(card.tables(evaluate.read_figures(path)))

    def compare(self) -> None:
        """Set the model beside extractors that read the HTML of the same pages."""
        from training import compare  # noqa: PLC0415 — its peers are another extra

        self.fit()
        rows = compare.compare(
            self.source,
            self.files,
            open_cleaner((self.fitted / "model").resolve()),
            self.part,
            self.folder / "peers",
            jobs=self.jobs,
        )
        print(compare.table(rows))

    def families(self) -> None:
        """Fit without some families of spam, and measure what is found of them."""
        digest = _digest([_TRAINING / "families.py"], self.fitted.name)
        folder = self.folder / f"families-{digest}"
        small = families.fewer(self.material, folder / "labelled")
        every = sorted(families.all_families(self.material.spam))
        rows = []
        for out in ((), *families.GROUPS):
            run = folder / ("-".join(out) or "none")
            path = run / "rows.json"
            if not path.exists():
                (run / "heads").mkdir(parents=True, exist_ok=True)
                say(f"without {', '.join(out) or 'none'}")
                fit.fit(
                    families.without(small, out),
                    run / "heads",
                    run,
                    {"left out": list(out)},
                    self.seed,
                    self.jobs,
                    self.vectors,
                )
                cleaner = open_cleaner((run / "model").resolve())
                found = [
                    row
                    for family in out or every
                    for made in [list(families.lists(small, family, self.seed))]
                    for row in families.family_rows(
                        cleaner, made, family, out, self.jobs
                    )
                ]
                path.write_text(json.dumps([asdict(row) for row in found]), "utf-8")
            rows += [FamilyRow(**row) for row in json.loads(path.read_text("utf-8"))]
        print(families.table(rows))

    def export(self) -> None:
        """Write the model folder with its card."""
        self.evaluate()
        self.out.mkdir(parents=True, exist_ok=True)
        for file in sorted((self.fitted / "model").iterdir()):
            shutil.copyfile(file, self.out / file.name)
        figures = evaluate.read_figures(self.figures)
        text = card.card(model.load(self.out), figures, self.labelled)
        (self.out / "README.md").write_text(text, "utf-8")
        (self.out / card.FIGURE).write_text(card.figure(figures), "utf-8")
        say(f"export: {self.out}, digest {model.digest(self.out)}")


def _digest(paths: Iterable[Path], more: str) -> str:
    digest = hashlib.blake2b(more.encode(), digest_size=8)
    for path in paths:
        if path.is_file():
            digest.update(path.name.encode())
            digest.update(hashlib.blake2b(path.read_bytes()).digest())
    return digest.hexdigest()
