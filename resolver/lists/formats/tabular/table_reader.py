"""Read tables of any layout: CSV, TSV, sheets of workbooks, Parquet, JSON lines or a JSON array.

A mapping names the columns, or the columns have plain names (`guessed_mapping`). Chunks of a table
become batches: columns of text in, columns of coded values out. Every step works on the unique
texts of a chunk: trimming, splitting cells with several values, reading dates, packing. A value
that cannot be read is left out with a reject (`value not taken`), and the record stays. A row with
an unknown kind, schema or handling code is refused.

The module also finds the order of day and month in the date columns of a table, and packs the
relations of its rows.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.errors import DateError, FormatError, InputError, MappingError
from resolver.lists import reader_types
from resolver.lists.formats.tabular import table_files
from resolver.lists.formats.tabular.cells import (
    CellValues,
    Codes,
    build_column,
    encode_cells,
    encode_whole_cells,
    first_texts,
)
from resolver.lists.formats.tabular.column_names import recognize_columns
from resolver.lists.formats.tabular.column_profiles import (
    find_contradictions,
    read_handling,
    read_ids,
    read_kinds,
)
from resolver.lists.formats.tabular.guessed_mapping import (
    describe_guess,
    find_repeated_columns,
    guess_mapping,
    guess_table,
    join_some,
)
from resolver.lists.formats.tabular.mapping import (
    ADDRESS_PARTS,
    ROUTE_PARTS,
    Mapping,
    RelationColumns,
)
from resolver.lists.io import text_lines
from resolver.lists.io.json_rows import is_json_lines
from resolver.lists.io.source_files import PARQUET_MAGIC, SourceFile
from resolver.lists.text.list_dates import DateEvidence, DateOrder, read_date_readings
from resolver.records import Activity, Batch, Coded, Column, Relation
from resolver.records.packing import SEPARATOR, relation_text, split_fields
from resolver.records.properties import (
    ACTIVITY,
    ADDRESS,
    DATES,
    FULL_NAMES,
    HANDLING,
    IDENTIFIER_SET,
    NAME_PARTS,
    NATIONALITY,
    RELATION,
    ROUTE,
)
from resolver.records.stated_links import find_relation_type
from resolver.runtime.text_cache import cache_short_texts


def read_relations(
    chunk: table_files.TableChunk, mapping: Mapping, label: str, order: DateOrder
) -> tuple[list[CellValues], list[str], list[reader_types.Reject]]:
    """Read the relations of a chunk: cells of packed relations, the columns from which they come,
    and a reject for each value that was not read.
    """
    cells: list[CellValues] = []
    origins: list[str] = []
    rejects: list[reader_types.Reject] = []
    for columns in mapping.relations:
        joined = encode_whole_cells(_join_columns(chunk, columns))
        packed: list[str | None] = []
        for code, text in enumerate(joined.texts.to_pylist()):
            relation, faults = _read_relation(text, mapping.source, order)
            packed.append(relation)
            rejects += _rejects(faults, joined, code, chunk.lines, label)
        cells.append(joined.recode(pa.array(packed, pa.string())))
        origins.append(", ".join(columns.column_names))
    return cells, origins, rejects


def _join_columns(chunk: table_files.TableChunk, columns: RelationColumns) -> pa.StringArray:
    """Return type, target, name, role, start and end of each row as one text."""
    count = len(chunk.lines)
    texts = [first_texts([chunk.arrays[name]] if name else [], count) for name in columns.fields]
    if columns.fixed_type is not None:
        texts[0] = pa.repeat(pa.scalar(columns.fixed_type.value, pa.string()), count)
    return pc.binary_join_element_wise(*texts, SEPARATOR)


def _read_relation(text: str, source: str, order: DateOrder) -> tuple[str | None, list[str]]:
    """Return a packed relation (None if a row states none), and the texts that could not be
    read.
    """
    kind_text, target, name, role, *dates = split_fields(text, 6)
    if not target and not name:
        return None, []
    kind, faults = find_relation_type(kind_text), []
    if kind is None:
        return None, [f"{RELATION} type {kind_text[:80]!r} is unknown"]
    days = []
    for date in dates:
        try:
            days.append(read_date_readings(date, order)[0] if date else "")
        except DateError as error:
            days.append("")
            faults.append(f"date of a {RELATION} {date[:80]!r}: {error}")
    target_id = target if not target or ":" in target else f"{source}:{target}"
    return relation_text(Relation(kind, target_id, name, role, *days)), faults


def _rejects(
    faults: Sequence[str], cells: CellValues, code: int, lines: Codes, label: str
) -> list[reader_types.Reject]:
    return [
        reader_types.Reject(label, int(lines[row]), f"value not taken: {fault}")
        for fault in faults
        for row in cells.rows_of(code)
    ]


_LEAST_COLUMNS = 3
"""Least properties of a table in which a row with a name alone may be a sum."""
MAX_CACHED = 1 << 17
"""Maximum number of values that a reader keeps in its cache."""
_BETWEEN = "\n"
"""Separator of the two readings of a date while texts are converted one to one."""
# A date without a valid day or month still has a year, its most identifying part.
_LEADING_YEAR = re.compile(r"\s*([12]\d{3})-")


_FIRST_DAY = datetime.date(1899, 12, 30)
_DAY_COUNT = re.compile(r"[1-5]\d{4}")
"""Day that a sheet counts from `_FIRST_DAY`: those from 1927 to 2064. Smaller numbers may be years.
"""
_SOLAR_YEAR = re.compile(r"(?<!\d)1[234]\d\d(?!\d)")
_SUM = re.compile(
    r"(?i)\W*(?:(?:grand )?total\w*|totaal|gesamt|summe|итого|всего|разом|усього|razem|og[oó]łem"
    r"|suma|toplam|jumlah?|celkem|összesen|ukupno|общо|σύνολο|(?:ال)?مجموع|جمع|合计|合計|总计|總計"
    r"|共計|共计|합계)[^\d\n]{0,40}\d.{0,40}"
)
"""Text of a line that counts the rows above it: `Total: 31`."""
_NOTES = "notes"
_OPEN_DATE = re.compile(r"\s*(?:before|after|until|since|prior to|vor|nach|avant|après)\b.*", re.I)
"""Text of a date of which only one end is known; such texts are not read as dates."""
_AND_SO_ON = r"\s*[;|\n]\s*"
_CELL_SEPARATORS = {
    **dict.fromkeys(
        ("alias", "weakAlias", "previousName"),
        rf"(?i){_AND_SO_ON}|\s+(?:a\.k\.a\.|aka|alias)[:\s]\s*",
    ),
    **dict.fromkeys(
        (*IDENTIFIER_SET, "phone", "email", "website", NATIONALITY, "citizenship"), _AND_SO_ON
    ),
}
"""Separators of several values in a cell, by property, if the mapping does not state one. Cells of
other properties stay whole: an address or a position may contain a semicolon.
"""


@dataclass(frozen=True, slots=True)
class ValueReader:
    """Conversion of texts to values, cached. `read` may raise `DateError` or `ValueError`."""

    read: Callable[[str], str]
    cache: dict[str, str] = field(default_factory=dict)

    def __call__(self, text: str) -> str:
        """Return the value of a text."""
        if len(self.cache) >= MAX_CACHED:
            self.cache.clear()
        value = self.cache[text] = self.read(text)
        return value


def build_table_batch(
    chunk: table_files.TableChunk, mapping: Mapping, label: str, order: DateOrder
) -> tuple[reader_types.LocatedBatch, list[reader_types.Reject]]:
    """Build the records of a chunk, with a reject for each value or row that was not read."""
    count = len(chunk.lines)
    columns, rejects = _build_columns(chunk, mapping, label, order)
    kinds, schemas, refused = read_kinds(chunk, mapping)
    handling, refused_codes = read_handling(chunk, mapping)
    refused |= refused_codes
    if len(columns) >= _LEAST_COLUMNS:
        refused |= dict.fromkeys(_find_sums(columns, count), "it counts the rows of the table")
    ids = read_ids(chunk, mapping, columns, schemas)
    if handling is not None:
        columns[HANDLING] = handling
    sources = Coded(np.zeros(count, dtype=np.int32), pa.array([mapping.source], pa.string()))
    batch = Batch(ids, kinds, schemas, sources, columns)
    if not refused:
        return reader_types.LocatedBatch(batch, chunk.lines), rejects
    rejects += [
        reader_types.Reject.of_row(label, int(chunk.lines[row]), reason, ids[row].as_py())
        for row, reason in refused.items()
    ]
    rows = np.setdiff1d(np.arange(count), np.array(list(refused)))
    return reader_types.LocatedBatch(batch.take(rows), chunk.lines[rows]), rejects


def _find_sums(columns: dict[str, Column], count: int) -> list[int]:
    """Return the rows whose only value is a name such as `Total: 31`."""
    values = sum(np.bincount(column.rows, minlength=count) for column in columns.values())
    return [
        row
        for name in (*FULL_NAMES, *NAME_PARTS)
        if (column := columns.get(name)) is not None
        for row, text in _values_of(column, np.flatnonzero(values == 1))
        if _SUM.fullmatch(text)
    ]


def _values_of(column: Column, rows: npt.NDArray[np.intp]) -> Iterator[tuple[int, str]]:
    """Yield row and text of the values of some rows."""
    for at in np.flatnonzero(np.isin(column.rows, rows)).tolist():
        yield int(column.rows[at]), column.values[int(column.codes[at])].as_py()


def _build_columns(
    chunk: table_files.TableChunk, mapping: Mapping, label: str, order: DateOrder
) -> tuple[dict[str, Column], list[reader_types.Reject]]:
    """Build the columns of all mapped properties with any value, and the rejected values."""
    rejects: list[reader_types.Reject] = []
    columns: dict[str, Column] = {}
    unread: list[tuple[CellValues, str]] = []
    for prop, names in sorted(_property_columns(mapping).items()):
        read = _choose_reader(prop, order)
        pattern = _CELL_SEPARATORS.get(prop) if mapping.separator is None else None
        parts = [encode_cells(chunk.arrays[name], mapping.separator, pattern) for name in names]
        origins = list(names)
        if read is not None:
            readers = [_solar_reader(order) if _is_solar(prop, name) else read for name in names]
            readings = [
                _read_values(prop, part, reader, chunk.lines, label)
                for part, reader in zip(parts, readers, strict=True)
            ]
            parts = [part for part, _, _ in readings]
            unread += [(notes, name) for (_, notes, _), name in zip(readings, names, strict=True)]
            rejects += [reject for _, _, refused in readings for reject in refused]
        if prop in DATES and any(map(_has_two_readings, parts)):
            parts, origins = _split_readings(parts, origins)
        if prop == ADDRESS and (packed := _pack_address(chunk, mapping)) is not None:
            parts.append(packed[0])
            origins.append(packed[1])
        columns[prop] = build_column(parts, origins)
    unread = [(cells, name) for cells, name in unread if len(cells.rows)]
    if unread:
        names = mapping.properties.get(_NOTES, ())
        unread += [(encode_cells(chunk.arrays[name], mapping.separator), name) for name in names]
        parts, origins = map(list, zip(*unread, strict=True))
        columns[_NOTES] = build_column(parts, origins)
    columns |= _read_routes(chunk, mapping)
    if mapping.relations:
        parts, origins, refused = read_relations(chunk, mapping, label, order)
        columns[RELATION] = build_column(parts, origins)
        rejects += refused
    return {prop: column for prop, column in columns.items() if len(column)}, rejects


def _property_columns(mapping: Mapping) -> dict[str, tuple[str, ...]]:
    """Return the columns of each property, with the parts of an address as one property."""
    properties = {prop: names for prop, names in mapping.properties.items() if "." not in prop}
    if any(prop.startswith(f"{ADDRESS}.") for prop in mapping.properties):
        properties.setdefault(ADDRESS, ())
    return properties


def _read_values(
    prop: str, cells: CellValues, read: ValueReader, lines: Codes, label: str
) -> tuple[CellValues, CellValues, list[reader_types.Reject]]:
    """Convert the values by `read`. If `read` raises for a value, the value is left out with a
    reject.

    The second cells are notes with the dates that were left out, which would otherwise be lost. An
    open date (`before 1964`) is also such a note, but has no reject.
    """
    originals = cells.texts.to_pylist()
    # Texts of earlier chunks are in the cache.
    texts: list[str | None] = list(map(read.cache.get, originals))
    notes: list[str | None] = [None] * len(texts)
    rejects: list[reader_types.Reject] = []
    for code, text in enumerate(originals):
        if texts[code] is not None:
            continue
        try:
            texts[code] = read(text)
        except (DateError, ValueError) as error:
            is_date = prop in DATES
            year = _LEADING_YEAR.match(text) if is_date else None
            texts[code] = year[1] if year else None
            notes[code] = f"{prop}: {text}" if is_date and not year else None
            if is_date and _OPEN_DATE.fullmatch(text):
                continue
            outcome = "only the year taken" if year else "value not taken"
            reason = f"{outcome}: {prop} {text[:80]!r}: {error}"
            rejects += [
                reader_types.Reject(label, int(lines[row]), reason) for row in cells.rows_of(code)
            ]
    unread = cells.recode(pa.array(notes, pa.string()))
    return cells.recode(pa.array(texts, pa.string())), unread, rejects


def _has_two_readings(cells: CellValues) -> bool:
    return bool(pc.any(pc.match_substring(cells.texts, _BETWEEN)).as_py())


def _split_readings(
    parts: list[CellValues], origins: list[str]
) -> tuple[list[CellValues], list[str]]:
    """Return the first readings of all dates as one part, and the second readings as another
    part.
    """
    texts = [[text.partition(_BETWEEN) for text in part.texts.to_pylist()] for part in parts]
    firsts = [
        part.recode(pa.array([first for first, _, _ in split], pa.string()))
        for part, split in zip(parts, texts, strict=True)
    ]
    seconds = [
        (part.recode(pa.array([second for _, _, second in split], pa.string())), origin)
        for part, split, origin in zip(parts, texts, origins, strict=True)
        if any(second for _, _, second in split)
    ]
    return [*firsts, *(part for part, _ in seconds)], [*origins, *(name for _, name in seconds)]


def _choose_reader(prop: str, order: DateOrder) -> ValueReader | None:
    """Return the reader of a property's values, or None if texts are values without any change."""
    if prop in DATES:
        return _date_reader(order)
    if prop in IDENTIFIER_SET or prop == ADDRESS:
        return ValueReader(_pack_single_field)
    return ValueReader(_read_activity) if prop == ACTIVITY else None


