"""Merges of entities that restricted records connect: logged so that everybody's entities merge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from resolver.hub.hub import Hub
from resolver.records import Handling, Identifier, Record
from resolver.records.visibility import OPERATOR
from resolver.review import (
    DecisionRequest,
    Steward,
    StewardVerdict,
    decide_pair,
    list_waiting,
    preview_decision,
)
from resolver.review.commit_decisions import find_widest_pair
from resolver.review.waiting_reasons import RESTRICTED_TEXT
from tests.hub.hubs import Step, Stores, seed_population
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow
STEWARD = Steward("kim", "Quay")


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def make_people() -> list[Record]:
    """Return two public records, and a restricted one that says of each what identifies it."""
    passports = [Identifier("passportNumber", f"KD82039{number}", "bo") for number in range(2)]
    public = [
        record("a:1", name="Maria Quispe", birthDate="1970-03-02", identifiers=passports[:1]),
        record("b:1", name="Carla Mamani", birthDate="1971-08-09", identifiers=passports[1:]),
    ]
    bridge = record(
        "c:1",
        name=("Maria Quispe", "Carla Mamani"),
        birthDate=("1970-03-02", "1971-08-09"),
        identifiers=passports,
    )
    return [*public, replace(bridge, handling=Handling("River", "H2"))]


def entities(hub: Hub) -> list[set[str]]:
    with hub.store.view() as view:
        stored = [view.entity(person.id) for person in make_people()]
    parts = {frozenset(part.records) for part in stored if part is not None}
    return sorted((set(part) for part in parts), key=sorted)


def test_a_merge_is_logged_on_what_the_most_viewers_see(stores: Stores) -> None:
    with stores.new() as hub:
        seed_population(hub)
        hub.add(Step(tuple(make_people())).intake())
        before = entities(hub)
        assert len(before) == 2
        (item,) = list_waiting(hub, limit=10, viewer=STEWARD.viewer).items
        # the pair waits for those who may see the record that connects it
        assert "c:1" in (item.left_record, item.right_record)
        assert item.why.endswith(RESTRICTED_TEXT)
        request = DecisionRequest(STEWARD, item.left.id, item.right.id, StewardVerdict.SAME)
        assert preview_decision(hub, request).logged_on == (("a:1", "b:1"),)
        decide_pair(hub, request)
        assert entities(hub) == [{"a:1", "b:1", "c:1"}]
        with hub.store.view() as view:
            log = view.decisions(["a:1", "b:1", "c:1"])
        assert [stored.decision.pair for stored in log] == [("a:1", "b:1")]
        assert not list_waiting(hub, limit=10, viewer=OPERATOR).items


def test_records_that_everybody_may_see_have_no_widest_pair(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(Step(tuple(make_people())).intake())
        with hub.store.view() as view:
            assert find_widest_pair(view, ["a:1"], ["b:1"]) is None
            assert find_widest_pair(view, ["c:1"], ["b:1"]) == ("c:1", "b:1")
            assert find_widest_pair(view, ["c:1", "a:1"], ["b:1"]) == ("a:1", "b:1")
