"""Rebuilds and refreshes: all records of a store are resolved again, in the present population.

A rebuild computes outside of any lock and commits once. If another commit came first, it is
computed again while nobody else can commit.

The module resolves all records of a store again and makes the commit of a rebuild or refresh.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.engines.local import LocalEngine
from resolver.errors import LargeChangeError
from resolver.hub.growth import (
    StoreModels,
    add_store_options,
    check_merge_threshold,
    empty_store_error,
    measure_growth,
)
from resolver.hub.increment import Increment, build_commit, measured_population
from resolver.hub.increment_candidates import IncrementContext, ResolutionContext, WorkingSet
from resolver.hub.link_changes import (
    RelevantDecisions,
    build_link_rows,
    diff_links,
    resolve_working_set,
)
from resolver.hub.list_updates import ListUpdate, build_empty_update
from resolver.hub.member_changes import compute_member_changes
from resolver.matching.blocking import choose_plan_by_size
from resolver.matching.resolution_task import Engine, RunOptions, choose_plan
from resolver.records import concat
from resolver.records.batch import IntArray
from resolver.records.prepared.population import Population
from resolver.records.progress import SILENT, Progress
from resolver.records.results.resolution import Resolution
from resolver.store import Commit, Store, StoreView

Numbers = npt.NDArray[np.int64]
_NOTHING = Commit(0, "")


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Entity number that each record had and its new cluster, the population that was measured, and
    the commit.
    """

    entities: Numbers
    labels: IntArray
    population: Population | None
    commit: Commit = _NOTHING


@dataclass(frozen=True, slots=True)
class KeptPopulations:
    """Population of a store before a refresh, and the keys of its parts that are outgrown.

    All other parts are kept: what one audience sees must not change because of records that it does
    not see.
    """

    before: Population
    outgrown: Collection[str]

    def merge(self, measured: Population) -> Population:
        """Return the measured populations for the outgrown parts, and the earlier populations for
        all others.
        """
        base = measured if "" in self.outgrown else self.before
        kept = {key: own for key, own in self.before.restricted.items() if key not in self.outgrown}
        new = {key: own for key, own in measured.restricted.items() if key in self.outgrown}
        return replace(base, restricted={**kept, **new})


