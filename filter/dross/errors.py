"""Everything that dross raises on purpose.

DrossError
├── ModelError    a model folder that is missing, damaged or of another format
├── TextError     something that is not text where text was expected
├── SettingError  a setting that means nothing, such as a share above 1
├── RecordError   one document of a stream that could not be read
├── SpanError     labelled spans that break the format
└── FormatError   a file name that tells no format that is read or written here
"""


class DrossError(Exception):
    """Base of all errors that dross raises on purpose."""


class ModelError(DrossError):
    """A model folder is missing, damaged or of a format that is not read here."""


class TextError(DrossError, TypeError):
    """A value that is not a ``str`` was given where a text was expected."""


class SettingError(DrossError, ValueError):
    """A setting was given that means nothing; the message names what would."""


class RecordError(DrossError):
    """One document of a stream could not be read; the others are not touched."""


class SpanError(DrossError, ValueError):
    """The labelled spans of a record break the format."""


class FormatError(DrossError):
    """A file name tells no format that can be read or written here."""
