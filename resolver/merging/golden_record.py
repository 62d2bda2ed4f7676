"""Entities as a partition of records, and the golden record of each.

Entity ids are `e-` and the first 20 characters of the lower-case base32 (RFC 4648, no padding) of
the SHA-256 of the smallest record id. Entities are numbered 0 … m - 1 in the order of their ids, so
that all files have the same order. The FollowTheMoney schema of an entity is the most specific one
that its members state.

A golden record has the values of all members, each once, with the records that state it. No value
of a member is dropped. A golden record depends only on its members and, for relations, on the
entities of the related records; not on the order of records or on other entities.

Link entities of lists (sanctions, addresses, ownerships …) keep the ids that their lists give them.
Each is exported once, with the entity of the first record that states it, even if many records
state it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.records import (
    DEFAULT_SCHEMA,
    Address,
    Batch,
    Identifier,
    Kind,
    RelationType,
    kind_of_schema,
    packing,
)
from resolver.records.batch import IntArray
from resolver.records.properties import ADDRESS, IDENTIFIER_SET, RELATION
from resolver.records.stated_links import StatedLink, iterate_links, pack_link, unpack_link
from resolver.reference.ftm import find_schema
from resolver.runtime.key_groups import order_codes, order_hashes
from resolver.runtime.text_cache import cache_short_texts
from resolver.runtime.text_hashes import fill_characters

_PREFIX = "e-"
_CHARACTERS = 20
_KEY_BITS = 60
"""Number of bits of a hash that are twelve characters, five bits each, as many as fit in a number.
"""
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

    For each record, `labels` is the row of its entity's smallest record, and `existing_ids` the id
    of its entity. The result does not depend on `workers` (threads).
    """
    is_root = np.bincount(labels) > 0
    roots, inverse = np.flatnonzero(is_root), (np.cumsum(is_root) - 1)[labels]
    if existing_ids is None:
        digests = packing.digest_texts(batch.ids.take(pa.array(roots)), workers)
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


def _order_by_id(digests: packing.Digests) -> npt.NDArray[np.int64]:
    """Return the positions of digests, in ascending order of the ids that are made from them.

    The function sorts by the first characters as numbers, because sorting texts takes ten times as
    long.
    """
    keys = (digests[:, 0].astype(np.uint64) << np.uint64(28)) | (digests[:, 1] >> np.uint32(4))
    # add six, modulo 32, in each group of five bits
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
    return _spell_ids(prefix, packing.digest_texts(texts))


def _spell_ids(prefix: str, digests: packing.Digests) -> pa.StringArray:
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

    The most specific schema wins. Between exclusive lines of descent, the schema that most members
    state wins, then the deeper one, then the first by name.
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


class GoldenValue(NamedTuple):
    """Value of a golden record.

    `text`: best written form (packed as in a Batch if the property has inner structure). `records`:
    ids of the records that state it, ascending. `forms`: further written forms of the value.
    `code`: canonical code (ISO country, EDTF date, FtM gender) or empty.
    """

    text: str
    records: tuple[str, ...]
    forms: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class GoldenRelation:
    """Relation to another entity.

    `target`: entity id, or empty if the related record is not in the data or only stated by name.
    `target_record`: record id, as the record states it. `target_schema`: FtM schema of the target's
    golden record, or empty.
    """

    type: RelationType
    target: str
    target_record: str
    target_schema: str
    name: str
    role: str
    start: str
    end: str
    records: tuple[str, ...]


RelationStatement = tuple[str, str, str, str, str, str]
"""Type, target (entity, else record as stated), name, role, start and end of a relation."""


@dataclass(frozen=True, slots=True)
class GoldenLink:
    """Link entity that records of a golden record state: a sanction, an address, an ownership …

    `properties` name entities instead of records, if these records are in the data. `records`: ids
    of all records that state it, if it is exported with this golden record; empty if with another
    one. `relations`: for records of this golden record, the relations that they have because of the
    link entity.
    """

    id: str
    schema: str
    properties: tuple[tuple[str, tuple[str, ...]], ...]
    datasets: tuple[str, ...]
    listed_since: str
    last_change: str
    records: tuple[str, ...]
    relations: frozenset[tuple[str, RelationStatement]]


