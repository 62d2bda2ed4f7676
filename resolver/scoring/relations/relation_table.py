"""Relations of a batch as a table of half-edges: a record, and the node that it is related to.

A node is a record, or a name that lists give instead of one. A relation between two records is two
half-edges, one from either end. Only what everybody may see counts: a statement of a hidden record
is left out, and so is one to a hidden record.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.kernels.number_sets import sort_distinct
from resolver.records import Batch, Column, Kind
from resolver.records.packing import split_fields
from resolver.records.prepared.ragged import spread
from resolver.records.prepared.text_cache import cache_short_texts
from resolver.records.properties import RELATION
from resolver.records.stated_differences import native_target
from resolver.records.visibility import STRANGER, visible_rows

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
MAX_RELATED = 500
"""Records that a record may be related to before it counts as a hub, whose relations say little."""
_MAX_NAME = 300
"""Characters of a name that are read."""


class NodeDegrees(NamedTuple):
    """Number of records that are related to each row, and to each name."""

    rows: Numbers
    names: Numbers


@dataclass(frozen=True, slots=True)
class RelationTable:
    """Half-edges of a batch of `count` records, by `own` and `node`.

    `node`: row of a record, or `count` + place in `names`. `code`: place of the statement in
    `texts`. `is_reversed`: the record at the other end states it. `is_derived`: the node is the
    name of the group that the statement leads to. `degrees`: see `NodeDegrees`.
    """

    count: int
    own: Numbers
    node: Numbers
    code: Numbers
    is_reversed: Flags
    is_derived: Flags
    texts: pa.StringArray
    names: Sequence[str]
    degrees: NodeDegrees

    def select(self, rows: Numbers) -> RelationTable:
        """Return the table of some rows, ascending; degrees stay those of all."""
        place = np.full(self.count + len(self.names), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        place[self.count :] = len(rows) + np.arange(len(self.names))
        inside = (place[self.own] >= 0) & (place[self.node] >= 0)
        return replace(
            self,
            count=len(rows),
            own=place[self.own[inside]],
            node=place[self.node[inside]],
            code=self.code[inside],
            is_reversed=self.is_reversed[inside],
            is_derived=self.is_derived[inside],
            degrees=NodeDegrees(self.degrees.rows[rows], self.degrees.names),
        )


@cache_short_texts(8_192)
def name_key(text: str) -> str:
    """Return the sorted words of a name in lower case without marks; empty for none."""
    letters = unicodedata.normalize("NFKD", text[:_MAX_NAME].casefold())
    inside = (letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(sorted("".join(c if c.isalnum() else " " for c in inside).split()))


def build_relation_table(batch: Batch) -> RelationTable | None:
    """Return the relations of a batch; None where it states none that count.

    Records that are related to more than `MAX_RELATED` others are hubs and are left out.
    """
    column = batch.columns.get(RELATION)
    if column is None or not len(column.rows):
        return None
    visible = visible_rows(batch, STRANGER)
    count = len(batch)
    edges = _find_edges(batch, column, visible)
    ends = sort_distinct(np.minimum(*edges[:2]) * count + np.maximum(*edges[:2]))
    rows = np.bincount(ends // count, minlength=count) + np.bincount(ends % count, minlength=count)
    is_small = (rows[edges[0]] <= MAX_RELATED) & (rows[edges[1]] <= MAX_RELATED)
    source, target, code = (side[is_small] for side in edges)
    naming, keys, name_of_code = _find_names(column, visible)
    namers, named_codes = (
        column.rows[naming].astype(np.int64),
        column.codes[naming].astype(np.int64),
    )
    name_nodes = name_of_code[named_codes]
    pairs = sort_distinct(name_nodes * count + namers)
    degrees = NodeDegrees(rows, np.bincount(pairs // count, minlength=len(keys)))
    derived = _derive_names(batch, (source, target, code), keys)
    own = np.concatenate([source, target, namers, derived[0]])
    if not len(own):
        return None
    node = np.concatenate([target, source, count + name_nodes, count + derived[1]])
    codes = np.concatenate([code, code, named_codes, derived[2]])
    kind = np.repeat(np.arange(4), [len(source), len(source), len(namers), len(derived[0])])
    order = np.lexsort((kind, codes, node, own))
    columns = (own[order], node[order], codes[order], kind[order] == 1, kind[order] == 3)
    return RelationTable(count, *columns, column.values, keys, degrees)


def _find_edges(
    batch: Batch, column: Column, visible: Flags | None
) -> tuple[Numbers, Numbers, Numbers]:
    """Return source row, target row and code of the statements between records of the batch."""
    target = _find_targets(batch, column)
    is_known = (target >= 0) & (target != column.rows)
    if visible is not None:
        is_known &= visible[column.rows] & visible[np.maximum(target, 0)]
    source, codes = column.rows[is_known], column.codes[is_known]
    return source.astype(np.int64), target[is_known], codes.astype(np.int64)


def _find_targets(batch: Batch, column: Column) -> Numbers:
    """Return the row of the target of each statement; -1 where it is not in the batch."""
    ids = [split_fields(text, 2)[1] for text in column.values.to_pylist()]
    rows = _rows_of_ids(batch, ids)[column.codes]
    has_id = np.array([bool(text) for text in ids], dtype=bool)
    missing = np.flatnonzero(has_id[column.codes] & (rows < 0))
    if len(missing):
        sources = batch.sources.texts()
        pairs = zip(column.rows[missing].tolist(), column.codes[missing].tolist(), strict=True)
        native = [native_target(sources[row], ids[code]) for row, code in pairs]
        rows[missing] = _rows_of_ids(batch, native)
    return rows


def _rows_of_ids(batch: Batch, ids: Sequence[str]) -> Numbers:
    rows = pc.index_in(pa.array(ids, pa.string()), value_set=batch.ids)
    return np.asarray(pc.fill_null(rows, -1)).astype(np.int64)


def _find_names(column: Column, visible: Flags | None) -> tuple[Numbers, list[str], Numbers]:
    """Return the places of statements with a name and no id, all names, and that of each code."""
    texts = column.values.to_pylist()
    key_of_code = [stated_name(text) for text in texts]
    keys = sorted(set(key_of_code) - {""})
    place = {key: number for number, key in enumerate(keys)}
    name_of_code = np.array([place.get(key, -1) for key in key_of_code], dtype=np.int64)
    is_named = name_of_code[column.codes] >= 0
    if visible is not None:
        is_named &= visible[column.rows]
    return np.flatnonzero(is_named), keys, name_of_code


def stated_name(text: str) -> str:
    """Return the name (`name_key`) that a packed relation gives instead of an id, or empty."""
    _, target_id, name = split_fields(text, 3)
    return "" if target_id or not name else name_key(name)


def _derive_names(
    batch: Batch, edges: tuple[Numbers, Numbers, Numbers], keys: Sequence[str]
) -> tuple[Numbers, Numbers, Numbers]:
    """Return record, name and code of the relations to groups that bear one of some names."""
    source, target, code = edges
    bearers = _find_bearers(batch, np.unique(target), keys)
    order = np.argsort(target, kind="stable")
    low = np.searchsorted(target[order], bearers[:, 0])
    counts = np.searchsorted(target[order], bearers[:, 0] + 1) - low
    chosen = order[spread(low, counts)]
    return source[chosen], np.repeat(bearers[:, 1], counts), code[chosen]


def _find_bearers(batch: Batch, targets: Numbers, keys: Sequence[str]) -> Numbers:
    """Return the groups among some rows that bear one of some names: row, and place of the name."""
    column = batch.columns.get("name")
    if column is None or not keys or not len(targets):
        return np.zeros((0, 2), dtype=np.int64)
    is_target = np.zeros(len(batch), dtype=bool)
    is_target[targets] = (batch.kinds[targets] & int(Kind.GROUP)) > 0
    chosen = np.flatnonzero(is_target[column.rows])
    used = np.unique(column.codes[chosen])
    place = {key: number for number, key in enumerate(keys)}
    number = np.full(len(column.values), -1, dtype=np.int64)
    texts = column.values.take(pa.array(used)).to_pylist()
    number[used] = [place.get(name_key(text), -1) for text in texts]
    pairs = np.stack([column.rows[chosen], number[column.codes[chosen]]], axis=1)
    bearers: Numbers = np.unique(pairs[pairs[:, 1] >= 0], axis=0).astype(np.int64)
    return bearers
