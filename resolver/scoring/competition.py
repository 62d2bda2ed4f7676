"""Competition among the candidates of one query: the person looked up is at most one of them.

Each candidate has odds `o` of its own, from its evidence alone. Where at most one of several
candidates can be right, the probability of candidate i is `o_i / (1 + sum of all o_j)`, the 1
standing for nobody (Bayes' theorem over exclusive hypotheses), so its log-odds fall by
`log(1 + sum of the others' odds)`. Candidates that are in review with each other may be one entity:
they do not compete with each other, and count as one competitor for the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.records.results.explanation import COMPETITION, EvidenceRow, Explanation
from resolver.scoring.model import LOWEST_LOGODDS, Thresholds, scores

Numbers = npt.NDArray[np.int64]
InReview = Mapping[int, AbstractSet[int]]
"""Positions of candidates in review, strongest first, each with those it is in review with."""


@dataclass(frozen=True, slots=True)
class Competition:
    """Effect of the others on each of n candidates.

    `logodds` (thousandths) are those after competition, `weights` what they differ by from the
    candidate's own (negative or 0), `others` the number of competitors counted.
    """

    logodds: Numbers
    weights: Numbers
    others: Numbers


def compete(
    logodds: Numbers, is_competitor: npt.NDArray[np.bool_], in_review: InReview
) -> Competition:
    """Return how n candidates with some log-odds (thousandths) of their own compete.

    Those that are no competitors lose to the others, but the others do not lose to them.
    `in_review` holds competitors only. The result does not depend on the order of candidates:
    sums are exactly rounded, and the weight is rounded once.
    """
    odds = np.where(is_competitor, np.exp(logodds / 1000.0), 0.0)
    linked = list(in_review)
    unlinked = odds.copy()
    unlinked[linked] = 0.0
    unlinked_sum = math.fsum(unlinked[unlinked > 0].tolist())
    unlinked_count = np.count_nonzero(unlinked)
    counted = _count_once(linked, in_review)
    rivals = unlinked_sum - unlinked + math.fsum(odds[counted].tolist())
    others = unlinked_count - (unlinked > 0) + len(counted)
    for place in linked:
        counted = _count_once(
            [other for other in linked if other != place and other not in in_review[place]],
            in_review,
        )
        rivals[place] = unlinked_sum + math.fsum(odds[counted].tolist())
        others[place] = unlinked_count + len(counted)
    weights = -np.rint(1000.0 * np.log1p(np.maximum(rivals, 0.0))).astype(np.int64)
    adjusted = np.maximum(logodds + weights, np.minimum(logodds, LOWEST_LOGODDS))
    return Competition(adjusted, adjusted - logodds, others)


def _count_once(places: Iterable[int], in_review: InReview) -> list[int]:
    """Return those of some places (strongest first) that count: of several in review with each
    other the strongest.
    """
    counted: list[int] = []
    for place in places:
        if in_review[place].isdisjoint(counted):
            counted.append(place)
    return counted


def group_in_review(ordered: Sequence[int], pairs: Iterable[tuple[int, int]]) -> InReview:
    """Return the positions that some pairs hold, in the given order, with their partners."""
    partners: dict[int, set[int]] = {}
    for left, right in pairs:
        partners.setdefault(left, set()).add(right)
        partners.setdefault(right, set()).add(left)
    return {place: partners[place] for place in ordered if place in partners}


def add_competition(
    explanation: Explanation, weight: int, others: int, thresholds: Thresholds
) -> Explanation:
    """Return an explanation after competition: with one more row, unless its weight is 0.

    Its smallest changes are left out, since they hold for the candidate's own evidence.
    """
    if not weight:
        return explanation
    text = f"Also fits: {others} other{'s' if others > 1 else ''}."
    row = EvidenceRow(COMPETITION, text, "", "", None, weight)
    logodds = explanation.logodds + weight
    score = float(scores(np.array([logodds]))[0])
    return replace(
        explanation,
        score=score,
        band=thresholds.band(score),
        logodds=logodds,
        rows=(*explanation.rows, row),
        changes=(),
    )
