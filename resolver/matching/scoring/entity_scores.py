"""Scores of pairs of entities, by profiles that contain the values of all their records.

`ProfileScorer` builds profiles and scores them with the stages that score records. The more values
two profiles state, the more likely some of them agree by chance, so `more_values_penalty` lowers
their scores. If candidates compete, `ContestedScorer` also subtracts the smallest loss of any
linked pair of their records.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from resolver.matching.scoring.terms import LOWEST_LOGODDS
from resolver.records import Batch, Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import MaterializedBatch, build_profiles
from resolver.records.prepared.population import NO_POPULATION, Population, SourceShift
from resolver.records.visibility import Audience, find_visibility_classes
from resolver.runtime.key_groups import sort_distinct
from resolver.runtime.threads import threads

Numbers = npt.NDArray[np.int64]
_Index = TypeVar("_Index")
_PAIRS_PER_CHUNK, _FEWEST_PAIRS = 200_000, 2_000
"""Maximum number of pairs that are compared at once, and minimum number of pairs for a thread."""
MORE_VALUES_PENALTY, MANY_VALUES_PENALTY = 500, 1_500
"""Thousandths of log-odds to subtract per nat of the number of record pairs between two entities.

The first holds up to `MANY_PAIRS` pairs, the second for further pairs. The values of few records
mostly repeat each other. Among the values of many records, several fields agree by chance at once.
"""
MANY_PAIRS = 8
_NO_SOURCE = -1


def more_values_penalty(
    left_sizes: npt.NDArray[np.integer], right_sizes: npt.NDArray[np.integer]
) -> npt.NDArray[np.int32]:
    """Return how many thousandths of log-odds each pair of entities loses because of chance
    agreement.

    Sizes are numbers of records. Two entities of one record each lose nothing.
    """
    pairs = left_sizes.astype(np.float64) * right_sizes
    few = np.log(np.minimum(pairs, MANY_PAIRS))
    beyond = np.log(np.maximum(pairs / MANY_PAIRS, 1.0))
    penalty: npt.NDArray[np.int32] = np.rint(
        MORE_VALUES_PENALTY * few + MANY_VALUES_PENALTY * beyond
    ).astype(np.int32)
    return penalty


@dataclass(frozen=True, slots=True)
class ProfileScorer(Generic[_Index]):
    """Scorer of pairs of entities, by the stages that score records.

    `load_records` returns the records of some rows, in that order. `prepare` returns the normal
    form of profiles (their dictionaries are those of the records), and the index that `compare`
    also reads. `compare` returns the log-odds (thousandths) of pairs of rows, without regard to
    sources. If two profiles both have a record of one source, they are compared as two records of
    that source. If there are several such sources, the source that most rarely holds an entity
    twice is used. Other profiles are compared as records of the one of their sources that has most
    partners elsewhere, according to the `population`.

    `workers` (threads that compare) do not change the result.
    """

    load_records: Callable[[Numbers], Batch]
    prepare: Callable[[Batch], tuple[MaterializedBatch, _Index]]
    compare: Callable[[MaterializedBatch, _Index, IntArray, IntArray], npt.NDArray[np.int32]]
    deduplicated_sources: Collection[str] = ()
    population: Population = NO_POPULATION
    workers: int = 1
    at_audience: Callable[[Audience], ProfileScorer[_Index]] | None = None
    """Function that returns the scorer in the population of an audience."""

    def __call__(self, labels: IntArray, left: IntArray, right: IntArray) -> npt.NDArray[np.int32]:
        """Return the log-odds (thousandths) of pairs of entities.

        `labels` name the entity of each record by its smallest row, as `left` and `right` do. Each
        pair is scored in the population of viewers who may see all of its records.
        """
        if self.at_audience is None or not self.population.restricted or not len(left):
            return self._score(labels, left, right)
        entities = sort_distinct(np.concatenate([left, right]))
        rows = np.flatnonzero(np.isin(labels, entities))
        classes = find_visibility_classes(self.load_records(rows))
        if classes is None:
            return self._score(labels, left, right)
        first = classes.find_first_of_groups(np.searchsorted(entities, labels[rows]), len(entities))
        left_first, right_first = (first[np.searchsorted(entities, side)] for side in (left, right))
        number = classes.join(left_first, right_first)
        logodds = np.empty(len(left), dtype=np.int32)
        for place in np.unique(number).tolist():
            chosen = number == place
            scorer = self.at_audience(classes.audiences[place])
            own = replace(scorer, load_records=self.load_records)
            logodds[chosen] = own._score(labels, left[chosen], right[chosen])
        return logodds

    def _score(self, labels: IntArray, left: IntArray, right: IntArray) -> npt.NDArray[np.int32]:
        entities = sort_distinct(np.concatenate([left, right]))
        rows = np.flatnonzero(np.isin(labels, entities))
        owner = np.searchsorted(entities, labels[rows])
        records = self.load_records(rows)
        ids = [f"{position:09d}" for position in range(len(entities))]
        prepared, index = self.prepare(build_profiles(records, owner, ids))
        # profiles are ordered by the smallest ids of their records, as records are
        left_rows, right_rows = (
            np.searchsorted(entities, side).astype(np.int32) for side in (left, right)
        )
        sources = self._describe_sources(records)
        has_record = np.zeros((len(sources), len(entities)), dtype=bool)
        has_record[records.sources.codes, owner] = True
        shared = _shared_sources(sources, has_record, left_rows, right_rows)
        sizes = np.bincount(owner, minlength=len(entities))
        profiles = {
            source: _as_entries_of_own_sources(prepared, sources, has_record)
            if source == _NO_SOURCE
            else _as_entries_of_one_source(prepared, sources[source])
            for source in np.unique(shared).tolist()
        }
        logodds = self._compare_chunks(profiles, index, shared, left_rows, right_rows)
        return logodds - more_values_penalty(sizes[left_rows], sizes[right_rows])

    def select(self, rows: Numbers) -> ProfileScorer[_Index]:
        """Return the scorer of some rows, ascending, which are numbered anew."""
        return replace(self, load_records=lambda places: self.load_records(rows[places]))

    def _compare_chunks(
        self,
        profiles: Mapping[int, MaterializedBatch],
        index: _Index,
        shared: Numbers,
        left: IntArray,
        right: IntArray,
    ) -> npt.NDArray[np.int32]:
        """Return the log-odds of pairs of rows, compared in threads.

        `shared`: the source under which the profiles of each pair are compared.
        """
        logodds = np.empty(len(left), dtype=np.int32)

        def compare(chunk: tuple[int, Numbers]) -> None:
            """Compare some of the pairs of one source."""
            source, places = chunk
            logodds[places] = self.compare(profiles[source], index, left[places], right[places])

        chunks = list(_chunks_by_source(shared, profiles, self.workers))
        workers = self.workers if len(left) >= _FEWEST_PAIRS else 1
        with threads(min(workers, len(chunks))) as pool:
            list(pool.map(compare, chunks))
        return logodds

    def _describe_sources(self, records: Batch) -> list[_ProfileSource]:
        """Return the sources of records, by their codes."""
        sources = []
        for name in records.sources.values.to_pylist():
            shifts = {
                kind: shift
                for kind, population in self.population.kinds.items()
                for shift in population.sources
                if shift.name == name
            }
            sources.append(_ProfileSource(name, name in self.deduplicated_sources, shifts))
        return sources


@dataclass(frozen=True, slots=True)
class ContestedScorer(Generic[_Index]):
    """Scorer of entities whose records compete as candidates.

    Pairs of rows (`left`, `right`) lose `losses` (thousandths) to other candidates. The score of
    two entities is reduced by the smallest loss among their pairs.
    """

    score: ProfileScorer[_Index]
    left: IntArray
    right: IntArray
    losses: npt.NDArray[np.int32]

    def __call__(self, labels: IntArray, left: IntArray, right: IntArray) -> npt.NDArray[np.int32]:
        """Return the result of `ProfileScorer`, after competition."""
        logodds = self.score(labels, left, right)
        if not len(self.left):
            return logodds
        keys = _pair_keys(labels[self.left], labels[self.right])
        order = np.lexsort((self.losses, keys))
        distinct, first = np.unique(keys[order], return_index=True)
        sought = _pair_keys(left, right)
        index = np.minimum(np.searchsorted(distinct, sought), len(distinct) - 1)
        losses = np.where(distinct[index] == sought, self.losses[order[first]][index], 0)
        return (logodds - losses).astype(np.int32)

    def select(self, rows: Numbers) -> ContestedScorer[_Index]:
        """Return the scorer of some rows, ascending, which are numbered anew."""
        inside = np.isin(self.left, rows) & np.isin(self.right, rows)
        left, right = (
            np.searchsorted(rows, side[inside]).astype(np.int32) for side in (self.left, self.right)
        )
        return ContestedScorer(self.score.select(rows), left, right, self.losses[inside])


def _pair_keys(left: IntArray, right: IntArray) -> Numbers:
    keys: Numbers = np.minimum(left, right).astype(np.int64) << 32 | np.maximum(left, right)
    return keys


class _ProfileSource(NamedTuple):
    """Source of some records of profiles, and the facts about it by label of kind."""

    name: str
    is_deduplicated: bool
    shifts: Mapping[str, SourceShift]

    @property
    def within(self) -> int:
        """Log-odds (thousandths) that two of its entries are one entity; the lowest value if they
        never are.
        """
        if self.is_deduplicated:
            return LOWEST_LOGODDS
        return min((shift.within for shift in self.shifts.values()), default=0)

    def across(self, kind: str) -> int:
        """Log-odds (thousandths) that its entries have more partners elsewhere than entries of
        other sources.
        """
        return self.shifts[kind].across if kind in self.shifts else 0


def _chunks_by_source(
    shared: Numbers, sources: Iterable[int], workers: int
) -> Iterator[tuple[int, Numbers]]:
    """Yield each source with the positions of its pairs, in chunks that keep all workers busy."""
    size = min(max(_FEWEST_PAIRS, -(-len(shared) // (2 * workers))), _PAIRS_PER_CHUNK)
    for source in sources:
        indices = np.flatnonzero(shared == source)
        for start in range(0, len(indices), size):
            yield source, indices[start : start + size]


def _shared_sources(
    sources: Sequence[_ProfileSource],
    has_record: npt.NDArray[np.bool_],
    left: IntArray,
    right: IntArray,
) -> npt.NDArray[np.int64]:
    """Return, for each pair of profiles, the source of which both have a record, or `_NO_SOURCE`.
    If there are several such sources, it is the source that most rarely holds an entity twice.

    `has_record`: whether each source (row) has a record of each profile (column).
    """
    shared = np.full(len(left), _NO_SOURCE, dtype=np.int64)
    order = np.argsort([-source.within for source in sources], kind="stable")
    for code in order.tolist():
        shared[has_record[code, left] & has_record[code, right]] = code
    return shared


def _as_entries_of_one_source(
    prepared: MaterializedBatch, source: _ProfileSource
) -> MaterializedBatch:
    """Return the profiles as entries of one source."""
    count = len(prepared.kinds)
    return replace(
        prepared,
        sources=np.zeros(count, dtype=np.int32),
        source_names=(source.name,),
        is_deduplicated=np.full(count, source.is_deduplicated),
    )


def _as_entries_of_own_sources(
    prepared: MaterializedBatch,
    sources: Sequence[_ProfileSource],
    has_record: npt.NDArray[np.bool_],
) -> MaterializedBatch:
    """Return the profiles, each as an entry of a source of its own. This source is named after the
    one of the entity's sources that has most partners elsewhere.
    """
    count = len(prepared.kinds)
    best = np.zeros(count, dtype=np.int64)
    for kind in (Kind.ASSET, Kind.GROUP, Kind.PERSON):
        order = np.argsort([-source.across(kind.label) for source in sources], kind="stable")
        own = (prepared.kinds & int(kind)) != 0
        best[own] = order[np.argmax(has_record[order][:, own], axis=0)]
    return replace(
        prepared,
        sources=np.arange(count, dtype=np.int32),
        source_names=tuple(sources[code].name for code in best.tolist()),
        is_deduplicated=np.zeros(count, dtype=bool),
    )
