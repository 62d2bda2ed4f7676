"""The store as if it held only the records that one viewer may see, and previews of entities.

The changes by a sender's list, and the changes that a dry run would make, are computed from the
visible records. Hidden records do not change which visible records are one entity, or the ids of
their entities. So the members of an entity are simply the records that the viewer may see.

Two entities have one link, with the score of their profiles, named by their strongest records. If
one entity has a hidden record, both the name and the score may come from that record, and the link
may be missing because of it. If any union of entities is resolved alone, it gives the same result
as in the whole store. So the visible records of these entities are resolved again, and their links
are those that the store would have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from resolver.engines.local import LocalEngine
from resolver.hub.increment import Increment
from resolver.hub.increment_candidates import (
    IncrementContext,
    NeighborSearch,
    WorkingSet,
)
from resolver.hub.link_changes import (
    TABLE_COLUMNS,
    RelevantDecisions,
    build_link_rows,
    resolve_working_set,
)
from resolver.hub.list_updates import ListUpdate
from resolver.hub.record_index import RecordIndex
from resolver.hub.related_records import RelatedRecords
from resolver.hub.shared_relations import RelationScope, build_context
from resolver.records import Batch, concat
from resolver.records.results.resolution import Outcome
from resolver.records.visibility import Viewer, may_read_all, visible_rows
from resolver.runtime.key_groups import unite
from resolver.store import LinkRows, LinkTable, StoredDecision, StoredSource, StoreView
from resolver.store.record_contents import INTERNAL_PREFIX, RestrictedId, restricted_record_ids

if TYPE_CHECKING:
    from resolver.hub.hub import Hub


Numbers = npt.NDArray[np.int64]
_MAX_VERSIONS = 20_000


class VisibleView(StoreView):
    """View without the versions of records that a viewer may not see (`hidden`, by number).

    If one of two entities has a hidden record, their stored link may be missing or may name that
    record. `resolver.hub.entity_preview` has the links that the store would have without it.
    """

    def __init__(self, view: StoreView, hidden: Numbers, viewer: Viewer) -> None:
        self.connection, self.head, self.revision = view.connection, view.head, view.revision
        self.cache, self.viewer = {}, viewer
        self.hidden = hidden

    def holders_of_hidden(self) -> Numbers:
        """Return the numbers of entities that have a hidden record now."""
        return np.unique(super()._member_rows("record", self.hidden.tolist(), False)[1])

    def find_partial(self, entities: Numbers) -> Numbers:
        """Return the entities, among those given, that have a hidden record now."""
        record, entity, _ = super()._member_rows("entity", np.unique(entities).tolist(), False)
        return np.unique(entity[np.isin(record, self.hidden)])

    def _is_visible(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        flags: npt.NDArray[np.bool_] = ~np.isin(numbers, self.hidden)
        return flags

    def numbers_of(self, record_ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """Return (number, content hash) of each valid record."""
        stored = super().numbers_of(record_ids)
        chosen = self._is_visible(
            np.array([number for number, _ in stored.values()], dtype=np.int64)
        )
        return {
            record_id: version
            for (record_id, version), is_chosen in zip(stored.items(), chosen.tolist(), strict=True)
            if is_chosen
        }

    def record_numbers(self, record_ids: Sequence[str]) -> dict[str, list[int]]:
        """Return the numbers of all versions of each record, ascending."""
        versions = super().record_numbers(record_ids)
        hidden = set(self.hidden.tolist())
        chosen = {
            record_id: [number for number in numbers if number not in hidden]
            for record_id, numbers in versions.items()
        }
        return {record_id: numbers for record_id, numbers in chosen.items() if numbers}

    def _versions_changed_in(self, numbers: Sequence[int]) -> dict[int, str]:
        changed = super()._versions_changed_in(numbers)
        hidden = set(self.hidden.tolist())
        return {number: end for number, end in changed.items() if number not in hidden}

    def records_of_sources(self, names: Sequence[str]) -> dict[str, int]:
        """Return the valid records of some sources: id → number."""
        stored = super().records_of_sources(names)
        chosen = self._is_visible(np.array(list(stored.values()), dtype=np.int64))
        return {
            record_id: number
            for (record_id, number), is_chosen in zip(stored.items(), chosen.tolist(), strict=True)
            if is_chosen
        }

    def sources(self, *, counted: bool = False) -> list[StoredSource]:
        """Return the sources by name, without sources that have only hidden records."""
        if ("visible sources", counted) not in self.cache:
            self.cache["visible sources", counted] = [
                source for source in super().sources(counted=counted) if self._is_known(source)
            ]
        return list(self.cache["visible sources", counted])

    def _is_known(self, source: StoredSource) -> bool:
        """Return whether a source has an owner, has or had a visible record, or never had any."""
        if source.agency or source.keeper:
            return True
        versions = list(self.newest_versions(source, _MAX_VERSIONS))
        return not versions or bool(self._is_visible(np.array(versions, dtype=np.int64)).any())

    def decisions(self, record_ids: Sequence[str] | None = None) -> list[StoredDecision]:
        """Return the decisions whose two records are visible or are not in the store."""
        logged = super().decisions(record_ids)
        ids = sorted({end for stored in logged for end in stored.decision.pair})
        hidden = super().numbers_of(ids).keys() - self.numbers_of(ids).keys() if ids else set()
        return [stored for stored in logged if hidden.isdisjoint(stored.decision.pair)]

    def links_of(self, numbers: Sequence[int], *, min_logodds: int | None = None) -> LinkTable:
        """Return the stored links between some records and visible records."""
        return self._select_links(super().links_of(numbers, min_logodds=min_logodds))

    def rivals_of(self, numbers: Sequence[int]) -> Numbers:
        """Return the visible records that wait together with some records because one of them is
        ambiguous.
        """
        rivals = super().rivals_of(numbers)
        return rivals[self._is_visible(rivals)]

    def links_between(self, numbers: Sequence[int]) -> LinkTable:
        """Return the stored links with both ends among some records."""
        return self._select_links(super().links_between(numbers))

    def _select_links(self, links: LinkTable) -> LinkTable:
        chosen = self._is_visible(links.left) & self._is_visible(links.right)
        return LinkTable(*(getattr(links, field.name)[chosen] for field in fields(LinkTable)))

    def _member_rows(
        self, column: str, numbers: Sequence[int], include_ended: bool
    ) -> tuple[Numbers, Numbers, Numbers]:
        record, entity, until = super()._member_rows(column, numbers, include_ended)
        chosen = self._is_visible(record)
        return record[chosen], entity[chosen], until[chosen]


def find_hidden_numbers(index: RecordIndex, viewer: Viewer) -> Numbers:
    """Return the versions of records, ended ones included, that a viewer may not see, ascending."""
    parts = [np.zeros(0, dtype=np.int64)]
    for segment in () if may_read_all(viewer) else index.segments:
        visible = visible_rows(segment.batch, viewer)
        if visible is not None:
            parts.append(segment.first + np.flatnonzero(~visible))
    return np.concatenate(parts)


def restrict_store(
    view: StoreView, index: RecordIndex, viewer: Viewer
) -> tuple[StoreView, RecordIndex]:
    """Return a view of the present and its index without the records that a viewer may not see.

    If the store hides nothing from the viewer, both are returned unchanged.
    """
    hidden = find_hidden_numbers(index, viewer)
    if not len(hidden):
        return view, index
    return VisibleView(view, hidden, viewer), index.without(hidden)


_NONE = np.zeros(0, dtype=np.int64)


def load_visible_links(hub: Hub, view: StoreView, numbers: Numbers, viewer: Viewer) -> LinkTable:
    """Return the links of some records (by number), as a store without hidden records would have
    them. The records must be all that the viewer may see of their entities.

    The links are computed anew even if nothing is hidden, so that the time of a request does not
    tell whether the store hides anything. Only a viewer who may read all gets the stored links.
    """
    if may_read_all(viewer):
        return view.links_of(numbers.tolist())
    with hub.indexed_view(view) as (present, index):
        # a commit may have ended one of them since the caller read it
        own = np.sort(numbers[index.are_current(numbers)])
        if not len(own):
            return view.links_of([])
        hidden = find_hidden_numbers(index, viewer)
        visible_view = VisibleView(present, hidden, viewer)
        return relink(build_context(hub, visible_view, index.without(hidden)), own)


def load_links_between(context: IncrementContext, members: tuple[Numbers, Numbers]) -> LinkTable:
    """Return the links between some entities of the store that a context shows.

    `members`: the numbers of all their records, ascending, and the entity of each. Links to other
    entities may be among them.
    """
    view, (records, entities) = context.view, members
    if not isinstance(view, VisibleView):
        return view.links_of(records.tolist())
    is_partial = np.isin(entities, view.find_partial(entities))
    # a link to an entity with a hidden record may depend on that record, or may be missing because
    # of it
    linked = _find_linked_to_partial(context, view, records)
    is_relinked = is_partial | np.isin(entities, entities[np.isin(records, linked)])
    stored = view.links_of(records[~is_relinked].tolist())
    own = records[is_relinked]
    ends = np.isin(stored.left, own) | np.isin(stored.right, own)
    parts = [_select(stored, ~ends)]
    if len(own):
        parts.append(relink(context, own))
    columns = zip(*(_columns(part) for part in parts), strict=True)
    return LinkTable(*map(np.concatenate, columns))


def _find_linked_to_partial(
    context: IncrementContext, view: VisibleView, records: Numbers
) -> Numbers:
    """Return records of entities that are connected by a pair with another entity that has a hidden
    record.

    Only records among `records` (ascending) are returned.
    """
    search = _search_of(context)
    others = np.setdiff1d(view.members(view.holders_of_hidden().tolist())[0], records)
    if len(others) > len(records):
        others = np.intersect1d(others, search.around(records))
    return search.around(others)


def _search_of(context: IncrementContext) -> NeighborSearch:
    """Return a search for the neighbors of stored records in the store that a context shows."""
    # block purging counts over the whole store
    return NeighborSearch(context, context.index.build_purge(None, _NONE > 0, _NONE), _NONE)


def _columns(links: LinkTable | LinkRows) -> list[Numbers]:
    return [getattr(links, name) for name in TABLE_COLUMNS]


def _select(links: LinkTable | LinkRows, chosen: npt.NDArray[np.bool_]) -> LinkTable:
    """Return some of the links."""
    return LinkTable(*(column[chosen] for column in _columns(links)))


def relink(context: IncrementContext, own: Numbers) -> LinkTable:
    """Return the links of some records, computed again.

    The links are computed from three groups of records: the entities of the given records, the
    entities that are connected with these, and the entities to which any of them is related.
    """
    view, index = context.view, context.index
    related = RelatedRecords(context, WorkingSet(Batch.from_records([]).canonical(), _NONE), _NONE)
    search = _search_of(context)
    entities = search.expand(own)
    present = unite(entities, search.around(entities))
    numbers = RelationScope(related, search).with_context(present)
    records = WorkingSet.of(index.batch(numbers), numbers)
    decisions, engine = RelevantDecisions(view), LocalEngine(None, search.purge.purged_pairs)
    table = related.build_table(records)
    resolution, _ = resolve_working_set(context, records, decisions, engine, table)
    links = build_link_rows(records, resolution.links, decisions)
    return _select(links, np.isin(links.left, own) | np.isin(links.right, own))


def find_related_entities(context: IncrementContext, entities: Numbers) -> Numbers:
    """Return the entities whose evidence from relations depends on some entities, any of which may
    have changed.
    """
    return find_touched_entities(context, context.view.members(entities.tolist())[0])


def find_touched_entities(context: IncrementContext, records: Numbers) -> Numbers:
    """Return the entities whose evidence from relations may have changed because some versions of
    records began or ended.
    """
    related = RelatedRecords(context, WorkingSet(Batch.from_records([]).canonical(), _NONE), _NONE)
    if not related.exist:
        return _NONE
    search = _search_of(context)
    touched = related.touched_by(records, records, search.expand)
    return context.view.memberships(touched.tolist())[1]


def find_pairs_in_review(
    hub: Hub, revision: int, members: tuple[Numbers, Numbers], viewer: Viewer
) -> set[tuple[int, int]]:
    """Return the pairs of some entities that would wait for a steward in a store without the
    records that are hidden from a viewer.

    `members`: numbers of all records of the entities that the viewer may see at a revision, and the
    entity of each. Records that a commit has ended since then no longer count.
    """
    records, entities = members
    with hub.store.view(revision) as view:
        links = load_visible_links(hub, view, records, viewer)
    owner = dict(zip(records.tolist(), entities.tolist(), strict=True))
    waits = links.outcome == Outcome.QUEUED
    ends = zip(links.left[waits].tolist(), links.right[waits].tolist(), strict=True)
    pairs = ((owner[left], owner[right]) for left, right in ends if {left, right} <= owner.keys())
    return {(min(pair), max(pair)) for pair in pairs}


@dataclass(frozen=True, slots=True)
class EntityPreview:
    """Records of some entities.

    `records` (numbers, ascending), `batch` and `entities` (numbers) have one row per record.
    `entity_ids` has the stored id of each entity number. `restricted` has the ids of restricted
    records, which name entities that have only restricted records. `links` are the links of these
    records to any records.
    """

    records: Numbers
    batch: Batch
    entities: Numbers
    entity_ids: Mapping[int, str]
    links: LinkTable
    restricted: Mapping[str, RestrictedId]

    def ids_for(self, batch: Batch, entities: Numbers) -> list[str]:
        """Return the entity id of each record, as it is known to a viewer who sees just these
        records. `entities` has the numbers of their entities.
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
    """Return the preview of current records (ascending), each with the entity that the store has
    for it.
    """
    entity_ids = view.internal_ids(np.unique(entities).tolist())
    batch = index.batch(records)
    restricted = view.restricted_ids(restricted_record_ids(batch))
    return EntityPreview(records, batch, entities, entity_ids, links, restricted)


