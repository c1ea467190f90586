"""Pieces → spans."""

from __future__ import annotations

from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dross.spans import LABELS, Span, covered, kept_text, merge_pieces, ranges

pieces = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 2), st.floats(0, 1)), max_size=12
)


def merged(found: list[tuple[int, int, float]]) -> tuple[Span, ...]:
    sizes = np.array([size for size, _, _ in found], np.int64)
    starts = np.cumsum(sizes) - sizes
    return merge_pieces(
        starts,
        int(sizes.sum()),
        np.array([label for _, label, _ in found], np.int64),
        np.array([chance for _, _, chance in found], np.float64),
    )


@given(pieces)
def test_spans_are_runs_of_characters_with_one_label(
    found: list[tuple[int, int, float]],
) -> None:
    characters = [(label, chance) for size, label, chance in found for _ in range(size)]
    spans = merged(found)
    start = 0
    for span, (label, run) in zip(
        spans, groupby(characters, key=lambda c: c[0]), strict=True
    ):
        chances = [chance for _, chance in run]
        mean = sum(chances) / len(chances)

        assert (span.start, span.end) == (start, start + len(chances))
        assert span.label == LABELS[label]
        assert span.probability == pytest.approx(mean, abs=6e-5)
        start = span.end


@given(pieces)
def test_spans_tile_the_page(found: list[tuple[int, int, float]]) -> None:
    spans = merged(found)
    ends = [0, *(span.end for span in spans)]

    assert [span.start for span in spans] == ends[:-1]
    assert ends[-1] == sum(size for size, _, _ in found)
    assert all(span.start < span.end for span in spans)


@given(pieces)
def test_neighbours_have_different_labels(found: list[tuple[int, int, float]]) -> None:
    labels = [span.label for span in merged(found)]

    assert all(a != b for a, b in pairwise(labels))


def test_spans_hold_plain_numbers() -> None:
    """numpy's own would not go into JSON."""
    [span] = merged([(3, 0, 0.5)])

    assert [type(value) for value in (span.start, span.end, span.label)] == [
        int,
        int,
        str,
    ]
    assert type(span.probability) is float


def test_no_pieces_make_no_spans() -> None:
    assert merged([]) == ()


def test_the_kept_text_is_that_of_the_article_spans_as_they_stand() -> None:
    spans = (
        Span(0, 5, "chrome", 1.0),
        Span(5, 15, "article", 1.0),
        Span(15, 19, "spam", 1.0),
        Span(19, 25, "article", 1.0),
    )
    assert kept_text("Home\nThe river BET rose.\n", spans) == "The river rose.\n"


@given(st.lists(st.booleans()))
def test_ranges_are_the_runs_of_groupby(members: list[bool]) -> None:
    expected, place = [], 0
    for member, group in groupby(members):
        size = len(list(group))
        if member:
            expected.append((place, place + size))
        place += size

    starts, ends = ranges(np.array(members, bool))

    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == expected


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12))))
def test_covered_places_are_in_one_of_the_ranges(found: list[tuple[int, int]]) -> None:
    starts, ends = np.array([sorted(pair) for pair in found], int).reshape(-1, 2).T

    inside = covered(12, starts, ends)

    assert inside.tolist() == [
        any(s <= at < e for s, e in map(sorted, found)) for at in range(12)
    ]
