"""Tables of words: one TSV file each, with the source and license of each in `SOURCES.tsv`.

The first line of a file names its columns. Each other line is one entry. Lines are sorted by their
cells from left to right, and cells that are numbers are sorted as numbers. To add an entry, add one
line: `tests/test_data.py` says where it belongs.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent
Row = tuple[str, ...]


_DATA = frozenset((".csv", ".json", ".tsv", ".txt", ".xz"))
_NOT_READ = ("README", "column_", "list_", "SOURCES", "generator_", "training_", "words-", "world_")
"""Beginnings of the names of files on which no normal form of a record depends."""


def load_rows(name: str, **chosen: str) -> list[Row]:
    """Return the rows of `name.tsv` in the order of the file, with a text for each column.

    If you name columns and values (`use="title"`), you get only the rows with these values, and
    the rows do not contain these columns. Raises `ValueError` for a column that the table lacks.
    """
    text = (FOLDER / f"{name}.tsv").read_text("utf-8")
    columns, *rows = [tuple(line.split("\t")) for line in text.removesuffix("\n").split("\n")]
    if not chosen:
        return rows
    indices = [columns.index(column) for column in chosen]
    values = list(chosen.values())
    kept = [position for position in range(len(columns)) if position not in indices]
    return [
        tuple([row[position] for position in kept])
        for row in rows
        if [row[position] for position in indices] == values
    ]


def load_words(name: str, **chosen: str) -> frozenset[str]:
    """Return the first column of the rows that `load_rows` returns, as a set."""
    return frozenset(row[0] for row in load_rows(name, **chosen))


def load_pairs(name: str, **chosen: str) -> dict[str, str]:
    """Return the second column by the first, of the rows that `load_rows` returns."""
    return {row[0]: row[1] for row in load_rows(name, **chosen)}


def digest_tables() -> str:
    """Return a digest of the tables that normal forms of records may depend on.

    Files of normal forms, such as files of an index, are made again when the digest changes.
    """
    digest = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in _DATA and not path.name.startswith(_NOT_READ):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]
