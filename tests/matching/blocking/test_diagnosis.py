"""Diagnosis of pairs, against the pairs that blocking joins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching.blocking import (
    PLAN_BY_NAME,
    PLANS,
    RULES,
    Plan,
    join_candidates,
    trace_pair,
)
from resolver.records import Kind, Record
from tests.matching.blocking.test_key_join import people
from tests.matching.preparing import prepared
from tests.records.samples import record

pytestmark = pytest.mark.slow


@settings(max_examples=60, deadline=None)
@given(people(), st.sampled_from(PLANS))
def test_traced_rules_are_those_of_blocking(records: list[Record], plan: Plan) -> None:
    batch = prepared(records)
    pairs, _ = join_candidates(batch, plan)
    bits = {
        (first, second): int(rules)
        for first, second, rules in zip(pairs.left, pairs.right, pairs.rules, strict=True)
    }
    for first in range(len(records)):
        for second in range(first + 1, len(records)):
            joined = trace_pair(batch, plan, first, second).joined_by
            rule_bits = bits.get((first, second), 0)
            assert joined == tuple(
                rule.name for number, rule in enumerate(RULES) if rule_bits >> number & 1
            )


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_near_rules_join_under_another_plan_or_refinement(plan: Plan) -> None:
    batch = prepared(
        [
            record("a", name="Ann Lee", birthDate="1960-05-04"),
            record("b", name="LEE, Ann", birthDate="1970-06-07"),
        ]
    )
    trace = trace_pair(batch, plan, 0, 1)
    assert not {rule.name for rule in trace.near} & set(trace.joined_by)
    for near in trace.near:
        assert near.help
        if "prefilter score" in near.why:
            assert not trace.joined_by
        elif near.name in plan.rules:
            assert f"{plan.rules[near.name]} of birth" in near.why
        else:
            others = [
                other for other in PLANS if near.name in trace_pair(batch, other, 0, 1).joined_by
            ]
            assert others
            assert all(other.name in near.why for other in others)


def test_namesakes_of_other_years_are_near_misses_in_large_plans() -> None:
    first = record("a", name="Ann Lee", birthDate="1960-05-04")
    batch = prepared(
        [first, record("b", name="Ann Lee", birthDate="1970-06-07"), record("c", name="Ann Lee")]
    )
    near = {rule.name: rule.why for rule in trace_pair(batch, PLAN_BY_NAME["M"], 0, 1).near}
    assert "year of birth" in near["name_set"]
    assert "plans XS and S" in near["skeleton_set"]
    # A record without a birth date joins all years.
    assert "name_set" in trace_pair(batch, PLAN_BY_NAME["M"], 0, 2).joined_by


def test_pairs_below_the_prefilter_are_near_misses() -> None:
    batch = prepared(
        [
            record("a", name="John Brzezinski", birthDate="1960-05-04", birthPlace="Kabul"),
            record("b", name="Mark Brzezinski", birthDate="1985-07-08", birthPlace="Herat"),
        ]
    )
    trace = trace_pair(batch, PLAN_BY_NAME["S"], 0, 1)
    assert trace.joined_by == ()
    assert "prefilter score" in {rule.name: rule.why for rule in trace.near}["rare_phonetic"]
    assert not len(join_candidates(batch, PLAN_BY_NAME["S"])[0])


def test_kinds_that_exclude_each_other_are_never_joined() -> None:
    batch = prepared([record("a", name="Ann Lee"), record("b", Kind.ASSET, name="Ann Lee")])
    trace = trace_pair(batch, PLAN_BY_NAME["S"], 0, 1)
    assert (trace.joined_by, trace.near) == ((), ())
    assert not len(join_candidates(batch, PLAN_BY_NAME["S"])[0])


def test_the_order_of_the_pair_does_not_matter() -> None:
    batch = prepared(
        [
            record("a", name="Ann Lee", birthDate="1960"),
            record("b", name="Ann Li", birthDate="1970"),
        ]
    )
    for plan in PLANS:
        assert trace_pair(batch, plan, 0, 1) == trace_pair(batch, plan, 1, 0)
    assert np.array_equal(batch.kinds, [1, 1])
