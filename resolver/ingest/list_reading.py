"""Reading one list: gathers a reader's items into one batch and validates its records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from resolver.errors import InputError
from resolver.ingest.discovery import PlannedList
from resolver.ingest.reader_types import (
    Item,
    ListUnit,
    ListVersion,
    LocatedBatch,
    LocatedRecord,
    Note,
    ReaderRow,
    Reject,
    Truncation,
)
from resolver.ingest.text.machine_dates import describe_old_births
from resolver.ingest.text.placeholders import remove_placeholders
from resolver.ingest.validation import validate_records
from resolver.ingest.value_limits import limit_values
from resolver.kernels.processes import map_ranges
from resolver.records import Batch, Record, concat

CHUNK_ROWS = 8_192
MAX_REJECTS = 100_000
"""Rejects of one list that are kept; later ones are only counted, so that a hostile file cannot
fill the memory.
"""
MIN_PARALLEL_BYTES = 2 << 20
"""Size of all files from which lists are read in several processes."""

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """Rules that all lists of a run are read by.

    `accept_restricted` admits handling codes above H0. `complete` states that the lists hold all
    records of their sources. Lists are read in up to `workers` processes; this does not change the
    result.
    """

    accept_restricted: bool = False
    complete: bool = False
    workers: int = 1


DEFAULT_RULES = ReadingRules()


@dataclass(frozen=True, slots=True)
class ListContents:
    """List as read: n valid records, the line of each (int32, 0 unknown), its rejects and notes."""

    label: str
    format: str
    deduplicated: bool
    version: str
    batch: Batch
    lines: npt.NDArray[np.int32]
    rejects: tuple[Reject, ...]
    notes: tuple[str, ...]
    broken: bool = False
    complete: bool = False


class RejectList:
    """Rejects of a list, up to `MAX_REJECTS`; later ones are counted."""

    def __init__(self, label: str, *, strict: bool) -> None:
        self._label = label
        self._strict = strict
        self._listed: list[Reject] = []
        self._overflow = 0

    def add(self, rejects: list[Reject]) -> None:
        """Add rejects. Raises the first as an `InputError` if reading is strict."""
        if self._strict and rejects:
            raise reject_error(rejects[0])
        capacity = MAX_REJECTS - len(self._listed)
        self._listed.extend(rejects[:capacity])
        self._overflow += len(rejects[capacity:])

    def listed(self) -> tuple[Reject, ...]:
        """Return the kept rejects, and one more that counts the others."""
        if not self._overflow:
            return tuple(self._listed)
        reason = (
            f"{self._overflow:,} more rows or values were not taken: "
            f"the first {MAX_REJECTS:,} are listed"
        )
        return (*self._listed, Reject(self._label, 0, reason))


def read_planned(
    planned: Sequence[PlannedList],
    rules: ReadingRules = DEFAULT_RULES,
    *,
    strict: bool = False,
    progress: Progress | None = None,
) -> list[ListContents]:
    """Read lists, in their order, on several cores where they are large.

    `progress` as in `read_unit`; a list that another process reads is reported once it is read.
    Raises the error of the first list, in their order, that raises one.
    """
    sizes = [_size(item) for item in planned]
    workers = rules.workers if sum(sizes) >= MIN_PARALLEL_BYTES else 1
    shares = _share_out(sizes, workers)
    results: dict[int, ListContents | InputError] = {}

    def read_shares(start: int, stop: int) -> dict[int, ListContents | InputError]:
        """Read the lists of some shares up to the first fault of each."""
        own: dict[int, ListContents | InputError] = {}
        for share in shares[start:stop]:
            for place in share:
                try:
                    own[place] = _read_planned_list(planned[place], rules, strict, progress)
                except InputError as error:
                    own[place] = error
                    break
        return own

    parts = map_ranges(read_shares, len(shares), workers, 1)
    for part in parts:
        results |= part
    reads = []
    for place, result in sorted(results.items()):
        if isinstance(result, InputError):
            raise result
        if progress and place not in parts[0]:
            progress(result.label, len(result.batch))
        reads.append(result)
    return reads


def _read_planned_list(
    item: PlannedList, rules: ReadingRules, strict: bool, progress: Progress | None
) -> ListContents:
    contents = read_unit(
        item.row,
        item.unit,
        notes=item.notes,
        strict=strict,
        accept_restricted=rules.accept_restricted,
        progress=progress,
    )
    return replace(contents, complete=True) if rules.complete else contents


def _size(item: PlannedList) -> int:
    """Return the bytes of the files of a list; of a member of an archive, those of the archive."""
    paths = {
        file.path if file.worksheet is None else file.worksheet.path for file in item.unit.files
    }
    return sum(map(_file_size, paths))


def _file_size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        # reading it says what is wrong
        return 0


def _share_out(sizes: Sequence[int], workers: int) -> list[list[int]]:
    """Return the places of items in `workers` shares of about the same size, each ascending."""
    shares: list[list[int]] = [[] for _ in range(max(workers, 1))]
    totals = [0] * len(shares)
    for place in sorted(range(len(sizes)), key=lambda place: (-sizes[place], place)):
        smallest = totals.index(min(totals))
        shares[smallest].append(place)
        totals[smallest] += sizes[place]
    return [sorted(share) for share in shares if share]


def read_unit(
    row: ReaderRow,
    unit: ListUnit,
    *,
    notes: Sequence[str] = (),
    strict: bool = False,
    accept_restricted: bool = False,
    progress: Progress | None = None,
) -> ListContents:
    """Read one list. `progress` gets the list's label and the number of records so far.

    Raises `InputError` for the first reject if `strict`, and where nothing of the list can be read.
    """
    chunks: list[LocatedBatch] = []
    rejects = RejectList(unit.label, strict=strict)
    messages = list(notes)
    version, count, broken = "", 0, False
    for item in _gather_batches(unit.label, row.read(unit)):
        if isinstance(item, LocatedBatch):
            chunk = clean_batch(item, rejects, unit.label, accept_restricted)
            chunks.append(chunk)
            count += len(chunk.batch)
            if progress:
                progress(unit.label, count)
        elif isinstance(item, Reject):
            broken |= isinstance(item, Truncation)
            rejects.add([Reject(item.file, item.line, item.reason, item.record_id)])
        elif isinstance(item, Note):
            messages.append(item.text)
        else:
            version = max(version, item.text)
    lines = np.concatenate([np.zeros(0, dtype=np.int32), *(chunk.lines for chunk in chunks)])
    batch = concat(chunk.batch for chunk in chunks)
    if not len(batch) and not rejects.listed():
        messages.append(f"{unit.label}: no record of the format {row.name} was found in it")
    if doubt := describe_old_births(batch):
        messages.append(f"{unit.label}: {doubt}")
    return ListContents(
        unit.label,
        row.name,
        row.deduplicated,
        version,
        batch,
        lines.astype(np.int32),
        rejects.listed(),
        tuple(messages),
        broken,
        row.complete,
    )


def clean_batch(
    batch: LocatedBatch, rejects: RejectList, label: str, accept_restricted: bool = False
) -> LocatedBatch:
    """Return the valid part of a batch: placeholders, surplus values and faulty records removed."""
    for clean in (remove_placeholders, limit_values):
        batch, refused = clean(batch, label)
        rejects.add(refused)
    batch, refused = validate_records(batch, label, accept_restricted)
    rejects.add(refused)
    return batch


def reject_error(reject: Reject) -> InputError:
    """Return the error for a reject where none is allowed."""
    place = f"{reject.file}, line {reject.line}" if reject.line else reject.file
    return InputError(reject.reason, place=place)


def _gather_batches(
    label: str, items: Iterator[Item]
) -> Iterator[LocatedBatch | Reject | ListVersion | Note]:
    """Yield the items with single records gathered into batches, and other items as they come."""
    records: list[Record] = []
    lines: list[int] = []
    for item in items:
        if isinstance(item, LocatedRecord | Record):
            located = item if isinstance(item, LocatedRecord) else LocatedRecord(item, 0)
            records.append(located.record)
            lines.append(located.line)
        elif isinstance(item, Batch):
            yield LocatedBatch(item, np.zeros(len(item), dtype=np.int32))
        else:
            yield item
        if len(records) >= CHUNK_ROWS:
            yield from build_batch(label, records, lines)
            records, lines = [], []
    if records:
        yield from build_batch(label, records, lines)


def build_batch(
    label: str, records: list[Record], lines: list[int]
) -> Iterator[LocatedBatch | Reject]:
    """Yield the batch of some records, with a reject for each one with lone surrogates."""
    try:
        yield LocatedBatch(Batch.from_records(records), np.array(lines, dtype=np.int32))
    except UnicodeEncodeError:
        for record, line in zip(records, lines, strict=True):
            try:
                yield LocatedBatch(Batch.from_records([record]), np.array([line], dtype=np.int32))
            except UnicodeEncodeError:
                yield Reject(
                    label, line, "the row holds invalid Unicode text; convert the file to UTF-8"
                )
