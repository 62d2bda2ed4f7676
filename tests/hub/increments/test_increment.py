"""Increments: for any batches, orders and decisions, a store equals one batch of everything."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.engines.local import dedupe
from resolver.hub import increment
from resolver.hub.increment_candidates import IncrementContext, WorkingSet, prepare_with_stored
from resolver.matching.blocking import key_join
from resolver.matching.blocking.key_lookup import build_key_table
from resolver.matching.pipeline import compare_and_score
from resolver.names.name_index import NameIndex
from resolver.records import Identifier, Kind, Record, Value
from resolver.records.decisions import Verdict
from resolver.records.prepared.batch import PreparedBatch
from resolver.world import generate
from tests.examples import IS_NIGHTLY, examples
from tests.hub.hubs import (
    OPTIONS,
    Step,
    Stores,
    export_steps,
    make_decision,
    make_intake,
    restrict_some,
)
from tests.hub.stored_links import stored_links
from tests.matching.preparing import quick_symbols
from tests.records.partial_records import generate_partial_records
from tests.records.samples import record

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture(scope="module")
def world() -> list[Record]:
    return sorted(generate(260, seed=11).records, key=lambda generated: generated.id)


@pytest.fixture(scope="module")
def close(world: list[Record]) -> list[tuple[str, str]]:
    """Return the pairs in band match or review, on which stewards decide."""
    resolution = dedupe(make_intake(world), OPTIONS)
    ids = resolution.batch.ids.to_pylist()
    return [
        (ids[a], ids[b])
        for a, b in zip(
            resolution.links.left.tolist(), resolution.links.right.tolist(), strict=True
        )
    ]


@pytest.fixture(params=[key_join.MAX_BLOCK_PAIRS, 12, 2])
def cap(request: pytest.FixtureRequest) -> Iterator[int]:
    """Set the limit of block purging: the default, and limits that common names pass."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_join, "MAX_BLOCK_PAIRS", request.param)
        yield request.param


_SHARES = st.sampled_from([0, 0.2, 0.6])
"""Share of records that not everybody may see."""
_HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@settings(deadline=None, max_examples=examples(4), suppress_health_check=_HEALTH)
@given(data=st.data())
def test_increments_equal_one_batch(
    stores: Stores, world: list[Record], close: list[tuple[str, str]], cap: int, data: st.DataObject
) -> None:
    dice = random.Random(data.draw(st.integers(0, 10**9), "seed"))
    records = dice.sample(world, data.draw(st.integers(20, 120), "records"))
    records = restrict_some(records, data.draw(_SHARES, "restricted"), dice)
    count = data.draw(st.integers(1, 5), "batches")
    batches: list[list[Record]] = [[] for _ in range(count)]
    for item in records:
        batches[dice.randrange(count)].append(item)
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
        log.append(make_decision(pair, verdict, minute))
        if free and dice.random() < 0.3:
            log.append(make_decision(pair, dice.choice(list(Verdict)), minute + 1000))
        used |= set(pair)
    steps = [Step(tuple(batch)) for batch in batches if batch]
    for decision in log:
        place = dice.randrange(len(steps))
        steps[place] = replace(steps[place], decisions=(*steps[place].decisions, decision))
    whole = export_steps(stores, [Step(tuple(records), tuple(log))])
    assert export_steps(stores, steps) == whole


@settings(deadline=None, max_examples=examples(4), suppress_health_check=_HEALTH)
@given(seed=st.integers(0, 10**9))
def test_entities_that_grow_by_joint_evidence_equal_one_batch(stores: Stores, seed: int) -> None:
    """Entities merge, wait and part again as records and decisions arrive, in any order."""
    dice = random.Random(seed)
    records = generate_partial_records(dice.choice([30, 60, 90]), seed)
    records = restrict_some(records, dice.choice([0, 0.2, 0.6]), dice)
    log, decided = [], dice.sample(records, 2 * dice.randrange(6))
    for minute, (left, right) in enumerate(zip(decided[::2], decided[1::2], strict=True)):
        pair = (left.id, right.id)
        log.append(make_decision(pair, dice.choice(list(Verdict)), minute))
        if dice.random() < 0.4:
            log.append(make_decision(pair, dice.choice(list(Verdict)), minute + 1000))
    steps = [Step(()) for _ in range(dice.choice([2, 5, 20]))]
    for item in records:
        place = dice.randrange(len(steps))
        steps[place] = replace(steps[place], records=(*steps[place].records, item))
    for decision in log:
        place = dice.randrange(len(steps))
        steps[place] = replace(steps[place], decisions=(*steps[place].decisions, decision))
    steps = [step for step in steps if step.records or step.decisions]
    whole = export_steps(stores, [Step(tuple(records), tuple(log))])
    assert export_steps(stores, steps) == whole


