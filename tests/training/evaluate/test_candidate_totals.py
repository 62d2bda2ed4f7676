"""Sums over scored candidate pairs by group."""

from __future__ import annotations

from resolver.matching.resolution_task import RunOptions
from resolver.records import Kind
from resolver.training.measures import DIMENSIONS, JOINT, total_candidates
from resolver.training.reliability import measure_reliability
from tests.records.samples import record

NAME = "Abdulrahman Nasser Tikriti"
RECORDS = [
    record("a:1", name=NAME, birthDate="1971-03-09"),
    record("b:1", name=NAME, birthDate="1971-03-09"),
    record("c:1", name=NAME, birthDate="1944-11-30"),
    record("d:1", Kind.ASSET, name=NAME),
    record("e:1", Kind.ASSET, name=NAME),
]
TRUTH = {"a:1": "p", "b:1": "p", "c:1": "q", "d:1": "s", "e:1": "s"}


def test_pairs_are_counted_by_truth_and_group() -> None:
    totals = total_candidates(RECORDS, TRUTH, RunOptions())
    assert tuple(totals) == DIMENSIONS
    by = {
        name: {
            group.name: (group.pairs, round(sum(row.pairs * row.true for row in group.bins)))
            for group in measure_reliability(groups)
        }
        for name, groups in totals.items()
    }
    # a person is never compared with an asset, whatever the names
    assert by["size"] == {"5": (4, 2)}
    assert by["kind"] == {"person": (3, 1), "asset": (1, 1)}
    assert by["script"] == {"Latin": (4, 2)}
    assert by["evidence"] == {"birth date": (3, 1), "names only": (1, 1)}
    assert by[JOINT] == {"5 × person × birth date": (3, 1), "5 × asset × names only": (1, 1)}


def test_records_are_those_of_the_kind() -> None:
    totals = total_candidates(RECORDS, TRUTH, RunOptions())
    assert totals["size"]["5"].records == 5
    assert totals["evidence"]["birth date"].records == 5
    assert totals["kind"]["person"].records == 3
    assert totals[JOINT]["5 × asset × names only"].records == 2


def test_agreement_scores_above_contradiction() -> None:
    (group, *_) = measure_reliability(total_candidates(RECORDS, TRUTH, RunOptions())["kind"])
    (pair,) = [row for row in group.bins if row.true > 0]
    assert pair.true == 1.0
    assert all(row.score < pair.score for row in group.bins if row is not pair)
