"""Resolution of all records of a store anew: the commit of a rebuild or refresh."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.engines.local import LocalEngine
from resolver.hub.increments.context import ResolutionContext
from resolver.hub.increments.decision_effects import RelevantDecisions
from resolver.hub.increments.full_resolution import resolve_working_set
from resolver.hub.increments.increment import Increment, build_commit, measured_population
from resolver.hub.increments.link_changes import build_link_rows, diff_links
from resolver.hub.increments.working_set import WorkingSet
from resolver.hub.list_updates import ListUpdate, build_empty_update
from resolver.hub.membership.member_changes import compute_member_changes
from resolver.records import concat
from resolver.records.batch import IntArray
from resolver.records.prepared.population import Population
from resolver.records.results.resolution import Resolution
from resolver.store import Commit

Numbers = npt.NDArray[np.int64]
_NOTHING = Commit(0, "")


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Entity that each record had (number) and its new cluster, with the population that was
    measured, and what to commit.
    """

    entities: Numbers
    labels: IntArray
    population: Population | None
    commit: Commit = _NOTHING


@dataclass(frozen=True, slots=True)
class KeptPopulations:
    """Population of a store before a refresh, and the keys of those parts that are outgrown.

    The others are kept: what one audience sees must not change because of records that it does not
    see.
    """

    before: Population
    outgrown: Collection[str]

    def merge(self, measured: Population) -> Population:
        """Return the measured populations where they were outgrown, and the others as before."""
        base = measured if "" in self.outgrown else self.before
        kept = {key: own for key, own in self.before.restricted.items() if key not in self.outgrown}
        new = {key: own for key, own in measured.restricted.items() if key in self.outgrown}
        return replace(base, restricted={**kept, **new})


def compute_rebuild(
    context: ResolutionContext, *, actor: str = "", kept: KeptPopulations | None = None
) -> Rebuild:
    """Compare and cluster all records of a store anew, under the options of the context.

    Without a population in the context that of all records is measured, and committed. `kept`: what
    stays of the population before (None: nothing).
    """
    view, nothing = context.view, build_empty_update(context.view)
    working_set = _load_all(context)
    decisions = RelevantDecisions(view)
    context = replace(context, deduplicated_sources=nothing.deduplicated_sources)
    resolution = _resolve_all(context, working_set, decisions, kept)
    members = compute_member_changes(view, working_set, resolution.labels, nothing, {})
    links = build_link_rows(working_set, resolution.links, decisions)
    changes = diff_links(view.all_links(), links)
    commit = replace(
        build_commit(context, "replan", actor, members, changes),
        population=measured_population(context, resolution),
    )
    numbers, entities = view.all_members()
    before = entities[np.searchsorted(numbers, working_set.numbers)]
    return Rebuild(before, resolution.labels, commit.population, commit)


def resolve_after(
    context: ResolutionContext,
    update: ListUpdate,
    increment: Increment,
    kept: KeptPopulations | None = None,
) -> Rebuild:
    """Resolve all records as they will be after an increment that is not committed yet."""
    view, commit = context.view, increment.commit
    stored = _load_all(context)
    stays = np.flatnonzero(~np.isin(stored.numbers, commit.ended_records))
    fresh = view.head.last_record + 1 + np.arange(len(update.fresh), dtype=np.int64)
    working_set = WorkingSet.of(
        concat([stored.batch.take(stays), update.fresh]),
        np.concatenate([stored.numbers[stays], fresh]),
    )
    context = replace(context, deduplicated_sources=update.deduplicated_sources)
    decisions = RelevantDecisions(view, commit.decisions, update.fresh)
    resolution = _resolve_all(context, working_set, decisions, kept)
    numbers, entities = view.all_members()
    is_kept = ~np.isin(numbers, commit.ended_members)
    numbers = np.concatenate([numbers[is_kept], commit.new_members[0]])
    entities = np.concatenate([entities[is_kept], commit.new_members[1]])
    order = np.argsort(numbers)
    before = entities[order[np.searchsorted(numbers[order], working_set.numbers)]]
    return Rebuild(before, resolution.labels, measured_population(context, resolution))


def _resolve_all(
    context: ResolutionContext,
    working_set: WorkingSet,
    decisions: RelevantDecisions,
    kept: KeptPopulations | None,
) -> Resolution:
    engine = context.engine or LocalEngine()
    resolution = resolve_working_set(context, working_set, decisions, engine)[0]
    measured = resolution.stats.population
    if kept is None or measured is None:
        return resolution
    merged = kept.merge(measured)
    if merged == measured:
        return resolution
    models = context.models.for_population(str(context.options.plan), merged)
    return resolve_working_set(replace(context, models=models), working_set, decisions, engine)[0]


def _load_all(context: ResolutionContext) -> WorkingSet:
    """Return all current records, from the store itself: its index may be of another model."""
    context.progress.start("read the store", context.view.head.last_record)
    parts = []
    for part in context.view.batches():
        parts.append(part)
        context.progress.advance(len(part.batch))
    numbers = np.concatenate([np.zeros(0, dtype=np.int64), *(part.numbers for part in parts)])
    return WorkingSet.of(concat(part.batch for part in parts), numbers)
