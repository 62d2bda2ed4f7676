"""Hub: stable entity ids, decisions and their undoing, refused input, rebuilds and backups."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from resolver.engines.local import LocalEngine
from resolver.errors import DecisionError, EngineError, InputError, StoreError
from resolver.hub.hub import Hub
from resolver.hub.stored_results import (
    StoredResults,
    load_commit_results,
    load_records,
)
from resolver.matching.resolution_task import RunOptions
from resolver.records import Record
from resolver.records.decisions import Decision, Verdict
from resolver.records.prepared.assembly import assemble
from resolver.records.progress import SILENT
from resolver.records.visibility import OPERATOR
from resolver.store import EventKind, LinkColor, Store, backup, restore
from tests.hub.hubs import (
    NOON,
    OPTIONS,
    Step,
    Stores,
    event_kinds,
    export_canonical,
    export_steps,
    find_entity,
    make_decision,
    make_intake,
    make_namesake,
    seed_population,
)
from tests.hub.stored_links import stored_links
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def test_a_view_near_the_index_is_used_only_at_its_revision(hub: Hub) -> None:
    hub.add(make_intake([make_namesake("a:1")]))
    with hub.store.view() as old:
        with hub.indexed_view(old) as (view, index):
            assert view.revision == old.revision == index.revision
        with hub.indexed_view(old) as (view, _):
            # the index is open by now
            assert view is old
        hub.add(make_intake([make_namesake("b:1")]))
        with hub.indexed_view(old) as (view, index):
            assert view.revision == index.revision == old.revision + 1


def test_a_commit_does_not_wait_for_an_open_index_and_leaves_it_as_it_is(hub: Hub) -> None:
    hub.add(make_intake([make_namesake("a:1")]))
    with hub.indexed_view() as (view, index):
        adding = threading.Thread(
            target=hub.add, args=(make_intake([make_namesake("b:1")]),), daemon=True
        )
        adding.start()
        adding.join(20)
        assert not adding.is_alive()
        numbers = np.array([1], dtype=np.int64)
        prepared = assemble(index.parts(numbers), index.ids(numbers))
        assert (view.revision, index.revision, hub.store.revision) == (1, 1, 2)
        assert index.find_candidates(prepared)[1].tolist() == [1]
        # another one, opened meanwhile, has the new record
        with hub.indexed_view() as (_, later):
            assert later.find_candidates(prepared)[1].tolist() == [1, 2]
        assert index.find_candidates(prepared)[1].tolist() == [1]


def test_an_engine_is_refused_where_others_came_first(hub: Hub) -> None:
    """Another hub fills the store while its first lists are compared: nothing is added to them."""

    class OtherCommit:
        """Progress that lets another hub commit before clustering."""

        def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
            if stage == "cluster":
                with Hub.open(hub.store.url, OPTIONS, min_file_records=1) as other:
                    other.add(make_intake([make_namesake("b:1")]))

        advance, finish = SILENT.advance, SILENT.finish

    with pytest.raises(EngineError, match="takes the first lists of a store"):
        hub.add(make_intake([make_namesake("a:1")]), engine=LocalEngine(), progress=OtherCommit())
    with hub.store.view() as view:
        assert (view.revision, view.head.last_record) == (1, 1)


def test_an_undone_merge_revives_the_younger_entity(hub: Hub) -> None:
    hub.add(make_intake([make_namesake("b:1")]))
    hub.add(make_intake([record("a:1", name="Amelia Earhart")]))
    first, second = find_entity(hub, "b:1"), find_entity(hub, "a:1")
    assert (first.born, second.born) == (1, 2)
    hub.decide([make_decision(("a:1", "b:1"), Verdict.SAME, 0)])
    assert find_entity(hub, "a:1").id == find_entity(hub, second.id).id == first.id
    assert event_kinds(hub, 2) == [
        (EventKind.MERGED, second.id, first.id),
        (EventKind.GREW, first.id, ""),
    ]
    hub.decide([make_decision(("a:1", "b:1"), Verdict.UNSURE, 1)])
    assert (find_entity(hub, "a:1").id, find_entity(hub, "b:1").id) == (second.id, first.id)
    assert event_kinds(hub, 3) == [
        (EventKind.REVIVED, second.id, ""),
        (EventKind.SPLIT, first.id, second.id),
    ]
    assert find_entity(hub, second.id).retired is None
    with hub.store.view(3) as before:
        merged = before.entity(first.id)
        assert merged is not None
        assert merged.records == ("a:1", "b:1")


def test_a_split_keeps_the_id_with_the_larger_part(hub: Hub) -> None:
    hub.add(make_intake(make_namesake(f"s:{number}") for number in range(4)))
    merged = find_entity(hub, "s:0")
    assert len(merged.records) == 4
    decisions = [
        make_decision((f"s:{number}", "s:0"), Verdict.DIFFERENT, number) for number in (1, 2, 3)
    ]
    hub.decide(decisions)
    assert find_entity(hub, merged.id).records == ("s:1", "s:2", "s:3")
    separate = find_entity(hub, "s:0")
    assert separate.records == ("s:0",)
    assert separate.id.startswith(f"{merged.id}-")
    assert (EventKind.SPLIT, merged.id, separate.id) in event_kinds(hub, 1)
    with hub.store.view() as view:
        assert stored_links(view)["s:0", "s:1"].color is LinkColor.GREEN
        assert view.link_revision(1, 2) == 2


def test_decisions_may_precede_their_records(hub: Hub) -> None:
    pair = ("s:0", "s:1")
    hub.add(make_intake([make_namesake("s:0")]), [make_decision(pair, Verdict.DIFFERENT, 0)])
    hub.add(make_intake([make_namesake("s:1")]))
    assert find_entity(hub, "s:0").id != find_entity(hub, "s:1").id
    with hub.store.view() as view:
        assert [link.color for link in stored_links(view).values()] == [LinkColor.GREEN]


def test_red_links_need_two_stewards(hub: Hub) -> None:
    hub.add(make_intake([record("s:0", name="Amelia Earhart"), record("s:1", name="Nobody Else")]))
    decision = Decision("s:0", "s:1", Verdict.SAME, "kim", NOON, unlawful=True)
    hub.decide([decision])
    assert find_entity(hub, "s:0").id != find_entity(hub, "s:1").id
    hub.decide([replace(decision, decided_by="lee", decided_at=NOON.replace(minute=1))])
    assert find_entity(hub, "s:0").id == find_entity(hub, "s:1").id


def test_a_dry_run_changes_nothing(hub: Hub) -> None:
    for version in (0, 1):
        preview = hub.add(
            make_intake([make_namesake("s:0"), make_namesake(f"s:{version + 1}")]), dry_run=True
        )
        assert (preview.revision, hub.store.revision, preview.new_count) == (
            version,
            version,
            2 - version,
        )
        assert hub.add(make_intake([make_namesake("s:0")])).revision == version + 1
    assert find_entity(hub, "s:0").records == ("s:0",)


def test_a_dry_run_previews_the_commit(hub: Hub, world: list[Record]) -> None:
    later = [
        replace(row, values=row.values[:1]) if number % 5 == 0 else row
        for number, row in enumerate(world)
    ]
    steps = [
        Step(tuple(world[::2]), version="2026-01-01"),
        # new ones, new versions, ones that are left out, ones that are as they were
        Step(tuple(later[1::2] + later[::4]), version="2026-02-01"),
        Step(tuple(world[::3]), version="2026-03-01"),
    ]
    figures = []
    for step in steps:
        preview = load_commit_results(
            hub, hub.add(step.intake(), step.decisions, dry_run=True), OPERATOR
        )
        result = hub.add(step.intake(), step.decisions)
        assert contents_of(preview) == contents_of(load_commit_results(hub, result, OPERATOR))
        figures.append(
            (
                len(preview.record_numbers),
                len(preview.resolution.links),
                result.superseded_count,
                len(result.withdrawn),
            )
        )
    assert all(all(row) for row in figures[1:])


def contents_of(results: StoredResults) -> list[object]:
    """Return the contents of records, entities and links."""
    resolution = results.resolution
    links = [getattr(resolution.links, field.name).tolist() for field in fields(resolution.links)]
    records = [record.content_hash() for record in resolution.batch.to_records()]
    return [
        records,
        resolution.labels.tolist(),
        links,
        results.entity_ids.to_pylist(),
        results.link_colors.tolist(),
    ]


def test_decisions_are_logged_once(hub: Hub) -> None:
    hub.add(make_intake([make_namesake("s:0"), make_namesake("s:1")]))
    decision = make_decision(("s:0", "s:1"), Verdict.DIFFERENT, 0)
    hub.decide([decision, decision])
    hub.decide([decision])
    with hub.store.view() as view:
        assert len(view.decisions()) == 1
        assert view.changes(2) == []


def test_contradictions_change_nothing(hub: Hub) -> None:
    hub.add(make_intake([make_namesake(f"s:{number}") for number in range(3)]))
    before = export_canonical(hub)
    chain = [
        make_decision(("s:0", "s:1"), Verdict.SAME, 0),
        make_decision(("s:1", "s:2"), Verdict.SAME, 1),
    ]
    with pytest.raises(DecisionError, match="s:0 and s:2"):
        hub.add(
            make_intake([make_namesake("s:4")]),
            [*chain, make_decision(("s:0", "s:2"), Verdict.DIFFERENT, 2)],
        )
    assert (hub.store.revision, export_canonical(hub)) == (1, before)


def test_a_list_may_bring_back_what_decisions_contradict(hub: Hub) -> None:
    persons = [record(f"s:{name}", name=f"{name} Nobody") for name in ("Ada", "Bea", "Cleo")]
    first, second, third = (person.id for person in persons)
    hub.add(make_intake(persons))
    hub.decide([make_decision((first, second), Verdict.SAME, 0)])
    hub.decide([make_decision((second, third), Verdict.SAME, 1)])
    hub.withdraw([second])
    hub.decide([make_decision((first, third), Verdict.DIFFERENT, 2)])
    # nobody may be refused a list for what stewards have decided, nor told of it
    added = hub.add(make_intake([persons[1], record("s:Dan", name="Innocent Bystander")]))
    assert added.notes == ()
    assert find_entity(hub, "s:Dan").records == ("s:Dan",)
    assert find_entity(hub, first).records == (first,)
    # of the two that cannot both hold, the later counts
    assert find_entity(hub, second).records == (second, third)
    before = export_canonical(hub)
    hub.rebuild()
    assert export_canonical(hub) == before
    # decisions on others are taken, and so is one that settles it
    hub.decide([make_decision((first, "s:Dan"), Verdict.DIFFERENT, 3)])
    with pytest.raises(DecisionError, match="decided to be different"):
        hub.decide([make_decision((first, second), Verdict.SAME, 4)])
    hub.decide([make_decision((first, third), Verdict.UNSURE, 5)])
    assert find_entity(hub, first).records == (first, second, third)


def test_new_versions_supersede_records(hub: Hub) -> None:
    hub.add(make_intake([make_namesake("s:0"), make_namesake("s:1")]))
    merged = find_entity(hub, "s:0")
    same = hub.add(make_intake([make_namesake("s:0"), make_namesake("s:1")]))
    assert (same.new_count, same.superseded_count, len(same.changed_entities)) == (0, 0, 0)
    changed = hub.add(make_intake([record("s:1", name="Somebody Else", birthDate="1990")]))
    assert (changed.new_count, changed.superseded_count) == (0, 1)
    assert any("names another person or group" in note for note in changed.notes)
    assert find_entity(hub, "s:0").id == merged.id
    assert find_entity(hub, "s:0").records == ("s:0",)
    back = hub.add(make_intake([make_namesake("s:1")]))
    assert back.superseded_count == 1
    assert find_entity(hub, "s:1").id == merged.id
    with hub.store.view() as view:
        assert [version.valid_to for version in view.record_versions("s:1")] == [3, 4, None]


def test_concurrent_commits_follow_one_another(stores: Stores, world: list[Record]) -> None:
    with stores.new() as hub:
        seed_population(hub)
        failed: list[BaseException] = []

        def add(part: list[Record]) -> None:
            try:
                with Hub.open(hub.store.engine.url.render_as_string(), OPTIONS) as other:
                    for start in range(0, len(part), 15):
                        other.add(make_intake(part[start : start + 15]))
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=add, args=(world[place:60:3],)) for place in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
        assert hub.store.revision == 7
        assert export_canonical(hub) == export_steps(stores, [Step(tuple(world[:60]))])


def test_incomplete_backups_are_refused(tmp_path: Path, hub: Hub) -> None:
    hub.add(make_intake([make_namesake("s:0")]))
    backup(hub.store, tmp_path / "whole")
    (tmp_path / "text").write_text("this is no backup")
    (tmp_path / "cut").write_bytes((tmp_path / "whole").read_bytes()[:-40])
    for name in ("text", "cut"):
        with Store.open(f"sqlite:///{tmp_path}/{name}.db") as store:
            with pytest.raises(StoreError, match="not a complete backup"):
                restore(tmp_path / name, store)
            assert store.revision == 0


def test_a_rebuild_resolves_all_records_anew(stores: Stores, world: list[Record]) -> None:
    with stores.new() as hub:
        seed_population(hub)
        hub.add(make_intake(world[:80]))
        before = {
            record_id: find_entity(hub, record_id).id for record_id in (world[0].id, world[50].id)
        }
        assert hub.rebuild(replace(OPTIONS, plan="M", merge_at=0.6)) == 3
        path = hub.store.engine.url.render_as_string()
    with pytest.raises(InputError, match="merge_at"):
        Hub.open(path, replace(OPTIONS, merge_at=0.7))
    with Hub.open(path) as hub, stores.new() as other:
        hub.add(make_intake(world[80:]))
        with hub.store.view() as view:
            assert (view.head.plan, view.head.thresholds["merge_at"]) == ("M", 0.6)
        other = Hub(other.store, replace(OPTIONS, plan="M", merge_at=0.6))
        seed_population(other)
        other.add(make_intake(world))
        for opened in (hub, other):
            opened.rebuild()
        assert export_canonical(hub) == export_canonical(other)
        assert {record_id: find_entity(hub, record_id).id for record_id in before} == before


def test_other_options_are_refused(hub: Hub, tmp_path: Path) -> None:
    hub.add(make_intake([make_namesake("s:0")]))
    path = hub.store.engine.url.render_as_string()
    for options, message in (
        (RunOptions(plan="M"), "plan S"),
        (RunOptions(merge_at=0.9), "merge_at"),
        (RunOptions(wrong_merge_costs=30), "wrong_merge_costs"),
        (RunOptions(min_review_value=9), "min_review_value"),
        (RunOptions(merge_at=0.01), "review threshold"),
    ):
        with pytest.raises(InputError, match=message):
            Hub.open(path, options)
    with pytest.raises(InputError, match="nothing to add"):
        hub.add(make_intake([]))
    with (
        Hub.open(f"sqlite:///{tmp_path}/new.db", OPTIONS) as empty,
        pytest.raises(StoreError, match="empty"),
    ):
        export_canonical(empty)


def test_another_model_is_refused(tmp_path: Path, root: Path) -> None:
    for path in (root / "models").glob("*.json"):
        shutil.copy(path, tmp_path)
    model = json.loads((tmp_path / "person.json").read_text("utf-8"))
    model["intercept"] -= 40_000
    (tmp_path / "person.json").write_text(json.dumps(model), "utf-8")
    url = f"sqlite:///{tmp_path}/hub.db"
    with Hub.open(url, model_dir=tmp_path) as cautious:
        cautious.add(make_intake([make_namesake("s:0")]))
        cautious.add(make_intake([make_namesake("s:1")]))
        assert find_entity(cautious, "s:0").records == ("s:0",)
    with pytest.raises(StoreError, match="another model"):
        Hub.open(url)
    with Hub.open(url, OPTIONS, check=False) as bold:
        bold.rebuild(OPTIONS)
        assert find_entity(bold, "s:0").records == ("s:0", "s:1")
    with Hub.open(url) as hub:
        hub.add(make_intake([make_namesake("s:2")]))
        assert len(find_entity(hub, "s:0").records) == 3


def test_results_of_a_commit(hub: Hub, stores: Stores) -> None:
    hub.add(make_intake([make_namesake("s:0"), record("s:8", name="Amelia Earhart")]))
    result = hub.add(make_intake([make_namesake("s:1")]))
    results = load_commit_results(hub, result)
    assert results.resolution.batch.ids.to_pylist() == ["s:0", "s:1"]
    assert results.entity_ids.to_pylist() == [find_entity(hub, "s:0").id] * 2
    assert len(results.resolution.links) == 1
    assert load_records(hub, ["s:8"])[0].ids.to_pylist() == ["s:8"]
    with pytest.raises(InputError, match="no record"):
        load_records(hub, ["s:99"])
