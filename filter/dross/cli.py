"""The ``dross`` command: arguments in, exit code out.

Data goes to standard output and everything else to standard error, so that the
command fits into a pipe.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from dross import load, model
from dross.bench.arguments import DESCRIPTION as _BENCH
from dross.bench.arguments import EPILOG as _BENCH_EPILOG
from dross.bench.arguments import add_options as add_bench_options
from dross.errors import DrossError
from dross.formats import FORMATS, formats_of, read_records
from dross.formats.files import open_output, same_file
from dross.formats.jsonl import dump_line
from dross.library import DEFAULT, model_folder
from dross.records import Keys, Statistics, clean_records

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dross.cleaner import Cleaned
    from dross.errors import RecordError
    from dross.records import Record

DONE, SOME_FAILED, WRONG_USE = 0, 1, 2
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
  dross clean crawl.jsonl.gz -o out.jsonl.gz  records with their text cleaned
  dross score page.txt                        every span with label and probability
  dross score --with-text crawl.jsonl         the same with the text, to correct labels
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
Write one JSON object a document: {"id", "verdict", "spans": [{"start", "end",
"label", "probability"}]}. Offsets count code points; spans tile the text.
"""
_FILES = """\
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
    bench = commands.add_parser(
        "bench",
        help="measure speed and memory",
        description=_BENCH,
        epilog=_BENCH_EPILOG,
        formatter_class=formatter,
    )
    add_bench_options(bench)
    _add_running(bench, jobs=2)
    return {"": parser, "clean": clean, "score": score, "bench": bench}


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    add = common.add_argument
    add("paths", nargs="+", metavar="PATH", help="files to read; - is standard input")
    add("-o", "--output", metavar="FILE", help="write to FILE (.gz and .zst compress)")
    add("--format", choices=("txt", "jsonl"), help="read every PATH as this format")
    add("--text-key", default="text", metavar="KEY", help="field of the text (text)")
    add("--id-key", default="id", metavar="KEY", help="field of the id (id)")
    _add_running(common, jobs=1)
    return common


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


class _Version(argparse.Action):
    """Names the shipped model beside the program: both decide what comes out."""

    def __call__(self, parser: argparse.ArgumentParser, *_arguments: object) -> None:
        digest = model.digest(model_folder(DEFAULT))
        sys.stdout.write(
            f"dross {version('dross')}\n"
            f"model {DEFAULT}: format {model.FORMAT}, digest {digest}\n"
        )
        parser.exit(DONE)


def _run(arguments: argparse.Namespace) -> int:
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

    cleaner = load(arguments.model)
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
    if arguments.output is None:
        return
    output = Path(arguments.output)
    if output.is_dir() or not output.parent.is_dir():
        message = f"-o {output}: a file name in an existing folder is needed"
        raise _UseError(message)
    if any(same_file(output, path) for path in arguments.paths):
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
