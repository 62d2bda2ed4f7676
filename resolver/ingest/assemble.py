"""From lists read to one intake: versions of a list, ids met twice, records said twice.

Nothing here depends on the order of lists or rows. Of a source that comes in several versions the newest counts; ids
that only older versions hold are withdrawn. Of records with one id and one content one is kept. Of records with one id
and different content (within a version) the one with more values is kept, then the one with the smaller content digest;
the others are rejects. All work is on columns; only records whose content changed between versions are looked at one by
one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.ingest.digests import count_values, origin_digests, row_digests
from resolver.ingest.list_reading import ListRead
from resolver.ingest.reader_types import Intake, ListInfo, Reject
from resolver.ingest.reused_ids import reused_ids
from resolver.records import Batch, concat

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Pool:
    """All rows of all lists. `units` tells each row's list (its place in `labels`), `lines` its line there."""

    batch: Batch
    units: npt.NDArray[np.int32]
    lines: npt.NDArray[np.int32]
    labels: tuple[str, ...]

    def place(self, row: int) -> str:
        """Where a row stands, for messages."""
        label, line = self.labels[int(self.units[row])], int(self.lines[row])
        return f"line {line} of {label}" if line else label


def assemble(reads: Sequence[ListRead], skipped: Sequence[Reject] = ()) -> Intake:
    """One intake from the lists read in a run; `skipped` are rejects of no list."""
    reads = sorted(
        reads,
        key=lambda read: (read.label, read.version, read.format, len(read.batch), read.rejects),
    )
    pool = _Pool(
        concat(read.batch for read in reads),
        np.repeat(np.arange(len(reads), dtype=np.int32), [len(read.batch) for read in reads]),
        np.concatenate([np.zeros(0, dtype=np.int32), *(read.lines for read in reads)]),
        tuple(read.label for read in reads),
    )
    current, older = _newest(pool, reads)
    kept, collapsed, rejects = _single(pool, current)
    withdrawn, superseded = _withdrawn(pool.batch, kept, older)
    warnings = reused_ids(pool.batch, kept, superseded)
    batch = pool.batch if len(kept) == len(pool.batch) else pool.batch.take(kept)
    return Intake(
        batch=batch.canonical(),
        lists=tuple(_info(read) for read in reads),
        rejects=tuple(
            sorted([*skipped, *rejects, *(reject for read in reads for reject in read.rejects)])
        ),
        withdrawn=withdrawn,
        collapsed=collapsed,
        warnings=tuple(
            dict.fromkeys([*(note for read in reads for note in read.notes), *warnings])
        ),
    )


def _info(read: ListRead) -> ListInfo:
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


def _newest(pool: _Pool, reads: Sequence[ListRead]) -> tuple[Rows, Rows]:
    """The rows of each source's newest version (all rows of a source without versions), and those of older versions."""
    everything = np.arange(len(pool.batch), dtype=np.int64)
    order = sorted({read.version for read in reads if read.version})
    rank = np.array(
        [order.index(read.version) if read.version else -1 for read in reads], dtype=np.int64
    )
    if len(order) < 2:
        return everything, everything[:0]
    sources = pool.batch.sources.codes
    row_rank = rank[pool.units]
    newest = np.full(len(pool.batch.sources.values), -1, dtype=np.int64)
    np.maximum.at(newest, sources, row_rank)
    old = (row_rank >= 0) & (row_rank < newest[sources])
    return everything[~old], everything[old]


def _withdrawn(batch: Batch, kept: Rows, older: Rows) -> tuple[tuple[str, ...], Rows]:
    """Ids that only older versions hold (sorted), and the older rows whose id is still there."""
    if not len(older):
        return (), older
    old_ids = batch.ids.take(pa.array(older))
    gone = ~pc.is_in(old_ids, value_set=batch.ids.take(pa.array(kept))).to_numpy(
        zero_copy_only=False
    )
    return tuple(sorted(pc.unique(old_ids.filter(pa.array(gone))).to_pylist())), older[~gone]


def _single(pool: _Pool, rows: Rows) -> tuple[Rows, int, list[Reject]]:
    """One row per id: the rows kept (ascending), how many said the same again, and a reject per other content."""
    codes = pc.dictionary_encode(pool.batch.ids.take(pa.array(rows))).indices.to_numpy()
    twice = np.bincount(codes)[codes] > 1
    if not twice.any():
        return rows, 0, []
    contested = rows[twice]
    contested = contested[np.argsort(codes[twice], kind="stable")]
    group = np.sort(codes[twice])
    part = pool.batch.take(contested)
    content, origin, size = row_digests(part), origin_digests(part), count_values(part)
    order = np.lexsort(
        (pool.lines[contested], pool.units[contested], origin, content, -size, group)
    )
    contested, group, content = contested[order], group[order], content[order]
    first_of_group = _starts(group)
    first_of_content = first_of_group | _starts(content)
    winner_of = np.maximum.accumulate(np.where(first_of_group, np.arange(len(group)), 0))
    losers = np.flatnonzero(first_of_content & ~first_of_group)
    rejects = [
        _conflict(pool, int(contested[at]), int(contested[winner_of[at]])) for at in losers.tolist()
    ]
    kept = np.union1d(rows[~twice], contested[first_of_group])
    return kept, int(len(contested) - first_of_content.sum()), rejects


def _starts(codes: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Where a run of equal codes begins."""
    first = np.ones(len(codes), dtype=bool)
    first[1:] = codes[1:] != codes[:-1]
    return first


def _conflict(pool: _Pool, loser: int, winner: int) -> Reject:
    identity = pool.batch.ids[loser].as_py()
    reason = f"record {identity}: the id stands here again with other content; {pool.place(winner)} is kept"
    return Reject(pool.labels[int(pool.units[loser])], int(pool.lines[loser]), reason)
