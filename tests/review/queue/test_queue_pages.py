"""The queue: its order, filters, what brings pairs back, and that it follows from the store alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, event, text

from resolver.errors import InputError, StoreError
from resolver.hub.hub import Hub
from resolver.records import Handling, Identifier, Record
from resolver.records.decisions import Decision
from resolver.records.decisions import Verdict as Said
from resolver.review import (
    Filters,
    QueueItem,
    Reason,
    Rules,
    Steward,
    Verdict,
    agreement,
    assign,
    catch_up,
    choices,
    decide,
    forget_filters,
    hold,
    item_of,
    next_item,
    pair_view,
    save_filters,
    saved_filters,
    throughput,
    undo,
    waiting,
)
from resolver.review.decisions.blind_review import kappa
from resolver.review.queue import refresh
from resolver.review.queue.priority import worth
from resolver.store.database import writing
from resolver.store.desk.waiting_pairs import columns_of_rows
from resolver.store.schema import desk
from resolver.training.data.queue_picks import WHY, pick
from tests.hub.hubs import intake
from tests.records.samples import record
from tests.review.tables import items, queue

KIM, LEE = Steward("kim"), Steward("lee")


def test_the_order_is_total_and_pages_join(hub: Hub) -> None:
    whole = items(hub)
    assert len(whole) >= 8
    places = [tuple(int(part) for part in item.key.split(".")) for item in whole]
    assert all(one < two for one, two in pairwise(places))
    assert [item.worth for item in whole] == sorted((item.worth for item in whole), reverse=True)
    pieces: list[QueueItem] = []
    after = ""
    while True:
        page = waiting(hub, limit=3, after=after)
        pieces += page.items
        assert page.total == len(whole)
        after = page.next
        if not after:
            break
    assert [item.key for item in pieces] == [item.key for item in whole]
    assert page.oldest
    assert page.oldest_age >= 0


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"score": 0.9}, {"score": 0.6}),
        ({"records": 2}, {"records": 8}),
        ({"agencies": 1}, {"agencies": 2}),
        ({"consultations": 0}, {"consultations": 5}),
        ({"reason": Reason.UNSURE}, {}),
        ({"score": 0.99999}, {"score": 0.99999, "reason": Reason.CONTRADICTION}),
    ],
)
def test_what_is_worth_more(less: dict[str, object], more: dict[str, object]) -> None:
    base = {
        "score": 0.7,
        "reason": Reason.BORDERLINE,
        "records": 3,
        "agencies": 1,
        "consultations": 1,
    }
    assert worth(**{**base, **less}) < worth(**{**base, **more})  # type: ignore[arg-type]


def test_the_queue_follows_from_the_store_alone(hub: Hub) -> None:
    """Kept up step by step it is what it would be if it were made anew."""
    for turn, item in enumerate(items(hub)[:9]):
        verdict = (Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE, Verdict.RED)[turn % 4]
        if item_of(hub, item.left_record, item.right_record) is not None:
            decide(hub, KIM, item.left_record, item.right_record, verdict)
        items(hub)
    hub.add(intake([record("new:1", name="Friendship Group 428 of Rostov-on-Don")]))
    kept = queue(hub)
    with writing(hub.store.engine) as connection:
        connection.execute(delete(desk))
    catch_up(hub)
    assert queue(hub) == kept


def test_a_queue_made_in_pieces_is_the_same(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = items(hub)[:2]
    decide(hub, KIM, one.left.id, one.right.id, Verdict.RED)
    decide(hub, LEE, two.left.id, two.right.id, Verdict.DIFFERENT)
    kept = queue(hub)
    assert len(kept) > 3
    monkeypatch.setattr("resolver.review.queue.refresh._PAIRS_AT_ONCE", 2)
    with writing(hub.store.engine) as connection:
        connection.execute(delete(desk))
    assert queue(hub) == kept


def test_a_landing_that_touches_too_much_touches_everything(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = items(hub)[:2]
    with monkeypatch.context() as patch:
        patch.setattr("resolver.store.commit.TOUCHED_LIMIT", 0)
        decide(hub, KIM, one.left.id, one.right.id, Verdict.DIFFERENT)
        decide(hub, KIM, two.left.id, two.right.id, Verdict.UNSURE)
        kept = queue(hub)
    assert one.key not in [row[0] for row in kept]
    with writing(hub.store.engine) as connection:
        connection.execute(delete(desk))
    assert queue(hub) == kept


def test_a_queue_that_is_behind_gives_out_nothing_decided(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = items(hub)[:2]
    for item in (one, two):
        decide(hub, LEE, item.left.id, item.right.id, Verdict.DIFFERENT)
    # as if far more had landed than a page waits for
    monkeypatch.setattr("resolver.review.queue.queue_pages.bring", lambda _: False)
    found = next_item(hub, KIM)
    assert found is not None
    assert found.key not in (one.key, two.key)


def test_filters_let_through_what_they_say(hub: Hub) -> None:
    whole = items(hub)
    source = whole[0].left.sources[0]
    asked: dict[Filters, Callable[[QueueItem], bool]] = {
        Filters(kind="group"): lambda item: "group" in (item.left.kind, item.right.kind),
        Filters(source=source): lambda item: source in (*item.left.sources, *item.right.sources),
        Filters(agency=source): lambda item: source in (*item.left.agencies, *item.right.agencies),
        Filters(score_from=0.3, score_to=0.8): lambda item: 0.3 <= item.score <= 0.8,
        Filters(reason="contradiction"): lambda item: item.reason is Reason.CONTRADICTION,
        Filters(script="Arab"): lambda item: "Arab" in (*item.left.scripts, *item.right.scripts),
        Filters(source="nowhere"): lambda item: False,
    }
    for filters, fits in asked.items():
        page = waiting(hub, filters, limit=1000)
        assert [item.key for item in page.items] == [item.key for item in whole if fits(item)], (
            filters
        )
        assert page.total == len(page.items)
    for wrong in (Filters(kind="ship"), Filters(reason="mood"), Filters(script="Klingon")):
        with pytest.raises(InputError, match="there is no"):
            waiting(hub, wrong)
    with pytest.raises(InputError, match="no place in the queue"):
        waiting(hub, after="here")
    assert source in choices(hub)["source"]


def test_assigned_pairs_are_for_those_they_are_assigned_to(hub: Hub) -> None:
    item = items(hub)[0]
    assign(hub, item.left.id, item.right.id, "lee", by="kim")
    mine, hers = next_item(hub, KIM), next_item(hub, LEE)
    assert mine is not None
    assert hers is not None
    assert mine.key != item.key
    assert (hers.key, hers.assigned) == (item.key, "lee")
    assert [one.key for one in waiting(hub, Filters(assigned="lee")).items] == [item.key]
    assert item.key not in [
        one.key for one in waiting(hub, Filters(assigned="nobody"), limit=1000).items
    ]
    assign(hub, item.left.id, item.right.id, "")
    assert waiting(hub, Filters(assigned="lee")).total == 0


def test_filters_are_saved(hub: Hub) -> None:
    filters = Filters(kind="person", score_from=0.2)
    save_filters(hub, "kim", "people", filters)
    assert saved_filters(hub, "kim") == {"people": filters}
    assert saved_filters(hub, "lee") == {}
    forget_filters(hub, "kim", "people")
    assert saved_filters(hub, "kim") == {}
    with pytest.raises(InputError):
        save_filters(hub, "kim", " ", filters)


def test_throughput_counts_decisions(hub: Hub) -> None:
    item = items(hub)[0]
    decide(hub, KIM, item.left.id, item.right.id, Verdict.UNSURE)
    found = throughput(hub)
    assert (found.last_hour, found.last_day, found.by_steward) == (1, 1, (("kim", 1),))
    assert found.by_day[0][1] == 1


@pytest.mark.parametrize("of_a_file", [False, True])
def test_different_stands_until_new_evidence_moves_the_score(hub: Hub, of_a_file: bool) -> None:
    item = next(
        item for item in items(hub) if item.band.label == "review" and item.left.kind == "person"
    )
    if of_a_file:
        # nobody noted what it looked like; the band at its landing stands for that
        left, right = sorted((item.left_record, item.right_record))
        hub.decide([Decision(left, right, Said.DIFFERENT, "kim", datetime.now(UTC), "not alike")])
    else:
        decide(hub, KIM, item.left.id, item.right.id, Verdict.DIFFERENT, reason="not alike")
    assert item_of(hub, item.left.id, item.right.id) is None
    # a list says something of one side that changes nothing
    with hub.store.view() as view:
        one, two = view.record(item.left_record), view.record(item.right_record)
    assert one is not None
    assert two is not None
    hub.add(intake([record("calm:1", name="Somebody Altogether Else")]))
    assert item_of(hub, item.left.id, item.right.id) is None
    # a new version of both records bears one passport
    passport = Identifier("passportNumber", "Z9X8Y7W6", "pl")
    hub.add(intake([_with(one.record, passport), _with(two.record, passport)]))
    back = item_of(hub, item.left_record, item.right_record)
    assert back is not None
    assert back.reason is Reason.MOVED
    assert "kim said different" in back.why
    assert "(match)" in back.why
    assert "(review)" in back.why
    # saying the same and taking it back brings the question back as it was
    number = decide(hub, LEE, back.left.id, back.right.id, Verdict.SAME).numbers[0]
    undo(hub, LEE, number)
    undone = item_of(hub, item.left_record, item.right_record)
    assert undone is not None
    assert (undone.reason, undone.score) == (Reason.MOVED, back.score)
    again = pair_view(hub, back.left.id, back.right.id)
    decide(hub, LEE, back.left.id, back.right.id, Verdict.DIFFERENT, seen=again.seen)
    assert item_of(hub, item.left_record, item.right_record) is None


def _with(one: Record, passport: Identifier) -> Record:
    return replace(one, identifiers=(*one.identifiers, passport))


def test_a_share_comes_back_blind(hub: Hub) -> None:
    rules = Rules(again_share=1.0)
    first, second = items(hub)[:2]
    verdicts = (Verdict.SAME, Verdict.DIFFERENT)
    for item, verdict in zip((first, second), verdicts, strict=True):
        decide(hub, KIM, item.left.id, item.right.id, verdict, rules=rules)
    assert next_item(hub, KIM, Filters(reason="blind")) is None
    members = [item.left.records for item in (first, second)]
    for said in (Verdict.SAME, Verdict.SAME):
        blind = next_item(hub, LEE, Filters(reason="blind"))
        assert blind is not None
        assert blind.again
        assert blind.reason is Reason.BLIND
        shown = pair_view(hub, blind.left.id, blind.right.id, again=blind.again)
        assert (shown.evidence, shown.decisions, shown.blind) == (None, (), True)
        assert len(shown.left.records) in members or len(shown.right.records) in members
        decide(hub, LEE, blind.left.id, blind.right.id, said, again=blind.again)
    found = agreement(hub)
    assert (found.pairs, found.agreed) == (2, 1)
    assert found.kappa == 0
    assert found.disagreements[0][1:] == ("different", "kim", "same", "lee")


def test_what_is_undone_does_not_come_back(hub: Hub) -> None:
    item = items(hub)[0]
    number = decide(
        hub, KIM, item.left.id, item.right.id, Verdict.SAME, rules=Rules(again_share=1.0)
    ).numbers[0]
    undo(hub, KIM, number)
    assert next_item(hub, LEE, Filters(reason="blind")) is None


def test_kappa() -> None:
    same, different = Verdict.SAME, Verdict.DIFFERENT
    said = (
        [(same, same)] * 20
        + [(same, different)] * 5
        + [(different, same)] * 10
        + [(different, different)] * 15
    )
    assert kappa(said) == pytest.approx(0.4)
    assert kappa([]) is None
    assert kappa([(same, same)]) is None


def test_a_record_with_five_thousand_aliases(hub: Hub) -> None:
    item = next(item for item in items(hub) if item.left.kind == "person")
    aliases = [f"Alias Number{count} Of Somebody" for count in range(5_000)]
    hub.add(intake([record("many:1", name="Zebulon Quackenbush", alias=aliases)]))
    shown = pair_view(hub, "many:1", item.right_record)
    alias = next(row for row in shown.attributes if row.prop == "alias")
    assert len(alias.left) == 5_000
    assert len(shown.evidence.steps) > 1 if shown.evidence else False
    decide(hub, KIM, "many:1", item.right_record, Verdict.DIFFERENT, seen=shown.seen)


def test_a_read_only_database_is_read_and_says_so(hub: Hub) -> None:
    before = queue(hub)
    item = items(hub)[0]
    decide(hub, KIM, item.left.id, item.right.id, Verdict.UNSURE)
    close_to_writers(hub)
    page = waiting(hub, limit=1000)
    assert page.stale
    assert len(page.items) == len(before)
    other = next_item(hub, KIM)
    assert other is not None
    seen = pair_view(hub, other.left.id, other.right.id).seen
    for act in (
        lambda: decide(hub, KIM, other.left.id, other.right.id, Verdict.SAME, seen=seen),
        lambda: assign(hub, other.left.id, other.right.id, "kim"),
        lambda: hold(hub, KIM, other.left.id, other.right.id),
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


def test_pairs_that_teach_are_picked_and_marked(hub: Hub) -> None:
    before = items(hub)
    plain = [item for item in before if item.reason is Reason.BORDERLINE]
    assert pick(hub, 3) == 3
    picked = waiting(hub, Filters(reason="sample"), limit=50).items
    marked = [item for item in picked if item.why == WHY]
    assert len(marked) == 3
    assert {item.key for item in marked} <= {item.key for item in plain}
    # the order of the queue is that of before, and the least certain pair is among them
    assert [item.key for item in items(hub)] == [item.key for item in before]
    assert min(plain, key=lambda item: abs(item.logodds)).key in {item.key for item in marked}
    decide(hub, KIM, marked[0].left.id, marked[0].right.id, Verdict.UNSURE)
    assert pick(hub, 2) == 2
    again = [
        item for item in waiting(hub, Filters(reason="sample"), limit=50).items if item.why == WHY
    ]
    assert len(again) == 2
    assert marked[0].key not in {item.key for item in again}


def test_rows_made_as_columns_are_those_made_one_by_one(hub: Hub) -> None:
    said = [
        replace(
            record(f"shut:{number}", name="Friendship Group 428 of Rostov"),
            handling=Handling("Coast", code),
        )
        for number, code in enumerate(("H0", "H1", "H2", "H3"))
    ]
    hub.add(
        intake(
            [
                *said,
                record("latin:1", name="Дружба 428"),
                record("latin:2", name="Дружба 428 Ростов"),
            ]
        )
    )
    seen = {one: 1.0 for item in items(hub)[:3] for one in (item.left.id, item.right.id)}
    row = {
        "at": "2026-03-01T12:00:00.000000Z",
        "who": "kim",
        "agency": "",
        "action": "check",
        "query": {},
    }
    hub.store.access.log(
        [
            {
                **row,
                "answer": {"seen": seen},
                "version": 1,
                "model": "",
                "purpose": "",
                "request_id": "",
            }
        ]
    )
    with hub.store.desk.catching_up(1_000) as go:
        links = refresh._links(go.view, None)
        queued = np.flatnonzero(links.queued > 0)
        made = [
            refresh._linked(
                links, place, (int(links.low[place]), int(links.high[place])), int(count), None
            )
            for place, count in zip(
                links.first[queued].tolist(), links.queued[queued].tolist(), strict=True
            )
        ]
        wanted = columns_of_rows(refresh._finished(go, made))
        parts = list(refresh._plain(go, links, queued))
    assert len(made) > 10
    assert {name: [one for part in parts for one in part[name]] for name in wanted} == wanted
    assert any("u2" in marks for marks in wanted["marks"])
    assert {str(Reason.BORDERLINE), str(Reason.CONTRADICTION)} <= set(wanted["reason"])
