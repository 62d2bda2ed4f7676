"""FollowTheMoney statements: one row for each value that each record states, with the entity the record belongs to.

The columns and the hash in `id` are those of `followthemoney.statement`, whose readers load the rows. Rows are
grouped by canonical id, entities in the order of their ids, each followed by its edges. Every record has a row for
the property `id`. The rows of an edge bear the id `<record id>/<edge id>` in place of a record id. Times are empty: a
run does not know when a list first said something.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from followthemoney.statement.serialize import CSV_COLUMNS
from followthemoney.statement.util import BASE_ID

from resolver.merging.canonical_values import CountryCode
from resolver.merging.entity_values import Piece, pieces
from resolver.merging.ftm.edges import Edge, edge, relation_note
from resolver.merging.ftm.statement_rows import (
    FormTable,
    StatementRows,
    origins_of,
    value_rows,
)
from resolver.merging.ftm.value_forms import Form
from resolver.merging.merge_context import Context, context
from resolver.merging.partition import partition
from resolver.merging.schemata import is_a
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.properties import RELATION

STATEMENT_COLUMNS = tuple(CSV_COLUMNS)
_EMPTY = ("lang", "first_seen", "last_seen")
_Subjects = tuple[pa.StringArray, pa.StringArray]
"""Canonical ids and entity ids of rows."""


class _StatedEdge(NamedTuple):
    """An edge as one record states it: the entity number, the edge, the record row, the number of the origin."""

    entity: int
    edge: Edge
    row: int
    origin: int


def statements(
    batch: Batch, labels: IntArray, *, country_code: CountryCode
) -> Iterator[pa.RecordBatch]:
    """All statements of a canonical batch, in pieces of some hundred thousand rows of texts (`STATEMENT_COLUMNS`)."""
    return statements_of(context(batch, partition(batch, labels), country_code))


def statements_of(work: Context) -> Iterator[pa.RecordBatch]:
    """The same, of a context already made."""
    ranks = np.empty(len(work.order), dtype=np.int64)
    ranks[work.parts.order] = np.arange(len(work.order))
    for piece in pieces(work.batch, work.parts, by_record=True):
        yield _statements_of_piece(piece, work, ranks)


def _statements_of_piece(
    piece: Piece, work: Context, ranks: npt.NDArray[np.int64]
) -> pa.RecordBatch:
    table = FormTable()
    said = value_rows(piece, work, table)
    notes, edges = _related(piece, work, table)
    said = said.united(notes).distinct(np.array(table.same, dtype=np.int32))
    records = work.parts.order[work.offsets[piece.first] : work.offsets[piece.last]]
    said = _born(records, work, table).united(said)
    order = np.argsort(ranks[said.rows], kind="stable")
    said = StatementRows(*(part[order] for part in said))
    rows = pa.array(said.rows)
    subjects = (
        work.parts.ids.take(pa.array(work.parts.entity[said.rows])),
        work.batch.ids.take(rows),
    )
    if edges:
        said, subjects = _with_edges(said, subjects, edges, work, table)
    return _spelled_out(said, subjects, work, table)


def _born(records: IntArray, work: Context, table: FormTable) -> StatementRows:
    """For each record the statement that it is there. Its value is the record's id, filled in at the end."""
    schemata = [_own_schema(row, work) for row in records.tolist()]
    known = {schema: table.add(schema, Form(BASE_ID, "")) for schema in sorted(set(schemata))}
    said = np.array([known[schema] for schema in schemata], dtype=np.int32)
    return StatementRows(records, said, np.zeros_like(records))


def _own_schema(row: int, work: Context) -> str:
    """The schema that a record states, unless its entity's schema excludes it."""
    schema = work.schemata[int(work.parts.entity[row])]
    return work.record_schemata[row] if is_a(schema, work.record_schemata[row]) else schema


