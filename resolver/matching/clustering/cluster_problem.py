"""`ClusterProblem`: everything that the clusters of some records depend on, and parts of it.

A part of a problem gives its records the same clusters as the whole, so increments and classes of
viewers solve parts. `find_stated_rows` reads statements of lists as constraints: pairs of rows that
are stated to differ. Relations give such pairs if their target is in the batch, even if the two
records were not compared. Generations (Sr. and Jr.) give such pairs among compared records. Both
depend only on the two records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.matching.clustering.ambiguous_records import (
    AmbiguousPairs,
    ApartPairs,
    BirthYears,
    find_held_pairs,
)
from resolver.matching.clustering.signed_clustering import (
    Constraints,
    DecidedRows,
    MergeRule,
    PairLogOdds,
    RowPair,
    components,
    drop_joined_pairs,
    list_started,
)
from resolver.records import Batch, Kind
from resolver.records.batch import IntArray
from resolver.records.properties import BIRTH_DATE, COMPOSED_PARTS, HANDLING, RELATION, SUFFIXES
from resolver.records.stated_links import (
    GENERATION_HINT,
    native_target,
    packed_difference,
    record_generations,
)
from resolver.runtime.arrays import ByteArray

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClusterProblem:
    """Number of records, the pairs of rows that were compared, the rule of merging, and the
    constraints.

    `constraints` are the constraints of the whole problem, without existing clusters. `births`:
    birth dates of the rows (None: no row is ambiguous). `stated`: the pairs that constraints keep
    apart (n × 2) because a list states them to be different.
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
        """Return the pairs at some positions."""
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
        """Return the settled problem with the pairs that ambiguous records keep apart, and these
        pairs.

        `may_merge` tells, for pairs of rows, whether anything may still join them (None: all may
        join).
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
        # if a decision ties a record to an existing cluster, the record is no longer ambiguous
        # within it
        tied = [*bound.decided.same, *list_started(bound.start)]
        home = components(self.count, nothing, nothing, tied)
        ambiguous = ambiguous.select(home[ambiguous.left] != home[ambiguous.right])
        stated = [np.stack([ambiguous.left, ambiguous.right], axis=1), contradicting]
        if bound.stated is not None:
            stated.append(bound.stated)
        bound = replace(bound, stated=np.concatenate(stated))
        return replace(self, constraints=bound), ambiguous

    def limit(self, is_present: npt.NDArray[np.bool_]) -> ClusterProblem:
        """Return the problem without the facts about some rows, which then stay alone."""
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
        """Return the problem with pairs of rows at new positions (−1: none)."""
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
    """Return the pairs of rows (n × 2) that have positions, by these positions."""
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
    """Return the group of equal records for each of `count` rows, -1 for none; None if there are no
    groups.

    `twins` (n × 2) are pairs of equal records; one record of each pair was compared in place of the
    others. Any two records of a group would have the score that each has with that record. So if
    this score is enough to merge, they are one cluster from the start, unless something keeps them
    apart.
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


Flags = npt.NDArray[np.bool_]
_NAME_COLUMNS = ("name", *COMPOSED_PARTS, *SUFFIXES)
_MAX_NAMES = 4
"""Number of principal names with a generation that are read of one record."""


def find_stated_rows(
    batch: Batch, left: IntArray, right: IntArray, same: Sequence[RowPair] = ()
) -> IntArray:
    """Return the pairs of rows (n × 2, smaller first) that records state to be different.

    `left` and `right` are the compared pairs. Pairs that decisions (`same`) join, directly or
    through other records, are left out: a decision beats a statement.
    """
    pairs = np.concatenate([_related_pairs(batch), _generation_pairs(batch, left, right)])
    return drop_joined_pairs(pairs, len(batch), same)


def keep_statements(batch: Batch) -> Batch:
    """Return a canonical batch without the values that clustering does not read.

    It reads the values for `find_stated_rows`, birth dates, and who may see a record.
    """
    columns = {}
    for prop in (HANDLING, BIRTH_DATE):
        column = batch.columns.get(prop)
        if column is not None:
            columns[prop] = column, np.ones(len(column.rows), dtype=bool)
    relations = batch.columns.get(RELATION)
    if relations is not None:
        columns[RELATION] = relations, _states_difference(relations.values)[relations.codes]
    has_generation = np.zeros(len(batch), dtype=bool)
    has_generation[_generation_rows(batch)] = True
    for prop in _NAME_COLUMNS:
        column = batch.columns.get(prop)
        if column is not None:
            columns[prop] = column, has_generation[column.rows]
    selected = {
        prop: replace(
            column, rows=column.rows[keep], codes=column.codes[keep], origins=column.origins[keep]
        )
        for prop, (column, keep) in columns.items()
        if keep.any()
    }
    return replace(batch, columns=selected).canonical()


