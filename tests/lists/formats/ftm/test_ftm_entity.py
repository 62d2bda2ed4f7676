"""Single FtM entities as programs send them."""

from __future__ import annotations

import pytest

from resolver.errors import RecordError
from resolver.lists.formats.ftm.ftm_entity import read_ftm_entity
from resolver.records import Activity, Identifier, Kind


def test_an_entity_becomes_a_record() -> None:
    properties = {
        "name": ["Ann  Lee", "Ann Lee"],
        "birthDate": "5 Mar 1970",
        "passportNumber": ["X1"],
        "address": "1 High Street",
        "idNumber": 1234,
        "weakAlias": None,
    }
    submitted = read_ftm_entity("Person", properties, source="s", native_id="1")
    record = submitted.record
    assert (record.id, record.source, record.kind, record.schema) == (
        "s:1",
        "s",
        Kind.PERSON,
        "Person",
    )
    assert record.texts("name") == ("Ann Lee",)
    assert record.texts("birthDate") == ("1970-03-05",)
    assert record.identifiers == (
        Identifier("passportNumber", "X1"),
        Identifier("idNumber", "1234"),
    )
    assert record.addresses[0].full == "1 High Street"
    assert submitted.omissions == ()


def test_a_legal_entity_has_the_properties_of_persons_and_groups() -> None:
    for schema in ("LegalEntity", "Thing"):
        submitted = read_ftm_entity(
            schema,
            {"name": "A", "birthDate": "1970", "registrationNumber": "1"},
            source="s",
            native_id="1",
        )
        assert (submitted.record.kind, submitted.record.schema) == (Kind.LEGAL, "LegalEntity")


def test_topics_of_a_submission_are_crimes() -> None:
    properties = {"name": ["Ottavio Quint"], "topics": ["crime.fin", "poi"]}
    activities = [
        read_ftm_entity(
            "Person", properties, source="s", native_id="1", with_relations=is_submitted
        ).record.activities
        for is_submitted in (True, False)
    ]
    assert activities == [(Activity.ILLICIT_MONEY_FLOWS,), ()]


@pytest.mark.parametrize("text", ["1990-02-31", "soon", "9999"])
def test_an_unreadable_date_is_left_out_with_a_reason(text: str) -> None:
    submitted = read_ftm_entity(
        "Person", {"name": "A", "birthDate": [text, "1970"]}, source="s", native_id="1"
    )
    assert submitted.record.texts("birthDate") == ("1970",)
    assert text in submitted.omissions[0]


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
def test_invalid_entities_raise(schema: object, properties: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_ftm_entity(schema, properties, source="s", native_id="1")


def test_a_doubtful_date_is_read_both_ways() -> None:
    submitted = read_ftm_entity("Person", {"birthDate": ["03/04/1970"]}, source="s", native_id="1")
    assert submitted.record.texts("birthDate") == ("1970-04-03", "1970-03-04")
