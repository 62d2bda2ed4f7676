"""Feeds: lists that are fetched on schedule, the catalogue of known publishers, and their state."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from resolver.data import load_rows
from resolver.errors import InputError, StoreError, pluralize
from resolver.lists.io.remote_files import describe_url
from resolver.lists.readers import READERS
from resolver.records.packing import unpack_handling
from resolver.records.visibility import Viewer, is_source_name, may_read_all
from resolver.store import Feed as Feed
from resolver.store import FeedRun as FeedRun
from resolver.store import Job, JobState, parse_utc_text
from resolver.store import NewFeed as NewFeed
from resolver.store import RunOutcome as RunOutcome
from resolver.store import Store as Store
from resolver.store.feeds import MAX_INTERVAL

if TYPE_CHECKING:
    from resolver.feeds.transfer import NetworkRules

MIN_INTERVAL = timedelta(minutes=5)
LATE_INTERVALS, LATE_LEAST = 3, timedelta(days=1)
"""A list is late if it was not confirmed for this many intervals and for this time."""
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
FEEDS_FOLDER = "feeds"
"""Folder, beside the folders of jobs, with the kept versions of each feed."""
_EVERY = re.compile(r"(\d{1,5})\s*(m|min|h|d|w)")
_SECONDS = {"m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True)
class Publisher:
    """Known publisher of a list. `changes`: how often the list changes, in words. `source`: where
    these facts come from.
    """

    name: str
    title: str
    address: str
    hosts: str
    format: str
    license: str
    every: str
    changes: str
    source: str


def load_publishers() -> Mapping[str, Publisher]:
    """Return the known publishers by name."""
    rows = load_rows("publishers")
    return {row[0]: Publisher(*row) for row in rows}


def parse_interval(text: str) -> int:
    """Return the seconds of an interval such as `30m`, `6h`, `1d`. Raises `InputError`."""
    match = _EVERY.fullmatch(text.strip().lower())
    seconds = int(match[1]) * _SECONDS[match[2]] if match is not None else 0
    low, high = (int(limit.total_seconds()) for limit in (MIN_INTERVAL, MAX_INTERVAL))
    if not low <= seconds <= high:
        raise InputError(
            f"{text[:40]!r} is no interval",
            hint="write a number with m, h or d, from 5m to 31d, such as 6h",
        )
    return seconds


def format_interval(seconds: float) -> str:
    """Return a duration in its largest whole unit, such as `6 h` or `12 days`."""
    for unit, size in (("day", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= (2 * size if unit == "day" else size):
            count = int(seconds // size)
            return pluralize(count, unit) if unit == "day" else f"{count} {unit}"
    return f"{int(max(seconds, 0))} s"


def is_web_address(address: str) -> bool:
    """Return whether the address of a feed is a URL, not a folder or file."""
    return "://" in address and not address.lower().startswith("file:")


def local_path(address: str) -> Path:
    """Return the path of a feed that is no URL; its name may be a pattern such as `*.xml`."""
    if address.lower().startswith("file:"):
        address = unquote(urlsplit(address).path)
    return Path(address).expanduser().absolute()


def add_feed(store: Store, feed: NewFeed, rules: NetworkRules) -> Feed:
    """Add a feed after checking its facts. Raises `InputError`, `StoreError`."""
    if not _NAME.fullmatch(feed.name) or not is_source_name(feed.name):
        raise InputError(
            f"no feed can be called {feed.name[:60]!r}",
            hint="use small letters, digits, dots and hyphens, such as border-police",
        )
    return store.feeds.add(_check_feed(feed, rules))


def update_feed(store: Store, name: str, changes: Mapping[str, Any], rules: NetworkRules) -> Feed:
    """Change facts of a feed, after checking them. Raises `InputError`, `StoreError`."""
    feed = _check_feed(replace(store.feeds.get(name), **changes), rules)
    return store.feeds.change(name, **{**changes, "address": feed.address})


_AnyFeed = TypeVar("_AnyFeed", bound=NewFeed)


def _check_feed(feed: _AnyFeed, rules: NetworkRules) -> _AnyFeed:
    """Return a feed with its address in full. Raises `InputError` for an address that cannot be
    fetched.
    """
    # processes that only serve pages do not need to load the HTTP client
    from resolver.feeds.transfer import check_address

    if feed.format and all(row.name != feed.format for row in READERS):
        raise InputError(f"there is no format {feed.format[:60]!r}", hint="see `resolver formats`")
    if is_web_address(feed.address):
        check_address(feed.address, rules)
        return feed
    path = local_path(feed.address)
    if not (path.exists() or path.parent.is_dir()):
        raise InputError("there is no such file or folder", place=str(path))
    if feed.mapping and path.is_dir():
        raise InputError(
            "a mapping belongs to one file", place=str(path), hint="put it beside those of a folder"
        )
    return replace(feed, address=str(path))


def remove_feed(store: Store, name: str, jobs: Path) -> None:
    """Remove a feed, its files and its waiting batch; committed versions stay.

    Raises `StoreError` for an unknown name, and if a process is fetching the feed.
    """
    if store.feeds.get(name).is_leased:
        raise StoreError(
            f"the feed {name} is being fetched", hint="pause it, and try again in a minute"
        )
    for run in store.feeds.runs(name, 1, (RunOutcome.NEW,)):
        store.jobs.cancel(run.batch)
    store.feeds.remove(name)
    shutil.rmtree(jobs / FEEDS_FOLDER / name, ignore_errors=True)


def find_good_version(store: Store, name: str) -> FeedRun | None:
    """Return the newest version of a feed that was committed, or None."""
    return next(iter(store.feeds.committed_runs(name, 1)), None)


class FeedState(StrEnum):
    """State of a feed, for people."""

    NEW = "new"
    """Not fetched yet."""
    CURRENT = "current"
    FETCHING = "fetching"
    WAITING = "waiting"
    """The newest version waits for a worker, or is being committed."""
    HELD = "held"
    """The newest version waits for a person, or was refused."""
    FAILED = "failed"
    LATE = "late"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """State of a feed with its reason.

    - `age`: seconds since the list in the store was last known to be the newest version; None if it
      never was. `full_age`: seconds since it was last fetched in full.
    - `good`: the version in the store. `last`: outcome of the last run. `batch`: the newest batch.
    """

    feed: Feed
    state: FeedState
    reason: str
    age: float | None
    full_age: float | None
    good: FeedRun | None
    last: FeedRun | None
    batch: str

    @property
    def sources(self) -> frozenset[str]:
        """Those sources that the feed updates, if they are known."""
        return frozenset(self.feed.sources.split())

    @property
    def is_late(self) -> bool:
        """Whether the list has not been confirmed for too long."""
        return _is_late(self.feed, self.age)


def _is_late(feed: Feed, age: float | None) -> bool:
    limit = max(LATE_INTERVALS * feed.every, LATE_LEAST.total_seconds())
    return (age if age is not None else _age(feed.created) or 0.0) > limit


def load_statuses(store: Store) -> list[FeedStatus]:
    """Return the status of each feed, by name. Raises `StoreError`."""
    newest = store.feeds.newest_runs()
    return [_load_status(store, feed, newest.get(feed.name)) for feed in store.feeds.list()]


@dataclass(frozen=True, slots=True)
class VisibleFeed:
    """Feed as a viewer may know it. `is_whole`: the viewer may see everything about it.

    Other viewers see only how the fetching goes. Nothing they see depends on the content of the
    list, since its records may be hidden from them: no batches, no sizes, and as age the time since
    the publisher last answered.
    """

    status: FeedStatus
    is_whole: bool

    @property
    def state(self) -> FeedState:
        """State that the viewer may know of."""
        if self.is_whole:
            return self.status.state
        feed, last = self.status.feed, self.status.last
        if feed.paused:
            return FeedState.PAUSED
        if last is not None and last.outcome is RunOutcome.FAILED:
            return FeedState.FAILED
        return FeedState.LATE if _is_late(feed, self.age) else FeedState.CURRENT

    @property
    def age(self) -> float | None:
        """Seconds since the list was last known to be the newest version."""
        return self.status.age if self.is_whole else _age(self.status.feed.answered)

    @property
    def fields(self) -> dict[str, Any]:
        """Fields of JSON."""
        if self.is_whole:
            return describe_feed(self.status)
        feed = self.status.feed
        return {
            "name": feed.name,
            "title": feed.title,
            "state": self.state.value,
            "age_seconds": _whole(self.age),
        }


@dataclass(frozen=True, slots=True)
class KnownSources:
    """Names of the sources that a viewer may know, and (source, agency) for each agency whose
    records the viewer sees there.
    """

    names: frozenset[str]
    agencies: frozenset[tuple[str, str]]


def find_visible_feeds(
    store: Store, viewer: Viewer, find_known: Callable[[], KnownSources]
) -> list[VisibleFeed]:
    """Return the feeds that a viewer may know of, by name.

    Admins see all feeds; the users and keys of an agency see the agency's feeds. Everybody else
    sees a feed that updates one of the sources of `find_known`, which is called only if they
    matter. A feed of an agency is shown for a source that the agency owns. For any other source it
    is shown only if the viewer sees a record of the agency there, since the feed can only bring
    restricted records.
    """
    feeds = [
        VisibleFeed(
            status,
            may_read_all(viewer) or bool(viewer.agency and viewer.agency == status.feed.agency),
        )
        for status in load_statuses(store)
    ]
    if all(feed.is_whole for feed in feeds):
        return feeds
    known = find_known()
    with store.view() as view:
        owners = {row.name: row.agency for row in view.sources() if row.name in known.names}

    def is_known(status: FeedStatus) -> bool:
        agency = status.feed.agency
        return any(
            not agency or owners.get(name) == agency or (name, agency) in known.agencies
            for name in status.sources & known.names
        )

    return [feed for feed in feeds if feed.is_whole or is_known(feed.status)]


def load_feed_status(store: Store, name: str) -> FeedStatus:
    """Return the status of a feed. Raises `StoreError` for an unknown name."""
    feed = store.feeds.get(name)
    runs = store.feeds.runs(name, 1)
    return _load_status(store, feed, runs[0] if runs else None)


def _load_status(store: Store, feed: Feed, last: FeedRun | None) -> FeedStatus:
    versions = store.feeds.runs(feed.name, 1, (RunOutcome.NEW,))
    job = store.jobs.find(versions[0].batch) if versions else None
    good = find_good_version(store, feed.name)
    confirmed = max(feed.confirmed, good.started if good is not None else "")
    status = FeedStatus(
        feed,
        FeedState.CURRENT,
        "",
        _age(confirmed),
        _age(feed.fetched),
        good,
        last,
        versions[0].batch if versions else "",
    )
    state, reason = _judge(status, job)
    return replace(status, state=state, reason=reason)


def _judge(status: FeedStatus, job: Job | None) -> tuple[FeedState, str]:
    """Return the state of a feed and the reason, given the job of its newest version."""
    feed, last = status.feed, status.last
    line = last.line if last is not None else ""
    if feed.paused:
        return FeedState.PAUSED, line
    if feed.is_leased:
        return FeedState.FETCHING, line
    if last is None:
        return FeedState.NEW, "it has not been fetched yet"
    if last.outcome is RunOutcome.FAILED:
        return FeedState.FAILED, line
    if job is not None:
        if job.state in (JobState.QUEUED, JobState.RUNNING):
            return FeedState.WAITING, f"batch {job.id} is {job.state}"
        if job.state is JobState.HELD:
            return FeedState.HELD, job.error
        if job.state is JobState.CANCELLED:
            return FeedState.HELD, f"batch {job.id} was refused; the version before it serves"
        if job.state is JobState.FAILED:
            return FeedState.FAILED, job.error
    return (FeedState.LATE if status.is_late else FeedState.CURRENT), line


def describe_feed(status: FeedStatus) -> dict[str, Any]:
    """Return the status of a feed as the fields of JSON."""
    feed, good = status.feed, status.good
    address = describe_url(feed.address) if is_web_address(feed.address) else feed.address
    return {
        "name": feed.name,
        "title": feed.title,
        "state": status.state.value,
        "reason": status.reason,
        "address": address,
        "format": feed.format,
        "license": feed.license,
        "agency": feed.agency,
        "handling": unpack_handling(feed.handling).code if feed.handling else "",
        "every_seconds": feed.every,
        "age_seconds": _whole(status.age),
        "full_fetch_age_seconds": _whole(status.full_age),
        "next_run": feed.due,
        "sources": sorted(status.sources),
        "batch": status.batch,
        "version": None
        if good is None
        else {
            "fetched": good.started,
            "published": good.published,
            "size": good.size,
            "sha256": good.checksum,
            "batch": good.batch,
        },
    }


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds)


def _age(time: str) -> float | None:
    """Return the seconds since a UTC text; 0 for a future time, None for an empty text."""
    if not time:
        return None
    return max(0.0, (datetime.now(UTC) - parse_utc_text(time)).total_seconds())
