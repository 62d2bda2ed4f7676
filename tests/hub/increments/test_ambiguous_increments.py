"""Increments of records that match two which contradict each other: as one batch of everything."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.hub.entity_preview import load_visible_links
from resolver.records import Address, Handling, Identifier, Record
from resolver.records.decisions import Verdict
from resolver.records.results.resolution import Basis, Outcome
from resolver.records.visibility import STRANGER
from tests.examples import IS_NIGHTLY, examples
from tests.hub.hubs import (
    Step,
    Stores,
    export_steps,
    make_decision,
    restrict_some,
    seed_population,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow
HOME = Address(full="Strada Lunga 14, Brasov")
IDS = ("a:1", "b:1", "c:1")
_NAMES = ("Gheorghe Vasilescu Oprea", "Gheorge Vasilescu Oprea", "Ilona Kereszturi")
_BIRTHS = {1948: "1948-03-02", 1975: "1975-11-20", 1977: "1977-06-15"}
_HEALTH = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def make_relative(identity: str, *years: int, name: str = _NAMES[0]) -> Record:
    dates = tuple(_BIRTHS[year] for year in years)
    return record(identity, name=name, birthDate=dates, addresses=[HOME])


def generate_families(count: int, dice: random.Random) -> list[Record]:
    """Return records of a few families of one name and home, many without a birth date."""
    records = []
    for number in range(count):
        name = dice.choice(_NAMES)
        years = dice.choice([(), (), (1948,), (1975,), (1977,), (1948, 1975)])
        values = make_relative(f"{dice.choice('stu')}:{number}", *years, name=name)
        if dice.random() < 0.3:
            passport = Identifier("passportNumber", f"AB12345{dice.randrange(2)}", "ro")
            values = replace(values, identifiers=(passport,))
        records.append(values)
    return records


def test_a_third_record_waits_with_both_in_any_order(stores: Stores) -> None:
    family = [make_relative("a:1", 1948), make_relative("b:1", 1975), make_relative("c:1")]
    whole = export_steps(stores, [Step(tuple(family))])
    orders = list(permutations(family))
    for order in orders if IS_NIGHTLY else orders[::2]:
        assert export_steps(stores, [Step((item,)) for item in order]) == whole
    with stores.new() as hub:
        for item in family:
            hub.add(Step((item,)).intake())
        with hub.store.view() as view:
            links = view.all_links()
            ids = view.record_ids([*links.left.tolist(), *links.right.tolist(), *links.rival])
        waiting = {
            (ids[left], ids[right]): ids[rival]
            for left, right, rival in zip(links.left, links.right, links.rival, strict=True)
            if rival
        }
        assert waiting == {("a:1", "c:1"): "b:1", ("b:1", "c:1"): "a:1"}
        chosen = links.rival > 0
        assert set(links.basis[chosen]) == {Basis.AMBIGUOUS}
        assert set(links.outcome[chosen]) == {Outcome.QUEUED}


def test_a_record_whose_rival_ends_joins(stores: Stores) -> None:
    father, son, third = (
        make_relative("a:1", 1948),
        make_relative("b:1", 1975),
        make_relative("c:1"),
    )
    other = record("b:2", name="Aurelio Xylander")
    last = [Step((father,)), Step((other,), version="2026"), Step((third,))]
    steps = [Step((father,)), Step((son, other), version="2025"), Step((third,)), last[1]]
    assert export_steps(stores, steps) == export_steps(stores, last)


@settings(deadline=None, max_examples=examples(6), suppress_health_check=_HEALTH)
@given(seed=st.integers(0, 10**9))
def test_families_in_parts_equal_one_batch(stores: Stores, seed: int) -> None:
    """New versions, withdrawn records, decisions and restricted records, in any order."""
    dice = random.Random(seed)
    records = restrict_some(
        generate_families(dice.choice([6, 12, 25]), dice), dice.choice([0, 0, 0.4]), dice
    )
    listed = [item for item in records if item.source == "s"]
    others = [item for item in records if item.source != "s"]
    steps = [Step(()) for _ in range(dice.choice([2, 5, 10]))]
    for item in others:
        place = dice.randrange(len(steps))
        steps[place] = replace(steps[place], records=(*steps[place].records, item))
    pairs = dice.sample(others, min(len(others), 2 * dice.randrange(3)))
    log = []
    for minute, (left, right) in enumerate(zip(pairs[::2], pairs[1::2], strict=False)):
        log.append(make_decision((left.id, right.id), dice.choice(list(Verdict)), minute))
    for decision in log:
        place = dice.randrange(len(steps))
        steps[place] = replace(steps[place], decisions=(*steps[place].decisions, decision))
    steps = [step for step in steps if step.records or step.decisions]
    newest = []
    for version in ("2024", "2025", "2026"):
        newest = [item for item in listed if dice.random() < 0.7]
        if newest:
            steps.insert(dice.randrange(len(steps) + 1), Step(tuple(newest), version=version))
    versions = [step for step in steps if step.version]
    whole = [Step(tuple(others), tuple(log))] if others else []
    if versions:
        whole.append(max(versions, key=lambda step: step.version))
    assert export_steps(stores, steps) == export_steps(stores, whole)


def test_links_without_hidden_records_name_the_rival(stores: Stores) -> None:
    """The first has a hidden record, and shares too little with the second to be compared."""
    first, second = (
        record(
            f"{source}:1",
            name=_NAMES[0],
            birthDate=_BIRTHS[year],
            birthPlace=place,
            gender=gender,
            addresses=[HOME],
            identifiers=[Identifier("passportNumber", number, "ro")],
        )
        for source, year, place, gender, number in (
            ("a", 1948, "Brasov", "male", "AB123456"),
            ("b", 1975, "Constanta", "female", "CD987654"),
        )
    )
    third = make_relative("c:1")
    hidden = replace(first, id="d:1", source="d", handling=Handling("Coast", "H2"))
    seen = []
    for records in ((first, second, third), (first, second, third, hidden)):
        with stores.new() as hub:
            seed_population(hub)
            hub.add(Step(records).intake())
            with hub.store.view() as view:
                number_of = {row: number for row, (number, _) in view.numbers_of(IDS).items()}
                own = np.array([number_of["a:1"]], dtype=np.int64)
                links = load_visible_links(hub, view, own, STRANGER)
                ids = {number: row for row, number in number_of.items()}
                columns = (links.left, links.right, links.rival)
                seen.append([tuple(map(ids.get, row)) for row in zip(*columns, strict=True)])
    assert seen == [[("a:1", "c:1", "b:1")]] * 2
