"""FollowTheMoney schema of an entity: the most specific one that its members state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from resolver.merging.partition import Partition
from resolver.records import DEFAULT_SCHEMA, Batch, Kind, kind_of_schema
from resolver.records.prepared.text_cache import cache_short_texts
from resolver.reference.ftm.schemata import find_schema


@cache_short_texts(4_096, all_arguments=True)
def valid_schema(schema: str, kind: int) -> str:
    """Return the schema if FtM has it as a Thing, else the default schema of the kind."""
    ftm_schema = find_schema(schema)
    return (
        schema
        if ftm_schema is not None and ftm_schema.is_a("Thing")
        else DEFAULT_SCHEMA.get(Kind(kind), "LegalEntity")
    )


@cache_short_texts(4_096, all_arguments=True)
def descends_from(schema: str, ancestor: str) -> bool:
    """Return True if a schema equals `ancestor` or descends from it."""
    ftm_schema = find_schema(schema)
    return ftm_schema is not None and ftm_schema.is_a(ancestor)


def choose_schema(schemata: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the schema of an entity, and all stated schemata if they are not on one line of
    descent.

    The most specific schema wins; between exclusive lines, the one that most members state, then
    the deeper one, then the first by name.
    """
    if len(set(schemata)) == 1:
        return schemata[0], ()
    counts = Counter(schemata)
    best = min(counts, key=lambda name: (-_support(name, counts), -_depth(name), name))
    conflict = any(not descends_from(best, other) for other in counts)
    return best, tuple(sorted(counts)) if conflict else ()


def _support(name: str, counts: Counter[str]) -> int:
    return sum(count for other, count in counts.items() if descends_from(name, other))


@cache_short_texts(4_096, all_arguments=True)
def _depth(name: str) -> int:
    ftm_schema = find_schema(name)
    return len(ftm_schema.ancestors) if ftm_schema is not None else 0


def find_record_schemata(batch: Batch) -> list[str]:
    """Return the valid schema of each record."""
    pairs = batch.schemas.codes.astype(np.int64) * 256 + batch.kinds
    schema_names = batch.schemas.values.to_pylist()
    name_of = {
        pair: valid_schema(schema_names[pair >> 8], pair & 255)
        for pair in np.flatnonzero(np.bincount(pairs)).tolist()
    }
    return [name_of[pair] for pair in pairs.tolist()]


def find_entity_schemata(partition: Partition, schemata: Sequence[str]) -> list[str]:
    """Return the schema of each entity, m names."""
    order = partition.order.tolist()
    chosen = [schemata[row] for row in partition.order[partition.offsets[:-1]].tolist()]
    offsets = partition.offsets
    for entity in np.flatnonzero(np.diff(offsets) > 1).tolist():
        chosen[entity] = choose_schema(
            [schemata[row] for row in order[offsets[entity] : offsets[entity + 1]]]
        )[0]
    return chosen


def choose_entity_kind(schema: str, kinds: Sequence[int]) -> Kind:
    """Return the kind common to all members, else the kind of the schema."""
    common = kinds[0]
    for kind in kinds[1:]:
        common &= kind
    return Kind(common) if common else (kind_of_schema(schema) or Kind(kinds[0]))
