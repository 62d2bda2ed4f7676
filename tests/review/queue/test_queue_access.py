"""Visibility in review: handling codes hide records, their pairs, and decisions on them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from resolver.errors import UnknownIdError
from resolver.hub.hub import Hub
from resolver.records import Handling, Identifier, Value
from resolver.records.decisions import Verdict
from resolver.records.visibility import OPERATOR, STRANGER
from resolver.review import (
    DecisionRequest,
    QueueItem,
    RetiredMeanwhileError,
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
from resolver.review.queue_filters import excluded_marks, guard_marks
from resolver.store import EventKind
from tests.hub.hubs import Stores, make_decision, make_intake, seed_population
from tests.matching.preparing import quick_symbols
from tests.records.samples import record
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


def test_a_pair_is_shown_as_in_a_store_without_hidden_records(stores: Stores) -> None:
    passport = [Identifier("passportNumber", "A1B2C3", "pl")]
    person = record("a:0", name="Zbigniew Brzezinski", nationality="pl")
    people = [
        replace(person, id=f"a:{number}", values=(*person.values, Value("birthDate", date)))
        for number, date in enumerate(("1932-01-02", "1939-02-05", "1946-03-08"))
    ]
    people[0] = replace(people[0], identifiers=tuple(passport))
    hidden = replace(
        person, id="h:1", source="h", identifiers=tuple(passport), handling=Handling("aa", "H3")
    )
    shown = []
    for more in ((), people[0].values[-1:], (Value("phone", "+48 22 555 0101"),)):
        twin = replace(hidden, values=(*person.values, *more))
        with quick_symbols("resolver.matching.pipeline"), stores.new() as hub:
            seed_population(hub)
            for records in (people, [twin]):
                hub.add(make_intake(records))
                view = build_pair_view(hub, "a:0", "a:1", steward=OUTSIDER)
                assert view.evidence is not None
                request = DecisionRequest(OUTSIDER, "a:0", "a:1", StewardVerdict.DIFFERENT)
                score = view.snapshot.score, view.snapshot.band
                shown.append((score, view.evidence, view.left_others, view.right_others))
            assert len(build_pair_view(hub, "a:0", "a:1", steward=OWNER).left.records) == 2
            decide_pair(hub, request)
            with hub.store.view() as store_view:
                context = store_view.decisions()[-1].context
            assert context["logodds"] == shown[-1][1].logodds
    assert shown == shown[:1] * len(shown)
    assert [len(others) for others in shown[0][2:]] == [1, 1]


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


def test_what_is_hidden_cannot_be_decided_as_if_it_were_absent(hub: Hub) -> None:
    secret = replace(record("aa:alone", name="Zeta Verborgen"), handling=Handling("aa", "H3"))
    hub.add(make_intake([secret]))
    other = items(hub)[0].left.id
    with hub.store.view() as view:
        entity = view.entity("aa:alone")
    assert entity is not None
    for end in ("aa:alone", entity.id):
        request = DecisionRequest(OUTSIDER, end, other, StewardVerdict.SAME)
        acts: list[Callable[[], object]] = [
            partial(decide_pair, hub, request),
            partial(preview_decision, hub, request),
            partial(build_pair_view, hub, end, other, steward=OUTSIDER),
            partial(split_entity, hub, OUTSIDER, end, ["aa:alone"], "no"),
        ]
        version = hub.store.revision
        for act in acts:
            with pytest.raises(UnknownIdError, match=f"no entity or record {end}"):
                act()
        assert hub.store.revision == version


def test_pairs_of_which_all_is_hidden_now_are_as_withdrawn(hub: Hub) -> None:
    item = guard(hub, "H3")
    left, right = item.left.id, item.right.id
    with hub.store.view() as view:
        # what everybody might see has ended; the record that is hidden now has an id of its own
        (public,) = (row.entity for row in view.changes(0) if row.kind is EventKind.DISSOLVED)
        stored = view.record(item.left_record)
    assert stored is not None
    hidden, other = (left, right) if stored.record.handling.code == "H3" else (right, left)
    assert public != hidden
    for act in (decide_pair, preview_decision):
        with pytest.raises(RetiredMeanwhileError, match="all its records were withdrawn"):
            act(hub, DecisionRequest(OUTSIDER, public, other, StewardVerdict.SAME))
        with pytest.raises(UnknownIdError, match=f"no entity or record {hidden}"):
            act(hub, DecisionRequest(OUTSIDER, hidden, other, StewardVerdict.SAME))
    assert find_item(hub, left, right, viewer=OWNER.viewer) is not None
    offered = take_next_item(hub, OUTSIDER)
    assert offered is None or offered.key != item.key
    shown = build_pair_view(hub, left, right, steward=OWNER)
    assert item.left_record in [statement.record for statement in shown.left.records]
    outcome = decide_pair(
        hub, DecisionRequest(OWNER, left, right, StewardVerdict.RED, snapshot=shown.snapshot)
    )
    pending = [decision.id for decision in list_pending(hub, OWNER.viewer)]
    assert pending == list(outcome.ids)
    assert list_pending(hub, OUTSIDER.viewer) == ()
    assert list_decisions(hub, [item.left_record], OUTSIDER.viewer) == ()
    assert all(row.kind != "decision" for row in load_timeline(hub, public, OUTSIDER.viewer))
    assert any(row.kind == "decision" for row in load_timeline(hub, hidden, OWNER.viewer))
    with pytest.raises(UnknownIdError, match="no decision"):
        undo_decision(hub, OUTSIDER, outcome.ids[0])


def test_pairs_with_a_hidden_record_are_shown_and_decided_by_the_rest(hub: Hub) -> None:
    item = items(hub)[0]
    left, right = item.left.id, item.right.id
    secret = replace(record("aa:secret", name="Zeta Verborgen"), handling=Handling("aa", "H3"))
    same = make_decision(("aa:secret", item.left_record), Verdict.SAME, 1)
    hub.add(make_intake([secret]), [same])
    assert "aa:secret" in records_of(hub, item.left_record)
    # it waits for others as if the hidden record were not there
    assert find_item(hub, left, right, viewer=OWNER.viewer) is not None
    assert find_item(hub, left, right, viewer=OUTSIDER.viewer) == item
    shown = build_pair_view(hub, left, right, steward=OUTSIDER)
    assert (shown.reason, shown.decisions) == (item.reason, ())
    request = DecisionRequest(
        OUTSIDER, left, right, StewardVerdict.DIFFERENT, snapshot=shown.snapshot
    )
    for view_of_it in (shown, preview_decision(hub, request)):
        assert not {"secret", "Verborgen"} & set(re.findall(r"\w+", str(view_of_it)))
    decision_id = decide_pair(hub, request).ids[0]
    with hub.store.view() as view:
        assert "secret" not in str(view.decision_by_id(decision_id))
    history = load_timeline(hub, left, OUTSIDER.viewer)
    assert not any("secret" in row.text for row in history)


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
