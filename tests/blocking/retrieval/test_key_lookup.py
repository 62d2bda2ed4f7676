"""Keys looked up give the pairs that joining everything gives, but for pairs of two held records."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.blocking import (
    PLANS,
    Plan,
    candidates,
    glanced,
)
from resolver.blocking.retrieval.key_lookup import (
    Held,
    KeyTable,
    Valve,
    key_table,
    meetings,
    united_keys,
)
from resolver.records import Kind, Record
from resolver.records.prepared.batch import Prepared
from tests.normalize.preparing import prepared
from tests.records.samples import record

GIVEN = ("Ivan", "John", "Mohammed", "Ali", "Zoltan")
FAMILY = ("Smith", "Petrov", "Li", "Smith Petrov", "Qureshi")
BIRTHS = ((), ("1960",), ("1960-05-01",), ("1961-05-01",), ("1960-05-01", "1961"))


def people(seed: int, count: int) -> list[Record]:
    dice = np.random.default_rng(seed)

    def one(number: int) -> Record:
        kind = (Kind.PERSON, Kind.PERSON, Kind.LEGAL, Kind.GROUP)[dice.integers(4)]
        name = f"{dice.choice(GIVEN)} {dice.choice(FAMILY)}"
        return record(
            f"s:{number:03d}", kind, name=name, birthDate=BIRTHS[dice.integers(len(BIRTHS))]
        )

    return [one(number) for number in range(count)]


def held_of(rows: list[int], everyone: Prepared, table: KeyTable, first: int) -> Held:
    """Some records as a table of their own."""
    place = np.full(len(everyone), -1, dtype=np.int32)
    place[rows] = np.arange(len(rows))
    mine = place[table.rows] >= 0
    keys = KeyTable(table.base[mine], place[table.rows[mine]], table.refine[mine])
    return Held(keys, first, everyone.kinds[rows], np.ones(len(rows), dtype=bool))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
@pytest.mark.parametrize("cap", [500_000, 60])
@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), fresh=st.integers(0, 12), cut=st.integers(0, 30))
def test_the_same_pairs_as_all_at_once(
    plan: Plan, cap: int, seed: int, fresh: int, cut: int
) -> None:
    everyone = prepared(people(seed, 30 + fresh))
    table = key_table(everyone, plan)
    rows = list(range(30 + fresh))
    old, new = rows[:30], rows[30:]
    parts = [old[:cut], old[cut:]]
    held = [
        held_of(part, everyone, table, 100 + start)
        for part, start in zip(parts, (0, cut), strict=True)
    ]
    asked = held_of(new, everyone, table, 0)
    left, numbers, _ = meetings(asked.keys, asked.kinds, held, cap=cap)
    pairs, _ = candidates(everyone, plan, cap=cap)
    enough = glanced(everyone, plan, numbers.astype(np.int32) - 100, left + np.int32(30))
    left, numbers = left[enough], numbers[enough]
    wanted = {
        (b - 30, a + 100)
        for a, b in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
        if a < 30 <= b
    }
    assert list(zip(left.tolist(), numbers.tolist(), strict=True)) == sorted(wanted)


def test_who_no_longer_counts_is_not_met() -> None:
    everyone = prepared(people(5, 20))
    table = key_table(everyone, PLANS[0])
    held = held_of(list(range(20)), everyone, table, 1)
    _, all_numbers, _ = meetings(table, everyone.kinds, [held])
    gone = replace(held, holds=np.arange(20) != 7)
    _, numbers, _ = meetings(table, everyone.kinds, [gone])
    assert 8 in all_numbers
    assert set(numbers.tolist()) == set(all_numbers.tolist()) - {8}


def test_nothing_meets_nothing() -> None:
    none = prepared([])
    empty = key_table(none, PLANS[0])
    some = prepared(people(1, 3))
    table = key_table(some, PLANS[0])
    held = Held(table, 1, some.kinds, np.ones(3, dtype=bool))
    for fresh, kinds, tables in (
        (empty, none.kinds, [held]),
        (table, some.kinds, []),
        (empty, none.kinds, []),
    ):
        assert [len(part) for part in meetings(fresh, kinds, tables)[:2]] == [0, 0]
    assert (
        meetings(table, some.kinds, [Held(empty, 1, none.kinds, np.zeros(0, dtype=bool))])[2] == 0
    )


def test_what_the_valve_cut_is_counted() -> None:
    many = prepared([record(f"s:{number:03d}", name="Ivan Petrov") for number in range(30)])
    table = key_table(many, PLANS[0])
    held = Held(table, 1, many.kinds, np.ones(30, dtype=bool))
    left, _, cut = meetings(table, many.kinds, [held], cap=100)
    assert len(left) == 0
    assert cut > 0


def excess_of(table: KeyTable, rows: list[int], cap: int) -> dict[int, int]:
    """Per key, pair by pair: how many pairs the records of some rows make with it, where that is more than the cap."""
    refines: dict[int, list[int]] = {}
    for base, row, refine in zip(
        table.base.tolist(), table.rows.tolist(), table.refine.tolist(), strict=True
    ):
        if row in rows:
            refines.setdefault(base, []).append(refine)
    pairs = {
        base: sum(one == two or not one or not two for one, two in combinations(held, 2))
        for base, held in refines.items()
    }
    return {base: count for base, count in pairs.items() if count > cap}


@pytest.mark.parametrize("cap", [1, 6, 60])
@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), cut=st.integers(0, 30))
def test_the_valve_counts_over_all_there_will_be(cap: int, seed: int, cut: int) -> None:
    said, dice = people(seed, 42), np.random.default_rng(seed)
    everyone, plan = prepared(said), PLANS[1]
    table = key_table(everyone, plan)
    old, new = list(range(30)), list(range(30, 42))
    held = [
        held_of(part, everyone, table, start) for part, start in ((old[:cut], 0), (old[cut:], cut))
    ]
    ended = sorted(dice.choice(old, 6, replace=False).tolist())
    live = [row for row in range(42) if row not in ended]
    valve = Valve(held, held_of(new, everyone, table, 0).keys, np.array(ended), cap)
    bases = np.unique(table.base)
    before, after = excess_of(table, old, cap), excess_of(table, live, cap)
    assert valve.excess(bases).tolist() == [after.get(base, 0) for base in bases.tolist()]
    crossed = [base for base in bases.tolist() if (base in before) != (base in after)]
    assert valve.crossed(bases).tolist() == crossed
    bear = {
        row
        for base, row in zip(table.base.tolist(), table.rows.tolist(), strict=True)
        if base in crossed
    }
    assert valve.bearers(valve.crossed(bases)).tolist() == sorted(bear & set(old) - set(ended))
    # some alone are joined as among all
    some = sorted(dice.choice(live, 15, replace=False).tolist())
    alone, _ = candidates(prepared([said[row] for row in some]), plan, cap=cap, excess=valve.excess)
    among, _ = candidates(prepared([said[row] for row in live]), plan, cap=cap)
    wanted = {
        (live[a], live[b]) for a, b in zip(among.left.tolist(), among.right.tolist(), strict=True)
    }
    found = {
        (some[a], some[b]) for a, b in zip(alone.left.tolist(), alone.right.tolist(), strict=True)
    }
    assert found == {(a, b) for a, b in wanted if a in some and b in some}


def test_a_hopeless_key_is_not_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolver.blocking.retrieval.key_lookup._HOPELESS", 10)
    many = prepared([record(f"s:{number:03d}", name="Ivan Petrov") for number in range(30)])
    table = key_table(many, PLANS[0])
    valve = Valve(
        [Held(table, 0, many.kinds, np.ones(30, dtype=bool))], united_keys([], []), cap=100
    )
    # all pairs there are, whatever refines them
    assert set(valve.excess(np.unique(table.base)).tolist()) <= {0, 435}
    assert valve.excess(np.unique(table.base)).max() == 435


def test_tables_united() -> None:
    everyone = prepared(people(9, 20))
    table = key_table(everyone, PLANS[1])
    parts = [
        held_of(list(range(8)), everyone, table, 0),
        held_of(list(range(8, 20)), everyone, table, 0),
    ]
    again = united_keys([part.keys for part in parts], [0, 8])
    rows = zip(again.base.tolist(), again.rows.tolist(), again.refine.tolist(), strict=True)
    assert sorted(rows) == sorted(
        zip(table.base.tolist(), table.rows.tolist(), table.refine.tolist(), strict=True)
    )
    assert again.base.tolist() == sorted(again.base.tolist())
    assert len(united_keys([], [])) == 0
