"""Alternative evidence of fields."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from resolver.matching.comparators import COMPARATOR_BY_NAME, alternatives, compare, features_of
from resolver.names.context import GRADES, Context
from resolver.names.name_index import NameIndex
from resolver.records import Identifier, Kind, Record
from resolver.records.prepared.population import FrequencyTables
from resolver.records.results.explanation import Alternative
from tests.matching.preparing import prepared
from tests.records.samples import record

FEATURES = features_of(Kind.PERSON)


def find_alternatives(
    first: Record, second: Record, tables: FrequencyTables | None = None
) -> list[Alternative]:
    batch = (
        prepared([first, second], tables=tables, deduplicated=("a",))
        if tables
        else prepared([first, second], deduplicated=("a",))
    )
    left, right = np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32)
    names = NameIndex.of(batch)
    context = Context(batch, names, left, right, False)
    return list(alternatives(context, FEATURES, compare(context, FEATURES)))


def of_field(alternatives: list[Alternative], comparator: str) -> dict[str, float]:
    return {
        alternative.statement: alternative.values[comparator]
        for alternative in alternatives
        if comparator in alternative.values
    }


def test_a_field_agrees_disagrees_or_is_unknown() -> None:
    changes = find_alternatives(
        record("a:1", name="Ann", gender="male"), record("b:1", name="Ann", gender="female")
    )
    gender = of_field(changes, "gender")
    assert list(gender)[:1] == ["gender agreed"]
    assert math.isnan(gender.pop("gender had been unknown"))
    assert gender == {"gender agreed": 1.0}  # it disagrees already
    place = of_field(changes, "birth_place")
    assert place == {
        "birth place had been known and agreed": 1.0,
        "birth place had been known and disagreed": 0.0,
    }


def test_dates_may_say_anything_between() -> None:
    first, second = (
        record("a:1", name="Ann", birthDate="1960-05-04"),
        record("b:1", name="Ann", birthDate="1960-05-07"),
    )
    dates = of_field(find_alternatives(first, second), "birth_date")
    grades = [value for value in dates.values() if not math.isnan(value)]
    assert {float(np.float32(value)) for value in GRADES} - {
        float(np.float32(value)) for value in grades
    } == {float(np.float32(COMPARATOR_BY_NAME["birth_date"].compare(_context(first, second))[0]))}


def _context(first: Record, second: Record) -> Context:
    batch = prepared([first, second])
    return Context(
        batch, NameIndex.of(batch), np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32), False
    )


@pytest.mark.parametrize(
    ("number", "agreed"),
    [
        (Identifier("passportNumber", "A-123"), 1.0),
        # a number that all branches share
        (Identifier("kppCode", "910201001"), 0.5),
        # the test tables say that many use this number, so a known one that agrees would differ
        (Identifier("passportNumber", "1234567"), 1.0),
    ],
)
def test_a_number_agrees_as_much_as_numbers_of_its_type_do(
    number: Identifier, agreed: float
) -> None:
    first = record("a:1", name="Ann", identifiers=[number])
    second = record("b:1", name="Ann")
    assert (
        of_field(find_alternatives(first, second), "identifier")[
            "identifier had been known and agreed"
        ]
        == agreed
    )


def test_names_change_together() -> None:
    changes = [
        change
        for change in find_alternatives(
            record("a:1", name="Ann Lee"), record("b:1", name="Bob Lee")
        )
        if change.field == "names"
    ]
    assert [change.statement for change in changes] == ["names agreed"]
    values = changes[0].values
    assert set(values) == {name for name in FEATURES if COMPARATOR_BY_NAME[name].shows == "names"}
    assert values["name"] == values["name_contradicted"] == values["name_exact"] == 1.0
    assert 0 < values["name_rarity"] < 1


def test_what_already_is_so_is_no_change() -> None:
    changes = find_alternatives(
        record("a:1", name="Ann Lee", nationality="fr"),
        record("b:1", name="Ann Lee", nationality="fr"),
    )
    assert not [change for change in changes if change.field == "names"]
    assert set(of_field(changes, "nationality")) == {
        "nationality disagreed",
        "nationality had been unknown",
    }


def test_one_list() -> None:
    changes = find_alternatives(record("a:1", name="Ann"), record("a:2", name="Ann"))
    assert list(of_field(changes, "same_list")) == ["the two did not stand in one list"]
    assert not of_field(
        find_alternatives(record("a:1", name="Ann"), record("b:2", name="Ann")), "same_list"
    )


def test_agreeing_is_what_a_record_that_agrees_gets() -> None:
    first = record(
        "a:1", name="Ann Maria Lee", gender="male", nationality="fr", birthDate="1960-05-04"
    )
    second = record(
        "b:1", name="Bob Lee", gender="female", nationality="de", birthDate="1971-07-09"
    )
    now = _evidence(first, second)
    fields = [
        ("names", "name"),
        ("gender", "gender"),
        ("nationalities", "nationality"),
        ("births", "birthDate"),
    ]
    for field, prop in fields:
        mixed_values = [value for value in second.values if value.prop != prop] + [
            v for v in first.values if v.prop == prop
        ]
        altered = _evidence(first, replace(second, values=tuple(mixed_values)))
        agreeing = next(
            change
            for change in find_alternatives(first, second)
            if change.field == field and change.statement.endswith(" agreed")
        )
        for name, value in agreeing.values.items():
            np.testing.assert_equal(np.float32(value), altered[name], name)
            assert field == "names" or now[name] != altered[name]


def _evidence(first: Record, second: Record) -> dict[str, float]:
    context = _context(first, second)
    return {name: float(COMPARATOR_BY_NAME[name].compare(context)[0]) for name in FEATURES}
