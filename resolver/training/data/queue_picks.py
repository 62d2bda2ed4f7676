"""The pairs of a store's queue that would teach the model most, marked in it.

The least certain of the pairs that wait are looked at, and those are picked whose evidence is least alike, as `sample`
picks of a batch. A mark holds until the pair is decided or something new is known of either side; picking again takes
the marks of before away. What is drawn by chance is drawn by the queue itself.
"""

from __future__ import annotations

import numpy as np

from resolver.comparison import NameIndex
from resolver.hub.hub import Hub
from resolver.pipeline import prepared_of, score_rows
from resolver.records import Batch
from resolver.review import catch_up
from resolver.training.data.active_sample import patterns, spread_out, uncertainty

PICKS = 50
"""Pairs that are picked: an hour of a steward's time."""
POOL = 1_000
"""Of so many pairs, the least certain ones, they are picked: about a second of work, however many wait."""
WHY = "picked: of the pairs that the model is unsure of, this one is least like the others, and would teach it most"


def pick(hub: Hub, count: int = PICKS) -> int:
    """Mark at most `count` waiting pairs as worth a steward's minute for the model; how many. Raises `StoreError`."""
    catch_up(hub)
    hub.store.desk.mark_picked([], WHY)
    with hub.store.view() as view:
        rows = hub.store.desk.least_certain(view.connection, POOL)
        records = [
            one.record
            for one in view.records(sorted({end for one in rows for end in (one.left, one.right)}))
        ]
        ids = view.ids_of(sorted({end for one in rows for end in (one.left, one.right)}))
        declared = [source.name for source in view.sources() if source.deduplicated]
        models = hub.models.at(view.head.plan)
    if not rows:
        return 0
    prepared = prepared_of(Batch.from_records(records).canonical(), hub.models, declared)
    place = {identity: row for row, identity in enumerate(sorted(one.id for one in records))}
    ends = np.array(
        [sorted((place[ids[one.left]], place[ids[one.right]])) for one in rows], dtype=np.int32
    )
    names = NameIndex.of(prepared)
    unsure = uncertainty(score_rows(prepared, names, models, ends[:, 0], ends[:, 1], 1))
    found = patterns(prepared, names, models, ends[:, 0], ends[:, 1])
    chosen = spread_out(unsure, found, ends[:, 0], ends[:, 1], count)
    return hub.store.desk.mark_picked(
        [(rows[one].low, rows[one].high) for one in chosen.tolist()], WHY
    )
