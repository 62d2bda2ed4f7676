"""Rows of delimited files: a bad row costs that row, not the file.

Most lines of a file are simple: they have no faults, and quotes only around whole cells.
`read_csv_items` yields such lines together, to be split by native code. All other rows come one by
one, each with the number of the line on which it begins, or a `Reject` in its place.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as arrow_csv

from resolver.errors import InputError, pluralize
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.text_lines import has_stray_bytes, line_fault, read_text_blocks
from resolver.lists.reader_types import Reject

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

MAX_FIELD = 1_000_000
MAX_ROW_LINES, MIN_ROW_LINES = 1_000, 4
"""Maximum number of lines of a row, and maximum number of lines of a row after too many lines have
been read again.
"""
_FREE_COST, _COST_FACTOR, _LINE_COST = 4_000_000, 2, 32
"""Limit of the cost of reading lines again. A quote that is not closed makes its row span
`MAX_ROW_LINES` lines, and all of these except the first are read again as rows of their own. If
every line had such a quote, all lines would be read a thousand times. The cost of a line is its
length plus `_LINE_COST`; the limit is `_FREE_COST` plus `_COST_FACTOR` times the cost of all lines
so far.
"""
_DOS_END_OF_FILE = "\x1a"

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class PlainLines:
    """Lines from line `number` on, each of which is a whole row, joined by line ends."""

    number: int
    text: str
    delimiter: str
    quotechar: str

    @property
    def count(self) -> int:
        """Return the number of lines."""
        return self.text.count("\n") + 1

    def split_off_row(self) -> tuple[Row | None, PlainLines | None]:
        """Return the first row that is not blank, and the lines after it."""
        row = next(self.rows(), None)
        after = row[0] + 1 - self.number if row else self.count
        if after == self.count:
            return row, None
        rest = self.text.split("\n", after)[after]
        return row, replace(self, number=self.number + after, text=rest)

    def rows(self) -> Iterator[Row]:
        """Yield the rows; blank ones are skipped."""
        lines = self.text.split("\n")
        if self.quotechar not in self.text:
            rows: Iterable[list[str]] = (line.split(self.delimiter) for line in lines)
        else:
            rows = csv.reader(lines, delimiter=self.delimiter, quotechar=self.quotechar)
        for number, cells in enumerate(rows, self.number):
            if any(cells) and cells != [_DOS_END_OF_FILE]:
                yield number, cells

    def _has_blank(self, width: int) -> bool:
        """Return whether some row of `width` cells holds nothing."""
        if self.quotechar in self.text:
            blank = self.delimiter + self.quotechar
            return not all(line.strip(blank) for line in self.text.split("\n"))
        text = f"\n{self.text}\n"
        return "\n\n" in text or f"\n{self.delimiter * (width - 1)}\n" in text

    def arrays(self, width: int, places: list[int]) -> list[pa.Array] | None:
        """Return the texts of the cells at some positions; None unless all rows have `width` cells
        and no row is blank.
        """
        if _DOS_END_OF_FILE in self.text or not self.delimiter.isascii() or self._has_blank(width):
            return None
        content = self.text.encode()
        names = [str(place) for place in range(width)]
        chosen = [str(place) for place in places]
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(content),
                arrow_csv.ReadOptions(
                    use_threads=False, block_size=len(content) + 1, column_names=names
                ),
                arrow_csv.ParseOptions(
                    delimiter=self.delimiter, quote_char=self.quotechar, ignore_empty_lines=False
                ),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(chosen, pa.string()),
                    strings_can_be_null=False,
                    include_columns=chosen,
                ),
            )
        except pa.ArrowInvalid:
            # some row has another number of cells
            return None
        return [table.column(name).combine_chunks() for name in chosen]


CsvItems = Iterator[Row | Reject | PlainLines]


_QUOTED = r'"[^"\n]*+(?:""[^"\n]*+)*+"'
_QUOTED_TEXT = {
    delimiter: re.compile(
        rf'(?:[^"]*+(?:\A|(?<=[{delimiter}\n])){_QUOTED}(?=[{delimiter}\n]|\Z))*+[^"]*+'
    )
    for delimiter in ",;\t|"
}
"""By delimiter, the pattern of lines in which quotes stand only around whole cells and are in
pairs.
"""


def read_csv_items(file: SourceFile, *, delimiter: str = ",", quotechar: str = '"') -> CsvItems:
    """Yield the rows of a delimited file as (first line of the row, cells), or several rows
    together.

    A `Reject` replaces a row with NUL bytes, bytes of an unknown encoding, a cell over `MAX_FIELD`
    characters, or an unclosed quote. After an unclosed quote, reading continues with the next line.
    Raises `InputError` for a damaged file.
    """
    csv.field_size_limit(MAX_FIELD)
    feed = _LineFeed(read_text_blocks(file))
    reader = csv.reader(feed, delimiter=delimiter, quotechar=quotechar)
    while True:
        if (block := feed.next_block()) is not None:
            number, text = block
            if _is_plain(text, delimiter, quotechar):
                yield PlainLines(number, text, delimiter, quotechar)
            else:
                feed.push_back(list(enumerate(text.split("\n"), number)))
        elif (item := feed.next_line()) is not None:
            row = _read_row(file, item, feed, reader)
            if isinstance(row, Reject) or (any(row[1]) and row[1] != [_DOS_END_OF_FILE]):
                yield row
        else:
            return


def split_off_row(items: CsvItems) -> tuple[Row | Reject | None, CsvItems]:
    """Return the first row that is not blank, and those after it."""
    for item in items:
        if not isinstance(item, PlainLines):
            return item, items
        row, rest = item.split_off_row()
        if row is not None:
            return row, chain([rest] if rest else [], items)
    return None, items


def read_csv_rows(
    file: SourceFile, *, delimiter: str = ",", quotechar: str = '"'
) -> Iterator[Row | Reject]:
    """Yield the rows of a delimited file one by one; blank rows are skipped (`read_csv_items`)."""
    for item in read_csv_items(file, delimiter=delimiter, quotechar=quotechar):
        if isinstance(item, PlainLines):
            yield from item.rows()
        else:
            yield item


def _is_plain(text: str, delimiter: str, quotechar: str) -> bool:
    """Return whether each line is a row without faults, and with quotes only around whole cells."""
    if "\x00" in text or has_stray_bytes(text):
        return False
    if quotechar in text:
        quoted = _QUOTED_TEXT.get(delimiter) if quotechar == '"' else None
        if quoted is None or not quoted.fullmatch(text):
            return False
    return len(text) <= MAX_FIELD or max(map(len, text.split("\n"))) <= MAX_FIELD


def _read_row(
    file: SourceFile, item: tuple[int, str], feed: _LineFeed, reader: CsvReader
) -> Row | Reject:
    """Read the row that begins on a line."""
    number, line = item
    delimiter, quotechar = reader.dialect.delimiter, reader.dialect.quotechar or '"'
    if quotechar in line:
        return _read_quoted_row(file, item, feed, reader)
    if fault := line_fault(line, file.encoding):
        return Reject.of_row(file.label, number, fault)
    # Without quotes a row is one line, and delimiters alone separate its cells.
    cells = line.split(delimiter)
    if len(line) > MAX_FIELD and max(map(len, cells)) > MAX_FIELD:
        return Reject.of_row(file.label, number, _csv_fault("field limit"))
    return number, cells


def read_header_rows(
    file: SourceFile, required: Iterable[str], *, delimiter: str = ","
) -> Iterator[tuple[int, dict[str, str]] | Reject]:
    """Yield the rows of a delimited file after its header as (line, cell by column), each cell
    stripped.

    Raises `InputError` if there is no header, or if it lacks a required column.
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
            fault = f"{pluralize(len(cells), 'column')} where the header has {len(header)}"
            yield Reject.of_row(file.label, line, fault)
        else:
            yield line, dict(zip(header, cells, strict=True))
    if header is None:
        raise InputError("the file holds no header", place=file.label)


