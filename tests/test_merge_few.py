"""Golden records of a few entities are those that a whole batch gives."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from resolver.merge import context, golden_few, golden_of, partition, to_ftm
from resolver.normalise import country_code
from resolver.records import Batch
from resolver.store.reader import Reader
from resolver.store.segments import segment_of
from resolver.synthetic import generate


@pytest.mark.parametrize("seed", range(6))
def test_a_few_are_as_in_a_batch(seed: int) -> None:
    chance = np.random.default_rng(seed)
    records = list(generate(120, seed=seed).records)
    batch = Batch.from_records(records)
    segment = segment_of(batch, since=0, until=1, landed="", first=0, ended=np.zeros(0, dtype=np.int64), extra={})
    reader = Reader(segment.batch, segment.offsets, segment.properties())
    # any records in any order, as any entities: kinds, schemata and dates that contradict each other included
    rows = chance.permutation(len(batch))[:60]
    owner = np.unique(chance.integers(0, 25, len(rows)), return_inverse=True)[1]
    names = [f"e-{name:03d}" for name in chance.permutation(1_000)[: owner.max() + 1].tolist()]
    few = list(golden_few(reader.spelled(rows), owner.tolist(), names, country_code))
    taken = segment.take(rows)
    order = np.argsort(np.array(taken.ids.to_pylist(), dtype=object))
    owner = owner[order]
    _, first, inverse = np.unique(owner, return_index=True, return_inverse=True)
    named = pa.array([names[place] for place in owner.tolist()], pa.string())
    parts = partition(taken.canonical(), first[inverse].astype(np.int32), named)
    whole = {one.id: one for one in golden_of(context(taken.canonical(), parts, country_code))}
    assert [one.id for one in few] == names
    assert {one.id: one for one in few} == whole
    assert any(one.conflicts for one in few)
    assert any(one.relations for one in few)
    assert [to_ftm(one) for one in few] == [to_ftm(whole[one.id]) for one in few]
