"""Rebuilds and refreshes: all records of a store resolved anew, in the population of today.

A rebuild computes outside of any lock and commits once; where another commit came between, it is
computed again while nobody else can commit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.blocking import choose_plan_by_size
from resolver.errors import LargeChangeError
from resolver.hub.increments.context import IncrementContext, ResolutionContext
from resolver.hub.increments.increment import Increment
from resolver.hub.list_updates import ListUpdate
from resolver.hub.populations.growth import measure_growth
from resolver.hub.populations.rebuild_commit import (
    KeptPopulations,
    Rebuild,
    compute_rebuild,
    resolve_after,
)
from resolver.hub.populations.store_models import StoreModels
from resolver.hub.store_options import (
    add_store_options,
    check_merge_threshold,
    empty_store_error,
)
from resolver.records.prepared.population import Population
from resolver.records.progress import SILENT, Progress
from resolver.resolution_task import Engine
from resolver.run_options import RunOptions, choose_plan
from resolver.store import Commit, Store, StoreView

LARGE_SHARE = 0.01
"""Share of entities above which the changes of a refresh have to be accepted."""
ACCEPTED_STEPS = 2
"""Steps of growth from which a refresh goes ahead whatever it changes."""
MIN_LARGE = 20
"""Changed entities below which no refresh is large."""
FindOptions = Callable[[StoreView], RunOptions]
"""Function that returns the options of a rebuild, with a plan."""


@dataclass(frozen=True, slots=True)
class RebuildEffect:
    """Effect of a rebuild on the entities of a store, and its population before and after.

    `split` of the `entities` lose records to another, `merged` get records of another; `changed`
    are either.
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
"""Function that is called before a rebuild is committed; what it raises stops the commit."""


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

    `inspect` is called before the commit. `engine`: where records are compared (None: in this
    process). `outgrown`: keys of the populations to measure anew (None: all of them).
    """

    find_options: FindOptions
    actor: str = ""
    inspect: Inspect | None = None
    progress: Progress = SILENT
    engine: Engine | None = None
    outgrown: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Rebuilder:
    """Computer of rebuilds of one store; it does not use the index."""

    store: Store
    models: StoreModels

    def compute(self, request: RebuildRequest) -> tuple[Commit, RebuildEffect, RunOptions]:
        """Return what to commit, its effect, and the options of the store from then on."""
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
        """Compute and commit once; return the new revision, and the options from then on.

        Raises `OutdatedError` where another commit came between, which cannot be if `locked`.
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
    """Refresh that follows a commit, and the steps by which the store has then grown."""

    effect: RebuildEffect
    steps: int

    def check(self, *, accept_large: bool) -> None:
        """Raise `LargeChangeError` where a person has to accept it: not if most records came since
        the last refresh, so that what the store made of them was provisional.
        """
        if not accept_large and self.steps < ACCEPTED_STEPS:
            refuse_large(self.effect)


def preview_refresh_after(
    context: IncrementContext, update: ListUpdate, increment: Increment, models: StoreModels
) -> DueRefresh | None:
    """Return the refresh that would be due after an increment that is not committed; None if none
    is.
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
