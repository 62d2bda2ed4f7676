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
import pyarrow as pa
import pyarrow.compute as pc

from resolver.classify import border, scores
from resolver.compare import NameIndex
from resolver.engines.entities import Members, change_members
from resolver.engines.index import Index
from resolver.engines.local import CHUNK, dedupe
from resolver.engines.updates import Update
from resolver.ingest.base import Intake, ListInfo
from resolver.pipeline import ModelSet, RunOptions, prepared_of, score_rows
from resolver.records import Batch, concat
from resolver.records.batch import IntArray
from resolver.records.decisions import Decision, Verdict, settle
from resolver.records.prepared import Prepared
from resolver.records.progress import SILENT, Progress
from resolver.records.resolution import Links, Outcome, Resolution
from resolver.store import Colour, Landing, LinkRows, LinkTable, NewDecision, View

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)
_LINK_COLUMNS = ("left", "right", "logodds", "score", "band", "outcome", "colour")


@dataclass(frozen=True, slots=True)
class Pool:
    """Records that are worked on: a canonical batch, and the number of each row."""

    batch: Batch
    numbers: Numbers

    @classmethod
    def of(cls, batch: Batch, numbers: Numbers) -> Pool:
        """From a batch in any order."""
        order = pc.sort_indices(batch.ids).to_numpy()
        return cls(batch.canonical(), numbers[order])

    def rows_of(self, numbers: Numbers) -> IntArray:
        """The rows of some numbers, all of which must be here."""
        order = np.argsort(self.numbers)
        return order[np.searchsorted(self.numbers[order], numbers)].astype(np.int32)


