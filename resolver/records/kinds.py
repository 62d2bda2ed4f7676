"""Kinds of record, and the FollowTheMoney schemata of each.

Kinds are sets of bits, so that FtM's LegalEntity (a person or a group, unknown which) is both: two
records can be the same entity if their kinds share a bit.
"""

from __future__ import annotations

from enum import IntFlag

import numpy as np
import numpy.typing as npt

Kinds = npt.NDArray[np.uint8]


class Kind(IntFlag):
    """Kind of entity that a record describes. `LEGAL` (person or group) is compared with both.

    Only queries are of kind `ANY`: those that state nothing that one kind alone can have.
    """

    PERSON = 1
    GROUP = 2
    ASSET = 4
    LEGAL = 3
    ANY = 7

    @property
    def label(self) -> str:
        """Word used in files and pages: person, group, asset, legal or any."""
        return _LABELS[self]


_LABELS = {
    Kind.PERSON: "person",
    Kind.GROUP: "group",
    Kind.ASSET: "asset",
    Kind.LEGAL: "legal",
    Kind.ANY: "any",
}
KIND_BY_LABEL = {label: kind for kind, label in _LABELS.items() if kind is not Kind.ANY}
"""Kinds of records by their words."""

DEFAULT_SCHEMA = {
    Kind.PERSON: "Person",
    Kind.GROUP: "Organization",
    Kind.ASSET: "Vessel",
    Kind.LEGAL: "LegalEntity",
}


def combine_kinds(kinds: Kinds, owner: npt.NDArray[np.integer], count: int) -> Kinds:
    """Return the kind of each of `count` entities; record i belongs to entity `owner[i]`.

    It is what all records of an entity can be, or any if they exclude each other; 0 without any.
    """
    any_bits = np.zeros(count, dtype=np.uint8)
    if len(kinds) and kinds.min() == kinds.max():
        any_bits[owner] = kinds[0]
        return any_bits
    all_bits = np.full(count, 255, dtype=np.uint8)
    np.bitwise_and.at(all_bits, owner, kinds)
    np.bitwise_or.at(any_bits, owner, kinds)
    return np.where(all_bits > 0, all_bits & any_bits, any_bits)


def count_kinds(kinds: Kinds) -> dict[str, int]:
    """Count kinds by label of person, group and asset; LegalEntity counts as person and group."""
    return {
        kind.label: int(np.count_nonzero(kinds & int(kind)))
        for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET)
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
