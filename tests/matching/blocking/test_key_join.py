"""Keys to pairs, against a dictionary from keys to records."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.errors import DateError
from resolver.matching.blocking import (
    PLANS,
    RULES,
    Plan,
    choose_plan_by_size,
    join_candidates,
)
from resolver.matching.blocking.key_groups import join_keys
from resolver.matching.blocking.keys import KeyParts, RuleKeys
from resolver.records import Address, Identifier, Kind, Record
from resolver.records.prepared.batch import PreparedBatch
from resolver.runtime.key_groups import BOTH_SIDES
from resolver.values.dates import parse_date
from tests.matching.blocking.test_prefilter import score_slowly
from tests.matching.preparing import prepared
from tests.records.samples import record

pytestmark = pytest.mark.slow


NAMES = (
    "Ann Lee",
    "Anna Li",
    "Lee Smith Ann",
    "Husayn Ali",
    "Ali Hussein",
    "Acme Bank LLC",
    "ABL",
    "Brzezinski",
    "Иван Li",
)
DATES = (
    "1960",
    "1961~",
    "1960-05-04",
    "1960-04-05",
    "1958/1961",
    "1950/1970",
    "1961-01-01",
    "never",
    "1961-05-04",
)
Row = tuple[int, int, int]


@st.composite
def people(draw: st.DrawFn) -> list[Record]:
    """Draw records that have much in common."""
    count = draw(st.integers(0, 7))
    return [
        record(
            f"s:{number}",
            draw(st.sampled_from([Kind.PERSON, Kind.PERSON, Kind.GROUP, Kind.LEGAL])),
            name=draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)),
            birthDate=draw(st.lists(st.sampled_from(DATES), max_size=2, unique=True)),
            birthPlace=draw(st.lists(st.sampled_from(["Kabul", "Old Kabul"]), max_size=1)),
            phone=draw(st.lists(st.sampled_from(["123456", "654321"]), max_size=1)),
            identifiers=[Identifier("idNumber", "A1B2")] * draw(st.integers(0, 1)),
            addresses=[Address(city="Kabul")] * draw(st.integers(0, 1)),
        )
        for number in range(count)
    ]


def refinements(first: Record, kind: str) -> set[object]:
    """Return the refinements of a record; none if its dates are not exact enough."""
    batch: set[object] = set()
    for text in first.texts("birthDate"):
        try:
            date = parse_date(text)
        except DateError:
            continue
        if kind == "day":
            if date.day and not date.until and not date.circa:
                batch.add((date.year, date.month, date.day))
        elif date.last_year - date.year < 6:
            widened = 1 if date.circa and not date.until else 0
            batch.update(range(date.year - widened, date.last_year + widened + 1))
    return batch


def _narrow(first: Record, batch: PreparedBatch, row: int, kind: str) -> set[object]:
    """Return what narrows the keys of a record; nothing if they join all."""
    if kind == "other script":
        # No name is in a script of syllables, so each is joined to its namesakes alone.
        return (
            {min(batch.forms.compact[batch.names[row]].tolist())}
            if len(batch.names[row])
            else set()
        )
    return refinements(first, kind) if kind else set()


def oracle(
    given_records: list[Record], batch: PreparedBatch, plan: Plan, sides: list[int] | None
) -> dict[tuple[int, int], int]:
    """Return all pairs that share a key, with the bits of their rules."""
    pairs: dict[tuple[int, int], int] = {}
    for number, rule in enumerate(RULES):
        if rule.name not in plan.rules:
            continue
        hashed = rule.keys(KeyParts(batch))
        keys = [
            set(hashed.hashes[slice(*hashed.offsets[row : row + 2])].tolist()) - {0}
            for row in range(len(batch))
        ]
        narrow = [
            _narrow(first, batch, row, plan.rules[rule.name])
            for row, first in enumerate(given_records)
        ]
        for first, second in combinations(range(len(batch)), 2):
            kinds = given_records[first].kind, given_records[second].kind
            if not (kinds[0] & kinds[1] and kinds[0] & rule.kinds and kinds[1] & rule.kinds):
                continue
            if sides is not None and sides[first] == sides[second] != BOTH_SIDES:
                continue
            fits = not narrow[first] or not narrow[second] or narrow[first] & narrow[second]
            enough = plan.min_score is None or score_slowly(batch, first, second) >= plan.min_score
            if fits and enough and keys[first] & keys[second]:
                pairs[first, second] = pairs.get((first, second), 0) | 1 << number
    return pairs


@settings(max_examples=80, deadline=None)
@given(
    people(),
    st.sampled_from([*PLANS, Plan("D", 1, {rule.name: "day" for rule in RULES})]),
    st.data(),
)
def test_pairs_are_those_of_the_oracle(
    given_records: list[Record], plan: Plan, data: st.DataObject
) -> None:
    batch = prepared(given_records)
    count = len(given_records)
    sides = data.draw(
        st.none() | st.lists(st.integers(0, BOTH_SIDES), min_size=count, max_size=count)
    )
    expected = oracle(given_records, batch, plan, sides)
    pairs, stats = join_candidates(
        batch, plan, sides=None if sides is None else np.array(sides, dtype=np.uint8)
    )
    # Passes of few pairs each give the same result.
    buffer_bytes = data.draw(st.integers(1, 60))
    again, counted = join_candidates(
        batch,
        plan,
        sides=None if sides is None else np.array(sides, dtype=np.uint8),
        buffer_bytes=buffer_bytes,
        workers=2,
    )
    assert counted == stats
    for name in ("left", "right", "rules"):
        assert getattr(again, name).tobytes() == getattr(pairs, name).tobytes()
    joined = zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
    assert dict(zip(joined, pairs.rules.tolist(), strict=True)) == expected
    assert np.all(np.diff(pairs.left.astype(np.int64) * count + pairs.right) > 0)
    assert [stat.name for stat in stats] == [rule.name for rule in RULES if rule.name in plan.rules]
    for stat in stats:
        bit = 1 << [rule.name for rule in RULES].index(stat.name)
        assert stat.pairs == sum(bool(bits & bit) for bits in expected.values())
        assert stat.only == sum(bits == bit for bits in expected.values())
        assert stat.cut == 0


keyed = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 3), st.integers(0, 2)), max_size=30)
bits = st.lists(st.sampled_from([1, 2, 3, 4]), min_size=7, max_size=7)


@settings(max_examples=200, deadline=None)
@given(
    keyed,
    bits,
    st.none() | st.lists(st.integers(0, 1), min_size=7, max_size=7),
    st.sampled_from([0, 3, 10**6]),
)
def test_joining_keys(rows: list[Row], kinds: list[int], sides: list[int] | None, cap: int) -> None:
    rows = sorted(set(rows))
    columns = [np.array([row[place] for row in rows]) for place in range(3)]
    keys = RuleKeys(
        columns[0].astype(np.int32), columns[1].astype(np.uint64), columns[2].astype(np.int32)
    )
    side = np.array(sides if sides is not None else [0] * 7, dtype=np.uint8)
    joined, distinct, cut = join_keys(
        keys, np.array(kinds, dtype=np.uint8), side, sides is not None, cap
    )
    batch = np.unique((joined >> 32) * 7 + (joined & 0xFFFFFFFF))
    expected: set[int] = set()
    lost = 0
    for base in {row[1] for row in rows}:
        members = [(row, narrow) for row, key, narrow in rows if key == base]
        pairs_of_key = [
            (first, second)
            for (first, a), (second, b) in combinations(members, 2)
            if (a == b or 0 in (a, b)) and (sides is None or sides[first] != sides[second])
        ]
        if len(pairs_of_key) > cap:
            lost += len(pairs_of_key)
            continue
        expected |= {
            min(p) * 7 + max(p) for p in pairs_of_key if p[0] != p[1] and kinds[p[0]] & kinds[p[1]]
        }
    assert batch.tolist() == sorted(expected)
    assert (distinct, cut) == (len({row[1] for row in rows}), lost)


def test_records_without_a_refinement_join_all() -> None:
    years = [None, "1960", "1961", "1960", None]
    batch = prepared(
        record(f"s:{row}", name="Ann Lee", birthDate=[year] if year else [])
        for row, year in enumerate(years)
    )
    pairs, _ = join_candidates(batch, Plan("t", 1, {"name_set": "year"}))
    joined = set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    assert joined == {(0, 1), (0, 2), (0, 3), (0, 4), (1, 3), (1, 4), (2, 4), (3, 4)}


def test_block_purging_counts_purged_pairs() -> None:
    crowd = [record(f"s:{row:02d}", name="Ann Lee", birthDate=str(1950 + row)) for row in range(20)]
    crowd[3:5] = [
        record(first.id, name="Ann Lee", identifiers=[Identifier("idNumber", "A1B2C3")])
        for first in crowd[3:5]
    ]
    pairs, stats = join_candidates(
        prepared(crowd), Plan("t", 1, {"name_set": "", "identifier": ""}), cap=100
    )
    # Pairs of another rule are kept.
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == [(3, 4)]
    assert {stat.name: (stat.pairs, stat.cut) for stat in stats} == {
        "name_set": (0, 190),
        "identifier": (1, 0),
    }
    assert (pairs.uncompared, len(pairs.twins)) == (18, 0)
    assert len(join_candidates(prepared(crowd), Plan("t", 1, {"name_set": ""}), cap=190)[0]) == 190


def test_linking_few_with_many_is_not_purged() -> None:
    crowd = prepared(record(f"s:{row:02d}", name="Ann Lee") for row in range(20))
    sides = np.array([1] + [0] * 19, dtype=np.uint8)
    pairs, (stat,) = join_candidates(crowd, Plan("t", 1, {"name_set": ""}), sides=sides, cap=19)
    assert (len(pairs), stat.cut, pairs.uncompared) == (19, 0, 0)


@pytest.mark.parametrize("side", [0, 1])
def test_linking_with_an_empty_side_gives_no_pairs(side: int) -> None:
    crowd = prepared(record(f"s:{row}", name="Ann Lee") for row in range(3))
    assert len(join_candidates(crowd, PLANS[0], sides=np.full(3, side, dtype=np.uint8))[0]) == 0


def test_a_record_counts_once_per_key() -> None:
    names = ["Ann Lee", "Lee, Ann Mary", "Ann Lee Roe"]
    crowd = prepared(record(f"s:{row}", name=names) for row in range(3))
    _, (stat,) = join_candidates(crowd, Plan("t", 1, {"phonetic_pair": ""}), cap=3)
    assert (stat.pairs, stat.cut) == (3, 0)


def test_plans_by_size() -> None:
    sizes = (0, 10_000, 10_001, 100_000, 100_001, 2_000_000, 10**8)
    assert [choose_plan_by_size(count).name for count in sizes] == [
        "XS",
        "XS",
        "S",
        "S",
        "M",
        "M",
        "L",
    ]
    assert [choose_plan_by_size(count, growing=True).name for count in (0, 5_001, 100_001)] == [
        "S",
        "S",
        "M",
    ]
    names = {rule.name for rule in RULES}
    for plan in PLANS:
        assert set(plan.rules) <= names
        assert set(plan.rules.values()) <= {"", "year", "day", "other script"}
