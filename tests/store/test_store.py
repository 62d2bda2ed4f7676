"""The store by itself: landings are whole, views see one moment, nothing is overwritten; on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from hypothesis import given
from sqlalchemy import create_engine, select, text, update

from resolver.errors import StoreError
from resolver.records import Batch, Record
from resolver.records.decisions import Decision, Verdict
from resolver.store import (
    Change,
    Colour,
    EventKind,
    Landing,
    LinkRows,
    ListLanding,
    NewDecision,
    OutdatedError,
    Store,
    bulk_rows,
    contents_of,
    database,
)
from resolver.store.commit import _Head, _steps
from resolver.store.database import writing
from resolver.store.schema import meta, metadata
from tests.records.samples import plain, record
from tests.records.samples import records as any_record


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


def landing(base: int, said: Sequence[Record], **more: object) -> Landing:
    """A landing of records, each an entity of its own."""
    batch = Batch.from_records(said).canonical()
    first = more.pop("first", 1)
    assert isinstance(first, int)
    numbers = np.arange(first, first + len(said), dtype=np.int64)
    sources = sorted({one.source for one in said})
    lists = [ListLanding(name, False, "", f"{name}.csv", "test", len(said), 0) for name in sources]
    born = [f"e-{one.id}" for one in sorted(said, key=lambda one: one.id)]
    fields = {"lists": lists, "born": born, "joined": (numbers, numbers), **more}
    return Landing(base, "batch", records=batch, contents=contents_of(batch), **fields)  # type: ignore[arg-type]


@pytest.fixture
def two(store: Store) -> Store:
    """A store of three records in two entities, one link in review."""
    said = [record(f"s:{number}", name=f"Ann {number}") for number in (1, 2, 3)]
    linked = LinkRows(ints(1), ints(3), ints(-200), np.array([0.45]), ints(1), ints(1), ints(1))
    store.land(
        landing(
            0, said, born=["e-a", "e-b"], joined=(ints(1, 2, 3), ints(1, 1, 2)), linked=linked, plan="S",
            stamp={"model": "m"}, borders={"review": 0.05},
        )
    )  # fmt: skip
    return store


def test_migrations_give_the_tables_of_the_schema(store: Store) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.mark.parametrize("form", ["0001", "0002", "0003", "0004"])
def test_a_store_of_an_earlier_form_is_brought_up_with_what_it_holds(url: str, form: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, form)
        connection.execute(text("INSERT INTO sources (name, deduplicated) VALUES ('s', false)"))
        said = "source, landed, list_version, label, format, records, rejects"
        connection.execute(
            text(f"INSERT INTO list_versions ({said}) VALUES (1, 1, 'v', 'l', 'f', 2, 0)")
        )
    engine.dispose()
    with (
        Store.open(url, create=False) as store,
        store.view() as view,
        store.engine.connect() as connection,
    ):
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert [(source.name, source.keeper, source.required) for source in view.sources()] == [
            ("s", "", False)
        ]
        assert connection.execute(text("SELECT source, label FROM list_versions")).all() == [
            (1, "l")
        ]


def test_a_new_store_is_empty(store: Store, url: str) -> None:
    assert store.version == 0
    with store.view() as view:
        assert (view.head.plan, view.head.last_record, view.sources(), view.changes(0)) == (
            "",
            0,
            [],
            [],
        )
        assert (view.entity("e-a"), view.record("s:1"), view.queue(), view.decisions()) == (
            None,
            None,
            [],
            [],
        )
        assert len(view.all_links()) == len(view.all_members()[0]) == 0
        assert list(view.batches()) == []
    with Store.open(url, create=False) as again, again.view() as view, store.view() as before:
        assert view.head == before.head


def test_what_landed_is_there(two: Store) -> None:
    with two.view() as view:
        assert (view.version, view.head.last_record, view.head.last_entity, view.head.plan) == (
            1,
            3,
            2,
            "S",
        )
        assert (view.head.stamp, view.head.borders) == ({"model": "m"}, {"review": 0.05})
        found = view.record("s:2")
        assert found is not None
        assert (found.number, found.record, found.valid_from, found.valid_to) == (
            2,
            record("s:2", name="Ann 2"),
            1,
            None,
        )
        assert found.hash == found.record.content_hash()
        entity = view.entity("e-a")
        assert entity is not None
        assert (entity.id, entity.born, entity.records) == ("e-a", 1, ("s:1", "s:2"))
        by_record = view.entity("s:3")
        assert by_record is not None
        assert (by_record.id, by_record.asked) == ("e-b", "s:3")
        (link,) = view.queue()
        assert (link.left_id, link.right_id, link.score, link.colour, link.since) == (
            "s:1",
            "s:3",
            0.45,
            Colour.YELLOW,
            1,
        )
        assert view.link("s:3", "s:1") == link
        assert view.links_of_record("s:3") == [link]
        assert view.queue_length() == 1
        (source,) = view.sources(counted=True)
        assert (source.name, source.records, source.deduplicated) == ("s", 3, False)
        assert view.changes(0) == [
            Change(1, EventKind.BORN, "e-a", ""),
            Change(1, EventKind.BORN, "e-b", ""),
        ]
        assert [one.counts["records"] for one in view.versions()] == [3]
        assert [rows.batch.ids.to_pylist() for rows in view.batches(after=1)] == [["s:2", "s:3"]]


def test_links_between_records_are_those_with_both_ends_among_them(store: Store) -> None:
    count = 7
    said = [record(f"s:{number}", name=f"Ann {number}") for number in range(1, count + 1)]
    pairs = [
        (one, two)
        for one in range(1, count + 1)
        for two in range(one + 1, count + 1)
        if (one + two) % 3
    ]
    left, right = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    same = np.ones(len(left), dtype=np.int64)
    store.land(
        landing(
            0, said, linked=LinkRows(left, right, 100 * left - right, same / 2, same, same, same)
        )
    )
    with store.view() as view:
        for some in ([], [3], [1, 2], [2, 4, 5, 7], list(range(1, count + 1))):
            wanted = [(one, two, 100 * one - two) for one, two in pairs if {one, two} <= set(some)]
            found = view.links_between(some)
            sides = (found.left.tolist(), found.right.tolist(), found.logodds.tolist())
            assert list(zip(*sides, strict=True)) == wanted
        strong = view.links_of([2, 4], least=250)
        assert {
            (one, two) for one, two in zip(strong.left.tolist(), strong.right.tolist(), strict=True)
        } == {(one, two) for one, two in pairs if {one, two} & {2, 4} and 100 * one - two >= 250}


def test_history_stays(two: Store) -> None:
    newer = landing(
        1, [record("s:3", name="Anne 3")], born=[], first=4, ended=ints(3), left=ints(2, 3), retired=[(2, 1)],
        joined=(ints(2, 4), ints(1, 1)), unlinked=(ints(1), ints(3)),
        events=[(EventKind.MERGED, 2, 1), (EventKind.GREW, 1, -1)],
    )  # fmt: skip
    assert two.land(newer) == 2
    with two.view() as view:
        assert [one.record.caption for one in view.record_versions("s:3")] == ["Ann 3", "Anne 3"]
        retired, merged = view.entity("e-b"), view.entity("e-a")
        assert retired is not None
        assert merged is not None
        assert (retired.id, retired.records) == ("e-a", ("s:1", "s:2", "s:3"))
        assert view.queue() == []
        assert view.changes(1) == [
            Change(2, EventKind.MERGED, "e-b", "e-a"),
            Change(2, EventKind.GREW, "e-a", ""),
        ]
        assert [change.version for change in view.changes(0, limit=1)] == [1]
        assert [change.kind for change in view.history("e-b")] == [EventKind.BORN, EventKind.MERGED]
        assert view.ended_after(1).tolist() == [3]
        assert view.taken_ids(["e-a", "e-b", "e-c"]) == {"e-a", "e-b"}
    with two.view(1) as before:
        assert before.version == 1
        old, entity = before.record("s:3"), before.entity("s:3")
        assert old is not None
        assert entity is not None
        assert (old.record.caption, entity.id, len(before.queue())) == ("Ann 3", "e-b", 1)
        assert before.all_members()[1].tolist() == [1, 1, 2]


def test_a_view_sees_one_moment(two: Store) -> None:
    with two.view() as view:
        two.land(Landing(1, "decisions"))
        assert len(view.versions()) == 1
    assert two.version == 2


def test_landings_on_an_old_version_are_refused(two: Store) -> None:
    with pytest.raises(OutdatedError, match="another run has landed"):
        two.land(landing(0, [record("t:1", name="Bob")], first=4))
    assert two.version == 1


def test_a_landing_that_fails_leaves_nothing(two: Store) -> None:
    with two.view() as view:
        before = (view.head, view.sources(), view.all_members()[0].tolist(), len(view.changes(0)))
    with pytest.raises(StoreError):
        # the entity's id is taken, which shows only when most rows are written
        two.land(landing(1, [record("t:1", name="Bob")], first=4, born=["e-a"]))
    with two.view() as view:
        assert (
            view.head,
            view.sources(),
            view.all_members()[0].tolist(),
            len(view.changes(0)),
        ) == before


def test_staged_rows_are_unseen_and_swept(two: Store) -> None:
    """What a killed run has staged: rows of a version that never came."""
    lost = landing(
        1,
        [record("s:3", name="Lost")],
        born=["e-x"],
        first=4,
        ended=ints(3),
        joined=(ints(4), ints(3)),
    )
    with writing(two.engine) as connection:
        connection.execute(update(meta).values(staging=2))
        for step in _steps(lost, _Head(3, 2)):
            step(connection)
    with two.view() as view:
        found = view.record("s:3")
        assert found is not None
        assert (
            found.record.caption,
            found.valid_to,
            view.entity("e-x"),
            len(view.all_members()[0]),
        ) == (
            "Ann 3",
            2,
            None,
            3,
        )
    two.land(
        landing(1, [record("t:1", name="Bob")], first=4, born=["e-x"], joined=(ints(4), ints(3)))
    )
    with two.view() as view:
        kept, bob = view.record("s:3"), view.entity("e-x")
        assert kept is not None
        assert bob is not None
        assert (kept.record.caption, kept.valid_to, bob.records) == ("Ann 3", None, ("t:1",))


@pytest.mark.parametrize("rows", [bulk_rows.ROWS_AT_ONCE, 2])
def test_large_landings_are_staged_to_the_same_end(
    two: Store, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_rows, "ROWS_AT_ONCE", rows)
    said = [record(f"t:{number}", name=f"Bob {number}") for number in range(5)]
    linked = LinkRows(
        ints(4, 5), ints(6, 7), ints(9, 8), np.array([0.5, 0.6]), ints(1, 1), ints(1, 1), ints(1, 1)
    )
    born = [f"e-t{number}" for number in range(5)]
    joined = (np.arange(4, 9), np.arange(3, 8))
    assert (
        two.land(
            landing(
                1,
                said,
                first=4,
                born=born,
                joined=joined,
                linked=linked,
                ended=ints(3),
                left=ints(3),
            ),
            stage_from=0,
        )
        == 2
    )
    with two.view() as view, two.engine.connect() as connection:
        assert connection.execute(select(meta.c.staging)).scalar() == 0
        assert view.all_members()[0].tolist() == [1, 2, 4, 5, 6, 7, 8]
        assert [view.all_links().left.tolist(), view.all_links().right.tolist()] == [
            [1, 4, 5],
            [3, 6, 7],
        ]
        assert view.all_links().logodds.tolist() == [-200, 9, 8]
        assert view.record("s:3") is None
        assert view.entity_numbers(born) == {one: 3 + place for place, one in enumerate(born)}


def test_decisions_are_logged_once(two: Store) -> None:
    when = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    one = NewDecision(
        Decision("s:1", "s:3", Verdict.SAME, "kim", when, "same passport"), {"model": "m"}
    )
    two.land(Landing(1, "decisions", decisions=[one]))
    with two.view() as view:
        (kept,) = view.decisions()
        assert (kept.landed, kept.seen, kept.decision.when, kept.decision.who) == (
            2,
            {"model": "m"},
            when,
            "kim",
        )
        assert view.decisions(["s:3"]) == [kept]
        assert view.decisions(["s:2"]) == []
    with two.view(1) as view:
        assert view.decisions() == []
    with pytest.raises(StoreError):
        two.land(Landing(2, "decisions", decisions=[one]))


def test_sources_are_described(two: Store) -> None:
    two.describe_source("s", agency="Coast Guard", maximum_age_days=3)
    with two.view() as view:
        assert [(one.agency, one.maximum_age_days) for one in view.sources()] == [
            ("Coast Guard", 3)
        ]
    wrong: list[tuple[str, dict[str, Any]]] = [("none", {"agency": "x"}), ("s", {"colour": "red"})]
    for name, said in wrong:
        with pytest.raises(StoreError):
            two.describe_source(name, **said)


@given(any_record())
def test_contents_give_back_what_was_said(one: Record) -> None:
    batch = Batch.from_records([one]).canonical()
    contents = contents_of(batch)
    assert contents.hashes[0].hex() == one.content_hash()
    with_nothing = contents_of(Batch.from_records([one, record("t:2")]).canonical())
    assert with_nothing.texts == [*contents.texts, "[]"]


@given(any_record())
def test_contents_become_records_again(one: Record) -> None:
    from resolver.store.record_contents import batch_of, record_of

    (text,) = contents_of(Batch.from_records([one]).canonical()).texts
    assert plain(record_of(one.id, one.source, int(one.kind), one.schema, text)) == plain(one)
    (again,) = batch_of([one.id], [one.source], [int(one.kind)], [one.schema], [text]).to_records()
    assert plain(again) == plain(one)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "is no store"),
        ("mysql://host/name", "SQLite or PostgreSQL"),
        ("sqlite://", "in memory"),
        ("sqlite:////absent/folder/store.db", "folder"),
    ],
)
def test_urls_that_are_no_store(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        Store.open(url)


def test_a_store_that_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such store"):
        Store.open(f"sqlite:///{tmp_path}/absent.db", create=False)
    (tmp_path / "text.db").write_text("this is no database, whatever its name says" * 50)
    with pytest.raises(StoreError, match="database says"):
        Store.open(f"sqlite:///{tmp_path}/text.db")


def test_a_database_of_something_else(store: Store, url: str) -> None:
    with writing(store.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="9999"):
        Store.open(url)
    with writing(store.engine) as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(StoreError, match="other tables"):
        Store.open(url)
