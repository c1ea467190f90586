"""Structure: the names of what an HTML element makes of the text inside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_NAMES = {
    "nav": "nav",
    "header": "header",
    "footer": "footer",
    "aside": "aside",
    "h1": "h1",
    "h2": "h2",
    "h3": "h3",
    "h4": "h3",
    "h5": "h3",
    "h6": "h3",
    "li": "li",
    "dd": "li",
    "dt": "li",
    "p": "p",
    "main": "main",
    "article": "main",
    "a": "link",
    "form": "form",
    "select": "form",
    "button": "form",
    "textarea": "form",
    "figcaption": "caption",
    "blockquote": "quote",
    "pre": "code",
    "code": "code",
    "b": "strong",
    "strong": "strong",
}
# Pages from before HTML5 say in class and id what later ones say in element names.
# A name counts only as a whole word of an attribute, so that "entry-header", which
# holds the headline, is no page header.
_ATTRIBUTES = {
    "nav": "nav navbar navigation menu mainmenu topmenu breadcrumb breadcrumbs crumbs"
    " pagination pager",
    "header": "site-header page-header masthead topbar top-bar",
    "footer": "footer foot site-footer page-footer copyright bottom",
    "aside": "sidebar side-bar aside rightcol leftcol related recommended"
    " related-posts related-articles",
    "comment": "comment comments commentlist respond disqus_thread",
    "share": "share sharing social bdsharebuttonbox social-share addthis_toolbox",
    "byline": "byline author date dateline published post-meta entry-meta meta"
    " timestamp source editor",
    "caption": "caption wp-caption-text image-caption photo-caption credit",
}
_BY_ATTRIBUTE = {
    word: name for name, words in _ATTRIBUTES.items() for word in words.split()
}


def structure(element: HtmlElement, above: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names for text in *element*, sorted: *above* and those of its own."""
    kind = element.tag
    own = {_NAMES[kind]} if kind in _NAMES else set()
    if kind == "table" and _is_data(element):
        own.add("table")
    # In highlighted code a "comment" is one of the code.
    attributes = ("class", "id", "role") if "code" not in {*own, *above} else ()
    for attribute in attributes:
        for word in (element.get(attribute) or "").lower().split():
            if word in _BY_ATTRIBUTE:
                own.add(_BY_ATTRIBUTE[word])
    if element.get("role") in {"navigation", "menu"}:
        own.add("nav")
    elif element.get("role") == "contentinfo":
        own.add("footer")
    if kind in {"header", "footer"} and "main" in above:
        own.discard(kind)  # of an article or a post, not of the page
    if kind == "body":
        own = set()  # <body class="author"> says what the page is, not a part of it
    return tuple(sorted({*above, *own})) if own - set(above) else above


def _is_data(table: HtmlElement) -> bool:
    """Tell a table of data from one that lays out the page, as in the 2000s."""
    return table.find(".//table") is None and table.find(".//p") is None
