"""Preview of the first records of each list on a terminal, to check a mapping or a format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from resolver.ingest.formats.tabular.mapping import Mapping
from resolver.ingest.list_sample import ListSample, sample_lists
from resolver.ingest.reader_types import Reject
from resolver.records import Record

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

    Raises the errors of `read_lists`.
    """
    samples, skipped = sample_lists(paths, format=format, mapping=mapping, records=records)
    blocks = [_format_sample(sample) for sample in samples]
    return "\n\n".join([*blocks, *(_format_reject(reject) for reject in skipped)]) + "\n"


def _format_sample(sample: ListSample) -> str:
    messages = [f"note: {note}" for note in sample.notes]
    messages += [_format_reject(reject) for reject in sample.rejects[:MAX_SHOWN_REJECTS]]
    if sample.version:
        messages.append(f"version: {sample.version}")
    surplus = len(sample.rejects) - MAX_SHOWN_REJECTS
    messages += [f"and {surplus} more not taken"] if surplus > 0 else []
    lines = [line for record in sample.records for line in ("", *_format_record(record))]
    head = f"{sample.label}  ({sample.format}: {sample.help})"
    return "\n".join(
        [head, *(f"  {line}" for line in messages), *(lines or ["  no record was found"])]
    )


def _format_record(record: Record) -> list[str]:
    rows = list(list_values(record))
    width = max((len(name) for name, _ in rows), default=0)
    return [
        f"  {record.id}  {record.schema}",
        *(f"    {name:<{width}}  {_shorten(text)}" for name, text in rows),
    ]


def list_values(record: Record) -> Iterator[Row]:
    """Yield the values of a record as pairs of property and text."""
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
