"""Disguises: how spam hides a phrase from word lists while people still read it.

Each disguise is a function from a phrase to a phrase, known by its name, so that
recall can be reported for each. A disguise that finds nothing to change gives the
phrase back as it was. Some are kept for the test: a filter that only learns those
which it has seen learns too little.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

# Latin letters with the Cyrillic or Greek ones that look the same in most fonts.
_LOOKALIKES = {
    "a": "аα", "c": "сϲ", "e": "еε", "i": "іι", "j": "ј", "k": "кκ", "n": "пη",
    "o": "оο", "p": "рρ", "r": "г", "s": "ѕ", "t": "тτ", "u": "υ", "v": "ѵν",
    "w": "ш", "x": "хχ", "y": "уγ", "A": "АΑ", "B": "ВΒ", "C": "С", "E": "ЕΕ",
    "H": "НΗ", "I": "ІΙ", "K": "КΚ", "M": "МΜ", "N": "Ν", "O": "ОΟ", "P": "РΡ",
    "S": "Ѕ", "T": "ТΤ", "X": "ХΧ", "Y": "УΥ", "Z": "Ζ",
}  # fmt: skip
# The other way: Cyrillic spam in Telegram and comments mixes in Latin letters.
_LATIN = dict(zip("асеорхуіАВЕКМНОРСТХ", "aceopxyiABEKMHOPCTX", strict=True))
_LEET = {"a": "4@", "b": "8", "e": "3", "g": "9", "i": "1!", "l": "1|", "o": "0",
         "s": "5$", "t": "7+", "z": "2"}  # fmt: skip
# Readings for the characters that spam of these families is made of, as it writes
# them: no tone marks. Enough to see the form; by no means a dictionary.
_PINYIN = {
    "博": "bo", "彩": "cai", "赌": "du", "賭": "du", "娱": "yu", "娛": "yu", "乐": "le",
    "樂": "le", "城": "cheng", "官": "guan", "网": "wang", "網": "wang", "注": "zhu",
    "册": "ce", "票": "piao", "贷": "dai", "款": "kuan", "信": "xin", "用": "yong",
    "卡": "ka", "办": "ban", "證": "zheng", "证": "zheng", "毕": "bi", "业": "ye",
    "代": "dai", "开": "kai", "发": "fa", "私": "si", "服": "fu", "传": "chuan",
    "奇": "qi", "成": "cheng", "人": "ren", "色": "se", "情": "qing", "无": "wu",
    "無": "wu", "码": "ma", "碼": "ma", "电": "dian", "影": "ying", "视": "shi",
    "频": "pin", "下": "xia", "载": "zai", "微": "wei", "加": "jia", "时": "shi",
    "老": "lao", "虎": "hu", "机": "ji", "平": "ping", "台": "tai", "真": "zhen",
    "高": "gao", "仿": "fang", "表": "biao", "药": "yao", "减": "jian", "肥": "fei",
}  # fmt: skip
# Simplified and traditional pairs of such characters, for spam that mixes the two.
_PAIRS = (
    "赌賭乐樂娱娛网網贷貸证證毕畢业業开開发發传傳无無码碼电電视視频頻载載时時机機"
    "药藥减減肥肥办辦线線学學会會员員号號级級国國产產亚亞欧歐韩韓台臺龙龍马馬钱錢"
    "赢贏奖獎软軟东東华華亿億宝寶门門亲親让讓专專价價优優币幣关關闻聞图圖书書"
)
_MARKS = ".-*_·/~^|"
_WIDE_MARKS = "·*、。/｜~-☆"
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_EMOJI = "🔥💰🎰💎👉✅⭐🎁💋❤️🔞📞🚀🎲"
_MATH_ALPHABETS = (0x1D400, 0x1D468, 0x1D5D4, 0x1D5A0, 0x1D63C, 0x1D670)
_LETTER = re.compile(r"[^\W\d_]")
_CONTACTS_HAN = ("加薇信", "➕V", "扣扣")  # ways to write WeChat and QQ
_CONTACTS = ("WhatsApp", "t . me", "tel")
_SOME = 0.35  # of the letters are changed where not all of them are
_MOST = 0.7


@dataclass(frozen=True, slots=True)
class Disguise:
    """One way to hide a phrase; *held_out* ones are for the test alone."""

    name: str
    apply: Callable[[np.random.Generator, str], str]
    held_out: bool = False


def full_width(_rng: np.random.Generator, text: str) -> str:
    """Return *text* with ASCII in its full-width forms, blanks left alone."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def mathematical(rng: np.random.Generator, text: str) -> str:
    """Return *text* with Latin letters from one of the mathematical alphabets."""
    base = _MATH_ALPHABETS[int(rng.integers(len(_MATH_ALPHABETS)))]
    return "".join(_from_alphabet(c, base, base + 26) for c in text)


def enclosed(_rng: np.random.Generator, text: str) -> str:
    """Return *text* with Latin letters in circles."""
    return "".join(_from_alphabet(c, 0x24B6, 0x24D0) for c in text)


