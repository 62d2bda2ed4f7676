"""Links as an increment sees them: what was found, in the form of the store, against what the store holds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.hub.increments.decision_effects import Verdicts
from resolver.hub.increments.index_candidates import Met
from resolver.hub.increments.working_set import Pool
from resolver.pipeline import RunOptions
from resolver.records.decisions import Decision, Verdict
from resolver.records.results.resolution import Links, Outcome
from resolver.scoring import scores
from resolver.store import Colour, LinkRows, LinkTable, View

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)
_TABLE = ("left", "right", "logodds", "band", "outcome", "colour")
LINK_COLUMNS = ("left", "right", "logodds", "score", "band", "outcome", "colour")


def link_rows(pool: Pool, links: Links, verdicts: Verdicts) -> LinkRows:
    """The links of a resolution by numbers, coloured by what stewards decided."""
    by_outcome = np.array([Colour.GREEN, Colour.YELLOW, Colour.WHITE], dtype=np.int64)
    assert (Outcome.APART, Outcome.QUEUED, Outcome.MERGED) == (0, 1, 2)
    colour = by_outcome[links.outcome]
    if verdicts.any and len(links):
        ids = pool.batch.ids
        settled = verdicts.settled(ids.to_pylist())
        row_of = {one: row for row, one in enumerate(ids.to_pylist())} if settled else {}
        for decision in settled:
            left, right = (row_of.get(one, -1) for one in decision.pair)
            if decision.verdict is not Verdict.UNSURE and left >= 0 and right >= 0:
                colour[(links.left == left) & (links.right == right)] = _colour(decision)
    return LinkRows(
        pool.numbers[links.left],
        pool.numbers[links.right],
        links.logodds.astype(np.int64),
        links.score,
        links.band.astype(np.int64),
        links.outcome.astype(np.int64),
        colour,
    )


def with_those_outside(found: LinkRows, met: Met, pool: Pool, options: RunOptions) -> LinkRows:
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
    return LinkRows(
        *(np.concatenate([getattr(found, name), getattr(more, name)]) for name in LINK_COLUMNS)
    )


def stored_links(view: View, old: Numbers, ended: Numbers, again: Numbers) -> LinkTable | None:
    """The links that the found ones replace: those between records worked on, and all of records that end or were
    compared again."""
    if not len(old) + len(ended):
        return None
    inside = view.links_between(old.tolist())
    replaced = np.union1d(ended, again)
    if not len(replaced):
        return inside
    links = view.links_of(replaced.tolist())
    # those among the records worked on stand in both
    further = ~(np.isin(links.left, old) & np.isin(links.right, old))
    return LinkTable(
        *(np.concatenate([getattr(inside, name), getattr(links, name)[further]]) for name in _TABLE)
    )


def links_beside(view: View, old: Numbers, within: Numbers, ended: Numbers) -> LinkTable:
    """The same where links within some of the records worked on are known: those of the others, and all of records that
    end."""
    links = view.links_of(np.union1d(np.setdiff1d(old, within), ended).tolist())
    both = np.isin(links.left, old) & np.isin(links.right, old)
    counts = both | np.isin(links.left, ended) | np.isin(links.right, ended)
    return LinkTable(*(getattr(links, name)[counts] for name in _TABLE))


def with_changed(
    unlinked: tuple[Numbers, Numbers], linked: LinkRows, changed: LinkRows | None
) -> tuple[tuple[Numbers, Numbers], LinkRows]:
    """Links that end and begin, with some that do both."""
    if changed is None or not len(changed):
        return unlinked, linked
    ends = np.concatenate([unlinked[0], changed.left]), np.concatenate([unlinked[1], changed.right])
    return ends, LinkRows(
        *(np.concatenate([getattr(linked, name), getattr(changed, name)]) for name in LINK_COLUMNS)
    )


def _colour(decision: Decision) -> Colour:
    if decision.verdict is Verdict.DIFFERENT:
        return Colour.GREEN
    return Colour.RED if decision.unlawful else Colour.WHITE


def changed_links(
    stored: LinkTable | None, found: LinkRows
) -> tuple[tuple[Numbers, Numbers], LinkRows]:
    """The links that end and those that begin; what stays as it is is in neither."""
    if stored is None or not len(stored):
        return (_NONE, _NONE), found
    if not len(found.left):
        return (stored.left, stored.right), found
    # pairs as one number each: a table holds a pair once
    span = 1 + max(int(stored.right.max()), int(found.right.max()))
    before, now = stored.left * span + stored.right, found.left * span + found.right
    order = np.argsort(now)
    match = order[np.minimum(np.searchsorted(now, before, sorter=order), len(now) - 1)]
    same = now[match] == before
    for name in _TABLE[2:]:
        same &= getattr(found, name)[match] == getattr(stored, name)
    begins = np.ones(len(now), dtype=bool)
    begins[match[same]] = False
    begun = LinkRows(*(getattr(found, name)[begins] for name in LINK_COLUMNS))
    return (stored.left[~same], stored.right[~same]), begun
