"""`resolver users`, and proxies of `resolver serve`."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from resolver.cli.app import run
from resolver.store import Store, UserRole

PASSWORD = "seven quiet herons"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a new store."""
    return f"sqlite:///{tmp_path}/hub.db"


def users(url: str, *words: str) -> int:
    return run(["users", *words, "--store", url])


def test_users_are_added_changed_and_listed(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text(f"{PASSWORD}\n", "utf-8")
    options = ("--role", "admin", "--agency", "Coast", "--password-file", str(tmp_path / "secret"))
    assert users(url, "add", "amira", *options) == 0
    assert users(url, "add", "ben", "--role", "viewer", "--no-password") == 0
    assert users(url, "role", "ben", "steward", "--agency", "River") == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("another quiet heron\r\n"))
    assert users(url, "passwd", "ben", "--password-file", "-") == 0
    assert users(url, "disable", "ben") == 0
    capsys.readouterr()
    assert users(url, "list") == 0
    assert capsys.readouterr().out == "amira: admin; good; Coast\nben: steward; disabled; River\n"
    assert users(url, "enable", "ben") == 0
    capsys.readouterr()
    assert users(url, "list", "--json") == 0
    assert [(user["name"], user["state"]) for user in json.loads(capsys.readouterr().out)] == [
        ("amira", "good"),
        ("ben", "good"),
    ]
    with Store.open(url) as store:
        assert store.users.check("amira", PASSWORD) is not None
        assert store.users.check("ben", "another quiet heron") is not None
        assert store.users.get("ben").role is UserRole.STEWARD


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("add", "amira", "--role", "king"), 2, "king"),
        (("add", "amira", "--role", "viewer"), 2, "give --password-file"),
        (("add", "a b", "--role", "viewer", "--no-password"), 1, "no name of a user"),
        (
            ("add", "amira", "--role", "viewer", "--no-password", "--password-file", "x"),
            2,
            "exclude each other",
        ),
        (("passwd", "amira", "--password-file", "absent.txt"), 1, "absent.txt"),
        (("role", "amira", "viewer"), 1, "no such store"),
    ],
)
def test_invalid_arguments_are_one_line(
    url: str, words: tuple[str, ...], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert users(url, *words) == code
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--user-header", "X-User"), "needs --proxy"),
        (("--user-header", "X-User", "--proxy", "home"), "is not an address"),
    ],
)
def test_proxy_needs_an_address(
    url: str, words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["serve", "--store", url, *words]) == 2
    assert message in capsys.readouterr().err
