"""`ClusterProblem`: all that the clusters of some records depend on, and parts of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.clustering.ambiguous_records import (
    AmbiguousPairs,
    ApartPairs,
    BirthYears,
    find_held_pairs,
)
from resolver.clustering.decided_rows import DecidedRows, RowPair
from resolver.clustering.signed_clustering import (
    Constraints,
    MergeRule,
    PairLogOdds,
    components,
    drop_joined_pairs,
    list_started,
)
from resolver.records.batch import IntArray

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClusterProblem:
    """Number of records, the pairs of rows that were compared, the rule of merging, and what binds.

    `constraints` are of the whole, without clusters that there are already. `births`: birth dates
    of the rows (None: no row is ambiguous), and `stated` those of the pairs that constraints keep
    apart (n × 2) which a list states to be different.
    """

    count: int
    pairs: PairLogOdds
    rule: MergeRule
    constraints: Constraints
    births: BirthYears | None = None
    stated: IntArray | None = None

    @property
    def linked(self) -> PairLogOdds:
        """Pairs at or above the link threshold."""
        return self.select_pairs(np.flatnonzero(self.pairs.logodds >= self.rule.link_threshold))

    def linked_between(self, labels: IntArray) -> PairLogOdds:
        """Return the pairs at or above the link threshold whose records have different labels."""
        left, right, logodds = self.linked
        across = np.flatnonzero(labels[left] != labels[right])
        return PairLogOdds(left[across], right[across], logodds[across])

    def select_pairs(self, places: Numbers) -> PairLogOdds:
        """Return the pairs at some places."""
        left, right, logodds = self.pairs
        return PairLogOdds(left[places], right[places], logodds[places])

    def settle(self) -> ClusterProblem:
        """Return the problem without the statements that decisions overrule."""
        bound = self.constraints
        if bound.stated is None:
            return self
        same = bound.decided.same
        apart = drop_joined_pairs(bound.stated, self.count, same)
        own = None if self.stated is None else drop_joined_pairs(self.stated, self.count, same)
        return replace(self, constraints=replace(bound, stated=apart), stated=own)

    def hold_ambiguous(
        self, may_merge: Callable[[IntArray, IntArray], npt.NDArray[np.bool_]] | None = None
    ) -> tuple[ClusterProblem, AmbiguousPairs]:
        """Return the settled problem with what ambiguous records keep apart, and their pairs.

        `may_merge` says of pairs of rows whether anything may still join them (None: of all).
        """
        bound, births = self.constraints, self.births
        if births is None:
            return self, AmbiguousPairs.none()
        nothing = np.zeros(0, dtype=np.int32)
        same = components(self.count, nothing, nothing, bound.decided.same)
        different = np.array(bound.decided.different, dtype=np.int32).reshape(-1, 2)
        apart, opposed = (
            different if rows is None else np.concatenate([different, rows])
            for rows in (bound.stated, self.stated)
        )
        ambiguous, contradicting = find_held_pairs(
            births, self.pairs, self.rule.merge_threshold, ApartPairs(apart, opposed, same)
        )
        if may_merge is not None:
            ambiguous = ambiguous.select(may_merge(ambiguous.left, ambiguous.right))
            contradicting = contradicting[may_merge(contradicting[:, 0], contradicting[:, 1])]
        # what a decision ties to a cluster that there is already is no longer ambiguous within it
        tied = [*bound.decided.same, *list_started(bound.start)]
        home = components(self.count, nothing, nothing, tied)
        ambiguous = ambiguous.select(home[ambiguous.left] != home[ambiguous.right])
        stated = [np.stack([ambiguous.left, ambiguous.right], axis=1), contradicting]
        if bound.stated is not None:
            stated.append(bound.stated)
        bound = replace(bound, stated=np.concatenate(stated))
        return replace(self, constraints=bound), ambiguous

    def limit(self, is_present: npt.NDArray[np.bool_]) -> ClusterProblem:
        """Return the problem without what is known of some rows, which stay by themselves."""
        limited = self._place(np.where(is_present, np.arange(self.count), -1))
        twins = self.constraints.twins
        if twins is None:
            return limited
        twins = np.where(is_present, twins, np.int32(-1))
        return replace(limited, constraints=replace(limited.constraints, twins=twins))

    def take(self, rows: Numbers) -> ClusterProblem:
        """Return the problem of some rows, ascending, which are numbered anew."""
        place = np.full(self.count, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        part, kinds = self._place(place), self.constraints.kinds
        twins = self.constraints.twins
        bound = replace(
            part.constraints,
            kinds=None if kinds is None else kinds[rows],
            twins=None if twins is None else twins[rows],
        )
        births = None if self.births is None else self.births.take(rows)
        return replace(part, count=len(rows), constraints=bound, births=births)

    def _place(self, place: Numbers) -> ClusterProblem:
        """Return the problem with pairs of rows at new places (−1: none)."""
        left, right = place[self.pairs.left], place[self.pairs.right]
        inside = np.flatnonzero((left >= 0) & (right >= 0))
        pairs = PairLogOdds(
            left[inside].astype(np.int32),
            right[inside].astype(np.int32),
            self.pairs.logodds[inside],
        )
        bound = self.constraints
        decided = DecidedRows(*(_place_pairs(same, place) for same in bound.decided))
        return replace(
            self,
            pairs=pairs,
            constraints=replace(bound, decided=decided, stated=_place_rows(bound.stated, place)),
            stated=_place_rows(self.stated, place),
        )


def _place_rows(pairs: IntArray | None, place: Numbers) -> IntArray | None:
    """Return the pairs of rows (n × 2) that have places, by these."""
    if pairs is None:
        return None
    moved = place[pairs].reshape(-1, 2)
    kept: IntArray = moved[(moved >= 0).all(axis=1)].astype(np.int32)
    return kept


def _place_pairs(pairs: Sequence[RowPair], place: Numbers) -> list[RowPair]:
    moved = [(int(place[left]), int(place[right])) for left, right in pairs]
    return [pair for pair in moved if min(pair) >= 0]


def group_twins(
    twins: IntArray | None,
    pairs: PairLogOdds,
    merge_threshold: int,
    count: int,
) -> IntArray | None:
    """Return for each of `count` rows its group of equal records, -1 for none; None: no groups.

    `twins` (n × 2) are pairs of equal records, each of one that was compared in place of others.
    Any two of a group would score what each scores with that one, so where that is enough to merge
    they are one cluster from the start, unless something keeps them apart.
    """
    if twins is None or not len(twins):
        return None
    keys = pairs.left.astype(np.int64) << 32 | pairs.right
    matching = keys[pairs.logodds >= merge_threshold]
    own = twins.min(axis=1).astype(np.int64) << 32 | twins.max(axis=1)
    joined = np.ascontiguousarray(twins[np.isin(own, matching)].T)
    groups = components(count, joined[0], joined[1], [])
    is_alone = np.ones(count, dtype=bool)
    is_alone[joined] = False
    groups[is_alone] = -1
    return groups