def test_neighbors_of_neighbors_are_resolved(stores: Stores) -> None:
    """A new record merges two entities, and the link of the second with a third changes."""
    date, phone = "1970-03-02", "+591 2 2123456"
    passport = [Identifier("passportNumber", "KD820391", "bo")]
    first = record("a:1", name="Maria Quispe", birthDate=date)
    second = record("a:2", name="Mario Quispe Mamani", birthDate=date, identifiers=passport)
    third = record("a:3", name="Mario Mamani", phone=phone, identifiers=passport)
    last = record("a:4", name="Maria Quispe", birthDate=date, identifiers=passport)
    whole = export_steps(stores, [Step((first, second, third, last))])
    orders = list(itertools.permutations((first, second, third, last)))
    for order in orders if IS_NIGHTLY else orders[::2]:
        assert export_steps(stores, [Step((item,)) for item in order]) == whole


def test_kinds_do_not_depend_on_order_of_arrival(stores: Stores) -> None:
    """Legal entities join the same person or group, whichever came first."""
    values: dict[str, Any] = {
        "name": "Zbigniew Brzezinski Lewandowski",
        "phone": "+49 30 123456",
        "email": "z@b.org",
    }
    kinds = (Kind.PERSON, Kind.GROUP, Kind.LEGAL)
    steps = [Step((record(f"{kind.label}:1", kind, **values),)) for kind in kinds]
    whole = export_steps(stores, [Step(tuple(step.records[0] for step in steps))])
    assert {export_steps(stores, order) for order in itertools.permutations(steps)} == {whole}


def test_records_compared_again_do_not_share_purged_keys(stores: Stores) -> None:
    """Records with only a common name in common are joined by a third: the name stays purged."""
    first = record("s:1", name="Ivan Petrov", passportNumber="P7654321")
    second = record("t:2", name="Ivan Petrov", idNumber="AB998877")
    others = [record(f"u:{number}", name="Ivan Petrov") for number in range(3)]
    third = record("v:3", name="Ivan Petrov", passportNumber="P7654321", idNumber="AB998877")
    with pytest.MonkeyPatch.context() as patch:
        # three records make as many pairs, six make 15
        patch.setattr(key_join, "MAX_BLOCK_PAIRS", 3)
        whole = export_steps(stores, [Step((first, second, *others, third))])
        assert export_steps(stores, [Step((first, second, *others)), Step((third,))]) == whole
        with stores.new() as hub:
            hub.add(Step((first, second, *others)).intake())
            hub.add(Step((third,)).intake())
            with hub.store.view() as view:
                ends = {pair for pair in stored_links(view) if first.id in pair}
    # if it were found by its name, it would be here
    assert ends == {(first.id, third.id)}


@settings(deadline=None, max_examples=examples(2), suppress_health_check=_HEALTH)
@given(seed=st.integers(0, 10**9))
def test_list_versions_do_not_depend_on_order(
    stores: Stores, world: list[Record], cap: int, seed: int
) -> None:
    """Records of older lists only are withdrawn; records of both are as in the newest list."""
    dice = random.Random(seed)
    sources = sorted({record.source for record in world})[:2]
    records = [record for record in world if record.source in sources]
    records = dice.sample(records, min(len(records), 60))
    others = dice.sample([record for record in world if record.source not in sources], 20)
    steps = []
    for version in ("2024-01-01", "2025-01-01", "2026-01-01"):
        edited = [_edited(record, version, dice) for record in records if dice.random() < 0.7]
        for source in sources:
            part = tuple(record for record in edited if record.source == source)
            if part:
                steps.append(Step(part, version=version))
    steps.append(Step(tuple(others)))
    dice.shuffle(steps)
    newest = {
        source: max(step.version for step in steps if step.records[0].source == source)
        for source in sources
    }
    last = [
        step for step in steps if not step.version or newest[step.records[0].source] == step.version
    ]
    assert export_steps(stores, steps) == export_steps(
        stores, sorted(last, key=lambda step: step.version)
    )


def _edited(record: Record, version: str, dice: random.Random) -> Record:
    return (
        replace(record, values=(*record.values, Value("notes", version)))
        if dice.random() < 0.3
        else record
    )


def test_working_sets_from_the_index_are_as_normalized(
    stores: Stores, world: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same keys, and the same score of every pair, as if all records were normalized anew."""
    sizes = []

    def prepare_and_compare(
        context: IncrementContext, queried: WorkingSet, prepared: PreparedBatch, both: WorkingSet
    ) -> PreparedBatch:
        combined, anew = (
            prepare_with_stored(context, queried, prepared, both),
            context.normalize(both.batch)[0],
        )
        tables = [build_key_table(form, context.index.plan) for form in (combined, anew)]
        keys = [
            sorted(zip(table.base.tolist(), table.rows.tolist(), strict=True)) for table in tables
        ]
        assert keys[0] == keys[1]
        left, right = (rows.astype(np.int32) for rows in np.triu_indices(len(both.numbers), 1))
        scored = [
            compare_and_score(form, NameIndex.of(form), context.models, left, right)
            for form in (combined, anew)
        ]
        assert scored[0].tolist() == scored[1].tolist()
        sizes.append((len(queried.numbers), len(both.numbers)))
        return combined

    monkeypatch.setattr(increment, "prepare_with_stored", prepare_and_compare)
    dice = random.Random(4)
    records = dice.sample(world, 160)
    with stores.new() as hub:
        for start in (0, 100, 120, 140):
            hub.add(make_intake(records[start : start + (20 if start else 100)]))
    assert len(sizes) == 3
    assert all(together > queried for queried, together in sizes)
