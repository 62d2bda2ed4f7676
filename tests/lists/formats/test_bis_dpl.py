"""Denied persons list: records without ids and without a mark of persons."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.errors import InputError
from resolver.lists.formats import us_export_lists
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import ListUnit, LocatedRecord, Reject
from resolver.lists.readers import read_lists
from resolver.records import Record
from tests.lists.samples_lists import write_bis_dpl as write_sample


def read(path: Path) -> tuple[list[Record], list[Reject]]:
    items = list(us_export_lists.read_bis_dpl(ListUnit((SourceFile(path),))))
    return [item.record for item in items if isinstance(item, LocatedRecord)], [
        item for item in items if isinstance(item, Reject)
    ]


def test_rows(tmp_path: Path) -> None:
    (person, company, again), rejects = read(write_sample(tmp_path))
    assert rejects == []
    assert (person.schema, company.schema) == ("Person", "Company")
    assert person == again
    assert person.id.startswith("us-bis-dpl:~")
    assert len(person.id) == len("us-bis-dpl:~") + 12
    assert person.texts("name", "startDate", "endDate", "modifiedAt") == (
        "IVAN TESTOV",
        "2003-06-19",
        "2056-06-29",
        "2007-01-31",
    )
    assert person.texts("notes") == ("Standard Order: Y",)
    assert [(address.region, address.country) for address in person.addresses] == [("TX", "US")]
    assert company.addresses[0].country == "DE"


def test_rows_that_are_the_same_collapse(tmp_path: Path) -> None:
    intake = read_lists([write_sample(tmp_path)])
    assert (len(intake.batch), intake.collapsed) == (2, 1)


@pytest.mark.parametrize(
    ("name", "schema", "names"),
    [
        ("ALI TEST", "Person", {("name", "ALI TEST")}),
        ("ABEL TEST, JR.", "Person", {("name", "ABEL TEST JR."), ("nameSuffix", "JR.")}),
        ("TEST, ALI", "Person", {("name", "ALI TEST")}),
        ("CAPTAIN TEST", "Person", {("name", "TEST"), ("title", "CAPTAIN")}),
        ("ALI TEST A/K/A ALLY TEST", "Person", {("name", "ALI TEST"), ("alias", "ALLY TEST")}),
        ("PEARL (A.K.A. NEI TEST) TEST", "Person", {("name", "PEARL TEST"), ("alias", "NEI TEST")}),
        (
            "SAMMY (IHSAN MEDHAT) TEST",
            "Person",
            {("name", "SAMMY TEST"), ("alias", "IHSAN MEDHAT TEST")},
        ),
        (
            'IHSAN MEDHAT "SAMMY" TEST',
            "Person",
            {("name", "IHSAN MEDHAT TEST"), ("alias", "SAMMY TEST")},
        ),
        (
            "TEST AIRLINES D/B/A T7 AIRLINES",
            "Company",
            {("name", "TEST AIRLINES"), ("alias", "T7 AIRLINES")},
        ),
        (
            "UNITED TEST WORKS TRADING (UTWT)",
            "Company",
            {("name", "UNITED TEST WORKS TRADING"), ("abbreviation", "UTWT")},
        ),
        ("TESTONWEB", "LegalEntity", {("name", "TESTONWEB")}),
    ],
)
def test_names(tmp_path: Path, name: str, schema: str, names: set[tuple[str, str]]) -> None:
    path = write_sample(tmp_path)
    head = path.read_text("utf-8").splitlines()[0]
    quoted = name.replace('"', '""')
    path.write_text(head + "\n" + "\t".join([f'"{quoted}"', *['""'] * 11]) + "\n", "utf-8")
    (record,), _ = read(path)
    props = ("name", "alias", "weakAlias", "nameSuffix", "title", "abbreviation")
    assert record.schema == schema
    assert {(value.prop, value.text) for value in record.values if value.prop in props} == names


def test_a_trade_name_is_linked_to_its_company(tmp_path: Path) -> None:
    (record,), _ = read(
        write_sample(tmp_path, [{"Name": "SAMPLE ZONE (TEST GROUP INTERNATIONAL, INC.)"}])
    )
    assert record.texts("name") == ("SAMPLE ZONE",)
    assert [relation.target_name for relation in record.relations] == [
        "TEST GROUP INTERNATIONAL, INC."
    ]


def test_bad_dates_and_rows(tmp_path: Path) -> None:
    path = write_sample(
        tmp_path,
        [{"Name": "ALI TEST", "Effective_Date": "02/31/2003"}, {"Name": "", "City": "TESTVILLE"}],
    )
    path.write_text(path.read_text("utf-8") + '"ONE"\t"CELL"\n', "utf-8")
    (record,), rejects = read(path)
    assert record.texts("notes") == ("startDate: 02/31/2003",)
    assert [reject.line for reject in rejects] == [2, 3, 4]


def test_another_header_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "dpl.txt"
    path.write_text("Street\tCity\n", "utf-8")
    with pytest.raises(InputError):
        read(path)
    path.write_text("", "utf-8")
    with pytest.raises(InputError):
        read(path)


@pytest.mark.parametrize(
    ("street", "number", "rest"),
    [
        ("INMATE NUMBER: 75602-053, FCI BIG SPRING", "75602-053", "FCI BIG SPRING"),
        ("INMATE #43102-424", "43102-424", ""),
        ("INMATE NUMBR - 45841-051 FCI, BOX 6", "45841-051", "FCI, BOX 6"),
        ("INCARCERATED AT USM NO: 26265-177, 2113 ROAD", "26265-177", "2113 ROAD"),
        ("12 ROAD 26265-177", "", "12 ROAD 26265-177"),
        ("26265-177", "", "26265-177"),
        ("UNIT 26265-1776", "", "UNIT 26265-1776"),
    ],
)
def test_numbers_of_prisoners_are_identifiers(
    tmp_path: Path, street: str, number: str, rest: str
) -> None:
    path = tmp_path / "dpl.txt"
    path.write_text(f"Name\tStreet_Address\tCountry\nALI TEST\t{street}\tUS\n")
    (person,), _ = read(path)
    assert [item.number for item in person.identifiers] == ([number] if number else [])
    assert person.addresses[0].street == rest


def test_rows_of_a_party_have_the_addresses_of_all(tmp_path: Path) -> None:
    path = tmp_path / "dpl.txt"
    rows = [
        "Name\tStreet_Address\tCity\tCountry\tEffective_Date",
        "AL TEST AIR\tBOX 1\tDUBAI\tAE\t05/13/2022",
        "AL-TEST AIR\tINMATE #12345-678, ROAD 2\tBAGHDAD\tIQ\t05/13/2022",
        "AL TEST AIR\tBOX 1\tDUBAI\tAE\t05/13/2022",
        "AL TEST AIR\tROAD 3\tAMMAN\tJO\t05/13/2021",
    ]
    path.write_text("\n".join(rows) + "\n")
    records, _ = read(path)
    placed = [[(place.city, place.origin) for place in item.addresses] for item in records]
    dubai, baghdad, again, amman = placed
    assert dubai == again == [("DUBAI", "Address"), ("BAGHDAD", "Address, line 3")]
    assert baghdad == [("BAGHDAD", "Address"), ("DUBAI", "Address, line 2")]
    assert amman == [("AMMAN", "Address")]
    assert [len(item.identifiers) for item in records] == [1, 1, 1, 0]
    assert records[0] == records[2] != records[1]


def test_a_name_in_very_many_rows_is_no_party(tmp_path: Path) -> None:
    path, count = tmp_path / "dpl.txt", 3_000
    rows = [f"ALI TEST\tROAD {number}" for number in range(count)]
    path.write_text("\n".join(["Name\tStreet_Address", *rows]) + "\n")
    records, _ = read(path)
    assert sum(len(item.addresses) for item in records) == len(records) == count
