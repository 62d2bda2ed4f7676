"""Some entities of a store with their records and links: as they stand, or as they would after a landing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.hub.increments.increment import Increment
from resolver.hub.increments.record_index import Index
from resolver.hub.list_updates import Update
from resolver.records import Batch, concat
from resolver.store import LinkTable, View

Numbers = npt.NDArray[np.int64]
_LINK_COLUMNS = ("left", "right", "logodds", "band", "outcome", "colour")


@dataclass(frozen=True, slots=True)
class Standing:
    """`records` (numbers, ascending) with what they say (`batch`, in that order), beside each its entity (number);
    `names`: the ids of entities; `links` of the records, to others too."""

    records: Numbers
    batch: Batch
    entities: Numbers
    names: Mapping[int, str]
    links: LinkTable


def standing(
    view: View, index: Index, records: Numbers, entities: Numbers, links: LinkTable
) -> Standing:
    """Records that hold, as they stand. `records` ascending, `entities` beside them."""
    names = view.entity_ids(np.unique(entities).tolist())
    return Standing(records, index.batch(records), entities, names, links)


def standing_after(view: View, index: Index, update: Update, increment: Increment) -> Standing:
    """The records that were read, and all of the entities they would belong to or that would change, as they would
    stand after an increment worked out on this view."""
    landing, last, newest = increment.landing, view.head.last_record, view.head.last_entity
    gone = np.union1d(landing.left, landing.ended)
    read = np.array([number for number, _ in view.numbers_of(update.ids).values()], dtype=np.int64)
    _, known, _ = view.memberships(np.setdiff1d(read, gone).tolist())
    wanted = np.unique(np.concatenate([known, increment.changed, landing.joined[1]]))
    record, entity, _ = view.members(wanted[wanted <= newest].tolist())
    stays = ~np.isin(record, gone)
    records = np.concatenate([record[stays], landing.joined[0]])
    entities = np.concatenate([entity[stays], landing.joined[1]])
    order = np.argsort(records)
    records, entities = records[order], entities[order]
    held = records[records <= last]
    batch = concat([index.batch(held), update.fresh.take(records[records > last] - last - 1)])
    born = {newest + 1 + place: name for place, name in enumerate(landing.born)}
    names = {**view.entity_ids(wanted[wanted <= newest].tolist()), **born}
    return Standing(records, batch, entities, names, _links_after(view, held, increment))


def _links_after(view: View, held: Numbers, increment: Increment) -> LinkTable:
    """The links of held records and those that would begin, without those that would end."""
    landing, links = increment.landing, view.links_of(held.tolist())
    pairs, ending = (
        side[0] << 32 | side[1] for side in ((links.left, links.right), landing.unlinked)
    )
    stays = ~np.isin(pairs, ending)
    columns = [getattr(links, name)[stays] for name in _LINK_COLUMNS]
    if landing.linked is not None:
        begun = [getattr(landing.linked, name) for name in _LINK_COLUMNS]
        columns = [np.concatenate(both) for both in zip(columns, begun, strict=True)]
    return LinkTable(*columns)
