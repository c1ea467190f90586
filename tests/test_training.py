"""The whole training path on the small corpus that lies in the repository."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import joblib
import numpy as np
import pytest

from dross import evidence, model, network
from dross.cleaner import Cleaner, open_cleaner
from dross.dial import LANGUAGES
from dross.features import extract
from dross.lines import split_pages
from training import heads, units
from training.__main__ import main
from training.dial import fit_dial
from training.documents import documents, pages, read_material
from training.evaluate import read_figures
from training.labelled import LabelledText, Mark, write_labelled
from training.linear import AdagradHeads, Rows
from training.network import INPUT_SCALE, MEMBERS, averaged, whole_network
from training.runs import Run
from training.settings import SETTINGS
from training.split import FOLDS

SAMPLE = Path(__file__).parent.parent / "training" / "sample"


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Give a finished run on the sample, all steps by the command itself."""
    folder = tmp_path_factory.mktemp("run")
    arguments = ["all", "--corpus", str(SAMPLE), "--jobs", "1"]
    arguments += ["--run", str(folder), "--out", str(folder / "model")]
    assert main(arguments) == 0
    return Run(SAMPLE, folder, folder / "model", 0, 1)


@pytest.fixture(scope="session")
def cleaner(run: Run) -> Cleaner:
    return open_cleaner(run.out)


