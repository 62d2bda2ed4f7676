"""Tables of any layout: CSV, TSV, Parquet, JSON lines or a JSON array, by a mapping or by plain column names."""

from __future__ import annotations

from collections.abc import Iterator

from resolver.errors import FormatError, InputError, MappingError
from resolver.ingest.formats.tabular.column_reading import to_batch
from resolver.ingest.formats.tabular.guessed_mapping import describe, doubled, guess_mapping
from resolver.ingest.formats.tabular.mapping import Mapping
from resolver.ingest.formats.tabular.table_files import open_table
from resolver.ingest.io.codepages import CYRILLIC, code_page
from resolver.ingest.io.sniffing import (
    PARQUET_MAGIC,
    first_line,
    header,
    is_archive,
    is_binary,
    json_keys,
)
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.reader_types import (
    Item,
    ListUnit,
    Note,
    ReaderRow,
    Reject,
)

NAME = "tabular"


def is_table(head: bytes, file: SourceFile) -> bool:
    """Whether the file can be read as a table at all, given a mapping."""
    if head.startswith(PARQUET_MAGIC):
        return True
    line = first_line(head)
    if is_archive(head) or is_binary(head) or not line or line.lstrip().startswith("<"):
        return False
    return bool(json_keys(head)) or not line.lstrip().startswith(("{", "["))


def detect(head: bytes, file: SourceFile) -> bool:
    """Whether the file is a table whose columns have plain names."""
    if not is_table(head, file):
        return False
    return guess_mapping(_columns(head, file), file.stem) is not None


def why_not(head: bytes, file: SourceFile) -> str:
    """What keeps a table from being read without a mapping, where it can be said; else empty."""
    twice = doubled(_columns(head, file)) if is_table(head, file) else []
    return (
        f"column {twice[0]!r} stands twice, and nobody knows which of them is meant"
        if twice
        else ""
    )


def _columns(head: bytes, file: SourceFile) -> list[str]:
    if head.startswith(PARQUET_MAGIC):
        try:
            return list(open_table(file).columns)
        except InputError:
            return []
    return (
        sorted(json_keys(head))
        or header(first_line(head), "\t" if file.suffix == ".tsv" else "")[1]
    )


def read(unit: ListUnit, mapping: Mapping | None = None) -> Iterator[Item]:
    """The records of a table as batches. Raises `MappingError` where the mapping names a column that is not there."""
    file = unit.files[0]
    table = open_table(file, mapping.delimiter if mapping else None)
    if mapping is None:
        mapping = guess_mapping(table.columns, file.stem)
        if mapping is None:
            raise FormatError(
                f"no column is plainly a name; the table has {', '.join(table.columns[:40])}",
                where=file.label,
                mend="say which columns hold what with --mapping FILE.yml",
            )
        yield Note(f"{file.label}: {describe(mapping, table.columns)}")
    try:
        wanted = mapping.columns(table.columns)
    except MappingError as error:
        raise MappingError(error.what, where=file.label, mend=error.mend) from None
    empty = True
    for item in table.chunks(wanted):
        empty = False
        if isinstance(item, Reject):
            yield item
        else:
            batch, rejects = to_batch(item, mapping, file.label)
            yield from rejects
            yield batch
    if empty:
        yield Note(f"{file.label}: the table has a header and no rows")
    if code_page(file.head()) == CYRILLIC:
        yield Note(f"{file.label}: this is no UTF-8; it was read as windows-1251 (Cyrillic)")


def mapped_row(mapping: Mapping) -> ReaderRow:
    """The row of tables read by a mapping."""
    return ReaderRow(
        name=NAME,
        help="a table read by a mapping",
        detect=is_table,
        read=lambda unit: read(unit, mapping),
        deduplicated=mapping.deduplicated,
        complete=mapping.complete,
    )


ROW = ReaderRow(
    name=NAME,
    help="CSV, TSV, Parquet, JSON lines or a JSON array with plain column names, or any with --mapping",
    detect=detect,
    read=read,
)
