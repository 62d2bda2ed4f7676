"""Codes and flags in the tables of a prepared batch, shared with the kernels that read them."""

from __future__ import annotations

from enum import IntEnum, IntFlag

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