def test_the_rows_of_all_folds_stand_in_one_file_a_field(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    written = []
    for fold in range(FOLDS):
        number = 5 if fold != 1 else 0  # a small corpus may have none in a fold
        sizes = rng.integers(0, 4, number)
        written.append(
            Rows(
                rng.integers(9, size=sizes.sum()).astype(np.int32),
                np.r_[0, np.cumsum(sizes)],
                rng.integers(-1, 2, (number, 2)).astype(np.int8),
                rng.random(number).astype(np.float32),
            )
        )
        heads.write_rows(tmp_path, fold, written[fold])

    heads.join_rows(tmp_path)
    rows, folds = heads.joined_rows(tmp_path)

    found = np.split(rows.buckets, rows.bounds[1:-1])
    expected = [
        list(own)
        for part in written
        if len(part.weights)
        for own in np.split(part.buckets, part.bounds[1:-1])
    ]
    assert [list(own) for own in found] == expected
    assert folds.tolist() == [f for f, p in enumerate(written) for _ in p.weights]
    for name in ("targets", "weights"):
        parts = [getattr(part, name) for part in written]
        assert np.array_equal(getattr(rows, name), np.concatenate(parts))


def test_heads_of_a_fold_learn_from_the_rows_of_the_others_alone(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(2)
    sizes = rng.integers(1, 5, (FOLDS, 30))
    parts = [
        Rows(
            rng.integers(50, size=own.sum()).astype(np.int32),
            np.r_[0, np.cumsum(own)],
            rng.integers(-1, 2, (30, 2)).astype(np.int8),
            rng.random(30).astype(np.float32),
        )
        for own in sizes
    ]
    for fold, part in enumerate(parts):
        heads.write_rows(tmp_path, fold, part)
    others = [part for fold, part in enumerate(parts) if fold != 1]
    alone = Rows(
        np.concatenate([part.buckets for part in others]),
        np.r_[0, np.cumsum(np.delete(sizes, 1, axis=0))],
        np.concatenate([part.targets for part in others]),
        np.concatenate([part.weights for part in others]),
    )

    heads.join_rows(tmp_path)
    rows, folds = heads.joined_rows(tmp_path)
    one = AdagradHeads(50).fit(
        rows, np.flatnonzero(folds != 1), np.random.default_rng(3)
    )
    other = AdagradHeads(50).fit(
        alone, np.arange(len(alone.weights)), np.random.default_rng(3)
    )

    assert np.array_equal(one.weights_, other.weights_)


def test_the_sample_trains_a_model_that_finds_most_of_the_articles(run: Run) -> None:
    figures = json.loads(run.figures.read_text("utf-8"))

    for row in figures["pages"]["all pages"]:
        assert row["f1"] > 0.75, row  # keeping everything reaches about 0.7


def test_validation_can_be_measured_without_a_look_at_the_test_part(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    before = run.figures.read_bytes()
    arguments = ["evaluate", "--part", "validation", "--corpus", str(SAMPLE)]
    assert main([*arguments, "--run", str(run.folder), "--jobs", "1"]) == 0
    told = capsys.readouterr().out
    other = replace(run, part="validation")
    held = {page.page for page in pages(run.material, "validation")}
    figures = read_figures(other.figures)

    assert "### Pages, by all pages" in told
    assert 0 < sum(row.pages for row in figures.pages["all pages"]) <= len(held)
    assert run.figures.read_bytes() == before


def test_no_setting_loses_more_than_the_one_that_cuts_more(run: Run) -> None:
    figures = read_figures(run.figures)
    for name in LANGUAGES:
        rows = [row for row in figures.settings if row.language == name]

        assert [row.setting for row in rows] == [name for name, _, _ in SETTINGS]
        for before, after in pairwise(rows):
            assert before.lost >= after.lost
            assert before.chrome >= after.chrome
            assert before.spam >= after.spam
        assert rows[0].lost > rows[-1].lost


def test_the_card_shows_reliability_as_table_and_figure(run: Run) -> None:
    card = (run.out / "README.md").read_text("utf-8")
    figure = (run.out / "calibration.svg").read_text("utf-8")

    assert "### Reliability of lines" in card
    assert "| all | 11 to 40 |" in card
    assert "| cautious | zh |" in card
    assert "](calibration.svg)" in card
    assert "English" in figure
    assert "Chinese" in figure


def test_the_dial_is_fitted_to_the_validation_part(run: Run, cleaner: Cleaner) -> None:
    material = read_material(SAMPLE, run.files)
    held = list(documents(material, "validation", 0))
    dial = fit_dial(cleaner.model, held, list(pages(material, "validation")))

    assert set(dial.curves) == set(LANGUAGES)
    assert all(steps[-1].share == 1 for steps in dial.curves.values())


def test_a_fit_that_was_interrupted_goes_on_and_gives_the_same_model(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder)
    again = Run(run.source, folder, run.out, run.seed, run.jobs)
    whole = model.digest(run.fitted / "model")
    shutil.rmtree(again.fitted / "model")
    for name in ("third", "copies", "tags"):
        (again.fitted / f"{name}.net.joblib").unlink()
        (again.fitted / f"{name}.joblib").unlink()

    again.fit()

    assert model.digest(again.fitted / "model") == whole
    # what was there was not made anew
    for name, new in (("first", False), ("places", False), ("tags", True)):
        made, before = (at.fitted / f"{name}.joblib" for at in (again, run))
        assert (made.stat().st_mtime_ns > before.stat().st_mtime_ns) == new


def test_a_step_that_is_done_is_not_done_again(run: Run) -> None:
    before = (run.fitted / "model" / "config.json").stat().st_mtime_ns
    Run(run.source, run.folder, run.out, run.seed, run.jobs).fit()

    assert (run.fitted / "model" / "config.json").stat().st_mtime_ns == before


def test_no_site_is_in_two_parts(run: Run) -> None:
    material = read_material(SAMPLE, run.files)
    sites = [
        {page.site for page in pages(material, part)}
        for part in ("train", "validation", "test")
    ]

    assert all(sites)
    assert not sites[0] & sites[1] | sites[0] & sites[2] | sites[1] & sites[2]


def test_serving_gives_the_evidence_of_training_within_quantisation(run: Run) -> None:
    """Sums of whole weights, times their step, are the estimator's logits."""
    estimator = joblib.load(run.heads / "heads-0.joblib")
    folds, _ = heads.whole_heads(run.heads)
    top = np.quantile(np.abs(estimator.weights_), 0.9998, axis=0)
    steps = np.maximum(top, 1e-6) / 127
    material = read_material(SAMPLE, run.files)
    texts = list(pages(material, "test"))[:20]
    features = extract(split_pages([text.text for text in texts]))
    every = np.ones(len(features.sizes), bool)
    buckets, bounds = units.hashed_rows(features, heads.BITS, every)
    rows = Rows(
        buckets,
        bounds,
        np.zeros((len(every), len(evidence.HEADS)), np.int8),
        np.ones(len(every), np.float32),
    )
    logits = estimator.decision_function(rows, np.arange(len(every)))

    places = evidence.place_sums(features, heads.BITS, evidence.pack(folds[0]))
    sums = evidence.unit_sums(features, places)
    counts = features.ngram_counts()
    root = np.sqrt(np.maximum(counts, 1))[:, None]
    served = sums * steps / root + estimator.intercept_
    np.testing.assert_array_equal(np.diff(bounds), counts)
    # half a step for each n-gram, and what was cut off beyond ±127 steps
    weights = estimator.weights_
    cut = (np.abs(weights) - 127 * steps).clip(0)
    beyond = np.add.reduceat(cut[buckets], np.minimum(bounds[:-1], len(buckets) - 1))
    bound = (steps / 2 * counts[:, None] + beyond) / root + 1e-3
    assert (np.abs(served - logits)[counts > 0] <= bound[counts > 0]).all()


def test_the_whole_number_net_gives_the_mean_of_the_fitted_ones(run: Run) -> None:
    nets = joblib.load(run.fitted / "first.joblib")
    rng = np.random.default_rng(0)
    columns = rng.integers(-127, 128, (500, nets[0].n_features_in_)).astype(np.int8)
    whole = whole_network(averaged(nets), columns)

    logits = network.run(whole, columns)[1]
    chances = np.exp(logits - logits.max(1, keepdims=True))
    chances /= chances.sum(1, keepdims=True)
    values = columns.astype(np.float32) * np.float32(INPUT_SCALE)
    fitted = np.exp(np.mean([net.predict_log_proba(values) for net in nets], axis=0))
    fitted /= fitted.sum(1, keepdims=True)
    assert len(nets) == MEMBERS
    # hidden activations keep ten bits: one part in a thousand of their range
    assert np.abs(chances - fitted).mean() < 0.01
    assert (chances.argmax(1) == fitted.argmax(1)).mean() > 0.98


def test_labelled_text_of_ones_own_is_trained_on(run: Run) -> None:
    own = run.folder / "own" / "train" / "mine.jsonl"
    own.parent.mkdir(parents=True)
    text = LabelledText("mine", "The river rose.", (Mark(0, 15, "article"),))
    write_labelled(own, [text])
    try:
        files = Run(SAMPLE, run.folder, run.out, 0, 1).files
        found = list(pages(read_material(SAMPLE, files), "train"))
    finally:
        own.unlink()

    assert text in found
    assert len(files) == len(run.files) + 1


def test_training_documents_are_the_same_for_the_same_seed(run: Run) -> None:
    material = read_material(SAMPLE, run.files)

    assert list(documents(material, "validation", 3)) == list(
        documents(material, "validation", 3)
    )


def test_wrong_use_names_the_folder_that_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit", "--corpus", str(tmp_path)]) == 2
    assert f"no folder pages/ in {tmp_path}" in capsys.readouterr().err


def test_the_model_of_the_sample_cleans(cleaner: Cleaner) -> None:
    text = (
        "Home | News | Sport\n"
        "The river rose again on Sunday evening, and by ten o'clock it had reached"
        " the steps of the old mill. Two families left their houses with what they"
        " could carry. The fire brigade pumped water out of the school's cellar until"
        " morning, when the rain stopped at last.\n"
    )
    page = cleaner(text)

    assert "The river rose" in page.text
    assert "".join(text[s.start : s.end] for s in page.spans) == text
