"""US consolidated screening list."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.lists.reader_types import Intake
from resolver.lists.readers import read_lists
from resolver.records import Kind, Record, RelationType
from tests.lists.samples_lists import write_us_csl


def read(folder: Path, **cells: str) -> Intake:
    return read_lists([write_us_csl(folder, [{"_id": "1", "name": "SOMEBODY", **cells}])])


def record_of(folder: Path, **cells: str) -> Record:
    (record,) = read(folder, **cells).batch.to_records()
    return record


def test_the_sample_is_read_whole(tmp_path: Path) -> None:
    intake = read_lists([write_us_csl(tmp_path)])
    assert [info.format for info in intake.lists] == ["us_csl"]
    assert intake.rejects == ()
    person, company, vessel, other = sorted(intake.batch.to_records(), key=lambda record: record.id)
    assert (person.id, person.schema) == ("us-csl:9001", "Person")
    assert person.texts("name") == ("Ramiro Ejemplo PRUEBA",)
    assert set(person.texts("alias")) == {"Ramiro PRUEBAS", "EL EJEMPLO"}
    assert set(person.texts("birthDate")) == {"1963-07-04", "1964~"}
    assert person.texts("gender") == ("male",)
    assert {(item.prop, item.number, item.country) for item in person.identifiers} == {
        ("passportNumber", "ZZ0019516", "XK"),
        ("taxNumber", "7729314745", "XK"),
    }
    assert {(address.full, address.country) for address in person.addresses} == {
        ("1 Sample Road, Testville, XK", "XK"),
        ("Otherton, XA", "XA"),
    }
    assert [(item.type, item.target_name) for item in person.relations] == [
        (RelationType.LINKED_TO, "BLUE SAMPLE TRADING.")
    ]
    assert (company.kind, company.texts("startDate")) == (Kind.GROUP, ("2030-02-01",))
    assert "license requirement: All items; see 744.11" in company.texts("notes")
    assert (vessel.schema, vessel.texts("flag")) == ("Vessel", ("XK",))
    assert {(item.prop, item.number) for item in vessel.identifiers} == {
        ("callSign", "T3ST1"),
        ("imoNumber", "9187629"),
    }
    assert other.schema == "Person"


@pytest.mark.parametrize(
    ("kind", "name", "schema"),
    [
        ("Individual", "ACME LTD", "Person"),
        ("Entity", "SOMEBODY", "Organization"),
        ("Entity", "ACME LTD", "Company"),
        ("Aircraft", "EP-TST", "Airplane"),
        ("", "ACME LTD", "Company"),
        ("", "MORTIMER SPECIMEN", "Person"),
        ("", "ACME", "LegalEntity"),
    ],
)
def test_an_entry_without_type_is_judged_by_its_name(
    tmp_path: Path, kind: str, name: str, schema: str
) -> None:
    assert record_of(tmp_path, type=kind, name=name).schema == schema


@pytest.mark.parametrize(
    ("text", "prop", "number", "country"),
    [
        ("Passport, K5550001, XK", "passportNumber", "K5550001", "XK"),
        ("XK, K5550001, Passport", "passportNumber", "K5550001", "XK"),
        ("Registration ID, 0411518776478", "registrationNumber", "0411518776478", ""),
        ("0411518776478, XK, Registration ID", "registrationNumber", "0411518776478", "XK"),
    ],
)
def test_numbers_are_read_in_any_order(
    tmp_path: Path, text: str, prop: str, number: str, country: str
) -> None:
    record = record_of(tmp_path, type="Individual", ids=text)
    assert [(item.prop, item.number, item.country) for item in record.identifiers] == [
        (prop, number, country)
    ]


def test_what_is_not_understood_is_kept_as_a_note(tmp_path: Path) -> None:
    cells = {"ids": "Secondary sanctions risk:, section 1(b)", "dates_of_birth": "long ago"}
    intake = read(tmp_path, type="Entity", **cells)
    (record,) = intake.batch.to_records()
    assert set(record.texts("notes")) == {
        "Secondary sanctions risk: section 1(b)",
        "dates of birth: long ago",
    }
    (reject,) = intake.rejects
    assert "long ago" in reject.reason
    assert reject.record_id == record.id


def test_rows_without_name_or_with_other_cells_are_refused(tmp_path: Path) -> None:
    path = write_us_csl(tmp_path)
    with path.open("a") as stream:
        stream.write("9005,x\n")
        stream.write("9006" + "," * 28 + "\n")
    assert [(reject.line, reject.reason) for reject in read_lists([path]).rejects] == [
        (6, "2 columns where the header has 29"),
        (7, "a row without a name"),
    ]
