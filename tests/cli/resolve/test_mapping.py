"""Command `resolver mapping`, and lists from standard input."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from resolver.cli.app import run

TABLE = "Nachname;Vorname;Geburtsdatum\nEk;Anna;01.02.1970\n"


def test_a_proposal_is_printed_or_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, out = tmp_path / "people.csv", tmp_path / "people.mapping.yml"
    table.write_text(TABLE)
    assert run(["mapping", str(table)]) == 0
    printed = capsys.readouterr().out
    assert "lastName: Nachname" in printed
    assert run(["mapping", str(table), "--out", str(out)]) == 0
    assert out.read_text() == printed
    assert run(["mapping", str(table), "--out", str(out)]) == 2
    assert "exists" in capsys.readouterr().err
    assert run(["preview", str(table)]) == 0
    assert "Ek" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("command", ["mapping", "preview"])
def test_standard_input_is_a_list(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "resolver", command, "-"],
        input=TABLE.encode(),
        capture_output=True,
        check=True,
    )
    assert b"Vorname" in done.stdout
    assert b"stdin" in done.stdout


def test_a_url_without_a_reader_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["preview", "ftp://user:word@example.org/x.csv"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ftp://example.org/x.csv: URLs of this kind are not read")
