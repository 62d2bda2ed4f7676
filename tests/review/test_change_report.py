"""Reports on what a revision changed: by name, by field, for those who may see it, and planned."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from resolver.check.change_feed import read_changes
from resolver.cli.operate.worker import CHANGE_NAMES
from resolver.errors import InputError
from resolver.hub.committer import CommitResult
from resolver.hub.hub import Hub
from resolver.hub.stored_results import load_commit_results
from resolver.records import Handling
from resolver.records.results.resolution import Outcome
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible
from resolver.review import find_changes
from resolver.review.change_report import (
    CSV_COLUMNS,
    ChangeKind,
    Report,
    csv_lines,
    html_page,
    text_lines,
)
from resolver.review.find_changes import find_waiting_entities, plan_report, read_report
from resolver.review.queue_filters import NO_FILTERS, build_queue_filter
from resolver.review.queue_refresh import refresh_queue
from resolver.store import waiting_queue
from tests.examples import IS_NIGHTLY
from tests.hub.hubs import Step, Stores, make_intake, seed_population
from tests.hub.test_hidden_entities import draw_steps, drop_hidden
from tests.records.network_records import generate_network_records
from tests.records.samples import record

SEEDS = range(20 if IS_NIGHTLY else 2)
"""Random worlds that are tried. They are not shrunk: that would take longer than to read one."""
VIEWERS = [STRANGER, Viewer("somebody", "Hill"), Viewer("coast", "Coast", frozenset({"review"}))]
PETROV = record("s:1", name="Ivan Petrov", birthDate="1960-01-02")
FIRST = Step(
    (PETROV, record("s:2", name="Maria Huanca Quispe"), record("s:3", name="John Brown")),
    version="2024-01-01",
)
SECOND = Step((replace(PETROV, id="t:1", source="t"), record("t:2", name="Jon Brown")))
Pairs = set[tuple[str, str]]
THIRD = Step(
    (record("s:1", name="Ivan Petroff", birthDate="1960-01-02"), record("s:4", name="=Eve Ng")),
    version="2024-02-01",
)


def fill(hub: Hub) -> None:
    seed_population(hub)
    for step in (FIRST, SECOND, THIRD):
        hub.add(step.intake(), step.decisions)


def plan(hub: Hub, step: Step, viewer: Viewer = OPERATOR) -> Report:
    """Return the report of a dry run."""
    reports: list[Report] = []
    hub.add(
        step.intake(),
        step.decisions,
        dry_run=True,
        viewer=viewer,
        inspect=lambda *found: reports.append(plan_report(*found, viewer=viewer)),
    )
    return reports[0]


def without_head(report: Report) -> Report:
    """Return a report without what tells a dry run from the commit after it."""
    return replace(report, revision=0, at="", actor="", is_planned=False, alarms=())


def test_commands_know_all_kinds_of_changes() -> None:
    assert list(ChangeKind) == list(CHANGE_NAMES)


def test_a_report_names_records_fields_entities_and_pairs(stores: Stores) -> None:
    with stores.new() as hub:
        fill(hub)
        added, changed = read_report(hub, 3), read_report(hub, 4)
        (joined,), (pair,) = added.entities, added.pairs
        assert (joined.change, joined.name, joined.records) == ("joined", "Ivan Petrov", ("t:1",))
        assert (pair.left, pair.right, pair.left_name) == ("s:3", "t:2", "John Brown")
        assert changed.counts == {"added": 1, "removed": 2, "changed": 1}
        assert changed.sources == {"s": {"added": 1, "removed": 2, "changed": 1}}
        first = changed.records[0]
        assert (first.id, first.name, first.entity) == ("s:1", "Ivan Petroff", joined.entity)
        assert [(item.field, item.before, item.after) for item in first.fields] == [
            ("name", ("Ivan Petrov",), ("Ivan Petroff",))
        ]
        assert [row.id for row in changed.select(change="removed").records] == ["s:2", "s:3"]
        assert [row.id for row in changed.select(field_name="name").records] == ["s:1"]
        assert Report.from_json(changed.to_json()) == changed
        with pytest.raises(InputError, match="no revision 9"):
            read_report(hub, 9)


def test_a_report_that_is_shown_again_is_not_built_again(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stores.new() as hub:
        fill(hub)
        reports = {viewer: read_report(hub, 4, viewer) for viewer in (OPERATOR, STRANGER)}
        with monkeypatch.context() as patch:
            patch.setattr(find_changes, "_build_report", None)
            assert read_report(hub, 4) is reports[OPERATOR]
            assert read_report(hub, 4, STRANGER) is reports[STRANGER]
        hub.add(Step((record("s:9", name="Ida Moss"),)).intake())
        # what waits for a viewer may have changed since
        for viewer, report in reports.items():
            assert read_report(hub, 4, viewer) is not report
            assert read_report(hub, 4, viewer) == report


def test_a_report_reads_well_as_text_csv_and_html(stores: Stores) -> None:
    with stores.new() as hub:
        fill(hub)
        report = read_report(hub, 4)
        lines = list(text_lines(report, 2))
        assert lines[1:] == [
            "1 record added, 2 records removed, 1 record changed.",
            "changed: s:1 Ivan Petroff",
            "    Name: Ivan Petrov → Ivan Petroff",
            "removed: s:2 Maria Huanca Quispe",
            "… and 2 more (--json shows all)",
        ]
        rows = list(csv.DictReader(csv_lines(report)))
        assert list(rows[0]) == list(CSV_COLUMNS)
        assert (rows[0]["field"], rows[0]["before"]) == ("name", "Ivan Petrov")
        # a spreadsheet must not run a name
        assert rows[3]["name"] == "'=Eve Ng"
        page = html_page(replace(report, alarms=("<b>",)))
        assert "Ivan Petrov → Ivan Petroff" in page
        assert "<b>" not in page


def test_merges_splits_and_undone_merges_are_told(stores: Stores) -> None:
    with stores.new() as hub:
        seed_population(hub)
        hub.add(Step((PETROV,), version="1").intake())
        other = record("u:1", name="Wei Zhang", birthDate="1990-05-06")
        hub.add(Step((other,), version="1").intake())
        hub.add(Step((replace(PETROV, id="u:1", source="u"),), version="2").intake())
        merged = read_report(hub, 4)
        assert [row.change for row in merged.entities] == [ChangeKind.MERGED]
        assert merged.entities[0].records == ("u:1",)
        assert {item.field for item in merged.records[0].fields} == {"name", "birthDate"}
        hub.add(Step((other,), version="3").intake())
        split = read_report(hub, 5)
        assert [row.change for row in split.entities] == [ChangeKind.SPLIT]
        assert split.entities[0].other_name == "Wei Zhang"
        # the retired id is back
        assert split.entities[0].other == merged.entities[0].entity


def test_records_of_an_entity_that_goes_to_several_are_told_of_each(stores: Stores) -> None:
    wei = record("w:1", name="Wei Zhang", birthDate="1990-05-06")
    ana = record("f:1", name="Ana Huanca", birthDate="1962-02-11")
    with stores.new() as hub:
        seed_population(hub)
        hub.add(Step((PETROV, wei), version="1").intake())
        hub.add(make_intake([ana, replace(ana, id="f:2")]))
        # one of them is now Ivan, the other one Wei
        hub.add(make_intake([replace(PETROV, id="f:1"), replace(wei, id="f:2")]))
        report = read_report(hub, 4)
        rows = [(row.change, row.name, row.records, row.other_name) for row in report.entities]
        assert sorted(rows) == [
            ("joined", "Wei Zhang", ("f:2",), "Ana Huanca"),
            ("merged", "Ana Huanca", ("f:1", "f:2"), "Ivan Petrov"),
        ]


def test_a_record_that_becomes_hidden_is_removed_for_those_who_saw_it(stores: Stores) -> None:
    with stores.new() as hub:
        seed_population(hub)
        hub.add(Step((PETROV,), version="1").intake())
        hidden = replace(PETROV, handling=Handling("Coast", "H3"))
        hub.add(Step((hidden,), version="2").intake())
        assert [row.change for row in read_report(hub, 3, STRANGER).records] == [ChangeKind.REMOVED]
        (row,) = read_report(hub, 3).records
        assert [item.field for item in row.fields] == ["handling"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_reports_and_the_feed_do_not_depend_on_hidden_records(stores: Stores, seed: int) -> None:
    dice = random.Random(seed)
    steps, viewer = draw_steps(dice), dice.choice(VIEWERS)
    # a sender sees what it sends
    steps[-1] = drop_hidden(steps[-1:], viewer)[0]
    assert describe(stores, steps, viewer) == describe(stores, drop_hidden(steps, viewer), viewer)


def describe(stores: Stores, steps: Sequence[Step], viewer: Viewer) -> tuple[object, ...]:
    """Return the reports on all revisions, the feed with its details, and a planned report."""
    with stores.new() as hub:
        seed_population(hub)
        for step in steps[:-1]:
            hub.add(step.intake(), step.decisions)
        planned = plan(hub, steps[-1], viewer) if steps[-1].records else None
        hub.add(steps[-1].intake(), steps[-1].decisions)
        count = hub.store.revision
        reports = [without_head(read_report(hub, number, viewer)) for number in range(2, count + 1)]
        events = [event.to_json() for event in read_changes(hub, 1, 10_000, viewer).events]
        return reports, [{**event, "at": ""} for event in events], planned


def read_queue(hub: Hub) -> set[frozenset[str]]:
    """Return the pairs of entities that wait for a steward."""
    refresh_queue(hub)
    with hub.store.view() as view:
        condition = build_queue_filter(view, NO_FILTERS, None, OPERATOR)
        rows = waiting_queue.queue_page(view.connection, condition, limit=10_000)
        ids = view.entity_ids(sorted({end for row in rows for end in (row.low, row.high)}))
    return {frozenset((ids[row.low], ids[row.high])) for row in rows}


def read_waiting(hub: Hub, pairs: Pairs) -> tuple[set[frozenset[str]], Pairs]:
    """Return the present entities of some pairs of records, and the pairs that wait now."""
    with hub.store.view() as view:
        numbers, owners = view.all_members()
        ids, names = view.record_ids(numbers.tolist()), view.entity_ids(owners.tolist())
        owner_of = {
            ids[number]: names[owner]
            for number, owner in zip(numbers.tolist(), owners.tolist(), strict=True)
        }
        links = view.all_links()
        ends = (links.left.tolist(), links.right.tolist(), links.outcome.tolist())
        waiting = {
            (ids[left], ids[right])
            for left, right, outcome in zip(*ends, strict=True)
            if outcome == Outcome.QUEUED
        }
    return {frozenset(owner_of[end] for end in pair) for pair in pairs}, waiting


def read_links(hub: Hub, result: CommitResult, viewer: Viewer) -> set[frozenset[str]]:
    """Return the pairs of entities that wait by the links in a batch's files of results."""
    waiting = find_waiting_entities(hub, result, viewer)
    stored = load_commit_results(hub, result, viewer, waiting)
    links, ids = stored.resolution.links, stored.entity_ids.to_pylist()
    rows = np.flatnonzero(links.outcome == Outcome.QUEUED).tolist()
    return {frozenset((ids[links.left[row]], ids[links.right[row]])) for row in rows}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60 if IS_NIGHTLY else 2))
