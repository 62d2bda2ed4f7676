"""Single pairs: scores, explanations that sum exactly, names alone, and what is refused."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from resolver.blocking import PLAN_BY_NAME, candidates, plan_for
from resolver.errors import InputError, ModelError
from resolver.models import loader
from resolver.pipeline import (
    LIBRARIES,
    RunOptions,
    choose_plan,
    load_models,
    model_kinds,
    prepared_of,
    score_names,
    score_pairs,
    tables_of,
)
from resolver.records import Batch, Identifier, Kind
from resolver.records.results.resolution import Band
from resolver.synthetic import generate
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

OPTIONS = RunOptions(workers=1)
ODD = (
    record("odd:1"),
    record("odd:2", Kind.LEGAL, name="Mohammed Ivan LLC"),
    record(
        "odd:3", Kind.ASSET, name="Ever Given", identifiers=[Identifier("imoNumber", "IMO 9811000")]
    ),
    record(
        "odd:4", Kind.ASSET, name="EVER GIVEN", identifiers=[Identifier("imoNumber", "9811000")]
    ),
    record("odd:5", name="Mohammed Ivan", birthDate="never", gender="x"),
)


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


@pytest.fixture(scope="module")
def batch() -> Batch:
    return Batch.from_records([*generate(300, seed=31).records, *ODD]).canonical()


@pytest.fixture(scope="module")
def pairs(batch: Batch) -> list[tuple[str, str]]:
    """Pairs that blocking finds, and any two records."""
    found, _ = candidates(prepared_of(batch, load_models()), PLAN_BY_NAME["S"])
    ids = batch.ids.to_pylist()
    chance = random.Random(4)
    chosen = chance.sample(range(len(found)), min(80, len(found)))
    near = [(ids[found.left[place]], ids[found.right[place]]) for place in chosen]
    far = [(one, two) for one, two in (chance.sample(ids, 2) for _ in range(60))]
    odd = [(one.id, chance.choice(ids[:100])) for one in ODD] + [
        ("odd:3", "odd:4"),
        ("odd:2", "odd:5"),
    ]
    return [*near, *far, *odd]


def test_a_pair_in_a_batch_has_the_score_it_has_alone(
    batch: Batch, pairs: list[tuple[str, str]]
) -> None:
    together = score_pairs(batch, [one for one, _ in pairs], [two for _, two in pairs], OPTIONS)
    alone = [score_pairs(batch, [one], [two], OPTIONS)[0] for one, two in pairs[::4]]
    assert alone == together[::4]
    assert (
        score_pairs(batch, [two for _, two in pairs], [one for one, _ in pairs], OPTIONS)
        == together
    )


def test_which_model_judges() -> None:
    kinds = np.array([Kind.PERSON, Kind.GROUP, Kind.ASSET, Kind.LEGAL], dtype=np.uint8)
    left, right = (
        side.ravel().astype(np.int32)
        for side in np.meshgrid(np.arange(4), np.arange(4), indexing="ij")
    )
    assert model_kinds(kinds, left, right).reshape(4, 4).tolist() == [
        [1, 0, 0, 1], [0, 2, 0, 2], [0, 0, 4, 0], [1, 2, 0, 2],
    ]  # fmt: skip


def test_rows_of_scores_are_as_asked(batch: Batch) -> None:
    asked = [("odd:3", "odd:4"), ("odd:5", "odd:1"), ("odd:4", "odd:3"), ("odd:3", "odd:4")]
    found = score_pairs(batch, [one for one, _ in asked], [two for _, two in asked], OPTIONS)
    assert found[0] == found[2] == found[3] != found[1]
    assert score_pairs(batch, [], [], OPTIONS) == []


def test_unknown_ids_are_named(batch: Batch) -> None:
    with pytest.raises(InputError, match=r"no list given holds the record zz:1 \(nor 1 others\)"):
        score_pairs(batch, ["odd:1", "zz:2"], ["zz:1", "odd:2"], OPTIONS)


def test_names_alone() -> None:
    names = [
        ("Person", "Vladimir Zhirinovsky", "Владимир Жириновский"),
        ("Person", "Vladimir Zhirinovsky", "Robert Carter"),
        ("Company", "Zhirinovsky Trading LLC", "Zhirinovsky Trading"),
        ("Person", "", "Robert Carter"),
        ("Vessel", "Ever Given", "Ever Given"),
    ]
    columns = [list(column) for column in zip(*names, strict=True)]
    found = score_names(columns[0], columns[1], columns[2], OPTIONS)
    assert found[0][0] > found[1][0]
    assert found[2][0] > found[1][0]
    assert score_names(columns[0], columns[2], columns[1], OPTIONS) == found
    assert [score_names([schema], [one], [two], OPTIONS)[0] for schema, one, two in names] == found
    assert score_names([], [], [], OPTIONS) == []
    with pytest.raises(InputError, match="'Event' is no person"):
        score_names(["Event"], ["a"], ["b"], OPTIONS)


def test_borders_of_options() -> None:
    assert RunOptions().borders.match == 0.95
    assert RunOptions(wrong_merge_costs=10).borders.review == 0.1
    assert RunOptions(merge_at=0.5).merge_border == 0
    assert RunOptions().merge_border == 2_945
    # what is merged at the default border is in band match
    assert RunOptions().borders.bands(np.array([0.95]))[0] == Band.MATCH


def test_plans() -> None:
    default = plan_for(10)
    assert choose_plan(RunOptions(), 10, default) is default
    assert choose_plan(RunOptions(plan="L"), 10, default).name == "L"
    with pytest.raises(InputError, match="no blocking plan 'XL'"):
        choose_plan(RunOptions(plan="XL"), 10, default)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("person_counts", None),
        ("person_total", "many"),
        ("mass_used", 3),
        ("group_counts", 7),
        ("group_total", None),
        ("person_given", 4),
    ],
)
def test_damaged_tables(name: str, value: object) -> None:
    data: dict[str, object] = {
        "person_counts": {},
        "person_total": 1,
        "group_counts": {},
        "group_total": 1,
    }
    data |= {"mass_used": [], "person_given": {}}
    assert tables_of(data).person_total == 1
    with pytest.raises(ModelError):
        tables_of({**data, name: value})
    del data[name]
    with pytest.raises(ModelError):
        tables_of(data)


def test_models_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model file"):
        load_models(tmp_path / "none")
    for name in (*loader.KINDS, "tables"):
        loader.save(name, loader.load(name), tmp_path)
    assert load_models(tmp_path).stamp == load_models().stamp
    other = tmp_path / "other"
    for name in (*loader.KINDS, "tables"):
        loader.save(name, loader.load(name), other)
    group = json.loads((other / "group.json").read_text(encoding="utf-8"))
    loader.save("person", group, other)
    with pytest.raises(ModelError, match="other comparators"):
        load_models(other)


def test_the_stamp_names_what_a_score_depends_on() -> None:
    stamp = load_models().stamp
    assert set(stamp) == {"model", *LIBRARIES}
    assert {"rigour", "jellyfish"} <= set(stamp)
    assert all(stamp.values())
