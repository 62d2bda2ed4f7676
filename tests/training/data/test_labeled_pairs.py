"""Labeled pairs of judgments and blocking, and a small training run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resolver.errors import InputError, ModelError
from resolver.lists.reader_types import Intake, ListInfo
from resolver.matching.comparators import features_of
from resolver.matching.resolution_task import build_tables
from resolver.matching.scoring import model_from_json
from resolver.models import loader
from resolver.records import Batch, Kind
from resolver.records.prepared.population import FrequencyTables
from resolver.training.data.labeled_pairs import (
    JudgedPair,
    PairSampling,
    label_blocked_pairs,
    label_judged_pairs,
    name_clusters,
    read_judged_pairs,
)
from resolver.training.fit.model_parts import FitOptions
from resolver.training.registers import REGISTERS, generate_registers
from resolver.training.resampled_entries import RESAMPLED_ORIGIN
from resolver.training.train import (
    CARD_FILE,
    SAME_LIST_WEIGHT,
    default_fit_options,
    save_trained_models,
    tables_from_intakes,
    train_models,
    weight_by_origin,
)
from resolver.training.training_data import (
    InventedMaterial,
    TrainingData,
    TrainingWorld,
    gather_training_data,
)
from resolver.world import generate
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow


TABLES: dict[str, Any] = {
    "person_counts": {},
    "person_total": 20_000,
    "group_counts": {},
    "group_total": 20_000,
}
TABLES |= {"mass_used": [], "person_given": {}}


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.training.data.labeled_pairs"):
        yield


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("left,right\na,b\n", "need the columns left, right and label"),
        ("", "need the columns"),
        (
            "left,right,label\na,b,match\na,c,maybe\n",
            "line 3: the label 'maybe' is neither match nor distinct",
        ),
        ("left,right,label\na,b\n", "line 2: the label '' is neither"),
        ("left,right,label\na,,match\n", "line 2: a judged pair needs two different record ids"),
        ("left,right,label\na,a,match\n", "line 2: a judged pair needs two different record ids"),
        ("left,right,label\na,b,\xff\n", "cannot read the judged pairs"),
    ],
)
def test_errors_in_judged_pairs(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(InputError) as caught:
        read_judged_pairs(path)
    assert message in caught.value.line()
    assert caught.value.line().startswith("pairs.csv")
    assert caught.value.hint


def test_missing_file_is_reported(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="cannot read the judged pairs"):
            read_judged_pairs(path)


def test_judged_pairs_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(
        "\ufeffleft,more,right,label\n a ,x,b,match\nc,,d, distinct\n", encoding="utf-8"
    )
    assert read_judged_pairs(path) == [JudgedPair("a", "b", True), JudgedPair("c", "d", False)]


def test_clusters_join_records_judged_the_same() -> None:
    judged = [
        JudgedPair("c", "b", True),
        JudgedPair("b", "e", True),
        JudgedPair("a", "d", False),
        JudgedPair("a", "zz", True),
    ]
    assert name_clusters(["a", "b", "c", "d", "e"], judged) == ["a", "b", "b", "d", "b"]
    assert name_clusters([], judged) == []


def test_judged_pairs_by_kind() -> None:
    batch = Batch.from_records(
        [
            record("p:1", name="Ann"),
            record("p:2", name="Ann"),
            record("g:1", Kind.GROUP, name="Ann"),
            record("g:2", Kind.GROUP, name="X"),
        ]
    ).canonical()
    judged = [
        JudgedPair("p:2", "p:1", True),
        JudgedPair("g:1", "g:2", False),
        JudgedPair("p:1", "g:1", False),
    ]
    pairs_by_kind, dropped = label_judged_pairs(
        batch, [*judged, JudgedPair("p:1", "zz", True)], FrequencyTables(), ()
    )
    assert dropped == 1
    assert set(pairs_by_kind) == {Kind.PERSON, Kind.GROUP}
    assert pairs_by_kind[Kind.PERSON].labels.tolist() == [1]
    assert pairs_by_kind[Kind.PERSON].clusters.tolist() == [["p:1", "p:1"]]
    assert pairs_by_kind[Kind.PERSON].evidence.shape == (1, len(features_of(Kind.PERSON)))
    assert pairs_by_kind[Kind.GROUP].labels.tolist() == [0]


def test_blocked_pairs_are_labeled_by_truth_and_sampled() -> None:
    people = [record(f"s:{row:02d}", name="Ann Lee", nationality="Iran") for row in range(20)]
    truth = {person.id: f"t{int(person.id[2:]) // 2}" for person in people}
    pairs = label_blocked_pairs(
        people, truth, FrequencyTables(), "told", sampling=PairSampling(15)
    )[Kind.PERSON]
    assert pairs.labels.sum() == 10
    assert len(pairs) == 25
    assert all(
        (person == other) == label
        for (person, other), label in zip(pairs.clusters.tolist(), pairs.labels, strict=True)
    )
    again = label_blocked_pairs(
        people[::-1], truth, FrequencyTables(), "told", sampling=PairSampling(15)
    )[Kind.PERSON]
    np.testing.assert_array_equal(again.clusters, pairs.clusters)
    words = {person.id: person.id[-1] for person in people}
    apart = label_blocked_pairs(people, truth, FrequencyTables(), "told", comparable=words)[
        Kind.PERSON
    ]
    assert len(apart) == 10
    assert apart.labels.sum() == 0


@pytest.fixture(scope="module")
def intake() -> Intake:
    people = [
        record_ for record_ in generate(700, seed=61).records if record_.kind is not Kind.ASSET
    ]
    sources = sorted({record_.source for record_ in people})
    lists = tuple(
        ListInfo(source, "test", (source,), "", 0, 0, number > 0)
        for number, source in enumerate(sources)
    )
    return Intake(Batch.from_records(people).canonical(), lists, ())


def small_registers(invented: Any) -> list[TrainingWorld]:
    """Return two registers of a few dozen people each."""
    people = [
        (record_, invented.cultures[invented.truth[record_.id]])
        for record_ in invented.records
        if record_.kind is Kind.PERSON
    ]
    small = [replace(REGISTERS[0], persons=60, home_cultures=("english", "russian"))]
    return [
        TrainingWorld(record_.name, records, truth, record_.plan, 500)
        for record_, records, truth in generate_registers(people, 7, small)
    ]


@pytest.fixture(scope="module")
def material(intake: Intake) -> TrainingData:
    invented = generate(400, seed=62)
    world = TrainingWorld("world", invented.records, invented.truth, "S", 500)
    ids = intake.batch.ids.to_pylist()
    judged = [JudgedPair(ids[0], ids[1], False), JudgedPair("zz", ids[1], True)]
    return gather_training_data(
        intake, judged, TABLES, InventedMaterial([world, *small_registers(invented)])
    )


def test_gathered_data_counts_dropped_pairs_and_names_origins(
    material: TrainingData, intake: Intake
) -> None:
    assert material.dropped == 1
    persons = material.pairs[Kind.PERSON]
    assert {RESAMPLED_ORIGIN, "world", "club"} <= set(persons.origin.tolist())
    for origin, most in (("world", 500), ("club", 1000)):
        assert ((persons.origin == origin) & (persons.labels == 0)).sum() <= most
    deduplicated = intake.deduplicated_sources
    clusters = persons.clusters[persons.origin == RESAMPLED_ORIGIN].ravel().tolist()
    assert {identity.partition(":")[0] for identity in clusters} <= deduplicated
    # a world's names for its people are no names of records
    assert not set(clusters) & set(persons.clusters[persons.origin == "world"].ravel().tolist())


def test_weights_sum_to_the_stated_amounts(material: TrainingData) -> None:
    persons = material.pairs[Kind.PERSON]
    weighted = weight_by_origin(persons, {"world": (10.0, 20.0), "*": (3.0, 4.0)})
    for origin, expected in (("world", (10, 20)), (RESAMPLED_ORIGIN, (3, 4))):
        sums = [
            weighted.weights[(weighted.origin == origin) & (weighted.labels == label)].sum()
            for label in (1, 0)
        ]
        assert sums == pytest.approx(expected)


def test_populations_count_by_their_pairs_and_pairs_by_their_weight(material: TrainingData) -> None:
    persons = material.pairs[Kind.PERSON]
    some = persons.select(np.arange(len(persons)) < 12)
    chance = np.repeat([1.0, 2.0, np.nan], 4)
    pairs = replace(
        some,
        labels=np.zeros(12, dtype=np.int8),
        origin=np.full(12, "told", dtype=object),
        chance=chance,
        weights=np.array([1.0, 3, 3, 1, 90, 10, 50, 50, 7, 9, 11, 13]),
    )
    weights = weight_by_origin(pairs, {"*": (1.0, 12.0)}).weights
    np.testing.assert_allclose(weights, [0.5, 1.5, 1.5, 0.5, 1.8, 0.2, 1, 1, 1, 1, 1, 1])


def test_training_and_saving_models(material: TrainingData, tmp_path: Path) -> None:
    # one kind will do: each is fitted like the other
    persons = TrainingData({Kind.PERSON: material.pairs[Kind.PERSON]}, 0)
    trained = train_models(
        persons,
        TABLES,
        "t1",
        FitOptions(rounds=12, learning_rate=0.3, fixed={"same_list": SAME_LIST_WEIGHT}),
    )
    assert set(trained.models) == {Kind.PERSON}
    reused = save_trained_models(trained, tmp_path)
    assert set(reused) == {"group", "asset"}
    for name in loader.KINDS:
        model = model_from_json(loader.load(name, tmp_path), features_of(Kind[name.upper()]))
        assert model.version == ("t1" if name not in reused else loader.load(name)["version"])
    same_list = [t for t in trained.models[Kind.PERSON].terms if t.feature == "same_list"]
    assert [term.weights for term in same_list] == [(SAME_LIST_WEIGHT, 0)]
    text = (tmp_path / CARD_FILE).read_text(encoding="utf-8")
    assert "| person | resampled entries |" in text
    assert all(f"- {name}: version" in text for name in loader.KINDS)
    assert trained.figures["person"]["world"]["f1"] > 0.5
    with pytest.raises(ModelError):
        save_trained_models(trained, tmp_path / "out", base=tmp_path / "none")


def test_too_little_to_learn_from() -> None:
    people = [record(f"s:{row}", name="Ann Lee") for row in range(6)]
    one_label = label_blocked_pairs(
        people, dict.fromkeys((person.id for person in people), "t"), FrequencyTables(), "told"
    )
    with pytest.raises(InputError, match="too little to learn from"):
        train_models(TrainingData(one_label, 0), TABLES, "t1", default_fit_options(7))
    with pytest.raises(InputError, match="too little to learn from"):
        train_models(TrainingData({}, 0), TABLES, "t1", default_fit_options(7))


def test_tables_hold_common_words_only() -> None:
    people = [record(f"s:{row}", name=f"Quxx{'abcdefghij'[row % 10]} Zorble") for row in range(30)]
    rare = record("s:99", Kind.GROUP, name="Unheard Of Trading")
    tables = tables_from_intakes([Intake(Batch.from_records([*people, rare]).canonical(), (), ())])
    assert tables["person_counts"]["zorble"] >= 20
    assert not {"quxxa", "unheard"} & {*tables["person_counts"], *tables["group_counts"]}
    assert min(tables["person_counts"].values()) >= 20
    assert build_tables(tables).rarity("zorble", group=False) < build_tables(tables).rarity(
        "unheard", group=False
    )
