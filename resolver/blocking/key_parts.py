"""What several rules are made of: words, pairs of words, dates and places of a batch, each hashed once a run.

A part is a pure function of the batch, so it does not matter which of several threads makes it.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from resolver.blocking.keys import (
    Hashed,
    distinct,
    form_hashes,
    identity_tokens,
    mix,
    of_records,
    of_table,
    pairs_within,
    sums_within,
    united,
    years_within,
)
from resolver.kernels.letter_hashes import first_letters, spell
from resolver.records.prepared.batch import (
    HashArray,
    PlaceTable,
    Prepared,
    TokenFlag,
)
from resolver.records.prepared.ragged import Ragged, offsets_of, spread

T = TypeVar("T")
Bools = npt.NDArray[np.bool_]
_SUFFIX_SALT = np.uint64(3)


class Parts:
    """The parts of one batch, made when first asked for and kept."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self._made: dict[str, Any] = {}
        self._locks: dict[str, Lock] = {}
        self._lock = Lock()

    def once(self, name: str, make: Callable[[], T]) -> T:
        """The part of a name; `make` is called by the first that asks, others wait."""
        with self._lock:
            lock = self._locks.setdefault(name, Lock())
        with lock:
            if name not in self._made:
                self._made[name] = make()
            made: T = self._made[name]
            return made

    def words(self, code: str, least_length: int) -> Hashed:
        """Per record, one code (`phonetic`, `skeleton`, `prefix`, `suffix`) of every long enough word, each once."""

        def make() -> Hashed:
            mask = self.identity(least_length)
            return distinct(of_records(self.prepared, self._in_forms(self.codes(code), mask)))

        return self.once(f"words {code} {least_length}", make)

    def word_pairs(self, code: str, least_length: int = 1) -> Hashed:
        """Per record, every two words of a name by their codes, each once."""

        def make() -> Hashed:
            by_form = form_hashes(self.prepared, self.codes(code), self.identity(least_length))
            return distinct(of_records(self.prepared, pairs_within(by_form)))

        return self.once(f"pairs {code} {least_length}", make)

    def word_sets(self, code: str) -> Hashed:
        """Per record, one hash for all the words of each name, in any order."""

        def make() -> Hashed:
            by_form = form_hashes(self.prepared, self.codes(code), self.identity(1))
            return distinct(of_records(self.prepared, sums_within(by_form)))

        return self.once(f"sets {code}", make)

    def initials(self) -> Hashed:
        """Per record, the first letters of its words, each once."""

        def make() -> Hashed:
            return distinct(
                of_records(
                    self.prepared, self._in_forms(self._letters(), _initial_tokens(self.prepared))
                )
            )

        return self.once("initials", make)

    def initial_pairs(self) -> Hashed:
        """Per record, the first letters of every two words of a name."""

        def make() -> Hashed:
            by_form = form_hashes(self.prepared, self._letters(), _initial_tokens(self.prepared))
            return distinct(of_records(self.prepared, pairs_within(by_form)))

        return self.once("initial pairs", make)

    def symbols(self) -> Hashed:
        """Per record, the symbols (the same name in other languages, nicknames) of its words with few of them."""

        def make() -> Hashed:
            symbols, forms = self.prepared.tokens.symbols, self.prepared.forms.tokens
            few = identity_tokens(self.prepared) & (symbols.counts <= 12)
            counts = np.where(few, symbols.counts, 0)[forms.items]
            found = symbols.items[spread(symbols.offsets[:-1][forms.items], counts)]
            ends = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
            by_form = Hashed(
                ends[forms.offsets].astype(np.int32), mix(found.astype(np.uint64), np.uint64(5))
            )
            return distinct(of_records(self.prepared, by_form))

        return self.once("symbols", make)

    def years(self) -> Hashed:
        """Per record, every year of birth."""
        return self.once(
            "years", lambda: distinct(years_within(self.prepared.births, self.prepared.dates))
        )

    def month_days(self, *, strict: bool = False) -> Hashed:
        """Per record, day and month of birth, 1 January left out (`strict`: all of January and all firsts of a month):
        what lists write where they know no better."""

        def make() -> Hashed:
            dates = self.prepared.dates
            default = (
                (dates.day == 1) | (dates.month == 1)
                if strict
                else (dates.day == 1) & (dates.month == 1)
            )
            number = dates.month.astype(np.uint64) * np.uint64(100) + dates.day
            full = (dates.day > 0) & ~default
            return distinct(of_table(self.prepared.births, np.where(full, number, np.uint64(0))))

        return self.once(f"month days {strict}", make)

    def place_words(self) -> Hashed:
        """Per record, the words of four letters or more of its birth places and addresses that say more than the
        country."""

        def make() -> Hashed:
            parts = []
            for ragged, table in _placed(self.prepared):
                words = ragged.through(table.local)
                lengths = np.fromiter(
                    map(len, table.token_texts), dtype=np.int32, count=len(table.token_texts)
                )
                hashes = np.where(lengths >= 4, table.token_hashes, np.uint64(0))
                parts.append(Hashed(words.offsets, hashes[words.items]))
            return distinct(united(parts))

        return self.once("place words", make)

    def codes(self, code: str) -> HashArray:
        """One code per token."""
        tokens = self.prepared.tokens
        if code == "text":
            return tokens.hashes
        if code == "phonetic":
            return tokens.phonetic
        if code == "skeleton":
            return tokens.skeleton
        if code == "prefix":
            return self._spelled("prefix", lambda text: text[:3])
        return mix(self._spelled("suffix", lambda text: text[-3:]), _SUFFIX_SALT)

    def identity(self, least_length: int) -> Bools:
        """Which tokens of at least that length carry identity."""
        return identity_tokens(self.prepared, 0, least_length)

    def _in_forms(self, codes: HashArray, mask: Bools) -> Hashed:
        """Per form, the codes of the tokens that pass, as they come."""
        forms = self.prepared.forms.tokens
        return Hashed(forms.offsets, np.where(mask, codes, np.uint64(0))[forms.items])

    def _spelled(self, name: str, cut: Callable[[str], str]) -> HashArray:
        def make() -> Hashed:
            texts = self.prepared.tokens.texts
            hashes = np.fromiter(
                (spell(cut(text)) for text in texts), dtype=np.uint64, count=len(texts)
            )
            return Hashed(offsets_of(np.ones(len(texts), dtype=np.int64)), hashes)

        return self.once(f"spelled {name}", make).hashes

    def _letters(self) -> HashArray:
        return first_letters(self.prepared.tokens.texts).astype(np.uint64)


def _initial_tokens(prepared: Prepared) -> Bools:
    mask: Bools = (prepared.tokens.flags & int(TokenFlag.PARTICLE | TokenFlag.LEGAL)) == 0
    return mask


def _placed(prepared: Prepared) -> tuple[tuple[Ragged, PlaceTable], ...]:
    return (prepared.birth_places, prepared.place_table), (
        prepared.addresses,
        prepared.address_table,
    )
