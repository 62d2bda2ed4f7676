"""Feeds against a publisher on this machine: versions, faults, leases and what is held."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from resolver.check.screener import Screener
from resolver.cli.operate.worker import run_batch_job
from resolver.errors import InputError, StoreError
from resolver.feeds import runs as runs_module
from resolver.feeds.feeds import (
    FeedState,
    FeedStatus,
    KnownSources,
    add_feed,
    describe_feed,
    find_visible_feeds,
    format_interval,
    load_feed_status,
    load_publishers,
    load_statuses,
    parse_interval,
    remove_feed,
    update_feed,
)
from resolver.feeds.runs import run_feed
from resolver.feeds.transfer import NetworkRules, TransferLimits, check_address
from resolver.hub.hub import Hub
from resolver.hub.job_worker import run_next_job, submit_batch
from resolver.lists.readers import READERS
from resolver.records import Handling
from resolver.records.packing import handling_text
from resolver.records.visibility import Viewer
from resolver.store import FeedRun, Job, JobState, NewFeed, RunOutcome, backup, restore, utc_text
from resolver.store import feeds as feed_rows
from resolver.store.schema import feed_runs
from tests.feeds.publisher import HERE, Publisher, publish
from tests.hub.hubs import OPTIONS, make_intake
from tests.records.samples import record

pytestmark = pytest.mark.slow
QUICK = TransferLimits(seconds=5.0, stall_seconds=0.5)

NAMES = "Ana Bo Cy Di Eva Fay Gil Hal Ida Jon Kay Leo Mia Ned Oda Pia Quin Rex Sia Tom".split()


def table(count: int, first: int = 0) -> bytes:
    """Return a table of so many people."""
    rows = [
        f"{number},{NAMES[number % 20]} {NAMES[number // 20]}ssen,19{number % 50 + 40}-03-02"
        for number in range(first, first + count)
    ]
    return "\n".join(["id,name,birthDate", *rows, ""]).encode()


@dataclass
class Scene:
    """A store with one feed, which a publisher serves."""

    hub: Hub
    jobs: Path
    publisher: Publisher
    limits: TransferLimits = QUICK

    def run(self, *, full: bool = False, name: str = "border") -> FeedRun:
        run = run_feed(self.hub, name, self.jobs, HERE, full=full, limits=self.limits)
        assert run is not None
        return run

    def work(self) -> Job | None:
        return run_next_job(self.hub, self.jobs, run_batch_job)

    def serve(self, body: bytes, etag: str = "", modified: str = "") -> None:
        self.publisher.body, self.publisher.etag = body, etag
        self.publisher.last_modified = modified

    def status(self) -> FeedStatus:
        return load_feed_status(self.hub.store, "border")

    def ids(self) -> list[str]:
        with self.hub.store.view() as view:
            return sorted(view.records_of_sources(["border"]))

    def count(self) -> int:
        return len(self.ids())


def border(address: str, **facts: str) -> NewFeed:
    return NewFeed("border", address, facts.pop("format", "tabular"), 3600, **facts)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with (
        Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub,
        publish(body=table(30), etag='"1"') as publisher,
    ):
        add_feed(hub.store, border(publisher.address), HERE)
        yield Scene(hub, tmp_path / "jobs", publisher)


@pytest.fixture
def loaded(scene: Scene) -> Scene:
    """Return a scene whose first version is in the store."""
    assert scene.run().outcome is RunOutcome.NEW
    job = scene.work()
    assert job is not None
    assert (job.state, job.error) == (JobState.DONE, "")
    return scene


def test_a_version_becomes_a_batch_and_the_next_one_replaces_it(loaded: Scene) -> None:
    assert loaded.count() == 30
    status = loaded.status()
    assert (status.state, status.sources) == (FeedState.CURRENT, frozenset({"border"}))
    assert status.age is not None
    assert status.age < 60
    revision = loaded.hub.store.revision

    assert loaded.run().outcome is RunOutcome.UNCHANGED
    assert loaded.publisher.requests[-1]["If-None-Match"] == '"1"'
    assert loaded.work() is None
    assert loaded.hub.store.revision == revision

    loaded.serve(table(28, first=1), '"2"')
    assert loaded.run().outcome is RunOutcome.NEW
    assert loaded.work() is not None
    assert loaded.count() == 28
    assert "border:0" not in loaded.ids()
    kept = [path.name for path in (loaded.jobs / "feeds" / "border").iterdir()]
    assert len(kept) == 2, "the newest version and the last one that was good"


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("stall", "sent nothing for 0.5 s"),
        ("truncated", "broke off after"),
        ("broken chunks", "broke off"),
        ("bomb", "decompression bomb"),
    ],
)
def test_what_does_not_arrive_as_a_whole_changes_nothing(
    loaded: Scene, fault: str, text: str
) -> None:
    loaded.serve(table(31), '"2"')
    loaded.publisher.fault = fault
    if fault == "bomb":
        loaded.limits = TransferLimits()
    run = loaded.run()
    assert run.outcome is RunOutcome.FAILED
    assert text in run.line
    assert loaded.work() is None
    assert loaded.count() == 30
    status = loaded.status()
    assert (status.state, status.reason) == (FeedState.FAILED, run.line)
    assert [path.suffix for path in (loaded.jobs / "feeds" / "border").iterdir()] == [""]

    loaded.publisher.fault = ""
    assert loaded.run().outcome is RunOutcome.NEW
    assert loaded.work() is not None
    assert (loaded.count(), loaded.status().state) == (31, FeedState.CURRENT)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "the list is empty"),
        (b"<!DOCTYPE html><html><body>Down for maintenance</body></html>", "a web page arrived"),
        (b'<?xml version="1.0"?>\n<html xmlns="x"><body/></html>', "a web page arrived"),
    ],
)
def test_what_is_no_list_changes_nothing(loaded: Scene, body: bytes, text: str) -> None:
    loaded.serve(body, '"2"')
    run = loaded.run()
    assert run.outcome is RunOutcome.FAILED
    assert text in run.line
    assert loaded.work() is None
    assert loaded.count() == 30


def test_a_list_of_another_format_changes_nothing(scene: Scene) -> None:
    add_feed(
        scene.hub.store, replace(border(scene.publisher.address, format="un_sc"), name="un"), HERE
    )
    run = scene.run(name="un")
    assert run.outcome is RunOutcome.FAILED
    assert "arrived in the format tabular, not un_sc" in run.line


def test_a_much_smaller_list_is_held_until_somebody_accepts_it(loaded: Scene) -> None:
    loaded.serve(table(12), '"2"')
    assert loaded.run().outcome is RunOutcome.NEW
    job = loaded.work()
    assert job is not None
    assert job.state is JobState.HELD
    assert "much smaller: 12 records, the last one had 30" in job.error
    assert loaded.count() == 30
    status = loaded.status()
    assert (status.state, status.batch) == (FeedState.HELD, job.id)
    assert status.good is not None
    assert status.good.batch != job.id

    # offered again it stays held, and its age is not renewed
    assert loaded.run().outcome is RunOutcome.UNCHANGED
    assert loaded.status().state is FeedState.HELD
    loaded.hub.store.jobs.accept(job.id, "kim")
    assert loaded.work() is not None
    assert (loaded.count(), loaded.status().state) == (12, FeedState.CURRENT)


def test_the_files_of_old_versions_are_removed(loaded: Scene) -> None:
    first = loaded.status().batch
    for number in range(2, 7):
        loaded.serve(table(30 + number), f'"{number}"')
        loaded.run()
        loaded.work()
    jobs = [run.batch for run in loaded.hub.store.feeds.runs("border", 50)][::-1]
    folders = [loaded.jobs / str(loaded.hub.store.jobs.get(job).params["folder"]) for job in jobs]
    assert jobs[0] == first
    # three committed versions before the newest one, which was not committed when it came
    assert [(folder / "input").is_dir() for folder in folders] == [False] * 2 + [True] * 4
    assert all((folder / "result").is_dir() for folder in folders)
    assert len(list((loaded.jobs / "feeds" / "border").iterdir())) == 4


def test_the_version_that_serves_is_kept_after_many_that_were_not_committed(
    loaded: Scene,
) -> None:
    store, good = loaded.hub.store, loaded.status().good
    assert good is not None
    refused = {"feed": "border", "started": good.started, "finished": good.started, "size": 1}
    refused |= {"outcome": "new", "line": "", "published": "", "etag": "", "batch": "refused"}
    with store.engine.begin() as connection:
        rows = [refused | {"checksum": f"{number:064}"} for number in range(60)]
        connection.execute(feed_runs.insert(), rows)
    loaded.serve(table(31), '"2"')
    loaded.run()
    assert loaded.status().good == good
    assert (loaded.jobs / "feeds" / "border" / good.checksum[:32]).is_dir()
    folder = loaded.jobs / str(store.jobs.get(good.batch).params["folder"])
    assert (folder / "input").is_dir()


@pytest.mark.parametrize(
    ("owner", "visible", "known"),
    [("", (), False), ("", ("Coast",), True), ("Coast", (), True), ("Port", (), False)],
)
def test_a_feed_is_known_by_records_of_its_agency_only(
    loaded: Scene,
    owner: str,
    visible: tuple[str, ...],
    known: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The viewer sees a record of the source, and may see restricted ones of the feed's agency."""
    store = loaded.hub.store
    store.describe_source("border", agency=owner)
    store.feeds.change("border", agency="Coast")
    restricted = [
        replace(record("border:x", name="Ana Moss"), handling=Handling(agency, "H1"))
        for agency in visible
    ]
    # tells nobody but the agency of the feed
    hidden = replace(record("border:y", name="Zeta Verborgen"), handling=Handling("Coast", "H3"))
    loaded.hub.add(make_intake([*restricted, hidden]))
    snapshot = Screener(loaded.hub).snapshot_for(Viewer("kim", "Port"))
    assert "border" in snapshot.sources
    # no record is read
    monkeypatch.setattr("resolver.store.StoreView.handling_of", None)
    monkeypatch.setattr("resolver.store.StoreView.records_of_sources", None)
    known_sources = KnownSources(snapshot.sources, snapshot.agencies)
    feeds = find_visible_feeds(store, Viewer("kim", "Port"), lambda: known_sources)
    assert [feed.status.feed.name for feed in feeds] == ["border"] * known


