"""Preview of entities with their records and links: as stored, or as after an increment.

Links of entities as a store without the records that a viewer may not see would have them.

Two entities have one link, with the score of their profiles, named by their strongest records. Of
an entity with a hidden record both may come from that record, and the link may be missing because
of it. Which records are one entity does not depend on hidden ones, and any union of entities comes
out of a resolution as in the whole, so the visible records of the entities in question, resolved
again, have the links that the store would have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from resolver.engines.local import LocalEngine
from resolver.hub.increments.candidates import NeighborSearch
from resolver.hub.increments.decision_effects import RelevantDecisions
from resolver.hub.increments.increment import Increment
from resolver.hub.increments.link_changes import TABLE_COLUMNS, build_link_rows, resolve_working_set
from resolver.hub.increments.working_set import IncrementContext, ResolutionContext, WorkingSet
from resolver.hub.list_updates import ListUpdate
from resolver.hub.record_index import RecordIndex
from resolver.hub.related_records import RelatedRecords
from resolver.hub.shared_relations import RelationScope, build_context
from resolver.hub.visible_store import VisibleView, restrict_store
from resolver.records import Batch, concat
from resolver.records.results.resolution import Outcome
from resolver.records.visibility import Viewer, may_read_all
from resolver.runtime.key_groups import unite
from resolver.store import LinkRows, LinkTable, StoreView
from resolver.store.record_contents import INTERNAL_PREFIX, RestrictedId, restricted_record_ids

if TYPE_CHECKING:
    from resolver.hub.hub import Hub


Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)


def load_visible_links(hub: Hub, view: StoreView, numbers: Numbers, viewer: Viewer) -> LinkTable:
    """Return the links of some records (by number), which are all that a viewer may see of their
    entities, as a store without hidden records would have them.
    """
    if may_read_all(viewer):
        return view.links_of(numbers.tolist())
    with hub.indexed_view(view) as (present, index):
        visible_view, visible_index = restrict_store(present, index, viewer)
        if visible_view is present:
            return view.links_of(numbers.tolist())
        # a commit may have ended one of them since the caller looked
        own = np.sort(numbers[index.are_current(numbers)])
        if not len(own):
            return view.links_of([])
        return relink(build_context(hub, visible_view, visible_index), own)


def load_links_between(context: IncrementContext, members: tuple[Numbers, Numbers]) -> LinkTable:
    """Return the links between some entities of the store that a context shows.

    `members`: the numbers of all their records, ascending, and the entity of each. Links to other
    entities may be among them.
    """
    view, (records, entities) = context.view, members
    if not isinstance(view, VisibleView):
        return view.links_of(records.tolist())
    is_partial = np.isin(entities, view.find_partial(entities))
    stored = view.links_of(records[~is_partial].tolist())
    own = records[is_partial]
    ends = np.isin(stored.left, own) | np.isin(stored.right, own)
    parts = [_select(stored, ~ends)]
    if len(own):
        parts.append(relink(context, own))
    columns = zip(*(_columns(part) for part in parts), strict=True)
    return LinkTable(*map(np.concatenate, columns))


def _columns(links: LinkTable | LinkRows) -> list[Numbers]:
    return [getattr(links, name) for name in TABLE_COLUMNS]


def _select(links: LinkTable | LinkRows, chosen: npt.NDArray[np.bool_]) -> LinkTable:
    """Return some of the links."""
    return LinkTable(*(column[chosen] for column in _columns(links)))


def relink(context: IncrementContext, own: Numbers) -> LinkTable:
    """Return the links of some records, from the records of their entities, of those that are
    connected with these, and of those that either is related to.
    """
    view, index = context.view, context.index
    related = RelatedRecords(context, WorkingSet(Batch.from_records([]).canonical(), _NONE), _NONE)
    # block purging counts over the whole store
    purge = index.build_purge(None, _NONE > 0, _NONE)
    search = NeighborSearch(context, purge, _NONE)
    entities = search.expand(own)
    present = unite(entities, search.around(entities))
    numbers = RelationScope(related, search).with_context(present)
    records = WorkingSet.of(index.batch(numbers), numbers)
    decisions, engine = RelevantDecisions(view), LocalEngine(None, purge.purged_pairs)
    table = related.build_table(records)
    resolution, _ = resolve_working_set(context, records, decisions, engine, table)
    links = build_link_rows(records, resolution.links, decisions)
    return _select(links, np.isin(links.left, own) | np.isin(links.right, own))


def find_related_entities(context: IncrementContext, entities: Numbers) -> Numbers:
    """Return the entities whose evidence some entities, of which any may have changed, are part of
    by relations.
    """
    related = RelatedRecords(context, WorkingSet(Batch.from_records([]).canonical(), _NONE), _NONE)
    if not related.exist:
        return _NONE
    search = NeighborSearch(context, context.index.build_purge(None, _NONE > 0, _NONE), _NONE)
    records = context.view.members(entities.tolist())[0]
    touched = related.touched_by(records, records, search.expand)
    return context.view.memberships(touched.tolist())[1]


def find_pairs_in_review(
    hub: Hub, revision: int, batch: Batch, owners: Numbers
) -> set[tuple[int, int]]:
    """Return the pairs of entities that would wait for a steward in a store of some records alone.

    `owners` are the numbers of the entities of the records. What these are related to outside the
    batch does not count, and no key is too frequent to compare its records. Nothing is locked.
    """
    with hub.store.view(revision) as view:
        options = replace(hub.options_of(view.head), plan=view.head.plan)
        sources = [source.name for source in view.sources() if source.deduplicated]
        context = ResolutionContext(view, hub.models_at(view), options, sources)
        records, decisions = WorkingSet.of(batch, owners), RelevantDecisions(view)
        links = resolve_working_set(context, records, decisions, LocalEngine())[0].links
    waits = links.outcome == Outcome.QUEUED
    left, right = (records.numbers[rows[waits]].tolist() for rows in (links.left, links.right))
    return set(zip(left, right, strict=True))


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
