"""Links of an increment in the form of the store, compared with the links that the store holds.

Resolution of some records of a store as a batch of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from resolver.hub.increments.decision_effects import RelevantDecisions
from resolver.hub.increments.working_set import (
    MAX_CACHED_PAIRS,
    MIN_CACHED_PAIRS,
    CachedComponent,
    CachedPairs,
    IncrementContext,
    ResolutionContext,
    WorkingSet,
)
from resolver.matching.pipeline import cluster_pairs
from resolver.matching.population_scoring import score_in_population
from resolver.matching.resolution_task import Engine, ResolutionTask, ScoredCandidates
from resolver.matching.scoring.relation_evidence import RelationTable
from resolver.records.decisions import Decision, Verdict
from resolver.records.results.resolution import Links, Outcome, Resolution, StageMeter
from resolver.runtime.key_groups import exclude, unite
from resolver.store import LinkColor, LinkRows, LinkTable, StoreView

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)
TABLE_COLUMNS = tuple(field.name for field in fields(LinkTable))
LINK_COLUMNS = tuple(field.name for field in fields(LinkRows))
_COLOR_BY_OUTCOME = {
    Outcome.APART: LinkColor.GREEN,
    Outcome.QUEUED: LinkColor.YELLOW,
    Outcome.MERGED: LinkColor.WHITE,
}
_COLORS = np.array([_COLOR_BY_OUTCOME[outcome] for outcome in Outcome], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class LinkChanges:
    """Links that end, as (left, right) record numbers, and links that begin."""

    ended: tuple[Numbers, Numbers]
    begun: LinkRows


def _color_decided(
    color: Numbers, links: Links, decisions: RelevantDecisions, ids: list[str]
) -> None:
    """Set the colors of the links that stewards decided; `ids`: record id of each row."""
    settled = decisions.settled(ids)
    row_of = {record_id: row for row, record_id in enumerate(ids)} if settled else {}
    for decision in settled:
        left, right = (row_of.get(record_id, -1) for record_id in decision.pair)
        if decision.verdict is not Verdict.UNSURE and left >= 0 and right >= 0:
            color[(links.left == left) & (links.right == right)] = _decision_color(decision)


def build_link_rows(
    working_set: WorkingSet, links: Links, decisions: RelevantDecisions
) -> LinkRows:
    """Return the links of a resolution by record numbers, colored by what stewards decided."""
    color = _COLORS[links.outcome]
    if decisions.has_any and len(links):
        _color_decided(color, links, decisions, working_set.batch.ids.to_pylist())
    return LinkRows(
        working_set.numbers[links.left],
        working_set.numbers[links.right],
        links.logodds.astype(np.int64),
        links.score,
        links.band.astype(np.int64),
        links.outcome.astype(np.int64),
        color,
        links.record_logodds.astype(np.int64),
        links.basis.astype(np.int64),
        np.where(links.rival >= 0, working_set.numbers[links.rival], 0),
    )


def _decision_color(decision: Decision) -> LinkColor:
    if decision.verdict is Verdict.DIFFERENT:
        return LinkColor.GREEN
    return LinkColor.RED if decision.unlawful else LinkColor.WHITE


def select_links(links: LinkRows, chosen: slice | npt.NDArray[np.bool_]) -> LinkRows:
    """Return some of the links."""
    return LinkRows(*(getattr(links, name)[chosen] for name in LINK_COLUMNS))


def load_replaced_links(
    view: StoreView, affected: Numbers, ended: Numbers, compared_again: Numbers
) -> LinkTable | None:
    """Return the stored links of ended and compared records that an increment replaces, or None."""
    if not len(affected) + len(ended):
        return None
    inside = view.links_between(affected.tolist())
    replaced = unite(ended, compared_again)
    if not len(replaced):
        return inside
    links = view.links_of(replaced.tolist())
    # links among the affected records are in both
    is_further = ~(np.isin(links.left, affected) & np.isin(links.right, affected))
    return LinkTable(
        *(
            np.concatenate([getattr(inside, name), getattr(links, name)[is_further]])
            for name in TABLE_COLUMNS
        )
    )


def load_links_with_component(
    view: StoreView, affected: Numbers, component: CachedComponent, ended: Numbers
) -> LinkTable:
    """Return the same, with the links within a cached component from the cache."""
    links = view.links_of(unite(exclude(affected, component.numbers), ended).tolist())
    is_inside = np.isin(links.left, affected) & np.isin(links.right, affected)
    counts = is_inside | np.isin(links.left, ended) | np.isin(links.right, ended)
    return LinkTable(
        *(
            np.concatenate([getattr(links, name)[counts], getattr(component.links, name)])
            for name in TABLE_COLUMNS
        )
    )


def diff_links(stored: LinkTable | None, current: LinkRows) -> LinkChanges:
    """Return the stored links that end and the current ones that begin (changed ones: both)."""
    if stored is None or not len(stored):
        return LinkChanges((_NONE, _NONE), current)
    if not len(current.left):
        return LinkChanges((stored.left, stored.right), current)
    # pairs as one number each: a table holds a pair once
    span = 1 + max(int(stored.right.max()), int(current.right.max()))
    before, now = stored.left * span + stored.right, current.left * span + current.right
    order = np.argsort(now)
    match = order[np.minimum(np.searchsorted(now, before, sorter=order), len(now) - 1)]
    is_same = now[match] == before
    for name in TABLE_COLUMNS[2:]:
        is_same &= getattr(current, name)[match] == getattr(stored, name)
    begins = np.ones(len(now), dtype=bool)
    begins[match[is_same]] = False
    ended = stored.left[~is_same], stored.right[~is_same]
    return LinkChanges(ended, select_links(current, begins))


_MIN_PARALLEL_RECORDS = 2_000


@dataclass(frozen=True, slots=True)
class ResolvedSet:
    """Records of a store that were clustered together, and their links as the store holds them.

    `compared` may be cached, together with `same_rows`, the rows that are decided to be the same.
    """

    working_set: WorkingSet
    resolution: Resolution
    links: LinkRows
    compared: CachedPairs | None = None
    same_rows: Sequence[tuple[int, int]] = ()


def build_task(
    context: ResolutionContext, working_set: WorkingSet, decisions: RelevantDecisions
) -> ResolutionTask:
    """Return the task of resolving some records under the decisions on them.

    It keeps the population of the context's models.
    """
    batch, options = working_set.batch, context.options
    if len(batch) < _MIN_PARALLEL_RECORDS:
        # threads would cost more than they save
        options = replace(options, workers=1)
    log = decisions.within(set(batch.ids.to_pylist())) if decisions.has_any else []
    return ResolutionTask.build(
        batch,
        sorted(context.deduplicated_sources),
        replace(options, decisions=log),
        population=context.models.population,
        checked=decisions.new_pairs,
    )


def resolve_working_set(
    context: ResolutionContext,
    working_set: WorkingSet,
    decisions: RelevantDecisions,
    engine: Engine,
    relations: RelationTable | None = None,
) -> tuple[Resolution, ScoredCandidates]:
    """Resolve some records as a batch of their own; also return the pairs of the engine.

    Without a population in the context that of the records is measured. `relations`: those of the
    records, where these are a part of what is stored (None: read them from the records).
    """
    task = build_task(context, working_set, decisions)
    meter = StageMeter(context.progress)
    task, scored = score_in_population(task, engine, meter)
    return cluster_pairs(task, scored, meter, relations=relations), scored


def resolve_cacheable(
    context: IncrementContext,
    working_set: WorkingSet,
    decisions: RelevantDecisions,
    engine: Engine,
    relations: RelationTable | None = None,
    *,
    cache: bool,
) -> ResolvedSet:
    """Resolve some records; with `cache` keep the compared pairs if their number permits it."""
    resolution, scored = resolve_working_set(context, working_set, decisions, engine, relations)
    links = build_link_rows(working_set, resolution.links, decisions)
    # what is cached does not tell which records stand for others of equal normal form
    is_cached = cache and (scored.twins is None or not len(scored.twins))
    if not is_cached or not MIN_CACHED_PAIRS <= len(scored.left) <= MAX_CACHED_PAIRS:
        return ResolvedSet(working_set, resolution, links)
    compared = CachedPairs(scored.left, scored.right, scored.logodds)
    same_rows = find_same_rows(working_set, decisions)
    return ResolvedSet(working_set, resolution, links, compared=compared, same_rows=same_rows)


def find_same_rows(
    working_set: WorkingSet, decisions: RelevantDecisions
) -> Sequence[tuple[int, int]]:
    """Return the pairs of rows that are decided to be the same."""
    if not decisions.has_any:
        return ()
    row_of = {record_id: row for row, record_id in enumerate(working_set.batch.ids.to_pylist())}
    settled = decisions.settled(row_of)
    pairs = (decision.pair for decision in settled if decision.verdict is Verdict.SAME)
    return [
        (row_of[left], row_of[right]) for left, right in pairs if left in row_of and right in row_of
    ]
