"""Signed clustering: scores and decisions pull records together or push them apart.

Two clusters merge if all of these hold:

- The mean of (log-odds - merge threshold) over the compared pairs between them is 0 or more. A pair
  with evidence against the merge counts at most `MAX_DOUBT`, unless it is certain. A pair that was
  not compared takes `MISSING` from the sum: blocking omits pairs that share only a common word, and
  these are seldom the same person.
- No decision and no statement of a list keeps any of their records apart.
- There is a kind that all their records may be. A LegalEntity that resembles a person and an
  organization merges with one of them, and the other pair waits for a steward.

Merges go by falling mean; ties go by the smallest rows. They happen within components of pairs at
or above the link threshold. This is average-linkage agglomeration on a sparse signed graph; cf.
Bansal, Blum, Chawla 2004 on correlation clustering. The order of the input does not matter.

Decisions of stewards as constraints of clustering: pairs of rows that are the same or differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.errors import DecisionError
from resolver.matching.kernels.agglomeration import (
    ComparedPairs,
    DecidedPairs,
    Merges,
    RecordBatches,
    agglomerate,
    mark_pairs_between,
    sort_by_key,
    unite_components,
)
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.decisions import Decision, Verdict, settle_decisions

RowPair = tuple[int, int]


class DecidedRows(NamedTuple):
    """Pairs of rows that are decided to be the same, and pairs decided to be different."""

    same: list[RowPair]
    different: list[RowPair]


def find_decided_rows(
    batch: Batch,
    decisions: Iterable[Decision],
    checked: frozenset[tuple[str, str]] | None = None,
) -> DecidedRows:
    """Return the decided pairs whose records are both in a batch.

    Raises `DecisionError` if other decisions join a pair that is decided to be different. With
    `checked`, only pairs of these record ids may raise this error. Decisions that were consistent
    when they were made may contradict each other when a record returns to an earlier state, and no
    list may be refused because of that. Such pairs stay apart. Of the decisions that join them, the
    latest decisions count, as long as they join no such pair.
    """
    decisions = tuple(decisions)
    if not decisions:
        return DecidedRows([], [])
    return place_decisions(
        decisions, {identity: row for row, identity in enumerate(batch.ids.to_pylist())}, checked
    )


def place_decisions(
    decisions: Iterable[Decision],
    row_of: Mapping[str, int],
    checked: frozenset[tuple[str, str]] | None = None,
) -> DecidedRows:
    """Return the decided pairs of records whose rows are known by their ids.

    For `checked` and for the error, see `find_decided_rows`.
    """
    by_verdict: dict[Verdict, list[Decision]] = {verdict: [] for verdict in Verdict}
    for decision in settle_decisions(decisions):
        if decision.left_id in row_of and decision.right_id in row_of:
            by_verdict[decision.verdict].append(decision)
    same, different = by_verdict[Verdict.SAME], by_verdict[Verdict.DIFFERENT]
    contradiction = _find_contradiction(same, different)
    if contradiction is not None and checked is not None:
        earlier = [decision for decision in same if decision.pair not in checked]
        apart = [decision for decision in different if decision.pair not in checked]
        lasting = {decision.pair for decision in _drop_contradicted(earlier, apart)} | checked
        same = [decision for decision in same if decision.pair in lasting]
        contradiction = _find_contradiction(same, different)
    if contradiction is not None:
        raise DecisionError(
            f"{contradiction.left_id} and {contradiction.right_id} are decided to be different, "
            "but other decisions make them the same",
            hint="settle the contradiction with a later decision",
        )
    return DecidedRows(*([_rows(item, row_of) for item in some] for some in (same, different)))


def _rows(decision: Decision, row_of: Mapping[str, int]) -> RowPair:
    return row_of[decision.left_id], row_of[decision.right_id]


class _Groups:
    """Groups of record ids that decisions join."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def group_of(self, record_id: str) -> str:
        """Return the id that represents the group of a record."""
        parent = self._parent
        above = parent.setdefault(record_id, record_id)
        while above != record_id:
            # this shortens the path for the next search
            parent[record_id] = parent[above]
            record_id, above = above, parent[above]
        return record_id

    def join(self, left: str, right: str) -> None:
        """Join the groups of two records."""
        first, second = self.group_of(left), self.group_of(right)
        self._parent[max(first, second)] = min(first, second)


def _find_contradiction(same: Sequence[Decision], different: Sequence[Decision]) -> Decision | None:
    """Return the first decision that keeps two records apart which other decisions join."""
    groups = _Groups()
    for decision in same if different else ():
        groups.join(*decision.pair)
    return next(
        (
            decision
            for decision in different
            if groups.group_of(decision.left_id) == groups.group_of(decision.right_id)
        ),
        None,
    )


