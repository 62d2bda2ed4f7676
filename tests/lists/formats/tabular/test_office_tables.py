"""Tables as offices write them: names of columns, cells with several values, dates, sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.errors import MappingError
from resolver.lists.formats.tabular.guessed_mapping import guess_mapping, source_name
from resolver.lists.list_sample import sample_lists
from resolver.lists.readers import read_lists
from resolver.records import Record
from tests.lists.formats.tabular.office_tables import TABLES

TABLE = """Ref. No.,Pax surname,Pax first name,DOB,Nat.,Document Number,Alias(es),Mobile
1,Nan,Ali,??/??/1985,LY,"A123; B456",Abu A; Abu B,"+218911234567|+218921234567"
2,Null,Omar,before 1964,SY,A124,The Boss a.k.a. Chief,
3,Testov,Ivan,circa 1970–75,RU,A125,"Vanya
Van",
4,null,Lee,XX.05.1980,KR,A129,,
"""


def read_table(folder: Path, name: str = "border-2026-12-02.csv") -> dict[str, Record]:
    path = folder / name
    path.write_text(TABLE, "utf-8")
    return {record.id: record for record in read_lists([path]).batch.to_records()}


@pytest.mark.parametrize("name", list(TABLES))
def test_columns_of_an_office_are_recognized(name: str) -> None:
    table = TABLES[name]
    mapping = guess_mapping(list(table), "list")
    assert mapping is not None
    found = {column: prop for prop, names in mapping.properties.items() for column in names}
    found |= {mapping.id: "id"} if mapping.id else {}
    assert {column: found.get(column, "") for column in table} == table


def test_first_and_last_names_are_joined_and_may_be_nan_or_null(tmp_path: Path) -> None:
    records = read_table(tmp_path)
    assert [record.caption for record in records.values()] == [
        "Ali Nan",
        "Omar Null",
        "Ivan Testov",
        "Lee",
    ]


def test_cells_with_several_values_are_split(tmp_path: Path) -> None:
    first, second, third, _ = read_table(tmp_path).values()
    assert first.texts("alias") == ("Abu A", "Abu B")
    assert first.texts("phone") == ("+218911234567", "+218921234567")
    assert [item.number for item in first.identifiers] == ["A123", "B456"]
    assert second.texts("alias") == ("Chief", "The Boss")
    assert third.texts("alias") == ("Van", "Vanya")


def test_dates_in_part_and_open_ones_are_kept(tmp_path: Path) -> None:
    births = [record.texts("birthDate") for record in read_table(tmp_path).values()]
    assert births == [("1985",), (), ("1970~/1975",), ("1980-05",)]
    assert read_table(tmp_path)["border:2"].texts("notes") == ("birthDate: before 1964",)


def test_editions_of_a_file_are_one_source(tmp_path: Path) -> None:
    today = read_table(tmp_path, "border-2026-12-02.csv")
    tomorrow = read_table(tmp_path, "border-2026-12-03.csv")
    assert list(today) == list(tomorrow) == ["border:1", "border:2", "border:3", "border:4"]


@pytest.mark.parametrize(
    ("stem", "source"),
    [
        ("border_20261202", "border"),
        ("wanted-02.12.2026", "wanted"),
        ("list (1)", "list"),
        ("people_v2", "people"),
        ("police-2026", "police-2026"),
        ("2026-12-02", "2026-12-02"),
    ],
)
def test_an_edition_is_no_part_of_a_source(stem: str, source: str) -> None:
    assert source_name(stem) == source


def test_a_source_can_be_named(tmp_path: Path) -> None:
    read_table(tmp_path)
    path = tmp_path / "border-2026-12-02.csv"
    intake = read_lists([path], source="police")
    samples, _ = sample_lists([path], source="police")
    assert intake.batch.ids.to_pylist()[0] == samples[0].records[0].id == "police:1"
    assert any("records of the source police" in warning for warning in intake.warnings)
    # a number at the end belongs to a name that somebody chose
    assert read_lists([path], source="police-v2").batch.ids.to_pylist()[0] == "police-v2:1"
    with pytest.raises(MappingError, match="cannot be the name of a source"):
        read_lists([path], source="a b")
