"""Labelled pairs: judged ones, told ones, and a whole training on little."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resolver.comparison import features_of
from resolver.errors import InputError, ModelError
from resolver.ingest.reader_types import Intake, ListInfo
from resolver.models import loader
from resolver.pipeline import tables_of
from resolver.records import Batch, Kind
from resolver.records.prepared.frequencies import Tables
from resolver.scoring import from_json
from resolver.synthetic import generate
from resolver.training.augment.registers import REGISTERS, registers_of
from resolver.training.data.labeled_pairs import (
    Judgement,
    blocked_pairs,
    cluster_names,
    judged_pairs,
    read_judgements,
)
from resolver.training.fit.boosting import FitOptions
from resolver.training.model_files import CARD, save
from resolver.training.train import (
    SAME_LIST,
    Material,
    World,
    fit_options,
    gather,
    make_tables,
    train,
    weighted,
)
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

TABLES: dict[str, Any] = {
    "person_counts": {},
    "person_total": 20_000,
    "group_counts": {},
    "group_total": 20_000,
}
TABLES |= {"mass_used": [], "person_given": {}}


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline", "resolver.training.data.labeled_pairs"):
        yield


@pytest.mark.parametrize(
    ("content", "said"),
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
def test_errors_in_judged_pairs(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(InputError) as caught:
        read_judgements(path)
    assert said in caught.value.line()
    assert caught.value.line().startswith("pairs.csv")
    assert caught.value.mend


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="cannot read the judged pairs"):
            read_judgements(path)


def test_judged_pairs_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(
        "\ufeffleft,more,right,label\n a ,x,b,match\nc,,d, distinct\n", encoding="utf-8"
    )
    assert read_judgements(path) == [Judgement("a", "b", True), Judgement("c", "d", False)]


def test_clusters_join_what_is_judged_the_same() -> None:
    judged = [
        Judgement("c", "b", True),
        Judgement("b", "e", True),
        Judgement("a", "d", False),
        Judgement("a", "zz", True),
    ]
    assert cluster_names(["a", "b", "c", "d", "e"], judged) == ["a", "b", "b", "d", "b"]
    assert cluster_names([], judged) == []


def test_judged_pairs_by_kind() -> None:
    batch = Batch.from_records(
        [record("p:1", name="Ann"), record("p:2", name="Ann"), record("g:1", Kind.GROUP, name="Ann"),
         record("g:2", Kind.GROUP, name="X")]
    ).canonical()  # fmt: skip
    judged = [
        Judgement("p:2", "p:1", True),
        Judgement("g:1", "g:2", False),
        Judgement("p:1", "g:1", False),
    ]
    found, dropped = judged_pairs(batch, [*judged, Judgement("p:1", "zz", True)], Tables(), ())
    assert dropped == 1
    assert set(found) == {Kind.PERSON, Kind.GROUP}
    assert found[Kind.PERSON].labels.tolist() == [1]
    assert found[Kind.PERSON].clusters.tolist() == [["p:1", "p:1"]]
    assert found[Kind.PERSON].evidence.shape == (1, len(features_of(Kind.PERSON)))
    assert found[Kind.GROUP].labels.tolist() == [0]


def test_blocked_pairs_are_labelled_by_the_truth_and_sampled() -> None:
    people = [record(f"s:{row:02d}", name="Ann Lee", nationality="Iran") for row in range(20)]
    truth = {one.id: f"t{int(one.id[2:]) // 2}" for one in people}
    found = blocked_pairs(people, truth, Tables(), "told", most_negatives=15)[Kind.PERSON]
    assert found.labels.sum() == 10
    assert len(found) == 25
    assert all(
        (one == two) == label
        for (one, two), label in zip(found.clusters.tolist(), found.labels, strict=True)
    )
    again = blocked_pairs(people[::-1], truth, Tables(), "told", most_negatives=15)[Kind.PERSON]
    np.testing.assert_array_equal(again.clusters, found.clusters)
    words = {one.id: one.id[-1] for one in people}
    apart = blocked_pairs(people, truth, Tables(), "told", comparable=words)[Kind.PERSON]
    assert len(apart) == 10
    assert apart.labels.sum() == 0


@pytest.fixture(scope="module")
def intake() -> Intake:
    people = [one for one in generate(700, seed=61).records if one.kind is not Kind.ASSET]
    sources = sorted({one.source for one in people})
    lists = tuple(
        ListInfo(source, "test", (source,), "", 0, 0, number > 0)
        for number, source in enumerate(sources)
    )
    return Intake(Batch.from_records(people).canonical(), lists, ())


def small_registers(invented: Any) -> list[World]:
    """Two registers of some dozen people each."""
    people = [
        (one, invented.cultures[invented.truth[one.id]])
        for one in invented.records
        if one.kind is Kind.PERSON
    ]
    small = [replace(REGISTERS[0], persons=60, homes=("english", "russian"))]
    return [
        World(one.name, records, truth, one.plan, 500)
        for one, records, truth in registers_of(people, 7, small)
    ]


@pytest.fixture(scope="module")
def material(intake: Intake) -> Material:
    invented = generate(400, seed=62)
    world = World("world", invented.records, invented.truth, "S", 500)
    ids = intake.batch.ids.to_pylist()
    judged = [Judgement(ids[0], ids[1], False), Judgement("zz", ids[1], True)]
    return gather(intake, judged, TABLES, [world, *small_registers(invented)])


def test_gathering_counts_what_it_drops_and_names_where_pairs_come_from(
    material: Material, intake: Intake
) -> None:
    assert material.dropped == 1
    persons = material.pairs[Kind.PERSON]
    assert {"told twice", "world", "club"} <= set(persons.origin.tolist())
    for origin, most in (("world", 500), ("club", 1000)):
        assert ((persons.origin == origin) & (persons.labels == 0)).sum() <= most
    declared = intake.deduplicated_sources
    told = persons.clusters[persons.origin == "told twice"].ravel().tolist()
    assert {identity.partition(":")[0] for identity in told} <= declared
    # a world's names for its people are no names of records
    assert not set(told) & set(persons.clusters[persons.origin == "world"].ravel().tolist())


def test_weights_sum_to_the_stated_amounts(material: Material) -> None:
    persons = material.pairs[Kind.PERSON]
    found = weighted(persons, {"world": (10.0, 20.0), "*": (3.0, 4.0)})
    for origin, wanted in (("world", (10, 20)), ("told twice", (3, 4))):
        sums = [
            found.weights[(found.origin == origin) & (found.labels == label)].sum()
            for label in (1, 0)
        ]
        assert sums == pytest.approx(wanted)


def test_training_saving_and_loading(material: Material, tmp_path: Path) -> None:
    # one kind will do: each is fitted like the other
    persons = Material({Kind.PERSON: material.pairs[Kind.PERSON]}, 0)
    trained = train(
        persons,
        TABLES,
        "t1",
        FitOptions(rounds=12, learning_rate=0.3, fixed={"same_list": SAME_LIST}),
    )
    assert set(trained.models) == {Kind.PERSON}
    kept = save(trained, tmp_path)
    assert set(kept) == {"group", "asset"}
    for name in loader.KINDS:
        model = from_json(loader.load(name, tmp_path), features_of(Kind[name.upper()]))
        assert model.version == ("t1" if name not in kept else loader.load(name)["version"])
    same_list = [t for t in trained.models[Kind.PERSON].terms if t.feature == "same_list"]
    assert [term.weights for term in same_list] == [(SAME_LIST, 0)]
    text = (tmp_path / CARD).read_text(encoding="utf-8")
    assert "| person | told twice |" in text
    assert all(f"- {name}: version" in text for name in loader.KINDS)
    assert trained.figures["person"]["world"]["f1"] > 0.5
    with pytest.raises(ModelError):
        save(trained, tmp_path / "out", base=tmp_path / "none")


def test_too_little_to_learn_from() -> None:
    people = [record(f"s:{row}", name="Ann Lee") for row in range(6)]
    one_label = blocked_pairs(
        people, dict.fromkeys((one.id for one in people), "t"), Tables(), "told"
    )
    with pytest.raises(InputError, match="too little to learn from"):
        train(Material(one_label, 0), TABLES, "t1", fit_options(7))
    with pytest.raises(InputError, match="too little to learn from"):
        train(Material({}, 0), TABLES, "t1", fit_options(7))


def test_tables_hold_common_words_only() -> None:
    people = [record(f"s:{row}", name=f"Quxx{'abcdefghij'[row % 10]} Zorble") for row in range(30)]
    rare = record("s:99", Kind.GROUP, name="Unheard Of Trading")
    found = make_tables([Intake(Batch.from_records([*people, rare]).canonical(), (), ())])
    assert found["person_counts"]["zorble"] >= 20
    assert not {"quxxa", "unheard"} & {*found["person_counts"], *found["group_counts"]}
    assert min(found["person_counts"].values()) >= 20
    assert tables_of(found).rarity("zorble", group=False) < tables_of(found).rarity(
        "unheard", group=False
    )
