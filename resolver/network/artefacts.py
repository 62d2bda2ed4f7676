"""Artefacts that entities share: telephones, e-mail addresses, documents, accounts, wallets.

An artefact is told by the normal form of its value, as comparisons have it, so that spellings of
one number are one artefact. Addresses count where they are exact enough to be a place to live in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.normalize.identifiers import read_packed_identifier
from resolver.normalize.values import normalize_email, normalize_phone
from resolver.records import Batch, Column
from resolver.records.packing import SEPARATOR, split_fields
from resolver.records.prepared.batch import WEAK_FAMILIES, PreparedBatch, TextTable
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.text_hashes import compute_hash64, hash64
from resolver.records.properties import ADDRESS, IDENTIFIERS

Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
PHONE, EMAIL, DOCUMENT, ACCOUNT, WALLET = "phone", "email", "document", "account", "wallet"
REGISTRATION, VESSEL, VEHICLE, PLACE = "registration", "vessel", "vehicle", "address"
ARTEFACT_KINDS = (
    *(PHONE, EMAIL, ACCOUNT, WALLET, DOCUMENT),
    *(REGISTRATION, VESSEL, VEHICLE, PLACE),
)
"""Kinds of artefact, in the order in which pages list them."""
_KIND_OF_PROPERTY = {
    **dict.fromkeys(("passportNumber", "idNumber", "socialSecurityNumber"), DOCUMENT),
    **dict.fromkeys(("imoNumber", "mmsi", "callSign"), VESSEL),
    **dict.fromkeys(("icaoCode", "serialNumber"), VEHICLE),
    "publicKey": WALLET,
}
_ACCOUNT_WORDS = ("account", "iban", "konto", "booking")
_FAMILY_BITS = 32
"""Families of identifiers are below; higher bits are flags of checked numbers."""
_ARTEFACT_COLUMNS = (PHONE, EMAIL, ADDRESS, *IDENTIFIERS)
MIN_ADDRESS_WORDS = 3


class Artefact(NamedTuple):
    """Artefact of a record: kind, hash of its normal form, and its text as written."""

    kind: str
    key: int
    text: str


def read_artefacts(prop: str, packed: str) -> Artefact | None:
    """Return the artefact that a value of a column (as a batch holds it) is, or None."""
    if prop in (PHONE, EMAIL):
        normal = normalize_phone(packed) if prop == PHONE else normalize_email(packed)
        return Artefact(prop, hash64(normal), packed) if normal else None
    if prop == ADDRESS:
        words = _address_text(packed)
        text = ", ".join(field for field in packed.split(SEPARATOR) if field)
        return Artefact(PLACE, compute_hash64(words), text) if words else None
    reading = read_packed_identifier(prop, packed)
    family = reading.family % _FAMILY_BITS
    if len(reading.number) <= 2 or family in WEAK_FAMILIES:
        return None
    number, _, kind_text = split_fields(packed, 3)
    key = _identifier_keys(np.array([hash64(reading.number)], dtype=np.uint64), np.array([family]))
    return Artefact(_identifier_kind(prop, kind_text), int(key[0]), number)


def _identifier_kind(prop: str, kind_text: str) -> str:
    if any(word in kind_text.casefold() for word in _ACCOUNT_WORDS):
        return ACCOUNT
    return _KIND_OF_PROPERTY.get(prop, REGISTRATION)


def _identifier_keys(numbers: Hashes, families: npt.NDArray[np.int64]) -> Hashes:
    """Return the keys of identifiers: a number of one family is one artefact."""
    keys: Hashes = numbers ^ (families.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    return keys


def _address_text(packed: str) -> str:
    """Return the normal form of an address; empty for one that is too short or has no number."""
    words = "".join(letter if letter.isalnum() else " " for letter in packed.casefold()).split()
    is_exact = len(words) >= MIN_ADDRESS_WORDS and any(map(str.isdigit, "".join(words)))
    return " ".join(words) if is_exact else ""


def find_artefact_rows(batch: Batch, prepared: PreparedBatch) -> tuple[Hashes, Numbers]:
    """Return the keys of all artefacts of a batch, ascending, and the row that has each."""
    parts = [_plain_rows(*prepared.plain[prop]) for prop in (PHONE, EMAIL)]
    table = prepared.identifier_table
    families = table.type.astype(np.int64) % _FAMILY_BITS
    keys = np.where(
        (table.number == 0) | np.isin(families, WEAK_FAMILIES),
        np.uint64(0),
        _identifier_keys(table.number, families),
    )
    parts.append((keys[prepared.identifiers.items], prepared.identifiers.rows.astype(np.int64)))
    if ADDRESS in batch.columns:
        parts.append(_address_rows(batch.columns[ADDRESS]))
    all_keys, rows = (np.concatenate(column) for column in zip(*parts, strict=True))
    is_known = all_keys > 0
    all_keys, rows = all_keys[is_known], rows[is_known]
    order = np.lexsort((rows, all_keys))
    return all_keys[order], rows[order]


def _plain_rows(rows: Ragged, table: TextTable) -> tuple[Hashes, Numbers]:
    return table.hashes[rows.items], rows.rows.astype(np.int64)


def _address_rows(column: Column) -> tuple[Hashes, Numbers]:
    used = np.unique(column.codes)
    keys = np.zeros(len(column.values), dtype=np.uint64)
    keys[used] = [
        compute_hash64(text) if text else 0
        for text in map(_address_text, column.values.take(used).to_pylist())
    ]
    return keys[column.codes], column.rows.astype(np.int64)


def artefact_columns(batch: Batch) -> Iterator[tuple[str, Column]]:
    """Iterate over the columns of a batch that hold artefacts."""
    return ((prop, batch.columns[prop]) for prop in _ARTEFACT_COLUMNS if prop in batch.columns)
