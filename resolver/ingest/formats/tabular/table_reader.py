"""Tables of any layout: CSV, TSV, sheets of workbooks, Parquet, JSON lines or a JSON array.

A mapping names their columns, or the columns have plain names.
"""

from __future__ import annotations

from collections.abc import Iterator

from resolver.errors import FormatError, MappingError
from resolver.ingest.formats.tabular.column_profiles import find_contradictions
from resolver.ingest.formats.tabular.column_reading import build_table_batch
from resolver.ingest.formats.tabular.date_columns import find_date_order
from resolver.ingest.formats.tabular.guessed_mapping import (
    describe_guess,
    find_repeated_columns,
    guess_mapping,
)
from resolver.ingest.formats.tabular.mapping import Mapping
from resolver.ingest.formats.tabular.table_files import (
    TableFile,
    head_columns,
    open_table_file,
    width_fault,
)
from resolver.ingest.io.codepages import CYRILLIC, detect_code_page
from resolver.ingest.io.json_rows import is_json_lines
from resolver.ingest.io.sniffing import (
    PARQUET_MAGIC,
    first_line,
    head_text,
    is_archive,
    is_binary,
    json_keys,
)
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.reader_types import (
    WHOLE,
    Item,
    ListUnit,
    Note,
    ReaderRow,
    Reject,
    Share,
)

NAME = "tabular"


def is_table(head: bytes, file: SourceFile) -> bool:
    """Return whether the file can be read as a table, given a mapping."""
    if head.startswith(PARQUET_MAGIC):
        return True
    line = first_line(head)
    if is_archive(head) or is_binary(head) or not line or line.lstrip().startswith("<"):
        return False
    return bool(json_keys(head)) or not line.lstrip().startswith(("{", "["))


def detect_tabular(head: bytes, file: SourceFile) -> bool:
    """Return whether the file is a table whose columns have plain names."""
    if not is_table(head, file):
        return False
    columns = head_columns(head, file)
    return not width_fault(columns) and guess_mapping(columns, file.stem) is not None


def explain_refusal(head: bytes, file: SourceFile) -> str:
    """Return the specific reason why a table is not read or needs a mapping, or an empty text."""
    columns = head_columns(head, file) if is_table(head, file) else []
    if fault := width_fault(columns):
        return fault
    repeated = find_repeated_columns(columns)
    return f"column {repeated[0]!r} occurs twice; rename one of them" if repeated else ""


def read_tabular(unit: ListUnit, mapping: Mapping | None = None) -> Iterator[Item]:
    """Yield the records of a table as batches.

    Raises `MappingError` where the mapping names a missing column, `FormatError` where no mapping
    is given and none can be guessed.
    """
    file = unit.files[0]
    table = open_table_file(file, mapping.delimiter if mapping else None)
    if mapping is None:
        mapping = guess_mapping(table.columns, file.stem)
        if mapping is None:
            raise FormatError(
                f"no column is recognized as a name; the table has {', '.join(table.columns[:40])}",
                place=file.label,
                hint="name the columns with --mapping FILE.yml",
            )
        if unit.share.holds(0):
            yield Note(f"{file.label}: {describe_guess(mapping, table.columns)}")
    yield from read_open_table(table, mapping, file.label, unit.date_rows, unit.share)
    if unit.share.holds(0) and detect_code_page(file.head()) == CYRILLIC:
        yield Note(f"{file.label}: the file is not UTF-8; it was read as windows-1251 (Cyrillic)")


def read_open_table(
    table: TableFile, mapping: Mapping, label: str, date_rows: int = 0, share: Share = WHOLE
) -> Iterator[Item]:
    """Yield the records of an open table as batches; `label` names it in messages.

    `date_rows` and `share`: see `ListUnit`. Notes come with the first share.

    Raises `MappingError` where the mapping names a missing column.
    """
    try:
        columns = mapping.columns(table.columns)
    except MappingError as error:
        raise MappingError(error.message, place=label, hint=error.hint) from None
    order, doubts = find_date_order(table, mapping, date_rows)
    is_first = share.holds(0)
    for doubt in doubts if is_first else ():
        yield Note(f"{label}: {doubt}")
    is_empty, is_examined = is_first, not is_first
    for item in table.chunks(columns, share):
        is_empty = False
        if isinstance(item, Reject):
            yield item
        else:
            if not is_examined:
                is_examined = True
                for fault in find_contradictions(item, mapping):
                    yield Note(f"{label}: {fault}")
            batch, rejects = build_table_batch(item, mapping, label, order)
            yield from rejects
            yield batch
    if is_empty:
        yield Note(f"{label}: the table has a header and no rows")


def has_shares(unit: ListUnit) -> bool:
    """Return whether a share of a table can be read without reading all of it: not of an array."""
    head = unit.files[0].head()
    is_json = not head.startswith(PARQUET_MAGIC) and head_text(head).lstrip().startswith(("{", "["))
    return not is_json or is_json_lines(head)


def mapped_row(mapping: Mapping) -> ReaderRow:
    """Return the row of the format for tables read by a mapping."""
    return ReaderRow(
        name=NAME,
        help="a table read by a mapping",
        detect=is_table,
        read=lambda unit: read_tabular(unit, mapping),
        deduplicated=mapping.deduplicated,
        complete=mapping.complete,
        has_shares=has_shares,
    )


ROW = ReaderRow(
    name=NAME,
    help=(
        "CSV, TSV, Excel or OpenDocument sheets, Parquet, JSON lines or a JSON array with plain "
        "column names, or any with --mapping"
    ),
    detect=detect_tabular,
    read=read_tabular,
    has_shares=has_shares,
)
