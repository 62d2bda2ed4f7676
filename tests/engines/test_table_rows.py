"""The tables said in words: every row is there, and says something."""

from __future__ import annotations

from resolver.blocking import PLAN_BY_NAME, RULES
from resolver.comparison import COMPARATORS
from resolver.engines.table_rows import comparators, rules


def test_every_comparator_is_told() -> None:
    told = {row.name: row for row in comparators()}
    assert list(told) == [row.name for row in COMPARATORS]
    assert told["birth_date"].kinds == ("person",)
    assert all(row.help.endswith(".") and row.looks_at for row in told.values())


def test_every_rule_is_told_with_its_plans() -> None:
    told = {row.name: row for row in rules()}
    assert list(told) == [row.name for row in RULES]
    assert all(row.help.endswith(".") for row in told.values())
    for row in told.values():
        assert dict(row.plans) == {
            name: plan.rules[row.name]
            for name, plan in PLAN_BY_NAME.items()
            if row.name in plan.rules
        }
    # the smallest plan asks for nothing besides
    assert dict(told["name_set"].plans)["XS"] == ""
