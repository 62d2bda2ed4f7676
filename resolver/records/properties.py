"""PROPERTIES: one row for each property that the stages read. The other modules take their tables
from it.

A row says how the values of a property are read, normalized, compared, searched, merged, shown and
exported. Readers, mappings, the API and the pages take their tables from it, so a new property is
one row (and a function, if its values are compared in a way of their own): see
`docs/how-to/properties.md`. Properties of FollowTheMoney without a row are stored, shown and
exported, but they are neither compared nor searched.

The order of the rows is the order in which pages, reports and golden records list properties.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from resolver.records.kinds import Kind
from resolver.records.prepared.value_flags import Lineage, NameQuality, Role


class ValueType(Enum):
    """Type of the values of a property. The type decides how a value is read and normalized."""

    NAME = auto()
    """Whole name."""
    NAME_PART = auto()
    GENDER = auto()
    DATE = auto()
    PLACE = auto()
    COUNTRY = auto()
    PROGRAM = auto()
    """Program of sanctions, which may be about a country."""
    IDENTIFIER = auto()
    """Number of a document or register, packed with its country, type and dates."""
    ADDRESS = auto()
    PHONE = auto()
    EMAIL = auto()
    WEBSITE = auto()
    RELATION = auto()
    ROUTE = auto()
    ACTIVITY = auto()
    TEXT = auto()


class Normal(Enum):
    """Normal form of values that are compared as whole texts."""

    BY_TYPE = auto()
    """Telephone numbers, mail addresses and websites have a normal form of their type."""
    FOLDED = auto()
    """Latin letters in lower case, without accents and signs."""
    AS_WRITTEN = auto()
    TARGET = auto()
    """Of a relation: the name of its target, or the target's id."""


class Group(Enum):
    """Values that several properties state, which one comparator compares together."""

    BIRTHS = "births"
    STARTS = "starts"
    """Dates of foundation, incorporation or building."""
    NATIONALITIES = "nationalities"
    COUNTRIES = "countries"

    @property
    def comparator(self) -> str:
        """Name of the comparator of the group."""
        return GROUP_COMPARATORS[self][0]


@dataclass(frozen=True, slots=True)
class Wording:
    """Words of a sentence that tells whether the values of two records agree, agree nearly, or
    differ.

    They agree from the similarity `agree_from` on, and nearly from `near_from` on. `one` and
    `many` name the values: "same position", "positions differ".
    """

    one: str
    many: str
    near: str
    agree_from: float = 0.995
    near_from: float = 0.5


GROUP_COMPARATORS: dict[Group, tuple[str, Wording]] = {
    Group.BIRTHS: (
        "birth_date",
        Wording("birth date", "birth dates", "birth dates agree in part", 0.92),
    ),
    Group.STARTS: (
        "start_date",
        Wording("founding date", "founding dates", "founding dates agree in part", 0.92),
    ),
    Group.NATIONALITIES: (
        "nationality",
        Wording("nationality", "nationalities", "a nationality in common", 0.5, 0.01),
    ),
    Group.COUNTRIES: ("country", Wording("country", "countries", "a country in common", 0.5, 0.01)),
}
"""Comparators of groups of values, and the words of their explanations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """Row of the table. A field that is left out means that the property is not used in this way.

    `name`: name in FollowTheMoney, or our own. `kinds`: kinds of record that have the property.
    """

    name: str
    type: ValueType
    kinds: Kind = Kind.ANY
    label: str = ""
    """Label on pages; made of the words of the name if it is empty."""
    schema: str = ""
    """Schema of FollowTheMoney that gets the property, if FollowTheMoney has none of this name."""
    neighbors: tuple[str, ...] = ()
    """Properties that take the value in an export if the schema of the entity lacks this one."""
    senzing: str = ""
    """Attribute of Senzing's format; of a number the family of attributes."""
    senzing_type: str = ""
    """Type of the number, if the family is general."""
    quality: NameQuality | None = None
    """Quality of a whole name."""
    role: Role | int | None = None
    """Role of a part of a name in the name that is composed of the parts (`Role`, `Lineage`)."""
    normal: Normal | None = None
    """Normal form, if whole texts are compared (`Context.plain`)."""
    groups: tuple[Group, ...] = ()
    """Groups of values that this property adds to."""
    family: int = 0
    """Family of an identifier: numbers of one family are compared with each other."""
    comparator: str = ""
    """Name of the comparator that reads this property alone, for its explanations."""
    wording: Wording | None = None
    """Words of the comparator's explanations."""
    search_weight: float = 0.0
    """Weight of a word that is found in this property, up to 1; 0: it is not searched."""
    artefact: str = "registration"
    """Kind of artefact that an identifier is in a network."""
    is_identifying: bool = False
    """Whether a value of this property alone can identify a record or a query."""
    is_single: bool = False
    """Whether an entity has one value only, so that two different ones are a contradiction."""
    changes: bool = False
    """Whether an entity may change the number and stay itself."""
    material: str = ""
    """Field as which a contradicting new version of a record reopens decisions."""
    event: str = ""
    """What happened on the date: "Born"."""
    asked: str = ""
    """Label of the field that asks for it in a check; the API documents it as a parameter, too."""
    summary: int = 0
    """Place among the facts that tell a match from its namesakes; 0: it is none of them."""


