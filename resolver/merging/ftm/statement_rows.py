"""The values of a piece as FtM values, column by column: each distinct value is put into its FtM form once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from followthemoney.statement.util import get_prop_type

from resolver.merging.entity_values import Piece
from resolver.merging.ftm.value_forms import Form, forms
from resolver.merging.merge_context import Context
from resolver.records.batch import IntArray
from resolver.records.properties import RELATION


class StatementRows(NamedTuple):
    """Statements as int32 arrays of one length: record row, index into a `FormTable`'s forms and into its origins."""

    rows: IntArray
    forms: IntArray
    origins: IntArray

    def united(self, other: StatementRows) -> StatementRows:
        """These and the others after them."""
        return StatementRows(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))

    def distinct(self, same: IntArray) -> StatementRows:
        """Each value once a record, the first time it occurs. `same`: per form, a number that equal values share."""
        keys = self.rows.astype(np.int64) * (int(same.max(initial=0)) + 1) + same[self.forms]
        first = np.sort(np.unique(keys, return_index=True)[1])
        return StatementRows(*(part[first] for part in self))


@dataclass(slots=True)
class FormTable:
    """FtM values as parallel lists, and the origins that rows refer to. `same` numbers distinct (property, value)
    pairs."""

    schemata: list[str] = field(default_factory=list)
    props: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    originals: list[str] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    origins: dict[str, int] = field(default_factory=lambda: {"": 0})
    _known: dict[tuple[str, str], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.props)

    def add(self, schema: str, form: Form) -> int:
        """Append a value and give its index."""
        self.schemata.append(schema)
        self.props.append(form.prop)
        self.types.append(get_prop_type(schema, form.prop))
        self.values.append(form.value)
        self.originals.append(form.original)
        self.same.append(self._known.setdefault((form.prop, form.value), len(self._known)))
        return len(self.props) - 1

    def origin(self, text: str) -> int:
        """The number of an origin."""
        return self.origins.setdefault(text, len(self.origins))


def value_rows(piece: Piece, work: Context, table: FormTable) -> StatementRows:
    """The statements of all values of a piece, relations aside, in its order."""
    schemata = work.schemata[piece.first : piece.last]
    names = sorted(set(schemata))
    place = {name: number for number, name in enumerate(names)}
    schema_of = np.array([place[name] for name in schemata], dtype=np.int32)[
        piece.entities - piece.first
    ]
    found_at = [np.zeros(0, dtype=np.int64)]
    found = [np.zeros(0, dtype=np.int32)]
    for column in np.unique(piece.columns).tolist():
        if piece.names[column] == RELATION:
            continue
        of_column = piece.columns == column
        for schema in np.unique(schema_of[of_column]).tolist():
            at = np.flatnonzero(of_column & (schema_of == schema))
            repeats, indices = _expanded(piece, column, names[schema], at, work, table)
            found_at.append(np.repeat(at, repeats))
            found.append(indices)
    positions, indices = np.concatenate(found_at), np.concatenate(found)
    order = np.argsort(positions, kind="stable")
    positions = positions[order]
    return StatementRows(
        piece.rows[positions], indices[order], origins_of(piece, work, table)[positions]
    )


def _expanded(
    piece: Piece,
    column: int,
    schema: str,
    at: npt.NDArray[np.int64],
    work: Context,
    table: FormTable,
) -> tuple[npt.NDArray[np.int64], IntArray]:
    """How many FtM values each value has, and the indices of all of them, one after the other."""
    name = piece.names[column]
    codes, which = np.unique(piece.codes[at], return_inverse=True)
    starts, counts = [], []
    for text in work.batch.columns[name].values.take(pa.array(codes)).to_pylist():
        said = forms(schema, name, text, work.canon.code(name, text))
        starts.append(len(table))
        counts.append(len(said))
        for form in said:
            table.add(schema, form)
    repeats = np.array(counts, dtype=np.int64)[which]
    begins = np.repeat(np.array(starts, dtype=np.int64)[which], repeats)
    within = np.arange(len(begins)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return repeats, (begins + within).astype(np.int32)


def origins_of(piece: Piece, work: Context, table: FormTable) -> IntArray:
    """Where each value of a piece stood, as numbers of origins."""
    found = np.zeros(len(piece), dtype=np.int32)
    for column in np.unique(piece.columns).tolist():
        here = piece.columns == column
        codes, which = np.unique(piece.origins[here], return_inverse=True)
        texts = (
            work.batch.columns[piece.names[column]].origin_values.take(pa.array(codes)).to_pylist()
        )
        found[here] = np.array([table.origin(text) for text in texts], dtype=np.int32)[which]
    return found
