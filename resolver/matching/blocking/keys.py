"""Keys of blocking rules, and the prefilter that drops most pairs before they are compared.

1. `KeySets` has 64-bit hashes per record, or per name form if words of one name belong together.
   The functions on it combine hashes; no loop in Python runs over records. `keys_of` makes the keys
   of a rule (`RuleKeys`).
2. `KeyParts` has the parts of keys that several rules share: words, pairs of words, dates and
   places. A part depends only on the batch, so it does not matter which thread computes it.
3. The prefilter gives pairs of persons a cheap score (kernel `prefilter`). Broad rules join many
   pairs that only share a common word. A plan may ask for a minimum score, and pairs below it are
   never compared. The score depends on the two records only, and is no part of match scores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import call
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from resolver.matching.kernels.prefilter import (
    FIRST,
    HEAD_BIRTHS,
    HEAD_CERTAIN,
    HEAD_KINDS,
    HEAD_PLACES,
    HEAD_WORDS,
    SYLLABIC_PERSON,
    TOKEN,
    Head,
    PrefilterArrays,
    TokenColumns,
    WordField,
    fill_prefilter_scores,
    fill_words,
)
from resolver.names.scripts.sounds import ScriptSounds, are_syllabic
from resolver.records.batch import IntArray
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import (
    DateTable,
    HashArray,
    PlaceTable,
    PreparedBatch,
    Ragged,
    offsets_of,
    spread,
)
from resolver.records.prepared.value_flags import TokenFlag
from resolver.runtime.key_sets import (
    KeyColumns,
    count_name_keys,
    count_symbol_pairs,
    distinct_hashes,
    fill_cross_keys,
    fill_rule_keys,
    fill_symbol_pairs,
    gather_name_keys,
)
from resolver.runtime.text_hashes import TextLetters
from resolver.runtime.threads import threads

_NOT_IDENTITY = TokenFlag.PARTICLE | TokenFlag.LEGAL | TokenFlag.INITIAL


@dataclass(frozen=True, slots=True)
class RuleKeys:
    """Keys of one rule, one per entry.

    `rows` (int32) are records, and `base` (uint64) the hashes of their keys. `refine` (int32)
    narrows a key; 0 means that the record states no refinement.
    """

    rows: IntArray
    base: HashArray
    refine: IntArray


_NO_REFINEMENTS = Ragged(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32))
NO_KEYS = RuleKeys(
    np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int32)
)


@dataclass(frozen=True, slots=True)
class KeySets:
    """Set of hashes per row: `hashes[offsets[i]:offsets[i + 1]]` for row i; 0 is no key."""

    offsets: IntArray
    hashes: HashArray

    @property
    def rows(self) -> IntArray:
        """Row of each hash."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int32), np.diff(self.offsets))


def distinct_keys(hashed: KeySets) -> KeySets:
    """Return the distinct hashes of each row, ascending, without 0."""
    out, offsets = np.empty_like(hashed.hashes), np.zeros_like(hashed.offsets)
    filled = distinct_hashes(hashed.offsets, hashed.hashes, out, offsets)
    return KeySets(offsets, out[:filled])


