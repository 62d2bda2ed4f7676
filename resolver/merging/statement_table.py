"""FollowTheMoney statements: one row per value of each record, with the entity of the record.

Columns and the hash in `id` are those of `followthemoney.statement`, so that its readers load the
rows. Rows are grouped by canonical id, entities in the order of their ids, each followed by its
edges. Every record has a row for the property `id`. Rows of an edge have the id `<record id>/<edge
id>` in place of a record id. Times are empty: a run does not know since when a list has stated a
value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.merging import ftm_values
from resolver.merging.build_golden import ValueChunk, merge_chunk, split_values
from resolver.merging.ftm_entities import FtmEdge, build_edge, build_stated_edge, describe_relation
from resolver.merging.golden_record import GoldenRecord, build_partition, descends_from
from resolver.merging.survivorship import CountryCode, MergeContext, build_merge_context
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.properties import LINK_ENTITY, RELATION
from resolver.records.stated_links import ADDRESS_SCHEMA, unpack_link
from resolver.reference.ftm import BASE_ID, find_property
from resolver.reference.ftm import STATEMENT_COLUMNS as STATEMENT_COLUMNS

_EMPTY_COLUMNS = ("lang", "first_seen", "last_seen")
_Subjects = tuple[pa.StringArray, pa.StringArray]
"""Canonical ids and entity ids of rows."""


class _StatedEdge(NamedTuple):
    """Edge as one record states it: entity number, edge, record row, origin number."""

    entity: int
    edge: FtmEdge
    row: int
    origin: int


def build_statements(
    batch: Batch, labels: IntArray, *, country_code: CountryCode
) -> Iterator[pa.RecordBatch]:
    """Yield the statements of a canonical batch.

    Each batch has some hundred thousand rows of texts with the columns `STATEMENT_COLUMNS`.
    """
    return iterate_statements(
        build_merge_context(batch, build_partition(batch, labels), country_code)
    )


def iterate_statements(
    context: MergeContext, entities: range | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield the statements of an existing context.

    `entities`: numbers of consecutive entities (None: all).
    """
    for _, statements in iterate_merged(context, entities):
        yield statements


def iterate_merged(
    context: MergeContext, entities: range | None = None
) -> Iterator[tuple[Iterator[GoldenRecord], pa.RecordBatch]]:
    """Yield the golden records and the statements of an existing context, for some entities at a
    time.

    Both use the same values, so the conversions of these values are not computed twice. `entities`:
    numbers of consecutive entities (None: all).
    """
    ranks = np.empty(len(context.order), dtype=np.int64)
    ranks[context.parts.order] = np.arange(len(context.order))
    for chunk in split_values(context.batch, context.parts, entities):
        yield merge_chunk(chunk, context), _state_chunk(chunk.by_record(), context, ranks)


def _state_chunk(
    chunk: ValueChunk, context: MergeContext, ranks: npt.NDArray[np.int64]
) -> pa.RecordBatch:
    """Return the statements of a chunk."""
    table = ftm_values.FtmValueTable()
    statements = ftm_values.build_value_rows(chunk, context, table)
    notes, edges = _split_relations(chunk, context, table)
    statements = statements.concat(notes).drop_duplicates(np.array(table.same, dtype=np.int32))
    records = context.parts.order[context.offsets[chunk.first] : context.offsets[chunk.last]]
    statements = _build_id_rows(records, context, table).concat(statements)
    order = np.argsort(ranks[statements.rows], kind="stable")
    statements = ftm_values.StatementRows(*(part[order] for part in statements))
    row_numbers = pa.array(statements.rows)
    subjects = (
        context.parts.ids.take(pa.array(context.parts.entity[statements.rows])),
        context.batch.ids.take(row_numbers),
    )
    if edges:
        statements, subjects = _append_edges(statements, subjects, edges, context, table)
    return _build_record_batch(statements, subjects, context, table)


def _build_id_rows(
    records: IntArray, context: MergeContext, table: ftm_values.FtmValueTable
) -> ftm_values.StatementRows:
    """Return one `id` statement per record. Its value, the record id, is filled in at the end."""
    schemata = [_statement_schema(row, context) for row in records.tolist()]
    forms = {
        schema: table.add(schema, ftm_values.FtmValue(BASE_ID, ""))
        for schema in sorted(set(schemata))
    }
    form_of = np.array([forms[schema] for schema in schemata], dtype=np.int32)
    return ftm_values.StatementRows(records, form_of, np.zeros_like(records))


def _statement_schema(row: int, context: MergeContext) -> str:
    """Return the schema that a record states, unless the schema of its entity excludes it."""
    schema = context.schemata[int(context.parts.entity[row])]
    return (
        context.record_schemata[row]
        if descends_from(schema, context.record_schemata[row])
        else schema
    )


