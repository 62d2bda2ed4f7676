"""Kinds of record, and the FollowTheMoney schemata of each.

Kinds are sets of bits, so that FtM's LegalEntity (a person or a group, unknown which) is both: two
records can be the same entity if their kinds share a bit.
"""

from __future__ import annotations

from enum import IntFlag


class Kind(IntFlag):
    """Kind of entity that a record describes. `LEGAL` (person or group) is compared with both."""

    PERSON = 1
    GROUP = 2
    ASSET = 4
    LEGAL = 3

    @property
    def label(self) -> str:
        """Word used in files and pages: person, group, asset or legal."""
        return _LABELS[self]


_LABELS = {Kind.PERSON: "person", Kind.GROUP: "group", Kind.ASSET: "asset", Kind.LEGAL: "legal"}
KIND_BY_LABEL = {label: kind for kind, label in _LABELS.items()}

DEFAULT_SCHEMA = {
    Kind.PERSON: "Person",
    Kind.GROUP: "Organization",
    Kind.ASSET: "Vessel",
    Kind.LEGAL: "LegalEntity",
}

_SCHEMA_KIND = {
    "Person": Kind.PERSON,
    "Organization": Kind.GROUP,
    "Company": Kind.GROUP,
    "PublicBody": Kind.GROUP,
    "LegalEntity": Kind.LEGAL,
    "Vessel": Kind.ASSET,
    "Airplane": Kind.ASSET,
    "Vehicle": Kind.ASSET,
    "Asset": Kind.ASSET,
    "CryptoWallet": Kind.ASSET,
    "Security": Kind.ASSET,
    "RealEstate": Kind.ASSET,
}


SCHEMATA = tuple(_SCHEMA_KIND)
"""FtM schemata of persons, groups and assets."""


_BY_WORD = {name.casefold(): name for name in SCHEMATA} | {
    "thing": "LegalEntity",
    "entity": "LegalEntity",
    "legal": "LegalEntity",
    "individual": "Person",
    "group": "Organization",
    "organisation": "Organization",
    "ship": "Vessel",
    "aircraft": "Airplane",
}


def schema_from_word(word: str) -> str | None:
    """Return the schema that a word names in any case, or None if it names none."""
    return _BY_WORD.get(word.strip().casefold())


def kind_of_schema(schema: str) -> Kind | None:
    """Return the kind of an FtM schema, or None if it is no person, group or asset."""
    return _SCHEMA_KIND.get(schema)
