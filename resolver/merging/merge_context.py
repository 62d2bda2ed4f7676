"""Tables that golden records and statements of a run share, computed once."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.merging.canonical_values import CanonicalCodes, CountryCode
from resolver.merging.golden_links import RepeatedLinks
from resolver.merging.partition import Partition
from resolver.merging.relation_targets import RelationTargets, find_targets
from resolver.merging.schemata import find_entity_schemata, find_record_schemata
from resolver.records import Batch


@dataclass(frozen=True, slots=True)
class MergeFacts:
    """Attributes of records and entities as lists.

    `entity_ids` and `schemata` are indexed by entity number, the other lists by record row.
    """

    ids: list[str]
    sources: list[str]
    source_codes: list[int]
    kinds: list[int]
    record_schemata: list[str]
    entity_ids: list[str]
    schemata: list[str]
    targets: RelationTargets
    canon: CanonicalCodes
    repeated_links: RepeatedLinks


@dataclass(frozen=True, slots=True)
class MergeContext(MergeFacts):
    """Attributes of records and entities, with the batch and its partition.

    The rows of entity e are `order[offsets[e]:offsets[e + 1]]`.
    """

    batch: Batch
    parts: Partition
    order: list[int]
    offsets: list[int]


def build_merge_context(batch: Batch, parts: Partition, country_code: CountryCode) -> MergeContext:
    """Build the context of a canonical batch and its partition."""
    record_schemata = find_record_schemata(batch)
    schemata = find_entity_schemata(parts, record_schemata)
    return MergeContext(
        batch.ids.to_pylist(),
        batch.sources.texts(),
        batch.sources.codes.tolist(),
        batch.kinds.tolist(),
        record_schemata,
        parts.ids.to_pylist(),
        schemata,
        find_targets(batch, parts, schemata),
        CanonicalCodes(country_code),
        RepeatedLinks.of(batch),
        batch,
        parts,
        parts.order.tolist(),
        parts.offsets.tolist(),
    )