def _drop_contradicted(same: Sequence[Decision], different: Sequence[Decision]) -> list[Decision]:
    """Return the decisions that join no pair decided to be different, the latest first."""
    groups = _Groups()
    apart: dict[str, set[str]] = {}
    for decision in different:
        for record_id, partner in (decision.pair, decision.pair[::-1]):
            apart.setdefault(record_id, set()).add(partner)
    lasting = []
    for decision in sorted(same, key=_latest_first):
        left, right = map(groups.group_of, decision.pair)
        if right in apart.get(left, ()):
            continue
        lasting.append(decision)
        if left == right:
            continue
        groups.join(left, right)
        united, absorbed = groups.group_of(left), max(left, right)
        for partner in apart.pop(absorbed, set()):
            apart[partner].remove(absorbed)
            apart[partner].add(united)
            apart.setdefault(united, set()).add(partner)
    return lasting


def _latest_first(decision: Decision) -> tuple[float, tuple[str, str]]:
    time = decision.decided_at
    return (-time.timestamp() if time is not None else 0.0, decision.pair)


MISSING = 400
"""Thousandths of log-odds that a pair of records takes from the sum if it was not compared."""
MAX_DOUBT, CERTAIN = 2_500, 7_000
"""Thousandths of log-odds that a pair takes from the sum at most, unless it is `CERTAIN` that the
records differ (a thousand to one): two careless records of one person often look like two persons.
"""
_BATCH_PAIRS = 1 << 14
"""Number of compared pairs of a batch of small components."""
_NO_DECISIONS = DecidedRows([], [])
Marks = npt.NDArray[np.uint64]


class PairLogOdds(NamedTuple):
    """Compared pairs of rows, each once, and their log-odds in thousandths."""

    left: IntArray
    right: IntArray
    logodds: npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class MergeRule:
    """Log-odds (thousandths) for a merge.

    `merge_threshold` holds for the mean of two clusters, and `link_threshold` for a pair that links
    two records. A pair that was not compared takes `missing` from the sum. It must be above 0;
    otherwise the order of merges with equal means depends on more than rows.
    """

    merge_threshold: int
    link_threshold: int
    missing: int = MISSING


@dataclass(frozen=True, slots=True)
class Constraints:
    """Facts that count more than scores.

    - `decided`: decisions of stewards. If they contradict each other, `different` counts.
    - `stated`: pairs of rows (n × 2) that lists state to be different.
    - `kinds`: `Kind` bits of each record; by default all records are of one kind. Only a decision
      merges kinds that exclude each other.
    - `start`: labels of existing clusters, which stay whole.
    - `marks`: bits of each existing cluster, at its smallest row (rows × words). Clusters with a
      common bit never merge.
    - `twins`: group of equal records of each row (-1: none). A group is one cluster unless
      something keeps its records apart.
    """

    decided: DecidedRows = _NO_DECISIONS
    stated: IntArray | None = None
    kinds: npt.NDArray[np.uint8] | None = None
    start: IntArray | None = None
    marks: Marks | None = None
    twins: IntArray | None = None

    def kinds_of(self, count: int) -> npt.NDArray[np.uint8]:
        """Return the kinds of `count` records."""
        return np.ones(count, dtype=np.uint8) if self.kinds is None else self.kinds

    def marks_of(self, count: int) -> Marks:
        """Return the marks of `count` records."""
        return np.zeros((count, 0), dtype=np.uint64) if self.marks is None else self.marks


_FREE = Constraints()


def cluster(
    count: int,
    pairs: PairLogOdds,
    rule: MergeRule,
    constraints: Constraints = _FREE,
    *,
    workers: int = 1,
) -> IntArray:
    """Return labels of `count` records: the smallest row of the cluster of each.

    The result does not depend on `workers` (threads).
    """
    return cluster_with_merges(count, pairs, rule, constraints, workers=workers)[0]


