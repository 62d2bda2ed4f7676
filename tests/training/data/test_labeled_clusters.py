from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resolver.errors import InputError
from resolver.ingest.reader_types import Intake
from resolver.records import Batch, Kind, Record, Value
from resolver.records.prepared.frequencies import Tables
from resolver.scoring import to_json
from resolver.training.data.labeled_clusters import (
    CLUSTERS,
    Clusters,
    cluster_pairs,
    read_clusters,
    settle,
)
from resolver.training.data.labeled_pairs import Judgement
from resolver.training.fit.boosting import FitOptions
from resolver.training.train import LEAST_CLUSTERED, SAME_LIST, gather, train, weighted

TABLES: dict[str, Any] = {
    "person_counts": {},
    "person_total": 0,
    "group_counts": {},
    "group_total": 0,
    "mass_used": [],
    "person_given": {},
}


def write(folder: Path, text: str) -> Path:
    path = folder / "clusters.csv"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("heads", ["id,cluster", "record_id,entity_id", "unique_id,more,cluster"])
def test_columns_are_found_by_their_usual_names(tmp_path: Path, heads: str) -> None:
    row = ",".join(
        {"cluster": "007", "entity_id": "007", "more": "x"}.get(head, "p:1")
        for head in heads.split(",")
    )
    assert read_clusters(write(tmp_path, f"{heads}\n{row}\n")) == [("p:1", "007")]


def test_parquet_with_numbers_and_gaps_by_named_columns(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    pq.write_table(pa.table({"nr": [1, 2, 3], "who": [7, None, 7]}), path)
    assert read_clusters(path, ("nr", "who")) == [("1", "7"), ("2", ""), ("3", "7")]


@pytest.mark.parametrize(
    ("name", "content", "columns"),
    [
        ("a.csv", b"left,right\n1,2\n", None),
        ("a.csv", b"id,cluster\n1,2\n", ("id", "truth")),
        ("a.csv", b"\xff\xfe\x00", None),
        ("a.parquet", b"nonsense", None),
        ("absent.csv", None, None),
    ],
)
def test_errors_say_what_is_wrong(
    tmp_path: Path, name: str, content: bytes | None, columns: tuple[str, str] | None
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_clusters(path, columns)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_row_that_teaches_nothing_is_counted() -> None:
    rows = [
        ("p:1", "x"),
        ("2", "x"),
        ("p:3", "y"),
        ("p:3", "z"),
        ("p:9", "x"),
        ("", "x"),
        ("p:4", ""),
        ("p:1", "x"),
    ]
    found = settle(rows, ["p:1", "p:2", "p:3", "p:4", "q:4"])
    assert found.home == {"p:1": "x", "p:2": "x"}
    assert found.true_pairs == 1
    assert not found.plenty
    assert found.dropped == {
        "of records in two clusters": 2,
        "of records that are not in the lists": 1,
        "said twice": 1,
        "without an id or a cluster": 2,
    }
    assert found.as_judgements() == [Judgement("p:1", "p:2", same=True)]


def test_an_id_that_two_lists_hold_names_no_record() -> None:
    assert settle([("1", "x")], ["p:1", "q:1"]).home == {}


def people(count: int) -> tuple[Batch, Clusters]:
    """Namesakes, two records each, which all meet."""
    records = [
        Record(f"p:{number:03d}{mark}", "p", Kind.PERSON, "Person", (Value("name", "Ann Smith"),))
        for number in range(count)
        for mark in "ab"
    ]
    return Batch.from_records(records).canonical(), Clusters(
        {one.id: one.id[:-1] for one in records}, {}
    )


def test_false_pairs_weigh_as_many_as_blocking_gave() -> None:
    batch, clusters = people(20)
    names = [clusters.home[one] for one in batch.ids.to_pylist()]
    data = cluster_pairs(batch, clusters, names, Tables(), negatives=100)[Kind.PERSON]
    assert set(data.origin.tolist()) == {CLUSTERS}
    assert data.labels.sum() == 20
    assert (data.labels == 0).sum() == 100
    assert data.weights[data.labels == 0].sum() == pytest.approx(40 * 39 / 2 - 20)
    assert [one == two for one, two in data.clusters.tolist()] == data.labels.astype(bool).tolist()


def test_records_without_a_cluster_are_in_no_pair() -> None:
    batch, clusters = people(3)
    home = {one: cluster for one, cluster in clusters.home.items() if not one.endswith("000b")}
    names = ["x"] * len(batch)
    data = cluster_pairs(batch, Clusters(home, {}), names, Tables())[Kind.PERSON]
    assert len(data) == 5 * 4 / 2
    assert cluster_pairs(batch, Clusters({}, {}), names, Tables()) == {}


def test_few_clusters_keep_their_proportion_beside_what_is_invented() -> None:
    batch, clusters = people(4)
    material = gather(Intake(batch, (), ()), [], TABLES, clusters=clusters)
    data = weighted(material.pairs[Kind.PERSON], {"*": (1.0, 1.0)})
    assert data.weights.sum() == pytest.approx(LEAST_CLUSTERED)
    assert len(np.unique(data.weights)) == 1


def test_clusters_train_a_model_the_same_one_again() -> None:
    batch, clusters = people(40)
    material = gather(Intake(batch, (), ()), [], TABLES, clusters=clusters)
    options = FitOptions(rounds=3, fixed={"same_list": SAME_LIST})
    one, two = (train(material, TABLES, "v", options) for _ in range(2))
    assert to_json(one.models[Kind.PERSON]) == to_json(two.models[Kind.PERSON])
    figures = one.figures["person"][CLUSTERS]
    # all true pairs are tested, false ones where both their clusters lie in one fold
    assert figures["matches"] == 40
    assert 40 < figures["pairs"] < len(material.pairs[Kind.PERSON])
