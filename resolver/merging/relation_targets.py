"""Where relations point: related records become the entities that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from resolver.merging.golden_record import GoldenRelation
from resolver.merging.partition import Partition
from resolver.records import Batch
from resolver.records.packing import split, unpack_relation
from resolver.records.properties import RELATION


@dataclass(frozen=True, slots=True)
class Targets:
    """record id → (entity id, schema of the entity), for the related records that are in the batch."""

    known: Mapping[str, tuple[str, str]]

    def relation(self, text: str, records: Sequence[str]) -> GoldenRelation:
        """A packed relation with its target found."""
        item = unpack_relation(text)
        target, schema = self.known.get(item.target_id, ("", ""))
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

    def united(self, stated: Mapping[str, Sequence[str]]) -> tuple[GoldenRelation, ...]:
        """The relations of one entity (packed text → record ids): those that say the same of the same target become
        one."""
        found: dict[tuple[str, ...], tuple[GoldenRelation, set[str]]] = {}
        for text in sorted(stated):
            item = self.relation(text, ())
            said = (
                item.type.value,
                item.target or item.target_record,
                item.name,
                item.role,
                item.start,
                item.end,
            )
            found.setdefault(said, (item, set()))[1].update(stated[text])
        return tuple(_with_records(item, records) for _, (item, records) in sorted(found.items()))


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


def find_targets(batch: Batch, parts: Partition, schemata: Sequence[str]) -> Targets:
    """Look up every related record of a batch. `schemata`: the schema of each entity."""
    column = batch.columns.get(RELATION)
    if column is None:
        return Targets({})
    asked = sorted({split(text, 2)[1] for text in column.values.to_pylist()} - {""})
    rows = pc.index_in(pa.array(asked, pa.string()), value_set=batch.ids).to_pylist()
    found = {}
    for record, row in zip(asked, rows, strict=True):
        if row is not None:
            entity = int(parts.entity[row])
            found[record] = (parts.ids[entity].as_py(), schemata[entity])
    return Targets(found)
