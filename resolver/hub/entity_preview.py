"""Preview of entities with their records and links: as stored, or as after an increment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.hub.increments.increment import Increment
from resolver.hub.increments.link_changes import TABLE_COLUMNS
from resolver.hub.increments.working_set import IncrementContext
from resolver.hub.index.record_index import RecordIndex
from resolver.hub.list_updates import ListUpdate
from resolver.hub.related.visible_links import load_links_between
from resolver.records import Batch, concat
from resolver.records.results.resolution import Outcome
from resolver.store import LinkTable, StoreView
from resolver.store.record_contents import INTERNAL_PREFIX, RestrictedId, restricted_record_ids

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EntityPreview:
    """Records of some entities.

    `records` (numbers, ascending), `batch` and `entities` (numbers) have one row per record;
    `entity_ids` maps entity numbers to stored ids; `restricted` has the ids of restricted records,
    by which entities of these alone are known. `links` are those of the records, to any others.
    """

    records: Numbers
    batch: Batch
    entities: Numbers
    entity_ids: Mapping[int, str]
    links: LinkTable
    restricted: Mapping[str, RestrictedId]

    def ids_for(self, batch: Batch, entities: Numbers) -> list[str]:
        """Return the entity id of each of some records, as somebody knows it who sees just these;
        `entities`: the numbers of their entities.
        """
        ids = [self.entity_ids[number] for number in entities.tolist()]
        eldest: dict[str, RestrictedId] = {}
        for record_id, entity_id in zip(batch.ids.to_pylist(), ids, strict=True):
            if entity_id.startswith(INTERNAL_PREFIX):
                own = self.restricted[record_id]
                eldest[entity_id] = min(own, eldest.get(entity_id, own))
        return [eldest[row].id if row in eldest else row for row in ids] if eldest else ids


def build_preview(
    view: StoreView, index: RecordIndex, records: Numbers, entities: Numbers, links: LinkTable
) -> EntityPreview:
    """Return current records (ascending), each with its entity, as they are in the store."""
    entity_ids = view.internal_ids(np.unique(entities).tolist())
    batch = index.batch(records)
    restricted = view.restricted_ids(restricted_record_ids(batch))
    return EntityPreview(records, batch, entities, entity_ids, links, restricted)


def add_waiting(
    view: StoreView, members: tuple[Numbers, Numbers], links: LinkTable
) -> tuple[Numbers, Numbers]:
    """Return the records of some entities, and of those that wait for a steward with one of them.

    `members`: numbers of records, ascending, and the entity of each. `links` are theirs, to any
    records.
    """
    record, entity = members
    waits = links.outcome == Outcome.QUEUED
    ends = np.concatenate([links.left[waits], links.right[waits]])
    partners = view.memberships(np.setdiff1d(ends, record).tolist())[1]
    further = view.members(np.setdiff1d(partners, entity).tolist())
    records = np.concatenate([record, further[0]])
    order = np.argsort(records)
    return records[order], np.concatenate([entity, further[1]])[order]


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
    links = _links_after(context, (record, entity), increment)
    is_stored = records <= last_record
    waiting = add_waiting(view, (records[is_stored], entities[is_stored]), links)
    new = ~np.isin(waiting[0], np.concatenate([records, leaving]))
    records, entities = (
        np.concatenate([own, others[new]])
        for own, others in zip((records, entities), waiting, strict=True)
    )
    order = np.argsort(records)
    records, entities = records[order], entities[order]
    stored_records = records[records <= last_record]
    fresh_rows = records[records > last_record] - last_record - 1
    batch = concat([context.index.batch(stored_records), update.fresh.take(fresh_rows)])
    new_ids = {
        last_entity + 1 + place: entity_id for place, entity_id in enumerate(commit.new_entities)
    }
    shown_stored = np.unique(entities[entities <= last_entity]).tolist()
    entity_ids = {**view.internal_ids(shown_stored), **new_ids}
    restricted = view.restricted_ids(restricted_record_ids(batch), with_new=True)
    return EntityPreview(records, batch, entities, entity_ids, links, restricted)


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
