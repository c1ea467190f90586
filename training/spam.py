"""Spam: what is injected into pages, each phrase and line in one part only.

Whole lines come as they were found (comments, text messages, doorway sentences);
phrases come from `training.phrases`. Bots vary a line's names, numbers and addresses
but not its words, so lines that share a masked beginning or end, or a host, are held
to one part together; and whatever stands in the real hijacked pages
(``mixed_docs``) trains nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from training.grammars import Grammar, read_grammars
from training.jsonl import jsonl_files, records
from training.phrases import (
    SALT,
    Phrase,
    by_part,
    fold,
    pick,
    read_lexicons,
    unwanted,
)
from training.split import SPAM_PARTS, fold_number, fold_part, parts_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np

T = TypeVar("T")

# Sources whose lines only a person could tell from an article: doorways stitched from
# other people's sentences, video titles about gambling, mojibake. Injected as spam they
# would teach that ordinary sentences are spam.
_LEFT_OUT = (
    "github:joja1990",
    "github:ArganandaKresna",
    "github:GilesGJ",
    "github:bachiim",
)
_MOJIBAKE = re.compile(r"Ã.|â€|锟斤|銉|\ufffd")
_SHORTEST_LINE, _LONGEST_LINE = 4, 1500  # characters
_ENDS = 40  # masked characters that tell a template
_MOST_OF_A_KIND = 20  # lines kept of one template
_SMALL_SOURCE = 20  # lines; smaller sources of a form are drawn from as one
_FEWEST_LINES = 12  # a form or language with fewer would repeat itself
_COMMON_HOST = 60  # lines; a host with more is a shortener or a search engine
# A text message or a comment that may stand inside a paragraph.
_SENTENCE_LENGTHS = range(12, 220)
_GRAMMAR_SHARE = 0.5  # of the phrases where lexicons and grammars both have many
_MANY_TERMS = 60
_FEWEST_TERMS = 8  # a lexicon's family with fewer would repeat itself
_GRAMMAR_SENTENCES = 0.35
# Lines of this form are paragraphs, too much like articles for the nets that look for
# phrases inside them; see `spun`.
SPUN = "spun"
_TRIES = 32  # to make a phrase that is not held out; nearly all are not

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s\"'<>)\]]+", re.IGNORECASE)
_HOST = re.compile(r"(?:https?://|www\.)([a-z0-9.-]+\.[a-z]{2,})", re.IGNORECASE)
_SPEAKER = re.compile(r"^[^:\n]{2,40}: ")
_GIBBERISH = re.compile(
    r"\b(?:[a-z]*[A-Z]+[a-z]+[A-Z]\w*|[bcdfghjklmnpqrstvwxz]{4,}\w*|\w*\d\w*)\b"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A whole line of spam as it was found."""

    text: str
    family: str
    lang: str
    form: str  # comment, sms, sentence, title, keyword-list, url-list or spun
    source: str  # the repository or data set: lines are drawn source by source


