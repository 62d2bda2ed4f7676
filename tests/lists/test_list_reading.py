"""Reading one list into a batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from resolver.errors import InputError
from resolver.lists import list_reading
from resolver.lists.io.source_files import SourceFile
from resolver.lists.list_reading import CHUNK_ROWS, ListContents, read_unit
from resolver.lists.reader_types import (
    Item,
    ListUnit,
    ListVersion,
    LocatedBatch,
    LocatedRecord,
    Note,
    ReaderRow,
    Reject,
)
from resolver.records import Batch, Kind, Record, Value

UNIT = ListUnit((SourceFile(Path("list.csv")),))


def person(number: int, name: str = "Anna") -> Record:
    return Record(f"a:{number}", "a", Kind.PERSON, "Person", (Value("name", name),))


def read_items(*items: Item, strict: bool = False) -> ListContents:
    def read(unit: ListUnit) -> Iterator[Item]:
        yield from items

    return read_unit(
        ReaderRow("test", "a test", lambda head, file: True, read), UNIT, strict=strict
    )


def test_items_of_every_kind_are_gathered() -> None:
    batch = Batch.from_records([person(4), person(5)])
    read = read_items(
        person(1),
        LocatedRecord(person(2), 7),
        Reject("list.csv", 8, "why"),
        batch,
        LocatedBatch(Batch.from_records([person(6)]), np.array([11], dtype=np.int32)),
        ListVersion("2026-01-01"),
        Note("assumed"),
        LocatedRecord(person(3), 9),
    )
    lines = dict(zip(read.batch.ids.to_pylist(), read.lines.tolist(), strict=True))
    assert lines == {"a:1": 0, "a:2": 7, "a:3": 9, "a:4": 0, "a:5": 0, "a:6": 11}
    assert (read.version, read.rejects, read.notes) == (
        "2026-01-01",
        (Reject("list.csv", 8, "why"),),
        ("assumed",),
    )


def test_more_records_than_a_chunk_keep_their_lines() -> None:
    read = read_items(
        *(LocatedRecord(person(number), number) for number in range(1, CHUNK_ROWS + 3))
    )
    assert len(read.batch) == CHUNK_ROWS + 2
    assert read.batch.ids.to_pylist() == [f"a:{line}" for line in read.lines.tolist()]


def test_invalid_unicode_rejects_only_its_record() -> None:
    read = read_items(
        LocatedRecord(person(1), 1),
        LocatedRecord(person(2, "An\udcffna"), 2),
        LocatedRecord(person(3), 3),
    )
    assert read.batch.ids.to_pylist() == ["a:1", "a:3"]
    assert [(reject.line, reject.reason[:44]) for reject in read.rejects] == [
        (2, "the row holds invalid Unicode text; convert ")
    ]
    assert read.unread == ("a:2",)


def test_ids_of_very_many_unread_rows_are_an_unknown_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_reading, "MAX_REJECTS", 2)
    rows = [Reject.of_row("list.csv", line, "why", f"a:{line}") for line in range(1, 4)]
    value = Reject("list.csv", 9, "value not taken", "a:9")
    assert read_items(value, rows[0]).unread == ("a:1",)
    assert read_items(*rows).unread == ("", "a:1", "a:2")


def test_strict_raises_the_first_reject() -> None:
    with pytest.raises(InputError, match=r"^list\.csv: why$"):
        read_items(Reject("list.csv", 0, "why"), Reject("list.csv", 1, "later"), strict=True)


def test_an_empty_list_is_an_empty_batch() -> None:
    read = read_items()
    assert (len(read.batch), len(read.lines), read.lines.dtype.name) == (0, 0, "int32")
