"""The ``dross`` command: arguments in, exit code out.

Data goes to standard output and everything else to standard error, so that the
command fits into a pipe.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from dross import load, model
from dross.bench.arguments import DESCRIPTION as _BENCH
from dross.bench.arguments import EPILOG as _BENCH_EPILOG
from dross.bench.arguments import add_options as add_bench_options
from dross.dial import PRESETS, checked
from dross.errors import DrossError, RecordError, SettingError
from dross.formats import FORMATS, formats_of, read_records
from dross.formats.files import open_output, same_file
from dross.formats.jsonl import dump_line
from dross.library import DEFAULT, model_folder
from dross.records import Keys, Statistics, clean_records

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dross.cleaner import Cleaned
    from dross.evaluation import Evaluation
    from dross.records import Record

DONE, SOME_FAILED, WRONG_USE = 0, 1, 2
_NAMED = 5  # ids in a message about many
INTERRUPTED = 130  # what shells report for a program ended by Ctrl-C,
PIPE_CLOSED = 141  # and by a reader that went away


class _UseError(DrossError):
    """Arguments that are well-formed and still cannot be meant."""


_DESCRIPTION = """\
Keep the article of a web page's plain text, English or Chinese. Every character
gets one label: article, chrome (what belongs to the site) or spam.
"""
_EPILOG = """\
examples:
  dross clean page.txt                        the kept text of one page
  curl … | html2text | dross clean -          the same in a pipe
  dross clean --keep 0.999 page.txt           lose at most 0.1 % of the article
  dross clean crawl.jsonl.gz -o out.jsonl.gz  records with their text cleaned
  dross score page.txt                        every span with label and probability
  dross score --with-text crawl.jsonl         the same with the text, to correct labels
  dross evaluate gold.jsonl                   how well the model labels labelled text
  dross bench                                 how fast this is here

exit codes: 0 done, 1 some documents failed (each is named on standard error, the
others are done), 2 wrong use, 130 interrupted, 141 the reader of the output went away
"""
_CLEAN = """\
Write what is kept: for text files the article spans as they stand, for records
the whole record with its text replaced. A page judged "rejected" (too little article
or too much spam) is written like any other, with the little that is kept, which
may be nothing; --drop-rejected leaves it out.
"""
_SCORE = """\
Write one JSON object a document: {"id", "verdict", "widths", "spans": [{"start",
"end", "label", "probability"}]}. Offsets count code points; spans tile the text.
"widths" has, by label, the columns of visible text, which decide on the verdict.
"""
_EVALUATE = """\
Compare spans with the gold spans of labelled text, one JSON object a line: {"id",
"text", "spans": [{"start", "end", "label"}]}. Characters in no gold span are not
graded. Without --found the texts are cleaned with the model. Wrongly removed article
characters come first, then precision, recall and F1 of each label by characters and
by lines, how far the edges of spam were missed, and figures by "lang", "source" and
"rendering" of the records and "form", "family" and "disguise" of their spans.
"""
_FILES = """\
--keep and --preset are one dial. --keep 0.999 loses at most 0.1 % of the article's
characters, on the average over pages like those that it was measured on, and cuts less
of the rest for it; it never keeps less than the default, and --keep 1 cuts only what
has no chance of being article. Presets: cautious loses little and wants more evidence
before it calls anything spam; balanced is the default; strict cuts more of what belongs
to the site and more spam, at the cost of some article. What each loses stands in the
model's README.md.