@dataclass(frozen=True, slots=True)
class SpamSource:
    """All spam by part. Draw from it with the methods; nothing in it changes.

    Parts are those of `SPAM_PARTS`. *phrases* and *lines* are grouped for drawing: by
    language and then by family, or by form and source. *kept*: terms, folded, of the
    validation and test parts, which no grammar may put together for training.
    """

    phrases: Mapping[str, Mapping[str, Mapping[str, tuple[Phrase, ...]]]]
    grammars: Mapping[str, Mapping[str, Mapping[str, Grammar]]]
    lines: Mapping[str, Mapping[str, Mapping[str, Mapping[str, tuple[Line, ...]]]]]
    kept: frozenset[str] = frozenset()

    def families(self, part: str, lang: str) -> tuple[str, ...]:
        """List the families that *part* has phrases of in *lang*."""
        whole = self.phrases[_whole(part)].get(lang, {})
        terms = self.phrases[part].get(lang, {})
        known = {family for family in terms if len(whole[family]) >= _FEWEST_TERMS}
        return tuple(sorted(known | {*self.grammars[part].get(lang, ())}))

    def phrase(
        self, rng: np.random.Generator, part: str, lang: str, family: str
    ) -> Phrase:
        """Draw a phrase of *family*, from a lexicon or from a grammar."""
        terms = self.phrases[part].get(lang, {}).get(family, ())
        whole = self.phrases[_whole(part)].get(lang, {}).get(family, ())
        grammar = self.grammars[part].get(lang, {}).get(family)
        terms_share = (1 - _GRAMMAR_SHARE) * min(1, len(whole) / _MANY_TERMS)
        if grammar and (not terms or rng.random() >= terms_share):
            for _ in range(_TRIES):
                made = grammar.phrase(rng)
                if part in {"validation", "test"} or fold(made.text) not in self.kept:
                    break
            return made
        if not terms:
            msg = (
                f"no phrases of {family!r} in {lang!r}; "
                f"there are {', '.join(self.families(part, lang)) or 'none at all'}"
            )
            raise LookupError(msg)
        return terms[int(rng.integers(len(terms)))]

    def sentence(self, rng: np.random.Generator, part: str, lang: str) -> Phrase:
        """Draw a sentence that could stand in a paragraph."""
        grammars = self.grammars[part].get(lang, {})
        if grammars and rng.random() < _GRAMMAR_SENTENCES:
            return grammars[pick(rng, sorted(grammars))].sentence(rng)
        for _ in range(8):
            line = self.line(rng, part, lang, but=SPUN)
            if len(line.text) in _SENTENCE_LENGTHS:
                break
        return Phrase(line.text, line.family, line.lang)

    def line(
        self,
        rng: np.random.Generator,
        part: str,
        lang: str,
        form: str | None = None,
        but: str | None = None,
    ) -> Line:
        """Draw a line: first the form, not *but*, then the source, then the line.

        So the two sources that hold half of the lines do not become half of the spam.
        A form or a language with too few lines of its own gives what comes nearest:
        another form, a sentence of a grammar.
        """
        forms = {
            name: sources
            for name, sources in self.lines[part].get(lang, {}).items()
            if name != but and _size(sources) >= _FEWEST_LINES
        }
        if not forms:
            grammars = self.grammars[part].get(lang) or self.grammars[part]["en"]
            made = grammars[pick(rng, sorted(grammars))].sentence(rng)
            return Line(made.text, made.family, made.lang, "sentence", "grammar")
        if form not in forms:
            form = _weighted(rng, {f: _size(found) for f, found in forms.items()})
        sources = forms[form]
        lines = sources[_weighted(rng, {s: len(found) for s, found in sources.items()})]
        return lines[int(rng.integers(len(lines)))]

    def without(self, form: str) -> SpamSource:
        """Return the source without its lines of *form*."""
        lines = {
            part: {
                lang: {name: found for name, found in forms.items() if name != form}
                for lang, forms in languages.items()
            }
            for part, languages in self.lines.items()
        }
        return replace(self, lines=lines)

    def of(self, families: Collection[str], parts: Collection[str]) -> SpamSource:
        """Return the source with only what is of *families* in *parts*.

        Other parts stay as they are.
        """
        lines = {
            part: {
                lang: {
                    form: {
                        source: tuple(
                            line
                            for line in found
                            if part not in parts or line.family in families
                        )
                        for source, found in sources.items()
                    }
                    for form, sources in forms.items()
                }
                for lang, forms in languages.items()
            }
            for part, languages in self.lines.items()
        }
        return replace(
            self,
            phrases=_of_families(self.phrases, families, parts),
            grammars=_of_families(self.grammars, families, parts),
            lines=lines,
        )


def _of_families(
    groups: Mapping[str, Mapping[str, Mapping[str, T]]],
    families: Collection[str],
    parts: Collection[str],
) -> dict[str, dict[str, dict[str, T]]]:
    return {
        part: {
            lang: {
                family: found
                for family, found in own.items()
                if part not in parts or family in families
            }
            for lang, own in languages.items()
        }
        for part, languages in groups.items()
    }