@cache
def _date_reader(order: DateOrder) -> ValueReader:
    return ValueReader(lambda text: _BETWEEN.join(read_date_readings(_spell_day(text), order)))


@cache
def _solar_reader(order: DateOrder) -> ValueReader:
    def read(text: str) -> str:
        """Return a date whose year is one of the Persian and Afghan calendar."""
        years = _SOLAR_YEAR.findall(text)
        return _BETWEEN.join(read_date_readings(f"{text} SH" if years else text, order))

    return ValueReader(read)


@cache_short_texts(4_096, all_arguments=True)
def _is_solar(prop: str, column: str) -> bool:
    """Return whether a column of dates has a Persian name: the years of such dates are solar."""
    meaning = recognize_columns([column]).get(column)
    return prop in DATES and meaning is not None and meaning.language == "Persian"


def _spell_day(text: str) -> str:
    """Return a day that a sheet counts (28765) as a date; other texts unchanged."""
    if not _DAY_COUNT.fullmatch(text):
        return text
    return (_FIRST_DAY + datetime.timedelta(days=int(text))).isoformat()


def _pack_single_field(text: str) -> str:
    """Return the packed form of a structure with only its first field: a number, a full address."""
    return text.replace(SEPARATOR, " ").rstrip(SEPARATOR)


