"""Values that entities share: those of a plain reading, order, filters, and hidden records."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from resolver.hub.hub import Hub
from resolver.network.shared_values import MAX_HOLDERS, read_shared_values, shared_value_table
from resolver.records import Handling, Identifier, Kind, Record
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible
from resolver.values.normal_values import normalize_phone
from tests.hub.hubs import make_intake
from tests.network.networks import STEWARD, make_records, word
from tests.network.tables.test_crime_links import hub_of
from tests.records.samples import record


def plain_sharing(viewer: Viewer, kind: Kind | None = None) -> dict[str, set[str]]:
    """Return the records that share each telephone, read one by one."""
    holders: dict[str, set[str]] = {}
    for row in make_records():
        if is_visible(row.handling, viewer) and kind in (None, row.kind):
            for text in row.texts("phone"):
                holders.setdefault(normalize_phone(text), set()).add(row.id)
    return {number: ids for number, ids in holders.items() if len(ids) > 1}


@pytest.mark.parametrize("viewer", [OPERATOR, STRANGER, STEWARD], ids=lambda row: row.name)
@pytest.mark.parametrize("kind", [None, Kind.PERSON])
def test_telephones_are_shared_as_in_a_plain_reading(
    network_hub: Hub, viewer: Viewer, kind: Kind | None
) -> None:
    of = kind.label if kind else ""
    listed = read_shared_values(network_hub, viewer, of=of, limit=100)
    found = {
        normalize_phone(value.text): {name for row in value.holders for name in row.records}
        for value in listed.values
    }
    assert found == plain_sharing(viewer, kind)
    assert {value.kind for value in listed.values} == {"phone"}
    assert (listed.total, listed.kinds) == (len(found), {"phone": len(found)})
    counts = [value.count for value in listed.values]
    assert counts == sorted(counts, reverse=True)
    parts = [
        read_shared_values(network_hub, viewer, of=of, limit=3, offset=start).values
        for start in range(0, len(found), 3)
    ]
    assert tuple(value for part in parts for value in part) == listed.values
    assert read_shared_values(network_hub, viewer, kinds=("email",)).values == ()


def person(number: int, **properties: Any) -> Record:
    return record(f"s:{number}", name=f"{word(number)} {word(number + 50)}", **properties)


def test_all_kinds_of_values_are_found_in_every_spelling(tmp_path: Path) -> None:
    house = "12 Quay Street, Port Harbor, 1011 AB"
    pairs = [
        [person(1, phone="+31 20 555 0101"), person(2, phone="0031 (20) 5550101")],
        [person(3, email="Desk@Example.org"), person(4, email="desk@example.org ")],
        [person(5, address=house), person(6, address=house.upper())],
        [
            replace(person(7), identifiers=(Identifier("passportNumber", "K8871209"),)),
            replace(person(8), identifiers=(Identifier("passportNumber", "k-887 1209"),)),
        ],
        # too short to tell anybody from a stranger
        [person(9, address="Amsterdam"), person(10, address="Amsterdam")],
    ]
    with hub_of(tmp_path, [row for pair in pairs for row in pair]) as hub:
        listed = read_shared_values(hub, OPERATOR)
        assert listed.kinds == {"phone": 1, "email": 1, "document": 1, "address": 1}
        assert [value.kind for value in listed.values] == list(listed.kinds)
        (passport,) = read_shared_values(hub, OPERATOR, kinds=("document",)).values
        assert {row.records for row in passport.holders} == {("s:7",), ("s:8",)}
        lines = list(csv.DictReader(io.StringIO(shared_value_table([passport]))))
        assert {line["records"] for line in lines} == {"s:7", "s:8"}


def test_a_value_of_very_many_names_a_few_of_them(tmp_path: Path) -> None:
    rows = [person(number, phone="+31 20 555 0101") for number in range(MAX_HOLDERS + 5)]
    with hub_of(tmp_path, rows) as hub:
        (value,) = read_shared_values(hub, OPERATOR).values
        assert (len(value.holders), value.count) == (MAX_HOLDERS, MAX_HOLDERS + 5)


def test_hidden_records_share_nothing(tmp_path: Path) -> None:
    phone = "+31 20 555 0101"
    closed = replace(person(2, phone=phone), handling=Handling("River", "H3"))
    with hub_of(tmp_path, [person(1, phone=phone), closed]) as hub:
        assert read_shared_values(hub, STRANGER).total == 0
        assert read_shared_values(hub, OPERATOR).total == 1
        assert read_shared_values(hub, Viewer("r", "River", frozenset({"check"}))).total == 1
        hub.add(make_intake([person(3, phone=phone)]))
        (value,) = read_shared_values(hub, STRANGER).values
        assert {row.records for row in value.holders} == {("s:1",), ("s:3",)}
        assert value.count == 2


def test_an_empty_store_shares_nothing(empty_hub: Hub) -> None:
    listed = read_shared_values(empty_hub, STRANGER)
    assert (listed.values, listed.total, listed.kinds) == ((), 0, {})
