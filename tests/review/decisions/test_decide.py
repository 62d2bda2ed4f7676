"""Decisions and their undoing, on both databases: exact, refused where they must be, never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.review import (
    ChangedMeanwhileError,
    ContradictionError,
    DecidedMeanwhileError,
    HeldError,
    NotAllowedError,
    QueueItem,
    Reason,
    RetiredMeanwhileError,
    Rules,
    Standing,
    State,
    Steward,
    Verdict,
    bulk,
    confirm,
    decide,
    decisions_on,
    hold,
    item_of,
    next_item,
    pair_view,
    pending,
    preview,
    timeline,
    undo,
    waiting,
)
from resolver.store import Colour
from tests.review.tables import derived, items, log_length

KIM, LEE, MO = Steward("kim", "aa"), Steward("lee", "bb"), Steward("mo", "cc")
VERDICTS = (Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE)
Open = Callable[[], Hub]


def entity_of(hub: Hub, record: str) -> str:
    with hub.store.view() as view:
        found = view.entity(record)
    assert found is not None
    return found.id


def first(hub: Hub, reason: Reason | None = None) -> QueueItem:
    return next(item for item in items(hub) if reason in (None, item.reason))


def test_fifty_decisions_and_their_undoing(hub: Hub) -> None:
    before = derived(hub)
    length = log_length(hub)
    numbers = []
    for turn in range(50):
        item = next_item(hub, KIM) or next_item(hub, KIM)
        if item is None:
            break
        seen = pair_view(hub, item.left.id, item.right.id, steward=KIM).seen
        try:
            outcome = decide(
                hub, KIM, item.left.id, item.right.id, VERDICTS[turn % 3], reason="r", seen=seen
            )
        except ContradictionError:
            outcome = decide(
                hub, KIM, item.left.id, item.right.id, Verdict.DIFFERENT, reason="r", seen=seen
            )
        assert outcome.version == hub.store.version
        numbers.append(outcome.numbers[0])
    assert len(numbers) >= 8
    assert derived(hub) != before
    for number in reversed(numbers):
        undo(hub, KIM, number)
    assert derived(hub) == before
    assert log_length(hub) >= length + 2 * len(numbers)


def test_what_is_decided_leaves_the_queue_and_unsure_goes_down(hub: Hub) -> None:
    one, two, three = items(hub)[:3]
    same = decide(hub, KIM, one.left.id, one.right.id, Verdict.SAME)
    assert same.state is State.DONE
    assert entity_of(hub, one.left_record) == entity_of(hub, one.right_record) == same.entity
    decide(hub, KIM, two.left.id, two.right.id, Verdict.DIFFERENT)
    assert item_of(hub, two.left.id, two.right.id) is None
    with hub.store.view() as view:
        link = view.link(two.left_record, two.right_record)
        assert link is not None
        assert link.colour is Colour.GREEN
    noted = decide(
        hub, KIM, three.left.id, three.right.id, Verdict.UNSURE, comment="ask the registry"
    )
    assert noted.state is State.NOTED
    left = item_of(hub, three.left.id, three.right.id)
    assert left is not None
    assert left.reason is Reason.UNSURE
    assert left.worth < three.worth
    assert "ask the registry" in left.why


def test_a_merge_three_deep_is_undone_from_any_level(hub: Hub) -> None:
    """Four entities become one by three decisions; undoing the last, then the one before, brings each back."""
    before = derived(hub)
    lone = [item for item in items(hub) if item.reason is Reason.BORDERLINE]
    names = list(dict.fromkeys(side for item in lone for side in (item.left.id, item.right.id)))[:4]
    states = [before]
    numbers = []
    for other in names[1:]:
        numbers.append(decide(hub, KIM, names[0], other, Verdict.SAME, reason="chain").numbers[0])
        states.append(derived(hub))
    assert len({entity_of(hub, one) for one in names}) == 1
    with pytest.raises(InputError):
        undo(hub, KIM, 10_000)
    for number, state in zip(reversed(numbers), reversed(states[:-1]), strict=True):
        undo(hub, KIM, number)
        assert derived(hub) == state


def test_the_first_of_three_merges_is_undone_beneath_the_others(hub: Hub) -> None:
    lone = [item for item in items(hub) if item.reason is Reason.BORDERLINE]
    names = list(dict.fromkeys(side for item in lone for side in (item.left.id, item.right.id)))[:4]
    held = {}
    for one in names:
        with hub.store.view() as view:
            found = view.entity(one)
            assert found is not None
            held[one] = found.records
    numbers = [decide(hub, KIM, names[0], other, Verdict.SAME).numbers[0] for other in names[1:]]
    undo(hub, LEE, numbers[0])
    assert entity_of(hub, held[names[1]][0]) != entity_of(hub, held[names[0]][0])
    together = {entity_of(hub, held[one][0]) for one in (names[0], names[2], names[3])}
    assert len(together) == 1


def test_an_undoing_can_be_undone_and_only_the_last_word_can(hub: Hub) -> None:
    item = first(hub)
    before = derived(hub)
    number = decide(hub, KIM, item.left.id, item.right.id, Verdict.SAME).numbers[0]
    merged = derived(hub)
    back = undo(hub, KIM, number)
    assert derived(hub) == before
    with pytest.raises(NotAllowedError, match="undone already"):
        undo(hub, KIM, number)
    again = undo(hub, KIM, back.numbers[0])
    assert derived(hub)["members"] == merged["members"]
    with pytest.raises(NotAllowedError):
        undo(hub, KIM, back.numbers[0])
    undo(hub, KIM, again.numbers[0])
    assert derived(hub) == before


def test_a_later_decision_is_undone_first(hub: Hub) -> None:
    item = first(hub)
    one = decide(hub, KIM, item.left_record, item.right_record, Verdict.DIFFERENT).numbers[0]
    two = decide(hub, LEE, item.left_record, item.right_record, Verdict.SAME, over=[one]).numbers[0]
    with pytest.raises(NotAllowedError, match=f"undo decision {two} first"):
        undo(hub, KIM, one)
    undo(hub, KIM, two)
    standing = {view.number: view.standing for view in decisions_on(hub, [item.left_record])}
    assert standing[two] is Standing.UNDONE
    assert item_of(hub, item.left.id, item.right.id) is None
    undo(hub, KIM, one)
    assert item_of(hub, item.left.id, item.right.id) is not None


def test_two_stewards_at_once(open_hub: Open) -> None:
    """Two processes decide the same pairs at the same time: each pair is decided once, the other is told by whom."""
    hubs = open_hub(), open_hub()
    shown = items(hubs[0])[:6]
    seen = {item.key: pair_view(hubs[0], item.left.id, item.right.id).seen for item in shown}
    told: dict[str, list[object]] = {item.key: [] for item in shown}
    barrier = threading.Barrier(2)

    def work(hub: Hub, steward: Steward, verdict: Verdict) -> None:
        for item in shown:
            barrier.wait(timeout=60)
            try:
                done = decide(
                    hub, steward, item.left.id, item.right.id, verdict, seen=seen[item.key]
                )
                told[item.key].append(done.numbers)
            except (DecidedMeanwhileError, RetiredMeanwhileError, ContradictionError) as error:
                told[item.key].append(error)

    threads = [
        threading.Thread(target=work, args=(hubs[0], KIM, Verdict.SAME)),
        threading.Thread(target=work, args=(hubs[1], LEE, Verdict.DIFFERENT)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    for item in shown:
        assert len(told[item.key]) == 2
        refusals = [one for one in told[item.key] if isinstance(one, DecidedMeanwhileError)]
        taken = [one for one in told[item.key] if isinstance(one, tuple)]
        assert len(taken) <= 1
        if taken and refusals:
            assert refusals[0].by.number in taken[0]
            assert refusals[0].by.who in ("kim", "lee")
    assert any(isinstance(one, tuple) for both in told.values() for one in both)


def test_two_next_items_are_two(open_hub: Open) -> None:
    hubs = open_hub(), open_hub()
    kims, lees = next_item(hubs[0], KIM), next_item(hubs[1], LEE)
    assert kims is not None
    assert lees is not None
    assert kims.key != lees.key
    with pytest.raises(HeldError, match="kim"):
        hold(hubs[1], LEE, kims.left.id, kims.right.id)
    with pytest.raises(HeldError, match="kim"):
        decide(hubs[1], LEE, kims.left.id, kims.right.id, Verdict.SAME)
    later = next_item(hubs[0], KIM, after=kims.key)
    assert later is not None
    assert later.key not in (kims.key, lees.key)


def test_a_lapsed_lease_is_free(hub: Hub) -> None:
    kims = next_item(hub, KIM, rules=Rules(lease_seconds=0))
    lees = next_item(hub, LEE)
    assert kims is not None
    assert lees is not None
    assert kims.key == lees.key


def test_what_happened_meanwhile_is_told(hub: Hub) -> None:
    item = first(hub)
    seen = pair_view(hub, item.left.id, item.right.id).seen
    number = decide(hub, LEE, item.left.id, item.right.id, Verdict.DIFFERENT).numbers[0]
    with pytest.raises(
        DecidedMeanwhileError, match="lee has decided this pair meanwhile: different"
    ) as caught:
        decide(hub, KIM, item.left.id, item.right.id, Verdict.SAME, seen=seen)
    assert caught.value.by.number == number


def test_a_retired_entity_is_told(hub: Hub) -> None:
    """Two pairs share an entity: the first decision merges it away, the second was prepared before that."""
    item, other = items(hub)[:2]
    third = other.left.id
    seen = {one: pair_view(hub, one, third).seen for one in (item.left.id, item.right.id)}
    merged = decide(hub, LEE, item.left.id, item.right.id, Verdict.SAME)
    gone = next(name for name in seen if name != merged.entity)
    version = hub.store.version
    with pytest.raises(RetiredMeanwhileError) as caught:
        decide(hub, KIM, gone, third, Verdict.SAME, seen=seen[gone])
    assert caught.value.into == merged.entity
    with pytest.raises(ChangedMeanwhileError, match="records came to it"):
        decide(hub, KIM, merged.entity, third, Verdict.SAME, seen=seen[merged.entity])
    with pytest.raises(RetiredMeanwhileError, match="by lee"):
        pair_view(hub, gone, merged.entity)
    assert hub.store.version == version


def test_a_contradiction_shows_the_triangle_and_how_to_settle_it(hub: Hub) -> None:
    names = list(
        dict.fromkeys(side for item in items(hub) for side in (item.left.id, item.right.id))
    )[:3]
    turned = zip(names, names[1:] + names[:1], strict=True)
    a, b, c = (pair_view(hub, left, right).left.records[0].record for left, right in turned)
    one = decide(hub, KIM, a, b, Verdict.SAME).numbers[0]
    two = decide(hub, LEE, a, c, Verdict.DIFFERENT).numbers[0]
    version = hub.store.version
    with pytest.raises(ContradictionError) as caught:
        decide(hub, MO, b, c, Verdict.SAME)
    assert hub.store.version == version
    decisions = [tie.decision.number if tie.decision else 0 for tie in caught.value.chain]
    assert (one in decisions, two in decisions) == (True, True)
    assert caught.value.settle == (two,)
    assert "lee" in caught.value.line()
    settled = decide(hub, MO, b, c, Verdict.SAME, over=caught.value.settle)
    assert settled.entity
    assert len({entity_of(hub, one) for one in (a, b, c)}) == 1
    with pytest.raises(ContradictionError) as caught:
        decide(hub, LEE, b, c, Verdict.DIFFERENT)
    assert one in caught.value.settle


def test_red_merges_when_a_second_steward_confirms(hub: Hub) -> None:
    item = first(hub)
    before = derived(hub)
    said = decide(hub, KIM, item.left.id, item.right.id, Verdict.RED, reason="two passports")
    assert said.state is State.WAITS
    assert entity_of(hub, item.left_record) != entity_of(hub, item.right_record)
    waits = item_of(hub, item.left.id, item.right.id)
    assert waits is not None
    assert waits.reason is Reason.RED
    assert [one.number for one in pending(hub)] == list(said.numbers)
    with pytest.raises(NotAllowedError, match="another steward"):
        decide(hub, KIM, item.left.id, item.right.id, Verdict.RED)
    assert all(other.key != waits.key for other in waiting(hub, steward=KIM, limit=1000).items)
    confirmed = decide(hub, LEE, item.left.id, item.right.id, Verdict.RED)
    assert confirmed.state is State.DONE
    assert entity_of(hub, item.left_record) == entity_of(hub, item.right_record)
    with hub.store.view() as view:
        link = view.link(item.left_record, item.right_record)
        assert link is not None
        assert link.colour is Colour.RED
    # undoing it takes two as well
    asked = undo(hub, KIM, said.numbers[0])
    assert asked.state is State.WAITS
    assert entity_of(hub, item.left_record) == entity_of(hub, item.right_record)
    with pytest.raises(NotAllowedError):
        confirm(hub, KIM, asked.numbers[0])
    confirm(hub, LEE, asked.numbers[0])
    assert pending(hub) == ()
    assert derived(hub) == before


def test_ones_own_unconfirmed_decision_is_undone_alone(hub: Hub) -> None:
    item = first(hub)
    before = derived(hub)
    said = decide(hub, KIM, item.left.id, item.right.id, Verdict.RED)
    with pytest.raises(NotAllowedError, match="kim's"):
        undo(hub, LEE, said.numbers[0])
    assert undo(hub, KIM, said.numbers[0]).state is State.DONE
    assert pending(hub) == ()
    assert derived(hub) == before


def test_four_eyes_by_rule(hub: Hub) -> None:
    rules = Rules(agencies=True)
    item = next(item for item in items(hub) if len({*item.left.agencies, *item.right.agencies}) > 1)
    before = derived(hub)
    shown = pair_view(hub, item.left.id, item.right.id, rules=rules)
    assert "agencies" in shown.needs_second[0]
    said = decide(hub, KIM, item.left.id, item.right.id, Verdict.SAME, rules=rules, seen=shown.seen)
    assert said.state is State.WAITS
    waits = item_of(hub, item.left.id, item.right.id)
    assert waits is not None
    assert (waits.reason, "kim" in waits.why) == (Reason.SECOND, True)
    done = confirm(hub, LEE, said.numbers[0])
    assert done.state is State.DONE
    assert entity_of(hub, item.left_record) == entity_of(hub, item.right_record)
    other = undo(hub, MO, done.numbers[0], rules=rules)
    assert other.state is State.WAITS
    confirm(hub, KIM, other.numbers[0])
    assert derived(hub) == before


def test_a_second_steward_who_disagrees_decides_anew(hub: Hub) -> None:
    rules = Rules(records=1)
    item = first(hub)
    decide(hub, KIM, item.left.id, item.right.id, Verdict.SAME, rules=rules)
    other = decide(hub, LEE, item.left.id, item.right.id, Verdict.DIFFERENT, rules=rules)
    assert other.state is State.WAITS
    assert [one.who for one in pending(hub)] == ["lee"]
    done = decide(hub, KIM, item.left.id, item.right.id, Verdict.DIFFERENT, rules=rules)
    assert done.state is State.DONE
    assert item_of(hub, item.left.id, item.right.id) is None


def test_another_verdict_takes_the_place_of_what_waits_and_unsure_does_not(hub: Hub) -> None:
    item = next(item for item in items(hub) if item.pairs > 1)
    # on other records of the two than the strongest pair
    with hub.store.view() as view:
        left, right = (view.entity(side.id) for side in (item.left, item.right))
    assert left is not None
    assert right is not None
    said = decide(hub, KIM, max(left.records), max(right.records), Verdict.RED)
    with pytest.raises(NotAllowedError, match="goes on waiting"):
        decide(hub, LEE, item.left.id, item.right.id, Verdict.UNSURE)
    assert [one.number for one in pending(hub)] == list(said.numbers)
    decide(hub, LEE, item.left.id, item.right.id, Verdict.DIFFERENT)
    assert pending(hub) == ()
    assert item_of(hub, item.left.id, item.right.id) is None


def test_a_preview_tells_what_happens_and_changes_nothing(hub: Hub) -> None:
    for item in items(hub)[:4]:
        before = derived(hub)
        would = preview(hub, KIM, item.left.id, item.right.id, Verdict.SAME)
        assert derived(hub) == before
        assert {item.left.id, item.right.id} <= {one.id for one in would.before}
        outcome = decide(hub, KIM, item.left.id, item.right.id, Verdict.SAME)
        after = derived(hub)["members"]
        for cluster in would.after:
            assert {after[record] for record in cluster.records} == {cluster.id}
        assert outcome.entity in {cluster.id for cluster in would.after}
        undo(hub, KIM, outcome.numbers[0])


def test_a_preview_of_red_shows_the_merge_though_it_waits(hub: Hub) -> None:
    item = first(hub)
    would = preview(hub, KIM, item.left.id, item.right.id, Verdict.RED)
    assert any(
        {item.left_record, item.right_record} <= set(cluster.records) for cluster in would.after
    )
    assert would.waits
    assert log_length(hub) == 0


def test_bulk_takes_each_by_itself(hub: Hub) -> None:
    chosen = items(hub)[:5]
    decide(hub, LEE, chosen[0].left.id, chosen[0].right.id, Verdict.SAME)
    came = bulk(hub, KIM, chosen, Verdict.DIFFERENT, reason="common names")
    assert len(came.done) + len(came.refused) == 5
    assert came.refused[0][:2] == (chosen[0].left.id, chosen[0].right.id)
    assert all(one.state is State.DONE for one in came.done)


def test_the_timeline_tells_all(hub: Hub) -> None:
    item = first(hub)
    outcome = decide(
        hub, KIM, item.left.id, item.right.id, Verdict.SAME, reason="same dob", comment="and place"
    )
    rows = timeline(hub, outcome.entity)
    assert {"decision", "merged", "list", "born"} <= {row.kind for row in rows}
    decision = next(row for row in rows if row.decision == outcome.numbers[0])
    assert (decision.kind, decision.who, decision.undoable) == ("decision", "kim", True)
    assert "same dob, and place" in decision.text
    undo(hub, KIM, outcome.numbers[0])
    assert any(row.kind == "split" for row in timeline(hub, outcome.entity))