def _size(sources: Mapping[str, Sequence[Line]]) -> int:
    return sum(len(lines) for lines in sources.values())


def _weighted(rng: np.random.Generator, sizes: Mapping[str, int]) -> str:
    """Draw a name by the root of its size."""
    roots = [size**0.5 for size in sizes.values()]
    chosen = rng.choice(len(roots), p=[root / sum(roots) for root in roots])
    return list(sizes)[int(chosen)]


def read_spam(corpus: Path) -> SpamSource:
    """Return all spam of the corpus's ``spam`` folder and of our grammars, by part."""
    folder = corpus / "spam"
    hijacked = [spam for record in records(folder / "mixed_docs.jsonl")
                for spam in _spam_of(record)]  # fmt: skip
    lines = [
        line
        for record in records(folder / "spam_lines.jsonl")
        if (line := _line(record)) is not None
    ]
    genuine = (
        record["text"]
        for path in jsonl_files(corpus / "texts")
        for record in records(path)
    )
    phrases = read_lexicons(folder / "lexicons", genuine)
    pieces = [piece for spam in hijacked for piece in re.split(r"[,_、，|]", spam)]
    return spam_source(
        phrases=by_part(phrases, test_only=[*hijacked, *pieces]),
        lines=lines_by_part(lines, test_only=hijacked),
    )


def training_parts(key: str) -> tuple[str, str]:
    """Return the parts of what is for training alone: all of it, and its fold's."""
    return "train", fold_part(fold_number(key))


def with_lines(source: SpamSource, more: Mapping[str, Sequence[Line]]) -> SpamSource:
    """Return *source* with the lines *more* by part, of forms that it has not yet."""
    lines = {part: dict(source.lines[part]) for part in SPAM_PARTS}
    for part, found in more.items():
        for lang, forms in _lines_grouped(found).items():
            lines[part][lang] = {**lines[part].get(lang, {}), **forms}
    return replace(source, lines=lines)


def spam_source(
    *,
    phrases: Mapping[str, Sequence[Phrase]],
    lines: Mapping[str, Sequence[Line]],
    grammars: Mapping[str, Sequence[Grammar]] | None = None,
) -> SpamSource:
    """Group what is given by part for drawing; *grammars* are ours unless given."""
    grammars = read_grammars() if grammars is None else grammars
    return SpamSource(
        phrases={part: _phrases_grouped(phrases.get(part, ())) for part in SPAM_PARTS},
        grammars={
            part: {
                lang: {g.family: g for g in grammars[part] if g.lang == lang}
                for lang in sorted({g.lang for g in grammars[part]})
            }
            for part in SPAM_PARTS
        },
        lines={part: _lines_grouped(lines.get(part, ())) for part in SPAM_PARTS},
        kept=frozenset(
            fold(phrase.text)
            for part in ("validation", "test")
            for phrase in phrases.get(part, ())
        ),
    )


def _whole(part: str) -> str:
    """Return the part that *part* is, or is a fold's share of."""
    return part.partition("/")[0]


def lines_by_part(
    lines: Iterable[Line], test_only: Iterable[str] = ()
) -> dict[str, tuple[Line, ...]]:
    """Deal *lines* out so that variants of one line stay together.

    Lines that vary one of *test_only* go to the test.
    """
    lines = list(lines)
    texts = [line.text for line in lines]
    kept = [text for text in test_only if len(fold(text)) >= _SHORTEST_LINE]
    groups = _groups([*texts, *kept])
    in_test = {groups[len(texts) + i] for i in range(len(kept))}
    parts: dict[str, list[Line]] = {part: [] for part in SPAM_PARTS}
    seen: set[str] = set()
    kinds: Counter[str] = Counter()
    for line, group in zip(lines, groups, strict=False):
        if line.text not in seen and kinds[group] < _MOST_OF_A_KIND:
            seen.add(line.text)
            kinds[group] += 1
            for part in ("test",) if group in in_test else parts_of(group, SALT):
                parts[part].append(line)
    return {part: tuple(found) for part, found in parts.items()}