def _read_activity(text: str) -> str:
    try:
        return Activity(text.lower().replace(" ", "_")).value
    except ValueError:
        raise ValueError(f"known are {', '.join(Activity)}") from None


def _read_routes(chunk: table_files.TableChunk, mapping: Mapping) -> dict[str, Column]:
    """Return the countries of routes, packed with their roles, as a column if any is mapped."""
    parts, origins = [], []
    for role in ROUTE_PARTS:
        for name in mapping.properties.get(f"{ROUTE}.{role}", ()):
            cells = encode_cells(chunk.arrays[name], mapping.separator)
            countries = map(_pack_single_field, cells.texts.to_pylist())
            packed = [f"{country}{SEPARATOR}{role}" for country in countries]
            parts.append(cells.recode(pa.array(packed, pa.string())))
            origins.append(name)
    return {ROUTE: build_column(parts, origins)} if parts else {}


def _pack_address(chunk: table_files.TableChunk, mapping: Mapping) -> tuple[CellValues, str] | None:
    """Pack the parts of an address into one text a row; also return the names of their columns."""
    names = [mapping.properties.get(f"{ADDRESS}.{part}", ()) for part in ADDRESS_PARTS]
    if not any(names):
        return None
    count = len(chunk.lines)
    parts = [first_texts([chunk.arrays[name] for name in columns], count) for columns in names]
    packed = pc.utf8_rtrim(pc.binary_join_element_wise(*parts, SEPARATOR), characters=SEPARATOR)
    return encode_whole_cells(packed), ", ".join(name for columns in names for name in columns)


