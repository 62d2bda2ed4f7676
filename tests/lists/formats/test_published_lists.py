"""Lists in the layouts of their publishers: what is written is read, and nothing is left over."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from resolver.lists.formats.layouts import IGNORED, NOTE, PROPERTY, load_layout
from resolver.lists.readers import read_lists
from resolver.records import Activity, Record, RelationType
from tests.lists.published_lists import (
    ICIJ_COLUMNS,
    OTHER_WRITERS,
    PERSON,
    SHIP,
    WRITERS,
    Subject,
    eu_xml,
    icij_files,
    make_subjects,
    write_icij,
    write_list,
)

COUNT = 40
for_each_format = pytest.mark.parametrize("name", list(WRITERS))
LISTS_ACTIVITIES = {"uk_list_xml", "uk_list_csv", "uk_ofsi_csv"}


def read_subjects(folder: Path, name: str) -> dict[str, Record]:
    """Write a list and return its records by their main name."""
    intake = read_lists([write_list(folder, name, COUNT)])
    assert intake.rejects == ()
    return {record.caption: record for record in intake.batch.to_records()}


@for_each_format
def test_a_generated_list_is_read_whole(name: str, tmp_path: Path) -> None:
    records = read_subjects(tmp_path, name)
    subjects = make_subjects(COUNT)
    assert len(records) == len(subjects)
    for subject in subjects:
        record = records[subject.name]
        assert record.texts("name") == (subject.name,)
        assert subject.alias in record.texts("alias")
        assert record.texts("weakAlias") == (subject.weak_alias,)
        (address,) = record.addresses
        assert (address.city, address.country.title()) == subject.place
        if subject.schema == PERSON:
            _check_person(record, subject)
        elif subject.schema == SHIP:
            assert subject.imo in {item.number for item in record.identifiers}


def _check_person(record: Record, subject: Subject) -> None:
    town, country = subject.place
    assert record.schema == PERSON
    assert record.texts("firstName") == (subject.given,)
    assert record.texts("lastName") == (subject.family,)
    assert record.texts("birthDate") == (subject.birth_date,)
    assert f"{town}, {country}" in {text.title() for text in record.texts("birthPlace")}
    assert [text.title() for text in record.texts("nationality")] == [country]
    assert subject.document in {
        item.number for item in record.identifiers if item.prop == "passportNumber"
    }
    assert record.texts("gender") == ("male",)


@for_each_format
def test_crimes_are_read_from_programs_and_reasons(name: str, tmp_path: Path) -> None:
    records = read_subjects(tmp_path, name)
    for subject in make_subjects(COUNT):
        activities = set(records[subject.name].activities)
        if name.startswith("ofac"):
            expected = {Activity.TERRORISM} if subject.number % 2 else set()
        elif name.startswith("uk"):
            expected = {Activity.HUMAN_TRAFFICKING, Activity.PEOPLE_SMUGGLING}
        else:
            expected = {Activity.PEOPLE_SMUGGLING} if subject.number % 2 else set()
            expected |= (
                {Activity.TERRORISM} if subject.program == "TAQA" and "eu" in name else set()
            )
        assert activities == expected


@pytest.mark.parametrize("name", [name for name in WRITERS if not name.startswith("ofac")])
def test_reference_numbers_are_identifiers(name: str, tmp_path: Path) -> None:
    records = read_subjects(tmp_path, name)
    for subject in make_subjects(COUNT):
        numbers = {
            item.number for item in records[subject.name].identifiers if item.prop == "unscId"
        }
        assert numbers == {subject.reference}


@pytest.mark.parametrize(
    ("left", "right"), [("eu_fsf_xml", "eu_fsf_csv"), ("uk_list_xml", "uk_list_csv")]
)
def test_both_layouts_of_a_list_give_the_same_records(
    left: str, right: str, tmp_path: Path
) -> None:
    first, second = read_subjects(tmp_path, left), read_subjects(tmp_path, right)
    assert {name: record.content_hash() for name, record in first.items()} == {
        name: record.content_hash() for name, record in second.items()
    }


def test_an_entry_of_very_many_rows_takes_time_in_proportion(tmp_path: Path) -> None:
    header, first, *_ = write_list(tmp_path, "eu_fsf_csv", 1).read_text("utf-8").splitlines()
    name = header.split(";").index("NameAlias_WholeName")
    cells = first.split(";")
    rows = [";".join([*cells[:name], f"Ana {row}", *cells[name + 1 :]]) for row in range(20_000)]
    path = tmp_path / "many.csv"
    path.write_text("\n".join([header, *rows]), "utf-8")
    start = time.process_time()
    assert len(read_lists([path]).batch) == 1
    assert time.process_time() - start < 5


def test_ofac_has_one_id_in_all_layouts(tmp_path: Path) -> None:
    plain, advanced = (
        read_subjects(tmp_path, name) for name in ("ofac_sdn_xml", "ofac_advanced_xml")
    )
    assert {record.id for record in plain.values()} == {record.id for record in advanced.values()}
    relations = advanced[make_subjects(COUNT)[4].name].relations
    assert (RelationType.ASSOCIATE_OF, "us-ofac-sdn:4") in {
        (item.type, item.target_id) for item in relations
    }


def test_a_removed_swiss_entry_is_left_out_and_counted(tmp_path: Path) -> None:
    intake = read_lists([write_list(tmp_path, "ch_seco")])
    assert "Gone Person" not in {record.caption for record in intake.batch.to_records()}
    assert any("left out 1 entry that SECO has removed" in warning for warning in intake.warnings)


@pytest.mark.parametrize("name", list(OTHER_WRITERS))
def test_a_list_of_a_state_or_exchange_format_is_read_whole(name: str, tmp_path: Path) -> None:
    records = read_subjects(tmp_path, name)
    subjects = make_subjects(COUNT)
    assert len(records) == len(subjects)
    for subject in subjects:
        record = records[subject.name]
        assert record.schema == PERSON or subject.schema != PERSON or name == "lei_cdf"
        assert subject.alias in record.texts("alias")
        if name in ("stix", "lei_cdf"):
            continue
        if subject.schema == PERSON:
            assert record.texts("birthDate") == (subject.birth_date,)
            numbers = {item.number for item in record.identifiers}
            assert subject.document in numbers or name in ("ca_sema", "au_dfat")
        elif subject.schema == SHIP:
            numbers = {item.number for item in record.identifiers}
            assert subject.imo in numbers or name in ("ua_nsdc", "statements")


def test_the_offshore_leaks_are_read_whole_with_their_relationships(tmp_path: Path) -> None:
    intake = read_lists([write_icij(tmp_path, COUNT)])
    assert (intake.rejects, intake.warnings) == ((), ())
    records = {record.id: record for record in intake.batch.to_records()}
    subjects = make_subjects(COUNT)
    assert len(records) == len(subjects)
    for subject in subjects:
        record = records[f"icij-offshore-leaks:{10_000_000 + subject.number}"]
        assert record.texts("name") == (subject.name,)
        assert set(record.texts("country")) == {subject.place[1], "Malta"}
        (address,) = record.addresses
        if subject.schema == PERSON:
            assert address.full == f"1 Street; {subject.place[0]}"
            (relation,) = record.relations
            assert relation.type is RelationType.DIRECTOR_OF
            assert relation.target_id in records
            assert relation.start == "2009-03-04"
        else:
            assert set(record.texts("previousName")) == {subject.alias, subject.weak_alias}
            assert record.texts("incorporationDate") == ("2006-03-23",)
            assert str(25_000 + subject.number) in {item.number for item in record.identifiers}
            assert (Activity.PEOPLE_SMUGGLING in record.activities) == bool(subject.number % 2)


def test_a_part_of_the_offshore_leaks_is_read_without_the_others(tmp_path: Path) -> None:
    files = icij_files(make_subjects(COUNT))
    (tmp_path / "nodes-entities.csv").write_text(files["nodes-entities.csv"])
    lines = files["relationships.csv"].splitlines()
    lines[1] = lines[1].replace("10000001", "no number")
    (tmp_path / "relationships.csv").write_text("\n".join(lines))
    intake = read_lists([tmp_path])
    assert len(intake.batch) == COUNT // 4
    (reject,) = intake.rejects
    assert "without the numbers of two nodes" in reject.reason
    assert any("relationships are missing" in note for note in intake.warnings)


def test_a_node_of_the_offshore_leaks_that_is_repeated_has_its_relationships_once(
    tmp_path: Path,
) -> None:
    """Otherwise many rows of a node with many relationships would take time for each two."""
    files = icij_files(make_subjects(4))
    officers = files["nodes-officers.csv"].rstrip("\n")
    last = officers.splitlines()[-1]
    for name in ("nodes-entities.csv", "relationships.csv"):
        (tmp_path / name).write_text(files[name])
    (tmp_path / "nodes-officers.csv").write_text("\n".join([officers, *[last] * 5]))
    intake = read_lists([tmp_path])
    records = {record.id: record for record in intake.batch.to_records()}
    assert len(records) == 4
    assert sum(len(record.relations) for record in records.values()) == 3
    assert any("3 registered addresses not read" in note for note in intake.warnings)
    assert not any("relationships are missing" in note for note in intake.warnings)


def test_each_column_of_the_offshore_leaks_is_accounted_for() -> None:
    columns = {column for names in ICIJ_COLUMNS.values() for column in names}
    assert set(load_layout("icij")) == columns


# ---- coverage: each element of a layout is a property, a note or ignored ------------------------


def written_elements(path: Path) -> set[str]:
    """Return the elements that a file has: columns, or paths of elements and attributes."""
    if path.suffix == ".json":
        return set(_json_paths(json.loads(path.read_text("utf-8"))))
    if path.suffix == ".csv":
        rows = csv.reader(
            path.read_text("utf-8-sig").splitlines(), delimiter=";" if "1_1" in path.name else ","
        )
        return set(next(row for row in rows if len(row) > 5))
    root = etree.parse(str(path)).getroot()
    found: set[str] = set()
    for element in root.iter():
        steps = [etree.QName(step).localname for step in element.iterancestors()][::-1]
        where = "/".join([*steps, etree.QName(element).localname])
        found.update(f"{where}@{etree.QName(name).localname}" for name in element.attrib)
        if not len(element) and (element.text or "").strip():
            found.add(where)
    return found


def _json_paths(value: Any, where: str = "") -> Iterator[str]:
    """Yield the paths of the texts of a document; typed fields of France have their type."""
    if isinstance(value, list):
        for item in value:
            yield from _json_paths(item, where)
    elif isinstance(value, dict):
        kind = value.get("TypeChamp", "")
        for key, inner in value.items():
            if key != "TypeChamp":
                step = kind if key == "Valeur" else key
                yield from _json_paths(inner, f"{where}/{step}" if where else step)
    elif value not in (None, ""):
        yield where


_OF_A_PAGE = frozenset(("total", "type", "id", "objects/spec_version"))
"""Paths of a page of results, beside those of its entries."""


def is_covered(element: str, known: set[str]) -> bool:
    """Return whether the table has an element; its paths begin at any level of the file."""
    steps = element.split("/")
    return any("/".join(steps[place:]) in known for place in range(len(steps)))


@pytest.mark.parametrize("name", [*WRITERS, *OTHER_WRITERS])
def test_each_element_of_a_list_is_accounted_for(name: str, tmp_path: Path) -> None:
    known = set(load_layout(name)) | _OF_A_PAGE
    written = written_elements(write_list(tmp_path, name, COUNT))
    assert sorted(element for element in written if not is_covered(element, known)) == []


@pytest.mark.parametrize("name", [*WRITERS, *OTHER_WRITERS, "icij"])
def test_elements_have_a_use_and_a_target_or_reason(name: str) -> None:
    for use in load_layout(name).values():
        assert use.use in (PROPERTY, NOTE, IGNORED)
        assert re.fullmatch(r"[^.]+", use.target)


def test_an_element_that_is_new_in_a_layout_is_kept_as_a_note(tmp_path: Path) -> None:
    text = eu_xml(make_subjects(2)).replace("<citizenship ", '<citizenship nickname="Tin" ', 1)
    path = tmp_path / "new.xml"
    path.write_text(text.replace("</sanctionEntity>", "<mood>bad</mood></sanctionEntity>", 1))
    records = list(read_lists([path]).batch.to_records())
    notes = [note for record in records for note in record.texts("notes")]
    assert "nickname: Tin" in notes
    assert any("bad" in note for note in notes)
