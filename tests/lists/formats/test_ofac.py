"""OFAC's three files as one list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from resolver.errors import InputError
from resolver.lists.formats import ofac
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import ListUnit, LocatedRecord, Reject
from resolver.records import Activity, Kind, Record, RelationType
from tests.lists.samples_lists import ofac_entry, ofac_rows
from tests.lists.samples_lists import write_ofac as write_sample


def unit(folder: Path, *names: str) -> ListUnit:
    return ListUnit(
        tuple(SourceFile(folder / name) for name in names or ("sdn.csv", "alt.csv", "add.csv"))
    )


def read(folder: Path, *names: str) -> tuple[dict[str, Record], list[Reject]]:
    items = list(ofac.read_ofac(unit(folder, *names)))
    records = [item.record for item in items if isinstance(item, LocatedRecord)]
    return {record.id.partition(":")[2]: record for record in records}, [
        item for item in items if isinstance(item, Reject)
    ]


def read_one(folder: Path, row: Sequence[str]) -> Record:
    records, rejects = read(write_sample(folder, [row]))
    assert rejects == []
    return records[row[0]]


def test_a_person_with_everything(tmp_path: Path) -> None:
    records, rejects = read(write_sample(tmp_path))
    assert rejects == []
    person = records["101"]
    assert (person.id, person.source, person.kind, person.schema) == (
        "us-ofac-sdn:101",
        "us-ofac-sdn",
        Kind.PERSON,
        "Person",
    )
    expected = {
        "name": ("Ivan Petrovich TESTOV",),
        "firstName": ("Ivan Petrovich",),
        "lastName": ("TESTOV",),
        "alias": ("Ivan TESTOFF",),
        "weakAlias": ("VANYA",),
        "birthDate": ("1948-12-10", "1950~"),
        "birthPlace": ("Testgrad, Russia",),
        "birthCountry": ("Russia",),
        "nationality": ("Russia",),
        "gender": ("male",),
        "program": ("SDGT", "IRAN"),
        "position": ("Minister of Examples",),
    }
    assert {prop: person.texts(prop) for prop in expected} == expected
    (passport,) = person.identifiers
    assert (passport.prop, passport.number, passport.issued, passport.expires) == (
        "passportNumber",
        "A1234567",
        "1999-01-18",
        "2009-01-18",
    )
    (address,) = person.addresses
    assert (address.street, address.city, address.postal_code, address.country) == (
        "1 Sample Street",
        "Testgrad",
        "101000",
        "Russia",
    )
    (relation,) = person.relations
    assert (relation.type, relation.target_id) == (RelationType.LINKED_TO, "us-ofac-sdn:102")
    assert person.activities == (Activity.TERRORISM,)


def test_companies_and_ships(tmp_path: Path) -> None:
    records, _ = read(write_sample(tmp_path))
    company, ship = records["102"], records["103"]
    assert (company.schema, company.texts("previousName")) == (
        "Company",
        ("GREEN DOOR TRADING LLC",),
    )
    assert [(item.prop, item.number) for item in company.identifiers] == [("innCode", "7707083893")]
    assert (ship.kind, ship.texts("flag"), ship.texts("pastFlags")) == (
        Kind.ASSET,
        ("Panama",),
        ("Malta",),
    )
    assert ship.texts("deadweightTonnage") == ("1050",)
    assert {(item.prop, item.number) for item in ship.identifiers} == {
        ("callSign", "T2EU4"),
        ("imoNumber", "9074729"),
    }
    assert ship.addresses == ()


def test_the_consolidated_list_is_another_source(tmp_path: Path) -> None:
    write_sample(tmp_path, stem="cons_prim")
    records, _ = read(tmp_path, "cons_prim.csv", "cons_alt.csv", "cons_add.csv")
    assert {record.source for record in records.values()} == {"us-ofac-cons"}


def test_the_order_of_files_and_rows_changes_nothing(tmp_path: Path) -> None:
    records, _ = read(write_sample(tmp_path))
    for name in ("sdn.csv", "alt.csv", "add.csv"):
        path = tmp_path / name
        rows = path.read_text("ascii").removesuffix("\x1a").splitlines()
        path.write_text("\n".join(reversed(rows)) + "\n", "ascii")
    again, _ = read(tmp_path, "add.csv", "sdn.csv", "alt.csv")
    assert again == records


def test_links_are_resolved_only_where_one_entry_bears_the_name(tmp_path: Path) -> None:
    rows = [
        ofac_entry("1", "ONE TWIN LLC"),
        ofac_entry("2", "ONE TWIN LLC"),
        ofac_entry("3", "LONER, S.A."),
        ofac_entry(
            "4",
            "TEST, Ali",
            "individual",
            "Linked To: ONE TWIN LLC; Linked To: LONER, S.A; Linked To: NOBODY.",
        ),
        ofac_entry("5", "TEST, Olga", "individual", "wife of Ali Test; Linked To: TEST, Olga."),
    ]
    records, _ = read(write_sample(tmp_path, rows))
    assert {relation.target_name: relation.target_id for relation in records["4"].relations} == {
        "ONE TWIN LLC": "",
        "LONER, S.A": "us-ofac-sdn:3",
        "NOBODY": "",
    }
    assert [(relation.type, relation.target_id) for relation in records["5"].relations] == [
        (RelationType.FAMILY_OF, "us-ofac-sdn:4"),
        (RelationType.LINKED_TO, ""),
    ]


@pytest.mark.parametrize(
    ("name", "remarks", "schema"),
    [
        ("EXAMPLE TRADING LLC", "", "Company"),
        ("EXAMPLIX", "Company Number 01074000 (United Kingdom).", "Company"),
        ("EXAMPLIX", "NIT # 800146000-7 (Colombia).", "Organization"),
        ("FRONT FOR EXAMPLES", "", "Organization"),
        ("EXAMPLE ISLAMIC FIGHTING GROUP", "", "Organization"),
        ("EXAMPLE GROUP", "", "Company"),
        ("FRONT FOR EXAMPLES", "Company Number 01074000 (United Kingdom).", "Organization"),
    ],
)
def test_company_or_organisation(tmp_path: Path, name: str, remarks: str, schema: str) -> None:
    assert read_one(tmp_path, ofac_entry("7", name, "", remarks)).schema == schema


def test_an_aircraft_is_identified_by_its_tail(tmp_path: Path) -> None:
    record = read_one(
        tmp_path,
        ofac_entry("7", "EP-TST", "aircraft", "Aircraft Manufacturer's Serial Number (MSN) 391."),
    )
    assert {(item.prop, item.number) for item in record.identifiers} == {
        ("registrationNumber", "EP-TST"),
        ("serialNumber", "391"),
    }


def test_the_last_item_of_truncated_remarks_is_a_note(tmp_path: Path) -> None:
    records, rejects = read(
        write_sample(
            tmp_path, [ofac_entry("7", "TEST, Ali", "individual", "DOB 1962; Passport A12")]
        )
    )
    assert (records["7"].texts("birthDate", "notes"), records["7"].identifiers) == (
        ("1962", "Passport A12"),
        (),
    )
    (reject,) = rejects
    assert (reject.file, reject.line) == ("sdn.csv", 1)
    assert "the remarks are cut off" in reject.reason


def test_bad_rows_cost_only_themselves(tmp_path: Path) -> None:
    good = ofac_entry("7", "TEST, Ali", "individual", "DOB 30 Feb 1962.")
    text = ofac_rows(
        [
            good,
            [*ofac_entry("8", "SHORT")[:5]],
            ["x9", *ofac_entry("9", "NO NUMBER")[1:]],
            ofac_entry("10", "LAST LLC"),
        ]
    )
    write_sample(tmp_path, [good])
    (tmp_path / "sdn.csv").write_text(text, "ascii")
    (tmp_path / "alt.csv").write_text('99,1,"aka","ORPHAN",-0- \n', "ascii")
    records, rejects = read(tmp_path)
    assert set(records) == {"7", "10"}
    assert records["7"].texts("notes") == ("DOB 30 Feb 1962",)
    assert [(reject.file, reject.line) for reject in rejects] == [
        ("sdn.csv", 1),
        ("sdn.csv", 2),
        ("sdn.csv", 3),
        ("alt.csv", 1),
    ]
    assert "99" in rejects[-1].reason
    assert [reject.is_row for reject in rejects] == [False, True, True, False]


def test_a_bad_row_of_alternate_names_leaves_no_entry_unread(tmp_path: Path) -> None:
    write_sample(tmp_path, [ofac_entry("7", "TEST, Ali", "individual")])
    (tmp_path / "alt.csv").write_text('7,1,"aka","SHORT",-0- \n7,2,"aka"\n', "ascii")
    records, rejects = read(tmp_path)
    assert records["7"].texts("alias") == ("SHORT",)
    assert [(reject.line, reject.is_row) for reject in rejects] == [(2, False)]


def test_detection_accepts_all_three_files_and_no_other_tables(tmp_path: Path) -> None:
    write_sample(tmp_path)
    for name in ("sdn.csv", "alt.csv", "add.csv"):
        file = SourceFile(tmp_path / name)
        assert ofac.detect_ofac(file.head(), file)
    file = SourceFile(tmp_path / "sdn.csv")
    for text in ("id,name\n1,Anna\n", '1,"Anna"\n', "", "1,2,3\n", "\x1a"):
        assert not ofac.detect_ofac(text.encode(), file)


def test_a_missing_file_of_entries_is_an_error(tmp_path: Path) -> None:
    write_sample(tmp_path)
    with pytest.raises(InputError, match="the file of entries"):
        list(ofac.read_ofac(unit(tmp_path, "alt.csv", "add.csv")))
    (tmp_path / "other.csv").write_bytes((tmp_path / "sdn.csv").read_bytes())
    with pytest.raises(InputError, match="two files of entries"):
        list(ofac.read_ofac(unit(tmp_path, "sdn.csv", "other.csv")))
