"""Reading any mix of lists, and their preview."""

from __future__ import annotations

import gzip
import os
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest

from resolver.errors import FormatError, InputError, MappingError
from resolver.lists.formats.tabular.mapping import build_mapping
from resolver.lists.list_sample import preview_lists
from resolver.lists.reader_types import Intake, ListInfo
from resolver.lists.readers import detect_format, read_lists
from resolver.records import Batch
from tests.lists.samples import write_ftm, write_interpol, write_senzing, write_tabular

ANNA = "id,name\n1,Anna\n"
BEA = "id,name\n2,Bea\n"


def write(path: Path, content: str | bytes = ANNA) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def ids(intake: Intake) -> list[str]:
    return list(intake.batch.ids.to_pylist())


def labels(intake: Intake) -> list[str]:
    return [info.label for info in intake.lists]


def test_any_mix_of_formats_is_one_canonical_batch(tmp_path: Path) -> None:
    paths = [make(tmp_path) for make in (write_tabular, write_senzing, write_interpol, write_ftm)]
    intake = read_lists(paths)
    assert [info.format for info in intake.lists] == ["ftm", "interpol", "tabular", "senzing"]
    assert ids(intake) == sorted(ids(intake))
    assert len(intake.batch) == sum(info.records for info in intake.lists) == 11
    again = read_lists(paths[::-1])
    assert list(again.batch.to_records()) == list(intake.batch.to_records())
    assert (again.lists, again.rejects, again.warnings) == (
        intake.lists,
        intake.rejects,
        intake.warnings,
    )


def test_canonical_batches_depend_on_the_records_only(tmp_path: Path) -> None:
    write(tmp_path / "a" / "x.csv", "id,name\n1,Anna\n2,Bea\n")
    write(tmp_path / "b" / "x.csv", "id,name\n2,Bea\n")
    write(tmp_path / "b" / "y" / "x.csv", "id,name\n1,Anna\n")
    left, right = read_lists([tmp_path / "a"]).batch, read_lists([tmp_path / "b"]).batch
    assert _same(left, right)


def _same(left: Batch, right: Batch) -> bool:
    columns = left.columns.keys() == right.columns.keys() and all(
        left.columns[prop].values.equals(right.columns[prop].values)
        and np.array_equal(left.columns[prop].codes, right.columns[prop].codes)
        and np.array_equal(left.columns[prop].rows, right.columns[prop].rows)
        for prop in left.columns
    )
    return columns and bool(left.ids.equals(right.ids)) and np.array_equal(left.kinds, right.kinds)


def test_a_directory_is_read_as_the_lists_in_it(tmp_path: Path) -> None:
    write(tmp_path / "one.csv")
    write(tmp_path / "deep" / "er" / "two.csv", BEA)
    for name in (".hidden.csv", "README.md", "readme", ".git/three.csv", "__MACOSX/four.csv"):
        write(tmp_path / name, "id,name\n9,Hidden\n")
    write(tmp_path / "logo.bin", b"\x00\x01")
    write(tmp_path / "empty.csv", b"")
    intake = read_lists([tmp_path])
    assert (ids(intake), labels(intake)) == (["one:1", "two:2"], ["deep/er/two.csv", "one.csv"])
    assert [(reject.file, reject.reason.split(";")[0]) for reject in intake.rejects] == [
        ("empty.csv", "skipped: the file is empty"),
        ("logo.bin", "skipped: format not known"),
    ]


def test_a_zip_is_read_as_its_members(tmp_path: Path) -> None:
    path = tmp_path / "lists.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/one.csv", ANNA)
        archive.writestr("two.csv.gz", gzip.compress(BEA.encode()))
        archive.writestr("notes.txt", "nothing here")
        archive.writestr(
            "inner.zip", path.read_bytes() if path.exists() else b"PK\x05\x06" + b"\0" * 18
        )
    intake = read_lists([path])
    assert (ids(intake), labels(intake)) == (
        ["one:1", "two:2"],
        ["lists.zip!a/one.csv", "lists.zip!two.csv.gz"],
    )
    assert [(reject.file, reject.reason[:20]) for reject in intake.rejects] == [
        ("lists.zip!inner.zip", "skipped: an archive "),
        ("lists.zip!notes.txt", "skipped: format not "),
    ]


def test_a_repeated_path_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path / "one.csv")
    intake = read_lists([path, tmp_path, path])
    assert (ids(intake), intake.collapsed, len(intake.lists)) == (["one:1"], 0, 1)


def test_equal_file_names_are_labeled_by_their_folders(tmp_path: Path) -> None:
    first, second = write(tmp_path / "2018" / "x.csv"), write(tmp_path / "2026" / "x.csv", BEA)
    assert labels(read_lists([first, second])) == ["2018/x.csv", "2026/x.csv"]
    assert labels(read_lists([first])) == ["x.csv"]


