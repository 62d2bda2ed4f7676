"""Entities of the segments of the entity index that no later segment has replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resolver.records.kinds import count_kinds
from resolver.screening.index_segment import IndexSegment

Bools = npt.NDArray[np.bool_]


def all_active(segments: Sequence[IndexSegment]) -> list[Bools]:
    """Return masks of all rows of each segment."""
    return [np.ones(len(segment), dtype=bool) for segment in segments]


def current_masks(segments: Sequence[IndexSegment]) -> list[Bools]:
    """Return the rows of each segment that no later segment has ended."""
    masks = all_active(segments)
    for place, segment in enumerate(segments):
        for earlier, mask in zip(segments[:place], masks, strict=False):
            mask[earlier.rows_of(np.asarray(segment.stored.ended))] = False
    return masks


def count_entities(segments: Sequence[IndexSegment], active: Sequence[Bools]) -> dict[str, int]:
    """Count the active entities by label of kind, of which everybody may see a record.

    Each segment is counted once, and what a snapshot has replaced of it is subtracted.
    """
    counts: Counter[str] = Counter()
    for segment, mask in zip(segments, active, strict=True):
        counts.update(segment.kind_counts)
        counts.subtract(count_kinds(segment.public_kinds[~mask]))
    return dict(counts)
