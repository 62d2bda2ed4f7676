"""Explanation of two records of a store by what was decided on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from resolver.engines.entity_explanation import DecidedPair, add_shared_relations
from resolver.hub.hub import Hub
from resolver.hub.related.shared_relations import compare_stored_entities
from resolver.records.results.resolution import Basis, Outcome
from resolver.store import LinkTable, StoreView


def find_stored_decision(
    hub: Hub, view: StoreView, record_ids: Sequence[str]
) -> DecidedPair | None:
    """Return what was decided on two records of a store, or on their entities.

    None where nothing was: for twice the same record, records of two entities that no link
    connects, and records of one entity that blocking did not bring together.
    """
    ids = sorted(set(record_ids))
    if len(ids) < len(record_ids):
        return None
    stored = view.numbers_of(ids)
    numbers = [stored[record_id][0] for record_id in ids]
    record, entity, _ = view.memberships(numbers)
    entities = entity[np.searchsorted(record, numbers)].tolist()
    members = [view.members([number])[0] for number in entities]
    if entities[0] == entities[1]:
        members = [np.array([number], dtype=np.int64) for number in numbers]
    links = view.links_of(members[0].tolist())
    across = np.isin(links.left, members[1]) | np.isin(links.right, members[1])
    decided = read_decision(view, links, np.flatnonzero(across))
    if decided is None:
        return None
    if decided.outcome is not Outcome.MERGED:
        sizes = [len(side) for side in members]
        decided = replace(decided, left_records=sizes[0], right_records=sizes[1])
    return add_shared_relations(decided, compare_stored_entities(hub, numbers[0], numbers[1]))


def read_decision(
    view: StoreView, links: LinkTable, places: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> DecidedPair | None:
    """Return what the strongest of some links (by place) says, or None without any."""
    if not len(places):
        return None
    place = int(places[np.argmax(links.logodds[places])])
    rival = int(links.rival[place])
    return DecidedPair(
        int(links.logodds[place]),
        Basis(int(links.basis[place])),
        Outcome(int(links.outcome[place])),
        rival=view.record_ids([rival]).get(rival, "") if rival else "",
    )
