"""Visibility in review: handling codes hide records, their pairs, and decisions on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records import Handling
from resolver.records.visibility import OPERATOR, STRANGER
from resolver.review import (
    DecisionNotAllowedError,
    DecisionRequest,
    QueueItem,
    Steward,
    StewardVerdict,
    build_pair_view,
    decide_pair,
    find_item,
    list_decisions,
    list_pending,
    list_waiting,
    load_timeline,
    preview_decision,
    split_entity,
    take_next_item,
    undo_decision,
)
from resolver.review.queue.queue_access import excluded_marks, guard_marks
from tests.hub.hubs import make_intake
from tests.review.tables import items

pytestmark = pytest.mark.slow


OWNER, OUTSIDER = Steward("kim", "aa"), Steward("lee", "bb")
READER = Steward("mo", "bb", frozenset())


def records_of(hub: Hub, entity: str) -> tuple[str, ...]:
    with hub.store.view() as view:
        stored = view.entity(entity)
    assert stored is not None
    return tuple(stored.records)


def guard(hub: Hub, code: str) -> QueueItem:
    """Restrict the left record of an item of two single-record entities to agency aa, and return
    the item.
    """
    item = next(
        waiting
        for waiting in items(hub)
        if all(len(records_of(hub, side.id)) == 1 for side in (waiting.left, waiting.right))
    )
    with hub.store.view() as view:
        stored = view.record(item.left_record)
    assert stored is not None
    hub.add(make_intake([replace(stored.record, handling=Handling("aa", code))]))
    restricted = find_item(hub, item.left_record, item.right_record, viewer=OPERATOR)
    assert restricted is not None
    assert item.left_record in (restricted.left_record, restricted.right_record)
    return restricted


@pytest.mark.parametrize(
    ("code", "sees"),
    [
        ("H1", {"owner", "outsider", "reader"}),
        ("H2", {"owner", "outsider"}),
        ("H3", {"owner"}),
        ("H9", {"owner"}),
    ],
)
def test_queue_contains_only_visible_pairs(hub: Hub, code: str, sees: set[str]) -> None:
    key = guard(hub, code).key
    viewers = {
        "owner": OWNER.viewer,
        "outsider": OUTSIDER.viewer,
        "reader": READER.viewer,
        "stranger": STRANGER,
    }
    visible_to = {
        name
        for name, viewer in viewers.items()
        if key in [item.key for item in list_waiting(hub, limit=1000, viewer=viewer).items]
    }
    assert visible_to == sees
    assert key in [item.key for item in list_waiting(hub, limit=1000, viewer=OPERATOR).items]


def test_hidden_pairs_are_neither_shown_nor_decided(hub: Hub) -> None:
    item = guard(hub, "H3")
    left, right = item.left.id, item.right.id
    acts: list[Callable[[], object]] = [
        lambda: decide_pair(hub, DecisionRequest(OUTSIDER, left, right, StewardVerdict.SAME)),
        lambda: preview_decision(hub, DecisionRequest(OUTSIDER, left, right, StewardVerdict.SAME)),
        lambda: split_entity(hub, OUTSIDER, left, [item.left_record], "no"),
    ]
    version = hub.store.revision
    for act in acts:
        with pytest.raises((DecisionNotAllowedError, InputError)):
            act()
    assert hub.store.revision == version
    assert find_item(hub, left, right, viewer=OUTSIDER.viewer) is None
    offered = take_next_item(hub, OUTSIDER)
    assert offered is None or offered.key != item.key
    assert item.left_record in records_of(hub, left)
    assert item.right_record in records_of(hub, right)
    shown = build_pair_view(hub, left, right, steward=OWNER)
    assert item.left_record in [statement.record for statement in shown.left.records]
    if len(shown.left.records) == 1:
        with pytest.raises(InputError):
            build_pair_view(hub, left, right, steward=OUTSIDER)
    else:
        other = build_pair_view(hub, left, right, steward=OUTSIDER)
        assert item.left_record not in [statement.record for statement in other.left.records]
    outcome = decide_pair(
        hub, DecisionRequest(OWNER, left, right, StewardVerdict.RED, snapshot=shown.snapshot)
    )
    assert [decision.number for decision in list_pending(hub, OWNER.viewer)] == list(
        outcome.numbers
    )
    assert list_pending(hub, OUTSIDER.viewer) == ()
    assert list_decisions(hub, [item.left_record], OUTSIDER.viewer) == ()
    assert all(row.kind != "decision" for row in load_timeline(hub, left, OUTSIDER.viewer))
    assert any(row.kind == "decision" for row in load_timeline(hub, left, OWNER.viewer))
    with pytest.raises(DecisionNotAllowedError, match="may not see"):
        undo_decision(hub, OUTSIDER, outcome.numbers[0])


def test_marks_of_restricted_pairs() -> None:
    assert guard_marks([]) == []
    marks = guard_marks([("H1", "aa"), ("H3", "aa")])
    assert {"u1", "u3"} <= set(marks)
    assert dict(excluded_marks(OWNER.viewer))["u3"] in marks
    assert dict(excluded_marks(OUTSIDER.viewer))["u3"] not in marks
    # neither agency may see all records of a pair that both restrict
    assert dict(excluded_marks(OWNER.viewer))["u3"] not in guard_marks([("H3", "aa"), ("H3", "bb")])
    assert excluded_marks(OPERATOR) == ()
    assert dict(excluded_marks(Steward("kim").viewer))["u3"] == ""
