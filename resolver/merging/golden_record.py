"""The golden record: all that the members of an entity say, each value once, with the records that state it.

Nothing that a member says is dropped. A golden record depends only on its members and, for relations, on which
entities the related records belong to: never on the order of records or on what else was resolved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from resolver.records import Address, Identifier, Kind, RelationType
from resolver.records.packing import unpack_address, unpack_identifier
from resolver.records.properties import ADDRESS, IDENTIFIER_SET


@dataclass(frozen=True, slots=True)
class GoldenValue:
    """One value. `text`: its best-written form (packed as in a Batch where the property has inner structure);
    `records`: ids of the records that state it, ascending; `forms`: the other ways it is written; `code`: its
    canonical code (ISO country, EDTF date, FtM gender) or empty."""

    text: str
    records: tuple[str, ...]
    forms: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class GoldenRelation:
    """A tie to another entity. `target`: its entity id, or empty where the related record is not at hand or only named;
    `target_record`: the record id as stated; `target_schema`: the FtM schema of the target's golden record, or
    empty."""

    type: RelationType
    target: str
    target_record: str
    target_schema: str
    name: str
    role: str
    start: str
    end: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldenRecord:
    """An entity as its members together describe it.

    `records` ascending, `record_sources` beside them; `values` per property, best supported first; `birth_date` the
    best one (EDTF text, may be empty); `conflicts`: property → the values that contradict one another.
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
    conflicts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[str, ...]:
        """The lists that know the entity, each once, ascending."""
        return tuple(sorted(set(self.record_sources)))

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """The identifiers, unpacked."""
        return tuple(
            unpack_identifier(prop, value.text)
            for prop, values in self.values.items()
            if prop in IDENTIFIER_SET
            for value in values
        )

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The addresses, unpacked."""
        return tuple(unpack_address(value.text) for value in self.values.get(ADDRESS, ()))
