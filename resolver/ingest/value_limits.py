"""More values than one record can need. Every check of a name pays for all names of whoever may be meant, so of each
property a record keeps the first `MOST_VALUES` by their text, whatever the order; how many were left out is said. (The
longest real record at hand has 95 aliases.) Relations are not compared one with another, and stay.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from resolver.ingest.reader_types import BatchAt, Reject
from resolver.records import Column
from resolver.records.properties import RELATION

MOST_VALUES = 500


def without_surplus(chunk: BatchAt, label: str) -> tuple[BatchAt, list[Reject]]:
    """The chunk with at most `MOST_VALUES` of a property in a record, and a reject for each property cut."""
    rejects: list[Reject] = []
    columns = dict(chunk.batch.columns)
    for prop, column in chunk.batch.columns.items():
        counts = np.bincount(column.rows, minlength=len(chunk.batch))
        for row in np.flatnonzero(counts > MOST_VALUES).tolist() if prop != RELATION else ():
            said = f"only {MOST_VALUES} of its {counts[row]:,} values of {prop} are taken"
            rejects.append(
                Reject(label, int(chunk.lines[row]), f"record {chunk.batch.ids[row]}: {said}")
            )
            columns[prop] = _cut(columns[prop], row)
    return (
        BatchAt(replace(chunk.batch, columns=columns), chunk.lines) if rejects else chunk
    ), rejects


def _cut(column: Column, row: int) -> Column:
    """The column with the first `MOST_VALUES` values of a row."""
    kept = np.ones(len(column.rows), dtype=bool)
    kept[np.flatnonzero(column.rows == row)[MOST_VALUES:]] = False
    return replace(
        column, rows=column.rows[kept], codes=column.codes[kept], origins=column.origins[kept]
    )
