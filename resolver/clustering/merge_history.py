"""Merges of a clustering in all its stages: which one made two records one, and by what score.
Also the pairs that ambiguous records held apart.

Two records of one entity seldom met as two records: their clusters did, by the mean over the pairs
between these, or by the profiles of the entities that they were part of then. That merge decided on
the two, so results state its score beside that of the records.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.clustering.ambiguous_records import AmbiguousPairs
from resolver.kernels.clustering.agglomeration import DECIDED, Merges, find_joining_merges
from resolver.records.batch import IntArray
from resolver.records.results.resolution import Basis, JoiningMerges


class MergeHistory:
    """Merges of `count` records, stage after stage, by the row that named the ended cluster.

    `ambiguous` are the pairs of rows that any stage held apart.
    """

    def __init__(self, count: int) -> None:
        self._into: IntArray = np.full(count, -1, dtype=np.int32)
        self._logodds = np.zeros(count, dtype=np.int32)
        self._step = np.zeros(count, dtype=np.int64)
        self._basis = np.zeros(count, dtype=np.uint8)
        self._is_weighed = np.zeros(count, dtype=bool)
        self._steps = 0
        self.ambiguous = AmbiguousPairs.none()

    def hold(self, ambiguous: AmbiguousPairs) -> None:
        """Add pairs that a stage holds apart."""
        columns = zip(self.ambiguous, ambiguous, strict=True)
        self.ambiguous = AmbiguousPairs(*(np.concatenate(column) for column in columns))

    def add(
        self,
        merges: Merges,
        merge_threshold: int,
        basis: Basis,
        rows: npt.NDArray[np.integer] | None = None,
        twins: IntArray | None = None,
    ) -> None:
        """Add the merges of a stage, whose margins are log-odds above `merge_threshold`.

        `rows`: the row that names each cluster of the stage (None: clusters are rows). `twins`: see
        `Constraints`; these merge without being weighed because their records are equal.
        """
        ended = np.flatnonzero(merges.into >= 0)
        if not len(ended):
            return
        into, margin = merges.into[ended], merges.margin[ended]
        is_weighed = margin != DECIDED
        own = np.where(is_weighed, basis, Basis.DECISION).astype(np.uint8)
        if twins is not None:
            own[~is_weighed & (twins[ended] >= 0) & (twins[ended] == twins[into])] = basis
        places = ended if rows is None else rows[ended]
        self._into[places] = into if rows is None else rows[into]
        self._logodds[places] = np.where(is_weighed, margin + merge_threshold, 0)
        self._step[places] = self._steps + merges.step[ended]
        self._basis[places], self._is_weighed[places] = own, is_weighed
        self._steps += int(merges.step[ended].max()) + 1

    def append(self, later: MergeHistory, rows: npt.NDArray[np.integer]) -> None:
        """Add the history of some rows, which began with the clusters there were."""
        self.hold(later.ambiguous.move(rows))
        ended = np.flatnonzero(later._into >= 0)
        if not len(ended):
            return
        names = self._find_names(rows)
        places = names[ended]
        self._into[places] = names[later._into[ended]]
        self._step[places] = self._steps + later._step[ended]
        self._steps += later._steps
        for name in ("_logodds", "_basis", "_is_weighed"):
            getattr(self, name)[places] = getattr(later, name)[ended]

    def _find_names(self, rows: npt.NDArray[np.integer]) -> IntArray:
        """Return the row that names the present cluster of each of some rows."""
        names = rows.astype(np.int32)
        while (is_ended := self._into[names] >= 0).any():
            names[is_ended] = self._into[names[is_ended]]
        return names

    def find(self, left: IntArray, right: IntArray) -> JoiningMerges:
        """Return the merges that brought the rows of each pair together."""
        ended = np.empty(len(left), dtype=np.int32)
        first, second = (np.ascontiguousarray(side, dtype=np.int32) for side in (left, right))
        find_joining_merges(first, second, self._into, self._step, ended)
        is_one = ended >= 0
        ended = np.maximum(ended, 0)
        return JoiningMerges(
            np.where(is_one, self._logodds[ended], 0).astype(np.int32),
            np.where(is_one, self._basis[ended], 0).astype(np.uint8),
            is_one & self._is_weighed[ended],
        )