@dataclass(frozen=True, slots=True)
class GoldenRecord:
    """Entity as described by all of its members.

    `records`: ascending ids; `record_sources`: source of each. `values`: the values of each
    property, best supported first. `birth_date`: best date (EDTF, may be empty). `conflicts` maps a
    property to the values that contradict one another.
    """

    id: str
    kind: Kind
    schema: str
    caption: str
    birth_date: str
    records: tuple[str, ...]
    record_sources: tuple[str, ...]
    values: Mapping[str, tuple[GoldenValue, ...]]
    relations: tuple[GoldenRelation, ...] = ()
    links: tuple[GoldenLink, ...] = ()
    conflicts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of the entity, each once, ascending."""
        return tuple(sorted(set(self.record_sources)))

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """Identifiers, unpacked."""
        return tuple(
            packing.unpack_identifier(prop, value.text)
            for prop, values in self.values.items()
            if prop in IDENTIFIER_SET
            for value in values
        )

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Addresses, unpacked."""
        return tuple(packing.unpack_address(value.text) for value in self.values.get(ADDRESS, ()))


@dataclass(frozen=True, slots=True)
class RelationTargets:
    """Entities of related records: record id → (entity id, schema), for records in the batch."""

    entities: Mapping[str, tuple[str, str]]

    def resolve(self, text: str, records: Sequence[str]) -> GoldenRelation:
        """Unpack a relation and resolve its target."""
        item = packing.unpack_relation(text)
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
    """Return the statement that a relation makes, without the record that makes it."""
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
    related_ids = {packing.split_fields(text, 2)[1] for text in texts} - {""}
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


Statement = tuple[int, str]
"""Row of a record, and the text of a link entity that it states."""


@dataclass(frozen=True, slots=True)
class RepeatedLinks:
    """Link entities that several records state: from the content to its statements, in the order of
    rows.
    """

    by_content: Mapping[str, Sequence[Statement]]

    @classmethod
    def of(cls, batch: Batch) -> RepeatedLinks:
        """Return the repeated link entities of a batch."""
        statements: dict[str, list[Statement]] = {}
        for row, text, link in iterate_links(batch):
            statements.setdefault(_content(link), []).append((row, text))
        return cls({text: items for text, items in statements.items() if len(items) > 1})

    def exported_with(self, row: int, text: str, link: StatedLink) -> Sequence[Statement]:
        """Return the statements that are exported with this statement. For the first statement of a
        link entity these are all of its statements, for any other there are none.
        """
        statements = self.by_content.get(_content(link), ((row, text),))
        return statements if statements[0] == (row, text) else ()


def _content(link: StatedLink) -> str:
    return pack_link(replace(link, relations=()))


def resolve_properties(
    link: StatedLink, targets: RelationTargets
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the properties of a link entity, with the entities of the records that it names.

    A record that is not in the data keeps the id that its list gives it.
    """
    return tuple(
        (
            prop,
            tuple(
                dict.fromkeys(
                    targets.entities.get(text, (text.partition(":")[2], ""))[0] for text in texts
                )
            )
            if prop in link.ends
            else tuple(texts),
        )
        for prop, texts in link.properties.items()
    )


def merge_links(
    statements: Iterable[Statement],
    ids: Sequence[str],
    targets: RelationTargets,
    repeated: RepeatedLinks,
) -> tuple[GoldenLink, ...]:
    """Return the link entities that the records of one entity state, by id. `ids` has the ids of
    all records of the batch.

    The rows in `statements` are rows of the entity's records.
    """
    merged: dict[tuple[str, str], GoldenLink] = {}
    for row, text in sorted(statements):
        link = unpack_link(text)
        exported = repeated.exported_with(row, text, link)
        relations = frozenset(
            (ids[row], state_relation(targets.resolve(relation, ()))) for relation in link.relations
        )
        key = link.id, _content(link)
        other = merged.get(key)
        if other is not None:
            merged[key] = replace(other, relations=other.relations | relations)
            continue
        merged[key] = GoldenLink(
            link.id,
            link.schema,
            resolve_properties(link, targets),
            tuple(link.datasets),
            link.listed_since,
            link.last_change,
            tuple(ids[number] for number, _ in exported),
            relations,
        )
    return tuple(item for _, item in sorted(merged.items(), key=lambda pair: pair[0]))


def covered_records(links: Iterable[GoldenLink]) -> dict[RelationStatement, set[str]]:
    """Return the relations that link entities state, with the records that have each relation from
    a link entity.
    """
    covered: dict[RelationStatement, set[str]] = {}
    for link in links:
        for record, statement in link.relations:
            covered.setdefault(statement, set()).add(record)
    return covered
