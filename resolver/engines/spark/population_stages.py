"""Steps of the workers that count the population of all records.

| step | part | takes | yields |
|---|---|---|---|
| `emit_counted` | range of records | records | their values that counts read |
| `count_all_records` | all records | these values | the population |
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from resolver.engines.spark.arrow_transfer import ArrowPart, pack_batch
from resolver.engines.spark.job import PartReport, WorkerJob, load_job_models
from resolver.engines.spark.part_rows import read_records
from resolver.normalize import count_population
from resolver.normalize.population_counts import COUNTED_PROPERTIES
from resolver.pipeline import normalize
from resolver.records.properties import HANDLING
from resolver.records.visibility import STRANGER, visible_rows


def emit_counted(rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the values of a range that counts read."""
    batch, numbers = read_records(rows)
    columns = {
        name: column
        for name, column in batch.columns.items()
        if name in COUNTED_PROPERTIES or name == HANDLING
    }
    yield ArrowPart(0, "records", pack_batch(replace(batch, columns=columns), numbers))


def count_all_records(job: WorkerJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the population of the records, as JSON."""
    report = PartReport("population")
    batch, _ = read_records(rows)
    prepared = normalize(batch, load_job_models(job))
    population = count_population(prepared, None, visible_rows(batch, STRANGER))
    report.counts |= {"records": len(batch)}
    yield ArrowPart(0, "population", json.dumps(population.to_json()).encode())
    yield report.to_part()
