"""Lines of text files in any usual encoding, and the form of a file judged from its first bytes.

Lines that are not UTF-8 are decoded in the code page that `code_pages` detects from the first such
lines. A file whose encoding the user states is UTF-8 here: `SourceFile` decodes it.

The functions that judge the form of a file serve the `detect` functions of formats. They raise
nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import cast

from resolver.errors import InputError
from resolver.lists.io.code_pages import (
    ESCAPED,
    UNKNOWN,
    WESTERN,
    detect_code_page,
    is_misread,
    is_stray,
)
from resolver.lists.io.source_files import DAMAGE, HEAD_BYTES, ZIP_MAGICS, SourceFile

MAX_LINE = 16 * 1024 * 1024
BLOCK_CHARS = 1 << 20
"""Number of characters of lines that are read at once."""


def read_text_lines(file: SourceFile) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text file as (1-based number, text without line end).

    UTF-8 and UTF-16 are known by the byte-order mark (UTF-16 also by its zero bytes); the default
    is UTF-8. A line that is not UTF-8 is decoded in the code page of the first such lines
    (`code_pages`) if it looks like it, so a stray byte does not change the decoding of the rest. A
    line that no decoding fits, that holds NUL, or that is longer than `MAX_LINE` characters (cut to
    `MAX_LINE + 1`) is yielded too: `line_fault` names the fault, and the reader makes a `Reject` of
    it.
    """
    for number, text in read_text_blocks(file):
        yield from enumerate(text.split("\n"), number)


