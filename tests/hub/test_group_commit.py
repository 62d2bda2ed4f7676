"""Records posted one at a time, from many threads, are resolved as one batch would be."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from resolver.errors import InputError
from resolver.hub.group_commit import Posting
from resolver.records import Handling, Record
from resolver.synthetic import generate
from tests.hub.hubs import (
    Step,
    Stores,
    canonical,
    exported,
)
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


def test_many_at_once(stores: Stores) -> None:
    some = list(generate(60, seed=8).records)[:50]
    with stores.new() as hub:
        posting = Posting(hub)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(posting.post, some))
        assert hub.store.version == max(answer.version for answer in answers) < len(some)
        with hub.store.view() as view:
            held = [view.entity(answer.entity) for answer in answers]
            assert all(held)
            # a record that comes later may move one that came before
            found = [
                one.id in entity.records for one, entity in zip(some, held, strict=True) if entity
            ]
            assert sum(found) >= len(some) - 3
        assert exported(hub) == canonical(stores, [Step(tuple(some))])


def test_two_versions_of_one_record_land_one_after_the_other(stores: Stores) -> None:
    said = [record("s:1", name=f"Ann {number}") for number in range(6)]
    with stores.new() as hub:
        posting = Posting(hub)
        with ThreadPoolExecutor(6) as pool:
            versions = {answer.version for answer in pool.map(posting.post, said)}
        assert len(versions) == 6
        with hub.store.view() as view:
            assert len(view.record_versions("s:1")) == 6


@pytest.mark.parametrize(
    "bad", [record("s:1"), Record("s:1", "s", record("s:2").kind, "Person", record("s:2", name="A").values,
                                  handling=Handling(code="H2"))]
)  # fmt: skip
def test_what_may_not_enter(bad: Record, stores: Stores) -> None:
    with stores.new() as hub:
        with pytest.raises(InputError):
            Posting(hub).post(bad)
        assert hub.store.version == 0
