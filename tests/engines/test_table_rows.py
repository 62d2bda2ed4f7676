"""Tables as rows: every comparator and rule has a row with a text."""

from __future__ import annotations

from resolver.engines.result_files import comparator_rows, rule_rows
from resolver.matching.blocking import PLAN_BY_NAME, RULES
from resolver.matching.comparators import COMPARATORS


def test_every_comparator_has_a_row() -> None:
    rows = {row.name: row for row in comparator_rows()}
    assert list(rows) == [row.name for row in COMPARATORS]
    assert rows["birth_date"].kinds == ("person",)
    assert all(row.help.endswith(".") and row.looks_at for row in rows.values())


def test_every_rule_has_a_row_with_its_plans() -> None:
    rows = {row.name: row for row in rule_rows()}
    assert list(rows) == [row.name for row in RULES]
    assert all(row.help.endswith(".") for row in rows.values())
    for row in rows.values():
        assert dict(row.plans) == {
            name: plan.rules[row.name]
            for name, plan in PLAN_BY_NAME.items()
            if row.name in plan.rules
        }
    # the smallest plan asks for nothing besides
    assert dict(rows["name_set"].plans)["XS"] == ""
