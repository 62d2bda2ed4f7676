"""Whoever waits for a landing lets others run, and not without end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from resolver.api.server.limits import MAX_WAITING, RequestTurns, install_turns
from resolver.api.server.responses import install_error_handlers


@pytest.fixture
def turns() -> RequestTurns:
    return RequestTurns(1)


@pytest.fixture
def app(turns: RequestTurns) -> Flask:
    """Answers at once, or after a landing that lasts as long as `landed` is not set."""
    application = Flask(__name__)
    install_turns(application, turns)
    install_error_handlers(application)
    committed = application.extensions["landed"] = threading.Event()
    begun = application.extensions["begun"] = threading.Semaphore(0)

    @application.get("/waits")
    def waits() -> str:
        with turns.released():
            begun.release()
            assert committed.wait(60)
        return "landed"

    @application.get("/runs")
    def runs() -> str:
        return "ran"

    return application


def test_others_run_while_a_request_waits(app: Flask, turns: RequestTurns) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: app.test_client().get("/waits").text)
        assert app.extensions["begun"].acquire(timeout=60)
        assert app.test_client().get("/runs").text == "ran"
        app.extensions["landed"].set()
        assert waiting.result() == "landed"
    # each turn came back
    assert turns.running.acquire(blocking=False)
    assert not turns.running.acquire(blocking=False)


def test_a_request_beyond_the_limit_is_refused(app: Flask, turns: RequestTurns) -> None:
    for _ in range(MAX_WAITING):
        assert turns.waiting.acquire(blocking=False)
    answer = app.test_client().get("/waits")
    assert answer.status_code == 503
    assert "send it again" in answer.get_json()["detail"]
    assert answer.headers["Retry-After"] == "1"
    # nor did that take anybody's turn
    assert app.test_client().get("/runs").text == "ran"
