"""Lines of text files in several encodings."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.errors import InputError
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.text_lines import (
    MAX_LINE,
    detect_encoding,
    line_fault,
    read_text_lines,
)


def lines(path: Path) -> list[tuple[int, str]]:
    return list(read_text_lines(SourceFile(path)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings_are_detected(tmp_path: Path, encoding: str) -> None:
    text = "Name,Anna\r\nИмя,Анна\n"
    (tmp_path / "list.csv").write_bytes(text.encode(encoding))
    assert lines(tmp_path / "list.csv") == [(1, "Name,Anna"), (2, "Имя,Анна")]


def test_a_western_line_does_not_change_how_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(
        "Иван\n".encode() + "Müller – “Jr.”\n".encode("cp1252") + "Zoë\n".encode()
    )
    assert lines(tmp_path / "list.csv") == [(1, "Иван"), (2, "Müller – “Jr.”"), (3, "Zoë")]


@pytest.mark.parametrize(
    ("name", "page"),
    [("Иванов", "cp1251"), ("Γεώργιος Παπαδόπουλος", "cp1253"), ("Wałęsa", "cp1250")],
)
def test_lines_of_other_code_pages_are_read(tmp_path: Path, name: str, page: str) -> None:
    (tmp_path / "list.csv").write_bytes(b"ok\n" + name.encode(page) + b"\nok\n")
    assert lines(tmp_path / "list.csv") == [(1, "ok"), (2, name), (3, "ok")]


@pytest.mark.parametrize("raw", ["Иван".encode()[:-1], b"\x81\x8d"], ids=["cut UTF-8", "nothing"])
def test_damage_does_not_count_as_western(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "list.csv").write_bytes(b"ok\n" + raw + b"\nok\n")
    first, second, third = lines(tmp_path / "list.csv")
    assert (first[1], third) == ("ok", (3, "ok"))
    assert "the row is not UTF-8" in line_fault(second[1])


def test_lines_may_end_in_any_way(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(b"a\rb\r\nc\nd")
    assert lines(tmp_path / "list.csv") == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]


def test_a_giant_line_is_cut_and_the_next_one_whole(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(b"x" * (MAX_LINE + 10) + b"\nshort\n")
    giant, short = lines(tmp_path / "list.csv")
    assert (giant[0], len(giant[1]), short) == (1, MAX_LINE + 1, (2, "short"))
    assert "longer than" in line_fault(giant[1])


def test_broken_utf_16_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes("ab\n".encode("utf-16") + b"\x00\xd8a")
    with pytest.raises(InputError, match=r"list\.csv: line 2 cannot be read as utf-16"):
        lines(tmp_path / "list.csv")


def test_line_faults() -> None:
    assert line_fault("Anna, Анна") == ""
    assert "NUL" in line_fault("An\x00na")


def test_text_without_a_mark_is_utf_8() -> None:
    assert detect_encoding(b"") == "utf-8"
    assert detect_encoding("Имя,Анна".encode()) == "utf-8"
