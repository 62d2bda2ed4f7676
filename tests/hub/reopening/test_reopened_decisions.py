"""Reopened decisions: which versions decisions name, and that entities do not depend on the way
records come.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest

from resolver.hub.group_commit import GroupCommit
from resolver.hub.hub import Hub
from resolver.hub.reopening import load_decisions
from resolver.records import Identifier, Record
from resolver.records.decisions import Verdict
from tests.hub.hubs import (
    OPTIONS,
    Stores,
    export_canonical,
    make_decision,
    make_intake,
    seed_population,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record
from tests.store.conftest import postgres_url, url

__all__ = ["postgres_url", "url"]

pytestmark = pytest.mark.slow

PAIR = ("alpha:1", "beta:1")
KARIM = record(PAIR[0], name="Karim Haddad", birthDate="1971-04-02", gender="m")
SAMIR = record(PAIR[1], name="Abu Samir Al Dimashqi")
OLGA = record(PAIR[0], name="Olga Petrova", birthDate="1988-12-24", gender="f")
BORIS = record(PAIR[0], name="Boris Sidorov", birthDate="1960", gender="m")
SAME = make_decision(PAIR, Verdict.SAME, 0)
DIFFERENT = make_decision(PAIR, Verdict.DIFFERENT, 5)
Send = Callable[[Hub, Sequence[Record]], None]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def send_batch(hub: Hub, records: Sequence[Record]) -> None:
    hub.add(make_intake(records))


def send_posts(hub: Hub, records: Sequence[Record]) -> None:
    group = GroupCommit(hub)
    for posted in records:
        group.post(posted, accept_large=True)


def send_to_rebuild(hub: Hub, records: Sequence[Record]) -> None:
    hub.add(make_intake(records))
    hub.refresh()


SENDS: tuple[Send, ...] = (send_batch, send_posts)


def decided_versions(hub: Hub) -> list[tuple[int | None, int | None]]:
    with hub.store.view() as view:
        return [stored.versions for stored in view.decisions()]


def reopened(hub: Hub) -> list[bool]:
    with hub.store.view() as view:
        return [bool(stored.decision.reopened) for stored in load_decisions(view)]


def are_one(hub: Hub) -> bool:
    with hub.store.view() as view:
        entity = view.entity(PAIR[0])
    return entity is not None and PAIR[1] in entity.records


def test_decision_names_the_versions_of_both_databases(url: str) -> None:
    with Hub.open(url, OPTIONS) as hub:
        send_batch(hub, [SAMIR])
        hub.add(make_intake([KARIM]), [SAME])
        with hub.store.view() as view:
            numbers = view.numbers_of(PAIR)
        assert decided_versions(hub) == [(numbers[PAIR[0]][0], numbers[PAIR[1]][0])]
        assert are_one(hub)
        send_batch(hub, [OLGA])
        assert reopened(hub) == [True]
        assert not are_one(hub)
        hub.decide([make_decision(PAIR, Verdict.SAME, 9)])
        assert reopened(hub) == [True, False]
        assert are_one(hub)


@pytest.mark.parametrize("send", SENDS)
def test_decision_before_its_records_stands_on_the_first_ones(stores: Stores, send: Send) -> None:
    with stores.new() as hub:
        send(hub, [SAMIR])
        hub.decide([SAME])
        assert decided_versions(hub)[0][0] is None
        send(hub, [OLGA])
        assert (are_one(hub), reopened(hub)) == (True, [False])
        send(hub, [KARIM])
        assert (are_one(hub), reopened(hub)) == (False, [True])


@pytest.mark.parametrize("send", SENDS)
def test_withdrawn_record_that_returns_as_somebody_else(stores: Stores, send: Send) -> None:
    with stores.new() as hub:
        send(hub, [KARIM, SAMIR])
        hub.decide([SAME])
        hub.withdraw([PAIR[0]])
        # a decision on a record that is withdrawn stands on its last version
        hub.decide([make_decision(PAIR, Verdict.SAME, 1)])
        send(hub, [OLGA])
        assert (are_one(hub), reopened(hub)) == (False, [True, True])
        hub.withdraw([PAIR[0]])
        send(hub, [KARIM])
        assert (are_one(hub), reopened(hub)) == (True, [False, False])


def test_entities_do_not_depend_on_the_way_records_come(
    stores: Stores, world: list[Record]
) -> None:
    """Send the same versions as batches, as posts, with a refresh, and among many others."""
    exports = set()
    passport = [Identifier("passportNumber", "Q7654321", "sy")]
    last = [OLGA, replace(SAMIR, identifiers=tuple(passport))]
    for send in (*SENDS, send_to_rebuild):
        for is_joined in (True, False):
            with stores.new() as hub:
                seed_population(hub)
                first = [*world[:30], KARIM, SAMIR]
                if is_joined:
                    hub.add(make_intake(first), [SAME])
                else:
                    send(hub, first)
                    hub.decide([SAME])
                for group in [last] if is_joined else [last[:1], last[1:]]:
                    send(hub, group)
                hub.refresh()
                exports.add(export_canonical(hub))
    assert len(exports) == 1


@pytest.mark.parametrize("seed", range(3))
def test_increments_equal_one_batch(stores: Stores, world: list[Record], seed: int) -> None:
    """Exchange people of a decided world at random, step by step and all at once."""
    draw, people = random.Random(seed), world[:60]
    drawn = draw.sample([person.id for person in people], 24)
    decisions = [
        make_decision((left, right), draw.choice((Verdict.SAME, Verdict.DIFFERENT)), number)
        for number, (left, right) in enumerate(zip(drawn[::2], drawn[1::2], strict=True))
    ]
    steps = []
    for _ in range(4):
        # each takes over what another one was
        steps.append(
            [
                replace(people[(at + 7) % 60], id=people[at].id, source=people[at].source)
                for at in draw.sample(range(60), 6)
            ]
        )
    with stores.new() as hub:
        seed_population(hub)
        send_batch(hub, people)
        hub.decide(decisions)
        for step in steps:
            draw.choice(SENDS)(hub, step)
        marks, export = reopened(hub), export_canonical(hub)
    assert 0 < sum(marks) < len(marks)
    with stores.new() as hub:
        seed_population(hub)
        hub.add(make_intake(people), decisions)
        last = {moved.id: moved for step in steps for moved in step}
        send_batch(hub, list(last.values()))
        assert (reopened(hub), export_canonical(hub)) == (marks, export)


def test_different_after_a_reopened_same_keeps_apart(stores: Stores) -> None:
    with stores.new() as hub:
        send_batch(hub, [KARIM, SAMIR])
        hub.decide([SAME])
        send_batch(hub, [OLGA])
        hub.decide([DIFFERENT])
        send_batch(hub, [KARIM])
        # the later decision saw somebody else, yet keeps apart until it is reviewed
        assert (are_one(hub), reopened(hub)) == (False, [False, True])
        send_batch(hub, [BORIS])
        assert (are_one(hub), reopened(hub)) == (False, [True, True])
