"""A hash of letters that can be built one letter at a time, over arrays and in kernels: for acronyms and prefixes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SPELL_START = np.uint64(7)
SPELL_FACTOR = np.uint64(1_000_003)


def spell(text: str) -> int:
    """The 64-bit polynomial hash of a text: `SPELL_START`, then per letter times `SPELL_FACTOR` plus the letter."""
    value = int(SPELL_START)
    for letter in text:
        value = (value * int(SPELL_FACTOR) + ord(letter)) & 0xFFFFFFFFFFFFFFFF
    return value


def first_letters(texts: npt.NDArray[np.object_]) -> npt.NDArray[np.uint32]:
    """The code point of each text's first letter; 0 for an empty text."""
    return np.fromiter(
        (ord(text[0]) if text else 0 for text in texts), dtype=np.uint32, count=len(texts)
    )
