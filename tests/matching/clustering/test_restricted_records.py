"""Entities of restricted records: for each viewer, as if there were no records but those seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching.clustering import DecidedRows, MergeRule, PairLogOdds, cluster
from resolver.matching.clustering.ambiguous_records import BirthYears
from resolver.matching.clustering.cluster_problem import ClusterProblem
from resolver.matching.clustering.entity_rounds import (
    MergedEntities,
    MergeHistory,
    RelationScorer,
    merge_entities_in_rounds,
    merge_related_entities,
)
from resolver.matching.clustering.restricted_records import RestrictedRecords
from resolver.matching.clustering.signed_clustering import Constraints
from resolver.records import Batch, Handling
from resolver.records.batch import IntArray
from resolver.records.visibility import is_visible
from tests.records.samples import record
from tests.records.visibility.test_classes import HANDLINGS, VIEWERS, find_classes

N = 8
RULE = MergeRule(2000, -2000)
Pairs = Mapping[tuple[int, int], int]


@dataclass(frozen=True)
class MeanScorer:
    """Scorer of entities by their members: the mean of the scores between them, and a little more
    for each pair; `origin` has the row of each record in `scores`.
    """

    scores: Pairs
    origin: npt.NDArray[np.int64]

    def __call__(self, labels: IntArray, left: IntArray, right: IntArray) -> npt.NDArray[np.int32]:
        return np.array(
            [
                self._score(np.flatnonzero(labels == first), np.flatnonzero(labels == second))
                for first, second in zip(left.tolist(), right.tolist(), strict=True)
            ],
            dtype=np.int32,
        )

    def _score(self, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]) -> int:
        rows = [(self.origin[a], self.origin[b]) for a in first for b in second]
        values = [self.scores.get((min(pair), max(pair)), -500) for pair in rows]
        return int(np.mean(values)) + 300 * len(values)

    def select(self, rows: npt.NDArray[np.int64]) -> MeanScorer:
        return replace(self, origin=self.origin[rows])


@dataclass(frozen=True)
class World:
    """Records with their handling, scores of pairs, decisions, and pairs that relations support."""

    handlings: Sequence[Handling]
    scores: Pairs
    same: Sequence[tuple[int, int]] = ()
    different: Sequence[tuple[int, int]] = ()
    stated: Sequence[tuple[int, int]] = ()
    related: Sequence[tuple[int, int]] = ()
    births: Sequence[tuple[int, ...]] = ()

    def resolve(self, rows: Sequence[int], history: MergeHistory | None = None) -> MergedEntities:
        """Return the entities of some rows, without all others; add what is ambiguous to the
        `history`.
        """
        history = history or MergeHistory(len(rows))
        place = {row: number for number, row in enumerate(rows)}

        def inside(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
            return [(place[a], place[b]) for a, b in pairs if a in place and b in place]

        keys = [pair for pair in self.scores if set(pair) <= set(place)]
        ends = np.array(inside(keys), dtype=np.int32).reshape(-1, 2)
        logodds = np.array([self.scores[key] for key in keys], dtype=np.int32)
        stated = np.array(inside(self.stated), dtype=np.int32).reshape(-1, 2)
        bound = Constraints(
            DecidedRows(inside(self.same), inside(self.different)),
            stated,
            np.ones(len(rows), dtype=np.uint8),
        )
        births = read_years([self.births[row] for row in rows]) if self.births else None
        pairs = PairLogOdds(ends[:, 0], ends[:, 1], logodds)
        whole = ClusterProblem(len(rows), pairs, RULE, bound, births)
        score = MeanScorer(self.scores, np.array(rows, dtype=np.int64))
        classes = find_classes([self.handlings[row] for row in rows])
        public = (whole if classes is None else whole.limit(classes.visible_to(0))).settle()
        public, ambiguous = public.hold_ambiguous()
        history.hold(ambiguous)
        labels = cluster(len(rows), public.pairs, public.rule, public.constraints)
        merged = merge_entities_in_rounds(labels, public, score)
        open_rows = [place[row] for row in place if self.handlings[row].code == "H0"]
        relate = _relate(set(open_rows), inside(self.related))
        merged = merge_related_entities(merged, public, score, relate(merged.labels))
        if classes is None:
            return merged
        return RestrictedRecords(whole, classes, score).add_to(merged, relate, history)


def read_years(births: Sequence[tuple[int, ...]]) -> BirthYears:
    """Return the years of records that state some years of birth."""
    records = [
        record(f"s:{row:03d}", birthDate=tuple(map(str, years))) for row, years in enumerate(births)
    ]
    return BirthYears.of(Batch.from_records(records).canonical())


class Relate:
    """Scorers of relations: entities with records in one of some pairs have evidence."""

    def __init__(self, pairs: Sequence[tuple[int, int]]) -> None:
        self._pairs = pairs

    def __call__(self, frozen: IntArray) -> RelationScorer:
        def weigh(labels: IntArray, left: IntArray, right: IntArray) -> npt.NDArray[np.int32]:
            supported = {tuple(sorted((labels[a], labels[b]))) for a, b in self._pairs}
            pairs = zip(left.tolist(), right.tolist(), strict=True)
            return np.array([900 if pair in supported else 0 for pair in pairs], dtype=np.int32)

        return weigh


def _relate(open_rows: set[int], pairs: Sequence[tuple[int, int]]) -> Relate:
    """Return the scorers of relations that everybody may see."""
    return Relate([pair for pair in pairs if set(pair) <= open_rows])


def partition(labels: Sequence[int], rows: Sequence[int]) -> set[frozenset[int]]:
    members: dict[int, set[int]] = {}
    for row, label in zip(rows, labels, strict=True):
        members.setdefault(label, set()).add(row)
    return {frozenset(part) for part in members.values()}


pairs = st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)).filter(lambda p: p[0] < p[1])
worlds = st.builds(
    World,
    st.lists(st.sampled_from(HANDLINGS), min_size=N, max_size=N),
    st.dictionaries(pairs, st.integers(-4, 6).map(lambda value: 1000 * value), max_size=20),
    st.lists(pairs, max_size=2),
    st.lists(pairs, max_size=2),
    st.lists(pairs, max_size=1),
    st.lists(pairs, max_size=2),
)
births = st.lists(
    st.sampled_from([(), (), (1950,), (1980,), (1952,), (1950, 1980)]), min_size=N, max_size=N
)


@settings(max_examples=400, deadline=None)
@given(worlds)
def test_entities_of_a_viewer_do_not_depend_on_hidden_records(world: World) -> None:
    labels = world.resolve(range(N)).labels.tolist()
    for viewer in VIEWERS:
        visible = [row for row in range(N) if is_visible(world.handlings[row], viewer)]
        if visible:
            expected = world.resolve(visible).labels.tolist()
            assert partition([labels[row] for row in visible], visible) == partition(
                expected, visible
            )


@settings(deadline=None)
@given(worlds, births)
def test_hidden_records_make_nothing_ambiguous(
    world: World, years: Sequence[tuple[int, ...]]
) -> None:
    world = replace(world, births=years)
    whole = MergeHistory(N)
    labels = world.resolve(range(N), whole).labels
    for viewer in VIEWERS:
        visible = [row for row in range(N) if is_visible(world.handlings[row], viewer)]
        if not visible:
            continue
        own = MergeHistory(len(visible))
        expected = world.resolve(visible, own).labels.tolist()
        assert partition(labels[visible].tolist(), visible) == partition(expected, visible)
        # rivals that are named are those of a store without the hidden records
        seen = set(visible)
        held = {
            (int(left), int(right)): int(rival)
            for left, right, rival in zip(*whole.ambiguous[:3], strict=True)
            if {int(left), int(right)} <= seen
        }
        moved = own.ambiguous.move(np.array(visible, dtype=np.int32))
        pairs = zip(moved.left.tolist(), moved.right.tolist(), strict=True)
        assert held == dict(zip(pairs, moved.rival.tolist(), strict=True))


@settings(deadline=None)
@given(worlds, births, st.sets(st.integers(0, N - 1), min_size=1))
def test_entities_and_their_rivals_come_out_as_in_the_whole(
    world: World, years: Sequence[tuple[int, ...]], chosen: set[int]
) -> None:
    """Increments resolve an ambiguous record with all that it waits with."""
    world, history = replace(world, births=years), MergeHistory(N)
    labels = world.resolve(range(N), history).labels.tolist()
    tied = {labels[row] for row in chosen}
    held = [{labels[row] for row in triple} for triple in zip(*history.ambiguous[:3], strict=True)]
    while any(part & tied and not part <= tied for part in held):
        tied = tied.union(*(part for part in held if part & tied))
    rows = [row for row in range(N) if labels[row] in tied]
    expected = world.resolve(rows).labels.tolist()
    assert partition(expected, rows) == partition([labels[row] for row in rows], rows)


@settings(max_examples=200, deadline=None)
@given(worlds, st.sets(st.integers(0, N - 1)))
def test_any_union_of_entities_comes_out_as_in_the_whole(world: World, chosen: set[int]) -> None:
    """Increments leave out entities that do not merge with those they resolve."""
    labels = world.resolve(range(N)).labels.tolist()
    rows = [row for row in range(N) if labels[row] in {labels[place] for place in chosen}]
    if rows:
        expected = world.resolve(rows).labels.tolist()
        assert partition(expected, rows) == partition([labels[row] for row in rows], rows)


@settings(max_examples=200, deadline=None)
@given(worlds)
def test_candidates_are_all_linked_entities_and_states_end_with_the_result(world: World) -> None:
    merged = world.resolve(range(N))
    labels, candidates = merged.labels, merged.candidates
    linked = {pair for pair, value in world.scores.items() if value >= RULE.link_threshold}
    across = {tuple(sorted((labels[a], labels[b]))) for a, b in linked if labels[a] != labels[b]}
    assert list(zip(candidates.left, candidates.right, strict=True)) == sorted(across)
    assert merged.rounds is not None
    assert merged.rounds.labels[-1].tolist() == labels.tolist()
    for state, pairs in zip(merged.rounds.labels, merged.rounds.merged, strict=False):
        assert set(pairs.left.tolist()) | set(pairs.right.tolist()) <= set(state.tolist())


def test_a_restricted_record_joins_but_never_connects() -> None:
    handlings = [Handling(), Handling(), Handling("River", "H2")]
    world = World(handlings, {(0, 2): 5000, (1, 2): 4000})
    merged = world.resolve(range(3))
    assert merged.labels.tolist() == [0, 1, 0]
    # the other pair is there to wait
    assert list(zip(*(side.tolist() for side in merged.candidates[:2]), strict=True)) == [(0, 1)]


def test_restricted_records_of_two_agencies_join_if_neither_sees_both_entities() -> None:
    river, coast = Handling("River", "H2"), Handling("Coast", "H2")
    world = World([river, coast, river, Handling()], {(0, 1): 5000, (1, 2): 4000})
    assert world.resolve(range(4)).labels.tolist() == [0, 0, 2, 3]


def test_a_decision_on_hidden_records_connects_no_public_ones() -> None:
    handlings = [Handling(), Handling(), Handling("River", "H3")]
    world = World(handlings, {}, same=[(0, 2), (1, 2)])
    assert world.resolve(range(3)).labels.tolist() == [0, 1, 0]
