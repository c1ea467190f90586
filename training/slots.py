"""Slots: what is filled into the templates of site chrome, made up anew each time.

Names, dates, times, counts and headlines are put together from parts, so that a
model meets each of them hardly ever twice and has to learn what stands around them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from training.phrases import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CELL = "¦"  # between the cells of a template: what may stand on lines of their own
# {name} a word or template, {*name} several cells, {#3} three digits
_SLOT = re.compile(r"\{([#*]?\w+)\}")
_FIRST_DAY = date(1999, 1, 1)
_DAYS = 10_000  # to 2026
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
_TEN_THOUSAND = {"zh-Hans": "万", "zh-Hant": "萬"}
_HAN_DIGITS = "〇一二三四五六七八九"
_HAN_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Slots:
    """Fills templates in one language from *words*, which may hold slots themselves."""

    words: Mapping[str, tuple[str, ...]]
    lang: str

    def cells(self, rng: np.random.Generator, template: str) -> list[str]:
        """Give the filled cells of *template*; those of a list are all different."""
        found: list[str] = []
        for cell in template.split(CELL):
            listed = re.fullmatch(r"\{\*(\w+)\}", cell)
            if listed:
                found += self._several(rng, listed[1])
            else:
                found.append(self.filled(rng, cell))
        return [cell for cell in found if cell]

    def filled(self, rng: np.random.Generator, text: str) -> str:
        """Fill the slots of *text*, and those of what is filled in."""
        while _SLOT.search(text):
            text = _SLOT.sub(lambda match: self._word(rng, match[1]), text)
        return text

    def _several(self, rng: np.random.Generator, slot: str) -> list[str]:
        count = int(np.exp(rng.uniform(np.log(3), np.log(15))))
        if slot == "page":  # page numbers come in order
            first = 1 if rng.random() < 0.7 else int(rng.integers(1, 90))
            return [str(first + number) for number in range(count)]
        made = (self.filled(rng, f"{{{slot}}}") for _ in range(count))
        return list(dict.fromkeys(made))

    def _word(self, rng: np.random.Generator, slot: str) -> str:
        if slot.startswith("#"):
            return _digits(rng, int(slot[1:]))
        if slot.isupper():
            return self.filled(rng, f"{{{slot.lower()}}}").upper()
        makers: Mapping[str, Callable[[np.random.Generator], str]] = {
            "date": self._date,
            "day": lambda rng: _day(rng).strftime("%m-%d"),
            "time": _time,
            "year": lambda rng: str(_day(rng).year),
            "n": lambda rng: str(int(np.exp(rng.uniform(np.log(2), np.log(1000))))),
            "few": lambda rng: str(rng.integers(2, 10)),
            "count": self._count,
            "letter": lambda rng: chr(65 + int(rng.integers(26))),
            "latin": _latin,
        }
        if slot in makers:
            return makers[slot](rng)
        word = pick(rng, self.words[slot])
        if slot == "headline":
            word = self.filled(rng, word)
            word = word[:1].upper() + word[1:]
        return word

    def _date(self, rng: np.random.Generator) -> str:
        day = _day(rng)
        formats = _han_dates(day) if self.lang != "en" else _english_dates(day)
        if rng.random() < 0.3:
            formats = (day.isoformat(), day.strftime("%Y/%m/%d"),
                       day.strftime("%Y.%m.%d"), f"{day.year}-{day.month}-{day.day}",
                       day.strftime("%Y%m%d"))  # fmt: skip
        return pick(rng, formats)

    def _count(self, rng: np.random.Generator) -> str:
        number = int(np.exp(rng.uniform(0, np.log(3e6))))
        plain = (str(number), f"{number:,}")
        if number < 10_000:
            return pick(rng, plain)
        short = (
            f"{number / 1e4:.1f}{_TEN_THOUSAND[self.lang]}" if self.lang != "en"
            else f"{number / 1e3:.1f}K" if number < 1e6 else f"{number / 1e6:.1f}M"
        )  # fmt: skip
        return pick(rng, (*plain, short))


def _day(rng: np.random.Generator) -> date:
    return _FIRST_DAY + timedelta(days=int(rng.integers(_DAYS)))


def _digits(rng: np.random.Generator, count: int) -> str:
    """Give *count* digits that do not begin with a nought."""
    return "".join(
        str(rng.integers(1 if number == 0 else 0, 10)) for number in range(count)
    )


def _latin(rng: np.random.Generator) -> str:
    """Give a made-up word of two or three syllables, as hosts and user names have."""
    syllables = (
        pick(rng, "bcdfghjklmnprstvwz") + pick(rng, "aeiou")
        + pick(rng, ("", "", "n", "r", "s", "l", "ng"))
        for _ in range(int(rng.integers(2, 4)))
    )  # fmt: skip
    return "".join(syllables)


def _time(rng: np.random.Generator) -> str:
    hour, minute, second = (int(rng.integers(n)) for n in (24, 60, 60))
    return pick(
        rng,
        (f"{hour:02}:{minute:02}", f"{hour:02}:{minute:02}:{second:02}",
         f"{hour:02}:{minute:02}", f"{hour}:{minute:02}"),
    )  # fmt: skip


def _english_dates(day: date) -> tuple[str, ...]:
    month, weekday = _MONTHS[day.month - 1], _WEEKDAYS[day.weekday()]
    ending = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
    return (
        f"{month} {day.day}, {day.year}",
        f"{day.day} {month} {day.year}",
        f"{month[:3]} {day.day}, {day.year}",
        f"{month[:3]}. {day.day}, {day.year}",
        f"{day.day} {month[:3]} {day.year}",
        f"{weekday}, {month} {day.day}, {day.year}",
        f"{weekday} {day.day} {month} {day.year}",
        f"{weekday[:3]} {month[:3]} {day.day} {day.year}",
        f"{day.day}{ending.get(day.day, 'th')} {month} {day.year}",
        f"{day.month}/{day.day}/{day.year}",
        f"{day.day:02}.{day.month:02}.{day.year}",
        f"{month} {day.year}",
        f"{month[:3].upper()} {day.day}, {day.year}",
    )


def _han_dates(day: date) -> tuple[str, ...]:
    year = "".join(_HAN_DIGITS[int(digit)] for digit in str(day.year))
    weekday = _HAN_WEEKDAYS[day.weekday()]
    plain = f"{day.year}年{day.month}月{day.day}日"
    return (
        plain,
        f"{day.year}年{day.month:02}月{day.day:02}日",
        f"{plain} 星期{weekday}",
        f"{plain}（星期{weekday}）",
        f"{plain}星期{weekday}",
        f"{year}年{_han_number(day.month)}月{_han_number(day.day)}日",
        f"{day.month}月{day.day}日",
        f"{day.month:02}月{day.day:02}日",
        day.strftime("%y-%m-%d"),
        day.strftime("%m-%d"),
        day.isoformat(),
        day.isoformat(),
    )


def _han_number(number: int) -> str:
    """Write a number up to 99 as it is read: 21 is 二十一.

    >>> _han_number(7), _han_number(10), _han_number(31)
    ('七', '十', '三十一')
    """
    tens, ones = divmod(number, 10)
    return (
        (_HAN_DIGITS[tens] if tens > 1 else "")
        + ("十" if tens else "")
        + (_HAN_DIGITS[ones] if ones else "")
    )
