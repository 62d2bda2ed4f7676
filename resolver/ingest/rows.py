"""Rows of text files, streamed: one bad row costs that row, not the file.

`csv_rows` and `json_rows` give each row with the number of the line it begins on, or a `Reject` in its place.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator

import orjson

from resolver.errors import InputError
from resolver.ingest.base import Reject
from resolver.ingest.files import MAX_LINE, SourceFile, line_fault, text_lines

MAX_FIELD = 1_000_000
MAX_ROW_LINES = 1_000
_DOS_END = "\x1a"


Row = tuple[int, list[str]]
Json = dict[str, object]


def csv_rows(file: SourceFile, *, delimiter: str = ",", quotechar: str = '"') -> Iterator[Row | Reject]:
    """The rows of a delimited file as (line the row begins on, cells as written); blank rows are skipped.

    A `Reject` stands for a row with NUL bytes, bytes of no known encoding, a cell over `MAX_FIELD` characters, or a
    quote that is never closed; after the last, reading goes on with the next line. Raises `InputError` for a damaged
    file.
    """
    csv.field_size_limit(MAX_FIELD)
    feed = _Feed(text_lines(file))
    while not feed.done:
        yield from _rows(file.label, feed, delimiter, quotechar)


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


def json_objects(file: SourceFile, begin: re.Pattern[str] | None = None) -> Iterator[tuple[int, Json] | Reject]:
    """The objects of a JSON array, streamed as (line it begins on, object), whether over one line or many.

    `begin` finds the text after which the objects stand (`"notices": [`); without it they stand in the outermost array,
    or one after the other without any. What is no JSON is a `Reject`, and reading goes on with the next object.
    """
    scan = _Scan()
    inner = begin is not None
    for number, line in text_lines(file):
        if fault := line_fault(line):
            yield Reject(file.label, number, fault)
            continue
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
        return Reject(label, line, f"no JSON: {error.msg}")


# A string that is not closed reaches to the end of the line, so that scanning stays linear in its length.
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?$)|[{}\]]')


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
    """Lines for `csv.reader`, which remembers those of the row being read and takes them back."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._back: deque[tuple[int, str]] = deque()
        self.row: list[tuple[int, str]] = []
        self.done = False

    def __iter__(self) -> Iterator[str]:
        while True:
            item = self._back.popleft() if self._back else next(self._lines, None)
            if item is None:
                self.done = True
                return
            self.row.append(item)
            if len(self.row) > MAX_ROW_LINES:
                raise csv.Error("unexpected end of data")
            yield item[1] + "\n"

    def give_back(self) -> None:
        """Read all but the first line of the present row once more."""
        self._back.extendleft(reversed(self.row[1:]))
        self.row = []
        self.done = False


def _rows(label: str, feed: _Feed, delimiter: str, quotechar: str) -> Iterator[Row | Reject]:
    """Rows up to the end or to a quote that is never closed; then the rest is given back to the feed."""
    reader = csv.reader(iter(feed), delimiter=delimiter, quotechar=quotechar)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            first = feed.row[0][0]
            if len(feed.row) > 1:
                feed.give_back()
                yield Reject(label, first, "a quote is opened and not closed")
                return
            feed.row = []
            yield Reject(label, first, _csv_fault(str(error)))
            continue
        held, feed.row = feed.row, []
        if len(held) > 1 and _unclosed(held, delimiter, quotechar):
            feed.row = held
            feed.give_back()
            yield Reject(label, held[0][0], "a quote is opened and not closed")
            return
        if not any(cells) or cells == [_DOS_END]:
            continue
        fault = line_fault(held[0][1] if len(held) == 1 else "\n".join(line for _, line in held))
        yield Reject(label, held[0][0], fault) if fault else (held[0][0], cells)


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
