"""The command ``python -m training``: from a corpus to a model folder and its figures.

    python -m training all --corpus training/sample --out /tmp/model
    python -m training all --corpus CORPUS --out models/en-zh

    python -m training benchmark --out bench.jsonl

Steps: corpus (pages with gold become labelled text), fit (heads, net, thresholds),
evaluate (figures on the test part), export (the model folder with its card). Each
keeps what it made in --run and does it again only when its input or code changed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from training import runs
from training.benchmark.pages import benchmark
from training.labelled import write_records

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
        "evaluate": "measure the fitted model on the test part",
        "compare": "set it beside extractors that read the HTML (extra: compare)",
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
        step.add_argument("--seed", type=int, default=0, help="default: 0")
        step.add_argument(
            "--jobs",
            type=int,
            default=2,
            metavar="N",
            help="worker processes (default: 2)",
        )
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
    if not (arguments.corpus / "pages").is_dir():
        print(
            f"no folder pages/ in {arguments.corpus}; name the folder that holds"
            " pages/, texts/ and spam/, for example training/sample",
            file=sys.stderr,
        )
        return 2
    run = runs.Run(
        arguments.corpus, arguments.run, arguments.out, arguments.seed, arguments.jobs
    )
    steps = ("corpus", "fit", "evaluate", "export")
    for step in steps if arguments.step == "all" else (arguments.step,):
        getattr(run, step)()
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
