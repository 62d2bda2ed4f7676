"""Reopened decisions: a record is sent again as somebody else, and stewards decide anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resolver.hub.hub import Hub
from resolver.records import Handling, Identifier, Record
from resolver.records.decisions import Verdict
from resolver.review import (
    DecisionRequest,
    DecisionState,
    QueueReason,
    Steward,
    StewardVerdict,
    build_pair_view,
    confirm_decision,
    decide_pair,
    find_item,
    list_decisions,
    list_pending,
    load_timeline,
    undo_decision,
)
from resolver.review.models import DecisionStatus
from tests.hub.hubs import make_decision, make_intake
from tests.records.samples import record
from tests.review.tables import derived, entity_of, items

pytestmark = pytest.mark.slow

KIM, LEE = Steward("kim"), Steward("lee")
LEFT, RIGHT = "alpha:1", "beta:1"
KARIM = record(
    LEFT,
    name="Karim Haddad",
    gender="male",
    birthDate="1971-04-02",
    identifiers=[Identifier("passportNumber", "X1234567", "sy")],
)
OTHER = record(RIGHT, name="Abu Samir Al Dimashqi", gender="male")
SOMEBODY_ELSE = record(
    LEFT,
    name="Olga Petrova",
    gender="female",
    birthDate="1988-12-24",
    identifiers=[Identifier("passportNumber", "Y7654321", "ru")],
)


def send(hub: Hub, *records: Record) -> None:
    hub.add(make_intake(records))


def decide(hub: Hub, verdict: StewardVerdict, steward: Steward = KIM) -> str:
    request = DecisionRequest(steward, LEFT, RIGHT, verdict, "asked their agency")
    return decide_pair(hub, request).ids[0]


def is_one(hub: Hub) -> bool:
    return entity_of(hub, LEFT) == entity_of(hub, RIGHT)


def test_same_does_not_outlive_the_person(hub: Hub) -> None:
    send(hub, KARIM, OTHER)
    decide(hub, StewardVerdict.SAME)
    assert is_one(hub)
    send(hub, SOMEBODY_ELSE)
    assert not is_one(hub)
    item = find_item(hub, LEFT, RIGHT)
    assert item is not None
    assert item.reason is QueueReason.REOPENED
    assert item.why.startswith(
        "reopened: record alpha:1 changed its name from Karim Haddad to Olga Petrova, "
        "birth date from 1971-04-02 to 1988-12-24, gender from male to female, "
        "passport number from X1234567 to Y7654321, after kim said same (asked their agency) on 20"
    )
    assert item.since
    assert (item.left_record, item.right_record) == (LEFT, RIGHT)
    shown = build_pair_view(hub, LEFT, RIGHT)
    assert (shown.reason, shown.why) == (QueueReason.REOPENED, item.why)
    assert [decision.status for decision in shown.decisions] == [DecisionStatus.REOPENED]
    assert any("reopened since: record alpha:1" in row.text for row in load_timeline(hub, LEFT))


def test_small_changes_reopen_nothing(hub: Hub) -> None:
    send(hub, KARIM, OTHER)
    decide(hub, StewardVerdict.SAME)
    small = record(LEFT, name=["Karim Haddad", "Olga Petrova"], notes="travels", program="SDGT")
    send(hub, replace(small, identifiers=KARIM.identifiers))
    assert is_one(hub)
    (decision,) = list_decisions(hub, [LEFT])
    assert (decision.status, decision.reopened) == (DecisionStatus.ACTIVE, "")
    hub.refresh()
    hub.rebuild()
    assert is_one(hub)


def test_change_is_measured_from_what_the_decision_saw(hub: Hub) -> None:
    """Send small steps that together make somebody else, then the first version again."""
    send(hub, KARIM, OTHER)
    decide(hub, StewardVerdict.SAME)
    before = derived(hub)
    send(hub, record(LEFT, name=["Karim Haddad", "Olga Petrova"]))
    assert is_one(hub)
    send(hub, record(LEFT, name="Olga Petrova"))
    assert not is_one(hub)
    hub.rebuild()
    assert not is_one(hub)
    send(hub, KARIM)
    assert is_one(hub)
    assert derived(hub)["members"] == before["members"]
    assert find_item(hub, LEFT, RIGHT) is None


@pytest.mark.parametrize("verdict", [StewardVerdict.SAME, StewardVerdict.DIFFERENT])
def test_steward_decides_a_reopened_pair_anew(hub: Hub, verdict: StewardVerdict) -> None:
    send(hub, KARIM, OTHER)
    first = decide(hub, StewardVerdict.SAME)
    send(hub, SOMEBODY_ELSE)
    second = decide(hub, verdict, LEE)
    assert is_one(hub) == (verdict is StewardVerdict.SAME)
    assert find_item(hub, LEFT, RIGHT) is None
    status = {decision.id: decision.status for decision in list_decisions(hub, [LEFT])}
    assert status == {first: DecisionStatus.REPLACED, second: DecisionStatus.ACTIVE}
    # the undo brings the first decision back as it was: reopened
    undo_decision(hub, LEE, second)
    assert not is_one(hub)
    item = find_item(hub, LEFT, RIGHT)
    assert item is not None
    assert item.reason is QueueReason.REOPENED
    undo_decision(hub, KIM, list_decisions(hub, [LEFT])[0].id)
    assert is_one(hub) == (verdict is StewardVerdict.SAME)


def test_different_keeps_apart_and_is_reviewed(hub: Hub) -> None:
    twin = replace(KARIM, id=RIGHT, source="beta")
    send(hub, KARIM, replace(twin, identifiers=()))
    decide(hub, StewardVerdict.DIFFERENT)
    send(hub, SOMEBODY_ELSE)
    assert not is_one(hub)
    # nothing speaks for one person, so a review would change nothing
    assert find_item(hub, LEFT, RIGHT) is None
    send(hub, replace(SOMEBODY_ELSE, id=RIGHT, source="beta"))
    assert not is_one(hub)
    item = find_item(hub, LEFT, RIGHT)
    assert item is not None
    assert item.reason is QueueReason.REOPENED
    assert "record alpha:1 changed its name" in item.why
    assert "; record beta:1 changed its name" in item.why
    assert "after kim said different" in item.why
    decide(hub, StewardVerdict.SAME, LEE)
    assert is_one(hub)


def test_second_steward_confirms_only_what_the_first_saw(hub: Hub) -> None:
    send(hub, KARIM, OTHER)
    number = decide(hub, StewardVerdict.RED)
    send(hub, SOMEBODY_ELSE)
    assert list_pending(hub) == ()
    item = find_item(hub, LEFT, RIGHT)
    assert item is not None
    assert item.reason is QueueReason.REOPENED
    with pytest.raises(Exception, match="does not wait"):
        confirm_decision(hub, LEE, number)
    request = DecisionRequest(LEE, LEFT, RIGHT, StewardVerdict.RED, "two passports")
    assert decide_pair(hub, request).state is DecisionState.WAITING
    assert not is_one(hub)
    assert decide_pair(hub, replace(request, steward=KIM)).state is DecisionState.DONE
    assert is_one(hub)


def test_unsure_leaves_the_reopened_pair_unsure(hub: Hub) -> None:
    send(hub, KARIM, OTHER)
    decide(hub, StewardVerdict.SAME)
    send(hub, SOMEBODY_ELSE)
    decide(hub, StewardVerdict.UNSURE, LEE)
    assert not is_one(hub)
    (latest, *_) = list_decisions(hub, [LEFT])
    assert latest.verdict is StewardVerdict.UNSURE
    item = find_item(hub, LEFT, RIGHT)
    assert item is None or item.reason is QueueReason.UNSURE


def test_values_of_another_handling_code_are_not_told(hub: Hub) -> None:
    hidden = replace(KARIM, handling=Handling("alpha", "H1"))
    send(hub, hidden, OTHER)
    hub.decide([make_decision((LEFT, RIGHT), Verdict.SAME, 0)])
    send(hub, SOMEBODY_ELSE)
    waiting = [item for item in items(hub) if item.reason is QueueReason.REOPENED]
    assert [item.why for item in waiting] == [
        "reopened: record alpha:1 changed its name, birth date, gender, passport number, "
        "after kim said same on 2026-03-01"
    ]
