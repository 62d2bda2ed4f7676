"""Evidence of two entities from what both are related to.

Members of the same group are likelier one person than strangers are, the more so the smaller the
group, and where they had the same role there since the same year. A node that both are related to
counts once, however often lists state or copy it, and hubs do not count. Neighbors are as they were
resolved by what they state themselves (`frozen`): no evidence rests on a merge that evidence like
it made, so none supports itself. Entities that are related to each other have no such evidence:
brothers in one cell are two persons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.kernels.number_sets import sort_distinct, unite
from resolver.records import KIND_BY_LABEL, Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.ragged import spread
from resolver.scoring.relations.relation_table import RelationTable
from resolver.scoring.relations.relation_weights import KindWeights, RelationWeights
from resolver.scoring.relations.stated_ties import StatedTie, read_tie, weigh_ties

Numbers = npt.NDArray[np.int64]
_LABEL_OF_KIND = {int(kind): label for label, kind in KIND_BY_LABEL.items()}
_LABEL_OF_KIND[int(Kind.LEGAL)] = "group"


class SharedNode(NamedTuple):
    """Node that both entities are related to: what it weighs (thousandths), how many records are
    related to it, and the two relations that agree best.
    """

    node: int
    weight: int
    degree: int
    left: StatedTie
    right: StatedTie


@dataclass(frozen=True, slots=True)
class RelationEvidence:
    """Evidence from a table of relations.

    `frozen`: entity of each row, named by its smallest row, before any relation counted. `kinds`:
    `Kind` bits of each row.
    """

    table: RelationTable
    weights: RelationWeights
    frozen: IntArray
    kinds: npt.NDArray[np.uint8]

    def weigh(self, labels: IntArray, left: IntArray, right: IntArray) -> npt.NDArray[np.int32]:
        """Return the evidence (thousandths of a nat) for pairs of entities.

        `labels` name the entity of each row by its smallest row, as `left` and `right` do.
        """
        weights = np.zeros(len(left), dtype=np.int32)
        for place, nodes in self.find_shared(labels, left, right):
            weights[place] = self.sum_nodes(nodes, int(left[place]), int(right[place]))
        return weights

    def sum_nodes(self, nodes: Sequence[SharedNode], left: int, right: int) -> int:
        """Return the evidence of shared nodes, heaviest first, within the bounds of the weights."""
        kind = self._kind_weights(left, right)
        share, total = 1000, 0
        for number, node in enumerate(nodes):
            if number and (kind is None or node.weight <= 0):
                break
            total += node.weight * share // 1000
            share = share * (kind.further if kind else 0) // 1000
        return min(max(total, self.weights.lowest), self.weights.highest)

    def find_shared(
        self, labels: IntArray, left: IntArray, right: IntArray
    ) -> Iterator[tuple[int, list[SharedNode]]]:
        """Yield the place of each pair with shared nodes that count, and these, heaviest first."""
        edges = _EntityEdges.select(self, labels, unite(left, right))
        for place, nodes in edges.intersect(left, right).items():
            kind = self._kind_weights(int(left[place]), int(right[place]))
            shared = [] if kind is None else list(self._weigh_nodes(kind, edges, nodes))
            if shared:
                shared.sort(key=lambda node: (-node.weight, node.node))
                yield place, shared

    def _weigh_nodes(
        self, kind: KindWeights, edges: _EntityEdges, nodes: Iterable[_CommonNode]
    ) -> Iterator[SharedNode]:
        """Yield the nodes that are no hubs and are held in the same way.

        A name stands for a group: where the statements to it lead to a shared record, too, it
        counts once.
        """
        used: set[tuple[bool, int]] = set()
        for common in nodes:
            codes = [
                (bool(is_right), code)
                for is_right, side in enumerate((common.left, common.right))
                for code in self.table.code[side].tolist()
            ]
            degree = int(edges.degrees[common.node])
            base = kind.node_weight(degree)
            if common.node >= self.table.count and not self._is_named(common, used, codes):
                continue
            used.update(codes)
            best = None if base is None else self._best_ties(kind, common)
            if best is not None and base is not None:
                yield SharedNode(common.node, base + best[0], degree, *best[1:])

    def _is_named(
        self, common: _CommonNode, used: set[tuple[bool, int]], codes: list[tuple[bool, int]]
    ) -> bool:
        """Return whether a shared name says what no shared record says, and a list gives it."""
        is_given = not (
            self.table.is_derived[common.left].all() and self.table.is_derived[common.right].all()
        )
        return is_given and used.isdisjoint(codes)

    def _best_ties(
        self, kind: KindWeights, common: _CommonNode
    ) -> tuple[int, StatedTie, StatedTie] | None:
        """Return the two relations to a node that agree best, with their weight; None for none."""
        return max(
            (
                (weigh_ties(kind, first, second), first, second)
                for first in self._read_ties(common.left)
                for second in self._read_ties(common.right)
                if first.outward == second.outward
            ),
            default=None,
        )

    def _read_ties(self, edges: Numbers) -> set[StatedTie]:
        """Return the distinct relations of some half-edges."""
        table = self.table
        pairs = set(zip(table.code[edges].tolist(), table.is_reversed[edges].tolist(), strict=True))
        return {read_tie(table.texts[code].as_py(), is_reversed) for code, is_reversed in pairs}

    def _kind_weights(self, left: int, right: int) -> KindWeights | None:
        common = int(self.kinds[left] & self.kinds[right])
        return self.weights.kinds.get(_LABEL_OF_KIND.get(common, ""))


class _CommonNode(NamedTuple):
    """Node that both entities of a pair are related to, with the half-edges of either."""

    node: int
    left: Numbers
    right: Numbers


@dataclass(frozen=True, slots=True)
class _EntityEdges:
    """Half-edges of some `entities` (ascending) to other entities, hubs left out.

    `edges` are places in the table, by entity and node; those from `starts[i]` share `keys[i]`, the
    place of the entity times `width` plus the node. `degrees` has one row per node. `related` are
    pairs of entities that are related to each other, smaller first, each as one number.
    """

    entities: IntArray
    edges: Numbers
    keys: Numbers
    starts: Numbers
    width: int
    degrees: Numbers
    related: Numbers

    @classmethod
    def select(
        cls, evidence: RelationEvidence, labels: IntArray, entities: IntArray
    ) -> _EntityEdges:
        """Select the half-edges of some entities; `labels` name the entity of each row."""
        table, frozen = evidence.table, evidence.frozen
        width = table.count + len(table.names)
        degrees = np.bincount(frozen, weights=table.degrees.rows, minlength=table.count)
        degrees = np.concatenate([degrees.astype(np.int64), table.degrees.names])
        is_chosen = np.zeros(table.count, dtype=bool)
        is_chosen[entities] = True
        edges = np.flatnonzero(is_chosen[labels[table.own]])
        is_row = table.node[edges] < table.count
        node, own = table.node[edges], labels[table.own[edges]].astype(np.int64)
        other = np.full(len(edges), -1, dtype=np.int64)
        other[is_row] = labels[node[is_row]]
        node[is_row] = frozen[node[is_row]]
        low, high = np.minimum(own, other)[is_row], np.maximum(own, other)[is_row]
        chosen = np.flatnonzero((other != own) & (degrees[node] <= evidence.weights.max_degree))
        keys = np.searchsorted(entities, own[chosen]) * width + node[chosen]
        order = np.argsort(keys, kind="stable")
        keys, starts = np.unique(keys[order], return_index=True)
        starts = np.append(starts, len(chosen))
        related = sort_distinct(low << 32 | high)
        return cls(entities, edges[chosen[order]], keys, starts, width, degrees, related)

    def intersect(self, left: IntArray, right: IntArray) -> Mapping[int, list[_CommonNode]]:
        """Return the nodes that both entities of each pair share, ascending, by its place.

        Pairs of entities that are related to each other are left out.
        """
        packed = np.minimum(left, right).astype(np.int64) << 32 | np.maximum(left, right)
        places = np.flatnonzero(~np.isin(packed, self.related))
        if not len(places) or not len(self.keys):
            return {}
        first, second = (np.searchsorted(self.entities, side[places]) for side in (left, right))
        low = np.searchsorted(self.keys, first * self.width)
        counts = np.searchsorted(self.keys, (first + 1) * self.width) - low
        groups = spread(low, counts)
        pair = np.repeat(np.arange(len(places)), counts)
        sought = second[pair] * self.width + self.keys[groups] % self.width
        places_of = np.minimum(np.searchsorted(self.keys, sought), len(self.keys) - 1)
        common: dict[int, list[_CommonNode]] = {}
        for hit in np.flatnonzero(self.keys[places_of] == sought).tolist():
            node = _CommonNode(
                int(sought[hit] % self.width),
                self._edges_of(int(groups[hit])),
                self._edges_of(int(places_of[hit])),
            )
            common.setdefault(int(places[pair[hit]]), []).append(node)
        return common

    def _edges_of(self, group: int) -> Numbers:
        return self.edges[self.starts[group] : self.starts[group + 1]]
