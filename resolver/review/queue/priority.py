"""What a decision is worth: uncertainty × consequence, as a whole number.

Uncertainty (0 … 1000) is greatest at the even point; pairs that contradict other evidence are uncertain whatever their
score. Consequence (from 1000) grows with the logarithm of the records and of the consultations that hang on the two
entities, and with the agencies that know them. Ties are broken by the numbers of the entities, so the order is total.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from resolver.review.models import Reason

Numbers = npt.NDArray[np.int64]
_FACTOR = {
    Reason.BORDERLINE: 4,
    Reason.CONTRADICTION: 4,
    Reason.SAMPLE: 4,
    Reason.MOVED: 8,
    Reason.RED: 8,
    Reason.SECOND: 8,
    Reason.BLIND: 4,
    Reason.UNSURE: 1,
}
_AT_LEAST = {Reason.CONTRADICTION: 600, Reason.MOVED: 600, Reason.RED: 600, Reason.SECOND: 600}


def worth(score: float, reason: Reason, *, records: int, agencies: int, consultations: int) -> int:
    """`score` in 0…1; `records`, `agencies` (or lists, where agencies are not named) and `consultations` of both
    entities together."""
    uncertainty = max(round(4000 * score * (1 - score)), _AT_LEAST.get(reason, 1))
    return _FACTOR[reason] * uncertainty * consequence(records, agencies, consultations)


def consequence(records: int, agencies: int, consultations: int) -> int:
    """What hangs on a decision, from 1000 on."""
    weight = (
        1
        + math.log2(max(records, 2) / 2)
        + (max(agencies, 1) - 1)
        + math.log2(1 + consultations) / 2
    )
    return round(1000 * weight)


def worths(
    score: npt.NDArray[np.float64], reason: Reason, consequences: npt.NDArray[np.int64]
) -> Numbers:
    """The same of many pairs that wait for one reason."""
    uncertainty = np.maximum(
        np.rint(4000 * score * (1 - score)).astype(np.int64), _AT_LEAST.get(reason, 1)
    )
    found: Numbers = _FACTOR[reason] * uncertainty * consequences
    return found
