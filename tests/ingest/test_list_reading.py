from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from resolver.errors import InputError
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.list_reading import CHUNK, ListRead, read_unit
from resolver.ingest.reader_types import (
    BatchAt,
    Item,
    ListUnit,
    ListVersion,
    Note,
    ReaderRow,
    RecordAt,
    Reject,
)
from resolver.records import Batch, Kind, Record, Value

UNIT = ListUnit((SourceFile(Path("list.csv")),))


def person(number: int, name: str = "Anna") -> Record:
    return Record(f"a:{number}", "a", Kind.PERSON, "Person", (Value("name", name),))


def gathered(*items: Item, strict: bool = False) -> ListRead:
    def read(unit: ListUnit) -> Iterator[Item]:
        yield from items

    return read_unit(
        ReaderRow("test", "a test", lambda head, file: True, read), UNIT, strict=strict
    )


def test_items_of_every_kind_are_gathered() -> None:
    batch = Batch.from_records([person(4), person(5)])
    read = gathered(
        person(1),
        RecordAt(person(2), 7),
        Reject("list.csv", 8, "why"),
        batch,
        BatchAt(Batch.from_records([person(6)]), np.array([11], dtype=np.int32)),
        ListVersion("2026-01-01"),
        Note("assumed"),
        RecordAt(person(3), 9),
    )
    lines = dict(zip(read.batch.ids.to_pylist(), read.lines.tolist(), strict=True))
    assert lines == {"a:1": 0, "a:2": 7, "a:3": 9, "a:4": 0, "a:5": 0, "a:6": 11}
    assert (read.version, read.rejects, read.notes) == (
        "2026-01-01",
        (Reject("list.csv", 8, "why"),),
        ("assumed",),
    )


def test_more_records_than_a_chunk_keep_their_lines() -> None:
    read = gathered(*(RecordAt(person(number), number) for number in range(1, CHUNK + 3)))
    assert len(read.batch) == CHUNK + 2
    assert read.batch.ids.to_pylist() == [f"a:{line}" for line in read.lines.tolist()]


def test_text_that_is_no_unicode_costs_that_record_only() -> None:
    read = gathered(
        RecordAt(person(1), 1), RecordAt(person(2, "An\udcffna"), 2), RecordAt(person(3), 3)
    )
    assert read.batch.ids.to_pylist() == ["a:1", "a:3"]
    assert [(reject.line, reject.reason[:44]) for reject in read.rejects] == [
        (2, "the row holds text that is no Unicode; conve")
    ]


def test_strict_raises_the_first_reject() -> None:
    with pytest.raises(InputError, match=r"^list\.csv: why$"):
        gathered(Reject("list.csv", 0, "why"), Reject("list.csv", 1, "later"), strict=True)


def test_an_empty_list_is_an_empty_batch() -> None:
    read = gathered()
    assert (len(read.batch), len(read.lines), read.lines.dtype.name) == (0, 0, "int32")