def unite_keys(parts: Sequence[KeySets]) -> KeySets:
    """Return several sets of keys of the same rows as one."""
    parts = [part for part in parts if len(part.hashes)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    rows, hashes = map(
        np.concatenate, zip(*[(part.rows, part.hashes) for part in parts], strict=True)
    )
    order = np.argsort(rows, kind="stable")
    return KeySets(
        offsets_of(np.bincount(rows, minlength=len(parts[0].offsets) - 1)), hashes[order]
    )


def mix(left: HashArray, right: HashArray | np.uint64) -> HashArray:
    """Return a hash of two hashes and their order (finalizer of SplitMix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        value = (left * np.uint64(0x9E3779B97F4A7C15)) ^ (right + np.uint64(0x7F4A7C15))
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        result: HashArray = value ^ (value >> np.uint64(31))
    return result


def identity_tokens(prepared: PreparedBatch, least_rarity: float = 0.0) -> npt.NDArray[np.bool_]:
    """Return a mask of tokens that carry identity: no particle, legal form or initial.

    `least_rarity` (nats) also excludes common tokens.
    """
    tokens = prepared.tokens
    mask: npt.NDArray[np.bool_] = (tokens.flags & int(_NOT_IDENTITY)) == 0
    if least_rarity > 0:
        mask &= np.minimum(tokens.rarity_person, tokens.rarity_group) >= least_rarity
    return mask


def form_hashes(prepared: PreparedBatch, hashes: HashArray, mask: npt.NDArray[np.bool_]) -> KeySets:
    """Return, per name form, the distinct hashes of its tokens in a mask, ascending."""
    forms = prepared.forms.tokens
    return distinct_keys(KeySets(forms.offsets, np.where(mask, hashes, np.uint64(0))[forms.items]))


def pairs_within(hashed: KeySets) -> KeySets:
    """Return one hash per unordered pair of a row's hashes."""
    left, right, offsets = pair_places(hashed.offsets)
    return KeySets(offsets, mix(hashed.hashes[left], hashed.hashes[right]))


def pair_places(offsets: IntArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], IntArray]:
    """Return the indices of the earlier and the later item of each pair of a row's items.

    The third array has the offsets of each row's pairs.
    """
    counts = np.diff(offsets)
    indices = np.arange(int(counts.sum()), dtype=np.int64)
    later = np.repeat(offsets[1:], counts) - indices - 1
    return (
        np.repeat(indices, later),
        spread(indices + 1, later),
        offsets_of(counts.astype(np.int64) * (counts - 1) // 2),
    )


def keys_of_pairs(offsets: IntArray, words: Ragged, most: int) -> KeySets:
    """Return a hash of each pair of symbols of two different words of a row.

    The smaller symbol comes first. `words` has the symbols of each word, at most `most` per word.
    """
    sizes = np.zeros(len(offsets), dtype=np.int64)
    count_symbol_pairs(offsets, words.offsets, sizes)
    ends = np.cumsum(sizes)
    out = np.empty(int(ends[-1]), dtype=np.uint64)
    longest = int(np.diff(offsets).max(initial=0)) * most
    fill_symbol_pairs(
        offsets, words.offsets, words.items, ends, np.empty((longest + 1, 2), dtype=np.int64), out
    )
    return KeySets(ends.astype(np.int32), out)


def sums_within(hashed: KeySets) -> KeySets:
    """Return one hash for the set of hashes of each row; 0 for an empty row."""
    mixed = mix(hashed.hashes, np.uint64(11))
    ends = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(mixed, dtype=np.uint64)))
    sums = ends[hashed.offsets[1:]] - ends[hashed.offsets[:-1]]
    return KeySets(np.arange(len(sums) + 1, dtype=np.int32), sums)


def keys_of_names(names: Ragged, by_form: KeySets) -> KeySets:
    """Return hashes per record, given its forms and the hashes per form."""
    total = count_name_keys(names.offsets, names.items, by_form.offsets)
    offsets, hashes = np.empty(len(names.offsets), dtype=np.int32), np.empty(total, dtype=np.uint64)
    columns = KeyColumns(by_form.offsets, by_form.hashes)
    gather_name_keys(names.offsets, names.items, columns, offsets, hashes)
    return KeySets(offsets, hashes)


def keys_of_table(ragged: Ragged, hashes: HashArray) -> KeySets:
    """Return hashes per record, given the hashes of table rows."""
    return KeySets(ragged.offsets, hashes[ragged.items])


def years_within(side: Ragged, dates: DateTable) -> KeySets:
    """Return each year in which a date can lie.

    A range gives its first six years at most. An estimate also gives the years before and after it.
    """
    span = np.where(dates.year > 0, np.minimum(dates.last_year - dates.year, 5) + 1, 0)
    span = np.where((dates.circa > 0) & (span == 1), 3, span)
    start = np.where(
        (dates.circa > 0) & (dates.year == dates.last_year), dates.year - 1, dates.year
    )
    counts = span[side.items]
    ends = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    years = spread(start[side.items].astype(np.int64), counts)
    return KeySets(ends[side.offsets].astype(np.int32), years.astype(np.uint64))


def cross_keys(left: KeySets, right: KeySets) -> KeySets:
    """Return a hash of each left and right hash of a row; 0 if either is 0."""
    counts = np.diff(left.offsets).astype(np.int64) * np.diff(right.offsets)
    offsets, hashes = offsets_of(counts), np.empty(int(counts.sum()), dtype=np.uint64)
    fill_cross_keys(
        KeyColumns(left.offsets, left.hashes),
        KeyColumns(right.offsets, right.hashes),
        offsets,
        hashes,
    )
    return KeySets(offsets, hashes)


