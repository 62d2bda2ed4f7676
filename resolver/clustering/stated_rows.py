"""Statements of lists as constraints of clustering: pairs of rows that are stated to differ.

Relations give pairs wherever their targets are in the batch, compared or not; generations (Sr. and
Jr.) give pairs among those compared. Both depend on the two records alone, so a part of a batch
gives the same answer as the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.clustering.decided_rows import RowPair
from resolver.clustering.signed_clustering import drop_joined_pairs
from resolver.kernels.arrays import ByteArray
from resolver.records import Batch, Kind
from resolver.records.batch import IntArray
from resolver.records.properties import BIRTH_DATE, COMPOSED_PARTS, HANDLING, RELATION, SUFFIXES
from resolver.records.stated_links import (
    GENERATION_HINT,
    native_target,
    packed_difference,
    record_generations,
)

Flags = npt.NDArray[np.bool_]
_NAME_COLUMNS = ("name", *COMPOSED_PARTS, *SUFFIXES)
_MAX_NAMES = 4
"""Principal names with a generation that are read of one record."""


def find_stated_rows(
    batch: Batch, left: IntArray, right: IntArray, same: Sequence[RowPair] = ()
) -> IntArray:
    """Return the pairs of rows (n × 2, smaller first) that records state to be different.

    `left` and `right` are the compared pairs. Pairs that decisions (`same`) join, directly or
    through other records, are left out: a decision beats a statement.
    """
    pairs = np.concatenate([_related_pairs(batch), _generation_pairs(batch, left, right)])
    return drop_joined_pairs(pairs, len(batch), same)


def keep_statements(batch: Batch) -> Batch:
    """Return a canonical batch without the values that clustering does not read.

    It reads those of `find_stated_rows`, birth dates, and who may see a record.
    """
    columns = {}
    for prop in (HANDLING, BIRTH_DATE):
        column = batch.columns.get(prop)
        if column is not None:
            columns[prop] = column, np.ones(len(column.rows), dtype=bool)
    relations = batch.columns.get(RELATION)
    if relations is not None:
        columns[RELATION] = relations, _states_difference(relations.values)[relations.codes]
    has_generation = np.zeros(len(batch), dtype=bool)
    has_generation[_generation_rows(batch)] = True
    for prop in _NAME_COLUMNS:
        column = batch.columns.get(prop)
        if column is not None:
            columns[prop] = column, has_generation[column.rows]
    selected = {
        prop: replace(
            column, rows=column.rows[keep], codes=column.codes[keep], origins=column.origins[keep]
        )
        for prop, (column, keep) in columns.items()
        if keep.any()
    }
    return replace(batch, columns=selected).canonical()


def _related_pairs(batch: Batch) -> IntArray:
    """Return the pairs of rows of which one states a relation to the other."""
    column = batch.columns.get(RELATION)
    if column is None:
        return np.zeros((0, 2), dtype=np.int32)
    targets = [
        target if kind is not None else ""
        for kind, target in map(packed_difference, column.values.to_pylist())
    ]
    target_rows = _rows_of_ids(batch, targets)[column.codes]
    states = np.array([bool(target) for target in targets], dtype=bool)[column.codes]
    missing = np.flatnonzero(states & (target_rows < 0))
    sources = batch.sources.texts() if len(missing) else []
    native_ids = [
        native_target(sources[row], targets[code])
        for row, code in zip(
            column.rows[missing].tolist(), column.codes[missing].tolist(), strict=True
        )
    ]
    target_rows[missing] = _rows_of_ids(batch, native_ids)
    chosen = np.flatnonzero((target_rows >= 0) & (target_rows != column.rows))
    left, right = column.rows[chosen], target_rows[chosen]
    pairs = np.stack([np.minimum(left, right), np.maximum(left, right)], axis=1)
    return np.unique(pairs, axis=0).astype(np.int32)


def _rows_of_ids(batch: Batch, ids: Sequence[str]) -> IntArray:
    """Return the row of each record id; -1 for none."""
    if not ids:
        return np.zeros(0, dtype=np.int32)
    rows = pc.index_in(pa.array(ids, pa.string()), value_set=batch.ids)
    return np.asarray(pc.fill_null(rows, -1)).astype(np.int32)


def _states_difference(values: pa.StringArray) -> Flags:
    return np.array(
        [packed_difference(text)[0] is not None for text in values.to_pylist()], dtype=bool
    )


def _generation_rows(batch: Batch) -> IntArray:
    """Return the rows of persons whose names may hold a generation, ascending."""
    rows = [np.zeros(0, dtype=np.int32)]
    for prop in ("name", "lastName", *SUFFIXES):
        column = batch.columns.get(prop)
        if column is not None:
            texts = column.values
            if prop in SUFFIXES:
                texts = pc.binary_join_element_wise("x", texts, " ")
            hints = pc.match_substring_regex(texts, GENERATION_HINT)
            has_hint: Flags = np.asarray(hints, dtype=bool)
            rows.append(column.rows[has_hint[column.codes]])
    unique = np.unique(np.concatenate(rows))
    people: IntArray = unique[batch.kinds[unique] == int(Kind.PERSON)]
    return people


def _generation_pairs(batch: Batch, left: IntArray, right: IntArray) -> IntArray:
    """Return the compared pairs whose names agree but for their generations."""
    rows = _generation_rows(batch)
    place = np.full(len(batch), -1, dtype=np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    compared = np.flatnonzero(place[left] >= 0)
    compared = compared[place[right[compared]] >= 0]
    if not len(compared):
        return np.zeros((0, 2), dtype=np.int32)
    names, ranks = _code_generations(batch, rows)
    first, second = place[left[compared]], place[right[compared]]
    differs = np.zeros(len(compared), dtype=bool)
    for own in range(_MAX_NAMES):
        for other in range(_MAX_NAMES):
            is_one_name = (names[first, own] == names[second, other]) & (names[first, own] >= 0)
            differs |= is_one_name & (ranks[first, own] & ranks[second, other] == 0)
    chosen = compared[differs]
    return np.stack([left[chosen], right[chosen]], axis=1).astype(np.int32)


def _code_generations(batch: Batch, rows: IntArray) -> tuple[IntArray, ByteArray]:
    """Return codes of the names with a generation (-1: none) and the generations as bits.

    Both are arrays of rows × `_MAX_NAMES`.
    """
    names = np.full((len(rows), _MAX_NAMES), -1, dtype=np.int32)
    ranks = np.zeros((len(rows), _MAX_NAMES), dtype=np.uint8)
    columns = {prop: batch.columns[prop] for prop in _NAME_COLUMNS if prop in batch.columns}
    code_of: dict[str, int] = {}
    people = replace(batch, columns=columns).take(rows).to_records()
    for place, person in enumerate(people):
        generations = sorted(record_generations(person).items())
        for number, (name, stated) in enumerate(generations[:_MAX_NAMES]):
            names[place, number] = code_of.setdefault(name, len(code_of))
            ranks[place, number] = sum(1 << rank for rank in stated)
    return names, ranks
