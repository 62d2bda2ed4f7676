"""Looked-up keys, against joining all records."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resolver.matching.blocking import (
    PLANS,
    Plan,
    join_candidates,
    passes_prefilter,
)
from resolver.matching.blocking.key_lookup import (
    BlockPurge,
    KeyTable,
    StoredKeys,
    build_key_table,
    find_stored_pairs,
    key_places,
    merge_key_tables,
)
from resolver.records import Kind, Record
from resolver.records.prepared.batch import PreparedBatch
from tests.matching.preparing import prepared
from tests.records.samples import record

pytestmark = pytest.mark.slow


GIVEN = ("Ivan", "John", "Mohammed", "Ali", "Zoltan")
FAMILY = ("Smith", "Petrov", "Li", "Smith Petrov", "Qureshi")
BIRTHS = ((), ("1960",), ("1960-05-01",), ("1961-05-01",), ("1960-05-01", "1961"))


def people(seed: int, count: int) -> list[Record]:
    dice = np.random.default_rng(seed)

    def make(number: int) -> Record:
        kind = (Kind.PERSON, Kind.PERSON, Kind.LEGAL, Kind.GROUP)[dice.integers(4)]
        name = f"{dice.choice(GIVEN)} {dice.choice(FAMILY)}"
        return record(
            f"s:{number:03d}", kind, name=name, birthDate=BIRTHS[dice.integers(len(BIRTHS))]
        )

    return [make(number) for number in range(count)]


def stored_keys_of(
    rows: list[int], everyone: PreparedBatch, table: KeyTable, first: int
) -> StoredKeys:
    """Return some records as a table of their own."""
    place = np.full(len(everyone), -1, dtype=np.int32)
    place[rows] = np.arange(len(rows))
    is_chosen = place[table.rows] >= 0
    keys = KeyTable(table.base[is_chosen], place[table.rows[is_chosen]], table.refine[is_chosen])
    return StoredKeys(keys, first, everyone.kinds[rows], np.ones(len(rows), dtype=bool))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
@pytest.mark.parametrize("cap", [500_000, 60])
@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), fresh=st.integers(0, 12), cut=st.integers(0, 30))
def test_pairs_are_those_of_joining_all_records(
    plan: Plan, cap: int, seed: int, fresh: int, cut: int
) -> None:
    everyone = prepared(people(seed, 30 + fresh))
    table = build_key_table(everyone, plan)
    rows = list(range(30 + fresh))
    old, new = rows[:30], rows[30:]
    parts = [old[:cut], old[cut:]]
    stored = [
        stored_keys_of(part, everyone, table, 100 + start)
        for part, start in zip(parts, (0, cut), strict=True)
    ]
    new_keys = stored_keys_of(new, everyone, table, 0)
    left, numbers, _ = find_stored_pairs(new_keys.keys, new_keys.kinds, stored, cap=cap)
    pairs, _ = join_candidates(everyone, plan, cap=cap)
    enough = passes_prefilter(everyone, plan, numbers.astype(np.int32) - 100, left + np.int32(30))
    left, numbers = left[enough], numbers[enough]
    expected = {
        (b - 30, a + 100)
        for a, b in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
        if a < 30 <= b
    }
    assert list(zip(left.tolist(), numbers.tolist(), strict=True)) == sorted(expected)


def test_ended_records_are_not_found() -> None:
    everyone = prepared(people(5, 20))
    table = build_key_table(everyone, PLANS[0])
    stored = stored_keys_of(list(range(20)), everyone, table, 1)
    _, all_numbers, _ = find_stored_pairs(table, everyone.kinds, [stored])
    gone = replace(stored, is_valid=np.arange(20) != 7)
    _, numbers, _ = find_stored_pairs(table, everyone.kinds, [gone])
    assert 8 in all_numbers
    assert set(numbers.tolist()) == set(all_numbers.tolist()) - {8}


def test_empty_tables_give_no_pairs() -> None:
    none = prepared([])
    empty = build_key_table(none, PLANS[0])
    some = prepared(people(1, 3))
    table = build_key_table(some, PLANS[0])
    stored = StoredKeys(table, 1, some.kinds, np.ones(3, dtype=bool))
    for fresh, kinds, tables in (
        (empty, none.kinds, [stored]),
        (table, some.kinds, []),
        (empty, none.kinds, []),
    ):
        assert [len(part) for part in find_stored_pairs(fresh, kinds, tables)[:2]] == [0, 0]
    assert (
        find_stored_pairs(
            table, some.kinds, [StoredKeys(empty, 1, none.kinds, np.zeros(0, dtype=bool))]
        )[2]
        == 0
    )


def test_purged_pairs_are_counted() -> None:
    many = prepared([record(f"s:{number:03d}", name="Ivan Petrov") for number in range(30)])
    table = build_key_table(many, PLANS[0])
    stored = StoredKeys(table, 1, many.kinds, np.ones(30, dtype=bool))
    left, _, cut = find_stored_pairs(table, many.kinds, [stored], cap=100)
    assert len(left) == 0
    assert cut > 0


def purged_by_key(table: KeyTable, rows: list[int], cap: int) -> dict[int, int]:
    """Return per key the pairs of some rows that share it, if they are more than the cap."""
    refines: dict[int, list[int]] = {}
    for base, row, refine in zip(
        table.base.tolist(), table.rows.tolist(), table.refine.tolist(), strict=True
    ):
        if row in rows:
            refines.setdefault(base, []).append(refine)
    pairs = {
        base: sum(make == two or not make or not two for make, two in combinations(stored, 2))
        for base, stored in refines.items()
    }
    return {base: count for base, count in pairs.items() if count > cap}


@pytest.mark.parametrize("cap", [1, 6, 60])
@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), cut=st.integers(0, 30))
@example(seed=547, cut=0)
def test_purging_counts_all_current_records(cap: int, seed: int, cut: int) -> None:
    records, dice = people(seed, 42), np.random.default_rng(seed)
    everyone, plan = prepared(records), PLANS[1]
    table = build_key_table(everyone, plan)
    old, new = list(range(30)), list(range(30, 42))
    stored = [
        stored_keys_of(part, everyone, table, start)
        for part, start in ((old[:cut], 0), (old[cut:], cut))
    ]
    ended = sorted(dice.choice(old, 6, replace=False).tolist())
    live = [row for row in range(42) if row not in ended]
    purge = BlockPurge(stored, stored_keys_of(new, everyone, table, 0).keys, np.array(ended), cap)
    bases = np.unique(table.base)
    before, after = purged_by_key(table, old, cap), purged_by_key(table, live, cap)
    assert purge.purged_pairs(bases).tolist() == [after.get(base, 0) for base in bases.tolist()]
    crossed = [base for base in bases.tolist() if (base in before) != (base in after)]
    assert purge.changed_keys(bases).tolist() == crossed
    bearers = {
        row
        for base, row in zip(table.base.tolist(), table.rows.tolist(), strict=True)
        if base in crossed
    }
    assert purge.bearers(purge.changed_keys(bases)).tolist() == sorted(
        bearers & set(old) - set(ended)
    )
    # A part of the records is joined as among all.
    some = sorted(dice.choice(live, 15, replace=False).tolist())
    separate, _ = join_candidates(
        prepared([records[row] for row in some]), plan, cap=cap, purge_counts=purge.purged_pairs
    )
    among, _ = join_candidates(prepared([records[row] for row in live]), plan, cap=cap)
    expected = {
        (live[a], live[b]) for a, b in zip(among.left.tolist(), among.right.tolist(), strict=True)
    }
    joined = {
        (some[a], some[b])
        for a, b in zip(separate.left.tolist(), separate.right.tolist(), strict=True)
    }
    # which of some identical records represents the others depends on who is among them
    identical = {
        (a, b)
        for a, b in combinations(some, 2)
        if (records[a].schema, records[a].values) == (records[b].schema, records[b].values)
    }
    within = {(a, b) for a, b in expected if a in some and b in some}
    assert joined - identical == within - identical


def test_bearers_of_very_common_keys_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolver.matching.blocking.key_lookup._MAX_BEARERS", 10)
    many = prepared([record(f"s:{number:03d}", name="Ivan Petrov") for number in range(30)])
    table = build_key_table(many, PLANS[0])
    purge = BlockPurge(
        [StoredKeys(table, 0, many.kinds, np.ones(30, dtype=bool))],
        merge_key_tables([], []),
        cap=100,
    )
    # All pairs count, whatever their refinements.
    assert set(purge.purged_pairs(np.unique(table.base)).tolist()) <= {0, 435}
    assert purge.purged_pairs(np.unique(table.base)).max() == 435


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([0, 1, 2, 3, 2**64 - 2, 2**64 - 1]), max_size=12),
    st.lists(st.sampled_from([0, 1, 3, 4, 2**64 - 2, 2**64 - 1]), max_size=6),
    st.integers(1, 3),
)
def test_places_of_keys_are_those_of_a_binary_search(
    stored: list[int], sought: list[int], at_once: int
) -> None:
    base, bases = np.array(sorted(stored), dtype=np.uint64), np.array(sought, dtype=np.uint64)
    no_rows = np.zeros(len(base), dtype=np.int32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("resolver.matching.blocking.key_lookup._KEYS_AT_ONCE", at_once)
        low, high = key_places(bases, KeyTable(base, no_rows, no_rows))
    assert low.tolist() == np.searchsorted(base, bases, side="left").tolist()
    assert high.tolist() == np.searchsorted(base, bases, side="right").tolist()


def test_merged_tables_have_all_keys() -> None:
    everyone = prepared(people(9, 20))
    table = build_key_table(everyone, PLANS[1])
    parts = [
        stored_keys_of(list(range(8)), everyone, table, 0),
        stored_keys_of(list(range(8, 20)), everyone, table, 0),
    ]
    again = merge_key_tables([part.keys for part in parts], [0, 8])
    rows = zip(again.base.tolist(), again.rows.tolist(), again.refine.tolist(), strict=True)
    assert sorted(rows) == sorted(
        zip(table.base.tolist(), table.rows.tolist(), table.refine.tolist(), strict=True)
    )
    assert again.base.tolist() == sorted(again.base.tolist())
    assert len(merge_key_tables([], [])) == 0