def compute_rebuild(
    context: ResolutionContext, *, actor: str = "", kept: KeptPopulations | None = None
) -> Rebuild:
    """Compare and cluster all records of a store again, under the options of the context.

    If the context has no population, the population of all records is measured and committed.
    `kept` is the part of the earlier population that does not change (None: nothing).
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
    """Resolve all records in the state that they will have after an increment that is not committed
    yet.
    """
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
    """Return all current records from the store itself, because its index may belong to another
    model.
    """
    context.progress.start("read the store", context.view.head.last_record)
    parts = []
    for part in context.view.batches():
        parts.append(part)
        context.progress.advance(len(part.batch))
    numbers = np.concatenate([np.zeros(0, dtype=np.int64), *(part.numbers for part in parts)])
    return WorkingSet.of(concat(part.batch for part in parts), numbers)


LARGE_SHARE = 0.01
"""If a refresh would change more than this share of the entities, its changes have to be
accepted.
"""
ACCEPTED_STEPS = 2
"""Number of steps of growth from which a refresh is made whatever it changes."""
MIN_LARGE = 20
"""A refresh that changes fewer entities than this is never large."""
FindOptions = Callable[[StoreView], RunOptions]
"""Function that returns the options of a rebuild, with a plan."""


@dataclass(frozen=True, slots=True)
class RebuildEffect:
    """Effect of a rebuild on the entities of a store, and its population before and after.

    Of the `entities`, `split` is the number that lose records to another entity, and `merged` the
    number that get records of another entity. `changed` is the number that lose or get
    records.
    """

    entities: int
    split: int
    merged: int
    changed: int
    before: Population | None
    after: Population | None

    @property
    def is_large(self) -> bool:
        """Return whether a person has to accept it."""
        return self.changed >= MIN_LARGE and self.changed > LARGE_SHARE * self.entities

    @property
    def summary(self) -> str:
        """Text on the entities that change."""
        return (
            f"{self.changed:,} of {self.entities:,} entities change: "
            f"{self.split:,} split, {self.merged:,} merge"
        )

    def population_lines(self) -> Iterator[str]:
        """Yield a line for each kind of record, with its population before and after."""
        before, after = (
            {} if population is None else population.summary
            for population in (self.before, self.after)
        )
        for label in sorted({*before, *after}):
            earlier, later = before.get(label, "none"), after.get(label, "none")
            yield f"{label}: {later}" if earlier == later else f"{label}: {earlier} → {later}"


Inspect = Callable[[RebuildEffect], None]
"""Function that is called before a rebuild is committed; an error that it raises stops the
commit.
"""


def refuse_large(effect: RebuildEffect) -> None:
    """Raise `LargeChangeError` for an effect that a person has to accept."""
    if effect.is_large:
        raise LargeChangeError(
            [effect.summary],
            hint="see `resolver refresh --dry-run`, then accept it with "
            "`resolver refresh --accept-large`",
        )


@dataclass(frozen=True, slots=True)
class RebuildRequest:
    """Request for a rebuild by an `actor`.

    `inspect` is called before the commit. `engine`: compares the records (None: this process does).
    `outgrown`: keys of the populations to measure again (None: all of them).
    """

    find_options: FindOptions
    actor: str = ""
    inspect: Inspect | None = None
    progress: Progress = SILENT
    engine: Engine | None = None
    outgrown: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Rebuilder:
    """Computes rebuilds of one store; it does not use the index."""

    store: Store
    models: StoreModels

    def compute(self, request: RebuildRequest) -> tuple[Commit, RebuildEffect, RunOptions]:
        """Return the commit, its effect, and the new options of the store."""
        with self.store.view() as view:
            if not view.revision:
                raise empty_store_error(self.store.url)
            options = request.find_options(view)
            models = self.models.models.for_population(str(options.plan), None)
            context = ResolutionContext(
                view, models, options, progress=request.progress, engine=request.engine
            )
            before, kept = self.models.population_at(view), None
            if before is not None and request.outgrown is not None:
                kept = KeptPopulations(before, request.outgrown)
            rebuild = compute_rebuild(context, actor=request.actor, kept=kept)
        commit = add_store_options(rebuild.commit, options, self.models.models)
        return commit, measure_effect(rebuild, before), options

    def preview(self, request: RebuildRequest) -> RebuildEffect:
        """Return the effect that a rebuild would have."""
        return self.compute(request)[1]

    def commit(self, request: RebuildRequest, *, locked: bool) -> tuple[int, RunOptions]:
        """Compute and commit once; return the new revision and the new options.

        Raises `OutdatedError` if another commit came first; this cannot happen if `locked`.
        """
        commit, effect, options = self.compute(request)
        if request.inspect is not None:
            request.inspect(effect)
        request.progress.start("store", commit.rows)
        revision = self.store.commit(commit, locked=locked)
        request.progress.advance(commit.rows)
        return revision, options


@dataclass(frozen=True, slots=True)
class DueRefresh:
    """Refresh that follows a commit, and the number of steps by which the store has then grown."""

    effect: RebuildEffect
    steps: int

    def check(self, *, accept_large: bool) -> None:
        """Raise `LargeChangeError` if a person has to accept it. Nobody has to if most records came
        since the last refresh, since the earlier entities were then provisional.
        """
        if not accept_large and self.steps < ACCEPTED_STEPS:
            refuse_large(self.effect)


def preview_refresh_after(
    context: IncrementContext, update: ListUpdate, increment: Increment, models: StoreModels
) -> DueRefresh | None:
    """Return the refresh that would be due after an increment that is not committed; None if no
    refresh would be due.
    """
    commit = increment.commit
    population = commit.population or models.population_at(context.view)
    if population is None:
        return None
    growth = measure_growth(context.index, population, commit.ended_records, update.fresh)
    if not growth.steps:
        return None
    unmeasured = models.models.for_population(str(context.options.plan), None)
    kept = KeptPopulations(population, growth.steps_by_key)
    rebuild = resolve_after(replace(context, models=unmeasured), update, increment, kept)
    return DueRefresh(measure_effect(rebuild, population), growth.steps)


def choose_options(requested: RunOptions) -> FindOptions:
    """Return a function that adds the plan for the size of a store to requested options.

    Raises `InputError` for options that no store may have.
    """
    check_merge_threshold(requested)

    def find_options(view: StoreView) -> RunOptions:
        """Return the options with a plan."""
        count = len(view.all_members()[0])
        plan = choose_plan(requested, count, choose_plan_by_size(count, growing=True))
        return replace(requested, plan=plan.name)

    return find_options


def measure_effect(rebuild: Rebuild, before: Population | None) -> RebuildEffect:
    """Count the entities that a rebuild splits and merges."""
    pairs = np.unique(np.stack([rebuild.entities, rebuild.labels.astype(np.int64)], axis=1), axis=0)
    entities, label_counts = np.unique(pairs[:, 0], return_counts=True)
    split = entities[label_counts > 1]
    labels, entity_counts = np.unique(pairs[:, 1], return_counts=True)
    merged = np.unique(pairs[np.isin(pairs[:, 1], labels[entity_counts > 1]), 0])
    changed: npt.NDArray[np.int64] = np.union1d(split, merged)
    return RebuildEffect(
        len(entities), len(split), len(merged), len(changed), before, rebuild.population
    )