def test_a_changed_feed_is_fetched_anew(loaded: Scene, tmp_path: Path) -> None:
    store = loaded.hub.store
    handling = handling_text(Handling("", "H1", legal_basis="Border act"))
    changed = update_feed(store, "border", {"every": 7200, "handling": handling}, HERE)
    assert (changed.every, changed.format, changed.checksum) == (7200, "tabular", "")
    assert store.feeds.find_due() == ["border"]
    # the publisher says that nothing has changed, but the same list has to be committed again
    assert loaded.run().outcome is RunOutcome.NEW
    held = loaded.work()
    assert held is not None
    assert held.state is JobState.HELD, "all records change"
    store.jobs.accept(held.id, "kim")
    loaded.work()
    with store.view() as view:
        row = view.record("border:1")
        assert row is not None
        assert row.record.handling == Handling("", "H1", legal_basis="Border act")
    assert describe_feed(loaded.status())["handling"] == "H1"
    assert loaded.run().outcome is RunOutcome.UNCHANGED
    for changes, text in (
        ({"format": "nothing"}, "no format"),
        ({"address": "/nowhere/at/all"}, "no such file"),
        ({"address": str(tmp_path), "mapping": "id: x"}, "belongs to one file"),
    ):
        with pytest.raises(InputError, match=text):
            update_feed(store, "border", changes, HERE)
    leased = store.feeds.lease("border", "somebody")
    assert leased is not None
    with pytest.raises(StoreError, match="is being fetched"):
        update_feed(store, "border", {"every": 3600}, HERE)


