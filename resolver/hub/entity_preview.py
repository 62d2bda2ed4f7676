"""Preview of entities with their records and links: as stored, or as after an increment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.hub.increments.context import IncrementContext
from resolver.hub.increments.increment import Increment
from resolver.hub.increments.link_changes import TABLE_COLUMNS
from resolver.hub.index.record_index import RecordIndex
from resolver.hub.list_updates import ListUpdate
from resolver.hub.related.visible_links import load_links_between
from resolver.records import Batch, concat
from resolver.store import LinkTable, StoreView

Numbers = npt.NDArray[np.int64]


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
    shown = np.unique(np.concatenate([staying_entities, increment.changed_members[1]]))
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
    links = _links_after(context, (record, entity), increment)
    return EntityPreview(records, batch, entities, entity_ids, links)


def _links_after(
    context: IncrementContext, members: tuple[Numbers, Numbers], increment: Increment
) -> LinkTable:
    """Return the links of stored entities and new links, without those that would end.

    `members`: the records of the entities, and the entity of each.
    """
    links, begun = load_links_between(context, members), increment.links
    # records that were worked on get the links of the increment, to each other
    resolved = np.concatenate([increment.resolved_records, increment.commit.ended_records])
    stays = ~(np.isin(links.left, resolved) & np.isin(links.right, resolved))
    return LinkTable(
        *(
            np.concatenate([getattr(links, name)[stays], getattr(begun, name)])
            for name in TABLE_COLUMNS
        )
    )
