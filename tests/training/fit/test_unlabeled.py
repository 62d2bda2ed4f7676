"""Learning without labels: quality, row order, two sides, and refusals."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from resolver.engines.local import dedupe, link
from resolver.errors import InputError
from resolver.lists.formats.tabular.mapping import build_mapping
from resolver.lists.reader_types import Intake
from resolver.lists.readers import read_lists
from resolver.matching.resolution_task import RunOptions
from resolver.matching.scoring import model_to_json
from resolver.models import loader
from resolver.training.fit.unlabeled import learn_unlabeled
from resolver.training.train import save_trained_models

COLUMNS = {"firstName": "first", "lastName": "last", "birthDate": "born", "address.city": "town"}
PEOPLE = 300
SYLLABLES = ("ba", "ri", "mo", "ke", "tu", "sa", "lin")


def rows(mark: str, seed: int) -> list[str]:
    """Return people as one register holds them; each `seed` gives other gaps and typos."""
    invent, chance = random.Random(1), random.Random(seed)
    lines = []
    for number in range(PEOPLE):
        first, last, town = ("".join(invent.choice(SYLLABLES) for _ in range(3)) for _ in range(3))
        year, month, day = (
            invent.randrange(1940, 2000),
            invent.randrange(1, 13),
            invent.randrange(2, 29),
        )
        born = f"{year}-{month:02d}-{day:02d}"
        if chance.random() < 0.2:
            last = last[:-1]
        if chance.random() < 0.2:
            born = ""
        lines.append(
            f"{number}{mark},{first},{last},{born},{town if chance.random() < 0.7 else ''}"
        )
    return lines


def intake(folder: Path, lines: list[str], *, deduplicated: bool = False) -> Intake:
    path = folder / "people.csv"
    path.write_text("\n".join(["id,first,last,born,town", *lines]), "utf-8")
    mapping = {
        "id": "id",
        "kind": "person",
        "source": "p",
        "deduplicated": deduplicated,
        "properties": COLUMNS,
    }
    return read_lists([path], mapping=build_mapping(mapping))


def person(ids: str) -> str:
    return ids.partition(":")[2][:-1]


def test_unlabeled_learning_finds_duplicates_in_any_row_order(tmp_path: Path) -> None:
    lines = rows("a", 2) + rows("b", 3)
    people = intake(tmp_path, lines)
    trained, without = learn_unlabeled(people, None, loader.load("tables"), "v")
    assert set(without) == {"group", "asset"}
    save_trained_models(trained, tmp_path / "model")
    resolution = dedupe(people, RunOptions(merge_at=0.5, model_dir=tmp_path / "model"))
    entity_of = dict(zip(resolution.batch.ids.to_pylist(), resolution.labels.tolist(), strict=True))
    assert (
        sum(entity_of[f"p:{number}a"] == entity_of[f"p:{number}b"] for number in range(PEOPLE))
        > 0.95 * PEOPLE
    )
    assert len(set(entity_of.values())) > 0.98 * PEOPLE
    again, _ = learn_unlabeled(intake(tmp_path, lines[::-1]), None, loader.load("tables"), "v")
    assert [json.dumps(model_to_json(model)) for model in again.models.values()] == [
        json.dumps(model_to_json(model)) for model in trained.models.values()
    ]


def test_two_sides_use_pairs_across_only(tmp_path: Path) -> None:
    (tmp_path / "l").mkdir()
    (tmp_path / "r").mkdir()
    left, right = intake(tmp_path / "l", rows("a", 2)), intake(tmp_path / "r", rows("b", 3))
    trained, _ = learn_unlabeled(left, right, loader.load("tables"), "v")
    (model,) = trained.models.values()
    assert model.training["all_pairs"] == PEOPLE * PEOPLE
    save_trained_models(trained, tmp_path / "model")
    resolution = link(left, right, RunOptions(merge_at=0.5, model_dir=tmp_path / "model"))
    assert len(set(resolution.labels.tolist())) == pytest.approx(PEOPLE, rel=0.05)


def test_too_few_records_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to learn from without labels"):
        learn_unlabeled(intake(tmp_path, rows("a", 2)[:20]), None, loader.load("tables"), "v")


def test_deduplicated_list_has_no_matches_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="person"):
        learn_unlabeled(
            intake(tmp_path, rows("a", 2) + rows("b", 3), deduplicated=True),
            None,
            loader.load("tables"),
            "v",
        )
