"""The reliability of a model as an SVG figure, written by hand.

Colours change with the reader's scheme, light or dark; the two lines differ in their
marks too, so that the figure is read without colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Bins = Sequence[tuple[int, float, float]]

SIDE, LEFT, TOP = 320, 64, 52  # of the plot, in pixels
WIDTH, HEIGHT = LEFT + SIDE + 24, TOP + SIDE + 56
LEAST_LINES = 30  # a bin with fewer lines says little and is left out
NAMES = {"en": "English", "zh": "Chinese"}

_STYLE = """\
  <style>
    .ground { fill: #ffffff; }
    text { font: 13px sans-serif; fill: #1f2328; }
    .title { font-weight: bold; }
    .tick { font-size: 11px; fill: #59636e; }
    .grid { stroke: #d8dee4; }
    .true { stroke: #59636e; stroke-dasharray: 5 4; }
    .curve { fill: none; stroke-width: 2; }
    .en .curve { stroke: #0b5fb0; }
    .en .mark { fill: #0b5fb0; }
    .zh .curve { stroke: #b3400e; }
    .zh .mark { fill: #b3400e; }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #0d1117; }
      text { fill: #f0f6fc; }
      .tick { fill: #a9b4c0; }
      .grid { stroke: #30363d; }
      .true { stroke: #a9b4c0; }
      .en .curve { stroke: #79b8ff; }
      .en .mark { fill: #79b8ff; }
      .zh .curve { stroke: #ffa267; }
      .zh .mark { fill: #ffa267; }
    }
  </style>"""


_HEAD = f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"
     width="{WIDTH}" height="{HEIGHT}" role="img" aria-labelledby="title">
  <title id="title">Share of lines that are article, by the probability that the
    model gives them</title>"""
_GROUND = f"""\
  <rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>
  <text class="title" x="{LEFT}" y="20">Reliability, line by line</text>"""


def reliability_figure(bins: Mapping[str, Bins]) -> str:
    """Give the figure of *bins*, by language: lines, mean probability, share article.

    Only "en" and "zh" are drawn.
    """
    drawn = {name: bins[name] for name in NAMES if name in bins}
    curves = [
        line
        for place, (name, found) in enumerate(drawn.items())
        for line in _curve(name, found, place)
    ]
    return "\n".join([_HEAD, _STYLE, _GROUND, *_axes(), *curves, "</svg>\n"])


def _axes() -> Iterable[str]:
    for tick in range(6):
        share = tick / 5
        x, y = _place(share, share)
        lines = f"M{x} {TOP}V{TOP + SIDE}M{LEFT} {y}H{LEFT + SIDE}"
        yield f'  <path class="grid" d="{lines}"/>'
        yield (
            f'  <text class="tick" x="{x}" y="{TOP + SIDE + 16}"'
            f' text-anchor="middle">{share:.1f}</text>'
        )
        yield (
            f'  <text class="tick" x="{LEFT - 8}" y="{y + 4}"'
            f' text-anchor="end">{share:.1f}</text>'
        )
    yield f'  <path class="true" d="M{LEFT} {TOP + SIDE}L{LEFT + SIDE} {TOP}"/>'
    middle, below = LEFT + SIDE // 2, TOP + SIDE + 40
    yield (
        f'  <text x="{middle}" y="{below}" text-anchor="middle">'
        "probability of article that the model gives</text>"
    )
    up = TOP + SIDE // 2
    yield (
        f'  <text x="20" y="{up}" text-anchor="middle"'
        f' transform="rotate(-90 20 {up})">share of lines that are article</text>'
    )


def _curve(name: str, bins: Bins, place: int) -> Iterable[str]:
    """Yield the lines of one language: its curve, its marks, its key."""
    points = [
        _place(mean, share) for lines, mean, share in bins if lines >= LEAST_LINES
    ]
    x, y = LEFT + 96 * place, 40
    yield f'  <g class="{name}">'
    path = "L".join(f"{left} {top}" for left, top in points)
    if points:
        yield f'    <path class="curve" d="M{path}"/>'
    for left, top in [*points, (x + 6.0, y - 4.0)]:
        yield f"    {_mark(name, left, top)}"
    yield "  </g>"
    yield f'  <text x="{x + 16}" y="{y}">{NAMES[name]}</text>'


def _mark(name: str, x: float, y: float) -> str:
    """Give a disc for English, a square for Chinese."""
    if name == "en":
        return f'<circle class="mark" cx="{x}" cy="{y}" r="4"/>'
    return f'<rect class="mark" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'


def _place(probability: float, share: float) -> tuple[float, float]:
    """Give where a point of the plot lies, from the figure's upper left corner."""
    return round(LEFT + SIDE * probability, 1), round(TOP + SIDE * (1 - share), 1)
