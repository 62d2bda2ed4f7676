"""Random numbers of the world, columns of text, and the lexicon of names with all their spellings.

`Dice` objects belong to one purpose in one chunk: their numbers depend only on the seed, the chunk
number and the name of the purpose. So chunks can be made in any order, and a change of one purpose
does not affect the others.

In the lexicon, words of one use (for example, given names of Greek men) are together in a `Span`,
the most frequent first. A word is the start of its span plus its rank in the span. A span lists its
frequent words. If a span has a `NameTail`, it has no end: ranks beyond the list are rare names,
composed of parts that a hash of the rank selects.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.world.alphabets import Spellings

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
# Number of bits of a word that hold its rank; the higher bits hold the number of its span.
RANK_BITS = 40
_MAX_RANK = float((1 << RANK_BITS) - 1)
# For each form, the corresponding form in the word's own script.
NATIVE_OF = np.array([0, 0, 0, 0, 0, 5, 7, 7, 9, 9], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Span:
    """Range of words from `start` on, of which `size` are listed.

    The frequency of rank r is proportional to 1 / (flat + r) ** exponent (Zipf-Mandelbrot law): a
    larger `flat` is more even. Ranks end with the list if `exponent` is 1; else they have no end,
    and the distinct words of n draws grow like n ** (1 / exponent).
    """

    start: int
    size: int
    flat: float = 10.0
    exponent: float = 1.0

    def pick(self, u: Floats) -> Ints:
        """Return words for uniform random numbers in 0…1."""
        return self.start + draw_ranks(u, np.float64(self.size), self.flat, self.exponent)


def draw_ranks(u: Floats, size: Any, flat: Any, exponent: Any = 1.0) -> Ints:
    """Return ranks for uniform `u`, distributed as in `Span`. Arguments are broadcast."""
    is_open = np.asarray(exponent) > 1.0
    base = np.where(is_open, 1.0 - u, 1.0 + size / flat)
    power = np.where(is_open, -1.0 / np.where(is_open, exponent - 1.0, 1.0), u)
    last = np.where(is_open, _MAX_RANK, np.asarray(size) - 1.0)
    return np.asarray(np.minimum(np.floor(flat * (base**power - 1.0)), last).astype(np.int64))


@dataclass(frozen=True, slots=True)
class Word:
    """Word before it is added to the lexicon. A nickname is empty if the word has none."""

    spellings: Spellings
    pet: str = ""
    pet_native: str = ""


PartForms = tuple[str | None, ...]
"""Texts of a part of a rare name, one per `Form`."""


@dataclass(frozen=True, slots=True)
class NameTail:
    """Parts of the rare names of a span: an onset, up to two middle parts, and an ending.

    Tails with the same `seed` and equally many parts of each kind correspond: equal ranks give, for
    example, a family name and its feminine form. `middles` may be empty. Repeated endings are more
    frequent.
    """

    seed: int
    onsets: tuple[PartForms, ...]
    middles: tuple[PartForms, ...]
    endings: tuple[PartForms, ...]


@dataclass(slots=True)
class LexiconBuilder:
    """Builder of a lexicon.

    Equal words of different spans are separate words, because ranks are positions in a span.
    """

    _texts: list[str | None] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _tails: list[NameTail | None] = field(default_factory=list)

    def add(
        self,
        words: Iterable[Word],
        flat: float = 10.0,
        exponent: float = 1.0,
        tail: NameTail | None = None,
    ) -> Span:
        """Append the words of one use. Without a tail, the ranks end with the words."""
        number, start = len(self._starts), len(self._texts) // FORM_COUNT
        self._starts.append(start)
        self._tails.append(tail)
        for word in words:
            self._texts.extend(list_forms(word))
        size = len(self._texts) // FORM_COUNT - start
        return Span(number << RANK_BITS, size, flat, exponent if tail else 1.0)

    def build(self) -> SpellingLexicon:
        """Return the lexicon of all words added so far."""
        edges = np.array([*self._starts, len(self._texts) // FORM_COUNT], dtype=np.int64)
        texts = pa.array(self._texts, pa.string())
        is_native = np.array([text is not None for text in self._texts[::FORM_COUNT]])
        tails = TailParts.collect(self._tails)
        return SpellingLexicon(texts, is_native, edges[:-1], np.diff(edges), tails)


@dataclass(frozen=True, slots=True)
class TailParts:
    """Parts of the tails of all spans.

    `texts` has the text of part p in a form at p * len(Form) + form; part 0 is empty. `start` and
    `count` (spans × 3) say where the onsets, middle parts and endings of each span are. `seed` has
    a value for each span.
    """

    texts: pa.StringArray
    start: Ints
    count: Ints
    seed: npt.NDArray[np.uint64]

    @classmethod
    def collect(cls, tails: Sequence[NameTail | None]) -> TailParts:
        """Collect the parts of some tails."""
        texts: list[str | None] = [""] * FORM_COUNT
        start, count = [], []
        for tail in tails:
            kinds = (tail.onsets, tail.middles, tail.endings) if tail else ((), (), ())
            count.append([len(parts) for parts in kinds])
            places = []
            for parts in kinds:
                places.append(len(texts) // FORM_COUNT)
                texts.extend(chain.from_iterable(parts))
            start.append(places)
        return cls(
            pa.array(texts, pa.string()),
            np.array(start, dtype=np.int64).reshape(-1, 3),
            np.array(count, dtype=np.int64).reshape(-1, 3),
            np.array([tail.seed if tail else 0 for tail in tails], dtype=np.uint64),
        )

    def spell(self, span: Ints, rank: Ints, forms: Ints) -> pa.StringArray:
        """Return the rare names of n spans and ranks in the given forms."""
        bits = _mix_bits(rank.astype(np.uint64) * _GOLDEN + self.seed[span])
        pairs = np.maximum(self.count[span, 0] * self.count[span, 2] // 8, 1)
        has_middle = (rank >= pairs) & (self.count[span, 1] > 0)
        has_second = has_middle & (rank >= pairs * self.count[span, 1])
        columns = [self._take(span, 0, bits, 0, forms)]
        for turn, is_used in ((1, has_middle), (2, has_second)):
            if is_used.any():
                columns.append(self._take(span, 1, bits, turn, forms, is_used))
        columns.append(self._take(span, 2, bits, 3, forms))
        return pc.binary_join_element_wise(*columns, "")

    def _take(
        self,
        span: Ints,
        kind: int,
        bits: npt.NDArray[np.uint64],
        turn: int,
        forms: Ints,
        is_used: Bools | None = None,
    ) -> pa.StringArray:
        """Return parts of one kind, each chosen by 16 of the bits; empty texts where `is_used` is
        False.
        """
        number = ((bits >> np.uint64(16 * turn)) & np.uint64(0xFFFF)).astype(np.int64)
        parts = self.start[span, kind] + (number * self.count[span, kind] >> 16)
        if is_used is not None:
            parts = np.where(is_used, parts, 0)
        return self.texts.take(pa.array(parts * FORM_COUNT + forms))


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mix_bits(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return 64 well-mixed bits of each number (finalizer of SplitMix64, Steele et al. 2014)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))


@dataclass(frozen=True, slots=True)
class SpellingLexicon:
    """Finished lexicon.

    `texts` has the text of listed word w in a form at w * len(Form) + form; it is null if the word
    lacks the form. `is_native` selects the listed words that have a form in their own script.
    `starts` and `sizes` are the first listed word and the number of listed words of each span.
    """

    texts: pa.StringArray
    is_native: Bools
    starts: Ints
    sizes: Ints
    tails: TailParts

    def spell(
        self, words: Ints, forms: npt.NDArray[Any] | int, mask: Bools | None = None
    ) -> pa.StringArray:
        """Return the texts of n words in the given forms.

        A text is null if its word is negative, not selected by `mask`, or lacks the form.
        """
        words = np.asarray(words, dtype=np.int64)
        is_absent = words < 0 if mask is None else (words < 0) | ~mask
        span, rank = _split_words(words)
        is_rare = (rank >= self.sizes[span]) & ~is_absent
        places = np.where(is_absent | is_rare, 0, (self.starts[span] + rank) * FORM_COUNT + forms)
        texts = self.texts.take(pa.array(places, mask=is_absent | is_rare))
        rows = np.flatnonzero(is_rare)
        if not len(rows):
            return texts
        forms_of_rows = np.broadcast_to(np.asarray(forms, dtype=np.int64), words.shape)[rows]
        rare = self.tails.spell(span[rows], rank[rows], forms_of_rows)
        return pc.replace_with_mask(texts, pa.array(is_rare), rare)

    def has_native(self, words: Ints) -> Bools:
        """Return True for words that have a form in their own script, and False for negative words.

        Rare names always have such a form.
        """
        span, rank = _split_words(words)
        is_rare = rank >= self.sizes[span]
        indices = np.where(is_rare | (words < 0), 0, self.starts[span] + rank)
        return np.asarray((words >= 0) & (is_rare | self.is_native[indices]))

    def __len__(self) -> int:
        return len(self.texts) // FORM_COUNT


def _split_words(words: Ints) -> tuple[Ints, Ints]:
    """Split words into the number of the span and the rank; the results for negative words have no
    meaning.
    """
    return words >> RANK_BITS, words & ((1 << RANK_BITS) - 1)


def list_forms(word: Word) -> list[str | None]:
    """Return the texts of a word, one for each `Form`."""
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
        f"{native[:1]}." if native and has_initials(native) else native,
    ]


def has_initials(native: str) -> bool:
    """Return False for syllabic and joined scripts, which have no initials."""
    return native[0] < "֐" or "Ⴀ" <= native[0] <= "ჿ"


class Dice:
    """Source of uniform random numbers and numbers derived from them.

    Only `Generator.random()` is drawn, whose stream numpy keeps stable.
    """

    def __init__(self, *keys: int | str) -> None:
        entropy = [key if isinstance(key, int) else zlib.crc32(key.encode()) for key in keys]
        self._source = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))

    def uniform(self, *shape: int) -> Floats:
        """Draw numbers in 0…1 (1 excluded)."""
        return self._source.random(shape)

    def chance(self, count: int, rate: float | Floats) -> Bools:
        """Draw booleans that are True at the rate `rate` (0…1), which is one number or a number for
        each boolean.
        """
        return np.asarray(self.uniform(count) < rate)

    def integers(self, count: int, limit: int | Ints) -> Ints:
        """Draw whole numbers from 0 to `limit` - 1; `limit` is one number or a number for each
        draw.
        """
        return np.floor(self.uniform(count) * limit).astype(np.int64)

    def choose(self, count: int, weights: Sequence[float] | Floats) -> Ints:
        """Draw indices of `weights`, in proportion to the weights."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.minimum(
            np.searchsorted(edges / edges[-1], self.uniform(count), side="right"), len(edges) - 1
        )

    def permutation(self, count: int) -> Ints:
        """Return 0 … count - 1 in random order."""
        return np.argsort(self.uniform(count), kind="stable")


def concat_texts(parts: Sequence[pa.Array | str], separator: str = "") -> pa.StringArray:
    """Concatenate texts element by element; null if any part is null. A `str` is repeated for each
    element.
    """
    return pc.binary_join_element_wise(*parts, separator, null_handling="emit_null")


def join_non_null(parts: Sequence[pa.Array], separator: str = " ") -> pa.StringArray:
    """Join texts element by element, skipping nulls; null if all parts are null."""
    joined = parts[0]
    for part in parts[1:]:
        # Arrow's option to skip nulls drops rows in which all parts are null.
        joined = pc.coalesce(concat_texts([joined, part], separator), joined, part)
    return joined


def keep_where(texts: pa.Array, mask: Bools) -> pa.Array:
    """Keep texts where `mask` is True, null elsewhere."""
    return pc.if_else(pa.array(mask), texts, pa.scalar(None, pa.string()))


def choose_where(mask: Bools, yes: pa.Array | str, no: pa.Array | str) -> pa.Array:
    """Return `yes` where `mask` is True, `no` elsewhere."""
    return pc.if_else(pa.array(mask), yes, no)


def is_present(texts: pa.Array) -> Bools:
    """Return True where a text is not null."""
    return np.asarray(texts.is_valid().to_numpy(zero_copy_only=False))


def format_numbers(numbers: npt.NDArray[np.int64], width: int = 0) -> pa.StringArray:
    """Format whole numbers, with leading zeros up to `width`."""
    digits = pc.cast(pa.array(numbers), pa.string())
    return pc.utf8_lpad(digits, width, "0") if width else digits


def make_nulls(count: int) -> pa.StringArray:
    """Return `count` nulls."""
    return pa.nulls(count, pa.string())


def combine_chunks(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a possibly chunked column as one array."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
