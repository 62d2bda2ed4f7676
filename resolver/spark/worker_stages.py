"""Steps of the workers of a cluster: the stages of `resolver.matching.pipeline` on single parts.

Each step takes the rows of one part, and yields rows for the parts of the next step. The result
depends only on the set of rows, so a worker that is lost can be replaced at any time.

| step | part | takes | yields |
|---|---|---|---|
| `emit_keys` | range of records | records | keys, and records, by hash; counts of purged keys |
| `emit_pairs` | share of the keys | these | pairs by their left record; records each share needs |
| `emit_records` | range of records | records, needs | needed records for each share of pairs |
| `score_part` | share of the pairs | records, pairs | links, and pairs below the threshold |
| `keep_component_pairs` | share of the pairs | pairs below | pairs within one component |

A frame has two kinds of rows: rows for the next parts, and rows that return to the driver. It is an
RDD of `ArrowPart`. Rows are few and large, and only Python reads them, so Spark SQL, whose start
takes seconds in each process, is not loaded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from resolver.engines.local import PAIRS_PER_CHUNK
from resolver.matching.blocking import PLAN_BY_NAME, RULES, key_groups
from resolver.matching.blocking.key_join import (
    hash_contents,
    pair_equal_contents,
    passes_prefilter,
)
from resolver.matching.blocking.keys import (
    NO_PREFILTER_ARRAYS,
    KeyParts,
    RuleKeys,
    prefilter_arrays,
)
from resolver.matching.blocking.rules import rule_keys
from resolver.matching.kernels.pair_union import ALL_PAIRS
from resolver.matching.pipeline import normalize, score_openly
from resolver.matching.population_scoring import count_partners
from resolver.matching.scoring.score_links import score_histogram
from resolver.matching.scoring.source_shifts import Marks
from resolver.names.name_index import NameIndex
from resolver.records import Batch
from resolver.records.prepared.batch import ByteArray, PreparedBatch
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.visibility import STRANGER, visible_rows
from resolver.runtime.processes import BATCH_OBJECTS, collect_rarely, keep_survivors
from resolver.runtime.text_cache import hash_texts
from resolver.spark.job import (
    Arrays,
    ArrowPart,
    Broadcast,
    PartReport,
    Report,
    Rows,
    Types,
    WorkerJob,
    assign_shares,
    concat_arrays,
    distribute,
    iterate_parts,
    load_job_models,
    number_distinct,
    pack_arrays,
    pack_batch,
    place_finder,
    read_records,
    select_bodies,
    stack_arrays,
)

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext


_KEYS: Types = {
    "base": np.uint64,
    "row": np.int32,
    "refine": np.int32,
    "kind": np.uint8,
    "share": np.uint16,
    "rule": np.uint8,
}
_HEAVY: Types = {
    "base": np.uint64,
    "refine": np.int32,
    "side": np.uint8,
    "times": np.int64,
    "rule": np.uint8,
}
_CONTENTS: Types = {
    "content": np.uint64,
    "list": np.uint64,
    "row": np.int32,
    "share": np.uint16,
    "last": np.uint8,
}
_TWIN = 255
"""In place of the number of a rule: pair of equal records, whatever their keys are."""
_PAIRS: Types = {"left": np.int32, "right": np.int32, "rule": np.uint8}
_NEEDS: Types = {"part": np.int32, "row": np.int32}
SCORED_COLUMNS: Types = {
    "left": np.int32,
    "right": np.int32,
    "logodds": np.int32,
    "marks": np.uint8,
    "twin": np.uint8,
}
"""`twin` is 1 for a pair of equal records that no key joins."""
Step = Callable[[WorkerJob, Sequence[ArrowPart]], Iterator[ArrowPart]]
PartStep = Callable[[Sequence[ArrowPart]], Iterator[ArrowPart]]


def run_step(step: PartStep, rows: Iterable[ArrowPart]) -> Iterator[ArrowPart]:
    """Run a step on the rows of one part, as Spark calls it; reports are passed on."""
    collect_rarely(BATCH_OBJECTS)
    # Spark runs a garbage collection after each task, which takes half a second once dictionaries
    # are loaded
    keep_survivors()
    every = list(rows)
    yield from (row for row in every if row.content == "account")
    if every:
        yield from step(every)


def emit_keys(job: WorkerJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the blocking keys of a range of records under the plan, by their hash."""
    batch, numbers = read_records(rows)
    report = PartReport("keys", {"records": len(batch)})
    plan, prepared = PLAN_BY_NAME[job.plan], _normalize(job, batch)
    parts, sides = KeyParts(prepared), job.sides_of(numbers)
    shares = assign_shares(prepared, job.partitioning.pairs)
    keys: list[Arrays] = []
    purged: list[Arrays] = []
    has_key = np.zeros(len(batch), dtype=bool)
    for number, rule in enumerate(RULES):
        if rule.name not in plan.rules:
            continue
        every = rule_keys(rule, prepared, plan, number, parts)
        has_key[every.rows] = True
        light, tally = key_groups.split_heavy_keys(
            every, sides[every.rows], job.links_two_sides, job.cap
        )
        columns: Arrays = {
            "base": light.base,
            "row": numbers[light.rows],
            "refine": light.refine,
            "kind": prepared.kinds[light.rows],
            "share": shares[light.rows],
        }
        keys.append(_add_rule(columns, number))
        counts: Arrays = {
            "base": tally.base,
            "refine": tally.refine,
            "side": tally.side,
            "times": tally.times,
        }
        purged.append(_add_rule(counts, number))
    for content, columns in (
        ("keys", stack_arrays(keys, _KEYS)),
        ("heavy", stack_arrays(purged, _HEAVY)),
    ):
        share = (columns["base"] % np.uint64(job.partitioning.keys)).astype(np.int32)
        yield from distribute(share, content, columns)
    contents = _hash_records(batch, prepared, np.flatnonzero(has_key))
    rows_of_contents = contents["row"]
    contents |= {"row": numbers[rows_of_contents], "share": shares[rows_of_contents]}
    share = (contents["content"] % np.uint64(job.partitioning.keys)).astype(np.int32)
    yield from distribute(share, "contents", contents)
    yield report.to_part()


