"""Invalid input gives one clear line and exit code 1, or a row in rejects.csv."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from resolver.cli.app import run

GOOD = "id,name,birth_date\n1,Ana Silva,1970-01-02\n"
UN = (
    '<?xml version="1.0" encoding="utf-8"?>\n{doctype}'
    '<CONSOLIDATED_LIST dateGenerated="2026-01-01T00:00:00Z">{body}'
)
PERSON = (
    "<INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID>"
    "<FIRST_NAME>{name}</FIRST_NAME></INDIVIDUAL></INDIVIDUALS>"
)
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>\n"
)
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n'


def dedupe(path: Path, out: Path, *options: str) -> int:
    return run(["dedupe", str(path), "--out", str(out), *options])


def rejects(out: Path) -> list[dict[str, str]]:
    with (out / "rejects.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"\x00\x01\x02\x03" * 50, "format not known"),
        ("a.csv", b"x,y\n1,2\n", "no column is recognized as a name; the table has x, y"),
        ("a.csv", b"id,name\n", "no record could be read"),
        ("a.xml", UN.format(doctype="", body=PERSON.format(name="Ana")[:60]).encode(), ""),
        (
            "a.xml",
            UN.format(
                doctype=BOMB, body=PERSON.format(name="&i;") + "</CONSOLIDATED_LIST>"
            ).encode(),
            "",
        ),
        (
            "a.xml",
            UN.format(
                doctype=EXTERNAL, body=PERSON.format(name="&a;") + "</CONSOLIDATED_LIST>"
            ).encode(),
            "",
        ),
        ("a.csv.gz", b"\x1f\x8b\x08\x00damaged", ""),
        ("a.zip", b"PK\x03\x04damaged", ""),
        ("a.parquet", b"PAR1 damaged", ""),
    ],
    ids=[
        "empty",
        "bytes",
        "unknown",
        "header",
        "truncated",
        "bomb",
        "external",
        "gzip",
        "zip",
        "parquet",
    ],
)
def test_unreadable_file_is_one_line(
    name: str, content: bytes, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert dedupe(path, tmp_path / "out") == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    line = shown.err.splitlines()[-1]
    assert line.startswith("error: ")
    assert name in line
    assert message in line
    assert "unexpected" not in line
    assert "root:" not in shown.err
    assert not (tmp_path / "out" / "entities.csv").exists()


@pytest.mark.parametrize(
    ("rows", "line", "message"),
    [
        (b"2,Bo Ek\n", "3", ""),
        (b"2,Bo Ek,1980-01-01,more\n", "3", ""),
        (b"2,Bo Ek,31.02.1980\n", "3", ""),
        (b"1,Bo Ek,1980-01-01\n", "", ""),
        (b"2," + b"x" * 100_000 + b",1980-01-01\n", "3", ""),
        (b"2,Bo\x00Ek,1980-01-01\n", "3", ""),
    ],
    ids=["short", "long", "february", "twice", "name", "nul"],
)
def test_unreadable_row_is_rejected(
    rows: bytes, line: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(GOOD.encode() + rows + b"7,Cy Dee,1990-01-01\n")
    assert dedupe(path, tmp_path / "out") == 0
    shown = capsys.readouterr()
    (reject,) = rejects(tmp_path / "out")
    assert reject["file"] == "a.csv"
    assert reject["line"] == (line or reject["line"])
    assert message in reject["reason"]
    listed = tmp_path / "out" / "rejects.csv"
    assert f"1 row or value could not be read: {listed}\n" in shown.out
    assert dedupe(path, tmp_path / "few", "--only", "entities") == 0
    assert "could not be read: a run without --only entities lists them" in capsys.readouterr().out
    assert dedupe(path, tmp_path / "strict", "--strict") == 1
    shown = capsys.readouterr()
    assert shown.err.splitlines()[-1].startswith("error: ")
    assert "a.csv" in shown.err


def test_mapping_with_missing_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text("nr,who\n1,Ana Silva\n")
    mapping = tmp_path / "m.yml"
    mapping.write_text("id: nr\nkind: person\nsource: a\nproperties: {name: whom}\n")
    assert dedupe(tmp_path / "a.csv", tmp_path / "out", "--mapping", str(mapping)) == 1
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("error: a.csv: the table has no column 'whom' (did you mean 'who'?")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "tabula"], "no format is called 'tabula'"),
        (["--mapping", "absent.yml"], "absent.yml"),
        (["--decisions", "absent.csv"], "absent.csv: no such file or directory (check the path)"),
        (["--model", "absent"], "there is no model file"),
    ],
)
def test_invalid_options_are_one_line(
    options: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text(GOOD)
    assert dedupe(tmp_path / "a.csv", tmp_path / "out", *options) == 1
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("error: ")
    assert message in line


def test_an_absent_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dedupe(tmp_path / "absent.csv", tmp_path / "out") == 1
    assert capsys.readouterr().err == f"error: {tmp_path / 'absent.csv'}: there is no such file\n"
