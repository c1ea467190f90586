"""Made pages: the same from the same seed, and in their language throughout."""

from __future__ import annotations

import hashlib

import pytest

from dross.bench import pagetext
from dross.bench.sample import byte_size, language_of

SIZE = 50_000


@pytest.mark.parametrize("language", pagetext.LANGUAGES)
def test_a_seed_gives_the_same_pages_and_another_seed_others(language: str) -> None:
    pages = pagetext.pages(language, SIZE, 1)

    assert pagetext.pages(language, SIZE, 1) == pages
    assert not set(pagetext.pages(language, SIZE, 2)) & set(pages)


@pytest.mark.parametrize(
    ("language", "digest"),
    [("en", "13e01b842f8ccbb7"), ("zh", "d40592998cfa9fd6")],
)
def test_made_pages_stay_what_figures_were_measured_on(
    language: str, digest: str
) -> None:
    text = "".join(pagetext.pages(language, SIZE, 1))

    assert hashlib.blake2b(text.encode(), digest_size=8).hexdigest() == digest


@pytest.mark.parametrize("language", pagetext.LANGUAGES)
def test_a_smaller_size_gives_the_first_pages(language: str) -> None:
    few, many = (pagetext.pages(language, size, 1) for size in (SIZE // 5, SIZE))

    assert few == many[: len(few)]
    assert byte_size(few[:-1]) < SIZE // 5 <= byte_size(few)


@pytest.mark.parametrize("language", pagetext.LANGUAGES)
def test_pages_are_in_their_language_and_no_slot_is_left_open(language: str) -> None:
    pages = pagetext.pages(language, SIZE, 1)

    assert {language_of(page) for page in pages} == {language}
    assert not any("{" in page or "}" in page for page in pages)


@pytest.mark.parametrize("language", pagetext.LANGUAGES)
def test_most_lines_are_no_copies_of_others(language: str) -> None:
    lines = "".join(pagetext.pages(language, SIZE, 1)).splitlines()
    long = [line for line in lines if len(line.encode()) > 60]

    assert len(set(long)) > 0.95 * len(long) > 100
