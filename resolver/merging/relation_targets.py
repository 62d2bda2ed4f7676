"""Resolution of relation targets: related records become their entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from resolver.merging.golden_record import GoldenRelation, RelationStatement
from resolver.merging.partition import Partition
from resolver.records import Batch
from resolver.records.packing import split_fields, unpack_relation
from resolver.records.properties import RELATION
from resolver.records.stated_links import iterate_links


@dataclass(frozen=True, slots=True)
class RelationTargets:
    """Entities of related records: record id → (entity id, schema), for records in the batch."""

    entities: Mapping[str, tuple[str, str]]

    def resolve(self, text: str, records: Sequence[str]) -> GoldenRelation:
        """Unpack a relation and resolve its target."""
        item = unpack_relation(text)
        target, schema = self.entities.get(item.target_id, ("", ""))
        return GoldenRelation(
            item.type,
            target,
            item.target_id,
            schema,
            item.target_name,
            item.role,
            item.start,
            item.end,
            tuple(records),
        )

    def merge(self, stated: Mapping[str, Sequence[str]]) -> tuple[GoldenRelation, ...]:
        """Merge equal relations of one entity to the same target. `stated`: packed text → record
        ids.
        """
        merged: dict[RelationStatement, tuple[GoldenRelation, set[str]]] = {}
        for text in sorted(stated):
            item = self.resolve(text, ())
            merged.setdefault(state_relation(item), (item, set()))[1].update(stated[text])
        return tuple(_with_records(item, records) for _, (item, records) in sorted(merged.items()))


def state_relation(item: GoldenRelation) -> RelationStatement:
    """Return what a relation states, whoever states it."""
    return (
        item.type.value,
        item.target or item.target_record,
        item.name,
        item.role,
        item.start,
        item.end,
    )


def _with_records(item: GoldenRelation, records: set[str]) -> GoldenRelation:
    return GoldenRelation(
        item.type,
        item.target,
        item.target_record,
        item.target_schema,
        item.name,
        item.role,
        item.start,
        item.end,
        tuple(sorted(records)),
    )


def find_targets(batch: Batch, partition: Partition, schemata: Sequence[str]) -> RelationTargets:
    """Look up every record of a batch that a relation or link entity names. `schemata`: schema of
    each entity.
    """
    column = batch.columns.get(RELATION)
    texts = [] if column is None else column.values.to_pylist()
    related_ids = {split_fields(text, 2)[1] for text in texts} - {""}
    for _, _, link in iterate_links(batch):
        related_ids.update(record for prop in link.ends for record in link.properties[prop])
    if not related_ids:
        return RelationTargets({})
    targets = sorted(related_ids)
    rows = pc.index_in(pa.array(targets, pa.string()), value_set=batch.ids).to_pylist()
    entities = {}
    for record, row in zip(targets, rows, strict=True):
        if row is not None:
            entity = int(partition.entity[row])
            entities[record] = (partition.ids[entity].as_py(), schemata[entity])
    return RelationTargets(entities)
