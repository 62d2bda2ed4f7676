"""The catalogue against a store's entities: made anew, caught up, from files, from damaged files."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from resolver.comparison import NameIndex
from resolver.engines.pair_scoring import judge
from resolver.errors import StoreError
from resolver.hub.hub import Hub
from resolver.pipeline import prepared_of
from resolver.records import Batch, Record, concat
from resolver.records.decisions import Verdict
from resolver.records.prepared.assembly import Part, assembled
from resolver.screening.entity_index import Catalogue, State
from resolver.screening.entity_profiles import profiles
from resolver.synthetic import generate
from tests.hub.hubs import Stores, decided, intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

Logodds = npt.NDArray[np.int32]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


def told(state: State) -> dict[str, tuple[tuple[str, ...], int]]:
    """entity id -> its records, and the kinds it may be."""
    found = {}
    for shelf, kept in zip(state.shelves, state.kept, strict=True):
        for row in np.flatnonzero(kept).tolist():
            batch, _ = shelf.records(np.array([row]))
            ids = tuple(sorted(batch.ids.to_pylist()))
            assert shelf.ids[row].as_py() not in found
            found[shelf.ids[row].as_py()] = (ids, int(shelf.prepared.kinds[row]))
    return found


def stored(hub: Hub) -> dict[str, tuple[str, ...]]:
    with hub.store.view() as view:
        numbers, entities = view.all_members()
        ids, names = view.entity_ids(np.unique(entities).tolist()), view.ids_of(numbers.tolist())
        members: dict[str, list[str]] = {}
        for number, entity in zip(numbers.tolist(), entities.tolist(), strict=True):
            members.setdefault(ids[entity], []).append(names[number])
    return {one: tuple(sorted(held)) for one, held in members.items()}


def test_it_follows_every_landing(stores: Stores) -> None:
    some = list(generate(60, seed=3).records)[:90]
    rng = random.Random(5)
    with stores.new() as hub:
        followed = Catalogue(hub, kept_from=1_000)
        for minute in range(7):
            part = rng.sample(some, 20)
            pair = (part[0].id, part[1].id)
            verdict = rng.choice([Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE])
            hub.add(intake(part), [decided(pair, verdict, minute)] if minute else [])
            if minute not in (1, 2):
                found = told(followed.refresh())
                assert {one: ids for one, (ids, _) in found.items()} == stored(hub)
                assert found == told(Catalogue(hub, kept_from=1_000).refresh())


def scores(query: Record, hub: Hub, state: State) -> Logodds:
    """The log-odds of a query with every entity, from prepared profiles."""
    asked = prepared_of(Batch.from_records([query]).canonical(), hub.models)
    parts = [Part(asked, np.zeros(1, dtype=np.int64))]
    parts += [
        Part(shelf.prepared, np.flatnonzero(kept))
        for shelf, kept in zip(state.shelves, state.kept, strict=True)
    ]
    count = sum(len(part.rows) for part in parts)
    work = assembled(parts, Batch.from_records([query]).ids.take(np.zeros(count, dtype=np.int64)))
    right = np.arange(1, count, dtype=np.int32)
    return judge(work, NameIndex.of(work), state.models, np.zeros_like(right), right).logodds


def obvious(query: Record, hub: Hub, state: State) -> Logodds:
    """The same, everything prepared now."""
    held, owners = [], []
    for shelf, kept in zip(state.shelves, state.kept, strict=True):
        for row in np.flatnonzero(kept).tolist():
            batch, _ = shelf.records(np.array([row]))
            held.append(batch)
            owners += [len(held) - 1] * len(batch)
    united = profiles(
        concat(held), np.array(owners), [f"{place:05d}" for place in range(len(held))]
    )
    work = prepared_of(concat([Batch.from_records([query]), united]).canonical(), hub.models)
    right = np.arange(1, len(work), dtype=np.int32)
    return judge(work, NameIndex.of(work), state.models, np.zeros_like(right), right).logodds


def test_scores_are_those_of_a_batch(stores: Stores, tmp_path: Path) -> None:
    some = list(generate(90, seed=8).records)
    assert len(some) > 80
    with stores.new() as hub:
        hub.index_dir = tmp_path
        hub.add(intake(some[:60]))
        Catalogue(hub, kept_from=1).refresh()
        hub.add(intake(some[60:80]))
        # one shelf from a file, one from memory
        state = Catalogue(hub, kept_from=1_000).refresh()
        assert [shelf.segment.path is not None for shelf in state.shelves][:1] == [True]
        for query in some[::7]:
            one = replace(query, id="!")
            assert scores(one, hub, state).tolist() == obvious(one, hub, state).tolist()


def test_files_serve_the_next_and_damage_mends_itself(
    stores: Stores, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with stores.new() as hub:
        hub.index_dir = tmp_path
        hub.add(intake([record("a:1", name="Ivan Petrov"), record("a:2", name="Maria Quispe")]))
        first = Catalogue(hub, kept_from=1).refresh()
        (path,) = tmp_path.rglob("profiles/segment-*.bin")
        with caplog.at_level(logging.INFO, logger="resolver.index"):
            # whether what came before was caught depends on the level that other tests have left
            caplog.clear()
            assert told(Catalogue(hub).refresh()) == told(first)
            assert not caplog.records
            whole = path.read_bytes()
            # cut short, a letter changed, nothing at all, something else
            for broken in (whole[:-100], whole.replace(b"Petrov", b"Petrow"), b"", b"x" * 5_000):
                caplog.clear()
                path.write_bytes(broken)
                assert told(Catalogue(hub, kept_from=1).refresh()) == told(first)
                assert "damaged" in caplog.text
                assert "anew" in caplog.text
                assert path.is_file()


def test_files_of_another_history_are_not_believed(stores: Stores, tmp_path: Path) -> None:
    with stores.new() as hub:
        hub.index_dir = tmp_path
        hub.add(intake([record("a:1", name="Ivan Petrov")]))
        Catalogue(hub, kept_from=1).refresh()
        (path,) = tmp_path.rglob("profiles/segment-*.bin")
        kept = path.read_bytes()
        hub.add(intake([record("a:2", name="Maria Quispe")]))
        state = Catalogue(hub, kept_from=1).refresh()
        assert len(told(state)) == 2
        # as after a restore: the file speaks of a version that landed at another time
        path.parent.joinpath("segment-0-1.bin").write_bytes(
            kept.replace(b'"landed":"2', b'"landed":"1')
        )
        assert told(Catalogue(hub, kept_from=1).refresh()) == told(state)


def test_an_empty_store_says_so(stores: Stores) -> None:
    with stores.new() as hub, pytest.raises(StoreError, match="empty"):
        Catalogue(hub).refresh()


def test_a_withdrawn_entity_is_gone(stores: Stores) -> None:
    from resolver.ingest.reader_types import ListInfo

    with stores.new() as hub:
        one, two = record("a:1", name="Ivan Petrov"), record("a:2", name="Maria Quispe")
        hub.add(intake([one, two], ListInfo("a", "test", ("a",), "1", 2, 0, False)))
        catalogue = Catalogue(hub)
        catalogue.refresh()
        hub.add(intake([two], ListInfo("a", "test", ("a",), "2", 1, 0, False)))
        assert [ids for ids, _ in told(catalogue.refresh()).values()] == [("a:2",)]


def test_a_store_of_another_model_is_refused_before_anything_is_made(
    stores: Stores, tmp_path: Path
) -> None:
    with stores.new() as hub:
        hub.index_dir = tmp_path
        hub.add(intake([record("a:1", name="Ivan Petrov")]))
        hub.models = replace(hub.models, stamp={**hub.models.stamp, "model": "another"})
        with pytest.raises(StoreError, match="another model"):
            Catalogue(hub, kept_from=1).refresh()
        assert not list(tmp_path.rglob("profiles"))