def _hash_records(batch: Batch, prepared: PreparedBatch, rows: npt.NDArray[np.int64]) -> Arrays:
    """Return hashes of the content of some records and of their deduplicated list (0: none), and
    whether some viewers may not see them.
    """
    of_source = hash_texts(batch.sources.values.to_pylist())
    visible = visible_rows(batch, STRANGER)
    is_last = np.zeros(len(batch), dtype=bool) if visible is None else ~visible
    lists = np.where(prepared.is_deduplicated, of_source[batch.sources.codes], np.uint64(0))
    return {
        "content": hash_contents([BatchRows(prepared, rows)]),
        "list": lists[rows],
        "row": rows,
        "last": is_last[rows].astype(np.uint8),
    }


def _add_rule(columns: Arrays, number: int) -> Arrays:
    count = len(columns["base"])
    return {**columns, "rule": np.full(count, number, dtype=np.uint8)}


def emit_pairs(job: WorkerJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the pairs that a share of the keys joins, once per rule, and the records that they
    need.
    """
    report = PartReport("join")
    columns = concat_arrays(select_bodies(rows, "keys"), _KEYS)
    heavy = concat_arrays(select_bodies(rows, "heavy"), _HEAVY)
    contents = concat_arrays(select_bodies(rows, "contents"), _CONTENTS)
    records, places = number_distinct(np.concatenate([columns["row"], contents["row"]]))
    local, local_contents = np.split(places, [len(columns["row"])])
    kinds = _value_of_each(columns["kind"], local, len(records))
    every_share = np.concatenate([columns["share"], contents["share"]])
    shares = _value_of_each(every_share, places, len(records))
    sides = job.sides_of(records)
    pairs: list[Arrays] = []
    figures: dict[str, list[int]] = {}
    for number in _rule_numbers(columns["rule"], heavy["rule"]):
        has_rule, is_counted = columns["rule"] == number, heavy["rule"] == number
        keys = RuleKeys(local[has_rule], columns["base"][has_rule], columns["refine"][has_rule])
        tally = key_groups.KeyTally(
            *(heavy[name][is_counted] for name in ("base", "refine", "side", "times"))
        )
        keys, purged, cut = key_groups.purge_gathered_keys(
            keys, sides[keys.rows], job.links_two_sides, tally
        )
        packed, distinct, cut_here = key_groups.join_keys(
            keys, kinds, sides, job.links_two_sides, job.cap
        )
        left, right = (packed >> 32).astype(np.int32), packed.astype(np.int32)
        rule = np.full(len(left), number, dtype=np.uint8)
        pairs.append({"left": left, "right": right, "rule": rule})
        figures[str(number)] = [distinct + purged, cut + cut_here]
    report.counts["rules"] = figures
    pairs.append(_pair_contents(contents, local_contents, sides if job.links_two_sides else None))
    yield from _distribute_pairs(job, records, shares, stack_arrays(pairs, _PAIRS))
    yield report.to_part()


def _pair_contents(contents: Arrays, place: Rows, sides: ByteArray | None) -> Arrays:
    """Return pairs of positions of records with equal content: one record represents the others.

    `sides`: side of each position, if two sets are linked.
    """
    order = np.argsort(place)
    rows = place[order].astype(np.int64)
    twins = pair_equal_contents(
        rows,
        contents["content"][order],
        contents["list"][order],
        contents["last"][order] != 0,
        None if sides is None else sides[rows],
    )
    rule = np.full(len(twins), _TWIN, dtype=np.uint8)
    return {"left": twins.min(axis=1), "right": twins.max(axis=1), "rule": rule}


def _value_of_each(values: npt.NDArray[Any], index: Rows, count: int) -> npt.NDArray[Any]:
    """Return a value for each record from the values of its keys, which are equal."""
    own = np.zeros(count, dtype=values.dtype)
    own[index] = values
    return own


def _distribute_pairs(
    job: WorkerJob, records: Rows, shares: npt.NDArray[np.integer], pairs: Arrays
) -> Iterator[ArrowPart]:
    """Yield, for each share, its pairs (positions in `records`), and the records that it needs.

    `shares`: for each record, the share to which the pairs with this record on the left belong.
    """
    for share, chosen in iterate_parts(shares[pairs["left"]].astype(np.int32)):
        columns = {name: column[chosen] for name, column in pairs.items()}
        is_needed = np.zeros(len(records), dtype=bool)
        for side in ("left", "right"):
            is_needed[columns[side]] = True
            columns[side] = records[columns[side]]
        yield ArrowPart(share, "pairs", pack_arrays(columns))
        needed = records[is_needed]
        needs = {"part": np.full(len(needed), share, np.int32), "row": needed}
        yield from distribute(job.partitioning.range_of(needed), "needs", needs)


def emit_records(_job: WorkerJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the records of a range that each share of pairs needs."""
    report = PartReport("slices")
    needs = concat_arrays(select_bodies(rows, "needs"), _NEEDS)
    if len(needs["row"]):
        batch, numbers = read_records(rows)
        index = place_finder(numbers)(needs["row"])
        for share, chosen in iterate_parts(needs["part"]):
            is_needed = np.zeros(len(numbers), dtype=bool)
            is_needed[index[chosen]] = True
            part = batch.take(np.flatnonzero(is_needed)).canonical()
            yield ArrowPart(share, "records", pack_batch(part, numbers[is_needed]))
    yield report.to_part()


def score_part(job: WorkerJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the scores of a share of the pairs: links, other pairs, and counts."""
    report = PartReport("judge")
    pairs = concat_arrays(select_bodies(rows, "pairs"), _PAIRS)
    if not len(pairs["left"]):
        yield report.to_part()
        return
    batch, numbers = read_records(rows)
    prepared, place_of = _normalize(job, batch), place_finder(numbers)
    is_twin = pairs["rule"] == _TWIN
    twins = {name: column[is_twin] for name, column in pairs.items()}
    pairs = {name: column[~is_twin] for name, column in pairs.items()}
    rules = _rule_numbers(pairs["rule"])
    left, right, totals = _unite_pairs(job, prepared, place_of, pairs)
    left, right, is_twin = _add_twins(job, prepared, place_of, (left, right), twins)
    logodds, marks = _score(job, prepared, left, right)
    is_link = logodds >= job.link_threshold
    for content, chosen in (("links", is_link), ("rest", ~is_link)):
        scored = {
            "left": numbers[left[chosen]],
            "right": numbers[right[chosen]],
            "logodds": logodds[chosen],
            "marks": marks[chosen],
            "twin": is_twin[chosen].astype(np.uint8),
        }
        yield ArrowPart(rows[0].part, content, pack_arrays(scored))
    report.counts |= {
        "pairs": len(left),
        "records": len(batch),
        "histogram": score_histogram(logodds).tolist(),
        "partners": {
            key: counts.tolist()
            for key, counts in count_partners(
                batch, job.deduplicated_sources, left, right, logodds
            ).items()
        },
        "rules": {str(number): totals[:, number].tolist() for number in rules},
    }
    yield report.to_part()


def _unite_pairs(
    job: WorkerJob, prepared: PreparedBatch, place_of: Callable[[Rows], Rows], pairs: Arrays
) -> tuple[Rows, Rows, npt.NDArray[np.int64]]:
    """Return the pairs that pass the prefilter, each once, and counts of pairs per rule."""
    rules, min_score = _rule_numbers(pairs["rule"]), PLAN_BY_NAME[job.plan].min_score
    packed = place_of(pairs["left"]).astype(np.int64) << 32 | place_of(pairs["right"])
    by_rule = [packed[pairs["rule"] == number] for number in rules]
    if min_score is None:
        left, right, _, totals = key_groups.unite_rule_pairs(
            by_rule, rules, len(prepared), NO_PREFILTER_ARRAYS, ALL_PAIRS, 1
        )
    else:
        arrays = prefilter_arrays(prepared)
        left, right, _, totals = key_groups.unite_rule_pairs(
            by_rule, rules, len(prepared), arrays, min_score, 1
        )
    return left, right, totals


def _add_twins(
    job: WorkerJob,
    prepared: PreparedBatch,
    place_of: Callable[[Rows], Rows],
    pairs: tuple[Rows, Rows],
    twins: Arrays,
) -> tuple[Rows, Rows, npt.NDArray[np.bool_]]:
    """Return the pairs together with the pairs of equal records that no key joins, and which pairs
    these are.

    Equal records have equal keys, so if any key joins them, they are already among the pairs.
    """
    left, right = (place_of(twins[side]) for side in ("left", "right"))
    joined = pairs[0].astype(np.int64) << 32 | pairs[1]
    is_new = ~np.isin(left.astype(np.int64) << 32 | right, joined)
    is_new[is_new] = passes_prefilter(prepared, PLAN_BY_NAME[job.plan], left[is_new], right[is_new])
    count = int(np.count_nonzero(is_new))
    flags = np.concatenate([np.zeros(len(joined), dtype=bool), np.ones(count, dtype=bool)])
    return (
        np.concatenate([pairs[0], left[is_new]]),
        np.concatenate([pairs[1], right[is_new]]),
        flags,
    )


def _score(
    job: WorkerJob, prepared: PreparedBatch, left: Rows, right: Rows
) -> tuple[npt.NDArray[np.int32], Marks]:
    models, names = load_job_models(job), NameIndex.of(prepared)
    if job.is_measured:
        models = models.without_limits
    logodds, marks = np.empty(len(left), dtype=np.int32), np.empty(len(left), dtype=np.uint8)
    for start in range(0, len(left), PAIRS_PER_CHUNK):
        chunk = slice(start, start + PAIRS_PER_CHUNK)
        scored = score_openly(prepared, names, models, left[chunk], right[chunk], 1)
        logodds[chunk], marks[chunk] = scored.logodds, scored.marks
    return logodds, marks


def keep_component_pairs(
    components: Broadcast[tuple[Rows, Rows]], rows: Iterable[ArrowPart]
) -> Iterator[ArrowPart]:
    """Yield pairs below the link threshold that lie in one component; `components`: records,
    component.
    """
    members, component = components.value
    for row in rows:
        scored = concat_arrays([row.body], SCORED_COLUMNS)
        left, right = (
            np.searchsorted(members, scored[side]).clip(max=len(members) - 1)
            for side in ("left", "right")
        )
        is_inside = (
            (members[left] == scored["left"])
            & (members[right] == scored["right"])
            & (component[left] == component[right])
        )
        if is_inside.any():
            body = pack_arrays({name: column[is_inside] for name, column in scored.items()})
            yield ArrowPart(row.part, "inside", body)


def _rule_numbers(*columns: ByteArray) -> list[int]:
    """Return the numbers of the rules in any of the columns."""
    counts = sum(np.bincount(column, minlength=len(RULES)) for column in columns)
    numbers: list[int] = np.flatnonzero(counts).tolist()
    return numbers


def _normalize(job: WorkerJob, batch: Batch) -> PreparedBatch:
    return normalize(batch, load_job_models(job), job.deduplicated_sources)


if TYPE_CHECKING:
    from pyspark import RDD, SparkContext

    Frame: TypeAlias = RDD[ArrowPart]

TaskStep = Callable[[int], Iterator[ArrowPart]]
"""Step that begins with the number of a task."""
_Keyed = tuple[int, tuple[str, bytes]]


def send_parts(spark: SparkContext, parts: Sequence[ArrowPart]) -> Frame:
    """Return a frame of rows for the workers; each row goes to one worker."""
    return spark.parallelize(parts, max(len(parts), 1))


def run_on_parts(step: PartStep, frame: Frame, parts: int) -> Frame:
    """Run a step of the workers on rows by the number of their part."""
    keyed = frame.map(_to_keyed).partitionBy(parts, _part_of_key)
    return keyed.mapPartitions(partial(_run_keyed, step))


def _to_keyed(row: ArrowPart) -> _Keyed:
    return row.part, (row.content, row.body)


def _part_of_key(part: int) -> int:
    """Return the part of a key: keys are numbers of parts, so Spark must not hash them."""
    return part


def _run_keyed(step: PartStep, rows: Iterable[_Keyed]) -> Iterator[ArrowPart]:
    return run_step(step, (ArrowPart(part, *values) for part, values in rows))


def run_on_rows(step: PartStep, frame: Frame) -> Frame:
    """Run a step of the workers on rows on the worker where they are, without sorting them into
    parts.
    """
    return frame.mapPartitions(partial(run_step, step))


def run_tasks(spark: SparkContext, step: TaskStep, count: int) -> Frame:
    """Run a step of the workers for each number below `count`."""
    return spark.parallelize(range(count), count).flatMap(step)


def keep_on_disk(frame: Frame) -> Frame:
    """Keep a frame on the disks of the workers. If a worker is lost, its parts are computed
    again.
    """
    from pyspark import StorageLevel

    return frame.persist(StorageLevel.DISK_ONLY)


def select_content(frame: Frame, *contents: str) -> Frame:
    """Return the rows that have one of some contents."""
    return frame.filter(partial(_has_content, contents))


def _has_content(contents: Sequence[str], row: ArrowPart) -> bool:
    return row.content in contents


def collect_reports(frame: Frame) -> list[Report]:
    """Return the reports of the workers."""
    return [json.loads(row.body) for row in select_content(frame, "account").collect()]


def iterate_rows(frame: Frame) -> Iterator[ArrowPart]:
    """Yield the rows of a frame on disk, part by part.

    Java then holds the rows of one part at a time.
    """
    yield from frame.toLocalIterator()


def collect_rows(frame: Frame) -> list[ArrowPart]:
    """Return the rows of a frame."""
    rows: list[ArrowPart] = frame.collect()
    return rows
