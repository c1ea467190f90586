"""A string of spam that returns in a page is spam in all its copies."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dross.copies import COPIES, ORDER, OVERHANG, WIDTH, agree, strings
from dross.features import HAN
from dross.phrases import runs
from dross.places import View
from dross.spans import Stretches, covered, ranges
from tests.oracles import PIECES

if TYPE_CHECKING:
    from dross.cleaner import Cleaner
    from dross.places import Known

# lottery results, casino sign-up, loan company, invoices for sale
SPAM = "彩票开奖,赌场注册,贷款公司,代开发票"
LISTS = (
    SPAM,
    "彩票开奖,赌场注册",
    "Cheap watches online, fast loans without checks, best casino bonus",
    "watches online, fast loans without checks, best casino",
)
pages = st.lists(st.sampled_from((*LISTS, *LISTS, *PIECES)), max_size=24).map("".join)
batches = st.lists(pages, max_size=4)
# A page about a river, "｜" where spam is injected.
RIVER = (
    "河水在星期日上涨了｜半米，渡轮停航一天。\n"  # the river rose by half a metre
    "｜\n"
    "村民把船拖到高处，学校照常｜上课。\n"  # boats were pulled up, school was as usual
    "渡口的老王说，这｜是十年来最高的一次。\n"  # the highest in ten years
)


def known_of(cleaner: Cleaner, *texts: str) -> Known:
    return cleaner.read(texts).known


def stretches_of(known: Known, chosen: np.ndarray) -> Stretches:
    """Give the runs of *chosen* places, however narrow."""
    starts, ends = ranges(chosen & ~known.marks)
    return Stretches(known.unit[starts], starts, ends)


def text_at(known: Known, found: Stretches) -> list[str]:
    """Give the characters of each stretch."""
    stream = known.features.stream
    return [
        "".join(map(chr, stream[start:end].tolist()))
        for start, end in zip(found.starts, found.ends, strict=True)
    ]


def found_in(known: Known, *wanted: tuple[int, str]) -> Stretches:
    """Give stretches: of each string that one of its copies, counted from 0."""
    places = np.flatnonzero(~known.marks)
    text = "".join(map(chr, known.features.stream[places].tolist()))
    chosen = np.zeros(len(known.unit), bool)
    for copy, string in wanted:
        at = -1
        for _ in range(copy + 1):
            at = text.index(string, at + 1)
        chosen[places[at : at + len(string)]] = True
    return stretches_of(known, chosen)


def agreed(known: Known, found: Stretches) -> list[str]:
    none = np.zeros(len(known.pages), bool)
    return text_at(known, agree(known, found, none, none))


def test_what_is_found_in_one_copy_in_four_is_cut_from_all_of_them(
    tiny_cleaner: Cleaner,
) -> None:
    known = known_of(tiny_cleaner, RIVER.replace("｜", SPAM))

    assert agreed(known, found_in(known, (1, SPAM))) == [SPAM] * 4


def test_a_copy_gets_what_was_missed_at_its_ends(tiny_cleaner: Cleaner) -> None:
    known = known_of(tiny_cleaner, RIVER.replace("｜", SPAM))
    parts = found_in(known, (0, "奖,赌场注册"), (2, "彩票开奖,赌"), (3, "代开发票"))

    assert agreed(known, parts) == [SPAM] * 4


def test_a_sign_beside_a_copy_belongs_to_the_article(tiny_cleaner: Cleaner) -> None:
    page = RIVER.replace("｜", f"，{SPAM}", 1).replace("｜", SPAM)
    known = known_of(tiny_cleaner, page)
    # "，" is folded to ","
    found = found_in(known, (0, f",{SPAM}"), (0, f"这{SPAM}"))

    assert agreed(known, found) == [SPAM] * 4


@pytest.mark.parametrize(
    ("spam", "copies", "found"),
    [
        # too few copies, too short a string, too little of them found
        (SPAM, 2, SPAM),
        (SPAM[:13], 4, SPAM[:13]),
        (SPAM, 4, "票开"),
    ],
)
def test_other_copies_stay_as_they_are(
    tiny_cleaner: Cleaner, spam: str, copies: int, found: str
) -> None:
    page = RIVER.replace("｜", spam, copies).replace("｜", "")
    known = known_of(tiny_cleaner, page)

    assert agreed(known, found_in(known, (1, found))) == [found]


def test_units_that_are_spam_as_a_whole_count_and_get_no_stretches(
    tiny_cleaner: Cleaner,
) -> None:
    known = known_of(tiny_cleaner, RIVER.replace("｜", SPAM))
    alone = next(int(known.unit[start]) for start in found_in(known, (1, SPAM)).starts)
    whole = np.arange(len(known.pages)) == alone
    never = np.zeros(len(known.pages), bool)
    # a character of 60: with the unit it is one in four
    one = found_in(known, (0, "公"))

    after = agree(known, one, whole, never)
    assert text_at(known, after) == [SPAM] * 3
    assert alone not in after.units
    assert text_at(known, agree(known, one, never, never)) == ["公"]
    assert text_at(known, agree(known, one, whole, ~never)) == ["公"]


def test_what_stands_in_one_page_says_nothing_of_another(
    tiny_cleaner: Cleaner,
) -> None:
    texts = [RIVER.replace("｜", SPAM, 2).replace("｜", "")] * 2
    known = known_of(tiny_cleaner, *texts)

    assert agreed(known, found_in(known, (0, SPAM))) == [SPAM]


def lines_of(known: Known, page: int) -> list[list[int]]:
    """Give the places of each line of a page, marks left out."""
    lines: list[list[int]] = []
    for place, unit in enumerate(known.unit.tolist()):
        if known.pages[unit] == page:
            first = place == known.features.starts[unit]
            if first and known.shared.lines.heads[unit]:
                lines.append([])
            if not known.marks[place]:
                lines[-1].append(place)
    return lines


def string_at(often: list[int], start: int) -> int:
    """Give the last n-gram of those from *start* on that stand as often as it."""
    end = start
    while end + 1 < len(often) and often[end + 1] == often[start]:
        end += 1
    return end


def by_loop(known: Known) -> list[list[tuple[int, int]]]:
    """Give the copies of each string, page by page and n-gram by n-gram."""
    found: list[list[tuple[int, int]]] = []
    for page in range(known.number):
        copies: dict[str, list[tuple[int, int]]] = defaultdict(list)
        lines = lines_of(known, page)
        texts = [
            "".join(map(chr, known.features.stream[line].tolist())) for line in lines
        ]
        grams = [
            [text[at : at + ORDER] for at in range(len(text) - ORDER + 1)]
            for text in texts
        ]
        times = Counter(gram for line in grams for gram in line)
        for text, line, own in zip(texts, lines, grams, strict=True):
            often = [times[gram] for gram in own]
            at = 0
            while at < len(often):
                end = string_at(often, at)
                if often[at] >= COPIES:
                    string = text[at : end + ORDER]
                    copies[string].append((line[at], line[end + ORDER - 1] + 1))
                at = end + 1
        for string, its in copies.items():
            places = [place for place in range(*its[0]) if not known.marks[place]]
            han = sum(bool(HAN[known.features.classes[place]]) for place in places)
            if len(its) >= COPIES and len(string) + 3 * han >= WIDTH:
                found.append(its)
    return found


@settings(max_examples=100)
@given(texts=batches)
def test_strings_are_those_that_a_loop_over_ngrams_finds(
    tiny_cleaner: Cleaner, texts: list[str]
) -> None:
    known = known_of(tiny_cleaner, *texts)

    starts, ends, number = strings(known, known.pages)

    groups: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for start, end, own in zip(starts, ends, number, strict=True):
        groups[int(own)].append((int(start), int(end)))
    assert sorted(groups.values()) == sorted(by_loop(known))


@settings(max_examples=100)
@given(texts=batches, seed=st.integers(0, 2**32 - 1), share=st.floats(0, 1))
def test_what_was_found_stays_but_for_overhang_and_units_keep_to_themselves(
    tiny_cleaner: Cleaner, texts: list[str], seed: int, share: float
) -> None:
    known = known_of(tiny_cleaner, *texts)
    rng = np.random.default_rng(seed)
    chosen = np.repeat(rng.random(len(known.unit) // 3 + 1) < share, 3)
    whole, never = rng.random((2, len(known.pages))) < 0.2
    view = View(known, np.flatnonzero(~known.marks))
    free = ~(whole | never)[known.unit[view.at]]
    found = runs(view, chosen[: len(known.unit)][view.at] & free)
    if not len(found.units):
        return

    after = agree(known, found, whole, never)

    assert (after.units == known.unit[after.starts]).all()
    assert (after.units == known.unit[after.ends - 1]).all()
    assert not (whole | never)[after.units].any()
    size = len(known.unit)
    before, now = (covered(size, s.starts, s.ends) for s in (found, after))
    assert not (now & known.marks).any()
    starts, ends = ranges(before & ~now)
    assert (ends - starts <= OVERHANG).all()
    copies = {
        place
        for its in by_loop(known)
        for start, end in its
        for place in range(start, end)
    }
    assert set(np.flatnonzero(now & ~before).tolist()) <= copies
    # what is cut off stands beside a copy
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        assert start - 1 in copies or end in copies
