"""Handover from the loading process to the workers: no request is lost."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from waitress import wasyncore

from resolver.api import create_app
from resolver.api.server.run import (
    _answering_meanwhile,
    _drain,
    _listening_socket,
    _waitress,
)
from resolver.api.service import ServiceSettings

pytestmark = pytest.mark.slow


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """Application over an empty store."""
    built = create_app(ServiceSettings(f"sqlite:///{tmp_path}/empty.db"))
    with contextlib.closing(built.extensions["resolver"]):
        yield built


def ask_repeatedly(port: int, answers: list[int | str], is_running: threading.Event) -> None:
    """Ask again and again, each time over a new connection; what became of each."""
    while is_running.is_set():
        caller = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            caller.request("GET", "/healthz")
            answer = caller.getresponse()
            answer.read()
            answers.append(answer.status)
        except OSError as failed:
            answers.append(repr(failed))
        finally:
            caller.close()


def test_no_request_is_lost_between_two_servers(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = wasyncore.dispatcher.accept

    def slowly(listener: wasyncore.dispatcher) -> object:
        # the accepting thread may wait for its turn, since loading is busy to its last moment
        accepted = accept(listener)
        time.sleep(0.03)
        return accepted

    monkeypatch.setattr(wasyncore.dispatcher, "accept", slowly)
    answers: list[int | str] = []
    is_running = threading.Event()
    is_running.set()
    with _listening_socket("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        # a single thread, so that no other connection is open meanwhile
        caller = threading.Thread(target=ask_repeatedly, args=(port, answers, is_running))
        caller.start()
        for _ in range(15):
            with _answering_meanwhile(app, listening, lambda: None):
                time.sleep(0.05)
        with _answering_meanwhile(app, listening, lambda: None):
            is_running.clear()
            caller.join()
    assert len(answers) > 15
    assert set(answers) == {200}


def test_silent_clients_are_dropped(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolver.api.server.run._HANDOVER_SECONDS", 0.2)
    with _listening_socket("127.0.0.1", 0) as listening:
        server = _waitress(app, listening.dup(), 2)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        with contextlib.closing(socket.create_connection(listening.getsockname())) as silent:
            while not server.active_channels:
                time.sleep(0.01)
            _drain(server)
            silent.settimeout(5)
            # the other end is closed, not left open by a process that lives on
            assert silent.recv(1) == b""
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(timeout=10)
