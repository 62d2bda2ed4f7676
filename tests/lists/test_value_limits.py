"""Limits of the values of a record and of the rejects of a list."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from resolver.lists import list_reading
from resolver.lists.io.source_files import SourceFile
from resolver.lists.list_reading import read_unit
from resolver.lists.reader_types import (
    ListUnit,
    LocatedBatch,
    ReaderRow,
    Reject,
)
from resolver.lists.validation import MAX_VALUES, limit_values, validate_records
from resolver.records import Batch, Kind, Record, Relation, RelationType
from tests.records.samples import record


def chunk(*records: Record) -> LocatedBatch:
    return LocatedBatch(Batch.from_records(records), np.arange(2, 2 + len(records), dtype=np.int32))


def test_the_values_of_a_property_are_limited() -> None:
    names = [f"Ann {number:03}" for number in range(MAX_VALUES + 7)]
    full = record("a:1", name="Ann", alias=names[7:])
    limited = chunk(full, record("a:2", name="Bo", alias=names[::-1]), record("a:3", name="Cy"))
    cut, rejects = limit_values(limited, "list.csv")
    assert rejects == [
        Reject.of_record("list.csv", 3, "a:2", "only 500 of its 507 values of alias are taken")
    ]
    first, second, third = cut.batch.to_records()
    assert second.texts("alias") == tuple(names[:MAX_VALUES])
    before = list(limited.batch.to_records())
    assert (first, third) == (before[0], before[2])
    assert limit_values(chunk(full), "x")[1] == []


def test_a_group_keeps_all_its_members() -> None:
    members = [
        Relation(RelationType.MEMBER_OF, target_name=f"Ann {number}")
        for number in range(MAX_VALUES + 1)
    ]
    group = chunk(record("a:1", Kind.GROUP, name="Us", relations=members))
    unchanged, rejects = limit_values(group, "list.csv")
    assert (unchanged, rejects) == (group, [])


@pytest.mark.parametrize(
    "hidden", ["\x00", "\n", "\x7f", "\x85", "\u202e", "\u2066", "\u200b", "\ufeff"]
)
def test_ids_with_invisible_characters_are_refused(hidden: str) -> None:
    records = chunk(record(f"a:1{hidden}2", name="Ann"), record("a:\u06f1\u200c2", name="Bo"))
    valid, rejects = validate_records(records, "list.csv", accept_restricted=False)
    assert valid.batch.ids.to_pylist() == ["a:\u06f1\u200c2"]
    code_point = f"\\u{ord(hidden):04x}"
    assert [(reject.line, reject.reason) for reject in rejects] == [
        (2, f"record a:1{code_point}2: its id holds control or invisible characters")
    ]


def test_rejects_beyond_the_limit_are_only_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(list_reading, "MAX_REJECTS", 10)
    unit = ListUnit((SourceFile(Path("list.csv")),))
    rejects = [Reject("list.csv", at, "why") for at in range(25)]
    row = ReaderRow("test", "a test", lambda _head, _file: True, lambda _: iter(rejects))
    listed = read_unit(row, unit).rejects
    assert listed[:10] == tuple(rejects[:10])
    assert listed[10:] == (
        Reject("list.csv", 0, "15 more rows or values were not taken: the first 10 are listed"),
    )
