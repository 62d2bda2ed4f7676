"""One increment: what an update and new decisions change in a store, worked out on one view of it.

Only new pairs are compared: new records with each other and with those that share a key with them. Clustered anew are
the components, of pairs at or above the *merge* border and of decisions, that a new record, a record that ends or a
decision touches; all others stay as they are. The answer is that of one batch of everything: two clusters merge only
where the mean over the pairs between them is at or above the border, so that one of these pairs is; hence every cluster
lies within such a component, and no pair between two of them can change a mean that counts. The safety valve is no
function of two records, so it counts over all that the store will hold, and whoever bears a key that passes it, in
either direction, is compared anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from resolver.blocking import Pairs
from resolver.blocking.key_groups import Excess
from resolver.blocking.retrieval.key_lookup import Valve
from resolver.engines.local import Told, dedupe
from resolver.hub.increments.cached_resolution import (
    Worked,
    block_among,
    resolve_beside,
    same_among,
)
from resolver.hub.increments.component_cache import (
    LEAST,
    MOST,
    Block,
    Compared,
    blocks_of,
    compared_of,
)
from resolver.hub.increments.context import Means
from resolver.hub.increments.decision_effects import Ties, Verdicts
from resolver.hub.increments.index_candidates import meet_held
from resolver.hub.increments.link_changes import (
    changed_links,
    link_rows,
    links_beside,
    stored_links,
    with_changed,
    with_those_outside,
)
from resolver.hub.increments.member_changes import Members, change_members
from resolver.hub.increments.record_index import Index
from resolver.hub.increments.working_set import Pool
from resolver.hub.list_updates import Update, no_update
from resolver.ingest.reader_types import Intake, ListInfo
from resolver.pipeline import ModelSet, RunOptions
from resolver.records import concat
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import Prepared
from resolver.records.progress import SILENT, Progress
from resolver.records.results.resolution import Band, Resolution
from resolver.scoring import scores
from resolver.store import Landing, NewDecision, View

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)
_FEW = 2_000


@dataclass(frozen=True, slots=True)
class Increment:
    """What is to land, and what was found on the way: `resolution` of the records worked on, the entities (numbers)
    that changed, `prepared` the new records where nothing else was prepared with them; `touched`, the records worked on
    and those that end, with what is to be remembered around them (`blocks`)."""

    landing: Landing
    resolution: Resolution
    changed: Numbers
    prepared: Prepared | None
    touched: Numbers = field(default_factory=lambda: _NONE)
    blocks: tuple[Block, ...] = ()


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
    blocks: tuple[Block, ...] | None = None,
    progress: Progress = SILENT,
) -> Increment:
    """Work out an increment. `options` carry the store's plan and borders. `blocks`: what is remembered of the view's
    version (None: nothing is to be)."""
    verdicts = Verdicts(view, decisions)
    ended = update.ended
    fresh = Pool(
        update.fresh, view.head.last_record + 1 + np.arange(len(update.fresh), dtype=np.int64)
    )
    again = np.setdiff1d(
        np.array(sorted(view.of_sources(update.undeclared).values()), dtype=np.int64), ended
    )
    asked = fresh
    if len(again):
        asked = Pool.of(
            concat([fresh.batch, index.batch(again)]), np.concatenate([fresh.numbers, again])
        )
    models = models.at(str(options.plan)) if options.plan else models
    means = Means(index, models, options, update.declared, progress)
    met = meet_held(means, asked, ended, view.head.last_record)
    unsettled = index.unsettled(met.valve)
    ties = Ties(view, verdicts, fresh)
    least = options.merge_border
    seeds = np.concatenate(
        [met.pulled(least), again, unsettled, ties.decided(), _around(view, ended, ties, least)]
    )
    # what ends may have held others together, and decisions, declarations and the valve change what counts
    usable = (
        ()
        if len(again) or decisions or len(unsettled)
        else tuple(one for one in blocks or () if not one.rows_in(ended).any())
    )
    reached = _component(view, seeds, ended, fresh, ties, least, usable)
    old = np.setdiff1d(reached, np.concatenate([ended, fresh.numbers]))
    block = block_among(usable, old, len(fresh.numbers))
    keep = blocks is not None
    if block is None:
        pool = _pool(index, fresh, old)
        prepared = met.prepared if pool is asked else None
        worked = _resolved(means, pool, verdicts, met.valve, prepared, keep=keep)
        stored = stored_links(view, old, ended, again)
    else:
        some = _pool(index, fresh, np.setdiff1d(old, block.numbers))
        worked = resolve_beside(means, some, block, verdicts, met.valve)
        stored = links_beside(view, old, block.numbers, ended)
    pool, resolution = worked.pool, worked.resolution
    members = change_members(view, pool.batch, pool.numbers, resolution.labels, update)
    found = with_those_outside(worked.found, met, pool, options)
    unlinked, linked = changed_links(stored, found)
    unlinked, linked = with_changed(unlinked, linked, worked.changed)
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
    return Increment(
        landing,
        resolution,
        _changed(members),
        met.prepared if asked is fresh else None,
        np.union1d(pool.numbers, ended),
        tuple(blocks_of(pool, resolution.labels, worked.compared, least, worked.same))
        if worked.compared
        else (),
    )


def _pool(index: Index, fresh: Pool, old: Numbers) -> Pool:
    """New records, and held ones."""
    if not len(old):
        return fresh
    return Pool.of(concat([fresh.batch, index.batch(old)]), np.concatenate([fresh.numbers, old]))


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
    return np.unique(
        np.concatenate([links.left, links.right, ties.of(ended), _companions(view, ended)])
    )


def _component(
    view: View,
    seeds: Numbers,
    ended: Numbers,
    fresh: Pool,
    ties: Ties,
    least: int,
    blocks: tuple[Block, ...] = (),
) -> Numbers:
    """The held records of all components that the seeds, and records decided the same as new ones, lie in; with all
    members of their entities. Of what is remembered nothing is asked."""
    known = ended
    frontier = np.setdiff1d(np.concatenate([seeds, ties.of(fresh.numbers)]), ended)
    frontier = np.setdiff1d(frontier, fresh.numbers)
    while len(frontier):
        for block in blocks:
            if block.rows_in(frontier).any():
                known = np.union1d(known, block.numbers)
        frontier = np.setdiff1d(frontier, known)
        if not len(frontier):
            break
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
    told: Told | None = None,
    excess: Excess | None = None,
) -> Resolution:
    """Resolve some records as a batch of their own, under the decisions on them. `prepared`: their normal form, where
    that is at hand; `told` hears of all compared pairs; `excess`: keys that join nobody among all that there is."""
    decisions = verdicts.within(set(pool.batch.ids.to_pylist())) if verdicts.any else []
    if len(pool.numbers) < _FEW:
        # threads would cost more than they save
        options = replace(options, workers=1)
    lists = (ListInfo("", "", tuple(declared), "", 0, 0, True),)
    return dedupe(
        Intake(pool.batch, lists, ()),
        replace(options, decisions=decisions),
        progress,
        prepared,
        told,
        excess,
    )


def _resolved(
    means: Means,
    pool: Pool,
    verdicts: Verdicts,
    valve: Valve,
    prepared: Prepared | None,
    *,
    keep: bool,
) -> Worked:
    """Resolve some records, and keep what was compared where it is to be remembered."""
    options = means.options
    heard: list[tuple[Pairs, IntArray]] = []

    def told(pairs: Pairs, logodds: IntArray) -> None:
        if LEAST <= len(pairs) <= MOST:
            heard.append((pairs, logodds))

    resolution = resolve_pool(
        *(
            pool,
            means.declared,
            options,
            verdicts,
            means.progress,
            prepared,
            told if keep else None,
        ),
        # where nothing is held a batch counts for itself
        valve.excess if valve.held else None,
    )
    found = link_rows(pool, resolution.links, verdicts)
    compared: Compared | None = None
    same: Sequence[tuple[int, int]] = ()
    for pairs, logodds in heard:
        linked = np.flatnonzero(options.borders.bands(scores(logodds)) != Band.DISTINCT)
        compared = compared_of(
            pairs.left, pairs.right, logodds, resolution.links, linked, found.colour
        )
        same = same_among(pool, verdicts)
    return Worked(pool, resolution, found, None, compared, same)
