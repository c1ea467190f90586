"""dross: text from the web in, the article out (去其糟粕，取其精华: drop the dregs).

``load`` gives a `Cleaner`; called with a text it gives `Cleaned`: the kept text, the
labelled spans that tile the page, and a verdict. ``clean`` is both in one call.
"""

from dross.cleaner import Cleaned, Cleaner
from dross.errors import DrossError, ModelError, RecordError, SettingError, TextError
from dross.library import clean, load
from dross.spans import Span

__all__ = [
    "Cleaned",
    "Cleaner",
    "DrossError",
    "ModelError",
    "RecordError",
    "SettingError",
    "Span",
    "TextError",
    "clean",
    "load",
]
