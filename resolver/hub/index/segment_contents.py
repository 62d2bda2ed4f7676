"""Contents of index segments: blocking keys and normal forms of their records."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from resolver.blocking import Plan
from resolver.blocking.retrieval.key_lookup import (
    KeyTable,
    build_key_table,
    merge_key_tables,
)
from resolver.data import digest_tables
from resolver.hub.index.fingerprint import fingerprint_records
from resolver.hub.index.prepared_arrays import prepared_from_arrays, prepared_to_arrays
from resolver.records import Batch, concat
from resolver.records.prepared.assembly import assemble
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.row_selection import BatchRows
from resolver.store.array_files import AnyArray
from resolver.store.segments import (
    Segment,
    build_segment,
)

PrepareBatch = Callable[[Batch], PreparedBatch]
_PREFIX = "prepared."
_UNUSED_TEXTS = frozenset({"forms.texts", "identifier_table.texts"})


def fingerprint_program(plan: Plan, prepare: PrepareBatch) -> str:
    """Return a digest of the tables of words, and of the keys and normal forms of a few records.

    A program that makes other keys or normal forms must not use the files of this index.
    """
    prepared = prepare(fingerprint_records())
    table = build_key_table(prepared, plan)
    order = np.lexsort((table.refine, table.rows, table.base))
    parts: list[AnyArray] = [table.base[order], table.rows[order], table.refine[order]]
    parts += [array for _, array in sorted(prepared_to_arrays(prepared).items())]
    made = b"".join(part.tobytes() for part in parts)
    return hashlib.sha256(digest_tables().encode() + made).hexdigest()[:16]


def merge_segments(first: Segment, second: Segment) -> Segment:
    """Return two segments that follow one another as one."""
    keys = merge_key_tables([load_keys(first), load_keys(second)], [0, len(first)])
    prepared = concat_prepared([load_prepared(first), load_prepared(second)])
    return build_segment(
        concat([first.batch, second.batch]),
        since=first.since,
        until=second.until,
        committed_at=second.committed_at,
        first=first.first,
        ended=np.concatenate([first.ended, second.ended]),
        extra=build_segment_arrays(keys, prepared),
    )


def build_segment_arrays(keys: KeyTable, prepared: PreparedBatch) -> dict[str, AnyArray]:
    """Return the arrays that a segment holds beside its records.

    Names as they were written are left out, as no score depends on them.
    """
    arrays = prepared_to_arrays(prepared, empty_texts=_UNUSED_TEXTS)
    prefixed = {f"{_PREFIX}{name}": array for name, array in arrays.items()}
    return {"base": keys.base, "rows": keys.rows, "refine": keys.refine, **prefixed}


def load_prepared(segment: Segment) -> PreparedBatch:
    """Return the normal forms of the records of a segment."""
    arrays = {
        name.removeprefix(_PREFIX): array
        for name, array in segment.extra.items()
        if name.startswith(_PREFIX)
    }
    return prepared_from_arrays(arrays)


def concat_prepared(parts: Sequence[PreparedBatch]) -> PreparedBatch:
    """Return the normal forms of several batches, one after the other."""
    return assemble_rows([BatchRows(part, np.arange(len(part), dtype=np.int64)) for part in parts])


def assemble_rows(parts: Sequence[BatchRows]) -> PreparedBatch:
    """Return the normal forms of rows of several batches; their ids are empty."""
    return assemble(parts, pa.array([""] * sum(len(part.rows) for part in parts), pa.string()))


def load_keys(segment: Segment) -> KeyTable:
    """Return the blocking keys of the records of a segment."""
    return KeyTable(segment.extra["base"], segment.extra["rows"], segment.extra["refine"])


def with_row_ids(batch: Batch) -> Batch:
    """Return the batch with row numbers as ids: versions of one record can be prepared together."""
    return replace(batch, ids=pa.array([f"{row:09d}" for row in range(len(batch))], pa.string()))