class _LineFeed:
    """Numbered lines that can be pushed back; as an iterator, it gives the lines of one row to
    `csv`.
    """

    def __init__(self, blocks: Iterator[tuple[int, str]]) -> None:
        self._blocks = blocks
        self._pushed_back: deque[tuple[int, str]] = deque()
        self._first: tuple[int, str] | None = None
        self._credit = _FREE_COST
        self.row: list[tuple[int, str]] = []

    def next_block(self) -> tuple[int, str] | None:
        """Return the next lines as a block; None if single lines wait, and after the last line."""
        block = None if self._pushed_back else next(self._blocks, None)
        if block is not None:
            text = block[1]
            self._credit += _COST_FACTOR * (len(text) + _LINE_COST * (text.count("\n") + 1))
        return block

    def next_line(self) -> tuple[int, str] | None:
        """Return the next line, or None after the last."""
        if (block := self.next_block()) is not None:
            number, text = block
            self._pushed_back.extend(enumerate(text.split("\n"), number))
        return self._pushed_back.popleft() if self._pushed_back else None

    def push_back(self, lines: list[tuple[int, str]]) -> None:
        """Put lines before the remaining ones."""
        self._pushed_back.extendleft(reversed(lines))

    def read_anew(self) -> None:
        """Put back the lines of the row except the first line, because they are rows of their
        own.
        """
        again = self.row[1:]
        self._credit -= sum(len(line) + _LINE_COST for _, line in again)
        self.push_back(again)

    def start_row(self, first: tuple[int, str]) -> None:
        """Start a row with a line already read; `row` then gathers the lines of the row."""
        self._first, self.row = first, []

    def __iter__(self) -> _LineFeed:
        return self

    def __next__(self) -> str:
        item, self._first = self._first, None
        limit = MAX_ROW_LINES if self._credit > 0 else MIN_ROW_LINES
        if item is None and len(self.row) < limit:
            item = self.next_line()
        if item is None:
            raise StopIteration
        self.row.append(item)
        return item[1] + "\n"


def _read_quoted_row(
    file: SourceFile, first: tuple[int, str], feed: _LineFeed, reader: CsvReader
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
            return Reject.of_row(file.label, first[0], _csv_fault(str(error)))
        cells = None
    # A quote still open at the end of the file includes the last line's end.
    spans_lines = cells is None or len(feed.row) > 1 or cells[-1].endswith("\n")
    if cells is None or (
        spans_lines
        and _has_open_quote(feed.row, reader.dialect.delimiter, reader.dialect.quotechar or '"')
    ):
        feed.read_anew()
        return Reject.of_row(file.label, first[0], "a quote is opened and not closed")
    text = first[1] if len(feed.row) == 1 else "\n".join(line for _, line in feed.row)
    fault = line_fault(text, file.encoding)
    return Reject.of_row(file.label, first[0], fault) if fault else (first[0], cells)


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
