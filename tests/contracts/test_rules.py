"""Contract of every blocking rule: keys of a record alone, pairs that share one, kinds."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest

from resolver.matching.blocking import (
    PLANS,
    RULES,
    Plan,
    Rule,
    join_candidates,
)
from resolver.matching.blocking.keys import KeyParts
from resolver.matching.blocking.rules import rule_keys
from resolver.records import Identifier, Kind, Record
from resolver.records.prepared.batch import PreparedBatch
from resolver.world import generate
from tests.contracts.rule_cases import CASES
from tests.matching.preparing import prepared
from tests.records.samples import record

pytestmark = pytest.mark.slow


SINGLE_RECORDS = 120
"""Number of records that are also prepared on their own."""


def key_sets(rule: Rule, batch: PreparedBatch) -> list[set[int]]:
    """Return the keys of each record."""
    hashed = rule.keys(KeyParts(batch))
    return [
        set(hashed.hashes[start:end].tolist()) - {0}
        for start, end in zip(hashed.offsets[:-1], hashed.offsets[1:], strict=True)
    ]


@pytest.fixture(scope="module")
def people() -> list[Record]:
    """Return 1,000 records, generated ones and the cases, by id."""
    cases = [
        Record(
            f"{item.id}:{rule}",
            "c",
            item.kind,
            item.schema,
            item.values,
            item.identifiers,
            item.addresses,
        )
        for rule, case in CASES.items()
        for item in case
    ]
    return sorted([*generate(1000 - len(cases), seed=21).records, *cases], key=lambda item: item.id)


@pytest.fixture(scope="module")
def together(people: list[Record]) -> PreparedBatch:
    return prepared(people)


@pytest.fixture(scope="module")
def single_batches(people: list[Record]) -> dict[int, PreparedBatch]:
    """Return some of the records prepared on their own, by row."""
    step = len(people) // SINGLE_RECORDS + 1
    rows = {row for row, item in enumerate(people) if row % step == 0 or item.source == "c"}
    return {row: prepared([people[row]]) for row in sorted(rows)}


@pytest.fixture(params=RULES, ids=lambda rule: rule.name)
def rule(request: pytest.FixtureRequest) -> Rule:
    batch: Rule = request.param
    return batch


def test_keys_depend_on_one_record(
    rule: Rule, together: PreparedBatch, single_batches: dict[int, PreparedBatch]
) -> None:
    expected = key_sets(rule, together)
    assert any(expected[row] for row in single_batches), (
        "no record has a key of this rule: give it a case"
    )
    for row, single in single_batches.items():
        assert key_sets(rule, single) == [expected[row]]


def test_records_that_share_a_key_are_a_pair(rule: Rule, together: PreparedBatch) -> None:
    pairs, (stat,) = join_candidates(together, Plan("only", 1, {rule.name: ""}))
    holders: dict[int, list[int]] = defaultdict(list)
    for row, keys in enumerate(key_sets(rule, together)):
        if together.kinds[row] & int(rule.kinds):
            for key in keys:
                holders[key].append(row)
    expected = {
        pair
        for rows in holders.values()
        for pair in combinations(rows, 2)
        if together.kinds[pair[0]] & together.kinds[pair[1]]
    }
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == sorted(expected)
    assert set(pairs.rules.tolist()) <= {1 << RULES.index(rule)}
    assert (stat.name, stat.keys, stat.pairs, stat.only, stat.cut) == (
        rule.name,
        len(holders),
        len(expected),
        len(expected),
        0,
    )


def test_cases(rule: Rule) -> None:
    batch = prepared(CASES[rule.name])
    pairs, _ = join_candidates(batch, Plan("only", 1, {rule.name: ""}))
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == [(0, 1)]


def test_kinds_are_respected(rule: Rule) -> None:
    first, second, _ = CASES[rule.name]
    plan = Plan("only", 1, {rule.name: ""})
    for left in Kind:
        for right in Kind:
            batch = prepared(
                Record(
                    item.id, "c", kind, item.schema, item.values, item.identifiers, item.addresses
                )
                for item, kind in ((first, left), (second, right))
            )
            keyed = set(rule_keys(rule, batch, plan, 0).rows.tolist())
            assert keyed <= {row for row, kind in enumerate((left, right)) if kind & rule.kinds}
            if not (left & right and left & rule.kinds and right & rule.kinds):
                assert len(join_candidates(batch, plan)[0]) == 0


def test_help_is_one_line(rule: Rule) -> None:
    assert rule.help
    assert rule.help.endswith(".")
    assert "\n" not in rule.help


def test_records_without_values_have_no_keys(rule: Rule) -> None:
    for records in ([], [record("a:1")], [record("a:1", name="***", birthDate="never")]):
        assert not any(key_sets(rule, prepared(records)))


def test_rules_are_in_a_plan_and_have_cases(rule: Rule) -> None:
    assert any(rule.name in plan.rules for plan in PLANS)
    assert rule.name in CASES
    assert len({row.name for row in RULES}) == len(RULES) <= 32


def test_mass_used_numbers_join_no_records() -> None:
    batch = prepared(
        record(f"a:{row}", identifiers=[Identifier("passportNumber", "1234567")])
        for row in range(3)
    )
    assert np.all(batch.identifier_table.mass_used == 1)
    assert len(join_candidates(batch, PLANS[0])[0]) == 0
