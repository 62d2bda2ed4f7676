"""The first records of each list as they are understood, for a terminal: what a mapping or a format makes of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from resolver.ingest.discovery import Planned
from resolver.ingest.formats.tabular.mapping import Mapping
from resolver.ingest.reader_types import (
    BatchAt,
    Item,
    ListVersion,
    Note,
    RecordAt,
    Reject,
)
from resolver.ingest.readers import plan
from resolver.records import Batch, Record

MAX_ITEMS = 100_000
"""Items looked at for the first records; a list of nothing but rejects is not read to its end."""
MAX_REJECTS = 5
"""Rejects shown of each list."""

Row = tuple[str, str]


def preview(
    paths: Sequence[Path],
    *,
    format: str | None = None,
    mapping: Mapping | Sequence[Mapping] | None = None,
    records: int = 3,
) -> str:
    """The first `records` of each list, as text of several lines, with what was not taken on the way.

    Reads no more of a list than it takes. Raises as `read_lists` does.
    """
    planned, skipped = plan(paths, format=format, mapping=mapping)
    blocks = [_list_text(one, records) for one in planned]
    return "\n\n".join([*blocks, *(_reject_text(reject) for reject in skipped)]) + "\n"


def _list_text(planned: Planned, count: int) -> str:
    said = [f"note: {note}" for note in planned.notes]
    lines: list[str] = []
    shown = refused = 0
    for at, item in enumerate(planned.row.read(planned.unit)):
        if isinstance(item, Reject):
            refused += 1
            said += [_reject_text(item)] if refused <= MAX_REJECTS else []
        elif isinstance(item, Note):
            said.append(f"note: {item.text}")
        elif isinstance(item, ListVersion):
            said.append(f"version: {item.text}")
        else:
            for record in _records(item, count - shown):
                lines += ["", *_record_lines(record)]
                shown += 1
        if shown >= count or at >= MAX_ITEMS:
            break
    said += [f"and {refused - MAX_REJECTS} more not taken"] if refused > MAX_REJECTS else []
    head = f"{planned.unit.label}  ({planned.row.name}: {planned.row.help})"
    return "\n".join([head, *(f"  {line}" for line in said), *(lines or ["  no record was found"])])


def _records(item: Item, count: int) -> Iterator[Record]:
    if isinstance(item, Record):
        yield item
    elif isinstance(item, RecordAt):
        yield item.record
    elif isinstance(item, Batch | BatchAt):
        batch = item if isinstance(item, Batch) else item.batch
        yield from batch.take(np.arange(min(count, len(batch)))).to_records()


def _record_lines(record: Record) -> list[str]:
    rows = list(_rows(record))
    width = max((len(name) for name, _ in rows), default=0)
    return [
        f"  {record.id}  {record.schema}",
        *(f"    {name:<{width}}  {_short(text)}" for name, text in rows),
    ]


def _rows(record: Record) -> Iterator[Row]:
    for value in record.values:
        yield value.prop, value.text
    for item in record.identifiers:
        rest = ", ".join(part for part in (item.country, item.type, item.note) if part)
        yield item.prop, f"{item.number} ({rest})" if rest else item.number
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


def _reject_text(reject: Reject) -> str:
    place = f"{reject.file}, line {reject.line}" if reject.line else reject.file
    return f"not taken: {place}: {_short(reject.reason)}"


def _short(text: str) -> str:
    """A text fit for a line of a terminal: control characters shown, not sent; long texts cut."""
    plain = "".join(char if char.isprintable() else "�" for char in text)
    return plain if len(plain) <= 160 else f"{plain[:157]}…"
