"""Small batches and their golden records, for the tests of merging."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from resolver.merging import (
    GoldenRecord,
    build_golden_records,
    build_statements,
)
from resolver.records import Batch, Kind, Record, Value
from resolver.records.batch import IntArray

COUNTRIES = {"syria": "sy", "syrian arab republic": "sy", "sy": "sy", "germany": "de", "de": "de"}


def country_code(text: str) -> str | None:
    return COUNTRIES.get(text.casefold())


def person(
    identity: str, *stated: tuple[str, str], schema: str = "Person", **fields: Any
) -> Record:
    kind = {"Person": Kind.PERSON, "LegalEntity": Kind.LEGAL, "Vessel": Kind.ASSET}.get(
        schema, Kind.GROUP
    )
    values = tuple(Value(prop, text, f"row of {identity}") for prop, text in stated)
    return Record(identity, identity.split(":")[0], kind, schema, values, **fields)


def resolved(
    records: Iterable[Record], groups: Sequence[Sequence[str]] = ()
) -> tuple[Batch, IntArray]:
    """Return a canonical batch and its labels; `groups` of record ids are entities."""
    batch = Batch.from_records(records).canonical()
    row_of = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    labels = np.arange(len(batch), dtype=np.int32)
    for group in groups:
        rows = [row_of[identity] for identity in group]
        labels[rows] = min(rows)
    return batch, labels


def merged(*records: Record) -> GoldenRecord:
    """Return the golden record of records that all belong to one entity."""
    batch, labels = resolved(records, [[record.id for record in records]])
    (golden,) = build_golden_records(batch, labels, country_code=country_code)
    return golden


def rows_of(batch: Batch, labels: IntArray) -> list[dict[str, str]]:
    batches = build_statements(batch, labels, country_code=country_code)
    return [row for piece in batches for row in piece.to_pylist()]
