"""Whose turn it is: of the requests that a process has taken so many run at once, and whoever waits for a landing lets
others run meanwhile. So records that many post never keep a check from a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, g

from resolver.api.errors import ApiError

WAITING = 64
"""Requests of a process that may wait for landings at once; each has a thread beside those that run."""


class Turns:
    """The turns of one process."""

    def __init__(self, running: int) -> None:
        self.running = threading.Semaphore(running)
        self.waiting = threading.Semaphore(WAITING)

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Let others run while this request waits. Raises `ApiError` where too many wait already."""
        if not self.waiting.acquire(blocking=False):
            raise ApiError(
                503, "too many records wait to land: send it again", headers={"Retry-After": "1"}
            )
        try:
            mine = g.pop("turn", None)
            if mine is None:
                yield
                return
            self.running.release()
            try:
                yield
            finally:
                self.running.acquire()
                g.turn = mine
        finally:
            self.waiting.release()


def install(app: Flask, turns: Turns) -> None:
    """Let as many requests of an application run at once as there are turns."""

    @app.before_request
    def begin() -> None:
        turns.running.acquire()
        g.turn = True

    @app.teardown_request
    def end(_: object) -> None:
        if g.pop("turn", None) is not None:
            turns.running.release()