def _related(
    piece: Piece, work: Context, table: FormTable
) -> tuple[StatementRows, list[_StatedEdge]]:
    """The relations of a piece: those that point nowhere as notes, the others as edges."""
    notes: list[tuple[int, int, int]] = []
    edges: list[_StatedEdge] = []
    if RELATION not in piece.names:
        return _as_rows(notes), edges
    here = piece.columns == piece.names.index(RELATION)
    texts = work.batch.columns[RELATION].values.take(pa.array(piece.codes[here])).to_pylist()
    origins = origins_of(piece, work, table)[here].tolist()
    for text, row, origin in zip(texts, piece.rows[here].tolist(), origins, strict=True):
        entity = int(work.parts.entity[row])
        canonical, schema = work.entity_ids[entity], work.schemata[entity]
        relation = work.targets.relation(text, (work.ids[row],))
        found = edge(relation, canonical, schema)
        if found is not None:
            edges.append(_StatedEdge(entity, found, row, origin))
            continue
        notes += [
            (row, table.add(schema, form), origin) for form in relation_note(relation, canonical)
        ]
    return _as_rows(notes), sorted(edges)


def _as_rows(found: list[tuple[int, int, int]]) -> StatementRows:
    return StatementRows(*np.array(found, dtype=np.int32).reshape(-1, 3).T)


def _with_edges(
    said: StatementRows,
    subjects: _Subjects,
    edges: list[_StatedEdge],
    work: Context,
    table: FormTable,
) -> tuple[StatementRows, _Subjects]:
    """Edges after the records of their entity."""
    found: list[tuple[int, int, int]] = []
    canonical, records, entities = [], [], []
    for entity, stated, row, origin in edges:
        told = (Form(BASE_ID, ""), Form("recordId", work.ids[row]), *stated.forms)
        found += [(row, table.add(stated.schema, form), origin) for form in told]
        canonical += [stated.id] * len(told)
        records += [f"{work.ids[row]}/{stated.id}"] * len(told)
        entities += [entity] * len(told)
    ranked = np.argsort(np.concatenate([work.parts.entity[said.rows], entities]), kind="stable")
    order = pa.array(ranked)
    return StatementRows(*(part[ranked] for part in said.united(_as_rows(found)))), (
        pa.concat_arrays([subjects[0], pa.array(canonical, pa.string())]).take(order),
        pa.concat_arrays([subjects[1], pa.array(records, pa.string())]).take(order),
    )


def _spelled_out(
    said: StatementRows, subjects: _Subjects, work: Context, table: FormTable
) -> pa.RecordBatch:
    form = pa.array(said.forms)
    columns = {
        "canonical_id": subjects[0],
        "entity_id": subjects[1],
        "prop": pa.array(table.props, pa.string()).take(form),
        "prop_type": pa.array(table.types, pa.string()).take(form),
        "schema": pa.array(table.schemata, pa.string()).take(form),
        "value": pa.array(table.values, pa.string()).take(form),
        "dataset": work.batch.sources.values.take(pa.array(work.batch.sources.codes[said.rows])),
        "origin": pa.array(list(table.origins), pa.string()).take(pa.array(said.origins)),
        "original_value": pa.array(table.originals, pa.string()).take(form),
        "external": pa.array(np.full(len(said.rows), "f", dtype=object), pa.string()),
    }
    columns["value"] = pc.if_else(
        pc.equal(columns["prop"], BASE_ID), columns["entity_id"], columns["value"]
    )
    columns |= {name: pa.nulls(len(said.rows), pa.string()) for name in _EMPTY}
    hashed = pc.binary_join_element_wise(
        *(columns[name] for name in ("dataset", "entity_id", "prop", "value")), "."
    )
    columns["id"] = pa.array(
        [hashlib.sha1(text).hexdigest() for text in hashed.cast(pa.binary()).to_pylist()]
    )
    return pa.RecordBatch.from_arrays(
        [columns[name].cast(pa.string()) for name in STATEMENT_COLUMNS],
        names=list(STATEMENT_COLUMNS),
    )