def read_text_blocks(file: SourceFile) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text file in blocks: the 1-based number of the first line, and the
    lines.

    Lines are joined by line ends, without one after the last. A block has about `BLOCK_CHARS`
    characters and ends with a line. The lines are the same as in `read_text_lines`.
    """
    with _open_text(file) as (stream, code_page):
        number = 1
        read_block = _read_block if stream.encoding.startswith("utf-8") else _read_lines
        while text := read_block(file, stream, number):
            text = text.removesuffix("\n")
            if has_stray_bytes(text):
                lines = text.split("\n")
                if code_page is None:
                    code_page = _stray_code_page(file, lines)
                text = "\n".join(redecode_line(line, code_page) for line in lines)
            yield number, text
            number += text.count("\n") + 1


def _stray_code_page(file: SourceFile, lines: list[str]) -> str:
    """Return the code page of those lines that are not UTF-8, and note it for the file."""
    if file.encoding:
        # what the stated encoding cannot decode is damage
        return UNKNOWN
    stray = "\n".join(line for line in lines if ESCAPED.search(line))
    head = stray[:HEAD_BYTES].encode("utf-8", "surrogateescape")
    return note_code_page(file, detect_code_page(head)) or UNKNOWN


def note_code_page(file: SourceFile, code_page: str | None) -> str | None:
    """Note a code page in which lines of the file are decoded; return it."""
    if code_page:
        file.code_pages.add(code_page)
    return code_page


def _read_block(_file: SourceFile, stream: io.TextIOWrapper, _number: int) -> str:
    """Return the next lines of a UTF-8 file; in these no byte is an error."""
    text = stream.read(BLOCK_CHARS)
    if not text or text.endswith("\n"):
        return text
    start = text.rfind("\n") + 1
    text += _read_line(stream)
    return text if len(text) - start <= MAX_LINE else text[: start + MAX_LINE + 1]


def _read_lines(file: SourceFile, stream: io.TextIOWrapper, number: int) -> str:
    """Return the next lines of another encoding. Raises `InputError` for bytes that are invalid in
    it.
    """
    lines: list[str] = []
    size = 0
    try:
        while size < BLOCK_CHARS and (line := _read_line(stream)):
            lines.append(line)
            size += len(line)
    except UnicodeDecodeError:
        raise _encoding_error(file, number + len(lines), stream.encoding) from None
    return "".join(lines)


def _read_line(stream: io.TextIOWrapper) -> str:
    """Return the next line, cut to `MAX_LINE` + 1 characters."""
    line = stream.readline(MAX_LINE + 1)
    if len(line) > MAX_LINE and not line.endswith("\n"):
        while (rest := stream.readline(MAX_LINE + 1)) and not rest.endswith("\n"):
            pass
        line += "\n"
    return line


@contextmanager
def _open_text(file: SourceFile) -> Iterator[tuple[io.TextIOWrapper, str | None]]:
    """Open a file as text in its encoding. Also return the code page for lines that are not UTF-8;
    None if the first lines show none.
    """
    with file.open() as binary:
        head = cast("io.BufferedReader", binary).peek(HEAD_BYTES)[:HEAD_BYTES]
        encoding = "utf-8-sig" if file.encoding else detect_encoding(head[:4096])
        is_utf8 = encoding.startswith("utf-8") and not file.encoding
        code_page = note_code_page(file, detect_code_page(head)) if is_utf8 else None
        errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
        with io.TextIOWrapper(binary, encoding=encoding, errors=errors) as stream:
            yield stream, code_page


def _encoding_error(file: SourceFile, number: int, encoding: str) -> InputError:
    fault = f"line {number} cannot be read as {encoding}"
    return InputError(fault, place=file.label, hint="convert the file to UTF-8")


def read_text_pieces(file: SourceFile, size: int) -> Iterator[tuple[int, str, bool]]:
    """Yield the lines of a text file in pieces of at most `size` characters.

    A piece is (1-based number of its line, text without line end, whether the line ends with it).
    The decoding is the same as in `read_text_lines`.
    """
    with _open_text(file) as (stream, code_page):
        number = 1
        try:
            while piece := stream.readline(size):
                ends_line = piece.endswith("\n") or len(piece) < size
                text = piece.rstrip("\r\n")
                if code_page is None and has_stray_bytes(text):
                    code_page = _stray_code_page(file, [text])
                yield number, redecode_line(text, code_page or UNKNOWN), ends_line
                number += ends_line
        except UnicodeDecodeError:
            raise _encoding_error(file, number, stream.encoding) from None


def has_stray_bytes(text: str) -> bool:
    """Return whether a text has bytes that are not UTF-8, as `surrogateescape` keeps them."""
    try:
        # trying to encode takes a tenth of the time of a search
        text.encode()
    except UnicodeEncodeError:
        return ESCAPED.search(text) is not None
    return False


def line_fault(text: str, encoding: str = "") -> str:
    """Return the fault of a line or cell (length, NUL bytes, encoding), or an empty text.
    `encoding`: the stated encoding of the file.
    """
    if len(text) > MAX_LINE:
        return f"the line is longer than {MAX_LINE} characters"
    if "\x00" in text:
        return "the row holds NUL bytes"
    if has_stray_bytes(text):
        if encoding:
            before = text[: text.index(DAMAGE)].encode(encoding, "replace")
            return (
                f"the row is no text in the stated encoding {encoding}, from its byte"
                f" {len(before) + 1:,} on; state the right encoding, or mend the row"
            )
        return (
            "the row is not UTF-8, and its encoding is not certain; convert the file to UTF-8, or"
            " state its `encoding`"
        )
    return ""


def detect_encoding(head: bytes) -> str:
    """Return the Python codec of a text that begins with `head`; `utf-8` by default."""
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if len(head) >= 16:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if odd > len(head) * 0.15 and not even:
            return "utf-16-le"
        if even > len(head) * 0.15 and not odd:
            return "utf-16-be"
    return "utf-8"


def redecode_line(line: str, code_page: str) -> str:
    """Decode a line that is not UTF-8 in a code page.

    A Western line that also has valid UTF-8 letters is damaged UTF-8 and stays. In other code
    pages, two letters may look like one UTF-8 letter (`ŻÓŁ`).
    """
    if not code_page or line.isascii() or not is_stray(line):
        return line
    content = line.encode("utf-8", "surrogateescape")
    if code_page == WESTERN and not content.decode("utf-8", "ignore").isascii():
        return line
    try:
        decoded = content.decode(code_page)
    except UnicodeDecodeError:
        return line
    return line if is_misread(decoded, code_page) else decoded


_SAMPLE_LINES = 20
_DELIMITERS = (",", "\t", ";", "|")
_STATED_DELIMITER = re.compile(r"sep=(.)", re.I)
_TOKENS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?$)|[{}\[\]:]', re.DOTALL)


@lru_cache(maxsize=4)
def head_text(head: bytes) -> str:
    """Decode the text that begins with `head`, as its lines will be read.

    Bytes of an unknown encoding become U+FFFD.
    """
    encoding = detect_encoding(head)
    if not encoding.startswith("utf-8"):
        return head.decode(encoding, errors="replace").lstrip("\ufeff")
    text = head.decode("utf-8", errors="surrogateescape").lstrip("\ufeff")
    if ESCAPED.search(text):
        code_page = detect_code_page(head) or UNKNOWN
        text = "\n".join(redecode_line(line, code_page) for line in text.split("\n"))
    return ESCAPED.sub("\ufffd", text)


def first_line(head: bytes) -> str:
    """Return the first line that is not blank, after a line `sep=;`."""
    return next(filled_lines(head), "")


def filled_lines(head: bytes) -> Iterator[str]:
    """Yield the lines that are not blank, without a line `sep=;`."""
    lines = (line for line in head_text(head).splitlines() if line.strip())
    return (line for line in lines if not stated_delimiter(line))


def stated_delimiter(line: str) -> str:
    """Return the delimiter that the first line of a table for Excel states (`sep=;`), or ''."""
    match = _STATED_DELIMITER.fullmatch(line.strip('"\ufeff\r\n '))
    return match[1] if match else ""


def head_rows(head: bytes, delimiter: str, count: int) -> list[list[str]]:
    """Return the first rows of a table, as far as `head` contains them, with their cells stripped;
    none if they cannot be split.
    """
    lines = (f"{line}\n" for line in filled_lines(head))
    try:
        rows = islice(csv.reader(lines, delimiter=delimiter), count)
        return [[cell.strip() for cell in row] for row in rows]
    except csv.Error:
        return []


def is_archive(head: bytes) -> bool:
    """Return whether the file is a zip."""
    return head.startswith(ZIP_MAGICS)


def is_binary(head: bytes) -> bool:
    """Return whether the file is not text. A few NULs are damage in single rows."""
    text = head_text(head[:4096])
    return text.count("\x00") * 50 > len(text)


def json_keys(head: bytes) -> frozenset[str]:
    """Return the keys of the first JSON object, as far as `head` contains it, on one line or many.

    Empty if the text is neither a JSON object nor an array of objects.
    """
    text = head_text(head).lstrip()
    start = text.find("{")
    if start < 0 or text[:start].strip() not in ("", "["):
        return frozenset()
    keys, depth, last = set(), 0, ""
    for match in _TOKENS.finditer(text, start):
        token = match[0]
        if token in "{[":
            depth += 1
        elif token in "}]":
            depth -= 1
            if not depth:
                break
        elif token == ":":
            if depth == 1 and last:
                keys.add(last)
            last = ""
        else:
            last = token[1:-1]
    return frozenset(keys)


def detect_delimiter(head: bytes) -> str:
    """Return the delimiter of a table: the one stated in its first line, or the one that gives most
    cells.

    A delimiter that gives most of the first rows another number of cells than the header is the
    last choice, because a header may have commas within its names.
    """
    lines = [line for line in head_text(head).splitlines() if line.strip()][:_SAMPLE_LINES]
    if lines and (stated := stated_delimiter(lines[0])):
        return stated
    while len(lines) > 1 and not any(mark in lines[0] for mark in _DELIMITERS):
        # a title has one cell
        del lines[0]
    candidates = []
    for order, delimiter in enumerate(_DELIMITERS):
        widths = [len(split_cells(line, delimiter)) for line in lines]
        agreeing = sum(width == widths[0] for width in widths)
        fits = bool(widths) and widths[0] > 1 and agreeing * 2 > len(widths)
        candidates.append((fits, widths[0] if widths else 0, -order, delimiter))
    return max(candidates)[-1]


def split_cells(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line, stripped; empty if the line cannot be split."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []
