"""Record: the statements of one source about one person, group or asset.

Records are frozen and handled one at a time, for readers, the API and tests. Properties carry
FollowTheMoney names and are multi-valued; every value keeps its origin. Values with inner structure
(identifiers, addresses, relations) have types of their own.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

from resolver.records.kinds import DEFAULT_SCHEMA, Kind

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, order=True)
class Value:
    """Value of a property. `origin` is its place in the source (a file and field, say)."""

    prop: str
    text: str
    origin: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """Document or registration number.

    `prop` is the FtM property (passportNumber, idNumber …); `country` is as the source wrote it.
    """

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
    """Postal address in the parts into which the source splits it; `full` if the source does not
    split it.
    """

    full: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    origin: str = ""

    @property
    def text(self) -> str:
        """Address on one line: `full`, and the parts that `full` does not contain."""
        parts = [self.street, self.city, self.region, self.postal_code]
        if self.full:
            words = _words(self.full)
            parts = [part for part in parts if _words(part) not in words]
        if self.country and not _ends_with_country(self.full, self.country):
            parts.append(self.country)
        return ", ".join(part for part in (self.full, *parts) if part)


def _words(text: str) -> str:
    """Return the words of a text in lower case, each with a space on both sides."""
    return "".join(f" {word} " for word in re.findall(r"\w+", text.casefold()))


def _ends_with_country(text: str, country: str) -> bool:
    """Return whether the last part of an address names a country, given by name or code."""
    last = text.rpartition(",")[2].strip()
    if not last or last.casefold() == country.casefold():
        return bool(last)
    from resolver.reference import lookup_territory

    territory = lookup_territory(last)
    if territory is None or last.casefold() in map(str.casefold, territory.places):
        # a city may be read as its country elsewhere, but not here
        return False
    return territory == lookup_territory(country)


class RelationType(StrEnum):
    """Type of a relation between two records; `relation_types` says what each means."""

    MEMBER_OF = "memberOf"
    LEADER_OF = "leaderOf"
    ASSOCIATE_OF = "associateOf"
    FAMILY_OF = "familyOf"
    OWNER_OF = "ownerOf"
    LINKED_TO = "linkedTo"
    PREDECESSOR_OF = "predecessorOf"
    PAYER_OF = "payerOf"
    FOUNDER_OF = "founderOf"
    FINANCIER_OF = "financierOf"
    FACILITATOR_OF = "facilitatorOf"
    DIRECTOR_OF = "directorOf"
    EMPLOYEE_OF = "employeeOf"
    EMPLOYER_OF = "employerOf"
    FACTION_OF = "factionOf"
    SPLINTER_OF = "splinterOf"
    SUCCESSOR_OF = "successorOf"
    MERGED_INTO = "mergedInto"
    ALLY_OF = "allyOf"
    OPPONENT_OF = "rivalOf"


@dataclass(frozen=True, slots=True, order=True)
class Relation:
    """Relation to another record (`target_id`), or to an entity known by name (`target_name`)."""

    type: RelationType
    target_id: str = ""
    target_name: str = ""
    role: str = ""
    start: str = ""
    end: str = ""
    origin: str = ""


class CountryRole(StrEnum):
    """Role of a country in a network."""

    SOURCE = "source"
    TRANSIT = "transit"
    DESTINATION = "destination"


@dataclass(frozen=True, slots=True, order=True)
class RouteCountry:
    """Country with its role on a smuggling or trafficking route."""

    country: str
    role: CountryRole
    origin: str = ""


class Activity(StrEnum):
    """Kinds of crime that a record is linked to: weak context for identity, never guilt."""

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
    """Evaluation under a named scheme (Europol's 4×4: source A/B/C/X, information 1–4)."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Handling:
    """Conditions of use. `code` is Europol's handling code, H0 (free within the hub) to H3.

    `conditions` is a text for conditions that the code does not express. `subject_category` is the
    category of the data subject, such as suspect, victim or witness.
    """

    agency: str = ""
    code: str = "H0"
    source_grade: Grade | None = None
    information_grade: Grade | None = None
    subject_category: str = ""
    purpose: str = ""
    review_date: str = ""
    conditions: str = ""
    legal_basis: str = ""

    @property
    def is_vulnerable(self) -> bool:
        """Whether the record is about a victim or a witness, whatever else its category says."""
        return bool(VULNERABLE & set(re.findall(r"[a-z]+", self.subject_category.lower())))


VULNERABLE = frozenset({"victim", "victims", "witness", "witnesses"})
"""Words of categories of data subjects who are never suspects."""


@dataclass(frozen=True, slots=True)
class Record:
    """Statements of one source about one entity. All fields except the first four have several
    values.

    `id` is `<source>:<native id>`; `schema` is the FtM schema name.
    """

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
        """Return the texts of some properties, in the order of the record."""
        return tuple(value.text for value in self.values if value.prop in props)

    @property
    def caption(self) -> str:
        """Name to show: the first name, else the name parts joined, else an alias, else the id."""
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
        """Return the SHA-256 (hex) of the content without the id; the order of values does not
        matter.

        It identifies a version of the record.
        """
        from resolver.records.packing import pack

        rows = [
            [column, text, origin] if origin else [column, text]
            for column, text, origin in pack(self)
        ]
        content = [self.source, int(self.kind), self.schema, rows]
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def kind_variants(record: Record) -> list[Record]:
    """Return a record of several kinds twice: as a person, and as the other kinds it may be.

    A person's name is read in another way than the name of a group or asset. A record of one kind
    is returned once.
    """
    if record.kind not in (Kind.LEGAL, Kind.ANY):
        return [record]
    person = replace(record, kind=Kind.PERSON, schema=DEFAULT_SCHEMA[Kind.PERSON])
    return [person, replace(record, kind=Kind(record.kind & ~Kind.PERSON))]


def content_id(source: str, row: str) -> str:
    """Return an id for a record that has none: `~` and 12 hex digits of the SHA-256 of its row."""
    return f"{source}:~{hashlib.sha256(row.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def is_content_id(record_id: str) -> bool:
    """Return whether an id is made from the content of its row."""
    return re.fullmatch("~[0-9a-f]{12}", record_id.partition(":")[2]) is not None
