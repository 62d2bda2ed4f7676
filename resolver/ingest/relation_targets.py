"""Targets of relations that a list names but gives no id for.

The name stands for the record whose principal name it is, if exactly one record of the same source
bears it. Only relations that state a difference are read, such as kin or membership.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from resolver.ingest.text.list_names import match_key
from resolver.records import Batch, Column
from resolver.records.packing import relation_text, unpack_relation
from resolver.records.properties import RELATION
from resolver.records.stated_differences import packed_difference

_Bearers = dict[tuple[int, str], int]
"""Row of the only record of a source (code) with a name (`match_key`); -1 for several."""


def resolve_target_names(batch: Batch) -> Batch:
    """Return a canonical batch whose relations have the ids of the records they name."""
    column = batch.columns.get(RELATION)
    if column is None:
        return batch
    texts = column.values.to_pylist()
    names = {code: name for code, text in enumerate(texts) if (name := _target_name(text))}
    places = np.flatnonzero(np.isin(column.codes, list(names)))
    if not len(places):
        return batch
    bearers = _find_bearers(batch, set(names.values()))
    codes, new_codes = column.codes.copy(), {text: code for code, text in enumerate(texts)}
    for place in places.tolist():
        row, code = int(column.rows[place]), int(column.codes[place])
        target = bearers.get((int(batch.sources.codes[row]), names[code]), -1)
        if target not in (-1, row):
            relation = replace(unpack_relation(texts[code]), target_id=batch.ids[target].as_py())
            codes[place] = new_codes.setdefault(relation_text(relation), len(new_codes))
    values = pa.array(list(new_codes), pa.string())
    columns = {**batch.columns, RELATION: replace(column, codes=codes, values=values)}
    return replace(batch, columns=columns).canonical()


def _target_name(text: str) -> str:
    """Return the name (`match_key`) that a packed relation gives instead of an id, or empty."""
    kind, target_id = packed_difference(text)
    return match_key(unpack_relation(text).target_name) if kind and not target_id else ""


def _find_bearers(batch: Batch, names: set[str]) -> _Bearers:
    column = batch.columns.get("name")
    bearers: _Bearers = {}
    if column is None:
        return bearers
    keys = [match_key(text) for text in column.values.to_pylist()]
    for row, name in _rows_with_names(column, keys, names):
        source = int(batch.sources.codes[row])
        if bearers.setdefault((source, name), row) != row:
            bearers[source, name] = -1
    return bearers


def _rows_with_names(column: Column, keys: list[str], names: set[str]) -> list[tuple[int, str]]:
    """Return the rows that bear one of some names, with the name."""
    is_wanted = np.array([key in names for key in keys], dtype=bool)[column.codes]
    return [
        (row, keys[code])
        for row, code in zip(
            column.rows[is_wanted].tolist(), column.codes[is_wanted].tolist(), strict=True
        )
    ]
