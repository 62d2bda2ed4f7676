"""The lexicon: every name and word the world uses, with all its spellings, as one table.

A *word* has `len(Form)` texts; `Lexicon.texts[word * len(Form) + form]` is one of them, null where the word has no
such form. Words of one use (given names of Greek men, say) lie together in a `Span`, in falling order of frequency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.synthetic.letters import Spellings

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Form(IntEnum):
    """The forms of a word: see `Spellings`; then pet name and initial, each also in the word's own script."""

    NATIVE = 0
    STANDARD = 1
    B = 2
    C = 3
    LOOSE = 4
    SECOND = 5
    PET = 6
    PET_NATIVE = 7
    INITIAL = 8
    INITIAL_NATIVE = 9


FORMS = len(Form)
# What stands for a word in its own script, by the form that stands for it in Latin letters.
NATIVE_OF = np.array([0, 0, 0, 0, 0, 5, 7, 7, 9, 9], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Span:
    """`size` words from `start` on. The frequency of rank r is as 1 / (flat + r): the larger `flat`, the more even."""

    start: int
    size: int
    flat: float = 10.0

    def pick(self, u: Floats) -> Ints:
        """Words for uniform random numbers in 0…1."""
        return self.start + rank(u, np.float64(self.size), np.float64(self.flat))


def rank(u: Floats, size: Any, flat: Any) -> Ints:
    """Ranks 0 … size − 1 for uniform `u`, distributed as `Span` says. Arguments broadcast."""
    ranks = np.floor(flat * ((1.0 + size / flat) ** u - 1.0)).astype(np.int64)
    return np.asarray(np.minimum(ranks, np.asarray(size).astype(np.int64) - 1))


@dataclass(frozen=True, slots=True)
class Word:
    """A word before it is in the lexicon. Pet names are empty where there is none."""

    spellings: Spellings
    pet: str = ""
    pet_native: str = ""


@dataclass(slots=True)
class LexiconBuilder:
    """Gathers words; equal words of different spans are kept apart, since ranks are places in a span."""

    _texts: list[str | None] = field(default_factory=list)

    def add(self, words: Iterable[Word], flat: float = 10.0) -> Span:
        """Append the words of one use."""
        start = len(self._texts) // FORMS
        for word in words:
            self._texts.extend(_forms(word))
        return Span(start, len(self._texts) // FORMS - start, flat)

    def build(self) -> Lexicon:
        """The lexicon of all words added so far."""
        return Lexicon(pa.array(self._texts, pa.string()))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The finished table."""

    texts: pa.StringArray

    def spell(
        self, words: Ints, forms: npt.NDArray[Any] | int, where: Bools | None = None
    ) -> pa.StringArray:
        """The texts of n words in the given forms; null where a word is negative, where `where` is False, or for want
        of one."""
        words = np.asarray(words, dtype=np.int64)
        absent = words < 0 if where is None else (words < 0) | ~where
        places = np.where(absent, 0, words * FORMS + forms)
        return self.texts.take(pa.array(places, mask=absent))

    def __len__(self) -> int:
        return len(self.texts) // FORMS


def _forms(word: Word) -> list[str | None]:
    made = word.spellings
    native, standard = made.native, made.standard
    return [
        native,
        standard,
        made.b,
        made.c,
        made.loose,
        made.second or native,
        word.pet or standard,
        word.pet_native or native,
        f"{standard[:1]}.",
        f"{native[:1]}." if native and _has_initials(native) else native,
    ]


def _has_initials(native: str) -> bool:
    """Scripts of syllables and those written joined are not cut to initials."""
    return native[0] < "֐" or "Ⴀ" <= native[0] <= "ჿ"
