"""Priority of a pair in the queue: uncertainty × consequence, as an integer.

Uncertainty (0…1000) is greatest at even odds; pairs that contradict other evidence have a minimum
whatever their score. Consequence (from 1000) grows with the logarithm of the records of the two
entities and of the accesses to them, and with the number of agencies involved. Ties are broken by
entity number, so the order is total.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from resolver.review.models import QueueReason

Numbers = npt.NDArray[np.int64]
_REASON_FACTORS = {
    QueueReason.BORDERLINE: 4,
    QueueReason.CONTRADICTION: 4,
    QueueReason.SAMPLE: 4,
    QueueReason.MOVED: 8,
    QueueReason.RED: 8,
    QueueReason.SECOND: 8,
    QueueReason.BLIND: 4,
    QueueReason.UNSURE: 1,
}
_MIN_UNCERTAINTY = {
    QueueReason.CONTRADICTION: 600,
    QueueReason.MOVED: 600,
    QueueReason.RED: 600,
    QueueReason.SECOND: 600,
}


def compute_priority(
    score: float, reason: QueueReason, *, records: int, agencies: int, accesses: int
) -> int:
    """Compute the priority of a pair.

    `score` is in 0…1; `records`, `agencies` (or lists without an agency) and `accesses` are those
    of both entities together.
    """
    uncertainty = max(round(4000 * score * (1 - score)), _MIN_UNCERTAINTY.get(reason, 1))
    return _REASON_FACTORS[reason] * uncertainty * compute_consequence(records, agencies, accesses)


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
    uncertainty = np.maximum(
        np.rint(4000 * score * (1 - score)).astype(np.int64), _MIN_UNCERTAINTY.get(reason, 1)
    )
    priorities: Numbers = _REASON_FACTORS[reason] * uncertainty * consequences
    return priorities
