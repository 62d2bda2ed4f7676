"""Report on the changes that a list made, or would make: by name and by field, with the effect on
entities.

A report is about one revision of a store (`find_changes.read_report`), or about a list that is not
committed: a dry run, or a batch that is held until somebody accepts it (`plan_report` there).

A report has three lists of rows:

- `records`: each record that was added, removed or changed, with the values of each changed field;
- `entities`: what happened to entities that existed before: records joined or left them, they were
  merged or split; and entities of several records that are new or have ended. An entity of one
  record begins and ends with its record, so only the row of the record is listed;
- `pairs`: pairs of entities that began to wait for a steward.

The report of a revision shows to an operator all pairs that began to wait in it. Other viewers are
shown only pairs that still wait, unless a later revision changed the records of one of the two
entities. Then the pair belongs to that later revision.

`Report.to_json`, `csv_lines`, `text_lines` and `html_page` write a report; `Report.from_json` reads
it again, since a job keeps the report of a dry run in a file.
"""

from __future__ import annotations

import csv
import html
import io
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from resolver.check.change_feed import SCHEMA_FIELD, ChangedField
from resolver.errors import pluralize
from resolver.records.labels import escape_formula, property_label

MAX_ROWS = 100_000
"""Maximum number of rows of each list in a report. A first list of a million records is all new;
its counts are complete, but nobody reads more rows, and they would take a gigabyte of memory.
"""


