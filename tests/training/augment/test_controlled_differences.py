"""Pairs with one controlled difference."""

from __future__ import annotations

from resolver.records import Kind
from resolver.records.prepared.population import FrequencyTables
from resolver.training.resampled_entries import (
    CONTROLLED_ORIGIN,
    controlled_difference_pairs,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

LISTED = record("l:1", name="Ana Brandt", birthDate="1970-02-03", nationality="de")
TWIN = record("l:2", name="Eva Brandt", birthDate="1970-02-03", nationality="de")
AGAIN = record("l:3", name="Anna Brandt", birthDate="1970-02-03", nationality="de")
PLAIN = record("r:1", name="Ana Brandt"), record("r:2", name="Ana Brandt")


def test_pairs_are_separate_clusters_without_registers() -> None:
    pairs = [
        (LISTED, AGAIN, True),
        (TWIN, record("l:4", name="Ada Brandt", nationality="de"), False),
        (*PLAIN, True),
    ]
    with quick_symbols(
        "resolver.matching.pipeline",
        "resolver.training.data.labeled_pairs",
        "resolver.training.resampled_entries",
    ):
        pairs_by_kind = controlled_difference_pairs(pairs, FrequencyTables())
    assert set(pairs_by_kind) == {Kind.PERSON}
    data = pairs_by_kind[Kind.PERSON]
    assert sorted(data.labels.tolist()) == [0, 1]
    assert (data.clusters[:, 0] == data.clusters[:, 1]).all()
    assert len(set(data.clusters[:, 0])) == 2
    assert set(data.origin) == {CONTROLLED_ORIGIN}


def test_no_pairs_give_no_evidence() -> None:
    assert controlled_difference_pairs([], FrequencyTables()) == {}
