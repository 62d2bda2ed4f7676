"""Territories by name: the file answers as `rigour` does, and is written again if damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from rigour.territories import lookup_territory

from resolver.normalize.lexicons import territories
from resolver.normalize.lexicons.territories import han_territories, territory_code

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
    answer = lookup_territory(text)
    assert territory_code(text) == (answer.code if answer else "")


def test_a_damaged_file_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = territories._names.__wrapped__(tmp_path)
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(territories, "_get_territory_names", lambda: pytest.fail("made what is kept"))
        assert territories._names.__wrapped__(tmp_path) == names
    path.write_bytes(content.replace(b'"fr"', b'"de"'))
    assert territories._names.__wrapped__(tmp_path) == names
    assert path.read_bytes() == content


def test_answers_do_not_need_a_writable_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert territories._names.__wrapped__(tmp_path / "file")["france"] == "fr"


def test_territories_in_han_have_english_names() -> None:
    assert han_territories()["阿根廷"] == "argentina"
    assert not any(name.isascii() for name in han_territories())
