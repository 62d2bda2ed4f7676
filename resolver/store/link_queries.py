"""Base of all queries of a store, and its queries about links and decisions.

The module reads in this order:

1. `Snapshot`: a connection that sees one state of the database, and a revision. All groups of
   queries derive from it.
2. Counts of valid records, and newest record versions, by source. To count a million records takes
   a quarter of a second, and the first page of the desk shows both figures. So each process caches
   them for one revision, and later reads only the records that began or ended since.
3. `LinkQueries`: links and decisions.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, namedtuple
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, Text, and_, cast, func, or_, select

from resolver.records.results.resolution import Outcome
from resolver.records.visibility import OPERATOR, Viewer
from resolver.store.bulk_rows import (
    Numbers,
    StoredDecision,
    StoreHead,
    fetch_arrays,
    fetch_rows,
    int_columns,
    is_among,
    list_parameter,
)
from resolver.store.schema import decisions, links, meta, records, revisions
from resolver.store.steward_work import stored_decision

_HEAD = select(meta, revisions.c.landed).outerjoin(revisions, revisions.c.version == meta.c.version)


class Snapshot:
    """Store at one `revision`; all queries of a snapshot see the same state."""

    def __init__(self, connection: Connection, revision: int | None = None) -> None:
        self.connection = connection
        row = connection.execute(_HEAD).one()
        self.head = StoreHead(
            row.store_id,
            row.version,
            row.last_record,
            row.last_entity,
            row.plan,
            row.stamp,
            row.borders,
            row.id_secret,
            row.erasures,
            row.source_settings,
            row.landed or "",
        )
        self.revision: int = row.version if revision is None else min(revision, row.version)
        self.cache: dict[object, Any] = {}
        """Results of repeated queries. They stay valid, since a snapshot never changes."""
        self.viewer: Viewer = OPERATOR
        """Viewer who gets the ids: entities are named by the ids that this viewer knows."""

    def seen_by(self, viewer: Viewer) -> Self:
        """Return the same snapshot, with entities named by the ids that a viewer knows."""
        if viewer == self.viewer:
            return self
        seen = copy(self)
        seen.cache, seen.viewer = {}, viewer
        return seen

    def is_valid(self, table: Any) -> ColumnElement[bool]:
        """Return the SQL condition that a row of `table` is valid at this revision."""
        valid_to = table.c.valid_to
        return and_(
            table.c.valid_from <= self.revision, or_(valid_to.is_(None), valid_to > self.revision)
        )


def split_chunks(values: Sequence[Any], size: int = 100_000) -> Iterator[list[Any]]:
    """Yield values as lists of at most `size`. If there are no values, yield one empty list."""
    plain = [value.item() if isinstance(value, np.integer) else value for value in values]
    for start in range(0, max(len(plain), 1), size):
        yield plain[start : start + size]


_MAX_ENTRIES = 16
_LOCK = threading.Lock()
_CACHE: OrderedDict[Hashable, tuple[int, Mapping[int, int]]] = OrderedDict()


def records_by_source(connection: Connection, store_id: str, revision: int) -> Mapping[int, int]:
    """Return the number of records valid at a revision, by source number."""
    # the URL is part of the key because a copy of a store file has the same store id
    key = (connection.engine.url, store_id, "counts")
    with _LOCK:
        base, counts = _CACHE.get(key, (0, {}))
    if base == revision and counts:
        return counts
    begins, ends = records.c.valid_from, records.c.valid_to
    if not counts or base > revision:
        current = _count(connection, begins <= revision, or_(ends.is_(None), ends > revision))
    else:
        current = Counter(counts)
        current.update(_count(connection, begins > base, begins <= revision))
        current.subtract(_count(connection, ends.is_not(None), ends > base, ends <= revision))
        current = +current
    if base <= revision:
        _cache_numbers(key, revision, current)
    return current


def newest_by_source(connection: Connection, store_id: str, revision: int) -> Mapping[int, int]:
    """Return the newest record version that began up to a revision, by source number."""
    key = (connection.engine.url, store_id, "newest")
    with _LOCK:
        base, newest = _CACHE.get(key, (0, {}))
    if base == revision and newest:
        return newest
    # numbers ascend from one revision to the next
    since = base if newest and base < revision else 0
    begins = records.c.valid_from
    query = select(records.c.source, func.max(records.c.number)).group_by(records.c.source)
    later = connection.execute(query.where(begins > since, begins <= revision))
    current = {**(newest if since else {}), **{row[0]: int(row[1]) for row in later}}
    if base <= revision:
        _cache_numbers(key, revision, current)
    return current


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> Counter[int]:
    query = select(records.c.source, func.count()).where(*conditions).group_by(records.c.source)
    return Counter({row[0]: int(row[1]) for row in connection.execute(query)})


def _cache_numbers(key: Hashable, revision: int, numbers: Mapping[int, int]) -> None:
    """Cache numbers of a store, and drop the entries that were written longest ago."""
    with _LOCK:
        _CACHE[key] = revision, numbers
        _CACHE.move_to_end(key)
        while len(_CACHE) > _MAX_ENTRIES:
            _CACHE.popitem(last=False)


@dataclass(frozen=True, slots=True)
class LinkTable:
    """Links as columns, by record numbers.

    `color` is a `LinkColor`. `rival` is the number of a record of a third entity that one of the
    two matches about as well (0: none). The other columns are as in `Links`.
    """

    left: Numbers
    right: Numbers
    logodds: Numbers
    band: Numbers
    outcome: Numbers
    color: Numbers
    record_logodds: Numbers
    basis: Numbers
    rival: Numbers

    def __len__(self) -> int:
        return len(self.left)


_LINK_COLUMNS = (
    *("left", "right", "logodds", "band", "outcome", "colour"),
    *("record_logodds", "basis", "rival"),
)
_LINKS: Select[Any] = select(*(links.c[name] for name in _LINK_COLUMNS))
_LINKS_OF = (
    "SELECT " + ", ".join(f'"{name}"' for name in _LINK_COLUMNS) + ' FROM "links" '
    'WHERE "SIDE" {among} AND "valid_from" <= ? AND ("valid_to" IS NULL OR "valid_to" > ?)'
)
_RIVALS_OF = (
    'SELECT "left", "right", "rival" FROM "links" WHERE "SIDE" {among} AND "rival" > 0 '
    'AND "valid_from" <= ? AND ("valid_to" IS NULL OR "valid_to" > ?)'
)
# the cross join makes SQLite look up each pair of records: some records have hundreds of links
_IN_REVIEW = (
    'WITH m AS MATERIALIZED (SELECT "record", "entity" FROM "members" WHERE "entity" {among} '
    'AND "valid_from" <= ? AND ("valid_to" IS NULL OR "valid_to" > ?)) '
    'SELECT a."entity", b."entity" FROM m a CROSS JOIN m b CROSS JOIN "links" l '
    'WHERE l."left" = a."record" AND l."right" = b."record" AND l."outcome" = ? '
    'AND l."valid_from" <= ? AND (l."valid_to" IS NULL OR l."valid_to" > ?)'
)
_NAMES = [column.name for column in decisions.columns]
_DecisionRow = namedtuple("_DecisionRow", _NAMES)  # type: ignore[misc]
_DECISIONS = "SELECT " + ", ".join(f'"{name}"' for name in _NAMES) + ' FROM "decisions" '
_DECISIONS += 'WHERE "SIDE" {among} AND "landed" <= ?'


class LinkQueries(Snapshot):
    """Part of `StoreView`: links and decisions."""

    def links_of(self, numbers: Sequence[int], *, min_logodds: int | None = None) -> LinkTable:
        """Return the links of some records to any other record, each link once.

        `min_logodds` leaves out links with lower log-odds (thousandths).
        """
        sql = _LINKS_OF
        if min_logodds is not None:
            sql += f' AND "logodds" >= {int(min_logodds)}'
        parts = [
            int_columns(
                fetch_rows(
                    self.connection, sql.replace("SIDE", side), part, self.revision, self.revision
                ),
                len(_LINK_COLUMNS),
            )
            for part in split_chunks(numbers)
            for side in ("left", "right")
        ]
        return _link_table(parts)

    def rivals_of(self, numbers: Sequence[int]) -> Numbers:
        """Return the records in ambiguous links of some records, ascending.

        These are both ends of each such link and its rival. The given records can be among them.
        """
        parts = [
            int_columns(
                fetch_rows(
                    self.connection,
                    _RIVALS_OF.replace("SIDE", side),
                    part,
                    self.revision,
                    self.revision,
                ),
                3,
            )
            for part in split_chunks(numbers)
            for side in ("left", "right")
        ]
        return np.unique(np.concatenate([column for part in parts for column in part]))

    def links_between(self, numbers: Sequence[int]) -> LinkTable:
        """Return the links with both ends among some records."""
        # the unary plus keeps databases from looking up every pair in the index
        sql = _LINKS_OF.replace("SIDE", "left") + ' AND +"right" {and_among}'
        rights = list_parameter(self.connection, numbers)
        parts = [
            int_columns(
                fetch_rows(self.connection, sql, part, self.revision, self.revision, rights),
                len(_LINK_COLUMNS),
            )
            for part in split_chunks(numbers)
        ]
        return _link_table(parts)

    def queued_revisions(self, lefts: Sequence[int]) -> tuple[Numbers, Numbers, Numbers]:
        """Return (left, right, first revision in which the pair was queued), sorted by pair.

        Only links whose left record is among `lefts` are returned.
        """
        sql = (
            'SELECT "left", "right", MIN("valid_from") FROM "links" WHERE "left" {among} '
            'AND "outcome" = ? AND "valid_from" <= ? GROUP BY "left", "right"'
        )
        parts = [
            int_columns(
                fetch_rows(self.connection, sql, part, int(Outcome.QUEUED), self.revision), 3
            )
            for part in split_chunks(lefts)
        ]
        left, right, since = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((right, left))
        return left[order], right[order], since[order]

    def queued_in_revision(self) -> LinkTable:
        """Return the links that began with this revision and wait for a steward."""
        begins = links.c.valid_from == self.revision
        is_queued = links.c.outcome == int(Outcome.QUEUED)
        return _link_table([fetch_arrays(self.connection, _LINKS.where(begins, is_queued))])

    def link_revision(self, left: int, right: int) -> int | None:
        """Return the revision of the last change of a link; None if there is no link."""
        query = select(links.c.valid_from).where(
            links.c.left == left, links.c.right == right, self.is_valid(links)
        )
        revision = self.connection.execute(query).scalar()
        return None if revision is None else int(revision)

    def all_links(self) -> LinkTable:
        """Return every link, sorted by record numbers."""
        return _link_table([fetch_arrays(self.connection, _LINKS.where(self.is_valid(links)))])

    def queue_length(self) -> int:
        """Return the number of links that wait for a steward."""
        query = select(func.count()).select_from(links)
        queued = query.where(links.c.outcome == int(Outcome.QUEUED), self.is_valid(links))
        return int(self.connection.execute(queued).scalar_one())

    def decisions(self, record_ids: Sequence[str] | None = None) -> list[StoredDecision]:
        """Return the decision log in the order of writing.

        `record_ids` limits it to decisions on at least one of these records.
        """
        query = (
            select(decisions)
            .where(decisions.c.landed <= self.revision)
            .order_by(decisions.c.number)
        )
        if record_ids is None:
            return [stored_decision(row) for row in self.connection.execute(query)]
        by_number: dict[int, StoredDecision] = {}
        for part in split_chunks(record_ids):
            for side in ("left_id", "right_id"):
                rows = fetch_rows(
                    self.connection, _DECISIONS.replace("SIDE", side), part, self.revision
                )
                by_number.update({row[0]: stored_decision(_DecisionRow(*row)) for row in rows})
        return [by_number[number] for number in sorted(by_number)]

    def decision(self, number: int) -> StoredDecision | None:
        """Return one decision of the log by its number, or None."""
        return self._decision(decisions.c.number == number)

    def decision_by_id(self, decision_id: str) -> StoredDecision | None:
        """Return one decision of the log by its id, or None."""
        return self._decision(decisions.c.id == decision_id)

    def _decision(self, condition: ColumnElement[bool]) -> StoredDecision | None:
        query = select(decisions).where(condition, decisions.c.landed <= self.revision)
        row = self.connection.execute(query).first()
        return None if row is None else stored_decision(row)

    def decisions_in_revision(self, revision: int) -> list[StoredDecision]:
        """Return the decisions committed with a revision."""
        query = select(decisions).where(decisions.c.landed == revision).order_by(decisions.c.number)
        return [stored_decision(row) for row in self.connection.execute(query)]

    def expired_decisions(self, day: str) -> list[StoredDecision]:
        """Return the decisions whose last day lies before a day, in the order of writing."""
        c = decisions.c
        is_over = (c.expires != "") & (c.expires < day) & (c.landed <= self.revision)
        rows = self.connection.execute(select(decisions).where(is_over).order_by(c.number))
        return [stored_decision(row) for row in rows]

    def two_steward_decisions(self) -> list[StoredDecision]:
        """Return the decisions that take effect only after two stewards agree."""
        needs_two = or_(decisions.c.needs_two.is_(True), decisions.c.unlawful.is_(True))
        query = (
            select(decisions)
            .where(needs_two, decisions.c.landed <= self.revision)
            .order_by(decisions.c.number)
        )
        return [stored_decision(row) for row in self.connection.execute(query)]

    def decision_count(self) -> int:
        """Return the approximate number of decisions (numbers have small gaps at most)."""
        return int(self.connection.execute(select(func.max(decisions.c.number))).scalar() or 0)

    def pairs_with_context(self, key: str, after: int) -> list[tuple[str, str]]:
        """Return the pairs of decisions that have a number above `after` and a key in their
        context.

        Decisions of all revisions count, even if they are later than the revision of the view.
        """
        has_key = cast(decisions.c.seen, Text).like(f'%"{key}"%')
        query = select(decisions.c.left_id, decisions.c.right_id, decisions.c.seen)
        rows = self.connection.execute(query.where(decisions.c.number > after, has_key))
        return [(row.left_id, row.right_id) for row in rows if key in (row.seen or {})]

    def logged_digests(self, digests: Sequence[str]) -> set[str]:
        """Return the digests, among those given, that are in the decision log."""
        query = select(decisions.c.digest)
        logged: set[str] = set()
        for part in split_chunks(digests):
            logged |= set(
                self.connection.execute(
                    query.where(is_among(self.connection, decisions.c.digest, part))
                ).scalars()
            )
        return logged


def find_entities_in_review(
    connection: Connection, revision: int, entities: Sequence[int]
) -> set[tuple[int, int]]:
    """Return the pairs among a few entities (by number) that wait for a steward at a revision.

    A pair waits if a record of one entity has a queued link with a record of the other entity. The
    query is a single statement, so it needs no transaction.
    """
    params = (revision, revision, int(Outcome.QUEUED), revision, revision)
    rows = fetch_rows(connection, _IN_REVIEW, entities, *params)
    return {(row[0], row[1]) for row in rows if row[0] != row[1]}


def has_decisions(connection: Connection, record_ids: Sequence[str]) -> bool:
    """Return whether the log has a decision of any revision on one of some records."""
    sql = 'SELECT 1 FROM "decisions" WHERE "SIDE" {among} LIMIT 1'
    return any(
        fetch_rows(connection, sql.replace("SIDE", side), part)
        for part in split_chunks(record_ids)
        for side in ("left_id", "right_id")
    )


def _link_table(parts: Iterable[Sequence[Numbers]]) -> LinkTable:
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] or [
        np.zeros(0, dtype=np.int64)
    ] * len(_LINK_COLUMNS)
    order = np.lexsort((columns[1], columns[0]))
    columns = [column[order] for column in columns]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (columns[0][1:] != columns[0][:-1]) | (columns[1][1:] != columns[1][:-1])
    return LinkTable(*(column[first] for column in columns))