def add_waiting(
    view: StoreView, members: tuple[Numbers, Numbers], links: LinkTable
) -> tuple[Numbers, Numbers]:
    """Return the records of some entities, and of all entities that wait for a steward together
    with one of these.

    `members`: numbers of records, ascending, and the entity of each. `links` are the links of these
    records to any records.
    """
    record, entity = members
    waits = links.outcome == Outcome.QUEUED
    ends = np.concatenate([links.left[waits], links.right[waits]])
    partners = view.memberships(np.setdiff1d(ends, record).tolist())[1]
    further = view.members(np.setdiff1d(partners, entity).tolist())
    records = np.concatenate([record, further[0]])
    order = np.argsort(records)
    return records[order], np.concatenate([entity, further[1]])[order]


def find_queued_ends(links: LinkRows | None) -> Numbers:
    """Return the records of the links that wait for a steward, ascending."""
    if links is None:
        return _NONE
    waits = links.outcome == Outcome.QUEUED
    return np.union1d(links.left[waits], links.right[waits])


def preview_increment(
    context: IncrementContext, update: ListUpdate, increment: Increment
) -> EntityPreview:
    """Return the preview of an increment that was computed on the context's view, with the entities
    that it would make of the read records.

    The preview has the records and their entities, the entities that would change, and the entities
    that would begin to wait for a steward.
    """
    view, commit = context.view, increment.commit
    last_record, last_entity = view.head.last_record, view.head.last_entity
    leaving = np.union1d(commit.ended_members, commit.ended_records)
    read = np.array([number for number, _ in view.numbers_of(update.ids).values()], dtype=np.int64)
    _, staying_entities, _ = view.memberships(np.setdiff1d(read, leaving).tolist())
    begun = find_queued_ends(commit.new_links)
    _, queued_entities, _ = view.memberships(np.setdiff1d(begun, leaving).tolist())
    changed = increment.changed_members[1]
    shown = np.unique(np.concatenate([staying_entities, changed, queued_entities]))
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
        last_entity + 1 + index: entity_id for index, entity_id in enumerate(commit.new_entities)
    }
    shown_stored = np.unique(entities[entities <= last_entity]).tolist()
    entity_ids = {**view.internal_ids(shown_stored), **new_ids}
    restricted = view.restricted_ids(restricted_record_ids(batch), with_new=True)
    return EntityPreview(records, batch, entities, entity_ids, links, restricted)


def _links_after(
    context: IncrementContext, members: tuple[Numbers, Numbers], increment: Increment
) -> LinkTable:
    """Return the links of stored entities and the new links, without the links that would end.

    `members`: the records of the entities, with the entity of each record.
    """
    links, begun = load_links_between(context, members), increment.links
    # records that were resolved get the links of the increment to each other
    resolved = np.concatenate([increment.resolved_records, increment.commit.ended_records])
    stays = ~(np.isin(links.left, resolved) & np.isin(links.right, resolved))
    return LinkTable(
        *(
            np.concatenate([getattr(links, name)[stays], getattr(begun, name)])
            for name in TABLE_COLUMNS
        )
    )
