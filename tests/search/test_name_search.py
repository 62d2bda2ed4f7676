"""Who names a record: looked up as found by reading all relations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resolver.records import Batch, Relation, RelationType
from resolver.search.name_search import naming
from resolver.store.segments import segment_of
from tests.records.samples import record


@pytest.mark.parametrize("seed", range(4))
def test_those_who_name_a_record(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(seed)
    some = []
    for number in range(60):
        targets = chance.integers(0, 25, int(chance.integers(0, 4))).tolist()
        # one names by an id alone, one by id and name, one by a name that looks like an id
        said = [
            Relation(
                RelationType.LINKED_TO,
                f"s:{one}" if one % 3 else "",
                "" if one % 2 and one % 3 else f"s:{one}",
            )
            for one in targets
        ]
        some.append(replace(record(f"s:{number}", name=f"Ann {number}"), relations=tuple(said)))
    batch = Batch.from_records(some)
    segment = segment_of(
        batch, since=0, until=1, landed="", first=100, ended=np.zeros(0, dtype=np.int64), extra={}
    )
    for asked in (
        [f"s:{number}" for number in range(30)],
        ["s:1"],
        ["s:11", "s:2"],
        ["nobody"],
        [],
    ):
        expected = [
            100 + row
            for row, one in enumerate(some)
            if any(relation.target_id in asked for relation in one.relations)
        ]
        monkeypatch.setattr("resolver.search.name_search._SCANNED", 0)
        assert naming([segment], asked).tolist() == expected
