"""Links of entities as a store without the records that a viewer may not see would have them.

Two entities have one link, with the score of their profiles, named by their strongest records. Of
an entity with a hidden record both may come from that record, and the link may be missing because
of it. Which records are one entity does not depend on hidden ones, and any union of entities comes
out of a resolution as in the whole, so the visible records of the entities in question, resolved
again, have the links that the store would have.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from resolver.engines.local import LocalEngine
from resolver.hub.increments.candidates import NeighborSearch
from resolver.hub.increments.decision_effects import RelevantDecisions
from resolver.hub.increments.link_changes import TABLE_COLUMNS, build_link_rows, resolve_working_set
from resolver.hub.increments.working_set import IncrementContext, ResolutionContext, WorkingSet
from resolver.hub.related.related_records import RelatedRecords
from resolver.hub.related.shared_relations import RelationScope, build_context
from resolver.hub.visible_store import VisibleView, restrict_store
from resolver.kernels.number_sets import unite
from resolver.records import Batch
from resolver.records.results.resolution import Outcome
from resolver.records.visibility import Viewer, may_read_all
from resolver.store import LinkRows, LinkTable, StoreView

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
