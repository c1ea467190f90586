"""The shipped models: where they lie, and one call for each use."""

from pathlib import Path

from dross.cleaner import Cleaned, Cleaner, open_cleaner
from dross.errors import ModelError

DEFAULT = "en-zh"


def model_folder(name: str | Path = DEFAULT) -> Path:
    """Give the folder of a model: a shipped model's name, or a path.

    Shipped models lie beside this file in a wheel, and in ``models/`` of a checkout.
    """
    here = Path(__file__).resolve().parent
    for shipped in (here / "models", here.parent.parent / "models"):
        if isinstance(name, str) and (shipped / name / "config.json").is_file():
            return shipped / name
    if not (folder := Path(name)).is_dir():
        msg = (
            f"no model {str(name)!r}: it is neither a shipped model ({DEFAULT!r})"
            " nor a folder"
        )
        raise ModelError(msg)
    return folder.resolve()


def load(
    name: str | Path = DEFAULT,
    *,
    keep: float | None = None,
    preset: str | None = None,
) -> Cleaner:
    """Give the cleaner with a shipped model, or with the model in a folder; cached.

    *keep* and *preset* set its dial, as for `Cleaner`.
    """
    return open_cleaner(model_folder(name), keep, preset)


def clean(text: str) -> Cleaned:
    """Give the article of *text* by the shipped model."""
    return load()(text)