def test_a_queued_version_gets_the_handling_that_its_feed_has_by_then(loaded: Scene) -> None:
    store = loaded.hub.store
    loaded.serve(table(31), '"2"')
    assert loaded.run().outcome is RunOutcome.NEW
    least = Handling("", "H2")
    update_feed(store, "border", {"handling": handling_text(least)}, HERE)
    # what the command does: the records in the store are protected at once
    assert loaded.hub.tighten_sources({"border": least}, {""}) == 30
    done = loaded.work()
    assert done is not None
    assert done.state is JobState.DONE
    with store.view() as view:
        rows = view.records(sorted(view.records_of_sources(["border"]).values()))
        assert [row.record.handling for row in rows] == [least] * 31


def test_a_newer_version_takes_the_place_of_a_held_one(loaded: Scene) -> None:
    loaded.serve(table(12), '"2"')
    loaded.run()
    held = loaded.work()
    assert held is not None
    loaded.serve(table(31), '"3"')
    assert loaded.run().outcome is RunOutcome.NEW
    assert loaded.hub.store.jobs.get(held.id).state is JobState.CANCELLED
    assert loaded.work() is not None
    assert (loaded.count(), loaded.status().state) == (31, FeedState.CURRENT)


def test_a_refused_version_is_not_offered_again(loaded: Scene) -> None:
    loaded.serve(table(12), '"2"')
    loaded.run()
    held = loaded.work()
    assert held is not None
    loaded.hub.store.jobs.cancel(held.id)
    assert loaded.run().outcome is RunOutcome.UNCHANGED
    status = loaded.status()
    assert status.state is FeedState.HELD
    assert "was refused" in status.reason
    # asked for by hand, it is
    assert loaded.run(full=True).outcome is RunOutcome.NEW


