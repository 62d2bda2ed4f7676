"""Time the steward's desk: the next pair after a decision, and the pages opened most.

    resolver dedupe persons.parquet --store sqlite:///hub.db
    python -m benchmarks.desk --store sqlite:///hub.db --decisions 60

Pairs are taken from the head of the queue and decided in turn as the same, different and unsure.
Afterwards each decision is undone, so that the store is as before but for its longer log. This is
done twice: step by step through the library, and as a browser does it, with one POST that decides a
pair and returns the page of the next. Milliseconds of wall and of processor time; on a busy machine
processor time is more reliable (it does not include a database server).
"""

from __future__ import annotations

import argparse
import html
import json
import logging
import re
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from resolver.api import ServiceSettings, create_app
from resolver.hub.hub import Hub
from resolver.matching.pipeline import symbol_source
from resolver.review import (
    ContradictionError,
    DecisionRequest,
    PairSnapshot,
    QueueItem,
    Steward,
    StewardVerdict,
    build_pair_view,
    decide_pair,
    list_waiting,
    refresh_queue,
    take_next_item,
    undo_decision,
)
from resolver.store import UserRole

_NAME = "benchmark"
_STEWARD = Steward(_NAME, scopes=frozenset({"admin"}))
_VERDICTS = (StewardVerdict.SAME, StewardVerdict.DIFFERENT, StewardVerdict.UNSURE)
_PAGE_REPEATS = 10
Times = dict[str, list[tuple[float, float]]]


def measure_library(hub: Hub, count: int) -> dict[str, float]:
    """Decide `count` pairs through the library and undo them.

    Returns the median and the 95th percentile of each step.
    """
    refresh_queue(hub)
    # as the service does before it answers
    symbol_source().load()
    times: Times = {"decide": [], "next": [], "pair": [], "undo": []}
    ids: list[str] = []
    # the first of each kind loads what later ones find loaded
    item, snapshot = _show_item(hub, take_next_item(hub, _STEWARD))
    while item is not None and snapshot is not None and len(ids) < count:
        clock = _Clock(times if ids else {name: [] for name in times})
        ids.append(_decide_item(hub, item, snapshot, _VERDICTS[len(ids) % len(_VERDICTS)]))
        clock.lap("decide")
        following = take_next_item(hub, _STEWARD)
        clock.lap("next")
        item, snapshot = _show_item(hub, following)
        clock.lap("pair")
    for decision_id in reversed(ids):
        clock = _Clock(times)
        undo_decision(hub, _STEWARD, decision_id)
        clock.lap("undo")
    figures: dict[str, float] = {
        "decisions": len(ids),
        "waiting": list_waiting(hub, steward=_STEWARD, limit=1).total,
    }
    decide_and_next = [
        (decide_lap[0] + next_lap[0], decide_lap[1] + next_lap[1])
        for decide_lap, next_lap in zip(times["decide"], times["next"], strict=True)
    ]
    return figures | _summarize_times({**times, "decide and next": decide_and_next})


def measure_pages(url: str, count: int) -> dict[str, float]:
    """Decide `count` pairs through the desk's own addresses, without a network.

    `post` decides a pair and returns the page of the next.
    """
    app = create_app(ServiceSettings(url))
    service = app.extensions["resolver"]
    try:
        browser, headers = _browser(app)
        times: Times = {"post": [], "home": [], "review": [], "search": []}
        pages = {"home": "/desk", "review": "/review", "search": "/desk/search?name=Anna+Martin"}
        service.warm()
        ids: list[str] = []
        page = browser.get("/review/next", headers=headers)
        while len(ids) < count and "data-send" in page.text:
            form = _form(page.text)
            # the first decision loads what later ones find loaded
            clock = _Clock(times if ids else {"post": []})
            action, verdict = form.pop("action"), str(_VERDICTS[len(ids) % len(_VERDICTS)])
            page = browser.post(action, data={**form, "verdict": verdict}, headers=headers)
            clock.lap("post")
            if page.status_code == 409:
                # it contradicts what was decided before
                page = browser.post(
                    action, data={**form, "verdict": str(StewardVerdict.UNSURE)}, headers=headers
                )
            ids += _undo_ids(page.text)
        for _ in range(_PAGE_REPEATS):
            clock = _Clock(times)
            for name, address in pages.items():
                status = browser.get(address).status_code
                if status != 200:
                    raise RuntimeError(f"GET {address} answered {status}")
                clock.lap(name)
        for decision_id in reversed(ids):
            undo_decision(service.hub, _STEWARD, decision_id)
    finally:
        service.close()
    return _summarize_times(times)


