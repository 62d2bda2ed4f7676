"""Material changes: values of a new version of a record that contradict an earlier one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from resolver.hub.reopening import find_material_changes
from resolver.records import Address, Handling, Identifier, Kind, Record, Relation, RelationType
from tests.records.samples import record

PASSPORT = Identifier("passportNumber", "X1234567", "sy")
BASE: dict[str, Any] = {
    "name": "Karim Haddad",
    "alias": "Abu Samir",
    "birthDate": "1971-04-02",
    "gender": "male",
    "nationality": "Syria",
    "identifiers": [PASSPORT],
}


def changed_fields(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    changes = find_material_changes(record("x:1", **before), record("x:1", **after))
    return [change.field for change in changes]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": "Boris Sidorov"}),
        # a nickname that both have in common is no name in common
        ("name", {"name": "Walid Nasser", "alias": "Abu Samir"}),
        ("name", {"name": "Karima Nasser"}),
        ("birth date", {"birthDate": "1971-04-03"}),
        ("birth date", {"birthDate": ["1972", "1980/1985"]}),
        ("gender", {"gender": "f"}),
        ("passport number", {"identifiers": [Identifier("passportNumber", "Y7654321", "sy")]}),
        ("nationality", {"nationality": "Lebanon"}),
    ],
)
def test_another_value_is_material(field: str, values: dict[str, Any]) -> None:
    assert changed_fields(BASE, {**BASE, **values}) == [field]
    assert changed_fields({**BASE, **values}, BASE) == [field]


@pytest.mark.parametrize(
    "values",
    [
        {"name": ["Boris Sidorov", "Karim Haddad"]},
        {"name": "Boris Sidorov", "previousName": "Karim Haddad"},
        {"name": "HADDAD, Kareem"},
        {"name": "كريم حداد"},
        {"name": "Karim Ahmad Haddad"},
        {"alias": ["Abu Samir", "The Tailor"]},
        {"alias": "The Tailor"},
        {"birthDate": "1971"},
        {"birthDate": "1970~"},
        {"birthDate": ["1971-04-02", "1969"]},
        {"birthDate": []},
        {"gender": []},
        {"gender": "m"},
        {"nationality": ["Lebanon", "SY"]},
        {"citizenship": "Lebanon"},
        {"identifiers": [PASSPORT, Identifier("passportNumber", "Y7654321", "sy")]},
        {"identifiers": [Identifier("passportNumber", "x-1234 567", "sy")]},
        {"identifiers": [Identifier("idNumber", "998877", "sy")]},
        {"identifiers": []},
        {"notes": "travels often", "program": "SDGT", "position": "tailor"},
        {"addresses": [Address(full="Damascus")]},
        {"relations": [Relation(RelationType.ASSOCIATE_OF, "x:2")]},
    ],
)
def test_small_change_is_not_material(values: dict[str, Any]) -> None:
    assert changed_fields(BASE, {**BASE, **values}) == []
    assert changed_fields({**BASE, **values}, BASE) == []


def test_renewed_passport_is_not_material_where_another_number_is_the_same() -> None:
    card = Identifier("idNumber", "998877", "sy")
    renewed = Identifier("passportNumber", "Y7654321", "sy")
    before, after = {**BASE, "identifiers": [PASSPORT, card]}, {"identifiers": [renewed, card]}
    assert changed_fields(before, {**BASE, **after}) == []


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ({"name": "John Smith Jr."}, {"name": "John Smith Sr."}, "name"),
        (
            {"firstName": "Ali", "lastName": "Omar"},
            {"firstName": "Zaid", "lastName": "Omar"},
            "name",
        ),
        ({"birthCountry": "Iraq"}, {"birthCountry": "Iran"}, "country of birth"),
    ],
)
def test_further_fields(before: dict[str, Any], after: dict[str, Any], field: str) -> None:
    assert changed_fields(before, after) == [field]


def test_groups_and_vessels() -> None:
    firm = record("x:1", Kind.GROUP, name="Cedar Trading", incorporationDate="2001")
    assert find_material_changes(firm, replace(firm, kind=Kind.LEGAL)) == ()
    (change,) = find_material_changes(firm, replace(firm, kind=Kind.PERSON))
    assert str(change) == "kind from group to person"
    ship = record("x:2", Kind.ASSET, name="Star", identifiers=[Identifier("imoNumber", "9074729")])
    flagged = replace(ship, identifiers=(*ship.identifiers, Identifier("mmsi", "1"), PASSPORT))
    other = replace(ship, identifiers=(Identifier("imoNumber", "9362255"),))
    assert find_material_changes(ship, flagged) == ()
    assert [str(change) for change in find_material_changes(ship, other)] == [
        "imo number from 9074729 to 9362255"
    ]


def test_change_is_described_by_its_values() -> None:
    before = record("x:1", **BASE)
    names = [f"Boris Sidorov {number}" for number in "abcd"]
    after: Record = replace(record("x:1", **{**BASE, "name": names}), handling=Handling())
    (change,) = find_material_changes(before, after)
    assert str(change) == (
        "name from Karim Haddad to Boris Sidorov a, Boris Sidorov b, Boris Sidorov c …"
    )
