"""Turns of requests: a limited number runs at once; one that waits for a commit lets others run.

So any number of posted records never keeps a check from a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, g

from resolver.api.errors import ApiError
from resolver.api.server.limits import MAX_WAITING


class RequestTurns:
    """Semaphores of one process: for requests that run and for those that wait for a commit."""

    def __init__(self, max_running: int) -> None:
        self.running = threading.Semaphore(max_running)
        self.waiting = threading.Semaphore(MAX_WAITING)

    @contextmanager
    def released(self) -> Iterator[None]:
        """Let others run while this request waits.

        Raises `ApiError` where too many wait already.
        """
        if not self.waiting.acquire(blocking=False):
            raise ApiError(
                503,
                "too many records wait to be committed: send it again",
                headers={"Retry-After": "1"},
            )
        try:
            turn = g.pop("turn", None)
            if turn is None:
                yield
                return
            self.running.release()
            try:
                yield
            finally:
                self.running.acquire()
                g.turn = turn
        finally:
            self.waiting.release()


def install_turns(app: Flask, turns: RequestTurns) -> None:
    """Let as many requests of an application run at once as there are turns."""

    @app.before_request
    def begin() -> None:
        """Wait for a turn."""
        turns.running.acquire()
        g.turn = True

    @app.teardown_request
    def end(_: object) -> None:
        """Give the turn back."""
        if g.pop("turn", None) is not None:
            turns.running.release()
