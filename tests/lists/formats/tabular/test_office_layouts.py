"""Tables with titles, headers of two rows, sums and days as numbers, read without a mapping."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.lists.formats.tabular.table_files import choose_header
from resolver.lists.io.source_files import SourceFile
from resolver.lists.list_sample import sample_lists
from resolver.lists.proposals import propose_columns
from resolver.lists.readers import read_lists

TABLE = """LIST OF PERSONS REFUSED ENTRY;;;;
Issued by the duty officer;;;;
Name;Birth;;Document;
;date;place;No.;valid until
Ali Nan;28765;Sfax;A1234567;01.02.2030
Omar Ben;vers 1980;Tunis;B1234567;
Total: 2;;;;
"""


def write(folder: Path, text: str, name: str = "refused.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_title_group_header_and_sum_are_no_records(tmp_path: Path) -> None:
    path = write(tmp_path, TABLE)
    intake = read_lists([path])
    records = list(intake.batch.to_records())
    assert [record.caption for record in records] == ["Ali Nan", "Omar Ben"]
    assert [record.texts("birthDate") for record in records] == [("1978-10-02",), ("1980~",)]
    assert [record.texts("birthPlace") for record in records] == [("Sfax",), ("Tunis",)]
    assert [record.identifiers[0].number for record in records] == ["A1234567", "B1234567"]
    assert [(reject.line, reject.reason) for reject in intake.rejects] == [
        (7, "it counts the rows of the table")
    ]


def test_preview_wizard_and_run_agree(tmp_path: Path) -> None:
    path = write(tmp_path, TABLE)
    intake = read_lists([path])
    samples, _ = sample_lists([path])
    assert list(samples[0].records) == list(intake.batch.to_records())
    proposed = propose_columns(SourceFile(path, "", path.name)).properties
    (note,) = [line for line in intake.warnings if "no mapping was given" in line]
    assert all(f"{prop} from {', '.join(names)}" in note for prop, names in proposed.items())


UNKNOWN = """Who,When,Seen,Nationality,Sex
Petrov Ivan,12.03.1962,01.11.2026,RUS,M
Sidorov Petr,01.01.1980,02.11.2026,UKR,M
Lee Anna,02.02.1975,03.11.2026,KOR,F
"""


def test_values_show_the_name_and_the_birth_date_but_no_later_dates(tmp_path: Path) -> None:
    records = read_lists([write(tmp_path, UNKNOWN)]).batch.to_records()
    births = {record.caption: record.texts("birthDate") for record in records}
    assert births["Petrov Ivan"] == ("1962-03-12",)


def test_a_date_of_issue_is_not_taken_for_a_birth_date(tmp_path: Path) -> None:
    text = "Name,Sex,Passport issued\n" + "".join(
        f"Ana Test{at},F,0{at}.02.1991\n" for at in range(1, 6)
    )
    for record in read_lists([write(tmp_path, text)]).batch.to_records():
        assert record.texts("birthDate") == ()


def test_years_below_a_persian_name_are_solar(tmp_path: Path) -> None:
    text = "نام,نام خانوادگی,تاریخ تولد\nمحمد,رضایی,1358/05/06\nJohn,Smith,1979-07-28\n"
    births = [
        record.texts("birthDate")
        for record in read_lists([write(tmp_path, text)]).batch.to_records()
    ]
    assert births == [("1979-07-28",), ("1979-07-28",)]


@pytest.mark.parametrize(
    ("rows", "last", "names"),
    [
        ([["Name", "DOB"], ["A", "1980"]], 0, ["Name", "DOB"]),
        ([["List", "", ""], ["Name", "DOB", "Sex"]], 1, ["Name", "DOB", "Sex"]),
        # nobody knows these names, so only a row of one cell is a title
        ([["List", "", ""], ["qq", "ww", "zz"], ["1", "2", "3"]], 1, ["qq", "ww", "zz"]),
        ([["qq", "ww"], ["Name", "Sex"]], 0, ["qq", "ww"]),
        ([["name"], ["Petrov", "Ivan"]], 0, ["name"]),
    ],
)
def test_the_header_is_found_below_a_title(
    rows: list[list[str]], last: int, names: list[str]
) -> None:
    assert choose_header(rows) == (last, names)
