"""Records posted one at a time, from many threads, are resolved as one batch would be."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from resolver.errors import InputError
from resolver.hub.group_commit import GroupCommit
from resolver.records import Handling, Record
from resolver.world import generate
from tests.hub.hubs import (
    Step,
    Stores,
    export_canonical,
    export_steps,
    seed_population,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def test_concurrent_posts_equal_one_batch(stores: Stores) -> None:
    records = list(generate(60, seed=8).records)[:50]
    with stores.new() as hub:
        seed_population(hub)
        group_commit = GroupCommit(hub)
        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(group_commit.post, records))
        assert hub.store.revision == max(result.revision for result in results) < len(records)
        with hub.store.view() as view:
            entities = [view.entity(result.entity_id) for result in results]
            assert all(entities)
            # a record that comes later may move one that came before
            is_member = [
                posted.id in entity.records
                for posted, entity in zip(records, entities, strict=True)
                if entity
            ]
            assert sum(is_member) >= len(records) - 3
        assert export_canonical(hub) == export_steps(stores, [Step(tuple(records))])


def test_versions_of_one_record_are_committed_in_turn(stores: Stores) -> None:
    records = [record("s:1", name=f"Ann {number}") for number in range(6)]
    with stores.new() as hub:
        group_commit = GroupCommit(hub)
        with ThreadPoolExecutor(6) as pool:
            versions = {result.revision for result in pool.map(group_commit.post, records)}
        assert len(versions) == 6
        with hub.store.view() as view:
            assert len(view.record_versions("s:1")) == 6


NAMELESS = record("s:1")
RESTRICTED = replace(record("s:1", name="A"), handling=Handling(code="H2"))


@pytest.mark.parametrize("bad", [NAMELESS, RESTRICTED])
def test_records_that_are_not_admitted(bad: Record, stores: Stores) -> None:
    with stores.new() as hub:
        with pytest.raises(InputError):
            GroupCommit(hub).post(bad)
        assert hub.store.revision == 0
