"""Segments of the entity index: what memory computes late and files hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from resolver.check import index_segment
from resolver.check.index_segment import (
    EntityContent,
    IndexSegment,
    RevisionRange,
    build_index_segment,
    write_index_segment,
)
from resolver.hub.segment_contents import fingerprint_records
from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import load_models
from resolver.search import build_term_index


def build() -> IndexSegment:
    """Return a segment in memory of a few fixed records, each its own entity."""
    batch = fingerprint_records()
    entities = {row: EntityContent(f"e{row}", 1, 1, (row + 1,)) for row in range(len(batch))}
    revisions = RevisionRange(0, 1, "", np.zeros(0, dtype=np.int64))
    models = load_models(None)
    return build_index_segment(batch, entities, revisions, lambda part: normalize(part, models))


def test_files_hold_the_terms_that_memory_makes_for_the_first_search(tmp_path: Path) -> None:
    segment = build()
    assert not any(name.startswith("terms.") for name in segment.stored.extra)
    written = write_index_segment(tmp_path, segment, {})
    assert any(name.startswith("terms.") for name in written.stored.extra)
    expected = build_term_index(segment.stored.batch).to_arrays()
    for index in (segment.terms, written.terms):
        assert not index.records.flags.writeable
        arrays = index.to_arrays()
        assert set(arrays) == set(expected)
        for name, array in arrays.items():
            np.testing.assert_array_equal(array, expected[name])


def test_arrays_of_memory_and_of_a_file_are_the_same(tmp_path: Path) -> None:
    segment = build()
    written = write_index_segment(tmp_path, segment, {})
    assert set(segment.arrays) == set(written.arrays)
    for name, array in segment.arrays.items():
        np.testing.assert_array_equal(array, written.arrays[name])


def test_a_search_waits_for_few_terms_only(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = build(), build()
    few.warm(with_terms=True)
    monkeypatch.setattr(index_segment, "_MANY_RECORDS", len(many.stored))
    many.warm(with_terms=True)
    assert "terms" not in few.__dict__
    assert "terms" in many.__dict__
    unsearched = build()
    unsearched.warm(with_terms=False)
    assert "terms" not in unsearched.__dict__
