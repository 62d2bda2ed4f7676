"""Entity ids of clusters: the rules one by one, and that no number is used twice."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolver.hub.entity_ids import (
    EarlierRecord,
    EntityAssignment,
    EntityBirth,
    RetiredEntities,
    assign_entities,
)
from resolver.records import Handling
from resolver.store import EventKind


def assign(
    labels: list[int], before: list[int], past: dict[int, list[int]] | None = None
) -> EntityAssignment:
    """Entities 1, 2 … are born in this order; retired ones are those of `past`."""
    living = {number: EntityBirth(f"e-{9 - number}", number) for number in {*before} - {-1}}
    gone = RetiredEntities(
        {number: EntityBirth(f"e-{number}", number) for number in past or {}},
        [
            EarlierRecord(number, Handling(), row)
            for number, rows in (past or {}).items()
            for row in rows
        ],
    )
    changed = np.array(before) < 0
    return assign_entities(
        np.array(labels, dtype=np.int32),
        np.array(before, dtype=np.int64),
        living,
        gone,
        100,
        changed,
    )


def test_unchanged_clusters() -> None:
    assignment = assign([0, 0, 2], [1, 1, 2])
    assert assignment.entities.tolist() == [1, 1, 2]
    assert (assignment.births, assignment.retirements, assignment.revivals, assignment.events) == (
        [],
        [],
        [],
        [],
    )


def test_new_entities_are_numbered_by_their_smallest_record() -> None:
    assignment = assign([0, 1, 0, 3], [-1, -1, -1, -1])
    assert assignment.entities.tolist() == [100, 101, 100, 102]
    assert (assignment.births, assignment.events) == ([0, 1, 3], [])


def test_a_merge_keeps_the_id_of_the_oldest_entity() -> None:
    assignment = assign([0, 0, 0], [3, 2, -1])
    assert assignment.entities.tolist() == [2, 2, 2]
    assert assignment.retirements == [(3, 2)]
    assert assignment.events == [(EventKind.MERGED, 3, 2), (EventKind.GREW, 2, -1)]


def test_a_split_keeps_the_id_with_the_larger_part_or_smallest_record() -> None:
    assert assign([0, 1, 1], [1, 1, 1]).entities.tolist() == [100, 1, 1]
    assert assign([0, 1, 0, 1], [1, 1, 1, 1]).entities.tolist() == [1, 100, 1, 100]


def test_moved_records() -> None:
    assignment = assign([0, 0, 2, 2, 2], [1, 1, 1, 2, 2])
    assert assignment.entities.tolist() == [1, 1, 2, 2, 2]
    assert assignment.events == [(EventKind.SHRANK, 1, 2), (EventKind.GREW, 2, -1)]


def test_an_undone_merge_revives_the_retired_entity() -> None:
    # 7 was merged into the elder 1, which had one record only
    assignment = assign([0, 1, 1, 1], [1, 1, 1, 1], {7: [1, 2, 3]})
    assert assignment.entities.tolist() == [1, 7, 7, 7]
    assert assignment.revivals == [7]
    assert assignment.events == [(EventKind.REVIVED, 7, -1), (EventKind.SPLIT, 1, 7)]


def test_an_undone_merge_with_parts_in_two_entities() -> None:
    # 1 was split into 9 and a part merged with 2, born later; 7 held last what was 1's before
    assignment = assign([0, 0, 0, 3], [9, 9, 2, 2], {7: [0, 1, 2]})
    assert assignment.entities.tolist() == [7, 7, 7, 2]
    assert (assignment.revivals, assignment.retirements) == ([7], [(9, 7)])


def test_an_entity_that_loses_its_larger_part_keeps_another() -> None:
    assignment = assign([0, 0, 0, 0, 4], [1, 1, 2, 2, 2])
    assert assignment.entities.tolist() == [1, 1, 1, 1, 2]
    assert (assignment.births, assignment.retirements) == ([], [])


def test_a_withdrawn_record_revives_its_entity() -> None:
    assignment = assign([0, 1], [-1, 2], {7: [0]})
    assert assignment.entities.tolist() == [7, 2]
    assert assignment.births == []


def test_two_retired_entities_claim_one_cluster() -> None:
    assignment = assign([0, 0], [-1, -1], {8: [1], 7: [0]})
    assert assignment.entities.tolist() == [7, 7]
    assert (assignment.revivals, assignment.redirects) == ([7], [(8, 7)])


def test_an_entity_without_records_is_dissolved() -> None:
    gone = assign_entities(
        np.zeros(0, dtype=np.int32),
        np.zeros(0, dtype=np.int64),
        {4: EntityBirth("e-4", 1)},
        RetiredEntities(),
        100,
        np.zeros(0, dtype=bool),
    )
    assert (gone.retirements, gone.events) == ([(4, -1)], [(EventKind.DISSOLVED, 4, -1)])


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 5)), min_size=1, max_size=12), st.data()
)
def test_clusters_and_entities_correspond(rows: list[tuple[int, int]], data: st.DataObject) -> None:
    clusters = [cluster for cluster, _ in rows]
    labels = [clusters.index(cluster) for cluster in clusters]
    before = [entity for _, entity in rows]
    retired = data.draw(
        st.dictionaries(st.integers(10, 13), st.sets(st.integers(0, len(rows) - 1), min_size=1))
    )
    assignment = assign(
        labels, before, {number: sorted(members) for number, members in retired.items()}
    )
    pairs = set(zip(labels, assignment.entities.tolist(), strict=True))
    assert len(pairs) == len(set(labels)) == len(set(assignment.entities.tolist()))
    living = set(assignment.entities.tolist())
    assert {retired_entity for retired_entity, _ in assignment.retirements} == {*before} - {
        -1
    } - living
    assert set(assignment.revivals) == living & set(retired)
    assert len(assignment.births) == len([number for number in living if number >= 100])
