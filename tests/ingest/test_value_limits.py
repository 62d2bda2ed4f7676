"""More than anybody needs: values of a record, rejects of a list."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from resolver.ingest import list_reading
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.list_reading import read_unit
from resolver.ingest.reader_types import (
    BatchAt,
    ListUnit,
    ReaderRow,
    Reject,
)
from resolver.ingest.validation import admit
from resolver.ingest.value_limits import MOST_VALUES, without_surplus
from resolver.records import Batch, Kind, Record, Relation, RelationType
from tests.records.samples import record


def chunk(*records: Record) -> BatchAt:
    return BatchAt(Batch.from_records(records), np.arange(2, 2 + len(records), dtype=np.int32))


def test_a_record_keeps_so_many_values_of_a_property() -> None:
    many = [f"Ann {number:03}" for number in range(MOST_VALUES + 7)]
    as_many_as_may_be = record("a:1", name="Ann", alias=many[7:])
    held = chunk(
        as_many_as_may_be, record("a:2", name="Bo", alias=many[::-1]), record("a:3", name="Cy")
    )
    kept, rejects = without_surplus(held, "list.csv")
    assert rejects == [
        Reject("list.csv", 3, "record a:2: only 500 of its 507 values of alias are taken")
    ]
    one, two, three = kept.batch.to_records()
    assert two.texts("alias") == tuple(many[:MOST_VALUES])
    before = list(held.batch.to_records())
    assert (one, three) == (before[0], before[2])
    assert without_surplus(chunk(as_many_as_may_be), "x")[1] == []


def test_a_group_keeps_all_its_members() -> None:
    members = [
        Relation(RelationType.MEMBER_OF, target_name=f"Ann {number}")
        for number in range(MOST_VALUES + 1)
    ]
    held = chunk(record("a:1", Kind.GROUP, name="Us", relations=members))
    kept, rejects = without_surplus(held, "list.csv")
    assert (kept, rejects) == (held, [])


@pytest.mark.parametrize(
    "hidden", ["\x00", "\n", "\x7f", "\x85", "\u202e", "\u2066", "\u200b", "\ufeff"]
)
def test_ids_that_hide_something_are_refused(hidden: str) -> None:
    held = chunk(record(f"a:1{hidden}2", name="Ann"), record("a:\u06f1\u200c2", name="Bo"))
    kept, rejects = admit(held, "list.csv", accept_restricted=False)
    assert kept.batch.ids.to_pylist() == ["a:\u06f1\u200c2"]
    shown = f"\\u{ord(hidden):04x}"
    assert [(one.line, one.reason) for one in rejects] == [
        (2, f"record a:1{shown}2: its id holds control characters or others that nobody sees")
    ]


def test_rejects_are_listed_up_to_a_number_and_counted_beyond(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(list_reading, "MOST_REJECTS", 10)
    unit = ListUnit((SourceFile(Path("list.csv")),))
    rejects = [Reject("list.csv", at, "why") for at in range(25)]
    row = ReaderRow("test", "a test", lambda _head, _file: True, lambda _: iter(rejects))
    found = read_unit(row, unit).rejects
    assert found[:10] == tuple(rejects[:10])
    assert found[10:] == (
        Reject("list.csv", 0, "15 more rows or values were not taken: the first 10 are listed"),
    )
