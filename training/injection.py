"""Injection: spam put into genuine pages, with the exact spans of what was put in.

The forms are those seen in hijacked pages: keyword titles, footers and columns, whole
lines and comments, sentences inside paragraphs, and phrases pushed into the middle of
a sentence or a word, once or over and over. Everything that is inserted, separators
and line ends included, is under a spam mark: without these the page is what it was.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from training.disguise import disguise
from training.forms import drawn, drawn_forms, drawn_separator, spam_languages
from training.grammars import domain, letters
from training.insertion import Injected, Piece, applied
from training.labelled import LabelledText
from training.layout import Layout
from training.phrases import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from training.spam import SpamSource

DISGUISED_SHARE = 0.15  # of the insertions
_OTHER_LANGUAGE_SHARE = 0.15  # of the forms: the spam's language is drawn anew
_MAIN_FAMILY_SHARE = 0.75  # of a list's phrases; the rest rides along

NO_BLANKS = ("zh", "ja", "th")  # languages without blanks between words
# Where a comment goes on in a new line, as its writer typed it.
_SENTENCE_END = re.compile(r"([.!?]) +|(?<=[。！？])(?=.)")
_COMMENTERS = ("admin", "guest", "buy_now", "anna77", "seo_master", "lucky88", "tom")


def inject(
    rng: np.random.Generator,
    page: LabelledText,
    spam: SpamSource,
    part: str = "train",
    forms: Sequence[str] | None = None,
) -> Injected:
    """Return *page* with spam of *part* in one to three forms.

    *forms* names the forms to use instead of drawing them. Held-out forms,
    separators and disguises are drawn for the test part alone. All other marks and
    tags keep the characters that they had; a mark that spam falls into is cut in
    two, a tag reaches over it.
    """
    composer = _Composer(rng, page, spam, part)
    if forms is None:
        forms = drawn_forms(rng, part)
    pieces = [piece for form in forms for piece in composer.pieces(form)]
    if not pieces:  # a page without a line that could be cut: put a title above it
        pieces = list(composer.pieces("title"))
    return applied(page, pieces)


def doorway(
    rng: np.random.Generator, spam: SpamSource, part: str = "train"
) -> Injected:
    """Return a page that is spam from end to end, as doorways are."""
    empty = LabelledText("", "", ())
    lang = drawn(rng, spam_languages("zh" if rng.random() < 0.5 else "en"))
    composer = _Composer(rng, replace(empty, lang=lang), spam, part)
    composer.lang = lang
    rows = [composer.words(int(rng.integers(2, 6)))]
    for _ in range(int(rng.integers(3, 14))):
        kind = rng.random()
        if kind < 0.5:
            sentences = (composer.sentence() for _ in range(int(rng.integers(1, 6))))
            rows.append(_joined_sentences(sentences))
        elif kind < 0.75:
            rows.append(composer.words(int(rng.integers(3, 30))))
        else:
            rows += [composer.words(1) for _ in range(int(rng.integers(2, 12)))]
    pieces = [
        replace(row, at=0, text=row.text + "\n" * (number < len(rows) - 1),
                form="doorway")
        for number, row in enumerate(rows)
    ]  # fmt: skip
    return applied(empty, pieces)


class _Composer:
    """Makes the pieces for one page: it knows the page's lines and the part's spam."""

    def __init__(
        self,
        rng: np.random.Generator,
        page: LabelledText,
        spam: SpamSource,
        part: str,
    ) -> None:
        self._rng = rng
        self._text = page.text
        self._spam = spam
        self._part = part
        self._in_test = part == "test"
        self._layout = Layout.of(page)
        self._languages = spam_languages(page.lang)
        self.lang = self._drawn_language()
        self._used: set[str] = set()
        # One line only: a crawl that lost its line ends. Spam has lost them too.
        one_line = "\n" not in page.text.strip("\n")
        self._joint = " " if one_line and rng.random() < 0.7 else "\n"

    def pieces(self, form: str) -> Iterable[Piece]:
        """Return what *form* puts into the page; nothing if it finds no place."""
        if self._rng.random() < _OTHER_LANGUAGE_SHARE:
            self.lang = self._drawn_language()
        makers: dict[str, Callable[[], Iterable[Piece]]] = {
            "title": self._title,
            "title-joined": self._title_joined,
            "footer": self._footer,
            "footer-lines": lambda: self._rows(self._end(), self._count(3, 60)),
            "column": lambda: self._rows(self._layout.gap(self._rng, "chrome"),
                                         self._count(3, 30)),
            "block": lambda: self._lists(self._layout.gap(self._rng, "article")),
            "line": self._line,
            "comments": self._comments,
            "sentence": self._sentence_inside,
            "phrase-clause": self._clause,
            "phrase-between": lambda: self._inside(1, torn=False),
            "phrase-inside": lambda: self._inside(1, torn=True),
            "repeated": self._repeated,
            "scattered": lambda: self._inside(self._count(3, 12), torn=None),
            "markup": self._markup,
            "every-line": self._every_line,
            "table": self._table,
            "bracketed": self._bracketed,
        }  # fmt: skip
        return [replace(piece, form=form) for piece in makers[form]()]

    # What is said.

    def words(self, count: int) -> Piece:
        """Return a list of *count* phrases, the families mixed as real lists are."""
        rng = self._rng
        families = self._spam.families(self._part, self.lang)
        if not families:
            self.lang = "en"
            families = self._spam.families(self._part, self.lang)
        main = pick(rng, families)
        phrases: list[str] = []
        for _ in range(count):
            family = main if rng.random() < _MAIN_FAMILY_SHARE else pick(rng, families)
            if not phrases:
                family = main
            phrases.append(self._spam.phrase(rng, self._part, self.lang, family).text)
        if self.lang in {"en", "fr"} and rng.random() < 0.3:
            phrases = [phrase.title() for phrase in phrases]
        text = self._separator().join(phrases)
        return self._disguised(Piece(0, text, "", main, self.lang))

    def sentence(self) -> Piece:
        """Return a sentence of spam."""
        found = self._spam.sentence(self._rng, self._part, self.lang)
        return self._disguised(Piece(0, found.text, "", found.family, found.lang))

    def _found_line(self, form: str | None = None) -> Piece:
        for _ in range(4):
            found = self._spam.line(self._rng, self._part, self.lang, form)
            if found.text not in self._used:
                break
        self._used.add(found.text)
        return self._disguised(Piece(0, found.text, "", found.family, found.lang))

    def _disguised(self, piece: Piece) -> Piece:
        if self._rng.random() >= DISGUISED_SHARE:
            return piece
        text, name = disguise(self._rng, piece.text, held_out=self._in_test)
        return replace(piece, text=text, disguise=name)

    def _separator(self) -> str:
        text = drawn_separator(self._rng, self._part)
        return " " if not text and self.lang not in NO_BLANKS else text

    def _phrase(self) -> Piece:
        """Return what is pushed into text: mostly one phrase, else a list of a few."""
        return self.words(1 if self._rng.random() < 0.6 else self._count(2, 4))

    def _drawn_language(self) -> str:
        return drawn(self._rng, self._languages)

    def _count(self, least: int, most: int) -> int:
        """Draw a number, the small ones more often: as many at 3–9 as at 9–27."""
        low, high = np.log(least), np.log(most + 1)
        return min(most, int(np.exp(self._rng.uniform(low, high))))

    # Where it stands.

    def _end(self) -> int:
        return len(self._text)

    def _row(self, at: int, piece: Piece) -> Piece:
        """Return *piece* as a line of its own at a line start or at the page's end."""
        before, after = "", self._joint
        if at and at == len(self._text):
            before, after = ("", "\n") if self._text.endswith("\n") else (after, "")
        elif at and not self._text[at - 1].isspace():
            before = self._joint
        if not self._text:
            before = after = ""
        return replace(piece, at=at, text=before + piece.text + after)

    def _title(self) -> Iterable[Piece]:
        yield self._row(0, self.words(self._count(2, 10)))

    def _title_joined(self) -> Iterable[Piece]:
        """Put spam on the line of the page's own title, before or behind it."""
        words = self.words(self._count(1, 6))
        separator = self._separator() or " "
        first = self._layout.first_line()
        if first and self._rng.random() < 0.4:
            yield replace(words, at=first[1], text=separator + words.text)
        else:
            separator = pick(self._rng, (separator, ":", "：", " "))
            yield replace(words, at=first[0] if first else 0,
                          text=words.text + separator)  # fmt: skip

    def _footer(self) -> Iterable[Piece]:
        yield self._row(self._end(), self.words(self._count(3, 100)))

    def _rows(self, at: int, count: int) -> Iterable[Piece]:
        """Put one phrase on each line."""
        rows = [self.words(1) for _ in range(count)]
        yield from self._stacked(at, rows)

    def _lists(self, at: int) -> Iterable[Piece]:
        """Put several lists, one on each line."""
        rows = [self.words(self._count(2, 12)) for _ in range(self._count(2, 8))]
        yield from self._stacked(at, rows)

    def _line(self) -> Iterable[Piece]:
        at = self._end() if self._rng.random() < 0.4 else self._layout.gap(
            self._rng, "article")  # fmt: skip
        rows = [self._found_line() for _ in range(self._count(1, 4))]
        yield from self._stacked(at, rows)

    def _comments(self) -> Iterable[Piece]:
        """Put a thread of comments below the article, or at the page's end."""
        rng = self._rng
        named, broken = rng.random() < 0.6, rng.random() < 0.3
        rows = [
            self._trackback()
            if rng.random() < 0.12
            else self._comment(named=named, broken=broken)
            for _ in range(self._count(2, 30))
        ]
        at = self._end() if rng.random() < 0.6 else self._layout.gap(rng, "chrome")
        yield from self._stacked(at, rows)

    def _comment(self, *, named: bool, broken: bool) -> Piece:
        """Make a comment; who leaves it is called as what is sold, or by no name.

        It is one piece, on however many lines.
        """
        rng = self._rng
        found = self._found_line("comment")
        if rng.random() < 0.08:
            found = replace(found, text=" ".join(letters(rng, 5, 11) for _ in range(2)))
        if broken:
            found = replace(found, text=_SENTENCE_END.sub(r"\1\n", found.text))
        if rng.random() < 0.2:
            # What the comment is there for, often without a blank before it.
            target = (f"http://{domain(rng)}", self.words(1).text)
            joint = pick(rng, ("", " "))
            found = replace(found, text=found.text + joint + pick(rng, target))
        if not named:
            return found
        name = (pick(rng, _COMMENTERS), self.words(1).text, letters(rng, 5, 11))
        return replace(found, text=f"{pick(rng, name)}: {found.text}")

    def _trackback(self) -> Piece:
        """Make what another site sends that says it links here."""
        rng = self._rng
        words = self.words(1)
        first = self._layout.first_line()
        title = self._text[slice(*first)].strip()[:60] if first else ""
        said = (title, title, self._found_line("comment").text.replace("\n", " "))
        link = f"[...]{pick(rng, said)}[...]"
        head = words.text if rng.random() < 0.7 else self.words(1).text
        return replace(words, text=f"{words.text}: {head}... {link}...")

    def _stacked(self, at: int, rows: Sequence[Piece]) -> Iterable[Piece]:
        """Put lines one under the other at one place, each a piece of its own."""
        return [self._row(at, row) for row in rows]

    def _sentence_inside(self) -> Iterable[Piece]:
        """Put a sentence of spam between two sentences of a paragraph."""
        for at in self._layout.places(self._rng, 1, "sentence"):
            sentence = self.sentence()
            blank = " " if self._text[at - 1 : at] in ".!?" or sentence.lang not in (
                NO_BLANKS) else ""  # fmt: skip
            if self._text[at : at + 1].isspace() or at == len(self._text):
                yield replace(sentence, at=at, text=blank + sentence.text)
            else:
                yield replace(sentence, at=at, text=sentence.text + blank)

    def _clause(self) -> Iterable[Piece]:
        """Put a phrase at either end of a line, or after a comma or full stop."""
        for at in self._layout.places(self._rng, 1, "clause"):
            yield self._pushed(at, self._phrase())

    def _inside(self, count: int, *, torn: bool | None) -> Iterable[Piece]:
        """Put phrases in the middle of sentences, between words or into a word."""
        for number in range(count):
            into = number % 2 == 0 if torn is None else torn
            kind = "torn" if into else "between"
            for at in self._layout.places(self._rng, 1, kind):
                yield self._pushed(at, self._phrase(), bare=into)

    def _repeated(self) -> Iterable[Piece]:
        """Put one and the same list over and over, as the hijacked pages have it."""
        phrase = self._phrase()
        bare = self._rng.random() < 0.7
        count = self._count(2, 12)
        for at in self._layout.places(self._rng, count, "anywhere"):
            yield self._pushed(at, phrase, bare=bare)

    def _pushed(self, at: int, piece: Piece, *, bare: bool = False) -> Piece:
        """Return *piece* at *at*, set off from the text around it or not."""
        before, after = self._text[at - 1 : at], self._text[at : at + 1]
        text = piece.text
        if not bare:
            if before and not before.isspace() and before.isascii():
                text = " " + text
            if after and not after.isspace() and after.isascii():
                text += " "
            style = self._rng.random()
            if style < 0.2:
                text += pick(self._rng, (",", "，", ":", " "))
            elif style < 0.3:
                text = pick(self._rng, (",", "，", " ")) + text
        return replace(piece, at=at, text=text)

    def _markup(self) -> Iterable[Piece]:
        """Put links left in the text as Markdown, BBCode or HTML."""
        for at in self._layout.places(self._rng, self._count(1, 4), "between"):
            words = self.words(1)
            url = f"http://{domain(self._rng)}"
            text = (
                f"[{words.text}]({url})",
                f"[url={url}]{words.text}[/url]",
                f'<a href="{url}">{words.text}</a>',
                f"{words.text} {url}",
            )[int(self._rng.integers(4))]
            yield self._pushed(at, replace(words, text=text))

    def _every_line(self) -> Iterable[Piece]:
        """Put the same phrase before every few lines of the article."""
        phrase = self._phrase()
        step = int(self._rng.integers(1, 4))
        for start, _end in self._layout.article_lines()[::step][:30]:
            yield replace(phrase, at=start, text=phrase.text + " ")

    def _table(self) -> Iterable[Piece]:
        """Put phrases in columns, as link tables come out of a renderer."""
        gap = pick(self._rng, ("\t", "    ", "　　"))
        width = int(self._rng.integers(3, 7))
        rows = []
        for _ in range(self._count(2, 12)):
            cells = [self.words(1) for _ in range(width)]
            rows.append(replace(cells[0], text=gap.join(c.text for c in cells)))
        at = self._end() if self._rng.random() < 0.5 else self._layout.gap(
            self._rng, "chrome")  # fmt: skip
        yield from self._stacked(at, rows)

    def _bracketed(self) -> Iterable[Piece]:
        """Put a phrase in brackets in the middle of a sentence."""
        pair = pick(self._rng, ("【】", "「」", "()", "[]", "《》", "**"))
        for at in self._layout.places(self._rng, self._count(1, 3), "between"):
            phrase = self._phrase()
            yield replace(phrase, at=at, text=pair[0] + phrase.text + pair[1])


def _joined_sentences(sentences: Iterable[Piece]) -> Piece:
    pieces = list(sentences)
    blank = "" if pieces[0].lang in NO_BLANKS else " "
    return replace(pieces[0], text=blank.join(piece.text for piece in pieces))
