"""Workbooks as lists: sheets, titles, merged cells, formulas, and workbooks made to do harm."""

from __future__ import annotations

import csv
import gc
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from resolver.errors import FormatError, InputError
from resolver.lists.formats.tabular.mapping import build_mapping
from resolver.lists.io import workbook_process
from resolver.lists.io.workbooks import OLE_MAGIC, is_workbook
from resolver.lists.reader_types import Intake
from resolver.lists.readers import read_lists
from resolver.records import Record
from tests.lists.samples import SAMPLES
from tests.lists.samples_lists import SAMPLES as LIST_SAMPLES
from tests.lists.workbooks import (
    DATE,
    Row,
    encrypted_manifest,
    ods_rows,
    worksheet_xml,
    write_ods,
    write_xlsx,
)

pytest.importorskip("python_calamine")

PEOPLE: list[Row] = [["id", "name", "dob"], [1, "Anna Ek", "1970-01-02"], [2, "Bo Åsen", None]]


def write(path: Path, rows: Sequence[Row]) -> Path:
    """Write one sheet, as the suffix says."""
    if path.suffix == ".ods":
        return write_ods(path, {"People": ods_rows(rows)})
    return write_xlsx(path, {"People": worksheet_xml(rows)})


def records(intake: Intake) -> list[Record]:
    return list(intake.batch.to_records())


def captions(intake: Intake) -> dict[str, str]:
    return {record.id: record.caption for record in records(intake)}


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_workbook_is_the_table_that_its_csv_is(tmp_path: Path, suffix: str) -> None:
    csv_file = tmp_path / "people.csv"
    csv_file.write_text("id,name,dob\n1,Anna Ek,1970-01-02\n2,Bo Åsen,\n", "utf-8")
    expected = read_lists([csv_file])
    workbook = write(tmp_path / f"people{suffix}", PEOPLE)
    intake = read_lists([workbook])
    assert records(intake) == records(expected)
    assert [info.label for info in intake.lists] == [f"people{suffix}!People"]
    unnamed = workbook.rename(tmp_path / "people")
    assert captions(read_lists([unnamed])) == captions(expected)


def test_dates_numbers_and_truth_values_become_text(tmp_path: Path) -> None:
    rows: list[Row] = [
        ["id", "name", "dob", "height", "active"],
        [
            1,
            "Anna",
            f'<c r="REF" s="{DATE}"><v>25600</v></c>',
            1.75,
            '<c r="REF" t="b"><v>1</v></c>',
        ],
        [2, 17, f'<c r="REF" s="{DATE}"><v>25600.5</v></c>', 2, None],
    ]
    mapping = build_mapping(
        {
            "id": "id",
            "kind": "person",
            "source": "s",
            "properties": {
                "name": "name",
                "birthDate": "dob",
                "height": "height",
                "notes": "active",
            },
        }
    )
    intake = read_lists([write(tmp_path / "x.xlsx", rows)], mapping=mapping)
    first, second = records(intake)
    assert first.texts("birthDate") == second.texts("birthDate") == ("1970-02-01",)
    assert (first.texts("height"), first.texts("notes")) == (("1.75",), ("true",))
    assert (second.texts("height"), second.texts("name")) == (("2",), ("17",))


def test_the_last_value_of_a_formula_is_read(tmp_path: Path) -> None:
    rows: list[Row] = [
        ["id", "name"],
        [1, '<c r="REF" t="str"><f>A1&amp;"x"</f><v>Anna</v></c>'],
        [2, '<c r="REF"><f>NOW()</f></c>'],
        [3, '<c r="REF" t="e"><f>1/0</f><v>#DIV/0!</v></c>'],
    ]
    intake = read_lists([write(tmp_path / "x.xlsx", rows)])
    assert captions(intake) == {"x:1": "Anna"}
    assert [reject.line for reject in intake.rejects] == [3, 4]


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_title_above_the_header_is_left_out_and_rows_keep_their_numbers(
    tmp_path: Path, suffix: str
) -> None:
    rows: list[Row] = [["Watchlist 2030"], [], *PEOPLE, [3, "Cy", "1980-02-31"]]
    intake = read_lists([write(tmp_path / f"x{suffix}", rows)])
    assert captions(intake) == {"x:1": "Anna Ek", "x:2": "Bo Åsen", "x:3": "Cy"}
    assert f"x{suffix}!People: row 3 is read as the header; the rows above it are a title" in (
        intake.warnings
    )
    assert [reject.line for reject in intake.rejects] == [6]


