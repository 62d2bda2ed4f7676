"""Rows of text files, streamed: one bad row costs that row, not the file.

`csv_rows` and `json_rows` give each row with the number of the line it begins on, or a `Reject` in its place.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

import orjson

from resolver.errors import InputError
from resolver.ingest.io.source_files import (
    MAX_LINE,
    SourceFile,
    line_fault,
    text_lines,
)
from resolver.ingest.reader_types import Reject

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

MAX_FIELD = 1_000_000
MAX_ROW_LINES = 1_000
_DOS_END = "\x1a"


Row = tuple[int, list[str]]
Json = dict[str, object]


def csv_rows(
    file: SourceFile, *, delimiter: str = ",", quotechar: str = '"'
) -> Iterator[Row | Reject]:
    """The rows of a delimited file as (line the row begins on, cells as written); blank rows are skipped.

    A `Reject` stands for a row with NUL bytes, bytes of no known encoding, a cell over `MAX_FIELD` characters, or a
    quote that is never closed; after the last, reading goes on with the next line. Raises `InputError` for a damaged
    file.
    """
    csv.field_size_limit(MAX_FIELD)
    feed = _Feed(text_lines(file))
    reader = csv.reader(feed, delimiter=delimiter, quotechar=quotechar)
    while (item := feed.take()) is not None:
        number, line = item
        if quotechar in line:
            row = _quoted(file.label, item, feed, reader)
        elif fault := line_fault(line):
            row = Reject(file.label, number, fault)
        else:
            # without quotes a row is a line and its cells are what stands between delimiters
            row = number, line.split(delimiter)
            if len(line) > MAX_FIELD and max(map(len, row[1])) > MAX_FIELD:
                row = Reject(file.label, number, _csv_fault("field limit"))
        if isinstance(row, Reject) or (any(row[1]) and row[1] != [_DOS_END]):
            yield row


def json_rows(file: SourceFile) -> Iterator[tuple[int, Json] | Reject]:
    """The objects of a JSON-lines file as (line, object); blank lines are skipped, anything else is a `Reject`."""
    for number, line in text_lines(file):
        if fault := line_fault(line):
            yield Reject(file.label, number, fault)
            continue
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield Reject(file.label, number, f"no JSON: {error.msg}")
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            yield Reject(file.label, number, "the line is no JSON object")


def json_objects(
    file: SourceFile, begin: re.Pattern[str] | None = None
) -> Iterator[tuple[int, Json] | Reject]:
    """The objects of a JSON array, streamed as (line it begins on, object), whether over one line or many.

    `begin` finds the text after which the objects stand (`"notices": [`); without it they stand in the outermost array,
    or one after the other without any. What is no JSON is a `Reject`, and reading goes on with the next object.
    """
    scan = _Scan()
    inner = begin is not None
    for number, line in text_lines(file):
        if begin is not None:
            match = begin.search(line)
            if match is None:
                continue
            line, begin = line[match.end() :], None
        for start, text in scan.feed(number, line):
            yield _object(file.label, start, text)
        if scan.size > MAX_LINE:
            where = f"{file.label}, line {scan.start}"
            raise InputError(f"an object is longer than {MAX_LINE} characters", where=where)
        if scan.over and inner:
            return
        if scan.rest.strip():
            yield Reject(file.label, number, "text after the end of the list is not read")
            return
    if begin is not None:
        yield Reject(file.label, 0, "the file holds no list of objects")
    if scan.held:
        yield Reject(file.label, scan.start, "the last object is cut off")


def _object(label: str, line: int, text: str) -> tuple[int, Json] | Reject:
    try:
        return line, orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Reject(label, line, line_fault(text) or f"no JSON: {error.msg}")


# A string that is not closed reaches to the end of the line, so that scanning stays linear in its length.
_MARKS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?$)|[{}\]]')


class _Scan:
    """Cuts lines into balanced `{…}` texts. JSON strings never span lines: each line is scanned by itself."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.size = 0
        self.start = 0
        self.over = False
        self.rest = ""
        self._depth = 0

    def feed(self, number: int, line: str) -> Iterator[tuple[int, str]]:
        """The objects that end on this line, each with the line it begins on; `rest`: what follows the array."""
        if self.over:
            self.rest = line
            return
        begin = 0
        for match in _MARKS.finditer(line):
            mark = match[0]
            if mark == "{":
                if not self._depth:
                    begin, self.start = match.start(), number
                self._depth += 1
            elif mark == "}" and self._depth:
                self._depth -= 1
                if not self._depth:
                    yield self.start, "\n".join([*self.held, line[begin : match.end()]])
                    self.held, self.size = [], 0
            elif mark == "]" and not self._depth:
                self.over, self.rest = True, line[match.end() :]
                return
        if self._depth:
            self.held.append(line[begin:])
            self.size += len(line)


class _Feed:
    """Numbered lines, of which some can be given back. As an iterator it feeds `csv.reader` the lines of one row."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._back: deque[tuple[int, str]] = deque()
        self._next: tuple[int, str] | None = None
        self.row: list[tuple[int, str]] = []

    def take(self) -> tuple[int, str] | None:
        """The next line, or None after the last."""
        return self._back.popleft() if self._back else next(self._lines, None)

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        """Put lines before those still to come."""
        self._back.extendleft(reversed(lines))

    def begin(self, first: tuple[int, str]) -> None:
        """Feed a row that begins with a line already taken; `row` then gathers its lines."""
        self._next, self.row = first, []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        item, self._next = self._next, None
        if item is None and len(self.row) < MAX_ROW_LINES:
            item = self.take()
        if item is None:
            raise StopIteration
        self.row.append(item)
        return item[1] + "\n"


def _quoted(label: str, first: tuple[int, str], feed: _Feed, reader: CsvReader) -> Row | Reject:
    """The row that begins on a line with quotes, over as many lines as they span.

    Where they are never closed, or close only by a later row's quote, the first line is refused and the others are
    given back.
    """
    feed.begin(first)
    try:
        cells = next(reader)
    except csv.Error as error:
        if len(feed.row) == 1:
            return Reject(label, first[0], _csv_fault(str(error)))
        cells = None
    # a quote still open at the end of the file has swallowed the last line's end
    spans = cells is None or len(feed.row) > 1 or cells[-1].endswith("\n")
    if cells is None or (
        spans and _unclosed(feed.row, reader.dialect.delimiter, reader.dialect.quotechar or '"')
    ):
        feed.give_back(feed.row[1:])
        return Reject(label, first[0], "a quote is opened and not closed")
    fault = line_fault(first[1] if len(feed.row) == 1 else "\n".join(line for _, line in feed.row))
    return Reject(label, first[0], fault) if fault else (first[0], cells)


def _unclosed(held: list[tuple[int, str]], delimiter: str, quotechar: str) -> bool:
    """Whether a row over several lines is one only because a quote was left open: then the quotes do not come out."""
    lines = (line + "\n" for _, line in held)
    try:
        for _ in csv.reader(lines, delimiter=delimiter, quotechar=quotechar, strict=True):
            pass
    except csv.Error:
        return True
    return False


def _csv_fault(message: str) -> str:
    if "field limit" in message:
        return f"a cell is longer than {MAX_FIELD} characters"
    return f"the row cannot be read: {message}"