_Name = partial(Property, type=ValueType.NAME, is_identifying=True, search_weight=0.97)
_Part = partial(
    Property,
    type=ValueType.NAME_PART,
    kinds=Kind.PERSON,
    is_identifying=True,
    search_weight=0.9,
)
_Date = partial(Property, type=ValueType.DATE, is_single=True)
_Country = partial(Property, type=ValueType.COUNTRY)
_Number = partial(
    Property,
    type=ValueType.IDENTIFIER,
    neighbors=("registrationNumber", "idNumber"),
    is_identifying=True,
    search_weight=1.0,
)
_OF_COUNTRIES = (Group.COUNTRIES,)
_OF_NATIONALITIES = (Group.NATIONALITIES, Group.COUNTRIES)

PROPERTIES: tuple[Property, ...] = (
    _Name(name="name", quality=NameQuality.PRIMARY, search_weight=1.0),
    _Name(name="alias", quality=NameQuality.ALIAS),
    _Name(name="weakAlias", quality=NameQuality.WEAK, search_weight=0.9),
    _Name(name="previousName", quality=NameQuality.ALIAS),
    _Name(name="abbreviation", quality=NameQuality.WEAK, neighbors=("alias",)),
    _Part(name="firstName", role=Role.GIVEN, senzing="NAME_FIRST"),
    _Part(name="secondName", role=Role.MIDDLE),
    _Part(name="middleName", role=Role.MIDDLE, senzing="NAME_MIDDLE"),
    _Part(
        name="fatherName",
        role=Role.MIDDLE | Lineage.FOREBEAR,
        normal=Normal.FOLDED,
        comparator="father_name",
        wording=Wording("father’s name", "father’s names", "similar father’s names", 0.97, 0.85),
    ),
    _Part(name="lastName", role=Role.FAMILY, senzing="NAME_LAST", search_weight=1.0),
    _Part(name="motherName", normal=Normal.FOLDED),
    _Part(name="nameSuffix", role=Role.UNSET, senzing="NAME_SUFFIX", search_weight=0.0),
    Property(
        name="gender",
        type=ValueType.GENDER,
        kinds=Kind.PERSON,
        senzing="GENDER",
        comparator="gender",
        wording=Wording("gender", "genders", "", near_from=0.995),
        is_single=True,
        summary=3,
    ),
    _Date(
        name="birthDate",
        kinds=Kind.PERSON,
        senzing="DATE_OF_BIRTH",
        groups=(Group.BIRTHS,),
        material="birth date",
        asked="Birth date",
        event="Born",
        summary=1,
    ),
    _Date(name="deathDate", kinds=Kind.PERSON, senzing="DATE_OF_DEATH", event="Died"),
    _Date(
        name="incorporationDate",
        kinds=Kind.GROUP,
        senzing="REGISTRATION_DATE",
        groups=(Group.STARTS,),
        material="date of foundation",
        event="Founded",
    ),
    _Date(name="dissolutionDate", kinds=Kind.GROUP, event="Dissolved"),
    _Date(name="buildDate", kinds=Kind.ASSET, groups=(Group.STARTS,), event="Built"),
    Property(
        name="birthPlace",
        type=ValueType.PLACE,
        kinds=Kind.PERSON,
        senzing="PLACE_OF_BIRTH",
        comparator="birth_place",
        wording=Wording("birth place", "birth places", "birth places agree in part", 0.7, 0.3),
        is_identifying=True,
        search_weight=0.8,
        summary=2,
    ),
    _Country(
        name="nationality",
        kinds=Kind.PERSON,
        neighbors=("country",),
        senzing="NATIONALITY",
        groups=_OF_NATIONALITIES,
        material="nationality",
        asked="Nationality",
        summary=4,
    ),
    _Country(
        name="citizenship",
        kinds=Kind.PERSON,
        neighbors=("country",),
        senzing="CITIZENSHIP",
        groups=_OF_NATIONALITIES,
        material="nationality",
    ),
    _Country(
        name="country",
        neighbors=("jurisdiction",),
        senzing="COUNTRY_OF_ASSOCIATION",
        groups=_OF_COUNTRIES,
        asked="Country",
        summary=5,
    ),
    _Country(
        name="jurisdiction",
        kinds=Kind.GROUP,
        neighbors=("country",),
        senzing="REGISTRATION_COUNTRY",
        groups=_OF_COUNTRIES,
        material="jurisdiction",
    ),
    _Country(
        name="birthCountry",
        kinds=Kind.PERSON,
        senzing="COUNTRY_OF_BIRTH",
        groups=_OF_COUNTRIES,
        is_single=True,
        material="country of birth",
    ),
    _Country(name="flag", kinds=Kind.ASSET, neighbors=("country",), groups=_OF_COUNTRIES),
    # only the present flag of a ship is compared
    _Country(name="pastFlags", kinds=Kind.ASSET, neighbors=("country",)),
    _Number(
        name="passportNumber",
        kinds=Kind.PERSON,
        senzing="PASSPORT",
        family=1,
        artefact="document",
        summary=7,
    ),
    _Number(
        name="idNumber",
        senzing="NATIONAL_ID",
        family=2,
        artefact="document",
        asked="Document number",
        summary=6,
    ),
    _Number(
        name="socialSecurityNumber",
        kinds=Kind.PERSON,
        senzing="SSN",
        family=2,
        artefact="document",
    ),
    _Number(name="taxNumber", senzing="TAX_ID", family=3),
    _Number(name="vatCode", senzing="OTHER_ID", senzing_type="VAT", family=3),
    _Number(name="registrationNumber", senzing="OTHER_ID", senzing_type="REGISTRATION", family=4),
    _Number(name="innCode", senzing="OTHER_ID", senzing_type="INN", family=3),
    _Number(name="ogrnCode", senzing="OTHER_ID", senzing_type="OGRN", family=4),
    _Number(name="kppCode", family=6, changes=True),
    _Number(name="okpoCode", family=5),
    _Number(name="leiCode", senzing="LEI", family=7, is_single=True),
    _Number(name="dunsCode", senzing="DUNS", family=8),
    _Number(name="swiftBic", senzing="OTHER_ID", senzing_type="SWIFT", family=9, changes=True),
    _Number(
        name="imoNumber",
        senzing="OTHER_ID",
        senzing_type="IMO",
        family=10,
        artefact="vessel",
        is_single=True,
    ),
    _Number(
        name="mmsi",
        senzing="OTHER_ID",
        senzing_type="MMSI",
        family=11,
        artefact="vessel",
        changes=True,
    ),
    _Number(name="callSign", family=12, artefact="vessel", changes=True),
    _Number(name="serialNumber", family=13, artefact="vehicle"),
    _Number(name="icaoCode", family=14, artefact="vehicle"),
    _Number(
        name="isin",
        neighbors=("isinCode",),
        senzing="OTHER_ID",
        senzing_type="ISIN",
        family=15,
    ),
    _Number(name="ticker", family=16, changes=True),
    _Number(
        name="wikidataId",
        senzing="TRUSTED_ID",
        senzing_type="WIKIDATA",
        family=17,
        is_single=True,
    ),
    _Number(name="publicKey", family=18, artefact="wallet", changes=True),
    # FollowTheMoney has these only for a listing, which is no record. The number of an entry does
    # not identify the listed entity.
    _Number(name="unscId", label="UN reference", family=19, neighbors=(), is_identifying=False),
    _Number(
        name="authorityId", label="List reference", family=19, neighbors=(), is_identifying=False
    ),
    Property(
        name="address",
        type=ValueType.ADDRESS,
        senzing="ADDR_FULL",
        comparator="address",
        wording=Wording("address", "addresses", "addresses agree in part", 0.7, 0.3),
        is_identifying=True,
        search_weight=0.8,
    ),
    Property(
        name="position",
        type=ValueType.TEXT,
        kinds=Kind.PERSON,
        normal=Normal.FOLDED,
        comparator="position",
        wording=Wording("position", "positions", "similar positions", 0.9, 0.6),
        summary=8,
    ),
    Property(
        name="phone",
        type=ValueType.PHONE,
        senzing="PHONE_NUMBER",
        normal=Normal.BY_TYPE,
        comparator="phone",
        wording=Wording("phone number", "phone numbers", "a phone number that many use", 0.5, 0.01),
        is_identifying=True,
        search_weight=1.0,
    ),
    Property(
        name="email",
        type=ValueType.EMAIL,
        senzing="EMAIL_ADDRESS",
        normal=Normal.BY_TYPE,
        comparator="email",
        wording=Wording("e-mail address", "e-mail addresses", "similar e-mail addresses", 0.9, 0.7),
        is_identifying=True,
        search_weight=0.95,
    ),
    Property(
        name="website",
        type=ValueType.WEBSITE,
        senzing="WEBSITE_ADDRESS",
        normal=Normal.BY_TYPE,
        comparator="website",
        wording=Wording("website", "websites", "a website that many use", 0.5, 0.01),
        search_weight=0.9,
    ),
    Property(
        name="relation",
        type=ValueType.RELATION,
        normal=Normal.TARGET,
        comparator="relation",
        wording=Wording("relations", "relations", "a relation in common", near_from=0.01),
    ),
    Property(name="route", type=ValueType.ROUTE),
    Property(
        name="activity",
        type=ValueType.ACTIVITY,
        normal=Normal.AS_WRITTEN,
        comparator="activity",
        wording=Wording(
            "kinds of crime", "kinds of crime", "a kind of crime in common", near_from=0.01
        ),
    ),
    Property(name="program", type=ValueType.PROGRAM),
    Property(name="programId", type=ValueType.PROGRAM),
)
"""All properties that the stages read, in the order in which pages list them."""
PROPERTY_BY_NAME = {row.name: row for row in PROPERTIES}


