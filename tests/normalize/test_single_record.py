"""Names of one record against the same in columns, to the last array."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.normalize import name_forms
from resolver.records import Batch, Kind, Record
from resolver.records.batch import batch_of
from tests.normalize.preparing import prepared
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
said = st.lists(texts, max_size=4)


def told(one: Record) -> dict[str, list[object]]:
    found = prepared([one])
    tables: dict[str, Any] = {"tokens": found.tokens, "forms": found.forms, "names": found.names}
    arrays = {"quality": found.name_quality.tolist()}
    for name, table in tables.items():
        for field in fields(table):
            value = getattr(table, field.name)
            inner = (value.offsets, value.items) if hasattr(value, "offsets") else (value,)
            arrays[f"{name}.{field.name}"] = [(part.dtype.str, part.tolist()) for part in inner]
    return arrays


@pytest.mark.parametrize("kind", [Kind.PERSON, Kind.GROUP])
@settings(max_examples=150, deadline=None)
@given(names=said, aliases=said, weak=said)
def test_it_is_what_columns_give(
    kind: Kind, names: list[str], aliases: list[str], weak: list[str]
) -> None:
    one = record("a:1", kind, name=names, alias=aliases, previousName=aliases[:1], weakAlias=weak)
    found = told(one)
    with mock.patch.object(name_forms, "_PLAIN", frozenset()):
        assert found == told(one)


@settings(max_examples=100, deadline=None)
@given(names=said, aliases=said)
def test_the_batch_of_one_record_is_that_of_several(names: list[str], aliases: list[str]) -> None:
    one = record("a:1", name=names, alias=aliases, birthDate="1960")
    several = Batch.from_records([one])
    for found, wanted in (
        (batch_of(one), several),
        (batch_of(one).canonical(), several.canonical()),
    ):
        assert list(found.to_records()) == list(wanted.to_records())
        assert (found.ids, found.kinds.tolist()) == (wanted.ids, wanted.kinds.tolist())
        for prop, column in wanted.columns.items():
            for part in ("rows", "codes", "origins"):
                np.testing.assert_array_equal(
                    getattr(found.columns[prop], part), getattr(column, part)
                )
            assert found.columns[prop].values == column.values
            assert found.columns[prop].origin_values == column.origin_values
