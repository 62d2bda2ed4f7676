"""Request ids, one line of log a request, and figures for Prometheus. None of them holds what was asked or answered."""

from __future__ import annotations

import atexit
import logging
import os
import random
import re
import shutil
import sys
import tempfile
import time

import structlog
from flask import Flask, Response, g, request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)

from resolver.settings import tell_library

_LOG = structlog.get_logger("api")
_TOGETHER: list[str] = []
"""The folder in which several processes count, where they do."""
_ID = re.compile(r"[\w.:-]{1,64}")
_SECONDS = (0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.125, 0.25, 0.5, 1, 2, 5, 15)


class Figures:
    """What `/metrics` shows."""

    def __init__(self) -> None:
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "resolver_requests",
            "Requests answered.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "resolver_request_seconds",
            "Time to answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.checks = Counter("resolver_checks", "Queries looked up.", registry=self.registry)
        self.version = Gauge(
            "resolver_store_version",
            "Version of the store.",
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )
        self.held = Gauge(
            "resolver_batches_held",
            "Batches that wait until somebody accepts how much they change.",
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )
        self.ready = Gauge(
            "resolver_ready",
            "1 where checks are answered.",
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )

    def answered(self, route: str, method: str, status: int, took: float) -> None:
        """Count a request, and the seconds it took."""
        children = self._children.get((route, method, status))
        if children is None:
            children = self.requests.labels(route, method, status), self.seconds.labels(route)
            self._children[route, method, status] = children
        children[0].inc()
        children[1].observe(took)


def count_together() -> None:
    """Let the processes that will be forked from this one count in files, which each of them can sum up. To be called
    before there are figures."""
    folder, mine = tempfile.mkdtemp(prefix="resolver-figures-"), os.getpid()
    tell_library("PROMETHEUS_MULTIPROC_DIR", folder)
    _TOGETHER.append(folder)
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
    # workers run this too when they end, and must not
    atexit.register(
        lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == mine else None
    )


def figures() -> Figures:
    """The figures of the application that answers now."""
    from flask import current_app

    found: Figures = current_app.extensions["figures"]
    return found


def shown(told: Figures) -> bytes:
    """The figures for Prometheus: of all processes where several serve."""
    if not _TOGETHER:
        return generate_latest(told.registry)
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together, path=_TOGETHER[0])  # type: ignore[no-untyped-call]
    return generate_latest(together)


def install(app: Flask) -> None:
    """Watch every request of an application."""
    told = app.extensions["figures"] = Figures()

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-ID", "")
        # it tells requests apart and opens nothing, so that it need not be hard to guess
        g.request_id = (
            given if given and _ID.fullmatch(given) else f"{random.getrandbits(128):032x}"
        )
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        # the pattern of the address, never the address: names stand in it
        route = request.url_rule.rule if request.url_rule is not None else "none"
        took = time.perf_counter() - g.get("began", time.perf_counter())
        method, status, identity = request.method, response.status_code, g.get("request_id", "")
        told.answered(route, method, status, took)
        response.headers["X-Request-ID"] = identity
        if "passed_over" in g:
            response.headers["X-Ignored-Parameters"] = g.passed_over
        ms = round(took * 1000, 1)
        _LOG.info(
            "request",
            id=identity,
            method=method,
            route=route,
            status=status,
            ms=ms,
            who=g.get("who", ""),
        )
        return response


class _Forward(logging.Handler):
    """What the engine and the server below tell, in the form of our log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a line on."""
        say = _LOG.error if record.levelno >= logging.ERROR else _LOG.info
        say(record.name.rpartition(".")[2], said=record.getMessage())


def log_as_json() -> None:
    """Write the log as JSON lines to standard error."""
    for name, level in (("resolver", logging.INFO), ("gunicorn.error", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [_Forward()], False
        logger.setLevel(level)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.JSONRenderer(),
        ],
        # asked at each line: whoever runs the service may replace the stream
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