_PLAIN = "^[0-9]{4}[0-9-]*$"
_PLAIN_LETTERS = frozenset("0123456789-")
_REMEDY = "day_first in a mapping decides otherwise"


def find_date_order(
    table: table_files.TableFile, mapping: Mapping, rows: int = 0
) -> tuple[DateOrder, list[str]]:
    """Return the order that the mapping states or that the dates prove, and a line on each
    assumption.

    The function reads the date columns of the whole table once, or of at least `rows` rows; it
    reads nothing if there are none.
    """
    columns = [name for prop in DATES for name in mapping.properties.get(prop, ())]
    evidence = DateEvidence()
    examined = 0
    for chunk in table.chunks(columns, reader_types.WHOLE) if columns else ():
        if isinstance(chunk, reader_types.Reject):
            continue
        for name in columns:
            cells = encode_cells(
                _drop_plain(chunk.arrays[name], mapping.separator), mapping.separator
            )
            counts = pa.array(np.bincount(cells.codes, minlength=len(cells.texts)))
            is_open = pc.invert(pc.match_substring_regex(cells.texts, "^[0-9]{4}"))
            texts, times = cells.texts.filter(is_open), counts.filter(is_open)
            for text, count in zip(texts.to_pylist(), times.to_pylist(), strict=True):
                evidence.add(text, count)
        examined += len(chunk.lines)
        if rows and examined >= rows:
            break
    if mapping.day_first is not None:
        return DateOrder(mapping.day_first, mapping.day_first), list(evidence.describe_years())
    return evidence.order(), list(evidence.describe(_REMEDY))


