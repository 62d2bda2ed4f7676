"""Golden record: the values of all members of an entity, each once, with the records that state it.

No value of a member is dropped. A golden record depends only on its members and, for relations, on
the entities of the related records; not on the order of records or on other entities.

Resolution of relation targets: related records become their entities.

Link entities of lists (sanctions, addresses, ownerships …) as part of golden records.

They keep the ids that their lists give them. Each is exported once, with the entity of the first
record that states it, however many records do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from resolver.merging.partition import Partition
from resolver.records import Address, Batch, Identifier, Kind, RelationType
from resolver.records.packing import (
    split_fields,
    unpack_address,
    unpack_identifier,
    unpack_relation,
)
from resolver.records.properties import ADDRESS, IDENTIFIER_SET, RELATION
from resolver.records.stated_links import StatedLink, iterate_links, pack_link, unpack_link


class GoldenValue(NamedTuple):
    """Value of a golden record.

    `text`: best written form (packed as in a Batch if the property has inner structure). `records`:
    ids of the records that state it, ascending. `forms`: its other written forms. `code`: canonical
    code (ISO country, EDTF date, FtM gender) or empty.
    """

    text: str
    records: tuple[str, ...]
    forms: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class GoldenRelation:
    """Relation to another entity.

    `target`: entity id, or empty if the related record is not in the data or only stated by name.
    `target_record`: record id as stated. `target_schema`: FtM schema of the target's golden record,
    or empty.
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

    `properties` name entities where records are in the data. `records`: ids of all records that
    state it, if it is exported with this golden record; empty if with another one. `relations`:
    records of this golden record with the relations that they have because of it.
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

    `records`: ascending ids; `record_sources`: source of each. `values`: per property, best
    supported first. `birth_date`: best date (EDTF, may be empty). `conflicts`: property → values
    that contradict one another.
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
            unpack_identifier(prop, value.text)
            for prop, values in self.values.items()
            if prop in IDENTIFIER_SET
            for value in values
        )

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Addresses, unpacked."""
        return tuple(unpack_address(value.text) for value in self.values.get(ADDRESS, ()))


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


Statement = tuple[int, str]
"""Row of a record, and the text of a link entity that it states."""


@dataclass(frozen=True, slots=True)
class RepeatedLinks:
    """Link entities that several records state: content to statements, in the order of rows."""

    by_content: Mapping[str, Sequence[Statement]]

    @classmethod
    def of(cls, batch: Batch) -> RepeatedLinks:
        """Return those of a batch."""
        statements: dict[str, list[Statement]] = {}
        for row, text, link in iterate_links(batch):
            statements.setdefault(_content(link), []).append((row, text))
        return cls({text: items for text, items in statements.items() if len(items) > 1})

    def exported_with(self, row: int, text: str, link: StatedLink) -> Sequence[Statement]:
        """Return the statements that are exported with this one: all of a link entity for the first
        of them, else none.
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
    """Return the link entities that the records of one entity state, by id. `ids`: of all records.

    The rows of the statements are those of the entity's records.
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
    """Return the relations that link entities state, with the records that have them from there."""
    covered: dict[RelationStatement, set[str]] = {}
    for link in links:
        for record, statement in link.relations:
            covered.setdefault(statement, set()).add(record)
    return covered