class ChangeKind(StrEnum):
    """Kind of a row of a report."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    NEW = "new"
    """New entity of several records."""
    JOINED = "joined"
    LEFT = "left"
    MERGED = "merged"
    SPLIT = "split"
    ENDED = "ended"
    WAITING = "waiting"


RECORD_CHANGES: tuple[ChangeKind, ...] = (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED)
ENTITY_CHANGES: tuple[ChangeKind, ...] = tuple(
    change for change in ChangeKind if change not in (*RECORD_CHANGES, ChangeKind.WAITING)
)


@dataclass(frozen=True, slots=True)
class RecordChange:
    """Record that was added, removed or changed. `entity` is its entity after the change (before
    the change, if it was removed).
    """

    change: ChangeKind
    id: str
    name: str
    source: str
    entity: str
    fields: tuple[ChangedField, ...] = ()


@dataclass(frozen=True, slots=True)
class EntityEffect:
    """Effect of the change on an entity, with the ids of the records that moved.

    `other`: the entity that has the records now (left, merged, split), or that had them (joined).
    """

    change: ChangeKind
    entity: str
    name: str
    records: tuple[str, ...]
    other: str = ""
    other_name: str = ""


@dataclass(frozen=True, slots=True)
class NewPair:
    """Two entities that began to wait for a steward, with their strongest pair of records."""

    left: str
    right: str
    left_entity: str
    right_entity: str
    left_name: str
    right_name: str
    score: float

    @property
    def change(self) -> ChangeKind:
        """Kind of the row; the other row classes have a field of this name."""
        return ChangeKind.WAITING


Row = RecordChange | EntityEffect | NewPair


@dataclass(frozen=True, slots=True)
class Report:
    """Report on a revision; if `is_planned`, on the changes that would follow it.

    `alarms`: the reasons why the list is held, or would be held. `counts`: number of rows of each
    kind, also if a list has more than `MAX_ROWS`. `sources`: counts of record changes by source.
    """

    revision: int
    at: str = ""
    kind: str = ""
    actor: str = ""
    is_planned: bool = False
    alarms: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    records: tuple[RecordChange, ...] = ()
    entities: tuple[EntityEffect, ...] = ()
    pairs: tuple[NewPair, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, in the order in which reports show them."""
        return (*self.records, *self.entities, *self.pairs)

    @property
    def total(self) -> int:
        """Number of all rows, including rows that are not listed."""
        return sum(self.counts.values())

    def select(self, change: str = "", source: str = "", field_name: str = "") -> Report:
        """Return the report with only the rows of a kind, of a source, or with a changed field;
        counts stay as they are.
        """

        def is_chosen(row: Row) -> bool:
            """Return whether a row passes the filter."""
            is_of_kind = not change or row.change == change
            ids = _row_records(row)
            is_of_source = not source or any(end.partition(":")[0] == source for end in ids)
            has_field = not field_name or (
                isinstance(row, RecordChange)
                and any(item.field == field_name for item in row.fields)
            )
            return is_of_kind and is_of_source and has_field

        return replace(
            self,
            records=tuple(filter(is_chosen, self.records)),
            entities=tuple(filter(is_chosen, self.entities)),
            pairs=tuple(filter(is_chosen, self.pairs)),
        )

    def page(self, offset: int, limit: int) -> Report:
        """Return the report with some of its rows."""
        rows = self.rows[offset : offset + limit]
        return replace(
            self,
            records=tuple(row for row in rows if isinstance(row, RecordChange)),
            entities=tuple(row for row in rows if isinstance(row, EntityEffect)),
            pairs=tuple(row for row in rows if isinstance(row, NewPair)),
        )

    def restrict_to_sources(self, sources: Collection[str]) -> Report:
        """Return the part of the report on the records of some sources. Names of entities are left
        out, because records of other sources may state them.
        """
        own = {record.id for record in self.records if record.source in sources}
        records = tuple(record for record in self.records if record.id in own)
        entities = []
        for row in self.entities:
            kept = tuple(end for end in row.records if end.partition(":")[0] in sources)
            if kept:
                entities.append(replace(row, records=kept, name="", other_name=""))
        pairs = tuple(
            replace(pair, left_name="", right_name="")
            for pair in self.pairs
            if all(end.partition(":")[0] in sources for end in (pair.left, pair.right))
        )
        rows: tuple[Row, ...] = (*records, *entities, *pairs)
        counts = Counter[str](row.change for row in rows)
        shown = {name: row for name, row in self.sources.items() if name in sources}
        for change in RECORD_CHANGES:
            counts[change] = sum(row.get(change, 0) for row in shown.values())
        return replace(
            self,
            counts={change: counts[change] for change in ChangeKind if counts[change]},
            sources=shown,
            records=records,
            entities=tuple(entities),
            pairs=pairs,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return {
            "version": self.revision,
            "at": self.at,
            "kind": self.kind,
            "who": self.actor,
            "planned": self.is_planned,
            "held": list(self.alarms),
            "counts": {change.value: self.counts.get(change, 0) for change in ChangeKind},
            "sources": [
                {
                    "source": name,
                    **{change.value: row.get(change, 0) for change in RECORD_CHANGES},
                }
                for name, row in self.sources.items()
            ],
            "records": [_json_row(row) for row in self.records],
            "entities": [_json_row(row) for row in self.entities],
            "pairs": [_json_row(row) for row in self.pairs],
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Report:
        """Return the report that `to_json` wrote."""
        return cls(
            content["version"],
            content["at"],
            content["kind"],
            content["who"],
            content["planned"],
            tuple(content["held"]),
            {name: count for name, count in content["counts"].items() if count},
            {
                row["source"]: {change: row[change] for change in RECORD_CHANGES if row[change]}
                for row in content["sources"]
            },
            tuple(_read_record(row) for row in content["records"]),
            tuple(
                EntityEffect(
                    **{**row, "change": ChangeKind(row["change"]), "records": tuple(row["records"])}
                )
                for row in content["entities"]
            ),
            tuple(
                NewPair(**{name: row[name] for name in row if name != "change"})
                for row in content["pairs"]
            ),
        )


def _row_records(row: Row) -> tuple[str, ...]:
    """Return the ids of the records that a row names."""
    if isinstance(row, RecordChange):
        return (row.id,)
    return row.records if isinstance(row, EntityEffect) else (row.left, row.right)


def _json_row(row: Row) -> dict[str, Any]:
    content = {**asdict(row), "change": row.change.value}
    if isinstance(row, NewPair):
        return content
    if isinstance(row, RecordChange):
        content["fields"] = [
            {
                "field": item.field,
                "label": label_field(item.field),
                "before": list(item.before),
                "after": list(item.after),
            }
            for item in row.fields
        ]
    else:
        content["records"] = list(row.records)
    return content


def _read_record(row: Mapping[str, Any]) -> RecordChange:
    fields = tuple(
        ChangedField(item["field"], tuple(item["before"]), tuple(item["after"]))
        for item in row["fields"]
    )
    return RecordChange(
        ChangeKind(row["change"]), row["id"], row["name"], row["source"], row["entity"], fields
    )


def label_field(name: str) -> str:
    """Return the label of a changed field for people."""
    return "Kind of record" if name == SCHEMA_FIELD else property_label(name)


CSV_COLUMNS = (
    *("change", "source", "id", "name", "field", "before", "after"),
    *("entity", "other_id", "other_name", "other_entity", "score"),
)
"""Columns of a report as CSV. A changed record has a line for each field."""


def csv_lines(report: Report) -> Iterator[str]:
    """Yield the lines of a report as CSV, the header first."""
    yield _csv_line(CSV_COLUMNS)
    for row in report.rows:
        for cells in _csv_cells(row):
            yield _csv_line([escape_formula(str(cells.get(name, ""))) for name in CSV_COLUMNS])


def _csv_line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()


def _csv_cells(row: Row) -> Iterator[dict[str, Any]]:
    if isinstance(row, RecordChange):
        common = {
            "change": row.change,
            "source": row.source,
            "id": row.id,
            "name": row.name,
            "entity": row.entity,
        }
        for item in row.fields:
            yield {
                **common,
                "field": item.field,
                "before": "; ".join(item.before),
                "after": "; ".join(item.after),
            }
        if not row.fields:
            yield common
    elif isinstance(row, EntityEffect):
        for record_id in row.records:
            yield {
                "change": row.change,
                "source": record_id.partition(":")[0],
                "id": record_id,
                "name": row.name,
                "entity": row.entity,
                "other_entity": row.other,
                "other_name": row.other_name,
            }
    else:
        yield {
            "change": row.change,
            "source": row.left.partition(":")[0],
            "id": row.left,
            "name": row.left_name,
            "entity": row.left_entity,
            "other_id": row.right,
            "other_name": row.right_name,
            "other_entity": row.right_entity,
            "score": f"{row.score:.4f}",
        }


COUNT_WORDS = {
    ChangeKind.ADDED: ("record added", "records added"),
    ChangeKind.REMOVED: ("record removed", "records removed"),
    ChangeKind.CHANGED: ("record changed", "records changed"),
    ChangeKind.NEW: ("new entity of several records", "new entities of several records"),
    ChangeKind.JOINED: ("entity joined by records", "entities joined by records"),
    ChangeKind.LEFT: ("entity left by records", "entities left by records"),
    ChangeKind.MERGED: ("entity merged into another", "entities merged into others"),
    ChangeKind.SPLIT: ("entity split", "entities split"),
    ChangeKind.ENDED: ("entity of several records ended", "entities of several records ended"),
    ChangeKind.WAITING: ("new pair waits for a steward", "new pairs wait for a steward"),
}
"""What the count of each kind counts, for one and for several."""


def describe_counts(report: Report) -> str:
    """Return the counts of a report in words."""
    parts = [
        pluralize(report.counts[change], *words)
        for change, words in COUNT_WORDS.items()
        if report.counts.get(change)
    ]
    return ", ".join(parts) or "nothing changed"


def describe_row(row: Row) -> str:
    """Return a row in words, without the changed fields of a record."""
    if isinstance(row, RecordChange):
        return f"{row.change}: {row.id} {row.name}"
    if isinstance(row, NewPair):
        return (
            f"waiting: {row.left} {row.left_name} and {row.right} {row.right_name}, "
            f"score {row.score:.2f}"
        )
    records, entity = ", ".join(row.records), f"{row.entity} {row.name}".strip()
    other = f"{row.other} {row.other_name}".strip()
    return {
        ChangeKind.NEW: f"new: {entity}, of {records}",
        ChangeKind.JOINED: f"joined: {records} joined {entity}" + (f", from {other}" * bool(other)),
        ChangeKind.LEFT: f"left: {records} left {entity}" + (f", for {other}" * bool(other)),
        ChangeKind.MERGED: f"merged: {entity} is now part of {other}",
        ChangeKind.SPLIT: f"split: {records} split off {entity}, now {other}",
        ChangeKind.ENDED: f"ended: {entity} has no record any more",
    }[row.change]


def describe_field(item: ChangedField) -> str:
    """Return a changed field in words."""
    old, new = ("; ".join(values) or "nothing" for values in (item.before, item.after))
    return f"{label_field(item.field)}: {old} → {new}"


def _describe_head(report: Report) -> str:
    if report.is_planned:
        return f"Not committed; compared with revision {report.revision} of the store."
    author = f" by {report.actor}" if report.actor else ""
    return f"Revision {report.revision} ({report.kind}{author}, {report.at[:16]}Z)"


def text_lines(report: Report, limit: int) -> Iterator[str]:
    """Yield a report as lines for a terminal, with at most `limit` rows."""
    yield _describe_head(report)
    yield f"{describe_counts(report)}."
    for alarm in report.alarms:
        yield f"Held until somebody accepts it: {alarm}."
    rows = report.rows
    for row in rows[:limit]:
        yield describe_row(row)
        if isinstance(row, RecordChange):
            yield from (f"    {describe_field(item)}" for item in row.fields)
    if len(rows) > limit:
        yield f"… and {len(rows) - limit:,} more (--json shows all)"


def html_page(report: Report) -> str:
    """Return a report as an HTML page that needs no other file."""
    rows = []
    for row in report.rows:
        fields = row.fields if isinstance(row, RecordChange) else ()
        text = html.escape(describe_row(row))
        items = "".join(f"<li>{html.escape(describe_field(item))}</li>" for item in fields)
        rows.append(f'<li dir="auto">{text}{f"<ul>{items}</ul>" if items else ""}</li>')
    alarms = "".join(
        f"<p><strong>Held until somebody accepts it:</strong> {html.escape(alarm)}</p>"
        for alarm in report.alarms
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Changes</title></head>'
        f"<body><h1>Changes</h1><p>{html.escape(_describe_head(report))}</p>"
        f"<p>{html.escape(describe_counts(report))}.</p>{alarms}<ul>{''.join(rows)}</ul>"
        "</body></html>\n"
    )
