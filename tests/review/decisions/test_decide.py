"""Decisions on both databases: effect, refusals, previews and history."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from resolver.hub.hub import Hub
from resolver.review import (
    ChangedMeanwhileError,
    ContradictionError,
    DecidedMeanwhileError,
    DecisionRequest,
    DecisionState,
    DeskRules,
    PairLockedError,
    QueueReason,
    RetiredMeanwhileError,
    Steward,
    StewardVerdict,
    build_pair_view,
    decide_pair,
    decide_pairs,
    find_item,
    hold_pair,
    load_timeline,
    preview_decision,
    take_next_item,
    undo_decision,
)
from resolver.store import LinkColor
from tests.hub.stored_links import stored_links
from tests.review.tables import derived, entity_of, first_item, items, log_length, separate_items

pytestmark = pytest.mark.slow


KIM, LEE, MO = Steward("kim", "aa"), Steward("lee", "bb"), Steward("mo", "cc")
VERDICTS = (StewardVerdict.SAME, StewardVerdict.DIFFERENT, StewardVerdict.UNSURE)
Open = Callable[[], Hub]


def test_decided_pairs_leave_the_queue_and_unsure_ones_move_down(hub: Hub) -> None:
    first, second, third = separate_items(hub)[:3]
    same = decide_pair(
        hub, DecisionRequest(KIM, first.left.id, first.right.id, StewardVerdict.SAME)
    )
    assert same.state is DecisionState.DONE
    assert entity_of(hub, first.left_record) == entity_of(hub, first.right_record) == same.entity
    decide_pair(
        hub, DecisionRequest(KIM, second.left.id, second.right.id, StewardVerdict.DIFFERENT)
    )
    assert find_item(hub, second.left.id, second.right.id) is None
    with hub.store.view() as view:
        ends = second.left_record, second.right_record
        assert stored_links(view)[min(ends), max(ends)].color is LinkColor.GREEN
    noted = decide_pair(
        hub,
        DecisionRequest(
            KIM, third.left.id, third.right.id, StewardVerdict.UNSURE, comment="ask the registry"
        ),
    )
    assert noted.state is DecisionState.NOTED
    left = find_item(hub, third.left.id, third.right.id)
    assert left is not None
    assert left.reason is QueueReason.UNSURE
    assert left.priority < third.priority
    assert "ask the registry" in left.why


def test_concurrent_stewards_decide_each_pair_once(open_hub: Open) -> None:
    """Decide the same pairs from two processes: each pair is decided once, the other steward learns
    by whom.
    """
    hubs = open_hub(), open_hub()
    shown = items(hubs[0])[:6]
    snapshots = {
        item.key: build_pair_view(hubs[0], item.left.id, item.right.id).snapshot for item in shown
    }
    answers: dict[str, list[object]] = {item.key: [] for item in shown}
    barrier = threading.Barrier(2)

    def work(hub: Hub, steward: Steward, verdict: StewardVerdict) -> None:
        for item in shown:
            barrier.wait(timeout=60)
            try:
                done = decide_pair(
                    hub,
                    DecisionRequest(
                        steward, item.left.id, item.right.id, verdict, snapshot=snapshots[item.key]
                    ),
                )
                answers[item.key].append(done.ids)
            # a decision of another pair may change an entity of this one
            except (
                ChangedMeanwhileError,
                DecidedMeanwhileError,
                RetiredMeanwhileError,
                ContradictionError,
            ) as error:
                answers[item.key].append(error)

    threads = [
        threading.Thread(target=work, args=(hubs[0], KIM, StewardVerdict.SAME)),
        threading.Thread(target=work, args=(hubs[1], LEE, StewardVerdict.DIFFERENT)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    for item in shown:
        assert len(answers[item.key]) == 2
        refusals = [
            answer for answer in answers[item.key] if isinstance(answer, DecidedMeanwhileError)
        ]
        decided = [answer for answer in answers[item.key] if isinstance(answer, tuple)]
        assert len(decided) <= 1
        if decided and refusals:
            assert refusals[0].decision.id in decided[0]
            assert refusals[0].decision.steward in ("kim", "lee")
    assert any(
        isinstance(answer, tuple) for pair_answers in answers.values() for answer in pair_answers
    )


def test_two_stewards_get_different_items(open_hub: Open) -> None:
    hubs = open_hub(), open_hub()
    kims, lees = take_next_item(hubs[0], KIM), take_next_item(hubs[1], LEE)
    assert kims is not None
    assert lees is not None
    assert kims.key != lees.key
    with pytest.raises(PairLockedError, match="kim"):
        hold_pair(hubs[1], LEE, kims.left.id, kims.right.id)
    with pytest.raises(PairLockedError, match="kim"):
        decide_pair(hubs[1], DecisionRequest(LEE, kims.left.id, kims.right.id, StewardVerdict.SAME))
    later = take_next_item(hubs[0], KIM, after=kims.key)
    assert later is not None
    assert later.key not in (kims.key, lees.key)


def test_expired_lease_is_free(hub: Hub) -> None:
    kims = take_next_item(hub, KIM, rules=DeskRules(lease_seconds=0))
    lees = take_next_item(hub, LEE)
    assert kims is not None
    assert lees is not None
    assert kims.key == lees.key


def test_concurrent_decision_is_reported(hub: Hub) -> None:
    item = first_item(hub)
    snapshot = build_pair_view(hub, item.left.id, item.right.id).snapshot
    decision_id = decide_pair(
        hub, DecisionRequest(LEE, item.left.id, item.right.id, StewardVerdict.DIFFERENT)
    ).ids[0]
    with pytest.raises(
        DecidedMeanwhileError, match="lee has decided this pair meanwhile: different"
    ) as caught:
        decide_pair(
            hub,
            DecisionRequest(
                KIM, item.left.id, item.right.id, StewardVerdict.SAME, snapshot=snapshot
            ),
        )
    assert caught.value.decision.id == decision_id


def test_retired_entity_is_reported(hub: Hub) -> None:
    """Decide a pair whose entity another decision has merged away since it was shown."""
    item, *_, other = separate_items(hub)
    third = other.left.id
    snapshots = {
        entity_id: build_pair_view(hub, entity_id, third).snapshot
        for entity_id in (item.left.id, item.right.id)
    }
    merged = decide_pair(
        hub, DecisionRequest(LEE, item.left.id, item.right.id, StewardVerdict.SAME)
    )
    gone = next(name for name in snapshots if name != merged.entity)
    version = hub.store.revision
    with pytest.raises(RetiredMeanwhileError) as caught:
        decide_pair(
            hub, DecisionRequest(KIM, gone, third, StewardVerdict.SAME, snapshot=snapshots[gone])
        )
    assert caught.value.successor == merged.entity
    with pytest.raises(ChangedMeanwhileError, match="records came to it"):
        decide_pair(
            hub,
            DecisionRequest(
                KIM, merged.entity, third, StewardVerdict.SAME, snapshot=snapshots[merged.entity]
            ),
        )
    with pytest.raises(RetiredMeanwhileError, match="by lee"):
        build_pair_view(hub, gone, merged.entity)
    assert hub.store.revision == version


def test_contradiction_states_the_chain_and_its_withdrawals(hub: Hub) -> None:
    names = list(
        dict.fromkeys(side for item in items(hub) for side in (item.left.id, item.right.id))
    )[:3]
    turned = zip(names, names[1:] + names[:1], strict=True)
    a, b, c = (build_pair_view(hub, left, right).left.records[0].record for left, right in turned)
    same = decide_pair(hub, DecisionRequest(KIM, a, b, StewardVerdict.SAME)).ids[0]
    different = decide_pair(hub, DecisionRequest(LEE, a, c, StewardVerdict.DIFFERENT)).ids[0]
    version = hub.store.revision
    with pytest.raises(ContradictionError) as caught:
        decide_pair(hub, DecisionRequest(MO, b, c, StewardVerdict.SAME))
    assert hub.store.revision == version
    decisions = [tie.decision.id if tie.decision else "" for tie in caught.value.chain]
    assert (same in decisions, different in decisions) == (True, True)
    assert caught.value.withdrawals == (different,)
    assert "lee" in caught.value.line()
    settled = decide_pair(
        hub, DecisionRequest(MO, b, c, StewardVerdict.SAME, over=caught.value.withdrawals)
    )
    assert settled.entity
    assert len({entity_of(hub, record_id) for record_id in (a, b, c)}) == 1
    with pytest.raises(ContradictionError) as caught:
        decide_pair(hub, DecisionRequest(LEE, b, c, StewardVerdict.DIFFERENT))
    assert same in caught.value.withdrawals


def test_preview_predicts_the_outcome_and_changes_nothing(hub: Hub) -> None:
    for item in items(hub)[:4]:
        before = derived(hub)
        would = preview_decision(
            hub, DecisionRequest(KIM, item.left.id, item.right.id, StewardVerdict.SAME)
        )
        assert derived(hub) == before
        assert would.logged_on == ()
        assert {item.left.id, item.right.id} <= {cluster.id for cluster in would.before}
        outcome = decide_pair(
            hub, DecisionRequest(KIM, item.left.id, item.right.id, StewardVerdict.SAME)
        )
        after = derived(hub)["members"]
        for cluster in would.after:
            assert {after[record] for record in cluster.records} == {cluster.id}
        assert outcome.entity in {cluster.id for cluster in would.after}
        undo_decision(hub, KIM, outcome.ids[0])


def test_preview_of_red_shows_the_later_merge(hub: Hub) -> None:
    item = first_item(hub)
    would = preview_decision(
        hub, DecisionRequest(KIM, item.left.id, item.right.id, StewardVerdict.RED)
    )
    assert any(
        {item.left_record, item.right_record} <= set(cluster.records) for cluster in would.after
    )
    assert would.second_reasons
    assert log_length(hub) == 0


def test_bulk_decides_each_item_separately(hub: Hub) -> None:
    chosen = items(hub)[:5]
    decide_pair(
        hub, DecisionRequest(LEE, chosen[0].left.id, chosen[0].right.id, StewardVerdict.SAME)
    )
    came = decide_pairs(hub, KIM, chosen, StewardVerdict.DIFFERENT, reason="common names")
    assert len(came.done) + len(came.refused) == 5
    assert came.refused[0][:2] == (chosen[0].left.id, chosen[0].right.id)
    assert all(outcome.state is DecisionState.DONE for outcome in came.done)


def test_timeline_lists_decisions_events_and_lists(hub: Hub) -> None:
    item = first_item(hub)
    outcome = decide_pair(
        hub,
        DecisionRequest(
            KIM,
            item.left.id,
            item.right.id,
            StewardVerdict.SAME,
            reason="same dob",
            comment="and place",
        ),
    )
    rows = load_timeline(hub, outcome.entity)
    assert {"decision", "merged", "list", "born"} <= {row.kind for row in rows}
    decision = next(row for row in rows if row.decision_id == outcome.ids[0])
    assert (decision.kind, decision.actor, decision.is_undoable) == ("decision", "kim", True)
    assert "same dob, and place" in decision.text
    undo_decision(hub, KIM, outcome.ids[0])
    assert any(row.kind == "split" for row in load_timeline(hub, outcome.entity))
