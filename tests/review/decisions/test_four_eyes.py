"""Four eyes: decisions that wait for a second steward."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from resolver.hub.hub import Hub
from resolver.review import (
    DecisionNotAllowedError,
    DecisionRequest,
    DecisionState,
    DeskRules,
    QueueReason,
    Steward,
    StewardVerdict,
    build_pair_view,
    confirm_decision,
    decide_pair,
    find_item,
    list_pending,
    list_waiting,
    undo_decision,
)
from resolver.store import LinkColor
from tests.hub.stored_links import stored_links
from tests.review.tables import derived, entity_of, first_item, items

pytestmark = pytest.mark.slow


KIM, LEE, MO = Steward("kim", "aa"), Steward("lee", "bb"), Steward("mo", "cc")
VERDICTS = (StewardVerdict.SAME, StewardVerdict.DIFFERENT, StewardVerdict.UNSURE)
Open = Callable[[], Hub]


def test_red_merges_after_confirmation(hub: Hub) -> None:
    item = first_item(hub)
    before = derived(hub)
    outcome = decide_pair(
        hub,
        DecisionRequest(
            KIM, item.left.id, item.right.id, StewardVerdict.RED, reason="two passports"
        ),
    )
    assert outcome.state is DecisionState.WAITING
    assert entity_of(hub, item.left_record) != entity_of(hub, item.right_record)
    waits = find_item(hub, item.left.id, item.right.id)
    assert waits is not None
    assert waits.reason is QueueReason.RED
    assert [decision.id for decision in list_pending(hub)] == list(outcome.ids)
    with pytest.raises(DecisionNotAllowedError, match="another steward"):
        decide_pair(hub, DecisionRequest(KIM, item.left.id, item.right.id, StewardVerdict.RED))
    assert all(other.key != waits.key for other in list_waiting(hub, steward=KIM, limit=1000).items)
    confirmed = decide_pair(
        hub, DecisionRequest(LEE, item.left.id, item.right.id, StewardVerdict.RED)
    )
    assert confirmed.state is DecisionState.DONE
    assert entity_of(hub, item.left_record) == entity_of(hub, item.right_record)
    with hub.store.view() as view:
        pair = min(item.left_record, item.right_record), max(item.left_record, item.right_record)
        assert stored_links(view)[pair].color is LinkColor.RED
    # undo takes two stewards as well
    undo = undo_decision(hub, KIM, outcome.ids[0])
    assert undo.state is DecisionState.WAITING
    assert entity_of(hub, item.left_record) == entity_of(hub, item.right_record)
    with pytest.raises(DecisionNotAllowedError):
        confirm_decision(hub, KIM, undo.ids[0])
    confirm_decision(hub, LEE, undo.ids[0])
    assert list_pending(hub) == ()
    assert derived(hub) == before


def test_unconfirmed_decision_is_undone_by_its_steward(hub: Hub) -> None:
    item = first_item(hub)
    before = derived(hub)
    outcome = decide_pair(
        hub, DecisionRequest(KIM, item.left.id, item.right.id, StewardVerdict.RED)
    )
    with pytest.raises(DecisionNotAllowedError, match="kim's"):
        undo_decision(hub, LEE, outcome.ids[0])
    assert undo_decision(hub, KIM, outcome.ids[0]).state is DecisionState.DONE
    assert list_pending(hub) == ()
    assert derived(hub) == before


def test_agency_rule_takes_two_stewards(hub: Hub) -> None:
    rules = DeskRules(has_agency_rule=True)
    item = next(item for item in items(hub) if len({*item.left.agencies, *item.right.agencies}) > 1)
    before = derived(hub)
    shown = build_pair_view(hub, item.left.id, item.right.id, rules=rules)
    assert "agencies" in shown.second_reasons[0]
    outcome = decide_pair(
        hub,
        DecisionRequest(
            KIM, item.left.id, item.right.id, StewardVerdict.SAME, snapshot=shown.snapshot
        ),
        rules=rules,
    )
    assert outcome.state is DecisionState.WAITING
    waits = find_item(hub, item.left.id, item.right.id)
    assert waits is not None
    assert (waits.reason, "kim" in waits.why) == (QueueReason.SECOND, True)
    done = confirm_decision(hub, LEE, outcome.ids[0])
    assert done.state is DecisionState.DONE
    assert entity_of(hub, item.left_record) == entity_of(hub, item.right_record)
    other = undo_decision(hub, MO, done.ids[0])
    assert other.state is DecisionState.WAITING
    confirm_decision(hub, KIM, other.ids[0])
    assert derived(hub) == before


def test_disagreeing_second_steward_replaces_the_decision(hub: Hub) -> None:
    rules = DeskRules(record_limit=1)
    item = first_item(hub)
    decide_pair(
        hub, DecisionRequest(KIM, item.left.id, item.right.id, StewardVerdict.SAME), rules=rules
    )
    other = decide_pair(
        hub,
        DecisionRequest(LEE, item.left.id, item.right.id, StewardVerdict.DIFFERENT),
        rules=rules,
    )
    assert other.state is DecisionState.WAITING
    assert [decision.steward for decision in list_pending(hub)] == ["lee"]
    done = decide_pair(
        hub,
        DecisionRequest(KIM, item.left.id, item.right.id, StewardVerdict.DIFFERENT),
        rules=rules,
    )
    assert done.state is DecisionState.DONE
    assert find_item(hub, item.left.id, item.right.id) is None


def test_other_verdict_replaces_unconfirmed_decision_but_unsure_does_not(hub: Hub) -> None:
    item = first_item(hub)
    # on any records of the two entities
    with hub.store.view() as view:
        left, right = (view.entity(side.id) for side in (item.left, item.right))
    assert left is not None
    assert right is not None
    outcome = decide_pair(
        hub, DecisionRequest(KIM, max(left.records), max(right.records), StewardVerdict.RED)
    )
    with pytest.raises(DecisionNotAllowedError, match="leaves it waiting"):
        decide_pair(hub, DecisionRequest(LEE, item.left.id, item.right.id, StewardVerdict.UNSURE))
    assert [decision.id for decision in list_pending(hub)] == list(outcome.ids)
    decide_pair(hub, DecisionRequest(LEE, item.left.id, item.right.id, StewardVerdict.DIFFERENT))
    assert list_pending(hub) == ()
    assert find_item(hub, item.left.id, item.right.id) is None
