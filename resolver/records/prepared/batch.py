"""`Prepared`: a batch after normalisation, as arrays of codes over tables of unique values. What blocking and comparing
see.

Every table row depends on its text alone (and the model's tables), never on what else is in the batch, so a comparison
of two table rows gives the same answer in every batch. Tables are sorted by their text or number, so codes order as the
values do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records.batch import IntArray
from resolver.records.prepared.ragged import Ragged

FloatArray = npt.NDArray[np.float32]
ByteArray = npt.NDArray[np.uint8]
HashArray = npt.NDArray[np.uint64]


NICKNAME_BIT = 1 << 30
"""Set in the id of a symbol that ties a nickname to a name, clear in all others."""


class TokenFlag(IntFlag):
    """What a token is, apart from its letters."""

    INITIAL = 1
    PARTICLE = 2
    NUMBER = 4
    LEGAL = 8
    PLACE = 16
    GENERIC = 32
    FOREIGN = 64
    """Written in a script that has several romanisations, or whose romanisation has no vowels (Arabic, Hebrew, Han,
    Hangul)."""
    KNOWN = 128
    """An established word: a name that some table knows, no slip of the pen."""


class Role(IntEnum):
    """The part a token plays in a person's name, where the source says so, or what it most likely plays. The two lowest
    bits are the same for what is said and for what is likely."""

    UNSET = 0
    GIVEN = 1
    MIDDLE = 2
    FAMILY = 3
    LIKELY_GIVEN = 5
    LIKELY_FAMILY = 7


class NameQuality(IntEnum):
    """How a source calls a name."""

    PRIMARY = 0
    ALIAS = 1
    WEAK = 2


@dataclass(frozen=True, slots=True)
class TokenTable:
    """t unique tokens, sorted. `texts` ASCII where a transliteration exists; `hashes` 64 bits of the text; `phonetic`,
    `sound` and `skeleton` hashes of what is left of a text when spellings are levelled (0 is "none"); `flags` are
    `TokenFlag` bits; `rarity_person`, `rarity_group` in nats, 0…9; `symbols` the ids of the symbols a token carries,
    ascending; `signature` one bit per letter."""

    texts: npt.NDArray[np.object_]
    hashes: HashArray
    phonetic: HashArray
    sound: HashArray
    skeleton: HashArray
    flags: ByteArray
    rarity_person: FloatArray
    rarity_group: FloatArray
    symbols: Ragged
    signature: npt.NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, slots=True)
class NameTable:
    """f name forms. `tokens`: form → tokens in order; `roles` (uint8, `Role`) beside its items; `joined` and
    `joined_skeleton` beside its items: hashes of the token and its right neighbour written together (0 at the end);
    `compact`: 64-bit hash of the sorted tokens that carry meaning; `texts[f]` what the source wrote (None for forms put
    together from name parts)."""

    tokens: Ragged
    roles: ByteArray
    joined: HashArray
    joined_skeleton: HashArray
    compact: HashArray
    texts: npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class DateTable:
    """d unique dates: first and last possible year, month and day (0 unknown), `circa` (uint8)."""

    year: IntArray
    last_year: IntArray
    month: ByteArray
    day: ByteArray
    circa: ByteArray
    texts: npt.NDArray[np.object_]


TRAVEL_FAMILY = 1
"""The type of passports and other travel documents."""
WEAK_FAMILIES = (6, 9, 16)
"""Types of identifiers that a whole group of companies or all branches of a bank share: they prove little about one."""


@dataclass(frozen=True, slots=True)
class IdentifierTable:
    """k unique identifiers: `number` is the 64-bit hash of the normal form, `type` and `country` small codes (0
    unknown), `texts` the normal form, `mass_used` 1 where the model's table says many unrelated people use it, or it
    looks invented."""

    number: HashArray
    type: IntArray
    country: IntArray
    texts: npt.NDArray[np.object_]
    mass_used: ByteArray


@dataclass(frozen=True, slots=True)
class PlaceTable:
    """p unique places or addresses: `tokens` into `token_texts` (sorted), `token_hashes` 64 bits each, `local` those
    tokens that do not only say the country, `country` code (0 unknown); `normal` the sorted local tokens as one text,
    `texts` what the source wrote."""

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


@dataclass(frozen=True, slots=True)
class Prepared:
    """n records. Each Ragged goes record → rows of the table named beside it.

    `names` → `forms` (with `name_quality` beside its items); `births`, `starts` → `dates`; `nationalities`,
    `countries`, `birth_countries` hold country codes into `country_codes`; `birth_places`, `addresses` → their place
    tables; `identifiers`; `gender` bits 1 male, 2 female, 4 other; `plain` maps a property (phone, email, activity …)
    to (Ragged, TextTable).
    """

    ids: pa.StringArray
    kinds: ByteArray
    sources: IntArray
    declared: npt.NDArray[np.bool_]
    """Whether the record's source declares its entries to be all different."""
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
