"""Phrases: the terms of the corpus's lexicons, cleaned, each held to one part.

The lexicons are crude: everyday words stand among them, and words that must not be
kept at all. What is left is what spammers paste and nobody else writes.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from training.needles import locate
from training.split import SPAM_PARTS, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy as np

SALT = "spam"

# A term in this many genuine texts or more is an everyday word (彩票 lottery, 发票
# invoice, 借款 loan): spam only in company, and a lesson in false alarms if alone.
_EVERYDAY_TEXTS = 3
_SHORTEST = {"zh": 3}  # letters; elsewhere:
_SHORTEST_ELSEWHERE = 5

# Whatever could be about minors is dropped, by broad patterns: better a hundred
# harmless terms lost than one kept. The first holds for all text, the second, which is
# about age, family and school, where the family or the text is sexual.
_MINORS = re.compile(
    r"loli|萝莉|蘿莉|羅莉|罗莉|幼|正太|未成年|童|雏|雛|稚|援交|preteen|pre-teen|underage|jailbait"
    r"|\bpedo|kiddie|ロリ|小女|小男|破处|破處|开苞|開苞|малолет|девочк|школьни"
)
_YOUNG = re.compile(
    r"teen|school|student|young|youth|\bboys?\b|\bgirls?\b|daughter|\bson\b|nephew"
    r"|niece|baby|child|\bkid|sister|brother|family|incest|\b(?:1[0-7]|[0-9])\s?y"
    r"|少女|少年|嫩|处女|處女|儿子|兒子|女儿|女兒|小学|小學|初中|学生|學生|女生|男生|校|妹|高中|中学|中學|制服|jk|jc|孩|娃|宝贝|岁|歲|萌|弟|姐"
    r"|女高|学园|學園|年轻|юн|студент|молод|подрост|дет|anak|gadis|remaja|\bsm[pa]\b"
    r"|bocah|bocil"
)
_SEXUAL = re.compile(
    r"sex|porn|xxx|nude|naked|adult|fuck|(?<![a-z])av(?![a-z])|bokep|xnxx|色|性|淫|裸"
    r"|乳|奸|肏|操|屄|成人|情|激情|偷拍|自拍|无码|無碼|做爱|做愛|порн|секс|эрот|интим"
    r"|голы|エロ|アダルト|セックス"
)
# Cruelty is not needed to teach a filter what spam looks like.
_CRUEL = re.compile(
    r"rape|\bforced|zoo|bestial|\banimal|\bdog|horse|强奸|強奸|强暴|強暴|轮奸|輪姦|迷奸|迷姦|和奸"
    r"|奸|姦|兽|獸|人与|乱伦|亂倫|母子|母女|父女|虐|зоо|животн|инцест|изнасил|насил"
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufe0e\ufe0f\ufeff]")
_NOT_TELLING = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A spam phrase as it is pasted into pages."""

    text: str
    family: str
    lang: str


def pick(rng: np.random.Generator, items: Sequence[str]) -> str:
    """Draw one of *items*, each as likely as the next."""
    return items[int(rng.integers(len(items)))]


def fold(text: str) -> str:
    """Return what two spellings of a term share: no case, width, signs or blanks."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    return _NOT_TELLING.sub("", plain)


def unwanted(text: str, *, sexual: bool = False) -> bool:
    """Tell whether *text* is kept out altogether: it could be about minors, or cruel.

    Errs on the side of yes. *sexual* says that the text is known to be so; otherwise
    its words decide.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    if _MINORS.search(plain):
        return True
    if not sexual and not _SEXUAL.search(plain):
        return False
    return bool(_YOUNG.search(plain) or _CRUEL.search(plain))


@dataclass(frozen=True, slots=True)
class _Lexicon:
    stem: str  # of the file
    family: str
    lang: str


