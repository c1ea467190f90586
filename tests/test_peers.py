"""Peers: what they give, what counts as a failure, and what is kept of it."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from training.pages import Page
from training.peers import (
    PEERS,
    STOP_LISTS,
    Peer,
    PeerMissingError,
    peer_outputs,
    peer_version,
    run_peer,
)

if TYPE_CHECKING:
    from pathlib import Path

SENTENCES = (
    "The council said on Monday that the old bridge will be closed for the summer.",
    "It was built when there were few cars, and it has not been mended since then.",
    "A ferry is to take people over the river until the work on it has been done.",
    "The mayor, who lives on the other side, said that she would be the first on it.",
)
HTML = (
    "<html><head><title>Bridge</title></head><body>"
    "<nav><ul><li><a href='/'>Front page</a></li><li><a href='/s'>Sport</a></li></ul>"
    "</nav><article><h1>The bridge will be closed</h1>"
    + "".join(f"<p>{' '.join(SENTENCES)} {sentence}</p>" for sentence in SENTENCES)
    + "</article><footer><a href='/c'>Imprint</a></footer></body></html>"
)
PAGE = Page(id="1", source="made", html=HTML, gold=" ".join(SENTENCES), lang="en")


def installed(name: str) -> bool:
    try:
        peer_version(name)
    except PeerMissingError:
        return False
    return True


every_peer = pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            marks=pytest.mark.skipif(
                not installed(name), reason=f"{name} is not installed"
            ),
        )
        for name in PEERS
    ],
)
needs_resiliparse = pytest.mark.skipif(
    not installed("resiliparse"), reason="resiliparse is not installed"
)
needs_justext = pytest.mark.skipif(
    not installed("justext"), reason="justext is not installed"
)


@every_peer
def test_a_peer_keeps_the_article_and_cuts_the_footer(name: str) -> None:
    output = run_peer(name, HTML, "en")
    assert not output.failed
    assert all(sentence in output.text for sentence in SENTENCES)
    assert "Imprint" not in output.text


@every_peer
@pytest.mark.parametrize("html", ["", "<", "\x00", "<p>\ud800", "<b>" * 5000])
def test_a_peer_that_fails_gives_no_text_and_goes_on(name: str, html: str) -> None:
    output = run_peer(name, html, "en")
    assert not (output.failed and output.text)
    assert output.seconds >= 0


def test_a_peer_that_is_not_installed_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    peer = Peer(("no-such-package",), lambda html, _lang: html)
    monkeypatch.setitem(PEERS, "absent", peer)
    with pytest.raises(PeerMissingError, match=r"absent .*dross\[compare\]"):
        peer_version("absent")


def test_a_part_of_a_peer_that_is_not_installed_is_no_failure_of_the_peer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def extract(html: str, _lang: str) -> str:
        import no_such_module  # type: ignore[import-not-found]  # noqa: PLC0415

        return str(no_such_module.extract(html))

    monkeypatch.setitem(PEERS, "broken", Peer(("dross",), extract))
    with pytest.raises(PeerMissingError, match="no_such_module"):
        run_peer("broken", HTML, "en")


@needs_justext
def test_justext_leaves_out_pages_in_languages_without_a_stop_list(
    tmp_path: Path,
) -> None:
    pages = [PAGE, replace(PAGE, id="2", lang="zh-Hans")]
    assert list(peer_outputs("justext", pages, tmp_path)) == ["made/1"]


@needs_justext
def test_every_stop_list_is_one_of_justext() -> None:
    from justext import get_stoplists  # noqa: PLC0415

    assert set(STOP_LISTS.values()) <= set(get_stoplists())


@needs_resiliparse
def test_what_a_peer_gave_is_kept_and_not_worked_out_again(tmp_path: Path) -> None:
    first = peer_outputs("resiliparse", [PAGE], tmp_path)
    (file,) = tmp_path.iterdir()
    record = json.loads(gzip.decompress(file.read_bytes()))
    assert record["text"] == first["made/1"].text

    record["text"] = "kept"
    file.write_bytes(gzip.compress(json.dumps(record).encode("ascii") + b"\n"))
    assert peer_outputs("resiliparse", [PAGE], tmp_path)["made/1"].text == "kept"


@needs_resiliparse
def test_a_page_that_has_changed_is_worked_out_again(tmp_path: Path) -> None:
    peer_outputs("resiliparse", [PAGE], tmp_path)
    changed = replace(PAGE, html=HTML.replace("ferry", "boat"))
    output = peer_outputs("resiliparse", [changed], tmp_path)["made/1"]
    assert "A boat is to take" in output.text


@needs_resiliparse
def test_two_processes_give_what_one_gives(tmp_path: Path) -> None:
    pages = [replace(PAGE, id=str(n), html=f"{HTML}<p>{n}") for n in range(45)]
    one = peer_outputs("resiliparse", pages, tmp_path / "one", jobs=1)
    two = peer_outputs("resiliparse", pages, tmp_path / "two", jobs=2)
    assert {k: v.text for k, v in one.items()} == {k: v.text for k, v in two.items()}
