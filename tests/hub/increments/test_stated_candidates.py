"""Statements of lists in increments: a store equals one batch of everything."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from resolver.hub import increment, link_changes
from resolver.hub import increment_candidates as candidates
from resolver.hub.increment import largest_component_within
from resolver.records import Record, Relation, RelationType
from resolver.records.decisions import Verdict
from resolver.records.results.resolution import Outcome
from tests.hub.hubs import (
    Step,
    Stores,
    export_canonical,
    export_steps,
    make_decision,
    make_intake,
    make_namesake,
    seed_population,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow

NAMES = ("Mohammed Ali", "Mohammed Ali Jr.", "Mohammed Ali Sr.", "Mohamed Ali", "Ali Hassan")


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def related_namesakes(seed: int, count: int = 40) -> list[Record]:
    """Return records of few names and years, many of them related to others, known or not."""
    dice = random.Random(seed)
    ids = [f"{dice.choice('st')}:{number}" for number in range(count)]
    return [
        record(
            identity,
            name=dice.choice(NAMES),
            birthDate=str(dice.choice((1961, 1962))),
            relations=[
                Relation(dice.choice(list(RelationType)), dice.choice([*ids, "s:x", "t:y"]))
                for _ in range(dice.choice((0, 0, 1, 3)))
            ],
        )
        for identity in ids
    ]


@pytest.mark.parametrize("is_cached", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_increments_equal_one_batch(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, seed: int, is_cached: bool
) -> None:
    if is_cached:
        for module in (link_changes, candidates):
            monkeypatch.setattr(module, "MIN_CACHED_PAIRS", 1)
        monkeypatch.setattr(
            increment,
            "largest_component_within",
            lambda blocks, old, _: largest_component_within(blocks, old, -len(old)),
        )
    dice, records = random.Random(seed), related_namesakes(seed)
    left, right = dice.sample([item.id for item in records], 2)
    decisions = (make_decision((left, right), Verdict.SAME, 1),)
    with stores.new() as hub:
        seed_population(hub)
        hub.add(Step((), decisions).intake(), decisions)
        rest = list(records)
        while rest:
            size = dice.randrange(1, 9)
            hub.add(make_intake(rest[:size]))
            rest = rest[size:]
        in_steps = export_canonical(hub)
        with hub.store.view() as view:
            assert Outcome.APART in view.all_links().outcome
    assert in_steps == export_steps(stores, [Step(tuple(records), decisions)])


def father_and_son() -> tuple[Record, Record]:
    father = replace(
        make_namesake("a:1"), relations=(Relation(RelationType.FAMILY_OF, "a:2", role="father"),)
    )
    return father, make_namesake("a:2")


@pytest.mark.parametrize("is_turned", [False, True])
def test_the_statement_of_either_record_counts(stores: Stores, is_turned: bool) -> None:
    first, second = father_and_son()[:: -1 if is_turned else 1]
    with stores.new() as hub:
        seed_population(hub)
        hub.add(Step((first,)).intake())
        hub.add(Step((second,)).intake())
        with hub.store.view() as view:
            assert view.entity_key("a:1") != view.entity_key("a:2")
            assert view.all_links().outcome.tolist() == [Outcome.APART]
        # a new version without the relation merges the two, and back
        hub.add(Step((make_namesake("a:1"),)).intake())
        with hub.store.view() as view:
            assert view.entity_key("a:1") == view.entity_key("a:2")
        hub.add(Step((father_and_son()[0],)).intake())
        with hub.store.view() as view:
            assert view.entity_key("a:1") != view.entity_key("a:2")


@pytest.mark.parametrize("year", ["", "1961", "1962", "1963"])
def test_a_link_in_band_review_does_not_wait(stores: Stores, year: str) -> None:
    """Set pairs apart that are too weak to be resolved together by their scores."""
    son = record("a:2", name="Mohammed Ali Hassan", birthDate="1961-04-05" if year else ())
    # contradictions weigh more where a record states relations: both do
    father = record(
        "a:1",
        name="Mohammed Ali Hassan",
        birthDate=year or (),
        relations=[Relation(RelationType.FAMILY_OF, "a:9")],
    )
    related = replace(father, relations=(Relation(RelationType.FAMILY_OF, "a:2"),))
    outcomes = []
    for first in (father, related):
        with stores.new() as hub:
            seed_population(hub)
            hub.add(Step((son,)).intake())
            hub.add(Step((first,)).intake())
            with hub.store.view() as view:
                outcomes.append(view.all_links().outcome.tolist())
            assert export_canonical(hub) == export_steps(stores, [Step((son, first))])
    assert outcomes[1] == [Outcome.APART] * len(outcomes[0])
