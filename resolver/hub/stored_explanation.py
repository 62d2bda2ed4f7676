"""Explanation of two records of a store by what was decided on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from resolver.engines.pair_explanation import DecidedPair
from resolver.hub.hub import Hub
from resolver.hub.shared_relations import compare_stored_entities
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
    links = view.links_between(np.concatenate(members).tolist())
    is_left, is_right = (np.isin(links.left, side) for side in members)
    across = (is_left & np.isin(links.right, members[1])) | (
        is_right & np.isin(links.right, members[0])
    )
    places = np.flatnonzero(across)
    if not len(places):
        return None
    place = int(places[np.argmax(links.logodds[places])])
    compared = compare_stored_entities(hub, numbers[0], numbers[1])
    sizes = len(members[0]), len(members[1])
    return DecidedPair.of_link(links, place, sizes, compared, find_rival_id(view, links, place))


def find_rival_id(view: StoreView, links: LinkTable, place: int) -> str:
    """Return the id of the record that keeps the pair of a link ambiguous, or nothing."""
    rival = int(links.rival[place])
    return view.record_ids([rival]).get(rival, "") if rival else ""
