"""Rows of feeds on both databases: leases, outcomes and when a feed is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from resolver.errors import StoreError
from resolver.store import FeedRun, NewFeed, RunOutcome, Store, utc_text
from resolver.store import feeds as feed_rows

pytestmark = pytest.mark.slow


def outcome(name: str, kind: RunOutcome = RunOutcome.UNCHANGED) -> FeedRun:
    return FeedRun(name, utc_text(), kind, f"line of {kind}", batch="b" if kind == "new" else "")


def test_one_process_has_a_feed_until_it_records_an_outcome(store: Store) -> None:
    feeds = store.feeds
    added = feeds.add(NewFeed("un", "https://un.example.org/list", "un_sc", 3600, hosts="a b"))
    assert (added.hosts, added.paused, added.checksum) == ("a b", False, "")
    with pytest.raises(StoreError, match="already"):
        feeds.add(NewFeed("un", "x", "", 3600))
    assert feeds.find_due() == ["un"]
    first = feeds.lease("un", "one")
    assert first is not None
    assert feeds.lease("un", "two") is None
    feeds.renew(first)
    feeds.record(first, outcome("un"), {"checksum": "abc"})
    assert (feeds.get("un").checksum, feeds.get("un").lease_until) == ("abc", "")
    assert feeds.find_due() == []
    assert feeds.lease("un", "two", due=True) is None
    with pytest.raises(StoreError, match="another process"):
        feeds.record(first, outcome("un"))
    due = datetime.fromisoformat(feeds.get("un").due) - datetime.now(UTC)
    assert timedelta(minutes=53) < due < timedelta(minutes=67)


def test_versions_are_kept_longer_than_other_outcomes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_rows, "KEPT_RUNS", 3)
    feeds = store.feeds
    feeds.add(NewFeed("un", "x", "", 3600))
    kinds = [RunOutcome.NEW, RunOutcome.FAILED, *[RunOutcome.UNCHANGED] * 4]
    for kind in kinds:
        leased = feeds.lease("un", "one")
        assert leased is not None
        feeds.record(leased, outcome("un", kind))
    assert [run.outcome.value for run in feeds.runs("un", 10)] == [*["unchanged"] * 3, "new"]
    assert feeds.runs("un", 10, (RunOutcome.NEW,))[0].batch == "b"
    assert feeds.newest_runs()["un"].outcome is RunOutcome.UNCHANGED


def test_sources_are_gathered(store: Store) -> None:
    feeds = store.feeds
    feeds.add(NewFeed("un", "x", "", 3600))
    feeds.note_sources("un", ["b", "a"])
    feeds.note_sources("un", ["c", "a"])
    feeds.note_sources("absent", ["c"])
    assert feeds.get("un").sources == "a b c"
    feeds.remove("un")
    assert feeds.list() == []
    with pytest.raises(StoreError, match="there is no feed"):
        feeds.remove("un")
