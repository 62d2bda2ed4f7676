"""Commits: all changes of one run (`Commit`), written atomically (`write_commit`).

The caller computes the changes outside of any transaction, from the store at revision `base`. Under
the commit lock, `write_commit` checks that the revision still is `base`, writes the rows of
revision `base + 1`, and moves the revision in `meta`.

A large commit is *staged*: its rows are written in several transactions before the revision moves.
Nobody sees them until then. If the process is killed, the next commit removes the staged rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Engine, and_, delete, func, insert, select, update

from resolver.errors import StoreError
from resolver.records import Batch
from resolver.records.prepared.population import Population
from resolver.runtime.key_groups import sort_distinct, unite
from resolver.store import bulk_rows
from resolver.store.bulk_rows import EventKind, Numbers
from resolver.store.database import lock_transaction, utc_text, write_transaction
from resolver.store.entity_queries import new_restricted_ids, read_restricted_ids
from resolver.store.record_contents import RecordContents, restricted_record_ids
from resolver.store.schema import (
    decisions,
    entities,
    events,
    links,
    list_versions,
    members,
    meta,
    populations,
    records,
    restricted_ids,
    revisions,
    sources,
    touched,
    waiting_readers,
)
from resolver.store.steward_work import NewDecision, decision_row, new_decision_id
from resolver.store.waiting_queue import OUTDATED

_NO_NUMBERS = np.zeros(0, dtype=np.int64)


class OutdatedError(StoreError):
    """The store has a newer revision than the revision from which the commit was computed.

    Compute the commit again on the current revision.
    """


@dataclass(frozen=True, slots=True)
class ListCommit:
    """List of one source that was read for a commit."""

    source: str
    deduplicated: bool
    list_version: str
    label: str
    format: str
    records: int
    rejects: int
    replaces: bool = False
    """The list is complete: records of its source that it does not have are withdrawn."""


@dataclass(frozen=True, slots=True)
class LinkRows:
    """Links as columns. `left` and `right` are record numbers; `left` has the smaller record id.

    The columns are those of `LinkTable`.
    """

    left: Numbers
    right: Numbers
    logodds: Numbers
    score: np.ndarray[tuple[int], np.dtype[np.float64]]
    band: Numbers
    outcome: Numbers
    color: Numbers
    record_logodds: Numbers
    basis: Numbers
    rival: Numbers

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, slots=True)
class Commit:
    """Changes that lead from revision `base` to the next revision.

    New records get the numbers `last_record + 1` … in the order of the canonical batch `records`
    (with their `contents`). New entities get `last_entity + 1` … in the order of their ids
    `new_entities`. All other fields refer to records and entities by number:

    - `ended_records`: versions of records that end (superseded or withdrawn);
    - `ended_members`: records whose membership ends; `new_members`: (record, entity) of new
      members;
    - `ended_links`: (left, right) of links that end; `new_links`: links that begin;
    - `retired_entities`: (entity, entity to which it redirects, or -1); `redirects`: the same for
      entities that were retired earlier; `revived_entities`: retired entities that return;
    - `events`: (kind, entity, other entity or -1), without births, which follow from the entities.

    Fields on the store and its sources:

    - `thresholds`, `plan` and `stamp` replace the values in the store, if given;
    - `population`: population that scores use from this commit on, if it was measured again;
    - `owners`: source → (agency, keeper if there is no agency), used for sources that are new;
    - `claims`: present sources without an owner, to which this commit gives the owner in `owners`;
    - `guests`: sources of other owners in which the sender has restricted records. The lists of the
      sender change nothing about such a source itself;
    - `accepted`: time at which the lists were accepted, if that was before the commit.
    """

    base: int
    kind: str
    actor: str = ""
    lists: Sequence[ListCommit] = ()
    records: Batch | None = None
    contents: RecordContents = field(default_factory=lambda: RecordContents([], []))
    ended_records: Numbers = field(default_factory=lambda: _NO_NUMBERS)
    new_entities: Sequence[str] = ()
    retired_entities: Sequence[tuple[int, int]] = ()
    revived_entities: Sequence[int] = ()
    redirects: Sequence[tuple[int, int]] = ()
    ended_members: Numbers = field(default_factory=lambda: _NO_NUMBERS)
    new_members: tuple[Numbers, Numbers] = field(default_factory=lambda: (_NO_NUMBERS, _NO_NUMBERS))
    ended_links: tuple[Numbers, Numbers] = field(default_factory=lambda: (_NO_NUMBERS, _NO_NUMBERS))
    new_links: LinkRows | None = None
    events: Sequence[tuple[EventKind, int, int]] = ()
    decisions: Sequence[NewDecision] = ()
    plan: str = ""
    stamp: Mapping[str, str] | None = None
    thresholds: Mapping[str, float] | None = None
    owners: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    claims: frozenset[str] = frozenset()
    guests: frozenset[str] = frozenset()
    population: Population | None = None
    accepted: str = ""

    @property
    def rows(self) -> int:
        """Return the approximate number of rows to write."""
        linked = 0 if self.new_links is None else len(self.new_links)
        return (
            len(self.contents.texts)
            + len(self.new_members[0])
            + linked
            + len(self.new_entities)
            + len(self.ended_links[0])
        )


STAGE_FROM = 100_000
"""Rows above which a commit is staged."""
TOUCHED_LIMIT = 50_000
"""Touched records above which a commit counts as one that touches all records."""
_REBUILD = "replan"
"""Stored kind of a commit that rebuilds the store. The command had this name once."""
_ROWS_OF_COMMITS = (records, entities, members, links)
"""Tables that the first commit fills without their indexes, if it is staged."""
_SOURCE_COLUMNS = ("name", "deduplicated", "agency", "keeper")


def write_commit(
    engine: Engine, changes: Commit, *, stage_from: int = STAGE_FROM, lock: bool = False
) -> int:
    """Write a commit and return the new revision; the caller holds the commit lock.

    With `lock`, the function takes the lock itself within the transaction; this is for commits that
    are not staged. Raises `OutdatedError` if the revision of the store is not `changes.base`.
    """
    staged = changes.rows > stage_from
    with write_transaction(engine) as connection:
        if lock:
            lock_transaction(connection)
        counters = _check_base(connection, changes)
        _add_missing_sources(connection, changes)
        if staged:
            connection.execute(update(meta).values(staging=changes.base + 1))
            if not changes.base:
                bulk_rows.drop_indexes(connection, _ROWS_OF_COMMITS)
        else:
            for step in _steps(changes, counters):
                step(connection)
            _finish(connection, changes, counters)
    if staged:
        for step in _steps(changes, counters):
            with write_transaction(engine) as connection:
                step(connection)
        with write_transaction(engine) as connection:
            if not changes.base:
                bulk_rows.create_indexes(connection, _ROWS_OF_COMMITS)
            _finish(connection, changes, counters)
    return changes.base + 1


@dataclass(frozen=True, slots=True)
class _Counters:
    last_record: int
    last_entity: int
    id_secret: str


def _check_base(connection: Connection, changes: Commit) -> _Counters:
    row = connection.execute(select(meta).with_for_update()).one()
    if row.version != changes.base:
        raise OutdatedError(
            f"another run has changed the store (revision {row.version}, not {changes.base})",
            hint="run the command again",
        )
    if row.staging:
        _sweep(connection, row.version)
    return _Counters(row.last_record, row.last_entity, row.id_secret)


def _sweep(connection: Connection, revision: int) -> None:
    """Remove the rows that an unfinished commit has staged."""
    for table in (links, members, records):
        connection.execute(delete(table).where(table.c.valid_from > revision))
        connection.execute(update(table).where(table.c.valid_to > revision).values(valid_to=None))
    connection.execute(delete(entities).where(entities.c.born > revision))
    connection.execute(update(meta).values(staging=0))
    bulk_rows.create_indexes(connection, _ROWS_OF_COMMITS)


def _add_missing_sources(connection: Connection, changes: Commit) -> None:
    """Add a row for each new source."""
    names = [row.source for row in changes.lists]
    names += changes.records.sources.values.to_pylist() if changes.records is not None else []
    present = set(connection.execute(select(sources.c.name)).scalars()) if names else set()
    if missing := sorted(set(names) - present):
        rows = ((name, False, *changes.owners.get(name, ("", ""))) for name in missing)
        connection.execute(
            insert(sources), [dict(zip(_SOURCE_COLUMNS, row, strict=True)) for row in rows]
        )
    for name in sorted(changes.claims & present):
        agency, keeper = changes.owners[name]
        is_free = and_(sources.c.name == name, sources.c.agency == "", sources.c.keeper == "")
        # the new owner must not see what the store knows about lists of hidden records
        unknown = {"title": "", "list_version": "", "updated": "", "deduplicated": False}
        values = {"agency": agency, "keeper": keeper, **unknown}
        connection.execute(update(sources).where(is_free).values(**values))


def _steps(changes: Commit, counters: _Counters) -> list[bulk_rows.Step]:
    """Return the steps that write the rows which have a revision of their own, in parts."""
    revision = changes.base + 1
    steps = [
        *bulk_rows.end_steps(records, revision, ("number",), [changes.ended_records]),
        *bulk_rows.end_steps(members, revision, ("record",), [changes.ended_members]),
        *bulk_rows.end_steps(links, revision, ("left", "right"), changes.ended_links),
    ]
    count = len(changes.contents.texts)
    for start in range(0, count, bulk_rows.ROWS_AT_ONCE):
        steps.append(
            partial(
                _add_records, changes, counters, start, min(start + bulk_rows.ROWS_AT_ONCE, count)
            )
        )
    numbers = range(counters.last_entity + 1, counters.last_entity + 1 + len(changes.new_entities))
    steps += bulk_rows.insert_steps(
        entities, {"number": numbers, "id": changes.new_entities}, {"born": revision}
    )
    member_records, member_entities = changes.new_members
    steps += bulk_rows.insert_steps(
        members, {"record": member_records, "entity": member_entities}, {"valid_from": revision}
    )
    if changes.new_links is not None:
        new = changes.new_links
        columns: dict[str, bulk_rows.Column] = {
            "left": new.left,
            "right": new.right,
            "logodds": new.logodds,
            "score": new.score,
            "band": new.band,
            "outcome": new.outcome,
            "colour": new.color,
            "record_logodds": new.record_logodds,
            "basis": new.basis,
            "rival": new.rival,
        }
        steps += bulk_rows.insert_steps(links, columns, {"valid_from": revision})
    return steps


def _add_records(
    changes: Commit, counters: _Counters, start: int, stop: int, connection: Connection
) -> None:
    batch = changes.records
    assert batch is not None
    number_of = _source_numbers(connection)
    by_code = [number_of[text] for text in batch.sources.values.to_pylist()]
    schemas = batch.schemas.values.to_pylist()
    bulk_rows.insert_rows(
        records,
        {
            "number": range(counters.last_record + 1 + start, counters.last_record + 1 + stop),
            "record_id": batch.ids.slice(start, stop - start).to_pylist(),
            "source": [by_code[code] for code in batch.sources.codes[start:stop].tolist()],
            "kind": batch.kinds[start:stop].tolist(),
            "schema": [schemas[code] for code in batch.schemas.codes[start:stop].tolist()],
            "content": changes.contents.texts[start:stop],
            "hash": changes.contents.hashes[start:stop],
            "valid_from": [changes.base + 1] * (stop - start),
        },
        connection,
    )


def _finish(connection: Connection, changes: Commit, counters: _Counters) -> None:
    """Write the rows that have no revision of their own, then move the revision of the store."""
    now = utc_text()
    _change_entities(connection, changes)
    _add_restricted_ids(connection, changes, counters.id_secret)
    _log_events(connection, changes)
    if changes.lists:
        _update_sources(connection, changes, now)
    if changes.decisions:
        connection.execute(
            insert(decisions),
            [
                {
                    **decision_row(new),
                    "id": new_decision_id(),
                    "digest": new.digest,
                    "landed": changes.base + 1,
                }
                for new in changes.decisions
            ],
        )
    if changes.population is not None:
        content = json.dumps(changes.population.to_json(), ensure_ascii=False)
        connection.execute(insert(populations).values(version=changes.base + 1, content=content))
    _note_touched(connection, changes)
    _move_revision(connection, changes, counters, now)


def _change_entities(connection: Connection, changes: Commit) -> None:
    revision = changes.base + 1
    retirements = [
        (revision, other if other > 0 else None, entity)
        for entity, other in changes.retired_entities
    ]
    revivals = [(None, None, entity) for entity in changes.revived_entities]
    redirects = [(other, entity) for entity, other in changes.redirects]
    bulk_rows.update_rows(connection, entities, ("retired", "redirect"), retirements)
    bulk_rows.update_rows(connection, entities, ("retired", "redirect"), revivals)
    bulk_rows.update_rows(connection, entities, ("redirect",), redirects)


def _add_restricted_ids(connection: Connection, changes: Commit, secret: str) -> None:
    """Give an id to each record that is restricted for the first time."""
    ids = restricted_record_ids(changes.records) if changes.records is not None else []
    fresh = sorted(set(ids) - read_restricted_ids(connection, ids).keys())
    columns: dict[str, Sequence[Any]] = {
        "record_id": fresh,
        "id": new_restricted_ids(connection, secret, fresh),
        "first": [changes.base + 1] * len(fresh),
    }
    bulk_rows.insert_rows(restricted_ids, columns, connection)


def _log_events(connection: Connection, changes: Commit) -> None:
    columns: dict[str, Sequence[Any]] = {
        "version": [changes.base + 1] * len(changes.events),
        "kind": [str(kind) for kind, _, _ in changes.events],
        "entity": [entity for _, entity, _ in changes.events],
        "other": [other if other > 0 else None for _, _, other in changes.events],
    }
    bulk_rows.insert_rows(events, columns, connection)


def _move_revision(connection: Connection, changes: Commit, counters: _Counters, now: str) -> None:
    revision, count = changes.base + 1, len(changes.contents.texts)
    counts = _count_changes(changes)
    connection.execute(
        insert(revisions).values(
            version=revision,
            landed=now,
            kind=changes.kind,
            who=changes.actor,
            counts=counts,
            accepted=changes.accepted or None,
        )
    )
    values: dict[str, Any] = {
        "version": revision,
        "staging": 0,
        "last_record": counters.last_record + count,
        "last_entity": counters.last_entity + len(changes.new_entities),
    }
    if changes.plan:
        values["plan"] = changes.plan
    if changes.stamp is not None:
        values["stamp"] = dict(changes.stamp)
    if changes.thresholds is not None:
        values["borders"] = dict(changes.thresholds)
    connection.execute(update(meta).values(**values))


def _count_changes(changes: Commit) -> dict[str, int]:
    return {
        "records": len(changes.contents.texts),
        "ended": len(changes.ended_records),
        "born": len(changes.new_entities),
        "retired": len(changes.retired_entities),
        "links": 0 if changes.new_links is None else len(changes.new_links),
        "decisions": len(changes.decisions),
    }


def _note_touched(connection: Connection, changes: Commit) -> None:
    """Note which records have changed links, memberships or decisions, for derived tables."""
    numbers = _changed_records(changes)
    ids = sorted({end for new in changes.decisions for end in new.decision.pair})
    if len(numbers) + len(ids) > TOUCHED_LIMIT or changes.kind == _REBUILD:
        numbers = np.zeros(1, dtype=np.int64)
    elif ids:
        is_valid = and_(
            bulk_rows.is_among(connection, records.c.record_id, ids), records.c.valid_to.is_(None)
        )
        decided = bulk_rows.fetch_arrays(connection, select(records.c.number).where(is_valid))[0]
        numbers = unite(numbers, decided)
    rows = numbers.tolist()
    if rows == [0]:
        connection.execute(update(waiting_readers).values(version=OUTDATED))
    if len(rows) > 1_000 and _has_backlog(connection):
        # the queue was not refreshed for long, so the next refresh builds it completely
        connection.execute(delete(touched))
        rows = [0]
    bulk_rows.insert_rows(
        touched, {"version": [changes.base + 1] * len(rows), "record": rows}, connection
    )


def _changed_records(changes: Commit) -> npt.NDArray[np.int64]:
    """Return the numbers of records whose links or membership have changed, ascending."""
    parts = [
        *changes.ended_links,
        changes.ended_members,
        changes.new_members[0],
        changes.ended_records,
    ]
    if changes.new_links is not None:
        parts += [changes.new_links.left, changes.new_links.right]
    return sort_distinct(np.concatenate(parts))


def _has_backlog(connection: Connection) -> bool:
    count = connection.execute(select(func.count()).select_from(touched)).scalar_one()
    return int(count) > 4 * TOUCHED_LIMIT


def _update_sources(connection: Connection, changes: Commit, now: str) -> None:
    number_of = _source_numbers(connection)
    for row in changes.lists:
        number = number_of[row.source]
        _add_list_version(connection, number, row, changes.base + 1)
        if row.source in changes.guests:
            continue
        is_source = sources.c.number == number
        before = connection.execute(select(sources.c.list_version).where(is_source)).scalar_one()
        newest = max(before, row.list_version)
        connection.execute(
            update(sources)
            .where(is_source)
            .values(list_version=newest, updated=now, deduplicated=row.deduplicated)
        )


def _add_list_version(connection: Connection, source: int, row: ListCommit, revision: int) -> None:
    connection.execute(
        insert(list_versions).values(
            source=source,
            landed=revision,
            list_version=row.list_version,
            label=row.label,
            format=row.format,
            records=row.records,
            rejects=row.rejects,
            replaces=row.replaces,
        )
    )


def _source_numbers(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(sources.c.name, sources.c.number))
    return {row.name: row.number for row in rows}
