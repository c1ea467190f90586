"""Reliability of lines: bins against a plain loop, bands by columns, the figure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dross import Cleaned, Span
from dross.lines import split_pages
from training.drawing import LEAST_LINES, reliability_figure
from training.evaluate import calibration_rows
from training.labelled import LabelledText, Mark
from training.reliability import BINS, binned, reliability_rows, widths

if TYPE_CHECKING:
    from dross.cleaner import Cleaner

SVG = "{http://www.w3.org/2000/svg}"
LINES = {
    "en": ("Home", "News of the valley", "The river rose by two metres in one night."),
    "zh": ("首页", "山谷日报新闻", "一夜之间河水上涨两米，下城居民在中午之前撤离。"),
}  # home page; Valley Daily news; overnight the river rose, residents left by noon


def page(lang: str, *, article: bool) -> LabelledText:
    text = "\n".join(LINES[lang])
    label = "article" if article else "chrome"
    return LabelledText("p", text, (Mark(0, len(text), label),), lang=lang)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40))
def test_each_line_is_in_the_tenth_of_its_probability(
    lines: list[tuple[float, bool]],
) -> None:
    expected = np.zeros((BINS, 3))
    for chance, true in lines:
        expected[min(int(chance * BINS), BINS - 1)] += (1, chance, true)

    found = binned(
        np.array([c for c, _ in lines], float), np.array([t for _, t in lines], bool)
    )

    assert found == pytest.approx(expected)


def test_rows_count_every_graded_line_once_in_its_language_and_band(
    tiny_cleaner: Cleaner,
) -> None:
    texts = [page("en", article=True), page("zh", article=False)] * 3
    rows = {(r.language, r.band): r for r in reliability_rows(tiny_cleaner, texts)}

    assert rows["all", "all"].lines == 18
    assert rows["en", "all"].lines == rows["zh", "all"].lines == 9
    assert rows["en", "up to 10"].lines == 3
    assert rows["en", "11 to 40"].lines == 3
    assert rows["en", "41 to 120"].lines == 3
    assert rows["zh", "41 to 120"].lines == 3
    assert ("en", "over 120") not in rows
    assert all(sum(n for n, _, _ in r.bins) == r.lines for r in rows.values())


def test_the_error_is_the_mean_distance_of_probability_and_share(
    tiny_cleaner: Cleaner,
) -> None:
    """Where all lines of a bin are article, one less their probability."""
    texts = [page("en", article=True)] * 4
    chances = tiny_cleaner.read([texts[0].text]).posteriors[:, 0]
    [row] = [
        r
        for r in reliability_rows(tiny_cleaner, texts)
        if (r.language, r.band) == ("en", "all")
    ]

    assert row.error == pytest.approx(float((1 - chances).mean()))


def test_ungraded_lines_do_not_count(tiny_cleaner: Cleaner) -> None:
    text = LabelledText("p", "one\ntwo\nthree", (Mark(0, 3, "chrome"),), lang="en")
    rows = reliability_rows(tiny_cleaner, [text])

    assert {row.lines for row in rows} == {1}


def test_a_han_character_is_two_columns_wide() -> None:
    lines = split_pages(["  River\n河水 up\n"])  # 河水 "river water"

    assert widths(lines).tolist() == [5, 7]


def drawn(bins: dict[str, list[tuple[int, float, float]]]) -> ET.Element:
    return ET.fromstring(reliability_figure(bins))  # noqa: S314  # our own figure


FULL = [(1000, 0.05, 0.02), (500, 0.55, 0.5), (900, 0.97, 0.99)]


def test_the_figure_has_a_curve_and_a_key_for_each_language() -> None:
    figure = drawn({"all": FULL, "en": FULL, "zh": FULL, "de": FULL})
    groups = {g.get("class"): g for g in figure.iter(f"{SVG}g")}
    texts = {"".join(t.itertext()) for t in figure.iter(f"{SVG}text")}

    assert set(groups) == {"en", "zh"}
    assert len(groups["en"].findall(f"{SVG}circle")) == len(FULL) + 1
    assert len(groups["zh"].findall(f"{SVG}rect")) == len(FULL) + 1
    assert {"English", "Chinese"} <= texts
    assert "probability of article that the model gives" in texts
    assert "share of lines that are article" in texts


def test_a_point_lies_where_its_numbers_say() -> None:
    figure = drawn({"en": [(LEAST_LINES, 0.5, 0.25)]})
    axis = {
        (t.text, t.get("text-anchor")): t for t in figure.iter(f"{SVG}text") if t.text
    }
    [dot, _] = figure.iter(f"{SVG}circle")
    left, right = (float(axis[s, "middle"].get("x", "")) for s in ("0.0", "1.0"))
    low, high = (float(axis[s, "end"].get("y", "")) - 4 for s in ("0.0", "1.0"))

    assert float(dot.get("cx", "")) == pytest.approx((left + right) / 2)
    assert float(dot.get("cy", "")) == pytest.approx(low + (high - low) / 4)


def test_bins_of_few_lines_are_left_out() -> None:
    few = [(LEAST_LINES - 1, 0.2, 0.9), *FULL]

    assert reliability_figure({"en": few}) == reliability_figure({"en": FULL})


def test_a_figure_without_lines_is_still_a_figure() -> None:
    assert not list(drawn({"en": [(0, 0.0, 0.0)] * BINS}).iter(f"{SVG}path"))[7:]


def brightness(colour: str) -> float:
    """Give the relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("what", ["text", ".tick", ".en .curve", ".zh .curve"])
def test_what_must_be_read_stands_out_in_both_schemes(scheme: int, what: str) -> None:
    """Contrast of 4.5 to 1 against the ground: WCAG 2, level AA."""
    style = reliability_figure({}).split("@media")[scheme]
    ground, colour = (
        next(line for line in style.splitlines() if line.strip().startswith(rule))
        .split("#")[1]
        .split(";")[0]
        for rule in (".ground {", f"{what} {{")
    )
    light, dark = sorted(
        (brightness(f"#{ground}"), brightness(f"#{colour}")), reverse=True
    )

    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_a_span_is_as_right_as_its_graded_characters_are() -> None:
    """Character by character."""
    text = LabelledText(
        "page",
        "The river rose. Buy pills here! Menu",
        (Mark(0, 15, "article"), Mark(16, 31, "spam")),
        lang="en",
    )
    spans = (
        Span(0, 20, "article", 0.95),
        Span(20, 33, "spam", 0.72),
        Span(33, 36, "chrome", 0.72),
    )
    nothing = LabelledText("empty", "", (), lang="en")
    pages = [
        Cleaned("The river rose. Buy ", spans, "repaired", {}),
        Cleaned("", (), "rejected", {}),
    ]

    [row] = calibration_rows([text, nothing], pages)

    graded = np.zeros((10, 3))
    for span in spans:
        for place in range(span.start, span.end):
            for mark in text.marks:
                if mark.start <= place < mark.end:
                    own = (1, span.probability, mark.label == span.label)
                    graded[int(span.probability * 10)] += own
    assert row.group == "en"
    sizes = [size for size, _, _ in row.bins]
    assert sizes == graded[:, 0].tolist()
    error = np.abs(graded[:, 1] - graded[:, 2]).sum() / graded[:, 0].sum()
    assert row.error == pytest.approx(error)
