"""Increments: whatever the batches, their order and the decisions, a store holds what one batch of everything gives."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.blocking import key_join
from resolver.engines.local import dedupe
from resolver.records import Kind, Record, Value
from resolver.records.decisions import Verdict
from resolver.synthetic import generate
from tests.hub.hubs import (
    OPTIONS,
    Step,
    Stores,
    canonical,
    decided,
    intake,
)
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


@pytest.fixture(scope="module")
def world() -> list[Record]:
    return sorted(generate(260, seed=11).records, key=lambda one: one.id)


@pytest.fixture(scope="module")
def close(world: list[Record]) -> list[tuple[str, str]]:
    """The pairs in band match or review, on which stewards decide."""
    found = dedupe(intake(world), OPTIONS)
    ids = found.batch.ids.to_pylist()
    return [
        (ids[a], ids[b])
        for a, b in zip(found.links.left.tolist(), found.links.right.tolist(), strict=True)
    ]


@pytest.fixture(params=[key_join.DEFAULT_CAP, 12, 2])
def cap(request: pytest.FixtureRequest) -> Iterator[int]:
    """The safety valve: in its usual place, and where it closes on names that half a dozen or three bear."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_join, "DEFAULT_CAP", request.param)
        yield request.param


_HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@settings(deadline=None, max_examples=12, suppress_health_check=_HEALTH)
@given(data=st.data())
def test_increments_equal_one_batch(
    stores: Stores, world: list[Record], close: list[tuple[str, str]], cap: int, data: st.DataObject
) -> None:
    dice = random.Random(data.draw(st.integers(0, 10**9), "seed"))
    records = dice.sample(world, data.draw(st.integers(20, 120), "records"))
    count = data.draw(st.integers(1, 5), "batches")
    batches: list[list[Record]] = [[] for _ in range(count)]
    for one in records:
        batches[dice.randrange(count)].append(one)
    # `same` only between pairs that touch nothing else, so that no decisions contradict each other
    pairs = dice.sample(close, min(len(close), data.draw(st.integers(0, 12), "decisions")))
    used: set[str] = set()
    log = []
    for minute, pair in enumerate(pairs):
        free = used.isdisjoint(pair)
        verdict = (
            dice.choice([Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE])
            if free
            else Verdict.UNSURE
        )
        log.append(decided(pair, verdict, minute))
        if free and dice.random() < 0.3:
            log.append(decided(pair, dice.choice(list(Verdict)), minute + 1000))
        used |= set(pair)
    steps = [Step(tuple(batch)) for batch in batches if batch]
    for said in log:
        place = dice.randrange(len(steps))
        steps[place] = replace(steps[place], decisions=(*steps[place].decisions, said))
    whole = canonical(stores, [Step(tuple(records), tuple(log))])
    assert canonical(stores, steps) == whole


def test_kinds_in_any_order_of_arrival(stores: Stores) -> None:
    """Who may be a person or a group comes to the same one of them, whoever was there first."""
    said: dict[str, Any] = {
        "name": "Zbigniew Brzezinski Lewandowski",
        "phone": "+49 30 123456",
        "email": "z@b.org",
    }
    kinds = (Kind.PERSON, Kind.GROUP, Kind.LEGAL)
    steps = [Step((record(f"{kind.label}:1", kind, **said),)) for kind in kinds]
    whole = canonical(stores, [Step(tuple(step.records[0] for step in steps))])
    assert {canonical(stores, order) for order in itertools.permutations(steps)} == {whole}


def test_what_is_compared_anew_meets_by_no_key_that_is_too_common_among_all(stores: Stores) -> None:
    """Two who have nothing but a common name in common are joined by a third: their name stays as common as it is."""
    one = record("s:1", name="Ivan Petrov", passportNumber="P7654321")
    two = record("t:2", name="Ivan Petrov", idNumber="AB998877")
    others = [record(f"u:{number}", name="Ivan Petrov") for number in range(3)]
    third = record("v:3", name="Ivan Petrov", passportNumber="P7654321", idNumber="AB998877")
    with pytest.MonkeyPatch.context() as patch:
        # three records make as many pairs, six make 15
        patch.setattr(key_join, "DEFAULT_CAP", 3)
        whole = canonical(stores, [Step((one, two, *others, third))])
        assert canonical(stores, [Step((one, two, *others)), Step((third,))]) == whole
        with stores.new() as hub:
            hub.add(Step((one, two, *others)).intake())
            hub.add(Step((third,)).intake())
            with hub.store.view() as view:
                ends = {
                    tuple(sorted((link.left_id, link.right_id)))
                    for link in view.links_of_record(one.id)
                }
    # if it were found by its name, it would be here
    assert ends == {(one.id, third.id)}


@settings(deadline=None, max_examples=6, suppress_health_check=_HEALTH)
@given(seed=st.integers(0, 10**9))
def test_list_versions_in_any_order(
    stores: Stores, world: list[Record], cap: int, seed: int
) -> None:
    """Lists that carry versions: what only older ones hold is withdrawn, what both hold is as the newest says."""
    dice = random.Random(seed)
    sources = sorted({one.source for one in world})[:2]
    records = [one for one in world if one.source in sources]
    records = dice.sample(records, min(len(records), 60))
    others = dice.sample([one for one in world if one.source not in sources], 20)
    steps = []
    for version in ("2024-01-01", "2025-01-01", "2026-01-01"):
        held = [_edited(one, version, dice) for one in records if dice.random() < 0.7]
        for source in sources:
            said = tuple(one for one in held if one.source == source)
            if said:
                steps.append(Step(said, version=version))
    steps.append(Step(tuple(others)))
    dice.shuffle(steps)
    newest = {
        source: max(step.version for step in steps if step.records[0].source == source)
        for source in sources
    }
    last = [
        step for step in steps if not step.version or newest[step.records[0].source] == step.version
    ]
    assert canonical(stores, steps) == canonical(
        stores, sorted(last, key=lambda step: step.version)
    )


def _edited(one: Record, version: str, dice: random.Random) -> Record:
    return (
        replace(one, values=(*one.values, Value("notes", version))) if dice.random() < 0.3 else one
    )
