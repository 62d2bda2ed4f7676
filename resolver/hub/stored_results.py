"""Records of a store in the form of a run's result: for the files of a run, and for exports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.engines.relation_explanation import ComparedEntities, EntityComparer
from resolver.errors import InputError
from resolver.hub.commit_result import CommitResult
from resolver.hub.entity_preview import EntityPreview, add_waiting, build_preview
from resolver.hub.hub import Hub
from resolver.hub.increments.working_set import WorkingSet
from resolver.hub.index.record_index import RecordIndex
from resolver.hub.related.shared_relations import SharedRelations, build_context
from resolver.hub.related.visible_links import load_links_between
from resolver.hub.visible_store import restrict_store
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.results.resolution import (
    Links,
    Resolution,
    RunStats,
    name_by_smallest_row,
)
from resolver.records.visibility import (
    OPERATOR,
    STRANGER,
    Viewer,
    may_read_all,
    visible_rows,
)
from resolver.scoring import scores
from resolver.store import LinkTable

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StoredResults:
    """Records of a store as a resolved batch.

    `entity_ids` and `record_numbers` have one row per record, `link_colors` one per link. `compare`
    looks up by rows what relations say of two records, where the store holds them.
    """

    resolution: Resolution
    entity_ids: pa.StringArray
    record_numbers: Numbers
    link_colors: Numbers
    compare: EntityComparer | None = None


def restrict_to_sources(results: StoredResults, sources: Collection[str]) -> StoredResults:
    """Return results with nothing but the records of some sources, and the ids of their entities.

    Links are those between two of these records, and so are the relations that explain them.
    """
    resolution = results.resolution
    batch = resolution.batch
    is_own = np.array([name in sources for name in batch.sources.values.to_pylist()], dtype=bool)
    rows = (
        np.flatnonzero(is_own[batch.sources.codes]) if len(batch) else np.zeros(0, dtype=np.int64)
    )
    place = np.full(len(batch), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    links, inside = resolution.links.move(place)
    return StoredResults(
        replace(
            resolution,
            batch=batch.take(rows),
            labels=name_by_smallest_row(resolution.labels[rows]),
            links=links,
        ),
        results.entity_ids.take(pa.array(rows)),
        results.record_numbers[rows],
        results.link_colors[inside],
    )


def load_commit_results(hub: Hub, result: CommitResult, viewer: Viewer = STRANGER) -> StoredResults:
    """Return the records read, and all of their entities and those that changed.

    Records that the viewer may not see are left out, and so are entities of which only such a
    record is new or gone. Of a dry run, which was made for this viewer, entities are as they would
    be.
    """
    if result.preview is not None:
        return _build_results(result.preview, result.stats, viewer)
    with hub.indexed_view() as (present, whole_index):
        changed = _find_visible_changes(whole_index, result, viewer)
        view, index = restrict_store(present, whole_index, viewer)
        read = np.array(
            sorted(number for number, _ in view.numbers_of(result.ids).values()), dtype=np.int64
        )
        _, entities, _ = view.memberships(read.tolist())
        context = build_context(hub, view, index)
        record, entity, _ = view.members(np.union1d(entities, changed).tolist())
        links = load_links_between(context, (record, entity))
        record, entity = add_waiting(view, (record, entity), links)
        preview = build_preview(view, index, record, entity, links)
        # a refresh may have come after the commit, and the links are those of now
        stats = replace(result.stats, population=hub.models_at(view).population)
        results = _build_results(preview, stats, viewer)
    numbers = results.record_numbers
    return replace(results, compare=partial(_compare_rows, hub, numbers))


def _compare_rows(hub: Hub, numbers: Numbers, left: int, right: int) -> ComparedEntities | None:
    """Return two entities by rows of `numbers`, as far as their records are among these."""
    pair = int(numbers[left]), int(numbers[right])
    shared = SharedRelations.load(hub, pair)
    compared = None if shared is None else shared.explain_pair(*pair)
    if shared is None or compared is None:
        return None
    is_shown = np.isin(shared.records.numbers, numbers)
    left_records, right_records = (
        side[is_shown[side]] for side in (compared.left_records, compared.right_records)
    )
    return replace(compared, left_records=left_records, right_records=right_records)


def count_visible_changes(hub: Hub, result: CommitResult, viewer: Viewer) -> int:
    """Return how many entities lost or got a record that the viewer may see, or would.

    A dry run has to be one for this viewer: it knows no record that the viewer may not see.
    """
    if result.preview is not None:
        return len(result.changed_entities)
    with hub.indexed_view() as (_, index):
        return len(_find_visible_changes(index, result, viewer))


def _find_visible_changes(index: RecordIndex, result: CommitResult, viewer: Viewer) -> Numbers:
    """Return the numbers of the entities that lost or got a record that the viewer may see."""
    record, entity = result.changed_members
    numbers = np.unique(record)
    visible = visible_rows(index.batch(numbers), viewer)
    if visible is None:
        return result.changed_entities
    return np.unique(entity[np.isin(record, numbers[visible])])


def load_all_results(hub: Hub) -> StoredResults:
    """Return all current records, for operators: nothing is hidden."""
    with hub.indexed_view() as (view, index):
        record, entity = view.all_members()
        models, nothing = hub.models_at(view), np.zeros(0, dtype=np.int64)
        stats = RunStats(
            view.head.plan, view.head.stamp, (), (), 0, nothing, population=models.population
        )
        preview = build_preview(view, index, record, entity, view.all_links())
        return _build_results(preview, stats, OPERATOR)


def _build_results(preview: EntityPreview, stats: RunStats, viewer: Viewer) -> StoredResults:
    batch, record, entity = preview.batch, preview.records, preview.entities
    visible = visible_rows(batch, viewer)
    if visible is not None:
        batch, record, entity = (
            batch.take(np.flatnonzero(visible)),
            record[visible],
            entity[visible],
        )
    working_set = WorkingSet.of(batch, record)
    entity = entity[np.searchsorted(record, working_set.numbers)]
    labels = name_by_smallest_row(entity)
    entity_ids = pa.array(preview.ids_for(working_set.batch, entity), pa.string())
    links, colors = _build_links(working_set, preview.links)
    # records that the viewer may not see can be among those that were compared
    stats = stats if may_read_all(viewer) else stats.without_counts()
    # only the new pairs were scored, which says nothing of all pairs of these entities
    stats = replace(stats, logodds=None)
    resolution = Resolution(working_set.batch, labels, links, stats)
    return StoredResults(resolution, entity_ids, working_set.numbers, colors)


def _build_links(working_set: WorkingSet, table: LinkTable) -> tuple[Links, Numbers]:
    """Return the links between records of the set, by rows, and their colors."""
    numbers = working_set.numbers
    is_inside = np.isin(table.left, numbers) & np.isin(table.right, numbers)
    left = working_set.rows_of(table.left[is_inside])
    right = working_set.rows_of(table.right[is_inside])
    order = np.lexsort((right, left))
    logodds = table.logodds[is_inside][order].astype(np.int32)
    links = Links(
        left[order],
        right[order],
        logodds,
        scores(logodds),
        table.band[is_inside][order].astype(np.uint8),
        table.outcome[is_inside][order].astype(np.uint8),
        table.record_logodds[is_inside][order].astype(np.int32),
        table.basis[is_inside][order].astype(np.uint8),
        _find_rows(numbers, table.rival[is_inside][order]),
    )
    return links, table.color[is_inside][order]


def _find_rows(numbers: Numbers, sought: Numbers) -> IntArray:
    """Return the row of each of some record numbers; -1 for those that are not in the set."""
    order = np.argsort(numbers)
    place = order[np.minimum(np.searchsorted(numbers, sought, sorter=order), len(numbers) - 1)]
    return np.where(numbers[place] == sought, place, -1).astype(np.int32)


def smallest_record_ids(results: StoredResults) -> pa.StringArray:
    """Return for each record the smallest record id of its entity."""
    resolution = results.resolution
    return resolution.batch.ids.take(pa.array(resolution.labels))


def load_records(hub: Hub, ids: Sequence[str]) -> tuple[Batch, list[str]]:
    """Return some records as a canonical batch, and the deduplicated sources of the store.

    Raises `InputError` for an id that no record has.
    """
    with hub.indexed_view() as (view, index):
        stored = view.numbers_of(ids)
        for record_id in ids:
            if record_id not in stored:
                raise InputError(
                    f"the store has no record {record_id}",
                    hint="ids are <source>:<id> of records, or e-… of entities, as in an export",
                )
        numbers = np.array(sorted(number for number, _ in stored.values()), dtype=np.int64)
        sources = [source.name for source in view.sources() if source.deduplicated]
        return index.batch(numbers).canonical(), sources
