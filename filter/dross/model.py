"""A model: a folder of whole-number arrays, and the way from a page to emissions.

``config.json`` has the format number, what features the model was trained for, its
scales and thresholds, the digest of every array, and where it comes from. Arrays
are plain ``.npy``, mapped and never unpickled. A folder that is damaged or of
another format is refused.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dross import context, decode, evidence, network, places, seams, sequence
from dross.decode import STATES
from dross.dial import Dial, Point, Step
from dross.errors import ModelError
from dross.features import ORDERS, SHAPE_NAMES, TOP, Features
from dross.network import Layer, Network
from dross.phrases import ChainRule
from dross.spans import ARTICLE, CHROME, LABELS
from dross.vocabulary import Vocabulary

FORMAT = 8
# The nets, as their arrays are named: the passes of the context stage, each of which
# sees what the one before made of the page; those that see a page's units at once; then
# those that look inside units: which places are worth a look, and three that tag them.
PASSES = ("first", "second", "third")
SEQUENCES = ("sequence-1", "sequence-2")
TAGS = ("places", "copies", "tags")
NETWORKS = (*PASSES, *SEQUENCES, "gate", *TAGS)


@dataclass(frozen=True, slots=True)
class Decoding:
    """How scores become decisions; all fitted on pages of sites not trained on.

    ``article_temperature`` brings the log odds of article to chrome to what they are
    worth, for the nets over units are surer than they should be; ``temperature`` and
    ``offsets`` (labels,) bring the scores of labels to log odds; ``transitions``
    (labels, labels) are log weights from one unit's label to the next one's. A unit is
    spam where its chance to be so is at least ``spam`` of that to be spam or article,
    and ``spam_to_chrome`` times that to be chrome. Where it is cut in any case, at
    least ``named`` of that to be spam or article is enough, or that
    most of it is spam by the nets that look inside, too. Where these find no spam in
    it, the log odds of that are less by ``doubt``, and by a share of it where they find
    some. ``lowest`` and ``highest`` bound the cut that each page finds for itself
    between article and chrome, for a short unit ``lowest`` and ``highest_short``. Where
    less than a share of ``little`` of a page is expected to be chrome, no cut is above
    ``highest_little``. A user's `Point` can ask for higher cuts.
    """

    article_temperature: float
    temperature: float
    offsets: tuple[float, ...]
    transitions: tuple[tuple[float, ...], ...]
    spam: float
    spam_to_chrome: float
    named: float
    lowest: float
    highest: float
    highest_short: float
    little: float
    highest_little: float
    doubt: float = 0.0


@dataclass(frozen=True, slots=True)
class PhraseRule:
    """When a stretch inside a unit is spam; fitted like `Decoding`.

    Places are looked at around those that the gate gives a logit of at least ``gate``;
    ``chain`` makes runs of them. A run is spam where the mean of its log odds is above
    ``threshold``.
    """

    gate: float
    chain: ChainRule
    threshold: float


@dataclass(frozen=True, slots=True)
class VerdictRule:
    """When a page is rejected: too little article, or too much spam.

    ``article_width``: columns of article (a Han character counts two) below which a
    page has none to speak of. ``spam_share``: share of the visible characters.
    """

    article_width: int
    spam_share: float


@dataclass(frozen=True, slots=True)
class Config:
    """All of a model that is not an array."""

    bits: int
    scales: tuple[float, ...]
    decoding: Decoding
    phrase: PhraseRule
    verdict: VerdictRule
    about: dict[str, object] = field(default_factory=dict)
    dial: Dial = field(default_factory=Dial)

    @property
    def usual(self) -> Point:
        """Where decisions are taken if the user asks for nothing."""
        return Point(1.0, 1, self.decoding.spam, self.phrase.threshold)


@dataclass(frozen=True)
class Model:
    """Everything that decides, ready to use.

    ``packed``: evidence weights as `evidence.pack` gives them. ``vocabulary``: what is
    known of words. ``passes``, ``sequences``, ``gate`` and ``tags``: the nets, as in
    NETWORKS.
    """

    config: Config
    packed: list[NDArray[np.uint64]]
    vocabulary: Vocabulary
    passes: tuple[Network, ...]
    sequences: tuple[Network, ...]
    gate: Network
    tags: tuple[Network, ...]

    @property
    def networks(self) -> tuple[Network, ...]:
        """All nets, in the order of NETWORKS."""
        return (*self.passes, *self.sequences, self.gate, *self.tags)

    @cached_property
    def seams(self) -> NDArray[np.int16]:
        """The seam head's weights, by which joined text is known."""
        return seams.seam_weights(self.packed)

    def evidence(
        self, features: Features
    ) -> tuple[list[NDArray[np.uint64]], NDArray[np.int64]]:
        """Give the packed sums of each place and the evidence of each unit."""
        places = evidence.place_sums(features, self.config.bits, self.packed)
        return places, evidence.unit_sums(features, places)

    def logits(
        self, shared: context.Shared, sums: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give each unit's score for each label, and its log odds of article to chrome.

        (units, labels), by the passes, and (units,), the mean of theirs and of those of
        each net over the page's units: they are wrong in different places. What is spam
        the passes know better.
        """
        scales = np.array(self.config.scales)
        columns = context.columns(sums, scales, shared)
        pages = shared.lines.pages
        others = [
            decode.article_odds(sequence.run(net, columns, pages))
            for net in self.sequences
        ]
        columns = context.pass_columns(columns, shared, self.passes[:-1])
        logits = network.run(self.passes[-1], columns)[1]
        odds = sum(others, logits[:, ARTICLE] - logits[:, CHROME])
        return logits, odds / (1 + len(others))


def layout() -> dict[str, object]:
    """Give what a model must have been trained for to fit this version."""
    names = "\n".join(
        context.NAMES
        + context.SECOND_NAMES
        + places.GATE_NAMES
        + places.NAMES
        + places.SECOND_NAMES
        + places.THIRD_NAMES
    )
    return {
        "orders": ORDERS,
        "heads": list(evidence.HEADS),
        "shape": len(SHAPE_NAMES),
        "columns": hashlib.blake2b(names.encode(), digest_size=8).hexdigest(),
        "labels": list(LABELS),
        "states": list(STATES),
        "sequence": [sequence.ALONE, [list(reach) for reach in sequence.REACHES]],
    }


def save(
    folder: Path,
    config: Config,
    weights: NDArray[np.int8],
    vocabulary: Vocabulary,
    networks: tuple[Network, ...],
) -> str:
    """Write a model to *folder* and give its digest.

    The same model gives the same bytes. *weights*: (2**bits, heads). *networks*: in
    the order of NETWORKS.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[np.generic]] = {
        "evidence": weights,
        "rarity": vocabulary.rarity,
        "vectors": vocabulary.vectors,
        "odds": vocabulary.odds,
    }
    nets = []
    for name, net in zip(NETWORKS, networks, strict=True):
        for number, layer in enumerate(net.layers):
            arrays[f"{name}-weights{number}"] = _narrow(layer.weights)
            arrays[f"{name}-bias{number}"] = _narrow(layer.bias)
        shifts = [layer.shift for layer in net.layers]
        nets.append({"unit": net.unit, "shifts": shifts})
    digests = {}
    for name, array in arrays.items():
        path = folder / f"{name}.npy"
        np.save(path, array, allow_pickle=False)
        digests[name] = _digest(path)
    settings = asdict(config)
    about = settings.pop("about")
    record = {
        "format": FORMAT,
        "layout": layout(),
        "arrays": digests,
        "networks": nets,
        **settings,
        "about": about,
    }
    text = json.dumps(record, indent=1, ensure_ascii=False)
    (folder / "config.json").write_text(text + "\n", "utf-8")
    return digest(folder)


