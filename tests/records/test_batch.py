"""Batches return their records, and their canonical form does not depend on the order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.records import Batch, Column, Kind, Record, Value, concat
from tests.records.samples import plain, record, records


def same(left: Batch, right: Batch) -> bool:
    """Return True if all arrays of two batches are equal."""
    if not (left.ids.equals(right.ids) and np.array_equal(left.kinds, right.kinds)):
        return False
    if list(left.columns) != list(right.columns):
        return False
    for one_side, other in ((left.schemas, right.schemas), (left.sources, right.sources)):
        if not np.array_equal(one_side.codes, other.codes):
            return False
        if not one_side.values.equals(other.values):
            return False
    return all(_same_column(left.columns[prop], right.columns[prop]) for prop in left.columns)


def _same_column(left: Column, right: Column) -> bool:
    arrays = all(
        np.array_equal(getattr(left, name), getattr(right, name))
        and getattr(left, name).dtype == np.int32
        for name in ("rows", "codes", "origins")
    )
    return (
        arrays
        and left.values.equals(right.values)
        and left.origin_values.equals(right.origin_values)
    )


def numbered(records: list[Record]) -> list[Record]:
    return [replace(item, id=f"s:{number:03d}") for number, item in enumerate(records)]


@settings(max_examples=60, deadline=None)
@given(st.lists(records(), max_size=4).map(numbered))
def test_records_come_back(given_records: list[Record]) -> None:
    batch = Batch.from_records(given_records)
    assert len(batch) == len(given_records)
    assert [plain(item) for item in batch.to_records()] == [plain(item) for item in given_records]
    assert [plain(item) for item in batch.canonical().to_records()] == [
        plain(item) for item in given_records
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(records(), max_size=5).map(numbered), st.randoms(use_true_random=False))
def test_canonical_form_ignores_the_order_of_records(
    given_records: list[Record], chance: object
) -> None:
    expected = Batch.from_records(given_records).canonical()
    shuffled = list(given_records)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert same(Batch.from_records(shuffled).canonical(), expected)
    parts = [Batch.from_records(shuffled[:2]), Batch.from_records(shuffled[2:])]
    assert same(concat(parts).canonical(), expected)
    assert same(expected.canonical(), expected)


@settings(max_examples=40, deadline=None)
@given(st.lists(records(), min_size=1, max_size=5).map(numbered), st.data())
def test_take_returns_the_given_rows(given_records: list[Record], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(given_records) - 1), unique=True))
    part = Batch.from_records(given_records).take(np.array(rows, dtype=np.int64))
    assert [plain(item) for item in part.to_records()] == [
        plain(given_records[row]) for row in rows
    ]
    # Texts that are no longer used are gone from the canonical form.
    assert same(
        part.canonical(), Batch.from_records([given_records[row] for row in rows]).canonical()
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(records(), min_size=1, max_size=5).map(numbered), st.data())
def test_threads_do_not_change_batches(given_records: list[Record], data: st.DataObject) -> None:
    rows = np.array(data.draw(st.permutations(range(len(given_records)))), dtype=np.int64)
    whole = Batch.from_records(given_records)
    assert same(whole.take(rows, 3), whole.take(rows))
    assert same(whole.take(rows).canonical(workers=3), whole.canonical())
    parts = [whole.take(rows[:2]), whole.take(rows[2:])]
    assert same(concat(parts, 3), concat(parts))


def test_canonical_dictionaries_are_sorted_and_used() -> None:
    batch = Batch.from_records(
        [record("s:2", name=["b", "ä"]), record("s:1", name=["z", "b"], alias="c")]
    ).canonical()
    column = batch.columns["name"]
    assert batch.ids.to_pylist() == ["s:1", "s:2"]
    assert column.values.to_pylist() == ["b", "z", "ä"]
    assert column.codes.tolist() == [0, 1, 0, 2]
    assert column.offsets(2).tolist() == [0, 2, 4]
    assert batch.columns["alias"].offsets(2).tolist() == [0, 1, 1]


def test_repeated_values_keep_their_first_origin() -> None:
    codes = np.zeros(3, dtype=np.int32)
    twice = Column(
        codes,
        codes,
        pa.array(["Ann"]),
        np.array([1, 0, 1], dtype=np.int32),
        pa.array(["a.csv", "b.csv"]),
    )
    batch = replace(
        Batch.from_records([record("s:1", name="Ann")]), columns={"name": twice}
    ).canonical()
    once = Batch.from_records(
        [replace(record("s:1"), values=(Value("name", "Ann", "a.csv"),))]
    ).canonical()
    assert same(batch, once)


def test_ids_sort_by_bytes() -> None:
    ids = ["s:ä", "s:z", "s:Z", "s:\U0001f600", "s:\uffee"]
    batch = Batch.from_records([record(identity) for identity in ids]).canonical()
    assert batch.ids.to_pylist() == sorted(ids, key=lambda identity: identity.encode())


def test_empty_batches() -> None:
    none_taken = Batch.from_records([record("s:1")]).take(np.array([], dtype=np.int64))
    for empty in (concat([]), Batch.from_records([]), none_taken):
        assert len(empty.canonical()) == 0
        assert list(empty.canonical().to_records()) == []


def test_concat_keeps_order_and_rows() -> None:
    first = Batch.from_records([record("s:2", name="B"), record("s:1", Kind.GROUP, alias="A")])
    second = Batch.from_records([record("t:1", name="B", birthDate="1960")])
    records = list(concat([first, Batch.from_records([]), second]).to_records())
    assert [item.id for item in records] == ["s:2", "s:1", "t:1"]
    assert records[2].texts("name", "birthDate") == ("1960", "B")
    assert records[1].texts("alias") == ("A",)
    assert records[1].kind is Kind.GROUP
    assert concat([first]) is first


@pytest.mark.parametrize("kind", list(Kind))
def test_kinds_survive(kind: Kind) -> None:
    (records,) = Batch.from_records([record("s:1", kind)]).to_records()
    assert records.kind is kind
