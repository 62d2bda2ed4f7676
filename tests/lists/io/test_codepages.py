"""Tables that are not UTF-8: read in their code page, or refused row by row, never misread."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.errors import FormatError
from resolver.lists.io.text_lines import CYRILLIC, UNKNOWN, WESTERN, detect_code_page
from resolver.lists.readers import read_lists

HEADER = "id,name\n"


@pytest.mark.parametrize(
    ("names", "codec", "page"),
    [
        (["Ли Чен", "Ян Ким"], "cp1251", CYRILLIC),
        (["Иванов Пётр", "СМИРНОВА АННА"], "cp1251", CYRILLIC),
        (["Шевченко Тарас Григорович", "Їжакевич Іван"], "cp1251", CYRILLIC),
        (["Сидоров Олег «кот» адрес ул Мира дом № 5", "розыск по делу"], "cp1251", CYRILLIC),
        (["Ђорђе Јовановић", "Љубиша Петровић"], "cp1251", CYRILLIC),
        (["José Müller", "Élodie Bézier", "Ægir Øst", "Öz Ün"], "cp1252", WESTERN),
        (["Þórður Ólafsson", "O’Brien – Æsa"], "cp1252", WESTERN),
        (["Øå"], "cp1252", WESTERN),
        (["Иванов Пётр"], "utf-8", WESTERN),
        (["Γιώργος Παπαδόπουλος", "Νίκος Αντωνίου"], "cp1253", UNKNOWN),
        (["דוד כהן", "משה לוי"], "cp1255", UNKNOWN),
        (["محمد علي", "أحمد حسن"], "cp1256", UNKNOWN),
        (["Иванов Пётр", "Смирнова Анна"], "koi8-r", UNKNOWN),
        (["Иванов Пётр", "Смирнова Анна"], "iso8859-5", UNKNOWN),
        (["Иванов Пётр", "Смирнова Анна"], "cp866", UNKNOWN),
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
        "the row is neither UTF-8 nor windows-1252 or -1251; convert the file to UTF-8"
    ] * (len(names) if page == UNKNOWN else 0)
    warning = "list.csv: the file is not UTF-8; it was read as windows-1251 (Cyrillic)"
    assert (warning in intake.warnings) == (page == CYRILLIC)


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
