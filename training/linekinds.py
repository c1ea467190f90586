"""Line kinds: headlines, bylines and captions, on which the golds disagree.

Some golds keep them and some leave them out, so such a line must not be graded by
what one gold happened to do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training.tokens import Vocabulary, tokenise

if TYPE_CHECKING:
    from collections.abc import Iterable

_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_SEPARATOR = re.compile(r"\s+[-–—|:»«·]+\s+|[|_–—»«]+|\s*--+\s*")
_SHORTEST_TITLE = 2.4  # words; "News" in a title is the name of a section
_LONGEST_BYLINE = 25.0  # words

# Only what opens such lines: a paragraph may well mention an author.
_ENGLISH_BYLINE = re.compile(
    r"""^\W*(?:
      (?i:by):?\s+[A-Z](?!.*[.!?]\s*$)  # By Jane Doe, but not: By Monday it rained.
    | (?i:(?:written|posted|published|submitted|reported|photograph(?:s|ed)?|photos?
        |image|updated|last\s+(?:updated|modified)|created|edited|reviewed)
        \s*(?:by|on|at|in|:|\d))
    | (?i:(?:file\s+)?(?:photo|image|picture|illustration|graphic)s?\s+
        (?:by|courtesy|provided|credit|source)s?\b)(?!.*[.!?]\s*$)
    | (?i:(?:source|author|editor|reporter|credit|photo|date|published|updated)s?
        \s*[:：/])
    | (?i:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b
        [\s,]+(?:\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))
    | (?i:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}\b
        [\s,]+(?:\d{4}|at\b))
    | (?i:\d{1,2}(?:st|nd|rd|th|\.)?[\s-]+
        (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[\s,-]+\d{4})
    | \d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b     # 2012-01-31
    | \d{1,2}([-/.])\d{1,2}\1(?:19|20)?\d\d\b(?![.,]\d)  # 31.1.2012
    | ©|\(c\)\s
    )""",
    re.VERBOSE,
)
_CHINESE_BYLINE = re.compile(
    r"""^\W*(?:
      # source; author, editor, photographer, reporter, proof-reader, translator;
      # published, updated, time, clicks, letter size; a date; reporter so-and-so
      (?:本文|文章|新闻|新聞|稿件|信息|图片|圖片)?(?:来源|來源|出处|出處)\s*[:：于於｜|]
    | (?:图|圖)源\s*[:：｜|/]
    | (?:本文|文章)?(?:作者|编辑|編輯|责任编辑|責任編輯|责编|責編|撰稿|撰文|整理
        |摄影|攝影|记者|記者|通讯员|通訊員|实习记者|供稿|审核|審核|校对|校對
        |发布者|發佈者|发布人|发布单位|发表人|编审|编者|译者|譯者)\s*[:：/／|｜\s]
    | [文图圖]\s*[:：/／]
    | (?:发布|發佈|發布|发表|發表|更新|创建|上传|添加|时间|時間|日期|浏览|瀏覽
        |点击|點擊|阅读|閱讀|字号|字体)
        (?:时间|時間|日期|于|於|量|次数|次數|数|數)?\s*[:：于於]
    | (?:\d{2,4}|民國\d+)\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日
        (?:\s*(?:星期.)?[\d:：\s]*(?:\W|$)|[^，。]{0,25}$)
    | \d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b
    | .{0,12}(?:记者|記者)\s*[\u4e00-\u9fff·]{2,8}\s*(?:摄|攝|报道|報道|報導|文|图)?\s*$
    | [(（【\[]\s*(?:责任编辑|責任編輯|责编|編輯|编辑|作者|记者|記者|来源|來源)
    )""",
    re.VERBOSE,
)

Folded = tuple[int, ...]


def is_byline(line: str, words: float) -> bool:
    """Tell whether *line* of *words* words names authors, dates, sources, credits."""
    return words <= _LONGEST_BYLINE and bool(
        _ENGLISH_BYLINE.match(line) or _CHINESE_BYLINE.match(line)
    )


def html_title(html: str) -> str:
    """Return what the `<title>` of *html* says, or ""."""
    found = _TITLE.search(html)
    return found.group(1) if found else ""


def title_forms(titles: Iterable[str | None], vocabulary: Vocabulary) -> set[Folded]:
    """Return the token numbers of the headlines that *titles* hold.

    A title often ends or begins with the site's name, after "|", "-" or "_".
    """
    forms: set[Folded] = set()
    for title in titles:
        if not title:
            continue
        cuts = [match.span() for match in _SEPARATOR.finditer(title)]
        texts = [title]
        texts += [title[:start] for start, _ in cuts]
        texts += [title[end:] for _, end in cuts]
        for text in texts:
            tokens = tokenise(text, vocabulary)
            if tokens.weights.sum() >= _SHORTEST_TITLE:
                forms.add(tuple(tokens.ids.tolist()))
    return forms
