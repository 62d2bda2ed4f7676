"""Pairs of rows that lists state to be different."""

from __future__ import annotations

import time

import numpy as np
import pytest

from resolver.matching.clustering import (
    DecidedRows,
    MergeRule,
    PairLogOdds,
    cluster,
    find_stated_rows,
    keep_statements,
)
from resolver.matching.clustering.signed_clustering import Constraints
from resolver.records import Batch, Record, Relation, RelationType
from tests.records.samples import record

KIN = RelationType.FAMILY_OF
NONE = np.zeros(0, dtype=np.int32)


def batch_of(*records: Record) -> Batch:
    return Batch.from_records(records).canonical()


def kin(identity: str, *targets: str, name: str = "Ali Hassan") -> Record:
    return record(identity, name=name, relations=[Relation(KIN, target) for target in targets])


def all_pairs(count: int) -> tuple[np.ndarray, np.ndarray]:
    left, right = np.triu_indices(count, 1)
    return left.astype(np.int32), right.astype(np.int32)


def stated(batch: Batch, *same: tuple[int, int]) -> list[tuple[int, int]]:
    pairs = find_stated_rows(batch, *all_pairs(len(batch)), same)
    return sorted((left, right) for left, right in pairs.tolist())


def test_relations_give_pairs_by_record_id_and_native_id() -> None:
    batch = batch_of(kin("a:1", "a:2"), kin("a:2"), kin("a:3", "1"), kin("b:1"))
    assert stated(batch) == [(0, 1), (0, 2)]
    # compared or not
    assert find_stated_rows(batch, NONE, NONE).tolist() == [[0, 1], [0, 2]]


def test_unknown_targets_and_records_themselves_give_none() -> None:
    batch = batch_of(kin("a:1", "a:1", "a:9", "1", ""), kin("a:2", "9", "b:9"))
    assert stated(batch) == []
    assert stated(batch_of()) == []


def test_cycles_give_each_pair_once() -> None:
    batch = batch_of(kin("a:1", "a:2"), kin("a:2", "a:3", "a:1"), kin("a:3", "a:1"))
    assert stated(batch) == [(0, 1), (0, 2), (1, 2)]


def test_generations_give_compared_pairs() -> None:
    batch = batch_of(
        record("a:1", name="John Smith Sr."),
        record("b:1", name=["SMITH, John", "SMITH, John, Jr."]),
        record("c:1", name="John Smith"),
        record("d:1", name="John Smith II"),
        record("e:1", name="Jack Smith Jr."),
    )
    assert stated(batch) == [(0, 1), (0, 3)]
    assert find_stated_rows(batch, NONE, NONE).tolist() == []


def test_decisions_beat_statements_directly_and_through_others() -> None:
    batch = batch_of(kin("a:1", "a:2", "a:4"), kin("a:2"), kin("a:3"), kin("a:4"))
    assert stated(batch, (0, 1)) == [(0, 3)]
    assert stated(batch, (0, 2), (1, 2)) == [(0, 3)]


def test_statement_columns_give_the_same_pairs() -> None:
    batch = batch_of(
        kin("a:1", "a:2", name="Ann Lee Jr"),
        kin("a:2", "1", name="Ann Lee"),
        record("a:3", name="Ann Lee Sr", birthDate="1950"),
        record("b:1", firstName="Ann", lastName="Lee", nameSuffix="Sr"),
        record("b:2", name="Bo", relations=[Relation(RelationType.LINKED_TO, "a:1")]),
    )
    statements = keep_statements(batch)
    assert stated(statements) == stated(batch) == [(0, 1), (0, 2), (0, 3)]
    assert sorted(statements.columns) == [
        "birthDate",
        "firstName",
        "lastName",
        "name",
        "nameSuffix",
        "relation",
    ]
    assert len(statements.columns["name"]) == 2
    assert len(statements.columns["relation"]) == 2


@pytest.mark.parametrize("third", [False, True])
def test_statements_keep_records_apart(third: bool) -> None:
    """Keep two records apart, by themselves and where a third one resembles both."""
    left, right = all_pairs(3 if third else 2)
    pairs = PairLogOdds(left, right, np.full(len(left), 5_000, dtype=np.int32))
    rule, apart = MergeRule(2_000, 0), np.array([[1, 0]], dtype=np.int32)
    assert len(set(cluster(3, pairs, rule).tolist()[:2])) == 1
    labels = cluster(3, pairs, rule, Constraints(stated=apart)).tolist()
    assert labels[0] != labels[1]
    decided = cluster(3, pairs, rule, Constraints(DecidedRows([], [(0, 1)]))).tolist()
    assert labels == decided


def test_thousands_of_relations_stay_fast() -> None:
    count = 30_000
    ids = [f"a:{number:05}" for number in range(count)]
    hub = kin(ids[0], *ids)
    ring = [
        kin(identity, ids[(number + 1) % count], name="Ali Jr" if number % 2 else "Ali Sr")
        for number, identity in enumerate(ids)
    ]
    batch = batch_of(hub, *ring[1:])
    left = np.repeat(np.arange(300, dtype=np.int32), 300)
    right = np.tile(np.arange(300, 600, dtype=np.int32), 300)
    start = time.process_time()
    pairs = find_stated_rows(batch, left, right)
    logodds = np.full(len(left), 5_000, dtype=np.int32)
    labels = cluster(
        count, PairLogOdds(left, right, logodds), MergeRule(2_000, 0), Constraints(stated=pairs)
    )
    assert time.process_time() - start < 10
    assert len(pairs) > 2 * count - 5
    assert labels[300] != labels[1]