def properties_of(*types: ValueType) -> tuple[str, ...]:
    """Return the names of the properties with values of some types, in table order."""
    return tuple(row.name for row in PROPERTIES if row.type in types)


def properties_in(group: Group) -> tuple[str, ...]:
    """Return the names of the properties whose values are compared together as a group."""
    return tuple(row.name for row in PROPERTIES if group in row.groups)


FULL_NAMES = properties_of(ValueType.NAME)
NAME_PARTS = properties_of(ValueType.NAME_PART)
COMPOSED_PARTS = tuple(row.name for row in PROPERTIES if row.role)
"""Parts of names of which the name of a person is composed, in the order of a name."""
OWN_PARTS = tuple(
    row.name for row in PROPERTIES if row.role and not int(row.role) & Lineage.FOREBEAR
)
"""Parts of names that are the person's own: not the name of the father."""
SUFFIXES = tuple(row.name for row in PROPERTIES if row.role is Role.UNSET)
"""Parts that stand behind a name, such as Jr."""
FATHER_NAMES = tuple(
    row.name for row in PROPERTIES if row.role and int(row.role) & Lineage.FOREBEAR
)
"""Parts that are the name of the father (a patronymic, too)."""
FATHER_NAME = FATHER_NAMES[0]
DATES = properties_of(ValueType.DATE)
BIRTHS = properties_in(Group.BIRTHS)
(BIRTH_DATE,) = BIRTHS
NATIONALITY = properties_in(Group.NATIONALITIES)[0]
"""Country of a person, where a list has one column for it."""
STARTS = properties_in(Group.STARTS)
BEGINNINGS = (*BIRTHS, *STARTS)
"""Dates that tell one person, group or asset from another."""
COUNTRIES = properties_of(ValueType.COUNTRY)
PROGRAMS = properties_of(ValueType.PROGRAM)
"""Programs of sanctions, which may be about a country."""
PLACES = properties_of(ValueType.PLACE)
IDENTIFIERS = properties_of(ValueType.IDENTIFIER)
IDENTIFIER_SET = frozenset(IDENTIFIERS)
LIST_REFERENCES = frozenset(("unscId", "authorityId"))
"""Identifiers under which an authority lists an entity: `QDi.001`, `EU.27.28`, `AFG0001`."""
PASSPORT = "passportNumber"
CONTACTS = properties_of(ValueType.PHONE, ValueType.EMAIL, ValueType.WEBSITE)
IDENTIFYING = tuple(row.name for row in PROPERTIES if row.is_identifying)
"""Properties of which one value alone can identify a record or a query."""
ASKED = {row.name: row.asked for row in PROPERTIES if row.asked}
"""Properties that a check asks for besides the name, with the labels of their fields."""
SUMMARY = tuple(row.name for row in sorted(PROPERTIES, key=lambda row: row.summary) if row.summary)
"""Properties that tell a match from its namesakes, in the order in which pages show them."""
PROPERTY_OF_COMPARATOR = {row.comparator: row for row in PROPERTIES if row.comparator}
"""Rows by the name of the comparator that reads the property alone."""
WORDINGS = {
    **dict(GROUP_COMPARATORS.values()),
    **{row.comparator: row.wording for row in PROPERTIES if row.wording is not None},
}
"""Words of the explanations of comparators of properties and groups."""
HOME_COUNTRIES = tuple(
    row.name for row in PROPERTIES if Group.COUNTRIES in row.groups and not row.is_single
)
"""Countries of which an entity is or in which it is; not where a person was born."""
# Columns of a batch whose texts are packed structures (see `resolver.records.packing`).
ADDRESS = "address"
RELATION = "relation"
ROUTE = "route"
ACTIVITY = "activity"
HANDLING = "handling"
REFERENTS = "referents"
"""Other ids of an entity that its source lists with it."""
DATASETS = "datasets"
"""Further datasets that have a record, beside its source."""
LISTED_SINCE, LAST_CHANGE = "firstSeen", "lastChange"
"""Times that a list states of an entry: since when it is listed, and its last change there."""
LINK_ENTITY = "linkEntity"
"""Entities that join or describe records, as their list states them (see `stated_links`)."""
ENTRY_COLUMNS = frozenset((REFERENTS, DATASETS, LISTED_SINCE, LAST_CHANGE, LINK_ENTITY))
"""Columns about the entry of a list, which FollowTheMoney has no properties for."""
