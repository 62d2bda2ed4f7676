"""Landings: all that one run changes, written so that it is there whole or not at all.

Whoever lands has worked outside of any transaction on the store as it was at version `base`. Under the landing lock
it is seen that the version still is `base`; then the rows are written for version `base + 1`, and the version in
`meta` moves. A large landing writes its rows in several transactions before: until the version moves nobody sees them,
and what a killed run left of them is removed by the next landing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, and_, delete, func, insert, select, update

from resolver.errors import StoreError
from resolver.records import Batch
from resolver.store import bulk_rows
from resolver.store.bulk_rows import Numbers
from resolver.store.database import lock_within, writing
from resolver.store.desk.decision_log import NewDecision, decision_row
from resolver.store.record_contents import Contents
from resolver.store.row_types import EventKind, utc_text
from resolver.store.schema import (
    decisions,
    entities,
    events,
    links,
    list_versions,
    members,
    meta,
    records,
    sources,
    touched,
    versions,
)

STAGE_FROM = 100_000
"""Landings of more rows than this are staged."""
TOUCHED_LIMIT = 50_000
"""A landing that touches more records than this has touched everything."""
_NONE = np.zeros(0, dtype=np.int64)
_SOURCE = ("name", "deduplicated", "agency", "keeper")


class OutdatedError(StoreError):
    """The store has moved on since the landing was worked out: work it out again on the present version."""


@dataclass(frozen=True, slots=True)
class ListLanding:
    """What a landing says of one source: a list of it was read."""

    source: str
    deduplicated: bool
    list_version: str
    label: str
    format: str
    records: int
    rejects: int


@dataclass(frozen=True, slots=True)
class LinkRows:
    """m links as columns: numbers of the records (`left` has the smaller id), and what `StoredLink` says of them."""

    left: Numbers
    right: Numbers
    logodds: Numbers
    score: np.ndarray[tuple[int], np.dtype[np.float64]]
    band: Numbers
    outcome: Numbers
    colour: Numbers

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, slots=True)
class Landing:
    """What changes from version `base` to the next.

    New records get the numbers `last_record + 1` …, in the order of the canonical batch `records` (with their
    `contents`); new entities `last_entity + 1` …, in the order of `born`. Everything else names records and entities
    by number. `ended` versions of records end (superseded or withdrawn). `left` lists records whose membership ends,
    `joined` pairs of record and entity that begin. `unlinked` are (left, right) of links that end, `linked` those that
    begin. `retired` are pairs of an entity and the one it redirects to (-1: none), `redirected` the same of entities
    that were retired before. Births are no `events`: they follow from the entities. `borders`, `plan` and `stamp` are
    kept where given. `owners`: of sources that the store does not know yet the agency, and the keeper where there is
    none; of others it changes nothing.
    """

    base: int
    kind: str
    who: str = ""
    lists: Sequence[ListLanding] = ()
    records: Batch | None = None
    contents: Contents = field(default_factory=lambda: Contents([], []))
    ended: Numbers = field(default_factory=lambda: _NONE)
    born: Sequence[str] = ()
    retired: Sequence[tuple[int, int]] = ()
    revived: Sequence[int] = ()
    redirected: Sequence[tuple[int, int]] = ()
    left: Numbers = field(default_factory=lambda: _NONE)
    joined: tuple[Numbers, Numbers] = field(default_factory=lambda: (_NONE, _NONE))
    unlinked: tuple[Numbers, Numbers] = field(default_factory=lambda: (_NONE, _NONE))
    linked: LinkRows | None = None
    events: Sequence[tuple[EventKind, int, int]] = ()
    decisions: Sequence[NewDecision] = ()
    plan: str = ""
    stamp: Mapping[str, str] | None = None
    borders: Mapping[str, float] | None = None
    owners: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows it writes, about."""
        linked = 0 if self.linked is None else len(self.linked)
        return (
            len(self.contents.texts)
            + len(self.joined[0])
            + linked
            + len(self.born)
            + len(self.unlinked[0])
        )


