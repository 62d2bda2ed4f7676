"""Lists in Senzing's format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from resolver.lists.formats.senzing import read_senzing_record
from resolver.lists.parallel_reading import ReadingRules
from resolver.lists.reader_types import Intake
from resolver.lists.readers import read_lists
from resolver.records import Address, Identifier, Kind, Record, Relation, RelationType
from tests.lists.samples import write_senzing


def read(folder: Path, *rows: dict[str, Any]) -> tuple[list[Record], Intake]:
    path = folder / "made.jsonl"
    path.write_text("".join(json.dumps({"DATA_SOURCE": "MADE_UP"} | row) + "\n" for row in rows))
    intake = read_lists([path], format="senzing")
    return list(intake.batch.to_records()), intake


def read_record(folder: Path, **row: Any) -> Record:
    (record,), _ = read(folder, {"RECORD_ID": "1", "RECORD_TYPE": "PERSON"} | row)
    return record


def test_nested_and_flat_features_are_read(tmp_path: Path) -> None:
    person, company, flat = read_lists([write_senzing(tmp_path)]).batch.to_records()
    assert [record.id for record in (person, company, flat)] == [
        "made-up:1001",
        "made-up:1002",
        "made-up:1003",
    ]
    assert (person.texts("name"), person.texts("alias")) == (
        ("Tobias Quillfeather",),
        ("Toby Quill",),
    )
    assert (person.texts("birthDate"), person.texts("nationality")) == (("1966-09-30",), ("xk",))
    assert person.identifiers == (
        Identifier("passportNumber", "K5550001", "xk", origin="PASSPORT"),
    )
    assert person.relations == (
        Relation(RelationType.DIRECTOR_OF, "made-up:1002", role="DIRECTOR"),
    )
    assert (company.kind, company.texts("name")) == (Kind.GROUP, ("Quill Freight Ltd",))
    assert company.addresses == (Address(city="Testville", country="xk", origin="BUSINESS"),)
    assert (flat.kind, flat.texts("firstName"), flat.texts("lastName")) == (
        Kind.PERSON,
        ("Wilhelmina",),
        ("Sampleton",),
    )


def test_features_may_be_in_one_list(tmp_path: Path) -> None:
    record = read_record(
        tmp_path,
        RECORD_TYPE=None,
        FEATURES=[{"RECORD_TYPE": "ORGANIZATION"}, {"NAME_ORG": "X Ltd"}],
    )
    assert (record.kind, record.texts("name")) == (Kind.GROUP, ("X Ltd",))


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"NAME_FULL": "X"}, Kind.LEGAL),
        ({"NAME_ORG": "X"}, Kind.GROUP),
        ({"NAME_FULL": "X", "DATE_OF_BIRTH": "1970"}, Kind.PERSON),
        ({"RECORD_TYPE": "VESSEL", "NAME_FULL": "X"}, Kind.ASSET),
    ],
)
def test_attributes_decide_the_kind_of_a_record_without_type(
    tmp_path: Path, row: dict[str, Any], kind: Kind
) -> None:
    assert read_record(tmp_path, **({"RECORD_TYPE": None} | row)).kind == kind


def test_a_type_that_is_no_person_group_or_asset_is_refused(tmp_path: Path) -> None:
    records, intake = read(
        tmp_path, {"RECORD_ID": "1", "RECORD_TYPE": "LOCATION", "NAME_FULL": "X"}
    )
    assert records == []
    assert [reject.reason for reject in intake.rejects] == [
        "RECORD_TYPE LOCATION describes no person, group or asset"
    ]


def test_names_by_usage(tmp_path: Path) -> None:
    record = read_record(
        tmp_path,
        PRIMARY_NAME_FULL="Anna Prima",
        AKA_NAME_FIRST="Ann",
        AKA_NAME_LAST="Prime",
        MAIDEN_NAME_FULL="Anna Before",
    )
    assert record.texts("name", "alias", "previousName") == (
        "Ann Prime",
        "Anna Prima",
        "Anna Before",
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"NATIONAL_ID_NUMBER": "5", "NATIONAL_ID_COUNTRY": "xk"},
            Identifier("idNumber", "5", "xk", origin="NATIONAL_ID"),
        ),
        (
            {"TAX_ID_NUMBER": "6", "TAX_ID_TYPE": "EIN"},
            Identifier("taxNumber", "6", "", "EIN", origin="TAX_ID"),
        ),
        ({"LEI_NUMBER": "L1"}, Identifier("leiCode", "L1", origin="LEI")),
        (
            {"TRUSTED_ID_TYPE": "WIKIDATA", "TRUSTED_ID_NUMBER": "Q1"},
            Identifier("wikidataId", "Q1", "", "WIKIDATA", origin="TRUSTED_ID"),
        ),
        ({"SSN_NUMBER": "9"}, Identifier("socialSecurityNumber", "9", origin="SSN")),
        (
            {"DRIVERS_LICENSE_NUMBER": "D", "DRIVERS_LICENSE_STATE": "TS"},
            Identifier("idNumber", "D", "TS", origin="DRIVERS_LICENSE"),
        ),
    ],
)
def test_identifiers(tmp_path: Path, row: dict[str, Any], expected: Identifier) -> None:
    assert read_record(tmp_path, NAME_FULL="X", **row).identifiers == (expected,)


def test_the_records_own_id_is_no_document(tmp_path: Path) -> None:
    record = read_record(
        tmp_path,
        NAME_FULL="X",
        IDENTIFIERS=[{"OTHER_ID_TYPE": "OPEN_SANCTIONS", "OTHER_ID_NUMBER": "1"}],
    )
    assert record.identifiers == ()


def test_addresses_of_several_lines(tmp_path: Path) -> None:
    record = read_record(
        tmp_path,
        NAME_FULL="X",
        ADDRESSES=[{"ADDR_LINE1": "1 Road", "ADDR_LINE2": "Flat 2", "ADDR_POSTAL_CODE": "9"}],
    )
    assert record.addresses == (Address(street="1 Road Flat 2", postal_code="9"),)


def test_contacts_groups_and_unknown_attributes_are_read(tmp_path: Path) -> None:
    record = read_record(
        tmp_path,
        NAME_FULL="X",
        MOBILE_PHONE_NUMBER="123",
        EMAIL_ADDRESS="x@y.invalid",
        GROUP_ASSOCIATION_ORG_NAME="The Net",
        SHOE_SIZE=43,
    )
    assert (record.texts("phone"), record.texts("email")) == (("123",), ("x@y.invalid",))
    assert record.relations == (
        Relation(RelationType.MEMBER_OF, "", "The Net", origin="GROUP_ASSOCIATION_ORG_NAME"),
    )
    assert record.texts("notes") == ("SHOE_SIZE: 43",)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("SPOUSE", RelationType.FAMILY_OF),
        ("owner-of", RelationType.OWNER_OF),
        ("member", RelationType.MEMBER_OF),
        ("business_associate", RelationType.ASSOCIATE_OF),
        ("Occupancy", RelationType.LINKED_TO),
        ("PREDECESSOR_OF", RelationType.PREDECESSOR_OF),
        ("PERSON", RelationType.LINKED_TO),  # holds SON, but is none
    ],
)
def test_roles_of_pointers(tmp_path: Path, role: str, expected: RelationType) -> None:
    record = read_record(
        tmp_path, NAME_FULL="X", REL_POINTER_DOMAIN="D", REL_POINTER_KEY="2", REL_POINTER_ROLE=role
    )
    assert record.relations == (Relation(expected, "made-up:2", role=role),)


def test_pointers_find_their_anchor_before_or_after(tmp_path: Path) -> None:
    records, _ = read(
        tmp_path,
        {"RECORD_ID": "1", "NAME_FULL": "X", "REL_POINTER_DOMAIN": "D", "REL_POINTER_KEY": "k"},
        {"RECORD_ID": "2", "NAME_FULL": "Y", "REL_ANCHOR_DOMAIN": "D", "REL_ANCHOR_KEY": "k"},
    )
    assert [relation.target_id for relation in records[0].relations] == ["made-up:2"]


def test_a_record_without_id_gets_one_from_its_content(tmp_path: Path) -> None:
    rows = [
        {"NAME_FULL": "X", "GENDER": "F"},
        {"GENDER": "F", "NAME_FULL": "X"},
        {"NAME_FULL": "Y"},
    ]
    records, intake = read(tmp_path, *rows)
    assert all(record.id.startswith("made-up:~") for record in records)
    assert (len(records), intake.collapsed) == (2, 1)


def test_an_invalid_date_is_left_out_with_a_reject(tmp_path: Path) -> None:
    records, intake = read(
        tmp_path, {"RECORD_ID": "1", "NAME_FULL": "X", "DATES": [{"DATE_OF_BIRTH": "1970-02-31"}]}
    )
    assert records[0].texts("birthDate") == ()
    assert [reject.reason for reject in intake.rejects] == [
        "value not taken: DATE_OF_BIRTH '1970-02-31': there is no 1970-02-31"
    ]


def test_all_members_of_congress_are_read(shared_data: Path) -> None:
    intake = read_lists([shared_data / "raw" / "us_congress" / "senzing.jsonl"])
    assert (len(intake.batch), intake.rejects) == (1319, ())
    names = sum(len(record.texts("name", "alias")) for record in intake.batch.to_records())
    assert names > 1340


def test_dates_of_a_file_show_their_order(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"RECORD_ID": "1", "NAME_FULL": "A", "DATE_OF_BIRTH": "3/4/1970"},
        {"RECORD_ID": "2", "NAME_FULL": "B", "DATES": [{"DATE_OF_BIRTH": "10/27/76"}]},
        {"RECORD_ID": "3", "NAME_FULL": "C", "DATE_OF_BIRTH": "24-May-11"},
    ]
    people, intake = read(tmp_path, *rows)
    assert [record.texts("birthDate") for record in people] == [
        ("1970-03-04",),
        ("1976-10-27",),
        ("2011-05-24",),
    ]
    assert [note.partition(": ")[2] for note in intake.warnings] == [
        "dates such as 3/4/1970 (1 of them) are read month first, as 10/27/76 shows",
        "years of two digits (2 dates) are of the last century in which the date is not in the "
        "future: 10/27/76 is 1976",
    ]


def test_dates_without_proof_are_read_both_ways(tmp_path: Path) -> None:
    record = read_record(tmp_path, NAME_FULL="A", DATE_OF_BIRTH="3/4/1970")
    assert record.texts("birthDate") == ("1970-03-04", "1970-04-03")


def test_documents_may_expire_in_the_future(tmp_path: Path) -> None:
    document = {"PASSPORT_NUMBER": "X1234567", "PASSPORT_EXPIRE_DT": "5/24/31"}
    record = read_record(tmp_path, NAME_FULL="A", PASSPORT_ISSUE_DT="5/24/21", **document)
    (passport,) = record.identifiers
    assert (passport.issued, passport.expires) == ("2021-05-24", "2031-05-24")


def test_a_single_record_reads_its_doubtful_date_both_ways() -> None:
    row: dict[str, object] = {
        "DATA_SOURCE": "X",
        "RECORD_ID": "1",
        "NAME_FULL": "A",
        "DATE_OF_BIRTH": "3/4/70",
    }
    assert read_senzing_record(row).record.texts("birthDate") == ("1970-04-03", "1970-03-04")


def test_a_fax_is_no_telephone(tmp_path: Path) -> None:
    phones = [
        {"PHONE_TYPE": "FAX", "PHONE_NUMBER": "555001"},
        {"PHONE_TYPE": "HOME", "PHONE_NUMBER": "555002"},
        {"FAX_PHONE_NUMBER": "555003"},
    ]
    record = read_record(tmp_path, NAME_FULL="A", PHONES=phones, PHONE_NUMBER="555004")
    assert record.texts("phone") == ("555002", "555004")
    assert record.texts("notes") == ("fax: 555001", "fax: 555003")


def test_a_handling_code_is_no_note(tmp_path: Path) -> None:
    path = tmp_path / "made.jsonl"
    rows: list[dict[str, Any]] = [
        {"RECORD_ID": "1", "NAME_FULL": "Ilse Brandt", "HANDLING": "H3"},
        {"RECORD_ID": "2", "FEATURES": [{"NAME_FULL": "Ulf Berg"}, {"HANDLING": "H2"}]},
        {"RECORD_ID": "3", "NAME_FULL": "Ida Holm", "HANDLING": "H5"},
        {"RECORD_ID": "4", "NAME_FULL": "Jan Holm", "handling": "H3"},
        {"RECORD_ID": "5", "NAME_FULL": "Ann Holm", "HANDLING_CODE": "H3"},
        {"RECORD_ID": "6", "HANDLING": "H1", "FEATURES": [{"NAME_FULL": "Bo"}, {"HANDLING": "H2"}]},
        {"RECORD_ID": "7", "NAME_FULL": "Bo Ek", "HANDLING": {"code": "H1", "conditions": "ask"}},
        {"RECORD_ID": "8", "NAME_FULL": "Bo Elg", "HANDLING": ["H3"]},
        {"RECORD_ID": "9", "NAME_FULL": "Bo Alm", "handling": {"code": "H3"}},
    ]
    lines = (json.dumps({"DATA_SOURCE": "MADE_UP", "RECORD_TYPE": "PERSON"} | row) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines))
    intake = read_lists([path], format="senzing", rules=ReadingRules(accept_restricted=True))
    first, second, third = intake.batch.to_records()
    assert [first.handling.code, second.handling.code] == ["H3", "H2"]
    assert (third.handling.code, third.handling.conditions) == ("H1", "ask")
    assert first.texts("notes") == second.texts("notes") == ()
    assert [(reject.line, "handling" in reject.reason.casefold()) for reject in intake.rejects] == [
        (line, True) for line in (3, 4, 5, 6, 8, 9)
    ]
