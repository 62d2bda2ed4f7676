"""Territories by name: the kept table answers as `rigour` does, and a damaged one is made anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from rigour.territories import lookup_territory

from resolver.normalize.lexicons import territories
from resolver.normalize.lexicons.territories import territory_code

TEXTS = (
    "France",
    "fr",
    "FRA",
    "República Bolivariana de Venezuela",
    "ایران",
    "Cote d'Ivoire",
    "USSR",
    "Q142",
    "nowhere",
)


@pytest.mark.parametrize("text", TEXTS)
def test_answers_are_those_of_rigour(text: str) -> None:
    found = lookup_territory(text)
    assert territory_code(text) == (found.code if found else "")


def test_a_kept_table_is_read_and_a_damaged_one_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = territories._names.__wrapped__(tmp_path)
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(territories, "_get_territory_names", lambda: pytest.fail("made what is kept"))
        assert territories._names.__wrapped__(tmp_path) == names
    path.write_bytes(content.replace(b'"fr"', b'"de"'))
    assert territories._names.__wrapped__(tmp_path) == names
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert territories._names.__wrapped__(tmp_path / "file")["france"] == "fr"
