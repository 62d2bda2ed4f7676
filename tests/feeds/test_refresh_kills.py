"""Runs of a feed that are killed or stopped at any statement, and others that take their place.

The lease of a killed process runs out at once here, as if its time had passed, so the next run
begins with whatever the killed one left. A process that is stopped goes on after another one has
done its work.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from resolver.cli.operate.worker import run_batch_job
from resolver.feeds.feeds import add_feed
from resolver.feeds.runs import run_feed
from resolver.hub.hub import Hub
from resolver.hub.job_worker import run_next_job
from resolver.store import NewFeed, StoreView
from tests.feeds.publisher import HERE
from tests.hub.hubs import OPTIONS

pytestmark = pytest.mark.nightly
KILLS = int(os.environ.get("KILLS", "20"))
"""Runs that are killed or stopped; set `KILLS` for more."""
_ROWS, _CHANGED = 24, 3
_PAST = "2020-01-01T00:00:00.000000Z"
Rows = dict[str, str]


def write_version(path: Path, number: int) -> Rows:
    """Write a version of the list, in which some names changed; return its names by record id."""
    names = {
        str(row): f"Ana {'Novak' if row % 8 != number % 8 else f'Moss{number}'} {row}ssen"
        for row in range(_ROWS - _CHANGED * (number % 2))
    }
    lines = [f"{row},{name},19{40 + int(row)}-03-02" for row, name in names.items()]
    path.write_text("\n".join(["id,name,birthDate", *lines, ""]))
    os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    return {f"border:{row}": name for row, name in names.items()}


def work(hub: Hub, jobs: Path) -> None:
    """Fetch the list, and run all batches that wait."""
    run_feed(hub, "border", jobs, HERE)
    while run_next_job(hub, jobs, run_batch_job) is not None:
        pass


def start(open_hub: Callable[[], Hub], jobs: Path, moment: int, act: signal.Signals) -> int:
    """Work in a copy of this process, which gets a signal at a statement; return its id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        hub = open_hub()
        left = [moment]

        def count(statement: str) -> None:
            # a process that is stopped within a transaction would only keep all others waiting
            words = ("BEGIN",) if act is signal.SIGSTOP else ("INSERT", "UPDATE", "DELETE", "COM")
            if statement.lstrip().upper().startswith(words):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), act)

        def trace(connection: Any, *_: object) -> None:
            connection.set_trace_callback(count)

        hub.store.engine.dispose()
        event.listen(hub.store.engine, "connect", trace)
        work(hub, jobs)
        code = 0
    finally:
        os._exit(code)


def end_leases(open_hub: Callable[[], Hub]) -> None:
    """Let all leases run out, as if half a minute had passed."""
    with open_hub() as hub, hub.store.engine.begin() as connection:
        for table in ("jobs", "feeds"):
            query = f"UPDATE {table} SET lease_until = :past WHERE lease_until > :past"
            connection.execute(text(query), {"past": _PAST})


def read_names(view: StoreView) -> Rows:
    """Return the name of each record of the list at a revision."""
    ids = view.records_of_sources(["border"])
    rows = {row.record.id: row.record for row in view.records(sorted(ids.values()))}
    return {record_id: row.texts("name")[0] for record_id, row in rows.items()}


def test_killed_and_stopped_runs_lose_nothing_and_leave_nothing_half(tmp_path: Path) -> None:
    dice = random.Random(KILLS)
    drop, jobs, url = tmp_path / "border.csv", tmp_path / "jobs", f"sqlite:///{tmp_path}/hub.db"

    def open_hub() -> Hub:
        return Hub.open(url, OPTIONS)

    versions = [write_version(drop, 0)]
    with open_hub() as hub:
        add_feed(hub.store, NewFeed("border", str(drop), "tabular", 3600), HERE)
        work(hub, jobs)
    ended = {"killed": 0, "stopped": 0, "done": 0}
    for number in range(1, KILLS + 1):
        versions.append(write_version(drop, number))
        is_killed = number % 4 != 0
        act = signal.SIGKILL if is_killed else signal.SIGSTOP
        child = start(open_hub, jobs, dice.randrange(1, 90 if is_killed else 25), act)
        _, status = os.waitpid(child, os.WUNTRACED)
        end_leases(open_hub)
        if os.WIFSTOPPED(status):
            ended["stopped"] += 1
            versions.append(write_version(drop, number + KILLS))
            with open_hub() as hub:
                work(hub, jobs)
            os.kill(child, signal.SIGCONT)
            os.waitpid(child, 0)
            end_leases(open_hub)
        else:
            ended["killed" if os.WIFSIGNALED(status) else "done"] += 1
    with open_hub() as hub:
        work(hub, jobs)
        end_leases(open_hub)
        work(hub, jobs)
        with hub.store.view() as present:
            assert read_names(present) == versions[-1]
            states = [
                read_names(StoreView(present.connection, number))
                for number in range(1, present.revision + 1)
            ]
        places = [versions.index(state) for state in states]
        assert places == sorted(places), "an older version took the place of a newer one"
    assert ended["killed"] >= KILLS // 3
