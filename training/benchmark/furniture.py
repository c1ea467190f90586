"""Furniture of the benchmark's pages: menus, bylines, share lines, pagers, footers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.benchmark.articles import Writer, furniture, topics
from training.benchmark.phrasing import Phrasing
from training.phrases import pick

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

_JOINTS = (" | ", "  ", " · ", "\t", " / ", " ")
_CRUMBS = (" > ", " » ", " / ", " >> ", " › ")
_YEARS = (2004, 2026)
_PROVINCES = "京沪粤浙苏鲁川鄂湘闽皖豫"


class Site:
    """The furniture of one site: its name and manners stay the same on a page."""

    def __init__(self, rng: np.random.Generator, lang: str) -> None:
        """Make up a site in "en" or "zh"."""
        words = furniture(lang)
        self._rng, self._lang, self._words = rng, lang, words
        self.name = Phrasing(rng, words).filled(pick(rng, words["site"]))
        form = "{given} {family}" if lang == "en" else "{family}{given}"
        author = Phrasing(rng, words).filled(form)
        self._phrasing = Phrasing(
            rng,
            words,
            {
                "site_here": lambda: self.name,
                "name": lambda: author,
                "date": self._date,
                "year": lambda: str(rng.integers(*_YEARS)),
                "time": lambda: f"{rng.integers(24):02}:{rng.integers(60):02}",
                "icp": self._icp,
                "headline": self.headline,
            },
        )

    def headline(self) -> str:
        """Return the headline of another page, on whatever topic."""
        rng = self._rng
        known = topics(self._lang)
        return Writer(rng, known[int(rng.integers(len(known)))], self._lang).headline()

    def menu(self) -> list[str]:
        """Return a menu, one item a line or several beside one another."""
        items = self._some("menu", 4, 20)
        if self._rng.random() < 0.5:
            return items
        joint = pick(self._rng, _JOINTS)
        cut = int(self._rng.integers(1, len(items)))
        rows = [items[:cut], items[cut:]] if len(items) > 9 else [items]
        return [joint.join(row) for row in rows]

    def crumbs(self, headline: str) -> str:
        """Return the way from the home page to this one."""
        steps = [self._words["menu"][0], *self._some("section", 1, 2)]
        if self._rng.random() < 0.4:
            steps.append(headline)
        return pick(self._rng, _CRUMBS).join(steps)

    def lines(self, kind: str, least: int, most: int) -> list[str]:
        """Return some different lines of *kind*, as furniture.json names them."""
        return self._some(kind, least, most)

    def related(self) -> list[str]:
        """Return a heading and the headlines of other pages."""
        count = int(self._rng.integers(2, 10))
        mark = pick(self._rng, ("", "", "• ", "· ", "> "))
        dated = self._rng.random() < 0.3
        links = (
            mark + self.headline() + (f" {self._date()}" if dated else "")
            for _ in range(count)
        )
        return [*self._some("related", 1, 1), *links]

    def _some(self, kind: str, least: int, most: int) -> list[str]:
        templates = self._words[kind]
        count = min(int(self._rng.integers(least, most + 1)), len(templates))
        order: Iterable[int] = self._rng.permutation(len(templates))[:count].tolist()
        return [self._phrasing.filled(templates[i]) for i in order]

    def _date(self) -> str:
        rng = self._rng
        year, month, day = (int(rng.integers(*r)) for r in (_YEARS, (1, 13), (1, 29)))
        forms = [f"{year}-{month:02}-{day:02}", f"{year}/{month}/{day}"]
        if self._lang == "zh":
            forms += [f"{year}年{month}月{day}日", f"{year}年{month:02}月{day:02}日"]
        else:
            name = self._words["month"][month - 1]
            forms += [f"{name} {day}, {year}", f"{day} {name[:3]} {year}"]
        return pick(rng, forms)

    def _icp(self) -> str:
        province = pick(self._rng, _PROVINCES)
        number = int(self._rng.integers(10**7, 10**8))
        return f"{province}ICP备{number}号" + pick(self._rng, ("", "-1", "-3"))
