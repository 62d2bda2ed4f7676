"""Entries of one list that declares its entries to be all different, joined by others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resolver.engines.local import dedupe
from resolver.matching.clustering import PairLogOdds, find_unmatched_entries
from resolver.records import Batch, Record
from resolver.records.decisions import Verdict
from resolver.records.results.resolution import Band, Outcome
from tests.engines.local_runs import (
    OPTIONS,
    build_intake,
    find_entities,
    links_by_id,
    make_decision,
)
from tests.records.samples import record

BATCH = Batch.from_records(record(f"{source}:{number}") for source in "de" for number in (1, 2))
BATCH = BATCH.canonical()
ALL_PAIRS = [(0, 1), (0, 2), (1, 2), (2, 3)]


def unmatched(
    logodds: int, sources: str, same: list[tuple[int, int]] | None = None
) -> list[list[int]]:
    """Return the unmatched entries where all pairs have the same log-odds."""
    left, right = np.array(ALL_PAIRS, dtype=np.int32).T
    pairs = PairLogOdds(left, right, np.full(len(left), logodds, dtype=np.int32))
    is_deduplicated = np.array([name in sources for name in BATCH.sources.values.to_pylist()])
    rows: list[list[int]] = find_unmatched_entries(
        BATCH.sources.codes, is_deduplicated, pairs, 2_944, same or []
    ).tolist()
    return rows


def test_pairs_below_the_threshold_in_a_list_that_denies_them() -> None:
    assert unmatched(2_943, "d") == [[0, 1]]
    assert unmatched(2_943, "de") == [[0, 1], [2, 3]]
    assert unmatched(2_944, "de") == unmatched(2_943, "") == unmatched(2_943, "x") == []


def test_a_decision_beats_the_list() -> None:
    assert unmatched(0, "de", [(0, 2), (1, 2)]) == [[2, 3]]
    assert unmatched(0, "de", [(0, 1)]) == [[2, 3]]


def person(identity: str, *names: str, births: list[str], place: str) -> Record:
    name, *aliases = names
    return record(
        identity, name=name, alias=aliases, birthDate=births, birthPlace=place, nationality="iq"
    )


BROTHERS = (
    person(
        "d:1",
        "Kamil Rashad Sultan Abdallah Al-Samarri",
        "Kamil Rashad Abdallah",
        births=["1952", "1955-05-04"],
        place="Samarra, Iraq",
    ),
    person(
        "d:2", "Jamil Rashad Abdallah Sultan Al-Samarri", births=["1955-05-04"], place="Samna, Iraq"
    ),
)
BOTH = person(
    "e:1",
    "Kamil Rashad Abdallah Sultan Al-Samarri",
    "Jamil Rashad Abdallah Sultan Al-Samarri",
    births=["1955-05-04"],
    place="Samarra, Iraq",
)


@pytest.mark.parametrize("decided", [False, True])
def test_an_entry_of_another_list_joins_one_of_them(decided: bool) -> None:
    """The other waits for a steward, unless a steward has decided."""
    intake = build_intake([*BROTHERS, BOTH], deduplicated_sources=["d"])
    decisions = [make_decision("d:1", "d:2", Verdict.SAME)] if decided else []
    resolution = dedupe(intake, replace(OPTIONS, decisions=decisions))
    if decided:
        assert find_entities(resolution) == {frozenset(("d:1", "d:2", "e:1"))}
        return
    assert find_entities(resolution) == {frozenset(("d:1", "e:1")), frozenset(("d:2",))}
    *_, band, outcome = links_by_id(resolution)["d:2", "e:1"]
    assert (Band(band), Outcome(outcome)) == (Band.REVIEW, Outcome.QUEUED)


def test_lists_that_declare_nothing_are_joined() -> None:
    assert len(find_entities(dedupe(build_intake([*BROTHERS, BOTH]), OPTIONS))) == 1
