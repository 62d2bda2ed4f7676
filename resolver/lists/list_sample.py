"""Sample of the first records of each list, as they are read, with rejected rows and reasons.

The preview on a terminal shows it, so that you can check a mapping or a format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from resolver.lists import reader_types
from resolver.lists.discovery import PlannedList
from resolver.lists.formats.tabular.mapping import Mapping
from resolver.lists.list_reading import RejectList, build_batch, clean_batch
from resolver.lists.readers import plan_reads
from resolver.records import Batch, Record

MAX_ITEMS = 100_000
"""Maximum number of items that are examined to find the first records; a list that has only rejects
is not read to its end.
"""
_PIECE = 1_000
"""Minimum number of records that are checked together, if a reader yields them one by one."""


@dataclass(frozen=True, slots=True)
class ListSample:
    """First records of a list: `read` records were read, and `records` are the first of these.

    `format`, `help`: name and description of the format. `rejects`: values and rows that were not
    taken, in the order of the list. `is_whole`: the list was read to its end.
    """

    label: str
    format: str
    help: str
    version: str
    notes: tuple[str, ...]
    records: tuple[Record, ...]
    read: int
    rejects: tuple[reader_types.Reject, ...]
    is_whole: bool


def sample_lists(
    paths: Sequence[Path],
    *,
    format: str | None = None,
    mapping: Mapping | Sequence[Mapping] | None = None,
    source: str = "",
    encoding: str = "",
    records: int = 5,
    rows: int = 0,
    date_rows: int = 0,
    accept_restricted: bool = False,
) -> tuple[list[ListSample], list[reader_types.Reject]]:
    """Return a sample of each list, and a reject for each file that no format reads.

    Reading stops after `rows` records of a list (at least `records`). The dates of a table are an
    exception: all of them are read, or at least the dates of `date_rows` rows, because many dates
    show how doubtful dates are read. `accept_restricted`: take records with handling codes above
    H0. Raises the errors of `read_lists`.
    """
    planned, skipped = plan_reads(
        paths, format=format, mapping=mapping, source=source, encoding=encoding
    )
    samples = [
        _sample_list(
            replace(item, unit=replace(item.unit, date_rows=date_rows)),
            _SampleReader(item.unit.label, records, max(rows, records), accept_restricted),
        )
        for item in planned
    ]
    return samples, skipped


def _sample_list(planned: PlannedList, sample: _SampleReader) -> ListSample:
    is_whole = True
    for position, item in enumerate(planned.row.read(planned.unit), 1):
        sample.add(item)
        if sample.is_full() or position >= MAX_ITEMS:
            is_whole = False
            break
    sample.flush()
    return ListSample(
        planned.unit.label,
        planned.row.name,
        planned.row.help,
        sample.version,
        (
            *planned.notes,
            *sample.notes,
            *planned.unit.encoding_notes(),
            *sample.repetition_notes(),
        ),
        tuple(sample.records),
        sample.read,
        sample.rejects.listed(),
        is_whole and not sample.is_cut,
    )


class _SampleReader:
    """Records, rejects and notes of a list, item by item."""

    def __init__(self, label: str, count: int, rows: int, accept_restricted: bool) -> None:
        self._label, self._count, self._rows = label, count, rows
        self._accept_restricted = accept_restricted
        self._pending: list[reader_types.LocatedRecord] = []
        self.rejects = RejectList(label, strict=False)
        self.records: list[Record] = []
        self.notes: list[str] = []
        self.version, self.read, self.is_cut = "", 0, False
        self._ids: set[str] = set()

    def add(self, item: reader_types.Item) -> None:
        """Add an item of a reader."""
        if isinstance(item, reader_types.Reject):
            self.rejects.add([item])
        elif isinstance(item, reader_types.Note):
            self.notes.append(item.text)
        elif isinstance(item, reader_types.ListVersion):
            self.version = item.text
        elif isinstance(item, Record | reader_types.LocatedRecord):
            self._pending.append(
                item
                if isinstance(item, reader_types.LocatedRecord)
                else reader_types.LocatedRecord(item, 0)
            )
            if len(self._pending) >= min(self._rows, _PIECE):
                self.flush()
        elif isinstance(item, Batch):
            self._take(reader_types.LocatedBatch(item, np.zeros(len(item), dtype=np.int32)))
        else:
            self._take(item)

    def is_full(self) -> bool:
        """Return whether enough records were read."""
        return self.read >= self._rows

    def flush(self) -> None:
        """Check the records that were read one by one."""
        records = [item.record for item in self._pending]
        for item in build_batch(self._label, records, [item.line for item in self._pending]):
            if isinstance(item, reader_types.Reject):
                self.rejects.add([item])
            else:
                self._take(item)
        self._pending = []

    def _take(self, located: reader_types.LocatedBatch) -> None:
        size = min(len(located.batch), self._rows - self.read)
        self.is_cut |= size < len(located.batch)
        first = np.arange(size)
        part = reader_types.LocatedBatch(located.batch.take(first), located.lines[first])
        batch = clean_batch(
            part, self.rejects, self._label, accept_restricted=self._accept_restricted
        ).batch
        missing = min(self._count - len(self.records), len(batch))
        self.records += batch.take(np.arange(missing)).to_records()
        self.read += len(batch)
        self._ids.update(batch.ids.to_pylist())

    def repetition_notes(self) -> list[str]:
        """Return a note if several records that were read share an id; one of them is kept."""
        count = self.read - len(self._ids)
        if not count:
            return []
        verb = "record has" if count == 1 else "records have"
        return [f"{count:,} {verb} the id of another record: one record of each id is kept"]


MAX_SHOWN_REJECTS = 5
"""Maximum number of rejects shown of each list."""

Row = tuple[str, str]


def preview_lists(
    paths: Sequence[Path],
    *,
    format: str | None = None,
    mapping: Mapping | Sequence[Mapping] | None = None,
    source: str = "",
    encoding: str = "",
    records: int = 3,
) -> str:
    """Return the first `records` of each list as text of several lines, after their rejects.

    Raises the errors of `read_lists`.
    """
    samples, skipped = sample_lists(
        paths,
        format=format,
        mapping=mapping,
        source=source,
        encoding=encoding,
        records=records,
    )
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


def _format_reject(reject: reader_types.Reject) -> str:
    place = f"{reject.file}, line {reject.line}" if reject.line else reject.file
    return f"not taken: {place}: {_shorten(reject.reason)}"


def _shorten(text: str) -> str:
    """Make a text fit a line of a terminal: replace control characters, cut at 160 characters."""
    plain = "".join(char if char.isprintable() else "�" for char in text)
    return plain if len(plain) <= 160 else f"{plain[:157]}…"
