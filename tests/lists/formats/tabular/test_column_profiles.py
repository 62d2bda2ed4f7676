"""Columns whose values contradict their header."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.lists.readers import read_lists

SHIFTED = "id,name,dob,email\n" + "".join(
    f"{number},19{number}-01-02,Anna Ek,{number}@example.org\n" for number in range(70, 80)
)


def test_columns_that_contradict_their_header_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(SHIFTED)
    intake = read_lists([path])
    notes = [note for note in intake.warnings if "is read as" in note]
    assert notes == [
        "x.csv: column 'dob' is read as birthDate, but only 0% of its values are dates",
        "x.csv: column 'name' is read as name, but 100% of its values are dates",
    ]
    assert sum("birthDate" in reject.reason for reject in intake.rejects) == 10


@pytest.mark.parametrize(
    "rows",
    [
        "1,Anna Ek,1970\n2,Bo,\n3,Cy,31.12.1980\n4,May 4,1.2.90\n",
        "1,1970,x\n2,1980,y\n",
    ],
)
def test_usual_or_few_values_are_no_contradiction(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"id,name,dob\n{rows}")
    assert not [note for note in read_lists([path]).warnings if "is read as" in note]
