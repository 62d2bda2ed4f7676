"""Competition among the candidates of one query, since at most one of them is the person that is
looked up.

Each candidate has odds `o` from its own evidence. If at most one of several candidates can be
right, the probability of candidate i is `o_i / (1 + sum of all o_j)` (Bayes' theorem over exclusive
hypotheses). The 1 stands for nobody. So the log-odds of a candidate fall by `log(1 + sum of the
others' odds)`. Candidates that are in review with each other may be one entity. They do not compete
with each other, and they count as one competitor for others.

A check asks whether somebody is listed. Two listed people of one name make this more likely, so
candidates that a query cannot tell apart lower each other to even odds at most (`spare_equals`).
`QueryCompetition` applies the same rules to the pairs of two linked lists.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.matching.scoring.terms import LOWEST_LOGODDS, Thresholds, scores
from resolver.records.batch import IntArray
from resolver.records.results.explanation import COMPETITION, EvidenceRow, Explanation
from resolver.runtime.key_groups import sort_distinct

MAX_COMPARED_CANDIDATES = 16
"""Number of the strongest candidates of a query for which the program looks up whether they wait in
review as pairs. Each other candidate counts as a competitor of its own.
"""
ASKED = "asked"
"""Name of the row with the evidence that a check adds to the evidence of names."""
_READINGS = (
    "The query is likelier of another kind, another candidate is written as it is, or the query "
    "states a birth date: of such callers fewer are listed."
)
Numbers = npt.NDArray[np.int64]
InReview = Mapping[int, AbstractSet[int]]
"""Positions of candidates in review, the strongest first, each with the candidates with which it
waits in review.
"""


class Competition(NamedTuple):
    """Score of a candidate after competition with the other candidates of a check.

    `logodds` (thousandths) are the log-odds after competition. `weight` is their difference from
    the candidate's own log-odds (negative or 0), and `others` is the number of competitors that
    were counted.
    """

    logodds: int
    weight: int
    others: int


def compete(
    logodds: Sequence[int], is_competitor: Sequence[bool], in_review: InReview
) -> list[Competition]:
    """Return how n candidates with some log-odds (thousandths) of their own compete.

    A candidate that is no competitor loses to the competitors, but they do not lose to it.
    `in_review` holds competitors only. The result does not depend on the order of candidates: sums
    are rounded exactly. The weight is rounded up, so that two candidates of equal odds never reach
    0.5 both.
    """
    # lists are used, because there are mostly few candidates, for which arrays take longer
    odds = [math.exp(value / 1000.0) for value in logodds]
    unlinked = [
        place for place, competes in enumerate(is_competitor) if competes and place not in in_review
    ]
    unlinked_sum = math.fsum(map(odds.__getitem__, unlinked))
    counted = _count_once(in_review, in_review)
    total = unlinked_sum + math.fsum(map(odds.__getitem__, counted))
    count = len(unlinked) + len(counted)
    opposing_odds, others = [total] * len(odds), [count] * len(odds)
    for place in unlinked:
        opposing_odds[place], others[place] = max(total - odds[place], 0.0), count - 1
    for place, partners in in_review.items():
        counted = _count_once(
            [other for other in in_review if other != place and other not in partners], in_review
        )
        opposing_odds[place] = unlinked_sum + math.fsum(map(odds.__getitem__, counted))
        others[place] = len(unlinked) + len(counted)
    competitions = []
    for own, opposing, number in zip(logodds, opposing_odds, others, strict=True):
        lowest = min(own, LOWEST_LOGODDS)
        adjusted = max(own - math.ceil(1000.0 * math.log1p(opposing)), lowest)
        competitions.append(Competition(adjusted, adjusted - own, number))
    return competitions


def spare_equals(
    logodds: Sequence[int],
    competitions: Sequence[Competition],
    is_competitor: Sequence[bool],
    in_review: InReview,
    equals: Iterable[Sequence[int]],
) -> list[Competition]:
    """Return `competitions`, changed for candidates that the query cannot tell apart, since these
    do not lower each other fully.

    `equals`: positions of competitors with equal evidence, two or more in each group. Each of them
    loses to the other candidates as before. Against candidates of its own group it loses at most so
    much that it reaches even odds: five people of one name get 0.5 each instead of 0.2, and two
    with 0.4 keep 0.4.
    """
    spared = list(competitions)
    for group in equals:
        members = frozenset(group)
        alone: dict[frozenset[int], list[Competition]] = {}
        for place in group:
            partners = frozenset(in_review.get(place, ()))
            if partners not in alone:
                left_out = members | partners
                rival = [own and other not in left_out for other, own in enumerate(is_competitor)]
                linked = {other: own for other, own in in_review.items() if rival[other]}
                alone[partners] = compete(logodds, rival, linked)
            kept = max(spared[place].logodds, min(alone[partners][place].logodds, 0))
            spared[place] = spared[place]._replace(logodds=kept, weight=kept - logodds[place])
    return spared


def _count_once(places: Iterable[int], in_review: InReview) -> list[int]:
    """Return the positions that count (strongest first): of several candidates in review with each
    other, only the strongest.
    """
    counted: list[int] = []
    for place in places:
        if in_review[place].isdisjoint(counted):
            counted.append(place)
    return counted


def group_in_review(ordered: Sequence[int], pairs: Iterable[tuple[int, int]]) -> InReview:
    """Return the positions that occur in some pairs, in the given order, each with its partners."""
    partners: dict[int, set[int]] = {}
    for left, right in pairs:
        partners.setdefault(left, set()).add(right)
        partners.setdefault(right, set()).add(left)
    return {place: partners[place] for place in ordered if place in partners}


class ContestedPairs(NamedTuple):
    """Pairs of a query and a candidate, both given by row, with log-odds (thousandths) at or above
    the review threshold. A candidate to which others do not lose is no competitor.
    """

    query: IntArray
    candidate: IntArray
    logodds: npt.NDArray[np.int32]
    is_competitor: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class QueryCompetition:
    """Competition among the candidates of many queries; each query is treated as in a check.

    `order` has the positions of the pairs whose query has several candidates, query by query, the
    strongest candidate first (ties: the smallest row). `starts` has the position at which each
    query begins.
    """

    pairs: ContestedPairs
    order: Numbers
    starts: Numbers

    @classmethod
    def of(cls, pairs: ContestedPairs) -> QueryCompetition:
        """Arrange pairs by their queries."""
        order = np.lexsort((pairs.candidate, -pairs.logodds.astype(np.int64), pairs.query))
        query = pairs.query[order]
        is_contested = np.zeros(len(order), dtype=bool)
        is_contested[1:] = query[1:] == query[:-1]
        is_contested[:-1] |= query[1:] == query[:-1]
        order, query = order[is_contested], query[is_contested]
        starts = np.flatnonzero(np.diff(query, prepend=-1))
        return cls(pairs, order, np.append(starts, len(order)))

    def find_rivals(self) -> Numbers:
        """Return the pairs of candidates (n × 2, smaller row first) for which it matters whether
        they are in review with each other; each once, sorted.
        """
        parts = [np.zeros((0, 2), dtype=np.int64)]
        for begin, end in pairwise(self.starts.tolist()):
            own = self.order[begin:end]
            strongest = own[self.pairs.is_competitor[own]][:MAX_COMPARED_CANDIDATES]
            rows = np.sort(self.pairs.candidate[strongest]).astype(np.int64)
            first, second = np.triu_indices(len(rows), 1)
            parts.append(np.stack([rows[first], rows[second]], axis=1))
        rivals = np.concatenate(parts)
        keys = sort_distinct(rivals[:, 0] << 32 | rivals[:, 1])
        return np.stack([keys >> 32, keys & 0xFFFFFFFF], axis=1)

    def weigh(
        self,
        in_review: AbstractSet[tuple[int, int]],
        compatible: AbstractSet[tuple[int, int]] = frozenset(),
        match_from: int = 0,
    ) -> npt.NDArray[np.int32]:
        """Return how much competition takes from the log-odds of each pair (thousandths, at most
        0).

        `in_review`: pairs of rivals that are in review with each other, or match. Rivals in such
        pairs do not compete. Pairs of `compatible` candidates do not compete either, if the query
        matches both (`match_from`).
        """
        weights = np.zeros(len(self.pairs.query), dtype=np.int32)
        for begin, end in pairwise(self.starts.tolist()):
            places = self.order[begin:end]
            rows = self.pairs.candidate[places].tolist()
            competes = self.pairs.is_competitor[places].tolist()
            logodds = self.pairs.logodds[places].tolist()
            # the strongest candidates come first
            matches = sum(value >= match_from for value in logodds)
            together = [
                (first, second)
                for first, second in combinations(range(len(rows)), 2)
                if (pair := (min(rows[first], rows[second]), max(rows[first], rows[second])))
                in in_review
                or (second < matches and pair in compatible)
            ]
            competitions = compete(logodds, competes, group_in_review(range(len(rows)), together))
            weights[places] = [competition.weight for competition in competitions]
        return weights


def add_readings(explanation: Explanation, weight: int, thresholds: Thresholds) -> Explanation:
    """Return an explanation whose row on checks also includes the weight of other readings of the
    query: as another kind, or because another candidate has exactly the same words.
    """
    rows = [
        row._replace(weight=row.weight + weight, help=f"{row.help} {_READINGS}")
        if row.name == ASKED
        else row
        for row in explanation.rows
    ]
    if all(row.name != ASKED for row in rows):
        rows.append(EvidenceRow(ASKED, _READINGS, "", "", None, weight))
    return _with_rows(explanation, rows, explanation.logodds + weight, thresholds)


def add_competition(
    explanation: Explanation, weight: int, others: int, thresholds: Thresholds
) -> Explanation:
    """Return an explanation after competition; it has one more row, unless the weight is 0.

    Its smallest changes are left out, since they apply only to the candidate's own evidence.
    """
    if not weight:
        return explanation
    text = f"Also fits: {others} other{'s' if others > 1 else ''}."
    row = EvidenceRow(COMPETITION, text, "", "", None, weight)
    rows = (*explanation.rows, row)
    return _with_rows(explanation, rows, explanation.logodds + weight, thresholds)


def _with_rows(
    explanation: Explanation, rows: Iterable[EvidenceRow], logodds: int, thresholds: Thresholds
) -> Explanation:
    """Return an explanation with other rows, whose sum is the given log-odds."""
    score = float(scores(np.array([logodds]))[0])
    band = thresholds.band(score)
    return replace(
        explanation, score=score, band=band, logodds=logodds, rows=tuple(rows), changes=()
    )