def test_a_table_may_begin_anywhere_and_have_one_column(tmp_path: Path) -> None:
    inset: list[Row] = [[], [None, *PEOPLE[0]], [None, *PEOPLE[1]]]
    assert captions(read_lists([write(tmp_path / "x.xlsx", inset)])) == {"x:1": "Anna Ek"}
    column: list[Row] = [["name"], ["Anna Ek"], ["Bo Åsen"]]
    assert sorted(captions(read_lists([write(tmp_path / "y.xlsx", column)])).values()) == [
        "Anna Ek",
        "Bo Åsen",
    ]


def test_cells_merged_over_rows_are_filled_down(tmp_path: Path) -> None:
    rows: list[Row] = [
        ["People", None, None],
        ["id", "name", "alias"],
        [1, "Anna", "A"],
        [2, None, "B"],
        [3, None, "C"],
        [4, "Bo", "D"],
    ]
    path = write_xlsx(tmp_path / "x.xlsx", {"P": worksheet_xml(rows, ["A1:C1", "B3:B5"])})
    intake = read_lists([path])
    assert captions(intake) == {"x:1": "Anna", "x:2": "Anna", "x:3": "Anna", "x:4": "Bo"}
    assert "x.xlsx!P: values of merged cells were filled down into 2 cells" in intake.warnings


def test_sheets_with_a_known_header_are_lists_and_others_are_counted(tmp_path: Path) -> None:
    sheets = {
        "People": worksheet_xml(PEOPLE),
        "Firms": worksheet_xml([["id", "name"], [1, "Acme"]]),
        "Read me": worksheet_xml([["made by", "x"], ["on", "y"]]),
        "Old": worksheet_xml(PEOPLE),
        "Empty": worksheet_xml([]),
    }
    intake = read_lists([write_xlsx(tmp_path / "x.xlsx", sheets, hidden=["Old"])])
    assert captions(intake) == {"x:1": "Anna Ek", "x:2": "Bo Åsen", "x-Firms:1": "Acme"}
    assert [info.label for info in intake.lists] == ["x.xlsx!Firms", "x.xlsx!People"]
    (reject,) = intake.rejects
    assert reject.file == "x.xlsx!Read me"
    assert reject.reason.startswith("skipped: no column is recognized as a name")
    assert "x.xlsx: hidden sheets are not read: 'Old'" in intake.warnings


@pytest.mark.parametrize("is_adjacent", [True, False])
def test_a_mapping_reads_the_sheets_that_have_its_columns(
    tmp_path: Path, is_adjacent: bool
) -> None:
    sheets = {
        "A": worksheet_xml([["nr", "wer"], [1, "Anna"]]),
        "B": worksheet_xml([["x", "y"], [1, "Bo"]]),
    }
    path = write_xlsx(tmp_path / "x.xlsx", sheets)
    text = 'id: nr\nkind: person\nsource: s\nproperties: {name: wer}\ndelimiter: ";"\n'
    content = {"id": "nr", "kind": "person", "source": "s", "properties": {"name": "wer"}}
    if is_adjacent:
        (tmp_path / "x.mapping.yml").write_text(text)
    mapping = None if is_adjacent else build_mapping(content)
    intake = read_lists([path], mapping=mapping)
    assert captions(intake) == {"s:1": "Anna"}
    assert "the table has no column 'nr'" in intake.rejects[0].reason