def _drop_plain(array: pa.Array, separator: str | None) -> pa.Array:
    """Return the cells of a column that are not just a year and numbers after it.

    Nearly all dates of a large table begin with the year; such dates prove nothing about the order.
    If a separator may occur within such a cell, all cells are returned.
    """
    if pa.types.is_list(array.type) or _PLAIN_LETTERS.issuperset(separator or " "):
        return array
    is_coded = pa.types.is_dictionary(array.type)
    is_plain = pc.match_substring_regex(array.dictionary if is_coded else array, _PLAIN)
    if is_coded:
        is_plain = is_plain.take(array.indices)
    return array.filter(pc.invert(pc.fill_null(is_plain, True)))


NAME = "tabular"


def is_table(head: bytes, file: SourceFile) -> bool:
    """Return whether the file can be read as a table, given a mapping."""
    if head.startswith(PARQUET_MAGIC):
        return True
    line = text_lines.first_line(head)
    if (
        text_lines.is_archive(head)
        or text_lines.is_binary(head)
        or not line
        or line.lstrip().startswith("<")
    ):
        return False
    return bool(text_lines.json_keys(head)) or not line.lstrip().startswith(("{", "["))


def detect_tabular(head: bytes, file: SourceFile) -> bool:
    """Return whether the file is a table whose columns have plain names."""
    if not is_table(head, file):
        return False
    columns = table_files.head_columns(head, file)
    if table_files.width_fault(columns):
        return False
    return guess_mapping(columns, file.stem) is not None or _is_guessed_by_values(columns, file)


def _is_guessed_by_values(columns: Sequence[str], file: SourceFile) -> bool:
    """Return whether the values of the first rows show which column is the name."""
    try:
        table = table_files.open_table_file(file) if len(recognize_columns(columns)) > 1 else None
        return table is not None and guess_table(table, file.stem) is not None
    except InputError:
        return False


