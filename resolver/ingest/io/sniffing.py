"""Form of a file judged from its first bytes, for the `detect` functions; nothing here raises."""

from __future__ import annotations

import csv
import re

from resolver.ingest.io.codepages import detect_code_page
from resolver.ingest.io.source_files import ZIP_MAGICS
from resolver.ingest.io.text_lines import ESCAPED, detect_encoding, redecode_line

PARQUET_MAGIC = b"PAR1"
_SAMPLE_LINES = 20
_DELIMITERS = (",", "\t", ";", "|")
_STATED_DELIMITER = re.compile(r"sep=(.)", re.I)
_TOKENS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?$)|[{}\[\]:]', re.DOTALL)


def head_text(head: bytes) -> str:
    """Decode the text that begins with `head`, as its lines will be read.

    Bytes of an unknown encoding become U+FFFD.
    """
    encoding = detect_encoding(head)
    if not encoding.startswith("utf-8"):
        return head.decode(encoding, errors="replace").lstrip("\ufeff")
    text = head.decode("utf-8", errors="surrogateescape").lstrip("\ufeff")
    if ESCAPED.search(text):
        code_page = detect_code_page(head)
        text = "\n".join(redecode_line(line, code_page) for line in text.split("\n"))
    return ESCAPED.sub("\ufffd", text)


def first_line(head: bytes) -> str:
    """Return the first line that is not blank, after a line `sep=;`."""
    lines = (line for line in head_text(head).splitlines() if line.strip())
    return next((line for line in lines if not stated_delimiter(line)), "")


def stated_delimiter(line: str) -> str:
    """Return the delimiter that the first line of a table for Excel states (`sep=;`), or ''."""
    match = _STATED_DELIMITER.fullmatch(line.strip('"\ufeff\r\n '))
    return match[1] if match else ""


def is_archive(head: bytes) -> bool:
    """Return whether the file is a zip."""
    return head.startswith(ZIP_MAGICS)


def is_binary(head: bytes) -> bool:
    """Return whether the file is not text. A few NULs are damage of single rows."""
    text = head_text(head[:4096])
    return text.count("\x00") * 50 > len(text)


def json_keys(head: bytes) -> frozenset[str]:
    """Return the keys of the first JSON object as far as `head` reaches, on one line or many.

    Empty where the text is neither a JSON object nor an array of objects.
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
    """Return the delimiter of a table: stated in its first line, or the one that makes most cells.

    A delimiter that gives most of the first rows another number of cells than the header comes
    after all others: a header may have commas within its names.
    """
    lines = [line for line in head_text(head).splitlines() if line.strip()][:_SAMPLE_LINES]
    if lines and (stated := stated_delimiter(lines[0])):
        return stated
    candidates = []
    for order, delimiter in enumerate(_DELIMITERS):
        widths = [len(split_cells(line, delimiter)) for line in lines]
        agreeing = sum(width == widths[0] for width in widths)
        fits = bool(widths) and widths[0] > 1 and agreeing * 2 > len(widths)
        candidates.append((fits, widths[0] if widths else 0, -order, delimiter))
    return max(candidates)[-1]


def split_cells(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line, stripped; none where the line cannot be split."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []
