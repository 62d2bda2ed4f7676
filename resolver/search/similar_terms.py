"""Codes of terms by which a misspelt or differently spelt word finds them.

Codes are functions of the term alone: which terms a word is like does not depend on the records
that state others, of which the reader may see none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from resolver.blocking.keys import mix
from resolver.kernels.lookup.word_codes import MIN_LETTERS, fill_letter_codes
from resolver.normalize.folding import skeleton_code, sound_code
from resolver.records.batch import IntArray
from resolver.records.prepared.ragged import spread
from resolver.records.prepared.text_hashes import hash_texts

Numbers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Factors = npt.NDArray[np.float32]


class Likeness(IntEnum):
    """Ways in which two words are alike: one sound, one letter different, the same consonants."""

    SOUND = 0
    LETTER = 1
    SKELETON = 2


LIKENESS_FACTORS: Mapping[Likeness, float] = {
    Likeness.SOUND: 0.65,
    Likeness.LETTER: 0.6,
    Likeness.SKELETON: 0.4,
}
"""Worth of a word by the way in which it is like the typed one; the very word has 1."""
_FACTORS = np.array([LIKENESS_FACTORS[way] for way in Likeness], dtype=np.float32)
_MIN_SKELETON = 3


@dataclass(frozen=True, slots=True)
class SimilarTerms:
    """Codes of terms, ascending, and the term of each."""

    codes: Hashes
    terms: IntArray

    def find(self, word: str) -> tuple[Numbers, Factors]:
        """Return the terms that are like a word (itself, too; some twice), and their worths."""
        if not has_codes(word):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        codes, _, ways = _code_words([word])
        starts = np.searchsorted(self.codes, codes)
        counts = np.searchsorted(self.codes, codes, side="right") - starts
        results = self.terms[spread(starts, counts)].astype(np.int64)
        return results, np.repeat(_FACTORS[ways], counts)


def find_alike(word: str, others: Sequence[str]) -> str:
    """Return the one of other words that is most like a word, the first of several; empty if none.

    A word is like another if the index would find it by that (`SimilarTerms`).
    """
    words = [other for other in others if has_codes(other)]
    if not words or not has_codes(word):
        return ""
    own, _, _ = _code_words([word])
    codes, owners, ways = _code_words(words)
    shared = np.flatnonzero(np.isin(codes, own))
    order = shared[np.lexsort((owners[shared], ways[shared]))]
    return words[owners[order[0]]] if len(order) else ""


def has_codes(word: str) -> bool:
    """Return whether a word can be like others: numbers and very short words cannot."""
    return len(word) >= MIN_LETTERS - 1 and word.isalpha()


def index_similar_terms(terms: Sequence[tuple[int, str]]) -> SimilarTerms:
    """Return the codes of some terms, given with their numbers, for which `has_codes` holds."""
    codes, owners, _ = _code_words([word for _, word in terms])
    numbers = np.array([number for number, _ in terms], dtype=np.int32)
    order = np.argsort(codes, kind="stable")
    return SimilarTerms(codes[order], numbers[owners[order]])


def _code_words(words: Sequence[str]) -> tuple[Hashes, Numbers, Numbers]:
    """Return the codes of some words, the place of the word of each, and its way."""
    every = np.arange(len(words), dtype=np.int64)
    skeletons = [skeleton_code(word) for word in words]
    is_long = np.array([len(code) >= _MIN_SKELETON for code in skeletons], dtype=bool)
    cut, sizes = _codes_without_letters(words)
    parts = (
        (hash_texts(map(sound_code, words)), every, Likeness.SOUND),
        (cut, np.repeat(every, sizes), Likeness.LETTER),
        (hash_texts(skeletons)[is_long], every[is_long], Likeness.SKELETON),
    )
    return (
        np.concatenate([mix(codes, np.uint64(way + 1)) for codes, _, way in parts]),
        np.concatenate([owners for _, owners, _ in parts]),
        np.concatenate([np.full(len(codes), way, dtype=np.int64) for codes, _, way in parts]),
    )


def _codes_without_letters(words: Sequence[str]) -> tuple[Hashes, Numbers]:
    """Return codes of each word, of all of it and without each of its letters; and their number."""
    texts = [word.encode() for word in words]
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    # shorter words are like too many others
    sizes = np.where(lengths >= MIN_LETTERS, lengths + 1, 0)
    cut = np.empty(int(sizes.sum()), dtype=np.uint64)
    beginnings = np.empty(len(words), dtype=np.uint64)
    letters = np.frombuffer(b"".join(texts), dtype=np.uint8)
    fill_letter_codes(letters, offsets, sizes, cut, beginnings)
    return cut, sizes
