"""One body over every blocking rule: keys are of the record alone, sharing one makes a pair, kinds are respected."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest

from resolver.blocking import (
    PLANS,
    RULES,
    Plan,
    Rule,
    candidates,
)
from resolver.blocking.key_join import rule_keys
from resolver.blocking.key_parts import Parts
from resolver.records import Address, Identifier, Kind, Record
from resolver.records.prepared.batch import Prepared
from resolver.synthetic import generate
from tests.normalize.preparing import prepared
from tests.records.samples import record

ALONE = 120
"""How many records of the batch are looked at alone."""

# rule -> two records that it joins, and one that it joins with neither
CASES: dict[str, tuple[Record, Record, Record]] = {
    "name_set": (record("a", name="Ann Lee"), record("b", alias="LEE, Ann"), record("c", name="Ann Lee Smith")),
    "skeleton_set": (
        record("a", name="Muhammad Yusuf"), record("b", name="Mohamed Yousef"), record("c", name="Mohamed Ali"),
    ),
    "phonetic_pair": (
        record("a", name="John Smith Carter"), record("b", name="Smyth, Jon"), record("c", name="John Carlson"),
    ),
    "skeleton_pair": (
        record("a", name="Husayn Qadir Ali"), record("b", name="Kader Hussein"), record("c", name="Husayn Omar"),
    ),
    "rare_token": (
        record("a", Kind.GROUP, name="Zbigniew Brzezinski"), record("b", Kind.GROUP, name="Brzezinski"),
        record("c", Kind.GROUP, name="Zbigniev Kowalski"),
    ),
    "rare_phonetic": (
        record("a", name="Brzezinski"), record("b", name="Brzezinsky Karl"), record("c", name="Smith"),
    ),
    "symbol_pair": (
        record("a", name="Ivan Alexander"), record("b", name="Iskander Иван"), record("c", name="Ivan Giovanni"),
    ),
    "token_year": (
        record("a", name="John Smith", birthDate="1960"), record("b", name="Jon Carter", birthDate="1961~"),
        record("c", name="John Smith", birthDate="1963"),
    ),
    "skeleton_year": (
        record("a", name="Husayn A", birthDate="1960"), record("b", name="Hussein B", birthDate="1958/1964"),
        record("c", name="Hussein B"),
    ),
    "birth_day": (
        record("a", name="Ann", birthDate="1960-05-04"), record("b", name="Bob", birthDate="1960-04-05"),
        record("c", name="Ann", birthDate="1960-05-05"),
    ),
    "word_day": (
        record("a", name="Husayn A", birthDate="1960-05-04"), record("b", name="Hussein", birthDate="1960-04-05"),
        record("c", name="Bob Carter", birthDate="1960-05-04"),
    ),
    "initials_day": (
        record("a", name="Ann Lee", birthDate="1960-05-04"), record("b", name="Anna Li", birthDate="1960-05-04"),
        record("c", name="Ann Roe", birthDate="1960-05-04"),
    ),
    "pair_month_day": (
        record("a", name="John Smith", birthDate="1960-05-04"), record("b", name="Smyth Jon", birthDate="1975-05-04"),
        record("c", name="John Smith", birthDate="1960-05-05"),
    ),
    "token_month_day": (
        record("a", name="Husayn A", birthDate="1960-05-04"), record("b", name="Hussein", birthDate="1975-05-04"),
        record("c", name="Hussein", birthDate="1975-04-05"),
    ),
    "place_day": (
        record("a", name="Ann", birthDate="1960-05-04", birthPlace="Kabul"),
        record("b", name="Bob", birthDate="1960-04-05", addresses=[Address(city="Kabul")]),
        record("c", name="Ann", birthDate="1960-05-04", birthPlace="Herat"),
    ),
    "suffix_month_day": (
        record("a", name="Stone", birthDate="1960-05-04"), record("b", name="Atone", birthDate="1975-05-04"),
        record("c", name="Stone", birthDate="1975-04-05"),
    ),
    "token_day": (
        record("a", name="John Smith", birthDate="1960-05-04"), record("b", name="Smyth", birthDate="1975-07-04"),
        record("c", name="John Smith", birthDate="1960-05-05"),
    ),
    "suffix_pair": (
        record("a", name="John Stone Weaver"), record("b", name="Beaver Atone"), record("c", name="Stone Carter"),
    ),
    "place_year": (
        record("a", name="Ann", birthDate="1960", birthPlace="Kabul"),
        record("b", name="Bob", birthDate="1961~", birthPlace="Old Kabul"),
        record("c", name="Ann", birthDate="1963", birthPlace="Kabul"),
    ),
    "place_month_day": (
        record("a", name="Ann", birthDate="1960-05-04", birthPlace="Kabul"),
        record("b", name="Bob", birthDate="1975-05-04", birthPlace="Kabul"),
        record("c", name="Ann", birthDate="1960-04-05", birthPlace="Kabul"),
    ),
    "prefix_place": (
        record("a", name="Christopher", birthPlace="Kabul"), record("b", name="Chris Roe", birthPlace="Kabul"),
        record("c", name="Chris", birthPlace="Herat"),
    ),
    "suffix_place": (
        record("a", name="Stone", birthPlace="Kabul"), record("b", name="Ann Atone", birthPlace="Kabul"),
        record("c", name="Stone", birthPlace="Herat"),
    ),
    "symbol_place": (
        record("a", name="Ivan A", birthPlace="Kabul"), record("b", name="Giovanni", birthPlace="Kabul"),
        record("c", name="Ivan", birthPlace="Herat"),
    ),
    "address_initial": (
        record("a", name="Ann", addresses=[Address(postal_code="KT6 7RJ")]),
        record("b", name="Roe A.", addresses=[Address(postal_code="kt6 7rj")]),
        record("c", name="Ann", addresses=[Address(postal_code="KT6 8RJ"), Address(city="Surbiton")]),
    ),
    "mailbox": (
        record("a", email="ann.lee@b.org"), record("b", email="Ann.Lee@c.org"), record("c", email="ann@b.org"),
    ),
    "prefix_pair": (
        record("a", name="Christopher Robinson"), record("b", name="Robin Christos"), record("c", name="Chris Smith"),
    ),
    "token_place": (
        record("a", name="Husayn A", birthPlace="Kabul"),
        record("b", name="Hussein", addresses=[Address(city="Kabul")]),
        record("c", name="Hussein", birthPlace="Herat"),
    ),
    "name_place": (
        record("a", name="Ann Lee", birthPlace="Old Kabul"), record("b", name="Lee Ann", birthPlace="Kabul City"),
        record("c", name="Lee Ann", birthPlace="Herat"),
    ),
    "identifier": (
        record("a", identifiers=[Identifier("passportNumber", "A-123")]),
        record("b", identifiers=[Identifier("idNumber", "a123", "fr")]),
        record("c", identifiers=[Identifier("passportNumber", "1234567")]),
    ),
    "contact": (
        record("a", phone="+49 30 123456"), record("b", phone="+4930123456"), record("c", email="a@b.org"),
    ),
    "acronym": (
        record("a", Kind.GROUP, name="Red River Gang Northern"), record("b", Kind.GROUP, name="RRGN"),
        record("c", Kind.GROUP, name="Northern"),
    ),
}  # fmt: skip


def key_sets(rule: Rule, found: Prepared) -> list[set[int]]:
    """The keys of each record."""
    hashed = rule.keys(Parts(found))
    return [
        set(hashed.hashes[start:end].tolist()) - {0}
        for start, end in zip(hashed.offsets[:-1], hashed.offsets[1:], strict=True)
    ]


@pytest.fixture(scope="module")
def people() -> list[Record]:
    """Some 1,000 records: an invented world and the cases, by id."""
    cases = [
        Record(
            f"{one.id}:{rule}",
            "c",
            one.kind,
            one.schema,
            one.values,
            one.identifiers,
            one.addresses,
        )
        for rule, case in CASES.items()
        for one in case
    ]
    return sorted([*generate(1000 - len(cases), seed=21).records, *cases], key=lambda one: one.id)


@pytest.fixture(scope="module")
def together(people: list[Record]) -> Prepared:
    return prepared(people)


@pytest.fixture(scope="module")
def alone(people: list[Record]) -> dict[int, Prepared]:
    """Some of the records prepared by themselves, by row."""
    step = len(people) // ALONE + 1
    rows = {row for row, one in enumerate(people) if row % step == 0 or one.source == "c"}
    return {row: prepared([people[row]]) for row in sorted(rows)}


@pytest.fixture(params=RULES, ids=lambda rule: rule.name)
def rule(request: pytest.FixtureRequest) -> Rule:
    found: Rule = request.param
    return found


def test_keys_are_of_the_record_alone(
    rule: Rule, together: Prepared, alone: dict[int, Prepared]
) -> None:
    wanted = key_sets(rule, together)
    assert any(wanted[row] for row in alone), "no record has a key of this rule: give it a case"
    for row, single in alone.items():
        assert key_sets(rule, single) == [wanted[row]]


def test_records_that_share_a_key_are_a_pair(rule: Rule, together: Prepared) -> None:
    pairs, (stat,) = candidates(together, Plan("only", 1, {rule.name: ""}))
    holders: dict[int, list[int]] = defaultdict(list)
    for row, keys in enumerate(key_sets(rule, together)):
        if together.kinds[row] & int(rule.kinds):
            for key in keys:
                holders[key].append(row)
    wanted = {
        pair for rows in holders.values() for pair in combinations(rows, 2)
        if together.kinds[pair[0]] & together.kinds[pair[1]]
    }  # fmt: skip
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == sorted(wanted)
    assert set(pairs.rules.tolist()) <= {1 << RULES.index(rule)}
    assert (stat.name, stat.keys, stat.pairs, stat.only, stat.cut) == (
        rule.name, len(holders), len(wanted), len(wanted), 0,
    )  # fmt: skip


def test_cases(rule: Rule) -> None:
    found = prepared(CASES[rule.name])
    pairs, _ = candidates(found, Plan("only", 1, {rule.name: ""}))
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == [(0, 1)]


def test_kinds_are_respected(rule: Rule) -> None:
    one, two, _ = CASES[rule.name]
    plan = Plan("only", 1, {rule.name: ""})
    for left in Kind:
        for right in Kind:
            found = prepared(
                Record(
                    item.id, "c", kind, item.schema, item.values, item.identifiers, item.addresses
                )
                for item, kind in ((one, left), (two, right))
            )
            keyed = set(rule_keys(rule, found, plan, 0).rows.tolist())
            assert keyed <= {row for row, kind in enumerate((left, right)) if kind & rule.kinds}
            if not (left & right and left & rule.kinds and right & rule.kinds):
                assert len(candidates(found, plan)[0]) == 0


def test_help_is_one_line(rule: Rule) -> None:
    assert rule.help
    assert rule.help.endswith(".")
    assert "\n" not in rule.help


def test_nothing_gives_nothing(rule: Rule) -> None:
    for nobody in ([], [record("a:1")], [record("a:1", name="***", birthDate="never")]):
        assert not any(key_sets(rule, prepared(nobody)))


def test_every_rule_is_in_a_plan_and_has_cases(rule: Rule) -> None:
    assert any(rule.name in plan.rules for plan in PLANS)
    assert rule.name in CASES
    assert len({row.name for row in RULES}) == len(RULES) <= 32


def test_a_number_used_by_many_joins_nobody() -> None:
    found = prepared(
        record(f"a:{row}", identifiers=[Identifier("passportNumber", "1234567")])
        for row in range(3)
    )
    assert np.all(found.identifier_table.mass_used == 1)
    assert len(candidates(found, PLANS[0])[0]) == 0