def test_a_much_older_list_is_held(loaded: Scene) -> None:
    loaded.serve(table(31), '"2"', "Tue, 01 Dec 2026 10:00:00 GMT")
    loaded.run()
    loaded.work()
    assert loaded.count() == 31
    loaded.serve(table(32), '"3"', "Sat, 28 Nov 2026 10:00:00 GMT")
    loaded.run()
    job = loaded.work()
    assert job is not None
    assert job.state is JobState.HELD
    assert "the list is older: the publisher dates it 2026-11-28" in job.error
    assert loaded.count() == 31


def test_a_list_that_breaks_off_is_held(tmp_path: Path) -> None:
    """The server says that all has arrived, but the document has no end."""
    entry = "<sdnEntry><uid>{0}</uid><lastName>AB{0}</lastName><sdnType>Entity</sdnType></sdnEntry>"
    body = (
        '<?xml version="1.0"?><sdnList xmlns="https://sanctionslistservice.ofac.treas.gov/api/'
        'PublicationPreview/exports/XML"><publshInformation><Publish_Date>11/30/2026'
        "</Publish_Date></publshInformation>" + "".join(entry.format(n) for n in range(1, 9))
    )
    with (
        Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub,
        publish(body=body.encode()) as publisher,
    ):
        add_feed(hub.store, border(publisher.address, format="ofac_sdn_xml"), HERE)
        scene = Scene(hub, tmp_path / "jobs", publisher)
        scene.run()
        job = scene.work()
        assert job is not None
        assert job.state is JobState.HELD
        assert "breaks off after 8 records" in job.error
        assert hub.store.revision == 0
        # mended, and then dated back
        scene.serve(f"{body}</sdnList>".encode())
        scene.run()
        done = scene.work()
        assert done is not None
        assert done.state is JobState.DONE
        scene.serve(f"{body}</sdnList>".replace("11/30/2026", "11/02/2026").encode())
        scene.run()
        older = scene.work()
        assert older is not None
        assert "is of 2026-11-02; the store has that of 2026-11-30" in older.error


def test_a_wrong_etag_costs_a_look_at_the_checksum_only(loaded: Scene) -> None:
    loaded.publisher.etag = '"another every time"'
    assert loaded.run().outcome is RunOutcome.UNCHANGED
    assert loaded.work() is None
    # the same mark for another list: the server contradicts itself by the date
    loaded.serve(table(31), '"another every time"', "Tue, 01 Dec 2026 10:00:00 GMT")
    loaded.publisher.fault = "always 304"
    assert loaded.run().outcome is RunOutcome.UNCHANGED


