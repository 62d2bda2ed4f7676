"""Steps of the workers from list files to records in ranges of ids.

| step | part | takes | yields |
|---|---|---|---|
| `read_list` | list, or share of one | files | records as read, facts, a sample of ids |
| `split_ranges` | list, or share of one | records as read | the same by ranges of ids |
| `settle_range` | range of ids | records as read | records, one of each id; figures of each |
| `find_names` | range of ids | records | those that bear names which relations give, by name |
| `join_names` | share of the names | names, bearers | bearers for the ranges that ask |
| `number_range` | range of ids | records, bearers | records with their numbers among all |
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.errors import InputError
from resolver.lists import assemble
from resolver.lists.list_reading import MAX_REJECTS, RawList
from resolver.lists.list_versions import text_digests
from resolver.lists.parallel_reading import ReadingRules, ReadingTask, read_item
from resolver.records import Batch, concat
from resolver.records.properties import RELATION
from resolver.records.visibility import STRANGER, visible_rows
from resolver.spark.job import (
    ArrowPart,
    Broadcast,
    PartReport,
    Rows,
    Types,
    iterate_parts,
    pack_arrays,
    pack_batch,
    read_records,
    select_bodies,
    unpack_batch,
)

RECORDS_PER_SAMPLE = 1_024
"""Number of records of a list, one of which is in the sample that ranges are cut by."""
RECORDS_PER_PIECE = 200_000
NAME_SHARES = 64
"""Shares of the names that relations give instead of ids."""
_PLACE_BYTES = 4
Hashes = npt.NDArray[np.uint64]
FIGURES: Types = {
    "kinds": np.uint8,
    "sources": np.int32,
    "hidden": np.int32,
    "decided": np.int32,
    "names": np.uint64,
}
"""Figures of a range: kind and source of each record, rows that not everybody may see, rows of the
ids that decisions name (-1: not here), and hashes of the names that relations give.
"""


@dataclass(frozen=True, slots=True)
class ReadJob:
    """Tasks of reading, by the number of the part that does the task, and the rules for all
    lists.
    """

    tasks: tuple[ReadingTask, ...]
    rules: ReadingRules
    strict: bool


@dataclass(frozen=True, slots=True)
class SettleJob:
    """Facts that workers need to settle ids.

    `order`: lists of the run, in order. `place_of`: for each position in the plan, the position of
    this list in `order`. `starts`: first id of each range except the first range. `decided_ids`:
    ids that decisions name.
    """

    order: assemble.ListOrder
    place_of: tuple[int, ...]
    starts: tuple[str, ...]
    decided_ids: tuple[str, ...]
    max_rejects: int = MAX_REJECTS


def read_list(job: ReadJob, number: int) -> Iterator[ArrowPart]:
    """Read a list, or a share of a list: yield its records, facts about it, and some of its ids."""
    task = job.tasks[number]
    report = PartReport("read")
    result = read_item(task.item, job.rules, strict=job.strict)
    if isinstance(result, InputError):
        report.counts |= {"error": [result.message, result.place, result.hint]}
    else:
        yield from _pack_list(task.place, result)
        report.counts |= {"facts": _facts_to_json(result)}
    report.counts |= {"task": number, "records": len(getattr(result, "batch", ()))}
    yield report.to_part()


def _pack_list(place: int, read: RawList) -> Iterator[ArrowPart]:
    """Yield the records of a list in pieces that Java can move, and a sample of their ids."""
    prefix = place.to_bytes(_PLACE_BYTES, "little")
    for start in range(0, len(read.batch), RECORDS_PER_PIECE):
        rows = np.arange(start, min(start + RECORDS_PER_PIECE, len(read.batch)))
        yield ArrowPart(0, "raw", prefix + _pack_by_id(read.batch, read.lines, rows))
        ids = read.batch.ids.take(pa.array(rows[::RECORDS_PER_SAMPLE]))
        yield ArrowPart(0, "sample", pack_arrays({"ids": ids}))


def _pack_by_id(batch: Batch, lines: Rows, rows: npt.NDArray[np.int64]) -> bytes:
    """Pack some rows of a batch with their lines, in the order of their ids."""
    indices = rows[pc.sort_indices(batch.ids.take(pa.array(rows))).to_numpy()]
    return pack_batch(batch.take(indices).canonical(), lines[indices])


def _facts_to_json(read: RawList) -> dict[str, object]:
    facts = read.facts._asdict()
    rejects = [(row.file, row.line, row.reason, row.record_id) for row in read.rejects]
    return {**facts, "rejects": rejects}


def split_ranges(job: SettleJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the records of a list, by the range in which their ids lie."""
    for row in rows:
        prefix, (batch, lines) = row.body[:_PLACE_BYTES], unpack_batch(row.body[_PLACE_BYTES:])
        for part, chosen in iterate_parts(_find_ranges(batch.ids, job.starts)):
            yield ArrowPart(part, "raw", prefix + _pack_by_id(batch, lines, chosen))


