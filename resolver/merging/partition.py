"""Entities as a partition of record rows, and the ids of new entities.

Entity ids are `e-` and the first 20 characters of the lower-case base32 (RFC 4648, no padding) of
the SHA-256 of the smallest record id. Entities are numbered 0 … m - 1 in the order of their ids, so
that all files have the same order.

FollowTheMoney schema of an entity: the most specific one that its members state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.records import DEFAULT_SCHEMA, Batch, Kind, kind_of_schema
from resolver.records.batch import IntArray
from resolver.records.packing import Digests, digest_texts
from resolver.reference.ftm import find_schema
from resolver.runtime.key_groups import order_codes, order_hashes
from resolver.runtime.text_cache import cache_short_texts
from resolver.runtime.text_hashes import fill_characters

_PREFIX = "e-"
_CHARACTERS = 20
_KEY_BITS = 60
"""Bits of a hash that are twelve characters, five bits each, as many as fit in a number."""
_FIRST_BITS = np.uint64(int("10000" * 12, 2))
"""First bit of each of the twelve."""
_SIXES = np.uint64(int("00110" * 12, 2))
"""The last six of the 32 characters are digits, and come first in the order of texts."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Partition of n records into m entities.

    `ids`: m entity ids, ascending. `entity`: n int32, entity number of each record row. `order`:
    the n record rows sorted by (entity, row); those of entity e are `order[offsets[e]:offsets[e +
    1]]`.
    """

    ids: pa.StringArray
    entity: IntArray
    order: IntArray
    offsets: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)


def build_partition(
    batch: Batch, labels: IntArray, existing_ids: pa.StringArray | None = None, workers: int = 1
) -> Partition:
    """Build the partition of a canonical batch.

    Per record, `labels`: row of its entity's smallest record; `existing_ids`: id of its entity. The
    result does not depend on `workers` (threads).
    """
    is_root = np.bincount(labels) > 0
    roots, inverse = np.flatnonzero(is_root), (np.cumsum(is_root) - 1)[labels]
    if existing_ids is None:
        digests = digest_texts(batch.ids.take(pa.array(roots)), workers)
        rank = _order_by_id(digests)
        ids = _spell_ids(_PREFIX, digests[rank])
    else:
        ids = existing_ids.take(pa.array(roots))
        rank = pc.sort_indices(ids).to_numpy()
        ids = ids.take(pa.array(rank))
    number = np.empty(len(roots), dtype=np.int32)
    number[rank] = np.arange(len(roots), dtype=np.int32)
    entity = number[inverse]
    order = order_codes(entity, len(roots))
    ends = np.cumsum(np.bincount(entity, minlength=len(roots)))
    offsets = np.concatenate([[0], ends]).astype(np.int64)
    return Partition(ids, entity, order, offsets)


def _order_by_id(digests: Digests) -> npt.NDArray[np.int64]:
    """Return the places of digests in ascending order of the ids that they make.

    Sorts by the first characters, as numbers; texts take ten times as long.
    """
    keys = (digests[:, 0].astype(np.uint64) << np.uint64(28)) | (digests[:, 1] >> np.uint32(4))
    # six more, modulo 32, in each five bits
    keys = ((keys & ~_FIRST_BITS) + _SIXES) ^ (keys & _FIRST_BITS)
    unused = np.uint64(60 - _KEY_BITS)
    ordered, places = order_hashes((keys >> unused) << (unused + np.uint64(4)))
    if (ordered[1:] == ordered[:-1]).any():
        places = pc.sort_indices(_spell_ids(_PREFIX, digests)).to_numpy()
    return places.astype(np.int64)


def assign_entity_ids(batch: Batch, labels: IntArray) -> list[str]:
    """Return the entity id of each record, n texts in record order."""
    partition = build_partition(batch, labels)
    return cast("list[str]", partition.ids.take(pa.array(partition.entity)).to_pylist())


def hash_ids(prefix: str, texts: pa.Array) -> pa.StringArray:
    """Return `prefix` and 20 base32 characters of the SHA-256 of each text (or bytes)."""
    return _spell_ids(prefix, digest_texts(texts))


def _spell_ids(prefix: str, digests: Digests) -> pa.StringArray:
    """Return `prefix` and the first characters of each digest."""
    count, width = len(digests), len(prefix) + _CHARACTERS
    texts, characters = np.empty((count, width), np.uint8), np.empty((count, _CHARACTERS), np.uint8)
    fill_characters(digests, characters)
    texts[:, : len(prefix)] = np.frombuffer(prefix.encode("ascii"), dtype=np.uint8)
    texts[:, len(prefix) :] = characters
    ends = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(texts))


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
