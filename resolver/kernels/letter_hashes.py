"""Hash of letters that is built one letter at a time, for acronyms and prefixes of words."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SPELL_START = np.uint64(7)
SPELL_FACTOR = np.uint64(1_000_003)


def spell(text: str) -> int:
    """Return the 64-bit polynomial hash of a text.

    It starts with `SPELL_START`; each letter multiplies by `SPELL_FACTOR` and adds its code point.
    """
    value = int(SPELL_START)
    for letter in text:
        value = (value * int(SPELL_FACTOR) + ord(letter)) & 0xFFFFFFFFFFFFFFFF
    return value


def first_letters(texts: npt.NDArray[np.object_]) -> npt.NDArray[np.uint32]:
    """Return the code point of each text's first letter; 0 for an empty text."""
    return np.fromiter(
        (ord(text[0]) if text else 0 for text in texts), dtype=np.uint32, count=len(texts)
    )
