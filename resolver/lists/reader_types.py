"""Reader interface: the items a reader yields, and the row that describes a format.

A reader turns the files of one list into a stream of items. These are `Record` (or `Batch`, if a
columnar file is read by column; `LocatedRecord` and `LocatedBatch` if lines are known), `Reject`
for a row that cannot become a record, `Note` for information to the user, and at most one
`ListVersion`. It never holds a whole file in memory and never raises for a bad row. It raises
`InputError` if nothing of the file can be read.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from resolver.lists.io.code_pages import describe_code_page
from resolver.lists.io.source_files import SourceFile
from resolver.records import Batch, Record, is_content_id

# Controls, invisible characters and direction marks; with these, different ids could look the same.
HIDDEN = "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
HIDDEN_PATTERN = re.compile(HIDDEN)
_SKIPPED = "skipped: "
_SHOWN_ID = 500
"""Number of characters of an id that a reason shows."""


MAX_BAD_ROWS = 50_000
"""Reading stops after this number of rows that cannot be read, if they are more than the records of
the list. Such a file is no list, and each of its rows takes longer than a good one.
"""


@dataclass(slots=True)
class RowCounts:
    """Number of the rows of a list that could be read so far, and number of those that could
    not.
    """

    good: int = 0
    bad: int = 0

    @property
    def is_hopeless(self) -> bool:
        """Return whether most of very many rows cannot be read."""
        return self.bad > max(MAX_BAD_ROWS, self.good)

    def truncation(self, label: str, line: int) -> Truncation:
        """Return the reject that says why the rest of a list is not read."""
        reason = (
            f"the rest is not read: {self.bad:,} rows up to here cannot be read,"
            f" and only {self.good:,} can"
        )
        return Truncation(label, line, reason)


@dataclass(frozen=True, slots=True, order=True)
class Reject:
    """Row, or value of a row, that was not read. `line` is 1-based; 0 if unknown.

    `record_id`: id of the record that it concerns; empty if unknown. `is_row`: a whole row was not
    read, so the list has a record that is missing from the records read.
    """

    file: str
    line: int
    reason: str
    record_id: str = ""
    is_row: bool = field(default=False, compare=False)

    @classmethod
    def of_record(
        cls, file: str, line: int, record_id: str, fault: str, *, is_row: bool = False
    ) -> Self:
        """Return the reject of one value of a record, or of the whole record with `is_row`."""
        return cls(file, line, f"{_subject(record_id)}{fault}", record_id, is_row)

    @classmethod
    def of_row(cls, file: str, line: int, reason: str, record_id: str = "") -> Self:
        """Return the reject of a whole row, with the id of its record if that can be read."""
        return cls(file, line, reason, record_id, is_row=True)

    @classmethod
    def of_file(cls, file: str, fault: str) -> Self:
        """Return the reject of a file that is not read at all."""
        return cls(file, 0, f"{_SKIPPED}{fault}")

    @property
    def is_file(self) -> bool:
        """Return whether a whole file was not read."""
        return not self.line and self.reason.startswith(_SKIPPED)

    @property
    def lasting_id(self) -> str:
        """Return the id that the record has in every list; empty if it is unknown, or if it is made
        from the content of the row.
        """
        return "" if is_content_id(self.record_id) else self.record_id

    @property
    def fault(self) -> str:
        """Return the reason without the record that it names."""
        return self.reason.removeprefix(_subject(self.record_id)) if self.record_id else self.reason


def _subject(record_id: str) -> str:
    """Return the beginning of a reason. Invisible characters of the id are shown as code points,
    and a very long id is cut.
    """
    short = record_id if len(record_id) <= _SHOWN_ID else f"{record_id[:_SHOWN_ID]}…"
    shown = HIDDEN_PATTERN.sub(lambda match: f"\\u{ord(match[0]):04x}", short)
    return f"record {shown}: "


@dataclass(frozen=True, slots=True)
class Truncation(Reject):
    """Place where a list breaks off.

    All rows after this place are lost, so records that are missing from such a list do not count as
    withdrawn.
    """


@dataclass(frozen=True, slots=True)
class ListVersion:
    """Time at which the list was made, as the list states it; the text sorts by time (ISO 8601)."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Information about a list that is no fault of a row, such as an assumption."""

    text: str


@dataclass(frozen=True, slots=True)
class LocatedRecord:
    """Record with its line in the file (1-based), for messages."""

    record: Record
    line: int


