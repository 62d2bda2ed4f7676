"""Subject access report as PDF."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from resolver.errors import OutputError
from resolver.records import Address, Handling, Identifier
from resolver.report.pdf import Heading, Paragraph, Table, describe_subject, render_subject
from resolver.screening.result_files import write_bytes
from tests.records.samples import record

AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
PERSON = record(
    "coast:1",
    name="Usama Marlow",
    alias=("أسامة مارلو", "Усама Марлоу", "王小明"),
    birthDate="1970-05-06",
    identifiers=[Identifier("passportNumber", "K7719034", "gb")],
    addresses=[Address(full="1 Quay Road, Hull", country="gb")],
)
HANDLED = replace(PERSON, handling=Handling("Coast", "H1", purpose="border check"))


def report_of(accesses: int) -> dict[str, Any]:
    stated = json.loads(json.dumps(asdict(HANDLED), default=str))
    row = {"valid_from": "2026-01-02T03:04:05.000000", "valid_to": None, **stated}
    access = {
        "number": 1,
        "at": "2026-02-03T04:05:06.000000",
        "who": "ada",
        "agency": "River",
        "action": "check",
        "command": "",
        "purpose": "visa",
        "shown": "e-1",
    }
    return {"entity": "e-1", "records": [row], "decisions": [], "accesses": [access] * accesses}


def test_the_report_has_every_value_and_access() -> None:
    parts = describe_subject(report_of(1), AT)
    values, accesses = [part for part in parts if isinstance(part, Table)]
    assert [tuple(row[:2]) for row in values.rows] == [
        ("Name", "Usama Marlow"),
        ("Alias", "أسامة مارلو"),
        ("Alias", "Усама Марлоу"),
        ("Alias", "王小明"),
        ("Birth date", "1970-05-06"),
        ("Passport number", "K7719034, gb"),
        ("Address", "1 Quay Road, Hull, gb"),
        ("Handling: agency", "Coast"),
        ("Handling: code", "H1"),
        ("Handling: purpose", "border check"),
    ]
    assert accesses.rows == [("2026-02-03 04:05", "ada", "River", "check", "visa", "e-1")]
    assert Heading("coast:1") in parts
    assert Paragraph("Nobody has decided on these records.") in parts


def test_the_report_is_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    pytest.importorskip("fpdf")
    pytest.importorskip("noto_cjk_sans_otc")
    content = render_subject(report_of(80), created=AT)
    assert content.startswith(b"%PDF-")
    file = tmp_path / "subject.pdf"
    # as a former report that others may read
    file.write_bytes(b"")
    file.chmod(0o644)
    write_bytes(file, iter([content]))
    assert file.read_bytes() == content
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(OutputError, match="cannot write the file"):
        write_bytes(tmp_path / "absent" / "subject.pdf", iter([content]))
