"""`resolver link`: a mapping that only one side needs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resolver.cli.app import run

TABLE = "nr,who,born\n1,Pavel Novotny,1965-02-03\n"
MAPPING = "id: nr\nkind: person\nsource: yard\nproperties: {name: who, birthDate: born}\n"
ENTITY = {
    "id": "1",
    "schema": "Person",
    "datasets": ["port"],
    "properties": {"name": ["Pavel Novotny"], "birthDate": ["1965-02-03"]},
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    paths = {name: tmp_path / name for name in ("table.csv", "mapping.yml", "list.jsonl", "out")}
    paths["table.csv"].write_text(TABLE, "utf-8")
    paths["mapping.yml"].write_text(MAPPING, "utf-8")
    paths["list.jsonl"].write_text(json.dumps(ENTITY) + "\n", "utf-8")
    return paths


@pytest.mark.parametrize(
    ("left", "right"), [("table.csv", "list.jsonl"), ("list.jsonl", "table.csv")]
)
def test_a_mapping_may_be_needed_on_one_side(
    left: str, right: str, files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["link", str(files[left]), "--to", str(files[right])]
    mapping = ["--mapping", str(files["mapping.yml"]), "--out", str(files["out"])]
    assert run([*arguments, *mapping]) == 0, capsys.readouterr().err
    rows = (files["out"] / "entities.csv").read_text("utf-8")
    assert "yard:1" in rows
    assert "port:1" in rows


def test_a_mapping_that_no_side_needs_is_an_error(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["link", str(files["list.jsonl"]), "--to", str(files["list.jsonl"])]
    mapping = ["--mapping", str(files["mapping.yml"]), "--out", str(files["out"])]
    assert run([*arguments, *mapping]) == 1
    assert "no file needs the mapping" in capsys.readouterr().err
