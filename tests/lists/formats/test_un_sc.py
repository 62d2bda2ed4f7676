"""UN list: contents of entries, and damaged or hostile files."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.errors import InputError
from resolver.lists.formats import un_sc
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import (
    Item,
    ListUnit,
    ListVersion,
    LocatedRecord,
    Reject,
)
from resolver.lists.readers import read_lists
from resolver.records import Activity, Identifier, Record, RelationType
from tests.lists.samples_lists import UN_HEAD, build_un_document, un_individual
from tests.lists.samples_lists import write_un_sc as write_sample


def items(path: Path) -> list[Item]:
    return list(un_sc.read_un_sc(ListUnit((SourceFile(path),))))


def write(folder: Path, text: str) -> Path:
    path = folder / "list.xml"
    path.write_text(text, "utf-8")
    return path


def read_individual(folder: Path, inner: str, first: str = "ALPHA") -> tuple[Record, list[Reject]]:
    """Return the record of an individual with the given parts, and its rejects."""
    list_items = items(write(folder, build_un_document(un_individual("1", first, inner))))
    (record,) = [item.record for item in list_items if isinstance(item, LocatedRecord)]
    return record, [item for item in list_items if isinstance(item, Reject)]


def documents_of(record: Record) -> list[Identifier]:
    return [item for item in record.identifiers if item.prop != "unscId"]


def test_individuals_and_entities_are_read(tmp_path: Path) -> None:
    list_items = items(write_sample(tmp_path))
    assert list_items[0] == ListVersion("2026-02-27T00:00:09.554Z")
    records = {
        item.record.id: item.record for item in list_items if isinstance(item, LocatedRecord)
    }
    assert list(records) == ["un-sc:201", "un-sc:202", "un-sc:301"]
    person, entity = records["un-sc:201"], records["un-sc:301"]
    expected = {
        "name": ("ALPHA EXAMPLE",),
        "firstName": (),
        "alias": ("Alfa Exempel",),
        "weakAlias": ("The Sample",),
        "birthDate": ("1960/1962",),
        "nationality": ("Testland",),
        "motherName": ("Zeta Example",),
        "program": ("Al-Qaida",),
        "createdAt": ("2012-12-31",),
    }
    assert {prop: person.texts(prop) for prop in expected} == expected
    assert [(item.prop, item.number, item.country) for item in person.identifiers] == [
        ("unscId", "QDi.201", ""),
        ("passportNumber", "X123456", "Testland"),
    ]
    assert [(link.type, link.target_id, link.role) for link in person.relations] == [
        (RelationType.FAMILY_OF, "un-sc:202", "brother")
    ]
    assert person.activities == (Activity.TERRORISM,)
    assert (
        entity.schema,
        entity.texts("name"),
        entity.texts("abbreviation"),
        entity.texts("previousName"),
    ) == (
        "Company",
        ("EXAMPLE TRADING COMPANY",),
        ("ETC",),
        ("Old Example Trading",),
    )
    assert entity.addresses[0].country == "Testland"


def birth(parts: str) -> str:
    return f"<INDIVIDUAL_DATE_OF_BIRTH>{parts}</INDIVIDUAL_DATE_OF_BIRTH>"


@pytest.mark.parametrize(
    ("parts", "dates"),
    [
        ("<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1970-01-25</DATE>", ("1970-01-25",)),
        ("<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1970-01-25-05:00</DATE>", ("1970-01-25",)),
        ("<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><YEAR>1970</YEAR>", ("1970",)),
        ("<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><YEAR>1958</YEAR><NOTE>Sep.</NOTE>", ("1958-09",)),
        ("<TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1970</YEAR>", ("1970~",)),
        ("<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><NOTE>Nov. 1973</NOTE>", ("1973-11",)),
        (
            "<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><NOTE>Between Aug. and Sep. 1977</NOTE>",
            ("1977-08/1977-09",),
        ),
        ("<TYPE_OF_DATE/>", ()),
    ],
)
def test_dates_of_birth(tmp_path: Path, parts: str, dates: tuple[str, ...]) -> None:
    record, rejects = read_individual(tmp_path, birth(parts))
    assert (record.texts("birthDate"), rejects) == (dates, [])


@pytest.mark.parametrize("parts", ["<DATE>1970-02-31</DATE>", "<NOTE>30-35 years old</NOTE>"])
def test_an_unreadable_date_is_a_note_and_a_reject(tmp_path: Path, parts: str) -> None:
    record, (reject,) = read_individual(tmp_path, birth(parts))
    assert record.texts("birthDate") == ()
    assert any("birthDate" in text for text in record.texts("notes"))
    assert reject.reason.startswith("record un-sc:1: value not taken: birthDate")
    assert reject.line > 0


def document(**parts: str) -> str:
    inner = "".join(f"<{tag}>{text}</{tag}>" for tag, text in parts.items())
    return f"<INDIVIDUAL_DOCUMENT>{inner}</INDIVIDUAL_DOCUMENT>"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            {
                "TYPE_OF_DOCUMENT": "Passport",
                "NUMBER": "X1",
                "ISSUING_COUNTRY": "Testland",
                "DATE_OF_ISSUE": "2009-07-23",
                "NOTE": "expires on 22 Jul. 2014, officially cancelled",
            },
            (
                "passportNumber",
                "X1",
                "Testland",
                "2009-07-23",
                "2014-07-22",
                "officially cancelled",
            ),
        ),
        (
            {"TYPE_OF_DOCUMENT": "Passport", "NUMBER": "Afghan passport number OA296000"},
            ("passportNumber", "OA296000", "Afghan", "", "", ""),
        ),
        (
            {
                "TYPE_OF_DOCUMENT": "National Identification Number",
                "NUMBER": "55000",
                "COUNTRY_OF_ISSUE": "Testland",
            },
            ("idNumber", "55000", "Testland", "", "", ""),
        ),
        (
            {
                "TYPE_OF_DOCUMENT": "National Identification Number",
                "NOTE": "Italian Fiscal Code: DAOMMD74T11Z000Z",
            },
            ("taxNumber", "DAOMMD74T11Z000Z", "Italian", "", "", ""),
        ),
        (
            {"TYPE_OF_DOCUMENT": "Número de pasaporte", "NUMBER": "X2"},
            ("passportNumber", "X2", "", "", "", ""),
        ),
    ],
)
def test_documents(tmp_path: Path, parts: dict[str, str], expected: tuple[str, ...]) -> None:
    record, _ = read_individual(tmp_path, document(**parts))
    (identifier,) = documents_of(record)
    assert (
        identifier.prop,
        identifier.number,
        identifier.country,
        identifier.issued,
        identifier.expires,
        identifier.note,
    ) == expected


def test_a_document_without_a_number_is_a_note(tmp_path: Path) -> None:
    record, rejects = read_individual(
        tmp_path, document(TYPE_OF_DOCUMENT="Passport", ISSUING_COUNTRY="Testland")
    )
    assert (documents_of(record), rejects) == ([], [])
    assert record.texts("notes") == ("document: Passport; Testland",)


def test_aliases_have_birth_data_and_scripts(tmp_path: Path) -> None:
    record, _ = read_individual(
        tmp_path,
        "<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY>"
        "<ALIAS_NAME>Ali Probe; Aly Probe (علي)</ALIAS_NAME>"
        "<DATE_OF_BIRTH>1979-12-31</DATE_OF_BIRTH><CITY_OF_BIRTH>Testville</CITY_OF_BIRTH>"
        "<COUNTRY_OF_BIRTH>Testland</COUNTRY_OF_BIRTH>"
        "<NOTE>previously listed as. In Arabic: علي بروب</NOTE>"
        "</INDIVIDUAL_ALIAS><NAME_ORIGINAL_SCRIPT>ألفا</NAME_ORIGINAL_SCRIPT>",
    )
    assert set(record.texts("alias", "weakAlias")) == {
        "Ali Probe",
        "Aly Probe",
        "علي",
        "علي بروب",
        "ألفا",
    }
    assert (record.texts("birthDate"), record.texts("birthPlace")) == (
        ("1979-12-31",),
        ("Testville, Testland",),
    )


@pytest.mark.parametrize(
    ("comment", "prop", "texts"),
    [
        ("Gender: Male. More.", "gender", ("male",)),
        ("Father’s name is Ahmed Ezat Test.", "fatherName", ("Ahmed Ezat Test",)),
        ("Mother's name: Sfia bent Test", "motherName", ("Sfia bent Test",)),
        ("Killed on 3 December 2016 in Testville.", "deathDate", ("2016-12-03",)),
        ("Confirmed to have died on 30 Sep. 2011.", "deathDate", ("2011-09-30",)),
        ("Reportedly killed in 2012.", "deathDate", ()),
        ("Reported to have died in Testville on 9 May 2014.", "deathDate", ()),
        ("Associated with the late Ali Test (deceased).", "deathDate", ()),
    ],
)
def test_comments(tmp_path: Path, comment: str, prop: str, texts: tuple[str, ...]) -> None:
    record, _ = read_individual(tmp_path, f"<COMMENTS1>{comment}</COMMENTS1>")
    assert record.texts(prop) == texts
    assert record.texts("notes") == (comment,)


def test_a_truncated_file_keeps_the_entries_before_the_break(tmp_path: Path) -> None:
    document_text = build_un_document(
        "".join(un_individual(str(number)) for number in range(1, 400))
    )
    cut = document_text[: document_text.index("<DATAID>390</DATAID>") + 5]
    list_items = items(write(tmp_path, cut))
    records = [item.record.id for item in list_items if isinstance(item, LocatedRecord)]
    assert records == [f"un-sc:{number}" for number in range(1, 390)]
    (reject,) = [item for item in list_items if isinstance(item, Reject)]
    assert reject.line == cut.count("\n") + 1
    assert "breaks off" in reject.reason
    (info,) = read_lists([tmp_path]).lists
    assert info.broken
    assert not info.complete


@pytest.mark.parametrize(
    "text",
    [
        "",
        UN_HEAD,
        UN_HEAD + "<INDIVIDUALS><INDIVIDUAL><DATAID>1",
        "<OTHER/>",
        "no xml",
        "<OTHER><CONSOLIDATED_LIST/></OTHER>",
        "<a/>" + " " * 70_000,
    ],
)
def test_an_unreadable_file_is_one_clear_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as caught:
        items(write(tmp_path, text))
    assert str(caught.value).startswith("list.xml: ")
    assert "\n" not in str(caught.value)


BOMB = "".join(f'<!ENTITY x{level} "{f"&x{level - 1};" * 10}">' for level in range(1, 10))


@pytest.mark.parametrize(
    "definitions",
    [
        f'<!ENTITY x0 "ha">{BOMB}',
        '<!ENTITY x9 SYSTEM "file:///etc/hostname">',
        '<!ENTITY x9 SYSTEM "http://127.0.0.1:9/x">',
        '<!ENTITY % p SYSTEM "file:///etc/hostname"> %p; <!ENTITY x9 "y">',
        "",
    ],
)
def test_any_document_type_is_refused(tmp_path: Path, definitions: str) -> None:
    body = build_un_document(un_individual("1", "&x9;" if definitions else "A")).partition("\n")[2]
    text = f'<?xml version="1.0"?><!DOCTYPE CONSOLIDATED_LIST [{definitions}]>\n{body}'
    with pytest.raises(InputError, match=r"document type|no readable list"):
        items(write(tmp_path, text))


def test_an_undefined_entity_truncates_the_list(tmp_path: Path) -> None:
    list_items = items(
        write(tmp_path, build_un_document(un_individual("1") + un_individual("2", "&nobody;")))
    )
    assert [item.record.id for item in list_items if isinstance(item, LocatedRecord)] == ["un-sc:1"]
    assert any(isinstance(item, Reject) for item in list_items)


def test_an_entry_without_its_number_is_rejected(tmp_path: Path) -> None:
    list_items = items(
        write(tmp_path, build_un_document("<INDIVIDUAL><FIRST_NAME>A</FIRST_NAME></INDIVIDUAL>"))
    )
    assert [item.reason for item in list_items if isinstance(item, Reject)] == [
        "an entry without DATAID"
    ]


def test_an_empty_list_is_a_list(tmp_path: Path) -> None:
    assert items(write(tmp_path, build_un_document(""))) == [
        ListVersion("2026-02-27T00:00:09.554Z")
    ]


def test_detection(tmp_path: Path) -> None:
    file = SourceFile(write_sample(tmp_path))
    assert un_sc.detect_un_sc(file.head(), file)
    assert not un_sc.detect_un_sc(b"<?xml version='1.0'?><OTHER/>", file)


def test_passports_in_remarks_are_documents(tmp_path: Path) -> None:
    record, _ = read_individual(
        tmp_path,
        "<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Ali Probe, (b) Aly Probe</ALIAS_NAME>"
        "<NOTE>Passport No. 284158, expires 21 August 2005 (Iraq)</NOTE></INDIVIDUAL_ALIAS>"
        "<COMMENTS1>Has false passport number S335026. Passport number B1234567.</COMMENTS1>",
    )
    assert [(item.number, item.country, item.expires) for item in documents_of(record)] == [
        ("284158", "Iraq", "2005-08-21"),
        ("B1234567", "", ""),
    ]
    assert record.texts("alias") == ("Ali Probe", "Aly Probe")
