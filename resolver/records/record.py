"""`Record`: what one source said about one person, group or asset. Frozen; one at a time; for readers, the API and
tests.

Properties carry FollowTheMoney names and are multi-valued; every value keeps where it came from. What has inner
structure (identifiers, addresses, relations) has a type of its own.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum

from resolver.records.kinds import Kind

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, order=True)
class Value:
    """One value of one property. `origin` says where in the source it stood (a file and field, say)."""

    prop: str
    text: str
    origin: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A document or registration number. `prop` is the FtM property (passportNumber, idNumber …); country as the source
    wrote it."""

    prop: str
    number: str
    country: str = ""
    type: str = ""
    issued: str = ""
    expires: str = ""
    note: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A postal address as far as the source splits it; `full` where it does not."""

    full: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    origin: str = ""

    @property
    def text(self) -> str:
        """The address on one line."""
        parts = (self.full, self.street, self.city, self.region, self.postal_code, self.country)
        return ", ".join(part for part in parts if part)


class RelationType(StrEnum):
    """How one record is tied to another."""

    MEMBER_OF = "memberOf"
    LEADER_OF = "leaderOf"
    ASSOCIATE_OF = "associateOf"
    FAMILY_OF = "familyOf"
    OWNER_OF = "ownerOf"
    LINKED_TO = "linkedTo"


@dataclass(frozen=True, slots=True, order=True)
class Relation:
    """A tie to another record (`target_id`) or to somebody the source only names (`target_name`)."""

    type: RelationType
    target_id: str = ""
    target_name: str = ""
    role: str = ""
    start: str = ""
    end: str = ""
    origin: str = ""


class CountryRole(StrEnum):
    """What a country is to a network."""

    SOURCE = "source"
    TRANSIT = "transit"
    DESTINATION = "destination"


@dataclass(frozen=True, slots=True, order=True)
class RouteCountry:
    """A country with its role on a smuggling or trafficking route."""

    country: str
    role: CountryRole
    origin: str = ""


class Activity(StrEnum):
    """Kinds of crime a record is tied to. Weak context for identity, never guilt."""

    PEOPLE_SMUGGLING = "people_smuggling"
    HUMAN_TRAFFICKING = "human_trafficking"
    ILLICIT_MONEY_FLOWS = "illicit_money_flows"
    CORRUPTION = "corruption"
    FRAUDULENT_TRAVEL_DOCUMENTS = "fraudulent_travel_documents"
    TERRORISM = "terrorism"
    DRUGS = "drugs"
    ARMS = "arms"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class Grade:
    """An evaluation under a named scheme (Europol's 4×4: source A/B/C/X, information 1–4)."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Handling:
    """How a record may be used. `code` is Europol's handling code, H0 (free within the hub) to H3."""

    agency: str = ""
    code: str = "H0"
    source_grade: Grade | None = None
    information_grade: Grade | None = None
    subject_category: str = ""
    purpose: str = ""
    review_date: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What one source said. `id` is `<source>:<native id>`; `schema` the FtM schema name; the rest multi-valued."""

    id: str
    source: str
    kind: Kind
    schema: str
    values: tuple[Value, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    addresses: tuple[Address, ...] = ()
    relations: tuple[Relation, ...] = ()
    routes: tuple[RouteCountry, ...] = ()
    activities: tuple[Activity, ...] = ()
    handling: Handling = field(default_factory=Handling)

    def texts(self, *props: str) -> tuple[str, ...]:
        """The texts of the named properties, in the order they stand in the record."""
        return tuple(value.text for value in self.values if value.prop in props)

    @property
    def caption(self) -> str:
        """A name to show: the first name, else name parts, else an alias, else the id."""
        for props in (
            ("name",),
            ("firstName", "secondName", "middleName", "lastName"),
            ("alias",),
            ("weakAlias",),
        ):
            texts = self.texts(*props)
            if texts:
                return texts[0] if len(props) == 1 else " ".join(texts)
        return self.id

    def content_hash(self) -> str:
        """SHA-256 (hex) of all that is said, without the id and whatever the order: the version of the record."""
        from resolver.records.packing import pack

        said = [
            [column, text, origin] if origin else [column, text]
            for column, text, origin in pack(self)
        ]
        content = [self.source, int(self.kind), self.schema, said]
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def content_id(source: str, row: str) -> str:
    """The id of a record whose list gives it none: `~` and 12 hex digits of the SHA-256 of the row's content."""
    return f"{source}:~{hashlib.sha256(row.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
