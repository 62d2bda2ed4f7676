"""Targets of relations that a list names but gives no id for.

The name stands for the record whose principal name it is, if exactly one record of the same source
bears it. Only relations that state a difference are read, such as kin or membership.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from resolver.ingest.text.list_names import match_key
from resolver.records import Batch, Column
from resolver.records.packing import relation_text, unpack_relation
from resolver.records.properties import RELATION
from resolver.records.stated_differences import packed_difference

StatedName = tuple[str, str]
"""Source, and a name (`match_key`) that its relations give."""
NameBearers = Mapping[StatedName, str]
"""Id of the only record of a source with a name; empty for several."""


def resolve_target_names(batch: Batch, bearers: NameBearers | None = None) -> Batch:
    """Return a canonical batch whose relations have the ids of the records they name.

    `bearers`: those of the names that its relations give, where the batch is part of a whole (None:
    find them in it).
    """
    column = batch.columns.get(RELATION)
    if column is None:
        return batch
    places, names = _find_target_names(batch, column)
    if not names:
        return batch
    if bearers is None:
        keys = {key for _, key in names}
        bearers = find_name_bearers(batch, keys.__contains__)
    texts, ids = column.values.to_pylist(), batch.ids
    codes, new_codes = column.codes.copy(), {text: code for code, text in enumerate(texts)}
    for place, name in zip(places, names, strict=True):
        target = bearers.get(name, "")
        if target and target != ids[int(column.rows[place])].as_py():
            text = texts[int(column.codes[place])]
            relation = relation_text(replace(unpack_relation(text), target_id=target))
            codes[place] = new_codes.setdefault(relation, len(new_codes))
    values = pa.array(list(new_codes), pa.string())
    columns = {**batch.columns, RELATION: replace(column, codes=codes, values=values)}
    return replace(batch, columns=columns).canonical()


def find_target_names(batch: Batch) -> set[StatedName]:
    """Return the names that relations of a batch give instead of ids, with their sources."""
    column = batch.columns.get(RELATION)
    return set() if column is None else set(_find_target_names(batch, column)[1])


def _find_target_names(batch: Batch, column: Column) -> tuple[list[int], list[StatedName]]:
    """Return the places of the relations that give a name instead of an id, and these names."""
    names = {
        code: name
        for code, text in enumerate(column.values.to_pylist())
        if (name := _target_name(text))
    }
    places = np.flatnonzero(np.isin(column.codes, list(names))).tolist()
    sources = batch.sources.values.to_pylist()
    stated = [
        (
            sources[int(batch.sources.codes[int(column.rows[place])])],
            names[int(column.codes[place])],
        )
        for place in places
    ]
    return places, stated


def _target_name(text: str) -> str:
    """Return the name (`match_key`) that a packed relation gives instead of an id, or empty."""
    kind, target_id = packed_difference(text)
    return match_key(unpack_relation(text).target_name) if kind and not target_id else ""


def find_name_bearers(batch: Batch, is_sought: Callable[[str], bool]) -> dict[StatedName, str]:
    """Return the records that bear some names (`match_key`), as far as the batch has them."""
    column = batch.columns.get("name")
    if column is None:
        return {}
    keys = [match_key(text) for text in column.values.to_pylist()]
    chosen = np.array([is_sought(key) for key in keys], dtype=bool)[column.codes]
    rows, sources = column.rows[chosen], batch.sources.values.to_pylist()
    source_codes = batch.sources.codes[rows].tolist()
    bearers: dict[StatedName, int] = {}
    for row, source, code in zip(
        rows.tolist(), source_codes, column.codes[chosen].tolist(), strict=True
    ):
        name = sources[source], keys[code]
        if bearers.setdefault(name, row) != row:
            bearers[name] = -1
    return {name: "" if row < 0 else batch.ids[row].as_py() for name, row in bearers.items()}


def merge_name_bearers(parts: Iterable[NameBearers]) -> dict[StatedName, str]:
    """Return the bearers of names in several batches, which have no id in common."""
    bearers: dict[StatedName, str] = {}
    for part in parts:
        for name, identity in part.items():
            bearers[name] = "" if name in bearers else identity
    return bearers
