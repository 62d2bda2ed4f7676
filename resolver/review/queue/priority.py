"""Priority of a pair in the queue: value of its review × consequence × urgency, as an integer.

- **Value**: a review saves the p·c reviews that leaving the pair undecided costs on average, p
  being the score of the two entities and c the cost of a missed match
  (`resolver.records.results.review_forecast` has the reasons). As c is the same for all pairs of a
  store, p alone orders them: pairs near the match threshold first, pairs near the review threshold,
  which are worth about one review, last. Where a steward has spoken against or without the score
  (moved, reopened, red, second), p is at least even.
- **Consequence** (1000 or more): c holds for two plain records. It grows with the logarithm of the
  records of the two entities and of the accesses to them, and with the number of agencies involved.
- **Urgency**: 8 for pairs on which a decision already depends (the same four), 1 for pairs
  left unsure, since another look is less likely to settle them, and 4 for all others.

Restricted pairs (handling) rank like others among those who may see them, and the time of waiting
plays no part. Ties are broken by entity number, so the order is total.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from resolver.review.models import QueueReason

Numbers = npt.NDArray[np.int64]
_URGENCY = {
    QueueReason.BORDERLINE: 4,
    QueueReason.CONTRADICTION: 4,
    QueueReason.AMBIGUOUS: 4,
    QueueReason.SAMPLE: 4,
    QueueReason.MOVED: 8,
    QueueReason.REOPENED: 8,
    QueueReason.RED: 8,
    QueueReason.SECOND: 8,
    QueueReason.BLIND: 4,
    QueueReason.UNSURE: 1,
}
_MIN_PROBABILITY = dict.fromkeys(
    (QueueReason.MOVED, QueueReason.REOPENED, QueueReason.RED, QueueReason.SECOND), 0.5
)


def compute_priority(
    score: float, reason: QueueReason, *, records: int, agencies: int, accesses: int
) -> int:
    """Compute the priority of a pair.

    `score` is in 0…1; `records`, `agencies` (or lists without an agency) and `accesses` are those
    of both entities together.
    """
    consequence = compute_consequence(records, agencies, accesses)
    (priority,) = compute_priorities(np.array([score]), reason, np.array([consequence])).tolist()
    return int(priority)


def compute_consequence(records: int, agencies: int, accesses: int) -> int:
    """Compute the consequence of a decision, 1000 or more."""
    weight = (
        1 + math.log2(max(records, 2) / 2) + (max(agencies, 1) - 1) + math.log2(1 + accesses) / 2
    )
    return round(1000 * weight)


def compute_priorities(
    score: npt.NDArray[np.float64], reason: QueueReason, consequences: npt.NDArray[np.int64]
) -> Numbers:
    """Compute the priorities of many pairs that wait for the same reason."""
    probability = np.maximum(score, _MIN_PROBABILITY.get(reason, 0.0))
    # rounded last, so that close scores keep their order
    weighted = np.rint(1000 * probability * consequences).astype(np.int64)
    priorities: Numbers = _URGENCY[reason] * np.maximum(weighted, 1)
    return priorities
