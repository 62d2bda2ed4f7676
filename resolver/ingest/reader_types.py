"""What a reader is: one row of the table `resolver.ingest.readers.READERS`, one file in this folder.

A reader turns the files of one list into a stream of items: `Record` (or `Batch`, where a columnar file is read
columnar; `RecordAt` and `BatchAt` where lines are known), `Reject` for a row that cannot become a record, `Note` for
what the user should know, and at most one `ListVersion`. It never holds a whole file in memory and never raises for a
bad row; it raises `InputError` where nothing of the file can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from resolver.ingest.io.source_files import SourceFile
from resolver.records import Batch, Record


@dataclass(frozen=True, slots=True, order=True)
class Reject:
    """A row, or a value of one, that was not taken: where and why. `line` is 1-based; 0 where there is none."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class BrokenOff(Reject):
    """Where a list breaks off: what stood behind is lost, so nothing it does not hold has been withdrawn."""


@dataclass(frozen=True, slots=True)
class ListVersion:
    """When the list was made, as the list itself says; sorts as text (ISO 8601)."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a list that its user should know, though no row is wrong: an assumption, a missing file."""

    text: str


@dataclass(frozen=True, slots=True)
class RecordAt:
    """A record with the line (1-based) it stands on, so that messages about it can name it."""

    record: Record
    line: int


@dataclass(frozen=True, slots=True)
class BatchAt:
    """A batch with the line (1-based, 0 unknown) of each of its records."""

    batch: Batch
    lines: npt.NDArray[np.int32]


Item = Record | RecordAt | Batch | BatchAt | Reject | ListVersion | Note


@dataclass(frozen=True, slots=True)
class ListUnit:
    """The files that together are one list, the principal one first."""

    files: tuple[SourceFile, ...]

    @property
    def label(self) -> str:
        """How messages name the list: its principal file."""
        return self.files[0].label


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """A list format. `detect` looks at the first bytes of a file; `read` streams the items of a list.

    `companions`: stems of the files that belong to one list, principal first (`sdn`, `alt`, `add`). `deduplicated`: the
    list declares that no two of its entries are the same person or group; `complete`: that it holds all of its source.
    """

    name: str
    help: str
    detect: Callable[[bytes, SourceFile], bool]
    read: Callable[[ListUnit], Iterator[Item]]
    companions: tuple[tuple[str, ...], ...] = ()
    deduplicated: bool = False
    complete: bool = False


@dataclass(frozen=True, slots=True)
class ListInfo:
    """A list that was read: for the report, and for what shares a list without duplicates. `broken`: it breaks off;
    `complete`: it is said to hold all of its sources, so that what it does not hold is withdrawn."""

    label: str
    format: str
    sources: tuple[str, ...]
    version: str
    records: int
    rejects: int
    deduplicated: bool
    broken: bool = False
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    """All that was read in one run: one canonical batch, the lists, the rejects, and what changed between versions."""

    batch: Batch
    lists: tuple[ListInfo, ...]
    rejects: tuple[Reject, ...]
    withdrawn: tuple[str, ...] = ()
    collapsed: int = 0
    warnings: tuple[str, ...] = field(default=())

    @property
    def deduplicated_sources(self) -> frozenset[str]:
        """Sources whose entries are declared to be all different."""
        declared = {source for info in self.lists if info.deduplicated for source in info.sources}
        undeclared = {
            source for info in self.lists if not info.deduplicated for source in info.sources
        }
        return frozenset(declared - undeclared)
