"""Benchmark of readers, on a few entries of one format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import readers
from resolver.lists.readers import READERS
from tests.lists.published_lists import OTHER_WRITERS, WRITERS


@pytest.mark.slow
def test_a_format_is_written_and_read_in_a_process_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--entries", "60", "--formats", "bis_dpl", "--out", str(tmp_path)]
    assert readers.main(options) == 0
    (reading,) = json.loads((tmp_path / "readers.json").read_text("utf-8"))
    folder = tmp_path / "work" / "readers" / "bis_dpl" / "full"
    assert (reading["format"], reading["rejects"]) == ("bis_dpl", 0)
    assert reading["bytes"] == sum(path.stat().st_size for path in folder.iterdir())
    assert reading["records"] == 60
    assert reading["seconds"] > 0
    assert "bis_dpl" in capsys.readouterr().out


def test_every_format_has_a_writer() -> None:
    written = {*WRITERS, *OTHER_WRITERS, "icij", *readers._FURTHER}
    assert {row.name for row in READERS} - written == set()
