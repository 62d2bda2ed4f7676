"""FtM properties that the stages read, by kind of value. Others are stored and shown only."""

from __future__ import annotations

FULL_NAMES = ("name", "alias", "weakAlias", "previousName", "abbreviation")
NAME_PARTS = (
    "firstName",
    "secondName",
    "middleName",
    "fatherName",
    "lastName",
    "motherName",
    "nameSuffix",
)
DATES = ("birthDate", "deathDate", "incorporationDate", "dissolutionDate", "buildDate")
COUNTRIES = (
    "nationality",
    "citizenship",
    "country",
    "jurisdiction",
    "birthCountry",
    "flag",
    "pastFlags",
)
PROGRAMS = ("program", "programId")
"""Programs of sanctions, which may be about a country."""
PLACES = ("birthPlace",)
IDENTIFIERS = (
    "passportNumber",
    "idNumber",
    "socialSecurityNumber",
    "taxNumber",
    "vatCode",
    "registrationNumber",
    "innCode",
    "ogrnCode",
    "kppCode",
    "okpoCode",
    "leiCode",
    "dunsCode",
    "swiftBic",
    "imoNumber",
    "mmsi",
    "callSign",
    "serialNumber",
    "icaoCode",
    "isin",
    "ticker",
    "wikidataId",
    "publicKey",
)
CONTACTS = ("phone", "email", "website")
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
IDENTIFIER_SET = frozenset(IDENTIFIERS)
