"""The character tables of ``dross.chars``, made from Unicode data.

Run ``python -m training.unicode_tables`` with a recent Python; the version of
Unicode is stored in the file. Which Han characters are only simplified or only
traditional, and the simplified form of a traditional character, are read from
OpenCC's character tables (package opencc-python-reimplemented, Apache-2.0),
because the standard library does not have Unihan's variants.
"""

import re
import unicodedata
from importlib.resources import files
from pathlib import Path

import numpy as np

OUT = Path(__file__).parent.parent / "filter" / "dross" / "unicode.npz"

# Look-alikes of Latin letters that Unicode's compatibility forms do not fold:
# Cyrillic and Greek, as seen in disguised spam. Russian and Greek words change
# too, but each still to one form of its own.
LOOK_ALIKES = dict(
    zip(
        "авсԁеһіјкӏморԛѕтухѵԝ" + "αβεικνορτυχ",
        "abcdehijklmopqstyxvw" + "abeiknoptux",
        strict=True,
    )
)
# Variants that OpenCC takes to be simplified for a rarer twin (羣 for 群, "group"), and
# that traditional text is full of: all are in the first level of Big5.
IN_BOTH = frozenset("峰床晒灶痴秘粽群肴虱雇霉")
SPACE, NEWLINE, DIGIT, LOWER, UPPER = 1, 2, 3, 4, 5
HAN, SIMPLIFIED, TRADITIONAL, KANA, HANGUL, CYRILLIC, LETTER = 6, 7, 8, 9, 10, 11, 12
SENTENCE_END, COMMA, SEPARATOR, BRACKET, SYMBOL, EMOJI, CONTROL, INVISIBLE = range(
    13, 21
)
NEWLINES = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
SENTENCE_ENDS = ".!?。！？…｡‼⁇⁈⁉．"
COMMAS = ",;:，、；：､·・﹑"
SEPARATORS = "|_-/\\~*#=+<>»«›‹•→←↑↓│｜－—–―＿／＞＜■□◆◇●○★☆▲△▼▽►▶◄※【】"
# Ⓐ ⒜ 🄰 🅐 🅰: letters in circles, brackets and squares, whatever Unicode calls them.
FRAMED = re.compile(
    "(?:CIRCLED|SQUARED|PARENTHESIZED) LATIN (CAPITAL|SMALL) LETTER ([A-Z])$"
)


def _variants() -> tuple[dict[str, str], set[str]]:
    """Give traditional → simplified, and the characters that are only simplified."""
    folder = files("opencc") / "dictionary"
    to_simplified: dict[str, str] = {}
    only_simplified: set[str] = set()
    for name in ("TSCharacters.txt", "STCharacters.txt"):
        for line in (folder / name).read_text("utf-8").splitlines():
            source, _, targets = line.partition("\t")
            options = targets.split()
            if len(source) != 1 or source in options or not options:
                continue
            if name.startswith("TS"):
                to_simplified[source] = options[0]
            else:
                only_simplified.add(source)
    return to_simplified, only_simplified - to_simplified.keys() - IN_BOTH


def _class(  # noqa: C901, PLR0911, PLR0912 — one rule after the other, first match
    char: str, traditional: dict[str, str], simplified: set[str]
) -> int:
    code, category = ord(char), unicodedata.category(char)
    by_list = {
        NEWLINE: NEWLINES,
        SENTENCE_END: SENTENCE_ENDS,
        COMMA: COMMAS,
        SEPARATOR: SEPARATORS,
    }
    for number, members in by_list.items():
        if char in members:
            return number
    if char == "\t" or category == "Zs":
        return SPACE
    if category in ("Cf", "Mn", "Me") or code in (0, 0x115F, 0x1160, 0x3164, 0xFFA0):
        return INVISIBLE
    name = unicodedata.name(char, "")
    if framed := FRAMED.search(name):
        return UPPER if framed[1] == "CAPITAL" else LOWER
    if category == "Nd" or category in ("No", "Nl"):
        return DIGIT
    if category.startswith("L"):
        if name.startswith(("CJK", "KANGXI")):
            if char in traditional:
                return TRADITIONAL
            return SIMPLIFIED if char in simplified else HAN
        for start, number in (
            ("HIRAGANA", KANA),
            ("KATAKANA", KANA),
            ("HALFWIDTH KATAKANA", KANA),
            ("HANGUL", HANGUL),
            ("CYRILLIC", CYRILLIC),
        ):
            if name.startswith(start):
                return number
        if "LATIN" in name or "MATHEMATICAL" in name:
            return UPPER if category == "Lu" else LOWER
        return LETTER
    if category in ("Ps", "Pe", "Pi", "Pf") or char in "\"'`":
        return BRACKET
    if 0x1F000 <= code <= 0x1FAFF or 0x2600 <= code <= 0x27BF:
        return EMOJI
    if category[0] in "PS":
        return SYMBOL
    return CONTROL


def _fold(char: str, number: int, to_simplified: dict[str, str]) -> int:
    if number == INVISIBLE:
        return 0
    if number in (SPACE, NEWLINE):
        return ord(" ")
    if number == DIGIT and unicodedata.category(char) == "Nd":
        return ord("0")
    if framed := FRAMED.search(unicodedata.name(char, "")):
        return ord(framed[2].lower())
    folded = unicodedata.normalize("NFKC", char).casefold()[:1] or char
    if number in (LOWER, UPPER, LETTER):  # accents go; が must not become か
        folded = unicodedata.normalize("NFD", folded)[:1]
    if folded.isdigit():
        return ord("0")
    folded = to_simplified.get(folded, folded)
    return ord(LOOK_ALIKES.get(folded, folded))


def main() -> None:
    """Write the tables to the package."""
    to_simplified, only_simplified = _variants()
    numbers = np.empty(0x110000, np.uint8)
    folded = np.arange(0x110000, dtype=np.uint32)
    for code in range(0x110000):
        char = chr(code)
        numbers[code] = _class(char, to_simplified, only_simplified)
        if numbers[code] != CONTROL:
            folded[code] = _fold(char, int(numbers[code]), to_simplified)
    starts = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]])
    sources = np.flatnonzero(folded != np.arange(0x110000))
    np.savez_compressed(
        OUT,
        class_starts=starts.astype(np.uint32),
        class_numbers=numbers[starts],
        fold_sources=sources.astype(np.uint32),
        fold_targets=folded[sources],
        unicode_version=np.array(unicodedata.unidata_version),
    )


if __name__ == "__main__":
    main()
