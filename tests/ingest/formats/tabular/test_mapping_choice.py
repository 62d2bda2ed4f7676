from __future__ import annotations

from pathlib import Path

import pytest

from resolver.errors import FormatError, MappingError
from resolver.ingest.formats.tabular.mapping import load_mapping
from resolver.ingest.readers import read_lists

ONE = "nr,wer\n1,Ana Silva\n"
TWO = "num,full\n1,Bo Ek\n"
MAP_ONE = "id: nr\nkind: person\nsource: one\nproperties: {name: wer}\n"
MAP_TWO = "id: num\nkind: person\nsource: two\nproperties: {name: full}\n"


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
def test_a_mapping_beside_a_table_is_found(tmp_path: Path, name: str) -> None:
    write(tmp_path, a__csv=ONE, **{name: MAP_ONE})
    assert ids(tmp_path) == ids(tmp_path / "a.csv") == ["one:1"]
    # as a shell's `*` gives them
    assert ids(*sorted(tmp_path.iterdir())) == ["one:1"]


def test_each_table_has_its_own(tmp_path: Path) -> None:
    write(tmp_path, a__csv=ONE, b__csv=TWO, a__mapping__yml=MAP_ONE, b__mapping__yml=MAP_TWO)
    assert ids(tmp_path) == ["one:1", "two:1"]
    assert ids(tmp_path, format="tabular") == ["one:1", "two:1"]


def test_the_one_beside_goes_before_the_one_given(tmp_path: Path) -> None:
    write(tmp_path, a__csv=ONE, b__csv=TWO, a__mapping__yml=MAP_ONE, other__yml=MAP_TWO)
    assert ids(tmp_path / "a.csv", tmp_path / "b.csv", mappings=(tmp_path / "other.yml",)) == [
        "one:1",
        "two:1",
    ]


def test_of_several_the_fitting_one_is_taken(tmp_path: Path) -> None:
    write(tmp_path, a__csv=ONE, b__csv=TWO, m1__yml=MAP_ONE, m2__yml=MAP_TWO)
    tables, mappings = (
        (tmp_path / "a.csv", tmp_path / "b.csv"),
        (tmp_path / "m1.yml", tmp_path / "m2.yml"),
    )
    assert (
        ids(*tables, mappings=mappings)
        == ids(*tables, mappings=mappings[::-1])
        == ["one:1", "two:1"]
    )


def test_none_that_fits_is_said_with_every_reason(tmp_path: Path) -> None:
    write(tmp_path, c__csv="x,y\n1,2\n", m1__yml=MAP_ONE, m2__yml=MAP_TWO)
    with pytest.raises(MappingError) as caught:
        ids(tmp_path / "c.csv", mappings=(tmp_path / "m1.yml", tmp_path / "m2.yml"))
    line = caught.value.line()
    assert line.startswith(
        "c.csv: none of the mappings fits (one: the table has no column 'nr'; two: "
    )


def test_a_damaged_one_beside_stops(tmp_path: Path) -> None:
    write(tmp_path, a__csv=ONE, a__mapping__yml="id: [")
    with pytest.raises(MappingError, match=r"a\.mapping\.yml"):
        ids(tmp_path)


def test_mappings_alone_are_no_lists(tmp_path: Path) -> None:
    write(tmp_path, a__mapping__yml=MAP_ONE)
    with pytest.raises(FormatError, match="no list was found"):
        ids(tmp_path / "a.mapping.yml")
