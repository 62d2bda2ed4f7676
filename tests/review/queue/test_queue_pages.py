"""Queue pages: order, priority, filters, assignments, and a read-only database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, text

from resolver.errors import InputError, StoreError
from resolver.hub.hub import Hub
from resolver.records import Value
from resolver.review import (
    DecisionRequest,
    Filters,
    QueueItem,
    QueueReason,
    Steward,
    StewardVerdict,
    assign_pair,
    build_pair_view,
    decide_pair,
    delete_filters,
    hold_pair,
    join_places,
    list_saved_filters,
    list_waiting,
    measure_throughput,
    save_filters,
    split_entity,
    take_next_item,
)
from resolver.review.waiting_reasons import compute_consequence, compute_priority
from resolver.store import StoredEntity
from tests.hub.hubs import make_intake, make_namesake
from tests.records.samples import record
from tests.review.tables import items, queue

pytestmark = pytest.mark.slow


KIM, LEE = Steward("kim"), Steward("lee")


def test_order_is_total_and_pages_join(hub: Hub) -> None:
    whole = items(hub)
    assert len(whole) >= 8
    places = [item.position for item in whole]
    assert all(place < following for place, following in pairwise(places))
    assert [item.priority for item in whole] == sorted(
        (item.priority for item in whole), reverse=True
    )
    pieces: list[QueueItem] = []
    after = ""
    while True:
        page = list_waiting(hub, limit=3, after=after)
        pieces += page.items
        assert page.total == len(whole)
        after = page.next_key
        if not after:
            break
    assert [item.key for item in pieces] == [item.key for item in whole]
    assert page.oldest
    assert page.oldest_age >= 0


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ({"score": 0.6}, {"score": 0.9}),
        ({"score": 0.9}, {"score": 0.900001}),
        ({"score": 0.05}, {"score": 0.95}),
        ({"records": 2}, {"records": 8}),
        ({"agencies": 1}, {"agencies": 2}),
        ({"reason": QueueReason.UNSURE}, {}),
        (
            {"score": 0.4, "reason": QueueReason.BORDERLINE},
            {"score": 0.1, "reason": QueueReason.MOVED},
        ),
    ],
)
def test_priority_increases(lower: dict[str, object], higher: dict[str, object]) -> None:
    base = {"score": 0.7, "reason": QueueReason.BORDERLINE, "records": 3, "agencies": 1}
    first, second = ({**base, **changes} for changes in (lower, higher))
    assert compute_priority(**first) < compute_priority(**second)  # type: ignore[arg-type]


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(QueueReason))
def test_priority_follows_the_value_of_the_review(
    first: float, second: float, reason: QueueReason
) -> None:
    facts = {"records": 5, "agencies": 2}
    low, high = (compute_priority(score, reason, **facts) for score in sorted((first, second)))
    assert 1 <= low <= high <= 8 * 1000 * compute_consequence(**facts)


def test_order_follows_the_score_where_all_else_is_equal(hub: Hub) -> None:
    groups: dict[tuple[Any, ...], list[float]] = {}
    for item in items(hub):
        records = item.left.records + item.right.records
        agencies = frozenset((*item.left.agencies, *item.right.agencies))
        if item.reason in (QueueReason.BORDERLINE, QueueReason.CONTRADICTION):
            groups.setdefault((records, len(agencies)), []).append(item.score)
    assert max(map(len, groups.values())) >= 4
    assert all(scores == sorted(scores, reverse=True) for scores in groups.values())


def test_filters_select_matching_items(hub: Hub) -> None:
    whole = items(hub)
    source = whole[0].left.sources[0]
    expectations: dict[Filters, Callable[[QueueItem], bool]] = {
        Filters(kind="group"): lambda item: "group" in (item.left.kind, item.right.kind),
        Filters(source=source): lambda item: source in (*item.left.sources, *item.right.sources),
        Filters(agency=source): lambda item: source in (*item.left.agencies, *item.right.agencies),
        Filters(score_from=0.3, score_to=0.8): lambda item: 0.3 <= item.score <= 0.8,
        Filters(reason="contradiction"): lambda item: item.reason is QueueReason.CONTRADICTION,
        Filters(script="Arab"): lambda item: "Arab" in (*item.left.scripts, *item.right.scripts),
        Filters(source="nowhere"): lambda item: False,
    }
    for filters, fits in expectations.items():
        page = list_waiting(hub, filters, limit=1000)
        assert [item.key for item in page.items] == [item.key for item in whole if fits(item)], (
            filters
        )
        assert page.total == len(page.items)
    for wrong in (Filters(kind="ship"), Filters(reason="mood"), Filters(script="Klingon")):
        with pytest.raises(InputError, match="there is no"):
            list_waiting(hub, wrong)
    with pytest.raises(InputError, match="no place in the queue"):
        list_waiting(hub, after="here")
    # places by number would show where an entity stands among all, and ranks who looks it up
    for wrong_place in ("0.5.5", f"-2000.{whole[2].key}", f"{whole[2].key}~"):
        with pytest.raises(InputError, match="no place in the queue"):
            list_waiting(hub, after=wrong_place)
    gone = "e-aaaaaaaaaaaaaaaaaaaa-2.e-bbbbbbbbbbbbbbbbbbbb"
    for places in ((whole[2].key,), (gone, whole[2].key, whole[1].key)):
        later = list_waiting(hub, limit=1000, after=join_places(*places))
        assert [item.key for item in later.items] == [item.key for item in whole[3:]]
    first = list_waiting(hub, limit=1000, after=gone).items
    assert [item.key for item in first] == [item.key for item in whole]


def test_the_order_tells_of_no_look_up(hub: Hub) -> None:
    whole = [item.key for item in items(hub)]
    last = items(hub)[-1]
    row = {
        "at": "2026-03-01T12:00:00.000000Z",
        "who": "kim",
        "agency": "River",
        "action": "check",
        "query": {},
        "answer": {"seen": {last.left.id: 1.0, last.right.id: 1.0}},
        "version": 1,
        "model": "",
        "purpose": "",
        "request_id": "",
    }
    hub.store.audit_events.append([row] * 50)
    with hub.store.view() as view:
        entities = [view.entity(side.id) for side in (last.left, last.right)]
        numbers = view.members([entity.number for entity in entities if entity])[0].tolist()
        (row_of_last, *_) = view.records(numbers)
    note = Value("notes", "a later edition")
    later = replace(row_of_last.record, values=(*row_of_last.record.values, note))
    hub.add(make_intake([later]))
    assert [item.key for item in items(hub)] == whole


def test_assigned_pairs_are_offered_to_their_assignee(hub: Hub) -> None:
    item = items(hub)[0]
    assign_pair(hub, item.left.id, item.right.id, "lee", assigned_by="kim")
    kims, lees = take_next_item(hub, KIM), take_next_item(hub, LEE)
    assert kims is not None
    assert lees is not None
    assert kims.key != item.key
    assert (lees.key, lees.assigned) == (item.key, "lee")
    assert [other.key for other in list_waiting(hub, Filters(assigned="lee")).items] == [item.key]
    assert item.key not in [
        other.key for other in list_waiting(hub, Filters(assigned="nobody"), limit=1000).items
    ]
    assign_pair(hub, item.left.id, item.right.id, "")
    assert list_waiting(hub, Filters(assigned="lee")).total == 0


def test_filters_are_saved(hub: Hub) -> None:
    filters = Filters(kind="person", score_from=0.2)
    save_filters(hub, "kim", "people", filters)
    assert list_saved_filters(hub, "kim") == {"people": filters}
    assert list_saved_filters(hub, "lee") == {}
    delete_filters(hub, "kim", "people")
    assert list_saved_filters(hub, "kim") == {}
    with pytest.raises(InputError):
        save_filters(hub, "kim", " ", filters)


def test_throughput_counts_decisions(hub: Hub) -> None:
    item = items(hub)[0]
    decide_pair(hub, DecisionRequest(KIM, item.left.id, item.right.id, StewardVerdict.UNSURE))
    throughput = measure_throughput(hub)
    assert (throughput.last_hour, throughput.last_day, throughput.by_steward) == (
        1,
        1,
        (("kim", 1),),
    )
    assert throughput.by_day[0][1] == 1


def test_pair_view_of_record_with_five_thousand_aliases(hub: Hub) -> None:
    item = next(item for item in items(hub) if item.left.kind == "person")
    aliases = [f"Alias Number{count} Of Somebody" for count in range(5_000)]
    hub.add(make_intake([record("many:1", name="Zebulon Quackenbush", alias=aliases)]))
    shown = build_pair_view(hub, "many:1", item.right_record)
    alias = next(row for row in shown.attributes if row.prop == "alias")
    assert len(alias.left) == 5_000
    assert len(shown.evidence.steps) > 1 if shown.evidence else False
    decide_pair(
        hub,
        DecisionRequest(
            KIM, "many:1", item.right_record, StewardVerdict.DIFFERENT, snapshot=shown.snapshot
        ),
    )


def test_read_only_database_can_be_read(hub: Hub) -> None:
    before = queue(hub)
    item = items(hub)[0]
    decide_pair(hub, DecisionRequest(KIM, item.left.id, item.right.id, StewardVerdict.UNSURE))
    close_to_writers(hub)
    page = list_waiting(hub, limit=1000)
    assert page.is_stale
    assert len(page.items) == len(before)
    other = take_next_item(hub, KIM)
    assert other is not None
    snapshot = build_pair_view(hub, other.left.id, other.right.id).snapshot
    for act in (
        lambda: decide_pair(
            hub,
            DecisionRequest(
                KIM, other.left.id, other.right.id, StewardVerdict.SAME, snapshot=snapshot
            ),
        ),
        lambda: assign_pair(hub, other.left.id, other.right.id, "kim"),
        lambda: hold_pair(hub, KIM, other.left.id, other.right.id),
    ):
        with pytest.raises(StoreError, match=r"read-?only"):
            act()


def close_to_writers(hub: Hub) -> None:
    """From here on the database lets nobody write."""
    engine = hub.store.engine
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            name = engine.url.database
            connection.execute(
                text(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            )
    else:

        @event.listens_for(engine, "connect")
        def _connected(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA query_only=ON")

    engine.dispose()


def test_a_page_goes_on_after_an_entity_whose_id_has_a_number(hub: Hub) -> None:
    """The id of a part that is split off may end in -2, as its smallest record's id is in use."""
    hub.add(make_intake([make_namesake(f"z:{number}") for number in range(3)]))
    entity = _entity(hub, "z:1")
    split_entity(hub, KIM, entity.id, ["z:0"], "r")
    part = _entity(hub, "z:0")
    assert part.id.endswith("-2")
    assert list_waiting(hub, after=f"{part.id}.{entity.id}", limit=1000).items
    with pytest.raises(InputError, match="no place in the queue"):
        list_waiting(hub, after=part.id)


def _entity(hub: Hub, end: str) -> StoredEntity:
    with hub.store.view() as view:
        stored = view.entity(end)
    assert stored is not None
    return stored
