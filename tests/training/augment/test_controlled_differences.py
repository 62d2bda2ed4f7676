"""Pairs that differ in one thing."""

from __future__ import annotations

from resolver.records import Kind
from resolver.records.prepared.frequencies import Tables
from resolver.training.augment.controlled_differences import ORIGIN, differing_pairs
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

LISTED = record("l:1", name="Ana Brandt", birthDate="1970-02-03", nationality="de")
TWIN = record("l:2", name="Eva Brandt", birthDate="1970-02-03", nationality="de")
AGAIN = record("l:3", name="Anna Brandt", birthDate="1970-02-03", nationality="de")
PLAIN = record("r:1", name="Ana Brandt"), record("r:2", name="Ana Brandt")


def test_each_pair_is_a_cluster_of_its_own_and_registers_are_left_out() -> None:
    pairs = [
        (LISTED, AGAIN, True),
        (TWIN, record("l:4", name="Ada Brandt", nationality="de"), False),
        (*PLAIN, True),
    ]
    with quick_symbols(
        "resolver.pipeline",
        "resolver.training.data.labeled_pairs",
        "resolver.training.augment.controlled_differences",
    ):
        found = differing_pairs(pairs, Tables())
    assert set(found) == {Kind.PERSON}
    data = found[Kind.PERSON]
    assert sorted(data.labels.tolist()) == [0, 1]
    assert (data.clusters[:, 0] == data.clusters[:, 1]).all()
    assert len(set(data.clusters[:, 0])) == 2
    assert set(data.origin) == {ORIGIN}


def test_no_pairs_give_nothing() -> None:
    assert differing_pairs([], Tables()) == {}
