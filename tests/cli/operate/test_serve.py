"""`resolver serve` without the packages that only it needs."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from resolver.cli.app import run
from resolver.cli.operate import serve


def test_without_its_extra_the_service_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(name: str) -> Any:
        return None if name == "waitress" else find_spec(name)

    monkeypatch.setattr(serve, "find_spec", find)
    assert run(["serve", "--store", "sqlite:///nothing.db"]) == 1
    shown = capsys.readouterr().err.strip()
    assert shown.splitlines() == [shown]
    assert "waitress" in shown
    assert "gunicorn" not in shown
    assert "watchlist-resolver[server]" in shown