def skeleton(text: str) -> str:
    """Return what all variants of a line share: no speaker, addresses or numbers."""
    text = _ADDRESS.sub(" ", _SPEAKER.sub("", text))
    return fold(_GIBBERISH.sub(" ", text))


def _groups(texts: Sequence[str]) -> list[str]:
    """Return each text's group: the least skeleton of those tied together."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := parent.setdefault(name, name)) != name:
            parent[name] = parent[above]
            name = above
        return name

    hosts = Counter(host.lower() for text in texts for host in set(_HOST.findall(text)))
    names = [skeleton(text) or fold(text) for text in texts]
    for name, text in zip(names, texts, strict=True):
        keys = [f"host {host.lower()}" for host in _HOST.findall(text)
                if hosts[host.lower()] <= _COMMON_HOST]  # fmt: skip
        if len(name) >= _ENDS:
            keys += [f"begins {name[:_ENDS]}", f"ends {name[-_ENDS:]}"]
        for key in keys:
            one, other = root(f"text {name}"), root(key)
            parent[max(one, other)] = min(one, other)
    return [root(f"text {name}") for name in names]


def _spam_of(record: Mapping[str, object]) -> Iterator[str]:
    phrases = record.get("injected_phrases")
    if isinstance(phrases, list):
        yield from phrases
        return
    rows = str(record["text"]).split("\n")
    numbers = record["spam_lines"]
    if isinstance(numbers, list):
        yield from (rows[number] for number in numbers)


def _line(record: Mapping[str, str]) -> Line | None:
    text, source = record["text"].strip(), record["source"]
    if source.startswith(_LEFT_OUT) or _MOJIBAKE.search(text):
        return None
    # The lines are injected as lines, so none may hold a line end.
    text = re.sub(r"\s*[\r\n\u2028\x85]+\s*", " ", text)
    if not _SHORTEST_LINE <= len(text) <= _LONGEST_LINE:
        return None
    if unwanted(text, sexual=record["topic"] == "adult"):
        return None
    lang = record["lang"]
    if lang == "zh" and re.search(r"[們個這說點國無碼買賣開關]", text):
        lang = "zh-Hant"
    return Line(text, record["topic"], lang, record["form"], _source(source))


def _source(name: str) -> str:
    """Return the repository or data set without the file in it."""
    words = name.replace(":", " ").split()
    return " ".join(words[:2])


def _phrases_grouped(
    phrases: Iterable[Phrase],
) -> dict[str, dict[str, tuple[Phrase, ...]]]:
    groups: defaultdict[str, defaultdict[str, list[Phrase]]]
    groups = defaultdict(lambda: defaultdict(list))
    for phrase in phrases:
        groups[phrase.lang][phrase.family].append(phrase)
    return {
        lang: {family: tuple(found) for family, found in families.items()}
        for lang, families in groups.items()
    }


def _lines_grouped(
    lines: Iterable[Line],
) -> dict[str, dict[str, dict[str, tuple[Line, ...]]]]:
    groups: dict[str, dict[str, defaultdict[str, list[Line]]]] = {}
    for line in lines:
        forms = groups.setdefault(line.lang, {})
        forms.setdefault(line.form, defaultdict(list))[line.source].append(line)
    return {
        lang: {form: _pooled(sources) for form, sources in forms.items()}
        for lang, forms in groups.items()
    }


def _pooled(sources: Mapping[str, Sequence[Line]]) -> dict[str, tuple[Line, ...]]:
    big = {s: tuple(found) for s, found in sources.items()
           if len(found) >= _SMALL_SOURCE}  # fmt: skip
    rest = [line for s, found in sources.items() if s not in big for line in found]
    return {**big, "small sources": tuple(rest)} if rest else big
