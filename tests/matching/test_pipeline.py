"""Single pairs: scores, explanations that sum exactly, names alone, and what is refused."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from resolver.engines.local import score_names, score_pairs
from resolver.errors import InputError, ModelError
from resolver.matching.blocking import PLAN_BY_NAME, choose_plan_by_size, join_candidates
from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import (
    STAMPED_LIBRARIES,
    RunOptions,
    build_tables,
    choose_plan,
    load_models,
)
from resolver.matching.scoring.model import choose_model_kinds
from resolver.models import loader
from resolver.records import Batch, Identifier, Kind
from resolver.records.results.resolution import Band
from resolver.world import generate
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

OPTIONS = RunOptions(workers=1)
ODD_RECORDS = (
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
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture(scope="module")
def batch() -> Batch:
    return Batch.from_records([*generate(300, seed=31).records, *ODD_RECORDS]).canonical()


@pytest.fixture(scope="module")
def pairs(batch: Batch) -> list[tuple[str, str]]:
    """Pairs that blocking finds, and any two records."""
    candidate_pairs, _ = join_candidates(normalize(batch, load_models()), PLAN_BY_NAME["S"])
    ids = batch.ids.to_pylist()
    chance = random.Random(4)
    chosen = chance.sample(range(len(candidate_pairs)), min(80, len(candidate_pairs)))
    near = [
        (ids[candidate_pairs.left[place]], ids[candidate_pairs.right[place]]) for place in chosen
    ]
    far = [(left, right) for left, right in (chance.sample(ids, 2) for _ in range(60))]
    odd = [(left.id, chance.choice(ids[:100])) for left in ODD_RECORDS] + [
        ("odd:3", "odd:4"),
        ("odd:2", "odd:5"),
    ]
    return [*near, *far, *odd]


def test_a_pair_has_the_same_score_in_a_batch_and_by_itself(
    batch: Batch, pairs: list[tuple[str, str]]
) -> None:
    together = score_pairs(
        batch, [left for left, _ in pairs], [right for _, right in pairs], OPTIONS
    )
    single = [score_pairs(batch, [left], [right], OPTIONS)[0] for left, right in pairs[::4]]
    assert single == together[::4]
    assert (
        score_pairs(batch, [right for _, right in pairs], [left for left, _ in pairs], OPTIONS)
        == together
    )


def test_model_kinds_by_kinds_of_records() -> None:
    kinds = np.array([Kind.PERSON, Kind.GROUP, Kind.ASSET, Kind.LEGAL], dtype=np.uint8)
    left, right = (
        side.ravel().astype(np.int32)
        for side in np.meshgrid(np.arange(4), np.arange(4), indexing="ij")
    )
    expected = ["1001", "0202", "0040", "1202"]
    model_kinds = choose_model_kinds(kinds, left, right).reshape(4, 4)
    assert ["".join(map(str, row)) for row in model_kinds.tolist()] == expected


def test_scores_are_in_the_given_order(batch: Batch) -> None:
    id_pairs = [("odd:3", "odd:4"), ("odd:5", "odd:1"), ("odd:4", "odd:3"), ("odd:3", "odd:4")]
    results = score_pairs(
        batch, [left for left, _ in id_pairs], [right for _, right in id_pairs], OPTIONS
    )
    assert results[0] == results[2] == results[3] != results[1]
    assert score_pairs(batch, [], [], OPTIONS) == []


def test_unknown_ids_are_reported(batch: Batch) -> None:
    with pytest.raises(InputError, match=r"no given list has the record zz:1 \(nor 1 others\)"):
        score_pairs(batch, ["odd:1", "zz:2"], ["zz:1", "odd:2"], OPTIONS)


def test_scores_of_names() -> None:
    names = [
        ("Person", "Vladimir Zhirinovsky", "Владимир Жириновский"),
        ("Person", "Vladimir Zhirinovsky", "Robert Carter"),
        ("Company", "Zhirinovsky Trading LLC", "Zhirinovsky Trading"),
        ("Person", "", "Robert Carter"),
        ("Vessel", "Ever Given", "Ever Given"),
    ]
    columns = [list(column) for column in zip(*names, strict=True)]
    results = score_names(columns[0], columns[1], columns[2], OPTIONS)
    assert results[0][0] > results[1][0]
    assert results[2][0] > results[1][0]
    assert score_names(columns[0], columns[2], columns[1], OPTIONS) == results
    assert [
        score_names([schema], [left], [right], OPTIONS)[0] for schema, left, right in names
    ] == results
    assert score_names([], [], [], OPTIONS) == []
    with pytest.raises(InputError, match="'Event' is no person"):
        score_names(["Event"], ["a"], ["b"], OPTIONS)


@pytest.mark.parametrize("schema", ["Person", "Company", "Vessel", "LegalEntity"])
@pytest.mark.parametrize("empty", ["", "  ", "???"])
def test_names_without_words_leave_the_odds_even(schema: str, empty: str) -> None:
    name = "Ivan Petrov"
    results = score_names([schema] * 3, [empty, name, empty], [name, empty, empty], OPTIONS)
    assert results == [(0.5, Band.REVIEW)] * 3


def test_thresholds_follow_from_options() -> None:
    assert RunOptions().thresholds.match == 0.95
    assert RunOptions(wrong_merge_costs=10).thresholds.review == 0.1
    queues = [RunOptions(merge_at=at).thresholds.queue for at in (None, 0.5, 0.2, 0.1, 0.01)]
    assert queues == [0.225, 0.225, 0.2, 0.1, 0.05]
    assert RunOptions(min_review_value=10).thresholds.queue == 0.5
    assert RunOptions(merge_at=0.5).merge_threshold == 0
    assert RunOptions().merge_threshold == 2_945
    # what is merged at the default border is in band match
    assert RunOptions().thresholds.bands(np.array([0.95]))[0] == Band.MATCH


def test_choice_of_plan() -> None:
    default = choose_plan_by_size(10)
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
def test_damaged_tables_are_refused(name: str, value: object) -> None:
    data: dict[str, object] = {
        "person_counts": {},
        "person_total": 1,
        "group_counts": {},
        "group_total": 1,
    }
    data |= {"mass_used": [], "person_given": {}}
    assert build_tables(data).person_total == 1
    with pytest.raises(ModelError):
        build_tables({**data, name: value})
    del data[name]
    with pytest.raises(ModelError):
        build_tables(data)


def test_models_are_loaded_from_a_folder(tmp_path: Path) -> None:
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


def test_stamp_names_model_and_libraries() -> None:
    stamp = load_models().stamp
    assert set(stamp) == {"model", "rigour", *STAMPED_LIBRARIES}
    assert {"rigour", "jellyfish"} <= set(stamp)
    assert all(stamp.values())
