"""Population that a worker counts from ranges of records: that of one machine."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from resolver.matching.pipeline import normalize
from resolver.matching.population_scoring import count_task_population
from resolver.matching.resolution_task import ResolutionTask
from resolver.records import Handling
from resolver.records.prepared.population import Population
from resolver.spark.engine import count_all_records, emit_counted
from resolver.spark.job import ArrowPart, Partitioning, WorkerJob, pack_batch
from resolver.world import generate
from tests.engines.local_runs import OPTIONS, build_intake


def test_counts_equal_those_of_one_machine() -> None:
    """Records that not everybody may see are left out."""
    records = [
        replace(row, handling=Handling("x", "H2")) if number % 9 == 0 else row
        for number, row in enumerate(generate(400, seed=6, networks=True).records)
    ]
    batch = build_intake(records).batch
    task = ResolutionTask.build(batch, (), OPTIONS)
    expected = count_task_population(task, normalize(batch, task.models))
    values: list[ArrowPart] = []
    for part, rows in enumerate(np.array_split(np.arange(len(batch)), 3)):
        body = pack_batch(batch.take(rows).canonical(), rows)
        values += emit_counted([ArrowPart(part, "records", body)])
    job = WorkerJob(task.plan.name, (), 0, Partitioning(1, 1, 1, 1))
    counted = {row.content: json.loads(row.body) for row in count_all_records(job, values[::-1])}
    assert Population.from_json(counted["population"]) == expected
    assert counted["account"]["records"] == len(batch)
    assert expected.of("person").records < len(batch)