def _summarize_times(times: Times) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, laps in times.items():
        if laps:
            wall, cpu = (np.array(part) * 1000 for part in zip(*laps, strict=True))
            figures |= {
                f"{name} ms": round(float(np.median(wall)), 1),
                f"{name} cpu": round(float(np.median(cpu)), 1),
            }
            figures |= {f"{name} p95 ms": round(float(np.percentile(wall, 95)), 1)}
            figures |= {f"{name} p95 cpu": round(float(np.percentile(cpu, 95)), 1)}
    return figures


class _Clock:
    def __init__(self, times: Times) -> None:
        self._times = times
        self._began = time.perf_counter(), time.process_time()

    def lap(self, name: str) -> None:
        """Add the time since the last lap under a name."""
        now = time.perf_counter(), time.process_time()
        self._times[name].append((now[0] - self._began[0], now[1] - self._began[1]))
        self._began = now


def _show_item(hub: Hub, item: QueueItem | None) -> tuple[QueueItem | None, PairSnapshot | None]:
    if item is None:
        return None, None
    left, right = item.left.id, item.right.id
    view = build_pair_view(hub, left, right, steward=_STEWARD, recheck=item.recheck)
    return item, view.snapshot


def _decide_item(hub: Hub, item: QueueItem, snapshot: PairSnapshot, verdict: StewardVerdict) -> str:
    decision = DecisionRequest(
        _STEWARD, item.left.id, item.right.id, verdict, reason=_NAME, snapshot=snapshot
    )
    try:
        return decide_pair(hub, decision).ids[0]
    except ContradictionError:
        unsure = replace(decision, verdict=StewardVerdict.UNSURE)
        return decide_pair(hub, unsure).ids[0]


def _browser(app: Any) -> tuple[Any, dict[str, str]]:
    """Return a test client signed in as a senior steward, and the headers of the desk's script."""
    store = app.extensions["resolver"].hub.store
    user = store.users.find(_NAME)
    if user is None:
        # without a password no sign-in is needed
        store.users.add(_NAME, UserRole.SENIOR, "", None)
        user = store.users.find(_NAME)
    token = store.sessions.begin(
        user, via="password", lifetime=timedelta(hours=1), purpose="a measurement"
    )
    browser = app.test_client()
    browser.set_cookie("desk", token)
    return browser, {"X-Partial": "1"}


def _form(text: str) -> dict[str, str]:
    """Return the form of a pair: action, hidden fields and place in the queue."""
    form = re.search(r'<form[^>]*action="([^"]+)"[^>]*id="decide".*?</form>', text, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
    return {
        name: html.unescape(value)
        for name, value in {**fields, "action": form[1], "reason": _NAME}.items()
    }


def _undo_ids(text: str) -> list[str]:
    """Return the id of the decision that a page offers to undo, if any."""
    return re.findall(r'action="/review/decisions/([\w-]+)/undo"[^>]*data-undo', text)[:1]


def main() -> None:
    """Measure a store and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", required=True, help="URL of the store")
    parser.add_argument("--decisions", type=int, default=60)
    parser.add_argument("--out", type=Path, help="write the figures there as well")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with Hub.open(options.store, create=False) as hub:
        figures = measure_library(hub, options.decisions)
    figures |= measure_pages(options.store, options.decisions)
    print(json.dumps(figures, indent=1))
    if options.out:
        options.out.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
