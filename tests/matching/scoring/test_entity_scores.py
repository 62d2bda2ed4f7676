"""Scores of entities: profiles of all their records, deduplicated sources, chance agreement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import load_models
from resolver.matching.scoring.entity_scores import ProfileScorer, more_values_penalty
from resolver.records import Batch, Record
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import MaterializedBatch
from resolver.records.prepared.population import (
    NO_POPULATION,
    KindPopulation,
    Population,
    SourceShift,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

Calls = list[tuple[MaterializedBatch, list[int], list[int]]]


def test_more_values_cost_the_logarithm_of_record_pairs() -> None:
    left, right = np.array([1, 2, 3, 10]), np.array([1, 1, 4, 10])
    penalty = more_values_penalty(left, right).tolist()
    few, many = (500 * math.log(8), 1_500)
    assert penalty[:2] == [0, round(500 * math.log(2))]
    assert penalty[2:] == [round(few + many * math.log(n / 8)) for n in (12, 100)]
    assert penalty[0] == 0


def score(
    records: Sequence[Record],
    labels: list[int],
    pairs: list[tuple[int, int]],
    sources: Any = (),
    population: Population = NO_POPULATION,
    workers: int = 1,
) -> tuple[npt.NDArray[np.int32], Calls]:
    """Score pairs of entities, of which `compare` knows nothing but whether they share a list."""
    calls: Calls = []

    def compare(
        prepared: MaterializedBatch, profiles: int, left: IntArray, right: IntArray
    ) -> npt.NDArray[np.int32]:
        assert profiles == len(prepared)
        calls.append((prepared, left.tolist(), right.tolist()))
        is_shared = prepared.is_deduplicated[left] & (
            prepared.sources[left] == prepared.sources[right]
        )
        is_one_source = prepared.sources[left] == prepared.sources[right]
        return np.where(is_shared, 1000, np.where(is_one_source, 4000, 5000)).astype(np.int32)

    batch = Batch.from_records(records).canonical()
    models = load_models()
    with quick_symbols("resolver.matching.pipeline"):
        scorer = ProfileScorer(
            batch.take,
            lambda profiles: (normalize(profiles.canonical(), models), len(profiles)),
            compare,
            sources,
            population,
            workers,
        )
        left, right = (np.array(side, dtype=np.int32) for side in zip(*pairs, strict=True))
        return scorer(np.array(labels, dtype=np.int32), left, right), calls


PEOPLE = [
    record("a:1", name="Ann Lee", birthDate="1970"),
    record("a:2", name="Bo Lee"),
    record("b:1", name="Anne Lee", passportNumber="P1234567"),
    record("c:1", name="Bob Lee"),
]


def test_profiles_have_all_values_and_only_compared_entities() -> None:
    logodds, calls = score(PEOPLE, [0, 1, 0, 3], [(0, 3)])
    assert logodds.tolist() == [5000 - round(500 * math.log(2))]
    ((prepared, left, right),) = calls
    assert (left, right, len(prepared.kinds)) == ([0], [1], 2)
    assert len(prepared.births.items) == 1
    assert len(prepared.identifiers.items) == 1


@pytest.mark.parametrize(("sources", "expected"), [((), 4000), ({"a"}, 1000), ({"b"}, 4000)])
def test_entities_with_entries_of_one_source(sources: Any, expected: int) -> None:
    """Whichever record is first: entity 0 has a:1 and b:1, entity 1 has a:2."""
    logodds, _ = score(PEOPLE, [0, 1, 0, 3], [(0, 1)], sources)
    assert logodds.tolist() == [expected - round(500 * math.log(2))]


def test_each_pair_keeps_its_place() -> None:
    pairs = [(0, 1), (0, 3), (1, 3)]
    logodds, calls = score(PEOPLE, [0, 1, 0, 3], pairs, {"a"})
    penalty = round(500 * math.log(2))
    assert logodds.tolist() == [1000 - penalty, 5000 - penalty, 5000]
    assert len(calls) == 2


def test_threads_do_not_change_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolver.matching.scoring.entity_scores._FEWEST_PAIRS", 1)
    pairs = [(0, 1), (0, 3), (1, 3)]
    expected, _ = score(PEOPLE, [0, 1, 0, 3], pairs, {"a"})
    logodds, calls = score(PEOPLE, [0, 1, 0, 3], pairs, {"a"}, workers=2)
    assert logodds.tolist() == expected.tolist()
    assert len(calls) == len(pairs)


def test_profiles_are_compared_as_entries_of_one_source_each() -> None:
    """Apart: that with most partners elsewhere; with a common source: that which seldomest holds
    an entity twice."""
    shifts = (SourceShift("a", -900, -300), SourceShift("b", 500, 1_200))
    population = Population({"person": KindPopulation(sources=shifts)})
    people = [*PEOPLE[:3], record("b:2", name="Bo Lee"), PEOPLE[3]]
    _, calls = score(people, [0, 1, 0, 1, 4], [(0, 1), (0, 4)], population=population)
    names = [
        {prepared.source_names[prepared.sources[row]] for row in (*left, *right)}
        for prepared, left, right in calls
    ]
    assert names == [{"b", "c"}, {"a"}]