def cluster_with_merges(
    count: int,
    pairs: PairLogOdds,
    rule: MergeRule,
    constraints: Constraints = _FREE,
    *,
    workers: int = 1,
) -> tuple[IntArray, Merges]:
    """Return the result of `cluster`, and the merges by rows. The margins of merges are log-odds
    beyond the merge threshold. Existing clusters (`Constraints.start`) are no merges.
    """
    left, right, logodds = pairs
    decided, stated = constraints.decided, constraints.stated
    limits = _Limits(constraints.kinds_of(count), constraints.marks_of(count), rule.missing)
    apart = {_ordered(pair) for pair in decided.different}
    start = constraints.start
    if start is not None:
        # records that are already in one cluster stay together
        apart = {pair for pair in apart if start[pair[0]] != start[pair[1]]}
        if stated is not None:
            stated = stated[start[stated[:, 0]] != start[stated[:, 1]]]
    joined = list_started(start)
    joined += sorted({_ordered(pair) for pair in decided.same} - apart)
    joined += [pair for pair in _list_twins(constraints.twins) if pair not in apart]
    # A merge needs a pair with evidence for it, so pairs between such components do not matter.
    links = np.flatnonzero(logodds >= rule.link_threshold)
    links = links[_margins(logodds[links], rule) >= 0]
    component = components(count, left[links], right[links], joined)
    inside = find_pairs_between(pairs, np.arange(count, dtype=np.int32), component)
    left, right, margin = left[inside], right[inside], _margins(logodds[inside], rule)
    sizes = np.bincount(component, minlength=count)
    labels = np.arange(count, dtype=np.int32)
    apart_inside = _pairs_inside(component, apart, stated)
    is_decided = np.zeros(count, dtype=bool)
    is_decided[component[np.concatenate([_pairs_array(joined), apart_inside])]] = True
    simple = (sizes[component[left]] == 2) & ~is_decided[component[left]]
    merged = np.flatnonzero(simple & (margin >= 0))
    merged = merged[limits.may_merge(left[merged], right[merged])]
    labels[right[merged]] = left[merged]
    merges = Merges(
        np.full(count, -1, dtype=np.int32),
        np.zeros(count, dtype=np.int64),
        np.zeros(count + 1, dtype=np.int64),
    )
    merges.into[right[merged]], merges.margin[right[merged]] = left[merged], margin[merged]
    edges = np.flatnonzero(~simple)
    graph = _Edges(
        *(left[edges], right[edges], margin[edges]),
        *(apart_inside, _pairs_array(joined)),
    )
    _merge_components(component, graph, limits, (labels, merges), workers)
    if start is not None:
        merges.into[start != np.arange(count)] = -1
    return labels, merges


class _Limits(NamedTuple):
    """Kinds and marks of each record, and how much a pair takes from the sum if it was not
    compared.
    """

    kinds: npt.NDArray[np.uint8]
    marks: Marks
    missing: int

    def may_merge(self, left: IntArray, right: IntArray) -> npt.NDArray[np.bool_]:
        """Return whether two records have a common kind and no common mark."""
        is_marked = (self.marks[left] & self.marks[right]).any(axis=1)
        has_kind: npt.NDArray[np.bool_] = self.kinds[left] & self.kinds[right] != 0
        return has_kind & ~is_marked


def list_started(start: IntArray | None) -> list[RowPair]:
    """Return pairs of rows that join the rows of one label."""
    if start is None:
        return []
    rows = np.flatnonzero(start != np.arange(len(start)))
    return list(zip(start[rows].tolist(), rows.tolist(), strict=True))


