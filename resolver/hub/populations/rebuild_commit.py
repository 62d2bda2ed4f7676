"""Resolution of all records of a store anew: the commit of a rebuild or refresh."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.engines.local import LocalEngine
from resolver.hub.increments.context import ResolutionContext
from resolver.hub.increments.decision_effects import RelevantDecisions
from resolver.hub.increments.full_resolution import resolve_working_set
from resolver.hub.increments.increment import build_commit, measured_population
from resolver.hub.increments.link_changes import build_link_rows, diff_links
from resolver.hub.increments.working_set import WorkingSet
from resolver.hub.list_updates import build_empty_update
from resolver.hub.membership.member_changes import compute_member_changes
from resolver.records import concat
from resolver.records.batch import IntArray
from resolver.store import Commit

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Rebuild to commit, with the entity that each record had (number) and its new cluster."""

    commit: Commit
    entities: Numbers
    labels: IntArray


def compute_rebuild(context: ResolutionContext, *, actor: str = "") -> Rebuild:
    """Compare and cluster all records of a store anew, under the options of the context.

    Without a population in the context that of all records is measured, and committed.
    """
    view, nothing = context.view, build_empty_update(context.view)
    working_set = _load_all(context)
    decisions = RelevantDecisions(view)
    context = replace(context, deduplicated_sources=nothing.deduplicated_sources)
    engine = context.engine or LocalEngine()
    resolution, _ = resolve_working_set(context, working_set, decisions, engine)
    members = compute_member_changes(view, working_set, resolution.labels, nothing, {})
    links = build_link_rows(working_set, resolution.links, decisions)
    changes = diff_links(view.all_links(), links)
    commit = replace(
        build_commit(context, "replan", actor, members, changes),
        population=measured_population(context, resolution),
    )
    numbers, entities = view.all_members()
    before = entities[np.searchsorted(numbers, working_set.numbers)]
    return Rebuild(commit, before, resolution.labels)


def _load_all(context: ResolutionContext) -> WorkingSet:
    """Return all current records, from the store itself: its index may be of another model."""
    context.progress.start("read the store", context.view.head.last_record)
    parts = []
    for part in context.view.batches():
        parts.append(part)
        context.progress.advance(len(part.batch))
    numbers = np.concatenate([np.zeros(0, dtype=np.int64), *(part.numbers for part in parts)])
    return WorkingSet.of(concat(part.batch for part in parts), numbers)
