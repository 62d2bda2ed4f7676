"""Choice of the mapping that reads a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.errors import FormatError, MappingError
from resolver.lists.formats.tabular.mapping import load_mapping
from resolver.lists.readers import read_lists

FIRST_TABLE = "nr,wer\n1,Ana Silva\n"
SECOND_TABLE = "num,full\n1,Bo Ek\n"
FIRST_MAPPING = "id: nr\nkind: person\nsource: one\nproperties: {name: wer}\n"
SECOND_MAPPING = "id: num\nkind: person\nsource: two\nproperties: {name: full}\n"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, "utf-8")
    return folder


def ids(*paths: Path, mappings: tuple[Path, ...] = (), format: str | None = None) -> list[str]:
    intake = read_lists(
        list(paths), mapping=[load_mapping(path) for path in mappings], format=format
    )
    assert not intake.rejects
    return [str(identity) for identity in intake.batch.ids.to_pylist()]


@pytest.mark.parametrize("name", ["a__mapping__yml", "a__csv__mapping__yml", "a__mapping__yaml"])
def test_a_mapping_next_to_a_table_is_used(tmp_path: Path, name: str) -> None:
    write(tmp_path, a__csv=FIRST_TABLE, **{name: FIRST_MAPPING})
    assert ids(tmp_path) == ids(tmp_path / "a.csv") == ["one:1"]
    # as a shell's `*` gives them
    assert ids(*sorted(tmp_path.iterdir())) == ["one:1"]


def test_each_table_uses_its_own_mapping(tmp_path: Path) -> None:
    write(
        tmp_path,
        a__csv=FIRST_TABLE,
        b__csv=SECOND_TABLE,
        a__mapping__yml=FIRST_MAPPING,
        b__mapping__yml=SECOND_MAPPING,
    )
    assert ids(tmp_path) == ["one:1", "two:1"]
    assert ids(tmp_path, format="tabular") == ["one:1", "two:1"]


def test_an_adjacent_mapping_precedes_the_given_one(tmp_path: Path) -> None:
    write(
        tmp_path,
        a__csv=FIRST_TABLE,
        b__csv=SECOND_TABLE,
        a__mapping__yml=FIRST_MAPPING,
        other__yml=SECOND_MAPPING,
    )
    assert ids(tmp_path / "a.csv", tmp_path / "b.csv", mappings=(tmp_path / "other.yml",)) == [
        "one:1",
        "two:1",
    ]


def test_the_first_fitting_mapping_is_used(tmp_path: Path) -> None:
    write(
        tmp_path,
        a__csv=FIRST_TABLE,
        b__csv=SECOND_TABLE,
        m1__yml=FIRST_MAPPING,
        m2__yml=SECOND_MAPPING,
    )
    tables, mappings = (
        (tmp_path / "a.csv", tmp_path / "b.csv"),
        (tmp_path / "m1.yml", tmp_path / "m2.yml"),
    )
    assert (
        ids(*tables, mappings=mappings)
        == ids(*tables, mappings=mappings[::-1])
        == ["one:1", "two:1"]
    )


def test_no_fitting_mapping_is_an_error_with_all_reasons(tmp_path: Path) -> None:
    write(tmp_path, c__csv="x,y\n1,2\n", m1__yml=FIRST_MAPPING, m2__yml=SECOND_MAPPING)
    with pytest.raises(MappingError) as caught:
        ids(tmp_path / "c.csv", mappings=(tmp_path / "m1.yml", tmp_path / "m2.yml"))
    line = caught.value.line()
    assert line.startswith(
        "c.csv: none of the mappings fits (one: the table has no column 'nr'; two: "
    )


def test_a_damaged_adjacent_mapping_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, a__csv=FIRST_TABLE, a__mapping__yml="id: [")
    with pytest.raises(MappingError, match=r"a\.mapping\.yml"):
        ids(tmp_path)


def test_mappings_without_tables_are_no_lists(tmp_path: Path) -> None:
    write(tmp_path, a__mapping__yml=FIRST_MAPPING)
    with pytest.raises(FormatError, match="no list was found"):
        ids(tmp_path / "a.mapping.yml")
