"""Entity index against the entities of the store: built anew, caught up, from files, from damaged
files.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from resolver.check.entity_index import EntityIndex, IndexSnapshot
from resolver.engines.pair_scoring import score_explained
from resolver.errors import StoreError
from resolver.hub.hub import Hub
from resolver.matching.pipeline import normalize
from resolver.names.name_index import NameIndex
from resolver.records import Batch, Handling, Record, Value, concat
from resolver.records.decisions import Verdict
from resolver.records.prepared.assembly import assemble
from resolver.records.prepared.batch import build_profiles
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible
from resolver.world import generate
from tests.hub.hubs import Stores, make_decision, make_intake, restrict_some
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

Logodds = npt.NDArray[np.int32]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def profiles_of(snapshot: IndexSnapshot) -> dict[str, tuple[tuple[str, ...], int]]:
    """Map each entity id to its records and the kinds it may be."""
    profiles = {}
    for segment, active in zip(snapshot.segments, snapshot.active, strict=True):
        for row in np.flatnonzero(active).tolist():
            batch, _ = segment.records(np.array([row]))
            ids = tuple(sorted(batch.ids.to_pylist()))
            assert segment.ids[row].as_py() not in profiles
            profiles[segment.ids[row].as_py()] = (ids, int(segment.prepared.kinds[row]))
    return profiles


def stored(hub: Hub) -> dict[str, tuple[str, ...]]:
    with hub.store.view() as view:
        numbers, entities = view.all_members()
        ids, names = (
            view.entity_ids(np.unique(entities).tolist()),
            view.record_ids(numbers.tolist()),
        )
        members: dict[str, list[str]] = {}
        for number, entity in zip(numbers.tolist(), entities.tolist(), strict=True):
            members.setdefault(ids[entity], []).append(names[number])
    return {entity_id: tuple(sorted(records)) for entity_id, records in members.items()}


def test_index_follows_every_commit(stores: Stores) -> None:
    some = list(generate(60, seed=3).records)[:90]
    rng = random.Random(5)
    with stores.new() as hub:
        followed = EntityIndex(hub, min_file_records=1_000)
        for minute in range(7):
            part = rng.sample(some, 20)
            pair = (part[0].id, part[1].id)
            verdict = rng.choice([Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE])
            hub.add(make_intake(part), [make_decision(pair, verdict, minute)] if minute else [])
            if minute not in (1, 2):
                profiles = profiles_of(followed.refresh())
                assert {entity_id: ids for entity_id, (ids, _) in profiles.items()} == stored(hub)
                assert profiles == profiles_of(EntityIndex(hub, min_file_records=1_000).refresh())


def scores(query: Record, hub: Hub, snapshot: IndexSnapshot) -> Logodds:
    """Return the log-odds of a query with each entity, from prepared profiles."""
    prepared = normalize(Batch.from_records([query]).canonical(), snapshot.models)
    parts = [BatchRows(prepared, np.zeros(1, dtype=np.int64))]
    parts += [
        BatchRows(segment.prepared, np.flatnonzero(active))
        for segment, active in zip(snapshot.segments, snapshot.active, strict=True)
    ]
    count = sum(len(part.rows) for part in parts)
    work = assemble(parts, Batch.from_records([query]).ids.take(np.zeros(count, dtype=np.int64)))
    right = np.arange(1, count, dtype=np.int32)
    return score_explained(
        work, NameIndex.of(work), snapshot.models, np.zeros_like(right), right
    ).logodds


def scores_from_scratch(query: Record, hub: Hub, snapshot: IndexSnapshot) -> Logodds:
    """Return the same log-odds with everything prepared now."""
    batches, owners = [], []
    for segment, active in zip(snapshot.segments, snapshot.active, strict=True):
        for row in np.flatnonzero(active).tolist():
            batch, _ = segment.records(np.array([row]))
            batches.append(batch)
            owners += [len(batches) - 1] * len(batch)
    united = build_profiles(
        concat(batches), np.array(owners), [f"{place:05d}" for place in range(len(batches))]
    )
    work = normalize(concat([Batch.from_records([query]), united]).canonical(), snapshot.models)
    right = np.arange(1, len(work), dtype=np.int32)
    return score_explained(
        work, NameIndex.of(work), snapshot.models, np.zeros_like(right), right
    ).logodds


def test_scores_equal_those_of_a_batch(stores: Stores, tmp_path: Path) -> None:
    some = list(generate(90, seed=8).records)
    assert len(some) > 80
    with stores.new() as hub:
        hub.index_dir = tmp_path
        hub.add(make_intake(some[:60]))
        EntityIndex(hub, min_file_records=1).refresh()
        hub.add(make_intake(some[60:80]))
        # one segment from a file, one from memory
        snapshot = EntityIndex(hub, min_file_records=1_000).refresh()
        assert [segment.stored.path is not None for segment in snapshot.segments][:1] == [True]
        for query in some[::7]:
            copy = replace(query, id="!")
            assert (
                scores(copy, hub, snapshot).tolist()
                == scores_from_scratch(copy, hub, snapshot).tolist()
            )


def test_index_files_are_reused_and_damaged_ones_rebuilt(
    stores: Stores, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with stores.new() as hub:
        hub.index_dir = tmp_path
        hub.add(
            make_intake([record("a:1", name="Ivan Petrov"), record("a:2", name="Maria Quispe")])
        )
        first = EntityIndex(hub, min_file_records=1).refresh()
        (path,) = tmp_path.rglob("profiles/segment-*.bin")
        with caplog.at_level(logging.INFO, logger="resolver.index"):
            # other tests may have left another log level, so start from an empty log
            caplog.clear()
            assert profiles_of(EntityIndex(hub).refresh()) == profiles_of(first)
            assert not caplog.records
            whole = path.read_bytes()
            # truncated, one letter changed, empty, other content
            for broken in (whole[:-100], whole.replace(b"Petrov", b"Petrow"), b"", b"x" * 5_000):
                caplog.clear()
                path.write_bytes(broken)
                assert profiles_of(EntityIndex(hub, min_file_records=1).refresh()) == profiles_of(
                    first
                )
                assert "damaged" in caplog.text
                assert "anew" in caplog.text
                assert path.is_file()


def test_index_files_of_another_history_are_ignored(stores: Stores, tmp_path: Path) -> None:
    with stores.new() as hub:
        hub.index_dir = tmp_path
        hub.add(make_intake([record("a:1", name="Ivan Petrov")]))
        EntityIndex(hub, min_file_records=1).refresh()
        (path,) = tmp_path.rglob("profiles/segment-*.bin")
        content = path.read_bytes()
        hub.add(make_intake([record("a:2", name="Maria Quispe")]))
        snapshot = EntityIndex(hub, min_file_records=1).refresh()
        assert len(profiles_of(snapshot)) == 2
        # as after a restore: the file is of a revision with another commit time
        path.parent.joinpath("segment-0-1.bin").write_bytes(
            content.replace(b'"landed":"2', b'"landed":"1')
        )
        assert profiles_of(EntityIndex(hub, min_file_records=1).refresh()) == profiles_of(snapshot)


def test_empty_store_is_refused(stores: Stores) -> None:
    with stores.new() as hub, pytest.raises(StoreError, match="empty"):
        EntityIndex(hub).refresh()


def test_withdrawn_entity_leaves_the_index(stores: Stores) -> None:
    from resolver.lists.reader_types import ListInfo

    with stores.new() as hub:
        first, second = record("a:1", name="Ivan Petrov"), record("a:2", name="Maria Quispe")
        hub.add(make_intake([first, second], ListInfo("a", "test", ("a",), "1", 2, 0, False)))
        index = EntityIndex(hub)
        index.refresh()
        hub.add(make_intake([second], ListInfo("a", "test", ("a",), "2", 1, 0, False)))
        assert [ids for ids, _ in profiles_of(index.refresh()).values()] == [("a:2",)]


def test_store_of_another_model_is_refused_without_index_files(
    stores: Stores, tmp_path: Path
) -> None:
    with stores.new() as hub:
        hub.index_dir = tmp_path
        hub.add(make_intake([record("a:1", name="Ivan Petrov")]))
        hub.models = replace(hub.models, stamp={**hub.models.stamp, "model": "another"})
        with pytest.raises(StoreError, match="another model"):
            EntityIndex(hub, min_file_records=1).refresh()
        assert not list(tmp_path.rglob("profiles"))


def test_commits_of_hidden_records_change_no_segment_that_a_viewer_reads(stores: Stores) -> None:
    closed = Handling("River", "H3")
    owner, other = Viewer("eve", "River"), Viewer("kim", "Coast")
    public = [
        record(f"a:{place}", name=name, birthDate="1970-05-06")
        for place, name in enumerate(("Ana Huanca", "Lena Okafor", "Sami Virtanen", "Rosa Quispe"))
    ]
    same = replace(record("h:1", name="Ana Huanca", birthDate="1970-05-06"), handling=closed)
    separate = replace(record("h:2", name="Zeta Verborgen"), handling=closed)
    with stores.new() as hub:
        hub.add(make_intake(public))
        index = EntityIndex(hub)
        before = {viewer: index.refresh(viewer) for viewer in (STRANGER, other, owner)}
        hub.add(make_intake([same, separate]), [make_decision(("a:0", "h:1"), Verdict.SAME, 1)])
        after = {viewer: index.refresh(viewer) for viewer in (STRANGER, other, owner)}
        for viewer in (STRANGER, other):
            assert after[viewer].revision > before[viewer].revision
            assert list(map(id, after[viewer].segments)) == list(map(id, before[viewer].segments))
            assert profiles_of(after[viewer]) == profiles_of(before[viewer])
        shown = {records for records, _ in profiles_of(after[owner]).values()}
        assert shown == {("a:0", "h:1"), ("a:1",), ("a:2",), ("a:3",), ("h:2",)}
        # the owner's layer replaces what everybody sees of an entity
        hub.add(make_intake([replace(public[0], values=(*public[0].values, Value("alias", "X")))]))
        assert {records for records, _ in profiles_of(index.refresh(owner)).values()} == shown
        fresh = EntityIndex(hub)
        for viewer in (STRANGER, other, owner, OPERATOR):
            assert profiles_of(index.refresh(viewer)) == profiles_of(fresh.refresh(viewer))


@pytest.mark.parametrize("seed", range(3))
def test_layers_follow_every_commit(stores: Stores, seed: int) -> None:
    dice = random.Random(seed)
    some = restrict_some(list(generate(40, seed=seed).records)[:60], 0.5, dice)
    viewers = (STRANGER, Viewer("kim", "River"), Viewer("kim", "", frozenset({"review"})), OPERATOR)
    with stores.new() as hub:
        hub.add(make_intake(dice.sample(some, 25)))
        followed = EntityIndex(hub)
        for _ in range(3):
            for viewer in viewers:
                profiles = profiles_of(followed.refresh(viewer))
                assert profiles == profiles_of(EntityIndex(hub).refresh(viewer))
                handling = {row.id: row.handling for row in some}
                expected = {
                    entity_id: shown
                    for entity_id, records in stored(hub).items()
                    if (shown := tuple(row for row in records if is_visible(handling[row], viewer)))
                }
                assert {entity_id: ids for entity_id, (ids, _) in profiles.items()} == expected
            hub.add(make_intake(dice.sample(some, 12)))
