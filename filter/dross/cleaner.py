"""The one place where the steps meet: texts in, labelled spans and kept text out."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dross import chars, copies, decode, dial, edges, features, network, phrases, places
from dross.context import Shared
from dross.dial import Point
from dross.errors import TextError
from dross.features import Features
from dross.lines import Lines, split_pages
from dross.model import Decoding, Model, VerdictRule, load
from dross.places import Known, View
from dross.spans import (
    ARTICLE,
    CHROME,
    LABELS,
    SPAM,
    Span,
    Stretches,
    kept_text,
    merge_pieces,
)

# Code points that are worked on together: arrays of this size stay in the cache.
BATCH = 1 << 16
# Letters, and those of scripts that no genuine text of the training corpus is in.
UNREAD = (chars.KANA, chars.HANGUL, chars.CYRILLIC, chars.LETTER)
LETTERS = (
    chars.LOWER,
    chars.UPPER,
    chars.HAN,
    chars.SIMPLIFIED,
    chars.TRADITIONAL,
    *UNREAD,
)
# A unit is in such a script from this share of its letters on, a page from this share
# of its letters and of its units; Japanese has that much kana.
AT_HOME = 0.3
# What is told in Han tells what a page is written in from this share of its letters on,
# or from so many characters: one sentence among Russian headlines does not.
TOLD = 0.125
ENOUGH = 40
# Letters that say what one Han character says: an article of 300 characters is longer
# than a list of 800 letters below it.
DENSITY = 3
TINY = 1e-12
# No threshold for units is lower than this chance among spam and article.
LEAST_SPAM = 0.5
# What is cut and likelier spam than chrome is called so without more evidence where by
# the nets that look inside more than half of it is likely spam and no more than a tenth
# is unlikely to be: where more is, article stands beside spam.
MOSTLY, WHOLLY = 0.5, 0.9
POSSIBLE = -2.5  # log odds
# A unit of fewer columns has a bound of its own on the cut of its page: menus, credits
# and buttons are so short, and an article loses less with one than with a paragraph.
SHORT = 40
# Of a unit that is spam and of which so much may be, the rest is not: it stood around.
PARTLY = 0.4
HAN = (chars.HAN, chars.SIMPLIFIED, chars.TRADITIONAL)
# A page is Chinese from this share of its letters on. Chinese pages of code or of
# foreign names have 0.26 at least; bilingual pages that count as English, up to 0.47.
CHINESE = 0.25
LATIN = (chars.LOWER, chars.UPPER)
_LETTERS, _HAN, _LATIN = (
    np.isin(np.arange(chars.CLASSES), members) for members in (LETTERS, HAN, LATIN)
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A page with what was decided.

    ``text``: the article spans, joined as they stand. ``spans`` tile the page.
    ``verdict``: "clean" (no spam), "repaired" (spam was cut), or "rejected" (too
    little article or too much spam to be of use). ``widths``: by label, the columns of
    visible text, of which a Chinese character has two; they decided on the verdict.
    """

    text: str
    spans: tuple[Span, ...]
    verdict: str
    widths: Mapping[str, int]


@dataclass(frozen=True)
class Batch:
    """What the model says of a batch of pages, before anything is decided.

    ``posteriors``: (units, labels). ``known``: what is known of each place.
    ``at_home``: (units,), which are in a script that their page is written in, but no
    training text. ``view``: the places that may be spam, ``odds``: (places of the
    view,), their log odds. ``inside`` and ``possible``: (units,), how much of a
    unit is likely spam by these, and may be; with a model that does not doubt what the
    context stage says, none.
    """

    lines: Lines
    features: Features
    posteriors: NDArray[np.float64]
    known: Known
    at_home: NDArray[np.bool_]
    view: View
    odds: NDArray[np.float64]
    inside: NDArray[np.float64]
    possible: NDArray[np.float64]


