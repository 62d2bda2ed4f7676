"""Reading one list: gathers a reader's items into one batch, and validates its records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.errors import InputError
from resolver.lists import reader_types
from resolver.lists.io.source_files import check_stopped
from resolver.lists.text.list_dates import OldBirths, describe_old_births, find_old_births
from resolver.lists.text.placeholders import remove_placeholders
from resolver.lists.validation import limit_values, validate_records
from resolver.records import Batch, Record, concat

CHUNK_ROWS = 8_192
MAX_REJECTS = 100_000
"""Maximum number of rejects of one list that are kept; later ones are only counted, so that a
hostile file cannot fill the memory.
"""
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class ListFacts:
    """Facts about a list that was read, besides its `records`; `sources` are sorted.

    `broken`, `complete` and `unread` are as in `ListInfo`.
    """

    label: str
    format: str
    deduplicated: bool
    version: str
    records: int
    sources: tuple[str, ...]
    rejects: tuple[reader_types.Reject, ...]
    notes: tuple[str, ...]
    broken: bool = False
    complete: bool = False
    unread: tuple[str, ...] = ()

    @property
    def gap(self) -> str:
        """Return why the list may lack records that its source has."""
        return reader_types.describe_gap(self.unread, broken=self.broken)


@dataclass(frozen=True, slots=True)
class ListContents:
    """List that was read: n valid records, the line of each (int32, 0: unknown), its rejects and
    notes.
    """

    label: str
    format: str
    deduplicated: bool
    version: str
    batch: Batch
    lines: npt.NDArray[np.int32]
    rejects: tuple[reader_types.Reject, ...]
    notes: tuple[str, ...]
    broken: bool = False
    complete: bool = False
    unread: tuple[str, ...] = ()

    @property
    def facts(self) -> ListFacts:
        """Return the facts about the list besides its records."""
        return ListFacts(
            self.label,
            self.format,
            self.deduplicated,
            self.version,
            len(self.batch),
            source_names(self.batch),
            self.rejects,
            self.notes,
            self.broken,
            self.complete,
            self.unread,
        )


class RejectList:
    """Rejects of a list, up to `MAX_REJECTS`; later rejects are only counted.

    `rows`: number of the rejects of whole rows. `unread`: ids of records whose rows were rejected,
    as in `ListInfo`.
    """

    def __init__(self, label: str, *, strict: bool) -> None:
        self._label = label
        self._strict = strict
        self._listed: list[reader_types.Reject] = []
        self._overflow = 0
        self.rows = 0
        self.unread: set[str] = set()

    def add(self, rejects: list[reader_types.Reject]) -> None:
        """Add rejects. Raises the first as an `InputError` if reading is strict."""
        if self._strict and rejects:
            raise reject_error(rejects[0])
        capacity = MAX_REJECTS - len(self._listed)
        self._listed.extend(rejects[:capacity])
        self._overflow += len(rejects[capacity:])
        self.rows += sum(reject.is_row for reject in rejects)
        if capacity > 0:
            self.unread.update(reject.lasting_id for reject in rejects if reject.is_row)
        elif any(reject.is_row for reject in rejects):
            self.unread.add("")

    def listed(self) -> tuple[reader_types.Reject, ...]:
        """Return the kept rejects, and one more reject that counts the rest."""
        if not self._overflow:
            return tuple(self._listed)
        reason = (
            f"{self._overflow:,} more rows or values were not taken: "
            f"the first {MAX_REJECTS:,} are listed"
        )
        return (*self._listed, reader_types.Reject(self._label, 0, reason))


@dataclass(frozen=True, slots=True)
class RawList:
    """List, or a share of it, that was read: its valid records, their lines, and all other
    items.
    """

    batch: Batch
    lines: npt.NDArray[np.int32]
    rejects: tuple[reader_types.Reject, ...]
    notes: tuple[str, ...]
    version: str
    broken: bool
    unread: tuple[str, ...]

    @property
    def facts(self) -> ShareFacts:
        """Return what is known about the share, except its records."""
        return ShareFacts(
            len(self.batch),
            source_names(self.batch),
            self.rejects,
            self.notes,
            self.version,
            self.broken,
            find_old_births(self.batch),
            self.unread,
        )


class ShareFacts(NamedTuple):
    """Facts about a list, or a share of it, besides its records."""

    records: int
    sources: tuple[str, ...]
    rejects: tuple[reader_types.Reject, ...]
    notes: tuple[str, ...]
    version: str
    broken: bool
    births: OldBirths
    unread: tuple[str, ...]


def source_names(batch: Batch) -> tuple[str, ...]:
    """Return the sources of the records of a batch, sorted."""
    codes = pa.array(np.unique(batch.sources.codes))
    return tuple(sorted(batch.sources.values.take(codes).to_pylist()))


def read_unit(
    row: reader_types.ReaderRow,
    unit: reader_types.ListUnit,
    *,
    notes: Sequence[str] = (),
    strict: bool = False,
    accept_restricted: bool = False,
    progress: Progress | None = None,
) -> ListContents:
    """Read one list. `progress` gets the list's label and the number of records so far.

    Raises `InputError` for the first reject if `strict`, and if nothing of the list can be read.
    """
    raw = read_share(
        row, unit, strict=strict, accept_restricted=accept_restricted, progress=progress
    )
    return complete_list(row, unit, [raw], notes)


def read_share(
    row: reader_types.ReaderRow,
    unit: reader_types.ListUnit,
    *,
    strict: bool = False,
    accept_restricted: bool = False,
    progress: Progress | None = None,
) -> RawList:
    """Read the share `unit.share` of a list. Progress and errors are as in `read_unit`."""
    chunks: list[reader_types.LocatedBatch] = []
    rejects = RejectList(unit.label, strict=strict)
    messages: list[str] = []
    version, count, broken = "", 0, False
    for item in _gather_batches(unit.label, _stop_at_bad_rows(unit.label, row.read(unit))):
        if isinstance(item, reader_types.LocatedBatch):
            chunk = clean_batch(item, rejects, unit.label, accept_restricted)
            chunks.append(chunk)
            count += len(chunk.batch)
            if progress:
                progress(unit.label, count)
            # between two batches no reader holds records back
            rows = reader_types.RowCounts(count, rejects.rows)
            if rows.is_hopeless:
                broken = True
                line = int(item.lines[-1]) if len(item.lines) else 0
                rejects.add(
                    [
                        reader_types.Reject(
                            unit.label, line, rows.truncation(unit.label, line).reason
                        )
                    ]
                )
                break
        elif isinstance(item, reader_types.Reject):
            broken |= isinstance(item, reader_types.Truncation)
            rejects.add(
                [
                    reader_types.Reject(
                        item.file, item.line, item.reason, item.record_id, item.is_row
                    )
                ]
            )
        elif isinstance(item, reader_types.Note):
            messages.append(item.text)
        else:
            version = max(version, item.text)
    if unit.share.holds(0):
        messages.extend(unit.encoding_notes())
    lines = np.concatenate([np.zeros(0, dtype=np.int32), *(chunk.lines for chunk in chunks)])
    batch = concat(chunk.batch for chunk in chunks)
    return RawList(
        batch,
        lines.astype(np.int32),
        rejects.listed(),
        tuple(messages),
        version,
        broken,
        tuple(sorted(rejects.unread)),
    )


def complete_list(
    row: reader_types.ReaderRow,
    unit: reader_types.ListUnit,
    shares: Sequence[RawList],
    notes: Sequence[str],
    workers: int = 1,
) -> ListContents:
    """Return the list that is made of the shares; `notes` are known before it is read.

    `workers`: number of threads.
    """
    facts = complete_facts(row, unit, [share.facts for share in shares], notes)
    return ListContents(
        facts.label,
        facts.format,
        facts.deduplicated,
        facts.version,
        concat((share.batch for share in shares), workers),
        np.concatenate([share.lines for share in shares]),
        facts.rejects,
        facts.notes,
        facts.broken,
        facts.complete,
        facts.unread,
    )


def complete_facts(
    row: reader_types.ReaderRow,
    unit: reader_types.ListUnit,
    shares: Sequence[ShareFacts],
    notes: Sequence[str],
) -> ListFacts:
    """Return the facts about the list that is made of the shares (see `complete_list`)."""
    rejects = tuple(reject for share in shares for reject in share.rejects)
    messages = [*notes, *(note for share in shares for note in share.notes)]
    records = sum(share.records for share in shares)
    if not records and not rejects:
        messages.append(f"{unit.label}: no record of the format {row.name} was found in it")
    if doubt := describe_old_births(share.births for share in shares):
        messages.append(f"{unit.label}: {doubt}")
    return ListFacts(
        unit.label,
        row.name,
        row.deduplicated,
        max(share.version for share in shares),
        records,
        tuple(sorted({source for share in shares for source in share.sources})),
        rejects,
        tuple(messages),
        any(share.broken for share in shares),
        row.complete,
        tuple(sorted(set[str]().union(*(share.unread for share in shares)))),
    )


def clean_batch(
    batch: reader_types.LocatedBatch,
    rejects: RejectList,
    label: str,
    accept_restricted: bool = False,
) -> reader_types.LocatedBatch:
    """Return the valid part of a batch: placeholders, surplus values and faulty records are
    removed.
    """
    for clean in (remove_placeholders, limit_values):
        batch, refused = clean(batch, label)
        rejects.add(refused)
    batch, refused = validate_records(batch, label, accept_restricted)
    rejects.add(refused)
    return batch


def reject_error(reject: reader_types.Reject) -> InputError:
    """Return the error for a reject, for lists in which no reject is allowed."""
    place = f"{reject.file}, line {reject.line}" if reject.line else reject.file
    return InputError(reject.reason, place=place)


def _stop_at_bad_rows(
    label: str, items: Iterator[reader_types.Item]
) -> Iterator[reader_types.Item]:
    """Yield the items of a list of single records, and stop if most of very many rows cannot be
    read. A table counts its rows itself, so its items are yielded to the end.
    """
    counts, is_table = reader_types.RowCounts(), False
    for item in items:
        check_stopped()
        yield item
        if isinstance(item, reader_types.LocatedRecord | Record):
            counts.good += 1
        elif isinstance(item, reader_types.Reject) and item.is_row:
            counts.bad += 1
            if counts.is_hopeless and not is_table:
                yield counts.truncation(label, item.line)
                return
        elif isinstance(item, Batch | reader_types.LocatedBatch):
            is_table = True


def _gather_batches(
    label: str, items: Iterator[reader_types.Item]
) -> Iterator[
    reader_types.LocatedBatch | reader_types.Reject | reader_types.ListVersion | reader_types.Note
]:
    """Yield the items with single records gathered into batches, and other items as they come."""
    records: list[Record] = []
    lines: list[int] = []
    for item in items:
        if isinstance(item, reader_types.LocatedRecord | Record):
            located = (
                item
                if isinstance(item, reader_types.LocatedRecord)
                else reader_types.LocatedRecord(item, 0)
            )
            records.append(located.record)
            lines.append(located.line)
        elif isinstance(item, Batch):
            yield reader_types.LocatedBatch(item, np.zeros(len(item), dtype=np.int32))
        else:
            yield item
        if len(records) >= CHUNK_ROWS:
            yield from build_batch(label, records, lines)
            records, lines = [], []
    if records:
        yield from build_batch(label, records, lines)


def build_batch(
    label: str, records: list[Record], lines: list[int]
) -> Iterator[reader_types.LocatedBatch | reader_types.Reject]:
    """Yield the batch of some records, with a reject for each record with lone surrogates."""
    try:
        yield reader_types.LocatedBatch(
            Batch.from_records(records), np.array(lines, dtype=np.int32)
        )
    except UnicodeEncodeError:
        for record, line in zip(records, lines, strict=True):
            try:
                yield reader_types.LocatedBatch(
                    Batch.from_records([record]), np.array([line], dtype=np.int32)
                )
            except UnicodeEncodeError:
                reason = "the row holds invalid Unicode text; convert the file to UTF-8"
                record_id = record.id.encode(errors="replace").decode()
                yield reader_types.Reject.of_row(label, line, reason, record_id)