def _split_relations(
    chunk: ValueChunk, context: MergeContext, table: ftm_values.FtmValueTable
) -> tuple[ftm_values.StatementRows, list[_StatedEdge]]:
    """Return the relations and link entities of a chunk in two parts: statements of the entities
    themselves (notes on relations without a target, ids of addresses), and edges.
    """
    notes: list[tuple[int, int, int]] = []
    edges: list[_StatedEdge] = []
    covered: set[tuple[int, str]] = set()
    origins = ftm_values.number_origins(chunk, context, table)
    for text, row, origin in _texts_of(LINK_ENTITY, chunk, context, origins):
        link = unpack_link(text)
        entity = int(context.parts.entity[row])
        covered.update((row, relation) for relation in link.relations)
        if link.schema == ADDRESS_SCHEMA:
            form = ftm_values.FtmValue("addressEntity", link.id)
            notes.append((row, table.add(context.schemata[entity], form), origin))
        for stating, stated in context.repeated_links.exported_with(row, text, link):
            ftm_edge = build_stated_edge(unpack_link(stated), context.targets)
            edges.append(_StatedEdge(entity, ftm_edge, stating, origin))
    for text, row, origin in _texts_of(RELATION, chunk, context, origins):
        entity = int(context.parts.entity[row])
        canonical, schema = context.entity_ids[entity], context.schemata[entity]
        relation = context.targets.resolve(text, (context.ids[row],))
        relation_edge = build_edge(relation, canonical, schema)
        if relation_edge is not None:
            if (row, text) not in covered:
                edges.append(_StatedEdge(entity, relation_edge, row, origin))
            continue
        notes += [
            (row, table.add(schema, form), origin)
            for form in describe_relation(relation, canonical)
        ]
    return _to_rows(notes), sorted(edges)


def _texts_of(
    prop: str, chunk: ValueChunk, context: MergeContext, origins: IntArray
) -> Iterator[tuple[str, int, int]]:
    """Yield the values of a property in a chunk: text, record row and origin number."""
    if prop not in chunk.names:
        return
    in_column = chunk.columns == chunk.names.index(prop)
    codes = pa.array(chunk.codes[in_column])
    texts = context.batch.columns[prop].values.take(codes).to_pylist()
    rows, numbers = chunk.rows[in_column].tolist(), origins[in_column].tolist()
    yield from zip(texts, rows, numbers, strict=True)


def _to_rows(triples: list[tuple[int, int, int]]) -> ftm_values.StatementRows:
    return ftm_values.StatementRows(*np.array(triples, dtype=np.int32).reshape(-1, 3).T)


def _append_edges(
    rows: ftm_values.StatementRows,
    subjects: _Subjects,
    edges: list[_StatedEdge],
    context: MergeContext,
    table: ftm_values.FtmValueTable,
) -> tuple[ftm_values.StatementRows, _Subjects]:
    """Place edges after the records of their entity."""
    triples: list[tuple[int, int, int]] = []
    canonical, records, entities = [], [], []
    for entity, stated, row, origin in edges:
        forms = [ftm_values.FtmValue(BASE_ID, ""), *stated.forms]
        if find_property(stated.schema, "recordId") is not None:
            forms.insert(1, ftm_values.FtmValue("recordId", context.ids[row]))
        triples += [(row, table.add(stated.schema, form), origin) for form in forms]
        canonical += [stated.id] * len(forms)
        records += [f"{context.ids[row]}/{stated.id}"] * len(forms)
        entities += [entity] * len(forms)
    ranked = np.argsort(np.concatenate([context.parts.entity[rows.rows], entities]), kind="stable")
    order = pa.array(ranked)
    return ftm_values.StatementRows(*(part[ranked] for part in rows.concat(_to_rows(triples)))), (
        pa.concat_arrays([subjects[0], pa.array(canonical, pa.string())]).take(order),
        pa.concat_arrays([subjects[1], pa.array(records, pa.string())]).take(order),
    )


def _build_record_batch(
    rows: ftm_values.StatementRows,
    subjects: _Subjects,
    context: MergeContext,
    table: ftm_values.FtmValueTable,
) -> pa.RecordBatch:
    form_numbers = pa.array(rows.forms)
    columns = {
        "canonical_id": subjects[0],
        "entity_id": subjects[1],
        "prop": pa.array(table.props, pa.string()).take(form_numbers),
        "prop_type": pa.array(table.types, pa.string()).take(form_numbers),
        "schema": pa.array(table.schemata, pa.string()).take(form_numbers),
        "value": pa.array(table.values, pa.string()).take(form_numbers),
        "dataset": context.batch.sources.values.take(
            pa.array(context.batch.sources.codes[rows.rows])
        ),
        "origin": pa.array(list(table.origins), pa.string()).take(pa.array(rows.origins)),
        "original_value": pa.array(table.originals, pa.string()).take(form_numbers),
        "external": pa.array(np.full(len(rows.rows), "f", dtype=object), pa.string()),
    }
    columns["value"] = pc.if_else(
        pc.equal(columns["prop"], BASE_ID), columns["entity_id"], columns["value"]
    )
    columns |= {name: pa.nulls(len(rows.rows), pa.string()) for name in _EMPTY_COLUMNS}
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
