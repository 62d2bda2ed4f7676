"""Evidence from the entities to which two entities are both related.

Two members of one group are more likely one person than two strangers are. The evidence is stronger
for a smaller group, and if both had the same role there since the same year. A shared node counts
once, however often lists state the relation. Hubs do not count. Entities that are related to each
other have no such evidence: brothers in one cell are two persons. Neighbors are `frozen`, which
means that they are the entities before any relation counted, so no merge supports itself.

1. `RelationWeights` are the weights of the model file `relations.json`.
2. `StatedTie` is the relation of a record to one node. `weigh_ties` grades how far two ties agree.
3. `RelationTable` has the relations of a batch as half-edges: a record, and the node that it is
   related to. A node is a record, or a name that a list gives instead of a record. A relation of
   two records is two half-edges. Statements of hidden records, and statements about them, are left
   out.
4. `RelationEvidence` weighs pairs of entities with this table.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.errors import DateError, ModelError
from resolver.records import KIND_BY_LABEL, Batch, Column, Kind
from resolver.records.batch import IntArray
from resolver.records.packing import split_fields
from resolver.records.prepared.batch import spread
from resolver.records.properties import RELATION
from resolver.records.stated_links import RELATION_TYPES, direct_relation, native_target, role_class
from resolver.records.visibility import STRANGER, visible_rows
from resolver.runtime.key_groups import sort_distinct, unite
from resolver.runtime.text_cache import cache_short_texts
from resolver.values.dates import parse_date


@dataclass(frozen=True, slots=True)
class KindWeights:
    """Weights of one kind of entity, in thousandths of a nat.

    - `degrees`: pairs of (most relations of the shared node, its weight), ascending. A node with
      more relations than the last pair is a hub and weighs nothing.
    - `same_role`, `other_role`: added if both records state a role there.
    - `years`: added if both state a first year, by the years between them. The last entry is for
      any larger number of years.
    - `further`: a further node counts only this share (per thousand) of its weight, and the share
      is applied once for each node before it.
    """

    degrees: tuple[tuple[int, int], ...]
    same_role: int = 0
    other_role: int = 0
    years: tuple[int, ...] = (0,)
    further: int = 500

    def node_weight(self, degree: int) -> int | None:
        """Return the weight of a shared node by its degree; None for a hub, which says nothing."""
        return next((weight for most, weight in self.degrees if degree <= most), None)


@dataclass(frozen=True, slots=True)
class RelationWeights:
    """Weights by label of kind, and bounds of the sum of a pair (thousandths of a nat).

    `highest` is below the merge threshold, so relations alone never decide. `lowest` is 0 or
    negative. Without kinds, no pair has evidence.
    """

    kinds: Mapping[str, KindWeights] = field(default_factory=dict)
    highest: int = 0
    lowest: int = 0
    digest: str = ""
    """Version of the weights; empty for none."""

    @property
    def max_degree(self) -> int:
        """Largest degree of a node that is no hub for some kind."""
        return max((row.degrees[-1][0] for row in self.kinds.values()), default=0)


def weights_from_json(data: Mapping[str, Any]) -> RelationWeights:
    """Build the weights from JSON. Raises `ModelError` if it is damaged."""
    try:
        kinds = {
            label: KindWeights(
                tuple((int(most), int(weight)) for most, weight in row["degrees"]),
                int(row["same_role"]),
                int(row["other_role"]),
                tuple(int(weight) for weight in row["years"]),
                int(row["further"]),
            )
            for label, row in data["kinds"].items()
        }
        weights = RelationWeights(kinds, int(data["highest"]), int(data["lowest"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"the weights of relations are damaged: {error}", hint="restore relations.json"
        ) from error
    if not all(row.degrees and row.years for row in kinds.values()) or weights.lowest > 0:
        raise ModelError("the weights of relations are damaged", hint="restore relations.json")
    return weights


_GENERAL_CLASS = "member"
"""Class of roles that do not exclude any other role."""


class StatedTie(NamedTuple):
    """Relation of a record to a node, as one record states it.

    `type` is the type as graphs name it. `outward` is True if the relation goes from the record to
    the node, or is mutual. `role` is as written. `role_class` is empty without a role, and for a
    general role such as member. `year` is the first year; 0 if unknown.
    """

    type: str
    outward: bool
    role: str
    role_class: str
    year: int


@cache_short_texts(8_192)
def read_tie(text: str, is_reversed: bool) -> StatedTie:
    """Return the relation of a packed statement, seen from the record that states it.

    `is_reversed` gives the relation seen from the other end.
    """
    kind, _, _, role, start = split_fields(text, 5)
    directed = direct_relation(kind, role)
    is_mutual = RELATION_TYPES[directed.type].is_mutual
    outward = is_mutual or directed.is_reversed == is_reversed
    name = role_class(role)
    return StatedTie(
        directed.type.value, outward, role, "" if name == _GENERAL_CLASS else name, _year(start)
    )


def weigh_ties(weights: KindWeights, left: StatedTie, right: StatedTie) -> int:
    """Return how much roles and years add to the weight of a shared node."""
    total = 0
    if left.role_class and right.role_class:
        is_same = left.role_class == right.role_class
        total += weights.same_role if is_same else weights.other_role
    elif left.type != right.type:
        total += weights.other_role
    if left.year and right.year:
        apart = min(abs(left.year - right.year), len(weights.years) - 1)
        total += weights.years[apart]
    return total


@cache_short_texts(8_192)
def _year(text: str) -> int:
    """Return the year of a written date; 0 if there is none."""
    if not text:
        return 0
    try:
        return parse_date(text).year
    except DateError:
        return 0


Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
MAX_RELATED = 500
"""Maximum number of records that a record may be related to. Beyond it, the record is a hub and is
left out.
"""
_MAX_NAME = 300
"""Maximum number of characters of a name that are read."""


class NodeDegrees(NamedTuple):
    """Number of records that are related to each row (`rows`), and to each name (`names`)."""

    rows: Numbers
    names: Numbers


@dataclass(frozen=True, slots=True)
class RelationTable:
    """Half-edges of a batch of `count` records, sorted by `own` and `node`.

    `own` is the row of the record. `node` is the row of another record, or `count` + index into
    `names`. `code` is the index of the statement in `texts`. `is_reversed` is True if the record at
    the other end states the relation. `is_derived` is True if the node is a name of the group to
    which the statement leads.
    """

    count: int
    own: Numbers
    node: Numbers
    code: Numbers
    is_reversed: Flags
    is_derived: Flags
    texts: pa.StringArray
    names: Sequence[str]
    degrees: NodeDegrees

    def select(self, rows: Numbers) -> RelationTable:
        """Return the table of some rows, ascending. The degrees still count all rows."""
        place = np.full(self.count + len(self.names), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        place[self.count :] = len(rows) + np.arange(len(self.names))
        inside = (place[self.own] >= 0) & (place[self.node] >= 0)
        return replace(
            self,
            count=len(rows),
            own=place[self.own[inside]],
            node=place[self.node[inside]],
            code=self.code[inside],
            is_reversed=self.is_reversed[inside],
            is_derived=self.is_derived[inside],
            degrees=NodeDegrees(self.degrees.rows[rows], self.degrees.names),
        )


@cache_short_texts(8_192)
def name_key(text: str) -> str:
    """Return the sorted words of a name in lower case, without punctuation; may be empty."""
    letters = unicodedata.normalize("NFKD", text[:_MAX_NAME].casefold())
    inside = (letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(sorted("".join(c if c.isalnum() else " " for c in inside).split()))


def build_relation_table(batch: Batch) -> RelationTable | None:
    """Return the relations of a batch; None if it states none that count.

    Records that are related to more than `MAX_RELATED` others are hubs and are left out.
    """
    column = batch.columns.get(RELATION)
    if column is None or not len(column.rows):
        return None
    visible = visible_rows(batch, STRANGER)
    count = len(batch)
    edges = _find_edges(batch, column, visible)
    ends = sort_distinct(np.minimum(*edges[:2]) * count + np.maximum(*edges[:2]))
    rows = np.bincount(ends // count, minlength=count) + np.bincount(ends % count, minlength=count)
    is_small = (rows[edges[0]] <= MAX_RELATED) & (rows[edges[1]] <= MAX_RELATED)
    source, target, code = (side[is_small] for side in edges)
    naming, keys, name_of_code = _find_names(column, visible)
    namers, named_codes = (
        column.rows[naming].astype(np.int64),
        column.codes[naming].astype(np.int64),
    )
    name_nodes = name_of_code[named_codes]
    pairs = sort_distinct(name_nodes * count + namers)
    degrees = NodeDegrees(rows, np.bincount(pairs // count, minlength=len(keys)))
    derived = _derive_names(batch, (source, target, code), keys)
    own = np.concatenate([source, target, namers, derived[0]])
    if not len(own):
        return None
    node = np.concatenate([target, source, count + name_nodes, count + derived[1]])
    codes = np.concatenate([code, code, named_codes, derived[2]])
    kind = np.repeat(np.arange(4), [len(source), len(source), len(namers), len(derived[0])])
    order = np.lexsort((kind, codes, node, own))
    columns = (own[order], node[order], codes[order], kind[order] == 1, kind[order] == 3)
    return RelationTable(count, *columns, column.values, keys, degrees)


def _find_edges(
    batch: Batch, column: Column, visible: Flags | None
) -> tuple[Numbers, Numbers, Numbers]:
    """Return source row, target row and code of the statements between records of the batch."""
    target = _find_targets(batch, column)
    is_known = (target >= 0) & (target != column.rows)
    if visible is not None:
        is_known &= visible[column.rows] & visible[np.maximum(target, 0)]
    source, codes = column.rows[is_known], column.codes[is_known]
    return source.astype(np.int64), target[is_known], codes.astype(np.int64)


def _find_targets(batch: Batch, column: Column) -> Numbers:
    """Return the row of the target of each statement; -1 if it is not in the batch."""
    ids = [split_fields(text, 2)[1] for text in column.values.to_pylist()]
    rows = _rows_of_ids(batch, ids)[column.codes]
    has_id = np.array([bool(text) for text in ids], dtype=bool)
    missing = np.flatnonzero(has_id[column.codes] & (rows < 0))
    if len(missing):
        sources = batch.sources.texts()
        pairs = zip(column.rows[missing].tolist(), column.codes[missing].tolist(), strict=True)
        native = [native_target(sources[row], ids[code]) for row, code in pairs]
        rows[missing] = _rows_of_ids(batch, native)
    return rows


def _rows_of_ids(batch: Batch, ids: Sequence[str]) -> Numbers:
    rows = pc.index_in(pa.array(ids, pa.string()), value_set=batch.ids)
    return np.asarray(pc.fill_null(rows, -1)).astype(np.int64)


def _find_names(column: Column, visible: Flags | None) -> tuple[Numbers, list[str], Numbers]:
    """Return indices of statements with a name and no id, all names, and the name of each code."""
    texts = column.values.to_pylist()
    key_of_code = [stated_name(text) for text in texts]
    keys = sorted(set(key_of_code) - {""})
    place = {key: number for number, key in enumerate(keys)}
    name_of_code = np.array([place.get(key, -1) for key in key_of_code], dtype=np.int64)
    is_named = name_of_code[column.codes] >= 0
    if visible is not None:
        is_named &= visible[column.rows]
    return np.flatnonzero(is_named), keys, name_of_code


def stated_name(text: str) -> str:
    """Return the name (`name_key`) that a packed relation gives instead of an id, or empty."""
    _, target_id, name = split_fields(text, 3)
    return "" if target_id or not name else name_key(name)


def _derive_names(
    batch: Batch, edges: tuple[Numbers, Numbers, Numbers], keys: Sequence[str]
) -> tuple[Numbers, Numbers, Numbers]:
    """Return record, name and code of the relations to groups that have one of some names."""
    source, target, code = edges
    bearers = _find_bearers(batch, np.unique(target), keys)
    order = np.argsort(target, kind="stable")
    low = np.searchsorted(target[order], bearers[:, 0])
    counts = np.searchsorted(target[order], bearers[:, 0] + 1) - low
    chosen = order[spread(low, counts)]
    return source[chosen], np.repeat(bearers[:, 1], counts), code[chosen]


def _find_bearers(batch: Batch, targets: Numbers, keys: Sequence[str]) -> Numbers:
    """Return (row, index of the name) for the groups among `targets` that have one of the names."""
    column = batch.columns.get("name")
    if column is None or not keys or not len(targets):
        return np.zeros((0, 2), dtype=np.int64)
    is_target = np.zeros(len(batch), dtype=bool)
    is_target[targets] = (batch.kinds[targets] & int(Kind.GROUP)) > 0
    chosen = np.flatnonzero(is_target[column.rows])
    used = np.unique(column.codes[chosen])
    place = {key: number for number, key in enumerate(keys)}
    number = np.full(len(column.values), -1, dtype=np.int64)
    texts = column.values.take(pa.array(used)).to_pylist()
    number[used] = [place.get(name_key(text), -1) for text in texts]
    pairs = np.stack([column.rows[chosen], number[column.codes[chosen]]], axis=1)
    bearers: Numbers = np.unique(pairs[pairs[:, 1] >= 0], axis=0).astype(np.int64)
    return bearers


_LABEL_OF_KIND = {int(kind): label for label, kind in KIND_BY_LABEL.items()}
_LABEL_OF_KIND[int(Kind.LEGAL)] = "group"


class SharedNode(NamedTuple):
    """Node to which both entities are related.

    `weight` is in thousandths of a nat. `degree` is the number of records that are related to the
    node. `left` and `right` are the two relations that agree best.
    """

    node: int
    weight: int
    degree: int
    left: StatedTie
    right: StatedTie


@dataclass(frozen=True, slots=True)
class RelationEvidence:
    """Evidence from a table of relations.

    `frozen` has the entity of each row before any relation counted, named by its smallest row.
    `kinds` has the `Kind` bits of each row.
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
        """Yield the index of each pair with shared nodes, and these nodes, heaviest first."""
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
        """Yield the nodes that are no hubs, with relations of both entities in one direction.

        A name stands for a group. If its statements also lead to a shared record, the group
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
        """Return whether a list gives a shared name, and no shared record has its statements."""
        is_given = not (
            self.table.is_derived[common.left].all() and self.table.is_derived[common.right].all()
        )
        return is_given and used.isdisjoint(codes)

    def _best_ties(
        self, kind: KindWeights, common: _CommonNode
    ) -> tuple[int, StatedTie, StatedTie] | None:
        """Return the weight of the two relations that agree best, and both; None if none agree."""
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
    """Node to which both entities of a pair are related, with the half-edges of both."""

    node: int
    left: Numbers
    right: Numbers


@dataclass(frozen=True, slots=True)
class _EntityEdges:
    """Half-edges of some `entities` (ascending) to other entities, without hubs.

    `edges` are positions in the table, by entity and node. The edges from `starts[i]` on share
    `keys[i]`, which is the position of the entity times `width` plus the node. `degrees` has one
    row per node. `related` are pairs of entities that are related to each other, smaller first,
    each as one number.
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
        """Return the nodes that both entities of each pair share, ascending, by the position of the
        pair.

        Pairs of entities that are related to each other are left out.
        """
        packed = np.minimum(left, right).astype(np.int64) << 32 | np.maximum(left, right)
        indices = np.flatnonzero(~np.isin(packed, self.related))
        if not len(indices) or not len(self.keys):
            return {}
        first, second = (np.searchsorted(self.entities, side[indices]) for side in (left, right))
        low = np.searchsorted(self.keys, first * self.width)
        counts = np.searchsorted(self.keys, (first + 1) * self.width) - low
        groups = spread(low, counts)
        pair = np.repeat(np.arange(len(indices)), counts)
        sought = second[pair] * self.width + self.keys[groups] % self.width
        places_of = np.minimum(np.searchsorted(self.keys, sought), len(self.keys) - 1)
        common: dict[int, list[_CommonNode]] = {}
        for hit in np.flatnonzero(self.keys[places_of] == sought).tolist():
            node = _CommonNode(
                int(sought[hit] % self.width),
                self._edges_of(int(groups[hit])),
                self._edges_of(int(places_of[hit])),
            )
            common.setdefault(int(indices[pair[hit]]), []).append(node)
        return common

    def _edges_of(self, group: int) -> Numbers:
        return self.edges[self.starts[group] : self.starts[group + 1]]
