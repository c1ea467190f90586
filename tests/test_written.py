from __future__ import annotations

import json
import re
from collections import Counter

import numpy as np
import pytest

from dross import chars
from training.phrases import unwanted
from training.split import PARTS
from training.written import FILES, read_written

RECORDS = {
    source: [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for source, path in FILES.items()
}
ALL = [record for records in RECORDS.values() for record in records]
LATIN = "A-Za-z\u00c0-\u024f\u1ea0-\u1ef9"
# What letters a text may have and, where a language has some, letters of its own
# that its texts show taken together.
SCRIPTS = {
    "ru": "\u0400-\u04ff",
    "ja": "\u3040-\u30ff\u4e00-\u9fff々",
    "ko": "\uac00-\ud7a3",
    "th": "\u0e00-\u0e7f",
    "uk": "\u0400-\u04ff",
    "el": "\u0370-\u03ff",
    "ar": "\u0600-\u06ff",
    **dict.fromkeys(("id", "vi", "tr", "fr", "es", "pt", "de", "en", "ro"), LATIN),
    **dict.fromkeys(("pl", "cs", "hu", "hr", "it", "nl", "sv", "da", "no"), LATIN),
    **dict.fromkeys(("fi", "et", "lt", "sk", "sl", "ms", "ca"), LATIN),
    **dict.fromkeys(("zh-Hans", "zh-Hant"), "\u4e00-\u9fff"),
}
OWN = {
    "vi": "ăơưđ", "tr": "ığş", "fr": "êèç", "es": "ñóí", "pt": "ãõç",
    "de": "ßöä", "ja": "のはを", "uk": "іїє", "ro": "ăâî", "pl": "ąęłż", "cs": "ěřů",
    "hu": "őű", "hr": "čćđ", "it": "àè", "sv": "åäö", "da": "æøå", "no": "æøå",
    "fi": "äö", "et": "õüä", "lt": "ėųš", "sk": "ľôň", "sl": "čšž", "ca": "çòà",
}  # fmt: skip
COMMON = {
    "id": "yang dan di untuk", "vi": "và của là không", "tr": "ve bir için bu",
    "fr": "le la les des", "es": "el la los que", "pt": "o os que em",
    "de": "der die und das", "en": "the of and a", "ro": "și în de la",
    "pl": "i w na się", "cs": "a v na se", "hu": "a az és hogy", "hr": "i u na je",
    "it": "il di che per", "nl": "de het een van", "sv": "och att en som",
    "da": "og at en som", "no": "og at en som", "fi": "ja on oli että",
    "et": "ja on ei et", "lt": "ir kad su iš", "sk": "a v na sa", "sl": "in v na je",
    "ms": "yang dan di untuk", "ca": "el la que amb", "el": "και το την που",
    "uk": "і на що у",
}  # fmt: skip


# Texts that quote code and the name of a program.
QUOTING = {"benign/zh/547", "benign/zh/551"}


def simplified(text: str) -> set[str]:
    """Give the characters of *text* that only simplified Chinese has."""
    points = chars.code_points(text)
    return {chr(c) for c in points[chars.classify(points) == chars.SIMPLIFIED]}


# Articles name addresses, in Latin letters whatever the language.
ADDRESS = re.compile(r"\b(?:https?|ftp)://\S+|\bwww\.\S+|\S+@\S+")


def classes(text: str) -> set[int]:
    return set(np.unique(chars.classify(chars.code_points(text))).tolist())


@pytest.mark.parametrize("record", ALL, ids=[record["id"] for record in ALL])
def test_a_text_is_in_the_script_of_its_language(record: dict[str, str]) -> None:
    letters = [c for c in ADDRESS.sub("", record["text"]) if c.isalpha()]
    allowed = re.compile(f"[{SCRIPTS[record['lang']]}]")
    share = sum(bool(allowed.match(c)) for c in letters) / len(letters)
    if record["lang"] == "zh-Hans":
        assert chars.TRADITIONAL not in classes(record["text"])
    if record["lang"] == "zh-Hant":
        assert simplified(record["text"]) == set()
        assert chars.TRADITIONAL in classes(record["text"])
    if record["id"] not in QUOTING:
        assert share >= (0.85 if record["lang"] in {"zh-Hans", "zh-Hant"} else 0.95)


@pytest.mark.parametrize("lang", sorted(SCRIPTS))
def test_the_texts_of_a_language_have_its_letters_and_words(lang: str) -> None:
    text = " ".join(record["text"] for record in ALL if record["lang"] == lang).lower()
    words = set(text.split())

    assert set(OWN.get(lang, "")) <= set(text)
    assert set(COMMON.get(lang, "").split()) <= words


def test_no_two_texts_are_equal() -> None:
    for field in ("id", "text"):
        counts = Counter(record[field].strip().casefold() for record in ALL)
        assert [value for value, count in counts.items() if count > 1] == []


def test_there_are_enough_of_each_language() -> None:
    tongues = Counter(record["lang"] for record in RECORDS["tongues"])
    benign = Counter(record["lang"][:2] for record in RECORDS["benign"])

    assert len(tongues) == 31
    assert min(tongues.values()) >= 28
    assert min(benign["zh"], benign["en"]) >= 250


def test_a_text_in_another_language_is_short() -> None:
    for record in RECORDS["tongues"]:
        assert 40 <= len(record["text"]) <= 600


def test_a_benign_text_is_a_line_most_of_them_sentences_the_rest_heads_and_items() -> (
    None
):
    rest = []
    for record in RECORDS["benign"]:
        assert "\n" not in record["text"]
        if record["text"].rstrip('"')[-1] not in ".。?!？":
            rest.append(record["text"])
    assert max(map(len, rest)) < 150
    assert len(rest) < 0.07 * len(RECORDS["benign"])


def test_no_sentence_on_sex_could_be_about_minors() -> None:
    sexual = [r["text"] for r in RECORDS["benign"] if r["topic"] in {"health", "film"}]
    assert sexual
    assert [text for text in sexual if unwanted(text)] == []


def test_the_parts_share_out_every_written_text_as_article() -> None:
    parts = read_written()

    texts = [text for part in PARTS for text in parts[part]]
    assert sorted(text.id for text in texts) == sorted(record["id"] for record in ALL)
    assert all(parts[part] for part in PARTS)
    assert {mark.label for text in texts for mark in text.marks} == {"article"}
