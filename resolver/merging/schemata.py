"""Which FollowTheMoney schema an entity has: the most specific that its members state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
from followthemoney import model

from resolver.merging.partition import Partition
from resolver.records import DEFAULT_SCHEMA, Batch, Kind, kind_of_schema


@cache
def known(schema: str, kind: int) -> str:
    """The schema itself where FtM knows it as a thing, else the usual schema of the kind."""
    found = model.get(schema)
    return (
        schema
        if found is not None and found.is_a("Thing")
        else DEFAULT_SCHEMA.get(Kind(kind), "LegalEntity")
    )


@cache
def is_a(schema: str, ancestor: str) -> bool:
    """Whether one schema is the other or descends from it."""
    found = model.get(schema)
    return found is not None and found.is_a(ancestor)


def most_specific(schemata: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The schema of an entity, and, where the members' schemata do not lie on one line of descent, all of them.

    The most specific schema wins; between lines that exclude each other the one that most members stand on, then the
    deeper, then the first by name.
    """
    if len(set(schemata)) == 1:
        return schemata[0], ()
    counts = Counter(schemata)
    best = min(counts, key=lambda name: (-_support(name, counts), -_depth(name), name))
    conflict = any(not is_a(best, other) for other in counts)
    return best, tuple(sorted(counts)) if conflict else ()


def _support(name: str, counts: Counter[str]) -> int:
    return sum(count for other, count in counts.items() if is_a(name, other))


@cache
def _depth(name: str) -> int:
    found = model.get(name)
    return len(found.schemata) if found is not None else 0


def record_schemata(batch: Batch) -> list[str]:
    """The schema of each record, as FtM knows it."""
    pairs = np.unique(batch.schemas.codes.astype(np.int64) * 256 + batch.kinds, return_inverse=True)
    names = batch.schemas.values.to_pylist()
    table = [known(names[int(pair) >> 8], int(pair) & 255) for pair in pairs[0]]
    return [table[code] for code in pairs[1].tolist()]


def entity_schemata(parts: Partition, schemata: Sequence[str]) -> list[str]:
    """The schema of each entity, m names."""
    order = parts.order.tolist()
    found = [schemata[row] for row in parts.order[parts.offsets[:-1]].tolist()]
    offsets = parts.offsets
    for entity in np.flatnonzero(np.diff(offsets) > 1).tolist():
        found[entity] = most_specific(
            [schemata[row] for row in order[offsets[entity] : offsets[entity + 1]]]
        )[0]
    return found


def entity_kind(schema: str, kinds: Sequence[int]) -> Kind:
    """The kind of an entity: what all members can be; where they exclude each other, what the schema says."""
    common = kinds[0]
    for kind in kinds[1:]:
        common &= kind
    return Kind(common) if common else (kind_of_schema(schema) or Kind(kinds[0]))
