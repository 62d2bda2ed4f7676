"""Feeds: lists that are fetched on schedule, with the outcome of each time.

A feed is a row that one process at a time leases, as jobs are. The process with the lease fetches
the list and records the outcome. If a lease ran out, or was taken while a clock was wrong, the next
process gets it. Each recorded outcome is a row of `feed_runs`. Rows of versions are kept. Rows of
other outcomes are kept as long as they are among the newest `KEPT_RUNS`.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from resolver.errors import StoreError
from resolver.store.bulk_rows import MAX_CLOCK_SKEW
from resolver.store.database import read_transaction, utc_text, write_transaction
from resolver.store.jobs import LEASE_TIME, MAX_LEASE_TIME, JobState
from resolver.store.schema import feed_runs, feeds, jobs

KEPT_RUNS = 100
"""Number of outcomes of a feed that are kept besides its versions: a month of four a day."""
_FIRST_RETRY = 300.0
"""Seconds before a new attempt after the first failure. Each further failure doubles them, up to
the interval of the feed or one day, whichever is less.
"""
_MAX_RETRY = 86_400.0
_JITTER = 0.1
"""Share of a pause by which the pause varies at random, so that many stores do not ask a publisher
at the same time.
"""


class RunOutcome(StrEnum):
    """Outcome of one fetch of a feed."""

    NEW = "new"
    """Another version was fetched and queued as a batch."""
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NewFeed:
    """Facts of a feed that an operator states. `hosts`: hosts that a redirect may lead to,
    separated by spaces. `every`: seconds between two fetches. `mapping`: text of a mapping file.
    `handling`: packed handling that its records have at least.
    """

    name: str
    address: str
    format: str
    every: int
    title: str = ""
    license: str = ""
    hosts: str = ""
    agency: str = ""
    mapping: str = ""
    handling: str = ""


@dataclass(frozen=True, slots=True)
class Feed(NewFeed):
    """Feed with its state; times are UTC texts, empty for never.

    - `due`: time of the next fetch. `lease_until`: time until which a process is fetching it.
    - `answered`: when the publisher last gave a usable answer; `fetched`: when the list was last
      fetched in full; `confirmed`: when it was last known that the list in the store is the newest.
    - `etag`, `last_modified`, `checksum`: values of the version that was fetched last.
    - `sources`: names of the sources that its lists had so far, separated by spaces.
    """

    created: str = ""
    paused: bool = False
    due: str = ""
    lease_by: str = ""
    lease_until: str = ""
    failures: int = 0
    answered: str = ""
    fetched: str = ""
    confirmed: str = ""
    etag: str = ""
    last_modified: str = ""
    checksum: str = ""
    sources: str = ""

    @property
    def is_leased(self) -> bool:
        """Return whether a process is fetching the list."""
        return self.lease_until > utc_text()


@dataclass(frozen=True, slots=True)
class FeedRun:
    """Outcome of one fetch of a feed, with a line for people.

    For a new version it also has: bytes, SHA-256, the time that the publisher states
    (`Last-Modified`), its `ETag`, and the id of its batch.
    """

    feed: str
    started: str
    outcome: RunOutcome
    line: str
    finished: str = ""
    size: int = 0
    checksum: str = ""
    published: str = ""
    etag: str = ""
    batch: str = ""
    number: int = 0


class FeedLeaseError(StoreError):
    """The lease of a feed has gone to another process, or the feed was removed meanwhile."""


@dataclass(frozen=True, slots=True)
class Feeds:
    """Feeds of a store."""

    engine: Engine

    def add(self, feed: NewFeed) -> Feed:
        """Add a feed that is due at once. Raises `StoreError` if the name is taken."""
        values = {field.name: getattr(feed, field.name) for field in fields(NewFeed)}
        blank = {field.name: field.default for field in fields(Feed) if field.name not in values}
        now = utc_text()
        try:
            with write_transaction(self.engine) as connection:
                connection.execute(
                    insert(feeds).values(**blank | values | {"created": now, "due": now})
                )
        except IntegrityError:
            raise StoreError(
                f"there is a feed {feed.name} already",
                hint="choose another name, or remove that feed first",
            ) from None
        return self.get(feed.name)

    def get(self, name: str) -> Feed:
        """Return a feed. Raises `StoreError` for an unknown name."""
        with read_transaction(self.engine) as connection:
            row = connection.execute(select(feeds).where(feeds.c.name == name)).first()
        if row is None:
            raise StoreError(f"there is no feed {name[:60]!r}", hint="see `resolver feeds list`")
        return Feed(**row._mapping)

    def change(self, name: str, **values: Any) -> Feed:
        """Change facts that an operator states about a feed, and make it due.

        The list is fetched again as if nothing were known about it, because the same content may
        now be read in another way. Raises `StoreError` for an unknown name, and if a process is
        fetching the feed.
        """
        known = {field.name for field in fields(NewFeed)} - {"name"}
        anew = {"etag": "", "last_modified": "", "checksum": "", "due": utc_text(), "failures": 0}
        with write_transaction(self.engine) as connection:
            changed = connection.execute(
                update(feeds)
                .where(feeds.c.name == name, _is_free())
                .values(**anew, **{key: values[key] for key in values.keys() & known})
            )
        feed = self.get(name)
        if not changed.rowcount:
            raise StoreError(
                f"the feed {name} is being fetched", hint="pause it, and try again in a minute"
            )
        return feed

    def list(self) -> list[Feed]:
        """Return all feeds by name."""
        with read_transaction(self.engine) as connection:
            rows = connection.execute(select(feeds).order_by(feeds.c.name)).all()
        return [Feed(**row._mapping) for row in rows]

    def remove(self, name: str) -> None:
        """Remove a feed with its outcomes. Raises `StoreError` for an unknown name."""
        self.get(name)
        with write_transaction(self.engine) as connection:
            connection.execute(delete(feed_runs).where(feed_runs.c.feed == name))
            connection.execute(delete(feeds).where(feeds.c.name == name))

    def pause(self, name: str, *, paused: bool) -> Feed:
        """Pause a feed, or resume it, so that it is due at once. Raises `StoreError`."""
        self.get(name)
        values: dict[str, Any] = {"paused": paused}
        if not paused:
            values |= {"due": utc_text(), "failures": 0}
        with write_transaction(self.engine) as connection:
            connection.execute(update(feeds).where(feeds.c.name == name).values(**values))
        return self.get(name)

    def make_due(self, name: str) -> Feed:
        """Let a worker fetch a feed at once. Raises `StoreError`."""
        self.get(name)
        with write_transaction(self.engine) as connection:
            connection.execute(update(feeds).where(feeds.c.name == name).values(due=utc_text()))
        return self.get(name)

    def find_due(self) -> Sequence[str]:
        """Return the names of the feeds that are due and that no process is fetching."""
        query = select(feeds.c.name).where(_is_due(), _is_free()).order_by(feeds.c.due)
        with read_transaction(self.engine) as connection:
            return list(connection.execute(query).scalars())

    def lease(
        self, name: str, owner: str, *, due: bool = False, lease: datetime.timedelta = LEASE_TIME
    ) -> Feed | None:
        """Lease a feed for a process. None if another process has it or, with `due`, if it is no
        longer due.
        """
        conditions = [feeds.c.name == name, _is_free(), *([_is_due()] if due else [])]
        until = utc_text(datetime.datetime.now(datetime.UTC) + lease)
        leased = update(feeds).where(*conditions).values(lease_by=owner, lease_until=until)
        with write_transaction(self.engine) as connection:
            if connection.execute(leased).rowcount != 1:
                return None
            row = connection.execute(select(feeds).where(feeds.c.name == name)).one()
        return Feed(**row._mapping)

    def note_sources(self, name: str, names: Collection[str]) -> None:
        """Note the sources that the lists of a feed have; a removed feed is no error."""
        with write_transaction(self.engine) as connection:
            known = connection.execute(select(feeds.c.sources).where(feeds.c.name == name)).scalar()
            both = " ".join(sorted({*(known or "").split(), *names}))
            if known is not None and both != known:
                connection.execute(update(feeds).where(feeds.c.name == name).values(sources=both))

    def renew(self, feed: Feed, *, lease: datetime.timedelta = LEASE_TIME) -> None:
        """Keep the lease of a feed. Raises `FeedLeaseError`."""
        until = utc_text(datetime.datetime.now(datetime.UTC) + lease)
        with write_transaction(self.engine) as connection:
            _update_leased(connection, feed, {"lease_until": until})

    def release(self, feed: Feed) -> None:
        """Give back the lease of a feed without an outcome; another process may have it already."""
        with write_transaction(self.engine) as connection:
            connection.execute(
                update(feeds)
                .where(feeds.c.name == feed.name, feeds.c.lease_by == feed.lease_by)
                .values(lease_by="", lease_until="")
            )

    def record(
        self,
        feed: Feed,
        run: FeedRun,
        seen: Mapping[str, str] | None = None,
        *,
        retry_after: float | None = None,
    ) -> FeedRun:
        """Record the outcome of a feed, give back its lease, and say when it is due again.

        `seen`: new values of the columns of `Feed` from `answered` on. `retry_after`: seconds that
        the publisher asks to wait. Raises `FeedLeaseError`.
        """
        has_failed = run.outcome is RunOutcome.FAILED
        failures = feed.failures + 1 if has_failed else 0
        pause = max(_pause_after(feed.every, failures), retry_after or 0.0)
        now = datetime.datetime.now(datetime.UTC)
        values = {
            **(seen or {}),
            "failures": failures,
            "due": utc_text(now + datetime.timedelta(seconds=pause)),
            "lease_by": "",
            "lease_until": "",
        }
        columns = {field.name: getattr(run, field.name) for field in fields(FeedRun)}
        del columns["number"]
        columns |= {"outcome": run.outcome.value, "finished": utc_text(now)}
        with write_transaction(self.engine) as connection:
            _update_leased(connection, feed, values)
            connection.execute(insert(feed_runs).values(**columns))
            newest = (
                select(feed_runs.c.number)
                .where(feed_runs.c.feed == feed.name)
                .order_by(feed_runs.c.number.desc())
            )
            oldest = connection.execute(newest.limit(1).offset(KEPT_RUNS)).scalar()
            if oldest is not None:
                connection.execute(
                    delete(feed_runs).where(
                        feed_runs.c.feed == feed.name,
                        feed_runs.c.number <= oldest,
                        feed_runs.c.outcome != RunOutcome.NEW.value,
                    )
                )
        return self.runs(feed.name, 1)[0]

    def runs(
        self, name: str, limit: int, outcomes: Collection[RunOutcome] = tuple(RunOutcome)
    ) -> Sequence[FeedRun]:
        """Return the newest outcomes of a feed, the newest first."""
        query = (
            select(feed_runs)
            .where(
                feed_runs.c.feed == name,
                feed_runs.c.outcome.in_([outcome.value for outcome in outcomes]),
            )
            .order_by(feed_runs.c.number.desc())
            .limit(limit)
        )
        with read_transaction(self.engine) as connection:
            return [_run(row) for row in connection.execute(query)]

    def committed_runs(self, name: str, limit: int) -> Sequence[FeedRun]:
        """Return the newest versions of a feed whose batches were committed, the newest first."""
        query = (
            select(feed_runs)
            .join(jobs, jobs.c.id == feed_runs.c.batch)
            .where(feed_runs.c.feed == name, jobs.c.state == JobState.DONE.value)
            .order_by(feed_runs.c.number.desc())
            .limit(limit)
        )
        with read_transaction(self.engine) as connection:
            return [_run(row) for row in connection.execute(query)]

    def newest_runs(self) -> Mapping[str, FeedRun]:
        """Return the newest outcome of each feed."""
        newest = select(func.max(feed_runs.c.number)).group_by(feed_runs.c.feed)
        with read_transaction(self.engine) as connection:
            rows = connection.execute(select(feed_runs).where(feed_runs.c.number.in_(newest)))
            return {row.feed: _run(row) for row in rows}


def _pause_after(every: int, failures: int) -> float:
    """Return the seconds until a feed is due again, with a small random part."""
    pause = float(every)
    if failures:
        pause = min(_FIRST_RETRY * 2.0 ** min(failures - 1, 20), max(pause, 60.0), _MAX_RETRY)
    return pause * random.uniform(1 - _JITTER, 1 + _JITTER)


def _is_due() -> ColumnElement[bool]:
    """Return the condition of feeds that are due.

    A feed that is due later than two intervals and a day from now was recorded while the clock was
    ahead. SQL cannot add to texts of times, so feeds of any interval share a limit.
    """
    now = datetime.datetime.now(datetime.UTC)
    return and_(
        feeds.c.paused.is_(False),
        or_(feeds.c.due <= utc_text(now), feeds.c.due > utc_text(now + _LATEST_DUE)),
    )


MAX_INTERVAL = datetime.timedelta(days=31)
"""Longest interval of a feed."""
_LATEST_DUE = MAX_INTERVAL * (1 + 2 * _JITTER)


def _is_free() -> ColumnElement[bool]:
    now = datetime.datetime.now(datetime.UTC)
    return or_(
        feeds.c.lease_until < utc_text(now),
        # the lease was taken while the clock was wrong
        feeds.c.lease_until > utc_text(now + MAX_LEASE_TIME + MAX_CLOCK_SKEW),
    )


def _update_leased(connection: Connection, feed: Feed, values: Mapping[str, Any]) -> None:
    is_own = and_(feeds.c.name == feed.name, feeds.c.lease_by == feed.lease_by)
    if connection.execute(update(feeds).where(is_own).values(**values)).rowcount != 1:
        raise FeedLeaseError(
            f"another process fetches the feed {feed.name} now, or it was removed",
            hint="see `resolver feeds list`",
        )


def _run(row: Any) -> FeedRun:
    return FeedRun(**{**row._mapping, "outcome": RunOutcome(row.outcome)})


def pause_all(connection: Connection) -> None:
    """Pause all feeds of a store that was restored: their files are not there, and the store that
    was backed up may still fetch them.
    """
    connection.execute(
        update(feeds).values(paused=True, lease_by="", lease_until="", etag="", last_modified="")
    )
