"""Overlap of agencies: a plain count, small counts suppressed."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from resolver.hub.hub import Hub
from resolver.network.export import EntityTable, Labels
from resolver.network.groups import (
    MIN_COUNT,
    Overlap,
    count_agency_overlap,
    overlap_table,
    read_overlap,
    suppress_small,
)
from resolver.records import Kind
from resolver.records.visibility import OPERATOR, STRANGER
from tests.network.networks import make_records

NAMES = ("=Coast", "Port", "River", "Sky")
CRIMES = ("arms", "drugs")


def random_table(seed: int) -> tuple[EntityTable, list[tuple[int, set[str], set[str]]]]:
    """Return a table, and (kind, agencies, crimes) of each of its entities."""
    random = Random(seed)
    rows = [
        (
            random.choice((1, 2, 4, 3)),
            set(random.sample(NAMES, random.choice((1, 1, 2, 3)))),
            set(random.sample(CRIMES, random.randrange(3))),
        )
        for _ in range(200)
    ]
    agencies = _labels([row[1] for row in rows])
    crimes = _labels([row[2] for row in rows])
    nothing = np.zeros(0, dtype=np.int64)
    numbers = np.arange(1, len(rows) + 1)
    kinds = np.array([row[0] for row in rows], dtype=np.uint8)
    pairs = (nothing, nothing)
    table = EntityTable(1, numbers, kinds, agencies, crimes, Labels.gather(()), pairs, pairs)
    return table, rows


def _labels(names: Sequence[set[str]]) -> Labels:
    return Labels.gather(
        (np.full(len(row), place, dtype=np.int64), sorted(row)) for place, row in enumerate(names)
    )


@pytest.mark.parametrize("kind", ["", "person", "group", "asset"])
@pytest.mark.parametrize("activity", ["", "drugs", "arms"])
@pytest.mark.parametrize("seed", range(3))
def test_counts_are_those_of_a_plain_count(seed: int, kind: str, activity: str) -> None:
    table, rows = random_table(seed)
    bits = {"": 7, "person": 1, "group": 2, "asset": 4}[kind]
    chosen = [row for row in rows if row[0] & bits and (not activity or activity in row[2])]
    overlap = count_agency_overlap(table, kind=kind, activity=activity)
    assert overlap.agencies == tuple(n for n in NAMES if any(n in row[1] for row in chosen))
    for left, line in zip(overlap.agencies, overlap.counts, strict=True):
        for right, count in zip(overlap.agencies, line, strict=True):
            plain = sum({left, right} <= row[1] for row in chosen)
            assert count == (plain if plain == 0 or plain >= MIN_COUNT else None)
    assert overlap.shared == suppress_small(sum(len(row[1]) > 1 for row in chosen))
    assert overlap.entities == suppress_small(len(chosen))


def test_small_counts_are_not_given() -> None:
    assert [suppress_small(count) for count in (0, 1, 4, 5, 100)] == [0, None, None, 5, 100]


def test_a_table_is_safe_in_spreadsheets() -> None:
    overlap = Overlap(1, ("=Coast", "Port"), ((7, None), (None, 0)), 9, None)
    assert list(csv.reader(io.StringIO(overlap_table(overlap)))) == [
        ["agency", "'=Coast", "Port"],
        ["'=Coast", "7", "<5"],
        ["Port", "<5", "0"],
    ]


def test_hidden_records_are_not_counted(network_hub: Hub) -> None:
    rows = make_records()
    everything, visible = (read_overlap(network_hub, viewer) for viewer in (OPERATOR, STRANGER))
    assert everything.entities == len(rows)
    assert visible.entities == sum(row.handling.code == "H0" for row in rows)
    people = read_overlap(network_hub, OPERATOR, kind="person")
    assert people.entities == sum(row.kind is Kind.PERSON for row in rows)
    assert replace(visible, entities=0).counts == ((visible.entities,),)


def test_labels_are_unique_and_sorted() -> None:
    labels = Labels.gather([(np.array([3, 1, 1, 2]), ["b", "", "b", "a"]), (np.array([1]), ["b"])])
    assert labels.names == ("a", "b")
    assert list(zip(labels.rows.tolist(), labels.codes.tolist(), strict=True)) == [
        (1, 1),
        (2, 0),
        (3, 1),
    ]
    assert labels.rows_with("b").tolist() == [1, 3]
    assert labels.rows_with("c").tolist() == []
    assert labels.counts(np.array([True, True, False, False])) == {"b": 1}
    assert labels.sizes(5).tolist() == [0, 1, 1, 1, 0]
