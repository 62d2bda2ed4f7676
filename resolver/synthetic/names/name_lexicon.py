"""Lexicon: every name and word of the world with all its spellings, as one table.

Words have `len(Form)` texts; `SpellingLexicon.texts[word * len(Form) + form]` is one of them, null
if the word lacks the form. Words of one use (given names of Greek men, say) are together in a
`Span`, by falling frequency.
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
    """Form of a word: see `Spellings`; then nickname and initial, both also in the word's own
    script.
    """

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


FORM_COUNT = len(Form)
# Form in the own script that corresponds to each form.
NATIVE_OF = np.array([0, 0, 0, 0, 0, 5, 7, 7, 9, 9], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Span:
    """Range of `size` words from `start` on.

    The frequency of rank r is proportional to 1 / (flat + r): a larger `flat` is more even.
    """

    start: int
    size: int
    flat: float = 10.0

    def pick(self, u: Floats) -> Ints:
        """Return words for uniform random numbers in 0…1."""
        return self.start + draw_ranks(u, np.float64(self.size), np.float64(self.flat))


def draw_ranks(u: Floats, size: Any, flat: Any) -> Ints:
    """Return ranks 0 … size - 1 for uniform `u`, distributed as in `Span`. Arguments broadcast."""
    ranks = np.floor(flat * ((1.0 + size / flat) ** u - 1.0)).astype(np.int64)
    return np.asarray(np.minimum(ranks, np.asarray(size).astype(np.int64) - 1))


@dataclass(frozen=True, slots=True)
class Word:
    """Word before it is in the lexicon. Nicknames are empty if there is none."""

    spellings: Spellings
    pet: str = ""
    pet_native: str = ""


@dataclass(slots=True)
class LexiconBuilder:
    """Builder of a lexicon.

    Equal words of different spans are kept apart, because ranks are positions in a span.
    """

    _texts: list[str | None] = field(default_factory=list)

    def add(self, words: Iterable[Word], flat: float = 10.0) -> Span:
        """Append the words of one use."""
        start = len(self._texts) // FORM_COUNT
        for word in words:
            self._texts.extend(_list_forms(word))
        return Span(start, len(self._texts) // FORM_COUNT - start, flat)

    def build(self) -> SpellingLexicon:
        """Return the lexicon of all words added so far."""
        return SpellingLexicon(pa.array(self._texts, pa.string()))


@dataclass(frozen=True, slots=True)
class SpellingLexicon:
    """Finished lexicon."""

    texts: pa.StringArray

    def spell(
        self, words: Ints, forms: npt.NDArray[Any] | int, mask: Bools | None = None
    ) -> pa.StringArray:
        """Return the texts of n words in the given forms.

        Null if a word is negative, not selected by `mask`, or lacks the form.
        """
        words = np.asarray(words, dtype=np.int64)
        is_absent = words < 0 if mask is None else (words < 0) | ~mask
        places = np.where(is_absent, 0, words * FORM_COUNT + forms)
        return self.texts.take(pa.array(places, mask=is_absent))

    def __len__(self) -> int:
        return len(self.texts) // FORM_COUNT


def _list_forms(word: Word) -> list[str | None]:
    spellings = word.spellings
    native, standard = spellings.native, spellings.standard
    return [
        native,
        standard,
        spellings.b,
        spellings.c,
        spellings.loose,
        spellings.second or native,
        word.pet or standard,
        word.pet_native or native,
        f"{standard[:1]}.",
        f"{native[:1]}." if native and _has_initials(native) else native,
    ]


def _has_initials(native: str) -> bool:
    """Return False for syllabic and joined scripts, which have no initials."""
    return native[0] < "֐" or "Ⴀ" <= native[0] <= "ჿ"