class Cleaner:
    """Cleans pages with one model.

    A cleaner holds no state beside its model: calls do not depend on one another,
    and a page gives the same result alone, in a batch and in any worker.
    """

    def __init__(
        self,
        model: Model,
        folder: Path | None = None,
        *,
        keep: float | None = None,
        preset: str | None = None,
    ) -> None:
        """Take *model*, and the *folder* that workers load it from.

        *keep*: share of article characters that may not be lost, on the average over
        pages, such as 0.999; never keeps less than the default. *preset*: "cautious",
        "balanced" (the default) or "strict". Raises `SettingError` for anything else.
        """
        self.model = model
        self.folder = folder
        self.points = dial.points(model.config.dial, model.config.usual, keep, preset)
        self._setting = (keep, preset)

    def __call__(self, text: str) -> Cleaned:
        """Give the article of one page, its spans and its verdict."""
        return self.clean_all([text])[0]

    def stream(self, texts: Iterable[str], jobs: int = 1) -> Iterator[Cleaned]:
        """Yield the result of each text, in order, in batches and constant memory.

        *jobs* worker processes; -1 for one a core. Several need a model that was
        loaded from a folder.
        """
        if jobs == 1:
            for batch in batches(texts):
                yield from self.clean_all(batch)
            return
        from joblib import Parallel, delayed  # noqa: PLC0415 — half a second to import

        work = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs")
        # workers load the model by name: pickled, a mapped array is copied whole
        tasks = (
            delayed(_clean_in_worker)(self.folder, self._setting, batch)
            for batch in batches(texts)
        )
        with contextlib.closing(work(tasks)) as results:
            yield from chain.from_iterable(results)

    def clean_all(self, texts: Sequence[str]) -> list[Cleaned]:
        """Give the results of *texts*, worked on as one batch."""
        for number, text in enumerate(texts):
            if not isinstance(text, str):
                msg = (
                    f"text {number} is {type(text).__name__}, not str;"
                    " decode bytes first, for example with .decode('utf-8', 'replace')"
                )
                raise TextError(msg)
        return self.decide(texts, self.read(texts))

    def decide(self, texts: Sequence[str], batch: Batch) -> list[Cleaned]:
        """Give the results of *texts* from what the model says of them."""
        labels = self.unit_labels(batch)
        stretches = self.spam_stretches(batch, labels)
        labels, chances = self.rest(batch, labels)
        starts, piece_labels, probabilities = _pieces(batch, labels, chances, stretches)
        bounds = batch.lines.page_starts
        rows = np.searchsorted(starts, bounds)
        results = []
        for number, text in enumerate(texts):
            part = slice(rows[number], rows[number + 1])
            spans = merge_pieces(
                starts[part] - bounds[number],
                len(text),
                piece_labels[part],
                probabilities[part],
            )
            points = slice(bounds[number], bounds[number + 1])
            widths = _widths(batch.lines.classes[points], spans)
            verdict = _verdict(self.model.config.verdict, widths)
            results.append(Cleaned(kept_text(text, spans), spans, verdict, widths))
        return results

    def read(self, texts: Sequence[str]) -> Batch:
        """Give what the model says of *texts*; no decision is taken yet."""
        lines = split_pages(texts)
        found = features.extract(lines)
        packed, sums = self.model.evidence(found)
        shared = Shared(lines, found, self.model.vocabulary)
        logits, article_odds = self.model.logits(shared, sums)
        rule = self.model.config.decoding
        article_odds *= rule.article_temperature
        scores = decode.label_scores(logits, article_odds)
        scaled = scores * rule.temperature + np.array(rule.offsets)
        scaled -= scaled.max(axis=1, keepdims=True)
        chances = decode.posteriors(
            np.exp(np.maximum(scaled, -30.0)),
            np.exp(np.array(rule.transitions)),
            lines.pages,
        )
        known = Known(shared, packed, self.model.seams, logits)
        home = _at_home(lines, found)
        # until the nets that look inside units are fitted, nothing is looked at
        view = places.sampled(known, np.full(len(home), bool(rule.doubt)) & ~home)
        view, odds = self.place_odds(view)
        inside, possible = (
            np.bincount(known.unit[view.at], odds > least, len(home))
            / np.maximum(found.sizes - 2.0, 1.0)
            for least in (0.0, POSSIBLE)
        )
        return Batch(lines, found, chances, known, home, view, odds, inside, possible)

    def unit_labels(self, batch: Batch) -> NDArray[np.int64]:
        """Give the label of each unit."""
        return labels_at(self.model.config.decoding, batch, self.points)

    def spam_stretches(self, batch: Batch, labels: NDArray[np.int64]) -> Stretches:
        """Give the spam stretches inside units.

        Those that are likely enough in units that are not spam as a whole; in units
        that are in part, whatever may be spam.
        """
        found, odds = self.scored_stretches(batch)
        least = _by_unit(batch, self.points, "stretch")[found.units]
        stand = (odds > least) & (labels[found.units] != SPAM)
        stand &= ~batch.at_home[found.units]  # copies of spam can stand there
        unit = batch.known.unit[batch.view.at]
        may_be = (batch.odds > POSSIBLE) & partly_spam(batch, labels)[unit]
        both = found.take(stand).joined(phrases.runs(batch.view, may_be))
        mended = edges.mend(batch.features, both)
        if not len(mended.units):
            return mended
        whole = (labels == SPAM) & ~partly_spam(batch, labels)
        return copies.agree(batch.known, mended, whole, batch.at_home)

    def rest(
        self, batch: Batch, labels: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Give each unit's label but for its spam stretches, and the chance of it.

        What is left of a unit that is spam in part is article or chrome.
        """
        chance = batch.posteriors[np.arange(len(labels)), labels]
        partly = partly_spam(batch, labels)
        if not partly.any():
            return labels, chance
        article, chrome, _ = batch.posteriors.T
        share = article / np.maximum(article + chrome, TINY)
        kept = share >= _cuts(self.model.config.decoding, batch, self.points)
        rest = np.where(kept, ARTICLE, CHROME)
        chance = np.where(partly, np.where(kept, share, 1 - share), chance)
        return np.where(partly, rest, labels), chance

    def scored_stretches(self, batch: Batch) -> tuple[Stretches, NDArray[np.float64]]:
        """Give the likeliest stretches of each unit, with their log odds of spam."""
        return phrases.stretches(batch.view, batch.odds, self.model.config.phrase.chain)

    def place_odds(self, some: View) -> tuple[View, NDArray[np.float64]]:
        """Give the places that may be spam, of those around *some*, and their log odds.

        Whole spam units are looked at with the rest: a phrase that returns in a list
        of keywords is known from there.
        """
        first, second, third = self.model.tags
        if not len(some.at):
            return some, np.zeros(0)
        before = places.looked_at(some, self.model.gate, self.model.config.phrase.gate)
        hidden, logits = network.run(first, places.columns(before))
        view = places.looked_at_again(before, logits[:, 0])
        columns = places.second_columns(view, before, hidden, logits[:, 0])
        hidden, logits = network.run(second, columns)
        columns = places.third_columns(view, hidden, logits[:, 0])
        return places.with_copies(view, network.run(third, columns)[1][:, 0])


def spam_odds(
    rule: Decoding, chances: NDArray[np.float64], inside: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give each unit's chance to be spam among spam and article; -1 for chrome.

    Chrome called spam is cut all the same; article called spam is lost. So the two
    are weighed apart. *chances*: (units, labels). *inside*: as in `Batch`; the less of
    a unit the nets that look inside find, the less likely it is spam as a whole.
    """
    spam = chances[:, SPAM]
    genuine = chances[:, ARTICLE] * np.exp(rule.doubt * (1 - inside))
    share = spam / np.maximum(spam + genuine, TINY)
    return np.where(spam >= rule.spam_to_chrome * chances[:, CHROME], share, -1.0)


def name_odds(batch: Batch, cut: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give the chance to be spam among spam and article of units that are *cut*.

    -1 for others, and where chrome is the likelier name of the unit and of what is cut
    of its line: a long list is one thing, though it is several units. 1 where both
    stages say spam; where chrome was likelier, too, names of languages above a page and
    a licence number below it were called so.
    """
    article, chrome, spam = batch.posteriors.T
    line = np.cumsum(batch.lines.heads) - 1
    weight = np.where(cut, batch.features.sizes, 0)
    of_line = np.bincount(line, weight * spam) >= np.bincount(line, weight * chrome)
    likelier = spam >= chrome
    share = spam / np.maximum(spam + article, TINY)
    both = (batch.inside > MOSTLY) & (batch.possible >= WHOLLY)
    both &= likelier & (spam > article)
    named = likelier | of_line[line]
    return np.where(cut & both, 1.0, np.where(cut & named, share, -1.0))


def partly_spam(batch: Batch, labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which units that are spam, as *labels* has it, are so in part.

    In these the nets that look inside see what is spam better than the unit as a whole
    tells: on validation pages they give back half of the article that such units cost
    and lose 0.08 % of the spam. Where they see little, the unit is another kind of spam
    than they know.
    """
    share = batch.possible
    partly: NDArray[np.bool_] = (labels == SPAM) & (share >= PARTLY) & (share < 1)
    return partly


def batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield lists of texts of about BATCH code points together."""
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text) if isinstance(text, str) else 0
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def chinese(batch: Batch) -> NDArray[np.bool_]:
    """Tell which units are in a Chinese page; by script, for nobody says."""
    found, pages = batch.features, batch.lines.pages
    owner = np.repeat(pages, found.sizes)
    number = int(pages.max()) + 1 if len(pages) else 0
    han = np.bincount(owner, _HAN[found.classes], number)
    letters = np.bincount(owner, _LETTERS[found.classes], number)
    return ((han > 0) & (han >= CHINESE * letters))[pages]


def _by_unit(
    batch: Batch, points: Mapping[str, Point], name: str
) -> NDArray[np.float64]:
    """Give a number of the point that each unit's page goes by."""
    english, own = (getattr(points[language], name) for language in ("en", "zh"))
    if english == own:
        return np.full(len(batch.lines.pages), float(english))
    return np.where(chinese(batch), float(own), float(english))


def _cuts(
    rule: Decoding, batch: Batch, points: Mapping[str, Point]
) -> NDArray[np.float64]:
    """Give the chance of article from which on each unit is kept."""
    article, pages = batch.posteriors[:, ARTICLE], batch.lines.pages
    size = np.maximum(batch.lines.content_ends - batch.lines.contents, 1)
    cut = decode.page_cuts(article, size, pages)
    columns = _columns(batch.lines.classes)
    width = columns[batch.lines.content_ends] - columns[batch.lines.contents]
    highest = np.where(width < SHORT, rule.highest_short, rule.highest)
    # A page of next to no chrome is a text that somebody has cleaned already: there
    # next to nothing has to be cut, as `training.decisions.LITTLE` tells.
    chrome = np.bincount(pages, size * batch.posteriors[:, CHROME])
    little = (chrome < rule.little * np.bincount(pages, size))[pages]
    highest = np.where(little, np.minimum(highest, rule.highest_little), highest)
    cut = np.clip(cut, rule.lowest, highest)
    for times in {point.precision for point in points.values()} - {1}:
        cut = np.maximum(cut, decode.page_cuts(article, size, pages, times))
    share = _by_unit(batch, points, "share")
    if (share < 1).any():
        cut = np.minimum(cut, decode.share_cuts(article, size, pages, share))
    return cut


def labels_at(
    rule: Decoding, batch: Batch, points: Mapping[str, Point]
) -> NDArray[np.int64]:
    """Give the label of each unit, decided at the point of its page's language."""
    cut = _cuts(rule, batch, points)
    genuine = np.where(batch.posteriors[:, ARTICLE] >= cut, ARTICLE, CHROME)
    least = _by_unit(batch, points, "spam")
    odds = spam_odds(rule, batch.posteriors, batch.inside)
    spam = odds >= least
    # What is cut in any case is named by less evidence: nothing more is lost by it. A
    # dial that asks for more asks for it here, too.
    more = np.maximum(least, rule.named)
    enough = np.where(least > rule.spam, more, rule.named)
    spam |= name_odds(batch, genuine == CHROME) >= enough
    return np.where(spam & ~batch.at_home, SPAM, genuine)


def _at_home(lines: Lines, found: Features) -> NDArray[np.bool_]:
    """Tell which units are in a script that their page is written in, but no model.

    Training has genuine text in English and Chinese. Cyrillic, kana, Hangul and other
    letters it knows from spam alone, and would call a Russian page spam for being
    Russian; in a page of another script they stand out, and that is evidence. With
    more said in Han than in Cyrillic a page is Chinese. Whatever is in sentences tells
    what a page is written in, however long the list below them: with more of it in
    Chinese or in Latin letters, other scripts are not at home. Kana alone stands beside
    Han where it is, and there most sentences with Han have some.
    """
    pages = lines.pages
    units = np.repeat(np.arange(len(pages)), found.sizes)
    number = int(pages.max()) + 1 if len(pages) else 0
    letters = np.bincount(units, _LETTERS[found.classes], len(pages))
    han = np.bincount(pages[units], _HAN[found.classes], number)
    size = np.maximum(letters, 1)
    of_page = np.maximum(np.bincount(pages, letters, number), 1)
    lettered = np.maximum(np.bincount(pages, letters > 0, number), 1)
    ends = np.bincount(units, found.classes == chars.SENTENCE_END, len(pages))
    told = np.where(ends > 0, np.bincount(units, _HAN[found.classes], len(pages)), 0)
    han_told = np.bincount(pages, told, number)
    enough = np.minimum(TOLD * of_page, ENOUGH)
    han_told = np.where(han_told >= enough, han_told, 0)
    latin = np.bincount(units, _LATIN[found.classes], len(pages))
    latin_told = np.bincount(pages, latin * (ends > 0), number)
    latin_told = np.where(latin_told >= AT_HOME * of_page, latin_told, 0)
    home = np.zeros(len(pages), bool)
    present = np.bincount(found.classes, minlength=chars.CLASSES)
    for script in filter(present.item, UNREAD):
        own = np.bincount(units, found.classes == script, len(pages))
        there = own >= AT_HOME * size
        # one long list is not what a page is written in, nor are a few short lines
        total = np.bincount(pages, own, number)
        share = np.bincount(pages, there, number) / lettered
        written = np.minimum(total / of_page, share) >= AT_HOME
        own_told = np.bincount(pages, own * (ends > 0), number)
        if script == chars.KANA:
            own_told += np.bincount(pages, told * there, number)
            written &= 2 * np.bincount(pages, told * there, number) >= han_told
        else:
            # a syllable of Hangul says about what a Han character does
            times = 1 if script == chars.HANGUL else DENSITY
            written &= total >= times * han
            written &= own_told >= times * han_told
        written &= own_told >= latin_told
        home |= there & written[pages]
    return home


@cache
def open_cleaner(
    folder: Path, keep: float | None = None, preset: str | None = None
) -> Cleaner:
    """Give the cleaner with the model in *folder*, set as asked; opened once."""
    return Cleaner(_open_model(folder), folder, keep=keep, preset=preset)


@cache
def _open_model(folder: Path) -> Model:
    return load(folder)


def _clean_in_worker(
    folder: Path, setting: tuple[float | None, str | None], texts: list[str]
) -> list[Cleaned]:
    return open_cleaner(folder, *setting).clean_all(texts)


def _pieces(
    batch: Batch,
    labels: NDArray[np.int64],
    chance: NDArray[np.float64],
    stretches: Stretches,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Give starts, labels and probabilities of what units are cut into.

    *labels* and *chance*: (units,), but for the *stretches*, which are spam.
    """
    lines, found = batch.lines, batch.features
    likely = np.maximum(batch.posteriors[:, SPAM], 0.5)
    # a place counts two marks for each unit before it, and its own unit's first
    marks = 2 * stretches.units + 1
    cut = found.sources[stretches.starts - marks] if len(marks) else marks
    back = found.source_ends[stretches.ends - 1 - marks] if len(marks) else marks
    # of pieces that start at one place the last is the one that is not empty
    starts = np.r_[back, lines.starts[:-1], cut]
    owner = np.r_[stretches.units, np.arange(len(labels)), stretches.units]
    spam = np.r_[np.zeros(len(back) + len(labels), bool), np.ones(len(cut), bool)]
    order = np.argsort(starts, kind="stable")
    starts, owner, spam = starts[order], owner[order], spam[order]
    return (
        starts,
        np.where(spam, SPAM, labels[owner]),
        np.where(spam, likely[owner], chance[owner]),
    )


def _columns(classes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Give how many columns of visible text stand before each code point.

    A Han character has two. Returns (code points + 1,).
    """
    wide = (classes >= chars.HAN) & (classes <= chars.HANGUL)
    unseen = (
        (classes == chars.SPACE)
        | (classes == chars.NEWLINE)
        | (classes == chars.INVISIBLE)
    )
    columns = np.zeros(len(classes) + 1, np.int64)
    np.cumsum(np.where(unseen, 0, 1 + wide), out=columns[1:])
    return columns


def _widths(classes: NDArray[np.uint8], spans: Sequence[Span]) -> dict[str, int]:
    """Give how many columns of visible text have each label."""
    columns = _columns(classes)
    widths = dict.fromkeys(LABELS, 0)
    for span in spans:
        widths[span.label] += int(columns[span.end] - columns[span.start])
    return widths


def _verdict(rule: VerdictRule, widths: Mapping[str, int]) -> str:
    """Give the page's verdict from how wide its parts are."""
    total = sum(widths.values())
    few = widths["article"] < min(rule.article_width, total // 2 + 1)
    if few or widths["spam"] > rule.spam_share * total:
        return "rejected"
    return "repaired" if widths["spam"] else "clean"
