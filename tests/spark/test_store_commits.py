"""Stores whose records a cluster compares: their contents equal those of one machine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from resolver.errors import EngineError
from resolver.hub.hub import Hub
from resolver.records import Record
from resolver.records.decisions import Verdict
from resolver.spark.engine import SparkEngine
from resolver.store import StoreView
from resolver.world import generate
from tests.engines.local_runs import build_intake
from tests.hub.hubs import (
    OPTIONS,
    Stores,
    export_canonical,
    make_decision,
    make_intake,
    restrict_some,
)
from tests.records.samples import record
from tests.spark.clusters import SMALL_PARTS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world() -> list[Record]:
    """Return records of several lists, with networks, of which some are restricted."""
    records = list(generate(700, seed=29, networks=True).records)
    name = "Gheorghe Vasilescu Oprea"
    records += [
        record(f"{source}:1", name=name, birthDate=date, phone="+40 268 123456")
        for source, date in (("fa", "1948-03-02"), ("so", "1975-11-20"), ("th", ()))
    ]
    return restrict_some(records, 0.3, random.Random(29))


@pytest.fixture
def pair(stores: Stores) -> Iterator[tuple[Hub, Hub]]:
    """Yield two new hubs: one for this machine, one for a cluster."""
    with stores.new() as local, stores.new() as spread:
        yield local, spread


def store_contents(view: StoreView) -> dict[str, Any]:
    """Return what a resolution leaves in a store: members, links, events and population."""
    links, head, (records, entities) = view.all_links(), view.head, view.all_members()
    population = view.population()
    return {
        "members": (records.tolist(), entities.tolist()),
        **{column.name: getattr(links, column.name).tolist() for column in fields(links)},
        "events": [(change.revision, change.kind) for change in view.changes(0)],
        "population": None if population is None else (population[0], population[1].to_json()),
        "head": (head.revision, head.last_entity, head.plan, head.stamp, head.thresholds),
    }


def assert_same_store(local: Hub, spread: Hub) -> None:
    with local.store.view() as view, spread.store.view() as other:
        expected, actual = store_contents(view), store_contents(other)
    for name, value in expected.items():
        assert actual[name] == value, name
    assert export_canonical(local) == export_canonical(spread)


def test_first_lists_of_a_store(cluster: str, pair: tuple[Hub, Hub], world: list[Record]) -> None:
    local, spread = pair
    engine = SparkEngine(cluster, SMALL_PARTS)
    sources = sorted({first.source for first in world})
    intake = build_intake(world[:-40], deduplicated_sources=sources[:1])
    decisions = [make_decision((world[0].id, world[1].id), Verdict.SAME, 0)]
    expected = local.add(intake, decisions)
    preview = spread.add(intake, decisions, dry_run=True, engine=engine)
    assert preview.revision == spread.store.revision == 0
    assert np.array_equal(preview.changed_entities, expected.changed_entities)
    result = spread.add(intake, decisions, engine=engine)
    assert "components" in {stage.name for stage in result.stats.stages}
    assert result.stats.rules == expected.stats.rules
    assert np.array_equal(result.stats.score_histogram, expected.stats.score_histogram)
    assert len(expected.changed_entities) < len(intake.batch)
    assert_same_store(local, spread)
    # the next lists are compared with an index of all records
    for hub in (local, spread):
        hub.add(make_intake(world[-40:]))
    assert_same_store(local, spread)
    with pytest.raises(EngineError, match="takes the first lists of a store") as caught:
        spread.add(make_intake([record("x:1", name="Amelia Earhart")]), engine=engine)
    assert "leave out --engine spark; `resolver rebuild --engine spark`" in caught.value.line()
    assert spread.store.revision == 2


@pytest.mark.nightly
def test_rebuilds_and_refreshes(cluster: str, pair: tuple[Hub, Hub], world: list[Record]) -> None:
    local, spread = pair
    engine = SparkEngine(cluster, SMALL_PARTS)
    for hub in pair:
        hub.add(make_intake(world[:200]))
        hub.add(make_intake(world[200:]))
    effect = local.preview_refresh()
    assert effect.before != effect.after
    assert spread.preview_refresh(engine=engine) == effect
    assert local.refresh() == spread.refresh(engine=engine) == 3
    assert_same_store(local, spread)
    other = replace(OPTIONS, merge_at=0.999, plan="M")
    effect = local.preview_rebuild(other)
    assert effect.changed
    assert spread.preview_rebuild(other, engine=engine) == effect
    assert local.rebuild(other) == spread.rebuild(other, engine=engine) == 4
    assert_same_store(local, spread)


def test_a_store_without_records_needs_no_cluster(pair: tuple[Hub, Hub]) -> None:
    local, spread = pair
    for hub in pair:
        hub.add(make_intake([record("x:1", name="Amelia Earhart")]))
        hub.withdraw(["x:1"])
    assert local.rebuild() == spread.rebuild(engine=SparkEngine()) == 3
    assert_same_store(local, spread)