def land(
    engine: Engine, landing: Landing, *, stage_from: int = STAGE_FROM, lock: bool = False
) -> int:
    """Land, while the landing lock is held (`lock`: taken in the transaction, of a landing that is not staged); the new
    version. Raises `OutdatedError` where the store has moved on."""
    staged = landing.rows > stage_from
    with writing(engine) as connection:
        if lock:
            lock_within(connection)
        head = _head(connection, landing)
        _sources(connection, landing)
        if staged:
            connection.execute(update(meta).values(staging=landing.base + 1))
        else:
            for step in _steps(landing, head):
                step(connection)
            _close(connection, landing, head)
    if staged:
        for step in _steps(landing, head):
            with writing(engine) as connection:
                step(connection)
        with writing(engine) as connection:
            _close(connection, landing, head)
    return landing.base + 1


@dataclass(frozen=True, slots=True)
class _Head:
    last_record: int
    last_entity: int


def _head(connection: Connection, landing: Landing) -> _Head:
    row = connection.execute(select(meta).with_for_update()).one()
    if row.version != landing.base:
        raise OutdatedError(
            f"another run has landed meanwhile (version {row.version}, not {landing.base})",
            mend="run the command again",
        )
    if row.staging:
        _sweep(connection, row.version)
    return _Head(row.last_record, row.last_entity)


def _sweep(connection: Connection, version: int) -> None:
    """Remove what a landing that never ended has staged."""
    for table in (links, members, records):
        connection.execute(delete(table).where(table.c.valid_from > version))
        connection.execute(update(table).where(table.c.valid_to > version).values(valid_to=None))
    connection.execute(delete(entities).where(entities.c.born > version))
    connection.execute(update(meta).values(staging=0))


def _sources(connection: Connection, landing: Landing) -> None:
    """See to it that every source has a row."""
    texts = [row.source for row in landing.lists]
    texts += landing.records.sources.values.to_pylist() if landing.records is not None else []
    known = set(connection.execute(select(sources.c.name)).scalars()) if texts else set()
    if missing := sorted(set(texts) - known):
        owned = ((name, False, *landing.owners.get(name, ("", ""))) for name in missing)
        connection.execute(insert(sources), [dict(zip(_SOURCE, row, strict=True)) for row in owned])


def _steps(landing: Landing, head: _Head) -> list[bulk_rows.Step]:
    """What writes the rows that carry versions, in pieces."""
    version = landing.base + 1
    steps = [
        *bulk_rows.ends(records, version, ("number",), [landing.ended]),
        *bulk_rows.ends(members, version, ("record",), [landing.left]),
        *bulk_rows.ends(links, version, ("left", "right"), landing.unlinked),
    ]
    count = len(landing.contents.texts)
    for start in range(0, count, bulk_rows.ROWS_AT_ONCE):
        steps.append(
            partial(_add_records, landing, head, start, min(start + bulk_rows.ROWS_AT_ONCE, count))
        )
    numbers = range(head.last_entity + 1, head.last_entity + 1 + len(landing.born))
    steps += bulk_rows.adds(entities, {"number": numbers, "id": landing.born}, {"born": version})
    who, where = landing.joined
    steps += bulk_rows.adds(members, {"record": who, "entity": where}, {"valid_from": version})
    if landing.linked is not None:
        names = ("left", "right", "logodds", "score", "band", "outcome", "colour")
        steps += bulk_rows.adds(
            links, {name: getattr(landing.linked, name) for name in names}, {"valid_from": version}
        )
    return steps


def _add_records(
    landing: Landing, head: _Head, start: int, stop: int, connection: Connection
) -> None:
    batch = landing.records
    assert batch is not None
    number_of = {
        row.name: row.number for row in connection.execute(select(sources.c.name, sources.c.number))
    }
    by_code = [number_of[text] for text in batch.sources.values.to_pylist()]
    schemas = batch.schemas.values.to_pylist()
    bulk_rows.insert(
        records,
        {
            "number": range(head.last_record + 1 + start, head.last_record + 1 + stop),
            "record_id": batch.ids.slice(start, stop - start).to_pylist(),
            "source": [by_code[code] for code in batch.sources.codes[start:stop].tolist()],
            "kind": batch.kinds[start:stop].tolist(),
            "schema": [schemas[code] for code in batch.schemas.codes[start:stop].tolist()],
            "content": landing.contents.texts[start:stop],
            "hash": landing.contents.hashes[start:stop],
            "valid_from": [landing.base + 1] * (stop - start),
        },
        connection,
    )


