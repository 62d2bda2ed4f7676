"""Scores of entities, by profiles with the values of all their records."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.kernels.number_sets import sort_distinct
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import MaterializedBatch
from resolver.records.prepared.entity_profiles import build_profiles

Numbers = npt.NDArray[np.int64]
_PAIRS_PER_CHUNK = 200_000
MORE_VALUES_PENALTY, MANY_VALUES_PENALTY = 500, 1_500
"""Thousandths of log-odds taken per nat of the number of record pairs between two entities: up to
`MANY_PAIRS` of them, and for what goes beyond.

The more values two profiles state, the likelier some agree by chance. Values of few records mostly
repeat each other; among many, several fields agree by chance at once.
"""
MANY_PAIRS = 8
_NO_SOURCE, _ONE_SOURCE, _DEDUPLICATED_SOURCE = np.uint8(0), np.uint8(1), np.uint8(2)


def more_values_penalty(
    left_sizes: npt.NDArray[np.integer], right_sizes: npt.NDArray[np.integer]
) -> npt.NDArray[np.int32]:
    """Return the thousandths of log-odds that chance takes from each pair of entities.

    Sizes are numbers of records; two entities of one record each lose nothing.
    """
    pairs = left_sizes.astype(np.float64) * right_sizes
    few = np.log(np.minimum(pairs, MANY_PAIRS))
    beyond = np.log(np.maximum(pairs / MANY_PAIRS, 1.0))
    penalty: npt.NDArray[np.int32] = np.rint(
        MORE_VALUES_PENALTY * few + MANY_VALUES_PENALTY * beyond
    ).astype(np.int32)
    return penalty


@dataclass(frozen=True, slots=True)
class ProfileScorer:
    """Scorer of pairs of entities, by the stages that score records.

    `load_records` returns the records of some rows, in that order, `normalize` their normal form,
    and `compare` the log-odds (thousandths) of pairs of rows. Two profiles that both have a record
    of one source are compared as two records of that source are.
    """

    load_records: Callable[[Numbers], Batch]
    normalize: Callable[[Batch], MaterializedBatch]
    compare: Callable[[MaterializedBatch, IntArray, IntArray], npt.NDArray[np.int32]]
    deduplicated_sources: Collection[str] = ()

    def __call__(self, labels: IntArray, left: IntArray, right: IntArray) -> npt.NDArray[np.int32]:
        """Return the log-odds (thousandths) of pairs of entities.

        `labels` name the entity of each record by its smallest row, as `left` and `right` do.
        """
        entities = sort_distinct(np.concatenate([left, right]))
        rows = np.flatnonzero(np.isin(labels, entities))
        owner = np.searchsorted(entities, labels[rows])
        records = self.load_records(rows)
        prepared = self.normalize(prepare_profiles(records, owner, len(entities)))
        # profiles stand in the order of the smallest ids of their records, as records do
        left_rows, right_rows = (
            np.searchsorted(entities, side).astype(np.int32) for side in (left, right)
        )
        shares = self._share_sources(records, owner, len(entities), left_rows, right_rows)
        sizes = np.bincount(owner, minlength=len(entities))
        logodds = np.empty(len(left), dtype=np.int32)
        for share in (_NO_SOURCE, _ONE_SOURCE, _DEDUPLICATED_SOURCE):
            places = np.flatnonzero(shares == share)
            profiles = _set_sources(prepared, share)
            for start in range(0, len(places), _PAIRS_PER_CHUNK):
                chunk = places[start : start + _PAIRS_PER_CHUNK]
                logodds[chunk] = self.compare(profiles, left_rows[chunk], right_rows[chunk])
        return logodds - more_values_penalty(sizes[left_rows], sizes[right_rows])

    def _share_sources(
        self, records: Batch, owner: Numbers, count: int, left: IntArray, right: IntArray
    ) -> npt.NDArray[np.uint8]:
        """Return whether two profiles each have a record of one source, and of a deduplicated one:
        `_NO_SOURCE`, `_ONE_SOURCE` or `_DEDUPLICATED_SOURCE`.
        """
        shares = np.full(len(left), _NO_SOURCE, dtype=np.uint8)
        for code, source in enumerate(records.sources.values.to_pylist()):
            has_record = np.zeros(count, dtype=bool)
            has_record[owner[records.sources.codes == code]] = True
            is_deduplicated = source in self.deduplicated_sources
            share = _DEDUPLICATED_SOURCE if is_deduplicated else _ONE_SOURCE
            shares = np.maximum(shares, share * (has_record[left] & has_record[right]))
        return shares


def prepare_profiles(records: Batch, owner: Numbers, count: int) -> Batch:
    """Return the profiles of `count` entities as a canonical batch, in the order of the entities.

    Record i belongs to entity `owner[i]`.
    """
    return build_profiles(records, owner, [f"{place:09d}" for place in range(count)]).canonical()


def _set_sources(prepared: MaterializedBatch, share: np.uint8) -> MaterializedBatch:
    """Return the profiles as entries of one source, or each of a source of its own."""
    count = len(prepared.kinds)
    own = np.arange(count, dtype=np.int32)
    return replace(
        prepared,
        sources=own if share == _NO_SOURCE else np.zeros_like(own),
        is_deduplicated=np.full(count, share == _DEDUPLICATED_SOURCE),
    )
