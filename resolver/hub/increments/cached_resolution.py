"""New records resolved beside a large component that is remembered: its records are not compared with each other again.

The answer is that of `resolve_pool` of everything: all compared pairs are clustered anew, only that those within the
component are not worked out a second time. Keys that bring new records and the component together are looked up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.blocking import candidates
from resolver.blocking.retrieval.key_lookup import Valve
from resolver.clustering import cluster
from resolver.comparison import NameIndex
from resolver.engines.local import decided, histogram_of, links_of
from resolver.hub.increments.component_cache import Block, Compared, compared_of
from resolver.hub.increments.context import Means
from resolver.hub.increments.decision_effects import Verdicts
from resolver.hub.increments.index_candidates import compared_with
from resolver.hub.increments.link_changes import LINK_COLUMNS, link_rows
from resolver.hub.increments.working_set import Pool
from resolver.pipeline import score_rows
from resolver.records import Batch, Coded
from resolver.records.batch import IntArray
from resolver.records.decisions import Verdict
from resolver.records.results.resolution import Band, Resolution, RunStats
from resolver.scoring import border, scores
from resolver.store import LinkRows

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Worked:
    """What was found of some records: `pool`, all that were clustered; `found`, their links; `changed`, links within a
    block, which are not among those, that end and begin again. `compared`: what may be remembered, with the rows that
    are decided to be the same."""

    pool: Pool
    resolution: Resolution
    found: LinkRows
    changed: LinkRows | None
    compared: Compared | None
    same: Sequence[tuple[int, int]]


def same_among(pool: Pool, verdicts: Verdicts) -> Sequence[tuple[int, int]]:
    """The rows of pairs that are decided to be the same."""
    if not verdicts.any:
        return ()
    row_of = {one: row for row, one in enumerate(pool.batch.ids.to_pylist())}
    settled = (one.pair for one in verdicts.settled(row_of) if one.verdict is Verdict.SAME)
    return [(row_of[one], row_of[two]) for one, two in settled if one in row_of and two in row_of]


def block_among(blocks: tuple[Block, ...], old: Numbers, fresh: int) -> Block | None:
    """The largest block that lies among some held records, where it is the larger part of the work."""
    inside = [one for one in blocks if np.isin(one.numbers, old, assume_unique=True).all()]
    best = max(inside, key=lambda one: len(one.numbers), default=None)
    return best if best is not None and 2 * len(best.numbers) > len(old) + fresh else None


def resolve_beside(
    means: Means, some: Pool, block: Block, verdicts: Verdicts, valve: Valve
) -> Worked:
    """Resolve some records and those of a block together, under the decisions on them."""
    options = means.options
    pool, row_of = _together(some, block)
    mine, theirs = row_of[: len(some.numbers)], row_of[len(some.numbers) :]
    left, right, logodds = _compared(means, some, block, pool, mine, valve)
    held = block.pairs
    lefts, rights = (
        np.concatenate([theirs[held.left], left]),
        np.concatenate([theirs[held.right], right]),
    )
    every = np.concatenate([held.logodds, logodds])
    decisions = verdicts.within(set(pool.batch.ids.to_pylist())) if verdicts.any else []
    same, different = decided(pool.batch, replace(options, decisions=decisions))
    review = border(options.borders.review)
    labels = cluster(
        len(pool.numbers),
        lefts,
        rights,
        every,
        merge_border=options.merge_border,
        review_border=min(review, options.merge_border),
        same=same,
        different=different,
        kinds=pool.batch.kinds,
    )
    links = links_of(lefts, rights, every, labels, options.borders, different)
    linked = np.concatenate(
        [
            held.linked,
            len(held) + np.flatnonzero(options.borders.bands(scores(logodds)) != Band.DISTINCT),
        ]
    )
    rows = link_rows(pool, links, verdicts)
    compared = compared_of(lefts, rights, every, links, linked, rows.colour)
    stats = RunStats(str(options.plan), {**means.models.stamp, "plan": str(options.plan)}, (), (), len(left),
                     histogram_of(logodds))  # fmt: skip
    old = len(held.linked)
    return Worked(
        pool,
        Resolution(pool.batch, labels, links, stats),
        _part(rows, slice(old, None)),
        _changed(_part(rows, slice(0, old)), held),
        compared,
        same,
    )


def _changed(now: LinkRows, held: Compared) -> LinkRows:
    """Of the links within a block, which scores do not change, those of another outcome or colour."""
    other = (now.outcome != held.outcome) | (now.colour != held.colour)
    return _part(now, other)


def _part(rows: LinkRows, chosen: slice | npt.NDArray[np.bool_]) -> LinkRows:
    return LinkRows(*(getattr(rows, name)[chosen] for name in LINK_COLUMNS))


def _together(some: Pool, block: Block) -> tuple[Pool, IntArray]:
    """All records in the order of their ids, and the row of each: those of `some` first, then those of the block."""
    ids = pa.concat_arrays([_plain(some.batch.ids), _plain(block.ids)])
    order = pc.sort_indices(ids).to_numpy().astype(np.int64)
    row_of = np.empty(len(order), dtype=np.int32)
    row_of[order] = np.arange(len(order), dtype=np.int32)
    kinds = np.concatenate([some.batch.kinds, block.kinds])[order]
    unsaid = Coded(np.zeros(len(order), dtype=np.int32), pa.array([""], pa.string()))
    numbers = np.concatenate([some.numbers, block.numbers])[order]
    return Pool(Batch(ids.take(pa.array(order)), kinds, unsaid, unsaid, {}), numbers), row_of


def _plain(ids: pa.StringArray) -> pa.StringArray:
    return ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids


def _compared(
    means: Means, some: Pool, block: Block, pool: Pool, mine: IntArray, valve: Valve
) -> tuple[IntArray, IntArray, IntArray]:
    """The pairs of some records with each other and with those of the block, by rows of the pool, with log-odds."""
    prepared = means.prepared(some.batch)
    room = means.options.pairs_mib << 20
    pairs, _ = candidates(prepared, means.index.plan, workers=1, room=room, excess=valve.excess)
    among = score_rows(prepared, NameIndex.of(prepared), means.models, pairs.left, pairs.right, 1)
    rows, numbers, _ = means.index.meetings(prepared, valve)
    there = block.rows_in(numbers)
    met = compared_with(means, some, prepared, rows[there], numbers[there])
    place = np.argsort(pool.numbers)
    outer = [
        place[np.searchsorted(pool.numbers[place], side)].astype(np.int32)
        for side in (met.left, met.right)
    ]
    return (
        np.concatenate([mine[pairs.left], outer[0]]),
        np.concatenate([mine[pairs.right], outer[1]]),
        np.concatenate([among, met.logodds]).astype(np.int32),
    )
