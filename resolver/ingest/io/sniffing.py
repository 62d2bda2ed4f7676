"""What the first bytes of a file tell about its form. For the `detect` functions of readers; nothing here raises."""

from __future__ import annotations

import csv
import re

from resolver.ingest.io.source_files import ZIP_MAGICS, encoding_of

PARQUET_MAGIC = b"PAR1"
_DELIMITERS = (",", "\t", ";", "|")
_TOKENS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?$)|[{}\[\]:]', re.DOTALL)


def head_text(head: bytes) -> str:
    """The text that begins with `head`; bytes of no known encoding become U+FFFD."""
    return head.decode(encoding_of(head), errors="replace").lstrip("\ufeff")


def first_line(head: bytes) -> str:
    """The first line that is not blank."""
    return next((line for line in head_text(head).splitlines() if line.strip()), "")


def is_archive(head: bytes) -> bool:
    """Whether it is a zip."""
    return head.startswith(ZIP_MAGICS)


def is_binary(head: bytes) -> bool:
    """Whether it is no text at all. A few NULs are damage, and cost the rows that hold them."""
    text = head_text(head[:4096])
    return text.count("\x00") * 50 > len(text)


def json_keys(head: bytes) -> frozenset[str]:
    """The keys of the first JSON object, as far as `head` reaches, whatever its length, over one line or many.

    Empty where the text is neither a JSON object nor an array of them.
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


def header(line: str, delimiter: str = "") -> tuple[str, list[str]]:
    """The delimiter of a header line (the given one, else the one that makes most cells) and its cells, stripped."""
    found = [
        (len(cells), -at, mark, cells)
        for at, mark in enumerate(_DELIMITERS)
        if (cells := _cells(line, mark))
    ]
    if delimiter or not found:
        return delimiter or ",", _cells(line, delimiter or ",")
    _, _, mark, cells = max(found)
    return mark, cells


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []
