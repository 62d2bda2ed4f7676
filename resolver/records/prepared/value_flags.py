"""Codes and flags in the tables of a prepared batch, shared with the kernels that read them.

Records as plain lists, for single answers, where columns would cost more than their content.

Scripts of words, as prepared tokens store them beside their flags.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, IntFlag

import numpy as np
import numpy.typing as npt

NICKNAME_BIT = 1 << 30
"""Set in the id of a symbol that ties a nickname to a name, clear in all others."""


class TokenFlag(IntFlag):
    """Properties of a token beyond its letters."""

    INITIAL = 1
    PARTICLE = 2
    NUMBER = 4
    LEGAL = 8
    PLACE = 16
    GENERIC = 32
    FOREIGN = 64
    """Written in a script that has several romanisations, or whose romanisation has no vowels
    (Arabic, Hebrew, Han, Hangul, katakana)."""
    KNOWN = 128
    """Established word: a name listed in some table, so no misspelling."""


CHECKED = 32
"""Added to the type of an identifier whose check digits are right, so that it is no typing error.
"""
FACTION = "faction"
"""Token of a name that is of a part of a group."""


class Role(IntEnum):
    """Part that a token plays in a person's name, stated by the source or likely.

    The two lowest bits are the same for a stated role and the likely one.
    """

    UNSET = 0
    GIVEN = 1
    MIDDLE = 2
    FAMILY = 3
    LIKELY_GIVEN = 5
    LIKELY_FAMILY = 7


class Lineage(IntFlag):
    """What a marker such as `bin` says of the words beside it, in the bits above `Role`."""

    OWN = 8
    """A person's own given name."""
    FOREBEAR = 16
    """The name of the father or of one of his fathers."""


class NameQuality(IntEnum):
    """Quality that a source gives a name."""

    PRIMARY = 0
    ALIAS = 1
    WEAK = 2


class GenderFlag(IntFlag):
    """Genders that a record states."""

    MALE = 1
    FEMALE = 2
    OTHER = 4


@dataclass(frozen=True, slots=True)
class RecordValues:
    """Records as lists.

    `values` has per property the (row, text) of every value, packed as in a `Batch`, with rows that
    ascend; repetitions are allowed.
    """

    ids: list[str]
    sources: list[str]
    kinds: list[int]
    schemas: list[str]
    values: Mapping[str, list[tuple[int, str]]]

    def __len__(self) -> int:
        return len(self.ids)


def concat_values(parts: Sequence[RecordValues]) -> RecordValues:
    """Return the records of some parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    united = RecordValues([], [], [], [], {})
    values: dict[str, list[tuple[int, str]]] = {}
    for part in parts:
        first = len(united)
        for prop, stated in part.values.items():
            values.setdefault(prop, []).extend((first + row, text) for row, text in stated)
        for column, added in (
            (united.ids, part.ids),
            (united.sources, part.sources),
            (united.schemas, part.schemas),
        ):
            column.extend(added)
        united.kinds.extend(part.kinds)
    return replace(united, values=values)


SCRIPT_SHIFT = 8
"""Bits of `TokenTable.flags` below the number of the script."""


def flags_without_script(flags: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint8]:
    """Return the `TokenFlag` bits of `TokenTable.flags`."""
    return (flags & ((1 << SCRIPT_SHIFT) - 1)).astype(np.uint8)


class Script(IntEnum):
    """Scripts, by the numbers that prepared tokens store."""

    LATIN = 0
    ARABIC = 1
    HEBREW = 2
    HANGUL = 3
    HAN = 4
    KATAKANA = 5
    CYRILLIC = 6
    GREEK = 7
    DEVANAGARI = 8
    BENGALI = 9
    GEORGIAN = 10
    ARMENIAN = 11
    OTHER = 12
    """Script that is compared by its transliteration alone, as Latin letters are."""
