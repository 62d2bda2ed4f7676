"""Related records: looked up as found by reading all relations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resolver.records import Batch, Relation, RelationType
from resolver.search import find_by_value, find_related_to
from resolver.store.segments import build_segment
from tests.records.samples import record


@pytest.mark.parametrize("seed", range(4))
def test_related_records_are_found(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(seed)
    records = []
    for number in range(60):
        targets = generator.integers(0, 25, int(generator.integers(0, 4))).tolist()
        # one names by an id alone, one by id and name, one by a name that looks like an id
        relations = [
            Relation(
                RelationType.LINKED_TO,
                f"s:{stored}" if stored % 3 else "",
                "" if stored % 2 and stored % 3 else f"s:{stored}",
            )
            for stored in targets
        ]
        records.append(
            replace(record(f"s:{number}", name=f"Ann {number}"), relations=tuple(relations))
        )
    batch = Batch.from_records(records)
    segment = build_segment(
        batch,
        since=0,
        until=1,
        committed_at="",
        first=100,
        ended=np.zeros(0, dtype=np.int64),
        extra={},
    )
    for record_ids in (
        [f"s:{number}" for number in range(30)],
        ["s:1"],
        ["s:11", "s:2"],
        ["nobody"],
        [],
    ):
        expected = [
            100 + row
            for row, stored in enumerate(records)
            if any(relation.target_id in record_ids for relation in stored.relations)
        ]
        monkeypatch.setattr("resolver.search._MAX_SCANNED", 0)
        assert find_related_to([segment], record_ids).tolist() == expected


def test_values_are_found_whole() -> None:
    records = [
        record("a:1", name="Ann Lee", referents=("x-1", "x-2")),
        record("a:2", name="Boris Lang", referents="x-1"),
        record("a:3", name="x-1"),
    ]
    segment = build_segment(
        Batch.from_records(records),
        since=0,
        until=1,
        committed_at="",
        first=100,
        ended=np.zeros(0, dtype=np.int64),
        extra={},
    )
    for text, numbers in (("x-1", [100, 101]), ("x-2", [100]), ("x", []), ("x-3", [])):
        assert find_by_value([segment], "referents", text).tolist() == numbers
