"""What tests of several modules share: a small random model, and calm hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings

from dross import context, evidence, model, phrases, places
from dross.cleaner import Cleaner, open_cleaner
from dross.decode import STATES
from dross.dial import NEVER, Dial, Point, Step
from dross.network import Layer, Network
from dross.spans import LABELS
from tests import oracles
from tests.oracles import WORDS

if TYPE_CHECKING:
    from pathlib import Path

# Tests share their cores with other work: a slow example is no fault.
settings.register_profile("dross", deadline=None)
settings.load_profile("dross")

BITS = 12
HIDDEN = 8
# Chinese pages lose less at the same share, as with the shipped model.
TINY_DIAL = Dial(
    curves={
        name: (
            Step(0.0, 0.0, 1.0, NEVER),
            Step(loss, 0.01, 0.9, 4.0),
            Step(10 * loss, 0.1, 0.7, 1.0),
            Step(40 * loss, 1.0, 0.6, 0.0),
        )
        for name, loss in (("en", 0.01), ("zh", 0.004))
    },
    cautious=0.85,
    strict=Point(share=1.0, precision=4, spam=0.5, stretch=-1.0),
)


def save_tiny_model(folder: Path, rng: np.random.Generator) -> str:
    """Write a small random model to *folder* and give its digest.

    It knows nothing, but its labels change often: every kind of span occurs.
    """
    nets = [
        Network(
            tuple(
                Layer(
                    rng.integers(-20, 21, (inputs, outputs)).astype(np.float32),
                    rng.integers(-500, 501, outputs).astype(np.float32),
                    shift,
                )
                for inputs, outputs, shift in (
                    (columns, HIDDEN, 5),
                    (HIDDEN, last, 0),
                )
            ),
            unit=1 / 4000,
        )
        for columns, last in (
            (len(context.NAMES), len(LABELS)),
            (HIDDEN + len(context.SECOND_NAMES), len(LABELS)),
            (HIDDEN + len(context.SECOND_NAMES), len(LABELS)),
            (len(places.GATE_NAMES), 1),
            (len(places.NAMES), 1),
            (HIDDEN + len(places.SECOND_NAMES), 1),
            (HIDDEN + len(places.THIRD_NAMES), 1),
        )
    ]
    own = np.random.default_rng(2)
    over_units = [
        oracles.sequence_net(own, len(context.NAMES), HIDDEN, len(STATES))
        for _ in model.SEQUENCES
    ]
    number = len(model.PASSES)
    networks = (*nets[:number], *over_units, *nets[number:])
    config = model.Config(
        bits=BITS,
        scales=tuple(rng.uniform(0.01, 0.1, len(evidence.HEADS)).tolist()),
        decoding=model.Decoding(
            article_temperature=0.9,
            temperature=1.0,
            offsets=(0.5, 0.9, 0.0),
            transitions=tuple(map(tuple, rng.normal(0, 0.5, (3, 3)).tolist())),
            spam=0.6,
            spam_to_chrome=0.4,
            named=0.5,
            lowest=0.2,
            highest=0.8,
            highest_short=0.9,
            little=0.1,
            highest_little=0.3,
            doubt=1.0,
        ),
        phrase=model.PhraseRule(
            gate=-0.5,
            chain=phrases.ChainRule(
                temperature=0.8, offset=-0.5, change=-0.7, least=0.3
            ),
            threshold=1.0,
        ),
        verdict=model.VerdictRule(article_width=10, spam_share=0.3),
        about={"name": "random"},
        dial=TINY_DIAL,
    )
    weights = rng.integers(-128, 128, (1 << BITS, len(evidence.HEADS)), np.int8)
    return model.save(folder, config, weights, WORDS, networks)


@pytest.fixture(scope="session")
def tiny_cleaner(tmp_path_factory: pytest.TempPathFactory) -> Cleaner:
    """Give a cleaner with a small random model that lies in a folder of its own."""
    folder = tmp_path_factory.mktemp("tiny")
    save_tiny_model(folder, np.random.default_rng(1))
    return open_cleaner(folder)