def _close(connection: Connection, landing: Landing, head: _Head) -> None:
    """What has no versions of its own, and the version itself."""
    version, now = landing.base + 1, utc_text()
    bulk_rows.set_each(
        connection,
        entities,
        ("retired", "redirect"),
        [(version, other if other > 0 else None, entity) for entity, other in landing.retired],
    )
    bulk_rows.set_each(
        connection,
        entities,
        ("retired", "redirect"),
        [(None, None, entity) for entity in landing.revived],
    )
    bulk_rows.set_each(
        connection,
        entities,
        ("redirect",),
        [(other, entity) for entity, other in landing.redirected],
    )
    bulk_rows.insert(
        events,
        {
            "version": [version] * len(landing.events),
            "kind": [str(kind) for kind, _, _ in landing.events],
            "entity": [entity for _, entity, _ in landing.events],
            "other": [other if other > 0 else None for _, _, other in landing.events],
        },
        connection,
    )
    if landing.lists:
        _lists(connection, landing, now)
    if landing.decisions:
        connection.execute(
            insert(decisions),
            [
                {**decision_row(one), "digest": one.digest, "landed": version}
                for one in landing.decisions
            ],
        )
    _touch(connection, landing)
    count = len(landing.contents.texts)
    counts = {
        "records": count,
        "ended": len(landing.ended),
        "born": len(landing.born),
        "retired": len(landing.retired),
        "links": 0 if landing.linked is None else len(landing.linked),
        "decisions": len(landing.decisions),
    }
    connection.execute(
        insert(versions).values(
            version=version, landed=now, kind=landing.kind, who=landing.who, counts=counts
        )
    )
    changed: dict[str, Any] = {
        "version": version,
        "staging": 0,
        "last_record": head.last_record + count,
        "last_entity": head.last_entity + len(landing.born),
    }
    if landing.plan:
        changed["plan"] = landing.plan
    if landing.stamp is not None:
        changed["stamp"] = dict(landing.stamp)
    if landing.borders is not None:
        changed["borders"] = dict(landing.borders)
    connection.execute(update(meta).values(**changed))


def _touch(connection: Connection, landing: Landing) -> None:
    """Note which records are linked, placed or decided anew, for those who derive something from that."""
    parts = [*landing.unlinked, landing.left, landing.joined[0], landing.ended]
    if landing.linked is not None:
        parts += [landing.linked.left, landing.linked.right]
    numbers = np.unique(np.concatenate(parts))
    ids = sorted({one for new in landing.decisions for one in new.decision.pair})
    if len(numbers) + len(ids) > TOUCHED_LIMIT or landing.kind == "replan":
        numbers = np.zeros(1, dtype=np.int64)
    elif ids:
        holding = and_(
            bulk_rows.among(connection, records.c.record_id, ids), records.c.valid_to.is_(None)
        )
        decided = bulk_rows.arrays(connection, select(records.c.number).where(holding))[0]
        numbers = np.union1d(numbers, decided)
    rows = numbers.tolist()
    if len(rows) > 1_000 and _many_touched(connection):
        # nobody has looked for long, so whoever does looks at everything
        connection.execute(delete(touched))
        rows = [0]
    bulk_rows.insert(
        touched, {"version": [landing.base + 1] * len(rows), "record": rows}, connection
    )


def _many_touched(connection: Connection) -> bool:
    count = connection.execute(select(func.count()).select_from(touched)).scalar_one()
    return int(count) > 4 * TOUCHED_LIMIT


def _lists(connection: Connection, landing: Landing, now: str) -> None:
    number_of = {
        row.name: row.number for row in connection.execute(select(sources.c.name, sources.c.number))
    }
    for row in landing.lists:
        number = number_of[row.source]
        connection.execute(
            insert(list_versions).values(
                source=number,
                landed=landing.base + 1,
                list_version=row.list_version,
                label=row.label,
                format=row.format,
                records=row.records,
                rejects=row.rejects,
            )
        )
        newest = connection.execute(
            select(func.max(list_versions.c.list_version)).where(list_versions.c.source == number)
        ).scalar_one()
        connection.execute(
            update(sources)
            .where(sources.c.number == number)
            .values(list_version=newest, updated=now, deduplicated=row.deduplicated)
        )
