"""Relations of the rows of a table, packed from columns that a mapping names."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from resolver.errors import DateError
from resolver.ingest.formats.tabular.cell_coding import (
    CellValues,
    Codes,
    encode_whole_cells,
    first_texts,
)
from resolver.ingest.formats.tabular.mapping import Mapping, RelationColumns
from resolver.ingest.formats.tabular.table_files import TableChunk
from resolver.ingest.reader_types import Reject
from resolver.ingest.text.date_order import DateOrder
from resolver.ingest.text.machine_dates import read_date_readings
from resolver.records import Relation
from resolver.records.packing import SEPARATOR, relation_text, split_fields
from resolver.records.properties import RELATION
from resolver.records.relations.relation_types import find_relation_type


def read_relations(
    chunk: TableChunk, mapping: Mapping, label: str, order: DateOrder
) -> tuple[list[CellValues], list[str], list[Reject]]:
    """Read the relations of a chunk: cells of packed relations, the columns they come from, and a
    reject for each value that was not read.
    """
    cells: list[CellValues] = []
    origins: list[str] = []
    rejects: list[Reject] = []
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


def _join_columns(chunk: TableChunk, columns: RelationColumns) -> pa.StringArray:
    """Return type, target, name, role, start and end of each row as one text."""
    count = len(chunk.lines)
    texts = [first_texts([chunk.arrays[name]] if name else [], count) for name in columns.fields]
    if columns.fixed_type is not None:
        texts[0] = pa.repeat(pa.scalar(columns.fixed_type.value, pa.string()), count)
    return pc.binary_join_element_wise(*texts, SEPARATOR)


def _read_relation(text: str, source: str, order: DateOrder) -> tuple[str | None, list[str]]:
    """Return a packed relation, None where a row states none, and what could not be read."""
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
) -> list[Reject]:
    return [
        Reject(label, int(lines[row]), f"value not taken: {fault}")
        for fault in faults
        for row in cells.rows_of(code)
    ]
