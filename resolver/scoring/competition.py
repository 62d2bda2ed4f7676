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
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from resolver.records.results.explanation import COMPETITION, EvidenceRow, Explanation
from resolver.scoring.terms import LOWEST_LOGODDS
from resolver.scoring.thresholds import Thresholds, scores

InReview = Mapping[int, AbstractSet[int]]
"""Positions of candidates in review, strongest first, each with those it is in review with."""


class Competition(NamedTuple):
    """Effect of the others on one candidate.

    `logodds` (thousandths) are those after competition, `weight` what they differ by from the
    candidate's own (negative or 0), `others` the number of competitors counted.
    """

    logodds: int
    weight: int
    others: int


def compete(
    logodds: Sequence[int], is_competitor: Sequence[bool], in_review: InReview
) -> list[Competition]:
    """Return how n candidates with some log-odds (thousandths) of their own compete.

    Those that are no competitors lose to the others, but the others do not lose to them.
    `in_review` holds competitors only. The result does not depend on the order of candidates:
    sums are exactly rounded, and the weight is rounded up, so that no two of equal odds reach 0.5.
    """
    # lists, as there are mostly few candidates, for which arrays take longer
    odds = [math.exp(value / 1000.0) for value in logodds]
    unlinked = [place for place, competes in enumerate(is_competitor) if competes]
    if in_review:
        unlinked = [place for place in unlinked if place not in in_review]
    unlinked_sum = math.fsum([odds[place] for place in unlinked])
    counted = _count_once(in_review, in_review)
    total, count = unlinked_sum + _sum(odds, counted), len(unlinked) + len(counted)
    opposing_odds, others = [total] * len(odds), [count] * len(odds)
    for place in unlinked:
        opposing_odds[place], others[place] = max(total - odds[place], 0.0), count - 1
    for place, partners in in_review.items():
        counted = _count_once(
            [other for other in in_review if other != place and other not in partners], in_review
        )
        opposing_odds[place] = unlinked_sum + _sum(odds, counted)
        others[place] = len(unlinked) + len(counted)
    return [_lose(*candidate) for candidate in zip(logodds, opposing_odds, others, strict=True)]


def _lose(logodds: int, opposing_odds: float, others: int) -> Competition:
    """Return a candidate after competition with others of some odds together."""
    lowest = min(logodds, LOWEST_LOGODDS)
    adjusted = max(logodds - math.ceil(1000.0 * math.log1p(opposing_odds)), lowest)
    return Competition(adjusted, adjusted - logodds, others)


def _sum(odds: Sequence[float], places: Iterable[int]) -> float:
    return math.fsum([odds[place] for place in places])


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
