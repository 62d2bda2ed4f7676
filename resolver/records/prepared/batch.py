"""Prepared batches: normalized records as arrays of codes over tables of unique values.

Every row of a table depends only on its text (and on the model's frequency tables), never on the
rest of the batch. So a comparison of two table rows gives the same answer in every batch. Tables
are sorted by their text or number, so codes order as the values do.

The module also builds entity profiles: the records of an entity merged into one record with all
their values.

`Ragged` holds several ints per row as two arrays, with the operations that stages share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records import Batch, Coded, Column
from resolver.records.batch import IntArray
from resolver.records.kinds import combine_kinds
from resolver.runtime.arrays import fill_runs
from resolver.runtime.key_sets import distinct_hashes

_LEAST = -(2**31)


@dataclass(frozen=True, slots=True)
class Ragged:
    """Ragged array: the items of row i are `items[offsets[i]:offsets[i + 1]]`.

    Both arrays are int32; `offsets` has one element more than there are rows.
    """

    offsets: IntArray
    items: IntArray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> IntArray:
        return self.items[self.offsets[row] : self.offsets[row + 1]]

    @property
    def counts(self) -> IntArray:
        """Number of items of each row."""
        return self.offsets[1:] - self.offsets[:-1]

    @property
    def rows(self) -> IntArray:
        """Row of each item."""
        return np.arange(len(self), dtype=np.int32).repeat(self.counts)

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Ragged:
        """Return the ragged array of a list of lists."""
        counts = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
        items = np.fromiter(chain.from_iterable(lists), dtype=np.int32, count=int(counts.sum()))
        return cls(offsets_of(counts), items)

    @classmethod
    def empty(cls, rows: int) -> Ragged:
        """Return `rows` rows without items."""
        return cls(np.zeros(rows + 1, dtype=np.int32), np.zeros(0, dtype=np.int32))

    @classmethod
    def from_rows(
        cls, rows: npt.NDArray[Any], items: npt.NDArray[Any], count: int, *, unique: bool = True
    ) -> Ragged:
        """Return `count` rows from (row, item) pairs in any order; items are sorted within a row.

        Items have 32 bits. Repeated pairs are kept once if `unique`.
        """
        # row and item in one number, which sorts fast; computed in place, as there may be many
        # millions
        packed = rows.astype(np.int64)
        packed <<= 32
        packed += items.astype(np.int64, copy=False)
        packed -= _LEAST
        if not np.all(packed[1:] >= packed[:-1]):
            packed.sort()
        if unique and not np.all(is_new := packed[1:] != packed[:-1]):
            packed = packed[np.append(True, is_new)]
        items = packed.astype(np.int32) ^ np.int32(_LEAST)
        packed >>= 32
        return cls(offsets_of(np.bincount(packed, minlength=count)), items)

    def take(self, rows: npt.NDArray[Any]) -> Ragged:
        """Return some rows, in that order; rows may repeat."""
        counts = self.counts[rows]
        return Ragged(offsets_of(counts), self.items[spread(self.offsets[:-1][rows], counts)])

    def distinct(self) -> Ragged:
        """Return the rows with their items (0 or more) ascending, each once."""
        numbers = np.empty(len(self.items), dtype=np.uint64)
        offsets = np.zeros_like(self.offsets)
        filled = distinct_hashes(
            self.offsets, self.items.astype(np.uint64) + np.uint64(1), numbers, offsets
        )
        return Ragged(offsets, (numbers[:filled] - np.uint64(1)).astype(np.int32))

    def through(self, inner: Ragged) -> Ragged:
        """Return rows in which each item is replaced by the items of row number `item` of
        `inner`.
        """
        counts = inner.counts[self.items]
        items = inner.items[spread(inner.offsets[:-1][self.items], counts)]
        return Ragged(offsets_of(counts)[self.offsets], items)


def concat_rows(parts: Sequence[Ragged]) -> Ragged:
    """Return the rows of several ragged arrays, one after the other."""
    counts = np.concatenate([part.counts for part in parts])
    return Ragged(offsets_of(counts), np.concatenate([part.items for part in parts]))


def offsets_of(counts: npt.NDArray[Any]) -> IntArray:
    """Return the offsets of rows with the given counts."""
    offsets = np.zeros(len(counts) + 1, dtype=np.int32)
    counts.cumsum(dtype=np.int32, out=offsets[1:])
    return offsets


def spread(starts: npt.NDArray[Any], counts: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return the positions start, start + 1, … of every row, one row after the other."""
    positions = np.empty(int(counts.sum()), dtype=np.int64)
    fill_runs(
        np.ascontiguousarray(starts, dtype=np.int64),
        np.ascontiguousarray(counts, dtype=np.int64),
        positions,
    )
    return positions


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
"""Types of which a holder has several (securities, wallets, references): others do not
contradict.
"""


@dataclass(frozen=True, slots=True)
class IdentifierTable:
    """Unique identifiers in normal form.

    `number` is the 64-bit hash of the text; `type` and `country` are small codes (0: unknown), and
    `type` includes the bit `CHECKED`. `mass_used` is 1 if many unrelated people use the number
    (frequency table) or if it looks invented.
    """

    number: HashArray
    type: IntArray
    country: IntArray
    texts: npt.NDArray[np.object_]
    mass_used: ByteArray


@dataclass(frozen=True, slots=True)
class PlaceTable:
    """Unique places or addresses.

    `tokens` are positions in `token_texts` (sorted, with 64-bit `token_hashes`). `local` are the
    tokens that do not just name the country. `country` is a code (0: unknown). `normal` is the
    sorted `local` tokens, joined to one text. `texts` are the texts as their sources wrote them.
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
        """Positions in `country_codes`: nationalities of each record."""

    @property
    def countries(self) -> Ragged:
        """Positions in `country_codes`: all countries of each record."""

    @property
    def linked_countries(self) -> Ragged:
        """Positions in `country_codes`: all countries of each record, and the countries that its
        sanctions programs are about.
        """

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
        """Return a batch with the members of another batch, each read now."""
        values = {field.name: getattr(batch, field.name) for field in fields(cls)}
        return cls(**{**values, "plain": dict(batch.plain)})


Numbers = npt.NDArray[np.int64]


def build_profiles(batch: Batch, owner: Numbers, ids: Sequence[str]) -> Batch:
    """Build the batch of `len(ids)` profiles; record i belongs to profile `owner[i]`. The kind of a
    profile is the kinds that all of its records can have, or any kind if they exclude each other.
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
    unique_values, index = np.unique(packed, return_index=True)
    rows: IntArray = (unique_values >> 32).astype(np.int32)
    return Column(
        rows, column.codes[index], column.values, column.origins[index], column.origin_values
    )
