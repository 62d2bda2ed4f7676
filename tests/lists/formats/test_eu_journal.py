"""Annexes of EU regulations: cells from prose."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.errors import InputError
from resolver.lists.formats import eu_journal
from resolver.lists.formats.eu_journal import split_capitalized_name
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import ListUnit, LocatedRecord, Reject
from resolver.lists.readers import read_lists
from resolver.records import Activity, Record
from tests.lists.samples_lists import EU_COLUMNS
from tests.lists.samples_lists import write_eu_journal as write_sample


def read(path: Path) -> tuple[list[Record], list[Reject]]:
    items = list(eu_journal.read_eu_journal(ListUnit((SourceFile(path),))))
    return [item.record for item in items if isinstance(item, LocatedRecord)], [
        item for item in items if isinstance(item, Reject)
    ]


def read_row(folder: Path, schema: str = "Person", **cells: str) -> tuple[Record, list[Reject]]:
    row = {"recordId": "7", "schema": schema, "name": "Ali TEST", **cells}
    (record,), rejects = read(write_sample(folder, [row]))
    return record, rejects


def test_rows(tmp_path: Path) -> None:
    (person, other, company), rejects = read(write_sample(tmp_path))
    assert rejects == []
    assert (person.id, company.id) == ("eu-journal:39999R0001/I/1", "eu-journal:39999R0001/I/3")
    assert other.id.startswith("eu-journal:~")
    expected = {
        "name": ("Ivan Petrovich TESTOV",),
        "firstName": ("Ivan",),
        "fatherName": ("Petrovich",),
        "lastName": ("TESTOV",),
        "alias": ("Иван Петрович ТЕСТОВ", "Ivan TESTOFF"),
        "birthDate": ("1972-11-26",),
        "birthPlace": ("Testgrad, former USSR (now Russian Federation)",),
        "birthCountry": ("Russian Federation",),
        "nationality": ("Russian",),
        "gender": ("male",),
        "program": ("EU-TST",),
    }
    assert {prop: person.texts(prop) for prop in expected} == expected
    assert other.texts("birthDate") == ("1960", "1961")
    assert (company.schema, company.texts("name", "abbreviation")) == (
        "Company",
        ("Example Trading LLC", "ETL"),
    )
    assert [(item.prop, item.number) for item in company.identifiers] == [("innCode", "7707083893")]
    assert [(address.full, address.country) for address in company.addresses] == [
        ("1 Sample Street, Testgrad", "Russian Federation")
    ]


@pytest.mark.parametrize(("names", "target"), [(1, "eu-journal:39999R0001/I/1"), (2, "")])
def test_a_name_that_two_entries_have_names_neither(
    tmp_path: Path, names: int, target: str
) -> None:
    rows = [
        {"recordId": str(number), "schema": "Person", "name": "QUELL Amaro"}
        for number in range(1, names + 1)
    ]
    rows.append({"recordId": "9", "name": "Ali TEST", "reason": "Brother of Amaro Quell."})
    (*_, record), _ = read(write_sample(tmp_path, [{"schema": "Person", **row} for row in rows]))
    (relation,) = record.relations
    assert (relation.target_name, relation.target_id) == ("Amaro Quell", target)


def test_programs_against_terror_say_what_entries_do(tmp_path: Path) -> None:
    listed, _ = read_row(tmp_path, programKey="EU-TAQA-EUAQ")
    other, _ = read_row(tmp_path, programKey="EU-SYR")
    assert (listed.activities, other.activities) == ((Activity.TERRORISM,), ())


def test_a_file_with_only_a_header_is_an_empty_list(tmp_path: Path) -> None:
    assert read(write_sample(tmp_path, [])) == ([], [])
    (info,) = read_lists([write_sample(tmp_path, []), *()]).lists
    assert (info.format, info.records, info.deduplicated) == ("eu_journal", 0, False)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ({"alias": "Kim; Aly TEST"}, {("weakAlias", "Kim"), ("alias", "Aly TEST")}),
        ({"alias": "‘The Tiger’; Test Two"}, {("weakAlias", "The Tiger"), ("alias", "Test Two")}),
        ({"alias": "(a) Aly TEST, (b) Eli TEST"}, {("alias", "Aly TEST"), ("alias", "Eli TEST")}),
        ({"alias": "Aly TEST (Али ТЕСТ)"}, {("alias", "Aly TEST"), ("alias", "Али ТЕСТ")}),
        (
            {"alias": "Aly TEST (Date of birth: 22.8.1973; place of birth: Testland)"},
            {("alias", "Aly TEST"), ("birthDate", "1973-08-22"), ("birthPlace", "Testland")},
        ),
        (
            {"weakAlias": "Abu Test; Abu Probe"},
            {("weakAlias", "Abu Test"), ("weakAlias", "Abu Probe")},
        ),
        ({"previousName": "PROBA"}, {("previousName", "Ali PROBA")}),
        (
            {"nationality": "Russian and Ukrainian"},
            {("nationality", "Russian"), ("nationality", "Ukrainian")},
        ),
        (
            {"nationality": "Syrian/Lebanese"},
            {("nationality", "Syrian"), ("nationality", "Lebanese")},
        ),
        (
            {"nationality": "(a) German, (b) Algerian"},
            {("nationality", "German"), ("nationality", "Algerian")},
        ),
        ({"nationality": "Trinidad and Tobago"}, {("nationality", "Trinidad and Tobago")}),
        ({"nationality": "Myanmar/Burma"}, {("nationality", "Myanmar/Burma")}),
        ({"nationality": "Jordanian (presumed)"}, {("nationality", "Jordanian")}),
        ({"birthPlace": "Mosul or Baghdad"}, {("birthPlace", "Mosul"), ("birthPlace", "Baghdad")}),
        (
            {"birthPlace": "(a) Sfax, Tunisia, (b) Oran (Algeria)"},
            {
                ("birthPlace", "Sfax, Tunisia"),
                ("birthPlace", "Oran (Algeria)"),
                ("birthCountry", "Tunisia"),
                ("birthCountry", "Algeria"),
            },
        ),
        ({"birthPlace": "N/D"}, set()),
        (
            {"birthDate": "20.8.1963 POB: Testville, Tunisia Nationality: Russian Gender: male"},
            {
                ("birthDate", "1963-08-20"),
                ("birthPlace", "Testville, Tunisia"),
                ("birthCountry", "Tunisia"),
                ("nationality", "Russian"),
                ("gender", "male"),
            },
        ),
        (
            {"position": "Maulavi; Head of Samples"},
            {("title", "Maulavi"), ("position", "Head of Samples")},
        ),
        ({"gender": "Female."}, {("gender", "female")}),
        ({"fatherName": "Ali Test – علي"}, {("fatherName", "Ali Test"), ("fatherName", "علي")}),
        ({"startDate": "23.2.2022"}, {("createdAt", "2022-02-23")}),
        ({"reason": "For testing."}, {("summary", "For testing.")}),
        (
            {"phone": "+ 7 (495) 552-43-94; 8 (495) 693 32 56"},
            {("phone", "+7 (495) 552-43-94"), ("phone", "8 (495) 693 32 56")},
        ),
        (
            {"email": "a@example.org, b@example.org"},
            {("email", "a@example.org"), ("email", "b@example.org")},
        ),
        (
            {"website": "https://example.org/x; www.example.com"},
            {("website", "https://example.org/x"), ("website", "www.example.com")},
        ),
        (
            {"notes": "Father’s name is Lakhdar"},
            {("notes", "Father’s name is Lakhdar"), ("fatherName", "Lakhdar")},
        ),
    ],
)
def test_cells_of_persons(
    tmp_path: Path, cells: dict[str, str], values: set[tuple[str, str]]
) -> None:
    record, rejects = read_row(tmp_path, **cells)
    noted = {"name", "firstName", "lastName", "program"} | (
        set() if "notes" in cells else {"notes"}
    )
    assert {
        (value.prop, value.text) for value in record.values if value.prop not in noted
    } == values
    assert rejects == []


def test_doubts_about_a_nationality_are_notes(tmp_path: Path) -> None:
    record, _ = read_row(tmp_path, nationality="allegedly Russian")
    assert record.texts("nationality", "notes") == ("Russian", "nationality: allegedly Russian")


def test_documents_within_the_nationality_are_read(tmp_path: Path) -> None:
    record, _ = read_row(tmp_path, nationality="Tunisian. National Identification No.: 08619000")
    assert record.texts("nationality") == ("Tunisian",)
    assert [(item.prop, item.number) for item in record.identifiers] == [("idNumber", "08619000")]


@pytest.mark.parametrize(
    "text", ["before 1964", "28 September; (year unknown)", "Approximately (29 years old)"]
)
def test_a_birth_date_that_cannot_be_read_is_a_note_and_a_reject(tmp_path: Path, text: str) -> None:
    record, (reject,) = read_row(tmp_path, birthDate=text)
    assert record.texts("birthDate", "notes") == (f"birthDate: {text}",)
    assert reject.reason.startswith("record eu-journal:39999R0001/I/7: value not taken: birthDate")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("1 Test St, Tehran, Iran; Iran", [("1 Test St, Tehran", "Iran")]),
        ("Tehran (Iran)", [("Tehran", "Iran")]),
        ("Russian Federation, 199155, Testgrad", [("199155, Testgrad", "Russian Federation")]),
        ("Iran", [("", "Iran")]),
        ("(a) Oran, Algeria, (b) Testville", [("Oran", "Algeria"), ("Testville", "")]),
        (
            '"1 Test St; flat 2; Oran, Algeria"',
            [("1 Test St", ""), ("flat 2", ""), ("Oran", "Algeria")],
        ),
    ],
)
def test_addresses(tmp_path: Path, address: str, expected: list[tuple[str, str]]) -> None:
    record, _ = read_row(tmp_path, address=address)
    assert [(item.full, item.country) for item in record.addresses] == expected


@pytest.mark.parametrize(
    ("cells", "schema"),
    [
        ({"name": "Sample Works LLC"}, "Company"),
        ({"name": "Samplex", "legalForm": "Joint Stock Company"}, "Company"),
        ({"name": "Samplex", "ogrnCode": "1027700132195"}, "Company"),
        ({"name": "Ministry of Samples"}, "Organization"),
        ({"name": "Samplex"}, "LegalEntity"),
        ({"name": "Ivan TESTOV"}, "LegalEntity"),
    ],
)
def test_legal_entities_are_narrowed(tmp_path: Path, cells: dict[str, str], schema: str) -> None:
    record, _ = read_row(tmp_path, "LegalEntity", **cells)
    assert record.schema == schema


def test_an_unknown_schema_is_guessed_and_noted(tmp_path: Path) -> None:
    record, rejects = read_row(tmp_path, "Minister", birthDate="1970")
    assert (record.schema, rejects) == ("Person", [])
    assert "schema: Minister" in record.texts("notes")
    assert read_row(tmp_path, "Thingy", name="Samplex")[0].schema == "LegalEntity"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (
            "Ivan Petrovich TESTOV",
            [("firstName", "Ivan"), ("fatherName", "Petrovich"), ("lastName", "TESTOV")],
        ),
        ("Ali Hassan AL TEST", [("firstName", "Ali Hassan"), ("lastName", "AL TEST")]),
        ("KIM Test Song", [("firstName", "Test Song"), ("lastName", "KIM")]),
        ("Ali al-TEST", [("firstName", "Ali"), ("lastName", "al-TEST")]),
        ("ALI TEST", []),
        ("Ali Test", []),
        ("Ali TEST Probe", []),
    ],
)
def test_capitals_give_the_name_parts(name: str, parts: list[tuple[str, str]]) -> None:
    assert split_capitalized_name(name) == parts


def test_bad_rows_cost_only_themselves(tmp_path: Path) -> None:
    path = write_sample(tmp_path)
    text = path.read_text("utf-8")
    path.write_text(
        text + "1,2,3\n" + ",".join(["39999R0001", *[""] * (len(EU_COLUMNS) - 1)]) + "\n", "utf-8"
    )
    records, rejects = read(path)
    assert len(records) == 3
    assert [reject.line for reject in rejects] == [5, 6]


def test_a_giant_cell_becomes_an_unread_note(tmp_path: Path) -> None:
    record, (reject,) = read_row(tmp_path, address="x;" * eu_journal.MAX_CELL)
    assert record.addresses == ()
    assert "characters long" in reject.reason
    assert any(len(text) > eu_journal.MAX_CELL for text in record.texts("notes"))


def test_another_header_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    for text in ("celex,recordId,annex\n", ""):
        path.write_text(text, "utf-8")
        with pytest.raises(InputError):
            read(path)


def test_numbers_leave_addresses_and_faxes_are_no_phones(tmp_path: Path) -> None:
    company, rejects = read_row(
        tmp_path,
        "LegalEntity",
        address="1 Road, Testville (Tel. +99 155501/2); Company Number IMO 5434358",
        phone="555001, info@x.example, Fax: 555002, 555003",
        notes="INN/KPP 5008011331/771701001",
    )
    assert rejects == []
    assert [address.full for address in company.addresses] == ["1 Road, Testville"]
    assert company.texts("phone") == ("+99 155501", "+99 155502", "555001")
    assert company.texts("email") == ("info@x.example",)
    assert company.texts("notes") == (
        "phone: Fax: 555002",
        "phone: 555003",
        "INN/KPP 5008011331/771701001",
    )
    assert {(item.prop, item.number) for item in company.identifiers} == {
        ("imoNumber", "5434358"),
        ("innCode", "5008011331"),
        ("kppCode", "771701001"),
    }


def test_lists_of_names_in_one_item_are_split(tmp_path: Path) -> None:
    group, _ = read_row(
        tmp_path,
        "LegalEntity",
        name="Red Front and the following subsidiaries:",
        alias="ПАО ‘Банк АБВ’, ПАО ‘Абвбанк’; Rote Front, (b), Front Rouge, (c) FR",
        previousName="Old Front, Former Front, OF",
    )
    assert group.texts("previousName") == ("Old Front", "Former Front", "OF")
    assert group.texts("name") == ("Red Front",)
    assert group.texts("alias") == (
        "ПАО ‘Банк АБВ’",
        "ПАО ‘Абвбанк’",
        "Rote Front",
        "Front Rouge",
        "FR",
    )
    assert group.texts("notes") == ("Red Front: and the following subsidiaries:",)


def test_an_armed_group_is_no_company(tmp_path: Path) -> None:
    group, _ = read_row(tmp_path, "LegalEntity", name="Testov Group", alias="Mullah Testov Group")
    assert group.schema == "Organization"


def test_passports_in_remarks_are_documents(tmp_path: Path) -> None:
    person, _ = read_row(tmp_path, notes="Passport No A-123456 (Testland). Single.")
    assert [(item.prop, item.number) for item in person.identifiers] == [
        ("passportNumber", "A-123456")
    ]
    assert person.texts("notes") == ("Passport No A-123456 (Testland). Single.",)


def test_words_of_a_persian_name_follow_the_latin_one(tmp_path: Path) -> None:
    person, _ = read_row(tmp_path, name="SAFARI Parastou", alias="سفرﻯ پرستو; پرستو سفری")
    assert person.texts("alias") == ("پرستو سفرﻯ", "پرستو سفری")
    assert person.texts("notes") == ("alias: سفرﻯ پرستو",)
