from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from resolver.engines.local import dedupe, link
from resolver.errors import InputError
from resolver.ingest.formats.tabular.mapping import mapping_from
from resolver.ingest.reader_types import Intake
from resolver.ingest.readers import read_lists
from resolver.models import loader
from resolver.pipeline import RunOptions
from resolver.scoring import to_json
from resolver.training.fit.unlabeled import learn
from resolver.training.model_files import save

COLUMNS = {"firstName": "first", "lastName": "last", "birthDate": "born", "address.city": "town"}
PEOPLE = 300


def rows(mark: str, seed: int) -> list[str]:
    """People as one register tells them: the same people under any `seed`, other gaps and slips."""
    invent, chance = random.Random(1), random.Random(seed)
    told = []
    for number in range(PEOPLE):
        first, last, town = ("".join(invent.choice(("ba", "ri", "mo", "ke", "tu", "sa", "lin")) for _ in range(3))
                             for _ in range(3))  # fmt: skip
        born = f"{invent.randrange(1940, 2000)}-{invent.randrange(1, 13):02d}-{invent.randrange(2, 29):02d}"
        if chance.random() < 0.2:
            last = last[:-1]
        if chance.random() < 0.2:
            born = ""
        told.append(f"{number}{mark},{first},{last},{born},{town if chance.random() < 0.7 else ''}")
    return told


def intake(folder: Path, lines: list[str], *, deduplicated: bool = False) -> Intake:
    path = folder / "people.csv"
    path.write_text("\n".join(["id,first,last,born,town", *lines]), "utf-8")
    given = {
        "id": "id",
        "kind": "person",
        "source": "p",
        "deduplicated": deduplicated,
        "properties": COLUMNS,
    }
    return read_lists([path], mapping=mapping_from(given))


def person(ids: str) -> str:
    return ids.partition(":")[2][:-1]


def test_people_are_found_without_a_label_and_rows_may_stand_in_any_order(tmp_path: Path) -> None:
    lines = rows("a", 2) + rows("b", 3)
    told = intake(tmp_path, lines)
    trained, without = learn(told, None, loader.load("tables"), "v")
    assert set(without) == {"group", "asset"}
    save(trained, tmp_path / "model")
    found = dedupe(told, RunOptions(merge_at=0.5, model_dir=tmp_path / "model"))
    home = dict(zip(found.batch.ids.to_pylist(), found.labels.tolist(), strict=True))
    assert (
        sum(home[f"p:{number}a"] == home[f"p:{number}b"] for number in range(PEOPLE))
        > 0.95 * PEOPLE
    )
    assert len(set(home.values())) > 0.98 * PEOPLE
    again, _ = learn(intake(tmp_path, lines[::-1]), None, loader.load("tables"), "v")
    assert [json.dumps(to_json(one)) for one in again.models.values()] == [
        json.dumps(to_json(one)) for one in trained.models.values()
    ]


def test_two_sides_are_learnt_from_pairs_across(tmp_path: Path) -> None:
    (tmp_path / "l").mkdir()
    (tmp_path / "r").mkdir()
    left, right = intake(tmp_path / "l", rows("a", 2)), intake(tmp_path / "r", rows("b", 3))
    trained, _ = learn(left, right, loader.load("tables"), "v")
    (model,) = trained.models.values()
    assert model.training["all_pairs"] == PEOPLE * PEOPLE
    save(trained, tmp_path / "model")
    found = link(left, right, RunOptions(merge_at=0.5, model_dir=tmp_path / "model"))
    assert len(set(found.labels.tolist())) == pytest.approx(PEOPLE, rel=0.05)


def test_too_few_records_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to learn from without labels"):
        learn(intake(tmp_path, rows("a", 2)[:20]), None, loader.load("tables"), "v")


def test_a_list_free_of_duplicates_holds_no_match(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="person"):
        learn(
            intake(tmp_path, rows("a", 2) + rows("b", 3), deduplicated=True),
            None,
            loader.load("tables"),
            "v",
        )
