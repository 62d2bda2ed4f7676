"""Preview of entities with their records and links: as stored, or as after an increment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.hub.increments.context import IncrementContext
from resolver.hub.increments.increment import Increment
from resolver.hub.index.record_index import RecordIndex
from resolver.hub.list_updates import ListUpdate
from resolver.records import Batch, concat
from resolver.store import LinkTable, StoreView

Numbers = npt.NDArray[np.int64]
_LINK_COLUMNS = ("left", "right", "logodds", "band", "outcome", "color")


@dataclass(frozen=True, slots=True)
class EntityPreview:
    """Records of some entities.

    `records` (numbers, ascending), `batch` and `entities` (numbers) have one row per record;
    `entity_ids` maps entity numbers to ids. `links` are those of the records, to any others.
    """

    records: Numbers
    batch: Batch
    entities: Numbers
    entity_ids: Mapping[int, str]
    links: LinkTable


def build_preview(
    view: StoreView, index: RecordIndex, records: Numbers, entities: Numbers, links: LinkTable
) -> EntityPreview:
    """Return current records (ascending), each with its entity, as they are in the store."""
    entity_ids = view.entity_ids(np.unique(entities).tolist())
    return EntityPreview(records, index.batch(records), entities, entity_ids, links)


def preview_increment(
    context: IncrementContext, update: ListUpdate, increment: Increment
) -> EntityPreview:
    """Return the records that were read, and their entities and those that would change.

    All are as they would be after an increment that was computed on the context's view.
    """
    view, commit = context.view, increment.commit
    last_record, last_entity = view.head.last_record, view.head.last_entity
    leaving = np.union1d(commit.ended_members, commit.ended_records)
    read = np.array([number for number, _ in view.numbers_of(update.ids).values()], dtype=np.int64)
    _, staying_entities, _ = view.memberships(np.setdiff1d(read, leaving).tolist())
    shown = np.unique(
        np.concatenate([staying_entities, increment.changed_entities, commit.new_members[1]])
    )
    stored = shown[shown <= last_entity].tolist()
    record, entity, _ = view.members(stored)
    stays = ~np.isin(record, leaving)
    records = np.concatenate([record[stays], commit.new_members[0]])
    entities = np.concatenate([entity[stays], commit.new_members[1]])
    order = np.argsort(records)
    records, entities = records[order], entities[order]
    stored_records = records[records <= last_record]
    fresh_rows = records[records > last_record] - last_record - 1
    batch = concat([context.index.batch(stored_records), update.fresh.take(fresh_rows)])
    new_ids = {
        last_entity + 1 + place: entity_id for place, entity_id in enumerate(commit.new_entities)
    }
    entity_ids = {**view.entity_ids(stored), **new_ids}
    links = _links_after(view, stored_records, increment)
    return EntityPreview(records, batch, entities, entity_ids, links)


def _links_after(view: StoreView, records: Numbers, increment: Increment) -> LinkTable:
    """Return the links of stored records and new links, without those that would end."""
    commit, links = increment.commit, view.links_of(records.tolist())
    pairs, ending = (
        side[0] << 32 | side[1] for side in ((links.left, links.right), commit.ended_links)
    )
    stays = ~np.isin(pairs, ending)
    columns = [getattr(links, name)[stays] for name in _LINK_COLUMNS]
    if commit.new_links is not None:
        begun = [getattr(commit.new_links, name) for name in _LINK_COLUMNS]
        columns = [np.concatenate(parts) for parts in zip(columns, begun, strict=True)]
    return LinkTable(*columns)