.txt is one document a file, .jsonl one a line; each also with .gz or .zst. "-" is
standard input: one document, or JSON Lines with --format jsonl.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code; wrong arguments exit with 2."""
    output = "<stdout>"
    try:
        arguments = command_parsers()[""].parse_args(argv)
        if arguments.command == "bench":
            return _bench(arguments)
        output = arguments.output or output
        # One job is one core: products this small only keep other threads waiting,
        # which took 2.7 times the processor's time on a busy machine.
        with threadpool_limits(1, user_api="blas"):
            return _run(arguments)
    except BrokenPipeError:
        # Python flushes standard output once more at exit and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except DrossError as error:
        _say(str(error))
        return WRONG_USE
    except OSError as error:  # reading is seen to; this is the output, a full disk
        _say(f"cannot write {output}: {error}")
        return SOME_FAILED


def command_parsers() -> dict[str, argparse.ArgumentParser]:
    """Give the parser of each command, and the one that holds them under ""."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="dross",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=formatter,
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show the version and exit"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    common = _common()
    clean = commands.add_parser(
        "clean",
        parents=[common],
        help="write the kept text",
        description=_CLEAN,
        epilog=_FILES,
        formatter_class=formatter,
    )
    clean.add_argument(
        "--drop-rejected", action="store_true", help="leave rejected pages out"
    )
    score = commands.add_parser(
        "score",
        parents=[common],
        help="write the labelled spans",
        description=_SCORE,
        epilog=_FILES,
        formatter_class=formatter,
    )
    score.add_argument(
        "--with-text",
        action="store_true",
        help="add the text: the format that training reads",
    )
    evaluate = commands.add_parser(
        "evaluate",
        parents=[_every()],
        help="compare spans with gold spans",
        description=_EVALUATE,
        formatter_class=formatter,
    )
    evaluate.add_argument(
        "paths",
        nargs=1,
        metavar="GOLD",
        help="labelled text, .jsonl, also with .gz or .zst; - is standard input",
    )
    evaluate.add_argument(
        "--found",
        metavar="FILE",
        help="take the spans of another tool, by id, from this JSON Lines file; "
        "what is in no span was kept",
    )
    evaluate.add_argument("--json", action="store_true", help="every figure as JSON")
    bench = commands.add_parser(
        "bench",
        help="measure speed and memory",
        description=_BENCH,
        epilog=_BENCH_EPILOG,
        formatter_class=formatter,
    )
    add_bench_options(bench)
    _add_running(bench, jobs=2)
    return {
        "": parser,
        "clean": clean,
        "score": score,
        "evaluate": evaluate,
        "bench": bench,
    }


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False, parents=[_every()])
    add = common.add_argument
    add("paths", nargs="+", metavar="PATH", help="files to read; - is standard input")
    add("--format", choices=("txt", "jsonl"), help="read every PATH as this format")
    add("--text-key", default="text", metavar="KEY", help="field of the text (text)")
    add("--id-key", default="id", metavar="KEY", help="field of the id (id)")
    return common


def _every() -> argparse.ArgumentParser:
    """Give what every command that cleans takes."""
    every = argparse.ArgumentParser(add_help=False)
    add = every.add_argument
    add("-o", "--output", metavar="FILE", help="write to FILE (.gz and .zst compress)")
    dial = every.add_mutually_exclusive_group()
    dial.add_argument(
        "--keep",
        type=_share,
        metavar="SHARE",
        help="share of article characters not to lose, from 0 to 1, such as 0.999",
    )
    dial.add_argument(
        "--preset", choices=PRESETS, help="cut less, as usual, or more (balanced)"
    )
    _add_running(every, jobs=1)
    return every


def _add_running(parser: argparse.ArgumentParser, jobs: int) -> None:
    """Add what every command has: the model, and how it is run."""
    add = parser.add_argument
    add(
        "--model",
        metavar="DIR",
        default=DEFAULT,
        help="a model folder, or the name of a shipped model (%(default)s)",
    )
    add(
        "--jobs",
        type=_jobs,
        default=jobs,
        metavar="N",
        help="worker processes (%(default)s)",
    )
    add("--quiet", action="store_true", help="no progress and no summary, only errors")


