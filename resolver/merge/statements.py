"""FollowTheMoney statements: one row for each value that each record states, with the entity the record belongs to.

The columns and the hash in `id` are those of `followthemoney.statement`, whose readers load the rows. Rows are
grouped by canonical id, entities in the order of their ids, each followed by its edges. Every record has a row for
the property `id`. The rows of an edge bear the id `<record id>/<edge id>` in place of a record id. Times are empty: a
run does not know when a list first said something.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa
from followthemoney.statement.serialize import CSV_COLUMNS
from followthemoney.statement.util import BASE_ID, get_prop_type

from resolver.merge.canon import CountryCode
from resolver.merge.context import Context, context
from resolver.merge.edges import edge, relation_note
from resolver.merge.ftm_values import Form, forms
from resolver.merge.gather import Piece, pieces
from resolver.merge.schemata import is_a
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.properties import RELATION

STATEMENT_COLUMNS = tuple(CSV_COLUMNS)
_FILLED = (
    "canonical_id",
    "entity_id",
    "prop",
    "prop_type",
    "schema",
    "value",
    "dataset",
    "origin",
    "original_value",
    "id",
)
_EMPTY = ("lang", "first_seen", "last_seen")
_ROWS_AT_ONCE = 100_000
_SAID = tuple[str, str, str]
"""Column, text, origin."""


@dataclass(slots=True)
class _Rows:
    """Statement rows as columns, in the making."""

    columns: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in _FILLED})

    def __len__(self) -> int:
        return len(self.columns["id"])

    def add(self, canonical: str, record: str, schema: str, source: str, said: Iterable[tuple[Form, str]]) -> None:
        """One subject's statements; `said` are values and their origins. The same value twice is one statement."""
        known: set[tuple[str, str]] = set()
        hashed = hashlib.sha1
        columns = self.columns
        for (prop, value, original), origin in said:
            if (prop, value) in known:
                continue
            known.add((prop, value))
            columns["canonical_id"].append(canonical)
            columns["entity_id"].append(record)
            columns["prop"].append(prop)
            columns["prop_type"].append(get_prop_type(schema, prop))
            columns["schema"].append(schema)
            columns["value"].append(value)
            columns["dataset"].append(source)
            columns["origin"].append(origin)
            columns["original_value"].append(original)
            columns["id"].append(hashed(f"{source}.{record}.{prop}.{value}".encode()).hexdigest())

    def batch(self) -> pa.RecordBatch:
        """The rows in the order of FtM's columns."""
        count = len(self)
        arrays = {name: pa.array(texts, pa.string()) for name, texts in self.columns.items()}
        arrays |= {name: pa.nulls(count, pa.string()) for name in _EMPTY}
        arrays["external"] = pa.repeat("f", count).cast(pa.string())
        return pa.RecordBatch.from_arrays([arrays[name] for name in STATEMENT_COLUMNS], names=list(STATEMENT_COLUMNS))


def statements(batch: Batch, labels: IntArray, *, country_code: CountryCode) -> Iterator[pa.RecordBatch]:
    """All statements of a canonical batch, in pieces of about a hundred thousand rows of texts
    (`STATEMENT_COLUMNS`)."""
    return statements_of(context(batch, labels, country_code))


def statements_of(work: Context) -> Iterator[pa.RecordBatch]:
    """The same, of a context already made."""
    for piece in pieces(work.batch, work.parts, by_record=True, origins=True):
        yield from _of_piece(piece, work)


def _of_piece(piece: Piece, work: Context) -> Iterator[pa.RecordBatch]:
    said = _by_record(piece, work)
    order, offsets = work.order, work.offsets
    rows = _Rows()
    for entity in range(piece.first, piece.last):
        edges: list[tuple[str, int, str, str, list[tuple[Form, str]]]] = []
        for row in order[offsets[entity] : offsets[entity + 1]]:
            edges += _of_record(entity, row, said.get(row, []), work, rows)
        for identity, row, schema, subject, values in sorted(edges):
            rows.add(identity, subject, schema, work.sources[row], values)
        if len(rows) >= _ROWS_AT_ONCE:
            yield rows.batch()
            rows = _Rows()
    if len(rows):
        yield rows.batch()


def _by_record(piece: Piece, work: Context) -> dict[int, list[_SAID]]:
    found: dict[int, list[_SAID]] = {}
    columns = work.columns
    for row, column, text, origin in zip(piece.rows, piece.columns, piece.texts, piece.origins, strict=True):
        found.setdefault(row, []).append((columns[column], text, origin))
    return found


def _of_record(
    entity: int, row: int, said: list[_SAID], work: Context, rows: _Rows
) -> list[tuple[str, int, str, str, list[tuple[Form, str]]]]:
    """Add the rows of one record; give back its edges, to stand after all records of the entity."""
    schema, canonical, record = work.schemata[entity], work.entity_ids[entity], work.ids[row]
    values: list[tuple[Form, str]] = []
    edges = []
    for column, text, origin in said:
        if column != RELATION:
            values += [(form, origin) for form in forms(schema, column, text, work.canon.code(column, text))]
            continue
        relation = work.targets.relation(text, (record,))
        found = edge(relation, canonical, schema)
        if found is None:
            values += [(form, origin) for form in relation_note(relation, canonical)]
        else:
            subject = f"{record}/{found.id}"
            told = [Form(BASE_ID, subject), Form("recordId", record), *found.forms]
            edges.append((found.id, row, found.schema, subject, [(form, origin) for form in told]))
    stated = work.record_schemata[row]
    own = stated if is_a(schema, stated) else schema
    rows.add(canonical, record, own, work.sources[row], [(Form(BASE_ID, record), "")])
    rows.add(canonical, record, schema, work.sources[row], values)
    return edges
