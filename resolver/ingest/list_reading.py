"""One list, read: the reader's items gathered into a batch, the door's rules applied on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.errors import InputError
from resolver.ingest.reader_types import (
    BatchAt,
    BrokenOff,
    Item,
    ListUnit,
    ListVersion,
    Note,
    ReaderRow,
    RecordAt,
    Reject,
)
from resolver.ingest.text.machine_dates import old_births
from resolver.ingest.text.placeholders import without_placeholders
from resolver.ingest.validation import admit
from resolver.ingest.value_limits import without_surplus
from resolver.records import Batch, Record, concat

CHUNK = 8_192
MOST_REJECTS = 100_000
"""So many rejects of one list are kept and listed; of those beyond only their number, lest a hostile file fill the
memory."""

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class ListRead:
    """A list as read: n records that passed the door, the line of each (int32, 0 unknown), what was said about it."""

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


def read_unit(
    row: ReaderRow,
    unit: ListUnit,
    *,
    notes: Sequence[str] = (),
    strict: bool = False,
    accept_restricted: bool = False,
    progress: Progress | None = None,
) -> ListRead:
    """Read one list. `progress` gets the list's label and the records so far. With `strict` the first reject raises."""
    kept: list[BatchAt] = []
    rejects = _Rejects(unit.label)
    said = list(notes)
    version, count, broken = "", 0, False

    def refuse(found: list[Reject]) -> None:
        if strict and found:
            raise refusal(found[0])
        rejects.add(found)

    for item in _chunked(unit.label, row.read(unit)):
        if isinstance(item, BatchAt):
            named, nameless = without_placeholders(item, unit.label)
            refuse(nameless)
            bounded, surplus = without_surplus(named, unit.label)
            refuse(surplus)
            chunk, refused = admit(bounded, unit.label, accept_restricted)
            refuse(refused)
            kept.append(chunk)
            count += len(chunk.batch)
            if progress:
                progress(unit.label, count)
        elif isinstance(item, Reject):
            broken |= isinstance(item, BrokenOff)
            refuse([Reject(item.file, item.line, item.reason)])
        elif isinstance(item, Note):
            said.append(item.text)
        else:
            version = max(version, item.text)
    lines = np.concatenate([np.zeros(0, dtype=np.int32), *(chunk.lines for chunk in kept)])
    batch = concat(chunk.batch for chunk in kept)
    if doubt := old_births(batch):
        said.append(f"{unit.label}: {doubt}")
    return ListRead(
        unit.label,
        row.name,
        row.deduplicated,
        version,
        batch,
        lines.astype(np.int32),
        rejects.listed(),
        tuple(said),
        broken,
        row.complete,
    )


class _Rejects:
    """The rejects of a list, as many as are listed."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._held: list[Reject] = []
        self._more = 0

    def add(self, found: list[Reject]) -> None:
        room = MOST_REJECTS - len(self._held)
        self._held.extend(found[:room])
        self._more += len(found[room:])

    def listed(self) -> tuple[Reject, ...]:
        """Those that are listed, and how many are not."""
        if not self._more:
            return tuple(self._held)
        said = f"{self._more:,} more rows or values were not taken: the first {MOST_REJECTS:,} are listed"
        return (*self._held, Reject(self._label, 0, said))


def refusal(reject: Reject) -> InputError:
    """The error that a reject is where none is allowed."""
    place = f"{reject.file}, line {reject.line}" if reject.line else reject.file
    return InputError(reject.reason, where=place)


def _chunked(label: str, items: Iterator[Item]) -> Iterator[BatchAt | Reject | ListVersion | Note]:
    """The items with single records gathered into batches, everything else as it comes."""
    held: list[Record] = []
    lines: list[int] = []
    for item in items:
        if isinstance(item, RecordAt):
            held.append(item.record)
            lines.append(item.line)
        elif isinstance(item, Record):
            held.append(item)
            lines.append(0)
        elif isinstance(item, Batch):
            yield BatchAt(item, np.zeros(len(item), dtype=np.int32))
        else:
            yield item
        if len(held) >= CHUNK:
            yield from _batched(label, held, lines)
            held, lines = [], []
    if held:
        yield from _batched(label, held, lines)


def _batched(label: str, records: list[Record], lines: list[int]) -> Iterator[BatchAt | Reject]:
    """The batch of some records; those with text that is no Unicode (lone surrogates) become rejects."""
    try:
        yield BatchAt(Batch.from_records(records), np.array(lines, dtype=np.int32))
    except UnicodeEncodeError:
        for record, line in zip(records, lines, strict=True):
            try:
                yield BatchAt(Batch.from_records([record]), np.array([line], dtype=np.int32))
            except UnicodeEncodeError:
                yield Reject(
                    label, line, "the row holds text that is no Unicode; convert the file to UTF-8"
                )
