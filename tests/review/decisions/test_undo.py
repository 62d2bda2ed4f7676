"""Undo of decisions on both databases: exact, in order, and itself undoable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.review import (
    ContradictionError,
    DecisionNotAllowedError,
    DecisionRequest,
    DecisionStatus,
    QueueReason,
    Steward,
    StewardVerdict,
    build_pair_view,
    decide_pair,
    find_item,
    list_decisions,
    take_next_item,
    undo_decision,
)
from tests.review.tables import derived, entity_of, first_item, items, log_length

pytestmark = pytest.mark.slow


KIM, LEE, MO = Steward("kim", "aa"), Steward("lee", "bb"), Steward("mo", "cc")
VERDICTS = (StewardVerdict.SAME, StewardVerdict.DIFFERENT, StewardVerdict.UNSURE)
Open = Callable[[], Hub]


def test_undoing_fifty_decisions_restores_every_table(hub: Hub) -> None:
    before = derived(hub)
    length = log_length(hub)
    ids = []
    for turn in range(50):
        item = take_next_item(hub, KIM) or take_next_item(hub, KIM)
        if item is None:
            break
        snapshot = build_pair_view(hub, item.left.id, item.right.id, steward=KIM).snapshot
        try:
            outcome = decide_pair(
                hub,
                DecisionRequest(
                    KIM,
                    item.left.id,
                    item.right.id,
                    VERDICTS[turn % 3],
                    reason="r",
                    snapshot=snapshot,
                ),
            )
        except ContradictionError:
            outcome = decide_pair(
                hub,
                DecisionRequest(
                    KIM,
                    item.left.id,
                    item.right.id,
                    StewardVerdict.DIFFERENT,
                    reason="r",
                    snapshot=snapshot,
                ),
            )
        assert outcome.revision == hub.store.revision
        ids.append(outcome.ids[0])
    assert len(ids) >= 8
    assert derived(hub) != before
    for name in reversed(ids):
        undo_decision(hub, KIM, name)
    assert derived(hub) == before
    assert log_length(hub) >= length + 2 * len(ids)


def test_three_chained_merges_are_undone_one_by_one(hub: Hub) -> None:
    """Merge four entities by three decisions; each undo restores the state before it."""
    before = derived(hub)
    lone = [item for item in items(hub) if item.reason is QueueReason.BORDERLINE]
    names = list(dict.fromkeys(side for item in lone for side in (item.left.id, item.right.id)))
    states, merged = [before], names[:1]
    ids: list[str] = []
    for other in names[1:]:
        # a merge may bring others along
        if len(ids) == 3 or entity_of(hub, other) == entity_of(hub, names[0]):
            continue
        merged.append(other)
        ids.append(
            decide_pair(
                hub, DecisionRequest(KIM, names[0], other, StewardVerdict.SAME, reason="chain")
            ).ids[0]
        )
        states.append(derived(hub))
    assert len(ids) == 3
    assert len({entity_of(hub, name) for name in merged}) == 1
    with pytest.raises(InputError):
        undo_decision(hub, KIM, "d-0")
    for name, state in zip(reversed(ids), reversed(states[:-1]), strict=True):
        undo_decision(hub, KIM, name)
        assert derived(hub) == state


def test_first_of_three_merges_is_undone_by_itself(hub: Hub) -> None:
    waiting = [item for item in items(hub) if item.reason is QueueReason.BORDERLINE]
    count = Counter(entity.id for item in waiting for entity in (item.left, item.right))
    # the others are in review with none of these, so nothing but a decision merges them
    lone = [item for item in waiting if count[item.left.id] == count[item.right.id] == 1]
    names = [lone[0].left_record, lone[-1].left_record, lone[-2].left_record]
    ids = [
        decide_pair(
            hub,
            DecisionRequest(
                KIM, entity_of(hub, names[0]), entity_of(hub, other), StewardVerdict.SAME
            ),
        ).ids[0]
        for other in names[1:]
    ]
    undo_decision(hub, LEE, ids[0])
    with hub.store.view() as view:
        decisions = [view.decision_by_id(name) for name in ids]
    undone, *others = (stored.decision.pair for stored in decisions if stored is not None)
    assert entity_of(hub, undone[0]) != entity_of(hub, undone[1])
    assert len(others) == 1
    for left, right in others:
        assert entity_of(hub, left) == entity_of(hub, right)


def test_undo_can_be_undone_and_only_the_latest_decision(hub: Hub) -> None:
    item = first_item(hub)
    before = derived(hub)
    name = decide_pair(
        hub, DecisionRequest(KIM, item.left.id, item.right.id, StewardVerdict.SAME)
    ).ids[0]
    merged = derived(hub)
    back = undo_decision(hub, KIM, name)
    assert derived(hub) == before
    with pytest.raises(DecisionNotAllowedError, match="undone already"):
        undo_decision(hub, KIM, name)
    again = undo_decision(hub, KIM, back.ids[0])
    assert derived(hub)["members"] == merged["members"]
    with pytest.raises(DecisionNotAllowedError):
        undo_decision(hub, KIM, back.ids[0])
    undo_decision(hub, KIM, again.ids[0])
    assert derived(hub) == before


def test_later_decision_must_be_undone_first(hub: Hub) -> None:
    item = first_item(hub)
    earlier = decide_pair(
        hub, DecisionRequest(KIM, item.left_record, item.right_record, StewardVerdict.DIFFERENT)
    ).ids[0]
    later = decide_pair(
        hub,
        DecisionRequest(
            LEE, item.left_record, item.right_record, StewardVerdict.SAME, over=(earlier,)
        ),
    ).ids[0]
    with pytest.raises(DecisionNotAllowedError, match=f"undo decision {later} first"):
        undo_decision(hub, KIM, earlier)
    undo_decision(hub, KIM, later)
    status_of = {view.id: view.status for view in list_decisions(hub, [item.left_record])}
    assert status_of[later] is DecisionStatus.UNDONE
    assert find_item(hub, item.left.id, item.right.id) is None
    undo_decision(hub, KIM, earlier)
    assert find_item(hub, item.left.id, item.right.id) is not None
