"""Queue picks: mark the waiting pairs of a store that would teach the model most.

Among the least certain waiting pairs, those with the most different evidence are selected, as
`active_sample` does for a batch. A mark holds until the pair is decided or either side changes;
selecting again removes earlier marks. Random pairs are drawn by the queue itself.
"""

from __future__ import annotations

import numpy as np

from resolver.comparison import NameIndex
from resolver.hub.hub import Hub
from resolver.pipeline import compare_and_score, normalize
from resolver.records import Batch
from resolver.records.visibility import STRANGER, Viewer
from resolver.review import refresh_queue
from resolver.review.queue.queue_access import visible_rows_filter
from resolver.training.data.active_sample import select_diverse_rows, uncertainty, weight_patterns

DEFAULT_PICKS = 50
"""Number of pairs to mark: about an hour of a steward's time."""
POOL_SIZE = 1_000
"""Number of least certain pairs to select from: about a second of work for any queue."""
PICK_REASON = (
    "picked: of the pairs that the model is unsure of, this one is least like the others, "
    "and would teach it most"
)
"""Reason shown for a marked pair. Stored marks are found by this text, so it must not change."""


def mark_queue_picks(hub: Hub, count: int = DEFAULT_PICKS, *, viewer: Viewer = STRANGER) -> int:
    """Mark at most `count` pairs that wait for a viewer and return how many were marked.

    Raises `StoreError`.
    """
    refresh_queue(hub, viewer=viewer)
    hub.store.queue.mark_sampled([], PICK_REASON)
    with hub.store.view() as view:
        visible = visible_rows_filter(viewer)
        rows = hub.store.queue.least_certain(view.connection, POOL_SIZE, visible)
        numbers = sorted({end for pair in rows for end in (pair.left, pair.right)})
        records = [stored.record for stored in view.records(numbers)]
        ids = view.record_ids(numbers)
        deduplicated = [source.name for source in view.sources() if source.deduplicated]
        models = hub.models_at(view)
    if not rows:
        return 0
    prepared = normalize(Batch.from_records(records).canonical(), models, deduplicated)
    row_of = {identity: row for row, identity in enumerate(sorted(record.id for record in records))}
    ends = np.array(
        [sorted((row_of[ids[pair.left]], row_of[ids[pair.right]])) for pair in rows], dtype=np.int32
    )
    names = NameIndex.of(prepared)
    unsure = uncertainty(compare_and_score(prepared, names, models, ends[:, 0], ends[:, 1], 1))
    weights = weight_patterns(prepared, names, models, ends[:, 0], ends[:, 1])
    chosen = select_diverse_rows(unsure, weights, ends[:, 0], ends[:, 1], count)
    return hub.store.queue.mark_sampled(
        [(rows[number].low, rows[number].high) for number in chosen.tolist()], PICK_REASON
    )
