"""Streaming rows of text files: a bad row costs that row, not the file.

`read_csv_rows`, `read_header_rows` and `read_json_rows` yield each row with the number of the line
it begins on, or a `Reject` in its place.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import orjson

from resolver.errors import InputError
from resolver.ingest.io.sniffing import head_text
from resolver.ingest.io.source_files import (
    MAX_LINE,
    SourceFile,
    line_fault,
    read_text_lines,
    read_text_pieces,
)
from resolver.ingest.reader_types import Reject

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

MAX_FIELD = 1_000_000
MAX_ROW_LINES = 1_000
MAX_PIECE = 1_048_576
"""Characters of a line that are scanned for objects at once."""
_DOS_END_OF_FILE = "\x1a"


Row = tuple[int, list[str]]
Json = dict[str, object]


def read_csv_rows(
    file: SourceFile, *, delimiter: str = ",", quotechar: str = '"'
) -> Iterator[Row | Reject]:
    """Yield the rows of a delimited file as (first line of the row, cells); blank rows are skipped.

    A `Reject` replaces a row with NUL bytes, bytes of an unknown encoding, a cell over `MAX_FIELD`
    characters, or an unclosed quote; after an unclosed quote, reading goes on with the next line.
    Raises `InputError` for a damaged file.
    """
    csv.field_size_limit(MAX_FIELD)
    feed = _LineFeed(read_text_lines(file))
    reader = csv.reader(feed, delimiter=delimiter, quotechar=quotechar)
    while (item := feed.next_line()) is not None:
        number, line = item
        if quotechar in line:
            row = _read_quoted_row(file.label, item, feed, reader)
        elif fault := line_fault(line):
            row = Reject(file.label, number, fault)
        else:
            # Without quotes a row is one line, and delimiters alone separate its cells.
            row = number, line.split(delimiter)
            if len(line) > MAX_FIELD and max(map(len, row[1])) > MAX_FIELD:
                row = Reject(file.label, number, _csv_fault("field limit"))
        if isinstance(row, Reject) or (any(row[1]) and row[1] != [_DOS_END_OF_FILE]):
            yield row


def read_header_rows(
    file: SourceFile, required: Iterable[str], *, delimiter: str = ","
) -> Iterator[tuple[int, dict[str, str]] | Reject]:
    """Yield the rows of a delimited file after its header as (line, cell by column), each cell
    stripped.

    Raises `InputError` where there is no header, or a required column is not in it.
    """
    header: list[str] | None = None
    for row in read_csv_rows(file, delimiter=delimiter):
        if isinstance(row, Reject):
            yield row
            continue
        line, cells = row[0], [cell.strip() for cell in row[1]]
        if header is None:
            header = cells
            if missing := [column for column in required if column not in header]:
                raise InputError(f"the header has no column {missing[0]!r}", place=file.label)
        elif len(cells) != len(header):
            fault = f"{len(cells)} columns where the header has {len(header)}"
            yield Reject(file.label, line, fault)
        else:
            yield line, dict(zip(header, cells, strict=True))
    if header is None:
        raise InputError("the file holds no header", place=file.label)


def read_json_rows(file: SourceFile) -> Iterator[tuple[int, Json] | Reject]:
    """Yield the objects of a JSON file as (first line, object): JSON lines, an array, or indented
    objects one after another.
    """
    return _read_json_lines(file) if _is_json_lines(file.head()) else read_json_objects(file)


def _is_json_lines(head: bytes) -> bool:
    """Return whether each line is a JSON object.

    An indented object breaks off within its first line, after a bracket or a comma.
    """
    text = head_text(head).lstrip()
    line, _, rest = text.partition("\n")
    return not text.startswith("[") and not (rest and line.rstrip().endswith(("{", "[", ",")))


def _read_json_lines(file: SourceFile) -> Iterator[tuple[int, Json] | Reject]:
    """Yield the objects of a JSON-lines file as (line, object).

    Blank lines are skipped; any other line that is no JSON object is a `Reject`.
    """
    for number, line in read_text_lines(file):
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


def read_json_objects(
    file: SourceFile, begin: re.Pattern[str] | None = None
) -> Iterator[tuple[int, Json] | Reject]:
    """Yield the objects of a JSON array as (first line of the object, object), on one line or many.

    `begin` matches the text before the objects (`"notices": [`); without it they are in the
    outermost array, or follow one another without an array. The array may be one long line. Invalid
    JSON is a `Reject`, and reading goes on with the next object. Raises `InputError` for an object
    over `MAX_LINE` characters.
    """
    scanner = _ObjectScanner()
    is_inner = begin is not None
    for number, line, ends_line in read_text_pieces(file, MAX_PIECE):
        if begin is not None:
            match = begin.search(line)
            if match is None:
                continue
            line, begin = line[match.end() :], None
        for start, text in scanner.feed(number, line, ends_line=ends_line):
            yield _parse_object(file.label, start, text)
        if scanner.size > MAX_LINE:
            place = f"{file.label}, line {scanner.start}"
            raise InputError(f"an object is longer than {MAX_LINE} characters", place=place)
        if scanner.is_finished and is_inner:
            return
        if scanner.trailing.strip():
            yield Reject(file.label, number, "text after the end of the list is not read")
            return
    if begin is not None:
        yield Reject(file.label, 0, "the file holds no list of objects")
    if scanner.pending_lines:
        yield Reject(file.label, scanner.start, "the last object is cut off")


def _parse_object(label: str, line: int, text: str) -> tuple[int, Json] | Reject:
    try:
        return line, orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Reject(label, line, line_fault(text) or f"no JSON: {error.msg}")


# An unclosed string reaches to the end of the piece, so that scanning stays linear in its length.
_TOKENS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?$)|[{}\]]')


class _ObjectScanner:
    """Scanner that cuts lines, or pieces of lines, into balanced `{…}` texts.

    JSON strings never span lines, so a string is open at most from one piece of a line to the next.
    """

    def __init__(self) -> None:
        self.pending_lines: list[str] = []
        self.start = 0
        self.is_finished = False
        self.trailing = ""
        self._depth = 0
        self._pending_size = 0
        self._open_string = ""

    @property
    def size(self) -> int:
        """Return the characters that are waiting for the end of their object."""
        return self._pending_size + len(self._open_string)

    def feed(self, number: int, line: str, *, ends_line: bool = True) -> Iterator[tuple[int, str]]:
        """Yield the objects that end in this piece of a line as (first line, text).

        After the end of the array, `trailing` is the text that follows.
        """
        line, self._open_string = self._open_string + line, ""
        if self.is_finished:
            self.trailing = line
            return
        begin = 0
        for match in _TOKENS.finditer(line):
            mark = match[0]
            if mark == "{":
                if not self._depth:
                    begin, self.start = match.start(), number
                self._depth += 1
            elif mark == "}" and self._depth:
                self._depth -= 1
                if not self._depth:
                    yield self.start, "".join([*self.pending_lines, line[begin : match.end()]])
                    self.pending_lines, self._pending_size = [], 0
            elif mark == "]" and not self._depth:
                self.is_finished, self.trailing = True, line[match.end() :]
                return
            elif match.end() == len(line) and not ends_line:
                # The string may go on in the next piece; whether it is closed is told there.
                line, self._open_string = line[: match.start()], mark
        if self._depth:
            self.pending_lines.append(line[begin:] + "\n" * ends_line)
            self._pending_size += len(line) - begin


class _LineFeed:
    """Numbered lines that can be pushed back; as an iterator, the lines of one row for `csv`."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._pushed_back: deque[tuple[int, str]] = deque()
        self._first: tuple[int, str] | None = None
        self.row: list[tuple[int, str]] = []

    def next_line(self) -> tuple[int, str] | None:
        """Return the next line, or None after the last."""
        return self._pushed_back.popleft() if self._pushed_back else next(self._lines, None)

    def push_back(self, lines: list[tuple[int, str]]) -> None:
        """Put lines before the remaining ones."""
        self._pushed_back.extendleft(reversed(lines))

    def start_row(self, first: tuple[int, str]) -> None:
        """Start a row with a line already read; `row` then gathers the lines of the row."""
        self._first, self.row = first, []

    def __iter__(self) -> _LineFeed:
        return self

    def __next__(self) -> str:
        item, self._first = self._first, None
        if item is None and len(self.row) < MAX_ROW_LINES:
            item = self.next_line()
        if item is None:
            raise StopIteration
        self.row.append(item)
        return item[1] + "\n"


