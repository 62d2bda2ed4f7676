"""Which entity each cluster is, by the rules one after the other, and that no number is ever given twice."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolver.hub.increments.entity_ids import (
    Identities,
    Known,
    Past,
    identify,
)
from resolver.store import EventKind


def named(
    labels: list[int], before: list[int], past: dict[int, list[int]] | None = None
) -> Identities:
    """Entities 1, 2 … are born in this order; retired ones are those of `past`."""
    known = {number: Known(f"e-{9 - number}", number) for number in {*before} - {-1}}
    gone = Past({number: Known(f"e-{number}", number) for number in past or {}}, past or {})
    changed = np.array(before) < 0
    return identify(
        np.array(labels, dtype=np.int32),
        np.array(before, dtype=np.int64),
        known,
        gone,
        100,
        changed,
    )


def test_nothing_changes() -> None:
    found = named([0, 0, 2], [1, 1, 2])
    assert found.entity.tolist() == [1, 1, 2]
    assert (found.born, found.retired, found.revived, found.events) == ([], [], [], [])


def test_births_are_numbered_by_their_smallest_record() -> None:
    found = named([0, 1, 0, 3], [-1, -1, -1, -1])
    assert found.entity.tolist() == [100, 101, 100, 102]
    assert (found.born, found.events) == ([0, 1, 3], [])


def test_the_eldest_keeps_its_id() -> None:
    found = named([0, 0, 0], [3, 2, -1])
    assert found.entity.tolist() == [2, 2, 2]
    assert found.retired == [(3, 2)]
    assert found.events == [(EventKind.MERGED, 3, 2), (EventKind.GREW, 2, -1)]


def test_the_larger_part_keeps_the_id_and_a_tie_goes_to_the_smallest_record() -> None:
    assert named([0, 1, 1], [1, 1, 1]).entity.tolist() == [100, 1, 1]
    assert named([0, 1, 0, 1], [1, 1, 1, 1]).entity.tolist() == [1, 100, 1, 100]


def test_records_that_move() -> None:
    found = named([0, 0, 2, 2, 2], [1, 1, 1, 2, 2])
    assert found.entity.tolist() == [1, 1, 2, 2, 2]
    assert found.events == [(EventKind.SHRANK, 1, 2), (EventKind.GREW, 2, -1)]


def test_a_merge_undone() -> None:
    # 7 was merged into the elder 1, which had one record only
    found = named([0, 1, 1, 1], [1, 1, 1, 1], {7: [1, 2, 3]})
    assert found.entity.tolist() == [1, 7, 7, 7]
    assert found.revived == [7]
    assert found.events == [(EventKind.REVIVED, 7, -1), (EventKind.SPLIT, 1, 7)]


def test_a_merge_undone_whose_parts_lie_in_two_entities() -> None:
    # 1 was split into 9 and a part that 2, born later, had merged with; 7 held last what was 1's before
    found = named([0, 0, 0, 3], [9, 9, 2, 2], {7: [0, 1, 2]})
    assert found.entity.tolist() == [7, 7, 7, 2]
    assert (found.revived, found.retired) == ([7], [(9, 7)])


def test_who_loses_the_larger_part_keeps_another() -> None:
    found = named([0, 0, 0, 0, 4], [1, 1, 2, 2, 2])
    assert found.entity.tolist() == [1, 1, 1, 1, 2]
    assert (found.born, found.retired) == ([], [])


def test_who_was_withdrawn_comes_back() -> None:
    found = named([0, 1], [-1, 2], {7: [0]})
    assert found.entity.tolist() == [7, 2]
    assert found.born == []


def test_two_retired_entities_want_one_cluster() -> None:
    found = named([0, 0], [-1, -1], {8: [1], 7: [0]})
    assert found.entity.tolist() == [7, 7]
    assert (found.revived, found.redirected) == ([7], [(8, 7)])


def test_nobody_is_left() -> None:
    gone = identify(
        np.zeros(0, dtype=np.int32),
        np.zeros(0, dtype=np.int64),
        {4: Known("e-4", 1)},
        Past(),
        100,
        np.zeros(0, dtype=bool),
    )
    assert (gone.retired, gone.events) == ([(4, -1)], [(EventKind.DISSOLVED, 4, -1)])


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 5)), min_size=1, max_size=12), st.data()
)
def test_every_cluster_has_one_entity_and_every_entity_one_cluster(
    rows: list[tuple[int, int]], data: st.DataObject
) -> None:
    clusters = [cluster for cluster, _ in rows]
    labels = [clusters.index(cluster) for cluster in clusters]
    before = [entity for _, entity in rows]
    retired = data.draw(
        st.dictionaries(st.integers(10, 13), st.sets(st.integers(0, len(rows) - 1), min_size=1))
    )
    found = named(labels, before, {number: sorted(held) for number, held in retired.items()})
    pairs = set(zip(labels, found.entity.tolist(), strict=True))
    assert len(pairs) == len(set(labels)) == len(set(found.entity.tolist()))
    living = set(found.entity.tolist())
    assert {one for one, _ in found.retired} == {*before} - {-1} - living
    assert set(found.revived) == living & set(retired)
    assert len(found.born) == len([number for number in living if number >= 100])
