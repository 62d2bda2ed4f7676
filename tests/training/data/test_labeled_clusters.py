"""Labeled clusters: reading, matching to records, and the pairs they label."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resolver.errors import InputError
from resolver.lists.reader_types import Intake
from resolver.matching.scoring import model_to_json
from resolver.records import Batch, Kind, Record, Value
from resolver.records.prepared.population import FrequencyTables
from resolver.training.data.labeled_clusters import (
    CLUSTER_ORIGIN,
    LabeledClusters,
    label_cluster_pairs,
    match_clusters,
    read_cluster_rows,
)
from resolver.training.data.labeled_pairs import JudgedPair
from resolver.training.fit.model_parts import FitOptions
from resolver.training.train import (
    MIN_CLUSTER_WEIGHT,
    SAME_LIST_WEIGHT,
    train_models,
    weight_by_origin,
)
from resolver.training.training_data import gather_training_data

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
    assert read_cluster_rows(write(tmp_path, f"{heads}\n{row}\n")) == [("p:1", "007")]


def test_parquet_with_numbers_and_gaps_by_named_columns(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    pq.write_table(pa.table({"nr": [1, 2, 3], "who": [7, None, 7]}), path)
    assert read_cluster_rows(path, ("nr", "who")) == [("1", "7"), ("2", ""), ("3", "7")]


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
def test_unreadable_files_are_reported(
    tmp_path: Path, name: str, content: bytes | None, columns: tuple[str, str] | None
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_cluster_rows(path, columns)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unusable_rows_are_counted() -> None:
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
    clusters = match_clusters(rows, ["p:1", "p:2", "p:3", "p:4", "q:4"])
    assert clusters.cluster_of == {"p:1": "x", "p:2": "x"}
    assert clusters.true_pairs == 1
    assert not clusters.is_sufficient
    assert clusters.dropped == {
        "of records in two clusters": 2,
        "of records that are not in the lists": 1,
        "listed twice": 1,
        "without an id or a cluster": 2,
    }
    assert clusters.as_judgments() == [JudgedPair("p:1", "p:2", same=True)]


def test_id_in_two_lists_matches_no_record() -> None:
    assert match_clusters([("1", "x")], ["p:1", "q:1"]).cluster_of == {}


def people(count: int) -> tuple[Batch, LabeledClusters]:
    """Return namesakes, two records each, which all share a blocking key."""
    records = [
        Record(f"p:{number:03d}{mark}", "p", Kind.PERSON, "Person", (Value("name", "Ann Smith"),))
        for number in range(count)
        for mark in "ab"
    ]
    return Batch.from_records(records).canonical(), LabeledClusters(
        {record.id: record.id[:-1] for record in records}, {}
    )


def test_false_pairs_keep_the_weight_of_all_blocked_pairs() -> None:
    batch, clusters = people(20)
    names = [clusters.cluster_of[left] for left in batch.ids.to_pylist()]
    data = label_cluster_pairs(batch, clusters, names, FrequencyTables(), max_negatives=100)[
        Kind.PERSON
    ]
    assert set(data.origin.tolist()) == {CLUSTER_ORIGIN}
    assert data.labels.sum() == 20
    assert (data.labels == 0).sum() == 100
    assert data.weights[data.labels == 0].sum() == pytest.approx(40 * 39 / 2 - 20)
    assert [left == right for left, right in data.clusters.tolist()] == data.labels.astype(
        bool
    ).tolist()


def test_records_without_a_cluster_are_in_no_pair() -> None:
    batch, clusters = people(3)
    cluster_of = {
        identity: cluster
        for identity, cluster in clusters.cluster_of.items()
        if not identity.endswith("000b")
    }
    names = ["x"] * len(batch)
    data = label_cluster_pairs(batch, LabeledClusters(cluster_of, {}), names, FrequencyTables())[
        Kind.PERSON
    ]
    assert len(data) == 5 * 4 / 2
    assert label_cluster_pairs(batch, LabeledClusters({}, {}), names, FrequencyTables()) == {}


def test_few_clusters_keep_a_minimum_weight() -> None:
    batch, clusters = people(4)
    material = gather_training_data(Intake(batch, (), ()), [], TABLES, clusters=clusters)
    data = weight_by_origin(material.pairs[Kind.PERSON], {"*": (1.0, 1.0)})
    assert data.weights.sum() == pytest.approx(MIN_CLUSTER_WEIGHT)
    assert len(np.unique(data.weights)) == 1


def test_training_on_clusters_is_reproducible() -> None:
    batch, clusters = people(40)
    material = gather_training_data(Intake(batch, (), ()), [], TABLES, clusters=clusters)
    options = FitOptions(rounds=3, fixed={"same_list": SAME_LIST_WEIGHT})
    first, second = (train_models(material, TABLES, "v", options) for _ in range(2))
    assert model_to_json(first.models[Kind.PERSON]) == model_to_json(second.models[Kind.PERSON])
    figures = first.figures["person"][CLUSTER_ORIGIN]
    # all true pairs are tested, false ones where both their clusters lie in one fold
    assert figures["matches"] == 40
    assert 40 < figures["pairs"] < len(material.pairs[Kind.PERSON])
