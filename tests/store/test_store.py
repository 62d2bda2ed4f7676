"""Store on both databases: atomic commits, consistent views, complete history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from sqlalchemy import inspect, select, update

from resolver.errors import StoreError
from resolver.records import Batch, Record
from resolver.records.decisions import Decision, Verdict
from resolver.store import (
    Commit,
    EntityEvent,
    EventKind,
    LinkColor,
    LinkRows,
    ListCommit,
    NewDecision,
    OutdatedError,
    Store,
    StoreHead,
    bulk_rows,
    commit,
    encode_contents,
)
from resolver.store.commit import _Counters, _steps
from resolver.store.database import write_transaction
from resolver.store.schema import meta
from tests.hub.stored_links import stored_links
from tests.records.samples import record

pytestmark = pytest.mark.slow


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


def records_commit(base: int, records: Sequence[Record], **changes: object) -> Commit:
    """Return a commit of records, each in an entity of its own."""
    batch = Batch.from_records(records).canonical()
    first = changes.pop("first", 1)
    assert isinstance(first, int)
    numbers = np.arange(first, first + len(records), dtype=np.int64)
    sources = sorted({item.source for item in records})
    lists = [
        ListCommit(name, False, "", f"{name}.csv", "test", len(records), 0) for name in sources
    ]
    entities = [f"e-{item.id}" for item in sorted(records, key=lambda item: item.id)]
    fields: dict[str, Any] = {
        "lists": lists,
        "new_entities": entities,
        "new_members": (numbers, numbers),
        **changes,
    }
    return Commit(base, "batch", records=batch, contents=encode_contents(batch), **fields)


@pytest.fixture
def filled_store(store: Store) -> Store:
    """Return a store of three records in two entities, with one link in review."""
    records = [record(f"s:{number}", name=f"Ann {number}") for number in (1, 2, 3)]
    linked = LinkRows(ints(1), ints(3), ints(-200), np.array([0.45]), *[ints(1)] * 6)
    store.commit(
        records_commit(
            0,
            records,
            new_entities=["e-a", "e-b"],
            new_members=(ints(1, 2, 3), ints(1, 1, 2)),
            new_links=linked,
            plan="S",
            stamp={"model": "m"},
            thresholds={"review": 0.05},
        )
    )
    return store


def test_new_store_is_empty(store: Store, url: str) -> None:
    assert store.revision == 0
    with store.view() as view:
        assert (view.head.plan, view.head.last_record, view.sources(), view.changes(0)) == (
            "",
            0,
            [],
            [],
        )
        assert (view.entity("e-a"), view.record("s:1"), view.decisions()) == (None, None, [])
        assert len(view.all_links()) == len(view.all_members()[0]) == 0
        assert list(view.batches()) == []
    with Store.open(url, create=False) as again, again.view() as view, store.view() as before:
        assert view.head == before.head


def test_committed_rows_are_read_back(filled_store: Store) -> None:
    with filled_store.view() as view:
        assert (view.revision, view.head.last_record, view.head.last_entity, view.head.plan) == (
            1,
            3,
            2,
            "S",
        )
        assert (view.head.stamp, view.head.thresholds) == ({"model": "m"}, {"review": 0.05})
        stored = view.record("s:2")
        assert stored is not None
        assert (stored.number, stored.record, stored.valid_from, stored.valid_to) == (
            2,
            record("s:2", name="Ann 2"),
            1,
            None,
        )
        assert stored.hash == stored.record.content_hash()
        entity = view.entity("e-a")
        assert entity is not None
        assert (entity.id, entity.born, entity.records) == ("e-a", 1, ("s:1", "s:2"))
        by_record = view.entity("s:3")
        assert by_record is not None
        assert (by_record.id, by_record.requested_id) == ("e-b", "s:3")
        ((pair, link),) = stored_links(view).items()
        assert (pair, link.color) == (("s:1", "s:3"), LinkColor.YELLOW)
        assert (view.link_revision(1, 3), view.queue_length()) == (1, 1)
        (source,) = view.sources(counted=True)
        assert (source.name, source.records, source.deduplicated) == ("s", 3, False)
        assert view.changes(0) == [
            EntityEvent(1, EventKind.BORN, "e-a", ""),
            EntityEvent(1, EventKind.BORN, "e-b", ""),
        ]
        assert [revision_row.counts["records"] for revision_row in view.revisions()] == [3]
        assert [rows.batch.ids.to_pylist() for rows in view.batches(after=1)] == [["s:2", "s:3"]]


def test_links_between_have_both_ends_among_records(store: Store) -> None:
    count = 7
    records = [record(f"s:{number}", name=f"Ann {number}") for number in range(1, count + 1)]
    pairs = [
        (low, high)
        for low in range(1, count + 1)
        for high in range(low + 1, count + 1)
        if (low + high) % 3
    ]
    left, right = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    same = np.ones(len(left), dtype=np.int64)
    store.commit(
        records_commit(
            0,
            records,
            new_links=LinkRows(left, right, 100 * left - right, same / 2, *[same] * 6),
        )
    )
    with store.view() as view:
        for numbers in ([], [3], [1, 2], [2, 4, 5, 7], list(range(1, count + 1))):
            expected = [
                (low, high, 100 * low - high) for low, high in pairs if {low, high} <= set(numbers)
            ]
            links = view.links_between(numbers)
            sides = (links.left.tolist(), links.right.tolist(), links.logodds.tolist())
            assert list(zip(*sides, strict=True)) == expected
        strong = view.links_of([2, 4], min_logodds=250)
        assert {
            (low, high)
            for low, high in zip(strong.left.tolist(), strong.right.tolist(), strict=True)
        } == {
            (low, high) for low, high in pairs if {low, high} & {2, 4} and 100 * low - high >= 250
        }


def test_history_is_kept(filled_store: Store) -> None:
    newer = records_commit(
        1,
        [record("s:3", name="Anne 3")],
        new_entities=[],
        first=4,
        ended_records=ints(3),
        ended_members=ints(2, 3),
        retired_entities=[(2, 1)],
        new_members=(ints(2, 4), ints(1, 1)),
        ended_links=(ints(1), ints(3)),
        events=[(EventKind.MERGED, 2, 1), (EventKind.GREW, 1, -1)],
    )
    assert filled_store.commit(newer) == 2
    with filled_store.view() as view:
        assert [version.record.caption for version in view.record_versions("s:3")] == [
            "Ann 3",
            "Anne 3",
        ]
        retired, merged = view.entity("e-b"), view.entity("e-a")
        assert retired is not None
        assert merged is not None
        assert (retired.id, retired.records) == ("e-a", ("s:1", "s:2", "s:3"))
        assert view.queue_length() == 0
        assert view.changes(1) == [
            EntityEvent(2, EventKind.MERGED, "e-b", "e-a"),
            EntityEvent(2, EventKind.GREW, "e-a", ""),
        ]
        assert [change.revision for change in view.changes(0, limit=1)] == [1]
        assert [change.kind for change in view.history("e-b")] == [EventKind.BORN, EventKind.MERGED]
        assert view.records_ended_after(1).tolist() == [3]
        assert view.used_ids(["e-a", "e-b", "e-c"]) == {"e-a", "e-b"}
    with filled_store.view(1) as before:
        assert before.revision == 1
        old, entity = before.record("s:3"), before.entity("s:3")
        assert old is not None
        assert entity is not None
        assert (old.record.caption, entity.id, before.queue_length()) == ("Ann 3", "e-b", 1)
        assert before.all_members()[1].tolist() == [1, 1, 2]


def test_view_sees_one_state(filled_store: Store) -> None:
    with filled_store.view() as view:
        filled_store.commit(Commit(1, "decisions"))
        assert len(view.revisions()) == 1
    assert filled_store.revision == 2


def test_commit_on_old_revision_is_refused(filled_store: Store) -> None:
    with pytest.raises(OutdatedError, match="another run has changed the store"):
        filled_store.commit(records_commit(0, [record("t:1", name="Bob")], first=4))
    assert filled_store.revision == 1


def test_failed_commit_changes_nothing(filled_store: Store) -> None:
    with filled_store.view() as view:
        before = (view.head, view.sources(), view.all_members()[0].tolist(), len(view.changes(0)))
    with pytest.raises(StoreError):
        # the entity id is in use, which shows only after most rows are written
        filled_store.commit(
            records_commit(1, [record("t:1", name="Bob")], first=4, new_entities=["e-a"])
        )
    with filled_store.view() as view:
        assert (
            view.head,
            view.sources(),
            view.all_members()[0].tolist(),
            len(view.changes(0)),
        ) == before


def test_staged_rows_are_invisible_and_removed(filled_store: Store) -> None:
    """Stage rows of a revision that is never reached, as a killed run does."""
    lost = records_commit(
        1,
        [record("s:3", name="Lost")],
        new_entities=["e-x"],
        first=4,
        ended_records=ints(3),
        new_members=(ints(4), ints(3)),
    )
    with write_transaction(filled_store.engine) as connection:
        connection.execute(update(meta).values(staging=2))
        for step in _steps(lost, _Counters(3, 2, "secret")):
            step(connection)
    with filled_store.view() as view:
        stored = view.record("s:3")
        assert stored is not None
        assert (
            stored.record.caption,
            stored.valid_to,
            view.entity("e-x"),
            len(view.all_members()[0]),
        ) == (
            "Ann 3",
            2,
            None,
            3,
        )
    filled_store.commit(
        records_commit(
            1,
            [record("t:1", name="Bob")],
            first=4,
            new_entities=["e-x"],
            new_members=(ints(4), ints(3)),
        )
    )
    with filled_store.view() as view:
        restored, bob = view.record("s:3"), view.entity("e-x")
        assert restored is not None
        assert bob is not None
        assert (restored.record.caption, restored.valid_to, bob.records) == (
            "Ann 3",
            None,
            ("t:1",),
        )


@pytest.mark.parametrize("rows", [bulk_rows.ROWS_AT_ONCE, 2])
def test_staged_commit_gives_the_same_rows(
    filled_store: Store, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_rows, "ROWS_AT_ONCE", rows)
    records = [record(f"t:{number}", name=f"Bob {number}") for number in range(5)]
    links = LinkRows(ints(4, 5), ints(6, 7), ints(9, 8), np.array([0.5, 0.6]), *[ints(1, 1)] * 6)
    entity_ids = [f"e-t{number}" for number in range(5)]
    members = (np.arange(4, 9), np.arange(3, 8))
    assert (
        filled_store.commit(
            records_commit(
                1,
                records,
                first=4,
                new_entities=entity_ids,
                new_members=members,
                new_links=links,
                ended_records=ints(3),
                ended_members=ints(3),
            ),
            stage_from=0,
        )
        == 2
    )
    with filled_store.view() as view, filled_store.engine.connect() as connection:
        assert connection.execute(select(meta.c.staging)).scalar() == 0
        assert view.all_members()[0].tolist() == [1, 2, 4, 5, 6, 7, 8]
        assert [view.all_links().left.tolist(), view.all_links().right.tolist()] == [
            [1, 4, 5],
            [3, 6, 7],
        ]
        assert view.all_links().logodds.tolist() == [-200, 9, 8]
        assert view.record("s:3") is None
        assert view.entity_numbers(entity_ids) == {
            entity_id: 3 + place for place, entity_id in enumerate(entity_ids)
        }


def test_decisions_are_logged_once(filled_store: Store) -> None:
    when = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    new = NewDecision(
        Decision("s:1", "s:3", Verdict.SAME, "kim", when, "same passport"), {"model": "m"}
    )
    filled_store.commit(Commit(1, "decisions", decisions=[new]))
    with filled_store.view() as view:
        (stored,) = view.decisions()
        assert (
            stored.revision,
            stored.context,
            stored.decision.decided_at,
            stored.decision.decided_by,
        ) == (
            2,
            {"model": "m"},
            when,
            "kim",
        )
        assert view.decisions(["s:3"]) == [stored]
        assert view.decisions(["s:2"]) == []
    with filled_store.view(1) as view:
        assert view.decisions() == []
    with pytest.raises(StoreError):
        filled_store.commit(Commit(2, "decisions", decisions=[new]))


def test_times_of_commits_and_sources(filled_store: Store) -> None:
    filled_store.describe_source("t", create=True, agency="Coast Guard")
    filled_store.commit(Commit(1, "decisions"))
    with filled_store.view() as view, filled_store.view(1) as before:
        committed = {row.revision: row.committed_at for row in view.revisions()}
        assert view.commit_times([1, 2, 3]) == committed
        assert before.commit_times([1, 2]) == {1: committed[1]}
        (updated,) = [source.updated for source in view.sources() if source.name == "s"]
        # nothing was committed of the other
        assert view.update_times(["s", "t", "none"]) == {"s": updated}
        assert view.update_times([]) == {}


def test_sources_are_described(filled_store: Store) -> None:
    filled_store.describe_source("s", agency="Coast Guard", maximum_age_days=3)
    with filled_store.view() as view:
        assert [(source.agency, source.maximum_age_days) for source in view.sources()] == [
            ("Coast Guard", 3)
        ]
    wrong: list[tuple[str, dict[str, Any]]] = [("none", {"agency": "x"}), ("s", {"colour": "red"})]
    for name, values in wrong:
        with pytest.raises(StoreError):
            filled_store.describe_source(name, **values)


def test_readers_see_from_the_head_that_settings_of_a_source_changed(filled_store: Store) -> None:
    def head() -> StoreHead:
        with filled_store.view() as view:
            return view.head

    before = head()
    with pytest.raises(StoreError):
        filled_store.describe_source("none", agency="x")
    assert head() == before
    tokens = {before.source_settings}
    for answers in ("contact", "silent", "contact"):
        filled_store.describe_source("s", answers=answers)
        assert head().revision == before.revision
        tokens.add(head().source_settings)
    assert len(tokens) == 4


def index_names(store: Store) -> set[str | None]:
    """Return the names of the indexes of the tables that commits write to."""
    inspector = inspect(store.engine)
    tables = ("records", "entities", "members", "links")
    names = {index["name"] for table in tables for index in inspector.get_indexes(table)}
    return {name for name in names if str(name).startswith("ix_")}


def test_an_unfinished_first_commit_costs_no_index(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = index_names(store)
    assert len(expected) >= 8

    def lose_power(*_: object) -> None:
        """End a commit once its rows are staged."""
        raise InterruptedError

    first = records_commit(0, [record("s:1", name="Ann"), record("s:2", name="Bob")])
    with monkeypatch.context() as patch:
        patch.setattr(commit, "_finish", lose_power)
        with pytest.raises(InterruptedError):
            store.commit(first, stage_from=0)
    if store.path is not None:
        assert index_names(store) == set()
    store.commit(first)
    assert index_names(store) == expected
    with store.view() as view:
        assert (view.revision, len(view.all_members()[0])) == (1, 2)


def test_a_staged_first_commit_has_all_indexes(store: Store) -> None:
    expected = index_names(store)
    store.commit(records_commit(0, [record("s:1", name="Ann")]), stage_from=0)
    assert index_names(store) == expected
