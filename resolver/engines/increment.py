"""One increment: what an update and new decisions change in a store, worked out on one view of it.

Only new pairs are compared: new records with each other and with those that share a key with them. Clustered anew are
the components, of pairs at or above the *merge* border and of decisions, that a new record, a record that ends or a
decision touches; all others stay as they are. The answer is that of one batch of everything: two clusters merge only
where the mean over the pairs between them is at or above the border, so that one of these pairs is; hence every cluster
lies within such a component, and no pair between two of them can change a mean that counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.engines.entities import Members, change_members
from resolver.engines.index import Index
from resolver.engines.linking import changed_links, link_rows, stored_links, with_those_outside
from resolver.engines.local import dedupe
from resolver.engines.meeting import meet_held
from resolver.engines.pool import Pool
from resolver.engines.updates import Update, no_update
from resolver.engines.verdicts import Ties, Verdicts
from resolver.ingest.base import Intake, ListInfo
from resolver.pipeline import ModelSet, RunOptions
from resolver.records import concat
from resolver.records.prepared import Prepared
from resolver.records.progress import SILENT, Progress
from resolver.records.resolution import Resolution
from resolver.store import Landing, NewDecision, View

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)
_FEW = 2_000


@dataclass(frozen=True, slots=True)
class Increment:
    """What is to land, and what was found on the way: `resolution` of the records worked on, the entities (numbers)
    that changed, `prepared` the new records where nothing else was prepared with them."""

    landing: Landing
    resolution: Resolution
    changed: Numbers
    prepared: Prepared | None


def work_out(
    view: View,
    index: Index,
    models: ModelSet,
    options: RunOptions,
    update: Update,
    decisions: Sequence[NewDecision] = (),
    *,
    kind: str = "batch",
    who: str = "",
    progress: Progress = SILENT,
) -> Increment:
    """Work out an increment. `options` carry the store's plan and borders."""
    verdicts = Verdicts(view, decisions)
    ended = update.ended
    fresh = Pool(update.fresh, view.head.last_record + 1 + np.arange(len(update.fresh), dtype=np.int64))
    again = np.setdiff1d(np.array(sorted(view.of_sources(update.undeclared).values()), dtype=np.int64), ended)
    asked = fresh
    if len(again):
        asked = Pool.of(concat([fresh.batch, index.batch(again)]), np.concatenate([fresh.numbers, again]))
    models = models.at(str(options.plan)) if options.plan else models
    met = meet_held(index, models, options, update, asked, ended, progress)
    ties = Ties(view, verdicts, fresh)
    least = options.merge_border
    seeds = np.concatenate([met.pulled(least), again, ties.decided(), _around(view, ended, ties, least)])
    reached = _component(view, seeds, ended, fresh, ties, least)
    old = np.setdiff1d(reached, np.concatenate([ended, fresh.numbers]))
    pool = fresh
    if len(old):
        pool = Pool.of(concat([fresh.batch, index.batch(old)]), np.concatenate([fresh.numbers, old]))
    prepared = met.prepared if pool is asked else None
    resolution = resolve_pool(pool, update.declared, options, verdicts, progress, prepared)
    members = change_members(view, pool.batch, pool.numbers, resolution.labels, update)
    found = with_those_outside(link_rows(pool, resolution.links, verdicts), met, pool, options)
    unlinked, linked = changed_links(stored_links(view, old, ended, again), found)
    landing = Landing(
        view.version,
        kind,
        who,
        lists=update.lists,
        records=update.fresh,
        contents=update.contents,
        ended=ended,
        born=members.born,
        retired=members.retired,
        revived=members.revived,
        redirected=members.redirected,
        left=members.left,
        joined=members.joined,
        unlinked=unlinked,
        linked=linked,
        events=members.events,
        decisions=decisions,
    )
    return Increment(landing, resolution, _changed(members), met.prepared if asked is fresh else None)


def work_out_all(
    view: View, index: Index, options: RunOptions, *, who: str = "", progress: Progress = SILENT
) -> Landing:
    """Work out everything anew: all records are compared under the plan, the model and the borders of `options`."""
    nothing = no_update(view)
    numbers, _ = view.all_members()
    pool = Pool.of(index.batch(numbers), numbers)
    verdicts = Verdicts(view)
    resolution = resolve_pool(pool, nothing.declared, options, verdicts, progress)
    members = change_members(view, pool.batch, pool.numbers, resolution.labels, nothing)
    unlinked, linked = changed_links(view.all_links(), link_rows(pool, resolution.links, verdicts))
    return Landing(
        view.version,
        "replan",
        who,
        born=members.born,
        retired=members.retired,
        revived=members.revived,
        redirected=members.redirected,
        left=members.left,
        joined=members.joined,
        unlinked=unlinked,
        linked=linked,
        events=members.events,
    )


def _changed(members: Members) -> Numbers:
    return np.unique(np.concatenate([members.joined[1], members.lost]))


def _around(view: View, ended: Numbers, ties: Ties, least: int) -> Numbers:
    """Who was held together with records that end."""
    if not len(ended):
        return _NONE
    links = view.links_of(ended.tolist(), least=least)
    return np.unique(np.concatenate([links.left, links.right, ties.of(ended), _companions(view, ended)]))


def _component(view: View, seeds: Numbers, ended: Numbers, fresh: Pool, ties: Ties, least: int) -> Numbers:
    """The held records of all components that the seeds, and records decided the same as new ones, lie in; with all
    members of their entities."""
    known = ended
    frontier = np.setdiff1d(np.concatenate([seeds, ties.of(fresh.numbers)]), ended)
    frontier = np.setdiff1d(frontier, fresh.numbers)
    while len(frontier):
        known = np.union1d(known, frontier)
        links = view.links_of(frontier.tolist(), least=least)
        reached = [links.left, links.right, _companions(view, frontier), ties.of(frontier)]
        frontier = np.setdiff1d(np.concatenate(reached), np.concatenate([known, fresh.numbers]))
    return known


def _companions(view: View, numbers: Numbers) -> Numbers:
    """The members of the entities of some records."""
    _, entities, _ = view.memberships(numbers.tolist())
    return view.members(np.unique(entities).tolist())[0] if len(entities) else _NONE


def resolve_pool(
    pool: Pool,
    declared: Sequence[str],
    options: RunOptions,
    verdicts: Verdicts,
    progress: Progress,
    prepared: Prepared | None = None,
) -> Resolution:
    """Resolve some records as a batch of their own, under the decisions on them. `prepared`: their normal form, where
    that is at hand."""
    decisions = verdicts.within(set(pool.batch.ids.to_pylist())) if verdicts.any else []
    if len(pool.numbers) < _FEW:
        # threads would cost more than they save
        options = replace(options, workers=1)
    lists = (ListInfo("", "", tuple(declared), "", 0, 0, True),)
    return dedupe(Intake(pool.batch, lists, ()), replace(options, decisions=decisions), progress, prepared)
