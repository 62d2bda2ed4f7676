"""Golden record: the values of all members of an entity, each once, with the records that state it.

No value of a member is dropped. A golden record depends only on its members and, for relations, on
the entities of the related records; not on the order of records or on other entities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from resolver.records import Address, Identifier, Kind, RelationType
from resolver.records.packing import unpack_address, unpack_identifier
from resolver.records.properties import ADDRESS, IDENTIFIER_SET


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