def _jobs(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        message = f"{value!r} is no number of workers; give 1 or more"
        raise argparse.ArgumentTypeError(message)
    return int(value)


def _share(value: str) -> float:
    try:
        return checked(float(value))
    except ValueError as error:  # of float, or SettingError, which is one
        message = (
            str(error)
            if isinstance(error, SettingError)
            else f"{value!r} is no share of article characters; give 0.999 or the like"
        )
        raise argparse.ArgumentTypeError(message) from None


class _Version(argparse.Action):
    """Names the shipped model beside the program: both decide what comes out."""

    def __call__(self, parser: argparse.ArgumentParser, *_arguments: object) -> None:
        from importlib.metadata import version  # noqa: PLC0415 — `score` has no use for it

        digest = model.digest(model_folder(DEFAULT))
        sys.stdout.write(
            f"dross {version('dross')}\n"
            f"model {DEFAULT}: format {model.FORMAT}, digest {digest}\n"
        )
        parser.exit(DONE)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.command == "evaluate":
        return _evaluate(arguments)
    forms = formats_of(arguments.paths, arguments.format)
    _check_use(arguments, forms)
    keys = Keys(arguments.text_key, arguments.id_key)
    render = _renderer(arguments, forms[0], keys)
    counts = Statistics()
    progress = _Progress(counts, quiet=arguments.quiet)

    def report(error: RecordError) -> None:
        counts.failed += 1
        progress.clear()
        _say(str(error))

    cleaner = load(arguments.model, keep=arguments.keep, preset=arguments.preset)
    records = read_records(arguments.paths, forms, keys, report)
    with open_output(arguments.output) as output:
        for record, page in clean_records(cleaner, records, arguments.jobs):
            counts.add(record, page)
            output.write(render(record, page))
            progress.show()
    progress.clear()
    if counts.documents + counts.failed > 1 and not arguments.quiet:
        _say(str(counts))
    return SOME_FAILED if counts.failed else DONE


def _evaluate(arguments: argparse.Namespace) -> int:
    # What `score` has no use for it does not wait for.
    from dross import tables  # noqa: PLC0415
    from dross.evaluation import evaluate_cleaner, evaluate_found  # noqa: PLC0415

    [gold] = arguments.paths
    _check_output(arguments, [gold, *filter(None, [arguments.found])])
    failed = 0

    def report(error: RecordError) -> None:
        nonlocal failed
        failed += 1
        _say(str(error))

    if arguments.found is None:
        cleaner = load(arguments.model, keep=arguments.keep, preset=arguments.preset)
        result = evaluate_cleaner(gold, cleaner, arguments.jobs, report)
    else:
        try:
            result = evaluate_found(gold, arguments.found, report)
        except RecordError as error:  # the whole file: there is nothing to compare
            _say(str(error))
            return SOME_FAILED
    if result.missing:
        _say(_missing(result, arguments.found))
    if not result.whole.pages:
        _say(f"{gold}: no document to score. Give labelled text, one object a line.")
        return SOME_FAILED
    with open_output(arguments.output) as output:
        output.write(
            dump_line(tables.as_json(result))
            if arguments.json
            else tables.as_text(result).encode("utf-8", "backslashreplace")
        )
    return SOME_FAILED if failed or result.missing else DONE


def _missing(result: Evaluation, found: str) -> str:
    few = ", ".join(result.missing[:_NAMED])
    more = ", …" if len(result.missing) > _NAMED else ""
    return (
        f"{found}: no spans for {len(result.missing):,} of {result.whole.pages:,} ids "
        f"({few}{more}). They count as kept whole; give each text a line with its id."
    )


def _bench(arguments: argparse.Namespace) -> int:
    from dross.bench.command import run  # noqa: PLC0415 — of no use to other commands

    run(arguments)
    return DONE


def _check_use(arguments: argparse.Namespace, forms: Sequence[str]) -> None:
    """Refuse what cannot be meant, before anything is read or written."""
    if arguments.command == "clean" and len(set(forms)) > 1:
        message = (
            "text files and records in one go would give neither text nor JSON Lines. "
            "Run clean once for each format, or use score"
        )
        raise _UseError(message)
    _check_output(arguments, arguments.paths)


def _check_output(arguments: argparse.Namespace, inputs: Sequence[str]) -> None:
    if arguments.output is None:
        return
    output = Path(arguments.output)
    if output.is_dir() or not output.parent.is_dir():
        message = f"-o {output}: a file name in an existing folder is needed"
        raise _UseError(message)
    if any(same_file(output, path) for path in inputs):
        message = f"-o {output} is also read; give another file name"
        raise _UseError(message)


def _renderer(
    arguments: argparse.Namespace, form: str, keys: Keys
) -> Callable[[Record, Cleaned], bytes]:
    """Give the function that turns a cleaned page into output."""
    if arguments.command == "score":
        return lambda record, page: _score_line(
            record, page, with_text=arguments.with_text
        )

    def render(record: Record, page: Cleaned) -> bytes:
        if arguments.drop_rejected and page.verdict == "rejected":
            return b""
        return FORMATS[form].write(record, page.text, keys)

    return render


def _score_line(record: Record, page: Cleaned, *, with_text: bool) -> bytes:
    return dump_line(
        {
            "id": record.id,
            "verdict": page.verdict,
            "widths": dict(page.widths),
            **({"text": record.text} if with_text else {}),
            "spans": [
                {
                    "start": span.start,
                    "end": span.end,
                    "label": span.label,
                    "probability": round(span.probability, 4),
                }
                for span in page.spans
            ],
        }
    )


def _say(message: str) -> None:
    # A file name can hold bytes that no encoding has; it is named all the same.
    encoding = sys.stderr.encoding or "utf-8"
    printable = message.encode(encoding, "backslashreplace").decode(encoding)
    sys.stderr.write(f"dross: {printable}\n")


class _Progress:
    """A counting line on the terminal; nothing where standard error is none."""

    _INTERVAL = 0.2  # seconds

    def __init__(self, counts: Statistics, *, quiet: bool) -> None:
        self._counts = counts
        self._wanted = sys.stderr.isatty() and not quiet
        self._last = time.monotonic()
        self._shown = False

    def show(self) -> None:
        """Refresh the line, a few times a second at most."""
        if not self._wanted or time.monotonic() - self._last < self._INTERVAL:
            return
        sys.stderr.write(f"\r\x1b[K{self._counts}")
        sys.stderr.flush()
        self._shown, self._last = True, time.monotonic()

    def clear(self) -> None:
        """Take the line away so that a message has the row to itself."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            self._shown = False
