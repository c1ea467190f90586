"""The split: one site and one gold never lie in two parts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.pages import Page
from training.split import (
    PARTS,
    gold_digest,
    group_keys,
    part_of,
    registered_domain,
    site_of,
    sites_and_golds,
    split_digest,
)

names = st.sampled_from("abcdefgh")
sites_of_pages = st.dictionaries(st.integers(0, 30).map(str), names)
golds_of_pages = st.dictionaries(
    st.integers(0, 30).map(str), st.integers(0, 5).map(str)
)


def page(html: str = "", url: str | None = None, name: str = "1") -> Page:
    return Page(id=name, source="made", html=html, gold="g", url=url)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("http://news.bbc.co.uk/1/hi", "bbc.co.uk"),
        ("https://WWW.Example.com:8080/a", "example.com"),
        ("https://ann.github.io/post", "ann.github.io"),
        ("http://xsc.nankai.edu.cn/", "nankai.edu.cn"),
        ("http://192.0.2.7/a", "192.0.2.7"),
    ],
)
def test_the_domain_is_what_somebody_registered(url: str, domain: str) -> None:
    assert registered_domain(url) == domain


@pytest.mark.parametrize(
    ("html", "name", "site"),
    [
        ('<link rel="canonical" href="http://a.example.org/x">', "1", "example.org"),
        ('<meta property="og:url" content="http://b.net/x"/>', "1", "b.net"),
        ('<base href="http://c.net/">', "1", "c.net"),
        ("", "20111215_www.stv.tv_3868f9", "stv.tv"),
        ('<a href="http://d.net/1">1</a>' * 3, "1", "d.net"),
        ('<a href="http://d.net/1">1</a>' * 2, "1", "made/1"),
        ('<a href="http://twitter.com/1">1</a>' * 9, "1", "made/1"),
        ("", "1", "made/1"),
    ],
)
def test_a_page_without_address_tells_its_site(html: str, name: str, site: str) -> None:
    assert site_of(page(html, name=name)) == site


def test_the_address_of_a_page_comes_before_what_its_html_says() -> None:
    html = '<link rel="canonical" href="http://other.org/">'

    assert site_of(page(html, url="https://mp.weixin.qq.com/s")) == "qq.com"


def test_pages_of_a_source_that_is_mostly_one_site_count_as_from_there() -> None:
    pages = [page(url="http://one.edu.cn/", name=str(at)) for at in range(3)]

    sites, _ = sites_and_golds([*pages, page(name="x")])

    assert set(sites.values()) == {"one.edu.cn"}


def test_golds_that_differ_in_case_spaces_and_signs_are_equal() -> None:
    gold = "The ferry leaves at noon, and it comes back when the sun has set. " * 2

    assert gold_digest(gold) == gold_digest(gold.upper().replace(", ", "\n-- "))
    assert gold_digest("Home") is None


@given(sites=sites_of_pages, golds=golds_of_pages, draw=st.data())
def test_groups_do_not_depend_on_the_order_of_the_pages(
    sites: dict[str, str], golds: dict[str, str], draw: st.DataObject
) -> None:
    shuffled = draw.draw(st.permutations(list(sites.items())))

    assert group_keys(dict(shuffled), golds) == group_keys(sites, golds)


@given(sites=sites_of_pages, golds=golds_of_pages)
def test_groups_are_the_connected_components(
    sites: dict[str, str], golds: dict[str, str]
) -> None:
    """The oracle grows each group until no page outside shares a site or a gold."""
    groups = group_keys(sites, golds)
    for start in sites:
        group = {start}
        while True:
            its_sites = {sites[key] for key in group}
            its_golds = {golds[key] for key in group if key in golds}
            grown = {
                key
                for key in sites
                if sites[key] in its_sites or golds.get(key) in its_golds
            }
            if grown == group:
                break
            group = grown
        assert {key for key in sites if groups[key] == groups[start]} == group
        assert groups[start] == min(sites[key] for key in group)


def test_parts_are_as_large_as_meant() -> None:
    counts = Counter(part_of(f"site{at}.example") for at in range(10_000))

    assert set(counts) == set(PARTS)
    assert abs(counts["train"] - 7000) < 200
    assert abs(counts["validation"] - 1000) < 150


def test_the_digest_tells_another_split_but_not_another_order() -> None:
    groups = {str(at): f"site{at % 7}.example" for at in range(30)}
    others = {key: f"{group}.net" for key, group in groups.items()}

    assert split_digest(dict(reversed(groups.items()))) == split_digest(groups)
    assert split_digest(others) != split_digest(groups)
