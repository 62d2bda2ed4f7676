"""Refresh of the queue: it follows from the store alone, and reasons that bring pairs back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete

from resolver.hub.hub import Hub
from resolver.records import Handling, Identifier, Record, Relation, RelationType
from resolver.records.decisions import Decision, Verdict
from resolver.review import (
    DecisionRequest,
    Filters,
    QueueReason,
    Steward,
    StewardVerdict,
    build_pair_view,
    decide_pair,
    find_item,
    list_waiting,
    queue_refresh,
    refresh_queue,
    take_next_item,
    undo_decision,
)
from resolver.review.waiting_reasons import UNDECIDED_REASONS
from resolver.store.database import write_transaction
from resolver.store.schema import desk
from resolver.store.waiting_queue import waiting_columns
from resolver.training.data.active_sample import PICK_REASON, mark_queue_picks
from tests.hub.hubs import make_intake, make_namesake
from tests.records.samples import record
from tests.review.tables import items, queue

pytestmark = pytest.mark.slow


KIM, LEE = Steward("kim"), Steward("lee")


def test_incremental_queue_equals_rebuilt_queue(hub: Hub) -> None:
    """Compare the queue updated step by step with one rebuilt from the store."""
    for turn, item in enumerate(items(hub)[:9]):
        verdict = (
            StewardVerdict.SAME,
            StewardVerdict.DIFFERENT,
            StewardVerdict.UNSURE,
            StewardVerdict.RED,
        )[turn % 4]
        if find_item(hub, item.left_record, item.right_record) is not None:
            decide_pair(hub, DecisionRequest(KIM, item.left_record, item.right_record, verdict))
        items(hub)
    hub.add(make_intake([record("new:1", name="Friendship Group 428 of Rostov-on-Don")]))
    expected = queue(hub)
    with write_transaction(hub.store.engine) as connection:
        connection.execute(delete(desk))
    refresh_queue(hub)
    assert queue(hub) == expected


def test_queue_built_in_pieces_is_equal(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = items(hub)[:2]
    decide_pair(hub, DecisionRequest(KIM, first.left.id, first.right.id, StewardVerdict.RED))
    decide_pair(
        hub, DecisionRequest(LEE, second.left.id, second.right.id, StewardVerdict.DIFFERENT)
    )
    expected = queue(hub)
    assert len(expected) > 3
    monkeypatch.setattr("resolver.review.queue_refresh._PAIRS_AT_ONCE", 2)
    with write_transaction(hub.store.engine) as connection:
        connection.execute(delete(desk))
    assert queue(hub) == expected


def test_large_commit_refreshes_everything(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = items(hub)[:2]
    with monkeypatch.context() as patch:
        patch.setattr("resolver.store.commit.TOUCHED_LIMIT", 0)
        decide_pair(
            hub, DecisionRequest(KIM, first.left.id, first.right.id, StewardVerdict.DIFFERENT)
        )
        decide_pair(
            hub, DecisionRequest(KIM, second.left.id, second.right.id, StewardVerdict.UNSURE)
        )
        expected = queue(hub)
    assert first.key not in [row[0] for row in expected]
    with write_transaction(hub.store.engine) as connection:
        connection.execute(delete(desk))
    assert queue(hub) == expected


def test_stale_queue_offers_no_decided_pair(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = items(hub)[:2]
    for item in (first, second):
        decide_pair(
            hub, DecisionRequest(LEE, item.left.id, item.right.id, StewardVerdict.DIFFERENT)
        )
    # as if commits had touched far more than a page waits for
    monkeypatch.setattr("resolver.review.queue_pages.update_queue", lambda _: False)
    offered = take_next_item(hub, KIM)
    assert offered is not None
    assert offered.key not in (first.key, second.key)


@pytest.mark.parametrize("of_a_file", [False, True])
def test_different_pair_returns_when_its_score_moves(hub: Hub, of_a_file: bool) -> None:
    item = next(
        item for item in items(hub) if item.band.label == "review" and item.left.kind == "person"
    )
    if of_a_file:
        # no snapshot was logged, so the band at its commit counts
        left, right = sorted((item.left_record, item.right_record))
        hub.decide(
            [Decision(left, right, Verdict.DIFFERENT, "kim", datetime.now(UTC), "not alike")]
        )
    else:
        decide_pair(
            hub,
            DecisionRequest(
                KIM, item.left.id, item.right.id, StewardVerdict.DIFFERENT, reason="not alike"
            ),
        )
    assert find_item(hub, item.left.id, item.right.id) is None
    # a commit that changes neither side
    with hub.store.view() as view:
        left_stored, right_stored = view.record(item.left_record), view.record(item.right_record)
    assert left_stored is not None
    assert right_stored is not None
    hub.add(make_intake([record("calm:1", name="Somebody Altogether Else")]))
    assert find_item(hub, item.left.id, item.right.id) is None
    # new versions of both records bear one passport
    passport = Identifier("passportNumber", "Z9X8Y7W6", "pl")
    hub.add(
        make_intake([_with(left_stored.record, passport), _with(right_stored.record, passport)])
    )
    back = find_item(hub, item.left_record, item.right_record)
    assert back is not None
    assert back.reason is QueueReason.MOVED
    assert "kim said different" in back.why
    assert "(match)" in back.why
    assert "(review)" in back.why
    # a merge and its undo bring the pair back as it was
    number = decide_pair(
        hub, DecisionRequest(LEE, back.left.id, back.right.id, StewardVerdict.SAME)
    ).ids[0]
    undo_decision(hub, LEE, number)
    undone = find_item(hub, item.left_record, item.right_record)
    assert undone is not None
    assert (undone.reason, undone.score) == (QueueReason.MOVED, back.score)
    again = build_pair_view(hub, back.left.id, back.right.id)
    decide_pair(
        hub,
        DecisionRequest(
            LEE, back.left.id, back.right.id, StewardVerdict.DIFFERENT, snapshot=again.snapshot
        ),
    )
    assert find_item(hub, item.left_record, item.right_record) is None


def _with(stated: Record, passport: Identifier) -> Record:
    return replace(stated, identifiers=(*stated.identifiers, passport))


def test_queue_picks_are_marked(hub: Hub) -> None:
    before = items(hub)
    plain = [item for item in before if item.reason is QueueReason.BORDERLINE]
    assert mark_queue_picks(hub, 3) == 3
    picked = list_waiting(hub, Filters(reason="sample"), limit=50).items
    marked = [item for item in picked if item.why == PICK_REASON]
    assert len(marked) == 3
    assert {item.key for item in marked} <= {item.key for item in plain}
    # the order of the queue is unchanged, and the least certain pair is picked
    assert [item.key for item in items(hub)] == [item.key for item in before]
    assert min(plain, key=lambda item: abs(item.logodds)).key in {item.key for item in marked}
    decide_pair(
        hub, DecisionRequest(KIM, marked[0].left.id, marked[0].right.id, StewardVerdict.UNSURE)
    )
    assert mark_queue_picks(hub, 2) == 2
    again = [
        item
        for item in list_waiting(hub, Filters(reason="sample"), limit=50).items
        if item.why == PICK_REASON
    ]
    assert len(again) == 2
    assert marked[0].key not in {item.key for item in again}


def test_the_sample_does_not_depend_on_hidden_records(tmp_path: Path) -> None:
    people = [
        record(f"{source}:{number}", name=f"Alexander Ivanovich Petrov {number}")
        for number in range(40)
        for source in ("left", "right")
    ]
    hidden = replace(record("shut:1", name="Nobody Else"), handling=Handling("Coast", "H3"))
    drawn = []
    for name, first in (("without", []), ("with", [hidden])):
        with Hub.open(f"sqlite:///{tmp_path / name}.db") as hub:
            for intake in (first, people):
                if intake:
                    hub.add(make_intake(intake))
            drawn.append({(item.left_record, item.right_record, item.why) for item in items(hub)})
    assert drawn[0] == drawn[1]
    assert {text for *_, text in drawn[0]} == {
        text
        for reason, text in UNDECIDED_REASONS
        if reason in (QueueReason.SAMPLE, QueueReason.BORDERLINE)
    }


def test_columnar_rows_equal_single_rows(hub: Hub) -> None:
    restricted = [
        replace(
            record(f"shut:{number}", name="Friendship Group 428 of Rostov"),
            handling=Handling("Coast", code),
        )
        for number, code in enumerate(("H0", "H1", "H2", "H3"))
    ]
    hub.add(
        make_intake(
            [
                *restricted,
                record("latin:1", name="Дружба 428"),
                record("latin:2", name="Дружба 428 Ростов"),
            ]
        )
    )
    with hub.store.queue.begin_update(1_000) as update:
        links = queue_refresh._load_links(update.view, None)
        is_queued = np.flatnonzero(links.queued_counts > 0)
        first = links.first[is_queued]
        reasons = queue_refresh._find_undecided(update.view, links, first)
        pairs = [
            queue_refresh._linked_pair(
                *(links, place, (int(links.low[place]), int(links.high[place])), reason),
                *(int(count), None),
            )
            for place, reason, count in zip(
                first.tolist(),
                reasons,
                links.queued_counts[is_queued].tolist(),
                strict=True,
            )
        ]
        expected = waiting_columns(queue_refresh._complete_rows(update, pairs))
        parts = list(queue_refresh._undecided_rows(update, links, is_queued))
    assert len(pairs) > 10
    assert {
        name: [value for part in parts for value in part[name]] for name in expected
    } == expected
    assert any("u2" in marks for marks in expected["marks"])
    assert str(QueueReason.BORDERLINE) in expected["reason"]


def test_pair_that_a_list_states_to_differ_does_not_wait(hub: Hub) -> None:
    """Set father and son apart, with a record of another list that fits the son in doubt."""
    kin = (Relation(RelationType.FAMILY_OF, "a:2", role="father"),)
    father, son = replace(make_namesake("a:1"), relations=kin), make_namesake("a:2")
    hub.add(make_intake([father, son]))
    assert find_item(hub, "a:1", "a:2") is None
    shown = build_pair_view(hub, "a:1", "a:2")
    assert shown.stated_difference == "a relates these two as family, so they are two persons."
    other = record("b:1", name="Zbigniew Brzezinski")
    hub.add(make_intake([other]))
    waiting = {frozenset((item.left.id, item.right.id)) for item in items(hub)}
    assert frozenset((shown.left.party.id, shown.right.party.id)) not in waiting
    # a decision of a steward beats the statement
    done = decide_pair(hub, DecisionRequest(KIM, "a:1", "a:2", StewardVerdict.SAME))
    with hub.store.view() as view:
        assert view.entity_key("a:1") == view.entity_key("a:2")
    undo_decision(hub, KIM, done.ids[0])
    with hub.store.view() as view:
        assert view.entity_key("a:1") != view.entity_key("a:2")


def test_entities_of_which_records_are_stated_to_differ_do_not_wait(hub: Hub) -> None:
    father = replace(make_namesake("a:1"), relations=(Relation(RelationType.FAMILY_OF, "a:2"),))
    grown = make_namesake("b:1")
    weak = record("a:2", name="Zbigniew Brzezinski", birthDate="1928")
    hub.add(make_intake([father, grown, weak]))
    with hub.store.view() as view:
        keys = [view.entity_key(record_id) for record_id in ("a:1", "b:1", "a:2")]
    assert keys[0] == keys[1] != keys[2]
    # the steward merges the entities as a whole, father and son included
    assert find_item(hub, "b:1", "a:2") is None
    decide_pair(hub, DecisionRequest(KIM, "b:1", "a:2", StewardVerdict.SAME))
    with hub.store.view() as view:
        assert len({view.entity_key(end) for end in ("a:1", "b:1", "a:2")}) == 1