def _find_ranges(ids: pa.StringArray, starts: Sequence[str]) -> Rows:
    """Return the range of each id; ids compare by their bytes."""
    ranges = np.zeros(len(ids), dtype=np.int32)
    for start in starts:
        ranges += pc.greater_equal(ids, start).to_numpy(zero_copy_only=False)
    return ranges


def settle_range(job: SettleJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the records of a range of ids, one for each id, and figures about them."""
    report, part = PartReport("settle"), rows[0].part
    settled = assemble.settle_ids(_locate_rows(job, rows), job.order)
    batch = settled.batch
    report.counts |= {
        "records": len(batch),
        "range": part,
        "sources": batch.sources.values.to_pylist(),
        "collapsed": settled.collapsed,
        "withdrawn": len(settled.withdrawn),
        "warnings": settled.warnings,
        "relations": len(batch.columns[RELATION]) if RELATION in batch.columns else 0,
        "conflicts": len(settled.rejects),
        "rejects": [
            (row.file, row.line, row.reason, row.record_id)
            for row in sorted(settled.rejects)[: job.max_rejects]
        ],
    }
    names = sorted(assemble.find_target_names(batch))
    figures = _record_figures(batch, job.decided_ids)
    hashes = _hash_names([key for _, key in names])
    yield ArrowPart(part, "records", pack_batch(batch, np.arange(len(batch))))
    yield ArrowPart(part, "figures", pack_arrays({**figures, "names": np.unique(hashes)}))
    for share, chosen in iterate_parts(_share_of(hashes)):
        sought = {"range": part, "names": [names[index] for index in chosen.tolist()]}
        yield ArrowPart(share, "sought", json.dumps(sought).encode())
    yield report.to_part()


def _hash_names(keys: Sequence[str]) -> Hashes:
    return text_digests("name", pa.array(keys, pa.string()))


def _share_of(hashes: Hashes) -> Rows:
    """Return the share in which a name is joined with the records that have it."""
    return (hashes % np.uint64(NAME_SHARES)).astype(np.int32)


def _locate_rows(job: SettleJob, rows: Sequence[ArrowPart]) -> assemble.LocatedRows:
    batches: list[Batch] = []
    units, lines = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int32)]
    for body in select_bodies(rows, "raw"):
        batch, numbers = unpack_batch(body[_PLACE_BYTES:])
        place = job.place_of[int.from_bytes(body[:_PLACE_BYTES], "little")]
        batches.append(batch)
        units.append(np.full(len(batch), place, dtype=np.int32))
        lines.append(numbers)
    return assemble.LocatedRows(concat(batches), np.concatenate(units), np.concatenate(lines))


def _record_figures(batch: Batch, decided_ids: Sequence[str]) -> dict[str, npt.NDArray[np.integer]]:
    """Return the `FIGURES` of a batch, except those of names."""
    visible = visible_rows(batch, STRANGER)
    hidden = np.zeros(0, dtype=np.int32) if visible is None else np.flatnonzero(~visible)
    rows = pc.index_in(pa.array(decided_ids, pa.string()), value_set=batch.ids)
    return {
        "kinds": batch.kinds,
        "sources": batch.sources.codes,
        "hidden": hidden.astype(np.int32),
        "decided": np.asarray(pc.fill_null(rows, -1)).astype(np.int32),
    }


def find_names(sought: Broadcast[Hashes], rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the records of a range that have names with some hashes (ascending), by the share of
    the names.
    """
    batch, _ = read_records(rows)
    hashes = frozenset(sought.value.tolist())
    bearers = assemble.find_name_bearers(batch, lambda key: int(_hash_names([key])[0]) in hashes)
    columns = [(*name, identity) for name, identity in bearers.items()]
    for share, chosen in iterate_parts(_share_of(_hash_names([key for _, key, _ in columns]))):
        body = json.dumps([columns[index] for index in chosen.tolist()])
        yield ArrowPart(share, "bearers", body.encode())


def join_names(rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """For each range, yield the records that have the names that its relations give."""
    bearers = assemble.merge_name_bearers(map(_read_bearers, select_bodies(rows, "bearers")))
    for body in select_bodies(rows, "sought"):
        sought = json.loads(body)
        columns = [(*name, bearers.get(tuple(name), "")) for name in sought["names"]]
        yield ArrowPart(sought["range"], "bearers", json.dumps(columns).encode())


def _read_bearers(body: bytes) -> dict[assemble.StatedName, str]:
    return {(source, key): identity for source, key, identity in json.loads(body)}


def number_range(starts: Sequence[int], rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the records of a range with their numbers, and the ids of records that relations give
    by name.

    `starts`: number of the first record of each range.
    """
    part = rows[0].part
    batch, numbers = unpack_batch(*select_bodies(rows, "records"))
    bearers = [_read_bearers(body) for body in select_bodies(rows, "bearers")]
    if bearers:
        names = {name: identity for share in bearers for name, identity in share.items()}
        batch = assemble.resolve_target_names(batch, names)
    yield ArrowPart(part, "records", pack_batch(batch, numbers + starts[part]))