def keys_of(hashed: KeySets, salt: int, refine: Ragged | None) -> RuleKeys:
    """Return the keys of a rule: hashes salted by its number, once per refinement of the record."""
    hashed = distinct_keys(hashed)
    sizes = np.diff(hashed.offsets)
    if refine is not None:
        sizes = sizes * np.maximum(refine.counts, 1)
    total = int(sizes.sum(dtype=np.int64))
    rows, base = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.uint64)
    values = np.empty(total, dtype=np.int32)
    narrow = _NO_REFINEMENTS if refine is None else refine
    columns = KeyColumns(hashed.offsets, hashed.hashes)
    fill_rule_keys(columns, np.uint64(salt), narrow.offsets, narrow.items, rows, base, values)
    return RuleKeys(rows, base, values)


T = TypeVar("T")
Bools = npt.NDArray[np.bool_]
_AFFIX, _SUFFIX_SALT = 3, np.uint64(3)
"""Number of letters of a prefix or suffix, and the salt of suffixes."""
_MAX_SYMBOLS = 24
"""Maximum number of symbols of a word that is a key. Short forms of very many names have more."""


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
        """Per record, the distinct codes (`codes`) of words of at least `least_length` letters."""

        def compute() -> KeySets:
            mask = self.identity(least_length)
            return distinct_keys(
                keys_of_names(self.prepared.names, self._in_forms(self.codes(code), mask))
            )

        return self.cached(f"words {code} {least_length}", compute)

    def word_pairs(self, code: str, least_length: int = 1) -> KeySets:
        """Per record, the distinct pairs of words of a name, by their codes."""

        def compute() -> KeySets:
            by_form = form_hashes(self.prepared, self.codes(code), self.identity(least_length))
            return distinct_keys(keys_of_names(self.prepared.names, pairs_within(by_form)))

        return self.cached(f"pairs {code} {least_length}", compute)

    def word_sets(self, code: str) -> KeySets:
        """Per record, one hash for all the words of each name, in any order."""

        def compute() -> KeySets:
            by_form = form_hashes(self.prepared, self.codes(code), self.identity(1))
            return distinct_keys(keys_of_names(self.prepared.names, sums_within(by_form)))

        return self.cached(f"sets {code}", compute)

    def initials(self) -> KeySets:
        """Per record, the first letters of its words, each once."""

        def compute() -> KeySets:
            by_form = self._in_forms(self._first_letters(), _initial_tokens(self.prepared))
            return distinct_keys(keys_of_names(self.prepared.names, by_form))

        return self.cached("initials", compute)

    def initial_pairs(self) -> KeySets:
        """Per record, the first letters of every two words of a name."""

        def compute() -> KeySets:
            mask = _initial_tokens(self.prepared)
            by_form = form_hashes(self.prepared, self._first_letters(), mask)
            return distinct_keys(keys_of_names(self.prepared.names, pairs_within(by_form)))

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
            return distinct_keys(keys_of_names(self.prepared.names, by_form))

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
        return self.cached("letters", partial(TextLetters.of, self.prepared.tokens.texts))

    def _in_forms(self, codes: HashArray, mask: Bools) -> KeySets:
        """Per form, the codes of the tokens in a mask, in their order."""
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


_CONTACTS = ("phone", "email")
NO_PREFILTER_ARRAYS = PrefilterArrays(
    np.zeros((0, 5), dtype=np.int32),
    np.zeros((0, 8), dtype=np.uint32),
    np.zeros(0, dtype=np.uint64),
    np.zeros(0, dtype=np.uint64),
    np.zeros((0, 4), dtype=np.int32),
)
"""Empty arrays for plans without a prefilter."""


def prefilter_arrays(
    prepared: PreparedBatch, workers: int = 1, letters: TextLetters | None = None
) -> PrefilterArrays:
    """Lay out the records of a batch for the prefilter.

    `letters`: those of the tokens, if already known. The result does not depend on `workers`
    (threads).
    """
    parts: tuple[Callable[[], Any], ...] = (
        partial(_words, prepared, letters or TextLetters.of(prepared.tokens.texts)),
        partial(_facts, prepared),
    )
    with threads(min(workers, len(parts))) as pool:
        (word_offsets, words), (places, certain, kinds, born) = pool.map(call, parts)
    # Column by column: for one record (a query), stacking takes as long as everything else here.
    heads = np.zeros((len(prepared) + 1, len(Head)), dtype=np.int32)
    for column, offsets in enumerate(
        (word_offsets, places.offsets, certain.offsets, prepared.births.offsets)
    ):
        heads[:, column] = offsets
    heads[:-1, HEAD_KINDS] = kinds
    return PrefilterArrays(heads, words, places.hashes, certain.hashes, born)