@dataclass(frozen=True, slots=True)
class LocatedBatch:
    """Batch with the line (1-based, 0 unknown) of each of its records."""

    batch: Batch
    lines: npt.NDArray[np.int32]


Item = Record | LocatedRecord | Batch | LocatedBatch | Reject | ListVersion | Note


@dataclass(frozen=True, slots=True)
class Share:
    """Share of the chunks of a table: every `count`-th chunk, from chunk `number` on."""

    number: int = 0
    count: int = 1

    def holds(self, chunk: int) -> bool:
        """Return whether a chunk (from 0) belongs to the share."""
        return chunk % self.count == self.number

    def marks(self) -> Iterator[bool]:
        """Yield for each chunk, without end, whether it belongs to the share."""
        return map(self.holds, itertools.count())


WHOLE = Share()


@dataclass(frozen=True, slots=True)
class ListUnit:
    """Files that together are one list, the principal file first.

    `date_rows`: least number of rows of a table whose dates decide how doubtful dates are read (0:
    all rows). `share`: the share of the list that is read; it is `WHOLE` unless the reader has
    shares.
    """

    files: tuple[SourceFile, ...]
    date_rows: int = 0
    share: Share = WHOLE

    @property
    def label(self) -> str:
        """Return the name of the list in messages: the label of its principal file."""
        return self.files[0].label

    def encoding_notes(self) -> list[str]:
        """Return what to say of the code pages in which the files were read so far."""
        return [
            f"{file.label}: text that is not UTF-8 was read as {describe_code_page(page)}; if names"
            " look wrong, state the `encoding`"
            for file in self.files
            for page in sorted(file.code_pages)
        ]


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """List format. `detect` examines the first bytes of a file; `read` yields the items of a list.

    `companions`: stems of the files that belong to one list, principal first (`sdn`, `alt`, `add`).
    `deduplicated`: the list states that no two of its entries are the same person or group.
    `complete`: the list holds all records of its source. `has_shares` tells whether `read`
    can read a share of a list, without reading all of it.
    """

    name: str
    help: str
    detect: Callable[[bytes, SourceFile], bool]
    read: Callable[[ListUnit], Iterator[Item]]
    companions: tuple[tuple[str, ...], ...] = ()
    deduplicated: bool = False
    complete: bool = False
    has_shares: Callable[[ListUnit], bool] = lambda _unit: False


@dataclass(frozen=True, slots=True)
class ListInfo:
    """Summary of a list that was read, for reports and for deduplicated sources.

    `broken`: the list breaks off. `complete`: it holds all records of its sources, so that records
    missing from it are withdrawn. `unread`: ids of records whose rows were not read, sorted; an
    empty id stands for a row with an unknown id.
    """

    label: str
    format: str
    sources: tuple[str, ...]
    version: str
    records: int
    rejects: int
    deduplicated: bool
    broken: bool = False
    complete: bool = False
    unread: tuple[str, ...] = ()

    @property
    def gap(self) -> str:
        """Return why the list may lack records that its source has."""
        return describe_gap(self.unread, broken=self.broken)


def describe_gap(unread: Collection[str], *, broken: bool) -> str:
    """Return why a list may lack records that its source has; empty if it does not.

    `unread`: see `ListInfo`; records whose ids are known are no gap.
    """
    if broken:
        return "the list breaks off"
    return "the list has rows without a readable id" if "" in unread else ""


@dataclass(frozen=True, slots=True)
class Intake:
    """Result of one run of reading.

    Holds one canonical batch, the lists, the rejects, and the differences between versions.
    `retained`: by id, the version of each record that does not come from the newest list of its
    source. `places`: by id, the position of the first row of each record among all rows; only for a
    list whose rows are read `apart`.
    """

    batch: Batch
    lists: tuple[ListInfo, ...]
    rejects: tuple[Reject, ...]
    withdrawn: tuple[str, ...] = ()
    collapsed: int = 0
    warnings: tuple[str, ...] = field(default=())
    retained: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)

    @property
    def deduplicated_sources(self) -> frozenset[str]:
        """Return the sources whose lists all state that no two of their entries are the same."""
        deduplicated = {
            source for info in self.lists if info.deduplicated for source in info.sources
        }
        others = {source for info in self.lists if not info.deduplicated for source in info.sources}
        return frozenset(deduplicated - others)
