"""The FtM properties that the stages know, by what they hold. Other properties are kept and shown, but not compared."""

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
# Columns of a Batch whose texts are packed structures, not plain values (see `resolver.records.packing`).
ADDRESS = "address"
RELATION = "relation"
ROUTE = "route"
ACTIVITY = "activity"
HANDLING = "handling"
IDENTIFIER_SET = frozenset(IDENTIFIERS)
