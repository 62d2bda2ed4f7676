"""Tables that are not UTF-8: read in their code page, or refused row by row, never misread."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resolver.errors import FormatError, InputError
from resolver.lists.formats.tabular.mapping import Mapping
from resolver.lists.io.code_pages import (
    UNKNOWN,
    WESTERN,
    check_encoding,
    describe_code_page,
    detect_code_page,
)
from resolver.lists.list_sample import preview_lists
from resolver.lists.proposals import propose_mapping
from resolver.lists.readers import read_lists

HEADER = "id,name\n"


@pytest.mark.parametrize(
    ("names", "codec", "page"),
    [
        (["Ли Чен", "Ян Ким"], "cp1251", "cp1251"),
        (["Иванов Пётр", "СМИРНОВА АННА"], "cp1251", "cp1251"),
        (["иванов пётр", "смирнова анна"], "cp1251", "cp1251"),
        (["Шевченко Тарас Григорович", "Їжакевич Іван"], "cp1251", "cp1251"),
        (["Сидоров Олег «кот» адрес ул Мира дом № 5", "розыск по делу"], "cp1251", "cp1251"),
        (["Ђорђе Јовановић", "Љубиша Петровић"], "cp1251", "cp1251"),
        (["José Müller", "Élodie Bézier", "Ægir Øst", "Öz Ün"], "cp1252", WESTERN),
        (["Þórður Ólafsson", "O’Brien – Æsa"], "cp1252", WESTERN),
        (["Øå"], "cp1252", WESTERN),
        (["Łukasz Wójcik", "Małgorzata Żółkiewska"], "cp1250", "cp1250"),
        (["ŁUKASZ WÓJCIK", "MAŁGORZATA ŻÓŁKIEWSKA"], "cp1250", "cp1250"),
        (["Jiří Dvořák", "Růžena Šťastná"], "iso8859-2", "iso8859-2"),
        (["László Szűcs", "Erzsébet Győri"], "cp852", "cp852"),
        (["Çiğdem Öztürk", "Şahin Yılmaz"], "cp1254", "cp1254"),
        (["Jānis Bērziņš", "Kristīne Kalniņa"], "cp1257", "cp1257"),
        (["Γιώργος Παπαδόπουλος", "Νίκος Αντωνίου"], "cp1253", "cp1253"),
        (["דוד כהן", "משה לוי"], "cp1255", "cp1255"),
        (["محمد علي", "أحمد حسن"], "cp1256", "cp1256"),
        (["محمد علي", "أحمد حسن"], "iso8859-6", "iso8859-6"),
        (["Иванов Пётр", "Смирнова Анна"], "koi8-r", "koi8-r"),
        (["Иванов Пётр", "Смирнова Анна"], "iso8859-5", "iso8859-5"),
        (["Иванов Пётр", "Смирнова Анна"], "cp866", "cp866"),
        (["山田太郎", "佐藤花子"], "cp932", UNKNOWN),
        (["王小明", "陳大文"], "big5", UNKNOWN),
        (["王小明", "张伟"], "gb18030", UNKNOWN),
        (["김철수", "이영희"], "cp949", UNKNOWN),
    ],
)
def test_code_pages(names: list[str], codec: str, page: str, tmp_path: Path) -> None:
    content = (HEADER + "".join(f"{row},{name}\n" for row, name in enumerate(names))).encode(codec)
    assert detect_code_page(content) == page
    (tmp_path / "list.csv").write_bytes(content)
    intake = read_lists([tmp_path / "list.csv"])
    read = [record.texts("name") for record in intake.batch.to_records()]
    assert read == ([] if page == UNKNOWN else [(name,) for name in names])
    assert [reject.reason for reject in intake.rejects] == [
        "the row is not UTF-8, and its encoding is not certain; convert the file to UTF-8, or state"
        " its `encoding`"
    ] * (len(names) if page == UNKNOWN else 0)
    notes = [warning for warning in intake.warnings if "is not UTF-8 was read as" in warning]
    label = describe_code_page(page) if page else ""
    assert notes == [
        f"list.csv: text that is not UTF-8 was read as {label}; if names look wrong, state the"
        " `encoding`"
    ] * (page != UNKNOWN)


@pytest.mark.parametrize(
    "head", [b"A" * 9_000 + b"\xe9", b"\xe9\n" * 9_000, b"'\xe9" * 9_000, bytes(range(1, 256)) * 99]
)
def test_a_head_of_no_words_is_judged_too(head: bytes) -> None:
    assert detect_code_page(head) in (WESTERN, UNKNOWN, "cp1255")


def test_one_japanese_name_is_not_read_as_western(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes("id,name\n1,山田太郎\n2,Bo\n".encode("cp932"))
    intake = read_lists([tmp_path / "list.csv"])
    assert [record.texts("name") for record in intake.batch.to_records()] == [("Bo",)]


def test_a_file_in_utf_8_has_no_code_page() -> None:
    assert detect_code_page("id,name\n1,Иванов Пётр\n".encode()) is None


def test_the_first_lines_that_are_not_utf_8_may_come_late(tmp_path: Path) -> None:
    """Nothing but ASCII in the first lines says nothing about later lines."""
    lines = [f"{number},Ann Lee" for number in range(10_000)]
    lines += ["90001,Łukasz Wójcik", "90002,Małgorzata Żółkiewska"]
    (tmp_path / "late.csv").write_bytes((HEADER + "\n".join(lines)).encode("cp1250"))
    intake = read_lists([tmp_path / "late.csv"])
    names = {name for record in intake.batch.to_records() for name in record.texts("name")}
    assert names == {"Ann Lee", "Łukasz Wójcik", "Małgorzata Żółkiewska"}
    assert any("read as windows-1250 (Central European)" in text for text in intake.warnings)


def test_lines_of_another_code_page_than_the_first_are_refused(tmp_path: Path) -> None:
    first = "1,José Müller\n2,Élodie Bézier\n3,Jürgen Groß\n" * 30
    (tmp_path / "two.csv").write_bytes(
        (HEADER + first).encode("cp1252") + "91,Łukasz Kowal\n92,Paweł Nowak\n".encode("cp1250")
    )
    intake = read_lists([tmp_path / "two.csv"])
    assert [reject.line for reject in intake.rejects if "certain" in reject.reason] == [92, 93]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("表示太郎", "shift_jis"),
        ("王小明", "big5"),
        ("许功盖", "gb18030"),
        ("김철수", "euc-kr"),
        ("Łukasz", "windows-1250"),
        ("Иванов", "utf-16"),
    ],
)
def test_an_encoding_that_the_mapping_states(name: str, encoding: str, tmp_path: Path) -> None:
    """The text is decoded before its lines and cells are split."""
    rows = "".join(f'{number};"{name}; {number}"\n' for number in range(3_000))
    (tmp_path / "list.csv").write_bytes(f"no;who\n{rows}".encode(encoding))
    mapping = Mapping(
        id="no",
        source="list",
        kind="person",
        properties={"name": ("who",)},
        delimiter=";",
        encoding=encoding,
    )
    intake = read_lists([tmp_path / "list.csv"], mapping=mapping)
    names = {name for record in intake.batch.to_records() for name in record.texts("name")}
    assert (len(names), intake.rejects) == (3_000, ())
    assert f"{name}; 2999" in names


@pytest.mark.parametrize("encoding", ["shift_jis", "big5", "utf-32", "windows-1251"])
def test_a_stated_encoding_serves_proposal_preview_and_run(encoding: str, tmp_path: Path) -> None:
    name = "Иванов" if encoding == "windows-1251" else "王小明"
    path = tmp_path / "list.csv"
    path.write_bytes(f"no,name,dob\n1,{name},1970-02-03\n".encode(encoding))
    assert name in preview_lists([path], encoding=encoding)
    assert next(read_lists([path], encoding=encoding).batch.to_records()).texts("name") == (name,)
    # what the proposal states is enough for a run
    (tmp_path / "list.mapping.yml").write_text(propose_mapping(path, encoding), "utf-8")
    assert f"encoding: {check_encoding(encoding)}" in (tmp_path / "list.mapping.yml").read_text()
    assert next(read_lists([path]).batch.to_records()).texts("name") == (name,)
    with pytest.raises(InputError, match="not an encoding"):
        read_lists([path], encoding="klingon")


def test_a_stated_encoding_leaves_files_that_state_their_own(tmp_path: Path) -> None:
    table = pa.table({"name": ["Łukasz Żak"], "dob": ["1970-02-03"]})
    pq.write_table(table, tmp_path / "list.parquet")
    batch = read_lists([tmp_path / "list.parquet"], encoding="shift_jis").batch
    assert next(batch.to_records()).texts("name") == ("Łukasz Żak",)


def test_bytes_that_a_stated_encoding_cannot_decode_cost_their_row(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes("no,who\n1,王\n".encode("big5") + b"2,\xff\n3,Bo\n")
    mapping = Mapping(
        id="no", source="list", kind="person", properties={"name": ("who",)}, encoding="big5"
    )
    intake = read_lists([tmp_path / "list.csv"], mapping=mapping)
    assert [record.texts("name") for record in intake.batch.to_records()] == [("王",), ("Bo",)]
    assert [(reject.line, reject.reason) for reject in intake.rejects] == [
        (
            3,
            "the row is no text in the stated encoding big5, from its byte 3 on; state the right"
            " encoding, or mend the row",
        )
    ]


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "zlib", "unicode_escape", "a" * 99])
def test_an_unknown_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match="is not an encoding of text"):
        Mapping(source="list", kind="person", properties={"name": ("who",)}, encoding=encoding)


def test_a_table_without_rows_is_reported(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text(HEADER, "utf-8")
    (tmp_path / "full.csv").write_text(HEADER + "1,Ann\n", "utf-8")
    warnings = read_lists([tmp_path / "empty.csv", tmp_path / "full.csv"]).warnings
    assert [warning for warning in warnings if "no rows" in warning] == [
        "empty.csv: the table has a header and no rows"
    ]


def test_repeated_columns_are_reported(tmp_path: Path) -> None:
    (tmp_path / "twice.csv").write_text("id,name,name\n1,Ann,Lee\n", "utf-8")
    with pytest.raises(FormatError, match=r"twice\.csv: column 'name' occurs twice; rename one"):
        read_lists([tmp_path / "twice.csv"])
    (tmp_path / "once.csv").write_text("id,name,dob,dob,note,note\n1,Ann,1960,1961,a,b\n", "utf-8")
    intake = read_lists([tmp_path / "once.csv"])
    assert [record.texts("birthDate") for record in intake.batch.to_records()] == [()]
    assert intake.warnings[0].endswith("not used: dob, note; dob occurs twice, so neither is read")