def test_a_server_that_never_sees_a_change_is_not_trusted_for_ever(
    loaded: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded.serve(table(31), '"1"')
    loaded.publisher.fault = "always 304"
    assert loaded.run().outcome is RunOutcome.UNCHANGED
    monkeypatch.setattr(runs_module, "FULL_FETCH_AGE", timedelta(microseconds=1))
    assert loaded.run().outcome is RunOutcome.NEW
    assert "If-None-Match" not in loaded.publisher.requests[-1]
    assert loaded.status().full_age is not None


def test_a_304_that_names_another_version_is_not_believed(loaded: Scene) -> None:
    loaded.serve(table(31), '"2"')
    loaded.publisher.fault = "always 304"
    assert loaded.run().outcome is RunOutcome.NEW


def test_a_private_address_is_a_failed_run(loaded: Scene) -> None:
    run = run_feed(loaded.hub, "border", loaded.jobs, NetworkRules())
    assert run is not None
    assert run.outcome is RunOutcome.FAILED
    assert "private network" in run.line


def test_a_redirect_to_a_foreign_host_is_a_failed_run(loaded: Scene) -> None:
    loaded.publisher.etag = ""
    loaded.publisher.location = f"http://127.0.0.2:{loaded.publisher.port}/x"
    assert "which is not allowed" in loaded.run().line


def test_one_process_fetches_a_feed(scene: Scene) -> None:
    feeds = scene.hub.store.feeds
    leased = feeds.lease("border", "other machine")
    assert leased is not None
    assert run_feed(scene.hub, "border", scene.jobs, HERE) is None
    assert feeds.find_due() == []
    assert scene.status().state is FeedState.FETCHING
    with pytest.raises(StoreError, match="is being fetched"):
        remove_feed(scene.hub.store, "border", scene.jobs)
    feeds.release(leased)
    assert feeds.find_due() == ["border"]
    with ThreadPoolExecutor(4) as pool:
        runs = list(
            pool.map(lambda _: run_feed(scene.hub, "border", scene.jobs, HERE, due=True), range(4))
        )
    assert sum(run is not None for run in runs) == 1
    assert len(scene.publisher.requests) == 1


def test_a_lease_of_a_killed_process_runs_out(scene: Scene) -> None:
    feeds = scene.hub.store.feeds
    assert feeds.lease("border", "dead", lease=timedelta(seconds=-1)) is not None
    assert scene.run().outcome is RunOutcome.NEW


def test_a_process_that_lost_its_lease_records_nothing(scene: Scene) -> None:
    feeds = scene.hub.store.feeds
    lost = feeds.lease("border", "slow", lease=timedelta(seconds=-1))
    assert lost is not None
    taken = feeds.lease("border", "quick")
    assert taken is not None
    with pytest.raises(StoreError, match="another process"):
        feeds.record(lost, FeedRun("border", utc_text(), RunOutcome.FAILED, "late"))
    assert feeds.runs("border", 5) == []


def test_a_run_that_was_overtaken_does_not_bring_back_an_older_list(
    loaded: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process was away for longer than its lease, between its fetch and its batch."""
    submit = submit_batch

    def submit_late(*given: Any, **options: Any) -> Any:
        monkeypatch.setattr(runs_module, "submit_batch", submit)
        with loaded.hub.store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE feeds SET lease_until = '2020'")
        loaded.serve(table(32), '"3"')
        assert loaded.run().outcome is RunOutcome.NEW
        assert loaded.work() is not None
        return submit(*given, **options)

    monkeypatch.setattr(runs_module, "submit_batch", submit_late)
    loaded.serve(table(31), '"2"')
    assert run_feed(loaded.hub, "border", loaded.jobs, HERE, limits=QUICK) is None
    late = loaded.work()
    assert late is not None
    assert late.state is JobState.FAILED
    assert "a later version of the feed border" in late.error
    assert (loaded.count(), loaded.status().state) == (32, FeedState.CURRENT)


def test_a_fetch_that_was_killed_after_its_batch_was_queued_queues_no_second_one(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(BaseException):
        pass

    def kill(*_: object, **__: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(feed_rows.Feeds, "record", kill)
        with pytest.raises(KilledError):
            scene.run()
    assert len(scene.hub.store.jobs.list()) == 1
    run = scene.run()
    assert run.outcome is RunOutcome.NEW
    assert [job.id for job in scene.hub.store.jobs.list()] == [run.batch]
    scene.work()
    assert scene.count() == 30


def test_a_version_whose_batch_failed_is_queued_again(scene: Scene) -> None:
    first = scene.run()
    job = scene.hub.store.jobs.lease("worker")
    assert job is not None
    scene.hub.store.jobs.fail(job, "its worker was killed five times")
    status = scene.status()
    assert (status.state, status.reason) == (FeedState.FAILED, "its worker was killed five times")
    again = scene.run()
    assert (again.outcome, again.checksum) == (RunOutcome.NEW, first.checksum)
    assert again.batch != first.batch
    scene.work()
    assert (scene.count(), scene.status().state) == (30, FeedState.CURRENT)


def test_failures_are_tried_again_after_growing_pauses(scene: Scene) -> None:
    scene.publisher.status = 500
    pauses = []
    for _ in range(4):
        assert scene.run().outcome is RunOutcome.FAILED
        due = datetime.fromisoformat(scene.hub.store.feeds.get("border").due)
        pauses.append((due - datetime.now(UTC)).total_seconds() / 60)
    assert 4 < pauses[0] < 6
    assert 8 < pauses[1] < 12
    assert 16 < pauses[2] < 24
    scene.publisher.headers = {"Retry-After": "7200"}
    scene.run()
    assert scene.hub.store.feeds.get("border").due > utc_text(
        datetime.now(UTC) + timedelta(minutes=119)
    )


def test_clocks_may_jump(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    feeds = scene.hub.store.feeds
    real = datetime.now(UTC)

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return real + timedelta(days=400)

    with monkeypatch.context() as patch:
        patch.setattr("resolver.store.feeds.datetime.datetime", Ahead)
        scene.run()
        assert feeds.lease("border", "ahead") is not None
    # neither the time that it is due at nor the lease is believed
    assert feeds.find_due() == ["border"]
    assert scene.run().outcome is RunOutcome.UNCHANGED
    assert feeds.find_due() == []


def test_paused_feeds_are_not_due(loaded: Scene) -> None:
    feeds = loaded.hub.store.feeds
    feeds.make_due("border")
    feeds.pause("border", paused=True)
    assert feeds.find_due() == []
    assert loaded.status().state is FeedState.PAUSED
    feeds.pause("border", paused=False)
    assert feeds.find_due() == ["border"]


def test_a_list_that_is_not_confirmed_gets_late(loaded: Scene) -> None:
    old = utc_text(datetime.now(UTC) - timedelta(days=3))
    feeds = loaded.hub.store.feeds
    feed = feeds.lease("border", "me")
    assert feed is not None
    run = FeedRun("border", old, RunOutcome.UNCHANGED, "not changed")
    feeds.record(feed, run, {"confirmed": old})
    status = replace(loaded.status(), good=None)
    assert not status.is_late, "the version itself is young"
    assert replace(status, age=3 * 86_400.0).is_late


def test_a_removed_feed_leaves_its_records(loaded: Scene) -> None:
    remove_feed(loaded.hub.store, "border", loaded.jobs)
    assert load_statuses(loaded.hub.store) == []
    assert not (loaded.jobs / "feeds" / "border").exists()
    assert loaded.count() == 30
    add_feed(loaded.hub.store, border(loaded.publisher.address), HERE)
    assert loaded.run().outcome is RunOutcome.NEW
    job = loaded.work()
    assert job is not None
    assert job.state is JobState.DONE


def test_feeds_of_a_restored_store_are_paused(loaded: Scene, tmp_path: Path) -> None:
    backup(loaded.hub.store, tmp_path / "saved")
    with Hub.open(f"sqlite:///{tmp_path}/other.db", OPTIONS) as other:
        restore(tmp_path / "saved", other.store)
        (status,) = load_statuses(other.store)
        assert status.state is FeedState.PAUSED
        assert other.store.feeds.find_due() == []
        other.store.feeds.pause("border", paused=False)
        scene = Scene(other, tmp_path / "other-jobs", loaded.publisher)
        assert scene.run().outcome is RunOutcome.UNCHANGED


def settle(path: Path) -> None:
    """Make a file old enough to be complete."""
    old = time.time() - 60
    os.utime(path, (old, old))


def test_folders_and_patterns_are_feeds_too(scene: Scene, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    store = scene.hub.store
    add_feed(store, NewFeed("drop", str(folder), "", 3600), HERE)
    add_feed(store, NewFeed("quay", f"file://{folder}/quay-*.csv", "tabular", 3600), HERE)
    assert "there is no such file" in scene.run(name="drop").line
    (folder / "quay-1.csv").write_bytes(table(3))
    assert "still being written" in scene.run(name="drop").line
    settle(folder / "quay-1.csv")
    assert scene.run(name="drop").outcome is RunOutcome.NEW
    assert scene.run(name="drop").outcome is RunOutcome.UNCHANGED
    assert scene.run(name="quay").outcome is RunOutcome.NEW
    # another time, but the same content
    os.utime(folder / "quay-1.csv", (time.time() - 30, time.time() - 30))
    assert scene.run(name="quay").outcome is RunOutcome.UNCHANGED
    (folder / "quay-2.csv").write_bytes(table(4))
    os.utime(folder / "quay-2.csv", (time.time() - 20, time.time() - 20))
    assert scene.run(name="quay").outcome is RunOutcome.NEW
    while scene.work() is not None:
        pass
    with store.view() as view:
        assert len(view.records_of_sources(["quay"])) == 4


def test_a_folder_may_have_folders_and_links_are_left_out(scene: Scene, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    (folder / "north").mkdir(parents=True)
    add_feed(scene.hub.store, NewFeed("drop", str(folder), "", 3600), HERE)
    (tmp_path / "other.csv").write_bytes(table(9))
    (folder / "other.csv").symlink_to(tmp_path / "other.csv")
    (folder / "quay.csv").write_bytes(table(3))
    (folder / "north" / "pier.csv").write_bytes(table(4, 30))
    settle(folder / "quay.csv")
    settle(folder / "north" / "pier.csv")
    run = scene.run(name="drop")
    assert run.outcome is RunOutcome.NEW, run.line
    job = scene.work()
    assert job is not None
    assert (job.state, job.error) == (JobState.DONE, "")
    with scene.hub.store.view() as view:
        assert len(view.record_ids(range(1, 20))) == 7


def test_a_fault_of_the_program_is_a_failed_run(
    loaded: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(runs_module._FeedRunner, "_receive", fail)
    run = loaded.run()
    assert (run.outcome, run.line) == (RunOutcome.FAILED, "the program failed: RecursionError")


def test_a_feed_of_the_hub_changes_no_source_of_an_agency_unseen(loaded: Scene) -> None:
    loaded.hub.store.describe_source("border", agency="Coast")
    loaded.serve(table(31), '"2"')
    assert loaded.run().outcome is RunOutcome.NEW
    job = loaded.work()
    assert job is not None
    assert job.state is JobState.HELD
    assert "the source border belongs to Coast" in job.error
    assert loaded.count() == 30


def test_a_file_that_was_half_written_is_not_read(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(table(3))
    settle(path)
    add_feed(scene.hub.store, NewFeed("file", str(path), "tabular", 3600), HERE)
    real = os.fstat

    def grow(number: int) -> os.stat_result:
        with path.open("ab") as file:
            file.write(b"4,Zoe,1990\n")
        return real(number)

    monkeypatch.setattr("resolver.feeds.runs.os.fstat", grow)
    assert "changed while it was read" in scene.run(name="file").line


def test_what_is_stated_of_a_feed_is_checked(scene: Scene, tmp_path: Path) -> None:
    store, address = scene.hub.store, scene.publisher.address
    for feed, text in (
        (replace(border(address), name="Bad Name"), "no feed can be called"),
        (replace(border(address), name="../x"), "no feed can be called"),
        (replace(border(address), name="a", format="pdf"), "there is no format"),
        (replace(border("ftp://a/b"), name="a"), "no address of a web server"),
        (replace(border(f"{tmp_path}/absent/x.csv"), name="a"), "no such file or folder"),
    ):
        with pytest.raises(InputError, match=text):
            add_feed(store, feed, HERE)
    with pytest.raises(InputError, match="private network"):
        add_feed(store, replace(border(address), name="a"), NetworkRules())
    with pytest.raises(StoreError, match="there is a feed border already"):
        add_feed(store, border(address), HERE)
    with pytest.raises(StoreError, match="there is no feed"):
        store.feeds.get("absent")


def test_known_publishers_have_readers_and_public_addresses() -> None:
    formats = {row.name for row in READERS}
    publishers = load_publishers()
    assert len(publishers) >= 12
    for name, publisher in publishers.items():
        assert publisher.format in formats, name
        assert publisher.address.startswith("https://"), name
        check_address(publisher.address, NetworkRules())
        assert parse_interval(publisher.every) >= 3600, name


def test_intervals_are_written_in_units() -> None:
    assert [parse_interval(text) for text in ("30m", "6h", "1 d", "2w")] == [
        1_800,
        21_600,
        86_400,
        1_209_600,
    ]
    for text in ("", "6", "1m", "99d", "h", "-6h"):
        with pytest.raises(InputError, match="is no interval"):
            parse_interval(text)
    assert [format_interval(seconds) for seconds in (5, 90, 7200, 86_400, 200_000)] == [
        "5 s",
        "1 min",
        "2 h",
        "24 h",
        "2 days",
    ]
