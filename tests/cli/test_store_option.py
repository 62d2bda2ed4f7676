"""Where commands find their store: an option, a file or the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.cli.app import run
from resolver.store import Store


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/hub.db"
    Store.open(url).close()
    return url


def test_a_store_is_named_by_a_file_or_the_settings(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sources", "list"]) == 2
    assert "--store" in capsys.readouterr().err
    file = tmp_path / "store"
    file.write_text(f"{url}\n", "utf-8")
    assert run(["sources", "list", "--store-file", str(file)]) == 0
    assert run(["sources", "list", "--store-file", str(file), "--store", url]) == 2
    assert "exclude each other" in capsys.readouterr().err
    monkeypatch.setenv("RESOLVER_STORE", url)
    assert run(["sources", "list"]) == 0
    # an option comes first
    assert run(["sources", "list", "--store", f"sqlite:///{tmp_path}/absent.db"]) == 1
    capsys.readouterr()


@pytest.mark.parametrize("content", [None, b"", b"\n\n", b"\xff"])
def test_a_file_that_names_no_store_is_refused(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "store").write_bytes(content)
    assert run(["sources", "list", "--store-file", str(tmp_path / "store")]) == 2
    assert "--store-file" in capsys.readouterr().err


def test_the_setting_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RESOLVER_STORE", "postgresql+psycopg://hub:secret@db/hub")
    assert run(["settings"]) == 0
    assert "secret@" not in capsys.readouterr().out
