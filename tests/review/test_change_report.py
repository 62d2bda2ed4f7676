"""Reports on what a revision changed: by name, by field, for those who may see it, and planned."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from resolver.check.change_feed import read_changes
from resolver.cli.operate.worker import CHANGE_NAMES
from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records import Handling
from resolver.records.visibility import OPERATOR, STRANGER, Viewer
from resolver.review.change_report import (
    CSV_COLUMNS,
    ChangeKind,
    Report,
    csv_lines,
    html_page,
    text_lines,
)
from resolver.review.find_changes import plan_report, read_report
from tests.examples import IS_NIGHTLY
from tests.hub.hubs import Step, Stores, seed_population
from tests.hub.test_hidden_entities import draw_steps, drop_hidden
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


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_dry_run_reports_what_the_commit_then_does(stores: Stores, seed: int) -> None:
    with stores.new() as hub:
        seed_population(hub)
        for step in draw_steps(random.Random(seed)):
            planned = plan(hub, step)
            hub.add(step.intake(), step.decisions)
            assert without_head(read_report(hub, hub.store.revision)) == without_head(planned)