def _read_quoted_row(
    label: str, first: tuple[int, str], feed: _LineFeed, reader: CsvReader
) -> Row | Reject:
    """Read the row that begins on a line with quotes and may span several lines.

    If the quotes are never closed, or only by a quote of a later row, the first line is rejected
    and the other lines are pushed back.
    """
    feed.start_row(first)
    try:
        cells = next(reader)
    except csv.Error as error:
        if len(feed.row) == 1:
            return Reject(label, first[0], _csv_fault(str(error)))
        cells = None
    # A quote still open at the end of the file includes the last line's end.
    spans_lines = cells is None or len(feed.row) > 1 or cells[-1].endswith("\n")
    if cells is None or (
        spans_lines
        and _has_open_quote(feed.row, reader.dialect.delimiter, reader.dialect.quotechar or '"')
    ):
        feed.push_back(feed.row[1:])
        return Reject(label, first[0], "a quote is opened and not closed")
    fault = line_fault(first[1] if len(feed.row) == 1 else "\n".join(line for _, line in feed.row))
    return Reject(label, first[0], fault) if fault else (first[0], cells)


def _has_open_quote(row: list[tuple[int, str]], delimiter: str, quotechar: str) -> bool:
    """Return whether a row spans several lines only because a quote was left open.

    A strict parse then fails, since the quotes do not pair up.
    """
    lines = (line + "\n" for _, line in row)
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
