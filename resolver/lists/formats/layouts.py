"""Common functions for lists in the layout of their publisher: how each element is used.

`list_elements.tsv` states for each element of a layout whether it is read into properties, kept as
a note, or ignored, and why. A reader adds an element that the table does not know as a note, so
nothing that a publisher adds later is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from resolver.data import load_rows
from resolver.errors import DateError, pluralize
from resolver.lists.io.csv_rows import read_csv_rows
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import Item, LocatedRecord, Reject
from resolver.lists.text.crimes import stated_activities
from resolver.lists.text.list_dates import canonical_date, read_dates
from resolver.lists.text.record_draft import RecordDraft
from resolver.records import Identifier
from resolver.values.dates import is_canonical_day

PROPERTY, NOTE, IGNORED = "property", "note", "ignored"
"""What an element becomes: a property, a note, or nothing."""
Cells = Mapping[str, str]
MAX_PREAMBLE = 5
"""Maximum number of rows above the header of a table, in which a title or the date of the list may
stand.
"""
_NO_VALUE = frozenset(("", "-", "n/a", "unknown", "none", "null", "00"))
_LONGEST_NO_VALUE = 8
_OPEN_DATE = re.compile(r"(?:before|after|until|since|prior to)\b|\D*$", re.I)
_UN_REFERENCE = re.compile(r"[A-Z]{2}[ie]\.\d{3}")


@dataclass(frozen=True, slots=True)
class ElementUse:
    """Use of an element: `use`, and the properties, the label or the reason."""

    use: str
    target: str


@cache
def _load_layouts() -> Mapping[str, Mapping[str, ElementUse]]:
    layouts: dict[str, dict[str, ElementUse]] = {}
    for name, element, use, target in load_rows("list_elements"):
        layouts.setdefault(name, {})[element] = ElementUse(use, target)
    return layouts


def load_layout(name: str) -> Mapping[str, ElementUse]:
    """Return the use of each element of a format. Raises `ValueError` for an unknown format."""
    if name not in _load_layouts():
        raise ValueError(f"list_elements.tsv has no elements of {name!r}")
    return _load_layouts()[name]


class Entry(RecordDraft):
    """Draft of an entry of a published list, with its place, faults and stated reasons."""

    __slots__ = ("faults", "label", "line", "programs", "reasons")

    def __init__(self, source: str, native_id: str, schema: str, label: str, line: int) -> None:
        super().__init__(source, native_id, schema)
        self.label, self.line = label, line
        self.faults: list[str] = []
        self.programs: list[str] = []
        self.reasons: list[str] = []

    def add_program(self, text: str, origin: str) -> None:
        """Add a program of sanctions; it may say which crimes the entry is about."""
        self.add_value("program", text, origin)
        self.programs.append(text)

    def add_reason(self, text: str, origin: str) -> None:
        """Keep a stated reason as a note; its words may say which crimes the entry is about."""
        self.add_note(text, origin)
        self.reasons.append(text)

    def add_reference(self, prop: str, text: str, kind: str, origin: str) -> None:
        """Add the number under which an authority lists the entry.

        A reference number of the UN is the same in every list that states it. A number of digits
        alone could be of any authority, so it is kept and shown as `recordId`, but not compared.
        """
        text = " ".join(text.split())
        if text.isdecimal():
            self.add_value("recordId", text, origin)
        elif text:
            prop = "unscId" if _UN_REFERENCE.fullmatch(text) else prop
            self.add_fact(Identifier(prop, text, type=kind, origin=origin))

    def add_date(self, prop: str, text: str, origin: str) -> None:
        """Add the dates of a text; text that is no date is kept as a note.

        A fault is added if no date can be read, except for an open date such as `before 1964`.
        """
        text = text.strip()
        if is_canonical_day(text):
            self.add_value(prop, text, origin)
            return
        text = text.partition("T")[0] if is_canonical_day(text[:10]) else text
        if text.lower() in _NO_VALUE:
            return
        dates, unread = read_dates(text)
        for date in dates:
            self.add_value(prop, date, origin)
        if unread:
            self.add_note(f"{prop}: {text}", origin)
            if not dates and not _OPEN_DATE.match(text):
                self.faults.append(f"value not taken: {prop} {text[:60]!r}")

    def add_parts_date(
        self, prop: str, written: Iterable[str], origin: str, *, circa: bool = False
    ) -> None:
        """Add a date that is given as year, month and day; a part of 0 is unknown."""
        parts = [part.strip().lstrip("0") for part in written]
        known = parts[: parts.index("")] if "" in parts else parts
        if known:
            text = "-".join(part.zfill(4 if index == 0 else 2) for index, part in enumerate(known))
            self.add_date(prop, f"circa {text}" if circa else text, origin)

    def items(self) -> Iterator[Item]:
        """Yield the record and a reject for each fault."""
        activities = {*self.activities, *stated_activities(self.programs, self.reasons)}
        self.activities = tuple(sorted(activities))
        yield LocatedRecord(self.build_record(), self.line)
        for fault in self.faults:
            yield Reject.of_record(self.label, self.line, self.id, fault)


def clean(text: str | None) -> str:
    """Return a text with white space normalized; empty for a word that stands for a missing
    value.
    """
    if not text:
        return ""
    plain = " ".join(text.split())
    return "" if len(plain) < _LONGEST_NO_VALUE and plain.lower() in _NO_VALUE else plain


def try_date(text: str) -> str:
    """Return a date in canonical form; a text that is no date is returned unchanged."""
    try:
        return canonical_date(text) if text else ""
    except DateError:
        return text


def find_titled_header(head_rows: Iterable[list[str]], required: frozenset[str]) -> int:
    """Return the number of the first row that has all required cells, or -1."""
    for number, row in enumerate(head_rows):
        if number > MAX_PREAMBLE:
            break
        if required <= {cell.strip().strip("\ufeff") for cell in row}:
            return number
    return -1


@dataclass(frozen=True, slots=True)
class Preamble:
    """Cells of a row above the header."""

    cells: tuple[str, ...]


def read_titled_rows(
    file: SourceFile, required: frozenset[str], *, delimiter: str = ","
) -> Iterator[tuple[int, dict[str, str]] | Preamble | Reject]:
    """Yield the rows below a header that may have title rows above it, as (line, cells by column).

    Rows above the header come first, as `Preamble`. If a row has fewer cells than the header, empty
    cells are added at its end, as in spreadsheets.
    """
    header: list[str] = []
    for row in read_csv_rows(file, delimiter=delimiter):
        if isinstance(row, Reject):
            yield row
            continue
        line, cells = row
        if not header:
            if find_titled_header([cells], required) == 0:
                header = [cell.strip().strip("\ufeff") for cell in cells]
            else:
                yield Preamble(tuple(cell.strip().strip("\ufeff") for cell in cells))
        elif len(cells) > len(header) and any(cells[len(header) :]):
            fault = f"{pluralize(len(cells), 'column')} where the header has {len(header)}"
            yield Reject.of_row(file.label, line, fault)
        else:
            yield (
                line,
                {
                    column: text
                    for column, cell in zip(header, cells, strict=False)
                    if (text := cell.strip())
                },
            )
