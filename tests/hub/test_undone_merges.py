"""An undo gives each record the id that it had before the decision, whatever happened since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from resolver.hub.hub import Hub
from resolver.records.decisions import Verdict
from tests.hub.hubs import Stores, find_entity, make_decision, make_intake, seed_population
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

PEOPLE = {
    "q:1": ("Queen Maud", "1869-11-26"),
    "s:7": ("Ana Huanca", "1962-02-11"),
    "r:1": ("Robin Hood", "1944-07-01"),
    "a:1": ("Chen Wei", "1988-03-03"),
}


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def add(hub: Hub, key: str) -> None:
    name, born = PEOPLE[key]
    hub.add(make_intake([record(key, name=name, birthDate=born)]))


def unite(hub: Hub, left: str, right: str, minute: int) -> None:
    hub.decide([make_decision((left, right), Verdict.SAME, minute)])


def part(hub: Hub, left: str, right: str, minute: int) -> None:
    hub.decide([make_decision((left, right), Verdict.UNSURE, minute)])


def ids(hub: Hub, *keys: str) -> dict[str, str]:
    return {key: find_entity(hub, key).id for key in keys}


@pytest.mark.parametrize("other", ["r:1", "t:1"])
def test_an_id_stays_with_its_person(stores: Stores, other: str) -> None:
    PEOPLE[other] = PEOPLE["r:1"]
    with stores.new() as hub:
        add(hub, "q:1")
        add(hub, "s:7")
        unite(hub, "q:1", "s:7", 1)
        hub.withdraw(["q:1"])
        add(hub, other)
        before = ids(hub, "s:7", other)
        unite(hub, other, "s:7", 2)
        part(hub, other, "s:7", 3)
        assert ids(hub, "s:7", other) == before
        # and again: redo and undo, with a further merge between
        unite(hub, other, "s:7", 4)
        add(hub, "a:1")
        between = ids(hub, "a:1", "s:7", other)
        unite(hub, "a:1", "s:7", 5)
        part(hub, "a:1", "s:7", 6)
        assert ids(hub, "a:1", "s:7", other) == between
        part(hub, other, "s:7", 7)
        assert ids(hub, "s:7", other) == before


def test_the_last_holder_of_a_part_returns(stores: Stores) -> None:
    with stores.new() as hub:
        for key in ("a:1", "q:1", "s:7"):
            add(hub, key)
        unite(hub, "q:1", "s:7", 1)
        hub.withdraw(["q:1"])
        before = ids(hub, "a:1", "s:7")
        unite(hub, "a:1", "s:7", 2)
        part(hub, "a:1", "s:7", 3)
        assert ids(hub, "a:1", "s:7") == before


def test_an_id_that_returns_by_a_split_gives_way_when_the_split_is_undone(stores: Stores) -> None:
    maud = record("q:1", name="Queen Maud", birthDate="1869-11-26", passportNumber="A4419207")
    with stores.new() as hub:
        seed_population(hub)
        # the id of s:7 is the elder one, but s:7 comes back as a record of Queen Maud
        add(hub, "s:7")
        hub.withdraw(["s:7"])
        hub.add(make_intake([maud]))
        hub.add(make_intake([replace(maud, id="s:7", source="s")]))
        before = ids(hub, "q:1", "s:7")
        assert before["q:1"] == before["s:7"]
        hub.decide([make_decision(("q:1", "s:7"), Verdict.DIFFERENT, 1)])
        assert ids(hub, "q:1", "s:7")["s:7"] != before["s:7"]
        part(hub, "q:1", "s:7", 2)
        assert ids(hub, "q:1", "s:7") == before
