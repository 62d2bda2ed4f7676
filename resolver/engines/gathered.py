"""What a store holds, in the form in which a run hands its result on: for the files of a run, and for exports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.classify import scores
from resolver.engines.hub import Hub, Landed
from resolver.engines.index import Index
from resolver.engines.pool import Pool
from resolver.records.resolution import Band, Links, Resolution, RunStats
from resolver.store import LinkTable, View

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Records of a store as a resolved batch. `names`: the id of each record's entity; `numbers` its number; `colours`
    those of the links."""

    resolution: Resolution
    names: pa.StringArray
    numbers: Numbers
    colours: npt.NDArray[np.int64]


def touched(hub: Hub, landed: Landed) -> Gathered:
    """The records that were read, and all of the entities they belong to or that changed."""
    with hub.index() as (view, index):
        read = np.array(sorted(number for number, _ in view.numbers_of(landed.ids).values()), dtype=np.int64)
        _, entities, _ = view.memberships(read.tolist())
        wanted = np.union1d(entities, landed.changed)
        record, entity, _ = view.members(wanted.tolist())
        return _gathered(view, index, record, entity, view.links_of(record.tolist()), landed.stats)


def everything(hub: Hub) -> Gathered:
    """All records that hold."""
    with hub.index() as (view, index):
        record, entity = view.all_members()
        stats = RunStats(view.head.plan, view.head.stamp, (), (), 0, np.zeros(0, dtype=np.int64))
        return _gathered(view, index, record, entity, view.all_links(), stats)


def _gathered(
    view: View, index: Index, record: Numbers, entity: Numbers, links: LinkTable, stats: RunStats
) -> Gathered:
    """`record` ascending, `entity` beside it."""
    pool = Pool.of(index.batch(record), record)
    entity = entity[np.searchsorted(record, pool.numbers)]
    _, first, inverse = np.unique(entity, return_index=True, return_inverse=True)
    labels = first[inverse.reshape(-1)].astype(np.int32)
    ids = view.entity_ids(np.unique(entity).tolist())
    names = pa.array([ids[number] for number in entity.tolist()], pa.string())
    found, colours = _links(pool, links)
    return Gathered(Resolution(pool.batch, labels, found, stats), names, pool.numbers, colours)


def _links(pool: Pool, links: LinkTable) -> tuple[Links, npt.NDArray[np.int64]]:
    """The links of records that are all here, as rows."""
    inside = np.isin(links.left, pool.numbers) & np.isin(links.right, pool.numbers) & (links.band != Band.DISTINCT)
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
