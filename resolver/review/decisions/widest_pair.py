"""Pair of records by which a merge is logged where not everybody may see all records.

A restricted record connects no entities that others see (`resolver.clustering`), so a decision on
it would not merge these. It is logged on records that the most viewers see together, who then see
the decision, too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from resolver.records import Handling
from resolver.records.visibility import STRANGER, is_visible
from resolver.records.visibility.classes import classify
from resolver.review.entity_sides import EntitySide
from resolver.review.models import StewardVerdict
from resolver.review.strongest_pair import StrongestPair
from resolver.store import StoreView


def choose_records(
    view: StoreView,
    ends: tuple[str, str],
    sides: tuple[EntitySide, EntitySide],
    strongest: StrongestPair,
    verdict: StewardVerdict,
) -> tuple[str, str]:
    """Return the records to log a verdict on: the `ends` of a request if they are records of the
    sides, else the strongest pair, or for a merge the one that the most viewers see.
    """
    left, right = (side.record_ids for side in sides)
    if ends[0] in left and ends[1] in right:
        return ends
    widest = find_widest_pair(view, left, right) if verdict.is_merge else None
    ids = view.record_ids([strongest.left, strongest.right])
    return widest or (ids[strongest.left], ids[strongest.right])


def find_widest_pair(
    view: StoreView, left: Sequence[str], right: Sequence[str]
) -> tuple[str, str] | None:
    """Return the records, one of each side, that the first class of viewers sees together.

    Ties go to those that come first. None where everybody may see all of them.
    """
    ids = list(dict.fromkeys([*left, *right]))
    number_of = {record_id: number for record_id, (number, _) in view.numbers_of(ids).items()}
    handling_of = view.handling_of(sorted(number_of.values()))
    handlings = [handling_of.get(number_of.get(end, 0), Handling()) for end in ids]
    if all(is_visible(handling, STRANGER) for handling in handlings):
        return None
    classes = classify(handlings, np.arange(len(ids), dtype=np.int32))
    place_of = {record_id: place for place, record_id in enumerate(ids)}
    first_of_side = []
    for side in (left, right):
        places = np.array([place_of[end] for end in side], dtype=np.int32)
        _, first = np.unique(classes.compartment[places], return_index=True)
        first_of_side.append(places[np.sort(first)])
    pairs = np.stack(np.meshgrid(*first_of_side, indexing="ij"), axis=-1).reshape(-1, 2)
    best = pairs[int(np.argmin(classes.find_first(pairs[:, 0], pairs[:, 1])))]
    return ids[best[0]], ids[best[1]]
