"""Preview of the first records of each list on a terminal, to check a mapping or a format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from resolver.ingest.discovery import PlannedList
from resolver.ingest.formats.tabular.mapping import Mapping
from resolver.ingest.reader_types import (
    Item,
    ListVersion,
    LocatedBatch,
    LocatedRecord,
    Note,
    Reject,
)
from resolver.ingest.readers import plan_reads
from resolver.records import Batch, Record

MAX_ITEMS = 100_000
"""Items examined to find the first records; a list of rejects only is not read to its end."""
MAX_SHOWN_REJECTS = 5
"""Rejects shown of each list."""

Row = tuple[str, str]


def preview_lists(
    paths: Sequence[Path],
    *,
    format: str | None = None,
    mapping: Mapping | Sequence[Mapping] | None = None,
    records: int = 3,
) -> str:
    """Return the first `records` of each list as text of several lines, after their rejects.

    Reads no more of a list than needed, except the dates of a table, all of which show how doubtful
    ones are read. Raises the errors of `read_lists`.
    """
    planned, skipped = plan_reads(paths, format=format, mapping=mapping)
    blocks = [_format_list(item, records) for item in planned]
    return "\n\n".join([*blocks, *(_format_reject(reject) for reject in skipped)]) + "\n"


def _format_list(planned: PlannedList, count: int) -> str:
    messages = [f"note: {note}" for note in planned.notes]
    lines: list[str] = []
    shown = refused = 0
    for position, item in enumerate(planned.row.read(planned.unit)):
        if isinstance(item, Reject):
            refused += 1
            messages += [_format_reject(item)] if refused <= MAX_SHOWN_REJECTS else []
        elif isinstance(item, Note):
            messages.append(f"note: {item.text}")
        elif isinstance(item, ListVersion):
            messages.append(f"version: {item.text}")
        else:
            for record in _records_of(item, count - shown):
                lines += ["", *_format_record(record)]
                shown += 1
        if shown >= count or position >= MAX_ITEMS:
            break
    messages += (
        [f"and {refused - MAX_SHOWN_REJECTS} more not taken"] if refused > MAX_SHOWN_REJECTS else []
    )
    head = f"{planned.unit.label}  ({planned.row.name}: {planned.row.help})"
    return "\n".join(
        [head, *(f"  {line}" for line in messages), *(lines or ["  no record was found"])]
    )


def _records_of(item: Item, count: int) -> Iterator[Record]:
    if isinstance(item, Record):
        yield item
    elif isinstance(item, LocatedRecord):
        yield item.record
    elif isinstance(item, Batch | LocatedBatch):
        batch = item if isinstance(item, Batch) else item.batch
        yield from batch.take(np.arange(min(count, len(batch)))).to_records()


def _format_record(record: Record) -> list[str]:
    rows = list(_list_values(record))
    width = max((len(name) for name, _ in rows), default=0)
    return [
        f"  {record.id}  {record.schema}",
        *(f"    {name:<{width}}  {_shorten(text)}" for name, text in rows),
    ]


def _list_values(record: Record) -> Iterator[Row]:
    for value in record.values:
        yield value.prop, value.text
    for item in record.identifiers:
        details = ", ".join(part for part in (item.country, item.type, item.note) if part)
        yield item.prop, f"{item.number} ({details})" if details else item.number
    for address in record.addresses:
        yield "address", address.text
    for relation in record.relations:
        role = f" ({relation.role})" if relation.role else ""
        yield relation.type.value, f"{relation.target_name or relation.target_id}{role}"
    for route in record.routes:
        yield "route", f"{route.country} ({route.role.value})"
    if record.activities:
        yield "activities", ", ".join(record.activities)
    if record.handling.code != "H0" or record.handling.agency:
        yield "handling", f"{record.handling.code} {record.handling.agency}".strip()


def _format_reject(reject: Reject) -> str:
    place = f"{reject.file}, line {reject.line}" if reject.line else reject.file
    return f"not taken: {place}: {_shorten(reject.reason)}"


def _shorten(text: str) -> str:
    """Make a text fit a line of a terminal: replace control characters, cut at 160 characters."""
    plain = "".join(char if char.isprintable() else "�" for char in text)
    return plain if len(plain) <= 160 else f"{plain[:157]}…"
