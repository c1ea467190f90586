"""The options of ``dross bench``; light, since every start of the command reads it."""

from __future__ import annotations

import argparse

LANGUAGES = ("en", "zh")
DESCRIPTION = """\
Measure speed and memory on pages that the command makes from a seed, or on the
texts of a file: evidence alone, the whole filter, JSON Lines to JSON Lines, start-up
and peak memory. What is compared runs in turn, round after round, and medians count.
MB are 1,000,000 bytes of UTF-8.
"""
EPILOG = """\
For figures of one core start it with OPENBLAS_NUM_THREADS=1 in the environment: the
matrix products of the nets otherwise take all cores. The packages that --peers needs
come with: pip install 'dross[bench]'
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to *parser*."""
    add = parser.add_argument
    add("--text", metavar="FILE", help="measure on the documents of FILE")
    add(
        "--language",
        choices=LANGUAGES,
        action="append",
        help="measure on this language alone (both)",
    )
    add(
        "--size",
        type=_megabytes,
        default=4.0,
        metavar="MB",
        help="text of each language that is made, or taken from FILE (%(default)s)",
    )
    add("--seed", type=_number, default=1, metavar="N", help="of made pages (1)")
    add("--rounds", type=_number, default=5, metavar="N", help="rounds (5)")
    add("--peers", action="store_true", help="measure other programs beside")
    add(
        "--sizes",
        type=_sizes,
        nargs="?",
        const=(1.0, 10.0, 100.0),
        default=(),
        metavar="MB,MB,…",
        help="also tell how time grows with the size of made text"
        " (1,10,100); takes long",
    )
    add(
        "--stream",
        type=_megabytes,
        metavar="MB",
        help="length of the stream that memory is watched over (as --size)",
    )


def _megabytes(value: str) -> float:
    try:
        size = float(value)
    except ValueError:
        size = 0.0
    if not 0 < size < float("inf"):
        message = f"{value!r} is no size in MB; give a number above 0"
        raise argparse.ArgumentTypeError(message)
    return size


def _sizes(value: str) -> tuple[float, ...]:
    return tuple(map(_megabytes, value.split(",")))


def _number(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        message = f"{value!r} is no whole number of 1 or more"
        raise argparse.ArgumentTypeError(message)
    return int(value)
