"""Links of an increment in the form of the store, compared with the links that the store holds."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from resolver.hub.increments.component_cache import CachedComponent
from resolver.hub.increments.decision_effects import RelevantDecisions
from resolver.hub.increments.working_set import WorkingSet
from resolver.kernels.number_sets import exclude, unite
from resolver.records.decisions import Decision, Verdict
from resolver.records.results.resolution import Links, Outcome
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