def take_prefilter_row(arrays: PrefilterArrays, row: int) -> PrefilterArrays:
    """Return the arrays of one record."""
    heads = arrays.heads[row : row + 2].copy()
    parts: list[Any] = []
    for column, values in (
        (HEAD_WORDS, arrays.words),
        (HEAD_PLACES, arrays.places),
        (HEAD_CERTAIN, arrays.certain),
        (HEAD_BIRTHS, arrays.births),
    ):
        first, last = heads[:, column].tolist()
        parts.append(values[first:last])
        heads[:, column] -= first
    return PrefilterArrays(heads, *parts)


def _words(
    prepared: PreparedBatch, letters: TextLetters
) -> tuple[IntArray, npt.NDArray[np.uint32]]:
    """Return the offsets of the words of each record, and the fields of each word (`WordField`).

    The words of a record are distinct and ascending. Particles and legal forms are left out.
    """
    has_meaning = (prepared.tokens.flags & int(TokenFlag.PARTICLE | TokenFlag.LEGAL)) == 0
    rows = prepared.names.through(prepared.forms.tokens)
    numbers = np.where(has_meaning[rows.items], rows.items + np.int32(1), np.int32(0))
    words = distinct_keys(KeySets(rows.offsets, numbers.astype(np.uint64)))
    # For millions of records, the next step needs as much memory as everything before.
    del rows, numbers
    places = words.hashes.view(np.int64)
    places -= 1
    tokens = prepared.tokens
    columns = TokenColumns(
        hashes=tokens.hashes,
        sounds=tokens.phonetic,
        consonants=tokens.skeleton,
        beginnings=letters.spell_first(3),
        lengths=letters.lengths,
        signature=tokens.signature,
        rarity=tokens.rarity_person,
    )
    fields = np.empty((len(tokens), len(WordField)), dtype=np.uint32)
    fill_words(columns, fields)
    fields[:, FIRST] = letters.first_letters
    # Tokens of one text have one number, because scores must not depend on which of these tokens a
    # batch contains.
    fields[:1, TOKEN] = 0
    is_new = tokens.texts[1:] != tokens.texts[:-1]
    np.cumsum(is_new, dtype=np.uint32, out=fields[1:, TOKEN])
    return words.offsets, fields[places]


def _facts(prepared: PreparedBatch) -> tuple[KeySets, KeySets, IntArray, IntArray]:
    """Return the words of places, the certain keys and the kinds of records, and their birth dates.

    Certain keys are numbers and contacts. Persons of another script have the kind
    `SYLLABIC_PERSON`. A birth date has its first and last year, month and day.
    """
    nothing = KeySets(np.zeros(len(prepared) + 1, dtype=np.int32), np.zeros(0, dtype=np.uint64))
    places, certain = [nothing], [nothing]
    for side, table in _placed(prepared):
        if len(side.items):
            words = side.through(table.local)
            places.append(KeySets(words.offsets, table.token_hashes[words.items]))
    if len(prepared.identifiers.items):
        numbers = prepared.identifier_table
        hashes = np.where(numbers.mass_used == 0, numbers.number, np.uint64(0))
        certain.append(keys_of_table(prepared.identifiers, hashes))
    for name in _CONTACTS:
        side, contacts = prepared.plain[name]
        if len(side.items):
            certain.append(keys_of_table(side, contacts.hashes))
    kinds = prepared.kinds.astype(np.int32)
    is_other = are_syllabic(prepared) & ((kinds & int(Kind.PERSON)) != 0)
    kinds = np.where(is_other, kinds ^ int(Kind.PERSON) | SYLLABIC_PERSON, kinds)
    dates = prepared.dates
    born = np.empty((len(dates.year), 4), dtype=np.int32)
    born[:, 0] = dates.year - dates.circa * (dates.year > 0)
    born[:, 1] = dates.last_year + dates.circa
    born[:, 2], born[:, 3] = dates.month, dates.day
    return (
        distinct_keys(unite_keys(places)),
        distinct_keys(unite_keys(certain)),
        kinds,
        born[prepared.births.items],
    )


def prefilter_scores(
    prepared: PreparedBatch, left: IntArray, right: IntArray
) -> npt.NDArray[np.int64]:
    """Return the prefilter scores of pairs of rows."""
    out = np.zeros(len(left), dtype=np.int64)
    records = prefilter_arrays(prepared)
    fill_prefilter_scores(left.astype(np.int64), right.astype(np.int64), records, out)
    return out