def _list_twins(twins: IntArray | None) -> list[RowPair]:
    """Return pairs of the first row of each group with each other row of the group."""
    if twins is None:
        return []
    rows = np.flatnonzero(twins >= 0)
    _, first, place = np.unique(twins[rows], return_index=True, return_inverse=True)
    hubs = rows[first[place.reshape(-1)]]
    is_other = hubs != rows
    return list(zip(hubs[is_other].tolist(), rows[is_other].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class _Edges:
    """Edges inside components: compared pairs with their margins, and decided pairs (n × 2)."""

    left: IntArray
    right: IntArray
    margin: npt.NDArray[np.int64]
    apart: IntArray
    same: IntArray


def _merge_components(
    component: IntArray,
    edges: _Edges,
    limits: _Limits,
    out: tuple[IntArray, Merges],
    workers: int,
) -> None:
    """Agglomerate each component separately; write the labels of merged records, and the merges."""
    records, compared, apart, same = _lay_out_batches(component, edges)

    def run(first: int, last: int) -> None:
        agglomerate(first, last, records, compared, apart, same, *limits, *out)

    _run_batches(run, len(records.starts) - 1, workers)


def _run_batches(run: Callable[[int, int], None], count: int, workers: int) -> None:
    if workers < 2 or count == 1:
        run(0, count)
        return
    with ThreadPoolExecutor(workers) as pool:
        for task in [pool.submit(run, number, number + 1) for number in range(count)]:
            task.result()


def _lay_out_batches(
    component: IntArray, edges: _Edges
) -> tuple[RecordBatches, ComparedPairs, DecidedPairs, DecidedPairs]:
    """Return records, compared pairs, and pairs decided `different` and `same`, by batch."""
    batch, has_edges = _batches(component, edges)
    batches = int(batch.max(initial=0)) + 1
    rows = np.flatnonzero(has_edges[component])
    rows, row_starts = _by_key(batch[rows], batches, rows)
    place = np.empty(len(component), dtype=np.int64)
    place[rows] = np.arange(len(rows)) - row_starts[batch[rows]]
    order, edge_starts = _by_key(batch[edges.left], batches, np.arange(len(edges.left)))
    left, right = place[edges.left[order]], place[edges.right[order]]
    compared = ComparedPairs(left, right, edges.margin[order], edge_starts)

    def decided(pairs: IntArray) -> DecidedPairs:
        chosen, starts = _by_key(batch[pairs[:, 0]], batches, np.arange(len(pairs)))
        return DecidedPairs(place[pairs[chosen]], starts)

    return RecordBatches(rows, row_starts), compared, decided(edges.apart), decided(edges.same)


def _batches(
    component: IntArray, edges: _Edges
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Return the batch of each record, and which components have edges.

    Components keep their order; several small ones form a batch.
    """
    weights = np.bincount(component[edges.left], minlength=len(component))
    has_edges: npt.NDArray[np.bool_] = weights > 0
    for pairs in (edges.apart, edges.same):
        has_edges[component[pairs[:, 0]]] = True
    batch = np.cumsum(np.where(has_edges, weights, 0)) // _BATCH_PAIRS
    return (np.cumsum(np.diff(batch, prepend=0) > 0)).astype(np.int32)[component], has_edges


def _by_key(
    keys: IntArray, count: int, items: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return items by key (0 … count - 1); the items of one key keep their order. Also return where
    each key begins.
    """
    starts = np.zeros(count + 1, dtype=np.int64)
    out = np.empty(len(items), dtype=np.int64)
    sort_by_key(keys, items, starts, out)
    return out, starts


def _margins(logodds: npt.NDArray[np.integer], rule: MergeRule) -> npt.NDArray[np.int64]:
    """Return how much pairs add to the sum: log-odds beyond the threshold, with limited doubt."""
    whole = logodds.astype(np.int64)
    limited = np.where(whole > -CERTAIN, np.maximum(whole, -MAX_DOUBT), whole)
    margins: npt.NDArray[np.int64] = limited - rule.merge_threshold
    return margins


def drop_joined_pairs(pairs: IntArray, count: int, same: Sequence[RowPair]) -> IntArray:
    """Leave out the pairs of rows (n × 2) that decisions (`same`) join, directly or through other
    rows.

    `count` is the number of records.
    """
    if not len(pairs) or not same:
        return pairs
    nothing = np.zeros(0, dtype=np.int32)
    joined = components(count, nothing, nothing, same)
    left: IntArray = pairs[joined[pairs[:, 0]] != joined[pairs[:, 1]]]
    return left


def _pairs_array(pairs: Sequence[RowPair]) -> IntArray:
    return np.array(pairs, dtype=np.int32).reshape(-1, 2)


def _ordered(pair: RowPair) -> RowPair:
    return (min(pair), max(pair))


def components(count: int, left: IntArray, right: IntArray, joined: Sequence[RowPair]) -> IntArray:
    """Return the component of each record, named by its smallest record."""
    roots = np.arange(count, dtype=np.int32)
    unite_components(roots, left, right)
    unite_components(roots, *_pairs_array(joined).T)
    return roots


def find_pairs_between(
    pairs: PairLogOdds, labels: IntArray, groups: IntArray
) -> npt.NDArray[np.int64]:
    """Return the positions of the pairs whose two rows have different labels of one group.

    `labels` has the label of each row, and `groups` the group of each label.
    """
    marked = np.empty(len(pairs.left), dtype=bool)
    left, right, labels, groups = (
        np.ascontiguousarray(part, dtype=np.int32)
        for part in (pairs.left, pairs.right, labels, groups)
    )
    mark_pairs_between(left, right, labels, groups, marked)
    return np.flatnonzero(marked)


def _pairs_inside(
    component: IntArray, apart: Iterable[RowPair], stated: IntArray | None
) -> IntArray:
    """Return the decided and stated pairs within components, each once, ascending."""
    pairs = _pairs_array(sorted(apart))
    if stated is not None and len(stated):
        pairs = np.unique(np.concatenate([pairs, np.sort(stated, axis=1)]), axis=0)
    inside: IntArray = pairs[component[pairs[:, 0]] == component[pairs[:, 1]]]
    return inside
