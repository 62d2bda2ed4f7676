"""Form of a file judged from its first bytes, for the `detect` functions; nothing here raises."""

from __future__ import annotations

import csv
import re

from resolver.ingest.io.source_files import ZIP_MAGICS, detect_encoding

PARQUET_MAGIC = b"PAR1"
_DELIMITERS = (",", "\t", ";", "|")
_TOKENS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?$)|[{}\[\]:]', re.DOTALL)


def head_text(head: bytes) -> str:
    """Decode the text that begins with `head`; bytes of an unknown encoding become U+FFFD."""
    return head.decode(detect_encoding(head), errors="replace").lstrip("\ufeff")


def first_line(head: bytes) -> str:
    """Return the first line that is not blank."""
    return next((line for line in head_text(head).splitlines() if line.strip()), "")


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


def split_header(line: str, delimiter: str = "") -> tuple[str, list[str]]:
    """Return the delimiter of a header line and its cells, stripped.

    Without a `delimiter`, the one that makes most cells is chosen.
    """
    candidates = [
        (len(cells), -order, candidate, cells)
        for order, candidate in enumerate(_DELIMITERS)
        if (cells := _split_cells(line, candidate))
    ]
    if delimiter or not candidates:
        return delimiter or ",", _split_cells(line, delimiter or ",")
    _, _, candidate, cells = max(candidates)
    return candidate, cells


def _split_cells(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []
