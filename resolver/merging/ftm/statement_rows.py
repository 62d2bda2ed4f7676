"""FollowTheMoney values of a chunk, column by column; each distinct value is converted once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.merging.canonical_values import CanonicalCodes
from resolver.merging.entity_values import ValueChunk
from resolver.merging.ftm.ftm_values import FtmValue, to_ftm_values
from resolver.merging.merge_context import MergeContext
from resolver.records.batch import IntArray
from resolver.records.properties import RELATION
from resolver.reference.ftm.schemata import property_type


class StatementRows(NamedTuple):
    """Statements as int32 arrays of one length.

    `rows`: record row; `forms`, `origins`: index into the values and origins of an `FtmValueTable`.
    """

    rows: IntArray
    forms: IntArray
    origins: IntArray

    def concat(self, other: StatementRows) -> StatementRows:
        """Return these rows followed by the rows of `other`."""
        return StatementRows(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))

    def drop_duplicates(self, same: IntArray) -> StatementRows:
        """Keep the first statement of each value of a record.

        `same`: per form, a number that equal values share.
        """
        keys = self.rows.astype(np.int64) * (int(same.max(initial=0)) + 1) + same[self.forms]
        first = np.sort(np.unique(keys, return_index=True)[1])
        return StatementRows(*(part[first] for part in self))


@dataclass(slots=True)
class FtmValueTable:
    """FollowTheMoney values as parallel lists, and the origins that rows refer to.

    `same` numbers distinct (property, value) pairs.
    """

    schemata: list[str] = field(default_factory=list)
    props: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    originals: list[str] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    origins: dict[str, int] = field(default_factory=lambda: {"": 0})
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.props)

    def add(self, schema: str, form: FtmValue) -> int:
        """Append a value and return its index."""
        self.schemata.append(schema)
        self.props.append(form.prop)
        self.types.append(property_type(schema, form.prop))
        self.values.append(form.value)
        self.originals.append(form.original)
        self.same.append(self._numbers.setdefault((form.prop, form.value), len(self._numbers)))
        return len(self.props) - 1

    def number_origin(self, text: str) -> int:
        """Return the number of an origin, adding it if new."""
        return self.origins.setdefault(text, len(self.origins))


def build_value_rows(
    chunk: ValueChunk, context: MergeContext, table: FtmValueTable
) -> StatementRows:
    """Build the statements of the values of a chunk, without relations, in its order."""
    schemata = context.schemata[chunk.first : chunk.last]
    names = sorted(set(schemata))
    number_of = {name: number for number, name in enumerate(names)}
    schema_of = np.array([number_of[name] for name in schemata], dtype=np.int32)[
        chunk.entities - chunk.first
    ]
    all_positions = [np.zeros(0, dtype=np.int64)]
    all_forms = [np.zeros(0, dtype=np.int32)]
    for column in np.unique(chunk.columns).tolist():
        if chunk.names[column] == RELATION:
            continue
        of_column = chunk.columns == column
        for schema in np.unique(schema_of[of_column]).tolist():
            positions_of_schema = np.flatnonzero(of_column & (schema_of == schema))
            repeats, indices = _expand_column(
                chunk, column, names[schema], positions_of_schema, context, table
            )
            all_positions.append(np.repeat(positions_of_schema, repeats))
            all_forms.append(indices)
    positions, indices = np.concatenate(all_positions), np.concatenate(all_forms)
    order = np.argsort(positions, kind="stable")
    positions = positions[order]
    return StatementRows(
        chunk.rows[positions], indices[order], number_origins(chunk, context, table)[positions]
    )


def _add_texts(
    prop: str, texts: list[str], schema: str, canon: CanonicalCodes, table: FtmValueTable
) -> tuple[list[int], list[int]]:
    """Add the FollowTheMoney values of texts; return the index of each first one, and numbers."""
    starts, counts = [], []
    for text in texts:
        ftm_values = to_ftm_values(schema, prop, text, canon.code(prop, text))
        starts.append(len(table))
        counts.append(len(ftm_values))
        for form in ftm_values:
            table.add(schema, form)
    return starts, counts


def _expand_column(
    chunk: ValueChunk,
    column: int,
    schema: str,
    positions: npt.NDArray[np.int64],
    context: MergeContext,
    table: FtmValueTable,
) -> tuple[npt.NDArray[np.int64], IntArray]:
    """Return the number of FollowTheMoney values of each value, and the indices of all of them."""
    name = chunk.names[column]
    codes, inverse = np.unique(chunk.codes[positions], return_inverse=True)
    texts = context.batch.columns[name].values.take(pa.array(codes)).to_pylist()
    starts, counts = _add_texts(name, texts, schema, context.canon, table)
    repeats = np.array(counts, dtype=np.int64)[inverse]
    starts_repeated = np.repeat(np.array(starts, dtype=np.int64)[inverse], repeats)
    within = np.arange(len(starts_repeated)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return repeats, (starts_repeated + within).astype(np.int32)


def number_origins(chunk: ValueChunk, context: MergeContext, table: FtmValueTable) -> IntArray:
    """Return the origin number of each value of a chunk."""
    origins = np.zeros(len(chunk), dtype=np.int32)
    for column in np.unique(chunk.columns).tolist():
        in_column = chunk.columns == column
        codes, inverse = np.unique(chunk.origins[in_column], return_inverse=True)
        texts = (
            context.batch.columns[chunk.names[column]]
            .origin_values.take(pa.array(codes))
            .to_pylist()
        )
        origins[in_column] = np.array(
            [table.number_origin(text) for text in texts], dtype=np.int32
        )[inverse]
    return origins
