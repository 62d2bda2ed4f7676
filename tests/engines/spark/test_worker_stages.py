"""The steps of a cluster's workers, one after the other in this process: however the work is cut and in whatever order
parcels come, the result is that of the local engine."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from resolver.blocking import PLAN_BY_NAME, RULES, candidates
from resolver.engines.local import dedupe
from resolver.engines.spark import worker_stages as work
from resolver.engines.spark.arrow_transfer import (
    Parcel,
    numbers,
    pack,
    pack_batch,
    parcels,
    to_arrow,
)
from resolver.engines.spark.job import Job, Shape
from resolver.pipeline import RunOptions, load_models, prepared_of
from resolver.records import Batch
from resolver.records.results.resolution import Resolution
from resolver.scoring import border
from resolver.synthetic import World, generate
from tests.engines.test_local import intake
from tests.normalize.preparing import quick_symbols

SHAPES = [Shape(1_000, 1, 1, 1), Shape(90, 9, 4, 5), Shape(333, 3, 7, 2)]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


@pytest.fixture(scope="module")
def world() -> World:
    return generate(800, seed=12)


@pytest.fixture(scope="module", params=["S", "M", "L"])
def found(request: pytest.FixtureRequest, world: World) -> Resolution:
    return dedupe(intake(world.records), RunOptions(workers=1, plan=request.param))


def sent(batch: Batch, shape: Shape) -> list[Parcel]:
    """The records, in ranges."""
    answer = []
    for part in range(shape.ranges):
        rows = np.arange(part * shape.span, min(len(batch), (part + 1) * shape.span))
        answer.append(Parcel(part, "records", pack_batch(batch.take(rows).canonical(), rows)))
    return answer


def step(function: work.Step, job: Job, rows: Iterable[Parcel], seed: int) -> list[Parcel]:
    """What Spark does: each part's parcels to one call, in any order."""
    parts: dict[int, list[Parcel]] = defaultdict(list)
    for row in rows:
        parts[row.part].append(row)
    answer = []
    for here in parts.values():
        random.Random(seed).shuffle(here)
        answer += list(parcels(work.run(function, job, to_arrow(here))))
    return answer


def of(rows: Iterable[Parcel], *what: str) -> list[Parcel]:
    return [row for row in rows if row.what in what]


def judged(batch: Batch, job: Job, seed: int) -> tuple[list[Parcel], list[Parcel]]:
    """The parcels after joining and after judging."""
    records = sent(batch, job.shape)
    joined = step(work.join, job, step(work.keys, job, records, seed), seed)
    slices = step(work.slices, job, [*records, *of(joined, "needs")], seed)
    return joined, step(work.judge, job, [*slices, *of(joined, "pairs")], seed)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_same_pairs_with_the_same_scores(shape: Shape, world: World, found: Resolution) -> None:
    least = border(RunOptions().borders.review)
    job = Job(found.stats.plan, (), least, shape)
    joined, scored = judged(found.batch, job, seed=len(str(shape)))
    links = numbers([row.body for row in of(scored, "links")], work.SCORED)
    order = np.lexsort((links["right"], links["left"]))
    for name in work.SCORED:
        assert np.array_equal(links[name][order], getattr(found.links, name)), name
    accounts = [json.loads(row.body) for row in of(scored, "account")]
    rest = numbers([row.body for row in of(scored, "rest")], work.SCORED)
    assert len(links["left"]) + len(rest["left"]) == found.stats.candidate_pairs
    assert (rest["logodds"] < least).all()
    histogram = np.sum([one["histogram"] for one in accounts if "histogram" in one], axis=0)
    assert np.array_equal(histogram, found.stats.score_histogram)
    blocked = [json.loads(row.body) for row in of(joined, "account")]
    names = {rule.name: str(number) for number, rule in enumerate(RULES)}
    for rule in found.stats.rules:
        keys, cut = (
            sum(one.get("rules", {}).get(names[rule.name], (0, 0))[at] for one in blocked)
            for at in (0, 1)
        )
        pairs, only = (
            sum(one.get("rules", {}).get(names[rule.name], (0, 0))[at] for one in accounts)
            for at in (0, 1)
        )
        assert (keys, cut, pairs, only) == (rule.keys, rule.cut, rule.pairs, rule.only), rule.name


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("cap", [500_000, 12])
def test_linking_two_sets(shape: Shape, cap: int, world: World) -> None:
    """Only pairs across the sides, and what is passed over for the safety valve counts pairs across alone."""
    batch = intake(world.records).batch
    sides = (np.arange(len(batch)) % 3 == 0).astype(np.uint8)

    class Sent:
        value = sides

    prepared = prepared_of(batch, load_models(None, "S"))
    pairs, rules = candidates(prepared, PLAN_BY_NAME["S"], sides=sides, cap=cap, workers=1)
    joined, scored = judged(batch, Job("S", (), -(2**31), shape, sides=Sent(), cap=cap), seed=3)
    links = numbers([row.body for row in of(scored, "links")], work.SCORED)
    order = np.lexsort((links["right"], links["left"]))
    assert np.array_equal(links["left"][order], pairs.left)
    assert np.array_equal(links["right"][order], pairs.right)
    accounts = [json.loads(row.body) for row in of(joined, "account")]
    cut = sum(sum(two for _, two in one.get("rules", {}).values()) for one in accounts)
    assert cut == sum(rule.cut for rule in rules)
    assert (cut > 0) == (cap == 12)


def test_a_part_done_twice_gives_the_same(world: World) -> None:
    batch = intake(world.records).batch
    job = Job("S", (), 0, SHAPES[1])
    one, two = (judged(batch, job, seed) for seed in (1, 2))
    for first, second in zip(one, two, strict=True):
        for what in ("pairs", "needs", "links", "rest"):
            assert sorted(of(first, what)) == sorted(of(second, what)), what


def test_pairs_within_components() -> None:
    class Sent:
        value = np.array([1, 2, 5, 9], np.int32), np.array([0, 0, 0, 3], np.int32)

    scored = {"left": [1, 1, 2, 0, 1], "right": [2, 9, 5, 1, 7], "logodds": [-5, -6, -7, -8, -9]}
    body = pack({name: np.array(values, np.int32) for name, values in scored.items()})
    rows = list(parcels(work.inside(Sent(), to_arrow([Parcel(0, "rest", body)]))))
    kept = numbers([row.body for row in rows], work.SCORED)
    assert {name: values.tolist() for name, values in kept.items()} == {
        "left": [1, 2],
        "right": [2, 5],
        "logodds": [-5, -7],
    }


def test_parts_hold_all_records_and_use_all_cores() -> None:
    for count, cores in [(1, 2), (199, 4), (1_000, 2), (1_000_000, 2), (100_000_000, 400)]:
        shape = Shape.of(count, cores)
        assert (shape.ranges - 1) * shape.span < count <= shape.ranges * shape.span
        assert min(shape.keys, shape.pairs) >= cores
