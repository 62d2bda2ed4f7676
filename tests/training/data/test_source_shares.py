"""Counted shares of true pairs within one source and across sources."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from resolver.records import Kind
from resolver.training.data.labeled_pairs import source_offsets
from tests.matching.preparing import prepared
from tests.records.samples import record


def offsets(ids: Sequence[str], clusters: Sequence[str]) -> tuple[float, float]:
    """Return the offsets of a pair within the first source, and of one across."""
    batch = prepared([record(identity, name="Ann Lee") for identity in ids])
    order = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    names = np.array(clusters, dtype=object)[np.argsort([order[identity] for identity in ids])]
    left = np.array([order["a:0"], order["a:0"]], dtype=np.int32)
    right = np.array([order["a:1"], order["b:0"]], dtype=np.int32)
    within, across = source_offsets(batch, names, Kind.PERSON, left, right).tolist()
    return within, across


def test_lists_without_duplicates() -> None:
    """Two lists of one and the same 400 persons: a record has half a partner, all of them across.

    The share of all pairs counts as that of fifty records more.
    """
    ids = [f"{source}:{number}" for source in "ab" for number in range(400)]
    within, across = offsets(ids, [identity[2:] for identity in ids])
    exposure = 400 * 399 / (800 * 799 / 2)
    share = 0.5 * 50 / (800 * exposure + 50)
    assert within == pytest.approx(math.log(share / 0.5))
    others = 800 - 800 * exposure
    assert across == pytest.approx(math.log((400 + 25) / (others + 50) / 0.5))


def test_one_source_tells_nothing() -> None:
    ids = ["a:0", "a:1", "b:0"]
    assert offsets(ids, ["x", "y", "z"]) == (0.0, 0.0)
