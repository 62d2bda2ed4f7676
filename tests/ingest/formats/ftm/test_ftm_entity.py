"""One entity as a program sends it."""

from __future__ import annotations

import pytest

from resolver.errors import RecordError
from resolver.ingest.formats.ftm.ftm_entity import single
from resolver.records import Identifier, Kind


def test_an_entity_becomes_a_record() -> None:
    said = {
        "name": ["Ann  Lee", "Ann Lee"],
        "birthDate": "5 Mar 1970",
        "passportNumber": ["X1"],
        "address": "1 High Street",
        "idNumber": 1234,
        "weakAlias": None,
    }
    found = single("Person", said, source="s", native_id="1")
    one = found.record
    assert (one.id, one.source, one.kind, one.schema) == ("s:1", "s", Kind.PERSON, "Person")
    assert one.texts("name") == ("Ann Lee",)
    assert one.texts("birthDate") == ("1970-03-05",)
    assert one.identifiers == (Identifier("passportNumber", "X1"), Identifier("idNumber", "1234"))
    assert one.addresses[0].full == "1 High Street"
    assert found.left_out == ()


def test_what_may_be_a_person_or_a_group_has_the_properties_of_both() -> None:
    for schema in ("LegalEntity", "Thing"):
        found = single(
            schema,
            {"name": "A", "birthDate": "1970", "registrationNumber": "1"},
            source="s",
            native_id="1",
        )
        assert (found.record.kind, found.record.schema) == (Kind.LEGAL, "LegalEntity")


@pytest.mark.parametrize("text", ["1990-02-31", "soon", "9999"])
def test_a_date_that_cannot_be_read_is_left_out_and_told(text: str) -> None:
    found = single("Person", {"name": "A", "birthDate": [text, "1970"]}, source="s", native_id="1")
    assert found.record.texts("birthDate") == ("1970",)
    assert text in found.left_out[0]


@pytest.mark.parametrize(
    ("schema", "properties", "error"),
    [
        (7, {}, TypeError),
        ("Person", [], TypeError),
        ("Person", {"name": True}, TypeError),
        ("Person", {"name": {"a": "b"}}, TypeError),
        ("Wizard", {"name": "A"}, RecordError),
        ("Passport", {"number": "A"}, RecordError),
        ("Person", {"wand": "A"}, RecordError),
        ("Person", {"imoNumber": "1"}, RecordError),
        ("Person", {}, RecordError),
        ("Person", {"name": "  "}, RecordError),
        ("Person", {"nationality": "ru"}, RecordError),
        ("Person", {"name": "a" * 3_000}, RecordError),
        ("Person", {"name": [str(number) for number in range(501)]}, RecordError),
    ],
)
def test_what_is_no_entity(schema: object, properties: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        single(schema, properties, source="s", native_id="1")
