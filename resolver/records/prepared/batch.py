"""Prepared batches: normalized records as arrays of codes over tables of unique values.

Every row of a table depends on its text alone (and on the model's frequency tables), never on what
else is in the batch, so a comparison of two table rows gives the same answer in every batch. Tables
are sorted by their text or number, so codes order as the values do.

Entity profiles: the records of an entity merged into one record with all their values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records import Batch, Coded, Column
from resolver.records.batch import IntArray
from resolver.records.kinds import combine_kinds
from resolver.records.prepared.ragged import Ragged

FloatArray = npt.NDArray[np.float32]
ByteArray = npt.NDArray[np.uint8]
HashArray = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class TokenTable:
    """Unique name tokens, sorted by text.

    `texts` are ASCII if a transliteration exists; `hashes` are 64 bits of the text. `phonetic`,
    `sound` and `skeleton` are hashes of codes that level spellings (0: no code). `flags` are
    `TokenFlag` bits and, above them, the number of the script (`scripts.SCRIPT_SHIFT`);
    `rarity_person` and `rarity_group` are nats in 0…9; `symbols` are the ids of a token's symbols,
    ascending; `signature` has one bit per letter.
    """

    texts: npt.NDArray[np.object_]
    hashes: HashArray
    phonetic: HashArray
    sound: HashArray
    skeleton: HashArray
    flags: npt.NDArray[np.uint16]
    rarity_person: FloatArray
    rarity_group: FloatArray
    symbols: Ragged
    signature: npt.NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, slots=True)
class NameTable:
    """Name forms. `tokens` are the tokens of each form, in order.

    Beside the items of `tokens`: `roles` (`Role`), and `joined` and `joined_skeleton`, hashes of
    the token and its right neighbor written together (0 at the end of a form). `compact` is a hash
    of the sorted tokens that carry meaning; `texts` are the names as their sources wrote them (None
    for forms composed from name parts).
    """

    tokens: Ragged
    roles: ByteArray
    joined: HashArray
    joined_skeleton: HashArray
    compact: HashArray
    texts: npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class DateTable:
    """Unique dates.

    First and last possible year, month and day (0: unknown), and `circa` (0 or 1).
    """

    year: IntArray
    last_year: IntArray
    month: ByteArray
    day: ByteArray
    circa: ByteArray
    texts: npt.NDArray[np.object_]


TRAVEL_FAMILY = 1
"""Type of passports and other travel documents."""
WEAK_FAMILIES = (6, 9, 16)
"""Types of identifiers that groups of companies or branches of a bank share: weak evidence."""
PLURAL_FAMILIES = (15, 18, 19)
"""Types of which a holder has several (securities, wallets, references): others do not contradict.
"""


@dataclass(frozen=True, slots=True)
class IdentifierTable:
    """Unique identifiers in normal form.

    `number` is the 64-bit hash of the text; `type` and `country` are small codes (0: unknown),
    `type` with `CHECKED`;
    `mass_used` is 1 if many unrelated people use the number (frequency table) or it looks invented.
    """

    number: HashArray
    type: IntArray
    country: IntArray
    texts: npt.NDArray[np.object_]
    mass_used: ByteArray


@dataclass(frozen=True, slots=True)
class PlaceTable:
    """Unique places or addresses.

    `tokens` are places in `token_texts` (sorted, with 64-bit `token_hashes`); `local` are the
    tokens that do not just name the country; `country` is a code (0: unknown); `normal` is the
    sorted local tokens as one text; `texts` are as their sources wrote them.
    """

    tokens: Ragged
    local: Ragged
    token_texts: npt.NDArray[np.object_]
    token_hashes: HashArray
    country: IntArray
    normal: npt.NDArray[np.object_]
    texts: npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class TextTable:
    """Unique normal texts of a plain property, sorted, with 64-bit hashes."""

    texts: npt.NDArray[np.object_]
    hashes: HashArray


class PreparedBatch(Protocol):
    """Interface of a prepared batch of n records: all that blocking and comparison read.

    Each `Ragged` has a row per record; its items are rows of the table it names. Implementations
    are `MaterializedBatch` and `assembly.LazyBatch`.
    """

    def __len__(self) -> int: ...

    @property
    def ids(self) -> pa.StringArray:
        """Record ids."""

    @property
    def kinds(self) -> ByteArray:
        """`Kind` bits of each record."""

    @property
    def sources(self) -> IntArray:
        """Source number of each record."""

    @property
    def source_names(self) -> tuple[str, ...]:
        """Name of each source number; two numbers may have one name."""

    @property
    def is_deduplicated(self) -> npt.NDArray[np.bool_]:
        """True for records whose source states that its entries are distinct entities."""

    @property
    def tokens(self) -> TokenTable:
        """Unique name tokens."""

    @property
    def forms(self) -> NameTable:
        """Name forms."""

    @property
    def names(self) -> Ragged:
        """Rows of `forms` of each record."""

    @property
    def name_quality(self) -> ByteArray:
        """`NameQuality` of each item of `names`."""

    @property
    def dates(self) -> DateTable:
        """Unique dates."""

    @property
    def births(self) -> Ragged:
        """Rows of `dates`: birth dates of each record."""

    @property
    def starts(self) -> Ragged:
        """Rows of `dates`: incorporation dates of each record."""

    @property
    def country_codes(self) -> tuple[str, ...]:
        """Country codes; code 0 is unknown."""

    @property
    def nationalities(self) -> Ragged:
        """Places in `country_codes`: nationalities of each record."""

    @property
    def countries(self) -> Ragged:
        """Places in `country_codes`: all countries of each record."""

    @property
    def linked_countries(self) -> Ragged:
        """Places in `country_codes`: those, and those that programs are about."""

    @property
    def birth_places(self) -> Ragged:
        """Rows of `place_table` of each record."""

    @property
    def place_table(self) -> PlaceTable:
        """Unique birth places."""

    @property
    def addresses(self) -> Ragged:
        """Rows of `address_table` of each record."""

    @property
    def address_table(self) -> PlaceTable:
        """Unique addresses."""

    @property
    def identifiers(self) -> Ragged:
        """Rows of `identifier_table` of each record."""

    @property
    def identifier_table(self) -> IdentifierTable:
        """Unique identifiers."""

    @property
    def gender(self) -> ByteArray:
        """`GenderFlag` bits of each record."""

    @property
    def plain(self) -> Mapping[str, tuple[Ragged, TextTable]]:
        """Plain properties (phone, email, activity …): rows of each record, and their table."""


@dataclass(frozen=True, slots=True)
class MaterializedBatch:
    """Prepared batch (`PreparedBatch`) that holds all of its arrays."""

    ids: pa.StringArray
    kinds: ByteArray
    sources: IntArray
    source_names: tuple[str, ...]
    is_deduplicated: npt.NDArray[np.bool_]
    tokens: TokenTable
    forms: NameTable
    names: Ragged
    name_quality: ByteArray
    dates: DateTable
    births: Ragged
    starts: Ragged
    country_codes: tuple[str, ...]
    nationalities: Ragged
    countries: Ragged
    linked_countries: Ragged
    birth_places: Ragged
    place_table: PlaceTable
    addresses: Ragged
    address_table: PlaceTable
    identifiers: Ragged
    identifier_table: IdentifierTable
    gender: ByteArray
    plain: Mapping[str, tuple[Ragged, TextTable]]

    def __len__(self) -> int:
        return len(self.kinds)

    @classmethod
    def of(cls, batch: PreparedBatch) -> MaterializedBatch:
        """Return a batch with the members of another, read now."""
        values = {field.name: getattr(batch, field.name) for field in fields(cls)}
        return cls(**{**values, "plain": dict(batch.plain)})


Numbers = npt.NDArray[np.int64]


def build_profiles(batch: Batch, owner: Numbers, ids: Sequence[str]) -> Batch:
    """Build the batch of `len(ids)` profiles; record i belongs to profile `owner[i]`. A profile's
    kind is what all its records can be, or any if they exclude each other.
    """
    count = len(ids)
    first = np.full(count, len(batch), dtype=np.int64)
    np.minimum.at(first, owner, np.arange(len(batch)))
    columns = {prop: _unite_column(column, owner) for prop, column in batch.columns.items()}
    return Batch(
        pa.array(list(ids), pa.string()),
        combine_kinds(batch.kinds, owner, count),
        Coded(batch.schemas.codes[first], batch.schemas.values),
        Coded(batch.sources.codes[first], batch.sources.values),
        columns,
    )


def _unite_column(column: Column, owner: Numbers) -> Column:
    """Keep each value once per profile."""
    packed = (owner[column.rows] << 32) | column.codes
    unique_values, place = np.unique(packed, return_index=True)
    rows: IntArray = (unique_values >> 32).astype(np.int32)
    return Column(
        rows, column.codes[place], column.values, column.origins[place], column.origin_values
    )
