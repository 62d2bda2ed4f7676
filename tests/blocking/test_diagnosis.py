"""Whether two records meet, against what blocking does with them; and what came near."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.blocking import (
    PLAN_BY_NAME,
    PLANS,
    RULES,
    Plan,
    candidates,
    meeting,
)
from resolver.records import Kind, Record
from tests.blocking.test_key_join import people
from tests.normalize.preparing import prepared
from tests.records.samples import record


@settings(max_examples=60, deadline=None)
@given(people(), st.sampled_from(PLANS))
def test_two_records_meet_where_blocking_joins_them(records: list[Record], plan: Plan) -> None:
    found = prepared(records)
    pairs, _ = candidates(found, plan)
    bits = {
        (one, two): int(rules)
        for one, two, rules in zip(pairs.left, pairs.right, pairs.rules, strict=True)
    }
    for one in range(len(records)):
        for two in range(one + 1, len(records)):
            joined = meeting(found, plan, one, two).joined_by
            held = bits.get((one, two), 0)
            assert joined == tuple(
                rule.name for number, rule in enumerate(RULES) if held >> number & 1
            )


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_near_rules_join_under_another_plan_or_refinement(plan: Plan) -> None:
    found = prepared(
        [
            record("a", name="Ann Lee", birthDate="1960-05-04"),
            record("b", name="LEE, Ann", birthDate="1970-06-07"),
        ]
    )
    told = meeting(found, plan, 0, 1)
    assert not {rule.name for rule in told.near} & set(told.joined_by)
    for near in told.near:
        assert near.help
        if "at a glance" in near.why:
            assert not told.joined_by
        elif near.name in plan.rules:
            assert f"{plan.rules[near.name]} of birth" in near.why
        else:
            others = [one for one in PLANS if near.name in meeting(found, one, 0, 1).joined_by]
            assert others
            assert all(one.name in near.why for one in others)


def test_namesakes_of_other_years_come_near_in_large_plans() -> None:
    one = record("a", name="Ann Lee", birthDate="1960-05-04")
    found = prepared(
        [one, record("b", name="Ann Lee", birthDate="1970-06-07"), record("c", name="Ann Lee")]
    )
    near = {rule.name: rule.why for rule in meeting(found, PLAN_BY_NAME["M"], 0, 1).near}
    assert "year of birth" in near["name_set"]
    assert "plans XS and S" in near["skeleton_set"]
    # who has no birth date meets all
    assert "name_set" in meeting(found, PLAN_BY_NAME["M"], 0, 2).joined_by


def test_who_shares_too_little_is_told_what_came_near() -> None:
    found = prepared(
        [
            record("a", name="John Brzezinski", birthDate="1960-05-04", birthPlace="Kabul"),
            record("b", name="Mark Brzezinski", birthDate="1985-07-08", birthPlace="Herat"),
        ]
    )
    told = meeting(found, PLAN_BY_NAME["S"], 0, 1)
    assert told.joined_by == ()
    assert "at a glance" in {rule.name: rule.why for rule in told.near}["rare_phonetic"]
    assert not len(candidates(found, PLAN_BY_NAME["S"])[0])


def test_kinds_that_exclude_each_other_never_meet() -> None:
    found = prepared([record("a", name="Ann Lee"), record("b", Kind.ASSET, name="Ann Lee")])
    told = meeting(found, PLAN_BY_NAME["S"], 0, 1)
    assert (told.joined_by, told.near) == ((), ())
    assert not len(candidates(found, PLAN_BY_NAME["S"])[0])


def test_sides_do_not_matter() -> None:
    found = prepared(
        [
            record("a", name="Ann Lee", birthDate="1960"),
            record("b", name="Ann Li", birthDate="1970"),
        ]
    )
    for plan in PLANS:
        assert meeting(found, plan, 0, 1) == meeting(found, plan, 1, 0)
    assert np.array_equal(found.kinds, [1, 1])