def lookalikes(rng: np.random.Generator, text: str) -> str:
    """Return *text* with some letters of another script that look alike."""
    cyrillic = any(c in _LATIN for c in text)

    def other(letter: str) -> str:
        if cyrillic:
            return _LATIN.get(letter, letter)
        choices = _LOOKALIKES.get(letter, letter)
        return choices[int(rng.integers(len(choices)))]

    return _some(rng, text, _SOME, other)


def leet(rng: np.random.Generator, text: str) -> str:
    """Return *text* with digits and signs for letters: v14gr4."""

    def other(letter: str) -> str:
        choices = _LEET.get(letter.lower(), letter)
        return choices[int(rng.integers(len(choices)))]

    return _some(rng, text, _MOST, other)


def marked(rng: np.random.Generator, text: str) -> str:
    """Return *text* with one and the same sign between its letters: v.i.a.g.r.a."""
    marks = _MARKS if text.isascii() else _WIDE_MARKS
    return _between(text, marks[int(rng.integers(len(marks)))])


def spaced(_rng: np.random.Generator, text: str) -> str:
    """Return *text* with a blank between its letters: 無 碼 (uncensored)."""
    return _between(text, " ")


def zero_width(rng: np.random.Generator, text: str) -> str:
    """Return *text* with invisible characters between some of its letters."""

    def other(letter: str) -> str:
        return letter + _ZERO_WIDTH[int(rng.integers(len(_ZERO_WIDTH)))]

    return _some(rng, text, _SOME, other)


def pinyin(rng: np.random.Generator, text: str) -> str:
    """Return *text* with the reading after some characters: 博(bo)彩(cai) (betting)."""

    def other(letter: str) -> str:
        return f"{letter}({_PINYIN[letter]})" if letter in _PINYIN else letter

    return _some(rng, text, _MOST, other)


def mixed_scripts(rng: np.random.Generator, text: str) -> str:
    """Return *text* with some simplified characters turned traditional or back."""
    return _some(rng, text, _MOST, lambda letter: _variants().get(letter, letter))


def emoji(rng: np.random.Generator, text: str) -> str:
    """Return *text* with runs of pictures around it."""
    run = "".join(
        _EMOJI[int(i)] for i in rng.integers(len(_EMOJI), size=int(rng.integers(1, 4)))
    )
    return f"{run}{text}{run if rng.random() < 0.5 else ''}"


def split_address(rng: np.random.Generator, text: str) -> str:
    """Return *text* with an address or number in it torn apart: w w w . a b c (点) com.

    Where it holds none, one is added, as such phrases have it.
    """
    dot = ("(点)", " . ", "。", "[.]", " dot ")[int(rng.integers(5))]
    torn = re.sub(r"(?<=[a-z0-9])\.(?=[a-z0-9])", dot, text)
    if torn != text:
        return torn
    digits = " ".join(str(d) for d in rng.integers(0, 10, size=int(rng.integers(5, 9))))
    ways = _CONTACTS_HAN if re.search("[一-鿿]", text) else _CONTACTS
    return f"{text} {ways[int(rng.integers(len(ways)))]} {digits}"


DISGUISES = (
    Disguise("full-width", full_width),
    Disguise("mathematical", mathematical),
    Disguise("look-alikes", lookalikes),
    Disguise("marked", marked),
    Disguise("spaced", spaced),
    Disguise("zero-width", zero_width),
    Disguise("leet", leet),
    Disguise("mixed-scripts", mixed_scripts),
    Disguise("emoji", emoji),
    Disguise("split-address", split_address),
    Disguise("enclosed", enclosed, held_out=True),
    Disguise("pinyin", pinyin, held_out=True),
)


def disguise(
    rng: np.random.Generator, text: str, *, held_out: bool = False
) -> tuple[str, str]:
    """Return *text* in a disguise that changes it, and the disguise's name.

    With *held_out* the disguises kept for the test may be drawn too. The name is ""
    where none was found in a few draws.
    """
    choices = [d for d in DISGUISES if held_out or not d.held_out]
    for index in rng.permutation(len(choices))[:6]:
        chosen = choices[int(index)]
        changed = chosen.apply(rng, text)
        if changed != text:
            return changed, chosen.name
    return text, ""


def _from_alphabet(letter: str, capitals: int, smalls: int) -> str:
    if "A" <= letter <= "Z":
        return chr(capitals + ord(letter) - ord("A"))
    if "a" <= letter <= "z":
        return chr(smalls + ord(letter) - ord("a"))
    return letter


def _between(text: str, mark: str) -> str:
    return re.sub(r"(?<=[^\W_])(?=[^\W_])", mark, text)


def _some(
    rng: np.random.Generator, text: str, share: float, other: Callable[[str], str]
) -> str:
    chances = rng.random(len(text))
    return "".join(
        other(letter) if chance < share and _LETTER.match(letter) else letter
        for letter, chance in zip(text, chances, strict=True)
    )


@cache
def _variants() -> dict[str, str]:
    table: dict[str, str] = {}
    for one, two in zip(_PAIRS[::2], _PAIRS[1::2], strict=True):
        if one != two:
            table[one], table[two] = two, one
    return table
