"""Whoever waits for a landing lets others run, and not without end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from resolver.api import errors
from resolver.api.server.request_turns import WAITING, Turns, install


@pytest.fixture
def turns() -> Turns:
    return Turns(1)


@pytest.fixture
def app(turns: Turns) -> Flask:
    """Answers at once, or after a landing that lasts as long as `landed` is not set."""
    made = Flask(__name__)
    install(made, turns)
    errors.install(made)
    landed = made.extensions["landed"] = threading.Event()
    begun = made.extensions["begun"] = threading.Semaphore(0)

    @made.get("/waits")
    def waits() -> str:
        with turns.given_up():
            begun.release()
            assert landed.wait(60)
        return "landed"

    @made.get("/runs")
    def runs() -> str:
        return "ran"

    return made


def test_others_run_while_one_waits(app: Flask, turns: Turns) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: app.test_client().get("/waits").text)
        assert app.extensions["begun"].acquire(timeout=60)
        assert app.test_client().get("/runs").text == "ran"
        app.extensions["landed"].set()
        assert waiting.result() == "landed"
    # each turn came back
    assert turns.running.acquire(blocking=False)
    assert not turns.running.acquire(blocking=False)


def test_who_comes_when_too_many_wait_is_told_so(app: Flask, turns: Turns) -> None:
    for _ in range(WAITING):
        assert turns.waiting.acquire(blocking=False)
    answer = app.test_client().get("/waits")
    assert answer.status_code == 503
    assert "send it again" in answer.get_json()["detail"]
    assert answer.headers["Retry-After"] == "1"
    # nor did that take anybody's turn
    assert app.test_client().get("/runs").text == "ran"
