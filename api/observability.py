"""Request ids, one log line per request, and metrics for Prometheus.

No metric and no log line has a query or an answer: routes are logged as patterns.
"""

from __future__ import annotations

import atexit
import logging
import math
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial

import structlog
from flask import Flask, Response, current_app, g, request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)

from resolver.feeds.feeds import FeedState, FeedStatus
from resolver.settings import set_library_variable

AFTER_RESPONSE = "resolver.after_response"
"""Key of a list in a request's environment, if its server calls the functions in it once the
response is sent: the caller need not wait for them.
"""
_LOG = structlog.get_logger("api")
_SHARED_FOLDERS: list[str] = []
"""Folder in which several processes count, if they do."""
_REQUEST_ID = re.compile(r"[\w.:-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER_METHOD = "other"
"""Method of requests with any other: clients can invent methods, and each would be a series."""
_BUCKETS = (0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.125, 0.25, 0.5, 1, 2, 5, 15)
"""Upper bounds of the histogram of response times, in seconds."""


class Metrics:
    """Metrics of one process, shown at `/metrics`."""

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
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.checks = Counter("resolver_checks", "Queries looked up.", registry=self.registry)
        self.store_version = self._gauge("resolver_store_version", "Version of the store.")
        self.held_batches = self._gauge(
            "resolver_batches_held",
            "Batches that wait until somebody accepts how much they change.",
        )
        self.ready = self._gauge("resolver_ready", "1 where checks are answered.")
        self.feed_age = Gauge(
            "resolver_feed_age_seconds",
            "Time since the list of a feed was last known to be the newest; NaN if never.",
            ("feed",),
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )
        self.feed_state = Gauge(
            "resolver_feed_state",
            "1 for the state that a feed is in, 0 for the others.",
            ("feed", "state"),
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(name, text, registry=self.registry, multiprocess_mode="mostrecent")

    def set_feeds(self, statuses: Iterable[FeedStatus]) -> None:
        """Set age and state of each feed."""
        for status in statuses:
            name = status.feed.name
            age = math.nan if status.age is None else status.age
            self.feed_age.labels(name).set(age)
            for state in FeedState:
                self.feed_state.labels(name, state.value).set(status.state is state)

    def count_response(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a response and the seconds it took."""
        method = method if method in _METHODS else _OTHER_METHOD
        children = self._children.get((route, method, status))
        if children is None:
            children = self.requests.labels(route, method, status), self.seconds.labels(route)
            self._children[route, method, status] = children
        children[0].inc()
        children[1].observe(seconds)


def share_metrics() -> None:
    """Let processes that are forked from this one count in files, whose sum each of them can
    compute.

    Call it before any metric is created.
    """
    folder, owner_pid = tempfile.mkdtemp(prefix="resolver-figures-"), os.getpid()
    set_library_variable("PROMETHEUS_MULTIPROC_DIR", folder)
    _SHARED_FOLDERS.append(folder)
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
    # forked workers run this too when they end, and must not remove the folder
    atexit.register(
        lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner_pid else None
    )


def current_metrics() -> Metrics:
    """Return the metrics of the application that handles the request."""
    metrics: Metrics = current_app.extensions["metrics"]
    return metrics


def render_metrics(metrics: Metrics) -> bytes:
    """Return the metrics in Prometheus' text format, summed over the processes that serve."""
    if not _SHARED_FOLDERS:
        return generate_latest(metrics.registry)
    merged = CollectorRegistry()
    folder = _SHARED_FOLDERS[0]
    multiprocess.MultiProcessCollector(merged, path=folder)  # type: ignore[no-untyped-call]
    return generate_latest(merged)


def install_observability(app: Flask) -> None:
    """Count and log every request of an application."""
    metrics = app.extensions["metrics"] = Metrics()

    @app.before_request
    def begin() -> None:
        """Set the request's id and start time."""
        client_id = request.environ.get("HTTP_X_REQUEST_ID", "")
        is_usable = bool(client_id and _REQUEST_ID.fullmatch(client_id))
        # an id only distinguishes requests and opens nothing, so it need not be hard to guess
        g.request_id = client_id if is_usable else f"{random.getrandbits(128):032x}"
        g.started_at = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        """Count and log the response."""
        # the pattern of the address, never the address: it may hold a name
        route = request.url_rule.rule if request.url_rule is not None else "none"
        seconds = time.perf_counter() - g.get("started_at", time.perf_counter())
        method, status, request_id = request.method, response.status_code, g.get("request_id", "")
        metrics.count_response(route, method, status, seconds)
        response.headers["X-Request-ID"] = request_id
        if "ignored_parameters" in g:
            response.headers["X-Ignored-Parameters"] = g.ignored_parameters
        line = {
            "id": request_id,
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "who": g.get("actor", ""),
        }
        later: list[Callable[[], None]] | None = request.environ.get(AFTER_RESPONSE)
        # a stream may last for hours
        if later is None or response.is_streamed:
            _LOG.info("request", **line)
        else:
            later.append(partial(_LOG.info, "request", **line))
        return response


class _LogForwarder(logging.Handler):
    """Handler that writes the log of the engine and of libraries in our own format."""

    def emit(self, record: logging.LogRecord) -> None:
        """Forward a log record, but only the type of its error: the text of the error may hold
        data.
        """
        write = _LOG.error if record.levelno >= logging.ERROR else _LOG.info
        error = record.exc_info[0] if record.exc_info else None
        details = {} if error is None else {"error": error.__name__}
        write(record.name.rpartition(".")[2], said=record.getMessage(), **details)


def log_as_json() -> None:
    """Write the log as JSON lines to standard error."""
    levels = {"resolver": logging.INFO, "gunicorn.error": logging.WARNING}
    for name, level in {**levels, "sqlalchemy": logging.WARNING}.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [_LogForwarder()], False
        logger.setLevel(level)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.JSONRenderer(),
        ],
        # looked up for each line, since the embedding program may replace the stream; a line is one
        # write, so lines of several processes do not mix if Python does not buffer
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
