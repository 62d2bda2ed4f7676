"""Resolution of some records of a store as a batch of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from resolver.hub.increments.component_cache import (
    MAX_CACHED_PAIRS,
    MIN_CACHED_PAIRS,
    CachedPairs,
)
from resolver.hub.increments.context import IncrementContext, ResolutionContext
from resolver.hub.increments.decision_effects import RelevantDecisions
from resolver.hub.increments.link_changes import build_link_rows
from resolver.hub.increments.working_set import WorkingSet
from resolver.pipeline import cluster_pairs
from resolver.population_scoring import score_in_population
from resolver.records.decisions import Verdict
from resolver.records.results.resolution import Resolution
from resolver.records.results.stage_meter import StageMeter
from resolver.resolution_task import Engine, ResolutionTask, ScoredCandidates
from resolver.scoring.relations.relation_table import RelationTable
from resolver.store import LinkRows

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