def _narrow(values: NDArray[np.float32]) -> NDArray[np.integer]:
    """Give whole numbers in two bytes each where they fit, or in four."""
    fits = np.abs(values).max(initial=0) <= np.iinfo(np.int16).max
    return values.astype("<i2" if fits else "<i4")


def digest(folder: Path) -> str:
    """Give one digest for a whole model: of its config, which has the arrays'."""
    return _digest(folder / "config.json")


def load(folder: Path) -> Model:
    """Read the model in *folder*.

    Raises `ModelError` where it is missing, damaged, or of another format.
    """
    record = _read_config(folder)
    try:
        model = _assemble(folder, record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = (
            f"{folder / 'config.json'} is incomplete ({type(error).__name__}: {error});"
            " export the model again"
        )
        raise ModelError(msg) from None
    largest = (TOP, network.ACTIVE)
    for net in model.networks:
        for number, layer in enumerate(net.layers):
            if layer.bound(largest[number > 0]) >= network.EXACT:
                msg = f"{folder} has a layer whose sums could pass {network.EXACT}"
                raise ModelError(msg)
    return model


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        record = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        msg = (
            f"no model in {folder}: it has no config.json;"
            " name a folder made by `python -m training export`"
        )
        raise ModelError(msg) from None
    except ValueError as error:
        msg = f"{path} is not JSON ({error}); export the model again"
        raise ModelError(msg) from None
    if not isinstance(record, dict):
        msg = f"{path} holds a {type(record).__name__}; export the model again"
        raise ModelError(msg)
    if record.get("format") != FORMAT:
        msg = (
            f"{folder} has model format {record.get('format')};"
            f" this version of dross reads {FORMAT}"
        )
        raise ModelError(msg)
    if record.get("layout") != layout():
        msg = (
            f"{folder} was trained for other features than this version of dross has;"
            " train it again or use the version that made it"
        )
        raise ModelError(msg)
    return record


def _assemble(folder: Path, record: dict[str, Any]) -> Model:
    """Give the model that a checked config describes."""
    arrays = {
        name: _array(folder, name, digest) for name, digest in record["arrays"].items()
    }
    decoding = {
        **record["decoding"],
        "offsets": tuple(record["decoding"]["offsets"]),
        "transitions": tuple(map(tuple, record["decoding"]["transitions"])),
    }
    config = Config(
        bits=record["bits"],
        scales=tuple(record["scales"]),
        decoding=Decoding(**decoding),
        phrase=PhraseRule(
            **{**record["phrase"], "chain": ChainRule(**record["phrase"]["chain"])}
        ),
        verdict=VerdictRule(**record["verdict"]),
        about=record["about"],
        # models of before the dial have none; their probabilities stand for it
        dial=_dial(record["dial"]) if "dial" in record else Dial(),
    )
    found = [
        Network(
            tuple(
                Layer(
                    arrays[f"{name}-weights{number}"].astype(np.float32),
                    arrays[f"{name}-bias{number}"].astype(np.float32),
                    shift,
                )
                for number, shift in enumerate(net["shifts"])
            ),
            net["unit"],
        )
        for name, net in zip(NETWORKS, record["networks"], strict=True)
    ]
    packed = evidence.pack(arrays["evidence"])
    nets = iter(found)
    passes = tuple(next(nets) for _ in PASSES)
    sequences = tuple(next(nets) for _ in SEQUENCES)
    gate, *tags = nets
    words = Vocabulary(arrays["rarity"], arrays["vectors"], arrays["odds"])
    return Model(config, packed, words, passes, sequences, gate, tuple(tags))


def _dial(record: dict[str, Any]) -> Dial:
    """Give the dial that its part of a config describes."""
    strict = record["strict"]
    return Dial(
        curves={
            name: tuple(Step(**step) for step in steps)
            for name, steps in record["curves"].items()
        },
        cautious=record["cautious"],
        strict=None if strict is None else Point(**strict),
    )


def _array(folder: Path, name: str, expected: str) -> NDArray[Any]:
    """Give an array of the folder, mapped, if its digest is the *expected* one."""
    path = folder / f"{name}.npy"
    try:
        found = _digest(path)
        if found == expected:
            array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
            return array
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); export the model again"
        raise ModelError(msg) from None
    msg = f"{path} is damaged: its digest is {found}, config.json says {expected}"
    raise ModelError(msg)


def _digest(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
