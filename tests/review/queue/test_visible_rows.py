"""Queue of those who may not see all records: as if the hidden ones were not in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from resolver.hub.hub import Hub
from resolver.records import Handling
from resolver.records.decisions import Verdict
from resolver.records.visibility import OPERATOR
from resolver.review import (
    DecisionRequest,
    Steward,
    StewardVerdict,
    build_pair_view,
    decide_pair,
    find_item,
    forecast_queue,
    hold_pair,
    list_waiting,
    refresh_queue,
    take_next_item,
)
from resolver.review.queue_filters import readers_of
from resolver.review.refusals import PairLockedError
from tests.hub.hubs import Stores, make_decision, make_intake
from tests.records.samples import record
from tests.review.conftest import Open
from tests.review.tables import items

pytestmark = pytest.mark.slow

OTHER = Steward("lee", agency="bb", scopes=frozenset({"review"}))
OWNER = Steward("eve", agency="aa", scopes=frozenset({"review"}))


def show(hub: Hub, steward: Steward) -> Sequence[object]:
    """Return all that a steward is told of what waits, without times."""
    page = list_waiting(hub, limit=1000, viewer=steward.viewer)
    forecast = forecast_queue(hub, 3, steward.viewer).forecast
    # rows are summed in any order
    shown: list[object] = [page.total, round(forecast.matches, 6), round(forecast.matches_left, 6)]
    for row in page.items:
        shown.append(replace(row, since="", position=(0, 0, 0)))
        assert row.since
    for row in page.items[:3]:
        assert find_item(hub, row.left.id, row.right.id, viewer=steward.viewer) == row
        view = build_pair_view(hub, row.left.id, row.right.id, steward=steward)
        shown.append((view.reason, view.why, view.decisions))
    return shown


def add_hidden(hub: Hub) -> list[str]:
    """Add records of another agency to the entities of some waiting pairs; return their ids."""
    rows, decisions = [], []
    for number, item in enumerate(items(hub)[:6]):
        with hub.store.view() as view:
            stored = view.record(item.left_record if number % 2 else item.right_record)
        assert stored is not None
        row = replace(stored.record, id=f"aa:{number}", source="aa", handling=Handling("aa", "H3"))
        if number > 2:
            row = replace(record(row.id, name="Zeta Verborgen"), handling=row.handling)
        rows.append(row)
        decisions.append(make_decision((row.id, stored.record.id), Verdict.SAME, number))
    hub.add(make_intake(rows), decisions)
    return [row.id for row in rows]


def test_hidden_records_change_nobody_elses_queue(hub: Hub) -> None:
    expected = show(hub, OTHER)
    pair = items(hub)[0]
    hidden = add_hidden(hub)
    assert show(hub, OTHER) == expected
    assert show(hub, OWNER) == show(hub, replace(OWNER, scopes=frozenset({"admin"}))) != expected
    # what everybody may see changes: a record, and decisions on entities with hidden records
    with hub.store.view() as view:
        stored = view.record(pair.right_record)
    assert stored is not None
    twin = replace(stored.record, id="b:1", source="b")
    steps: list[Callable[[], object]] = [
        lambda: hub.add(make_intake([twin])),
        lambda: hub.withdraw(["b:1"]),
        lambda: decide_first(hub, StewardVerdict.UNSURE),
        lambda: decide_first(hub, StewardVerdict.RED),
        lambda: decide_first(hub, StewardVerdict.DIFFERENT),
        lambda: decide_first(hub, StewardVerdict.SAME),
    ]
    shown = []
    for step in steps:
        step()
        shown.append(show(hub, OTHER))
    assert shown[0] != expected
    assert shown[1] == expected
    assert all(row != expected for row in shown[2:])
    hub.rebuild()
    assert show(hub, OTHER) == shown[-1]
    hub.withdraw(hidden)
    assert show(hub, OTHER) == shown[-1]


def test_a_hidden_commit_changes_neither_a_pair_nor_its_lease(hub: Hub) -> None:
    """Nobody reads the queue between the commit and the page of the pair, or the decision."""
    pairs = [
        (row.left.id, row.right.id) for row in list_waiting(hub, limit=6, viewer=OTHER.viewer).items
    ]
    third = replace(OTHER, name="kit")

    def show_pairs() -> Iterator[object]:
        """Show each pair, and decide it while another steward has it open."""
        for left, right in pairs:
            view = build_pair_view(hub, left, right, steward=third)
            yield view.reason, view.why, view.holder, view.decisions
            with pytest.raises(PairLockedError) as locked:
                decide_pair(hub, DecisionRequest(third, left, right, StewardVerdict.UNSURE))
            yield locked.value.line()

    for left, right in pairs:
        hold_pair(hub, OTHER, left, right)
    expected = list(show_pairs())
    add_hidden(hub)
    # a worker refreshes what all share
    refresh_queue(hub)
    assert list(show_pairs()) == expected


def decide_first(hub: Hub, verdict: StewardVerdict) -> None:
    """Decide what a steward gets next, which nobody else has open."""
    item = take_next_item(hub, OTHER)
    assert item is not None
    decide_pair(hub, DecisionRequest(OTHER, item.left.id, item.right.id, verdict))


def test_the_operator_has_each_pair_once(hub: Hub) -> None:
    add_hidden(hub)
    show(hub, OTHER)
    show(hub, OWNER)
    refresh_queue(hub)
    shown = list_waiting(hub, limit=1000, viewer=OPERATOR)
    keys = [item.key for item in shown.items]
    assert len(keys) == len(set(keys)) == shown.total


def test_a_store_without_restricted_records_keeps_no_rows_of_readers(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([record("a:1", name="Zbigniew Brzezinski")]))
        for steward in (OTHER, OWNER):
            show(hub, steward)
        with hub.store.view() as view:
            assert (
                hub.store.queue.readers_revision(view.connection, readers_of(OTHER.viewer)) is None
            )


def test_readers_may_come_at_once(open_hub: Open) -> None:
    hubs = open_hub(), open_hub()
    expected = show(hubs[0], OTHER)
    add_hidden(hubs[0])
    # what has been built from an older state does not replace newer rows
    hubs[1].store.queue.replace_for(readers_of(OTHER.viewer), (1, 2), None, [])
    with ThreadPoolExecutor(2) as threads:
        assert [*threads.map(lambda hub: show(hub, OTHER), hubs)] == [expected, expected]