# The files that can be used at all. Left out are those that their makers or a look
# call weak: o200k_generic and ads-misc_zh (everyday words), wp_blocklist_other and
# _domains (names, stems and fragments of addresses), mixed_* (a dozen bare words
# each), adult_comment_zh (covered by whole lines).
_LEXICONS = (
    *(
        _Lexicon(f"{family}_zh", family, "zh")
        for family in (
            "adult",
            "fakecert",
            "gambling",
            "loan",
            "lottery",
            "pharma",
            "privateserver",
            "seo-services",
        )
    ),
    # our own sample's lists, whole terms as a person would write them
    *(
        _Lexicon(f"{family}_en", family, "en")
        for family in (
            "adult",
            "crypto",
            "essay",
            "fakecert",
            "gambling",
            "loan",
            "lottery",
            "pharma",
            "privateserver",
            "replica",
            "seo-services",
        )
    ),
    *(
        _Lexicon(f"{family}_zh", family, "zh")
        for family in ("crypto", "essay", "replica")
    ),
    *(_Lexicon(f"o200k_{f}", f, "zh") for f in ("adult", "gambling", "lottery")),
    _Lexicon("referrer_spam_domains", "links", "en"),
    *(
        _Lexicon(f"wp_blocklist_{family}", family, "en")
        for family in (
            "adult",
            "crypto",
            "essay",
            "gambling",
            "loan",
            "lottery",
            "pharma",
            "replica",
            "seo-services",
        )
    ),
)
_EDGES = " -+_.,/*\\|$!?@#&=~:;\"'()[]{}<>"


def read_lexicons(folder: Path, genuine: Iterable[str]) -> list[Phrase]:
    """Return the usable terms of the lexicons in *folder*, each once.

    *genuine* are texts without spam: a term that stands in several of them is an
    everyday word and is dropped. So is what is too short to mean anything, and
    whatever could be sexual about minors.
    """
    phrases: dict[str, Phrase] = {}
    for lexicon in _LEXICONS:
        path = folder / f"{lexicon.stem}.txt"
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                phrase = _phrase(line, lexicon)
                if phrase is not None:
                    phrases.setdefault(fold(phrase.text), phrase)
    candidates = list(phrases.values())
    everyday = _everyday([p.text.casefold() for p in candidates], genuine)
    return [p for i, p in enumerate(candidates) if i not in everyday]


def _phrase(line: str, lexicon: _Lexicon) -> Phrase | None:
    if line.startswith("#"):
        return None
    text, lang = line.strip(_EDGES), lexicon.lang
    if lexicon.family != "links" and lang == "en":
        # The list matches parts of addresses: "write-my-essay" is "write my essay".
        text = re.sub(r"[-_+]+", " ", text).strip()
        if re.search(r"[а-яё]", text):
            lang = "ru"
        # Single words of that list are stems ("timberland out") or mere names.
        if " " not in text or re.search(r"[./\\]", text):
            return None
    shortest = _SHORTEST.get(lang, _SHORTEST_ELSEWHERE)
    if len(fold(text)) < shortest or len(text) > 40 or fold(text).isdigit():
        return None
    if unwanted(text, sexual=True) or "{" in text:
        return None
    if lexicon.family == "links" and not re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", text):
        return None
    return Phrase(text, lexicon.family, lang)


def _everyday(terms: Sequence[str], genuine: Iterable[str]) -> set[int]:
    # One long text, so that each window length is hashed once for all terms.
    texts = [text.casefold() for text in genuine]
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    last: dict[int, int] = {}
    counts: Counter[int] = Counter()
    for index, offset in locate(terms, "\0".join(texts)):
        document = bisect_right(starts, offset)
        if last.get(index) != document:
            last[index] = document
            counts[index] += 1
    return {index for index, count in counts.items() if count >= _EVERYDAY_TEXTS}


def by_part(
    phrases: Iterable[Phrase], test_only: Iterable[str] = ()
) -> dict[str, tuple[Phrase, ...]]:
    """Deal *phrases* out by a hash of the folded text; *test_only* go to the test.

    Those of the training part are dealt out among its folds once more.
    """
    reserved = {fold(text) for text in test_only}
    parts: defaultdict[str, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        key = fold(phrase.text)
        for part in ("test",) if key in reserved else parts_of(key, SALT):
            parts[part].append(phrase)
    return {part: tuple(parts[part]) for part in SPAM_PARTS}
