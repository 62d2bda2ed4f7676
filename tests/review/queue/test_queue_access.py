"""Who sees what at the desk: handling codes hide records, the pairs they are in, and what was decided on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records import Handling
from resolver.records.visibility import OPERATOR, STRANGER
from resolver.review import (
    NotAllowedError,
    QueueItem,
    Steward,
    Verdict,
    decide,
    decisions_on,
    item_of,
    next_item,
    pair_view,
    pending,
    preview,
    split,
    timeline,
    undo,
    waiting,
)
from resolver.review.queue.queue_access import guard_marks, not_for
from tests.hub.hubs import intake
from tests.review.tables import items

OURS, THEIRS = Steward("kim", "aa"), Steward("lee", "bb")
READER = Steward("mo", "bb", frozenset())


def records_of(hub: Hub, entity: str) -> tuple[str, ...]:
    with hub.store.view() as view:
        held = view.entity(entity)
    assert held is not None
    return tuple(held.records)


def guard(hub: Hub, code: str) -> QueueItem:
    """An item whose left record is of agency aa and handled so; of two entities of one record each, so that no other
    pair of theirs waits in its place."""
    item = next(
        one
        for one in items(hub)
        if all(len(records_of(hub, side.id)) == 1 for side in (one.left, one.right))
    )
    with hub.store.view() as view:
        held = view.record(item.left_record)
    assert held is not None
    hub.add(intake([replace(held.record, handling=Handling("aa", code))]))
    found = item_of(hub, item.left_record, item.right_record, viewer=OPERATOR)
    assert found is not None
    assert item.left_record in (found.left_record, found.right_record)
    return found


@pytest.mark.parametrize(
    ("code", "sees"),
    [
        ("H1", {"ours", "theirs", "reader"}),
        ("H2", {"ours", "theirs"}),
        ("H3", {"ours"}),
        ("H9", {"ours"}),
    ],
)
def test_the_queue_holds_what_one_may_see(hub: Hub, code: str, sees: set[str]) -> None:
    key = guard(hub, code).key
    viewers = {
        "ours": OURS.viewer,
        "theirs": THEIRS.viewer,
        "reader": READER.viewer,
        "stranger": STRANGER,
    }
    found = {
        who
        for who, viewer in viewers.items()
        if key in [item.key for item in waiting(hub, limit=1000, viewer=viewer).items]
    }
    assert found == sees
    assert key in [item.key for item in waiting(hub, limit=1000, viewer=OPERATOR).items]


def test_what_is_hidden_is_neither_shown_nor_decided(hub: Hub) -> None:
    item = guard(hub, "H3")
    left, right = item.left.id, item.right.id
    acts: list[Callable[[], object]] = [
        lambda: decide(hub, THEIRS, left, right, Verdict.SAME),
        lambda: preview(hub, THEIRS, left, right, Verdict.SAME),
        lambda: split(hub, THEIRS, left, [item.left_record], "no"),
    ]
    version = hub.store.version
    for act in acts:
        with pytest.raises((NotAllowedError, InputError)):
            act()
    assert hub.store.version == version
    assert item_of(hub, left, right, viewer=THEIRS.viewer) is None
    theirs = next_item(hub, THEIRS)
    assert theirs is None or theirs.key != item.key
    assert item.left_record in records_of(hub, left)
    assert item.right_record in records_of(hub, right)
    shown = pair_view(hub, left, right, steward=OURS)
    assert item.left_record in [one.record for one in shown.left.records]
    if len(shown.left.records) == 1:
        with pytest.raises(InputError):
            pair_view(hub, left, right, steward=THEIRS)
    else:
        other = pair_view(hub, left, right, steward=THEIRS)
        assert item.left_record not in [one.record for one in other.left.records]
    said = decide(hub, OURS, left, right, Verdict.RED, seen=shown.seen)
    assert [one.number for one in pending(hub, OURS.viewer)] == list(said.numbers)
    assert pending(hub, THEIRS.viewer) == ()
    assert decisions_on(hub, [item.left_record], THEIRS.viewer) == ()
    assert all(row.kind != "decision" for row in timeline(hub, left, THEIRS.viewer))
    assert any(row.kind == "decision" for row in timeline(hub, left, OURS.viewer))
    with pytest.raises(NotAllowedError, match="may not see"):
        undo(hub, THEIRS, said.numbers[0])


def test_marks_of_guarded_pairs() -> None:
    assert guard_marks([]) == []
    marks = guard_marks([("H1", "aa"), ("H3", "aa")])
    assert {"u1", "u3"} <= set(marks)
    assert dict(not_for(OURS.viewer))["u3"] in marks
    assert dict(not_for(THEIRS.viewer))["u3"] not in marks
    # records of two agencies are seen whole by neither
    assert dict(not_for(OURS.viewer))["u3"] not in guard_marks([("H3", "aa"), ("H3", "bb")])
    assert not_for(OPERATOR) == ()
    assert dict(not_for(Steward("kim").viewer))["u3"] == ""
