"""What fields could say instead."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from resolver.comparison import (
    COMPARATOR_BY_NAME,
    Context,
    NameIndex,
    alternatives,
    compare,
    features_of,
)
from resolver.comparison.date_grades import GRADES
from resolver.records import Identifier, Kind, Record
from resolver.records.prepared.frequencies import FrequencyTables
from resolver.records.results.explanation import Alternative
from tests.normalize.preparing import prepared
from tests.records.samples import record

FEATURES = features_of(Kind.PERSON)


def found(one: Record, two: Record, tables: FrequencyTables | None = None) -> list[Alternative]:
    held = (
        prepared([one, two], tables=tables, deduplicated=("a",))
        if tables
        else prepared([one, two], deduplicated=("a",))
    )
    left, right = np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32)
    names = NameIndex.of(held)
    context = Context(held, names, left, right, False)
    return list(
        alternatives(context, FEATURES, compare(held, names, left, right, FEATURES, group=False))
    )


def of_field(alternatives: list[Alternative], comparator: str) -> dict[str, float]:
    return {
        one.statement: one.values[comparator] for one in alternatives if comparator in one.values
    }


def test_a_field_agrees_disagrees_or_is_unknown() -> None:
    held = found(
        record("a:1", name="Ann", gender="male"), record("b:1", name="Ann", gender="female")
    )
    gender = of_field(held, "gender")
    assert list(gender)[:1] == ["gender agreed"]
    assert math.isnan(gender.pop("gender had been unknown"))
    assert gender == {"gender agreed": 1.0}  # it disagrees already
    place = of_field(held, "birth_place")
    assert place == {
        "birth place had been known and agreed": 1.0,
        "birth place had been known and disagreed": 0.0,
    }


def test_dates_may_say_anything_between() -> None:
    one, two = (
        record("a:1", name="Ann", birthDate="1960-05-04"),
        record("b:1", name="Ann", birthDate="1960-05-07"),
    )
    dates = of_field(found(one, two), "birth_date")
    known = [value for value in dates.values() if not math.isnan(value)]
    assert {float(np.float32(value)) for value in GRADES} - {
        float(np.float32(value)) for value in known
    } == {float(np.float32(COMPARATOR_BY_NAME["birth_date"].compare(_context(one, two))[0]))}


def _context(one: Record, two: Record) -> Context:
    held = prepared([one, two])
    return Context(
        held, NameIndex.of(held), np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32), False
    )


@pytest.mark.parametrize(
    ("number", "agreed"),
    [
        (Identifier("passportNumber", "A-123"), 1.0),
        # a number that all branches share
        (Identifier("kppCode", "910201001"), 0.5),
        # the tables of the tests know this one as used by many: were one known and agreed, it would be another
        (Identifier("passportNumber", "1234567"), 1.0),
    ],
)
def test_a_number_agrees_as_much_as_numbers_of_its_type_do(
    number: Identifier, agreed: float
) -> None:
    one = record("a:1", name="Ann", identifiers=[number])
    two = record("b:1", name="Ann")
    assert of_field(found(one, two), "identifier")["identifier had been known and agreed"] == agreed


def test_names_change_together() -> None:
    held = [
        one
        for one in found(record("a:1", name="Ann Lee"), record("b:1", name="Bob Lee"))
        if one.field == "names"
    ]
    assert [one.statement for one in held] == ["names agreed"]
    values = held[0].values
    assert set(values) == {name for name in FEATURES if COMPARATOR_BY_NAME[name].shows == "names"}
    assert values["name"] == values["name_contradicted"] == values["name_exact"] == 1.0
    assert 0 < values["name_rarity"] < 1


def test_what_already_is_so_is_no_change() -> None:
    held = found(
        record("a:1", name="Ann Lee", nationality="fr"),
        record("b:1", name="Ann Lee", nationality="fr"),
    )
    assert not [one for one in held if one.field == "names"]
    assert set(of_field(held, "nationality")) == {
        "nationality disagreed",
        "nationality had been unknown",
    }


def test_one_list() -> None:
    held = found(record("a:1", name="Ann"), record("a:2", name="Ann"))
    assert list(of_field(held, "same_list")) == ["the two did not stand in one list"]
    assert not of_field(found(record("a:1", name="Ann"), record("b:2", name="Ann")), "same_list")


def test_agreeing_is_what_a_record_that_agrees_gets() -> None:
    one = record(
        "a:1", name="Ann Maria Lee", gender="male", nationality="fr", birthDate="1960-05-04"
    )
    two = record("b:1", name="Bob Lee", gender="female", nationality="de", birthDate="1971-07-09")
    now = _evidence(one, two)
    fields = [
        ("names", "name"),
        ("gender", "gender"),
        ("nationalities", "nationality"),
        ("births", "birthDate"),
    ]
    for field, prop in fields:
        told = [value for value in two.values if value.prop != prop] + [
            v for v in one.values if v.prop == prop
        ]
        altered = _evidence(one, replace(two, values=tuple(told)))
        agreeing = next(
            one
            for one in found(one, two)
            if one.field == field and one.statement.endswith(" agreed")
        )
        for name, value in agreeing.values.items():
            np.testing.assert_equal(np.float32(value), altered[name], name)
            assert field == "names" or now[name] != altered[name]


def _evidence(one: Record, two: Record) -> dict[str, float]:
    context = _context(one, two)
    return {name: float(COMPARATOR_BY_NAME[name].compare(context)[0]) for name in FEATURES}
