"""Whoever comes while the process that loads hands over is answered by it, or stays in the queue of the socket."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from pathlib import Path

import pytest
from waitress import wasyncore

from resolver.api.app import create_app
from resolver.api.server.run import (
    _bound,
    _empty,
    _server,
    _while_loading,
)
from resolver.api.service_settings import ServiceSettings


def asked(port: int, answers: list[int | str], going: threading.Event) -> None:
    """Ask again and again, each time over a new connection; what became of each."""
    while going.is_set():
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


def test_nobody_is_lost_between_two_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = wasyncore.dispatcher.accept

    def slowly(listener: wasyncore.dispatcher) -> object:
        # as where the thread that took somebody in waits for its turn, since loading is busy to its last moment
        found = accept(listener)
        time.sleep(0.03)
        return found

    monkeypatch.setattr(wasyncore.dispatcher, "accept", slowly)
    app = create_app(ServiceSettings(f"sqlite:///{tmp_path}/empty.db"))
    answers: list[int | str] = []
    going = threading.Event()
    going.set()
    with _bound("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        # one, so that nobody else is there while he is taken in
        caller = threading.Thread(target=asked, args=(port, answers, going))
        caller.start()
        for _ in range(15):
            with _while_loading(app, listening, lambda: None):
                time.sleep(0.05)
        with _while_loading(app, listening, lambda: None):
            going.clear()
            caller.join()
    assert len(answers) > 15
    assert set(answers) == {200}


def test_who_says_nothing_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolver.api.server.run._HANDED_OVER", 0.2)
    app = create_app(ServiceSettings(f"sqlite:///{tmp_path}/empty.db"))
    with _bound("127.0.0.1", 0) as listening:
        server = _server(app, listening.dup(), 2)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        with contextlib.closing(socket.create_connection(listening.getsockname())) as silent:
            while not server.active_channels:
                time.sleep(0.01)
            _empty(server)
            silent.settimeout(5)
            # the other end is closed, not left open by a process that lives on
            assert silent.recv(1) == b""
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(timeout=10)
