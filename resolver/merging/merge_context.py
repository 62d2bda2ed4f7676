"""What every entity of a run needs, worked out once."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.merging.canonical_values import Canon, CountryCode
from resolver.merging.partition import Partition
from resolver.merging.relation_targets import Targets, find_targets
from resolver.merging.schemata import entity_schemata, record_schemata
from resolver.records import Batch


@dataclass(frozen=True, slots=True)
class Facts:
    """Records and entities, spelled out: lists are indexed by record row, `entity_ids` and `schemata` by entity
    number."""

    ids: list[str]
    sources: list[str]
    source_codes: list[int]
    kinds: list[int]
    record_schemata: list[str]
    entity_ids: list[str]
    schemata: list[str]
    targets: Targets
    canon: Canon


@dataclass(frozen=True, slots=True)
class Context(Facts):
    """The same of a partitioned batch. The rows of entity e are `order[offsets[e]:offsets[e + 1]]`."""

    batch: Batch
    parts: Partition
    order: list[int]
    offsets: list[int]


def context(batch: Batch, parts: Partition, country_code: CountryCode) -> Context:
    """The context of a canonical batch in its partition."""
    by_record = record_schemata(batch)
    by_entity = entity_schemata(parts, by_record)
    return Context(
        batch.ids.to_pylist(),
        batch.sources.texts(),
        batch.sources.codes.tolist(),
        batch.kinds.tolist(),
        by_record,
        parts.ids.to_pylist(),
        by_entity,
        find_targets(batch, parts, by_entity),
        Canon(country_code),
        batch,
        parts,
        parts.order.tolist(),
        parts.offsets.tolist(),
    )
