"""Expansion of nodes: the edges of entities and artefacts to their neighbors.

A node is identified by its key: the number of an entity, `("phone", hash)` for an artefact, or
`("name", text)` for an end of which only the name is known. A node with very many neighbors is cut;
hidden neighbors do not count.

The module also reads edges that decisions of stewards state, for example that one group is a
faction of another.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from resolver.network import visible_records
from resolver.network.graph import NAME, SHARES, EdgeStatement, is_in_force, is_reversed
from resolver.records import Relation
from resolver.records.stated_links import cited_sentence, direct_relation, role_class
from resolver.records.visibility import Viewer
from resolver.review.earlier_verdicts import (
    RELATION_KEY,
    DecidedRelation,
    decided_relations,
)
from resolver.review.refusals import load_decisions
from resolver.store import StoreView

DECISION_SOURCE = "decision"
"""Source of a statement by a steward; its record is the id of the decision."""
_MAX_CACHED = 8
_ids_by_store: OrderedDict[tuple[str, str], tuple[int, frozenset[str]]] = OrderedDict()


def related_ids(view: StoreView) -> frozenset[str]:
    """Return the ids of all records on which a decision of any revision states a relation.

    The log only grows, so the part that was read is kept for the next request. The ids are only
    used to skip records without such a decision.
    """
    key = str(view.connection.engine.url), view.head.store_id
    last_read, ids = _ids_by_store.get(key, (0, frozenset()))
    last = view.decision_count()
    if last < last_read:
        last_read, ids = 0, frozenset()
    if last > last_read:
        pairs = view.pairs_with_context(RELATION_KEY, last_read)
        ids |= {end for pair in pairs for end in pair}
        _ids_by_store[key] = last, ids
        while len(_ids_by_store) > _MAX_CACHED:
            # each step is atomic in the interpreter, so threads need no lock
            _ids_by_store.popitem(last=False)
    return ids


def find_decided_relations(
    view: StoreView, record_ids: Collection[str], viewer: Viewer
) -> list[DecidedRelation]:
    """Find the relations on some records that decisions in effect at a revision state. The viewer
    must be allowed to see both ends.
    """
    related = related_ids(view).intersection(record_ids)
    return decided_relations(load_decisions(view, related, viewer)) if related else []


Key = int | tuple[str, int] | tuple[str, str]


@dataclass(slots=True)
class Expansion:
    """Edges that an expansion has read so far: statements by (source key, target key, type).

    `texts`: artefacts as written, by key. `cut`: nodes with more neighbors than were read.
    """

    edges: dict[tuple[Key, Key, str], set[EdgeStatement]] = field(default_factory=dict)
    texts: dict[Key, set[str]] = field(default_factory=dict)
    cut: set[Key] = field(default_factory=set)

    def add(self, source: Key, target: Key, kind: str, statement: EdgeStatement) -> None:
        """Add a statement of an edge; an edge from a node to itself is left out."""
        if source != target:
            self.edges.setdefault((source, target, kind), set()).add(statement)

    def neighbors(self, keys: Collection[Key]) -> set[Key]:
        """Return the other ends of the edges of some nodes."""
        nodes = set(keys)
        return {
            far
            for source, target, _ in self.edges
            for near, far in ((source, target), (target, source))
            if near in nodes
        }

    def merge(self, other: Expansion) -> None:
        """Add the edges of another expansion."""
        for edge, statements in other.edges.items():
            self.edges.setdefault(edge, set()).update(statements)
        for key, texts in other.texts.items():
            self.texts.setdefault(key, set()).update(texts)
        self.cut |= other.cut


class Expander:
    """Reads the edges of nodes. `types`: types of edges to read (types of relations, kinds of
    artefact); empty for all. `limit`: largest number of neighbors of one node in each direction.
    `day` (ISO): only relations that may be in force on this day.
    """

    def __init__(
        self,
        rows: visible_records.VisibleRecords,
        types: Collection[str] = (),
        limit: int = 200,
        day: str = "",
    ) -> None:
        self._rows, self._types, self._limit, self._day = rows, frozenset(types), limit, day

    def expand(self, keys: Iterable[Key]) -> Expansion:
        """Return the edges of some nodes; nodes that are only names have no edges of their own."""
        expansion = Expansion()
        nodes = set(keys)
        entities = sorted(key for key in nodes if isinstance(key, int))
        own = self._rows.of_entities(entities)
        if self._wants_relations():
            self._add_stated(own, expansion)
            self._add_received(own, expansion)
            self._add_decided(own, expansion)
        if not self._types or not self._types.isdisjoint(visible_records.ARTEFACT_KINDS):
            self._add_artefacts(own, expansion)
            artefacts = [
                key
                for key in nodes
                if isinstance(key, tuple) and key[0] in visible_records.ARTEFACT_KINDS
            ]
            self._add_holders(artefacts, expansion)
        return expansion

    def expand_stated(self, entities: Collection[int]) -> Expansion:
        """Return the edges that records of some entities state, and their shared artefacts.

        For all entities together, these are all edges.
        """
        expansion = Expansion()
        own = self._rows.of_entities(sorted(entities))
        if self._wants_relations():
            self._add_stated(own, expansion)
            self._add_decided(own, expansion)
        if not self._types or not self._types.isdisjoint(visible_records.ARTEFACT_KINDS):
            self._add_artefacts(own, expansion)
        return expansion

    def _wants_relations(self) -> bool:
        return not self._types or bool(self._types - set(visible_records.ARTEFACT_KINDS))

    def _is_in_force(self, relation: Relation) -> bool:
        return not self._day or is_in_force(relation.start, relation.end, self._day)

    def _wants(self, kind: str) -> bool:
        return not self._types or kind in self._types

    def _add_stated(self, own: visible_records.Owned, expansion: Expansion) -> None:
        """Add the relations that records of the nodes state."""
        owner_of, counts = own.by_record(), Counter[int]()
        stated: list[tuple[int, Relation]] = []
        for number, relation in self._rows.relations(own.records):
            owner = owner_of[number]
            counts[owner] += 1
            if counts[owner] <= self._limit:
                stated.append((number, relation))
            else:
                expansion.cut.add(owner)
        target_of = self._find_targets({relation.target_id for _, relation in stated} - {""})
        self._add_relations(stated, owner_of, target_of, expansion)

    def _find_targets(self, record_ids: Collection[str]) -> dict[str, int]:
        """Return the entity of each record that counts, among some records."""
        numbers = self._rows.view.numbers_of(sorted(record_ids))
        id_of = {number: record_id for record_id, (number, _) in numbers.items()}
        owned = self._rows.owned(np.array(sorted(id_of), dtype=np.int64))
        return {id_of[number]: owner for number, owner in owned.by_record().items()}

    def _add_received(self, own: visible_records.Owned, expansion: Expansion) -> None:
        """Add the relations to records of the nodes that other records state."""
        ids, owner_of = self._rows.ids(own.records), own.by_record()
        indices, numbers = self._rows.stating(list(ids.values()))
        own_numbers = np.array(list(ids), dtype=np.int64)
        naming = self._bounded(
            np.array([owner_of[number] for number in own_numbers.tolist()], dtype=np.int64)[
                indices
            ],
            numbers,
            expansion,
        )
        target_of = {record_id: owner_of[number] for number, record_id in ids.items()}
        stated = [
            (number, relation)
            for number, relation in self._rows.relations(naming.records)
            if relation.target_id in target_of
        ]
        self._add_relations(stated, naming.by_record(), target_of, expansion)

    def _add_decided(self, own: visible_records.Owned, expansion: Expansion) -> None:
        """Add the relations that decisions state on records of the nodes."""
        view = self._rows.view
        if not related_ids(view):
            return
        own_ids = set(self._rows.ids(own.records).values())
        stated = find_decided_relations(view, own_ids, self._rows.viewer)
        owner_of = self._find_targets({end for row in stated for end in (row.source, row.target)})
        for row in stated:
            kind, is_reversed = direct_relation(row.type.value, "")
            source, target = owner_of.get(row.source), owner_of.get(row.target)
            if source is not None and target is not None and self._wants(kind.value):
                ends = (target, source) if is_reversed else (source, target)
                statement = EdgeStatement(DECISION_SOURCE, row.decision)
                expansion.add(*ends, kind.value, statement)

    def _bounded(
        self, nodes: visible_records.Numbers, numbers: visible_records.Numbers, expansion: Expansion
    ) -> visible_records.Owned:
        """Return the records that are used, each with the node to which it leads. If a node has
        very many entities, at most `limit` of them are kept, and the node is marked as cut.
        """
        order = np.lexsort((numbers, nodes))
        nodes, numbers = nodes[order], numbers[order]
        starts = np.flatnonzero(np.diff(nodes, prepend=-1))
        sizes = np.diff(starts, append=len(nodes))
        is_large = np.repeat(sizes > self._limit, sizes)
        parts = [self._rows.owned(numbers[~is_large])]
        for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
            if size > self._limit:
                candidates = visible_records.distinct(numbers[start : start + size])
                owned, is_cut = self._rows.first_owned(candidates, self._limit)
                parts.append(owned)
                if is_cut:
                    expansion.cut.add(int(nodes[start]))
        return visible_records.join_owned(parts)

    def _add_relations(
        self,
        stated: Sequence[tuple[int, Relation]],
        owner_of: dict[int, int],
        target_of: dict[str, int],
        expansion: Expansion,
    ) -> None:
        numbers = np.array(sorted({number for number, _ in stated}), dtype=np.int64)
        ids, sources = self._rows.ids(numbers), self._rows.sources(numbers)
        for number, relation in stated:
            kind, is_reversed = direct_relation(relation.type.value, relation.role)
            name = relation.target_name or relation.target_id
            target: Key = target_of.get(relation.target_id, 0) or (NAME, name)
            if not self._wants(kind.value) or not name or not self._is_in_force(relation):
                continue
            ends: tuple[Key, Key] = (owner_of[number], target)
            source, end = reversed(ends) if is_reversed else ends
            expansion.add(
                source, end, kind.value, _statement(relation, sources[number], ids[number])
            )

    def _add_artefacts(self, own: visible_records.Owned, expansion: Expansion) -> None:
        """Add the artefacts that the nodes share with other entities, with these entities."""
        artefact_keys: set[Key] = set()
        for _, artefact in self._rows.artefacts(own.records):
            if self._wants(artefact.kind):
                artefact_keys.add((artefact.kind, artefact.key))
        keys = list(artefact_keys)
        places, _ = self._rows.holding(
            np.array([key[1] for key in keys if isinstance(key, tuple)], dtype=np.uint64)
        )
        sizes = np.bincount(places, minlength=len(keys))
        candidates = [keys[index] for index in np.flatnonzero(sizes > 1).tolist()]
        self._add_holders(candidates, expansion)

    def _add_holders(self, keys: Sequence[Key], expansion: Expansion) -> None:
        """Add the edges of artefacts to all entities that have them; an artefact of only one entity
        has no edge.
        """
        artefact_keys = sorted({key for key in keys if isinstance(key, tuple)}, key=str)
        if not artefact_keys:
            return
        hashes = np.array([key[1] for key in artefact_keys], dtype=np.uint64)
        positions, numbers = self._rows.holding(hashes)
        parts = Expansion()
        for index, key in enumerate(artefact_keys):
            candidates = visible_records.distinct(numbers[positions == index])
            owned, is_cut = self._rows.first_owned(candidates, self._limit)
            if len(set(owned.entities.tolist())) < 2:
                continue
            if is_cut:
                parts.cut.add(key)
            self._add_shares(key, owned, parts)
        expansion.merge(parts)

    def _add_shares(
        self,
        key: tuple[str, int] | tuple[str, str],
        owned: visible_records.Owned,
        expansion: Expansion,
    ) -> None:
        owner_of = owned.by_record()
        ids, sources = self._rows.ids(owned.records), self._rows.sources(owned.records)
        for number, artefact in self._rows.artefacts(owned.records):
            if artefact.key == key[1]:
                expansion.texts.setdefault(key, set()).add(artefact.text.strip())
                statement = EdgeStatement(sources[number], ids[number])
                expansion.add(owner_of[number], key, SHARES, statement)


def _statement(relation: Relation, source: str, record: str) -> EdgeStatement:
    start, end = relation.start, relation.end
    return EdgeStatement(
        source,
        record,
        relation.role,
        role_class(relation.role),
        start,
        end,
        is_reversed(start, end),
        cited_sentence(relation.origin),
        relation.target_id,
    )
