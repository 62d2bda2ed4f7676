"""`evaluate --calibration`, and the figures saved in a model folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from resolver.cli.app import run
from resolver.cli.model import measures
from resolver.cli.model.measures import SEED, WORLDS
from resolver.cli.process_start import ProgressBars
from resolver.matching.resolution_task import RunOptions, load_models
from resolver.models import loader
from resolver.training.measures import DIMENSIONS, JOINT
from resolver.training.train import CALIBRATION, CARD_FILE
from resolver.world import generate
from tests.cli.conftest import Lists
from tests.model_folders import make_population_models

SMALL = ["evaluate", "--calibration", "--sizes", "300,600"]
TITLE = "## Calibration by size of population"


def counts(figures: dict[str, Any], by: str) -> dict[str, int]:
    """Return the pairs of each group of a dimension."""
    return {row["group"]: row["pairs"] for row in figures["by"][by]}


def test_every_dimension_has_the_same_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*SMALL, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["sizes"], figures["seed"]) == ([300, 600], SEED)
    assert figures["model"] == load_models().stamp["model"]
    assert tuple(figures["by"]) == DIMENSIONS
    pairs = {by: counts(figures, by) for by in DIMENSIONS}
    assert set(pairs["size"]) == {"300", "600"}
    assert set(pairs["kind"]) <= set(loader.KINDS)
    assert set(pairs["evidence"]) == {"identifier", "birth date", "other", "names only"}
    assert {"Latin", "Arabic"} < set(pairs["script"])
    totals = {sum(by.values()) for by in pairs.values()}
    assert len(totals) == 1
    assert totals.pop() > 100
    persons = [count for name, count in pairs[JOINT].items() if " × person × " in name]
    assert sum(persons) == pairs["kind"]["person"]
    # scores of the shipped model separate pairs, whatever its form
    (low, *_, high) = figures["by"]["size"][1]["bins"]
    assert low[4] < 0.1
    assert high[4] > 0.9


def test_records_are_those_of_the_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*SMALL, "--json"]) == 0
    by = json.loads(capsys.readouterr().out)["by"]
    worlds = [generate(size, seed=SEED + number) for number, size in enumerate((300, 600))]
    persons = [
        sum(world.kinds[world.truth[record.id]] == "person" for record in world.records)
        for world in worlds
    ]
    records = {row["group"]: row["records"] for rows in by.values() for row in rows}
    assert (records["300"], records["600"], records["Latin"]) == (300, 600, 900)
    assert {row["records"] for row in by["script"]} == {900}
    # some sources do not say whether a record is of a person
    assert sum(persons) <= records["person"] < 900
    assert persons[1] <= records["600 × person × other"] < 600


def test_table_shows_groups_and_bins(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["evaluate", "--calibration", "--sizes", "300", "--seed", "5"]
    assert run(args) == 0
    shown = capsys.readouterr().out
    assert run(args) == 0
    assert capsys.readouterr().out == shown
    lines = shown.splitlines()
    heads = [line.partition("  ")[0] for line in lines if " per record " in line]
    assert heads[: len(DIMENSIONS)] == list(DIMENSIONS)
    assert sum(line.startswith("300 ") and " … " in line for line in lines) > 3
    assert "gap: largest difference" in shown


def test_populations_shift_scores(tmp_path: Path) -> None:
    options = RunOptions(model_dir=make_population_models(tmp_path / "model"))
    assert load_models(options.model_dir).counts_words
    reliability = measures.measure_worlds(options, [300], 5, ProgressBars())
    (size,) = reliability["size"]
    assert size.pairs > 50
    assert size.records == 300


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--by", "kind"], "--calibration excludes pairs, --by and --probes"),
        (["--probes"], "--calibration excludes pairs, --by and --probes"),
        (["--sizes", "many"], "--sizes are numbers of records, not 'many'"),
        (["--sizes", "300,50"], "write numbers from 100 to 300,000"),
        (["--sizes", ","], "--sizes are numbers of records"),
        (["--sizes", "300,-4"], "--sizes are numbers of records"),
        (["--sizes", "300", "--keep"], "--keep saves figures of the default populations only"),
        (["--seed", "3", "--keep"], "--keep saves figures of the default populations only"),
    ],
)
def test_bad_options_are_refused(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evaluate", "--calibration", *args]) == 2
    assert message in capsys.readouterr().err


def test_pairs_are_refused(
    tmp_path: Path, lists: Lists, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("left,right,label\ncoast:p3,river:9,match\n", "utf-8")
    assert run(["evaluate", str(pairs), *lists.args, "--calibration"]) == 2
    assert "--calibration excludes pairs" in capsys.readouterr().err


def test_training_uses_other_seeds() -> None:
    # worlds of training have seeds 100 * seed + their number
    assert len(WORLDS) <= SEED % 100 < 100 - len(measures.SIZES)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the shipped model without figures, and make one small population the default."""
    monkeypatch.setattr(measures, "SIZES", (300,))
    folder = tmp_path / "model"
    ignored = shutil.ignore_patterns("*.py", "__pycache__", "calibration.json")
    shutil.copytree(loader.MODEL_DIR, folder, ignore=ignored)
    return folder


def test_figures_are_saved_with_the_card(model: Path) -> None:
    keep = ["evaluate", "--calibration", "--sizes", "300", "--keep", "--model", str(model)]
    assert run(keep) == 0
    figures, card = loader.load(CALIBRATION, model), (model / CARD_FILE).read_text("utf-8")
    assert figures["model"] == load_models(model).stamp["model"]
    assert card.count(TITLE) == 1
    (size,) = figures["by"]["size"]
    assert f"| 300 | {size['pairs']:,} | {size['reviews_per_record']:.3f} |" in card
    assert run(keep) == 0
    assert (loader.load(CALIBRATION, model), (model / CARD_FILE).read_text("utf-8")) == (
        figures,
        card,
    )


def test_trained_models_are_measured(model: Path) -> None:
    options = RunOptions(model_dir=model)
    measures.measure_calibration_and_save(model, options, ProgressBars())
    assert loader.load(CALIBRATION, model)["sizes"] == [300]
    (model / CARD_FILE).unlink()
    measures.measure_calibration_and_save(model, options, ProgressBars())
    assert not (model / CARD_FILE).exists()


def test_shipped_figures_belong_to_the_shipped_model() -> None:
    if not (loader.MODEL_DIR / f"{CALIBRATION}.json").exists():
        pytest.skip("the shipped model has no figures of calibration")
    shipped = loader.load(CALIBRATION)
    assert shipped["model"] == load_models().stamp["model"], (
        "models/calibration.json tells of another model: run "
        "`resolver evaluate --calibration --keep`"
    )
    assert (shipped["sizes"], shipped["seed"]) == (list(measures.SIZES), SEED)
