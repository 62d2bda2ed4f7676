"""Letters of texts as arrays, and a hash built letter by letter, for acronyms and ends of words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.kernels.arrays import HashArray, LetterArray, LongArray
from resolver.kernels.compiler import compiled

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


class TextLetters(NamedTuple):
    """Letters of n texts as code points: those of text i are `letters[starts[i]:starts[i + 1]]`."""

    starts: LongArray
    letters: LetterArray

    @classmethod
    def of(cls, texts: npt.NDArray[np.object_]) -> TextLetters:
        """Return the letters of some texts."""
        words = texts.tolist()
        starts = np.zeros(len(words) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, words), dtype=np.int64, count=len(words)), out=starts[1:])
        encoded = "".join(words).encode("utf-32-le", "surrogatepass")
        return cls(starts, np.frombuffer(encoded, dtype=np.uint32))

    @property
    def lengths(self) -> LongArray:
        """Letters that each text has."""
        return np.diff(self.starts)

    @property
    def first_letters(self) -> LetterArray:
        """Code point of each text's first letter; 0 for an empty text."""
        first = np.zeros(len(self.starts) - 1, dtype=np.uint32)
        filled = np.flatnonzero(self.lengths)
        first[filled] = self.letters[self.starts[filled]]
        return first

    def spell_first(self, most: int) -> HashArray:
        """Return `spell` of the first letters of each text, `most` of them at most."""
        return _spell(self.letters, self.starts[:-1], np.minimum(self.lengths, most))

    def spell_last(self, most: int) -> HashArray:
        """Return `spell` of the last letters of each text, `most` of them at most."""
        counts = np.minimum(self.lengths, most)
        return _spell(self.letters, self.starts[1:] - counts, counts)


def _spell(letters: LetterArray, starts: LongArray, counts: LongArray) -> HashArray:
    hashes = np.empty(len(starts), dtype=np.uint64)
    fill_spelled(letters, starts, counts, hashes)
    return hashes


@compiled(allocates=False)
def fill_spelled(
    letters: LetterArray, starts: LongArray, counts: LongArray, hashes: HashArray
) -> None:
    """Write `spell` of the letters from each start on, as many as its count."""
    for place in range(len(starts)):
        value = SPELL_START
        for at in range(starts[place], starts[place] + counts[place]):
            value = value * SPELL_FACTOR + np.uint64(letters[at])
        hashes[place] = value
