"""A hub: ids that stay, decisions and their undoing, list updates, what it refuses; both databases where it counts."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from resolver.errors import DecisionError, HeldError, InputError, StoreError
from resolver.hub.exports import lines
from resolver.hub.hub import Hub
from resolver.hub.stored_results import (
    Gathered,
    near,
    records_of,
    touched,
)
from resolver.ingest.reader_types import Intake, ListInfo
from resolver.pipeline import RunOptions
from resolver.records import Batch, Identifier, Record
from resolver.records.decisions import Decision, Verdict
from resolver.records.visibility import OPERATOR
from resolver.store import Colour, EventKind, Store, StoredEntity, backup, restore
from resolver.synthetic import generate
from tests.hub.hubs import (
    NOON,
    OPTIONS,
    Step,
    Stores,
    canonical,
    decided,
    exported,
    intake,
)
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record
from tests.store.conftest import postgres_url, url

__all__ = ["postgres_url", "url"]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


@pytest.fixture
def hub(stores: Stores) -> Iterator[Hub]:
    with stores.new() as made:
        yield made


@pytest.fixture(scope="module")
def world() -> list[Record]:
    return sorted(generate(120, seed=3).records, key=lambda one: one.id)


def brzezinski(identity: str) -> Record:
    """One who is merged with every other of the same name."""
    passport = [Identifier("passportNumber", "A1B2C3", "pl")]
    return record(
        identity, name="Zbigniew Brzezinski", birthDate="1928-03-28", identifiers=passport
    )


def entity(hub: Hub, asked: str) -> StoredEntity:
    with hub.store.view() as view:
        found = view.entity(asked)
    assert found is not None
    return found


def kinds(hub: Hub, since: int) -> list[tuple[EventKind, str, str]]:
    return [(change.kind, change.entity, change.other) for change in hub.changes(since)]


def test_a_merge_keeps_the_entity_born_first_and_its_undoing_revives_the_other(hub: Hub) -> None:
    hub.add(intake([brzezinski("b:1")]))
    hub.add(intake([record("a:1", name="Amelia Earhart")]))
    first, second = entity(hub, "b:1"), entity(hub, "a:1")
    assert (first.born, second.born) == (1, 2)
    hub.decide([decided(("a:1", "b:1"), Verdict.SAME, 0)])
    assert entity(hub, "a:1").id == entity(hub, second.id).id == first.id
    assert kinds(hub, 2) == [
        (EventKind.MERGED, second.id, first.id),
        (EventKind.GREW, first.id, ""),
    ]
    hub.decide([decided(("a:1", "b:1"), Verdict.UNSURE, 1)])
    assert (entity(hub, "a:1").id, entity(hub, "b:1").id) == (second.id, first.id)
    assert kinds(hub, 3) == [
        (EventKind.REVIVED, second.id, ""),
        (EventKind.SPLIT, first.id, second.id),
    ]
    assert entity(hub, second.id).retired is None
    with hub.store.view(3) as before:
        held = before.entity(first.id)
        assert held is not None
        assert held.records == ("a:1", "b:1")


def test_a_split_leaves_the_id_with_the_larger_part(hub: Hub) -> None:
    hub.add(intake(brzezinski(f"s:{number}") for number in range(4)))
    whole = entity(hub, "s:0")
    assert len(whole.records) == 4
    apart = [decided((f"s:{number}", "s:0"), Verdict.DIFFERENT, number) for number in (1, 2, 3)]
    hub.decide(apart)
    assert entity(hub, whole.id).records == ("s:1", "s:2", "s:3")
    alone = entity(hub, "s:0")
    assert alone.records == ("s:0",)
    assert alone.id.startswith(f"{whole.id}-")
    assert (EventKind.SPLIT, whole.id, alone.id) in kinds(hub, 1)
    with hub.store.view() as view:
        link = view.link("s:0", "s:1")
        assert link is not None
        assert (link.colour, link.since) == (Colour.GREEN, 2)


def test_decisions_come_before_their_records(hub: Hub) -> None:
    pair = ("s:0", "s:1")
    hub.add(intake([brzezinski("s:0")]), [decided(pair, Verdict.DIFFERENT, 0)])
    hub.add(intake([brzezinski("s:1")]))
    assert entity(hub, "s:0").id != entity(hub, "s:1").id
    with hub.store.view() as view:
        assert [link.colour for link in view.links_of_record("s:0")] == [Colour.GREEN]


def test_red_links_need_two_stewards(hub: Hub) -> None:
    hub.add(intake([record("s:0", name="Amelia Earhart"), record("s:1", name="Nobody Else")]))
    said = Decision("s:0", "s:1", Verdict.SAME, "kim", NOON, unlawful=True)
    hub.decide([said])
    assert entity(hub, "s:0").id != entity(hub, "s:1").id
    hub.decide([replace(said, who="lee", when=NOON.replace(minute=1))])
    assert entity(hub, "s:0").id == entity(hub, "s:1").id


def test_a_dry_run_changes_nothing(hub: Hub) -> None:
    for version in (0, 1):
        would = hub.add(intake([brzezinski("s:0"), brzezinski(f"s:{version + 1}")]), dry_run=True)
        assert (would.version, hub.store.version, would.new) == (version, version, 2 - version)
        assert hub.add(intake([brzezinski("s:0")])).version == version + 1
    assert entity(hub, "s:0").records == ("s:0",)


def test_a_dry_run_tells_what_a_landing_comes_to(hub: Hub, world: list[Record]) -> None:
    later = [
        replace(one, values=one.values[:1]) if number % 5 == 0 else one
        for number, one in enumerate(world)
    ]
    steps = [
        Step(tuple(world[::2]), version="2026-01-01"),
        # new ones, new versions, ones that are left out, ones that are as they were
        Step(tuple(later[1::2] + later[::4]), version="2026-02-01"),
        Step(tuple(world[::3]), version="2026-03-01"),
    ]
    told = []
    for step in steps:
        would = touched(hub, hub.add(step.intake(), step.decisions, dry_run=True), OPERATOR)
        landed = hub.add(step.intake(), step.decisions)
        assert telling(would) == telling(touched(hub, landed, OPERATOR))
        told.append(
            (
                len(would.numbers),
                len(would.resolution.links),
                landed.superseded,
                len(landed.withdrawn),
            )
        )
    assert all(all(one) for one in told[1:])


def telling(gathered: Gathered) -> list[object]:
    """All that is said of records, entities and links."""
    found = gathered.resolution
    said = [getattr(found.links, field.name).tolist() for field in fields(found.links)]
    records = [one.content_hash() for one in found.batch.to_records()]
    return [
        records,
        found.labels.tolist(),
        said,
        gathered.names.to_pylist(),
        gathered.colours.tolist(),
    ]


def test_decisions_are_taken_once(hub: Hub) -> None:
    hub.add(intake([brzezinski("s:0"), brzezinski("s:1")]))
    said = decided(("s:0", "s:1"), Verdict.DIFFERENT, 0)
    hub.decide([said, said])
    hub.decide([said])
    with hub.store.view() as view:
        assert len(view.decisions()) == 1
        assert view.changes(2) == []


def test_contradictions_are_refused_whole(hub: Hub) -> None:
    hub.add(intake([brzezinski(f"s:{number}") for number in range(3)]))
    before = exported(hub)
    chain = [decided(("s:0", "s:1"), Verdict.SAME, 0), decided(("s:1", "s:2"), Verdict.SAME, 1)]
    with pytest.raises(DecisionError, match="s:0 and s:2"):
        hub.add(
            intake([brzezinski("s:4")]), [*chain, decided(("s:0", "s:2"), Verdict.DIFFERENT, 2)]
        )
    assert (hub.store.version, exported(hub)) == (1, before)


def test_new_versions_of_records_supersede(hub: Hub) -> None:
    hub.add(intake([brzezinski("s:0"), brzezinski("s:1")]))
    held = entity(hub, "s:0")
    same = hub.add(intake([brzezinski("s:0"), brzezinski("s:1")]))
    assert (same.new, same.superseded, len(same.changed)) == (0, 0, 0)
    changed = hub.add(intake([record("s:1", name="Somebody Else", birthDate="1990")]))
    assert (changed.new, changed.superseded) == (0, 1)
    assert any("names somebody else" in note for note in changed.notes)
    assert entity(hub, "s:0").id == held.id
    assert entity(hub, "s:0").records == ("s:0",)
    back = hub.add(intake([brzezinski("s:1")]))
    assert back.superseded == 1
    assert entity(hub, "s:1").id == held.id
    with hub.store.view() as view:
        assert [one.valid_to for one in view.record_versions("s:1")] == [3, 4, None]


def listed(source: str, version: str, count: int, *, declared: bool = False) -> ListInfo:
    return ListInfo(source, "test", (source,), version, count, 0, declared)


def test_newer_lists_withdraw_and_older_ones_change_nothing(hub: Hub) -> None:
    first = [
        brzezinski("s:0"),
        record("s:1", name="Amelia Earhart"),
        record("t:0", name="Amelia Earhart"),
    ]
    hub.add(intake(first, listed("s", "2025-01-01", 2), listed("t", "", 1)))
    lonely = entity(hub, "s:1")
    newer = hub.add(intake([brzezinski("s:0")], listed("s", "2026-01-01", 1)))
    assert (newer.withdrawn, newer.older) == (("s:1",), ())
    assert [kind for kind, one, _ in kinds(hub, 1) if one == lonely.id] in (
        [EventKind.DISSOLVED],
        [EventKind.SHRANK],
    )
    older = hub.add(intake([*first[:2], record("s:9", name="Gone")], listed("s", "2024-01-01", 3)))
    assert (older.new, older.superseded, older.older) == (0, 0, ("s:1", "s:9"))
    assert any("newer version" in note for note in older.notes)
    again = hub.add(intake(first[:2], listed("s", "2026-06-01", 2)))
    assert (again.new, again.withdrawn) == (1, ())
    assert entity(hub, "s:1").id == lonely.id


def test_large_updates_are_worth_a_second_look(hub: Hub) -> None:
    crowd = [record(f"s:{number:02d}", name=f"Person Number{number}") for number in range(40)]
    hub.add(intake(crowd, listed("s", "2025-01-01", 40)))
    landed = hub.add(intake(crowd[:10], listed("s", "2026-01-01", 10)))
    assert any("30 of 40 records are withdrawn" in note for note in landed.notes)


def test_a_source_that_is_no_longer_free_of_duplicates_is_compared_again(stores: Stores) -> None:
    pair = [
        record(f"s:{number}", name="Zbigniew Brzezinski", birthDate="1928-03-28")
        for number in range(2)
    ]
    steps = [
        Step(tuple(pair), declared=True),
        Step((record("s:7", name="Amelia Earhart"),), declared=False),
    ]
    whole = Step((*pair, *steps[1].records), declared=False)
    assert canonical(stores, steps) == canonical(stores, [whole])
    assert canonical(stores, steps) == canonical(stores, steps[::-1])
    assert canonical(stores, [steps[0]]) != canonical(stores, [replace(steps[0], declared=False)])


def test_the_index_can_be_lost_damaged_or_of_another_history(
    stores: Stores, world: list[Record]
) -> None:
    whole = canonical(stores, [Step(tuple(world))])
    with stores.new() as hub:
        hub.add(intake(world[::2]))
        folder, path = Path(f"{hub.store.path}.index"), Path(str(hub.store.path))
        shutil.rmtree(folder)
    with Store.open(f"sqlite:///{path}") as store:
        backup(store, path.parent / "half")
    with Hub.open(f"sqlite:///{path}", OPTIONS, index_kept_from=1) as hub:
        hub.add(intake(world[1::4]))
        assert len(list(folder.iterdir())) in (1, 2)
    for segment in folder.iterdir():
        segment.write_bytes(segment.read_bytes()[:-100])
    with Hub.open(f"sqlite:///{path}", OPTIONS, index_kept_from=1) as hub:
        hub.add(intake(world[3::4]))
        assert exported(hub) == whole
    # an older copy of the store under a newer index
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.unlink(missing_ok=True)
    with Store.open(f"sqlite:///{path}") as store:
        restore(path.parent / "half", store)
    with Hub.open(f"sqlite:///{path}", OPTIONS, index_kept_from=1) as hub:
        hub.add(intake(world[1::2]))
        assert exported(hub) == whole


def test_many_small_landings_leave_few_segments(
    hub: Hub, stores: Stores, world: list[Record]
) -> None:
    for start in range(0, 40, 2):
        hub.add(intake(world[start : start + 2]))
    assert len(list(Path(f"{hub.store.path}.index").iterdir())) <= 6
    assert exported(hub) == canonical(stores, [Step(tuple(world[:40]))])


def test_small_landings_need_no_files(stores: Stores, world: list[Record]) -> None:
    made = stores.new()
    url = made.store.engine.url.render_as_string()
    made.close()
    with Hub.open(url, OPTIONS, index_kept_from=30) as hub:
        folder = Path(f"{hub.store.path}.index")
        for start, files in ((0, 0), (10, 0), (20, 1), (30, 1)):
            hub.add(intake(world[start : start + 10]))
            assert len(list(folder.glob("*.bin"))) == files
    with Hub.open(url, OPTIONS) as hub:
        hub.add(intake(world[40:50]))
        assert exported(hub) == canonical(stores, [Step(tuple(world[:50]))])


def test_two_at_once_land_one_after_the_other(stores: Stores, world: list[Record]) -> None:
    with stores.new() as one:
        failed: list[BaseException] = []

        def add(part: list[Record]) -> None:
            try:
                with Hub.open(one.store.engine.url.render_as_string(), OPTIONS) as other:
                    for start in range(0, len(part), 15):
                        other.add(intake(part[start : start + 15]))
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=add, args=(world[place:60:3],)) for place in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
        assert one.store.version == 6
        assert exported(one) == canonical(stores, [Step(tuple(world[:60]))])


def test_both_databases_hold_the_same(
    url: str, stores: Stores, world: list[Record], tmp_path: Path
) -> None:
    some = world[:60]
    said = decided((some[0].id, some[1].id), Verdict.SAME, 0)
    wanted = canonical(stores, [Step(tuple(some), (said,))])
    with Hub.open(url, OPTIONS, index_dir=tmp_path) as hub:
        hub.add(intake(some[::2]))
        hub.add(intake(some[1::2]))
        hub.decide([said])
        assert exported(hub) == wanted
        everything = list(lines(hub))
        assert len(everything) > wanted.count(b"\n")
        backup(hub.store, tmp_path / "copy")
        with hub.store.view() as view:
            changes = view.changes(0)
        with pytest.raises(StoreError, match="not empty"):
            restore(tmp_path / "copy", hub.store)
    with Hub.open(f"sqlite:///{tmp_path}/restored.db", OPTIONS) as restored:
        assert restore(tmp_path / "copy", restored.store) == 3
        assert exported(restored) == wanted
        assert restored.changes(0) == changes
        restored.add(intake(world[60:62]))


def test_what_is_no_backup(tmp_path: Path, hub: Hub) -> None:
    hub.add(intake([brzezinski("s:0")]))
    backup(hub.store, tmp_path / "whole")
    (tmp_path / "text").write_text("this is no backup")
    (tmp_path / "cut").write_bytes((tmp_path / "whole").read_bytes()[:-40])
    for name in ("text", "cut"):
        with Store.open(f"sqlite:///{tmp_path}/{name}.db") as store:
            with pytest.raises(StoreError, match="no whole backup"):
                restore(tmp_path / name, store)
            assert store.version == 0


def test_replanning_resolves_everything_anew(stores: Stores, world: list[Record]) -> None:
    with stores.new() as hub:
        hub.add(intake(world[:80]))
        before = {one: entity(hub, one).id for one in (world[0].id, world[50].id)}
        assert hub.replan(replace(OPTIONS, plan="M", merge_at=0.6)) == 2
        path = hub.store.engine.url.render_as_string()
    with pytest.raises(InputError, match="merge_at"):
        Hub.open(path, replace(OPTIONS, merge_at=0.7))
    with Hub.open(path) as hub, stores.new() as other:
        hub.add(intake(world[80:]))
        with hub.store.view() as view:
            assert (view.head.plan, view.head.borders["merge_at"]) == ("M", 0.6)
        other = Hub(other.store, replace(OPTIONS, plan="M", merge_at=0.6))
        other.add(intake(world))
        assert exported(hub) == exported(other)
        assert {one: entity(hub, one).id for one in before} == before


def test_what_the_store_was_not_resolved_with_is_refused(hub: Hub, tmp_path: Path) -> None:
    hub.add(intake([brzezinski("s:0")]))
    path = hub.store.engine.url.render_as_string()
    for options, said in (
        (RunOptions(plan="M"), "plan S"),
        (RunOptions(merge_at=0.9), "merge_at"),
        (RunOptions(wrong_merge_costs=30), "wrong_merge_costs"),
        (RunOptions(merge_at=0.01), "review border"),
    ):
        with pytest.raises(InputError, match=said):
            Hub.open(path, options)
    with pytest.raises(InputError, match="nothing to add"):
        hub.add(intake([]))
    with (
        Hub.open(f"sqlite:///{tmp_path}/new.db", OPTIONS) as empty,
        pytest.raises(StoreError, match="empty"),
    ):
        exported(empty)


def test_the_model_of_the_store_is_asked_for(tmp_path: Path, root: Path) -> None:
    for path in (root / "models").glob("*.json"):
        shutil.copy(path, tmp_path)
    said = json.loads((tmp_path / "person.json").read_text("utf-8"))
    for part in (said, said["plain"]):
        part["intercept"] -= 40_000
    (tmp_path / "person.json").write_text(json.dumps(said), "utf-8")
    url = f"sqlite:///{tmp_path}/hub.db"
    with Hub.open(url, model_dir=tmp_path) as timid:
        timid.add(intake([brzezinski("s:0")]))
        timid.add(intake([brzezinski("s:1")]))
        assert entity(timid, "s:0").records == ("s:0",)
    with pytest.raises(StoreError, match="another model"):
        Hub.open(url)
    with Hub.open(url, OPTIONS, check=False) as bold:
        bold.replan(OPTIONS)
        assert entity(bold, "s:0").records == ("s:0", "s:1")
    with Hub.open(url) as hub:
        hub.add(intake([brzezinski("s:2")]))
        assert len(entity(hub, "s:0").records) == 3


def test_what_was_touched_is_gathered(hub: Hub, stores: Stores) -> None:
    hub.add(intake([brzezinski("s:0"), record("s:8", name="Amelia Earhart")]))
    landed = hub.add(intake([brzezinski("s:1")]))
    found = touched(hub, landed)
    assert found.resolution.batch.ids.to_pylist() == ["s:0", "s:1"]
    assert found.names.to_pylist() == [entity(hub, "s:0").id] * 2
    assert len(found.resolution.links) == 1
    query = Batch.from_records([record("q:1", name="Zbigniew Brzezinski")]).canonical()
    assert near(hub, query).ids.to_pylist() == ["s:0", "s:1"]
    assert records_of(hub, ["s:8"])[0].ids.to_pylist() == ["s:8"]
    with pytest.raises(InputError, match="no record"):
        records_of(hub, ["s:99"])


def fleet(count: int, version: str = "", **said: bool) -> Intake:
    """A list of so many records, as if it had been read."""
    crew = [record(f"x:{number}", name=f"Sailor Number{number}") for number in range(count)]
    return intake(crew, ListInfo("x.csv", "test", ("x",), version, count, 0, False, **said))


def test_a_list_that_breaks_off_withdraws_nothing_and_the_whole_one_still_does(hub: Hub) -> None:
    hub.add(fleet(30, "2026-01-01"))
    half = hub.add(fleet(15, "2026-02-01", broken=True))
    assert not half.withdrawn
    assert any("breaks off" in note for note in half.notes)
    assert len(hub.add(fleet(28, "2026-02-01")).withdrawn) == 2


def test_a_complete_list_withdraws_without_a_date_of_its_own(hub: Hub) -> None:
    hub.add(fleet(5))
    assert not hub.add(fleet(2)).withdrawn
    assert hub.add(fleet(2, complete=True)).withdrawn == ("x:2", "x:3", "x:4")
    assert not hub.add(fleet(1, complete=True, broken=True)).withdrawn


def test_what_changes_very_much_waits_until_it_is_accepted(hub: Hub) -> None:
    hub.add(fleet(40, "2026-01-01"))
    with pytest.raises(HeldError, match="30 of 40 records are withdrawn"):
        hub.add(fleet(10, "2026-02-01"), accept_large=False)
    with hub.store.view() as view:
        assert (view.version, len(view.of_sources(["x"]))) == (1, 40)
    assert len(hub.add(fleet(10, "2026-02-01"), dry_run=True, accept_large=False).withdrawn) == 30
    assert len(hub.add(fleet(10, "2026-02-01"), accept_large=True).withdrawn) == 30


def test_an_id_that_names_somebody_else_waits_too(hub: Hub) -> None:
    hub.add(intake([record("x:1", name="Zbigniew Brzezinski")]))
    with pytest.raises(HeldError, match="now names somebody else"):
        hub.add(intake([record("x:1", name="Quoc Thanh Huyen")]), accept_large=False)
