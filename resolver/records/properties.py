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
IDENTIFIER_SET = frozenset(IDENTIFIERS)
