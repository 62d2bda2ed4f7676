"""What a store holds, in the form in which a run hands its result on: for the files of a run, and for exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.errors import InputError
from resolver.hub.commit_result import CommitResult
from resolver.hub.entity_preview import Standing, standing
from resolver.hub.hub import Hub
from resolver.hub.increments.working_set import Pool
from resolver.pipeline import prepared_of
from resolver.records import Batch
from resolver.records.results.resolution import (
    Band,
    Links,
    Resolution,
    RunStats,
)
from resolver.records.visibility import (
    OPERATOR,
    STRANGER,
    Viewer,
    visible_rows,
)
from resolver.scoring import scores
from resolver.store import LinkTable

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Records of a store as a resolved batch. `names`: the id of each record's entity; `numbers` its number; `colours`
    those of the links."""

    resolution: Resolution
    names: pa.StringArray
    numbers: Numbers
    colours: npt.NDArray[np.int64]


def touched(hub: Hub, landed: CommitResult, viewer: Viewer = STRANGER) -> Gathered:
    """The records that were read, and all of the entities they belong to or that changed, as far as a viewer sees
    them; of a dry run, as they would be."""
    if landed.would is not None:
        return _gathered(landed.would, landed.stats, viewer)
    with hub.index() as (view, index):
        read = np.array(
            sorted(number for number, _ in view.numbers_of(landed.ids).values()), dtype=np.int64
        )
        _, entities, _ = view.memberships(read.tolist())
        wanted = np.union1d(entities, landed.changed)
        record, entity, _ = view.members(wanted.tolist())
        links = view.links_of(record.tolist())
        return _gathered(standing(view, index, record, entity, links), landed.stats, viewer)


def everything(hub: Hub) -> Gathered:
    """All records that hold, for whoever works on the store itself."""
    with hub.index() as (view, index):
        record, entity = view.all_members()
        stats = RunStats(view.head.plan, view.head.stamp, (), (), 0, np.zeros(0, dtype=np.int64))
        return _gathered(standing(view, index, record, entity, view.all_links()), stats, OPERATOR)


def _gathered(held: Standing, stats: RunStats, viewer: Viewer) -> Gathered:
    batch, record, entity = held.batch, held.records, held.entities
    seen = visible_rows(batch, viewer)
    if seen is not None:
        batch, record, entity = batch.take(np.flatnonzero(seen)), record[seen], entity[seen]
    pool = Pool.of(batch, record)
    entity = entity[np.searchsorted(record, pool.numbers)]
    _, first, inverse = np.unique(entity, return_index=True, return_inverse=True)
    labels = first[inverse.reshape(-1)].astype(np.int32)
    names = pa.array([held.names[number] for number in entity.tolist()], pa.string())
    found, colours = _links(pool, held.links)
    return Gathered(Resolution(pool.batch, labels, found, stats), names, pool.numbers, colours)


def _links(pool: Pool, links: LinkTable) -> tuple[Links, npt.NDArray[np.int64]]:
    """The links of records that are all here, as rows."""
    inside = (
        np.isin(links.left, pool.numbers)
        & np.isin(links.right, pool.numbers)
        & (links.band != Band.DISTINCT)
    )
    left, right = pool.rows_of(links.left[inside]), pool.rows_of(links.right[inside])
    order = np.lexsort((right, left))
    logodds = links.logodds[inside][order].astype(np.int32)
    return (
        Links(
            left[order],
            right[order],
            logodds,
            scores(logodds),
            links.band[inside][order].astype(np.uint8),
            links.outcome[inside][order].astype(np.uint8),
        ),
        links.colour[inside][order],
    )


def smallest_ids(gathered: Gathered) -> pa.StringArray:
    """The smallest record id of each record's entity."""
    return gathered.resolution.batch.ids.take(pa.array(gathered.resolution.labels))


def near(hub: Hub, query: Batch) -> Batch:
    """The records that share a key with one that is asked about, under the store's plan; a canonical batch."""
    with hub.index() as (_, index):
        _, numbers, _ = index.meetings(prepared_of(query, hub.models))
        return index.batch(np.unique(numbers)).canonical()


def records_of(hub: Hub, ids: Sequence[str]) -> tuple[Batch, list[str]]:
    """Some records as a canonical batch, and the sources of the store that are free of duplicates. Raises `InputError`
    for an id that no record holds."""
    with hub.index() as (view, index):
        found = view.numbers_of(ids)
        for identity in ids:
            if identity not in found:
                raise InputError(
                    f"the store holds no record {identity}",
                    mend="ids are <source>:<id>, as in an export",
                )
        numbers = np.array(sorted(number for number, _ in found.values()), dtype=np.int64)
        return index.batch(numbers).canonical(), [
            source.name for source in view.sources() if source.deduplicated
        ]