def test_links_report_and_queue_have_the_same_new_pairs(stores: Stores, seed: int) -> None:
    """Pairs that wait because of a batch are in all three, also where only a relation changed."""
    dice = random.Random(seed)
    records = generate_network_records(16, seed)
    dice.shuffle(records)
    records = [replace(item, handling=Handling()) for item in records]
    sender = Viewer("somebody", "Hill", frozenset({"submit"}))
    with stores.new() as hub:
        seed_population(hub)
        earlier: Pairs = set()
        for start in range(0, len(records), 8):
            result = hub.add(make_intake(records[start : start + 8]))
            queue = read_queue(hub)
            before, earlier = read_waiting(hub, earlier)
            for viewer in (OPERATOR, sender):
                pairs = read_report(hub, result.revision, viewer).pairs
                report = {frozenset((pair.left_entity, pair.right_entity)) for pair in pairs}
                links = read_links(hub, result, viewer)
                assert queue - before <= report <= links <= queue
                assert viewer is sender or report == queue - before


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20 if IS_NIGHTLY else 1))
def test_new_pairs_do_not_depend_on_hidden_relations(stores: Stores, seed: int) -> None:
    records = generate_network_records(16, seed)
    random.Random(seed).shuffle(records)
    sender = Viewer("somebody", "Hill", frozenset({"submit"}))
    found = []
    for is_whole in (True, False):
        with stores.new() as hub:
            seed_population(hub)
            for start in range(0, len(records), 12):
                part = [
                    item
                    for item in records[start : start + 12]
                    if is_whole or is_visible(item.handling, sender)
                ]
                public = record(f"t:{start}", name=f"Xylander {start}")
                result = hub.add(make_intake([*part, public]))
                report = read_report(hub, result.revision, sender).pairs
                found.append((report, read_links(hub, result, sender)))
    assert found[: len(found) // 2] == found[len(found) // 2 :]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_dry_run_reports_what_the_commit_then_does(stores: Stores, seed: int) -> None:
    with stores.new() as hub:
        seed_population(hub)
        for step in draw_steps(random.Random(seed)):
            planned = plan(hub, step)
            hub.add(step.intake(), step.decisions)
            assert without_head(read_report(hub, hub.store.revision)) == without_head(planned)