def explain_refusal(head: bytes, file: SourceFile) -> str:
    """Return the specific reason why a table is not read or needs a mapping, or an empty text."""
    columns = table_files.head_columns(head, file) if is_table(head, file) else []
    if fault := table_files.width_fault(columns):
        return fault
    repeated = find_repeated_columns(columns)
    if repeated:
        return f"column {repeated[0]!r} occurs twice; rename one of them"
    is_nameless = len(columns) > 1 and guess_mapping(columns, file.stem) is None
    return _no_name_fault(columns) if is_nameless else ""


def _no_name_fault(columns: Sequence[str]) -> str:
    return f"no column is recognized as a name; the table has {join_some(columns)}"


def read_tabular(
    unit: reader_types.ListUnit, mapping: Mapping | None = None, source: str = ""
) -> Iterator[reader_types.Item]:
    """Yield the records of a table as batches.

    `source` names the source of a table without a mapping; by default the name of the file does.

    Raises `MappingError` if the mapping names a missing column, and `FormatError` if no mapping is
    given and none can be guessed.
    """
    file = unit.files[0]
    table = table_files.open_table_file(
        file, mapping.delimiter if mapping else None, mapping.encoding if mapping else None
    )
    if mapping is None:
        mapping = guess_table(table, file.stem)
        if mapping is None:
            raise FormatError(
                _no_name_fault(table.columns),
                place=file.label,
                hint="name the columns with --mapping FILE.yml",
            )
        if source:
            mapping = mapping.model_copy(update={"source": source})
        if unit.share.holds(0):
            yield reader_types.Note(f"{file.label}: {describe_guess(mapping, table.columns)}")
    yield from read_open_table(table, mapping, file.label, unit.date_rows, unit.share)


def read_open_table(
    table: table_files.TableFile,
    mapping: Mapping,
    label: str,
    date_rows: int = 0,
    share: reader_types.Share = reader_types.WHOLE,
) -> Iterator[reader_types.Item]:
    """Yield the records of an open table as batches; `label` names it in messages.

    `date_rows` and `share`: see `ListUnit`. Notes come with the first share.

    Raises `MappingError` if the mapping names a missing column.
    """
    try:
        columns = mapping.columns(table.columns)
    except MappingError as error:
        raise MappingError(error.message, place=label, hint=error.hint) from None
    order, doubts = find_date_order(table, mapping, date_rows)
    is_first = share.holds(0)
    for doubt in doubts if is_first else ():
        yield reader_types.Note(f"{label}: {doubt}")
    is_empty, is_examined = is_first, not is_first
    for item in table.chunks(columns, share):
        is_empty = False
        if isinstance(item, reader_types.Reject):
            yield item
        else:
            if not is_examined:
                is_examined = True
                for fault in find_contradictions(item, mapping):
                    yield reader_types.Note(f"{label}: {fault}")
            batch, rejects = build_table_batch(item, mapping, label, order)
            yield from rejects
            yield batch
    if is_empty:
        yield reader_types.Note(f"{label}: the table has a header and no rows")


def has_shares(unit: reader_types.ListUnit) -> bool:
    """Return whether a share of a table can be read without reading all of it (not possible for a
    JSON array).
    """
    head = unit.files[0].head()
    is_json = not head.startswith(PARQUET_MAGIC) and text_lines.head_text(head).lstrip().startswith(
        ("{", "[")
    )
    return not is_json or is_json_lines(head)


def source_row(source: str) -> reader_types.ReaderRow:
    """Return the row of the format for tables without a mapping, as records of a source."""
    return replace(ROW, read=partial(read_tabular, source=source))


def mapped_row(mapping: Mapping) -> reader_types.ReaderRow:
    """Return the row of the format for tables read by a mapping."""
    return reader_types.ReaderRow(
        name=NAME,
        help="a table read by a mapping",
        detect=is_table,
        read=lambda unit: read_tabular(unit, mapping),
        deduplicated=mapping.deduplicated,
        complete=mapping.complete,
        has_shares=has_shares,
    )


ROW = reader_types.ReaderRow(
    name=NAME,
    help=(
        "CSV, TSV, Excel or OpenDocument sheets, Parquet, JSON lines or a JSON array with plain "
        "column names, or any with --mapping"
    ),
    detect=detect_tabular,
    read=read_tabular,
    has_shares=has_shares,
)
