"""Renderings of HTML as text, and the structure that the walk sees."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.render import (
    COUNTS,
    HARDEST,
    RENDERINGS,
    chosen,
    render,
    renderings_of,
)
from training.walk import block_text, walk

PAGE = """<?xml version="1.0" encoding="gbk"?>
<html><head><title>T</title><style>p {}</style></head><body class="author">
<div class="navbar"><a href="/">Home</a> <a href="/b">Blog</a></div>
<article><header><h1>Rain</h1></header>
<p>It <b>rained</b> all<br>night.</p>
<pre>a = 1<span>
</span>b = 2</pre></article>
<table><tr><td>Mon</td><td>3 mm</td></tr></table>
<script>var hidden = 1;</script><footer>Imprint</footer></body></html>"""


@pytest.mark.parametrize("name", RENDERINGS)
def test_every_rendering_holds_the_text_and_no_script(name: str) -> None:
    text = render(name, PAGE)

    for word in ("Home", "Rain", "It ", "rained", "night.", "Mon", "3 mm", "Imprint"):
        assert word in text
    assert "hidden" not in text


@pytest.mark.parametrize("name", RENDERINGS)
@pytest.mark.parametrize("html", ["", " \n", "\0", "<!-- -->", "no element", "<p>"])
def test_every_rendering_takes_html_without_much_in_it(name: str, html: str) -> None:
    assert render(name, html).strip() in {"", "no element"}


@given(html=st.text(st.sampled_from("<>/pbr ab\n&;中"), max_size=40))
@pytest.mark.parametrize("name", RENDERINGS)
def test_every_rendering_takes_any_text_for_html(name: str, html: str) -> None:
    assert isinstance(render(name, html), str)


def test_an_unknown_rendering_is_refused_with_the_names_of_the_known() -> None:
    with pytest.raises(ValueError, match="no rendering 'links'; there are resiliparse"):
        render("links", PAGE)


def test_blocks_gives_each_block_element_a_line() -> None:
    assert render("blocks", PAGE).split("\n") == [
        "Home Blog",
        "Rain",
        "It rained all",
        "night.",
        "a = 1",
        "b = 2",
        "Mon",
        "3 mm",
        "Imprint",
    ]


def test_resiliparse_plain_is_one_line() -> None:
    assert "\n" not in render("resiliparse-plain", PAGE).strip()


def test_the_walk_names_the_structure_around_a_text() -> None:
    text, tags = block_text(walk(PAGE))

    named = {text[tag.start : tag.end].strip(): tag.names for tag in tags}
    assert named["Home"] == ("link", "nav")
    assert named["rained"] == ("main", "p", "strong")
    assert named["3 mm"] == ("table",)
    assert named["Imprint"] == ("footer",)


def test_the_header_of_an_article_is_no_page_header() -> None:
    text, tags = block_text(walk(PAGE))

    named = {text[tag.start : tag.end]: tag.names for tag in tags}
    assert named["Rain"] == ("h1", "main")


def test_text_nested_deeper_than_any_page_is_not_lost() -> None:
    html = "<div>" * 400 + "deep" + "</div>" * 400

    assert render("blocks", html) == "deep"


def test_over_many_pages_each_rendering_is_equally_common() -> None:
    counts = Counter(name for at in range(2000) for name in chosen(f"page/{at}", 3))

    assert set(counts) == set(RENDERINGS)
    assert all(900 < count < 1100 for count in counts.values())


def test_the_choice_of_renderings_follows_from_the_page_alone() -> None:
    assert chosen("page/1", 3) == chosen("page/1", 3)
    assert chosen("page/1", 6) == tuple(sorted(RENDERINGS))


def test_a_page_teaches_in_some_renderings_and_always_in_the_hardest() -> None:
    for number in range(30):
        found = renderings_of(f"page/{number}", "train")
        assert HARDEST in found
        assert len(found) in {COUNTS["train"], COUNTS["train"] + 1}


def test_every_rendering_of_a_page_is_measured() -> None:
    assert renderings_of("page/1", "test") == tuple(RENDERINGS)
    assert len(renderings_of("page/1", "validation")) == COUNTS["validation"]
