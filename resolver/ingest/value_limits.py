"""Limit of the values of a record.

Every check of a name compares all names of each candidate, so a record keeps at most `MAX_VALUES`
of each property, the first by their text in any order of rows; a reject states the number of values
left out. (The longest real record has 95 aliases.) Relations and link entities, which are not
compared with one another, have no limit.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from resolver.ingest.reader_types import LocatedBatch, Reject
from resolver.records import Column
from resolver.records.properties import LINK_ENTITY, RELATION

MAX_VALUES = 500
_UNLIMITED = (LINK_ENTITY, RELATION)


def limit_values(chunk: LocatedBatch, label: str) -> tuple[LocatedBatch, list[Reject]]:
    """Return the chunk with at most `MAX_VALUES` per property of a record, and a reject per cut."""
    rejects: list[Reject] = []
    columns = dict(chunk.batch.columns)
    for prop, column in chunk.batch.columns.items():
        counts = np.bincount(column.rows, minlength=len(chunk.batch))
        for row in np.flatnonzero(counts > MAX_VALUES).tolist() if prop not in _UNLIMITED else ():
            fault = f"only {MAX_VALUES} of its {counts[row]:,} values of {prop} are taken"
            identity = chunk.batch.ids[row].as_py()
            rejects.append(Reject.of_record(label, int(chunk.lines[row]), identity, fault))
            columns[prop] = _truncate(columns[prop], row)
    if not rejects:
        return chunk, []
    return LocatedBatch(replace(chunk.batch, columns=columns), chunk.lines), rejects


def _truncate(column: Column, row: int) -> Column:
    """Return the column with the first `MAX_VALUES` values of a row."""
    selected = np.ones(len(column.rows), dtype=bool)
    selected[np.flatnonzero(column.rows == row)[MAX_VALUES:]] = False
    return replace(
        column,
        rows=column.rows[selected],
        codes=column.codes[selected],
        origins=column.origins[selected],
    )
