"""Split: records leave an entity permanently, and undo restores it exactly."""

from __future__ import annotations

import pytest

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records.visibility import OPERATOR
from resolver.review import (
    ChangedMeanwhileError,
    DecisionNotAllowedError,
    DecisionState,
    DeskRules,
    Steward,
    confirm_decision,
    list_pending,
    load_timeline,
    preview_split,
    split_entity,
    undo_decision,
)
from resolver.review.entity_page import load_entity_page
from tests.hub.hubs import make_intake
from tests.records.samples import record
from tests.review.tables import derived

KIM, LEE = Steward("kim"), Steward("lee")


def large(hub: Hub, least: int = 4) -> tuple[str, tuple[str, ...]]:
    """Return the first entity by id with at least some number of records."""
    with hub.store.view() as view:
        _, entity = view.all_members()
        sizes = {number: entity.tolist().count(number) for number in set(entity.tolist())}
        names = view.entity_ids([number for number, size in sizes.items() if size >= least])
        stored = view.entity(min(names.values()))
    assert stored is not None
    return stored.id, stored.records


def test_split_persists_and_is_undone(hub: Hub) -> None:
    entity, records = large(hub)
    before = derived(hub)
    for removed in (records[:1], records[1:3], records[-2:]):
        would = preview_split(hub, KIM, entity, removed)
        assert derived(hub) == before
        outcome = split_entity(
            hub,
            KIM,
            entity,
            removed,
            "another person",
            shown_digest=load_entity_page(hub, entity).digest,
        )
        members = derived(hub)["members"]
        out, left = (
            {members[record_id] for record_id in removed},
            {members[record_id] for record_id in records if record_id not in removed},
        )
        assert (len(out), len(left), out & left) == (1, 1, set())
        # a part may merge with other entities, but not with the other part
        clusters = [set(cluster.records) for cluster in would.after]
        parts = {*removed}, {*records} - {*removed}
        assert all(any(part <= cluster for cluster in clusters) for part in parts)
        assert not any(parts[0] & cluster and parts[1] & cluster for cluster in clusters)
        assert any(row.kind == "split" for row in load_timeline(hub, left.pop()))
        undo_decision(hub, LEE, outcome.ids[0])
        assert derived(hub) == before


def test_split_by_rule_takes_two_stewards(hub: Hub) -> None:
    entity, records = large(hub)
    before = derived(hub)
    outcome = split_entity(
        hub, KIM, entity, records[:1], "another person", rules=DeskRules(record_limit=2)
    )
    assert outcome.state is DecisionState.WAITING
    assert derived(hub)["members"] == before["members"]
    assert confirm_decision(hub, LEE, outcome.ids[0]).state is DecisionState.DONE
    members = derived(hub)["members"]
    assert members[records[0]] != members[records[1]]
    back = undo_decision(hub, KIM, outcome.ids[0])
    assert back.state is DecisionState.WAITING
    confirm_decision(hub, LEE, back.ids[0])
    assert derived(hub) == before


def test_the_same_split_by_another_steward_confirms_it(hub: Hub) -> None:
    entity, records = large(hub)
    rules = DeskRules(record_limit=2)
    split_entity(hub, KIM, entity, records[:1], "another person", rules=rules)
    with pytest.raises(DecisionNotAllowedError, match="yourself"):
        split_entity(hub, KIM, entity, records[:1], "another person", rules=rules)
    with pytest.raises(DecisionNotAllowedError, match="waits for a second steward"):
        split_entity(hub, LEE, entity, records[:2], "two other persons", rules=rules)
    outcome = split_entity(hub, LEE, entity, records[:1], "another person", rules=rules)
    assert (outcome.state, outcome.second_reasons) == (DecisionState.DONE, ())
    members = derived(hub)["members"]
    assert members[records[0]] != members[records[1]]
    assert list_pending(hub, OPERATOR) == ()


def test_invalid_splits_are_refused(hub: Hub) -> None:
    entity, records = large(hub)
    with pytest.raises(InputError, match="is not a record of"):
        split_entity(hub, KIM, entity, ["nobody:1"], "")
    with pytest.raises(InputError, match="leaves others"):
        split_entity(hub, KIM, entity, records, "")
    shown = load_entity_page(hub, entity).digest
    with hub.store.view() as view:
        stored = view.record(records[0])
    assert stored is not None
    hub.add(make_intake([record(records[0], name=stored.record.caption, birthDate="1950-01-01")]))
    with pytest.raises(ChangedMeanwhileError):
        split_entity(hub, KIM, entity, records[1:2], "", shown_digest=shown)
