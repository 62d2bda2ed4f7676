"""Names of one record against the same in columns, array by array."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.names import name_forms
from resolver.records import Batch, Identifier, Kind, Record, Value
from resolver.records.batch import batch_from_record
from tests.matching.preparing import prepared
from tests.records.samples import record

WORDS = (
    "Ivan",
    "Petrov",
    "van",
    "der",
    "Dr",
    "Xiaoming",
    "Wang",
    "J.",
    "Иван",
    "محمد",
    "习近平",
    "김정은",
    "Ltd",
    "al",
    "007",
)
texts = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join) | st.sampled_from(
    [
        "Petrov, Ivan",
        "Acme (Overseas) Trading",
        "Ivan Petrov (a.k.a. Vanya)",
        "x" * 40 + " y",
        "Müller-Lüdenscheid",
        "!",
    ]
)
name_lists = st.lists(texts, max_size=4)


def prepared_values(single: Record) -> dict[str, list[object]]:
    batch = prepared([single])
    tables: dict[str, Any] = {"tokens": batch.tokens, "forms": batch.forms, "names": batch.names}
    arrays = {"quality": batch.name_quality.tolist()}
    for name, table in tables.items():
        for field in fields(table):
            value = getattr(table, field.name)
            inner = (value.offsets, value.items) if hasattr(value, "offsets") else (value,)
            arrays[f"{name}.{field.name}"] = [(part.dtype.str, part.tolist()) for part in inner]
    return arrays


@pytest.mark.parametrize("kind", [Kind.PERSON, Kind.GROUP])
@settings(max_examples=150, deadline=None)
@given(names=name_lists, aliases=name_lists, weak=name_lists)
def test_result_equals_that_of_columns(
    kind: Kind, names: list[str], aliases: list[str], weak: list[str]
) -> None:
    single = record(
        "a:1", kind, name=names, alias=aliases, previousName=aliases[:1], weakAlias=weak
    )
    expected = prepared_values(single)
    with mock.patch.object(name_forms, "_SINGLE_READING_KINDS", frozenset()):
        assert expected == prepared_values(single)


@settings(max_examples=100, deadline=None)
@given(names=name_lists, aliases=name_lists)
def test_the_batch_of_one_record_is_that_of_several(names: list[str], aliases: list[str]) -> None:
    single = record("a:1", name=names, alias=aliases, birthDate="1960")
    built = Batch.from_records([single])
    for batch, expected in (
        (batch_from_record(single), built),
        (batch_from_record(single).canonical(), built.canonical()),
    ):
        assert list(batch.to_records()) == list(expected.to_records())
        assert (batch.ids, batch.kinds.tolist()) == (expected.ids, expected.kinds.tolist())
        for prop, column in expected.columns.items():
            for part in ("rows", "codes", "origins"):
                np.testing.assert_array_equal(
                    getattr(batch.columns[prop], part), getattr(column, part)
                )
            assert batch.columns[prop].values == column.values
            assert batch.columns[prop].origin_values == column.origin_values


def test_the_batch_of_one_record_is_the_canonical_batch_of_a_list_of_one() -> None:
    record = Record(
        "a:1",
        "a",
        Kind.PERSON,
        "Person",
        (
            Value("name", "Zoë", "file"),
            Value("name", "Anna", "row"),
            Value("alias", "Bea", "row"),
            Value("name", "Anna", "file"),
            Value("birthDate", "1970", ""),
        ),
        identifiers=(Identifier("passportNumber", "X1"),),
    )
    single, listed = batch_from_record(record), Batch.from_records([record]).canonical()
    assert list(single.columns) == list(listed.columns)
    for prop, column in single.columns.items():
        other = listed.columns[prop]
        assert column.values.equals(other.values)
        assert column.origin_values.equals(other.origin_values)
        for field in ("rows", "codes", "origins"):
            assert getattr(column, field).dtype == np.int32
            assert getattr(column, field).tolist() == getattr(other, field).tolist()
    assert list(single.to_records()) == list(listed.to_records())
