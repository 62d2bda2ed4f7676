"""Profiles, and screening results, against a direct computation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from resolver.check.screener import MatchQuery, Screener
from resolver.errors import StoreError
from resolver.records import Batch, Kind, Record
from resolver.records.prepared.batch import build_profiles
from resolver.world import generate
from tests.hub.hubs import Stores, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


def test_profile_contains_all_values_of_its_records() -> None:
    some = [
        record("a:1", name="A", birthDate="1970"),
        record("a:2", Kind.LEGAL, name=("A", "B")),
        record("a:3", Kind.GROUP, name="C", country="ru"),
        record("a:4", Kind.PERSON, name="D"),
    ]
    owner = np.array([0, 0, 1, 1])
    first, second = build_profiles(
        Batch.from_records(some).canonical(), owner, ["p0", "p1"]
    ).to_records()
    assert (first.kind, first.texts("name"), first.texts("birthDate")) == (
        Kind.PERSON,
        ("A", "B"),
        ("1970",),
    )
    # of kinds that exclude each other, any may hold
    assert (second.kind, second.texts("name"), second.texts("country")) == (
        Kind.LEGAL,
        ("C", "D"),
        ("ru",),
    )


def test_each_record_finds_its_own_entity(stores: Stores) -> None:
    some = list(generate(80, seed=4).records)[:120]
    with stores.new() as hub:
        hub.add(make_intake(some[:70]))
        hub.add(make_intake(some[70:]))
        answers, revision = Screener(hub).check(some, MatchQuery(limit=3))
        assert revision.revision == 2
        with hub.store.view() as view:
            missed = [
                query.id
                for query, answer in zip(some, answers, strict=True)
                if query.id
                not in {record for match in answer.matches for record in match.entity["referents"]}
            ]
            assert not missed
            for answer in answers[:10]:
                for match in answer.matches:
                    stored = view.entity(match.entity["id"])
                    assert stored is not None
                    assert list(stored.records) == match.entity["referents"]


def followed(
    hub: Any, monkeypatch: pytest.MonkeyPatch, begin: Callable[[], object]
) -> tuple[Screener, int]:
    """Return a screener that follows a store, and a revision that it does not have yet. Each
    further refresh calls `begin` first.
    """
    hub.add(make_intake([record("a:1", name="Ivan Petrov")]))
    screener = Screener(hub)
    screener.refresh()
    refresh = screener._refresh

    def refresh_later(*options: Any) -> object:
        begin()
        return refresh(*options)

    monkeypatch.setattr(screener, "_refresh", refresh_later)
    screener.follow(3_600)
    revision: int = hub.add(make_intake([record("a:2", name="Zdenka Havlova")])).revision
    return screener, revision


@pytest.mark.slow
def test_an_answer_waits_for_a_slow_index(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    with stores.new() as hub:
        screener, revision = followed(hub, monkeypatch, lambda: time.sleep(2.5))
        is_reached = screener.reach(revision)
        assert screener.followed_revision == revision
        assert is_reached
        screener.close()


def test_an_answer_does_not_wait_for_an_index_for_ever(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.check.screener._REACH_SECONDS", 0.2)
    go_on = threading.Event()
    with stores.new() as hub:
        screener, revision = followed(hub, monkeypatch, go_on.wait)
        assert not screener.reach(revision)
        go_on.set()
        monkeypatch.setattr("resolver.check.screener._REACH_SECONDS", 20)
        assert screener.reach(revision)
        # a store that was restored from a backup has not all revisions that were written
        assert screener.reach(revision + 10)
        screener.close()


def test_an_answer_does_not_wait_for_a_store_that_is_not_there(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise StoreError("the database does not answer")

    with stores.new() as hub:
        screener, revision = followed(hub, monkeypatch, fail)
        started = time.monotonic()
        assert not screener.reach(revision)
        assert time.monotonic() - started < 5
        screener.close()


def test_warming_checks_one_record_of_each_kind(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = [record(f"a:{number}", name="Ivan Petrov", birthDate="1950-01-02") for number in "123"]
    counts: list[int] = []
    check = Screener.check

    def count_queries(screener: Screener, queries: Sequence[Record], options: MatchQuery) -> object:
        counts.append(len(queries))
        return check(screener, queries, options)

    monkeypatch.setattr(Screener, "check", count_queries)
    with stores.new() as hub:
        hub.add(make_intake([*copies, record("a:4", Kind.GROUP, name="Vektor Trading")]))
        assert Screener(hub).warm().revision == 1
    # and the group with a name in Chinese characters
    assert counts == [3]


def test_incomplete_results_are_marked(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    twins = [
        record(
            f"a:{year}",
            name="Ivan Petrov",
            birthDate=f"19{32 + 7 * year}-{year + 1:02d}-{3 * year + 2:02d}",
        )
        for year in range(8)
    ]
    query = record("q:1", name="Ivan Petrov")
    with stores.new() as hub:
        hub.add(make_intake(twins))
        (answer,), _ = Screener(hub).check([query], MatchQuery(limit=3, cutoff=0.0))
        assert (len(answer.matches), answer.total, answer.is_complete) == (3, 8, True)
        monkeypatch.setattr("resolver.check.ranking.FIRST_ROUND_SIZE", 4)
        monkeypatch.setattr("resolver.check.ranking.MAX_COMPARED", 4)
        monkeypatch.setattr("resolver.check.screener.MAX_COMPARED", 4)
        (answer,), _ = Screener(hub).check([query], MatchQuery(limit=3, cutoff=0.0))
        assert (answer.total, answer.is_complete) == (4, False)