def test_a_workbook_without_any_table_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"no list was found: x\.xlsx!People skipped: no column"):
        read_lists([write(tmp_path / "x.xlsx", [["a", "b"], [1, 2]])])
    with pytest.raises(InputError, match=r"x\.xlsx: the workbook has no visible sheet"):
        read_lists([write(tmp_path / "x.xlsx", [])])


def write_ole(path: Path, stream: str) -> Path:
    path.write_bytes(OLE_MAGIC + b"\0" * 2_000 + stream.encode("utf-16-le") + b"\0" * 2_000)
    return path


def write_encrypted_ods(path: Path) -> Path:
    return write_ods(path, {"P": ods_rows(PEOPLE)}, encrypted_manifest())


def write_cut(path: Path) -> Path:
    write_xlsx(path, {"P": worksheet_xml(PEOPLE)})
    path.write_bytes(path.read_bytes()[:-100])
    return path


def write_broken_worksheet(path: Path) -> Path:
    return write_xlsx(path, {"P": worksheet_xml(PEOPLE)[:-60]})


UNREADABLE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "locked.xlsx": (
        lambda path: write_ole(path, "EncryptedPackage"),
        "protected by a password .*without a password",
    ),
    "locked.ods": (write_encrypted_ods, "protected by a password .*without a password"),
    "old.xls": (lambda path: write_ole(path, "Workbook"), "Excel 97 to 2003 .*save it as .xlsx"),
    "cut.xlsx": (write_cut, "damaged"),
    "broken.xlsx": (write_broken_worksheet, "the workbook is damaged"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_workbook_that_cannot_be_read_is_one_clear_line(tmp_path: Path, name: str) -> None:
    write_it, message = UNREADABLE[name]
    path = write_it(tmp_path / name)
    with pytest.raises(InputError, match=message) as caught:
        read_lists([path])
    assert caught.value.line().startswith(f"{name}: ")


@pytest.mark.parametrize("name", ["locked.xlsx", "locked.ods", "old.xls", "broken.xlsx"])
def test_in_a_folder_it_is_skipped_and_counted(tmp_path: Path, name: str) -> None:
    UNREADABLE[name][0](tmp_path / name)
    (tmp_path / "people.csv").write_text("id,name\n1,Anna\n")
    intake = read_lists([tmp_path])
    assert captions(intake) == {"people:1": "Anna"}
    (reject,) = intake.rejects
    assert (reject.file, reject.reason[:9]) == (name, "skipped: ")


def test_without_the_package_the_error_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    path = write(tmp_path / "x.xlsx", PEOPLE)
    with pytest.raises(InputError, match=r"x\.xlsx: reading workbooks needs .*\[excel\]"):
        read_lists([path])


def corner_cells(path: Path) -> Path:
    """Write two cells in opposite corners of a sheet: 17 billion cells between them."""
    corners = ("A1", "XFD1048576")
    body = "".join(f'<row><c r="{place}"><v>1</v></c></row>' for place in corners)
    return write_xlsx(path, {"P": worksheet_xml([]).replace("<sheetData>", f"<sheetData>{body}")})


def repeated_cells(path: Path, rows: int, columns: int, text: str) -> Path:
    cell = (
        f'<table:table-cell table:number-columns-repeated="{columns}" '
        f'office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    )
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return write_ods(path, {"P": row})


def packed_zeros(path: Path) -> Path:
    """Write a sheet that unpacks to 300 times its size."""
    return write_xlsx(path, {"P": worksheet_xml(PEOPLE) + " " * 100_000_000})


BOMBS: dict[str, Callable[[Path], Path]] = {
    "corners.xlsx": corner_cells,
    "grid.ods": lambda path: repeated_cells(path, 1_048_576, 16_384, "x"),
    "texts.ods": lambda path: repeated_cells(path, 1_000_000, 30, "x" * 5_000),
    "zeros.xlsx": packed_zeros,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_stands_for_far_more_than_its_size_is_refused(
    tmp_path: Path, name: str
) -> None:
    path = BOMBS[name](tmp_path / name)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(InputError, match=rf"^{name}: ") as caught:
        read_lists([path])
    assert "\n" not in caught.value.line()


def test_a_false_size_in_the_archive_is_no_way_around_the_limits(tmp_path: Path) -> None:
    path = packed_zeros(tmp_path / "x.xlsx")
    with zipfile.ZipFile(path) as archive:
        size = max(info.file_size for info in archive.infolist()).to_bytes(4, "little")
    content = path.read_bytes()
    assert content.count(size) == 2
    path.write_bytes(content.replace(size, (400).to_bytes(4, "little")))
    with pytest.raises(InputError, match=r"^x\.xlsx: the workbook is damaged"):
        read_lists([path])


def test_a_workbook_in_an_archive_is_skipped(tmp_path: Path) -> None:
    write(tmp_path / "x.xlsx", PEOPLE)
    with zipfile.ZipFile(tmp_path / "lists.zip", "w") as archive:
        archive.write(tmp_path / "x.xlsx", "x.xlsx")
        archive.writestr("y.csv", "id,name\n1,Anna\n")
    intake = read_lists([tmp_path / "lists.zip"])
    assert [reject.reason for reject in intake.rejects] == [
        "skipped: an archive or workbook inside an archive is not opened"
    ]


def test_the_files_of_sheets_are_removed_with_their_list(tmp_path: Path) -> None:
    folder = Path(tempfile.gettempdir())
    before = set(folder.glob("resolver-sheets-*"))
    intake = read_lists([write(tmp_path / "x.xlsx", PEOPLE)])
    gc.collect()
    assert len(intake.batch) == 2
    assert set(folder.glob("resolver-sheets-*")) <= before


def test_a_zip_of_lists_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "lists.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("people.csv", "id,name\n1,Anna\n")
    assert not is_workbook(path)
    assert captions(read_lists([path])) == {"people:1": "Anna"}


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["a", "b"], ["1", "2"]], 0),
        ([["Title", ""], ["", ""], ["a", "b"]], 2),
        ([["", ""], ["a", ""], ["1", ""]], 1),
        ([], 0),
    ],
)
def test_the_header_is_the_first_wide_row(rows: list[list[str]], header: int) -> None:
    assert workbook_process.find_header(rows) == header


