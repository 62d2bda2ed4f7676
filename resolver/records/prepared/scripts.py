"""Scripts of words, as prepared tokens store them beside their flags."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

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