def test_an_explicit_empty_file_is_an_error(tmp_path: Path) -> None:
    for content in (b"", b"\n\n", b"\xef\xbb\xbf"):
        with pytest.raises(InputError, match=r"^empty\.csv: the file is empty$"):
            read_lists([write(tmp_path / "empty.csv", content)])


def test_missing_paths_and_special_files_are_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_lists([tmp_path / "gone.csv"])
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="neither a file nor a directory"):
        read_lists([tmp_path / "pipe"])


@pytest.mark.parametrize(
    "content",
    [b"some words\nand more\n", b"\x89PNG\r\n\x1a\n\0\0", b"<html><body/></html>", b"{}\n", b"[1]"],
)
def test_an_unknown_format_is_an_error_with_known_formats_and_a_hint(
    tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(
        FormatError, match=r"^what\.is: format not known; known are .*ftm, .*tabular \(.*--mapping"
    ) as caught:
        read_lists([write(tmp_path / "what.is", content)])
    assert "\n" not in str(caught.value)


def test_a_directory_without_any_list_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no list was found: it holds no files"):
        read_lists([tmp_path])
    write(tmp_path / "notes.txt", "nothing")
    with pytest.raises(
        FormatError, match=r"no list was found: notes\.txt skipped: format not known"
    ):
        read_lists([tmp_path])


def test_the_format_may_be_set(tmp_path: Path) -> None:
    path = write_senzing(tmp_path)
    assert read_lists([path], format="senzing").lists[0].format == "senzing"
    with pytest.raises(
        FormatError, match=r"no format is called 'senzin'; did you mean 'senzing'\? \(known are"
    ):
        read_lists([path], format="senzin")


def test_a_mapping_applies_to_tables_only(tmp_path: Path) -> None:
    mapping = build_mapping(
        {"id": "nr", "kind": "group", "source": "m", "properties": {"name": "wer"}}
    )
    table = write(tmp_path / "t.csv", "nr,wer\n5,The Net\n")
    intake = read_lists([table, write_senzing(tmp_path)], mapping=mapping)
    assert [(info.format, info.sources) for info in intake.lists] == [
        ("senzing", ("made-up",)),
        ("tabular", ("m",)),
    ]
    with pytest.raises(MappingError, match=r"no file needs the mapping: all are senzing"):
        read_lists([write_senzing(tmp_path)], mapping=mapping)
    with pytest.raises(MappingError, match="a mapping reads tables, not senzing"):
        read_lists([table], mapping=mapping, format="senzing")


def test_a_mapping_reads_other_lists_if_the_format_is_tabular(tmp_path: Path) -> None:
    mapping = build_mapping(
        {"id": "RECORD_ID", "kind": "person", "source": "m", "properties": {"name": "NAME_ORG"}}
    )
    intake = read_lists([write_senzing(tmp_path)], mapping=mapping, format="tabular")
    assert ids(intake) == ["m:1002"]


def test_strict_stops_at_the_first_reject(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "id,name\n1,Anna\n2\n3,\n")
    assert [reject.line for reject in read_lists([path]).rejects] == [3, 4]
    with pytest.raises(
        InputError, match=r"^x\.csv, line 3: the row has 1 cell where the header has 2$"
    ):
        read_lists([path], strict=True)


def test_strict_includes_validation_and_skipped_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^x\.csv, line 2: record x:1: it has no name"):
        read_lists([write(tmp_path / "x.csv", "id,name\n1,\n")], strict=True)
    write(tmp_path / "notes.txt", "nothing")
    with pytest.raises(InputError, match=r"^notes\.txt: skipped: format not known"):
        read_lists([tmp_path], strict=True)


def test_a_file_of_rejects_is_an_empty_intake(tmp_path: Path) -> None:
    intake = read_lists([write(tmp_path / "x.csv", "id,name\n1,\n2,\n")])
    assert (len(intake.batch), len(intake.rejects)) == (0, 2)
    unread = ("x:1", "x:2")
    assert intake.lists == (ListInfo("x.csv", "tabular", (), "", 0, 2, False, unread=unread),)


def test_rows_that_are_not_read_are_no_gap_if_their_ids_are_known(tmp_path: Path) -> None:
    table = "id,name,kind,code,birthDate\n1,Anna,person,H0,31.02.1980\n2,Bea,person,H3,1980\n"
    mapping = build_mapping(
        {
            "id": "id",
            "kind": "kind",
            "source": "a",
            "handling": "code",
            "properties": {"name": "name", "birthDate": "birthDate"},
        }
    )
    faulty = "3,Cleo,ghost,H0,\n4,Dora,person,H9,\n5,,person,H0,\n"
    for rows, unread, gap in (
        ("", ("a:2",), ""),
        (faulty, ("a:2", "a:3", "a:4", "a:5"), ""),
        ("6,Eve\n", ("", "a:2"), "the list has rows without a readable id"),
        # the id of this row depends on what else is in it
        (",Eve,person,H3,\n", ("", "a:2"), "the list has rows without a readable id"),
    ):
        (info,) = read_lists([write(tmp_path / "x.csv", table + rows)], mapping=mapping).lists
        assert (info.unread, info.gap) == (unread, gap)


def test_progress_counts_the_records_of_each_list(tmp_path: Path) -> None:
    write(tmp_path / "big.csv", "id,name\n" + "".join(f"{n},Anna {n}\n" for n in range(20_000)))
    write(tmp_path / "small.csv")
    calls: list[tuple[str, int]] = []
    read_lists([tmp_path], progress=lambda label, count: calls.append((label, count)))
    assert calls[-2:] == [("big.csv", 20_000), ("small.csv", 1)]
    assert [count for label, count in calls if label == "big.csv"] == sorted(
        {count for _, count in calls} - {1}
    )


def test_the_order_of_rows_and_files_does_not_matter(tmp_path: Path) -> None:
    rows = [f"{n % 7},Anna {n % 5},{1950 + n % 3}" for n in range(40)]
    path = write(tmp_path / "x.csv", "id,name,dob\n" + "\n".join(rows) + "\n")
    before = read_lists([path])
    random.Random(1).shuffle(rows)
    after = read_lists([write(path, "id,name,dob\n" + "\n".join(rows) + "\n")])
    assert list(after.batch.to_records()) == list(before.batch.to_records())
    assert (after.collapsed, len(after.rejects)) == (before.collapsed, len(before.rejects))


def test_invalid_unicode_texts_are_rejects(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.jsonl",
        b'{"id": 1, "name": "Anna"}\n{"id": 2, "name": "\\udcff"}\n{"id": 3, "name": "\xff"}\n',
    )
    intake = read_lists([path])
    assert (ids(intake)[0], [reject.line for reject in intake.rejects]) == ("x:1", [2])


def test_detection_is_by_content_not_by_name(tmp_path: Path) -> None:
    path = write_senzing(tmp_path).rename(tmp_path / "people.csv")
    assert read_lists([path]).lists[0].format == "senzing"


def test_detecting_a_damaged_file_is_one_clear_line(tmp_path: Path) -> None:
    from resolver.lists.io.source_files import SourceFile

    path = write(tmp_path / "x.csv.gz", gzip.compress(ANNA.encode())[:-10])
    with pytest.raises(InputError, match="truncated"):
        detect_format(SourceFile(path))


def test_missing_companions_are_reported_and_a_missing_principal_skips_the_list(
    tmp_path: Path,
) -> None:
    entry = '36,"TEST AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n'
    other = '36,12,"aka","TESTAIR",-0- \n'
    write(tmp_path / "a" / "sdn.csv", entry)
    intake = read_lists([tmp_path / "a"])
    assert (labels(intake), len(intake.batch)) == (["sdn.csv"], 1)
    assert [
        warning for warning in intake.warnings if "alt.csv" in warning or "add.csv" in warning
    ] == [
        "sdn.csv: alt.csv, a part of this list, is missing",
        "sdn.csv: add.csv, a part of this list, is missing",
    ]
    write(tmp_path / "b" / "alt.csv", other)
    write(tmp_path / "b" / "x.csv")
    assert [reject.reason for reject in read_lists([tmp_path / "b"]).rejects] == [
        "skipped: the main file of its ofac list is missing"
    ]
    write(tmp_path / "a" / "alt.csv", other)
    (record,) = read_lists(
        [tmp_path / "a" / "alt.csv", tmp_path / "a" / "sdn.csv"]
    ).batch.to_records()
    assert record.texts("alias")


def test_preview_shows_the_first_records_as_read(tmp_path: Path) -> None:
    table = write(
        tmp_path / "x.csv", "id,name,dob,city\n1,Anna\x1b[31m,31.02.1970,Testville\n2,Bea,1970,\n"
    )
    text = preview_lists([table, write_senzing(tmp_path)], records=1)
    assert "x.csv  (tabular: " in text
    assert "note: x.csv: no mapping was given" in text
    assert "not taken: x.csv, line 2: value not taken: birthDate '31.02.1970'" in text
    assert "    address  Testville" in text
    assert "\x1b" not in text
    assert ("Bea" in text, "Quill Freight" in text, "Tobias Quillfeather" in text) == (
        False,
        False,
        True,
    )


def test_preview_reads_no_more_than_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    content = b"".join(b'{"id": %d, "name": "Anna %d"}\n' % (n, n * 7919) for n in range(200_000))
    path.write_bytes(gzip.compress(content)[:-1000])
    assert "x:0" in preview_lists([path], records=1)
    with pytest.raises(InputError, match="truncated"):
        read_lists([path])


def test_preview_of_rejects_counts_them(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "id,name\n" + "1\n" * 20)
    text = preview_lists([path])
    assert "no record was found" in text
    assert "and 15 more not taken" in text


def test_a_list_without_records_and_rejects_says_so(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("id,name,birth_date\n", "utf-8")
    intake = read_lists([path])
    assert len(intake.batch) == 0
    assert not intake.rejects
    assert any("no record of the format" in warning for warning in intake.warnings)
