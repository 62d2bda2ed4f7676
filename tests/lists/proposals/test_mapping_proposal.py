"""Proposed mappings: they say what was recognized and why, and can be used as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resolver.errors import FormatError, InputError, MappingError
from resolver.lists.formats.tabular.mapping import Mapping, load_mapping
from resolver.lists.list_sample import sample_lists
from resolver.lists.proposals import propose_mapping
from resolver.lists.readers import read_lists
from tests.lists.samples import write_ftm, write_tabular

GERMAN = (
    "Akte;Nachname;Vorname;Geburtsdatum;mail;Bemerkung: allg.\n"
    "A17;Müller;Anna;04.05.1970;a@example.org;\n"
    "A18;Åsen;Bo;23.05.1980;;x\n"
    "A19;Ek;Cy;01.02.1990;c@example.org;y z\n"
)


def proposal(path: Path, content: str | bytes = "") -> tuple[str, Mapping]:
    """Return the proposed text, and the mapping that it is."""
    if content:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    text = propose_mapping(path)
    saved = path.with_name("saved.yml")
    saved.write_text(text, "utf-8")
    return text, load_mapping(saved)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_proposal_can_be_saved_and_used(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "people.csv"
    text, mapping = proposal(path, GERMAN.encode(encoding))
    assert (mapping.id, mapping.kind, mapping.source) == ("Akte", "person", "people")
    assert mapping.delimiter == ";"
    assert mapping.properties == {
        "lastName": ("Nachname",),
        "firstName": ("Vorname",),
        "birthDate": ("Geburtsdatum",),
        "email": ("mail",),
        "notes": ("Bemerkung: allg.",),
    }
    intake = read_lists([path], mapping=mapping)
    assert not intake.rejects
    assert len(intake.batch) == 3
    line = next(line for line in text.splitlines() if "Geburtsdatum" in line)
    assert "German name of birthDate; filled 100%, different 100%: 100% dates" in line
    assert '  notes: "Bemerkung: allg."' in text


def test_values_decide_about_columns_of_unknown_names(tmp_path: Path) -> None:
    rows = "\n".join(
        f"{number},{kind},{name},19{number}-01-02,{country},+47 22 33 44 {number},{number * 7}"
        for number, kind, name, country in [
            (70, "person", "Anna Ek", "NO"),
            (71, "company", "Bo Åsen", "Peru"),
            (72, "person", "Cy Silva", "DE"),
        ]
    )
    text, mapping = proposal(tmp_path / "x.csv", f"a,b,c,d,e,f,g\n{rows}\n")
    # a number that nothing names may be a room or a year: no id
    assert (mapping.id, mapping.kind) == (None, "b")
    assert mapping.properties == {
        "name": ("c",),
        "birthDate": ("d",),
        "country": ("e",),
        "phone": ("f",),
    }
    assert "by its values; the name is not known" in text
    assert len(read_lists([tmp_path / "x.csv"], mapping=mapping).batch) == 3


@pytest.mark.parametrize(
    ("column", "numbers", "is_id"),
    [
        ("Matrícula", ("A-17", "A-18", "A-19"), True),
        ("Matrícula", ("A-17", "A-17", "A-19"), False),
        ("Cód. cliente", ("100234", "100235", "100236"), True),
        ("Prisoner No", ("A1", "A2", ""), False),
        ("Zimmer", ("101", "102", "103"), False),
        ("Denuncia nº", ("101", "102", "103"), True),
        ("Denuncia nº", ("101", "101", "103"), False),
        ("Habitación nº", ("101", "102", "103"), False),
    ],
)
def test_proposal_preview_and_run_agree_on_the_id(
    column: str, numbers: tuple[str, ...], is_id: bool, tmp_path: Path
) -> None:
    people = ("Ana Gil,1970-02-03", "Luis Paz,1981-04-05", "Eva Mora,1992-06-07")
    rows = "\n".join(map(",".join, zip(numbers, people, strict=True)))
    path = tmp_path / "x.csv"
    _, mapping = proposal(path, f"{column},Nombre,Fecha de nacimiento\n{rows}\n")
    assert mapping.id == (column if is_id else None)
    ids = read_lists([path]).batch.ids.to_pylist()
    assert (sorted(ids) == [f"x:{number}" for number in numbers]) == is_id
    assert sorted(read_lists([path], mapping=mapping).batch.ids.to_pylist()) == sorted(ids)
    samples, _ = sample_lists([path])
    assert sorted(record.id for record in samples[0].records) == sorted(ids)


def test_countries_of_a_route_are_not_those_of_the_person(tmp_path: Path) -> None:
    rows = "Anna Ek,Türkiye,Germany\nBo Åsen,Libya,Italy\n"
    _, mapping = proposal(tmp_path / "x.csv", f"name,route_from,route_to\n{rows}")
    assert mapping.properties == {
        "name": ("name",),
        "route.source": ("route_from",),
        "route.destination": ("route_to",),
    }


def test_cells_with_several_values_and_month_first_dates_are_recognized(tmp_path: Path) -> None:
    content = "id,name,aka,dob\n1,Anna Ek,A;B,05/23/1970\n2,Bo Ek,C;D,04/05/1980\n"
    _, mapping = proposal(tmp_path / "x.csv", content)
    assert (mapping.separator, mapping.day_first) == (";", False)
    intake = read_lists([tmp_path / "x.csv"], mapping=mapping)
    dates = [record.texts("birthDate") for record in intake.batch.to_records()]
    assert dates == [("1970-05-23",), ("1980-04-05",)]
    _, mixed = proposal(tmp_path / "y.csv", content + "3,Cy Ek,E,24/05/1980\n")
    # the file itself says so when it is read
    assert mixed.day_first is None
    _, dotted = proposal(tmp_path / "z.csv", content + "3,Cy Ek,E,04.05.1980\n")
    # day first, as dates with dots are wherever nothing proves otherwise
    assert dotted.day_first is None


def test_several_columns_of_a_property_are_listed(tmp_path: Path) -> None:
    content = "id,name,alias,aka\n1,Anna Ek,A B,C D\n"
    _, mapping = proposal(tmp_path / "x.csv", content)
    assert mapping.properties["alias"] == ("alias", "aka")


def test_without_a_name_the_proposal_asks_for_one(tmp_path: Path) -> None:
    text, mapping = proposal(tmp_path / "x.csv", "id,dob,k\n1,1970,5\n2,1980,6\n")
    assert 'name: "?"' in text
    assert "no column looks like a name" in text
    with pytest.raises(MappingError, match=r"no column '\?'"):
        read_lists([tmp_path / "x.csv"], mapping=mapping)


@pytest.mark.parametrize(
    "name",
    [
        "a: b",
        "# a",
        "'a",
        '"a',
        "a\tb",
        "- a",
        "{a}",
        "[a",
        "yes",
        "1",
        "ä #x",
        "*a",
        "a\u2028b",
        "%",
    ],
)
def test_any_name_of_a_column_survives(tmp_path: Path, name: str) -> None:
    rows = [{name: "Anna Ek", "dob": "1970", f"{name}{name}": "x y z 1 2 3 4 5 6"}]
    path = tmp_path / "x.jsonl"
    _, mapping = proposal(path, "\n".join(map(json.dumps, rows)))
    assert mapping.properties["name"] == (name,)
    (record,) = read_lists([path], mapping=mapping).batch.to_records()
    assert record.caption == "Anna Ek"


def test_files_that_need_no_mapping_or_are_no_table(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"the format is ftm, which needs no mapping"):
        propose_mapping(write_ftm(tmp_path))
    page = tmp_path / "page.html"
    page.write_text("<html></html>")
    with pytest.raises(FormatError, match=r"page\.html: no table was found"):
        propose_mapping(page)
    empty = tmp_path / "empty.csv"
    empty.write_text("id,name\n")
    with pytest.raises(InputError, match=r"empty\.csv: the table has a header and no rows"):
        propose_mapping(empty)


def test_of_several_tables_the_first_with_a_known_header_is_examined(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "a.csv").write_text("x,y\n1,2\n")
    write_tabular(folder)
    text = propose_mapping(folder)
    assert text.startswith("# people.csv: 3 rows")
    assert "# Not examined: a.csv." in text


def test_facts_of_a_handling_stay_in_a_written_mapping(tmp_path: Path) -> None:
    rows = "id,name,subject_category,conditions_of_use\n1,Ann Lee,victim,ask first\n"
    text, mapping = proposal(tmp_path / "seen.csv", rows)
    assert "handling_facts:" in text
    assert mapping.handling_facts == {
        "conditions": "conditions_of_use",
        "subjectCategory": "subject_category",
    }
    assert list(mapping.properties) == ["name"]