@dataclass(frozen=True, slots=True)
class Increment:
    """What is to land, and what was found on the way: `resolution` of the records worked on, the entities (numbers)
    that changed, `prepared` the new records where nothing else was prepared with them."""

    landing: Landing
    resolution: Resolution
    changed: Numbers
    prepared: Prepared | None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The decisions of a store with those that are new: the whole log, what counts of it, and the records of pairs on
    which something is new."""

    log: tuple[Decision, ...]
    settled: tuple[Decision, ...]
    touched: frozenset[str]

    @classmethod
    def of(cls, view: View, new: Sequence[NewDecision]) -> Verdicts:
        """Raises `DecisionError` where two contradict each other."""
        log = (*(stored.decision for stored in view.decisions()), *(one.decision for one in new))
        return cls(log, settle(log), frozenset(one for new_one in new for one in new_one.decision.pair))

    def same(self) -> list[tuple[str, str]]:
        """The pairs that are decided to be the same."""
        return [one.pair for one in self.settled if one.verdict is Verdict.SAME]


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
    verdicts = Verdicts.of(view, decisions)
    ended = update.ended
    fresh = Pool(update.fresh, view.head.last_record + 1 + np.arange(len(update.fresh), dtype=np.int64))
    again = np.setdiff1d(np.array(sorted(view.of_sources(update.undeclared).values()), dtype=np.int64), ended)
    asked = fresh
    if len(again):
        asked = Pool.of(concat([fresh.batch, index.batch(again)]), np.concatenate([fresh.numbers, again]))
    met = _met(index, models, options, update, asked, ended, progress)
    same = _same_numbers(view, verdicts, fresh)
    least = options.merge_border
    seeds = np.concatenate(
        [met.pulled(least), again, _decided(view, verdicts, fresh), _around(view, ended, same, least)]
    )
    reached = _component(view, seeds, ended, fresh, same, least)
    old = np.setdiff1d(reached, np.concatenate([ended, fresh.numbers]))
    pool = Pool.of(concat([fresh.batch, index.batch(old)]), np.concatenate([fresh.numbers, old]))
    resolution = _resolve(pool, update.declared, options, verdicts, progress)
    members = change_members(view, pool.batch, pool.numbers, resolution.labels, update)
    found = _with_those_outside(_link_rows(pool, resolution.links, verdicts), met, pool, options)
    unlinked, linked = _changed_links(_stored_links(view, old, ended, again), found)
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


def _changed(members: Members) -> Numbers:
    return np.unique(np.concatenate([members.joined[1], members.lost]))


@dataclass(frozen=True, slots=True)
class Met:
    """The new records prepared, and their pairs with held ones at or above the review border: numbers (`left` has the
    smaller record id), thousandths of log-odds, and which side is held."""

    prepared: Prepared
    left: Numbers
    right: Numbers
    logodds: npt.NDArray[np.int32]
    held: Numbers

    def pulled(self, least: int) -> Numbers:
        """The held records of pairs at or above a border."""
        return np.unique(self.held[self.logodds >= least])


def _met(
    index: Index,
    models: ModelSet,
    options: RunOptions,
    update: Update,
    asked: Pool,
    ended: Numbers,
    progress: Progress,
) -> Met:
    """Compare new records with the held ones they share a key with."""
    prepared = prepared_of(asked.batch, models, update.declared)
    rows, numbers, _ = index.meetings(prepared)
    others = ~np.isin(numbers, ended) & (asked.numbers[rows] != numbers)
    rows, numbers = rows[others], numbers[others]
    if not len(numbers):
        return Met(prepared, _NONE, _NONE, _NONE.astype(np.int32), _NONE)
    partners = np.setdiff1d(numbers, asked.numbers)
    both = Pool.of(concat([asked.batch, index.batch(partners)]), np.concatenate([asked.numbers, partners]))
    one, two = both.rows_of(asked.numbers[rows]), both.rows_of(numbers)
    left, right = np.minimum(one, two), np.maximum(one, two)
    work = prepared_of(both.batch, models, update.declared)
    names = NameIndex.of(work)
    logodds = np.empty(len(left), dtype=np.int32)
    progress.start("compare with the store", len(left))
    for start in range(0, len(left), CHUNK):
        chunk = slice(start, start + CHUNK)
        logodds[chunk] = score_rows(work, names, models, left[chunk], right[chunk], options.workers)
        progress.advance(len(logodds[chunk]))
    high = logodds >= border(options.borders.review)
    return Met(prepared, both.numbers[left[high]], both.numbers[right[high]], logodds[high], numbers[high])


def _same_numbers(view: View, verdicts: Verdicts, fresh: Pool) -> dict[int, set[int]]:
    """number → the numbers it is decided to be the same as, of records that hold or end now."""
    pairs = verdicts.same()
    if not pairs:
        return {}
    asked = sorted({one for pair in pairs for one in pair})
    numbers: dict[str, list[int]] = {one: [number] for one, (number, _) in view.numbers_of(asked).items()}
    places = pc.index_in(fresh.batch.ids, value_set=pa.array(asked, pa.string())).to_pylist()
    for row, place in enumerate(places):
        if place is not None:
            numbers.setdefault(asked[place], []).append(int(fresh.numbers[row]))
    found: dict[int, set[int]] = {}
    for left, right in pairs:
        for one in numbers.get(left, ()):
            for two in numbers.get(right, ()):
                found.setdefault(one, set()).add(two)
                found.setdefault(two, set()).add(one)
    return found


def _decided(view: View, verdicts: Verdicts, fresh: Pool) -> Numbers:
    """The held records on which there is a new decision, or one together with a new record."""
    wanted = set(verdicts.touched)
    if verdicts.settled:
        new = set(fresh.batch.ids.to_pylist())
        wanted |= {one for said in verdicts.settled if not new.isdisjoint(said.pair) for one in said.pair}
    found = view.numbers_of(sorted(wanted)) if wanted else {}
    return np.array(sorted(number for number, _ in found.values()), dtype=np.int64)


def _around(view: View, ended: Numbers, same: dict[int, set[int]], least: int) -> Numbers:
    """Who was held together with records that end."""
    if not len(ended):
        return _NONE
    links = view.links_of(ended.tolist(), least=least)
    return np.unique(np.concatenate([links.left, links.right, _decided_same(same, ended), _companions(view, ended)]))


def _component(
    view: View, seeds: Numbers, ended: Numbers, fresh: Pool, same: dict[int, set[int]], least: int
) -> Numbers:
    """The held records of all components that the seeds, and records decided the same as new ones, lie in; with all
    members of their entities."""
    known = ended
    frontier = np.setdiff1d(np.concatenate([seeds, _decided_same(same, fresh.numbers)]), ended)
    frontier = np.setdiff1d(frontier, fresh.numbers)
    while len(frontier):
        known = np.union1d(known, frontier)
        links = view.links_of(frontier.tolist(), least=least)
        reached = [links.left, links.right, _companions(view, frontier), _decided_same(same, frontier)]
        frontier = np.setdiff1d(np.concatenate(reached), np.concatenate([known, fresh.numbers]))
    return known


def _decided_same(same: dict[int, set[int]], numbers: Numbers) -> Numbers:
    found = [other for number in numbers.tolist() for other in same.get(number, ())] if same else []
    return np.array(found, dtype=np.int64)


def _companions(view: View, numbers: Numbers) -> Numbers:
    """The members of the entities of some records."""
    _, entities, _ = view.memberships(numbers.tolist())
    return view.members(np.unique(entities).tolist())[0] if len(entities) else _NONE


def _resolve(
    pool: Pool, declared: Sequence[str], options: RunOptions, verdicts: Verdicts, progress: Progress
) -> Resolution:
    """Resolve some records as a batch of their own."""
    decisions: Sequence[Decision] = ()
    if verdicts.log:
        ids = set(pool.batch.ids.to_pylist())
        decisions = [one for one in verdicts.log if one.left_id in ids and one.right_id in ids]
    lists = (ListInfo("", "", tuple(declared), "", 0, 0, True),)
    return dedupe(Intake(pool.batch, lists, ()), replace(options, decisions=decisions), progress)


def _link_rows(pool: Pool, links: Links, verdicts: Verdicts) -> LinkRows:
    by_outcome = np.array([Colour.GREEN, Colour.YELLOW, Colour.WHITE], dtype=np.int64)
    assert (Outcome.APART, Outcome.QUEUED, Outcome.MERGED) == (0, 1, 2)
    colour = by_outcome[links.outcome]
    if verdicts.settled and len(links):
        said = {one.pair: one for one in verdicts.settled if one.verdict is not Verdict.UNSURE}
        ids = pool.batch.ids
        lefts, rights = (ids.take(pa.array(side)).to_pylist() for side in (links.left, links.right))
        for place, pair in enumerate(zip(lefts, rights, strict=True)):
            decision = said.get(pair)
            if decision is not None:
                colour[place] = _colour(decision)
    return LinkRows(
        pool.numbers[links.left],
        pool.numbers[links.right],
        links.logodds.astype(np.int64),
        links.score,
        links.band.astype(np.int64),
        links.outcome.astype(np.int64),
        colour,
    )


def _with_those_outside(found: LinkRows, met: Met, pool: Pool, options: RunOptions) -> LinkRows:
    """The links with those of new records to held ones that no cluster can reach from here: they wait for a steward."""
    outside = ~(np.isin(met.left, pool.numbers) & np.isin(met.right, pool.numbers))
    if not outside.any():
        return found
    logodds = met.logodds[outside]
    score = scores(logodds)
    count = len(logodds)
    more = LinkRows(
        met.left[outside],
        met.right[outside],
        logodds.astype(np.int64),
        score,
        options.borders.bands(score).astype(np.int64),
        np.full(count, int(Outcome.QUEUED), dtype=np.int64),
        np.full(count, int(Colour.YELLOW), dtype=np.int64),
    )
    return LinkRows(*(np.concatenate([getattr(found, name), getattr(more, name)]) for name in _LINK_COLUMNS))


def _stored_links(view: View, old: Numbers, ended: Numbers, again: Numbers) -> LinkTable | None:
    """The links that the found ones replace: those between records worked on, and all of records that end or were
    compared again."""
    if not len(old) + len(ended):
        return None
    links = view.links_of(np.union1d(old, ended).tolist())
    replaced = np.union1d(ended, again)
    inside = np.isin(links.left, old) & np.isin(links.right, old)
    kept = inside | np.isin(links.left, replaced) | np.isin(links.right, replaced)
    columns = (links.left, links.right, links.logodds, links.band, links.outcome, links.colour)
    return LinkTable(*(column[kept] for column in columns))


def _colour(decision: Decision) -> Colour:
    if decision.verdict is Verdict.DIFFERENT:
        return Colour.GREEN
    return Colour.RED if decision.unlawful else Colour.WHITE


def _changed_links(stored: LinkTable | None, found: LinkRows) -> tuple[tuple[Numbers, Numbers], LinkRows]:
    """The links that end and those that begin; what stays as it is is in neither."""
    if stored is None or not len(stored):
        return (_NONE, _NONE), found
    before = [stored.left, stored.right, stored.logodds, stored.band, stored.outcome, stored.colour]
    now = [found.left, found.right, found.logodds, found.band, found.outcome, found.colour]
    rows = np.concatenate([np.stack(before, axis=1), np.stack(now, axis=1)])
    _, inverse = np.unique(rows, axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    one, two = inverse[: len(stored)], inverse[len(stored) :]
    ends, begins = ~np.isin(one, two), ~np.isin(two, one)
    begun = LinkRows(*(getattr(found, name)[begins] for name in _LINK_COLUMNS))
    return (stored.left[ends], stored.right[ends]), begun
