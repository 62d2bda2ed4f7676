"""Serving process, asked over HTTP."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from dataclasses import fields

import pytest

from resolver.api.server.limits import is_loopback_host
from resolver.cli.app import run
from resolver.settings import Settings
from tests.api.serving import ROOT, Served, ask, served, wait_ready

pytestmark = pytest.mark.slow


@pytest.fixture
def serving(store_url: str) -> Iterator[Served]:
    with served(store_url) as process:
        yield process


def test_a_process_serves_and_ends(serving: Served) -> None:
    process, address, log = serving
    assert ask(f"{address}/healthz") == (200, {"status": "ok"})
    wait_ready(address)
    status, answer = ask(f"{address}/check?name=Maria+Quispe+Huanca&birthDate=1980-11-02")
    assert status == 200
    assert isinstance(answer, dict)
    assert answer["results"][0]["referents"] == ["coast:2", "river:2"]
    process.send_signal(signal.SIGTERM)
    assert serving.ended() == 0
    answered = [row for row in map(json.loads, log) if row["event"] == "request"]
    assert [row["route"] for row in answered].count("/check") == 1
    assert len(answered) >= 3
    assert "Maria" not in "".join(log)


def test_a_public_address_needs_keys(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--store", store_url, "--host", "0.0.0.0", "--port", "0"]) == 2
    output = capsys.readouterr().err
    assert "no API keys and no users" in output
    assert output.count("\n") == 1


def test_a_port_in_use(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert run(["serve", "--store", store_url, "--port", str(listener.getsockname()[1])]) == 2
    assert "cannot listen on 127.0.0.1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("127.9.9.9", True),
        ("hub.localhost", True),
        ("localhost.example", False),
        ("0.0.0.0", False),
        ("::", False),
        ("hub.example", False),
    ],
)
def test_what_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback_host(host) == expected


def test_the_shipped_unit_names_its_proxy_and_no_store_in_its_arguments() -> None:
    """Without the proxy all clients have its address, and one of them could lock the desk for all;
    everybody on the machine reads arguments, and a store may have a password.
    """
    units = sorted((ROOT / "deploy").glob("*.service"))
    assert units
    for unit in units:
        text = unit.read_text("utf-8")
        assert "--store" not in text
        for name in re.findall(r"\bRESOLVER_(\w+)", text):
            assert name.lower() in {field.name for field in fields(Settings)}, name
        if "resolver serve" in text:
            assert re.search("^Environment=RESOLVER_PROXIES=127.0.0.1", text, re.MULTILINE)
