"""Joining the lists of a run into one intake: versions of a list, repeated ids, repeated records.

Nothing here depends on the order of lists or rows. Of a source that comes in several versions the
newest counts; ids that only older versions hold are withdrawn. Of records with the same id and
content one is kept. Of records with the same id and different content (within a version) the one
with more values is kept, then the one with the smaller content digest; the others are rejects. All
work is on columns; only records whose content changed between versions are compared one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.ingest.digests import count_values, origin_digests, row_digests
from resolver.ingest.list_reading import ListContents
from resolver.ingest.reader_types import Intake, ListInfo, Reject
from resolver.ingest.relation_targets import resolve_target_names
from resolver.ingest.reused_ids import find_reused_ids
from resolver.records import Batch, concat

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _AllRows:
    """Rows of all lists.

    `units` holds each row's list (an index into `labels`), `lines` its line there.
    """

    batch: Batch
    units: npt.NDArray[np.int32]
    lines: npt.NDArray[np.int32]
    labels: tuple[str, ...]

    def locate(self, row: int) -> str:
        """Return the place of a row, for messages."""
        label, line = self.labels[int(self.units[row])], int(self.lines[row])
        return f"line {line} of {label}" if line else label


def assemble(reads: Sequence[ListContents], skipped: Sequence[Reject] = ()) -> Intake:
    """Join the lists read in a run into one intake; `skipped` are rejects without a list."""
    reads = sorted(
        reads,
        key=lambda read: (read.label, read.version, read.format, len(read.batch), read.rejects),
    )
    rows = _AllRows(
        concat(read.batch for read in reads),
        np.repeat(np.arange(len(reads), dtype=np.int32), [len(read.batch) for read in reads]),
        np.concatenate([np.zeros(0, dtype=np.int32), *(read.lines for read in reads)]),
        tuple(read.label for read in reads),
    )
    newest, older = _split_versions(rows, reads)
    chosen, collapsed, rejects = _deduplicate(rows, newest)
    withdrawn, superseded = _find_withdrawn(rows.batch, chosen, older)
    warnings = find_reused_ids(rows.batch, chosen, superseded)
    batch = rows.batch if len(chosen) == len(rows.batch) else rows.batch.take(chosen)
    return Intake(
        batch=resolve_target_names(batch.canonical()),
        lists=tuple(_list_info(read) for read in reads),
        rejects=tuple(
            sorted([*skipped, *rejects, *(reject for read in reads for reject in read.rejects)])
        ),
        withdrawn=withdrawn,
        collapsed=collapsed,
        warnings=tuple(
            dict.fromkeys([*(note for read in reads for note in read.notes), *warnings])
        ),
    )


def _list_info(read: ListContents) -> ListInfo:
    codes = np.unique(read.batch.sources.codes)
    sources = tuple(sorted(read.batch.sources.values.take(pa.array(codes)).to_pylist()))
    return ListInfo(
        read.label,
        read.format,
        sources,
        read.version,
        len(read.batch),
        len(read.rejects),
        read.deduplicated,
        read.broken,
        read.complete,
    )


def _split_versions(table: _AllRows, reads: Sequence[ListContents]) -> tuple[Rows, Rows]:
    """Return the rows of each source's newest version, and the rows of older versions.

    All rows of a source without versions count as newest.
    """
    rows = np.arange(len(table.batch), dtype=np.int64)
    versions = sorted({read.version for read in reads if read.version})
    rank = np.array(
        [versions.index(read.version) if read.version else -1 for read in reads], dtype=np.int64
    )
    if len(versions) < 2:
        return rows, rows[:0]
    sources = table.batch.sources.codes
    row_rank = rank[table.units]
    newest_rank = np.full(len(table.batch.sources.values), -1, dtype=np.int64)
    np.maximum.at(newest_rank, sources, row_rank)
    is_older = (row_rank >= 0) & (row_rank < newest_rank[sources])
    return rows[~is_older], rows[is_older]


def _find_withdrawn(batch: Batch, newest: Rows, older: Rows) -> tuple[tuple[str, ...], Rows]:
    """Return the ids that only older versions hold (sorted), and the older rows of other ids."""
    if not len(older):
        return (), older
    old_ids = batch.ids.take(pa.array(older))
    is_gone = ~pc.is_in(old_ids, value_set=batch.ids.take(pa.array(newest))).to_numpy(
        zero_copy_only=False
    )
    return tuple(sorted(pc.unique(old_ids.filter(pa.array(is_gone))).to_pylist())), older[~is_gone]


def _deduplicate(table: _AllRows, rows: Rows) -> tuple[Rows, int, list[Reject]]:
    """Keep one row per id.

    Returns the kept rows (ascending), the number of repeated rows, and a reject for each row with
    other content.
    """
    codes = pc.dictionary_encode(table.batch.ids.take(pa.array(rows))).indices.to_numpy()
    is_repeated = np.bincount(codes)[codes] > 1
    if not is_repeated.any():
        return rows, 0, []
    repeated = rows[is_repeated]
    repeated = repeated[np.argsort(codes[is_repeated], kind="stable")]
    group = np.sort(codes[is_repeated])
    batch = table.batch.take(repeated)
    content, origin, size = row_digests(batch), origin_digests(batch), count_values(batch)
    order = np.lexsort(
        (table.lines[repeated], table.units[repeated], origin, content, -size, group)
    )
    repeated, group, content = repeated[order], group[order], content[order]
    first_of_group = _run_starts(group)
    first_of_content = first_of_group | _run_starts(content)
    winner_of = np.maximum.accumulate(np.where(first_of_group, np.arange(len(group)), 0))
    losers = np.flatnonzero(first_of_content & ~first_of_group)
    rejects = [
        _conflict_reject(table, int(repeated[at]), int(repeated[winner_of[at]]))
        for at in losers.tolist()
    ]
    chosen = np.union1d(rows[~is_repeated], repeated[first_of_group])
    return chosen, int(len(repeated) - first_of_content.sum()), rejects


def _run_starts(codes: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Return a mask of the positions where a run of equal codes begins."""
    first = np.ones(len(codes), dtype=bool)
    first[1:] = codes[1:] != codes[:-1]
    return first


def _conflict_reject(table: _AllRows, loser: int, winner: int) -> Reject:
    identity = table.batch.ids[loser].as_py()
    fault = f"the id is repeated with other content; {table.locate(winner)} is kept"
    label, line = table.labels[int(table.units[loser])], int(table.lines[loser])
    return Reject.of_record(label, line, identity, fault)
