"""Objects of JSON files: lines, arrays, or indented objects. A bad object costs only itself.

Each object is yielded with the number of the line on which it begins; a `Reject` stands in place of
a bad one. The module also reads plain values from JSON: texts, dates, and the messages about values
that cannot be read.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import orjson

from resolver.errors import DateError, InputError
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.text_lines import (
    MAX_LINE,
    head_text,
    line_fault,
    read_text_blocks,
    read_text_pieces,
)
from resolver.lists.reader_types import WHOLE, Reject, Share
from resolver.lists.text.list_dates import DateOrder, read_date_readings

MAX_PIECE = 1_048_576
"""Maximum number of characters in a line that are scanned for objects at once."""
Json = dict[str, object]
JsonRow = tuple[int, Json]


@dataclass(frozen=True, slots=True)
class PlainObjects:
    """Objects of JSON lines, one on each line from line `number` on."""

    number: int
    objects: list[Json]


def read_json_items(
    file: SourceFile, share: Share = WHOLE
) -> Iterator[JsonRow | Reject | PlainObjects]:
    """Yield the objects of a JSON file as (first line, object), or several objects together. The
    file has JSON lines, an array of objects, or indented objects one after another.

    `share`: only blocks of lines that belong to it are read (`WHOLE` unless `is_json_lines`).
    """
    if is_json_lines(file.head()):
        return _read_json_lines(file, share)
    return read_json_objects(file)


def read_json_rows(file: SourceFile) -> Iterator[JsonRow | Reject]:
    """Yield the objects of a JSON file one by one (`read_json_items`)."""
    for item in read_json_items(file):
        if isinstance(item, PlainObjects):
            yield from enumerate(item.objects, item.number)
        else:
            yield item


def is_json_lines(head: bytes) -> bool:
    """Return whether each line is a JSON object.

    An indented object breaks off within its first line, after a bracket or a comma.
    """
    text = head_text(head).lstrip()
    line, _, rest = text.partition("\n")
    return not text.startswith("[") and not (rest and line.rstrip().endswith(("{", "[", ",")))


def _read_json_lines(file: SourceFile, share: Share) -> Iterator[JsonRow | Reject | PlainObjects]:
    """Yield the objects of a JSON-lines file.

    Blank lines are skipped; any other line that is no JSON object is a `Reject`.
    """
    for number, text in itertools.compress(read_text_blocks(file), share.marks()):
        lines = text.split("\n")
        objects = _parse_lines(lines)
        if objects is not None:
            yield PlainObjects(number, objects)
        else:
            for index, line in enumerate(lines, number):
                yield from _parse_line(file, index, line)


def _parse_lines(lines: list[str]) -> list[Json] | None:
    """Return the object of each line; None unless all lines are objects without faults."""
    try:
        objects = list(map(orjson.loads, lines))
    except orjson.JSONDecodeError:
        # also None for NUL bytes and for bytes of an unknown encoding
        return None
    is_plain = all(map(_is_object, objects)) and max(map(len, lines)) <= MAX_LINE
    return objects if is_plain else None


def _parse_line(file: SourceFile, number: int, line: str) -> Iterator[JsonRow | Reject]:
    if fault := line_fault(line, file.encoding):
        yield Reject.of_row(file.label, number, fault)
    elif line.strip():
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield Reject.of_row(file.label, number, f"no JSON: {error.msg}")
            return
        yield (number, row) if isinstance(row, dict) else _no_object(file.label, number)


def _is_object(row: object) -> bool:
    return isinstance(row, dict)


def _no_object(label: str, number: int) -> Reject:
    return Reject.of_row(label, number, "the line is no JSON object")


def read_json_objects(
    file: SourceFile, begin: re.Pattern[str] | None = None
) -> Iterator[JsonRow | Reject]:
    """Yield the objects of a JSON array as (first line of the object, object), on one line or many.

    `begin` matches the text before the objects (`"notices": [`). Without it, the objects are in the
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
        if ends_line and scanner.add_inner_line(line):
            continue
        if ends_line and scanner.is_between and (row := _parse_whole(line)) is not None:
            yield number, row
            continue
        for start, text in scanner.feed(number, line, ends_line=ends_line):
            yield _parse_object(file, start, text)
        if scanner.size > MAX_LINE:
            place = f"{file.label}, line {scanner.start}"
            raise InputError(f"an object is longer than {MAX_LINE} characters", place=place)
        if scanner.is_finished and is_inner:
            return
        if scanner.trailing.strip():
            yield Reject.of_row(file.label, number, "text after the end of the list is not read")
            return
    if begin is not None:
        yield Reject.of_row(file.label, 0, "the file holds no list of objects")
    if scanner.pending_lines:
        yield Reject.of_row(file.label, scanner.start, "the last object is cut off")


def _parse_whole(line: str) -> Json | None:
    """Return the object on a line, with or without a comma after it; None for other lines."""
    text = line.strip().removesuffix(",")
    if not text.startswith("{") or not text.endswith("}"):
        return None
    try:
        return cast("Json", orjson.loads(text))
    except orjson.JSONDecodeError:
        return None


def _parse_object(file: SourceFile, line: int, text: str) -> JsonRow | Reject:
    try:
        return line, orjson.loads(text)
    except orjson.JSONDecodeError as error:
        fault = line_fault(text, file.encoding) or f"no JSON: {error.msg}"
        return Reject.of_row(file.label, line, fault)


# An unclosed string extends to the end of the piece, so the time of a scan is linear in its length.
_TOKENS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?$)|[{}\]]')


class _ObjectScanner:
    """Scanner that cuts lines, or pieces of lines, into balanced `{…}` texts.

    JSON strings never span lines, so a string can stay open only from one piece of a line to the
    next.
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
    def is_between(self) -> bool:
        """Return whether an object may begin."""
        return not (self._depth or self._open_string or self.is_finished)

    @property
    def size(self) -> int:
        """Return the characters that are waiting for the end of their object."""
        return self._pending_size + len(self._open_string)

    def add_inner_line(self, line: str) -> bool:
        """Add a whole line within an object that has no braces, as most lines of an indented file;
        return whether the line is one.
        """
        size = self._pending_size + len(line)
        if not self._depth or self._open_string or "{" in line or "}" in line or size > MAX_LINE:
            return False
        self.pending_lines.append(line + "\n")
        self._pending_size = size
        return True

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
                # The string may continue in the next piece, which shows whether it is closed.
                line, self._open_string = line[: match.start()], mark
        if self._depth:
            self.pending_lines.append(line[begin:] + "\n" * ends_line)
            self._pending_size += len(line) - begin


def json_texts(value: object) -> list[str]:
    """Return the texts of a value or a list, trimmed, without empty texts, objects and nulls."""
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    return [text for item in items if (text := json_text(item))]


def json_text(value: object) -> str:
    """Return a text, number or boolean as text; an empty text for anything else."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else ""


def json_objects(value: object) -> list[dict[str, object]]:
    """Return the objects in a value or a list."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def date_or_text(
    text: str, order: DateOrder | None = None, latest: datetime.date | None = None
) -> str:
    """Return a date with one reading in canonical form, and any other text unchanged (for
    display).
    """
    if not text:
        return text
    try:
        readings = read_date_readings(text, order, latest)
    except DateError:
        return text
    return readings[0] if len(readings) == 1 else text


def value_reject_reason(prop: str, text: str, error: Exception) -> str:
    """Return the reason for rejecting one value of a record that is otherwise read."""
    return f"value not taken: {prop} {text[:80]!r}: {error}"
