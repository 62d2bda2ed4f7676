"""Parts of keys that several rules share: words, pairs of words, dates and places, as hashes.

A part is a pure function of the batch, so it does not matter which thread computes it.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from resolver.blocking.keys import (
    KeySets,
    distinct_keys,
    form_hashes,
    identity_tokens,
    keys_of_records,
    keys_of_table,
    mix,
    pairs_within,
    sums_within,
    unite_keys,
    years_within,
)
from resolver.blocking.script_sounds import ScriptSounds
from resolver.kernels.letter_hashes import TextLetters
from resolver.records.prepared.batch import HashArray, PlaceTable, PreparedBatch
from resolver.records.prepared.ragged import Ragged, spread
from resolver.records.prepared.value_flags import TokenFlag

T = TypeVar("T")
Bools = npt.NDArray[np.bool_]
_AFFIX, _SUFFIX_SALT = 3, np.uint64(3)
"""Letters of a prefix or suffix, and what tells their hashes apart."""
_MAX_SYMBOLS = 24
"""Symbols of a word that is a key; short forms of very many names are none."""


class KeyParts:
    """Parts of the keys of one batch, computed on first access."""

    def __init__(self, prepared: PreparedBatch) -> None:
        self.prepared = prepared
        self._cache: dict[str, Any] = {}
        self._locks: dict[str, Lock] = {}
        self._lock = Lock()

    def cached(self, name: str, compute: Callable[[], T]) -> T:
        """Return a named part; the first caller computes it while others wait."""
        with self._lock:
            lock = self._locks.setdefault(name, Lock())
        with lock:
            if name not in self._cache:
                self._cache[name] = compute()
            value: T = self._cache[name]
            return value

    def words(self, code: str, least_length: int) -> KeySets:
        """Per record, one code (`codes`) of each word of some length, once."""

        def compute() -> KeySets:
            mask = self.identity(least_length)
            return distinct_keys(
                keys_of_records(self.prepared, self._in_forms(self.codes(code), mask))
            )

        return self.cached(f"words {code} {least_length}", compute)

    def word_pairs(self, code: str, least_length: int = 1) -> KeySets:
        """Per record, every two words of a name by their codes, each once."""

        def compute() -> KeySets:
            by_form = form_hashes(self.prepared, self.codes(code), self.identity(least_length))
            return distinct_keys(keys_of_records(self.prepared, pairs_within(by_form)))

        return self.cached(f"pairs {code} {least_length}", compute)

    def word_sets(self, code: str) -> KeySets:
        """Per record, one hash for all the words of each name, in any order."""

        def compute() -> KeySets:
            by_form = form_hashes(self.prepared, self.codes(code), self.identity(1))
            return distinct_keys(keys_of_records(self.prepared, sums_within(by_form)))

        return self.cached(f"sets {code}", compute)

    def initials(self) -> KeySets:
        """Per record, the first letters of its words, each once."""

        def compute() -> KeySets:
            by_form = self._in_forms(self._first_letters(), _initial_tokens(self.prepared))
            return distinct_keys(keys_of_records(self.prepared, by_form))

        return self.cached("initials", compute)

    def initial_pairs(self) -> KeySets:
        """Per record, the first letters of every two words of a name."""

        def compute() -> KeySets:
            mask = _initial_tokens(self.prepared)
            by_form = form_hashes(self.prepared, self._first_letters(), mask)
            return distinct_keys(keys_of_records(self.prepared, pairs_within(by_form)))

        return self.cached("initial pairs", compute)

    def symbols(self) -> KeySets:
        """Per record, the symbols (name in other languages, nickname) of words with few of them."""

        def compute() -> KeySets:
            symbols, forms = self.prepared.tokens.symbols, self.prepared.forms.tokens
            few = identity_tokens(self.prepared) & (symbols.counts <= _MAX_SYMBOLS)
            counts = np.where(few, symbols.counts, 0)[forms.items]
            items = symbols.items[spread(symbols.offsets[:-1][forms.items], counts)]
            ends = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
            by_form = KeySets(
                ends[forms.offsets].astype(np.int32), mix(items.astype(np.uint64), np.uint64(5))
            )
            return distinct_keys(keys_of_records(self.prepared, by_form))

        return self.cached("symbols", compute)

    def years(self) -> KeySets:
        """Per record, every year of birth."""
        return self.cached(
            "years", lambda: distinct_keys(years_within(self.prepared.births, self.prepared.dates))
        )

    def month_days(self, *, strict: bool = False) -> KeySets:
        """Per record, day and month of birth without 1 January, the usual placeholder.

        `strict`: also without all of January and all firsts of a month.
        """

        def compute() -> KeySets:
            dates = self.prepared.dates
            default = (
                (dates.day == 1) | (dates.month == 1)
                if strict
                else (dates.day == 1) & (dates.month == 1)
            )
            number = dates.month.astype(np.uint64) * np.uint64(100) + dates.day
            full = (dates.day > 0) & ~default
            return distinct_keys(
                keys_of_table(self.prepared.births, np.where(full, number, np.uint64(0)))
            )

        return self.cached(f"month days {strict}", compute)

    def place_words(self) -> KeySets:
        """Per record, words of four letters or more of its birth places and addresses.

        Words that just name the country are left out.
        """

        def compute() -> KeySets:
            parts = []
            for ragged, table in _placed(self.prepared):
                words = ragged.through(table.local)
                lengths = np.fromiter(
                    map(len, table.token_texts), dtype=np.int32, count=len(table.token_texts)
                )
                hashes = np.where(lengths >= 4, table.token_hashes, np.uint64(0))
                parts.append(KeySets(words.offsets, hashes[words.items]))
            return distinct_keys(unite_keys(parts))

        return self.cached("place words", compute)

    def script_sounds(self) -> ScriptSounds:
        """Names of all records by their sounds in any script."""
        return self.cached("script sounds", lambda: ScriptSounds.of(self.prepared, self.letters()))

    def codes(self, code: str) -> HashArray:
        """Return one code per token (`text`, `phonetic`, `skeleton`, `prefix` or `suffix`)."""
        return _TOKEN_CODES[code](self)

    def identity(self, least_length: int = 1, least_rarity: float = 0.0) -> Bools:
        """Return a mask of tokens of some length and rarity (nats) that carry identity."""
        mask = identity_tokens(self.prepared, least_rarity)
        return mask & (self.letters().lengths >= least_length) if least_length > 1 else mask

    def letters(self) -> TextLetters:
        """Return the letters of all tokens."""
        return self.cached("letters", lambda: TextLetters.of(self.prepared.tokens.texts))

    def _in_forms(self, codes: HashArray, mask: Bools) -> KeySets:
        """Per form, the codes of the tokens that pass, as they come."""
        forms = self.prepared.forms.tokens
        return KeySets(forms.offsets, np.where(mask, codes, np.uint64(0))[forms.items])

    def _first_letters(self) -> HashArray:
        return self.letters().first_letters.astype(np.uint64)


def _initial_tokens(prepared: PreparedBatch) -> Bools:
    mask: Bools = (prepared.tokens.flags & int(TokenFlag.PARTICLE | TokenFlag.LEGAL)) == 0
    return mask


def _placed(prepared: PreparedBatch) -> tuple[tuple[Ragged, PlaceTable], ...]:
    return (prepared.birth_places, prepared.place_table), (
        prepared.addresses,
        prepared.address_table,
    )


_TOKEN_CODES: dict[str, Callable[[KeyParts], HashArray]] = {
    "text": lambda parts: parts.prepared.tokens.hashes,
    "phonetic": lambda parts: parts.prepared.tokens.phonetic,
    "skeleton": lambda parts: parts.prepared.tokens.skeleton,
    "prefix": lambda parts: parts.letters().spell_first(_AFFIX),
    "suffix": lambda parts: mix(parts.letters().spell_last(_AFFIX), _SUFFIX_SALT),
}
