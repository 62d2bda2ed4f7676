"""Fingerprint of the program, kept beside an index."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import resolver
from resolver.hub.segment_contents import digest_program, keep_fingerprint

STAMP = {"store": "s1", "model": "person 1", "population": "3"}


class Computation:
    """Computation that counts how often it ran."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self) -> str:
        self.runs += 1
        return f"fingerprint {self.runs}"


@pytest.fixture
def computation() -> Computation:
    return Computation()


def test_the_same_program_and_stamp_compute_once(tmp_path: Path, computation: Computation) -> None:
    results = {
        keep_fingerprint(tmp_path, dict(reversed(STAMP.items())), computation) for _ in range(3)
    }
    assert results == {"fingerprint 1"}
    assert computation.runs == 1
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("program", "stamp"), [("other", STAMP), ("own", {**STAMP, "population": "4"})]
)
def test_another_program_or_stamp_computes_anew(
    tmp_path: Path, computation: Computation, program: str, stamp: dict[str, str]
) -> None:
    assert keep_fingerprint(tmp_path, STAMP, computation, "own") == "fingerprint 1"
    assert keep_fingerprint(tmp_path, stamp, computation, program) == "fingerprint 2"


@pytest.mark.parametrize("content", [b"", b"\xff{", b"[1]", b'{"key": []}', b'{"fingerprint": 1}'])
def test_a_damaged_file_is_written_anew(
    tmp_path: Path, computation: Computation, content: bytes
) -> None:
    file = tmp_path / "program.json"
    file.write_bytes(content)
    assert keep_fingerprint(tmp_path, STAMP, computation) == "fingerprint 1"
    assert json.loads(file.read_bytes())["fingerprint"] == "fingerprint 1"


def test_nothing_is_kept_without_a_folder(tmp_path: Path, computation: Computation) -> None:
    folder = tmp_path / "absent"
    assert keep_fingerprint(folder, STAMP, computation) == "fingerprint 1"
    assert keep_fingerprint(folder, STAMP, computation) == "fingerprint 2"
    assert not folder.exists()


def test_the_digest_follows_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, part = tmp_path / "package", tmp_path / "part"
    for folder in (package / "__pycache__", part):
        folder.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (part / "module.py").write_text("ONE = 1\n")
    (package / "part").symlink_to(part)
    monkeypatch.setattr(resolver, "__file__", str(package / "__init__.py"))

    def digest() -> str:
        digest_program.cache_clear()
        return digest_program()

    first = digest()
    (package / "__pycache__" / "module.pyc").write_bytes(b"1")
    assert digest() == first
    (part / "module.py").write_text("ONE = 2\n")
    os.utime(part / "module.py", ns=(1, 1))
    assert digest() != first
    # as editors lock a file
    (part / ".#module.py").symlink_to(tmp_path / "absent")
    assert digest() != first
    monkeypatch.undo()
    digest_program.cache_clear()
