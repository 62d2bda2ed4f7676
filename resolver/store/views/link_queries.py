"""Questions about links and decisions."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from resolver.records.results.resolution import Band, Outcome
from resolver.store.bulk_rows import (
    Numbers,
    among,
    arrays,
    columns_of,
    listed,
    rows_among,
)
from resolver.store.desk.decision_log import stored_decision
from resolver.store.row_types import Colour, StoredDecision, StoredLink
from resolver.store.schema import decisions, links, records
from resolver.store.snapshot import Moment, cut


@dataclass(frozen=True, slots=True)
class LinkTable:
    """m links as columns, by numbers of records; see `StoredLink`."""

    left: Numbers
    right: Numbers
    logodds: Numbers
    band: Numbers
    outcome: Numbers
    colour: Numbers

    def __len__(self) -> int:
        return len(self.left)


_LEFT, _RIGHT = records.alias("left_record"), records.alias("right_record")
_LINKS: Select[Any] = select(
    links.c.left, links.c.right, links.c.logodds, links.c.band, links.c.outcome, links.c.colour
)
_LINKS_OF = (
    'SELECT "left", "right", "logodds", "band", "outcome", "colour" FROM "links" WHERE "SIDE" {among} '
    'AND "valid_from" <= ? AND ("valid_to" IS NULL OR "valid_to" > ?)'
)
_NAMES = [column.name for column in decisions.columns]
_DecisionRow = namedtuple("_DecisionRow", _NAMES)  # type: ignore[misc]
_DECISIONS = "SELECT " + ", ".join(f'"{name}"' for name in _NAMES) + ' FROM "decisions" '
_DECISIONS += 'WHERE "SIDE" {among} AND "landed" <= ?'


class LinkQuestions(Moment):
    """What `View` answers about links and decisions."""

    def links_of(self, numbers: Sequence[int], *, least: int | None = None) -> LinkTable:
        """The links of some records, whoever is at the other end, each once; `least`: only those of so many thousandths
        of log-odds or more."""
        sql = _LINKS_OF + ("" if least is None else f' AND "logodds" >= {int(least)}')
        parts = [
            columns_of(
                rows_among(
                    self.connection, sql.replace("SIDE", side), part, self.version, self.version
                ),
                6,
            )
            for part in cut(numbers)
            for side in ("left", "right")
        ]
        return _link_table(parts)

    def links_between(self, numbers: Sequence[int]) -> LinkTable:
        """The links both ends of which are among some records."""
        # the plus keeps databases from looking every pair up
        sql = _LINKS_OF.replace("SIDE", "left") + ' AND +"right" {and_among}'
        rights = listed(self.connection, numbers)
        parts = [
            columns_of(
                rows_among(self.connection, sql, part, self.version, self.version, rights), 6
            )
            for part in cut(numbers)
        ]
        return _link_table(parts)

    def queued_since(self, lefts: Sequence[int]) -> tuple[Numbers, Numbers, Numbers]:
        """Pairs of record numbers, sorted, and the version each first waited from, of links whose left record is among
        some."""
        sql = 'SELECT "left", "right", MIN("valid_from") FROM "links" WHERE "left" {among} AND "outcome" = ? '
        sql += 'AND "valid_from" <= ? GROUP BY "left", "right"'
        parts = [
            columns_of(rows_among(self.connection, sql, part, int(Outcome.QUEUED), self.version), 3)
            for part in cut(lefts)
        ]
        left, right, since = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((right, left))
        return left[order], right[order], since[order]

    def link_since(self, left: int, right: int) -> int | None:
        """The version from which a link is as it is, or None where there is none."""
        query = select(links.c.valid_from).where(
            links.c.left == left, links.c.right == right, self.holds(links)
        )
        found = self.connection.execute(query).scalar()
        return None if found is None else int(found)

    def all_links(self) -> LinkTable:
        """Every link, sorted by the numbers of its records."""
        return _link_table([arrays(self.connection, _LINKS.where(self.holds(links)))])

    def link(self, left_id: str, right_id: str) -> StoredLink | None:
        """The link of two records in either order, or None."""
        found = self._links(or_(_pair(left_id, right_id), _pair(right_id, left_id)))
        return found[0] if found else None

    def links_of_record(self, record_id: str) -> list[StoredLink]:
        """The links of one record."""
        return self._links(or_(_LEFT.c.record_id == record_id, _RIGHT.c.record_id == record_id))

    def queue(self, *, limit: int = 100, offset: int = 0) -> list[StoredLink]:
        """Links that wait for a steward, the likeliest first, ties by record ids."""
        return self._links(links.c.outcome == int(Outcome.QUEUED), limit=limit, offset=offset)

    def queue_length(self) -> int:
        """How many links wait for a steward."""
        query = select(func.count()).select_from(links)
        held = query.where(links.c.outcome == int(Outcome.QUEUED), self.holds(links))
        return int(self.connection.execute(held).scalar_one())

    def decisions(self, record_ids: Sequence[str] | None = None) -> list[StoredDecision]:
        """The log in the order it was written; only decisions on some records where these are given."""
        query = (
            select(decisions).where(decisions.c.landed <= self.version).order_by(decisions.c.number)
        )
        if record_ids is None:
            return [stored_decision(row) for row in self.connection.execute(query)]
        found: dict[int, StoredDecision] = {}
        for part in cut(record_ids):
            for side in ("left_id", "right_id"):
                rows = rows_among(
                    self.connection, _DECISIONS.replace("SIDE", side), part, self.version
                )
                found.update({row[0]: stored_decision(_DecisionRow(*row)) for row in rows})
        return [found[number] for number in sorted(found)]

    def decision(self, number: int) -> StoredDecision | None:
        """One decision of the log, or None."""
        query = select(decisions).where(
            decisions.c.number == number, decisions.c.landed <= self.version
        )
        row = self.connection.execute(query).first()
        return None if row is None else stored_decision(row)

    def decisions_landed(self, version: int) -> list[StoredDecision]:
        """The decisions that landed with a version."""
        query = select(decisions).where(decisions.c.landed == version).order_by(decisions.c.number)
        return [stored_decision(row) for row in self.connection.execute(query)]

    def decisions_that_need_two(self) -> list[StoredDecision]:
        """The decisions that count, or counted, once two stewards had said the same."""
        flagged = or_(decisions.c.needs_two.is_(True), decisions.c.unlawful.is_(True))
        query = (
            select(decisions)
            .where(flagged, decisions.c.landed <= self.version)
            .order_by(decisions.c.number)
        )
        return [stored_decision(row) for row in self.connection.execute(query)]

    def decision_count(self) -> int:
        """How many decisions there are, about (numbers are given without large gaps)."""
        return int(self.connection.execute(select(func.max(decisions.c.number))).scalar() or 0)

    def logged(self, digests: Sequence[str]) -> set[str]:
        """Which of some digests are in the log."""
        query = select(decisions.c.digest)
        found: set[str] = set()
        for part in cut(digests):
            found |= set(
                self.connection.execute(
                    query.where(among(self.connection, decisions.c.digest, part))
                ).scalars()
            )
        return found

    def _links(
        self, condition: ColumnElement[bool], *, limit: int | None = None, offset: int = 0
    ) -> list[StoredLink]:
        query = (
            select(_LEFT.c.record_id.label("left_id"), _RIGHT.c.record_id.label("right_id"), links)
            .join(_LEFT, _LEFT.c.number == links.c.left)
            .join(_RIGHT, _RIGHT.c.number == links.c.right)
            .where(condition, self.holds(links), links.c.band > 0)
            .order_by(links.c.score.desc(), _LEFT.c.record_id, _RIGHT.c.record_id)
        )
        rows = self.connection.execute(
            query.limit(limit).offset(offset) if limit is not None else query
        )
        return [
            StoredLink(
                row.left_id,
                row.right_id,
                row.logodds,
                row.score,
                Band(row.band),
                Outcome(row.outcome),
                Colour(row.colour),
                row.valid_from,
            )
            for row in rows
        ]


def _pair(left_id: str, right_id: str) -> ColumnElement[bool]:
    return and_(_LEFT.c.record_id == left_id, _RIGHT.c.record_id == right_id)


def _link_table(parts: Iterable[Sequence[Numbers]]) -> LinkTable:
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] or [
        np.zeros(0, dtype=np.int64)
    ] * 6
    order = np.lexsort((columns[1], columns[0]))
    columns = [column[order] for column in columns]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (columns[0][1:] != columns[0][:-1]) | (columns[1][1:] != columns[1][:-1])
    return LinkTable(*(column[first] for column in columns))
