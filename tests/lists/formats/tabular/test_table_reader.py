"""Tables as CSV, JSON and Parquet."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resolver.errors import FormatError, InputError, MappingError
from resolver.lists.formats.tabular import table_files
from resolver.lists.formats.tabular.mapping import Mapping, build_mapping
from resolver.lists.parallel_reading import ReadingRules
from resolver.lists.reader_types import Intake
from resolver.lists.readers import read_lists
from resolver.records import Address, Grade, Handling, Identifier, Kind, Record, content_id


def mapped(**changes: Any) -> Mapping:
    content: dict[str, Any] = {
        "id": "id",
        "kind": "person",
        "source": "s",
        "properties": {"name": "name"},
    }
    return build_mapping(content | changes)


def read(path: Path, content: str | bytes, mapping: Mapping | None = None) -> Intake:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_lists([path], mapping=mapping)


def records(intake: Intake) -> list[Record]:
    return list(intake.batch.to_records())


def reasons(intake: Intake) -> list[tuple[int, str]]:
    return [(reject.line, reject.reason) for reject in intake.rejects]


def test_values_are_trimmed_and_empty_ones_left_out(tmp_path: Path) -> None:
    intake = read(
        tmp_path / "x.csv",
        "id,name,dob\n 7 ,  Anna  ,\n",
        mapped(properties={"name": "name", "birthDate": "dob"}),
    )
    (record,) = records(intake)
    assert (record.id, record.kind, record.schema, record.source) == (
        "s:7",
        Kind.PERSON,
        "Person",
        "s",
    )
    assert [(value.prop, value.text, value.origin) for value in record.values] == [
        ("name", "Anna", "name")
    ]


def test_several_columns_give_several_values_each_once(tmp_path: Path) -> None:
    mapping = mapped(properties={"alias": ["b", "a"]})
    (record,) = records(read(tmp_path / "x.csv", "id,a,b\n1,Zoe,Anna\n", mapping))
    assert [(value.text, value.origin) for value in record.values] == [("Anna", "b"), ("Zoe", "a")]
    (record,) = records(read(tmp_path / "x.csv", "id,a,b\n1,Zoe,Zoe\n", mapping))
    assert record.texts("alias") == ("Zoe",)


def test_cells_with_a_separator_hold_several_values(tmp_path: Path) -> None:
    intake = read(tmp_path / "x.csv", "id,name\n1,Zoe; Anna;;Zoe\n2,Bea\n", mapped(separator=";"))
    assert [record.texts("name") for record in records(intake)] == [("Anna", "Zoe"), ("Bea",)]


def test_an_invalid_date_is_left_out_with_a_reject(tmp_path: Path) -> None:
    mapping = mapped(properties={"name": "name", "birthDate": "dob"})
    intake = read(tmp_path / "x.csv", "id,name,dob\n1,Anna,31.02.1970\n2,Bea,5 May 1970\n", mapping)
    assert [record.texts("birthDate") for record in records(intake)] == [(), ("1970-05-05",)]
    assert reasons(intake) == [
        (2, "value not taken: birthDate '31.02.1970': there is no 1970-02-31")
    ]


@pytest.mark.parametrize(("day_first", "expected"), [(True, "1970-04-03"), (False, "1970-03-04")])
def test_the_mapping_decides_if_the_day_comes_first(
    tmp_path: Path, day_first: bool, expected: str
) -> None:
    mapping = mapped(properties={"name": "name", "birthDate": "dob"}, day_first=day_first)
    (record,) = records(read(tmp_path / "x.csv", "id,name,dob\n1,Anna,03/04/1970\n", mapping))
    assert record.texts("birthDate") == (expected,)


def test_numbers_and_addresses_are_packed(tmp_path: Path) -> None:
    mapping = mapped(
        properties={
            "passportNumber": "pass",
            "address": "addr",
            "address.city": "town",
            "address.country": "land",
        }
    )
    text = "id,pass,addr,town,land\n1,X 1,1 Road,Testville,xk\n2,X2,,,xk\n3,X3,,,\n"
    first, second, third = records(read(tmp_path / "x.csv", text, mapping))
    assert first.identifiers == (Identifier("passportNumber", "X 1", origin="pass"),)
    assert first.addresses == (
        Address(city="Testville", country="xk", origin="town, land"),
        Address("1 Road", origin="addr"),
    )
    assert (second.addresses, third.addresses) == (
        (Address(country="xk", origin="town, land"),),
        (),
    )


def test_kinds_come_from_a_column_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    text = "id,name,kind\n1,A,person\n2,B,Group\n3,C,Vessel\n4,D,robot\n5,E,\n6,F,Company\n"
    intake = read(tmp_path / "x.csv", text, mapped(kind="kind"))
    assert [(record.kind.label, record.schema) for record in records(intake)] == [
        ("person", "Person"),
        ("group", "Organization"),
        ("asset", "Vessel"),
        ("group", "Organization"),
    ]
    assert reasons(intake) == [
        (5, "kind 'robot' is no person, group or asset"),
        (6, "kind '' is no person, group or asset"),
    ]


def test_schemata_come_from_a_column_and_others_are_refused(tmp_path: Path) -> None:
    text = "id,name,schema\n1,A,Company\n2,B,Sanction\n3,C,LegalEntity\n"
    intake = read(tmp_path / "x.csv", text, mapped(kind=None, schema="schema"))
    assert [(record.kind, record.schema) for record in records(intake)] == [
        (Kind.GROUP, "Company"),
        (Kind.LEGAL, "LegalEntity"),
    ]
    assert reasons(intake) == [(3, "schema 'Sanction' is no person, group or asset")]


def test_handling_codes_are_read_refused_and_accepted(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("id,name,code\n1,A,H0\n2,B,H2\n3,C,\n4,D,secret\n")
    mapping = mapped(agency="Police", handling="code")
    intake = read_lists([path], mapping=mapping)
    assert [(record.id, record.handling) for record in records(intake)] == [
        ("s:1", Handling("Police")),
        ("s:3", Handling("Police")),
    ]
    assert [line for line, _ in reasons(intake)] == [3, 5]
    accepted = read_lists([path], mapping=mapping, rules=ReadingRules(accept_restricted=True))
    assert [record.handling.code for record in records(accepted)] == ["H0", "H2", "H0"]


@pytest.mark.parametrize("column", ["handling", "Handling code", "HandlingCode"])
def test_a_column_of_handling_codes_is_read_without_a_mapping(tmp_path: Path, column: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"id,name,{column}\n1,A,H0\n2,B,H2\n3,C,\n4,D,secret\n")
    intake = read_lists([path])
    assert [record.id for record in records(intake)] == ["x:1", "x:3"]
    assert [line for line, _ in reasons(intake)] == [3, 5]
    assert any(f"handling code from {column}" in line for line in intake.warnings)
    assert not any("not used" in line for line in intake.warnings)
    accepted = read_lists([path], rules=ReadingRules(accept_restricted=True))
    assert [record.handling.code for record in records(accepted)] == ["H0", "H2", "H0"]


FULL_HANDLING = Handling(
    "Police",
    "H1",
    Grade("4x4", "B"),
    Grade("4x4", "2"),
    "Victim",
    "prevention of crime",
    "2027-05-31",
    "not as evidence",
    "Art. 18(2)(a)",
)


def test_all_facts_of_a_handling_are_read_by_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "id,name,code,cond,sg,ig,about,until\n"
        "1,A,H1,not as evidence,B,2,Victim,2027-05-31\n"
        "2,B,,,,,,soon\n"
        "3,C,H9,,,,,\n"
    )
    mapping = mapped(
        agency="Police",
        handling="code",
        handling_facts={
            "conditions": "cond",
            "sourceScheme": {"text": "4x4"},
            "sourceGrade": "sg",
            "informationScheme": {"text": "4x4"},
            "informationGrade": "ig",
            "subjectCategory": "about",
            "purpose": {"text": "prevention of crime"},
            "legalBasis": {"text": "Art. 18(2)(a)"},
            "reviewDate": "until",
        },
    )
    intake = read_lists([path], mapping=mapping, rules=ReadingRules(accept_restricted=True))
    assert [record.handling for record in records(intake)] == [FULL_HANDLING]
    # a fact that cannot be read would protect the record less: its row is refused
    assert [(line, reason[:29]) for line, reason in reasons(intake)] == [
        (3, "the review date 'soon' is no "),
        (4, "handling code 'H9' is none of"),
    ]


@pytest.mark.parametrize("facts", [{"colour": "c"}, {"code": "c"}, {"reviewDate": {"text": "x"}}])
def test_a_mapping_names_facts_that_a_handling_has(facts: dict[str, Any]) -> None:
    with pytest.raises(MappingError, match="handling_facts"):
        mapped(handling_facts=facts)


def test_facts_of_a_handling_are_read_by_their_headers_and_in_json(tmp_path: Path) -> None:
    table = "id,name,Data subject category,Legal basis,Review date\n1,A,witness,Art. 4,2028-01\n"
    (record,) = records(read(tmp_path / "x.csv", table))
    assert record.handling == Handling(
        subject_category="witness", legal_basis="Art. 4", review_date="2028-01"
    )
    assert record.handling.is_vulnerable
    stated = {"code": "H0", "subjectCategory": "witness", "conditions": "ask first"}
    entity: dict[str, Any] = {
        "id": "1",
        "schema": "Person",
        "datasets": ["j"],
        "properties": {"name": ["A"]},
        "handling": stated,
    }
    (record,) = records(read(tmp_path / "x.ftm.json", json.dumps(entity) + "\n"))
    assert record.handling == Handling(subject_category="witness", conditions="ask first")
    other = {**entity, "id": "2", "handling": {"kode": "H3"}}
    lines = "".join(json.dumps(row) + "\n" for row in (entity, other))
    assert "a handling has no 'kode'" in reasons(read(tmp_path / "y.ftm.json", lines))[0][1]


def test_a_row_without_id_gets_one_from_its_content(tmp_path: Path) -> None:
    mapping = mapped(properties={"name": "name", "nationality": "land"})
    text = "id,name,land\n,Anna,xk\n9,Bea,xk\n,Anna,xk\n,Anna,xa\n"
    intake = read(tmp_path / "x.csv", text, mapping)
    generated_id = content_id("s", "Person\nname=Anna\nnationality=xk")
    assert {record.id for record in records(intake)} == {
        generated_id,
        content_id("s", "Person\nname=Anna\nnationality=xa"),
        "s:9",
    }
    assert intake.collapsed == 1
    swapped = read(tmp_path / "y.csv", "land,name,id\nxk,Anna,\n", mapping)
    assert [record.id for record in records(swapped)] == [generated_id]


def test_a_row_with_too_few_or_many_cells_is_refused_not_shifted(tmp_path: Path) -> None:
    text = "id,name,dob\n1,Anna\n2,Bea,1970,x\n3,Cleo,1971,,\n4,Dora,1972\n"
    intake = read(tmp_path / "x.csv", text, mapped())
    assert [record.id for record in records(intake)] == ["s:3", "s:4"]
    assert reasons(intake) == [
        (2, "the row has 2 cells where the header has 3"),
        (3, "the row has 4 cells where the header has 3"),
    ]


def test_a_missing_column_is_reported(tmp_path: Path) -> None:
    with pytest.raises(
        MappingError, match=r"^x\.csv: the table has no column 'name' .*It has: id, nom"
    ):
        read(tmp_path / "x.csv", "id,nom\n1,Anna\n", mapped())


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters_are_detected_in_the_header(tmp_path: Path, mark: str) -> None:
    intake = read(tmp_path / "x.txt", f"id{mark}name\n1{mark}Anna\n")
    assert [(record.id, record.caption) for record in records(intake)] == [("x:1", "Anna")]


def test_commas_in_a_header_are_no_delimiters(tmp_path: Path) -> None:
    text = "Name;Anschrift (Straße, Ort, Land)\nAnna;1 Weg\nBea;2 Weg\n"
    intake = read(tmp_path / "x.csv", text)
    assert [record.caption for record in records(intake)] == ["Anna", "Bea"]
    assert [record.addresses[0].full for record in records(intake)] == ["1 Weg", "2 Weg"]


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_the_delimiter_may_be_stated_in_a_line_for_excel(tmp_path: Path, mark: str) -> None:
    text = f"sep={mark}\nid{mark}name\n1{mark}Anna\n2\n"
    intake = read(tmp_path / "x.csv", text)
    assert [record.id for record in records(intake)] == ["x:1"]
    assert reasons(intake) == [(4, "the row has 1 cell where the header has 2")]
    mapping = mapped(delimiter=mark)
    assert [record.id for record in records(read(tmp_path / "x.csv", text, mapping))] == ["s:1"]


GERMAN = "Nr;Nachname;Straße;Geburtsdatum\n1;Müller;Gänseweg 3;04.05.1970\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_headers_and_cells_of_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    intake = read(tmp_path / "x.csv", GERMAN.encode(encoding))
    (record,) = records(intake)
    assert record.texts("lastName") == ("Müller",)
    assert record.texts("birthDate") == ("1970-05-04",)
    assert record.addresses[0].street == "Gänseweg 3"
    assert intake.rejects == ()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zero_bytes(tmp_path: Path, encoding: str) -> None:
    assert records(read(tmp_path / "x.csv", GERMAN.encode(encoding)))[0].caption == "Müller"


def test_a_cyrillic_header_in_windows_1251_is_read(tmp_path: Path) -> None:
    text = "Фамилия;Имя;Дата рождения\nПетров;Иван;01.02.1970\n"
    intake = read(tmp_path / "x.csv", text.encode("cp1251"))
    (record,) = records(intake)
    assert record.texts("lastName") == ("Петров",)
    assert record.texts("firstName") == ("Иван",)
    assert "windows-1251" in "".join(intake.warnings)


def test_a_mapping_may_set_the_delimiter(tmp_path: Path) -> None:
    intake = read(
        tmp_path / "x.txt",
        "id~name,a,b\n1~Anna\n",
        mapped(properties={"name": "name,a,b"}, delimiter="~"),
    )
    assert records(intake)[0].caption == "Anna"


def test_a_header_without_rows_is_an_empty_list(tmp_path: Path) -> None:
    intake = read(tmp_path / "x.csv", "id,name\n")
    assert (len(intake.batch), intake.rejects, intake.lists[0].records) == (0, (), 0)


def test_a_guessed_mapping_is_a_warning(tmp_path: Path) -> None:
    intake = read(tmp_path / "people.csv", "id,surname,cluster\n1,Anna,0\n")
    assert intake.warnings[0].startswith("people.csv: no mapping was given and one was guessed")
    assert records(intake)[0].values[0].prop == "lastName"


def test_a_mapping_may_declare_a_list_free_of_duplicates(tmp_path: Path) -> None:
    intake = read(tmp_path / "x.csv", "id,name\n1,Anna\n", mapped(deduplicated=True))
    assert intake.deduplicated_sources == {"s"}


def test_json_lines_hold_lists_numbers_and_gaps(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "name": ["Anna", None, "Zoe"], "year": 1970},
        {"id": 2.0, "name": "Bea", "year": 1971.0, "extra": {"a": 1}},
        {"id": "3", "name": None},
        {"id": 4, "name": [{"first": "x"}]},
        {"id": True, "name": "Eve"},
    ]
    mapping = mapped(properties={"name": "name", "birthDate": "year"})
    intake = read(tmp_path / "x.jsonl", "\n".join(map(json.dumps, rows)), mapping)
    assert [
        (record.id, record.texts("name"), record.texts("birthDate")) for record in records(intake)
    ] == [
        ("s:1", ("Anna", "Zoe"), ("1970",)),
        ("s:2", ("Bea",), ("1971",)),
        ("s:true", ("Eve",), ()),
    ]
    assert [line for line, _ in reasons(intake)] == [3, 4]


def test_a_json_array_is_a_table_too(tmp_path: Path) -> None:
    text = json.dumps([{"id": "1", "surname": "Anna"}, {"id": "2", "surname": "Bea"}], indent=2)
    assert [record.id for record in records(read(tmp_path / "x.json", text))] == ["x:1", "x:2"]


def parquet(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_columns_of_any_plain_type_become_text(tmp_path: Path) -> None:
    path = parquet(
        tmp_path / "x.parquet",
        id=pa.array([1, 2, None]),
        name=pa.array(["Anna", "Bea", "Cleo"]).dictionary_encode(),
        dob=pa.array([datetime.date(1970, 1, 2), None, datetime.date(1971, 3, 4)]),
        alias=pa.array([["A", None], None, []], pa.list_(pa.string())),
        height=pa.array([1.5, 160.0, float("nan")]),
    )
    mapping = mapped(
        properties={"name": "name", "birthDate": "dob", "alias": "alias", "height": "height"}
    )
    first, second, third = sorted(
        records(read_lists([path], mapping=mapping)), key=lambda record: record.caption
    )
    assert (first.id, first.texts("birthDate"), first.texts("alias"), first.texts("height")) == (
        "s:1",
        ("1970-01-02",),
        ("A",),
        ("1.5",),
    )
    assert (second.texts("birthDate"), second.texts("alias"), second.texts("height")) == (
        (),
        (),
        ("160",),
    )
    assert third.id.startswith("s:~")
    assert (third.texts("birthDate"), third.texts("height")) == (("1971-03-04",), ())


def test_nested_types_are_one_clear_line(tmp_path: Path) -> None:
    path = parquet(tmp_path / "x.parquet", id=[1], name=[{"first": "A"}])
    with pytest.raises(InputError, match=r"x\.parquet: column 'name' holds struct"):
        read_lists([path], mapping=mapped())


def test_a_damaged_parquet_is_one_clear_line(tmp_path: Path) -> None:
    path = parquet(tmp_path / "x.parquet", id=[1], name=["A"])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"x\.parquet: the Parquet file is damaged"):
        read_lists([path], mapping=mapped())


def test_a_parquet_with_invalid_unicode_is_one_clear_line(tmp_path: Path) -> None:
    raw = pa.array([b"Anna", b"An\xffna"])
    names = pa.StringArray.from_buffers(len(raw), *raw.buffers()[1:])
    path = parquet(tmp_path / "x.parquet", id=[1, 2], name=names)
    with pytest.raises(InputError, match=r"x\.parquet: the Parquet file is damaged: .*UTF8"):
        read_lists([path])


def test_a_parquet_without_plain_names_says_its_columns(tmp_path: Path) -> None:
    path = parquet(tmp_path / "x.parquet", a=[1], b=["A"])
    with pytest.raises(FormatError, match="the table has a, b"):
        read_lists([path])
    with pytest.raises(
        FormatError, match=r"no column is recognized as a name; the table has a, b \(.*--mapping"
    ):
        read_lists([path], format="tabular")


@pytest.mark.parametrize(
    ("proofs", "expected", "words"),
    [
        (("8/20/1985",), ("1970-03-04",), "month first, as 8/20/1985 shows"),
        (("20/8/1985",), ("1970-04-03",), "day first, as 20/8/1985 shows"),
        (("8/20/1985", "20/8/1985"), ("1970-03-04", "1970-04-03"), "day_first in a mapping"),
        (("1985-08-20",), ("1970-03-04", "1970-04-03"), "no date shows"),
    ],
)
def test_the_dates_of_a_table_show_if_the_month_comes_first(
    tmp_path: Path, proofs: tuple[str, ...], expected: tuple[str, ...], words: str
) -> None:
    mapping = mapped(properties={"name": "name", "birthDate": "dob"})
    rows = [f"{row},Anna,{date}\n" for row, date in enumerate(("3/4/1970", *proofs))]
    intake = read(tmp_path / "x.csv", "id,name,dob\n" + "".join(rows), mapping)
    first, second, *_ = records(intake)
    assert first.texts("birthDate") == expected
    assert second.texts("birthDate") == ("1985-08-20",)
    assert reasons(intake) == []
    (note,) = intake.warnings
    assert words in note


def test_a_proof_in_a_later_chunk_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_files, "CHUNK", 2)
    mapping = mapped(properties={"name": "name", "birthDate": "dob"}, separator="|")
    text = "id,name,dob\n1,A,3/4/1970\n2,B,1970\n3,C,\n4,D,1971|8/20/1985\n"
    first, *_ = records(read(tmp_path / "x.csv", text, mapping))
    assert first.texts("birthDate") == ("1970-03-04",)


def test_years_of_two_digits_are_read_and_said(tmp_path: Path) -> None:
    mapping = mapped(properties={"name": "name", "birthDate": "dob"}, day_first=False)
    text = "id,name,dob\n1,A,10/9/76\n2,B,24-May-11\n3,C,24 mai 1985\n4,D,11 listopada 1980\n"
    intake = read(tmp_path / "x.csv", text, mapping)
    assert [record.texts("birthDate") for record in records(intake)] == [
        ("1976-10-09",),
        ("2011-05-24",),
        ("1985-05-24",),
        ("1980-10-11", "1980-11-11"),
    ]
    (note,) = intake.warnings
    assert "years of two digits (2 dates)" in note
