"""Relations of entities as a viewer may see them, read from records and from the entity index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from resolver.records import Record, Relation
from resolver.records.properties import RELATION
from resolver.records.relations.relation_types import RELATION_TYPES
from resolver.records.visibility import Viewer
from resolver.review.restrictions import select_visible_numbers
from resolver.search.name_search import find_related_to
from resolver.store import StoreView
from resolver.store.segments import Segment

_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class RelationEdge:
    """Relation of an entity, `words` read from its side, to another one.

    `own` and `other` are entity numbers; `other` is 0 where the viewer knows the other end by name
    only. `caption` and `kind` are those of the record at the other end, `source` the list that
    states the relation.
    """

    own: int
    other: int
    caption: str
    kind: str
    words: str
    relation: Relation
    source: str


class RelationReader:
    """Reads the relations of entities in a view of the store as one viewer sees them."""

    def __init__(self, view: StoreView, segments: Sequence[Segment], viewer: Viewer) -> None:
        self._view, self._segments, self._viewer = view, segments, viewer

    def read(self, numbers: Sequence[int], limit: int) -> list[RelationEdge]:
        """Return the relations that visible records of some entities state, and those that visible
        records of others state to them: at most `limit` records at the other end of each way.
        """
        record, owner, _ = self._view.members(sorted(numbers))
        owner_of = dict(zip(record.tolist(), owner.tolist(), strict=True))
        own = select_visible_numbers(self._view, sorted(owner_of), self._viewer)
        ids = self._view.record_ids(own)
        entity_of = {ids[number]: owner_of[number] for number in own}
        stating = [row.record for row in self._view.records_stating(RELATION, own)]
        naming = self._visible_records(find_related_to(self._segments, list(entity_of)), limit)
        return [*self._stated(stating, entity_of, limit), *self._received(naming, entity_of)]

    def _stated(
        self, stating: Sequence[Record], entity_of: Mapping[str, int], limit: int
    ) -> Iterable[RelationEdge]:
        targets = {relation.target_id for row in stating for relation in row.relations} - {""}
        numbers = [number for number, _ in self._view.numbers_of(sorted(targets)).values()]
        visible = self._visible_records(numbers, limit)
        owners = self._owners(visible)
        targets_by_id = {row.id: (owners[number], row) for number, row in visible.items()}
        for row in stating:
            own = entity_of[row.id]
            for relation in row.relations:
                words = RELATION_TYPES[relation.type].words
                if relation.target_id not in targets_by_id:
                    name = relation.target_name or relation.target_id
                    yield RelationEdge(own, 0, name, "", words, relation, row.source)
                    continue
                other, target = targets_by_id[relation.target_id]
                if other != own:
                    caption, kind = target.caption, target.kind.label
                    yield RelationEdge(own, other, caption, kind, words, relation, row.source)

    def _received(
        self, naming: Mapping[int, Record], entity_of: Mapping[str, int]
    ) -> Iterable[RelationEdge]:
        owners = self._owners(naming)
        for number, row in naming.items():
            for relation in row.relations:
                own, other = entity_of.get(relation.target_id, 0), owners[number]
                if own and other != own:
                    words = RELATION_TYPES[relation.type].reverse
                    caption, kind = row.caption, row.kind.label
                    yield RelationEdge(own, other, caption, kind, words, relation, row.source)

    def _owners(self, numbers: Iterable[int]) -> dict[int, int]:
        record, owner, _ = self._view.memberships(sorted(numbers))
        return dict(zip(record.tolist(), owner.tolist(), strict=True))

    def _visible_records(self, numbers: Iterable[int], limit: int) -> dict[int, Record]:
        """Return the first current records that the viewer may see, by number.

        Hidden ones are left out before the limit counts, so that they push no visible one out.
        """
        ordered = sorted({int(number) for number in numbers})
        visible_records: dict[int, Record] = {}
        for start in range(0, len(ordered), _CHUNK):
            current = self._view.memberships(ordered[start : start + _CHUNK])[0].tolist()
            visible = select_visible_numbers(self._view, sorted(current), self._viewer)
            rows = self._view.records(visible[: limit - len(visible_records)])
            visible_records |= {stored.number: stored.record for stored in rows}
            if len(visible_records) >= limit:
                break
        return visible_records
