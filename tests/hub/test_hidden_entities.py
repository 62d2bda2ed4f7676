"""Entities of a store as those see them who may not see all: as if there were no hidden records."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.check.change_feed import read_changes
from resolver.check.visible_history import visible_events, visible_history
from resolver.hub.hub import Hub
from resolver.records import Handling, Identifier, Record
from resolver.records.decisions import Verdict
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible
from resolver.store import EntityEvent
from tests.examples import examples
from tests.hub.hubs import Step, Stores, make_decision, restrict_some, seed_population
from tests.matching.preparing import quick_symbols
from tests.records.partial_records import generate_partial_records
from tests.records.samples import record

pytestmark = pytest.mark.slow
AGENCY = Viewer("coast", "Coast")
VIEWERS = [STRANGER, Viewer("somebody", "Hill")]
_HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
Event = tuple[int, str, str, str]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def describe(hub: Hub, steps: dict[int, int], viewer: Viewer) -> tuple[object, ...]:
    """Return the entities that a viewer sees, by their ids, and their events, by steps."""
    with hub.store.view() as view:
        numbers, owners = view.all_members()
        handling = view.handling_of(numbers.tolist())
        ids, entity_ids = view.record_ids(numbers.tolist()), view.entity_ids(owners.tolist())
        members: dict[str, list[str]] = {}
        for number, owner in zip(numbers.tolist(), owners.tolist(), strict=True):
            if is_visible(handling.get(number, Handling()), viewer):
                members.setdefault(entity_ids[owner], []).append(ids[number])
        events = describe_events(visible_events(view, view.changes(0), viewer), steps)
        for entity_id in {entity for _, _, *pair in events for entity in pair} - {""}:
            # its history are the events of the feed that name it
            history = describe_events(visible_history(view, entity_id, viewer), steps)
            assert history == [event for event in events if entity_id in event[2:]]
        redirects = {
            entity: view.entity(entity).id  # type: ignore[union-attr]
            for _, kind, entity, _ in events
            if kind == "MERGED"
        }
    pages = list(read_pages(hub, viewer)) if steps else []
    parts = {entity: sorted(part) for entity, part in members.items()}
    return parts, events, redirects, pages


def describe_events(events: Sequence[EntityEvent], steps: dict[int, int]) -> list[Event]:
    return [
        (steps[event.revision], event.kind.name, event.entity, event.other)
        for event in events
        if event.revision in steps
    ]


def read_pages(hub: Hub, viewer: Viewer) -> Iterator[tuple[int, int, bool]]:
    """Yield the number of changes of each page of the feed, and where the next one begins."""
    since, skip, has_more = 1, 0, True
    while has_more:
        feed = read_changes(hub, since, 4, viewer, skip=skip)
        since, skip, has_more = feed.until, feed.skip, feed.has_more
        yield len(feed.events), skip, has_more


def run_steps(stores: Stores, steps: Sequence[Step], viewer: Viewer) -> tuple[object, ...]:
    with stores.new() as hub:
        seed_population(hub)
        step_of: dict[int, int] = {}
        for number, step in enumerate(steps):
            hub.add(step.intake(), step.decisions)
            with hub.store.view() as view:
                step_of.setdefault(view.revision, number)
        step_of.pop(1, None)
        return describe(hub, step_of, viewer)


def draw_steps(dice: random.Random) -> list[Step]:
    """Return lists of three sources in several versions, and decisions on pairs of records.

    A version of a record may have other values and another handling than the last.
    """
    pool = generate_partial_records(dice.choice([12, 30, 60]), dice.randrange(10**6))
    share, decided = dice.choice([0.2, 0.5]), dice.sample(pool, 6)
    steps: list[Step] = []
    for number in range(dice.choice([2, 4, 7])):
        for source in dice.sample("stu", dice.choice([1, 2, 3])):
            part = [item for item in pool if item.source == source and dice.random() < 0.7]
            part = restrict_some(part, share, dice)
            # no list is without a record that everybody may see
            part.append(record(f"{source}:x", name=f"{source} Xylander"))
            steps.append(Step(tuple(part), version=f"2024-01-{number + 1:02d}"))
    for minute, (left, right) in enumerate(zip(decided[::2], decided[1::2], strict=True)):
        verdict = dice.choice([Verdict.SAME, Verdict.DIFFERENT])
        place = dice.randrange(len(steps))
        decision = make_decision((left.id, right.id), verdict, minute)
        steps[place] = replace(steps[place], decisions=(*steps[place].decisions, decision))
    return steps


def drop_hidden(steps: Sequence[Step], viewer: Viewer) -> list[Step]:
    """Return the steps without the records that a viewer may not see."""
    return [
        replace(step, records=tuple(r for r in step.records if is_visible(r.handling, viewer)))
        for step in steps
    ]


@settings(deadline=None, max_examples=examples(6), suppress_health_check=_HEALTH)
@given(seed=st.integers(0, 10**9), viewer=st.sampled_from(VIEWERS))
def test_ids_members_and_events_do_not_depend_on_hidden_records(
    stores: Stores, seed: int, viewer: Viewer
) -> None:
    steps = draw_steps(random.Random(seed))
    assert run_steps(stores, steps, viewer) == run_steps(stores, drop_hidden(steps, viewer), viewer)


def make_person(identity: str, code: str = "H0", agency: str = "River") -> Record:
    """Return a record that is merged with every other of its passport."""
    passport = [Identifier("passportNumber", "A1B2C3", "pl")]
    person = record(
        identity,
        name="Zbigniew Brzezinski",
        birthDate="1928-03-28",
        identifiers=passport,
    )
    return replace(person, handling=Handling(agency, code))


def read_ids(hub: Hub) -> dict[str, str]:
    """Return the entity of each record."""
    with hub.store.view() as view:
        numbers, owners = view.all_members()
        ids, entity_ids = view.record_ids(numbers.tolist()), view.entity_ids(owners.tolist())
        return {
            ids[number]: entity_ids[owner]
            for number, owner in zip(numbers.tolist(), owners.tolist(), strict=True)
        }


def test_a_public_record_that_joins_a_hidden_one_gets_an_id_of_its_own(stores: Stores) -> None:
    with stores.new() as public, stores.new() as together:
        for hub in (public, together):
            seed_population(hub)
        together.add(Step((make_person("a:1", "H3"),)).intake())
        hidden = read_ids(together)["a:1"]
        for hub in (public, together):
            hub.add(Step((make_person("b:1"),)).intake())
        ids = read_ids(together)
        assert ids["b:1"] == read_ids(public)["b:1"]
        assert ids["a:1"] == ids["b:1"] != hidden
        with together.store.view() as view:
            # who sees both is led from the old id to the new one
            redirected = view.entity(hidden)
            assert redirected is not None
            assert redirected.id == ids["b:1"]
            events = visible_history(view, ids["b:1"], STRANGER)
            assert [event.kind.name for event in events] == ["BORN"]


def test_an_id_ends_with_the_last_record_of_those_that_it_belongs_to(stores: Stores) -> None:
    with stores.new() as hub:
        seed_population(hub)
        hub.add(Step((make_person("a:1", "H3"),)).intake())
        hub.add(Step((make_person("b:1"),), version="1").intake())
        public = read_ids(hub)["b:1"]
        # the list of b is empty but for somebody else
        hub.add(Step((record("b:2", name="Olga Marlow"),), version="2").intake())
        ids = read_ids(hub)
        assert ids["a:1"] != public
        with hub.store.view() as view:
            events = visible_history(view, public, STRANGER)
            assert [event.kind.name for event in events] == ["BORN", "DISSOLVED"]
        hub.add(Step((make_person("b:1"),), version="3").intake())
        ids = read_ids(hub)
        assert ids["a:1"] == ids["b:1"] == public


def test_a_history_does_not_name_an_entity_that_a_hidden_record_left(stores: Stores) -> None:
    name = "Tarkan Oblimov"
    passports = [Identifier("passportNumber", number) for number in ("Y1122334", "X7788991")]
    first = record("a:1", name=name, birthDate="1970-09", identifiers=passports[:1])
    last = record("b:3", name=name, birthDate="1970-09-09", identifiers=passports[:1])
    second = record(
        "b:2",
        name=name,
        birthDate="1970-05-01",
        phone="+31205550177",
        email="t.oblim@quarz.example",
        identifiers=passports[1:],
    )
    hidden = replace(
        second,
        id="h:1",
        source="h",
        identifiers=tuple(passports),
        handling=Handling("River", "H3"),
    )
    histories = []
    with stores.new() as public, stores.new() as together:
        for hub in (public, together):
            seed_population(hub)
            hub.add(Step((first,)).intake())
            if hub is together:
                hub.add(Step((hidden,)).intake())
                before = read_ids(hub)["h:1"]
            hub.add(Step((second, last, replace(last, id="b:4"))).intake())
            entity_id = read_ids(hub)["b:2"]
            with hub.store.view() as view:
                events = visible_history(view, entity_id, STRANGER)
            histories.append([(event.kind.name, event.entity, event.other) for event in events])
        # the hidden record moved from one public entity to the other
        assert before == read_ids(together)["a:1"] != read_ids(together)["h:1"]
    assert histories[0] == histories[1] == [("BORN", entity_id, "")]


def test_an_operator_sees_every_record_in_one_entity(stores: Stores) -> None:
    with stores.new() as hub:
        seed_population(hub)
        people = [make_person("a:1", "H3"), make_person("b:1"), make_person("c:1", "H2", "Coast")]
        hub.add(Step(tuple(people)).intake())
        ids = read_ids(hub)
        assert len({ids[person.id] for person in people}) == 1
        members = describe(hub, {}, OPERATOR)[0]
        assert sorted(ids[person.id] for person in people)[0] in members  # type: ignore[operator]
        assert describe(hub, {}, AGENCY)[0] != members
