"""Order of day and month in the date columns of a table."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.ingest.formats.tabular.cell_coding import encode_cells
from resolver.ingest.formats.tabular.mapping import Mapping
from resolver.ingest.formats.tabular.table_files import TableFile
from resolver.ingest.reader_types import WHOLE, Reject
from resolver.ingest.text.date_order import DateEvidence, DateOrder
from resolver.records.properties import DATES

_PLAIN = "^[0-9]{4}[0-9-]*$"
_PLAIN_LETTERS = frozenset("0123456789-")
_REMEDY = "day_first in a mapping decides otherwise"


def find_date_order(
    table: TableFile, mapping: Mapping, rows: int = 0
) -> tuple[DateOrder, list[str]]:
    """Return the order that the mapping states or the dates prove, and a line on each assumption.

    Reads the date columns of the whole table, or of `rows` rows at least, once; not if it has none.
    """
    columns = [name for prop in DATES for name in mapping.properties.get(prop, ())]
    evidence = DateEvidence()
    examined = 0
    for chunk in table.chunks(columns, WHOLE) if columns else ():
        if isinstance(chunk, Reject):
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
    """Return the cells of a column that are more than a year and numbers after it.

    Nearly all dates of a large table begin with the year, which is no evidence. A separator that
    may be within such a cell leaves them all.
    """
    if pa.types.is_list(array.type) or _PLAIN_LETTERS.issuperset(separator or " "):
        return array
    is_coded = pa.types.is_dictionary(array.type)
    is_plain = pc.match_substring_regex(array.dictionary if is_coded else array, _PLAIN)
    if is_coded:
        is_plain = is_plain.take(array.indices)
    return array.filter(pc.invert(pc.fill_null(is_plain, True)))
