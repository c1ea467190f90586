"""The user's dial: how much of the article may be lost for what else is cut.

*keep* is a promise about the average page: ``keep=0.999`` may lose a thousandth of
the article's characters. What a page may lose by its own probabilities to hold that
promise was measured on pages of sites not trained on, and lies in the model's config
as a curve a language. The presets are points of the same dial: ``cautious`` is a
*keep*, ``balanced`` the cut with the best expected F1, ``strict`` the one where
precision weighs more than recall.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from numbers import Real

import numpy as np

from dross.errors import SettingError

# By the script that a page is in; every page that is not Chinese goes by English.
LANGUAGES = ("en", "zh")
PRESETS = ("cautious", "balanced", "strict")
# Log odds that no stretch reaches: whole-number nets give far smaller ones.
NEVER = 99.0


@dataclass(frozen=True, slots=True)
class Point:
    """Where decisions are taken.

    ``share``: of a page's expected article characters, how many may be cut; what
    `Decoding` would keep is kept all the same. ``precision``: how often it counts
    to recall's once in the F that a page's cut makes highest. ``spam``: the
    probability from which on a unit is spam, ``stretch``: the log odds above which a
    stretch inside one is.
    """

    share: float
    precision: int
    spam: float
    stretch: float


@dataclass(frozen=True, slots=True)
class Step:
    """One measured point of a curve: ``loss`` of article characters at these."""

    loss: float
    share: float
    spam: float
    stretch: float


@dataclass(frozen=True, slots=True)
class Dial:
    """The curves and presets of a model; fitted like `Decoding`.

    ``curves``: by language, steps that rise in loss and share and never rise in
    ``spam`` and ``stretch``; the first loses nothing. A language without a curve has
    its probabilities taken at their word. ``cautious``: the *keep* of that preset.
    ``strict``: the point of that preset.
    """

    curves: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    cautious: float = 0.999
    strict: Point | None = None


def points(
    dial: Dial, usual: Point, keep: float | None = None, preset: str | None = None
) -> dict[str, Point]:
    """Give the point of each language for what the user asks: *keep* or *preset*.

    *usual*: the point where the user asks for nothing, which is ``balanced``. Raises
    `SettingError` for what is no share and no preset.
    """
    if keep is not None and preset is not None:
        msg = f"keep ({keep}) and preset ({preset!r}) are one dial; give one of them"
        raise SettingError(msg)
    if preset is not None and preset not in PRESETS:
        msg = f"no preset {preset!r}; there are {', '.join(PRESETS)}"
        raise SettingError(msg)
    if preset == "cautious":
        keep = dial.cautious
    if keep is not None:
        allowed = 1 - checked(keep)
        return {
            name: _at(dial.curves.get(name) or unfitted(usual), usual, allowed)
            for name in LANGUAGES
        }
    if preset == "strict":
        # without a fit: whatever is as likely spam as not
        even = Point(1.0, 4, min(usual.spam, 0.5), min(usual.stretch, 0.0))
        return dict.fromkeys(LANGUAGES, dial.strict or even)
    return dict.fromkeys(LANGUAGES, usual)


def checked(keep: object) -> float:
    """Give *keep* if it is a share; raises `SettingError` if it is none."""
    if isinstance(keep, Real) and 0 <= float(keep) <= 1:
        return float(keep)
    msg = (
        f"keep is {keep!r}; give the share of article characters to keep, from 0 to 1,"
        " such as 0.999"
    )
    raise SettingError(msg)


def unfitted(usual: Point) -> tuple[Step, ...]:
    """Give the curve that takes probabilities at their word."""
    return (
        Step(0.0, 0.0, 1.0, NEVER),
        Step(0.01, 0.01, usual.spam, usual.stretch),
        Step(1.0, 1.0, usual.spam, usual.stretch),
    )


def _at(steps: tuple[Step, ...], usual: Point, allowed: float) -> Point:
    """Give the point with a loss of *allowed*, between the steps around it."""
    losses = [step.loss for step in steps]

    def between(name: str) -> float:
        return float(np.interp(allowed, losses, [getattr(s, name) for s in steps]))

    return replace(
        usual,
        share=between("share"),
        spam=max(between("spam"), usual.spam),
        stretch=max(between("stretch"), usual.stretch),
    )
