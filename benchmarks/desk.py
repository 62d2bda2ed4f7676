"""How long a steward waits: for the next pair after deciding one, and for the pages they open most.

    resolver dedupe persons.parquet --store sqlite:///hub.db
    python -m benchmarks.desk --store sqlite:///hub.db --decisions 60

Pairs are taken from the head of the queue and decided in turn the same, different and unsure; afterwards each decision
is undone, so that the store holds what it held (its log is longer). It is done twice: step by step through the library,
and as a browser does it, where one POST decides a pair and brings the page of the next. Milliseconds, of the wall and
of the processor; on a busy machine the processor's say more (those of a database server are not among them).
"""

from __future__ import annotations

import argparse
import html
import json
import logging
import re
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from resolver.api import ServiceSettings, create_app
from resolver.hub.desk_users import Role
from resolver.hub.hub import Hub
from resolver.pipeline import symbol_source
from resolver.review import (
    ContradictionError,
    QueueItem,
    Seen,
    Steward,
    Verdict,
    catch_up,
    decide,
    next_item,
    pair_view,
    undo,
    waiting,
)

_NAME = "benchmark"
_WHO = Steward(_NAME, scopes=frozenset({"admin"}))
_TURNS = (Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE)
_LOOKS = 10
Times = dict[str, list[tuple[float, float]]]


def measure(hub: Hub, count: int) -> dict[str, float]:
    """Decide so many pairs through the library, and undo it; the median and the 95th percentile of each step."""
    catch_up(hub)
    # as the service does before it answers
    symbol_source().load()
    times: Times = {"decide": [], "next": [], "pair": [], "undo": []}
    numbers: list[int] = []
    # the first of each kind loads what later ones find loaded
    item, seen = _shown(hub, next_item(hub, _WHO))
    while item is not None and seen is not None and len(numbers) < count:
        clock = _Clock(times if numbers else {name: [] for name in times})
        numbers.append(_decided(hub, item, seen, _TURNS[len(numbers) % len(_TURNS)]))
        clock.lap("decide")
        following = next_item(hub, _WHO)
        clock.lap("next")
        item, seen = _shown(hub, following)
        clock.lap("pair")
    for number in reversed(numbers):
        clock = _Clock(times)
        undo(hub, _WHO, number)
        clock.lap("undo")
    found: dict[str, float] = {
        "decisions": len(numbers),
        "waiting": waiting(hub, steward=_WHO, limit=1).total,
    }
    both = [
        (one[0] + two[0], one[1] + two[1])
        for one, two in zip(times["decide"], times["next"], strict=True)
    ]
    return found | _figures({**times, "decide and next": both})


def measure_pages(url: str, count: int) -> dict[str, float]:
    """The same over the desk's own addresses, without a network: `post` decides a pair and brings the page of the
    next."""
    app = create_app(ServiceSettings(url))
    held = app.extensions["resolver"]
    try:
        browser, headers = _browser(app)
        times: Times = {"post": [], "home": [], "review": [], "search": []}
        pages = {"home": "/desk", "review": "/review", "search": "/desk/search?name=Anna+Martin"}
        held.warm()
        done: list[int] = []
        page = browser.get("/review/next", headers=headers)
        while len(done) < count and "data-send" in page.text:
            form = _form(page.text)
            # the first decision loads what later ones find loaded
            clock = _Clock(times if done else {"post": []})
            action, verdict = form.pop("action"), str(_TURNS[len(done) % len(_TURNS)])
            page = browser.post(action, data={**form, "verdict": verdict}, headers=headers)
            clock.lap("post")
            if page.status_code == 409:
                # it contradicts what was decided before
                page = browser.post(
                    action, data={**form, "verdict": str(Verdict.UNSURE)}, headers=headers
                )
            done += _taken(page.text)
        for _ in range(_LOOKS):
            clock = _Clock(times)
            for name, address in pages.items():
                assert browser.get(address).status_code == 200
                clock.lap(name)
        for number in reversed(done):
            undo(held.hub, _WHO, number)
    finally:
        held.close()
    return _figures(times)


def _figures(times: Times) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, laps in times.items():
        if laps:
            wall, cpu = (np.array(part) * 1000 for part in zip(*laps, strict=True))
            found |= {
                f"{name} ms": round(float(np.median(wall)), 1),
                f"{name} cpu": round(float(np.median(cpu)), 1),
            }
            found |= {f"{name} p95 ms": round(float(np.percentile(wall, 95)), 1)}
            found |= {f"{name} p95 cpu": round(float(np.percentile(cpu, 95)), 1)}
    return found


class _Clock:
    def __init__(self, times: Times) -> None:
        self._times = times
        self._began = time.perf_counter(), time.process_time()

    def lap(self, name: str) -> None:
        now = time.perf_counter(), time.process_time()
        self._times[name].append((now[0] - self._began[0], now[1] - self._began[1]))
        self._began = now


def _shown(hub: Hub, item: QueueItem | None) -> tuple[QueueItem | None, Seen | None]:
    if item is None:
        return None, None
    return item, pair_view(hub, item.left.id, item.right.id, steward=_WHO, again=item.again).seen


def _decided(hub: Hub, item: QueueItem, seen: Seen, verdict: Verdict) -> int:
    try:
        return decide(
            hub, _WHO, item.left.id, item.right.id, verdict, reason=_NAME, seen=seen
        ).numbers[0]
    except ContradictionError:
        return decide(
            hub, _WHO, item.left.id, item.right.id, Verdict.UNSURE, reason=_NAME, seen=seen
        ).numbers[0]


def _browser(app: Any) -> tuple[Any, dict[str, str]]:
    """A browser in which a senior steward sits, and the headers of the desk's script."""
    store = app.extensions["resolver"].hub.store
    user = store.users.find(_NAME)
    if user is None:
        # without a password, so that the store asks nobody for one
        store.users.add(_NAME, Role.SENIOR, "", None)
        user = store.users.find(_NAME)
    token = store.sessions.begin(
        user, via="password", lasts=timedelta(hours=1), purpose="a measurement"
    )
    browser = app.test_client()
    browser.set_cookie("desk", token)
    return browser, {"X-Partial": "1"}


def _form(text: str) -> dict[str, str]:
    """The form of a pair: its action and hidden fields, and where its pair stands in the queue."""
    form = re.search(r'<form[^>]*action="([^"]+)"[^>]*id="decide".*?</form>', text, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
    return {
        name: html.unescape(value)
        for name, value in {**fields, "action": form[1], "reason": _NAME}.items()
    }


def _taken(text: str) -> Iterable[int]:
    """The numbers of the decision that a page offers to take back."""
    return (
        int(number)
        for number in re.findall(r'action="/review/decisions/(\d+)/undo"[^>]*data-undo', text)[:1]
    )


def main() -> None:
    """From the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", required=True, help="URL of the store")
    parser.add_argument("--decisions", type=int, default=60)
    parser.add_argument("--out", type=Path, help="write the figures there as well")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with Hub.open(asked.store, create=False) as hub:
        said = measure(hub, asked.decisions)
    said |= measure_pages(asked.store, asked.decisions)
    print(json.dumps(said, indent=1))
    if asked.out:
        asked.out.write_text(json.dumps(said, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