def _related_pairs(batch: Batch) -> IntArray:
    """Return the pairs of rows in which one row states a relation to the other."""
    column = batch.columns.get(RELATION)
    if column is None:
        return np.zeros((0, 2), dtype=np.int32)
    targets = [
        target if kind is not None else ""
        for kind, target in map(packed_difference, column.values.to_pylist())
    ]
    target_rows = _rows_of_ids(batch, targets)[column.codes]
    states = np.array([bool(target) for target in targets], dtype=bool)[column.codes]
    missing = np.flatnonzero(states & (target_rows < 0))
    sources = batch.sources.texts() if len(missing) else []
    native_ids = [
        native_target(sources[row], targets[code])
        for row, code in zip(
            column.rows[missing].tolist(), column.codes[missing].tolist(), strict=True
        )
    ]
    target_rows[missing] = _rows_of_ids(batch, native_ids)
    chosen = np.flatnonzero((target_rows >= 0) & (target_rows != column.rows))
    left, right = column.rows[chosen], target_rows[chosen]
    pairs = np.stack([np.minimum(left, right), np.maximum(left, right)], axis=1)
    return np.unique(pairs, axis=0).astype(np.int32)


def _rows_of_ids(batch: Batch, ids: Sequence[str]) -> IntArray:
    """Return the row of each record id; -1 for none."""
    if not ids:
        return np.zeros(0, dtype=np.int32)
    rows = pc.index_in(pa.array(ids, pa.string()), value_set=batch.ids)
    return np.asarray(pc.fill_null(rows, -1)).astype(np.int32)


def _states_difference(values: pa.StringArray) -> Flags:
    return np.array(
        [packed_difference(text)[0] is not None for text in values.to_pylist()], dtype=bool
    )


def _generation_rows(batch: Batch) -> IntArray:
    """Return the rows of persons whose names may hold a generation, ascending."""
    rows = [np.zeros(0, dtype=np.int32)]
    for prop in ("name", "lastName", *SUFFIXES):
        column = batch.columns.get(prop)
        if column is not None:
            texts = column.values
            if prop in SUFFIXES:
                texts = pc.binary_join_element_wise("x", texts, " ")
            hints = pc.match_substring_regex(texts, GENERATION_HINT)
            has_hint: Flags = np.asarray(hints, dtype=bool)
            rows.append(column.rows[has_hint[column.codes]])
    unique = np.unique(np.concatenate(rows))
    people: IntArray = unique[batch.kinds[unique] == int(Kind.PERSON)]
    return people


def _generation_pairs(batch: Batch, left: IntArray, right: IntArray) -> IntArray:
    """Return the compared pairs whose names agree except for their generations."""
    rows = _generation_rows(batch)
    place = np.full(len(batch), -1, dtype=np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    compared = np.flatnonzero(place[left] >= 0)
    compared = compared[place[right[compared]] >= 0]
    if not len(compared):
        return np.zeros((0, 2), dtype=np.int32)
    names, ranks = _code_generations(batch, rows)
    first, second = place[left[compared]], place[right[compared]]
    differs = np.zeros(len(compared), dtype=bool)
    for own in range(_MAX_NAMES):
        for other in range(_MAX_NAMES):
            is_one_name = (names[first, own] == names[second, other]) & (names[first, own] >= 0)
            differs |= is_one_name & (ranks[first, own] & ranks[second, other] == 0)
    chosen = compared[differs]
    return np.stack([left[chosen], right[chosen]], axis=1).astype(np.int32)


def _code_generations(batch: Batch, rows: IntArray) -> tuple[IntArray, ByteArray]:
    """Return codes of the names with a generation (-1: none) and the generations as bits.

    Both are arrays of rows × `_MAX_NAMES`.
    """
    names = np.full((len(rows), _MAX_NAMES), -1, dtype=np.int32)
    ranks = np.zeros((len(rows), _MAX_NAMES), dtype=np.uint8)
    columns = {prop: batch.columns[prop] for prop in _NAME_COLUMNS if prop in batch.columns}
    code_of: dict[str, int] = {}
    people = replace(batch, columns=columns).take(rows).to_records()
    for place, person in enumerate(people):
        generations = sorted(record_generations(person).items())
        for number, (name, stated) in enumerate(generations[:_MAX_NAMES]):
            names[place, number] = code_of.setdefault(name, len(code_of))
            ranks[place, number] = sum(1 << rank for rank in stated)
    return names, ranks
