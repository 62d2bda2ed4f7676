"""What two stewards decided takes two stewards to take back, whatever way somebody tries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from resolver.hub.hub import Hub
from resolver.records import Record
from resolver.records.decisions import Decision, Verdict
from resolver.records.record import Identifier
from resolver.review import (
    DecisionNotAllowedError,
    DecisionOutcome,
    DecisionRequest,
    DecisionState,
    DecisionStatus,
    Steward,
    StewardVerdict,
    confirm_decision,
    decide_pair,
    find_item,
    list_decisions,
    list_pending,
    preview_decision,
    preview_split,
    split_entity,
    undo_decision,
)
from tests.hub.hubs import NOON, Stores, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record
from tests.review.tables import entity_of

SAME, DIFFERENT = StewardVerdict.SAME, StewardVerdict.DIFFERENT
UNSURE, RED = StewardVerdict.UNSURE, StewardVerdict.RED
A, B, C, D = (Steward(name, "aa") for name in "abcd")


def people() -> list[Record]:
    passport = [Identifier("passportNumber", "A4419207", "")]
    ana = [
        record(f"v:{n}", name="Ana Huanca", birthDate="1962-02-11", identifiers=passport)
        for n in (1, 2, 3)
    ]
    others = (
        ("v:4", "Boris Zelenko", "1944-07-01"),
        ("v:5", "Lucia Ferreira", "1971-10-10"),
        ("v:6", "Chen Wei", "1988-03-03"),
    )
    return [*ana, *(record(key, name=name, birthDate=born) for key, name, born in others)]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture
def hub(stores: Stores) -> Iterator[Hub]:
    with stores.new() as opened:
        opened.add(make_intake(people()))
        yield opened


def decide(
    hub: Hub, pair: str, verdict: StewardVerdict, steward: Steward, *over: str
) -> DecisionOutcome:
    left, right = (f"v:{number}" for number in pair.split())
    return decide_pair(hub, DecisionRequest(steward, left, right, verdict, "r", over=over))


def decide_by_two(hub: Hub, pair: str, verdict: StewardVerdict) -> str:
    """Return the id of the decision of the first of two stewards."""
    first = decide(hub, pair, verdict, A).ids[0]
    confirm_decision(hub, B, first)
    return first


def logged(hub: Hub) -> tuple[str, ...]:
    """Return the ids of all decisions, to be withdrawn by another one."""
    with hub.store.view() as view:
        return tuple(stored.id for stored in view.decisions())


def are_one(hub: Hub, left: str = "v:4", right: str = "v:5") -> bool:
    return entity_of(hub, left) == entity_of(hub, right)


def test_a_repeated_red_changes_nothing_and_takes_nothing_back(hub: Hub) -> None:
    decide_by_two(hub, "4 5", RED)
    again = decide(hub, "4 5", RED, B)
    assert (again.state, list_pending(hub)) == (DecisionState.DONE, ())
    undone = undo_decision(hub, B, again.ids[0])
    assert (undone.state, list_pending(hub), are_one(hub)) == (DecisionState.DONE, (), True)
    assert "still stands: red" in undone.message
    with pytest.raises(DecisionNotAllowedError, match="undone already"):
        undo_decision(hub, B, again.ids[0])


def test_what_a_third_steward_repeats_is_not_undone_behind_their_back(hub: Hub) -> None:
    first = decide_by_two(hub, "4 5", RED)
    again = decide(hub, "4 5", RED, C).ids[0]
    with pytest.raises(DecisionNotAllowedError, match=f"{again} by c .red.* came after"):
        undo_decision(hub, A, first)
    assert undo_decision(hub, C, again).state is DecisionState.DONE
    waits = undo_decision(hub, A, first)
    confirm_decision(hub, B, waits.ids[0])
    assert not are_one(hub)


def test_a_decision_on_a_record_that_was_withdrawn_can_be_confirmed(hub: Hub) -> None:
    decide_by_two(hub, "4 5", RED)
    waits = decide(hub, "4 5", DIFFERENT, C, *logged(hub))
    assert waits.state is DecisionState.WAITING
    hub.withdraw(["v:4"])
    assert confirm_decision(hub, D, waits.ids[0]).state is DecisionState.DONE
    hub.add(make_intake(people()))
    assert not are_one(hub)


def test_decisions_over_those_of_two_wait(hub: Hub) -> None:
    first = decide_by_two(hub, "4 5", RED)
    decide(hub, "5 6", SAME, A)
    over = logged(hub)
    request = DecisionRequest(C, "v:4", "v:6", DIFFERENT, over=over)
    assert preview_decision(hub, request).second_reasons
    assert {len(cluster.records) for cluster in preview_decision(hub, request).after} == {1}
    waits = decide(hub, "4 6", DIFFERENT, C, *over)
    assert waits.state is DecisionState.WAITING
    assert are_one(hub)
    assert are_one(hub, "v:5", "v:6")
    # and all of it counts once somebody else has confirmed it
    confirm_decision(hub, D, waits.ids[0])
    assert not are_one(hub)
    assert not are_one(hub, "v:4", "v:6")
    back = undo_decision(hub, C, waits.ids[0])
    assert back.state is DecisionState.WAITING
    confirm_decision(hub, A, back.ids[0])
    assert are_one(hub)
    assert are_one(hub, "v:5", "v:6")
    assert list_pending(hub) == ()
    assert undo_decision(hub, D, first).state is DecisionState.WAITING


def test_no_part_of_an_act_takes_effect_while_the_rest_waits(hub: Hub) -> None:
    """One steward takes back a decision of two, another withdraws it for the sake of more."""
    first = decide_by_two(hub, "4 5", RED)
    decide_by_two(hub, "5 6", RED)
    back = undo_decision(hub, C, first)
    with pytest.raises(DecisionNotAllowedError, match=f"{back.ids[0]} on some of these .* waits"):
        decide(hub, "4 6", DIFFERENT, D, *logged(hub))
    assert are_one(hub)
    undo_decision(hub, C, back.ids[0])
    assert decide(hub, "4 6", DIFFERENT, D, *logged(hub)).state is DecisionState.WAITING


@pytest.mark.parametrize("way", ["different", "unsure", "file", "split", "undo"])
def test_one_steward_takes_back_no_decision_of_two(hub: Hub, way: str) -> None:
    first = decide_by_two(hub, "4 5", RED)
    if way == "file":
        hub.add(
            make_intake([]),
            [Decision("v:4", "v:5", Verdict.DIFFERENT, "c", NOON.replace(year=2200))],
        )
    elif way == "split":
        assert preview_split(hub, C, "v:4", ["v:4"]).second_reasons
        split_entity(hub, C, "v:4", ["v:4"], "r")
    elif way == "undo":
        undo_decision(hub, C, first)
    else:
        decide(hub, "4 5", StewardVerdict(way), C, *logged(hub))
    assert are_one(hub)
    (pending,) = list_pending(hub)
    confirm_decision(hub, D, pending.id)
    assert not are_one(hub)
    assert list_pending(hub) == ()


def test_a_decision_of_two_that_is_reopened_takes_two(hub: Hub) -> None:
    decide_by_two(hub, "4 5", RED)
    old = people()[3]
    changed = record("v:4", name="Somebody Else", birthDate="1999-01-01")
    hub.add(make_intake([changed]))
    assert not are_one(hub)
    waits = decide(hub, "4 5", DIFFERENT, C)
    assert waits.state is DecisionState.WAITING
    confirm_decision(hub, D, waits.ids[0])
    back = undo_decision(hub, C, waits.ids[0])
    assert back.state is DecisionState.WAITING
    done = confirm_decision(hub, A, back.ids[0])
    assert list_pending(hub) == ()
    # as it was: reopened, in the queue again, and closed once the record is what it was
    item = find_item(hub, entity_of(hub, "v:4"), entity_of(hub, "v:5"))
    assert item is not None
    assert str(item.reason) == "reopened"
    hub.add(make_intake([old]))
    assert are_one(hub), done.message


def test_an_undo_says_that_what_it_brings_back_is_reopened(hub: Hub) -> None:
    first = decide(hub, "4 5", SAME, A).ids[0]
    undone = undo_decision(hub, A, first)
    hub.add(make_intake([record("v:4", name="Somebody Else", birthDate="1999-01-01")]))
    back = undo_decision(hub, A, undone.ids[0])
    assert not are_one(hub)
    assert f"Decision {first} (the same) is back, but it is reopened" in back.message


def test_withdrawing_what_waits_leaves_the_decision_of_two(hub: Hub) -> None:
    decide_by_two(hub, "4 5", RED)
    waits = decide(hub, "4 5", DIFFERENT, C, *logged(hub))
    assert waits.state is DecisionState.WAITING
    withdrawn = undo_decision(hub, C, waits.ids[0])
    assert (withdrawn.state, list_pending(hub), are_one(hub)) == (DecisionState.DONE, (), True)
    with pytest.raises(DecisionNotAllowedError, match="never took effect"):
        undo_decision(hub, C, withdrawn.ids[0])


def test_withdrawing_what_waits_brings_back_what_waited_before(hub: Hub) -> None:
    """An act on two pairs waits for both again, so that no part of it is confirmed alone."""
    decide_by_two(hub, "4 5", RED)
    decide_by_two(hub, "5 6", RED)
    split = split_entity(hub, C, entity_of(hub, "v:5"), ["v:5"], "r")
    assert split.state is DecisionState.WAITING
    pending = list_pending(hub)
    later = decide(hub, "4 5", UNSURE, C)
    assert later.state is DecisionState.WAITING
    undo_decision(hub, C, later.ids[0])
    assert list_pending(hub) == pending
    confirm_decision(hub, D, pending[0].id)
    assert not are_one(hub)
    assert not are_one(hub, "v:5", "v:6")
    assert list_pending(hub) == ()


def test_an_undo_brings_back_what_waited_before(hub: Hub) -> None:
    red = decide(hub, "4 5", RED, A).ids[0]
    apart = decide(hub, "4 5", DIFFERENT, B).ids[0]
    assert list_pending(hub) == ()
    undone = undo_decision(hub, B, apart).ids[0]
    assert [row.id for row in list_pending(hub)] == [red]
    item = find_item(hub, entity_of(hub, "v:4"), entity_of(hub, "v:5"))
    assert item is not None
    assert str(item.reason) == "red"
    # what waits again is older than the undo, which can be undone itself
    again = undo_decision(hub, B, undone).ids[0]
    assert list_pending(hub) == ()
    undo_decision(hub, B, again)
    confirm_decision(hub, C, red)
    assert are_one(hub)


def test_a_log_copied_to_another_store_keeps_what_it_takes_back(hub: Hub, stores: Stores) -> None:
    decide(hub, "4 5", RED, A)
    undo_decision(hub, B, decide(hub, "4 5", DIFFERENT, B).ids[0])
    assert decide(hub, "4 5", RED, C).state is DecisionState.DONE
    with hub.store.view() as view:
        log = [stored.decision for stored in view.decisions()]
    hub.rebuild()
    assert are_one(hub)
    with stores.new() as other:
        other.add(make_intake(people()), log)
        other.rebuild()
        assert are_one(other)
        with other.store.view() as view:
            assert [stored.decision.undoes for stored in view.decisions()] == [0, 0, 2, 0]


def test_a_second_red_within_one_entity_confirms_the_first(hub: Hub) -> None:
    assert are_one(hub, "v:1", "v:2")
    assert decide(hub, "1 2", RED, A).state is DecisionState.WAITING
    with pytest.raises(DecisionNotAllowedError, match="another steward"):
        decide(hub, "1 2", RED, A)
    assert decide(hub, "1 2", RED, B).state is DecisionState.DONE
    assert list_pending(hub) == ()


def test_two_stewards_undo_by_the_same_step(hub: Hub) -> None:
    first = decide_by_two(hub, "4 5", RED)
    assert undo_decision(hub, A, first).state is DecisionState.WAITING
    shown = [row.status for row in list_decisions(hub, ["v:4"], A.viewer)]
    assert shown[:2] == [DecisionStatus.WAITING, DecisionStatus.ACTIVE]
    assert undo_decision(hub, C, first).state is DecisionState.DONE
    assert not are_one(hub)


def test_undos_of_undos_to_any_depth(hub: Hub) -> None:
    ids = [decide(hub, "4 5", SAME, A).ids[0]]
    for expected in (False, True, False, True, False):
        ids.append(undo_decision(hub, A, ids[-1]).ids[0])
        assert are_one(hub) is expected
        with pytest.raises(DecisionNotAllowedError):
            undo_decision(hub, A, ids[0] if not expected else ids[-2])
    apart = decide(hub, "4 5", DIFFERENT, A).ids[0]
    with pytest.raises(DecisionNotAllowedError, match="came after"):
        undo_decision(hub, A, ids[-1])
    undo_decision(hub, A, apart)
    assert not are_one(hub)
    undo_decision(hub, A, ids[-1])
    assert are_one(hub)


def test_an_undo_that_was_taken_back_and_made_again_is_undone_by_the_last(hub: Hub) -> None:
    first = decide(hub, "4 5", SAME, A).ids[0]
    undo = undo_decision(hub, A, first).ids[0]
    redo = undo_decision(hub, A, undo).ids[0]
    again = undo_decision(hub, A, first).ids[0]
    with pytest.raises(DecisionNotAllowedError, match=f"{undo} is undone already, by .* {redo}"):
        undo_decision(hub, A, undo)
    assert not are_one(hub)
    undo_decision(hub, A, again)
    assert are_one(hub)


def test_an_undo_to_a_confirmed_state_stays_with_two(hub: Hub) -> None:
    """Whatever they do, alternating stewards never part what two have confirmed alone."""
    first = decide_by_two(hub, "4 5", RED)
    undo = undo_decision(hub, A, first)
    confirm_decision(hub, B, undo.ids[0])
    assert not are_one(hub)
    redo = undo_decision(hub, C, undo.ids[0])
    assert (redo.state, are_one(hub)) == (DecisionState.WAITING, False)
    confirm_decision(hub, D, redo.ids[0])
    assert are_one(hub)
    decide(hub, "4 5", UNSURE, C)
    with pytest.raises(DecisionNotAllowedError, match="another steward"):
        decide(hub, "4 5", UNSURE, Steward("C", "bb"))
    assert are_one(hub)
