"""Ids of entities, and their order."""

from __future__ import annotations

import base64
import hashlib

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resolver.merging import golden_record
from resolver.merging.golden_record import build_partition, hash_ids
from resolver.records import Batch
from tests.records.samples import record

PREFIX = "e-"


def described_id(text: bytes) -> str:
    """Return an id as its description says, by the standard library."""
    return PREFIX + base64.b32encode(hashlib.sha256(text).digest()).decode().lower()[:20]


@given(st.lists(st.binary(max_size=200), max_size=40))
@example([b"x" * length for length in (54, 55, 56, 63, 64, 65, 119, 120, 1000)])
def test_ids_are_as_described(texts: list[bytes]) -> None:
    ids = hash_ids(PREFIX, pa.array(texts, pa.binary()))
    assert ids.to_pylist() == [described_id(text) for text in texts]


@pytest.mark.parametrize("bits", [60, 5])
def test_entities_are_in_the_order_of_their_ids(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where ids begin alike."""
    monkeypatch.setattr(golden_record, "_KEY_BITS", bits)
    batch = Batch.from_records(
        [record(f"s:{number:03d}", name="Ann Lee") for number in range(200)]
    ).canonical()
    labels = (np.arange(200) // 2 * 2).astype(np.int32)
    parts = build_partition(batch, labels)
    ids = parts.ids.to_pylist()
    assert ids == sorted(described_id(f"s:{row:03d}".encode()) for row in range(0, 200, 2))
    for number, start, end in zip(
        range(len(parts)), parts.offsets[:-1].tolist(), parts.offsets[1:].tolist(), strict=True
    ):
        rows = parts.order[start:end].tolist()
        assert rows == sorted(rows)
        assert {parts.entity[row] for row in rows} == {number}
        assert ids[number] == described_id(f"s:{rows[0]:03d}".encode())
