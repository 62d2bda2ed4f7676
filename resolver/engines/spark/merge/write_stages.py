"""Steps of the workers from entities and links to result files.

| step | part | takes | yields |
|---|---|---|---|
| `emit_entities` | range of records | records | records for each file, and those it refers to |
| `write_entities` | file | these, links | a report; the file is written |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from resolver.engines.parquet_files import PartResults, write_part
from resolver.engines.spark.arrow_transfer import (
    ArrowPart,
    concat_arrays,
    pack_batch,
    unpack_batch,
)
from resolver.engines.spark.job import Broadcast, PartReport, Rows
from resolver.engines.spark.merge.merge_stages import LINK_COLUMNS
from resolver.engines.spark.merge.write_plan import WritePlan
from resolver.engines.spark.part_rows import (
    iterate_parts,
    place_finder,
    read_records,
    select_bodies,
)
from resolver.merging import build_partition
from resolver.merging.relation_targets import RelationTargets, find_targets
from resolver.merging.schemata import find_entity_schemata, find_record_schemata
from resolver.records import Batch, concat
from resolver.records.batch import IntArray
from resolver.records.results.resolution import Links


@dataclass(frozen=True, slots=True)
class WriteJob:
    """Facts that workers need to write: the plan, and the folder that all of them write to."""

    plan: Broadcast[WritePlan]
    folder: Path
    only_entities: bool


def emit_entities(job: WriteJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the records of a range for each file, and without values those it refers to."""
    batch, numbers = read_records(rows)
    plan = job.plan.value
    names = replace(batch, columns={})
    values = names if job.only_entities else batch
    for part, chosen in iterate_parts(plan.part_of[numbers].astype(np.int32)):
        yield ArrowPart(part, "records", _pack(values, numbers, chosen))
    first, last = np.searchsorted(plan.context[:, 0], [numbers[0], numbers[-1] + 1])
    context = plan.context[first:last]
    places = place_finder(numbers)(context[:, 0])
    for part, chosen in iterate_parts(context[:, 1]):
        yield ArrowPart(part, "context", _pack(names, numbers, places[chosen]))


def _pack(batch: Batch, numbers: Rows, chosen: npt.NDArray[np.integer]) -> bytes:
    return pack_batch(batch.take(chosen).canonical(), numbers[chosen])


def write_entities(job: WriteJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Write the file of some entities in each folder; yield a report."""
    report = PartReport("write", {"number": rows[0].part})
    batch, numbers = read_records(rows)
    unpacked = [unpack_batch(body) for body in select_bodies(rows, "context")]
    united = concat([batch, *(part for part, _ in unpacked)]).canonical()
    numbers_of_all = np.sort(np.concatenate([numbers, *(part for _, part in unpacked)]))
    links = concat_arrays(select_bodies(rows, "links"), LINK_COLUMNS)
    place = place_finder(numbers_of_all)
    links |= {side: place(links[side]) for side in ("left", "right")}
    has_rival = links["rival"] >= 0
    links["rival"][has_rival] = place(links["rival"][has_rival])
    labels = job.plan.value.labels
    results = PartResults(
        batch,
        _local_labels(labels[numbers]),
        Links(**links),
        united.ids,
        _find_targets(united, _local_labels(labels[numbers_of_all])),
    )
    write_part(job.folder, rows[0].part, results, only_entities=job.only_entities)
    report.counts |= {"records": len(batch)}
    yield report.to_part()


def _local_labels(labels: IntArray) -> IntArray:
    """Return the smallest place with the label of each place."""
    _, first, place = np.unique(labels, return_index=True, return_inverse=True)
    return first[place].astype(np.int32)


def _find_targets(batch: Batch, labels: IntArray) -> RelationTargets:
    partition = build_partition(batch, labels)
    schemata = find_entity_schemata(partition, find_record_schemata(batch))
    return find_targets(batch, partition, schemata)
