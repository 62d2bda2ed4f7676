"""Links as an increment sees them: what was found, in the form of the store, against what the store holds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.classify import scores
from resolver.engines.meeting import Met
from resolver.engines.pool import Pool
from resolver.engines.verdicts import Verdicts
from resolver.pipeline import RunOptions
from resolver.records.decisions import Decision, Verdict
from resolver.records.resolution import Links, Outcome
from resolver.store import Colour, LinkRows, LinkTable, View

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)
_TABLE = ("left", "right", "logodds", "band", "outcome", "colour")
_LINK_COLUMNS = ("left", "right", "logodds", "score", "band", "outcome", "colour")


def link_rows(pool: Pool, links: Links, verdicts: Verdicts) -> LinkRows:
    """The links of a resolution by numbers, coloured by what stewards decided."""
    by_outcome = np.array([Colour.GREEN, Colour.YELLOW, Colour.WHITE], dtype=np.int64)
    assert (Outcome.APART, Outcome.QUEUED, Outcome.MERGED) == (0, 1, 2)
    colour = by_outcome[links.outcome]
    if verdicts.any and len(links):
        ids = pool.batch.ids
        settled = verdicts.settled(ids.to_pylist())
        said = {one.pair: one for one in settled if one.verdict is not Verdict.UNSURE}
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
    return LinkRows(*(np.concatenate([getattr(found, name), getattr(more, name)]) for name in _LINK_COLUMNS))


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
    return LinkTable(*(np.concatenate([getattr(inside, name), getattr(links, name)[further]]) for name in _TABLE))


def _colour(decision: Decision) -> Colour:
    if decision.verdict is Verdict.DIFFERENT:
        return Colour.GREEN
    return Colour.RED if decision.unlawful else Colour.WHITE


def changed_links(stored: LinkTable | None, found: LinkRows) -> tuple[tuple[Numbers, Numbers], LinkRows]:
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
    begun = LinkRows(*(getattr(found, name)[begins] for name in _LINK_COLUMNS))
    return (stored.left[~same], stored.right[~same]), begun