def test_the_process_starts_without_any_package() -> None:
    """It gets the folders of packages as an argument, so it cannot import from them before."""
    load = f"import runpy; runpy.run_path({workbook_process.__file__!r})"
    subprocess.run([sys.executable, "-I", "-S", "-c", load], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_damage_is_one_clear_line_or_a_list(tmp_path: Path, suffix: str) -> None:
    rng = random.Random(11)
    content = write(tmp_path / f"x{suffix}", PEOPLE).read_bytes()
    outcomes = set()
    for number in range(12):
        damaged = bytearray(content)
        for _ in range(1 + number):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path = tmp_path / f"damaged{number}{suffix}"
        path.write_bytes(bytes(damaged))
        outcomes.add(_outcome(path))
    assert len(outcomes) > 1
    assert not [line for line in outcomes if "\n" in line]


def _outcome(path: Path) -> str:
    """Return the error as a line, or "read"."""
    try:
        read_lists([path])
    except InputError as error:
        return error.line()
    return "read"


@pytest.mark.parametrize("name", ["tabular", "us_csl", "eu_journal"])
def test_a_list_of_any_format_saved_as_a_workbook_is_the_same_list(
    tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    sample = {**SAMPLES, **LIST_SAMPLES}[name](folder)
    (file,) = [sample] if sample.is_file() else sample.iterdir()
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = [[value or None for value in row] for row in csv.reader(stream)]
    workbook = write_ods(tmp_path / f"{file.stem}.ods", {"List": ods_rows(rows)})
    intake = read_lists([workbook])
    assert [info.format for info in intake.lists] == [name]
    assert records(intake) == records(read_lists([file]))
