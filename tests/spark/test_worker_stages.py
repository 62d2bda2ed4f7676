"""Steps of a cluster's workers, one after the other in this process.

For any partitioning and order of rows, the result equals the local engine's.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resolver.engines.local import dedupe
from resolver.matching.blocking import PLAN_BY_NAME, RULES, join_candidates
from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import RunOptions, load_models
from resolver.matching.scoring import threshold_logodds
from resolver.records import Batch, Handling
from resolver.records.results.resolution import Outcome, Resolution
from resolver.records.visibility import STRANGER, visible_rows
from resolver.spark import worker_stages as work
from resolver.spark.job import (
    ArrowPart,
    Partitioning,
    WorkerJob,
    concat_arrays,
    pack_arrays,
    pack_batch,
)
from resolver.world import World, generate
from tests.engines.local_runs import build_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow


SHAPES = [Partitioning(1_000, 1, 1, 1), Partitioning(90, 9, 4, 5), Partitioning(333, 3, 7, 2)]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture(scope="module")
def world() -> World:
    return generate(800, seed=12)


@pytest.fixture(scope="module", params=["S", "M", "L"])
def resolution(request: pytest.FixtureRequest, world: World) -> Resolution:
    return dedupe(build_intake(world.records), RunOptions(workers=1, plan=request.param))


def distribute_records(batch: Batch, shape: Partitioning) -> list[ArrowPart]:
    """Return the records in ranges."""
    parts = []
    for part in range(shape.ranges):
        rows = np.arange(part * shape.span, min(len(batch), (part + 1) * shape.span))
        parts.append(ArrowPart(part, "records", pack_batch(batch.take(rows).canonical(), rows)))
    return parts


def run_step_on_parts(
    function: work.Step, job: WorkerJob, rows: Iterable[ArrowPart], seed: int
) -> list[ArrowPart]:
    """Run a step on the rows of each part, in any order, as Spark does."""
    parts: dict[int, list[ArrowPart]] = defaultdict(list)
    for row in rows:
        parts[row.part].append(row)
    results: list[ArrowPart] = []
    for part_rows in parts.values():
        random.Random(seed).shuffle(part_rows)
        results += work.run_step(partial(function, job), part_rows)
    return results


def select(rows: Iterable[ArrowPart], *contents: str) -> list[ArrowPart]:
    return [row for row in rows if row.content in contents]


@dataclass(frozen=True)
class Sent:
    """Value as a worker receives it."""

    value: Any


def run_steps(batch: Batch, job: WorkerJob, seed: int) -> tuple[list[ArrowPart], list[ArrowPart]]:
    """Return the rows after pairs were joined, and after they were scored."""
    records = distribute_records(batch, job.partitioning)
    joined = run_step_on_parts(
        work.emit_pairs, job, run_step_on_parts(work.emit_keys, job, records, seed), seed
    )
    slices = run_step_on_parts(work.emit_records, job, [*records, *select(joined, "needs")], seed)
    return joined, run_step_on_parts(
        work.score_part, job, [*slices, *select(joined, "pairs")], seed
    )


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_pairs_and_scores_equal_those_of_the_local_engine(
    shape: Partitioning, world: World, resolution: Resolution
) -> None:
    least = threshold_logodds(RunOptions().thresholds.review)
    population = Sent(resolution.stats.population)
    job = WorkerJob(resolution.stats.plan, (), least, shape, population=population)
    joined, scored = run_steps(resolution.batch, job, seed=len(str(shape)))
    links = concat_arrays([row.body for row in select(scored, "links")], work.SCORED_COLUMNS)
    order = np.lexsort((links["right"], links["left"]))
    # links within an entity have the score of the merge that joined them, and that of the records
    threshold = threshold_logodds(RunOptions().thresholds.match)
    match = resolution.links.outcome == Outcome.MERGED
    match &= resolution.links.record_logodds >= threshold
    labels = resolution.labels
    within = labels[links["left"][order]] == labels[links["right"][order]]
    strong = within & (links["logodds"][order] >= threshold)
    columns = {"left": "left", "right": "right", "logodds": "record_logodds"}
    for name, column in columns.items():
        own = getattr(resolution.links, column)[match]
        assert np.array_equal(links[name][order][strong], own), name
    accounts = [json.loads(row.body) for row in select(scored, "account")]
    rest = concat_arrays([row.body for row in select(scored, "rest")], work.SCORED_COLUMNS)
    assert len(links["left"]) + len(rest["left"]) == resolution.stats.candidate_pairs
    assert (rest["logodds"] < least).all()
    histogram = np.sum(
        [report["histogram"] for report in accounts if "histogram" in report], axis=0
    )
    # entities shift local scores, so only the number of scores is the same
    assert histogram.sum() == np.sum(resolution.stats.score_histogram)
    blocked = [json.loads(row.body) for row in select(joined, "account")]
    names = {rule.name: str(number) for number, rule in enumerate(RULES)}
    for rule in resolution.stats.rules:
        keys, cut = (
            sum(report.get("rules", {}).get(names[rule.name], (0, 0))[at] for report in blocked)
            for at in (0, 1)
        )
        pairs, only = (
            sum(report.get("rules", {}).get(names[rule.name], (0, 0))[at] for report in accounts)
            for at in (0, 1)
        )
        assert (keys, cut, pairs, only) == (rule.keys, rule.cut, rule.pairs, rule.only), rule.name


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("cap", [500_000, 12])
def test_linking_two_sets(shape: Partitioning, cap: int, world: World) -> None:
    """Only pairs across the sides are made, and purging counts only those."""
    batch = build_intake(world.records).batch
    sides = (np.arange(len(batch)) % 7 % 3).astype(np.uint8)

    class Sent:
        value = sides

    prepared = normalize(batch, load_models().for_population("S", None))
    pairs, rules = join_candidates(prepared, PLAN_BY_NAME["S"], sides=sides, cap=cap, workers=1)
    joined, scored = run_steps(
        batch, WorkerJob("S", (), -(2**31), shape, sides=Sent(), cap=cap), seed=3
    )
    links = concat_arrays([row.body for row in select(scored, "links")], work.SCORED_COLUMNS)
    order = np.lexsort((links["right"], links["left"]))
    assert np.array_equal(links["left"][order], pairs.left)
    assert np.array_equal(links["right"][order], pairs.right)
    accounts = [json.loads(row.body) for row in select(joined, "account")]
    cut = sum(sum(purged for _, purged in report.get("rules", {}).values()) for report in accounts)
    assert cut == sum(rule.cut for rule in rules)
    assert (cut > 0) == (cap == 12)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_equal_records_of_purged_keys_have_the_pairs_of_one_machine(
    shape: Partitioning, seed: int
) -> None:
    """One stands for all: whatever list they are in, and where two sets are linked."""
    dice, records = random.Random(seed), []
    for number in range(200):
        name, code = dice.choice(["Ana Huanca", "Ana Huanco"]), dice.choice(["H0", "H0", "H2"])
        row = record(f"{dice.choice('st')}:{number:03}", name=name, birthDate="1962-02-11")
        records.append(replace(row, handling=Handling("River", code)))
        other = dice.choice(["ad", "bo", "pl"])
        records.append(record(f"x:{number:03}", name=f"{other} {number}", nationality=other))
    batch = build_intake(records).batch
    lists = ["t"] if seed % 2 else []
    sides = np.arange(len(batch), dtype=np.int64) % 3 if seed > 1 else None
    sent = None if sides is None else Sent(sides.astype(np.uint8))
    job = WorkerJob("S", tuple(lists), -(2**31), shape, sides=sent, cap=50)
    _, scored = run_steps(batch, job, seed=3)
    links = concat_arrays([row.body for row in select(scored, "links")], work.SCORED_COLUMNS)
    prepared = normalize(batch, load_models().for_population("S", None), lists)
    pairs, _ = join_candidates(
        prepared,
        PLAN_BY_NAME["S"],
        cap=50,
        sides=None if sides is None else sides.astype(np.uint8),
        is_last=~_find_public(batch),
    )
    order = np.lexsort((links["right"], links["left"]))
    assert np.array_equal(links["left"][order], pairs.left)
    assert np.array_equal(links["right"][order], pairs.right)
    is_twin = links["twin"] != 0
    twins = {tuple(sorted(pair)) for pair in pairs.twins.tolist()}
    assert len(twins) > 100
    assert (
        set(zip(links["left"][is_twin].tolist(), links["right"][is_twin].tolist(), strict=True))
        == twins
    )


def _find_public(batch: Batch) -> npt.NDArray[np.bool_]:
    """Return for each record whether strangers see it."""
    visible = visible_rows(batch, STRANGER)
    assert visible is not None
    return visible


def test_steps_are_repeatable(world: World) -> None:
    batch = build_intake(world.records).batch
    job = WorkerJob("S", (), 0, SHAPES[1])
    first_run, second_run = (run_steps(batch, job, seed) for seed in (1, 2))
    for first_rows, second_rows in zip(first_run, second_run, strict=True):
        for content in ("pairs", "needs", "links", "rest"):
            assert sorted(select(first_rows, content)) == sorted(select(second_rows, content)), (
                content
            )


def test_pairs_within_components() -> None:
    class Sent:
        value = np.array([1, 2, 5, 9], np.int32), np.array([0, 0, 0, 3], np.int32)

    scored = {"left": [1, 1, 2, 0, 1], "right": [2, 9, 5, 1, 7], "logodds": [-5, -6, -7, -8, -9]}
    scored |= {"marks": [0, 0, 0, 0, 0], "twin": [1, 0, 0, 0, 0]}
    body = pack_arrays({name: np.array(values, np.int32) for name, values in scored.items()})
    rows = list(work.keep_component_pairs(Sent(), [ArrowPart(0, "rest", body)]))
    inside = concat_arrays([row.body for row in rows], work.SCORED_COLUMNS)
    assert {name: values.tolist() for name, values in inside.items()} == {
        "left": [1, 2],
        "right": [2, 5],
        "logodds": [-5, -7],
        "marks": [0, 0],
        "twin": [1, 0],
    }


def test_partitioning_covers_all_records_and_cores() -> None:
    for count, cores in [(1, 2), (199, 4), (1_000, 2), (1_000_000, 2), (100_000_000, 400)]:
        shape = Partitioning.choose(count, cores)
        assert (shape.ranges - 1) * shape.span < count <= shape.ranges * shape.span
        assert min(shape.keys, shape.pairs) >= cores
