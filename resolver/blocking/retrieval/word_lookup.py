"""Words looked up: whose names hold words like those of one record that is asked about.

A batch joins records on keys of whole names and pairs of words; one look-up can afford more. Every word of the query
meets all held words that are spelled like it but for one letter, sound like it, have its consonants or are the same
name in another language (`WAYS`); the bearers of each add what the word is worth, and who adds up to the most is
looked at first. A held word is found by the same codes that rules are made of, so what two words alike join in a batch
is found here. Two neighbours that together spell a word of the other side count as one (`Omarsaad`, `Omar Saad`). No
way is worth more than it tells: what many bear who have nothing but the consonants in common says little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.blocking.keys import identity_tokens, mix, mixed
from resolver.blocking.prefilter import Seen
from resolver.blocking.retrieval.bearers import added, alike, first_of
from resolver.kernels.compiler import compiled
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import (
    ByteArray,
    HashArray,
    Prepared,
    TokenTable,
)
from resolver.records.prepared.ragged import Ragged

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
WAYS = (1.0, 0.92, 0.9, 0.86, 0.86, 0.84, 0.7, 1.8)
"""What a word counts that is equal, the same name elsewhere, of the same sound, consonants or Metaphone code, but for a
letter the same, or begins the same and has most letters in common; and two neighbours that together are one word, which
a glance does not see."""
_EQUAL, _SYMBOL, _SOUND, _SKELETON, _PHONETIC, _LETTER, _BEGIN, _JOINED = range(8)
_WORTHS = np.array(WAYS, dtype=np.float32)
MOST_WORDS = 250
"""Words of a query that are followed; nobody has more."""
BUDGET = 200_000
"""Bearers of words that are counted for one query at most: those of its own words, then those of the rarest alike."""
_LEAST_LETTERS = 4
_SHORT = 3
"""Letters of words that are like longer ones, but not like each other: `nou` and `nour`."""
_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some profiles, and after them every two neighbours written together. `codes` ascend; `coded` the
    word that has each. The profiles that bear word t are `bearers[starts[t]:starts[t + 1]]`; `signature` of words
    alone."""

    codes: HashArray
    coded: IntArray
    starts: Numbers
    bearers: IntArray
    rarity: Floats
    signature: npt.NDArray[np.uint32]
    born: IntArray
    """Per profile its date of birth in one number, by which most are told apart: year · 512 + month · 32 + day; 0 none,
    -1 where that does not say all."""


@dataclass(frozen=True, slots=True)
class Sought:
    """The words of one query: per word its codes with their way (`offsets`), what it is worth, and its letters."""

    offsets: Numbers
    codes: HashArray
    ways: ByteArray
    rarity: Floats
    signature: npt.NDArray[np.uint32]


def words_of(prepared: Prepared) -> Words:
    """The words of prepared profiles, laid out to be looked up."""
    tokens = prepared.tokens
    told, rarity = identity_tokens(prepared), np.minimum(tokens.rarity_person, tokens.rarity_group)
    said = prepared.names.through(prepared.forms.tokens)
    used = told[said.items]
    by_word = Ragged.from_rows(said.items[used], said.rows[used], len(tokens))
    pairs, by_pair, worth = _neighbours(prepared, told, rarity)
    codes, coded, _ = _codes(tokens)
    every = np.arange(len(pairs), dtype=np.int32) + np.int32(len(tokens))
    bones = _salted(pairs[:, 1], 3)
    codes = np.concatenate([codes, pairs[:, 0], bones[bones != 0]])
    coded = np.concatenate([coded, every, every[bones != 0]])
    order = np.argsort(codes, kind="stable")
    first = by_word.offsets.astype(np.int64)
    return Words(
        codes[order],
        coded[order],
        np.concatenate([first, first[-1] + by_pair.offsets[1:]]),
        np.concatenate([by_word.items, by_pair.items]),
        np.concatenate([rarity, worth]),
        tokens.signature,
        _born(prepared),
    )


def _neighbours(
    prepared: Prepared, told: BoolArray, rarity: Floats
) -> tuple[HashArray, Ragged, Floats]:
    """Every two neighbours of a name: hashes of both written together and of their consonants (pairs × 2), the profiles
    that bear them, and their rarity."""
    forms = prepared.forms
    at = _joined_places(prepared, told)
    pairs, first, number = np.unique(forms.joined[at], return_index=True, return_inverse=True)
    # per form the pairs it holds, per profile those of its forms
    ends = np.searchsorted(at, forms.tokens.offsets).astype(np.int32)
    said = prepared.names.through(Ragged(ends, number.astype(np.int32)))
    places = at[first]
    items = forms.tokens.items
    both = (
        np.stack([pairs, forms.joined_skeleton[places]], axis=1)
        if len(pairs)
        else np.zeros((0, 2), dtype=np.uint64)
    )
    worth = (
        rarity[items[places]] + rarity[items[places + 1]]
        if len(pairs)
        else np.zeros(0, dtype=np.float32)
    )
    return both, Ragged.from_rows(said.items, said.rows, len(pairs)), worth


def _joined_places(prepared: Prepared, told: BoolArray) -> Numbers:
    """Where in the names two neighbours stand of which one carries identity."""
    items = prepared.forms.tokens.items
    at = np.flatnonzero(prepared.forms.joined)
    # the last word of a name has no neighbour, so there is always a next one
    return at[told[items[at]] | told[items[at + 1]]] if len(at) else at


def _born(prepared: Prepared) -> IntArray:
    dates, births = prepared.dates, prepared.births
    exact = (dates.year == dates.last_year) & (dates.circa == 0) & (dates.year > 0)
    number = np.where(
        exact, dates.year * 512 + dates.month.astype(np.int32) * 32 + dates.day, np.int32(-1)
    )
    born = np.where(births.counts > 0, np.int32(-1), np.int32(0)).astype(np.int32)
    single = np.flatnonzero(births.counts == 1)
    born[single] = number[births.items[births.offsets[single]]]
    return born


def sought(prepared: Prepared) -> Sought:
    """The words of a query: the only record of a prepared batch, and after them its neighbours written together. The
    codes are those of `words_of`, made by one kernel: for a few words arrays cost more than what they hold."""
    tokens, forms = prepared.tokens, prepared.forms
    told = identity_tokens(prepared)
    used = np.flatnonzero(told)[:MOST_WORDS]
    letters, ends = _letters(tokens)
    at = _joined_places(prepared, told)[: MOST_WORDS - len(used)]
    offsets = np.empty(len(used) + len(at) + 1, dtype=np.int64)
    # of a word: five codes, its symbols, and it without each of its letters; of two neighbours: two codes
    room = 7 * len(used) + len(tokens.symbols.items) + len(letters) + 2 * len(at)
    codes, ways = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.uint8)
    hashes = np.stack([tokens.hashes, tokens.sound, tokens.skeleton, tokens.phonetic])
    joined = np.stack([forms.joined[at], forms.joined_skeleton[at]])
    _codes_of_few(
        used,
        hashes,
        tokens.symbols.offsets,
        tokens.symbols.items,
        letters,
        ends,
        joined,
        offsets,
        codes,
        ways,
    )
    rarity = np.minimum(tokens.rarity_person, tokens.rarity_group)
    both = (
        rarity[forms.tokens.items[at]] + rarity[forms.tokens.items[at + 1]]
        if len(at)
        else rarity[:0]
    )
    worth = np.concatenate([rarity[used], both])
    return Sought(offsets, codes[: offsets[-1]], ways[: offsets[-1]], worth, tokens.signature[used])


def _letters(tokens: TokenTable) -> tuple[ByteArray, Numbers]:
    """The UTF-8 of all tokens, and where each ends (one more than there are tokens)."""
    texts = [text.encode() for text in tokens.texts.tolist()]
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum([len(text) for text in texts], out=offsets[1:])
    return np.frombuffer(b"".join(texts), dtype=np.uint8), offsets


def packed_of(kept: BoolArray) -> ByteArray:
    """Which profiles are kept, a bit each."""
    return np.packbits(kept, bitorder="little")


class Scores:
    """Scratch of a thread: what the words of a query add up to per profile; all zero between two queries."""

    def __init__(self) -> None:
        self._sums = np.zeros(0, dtype=np.uint32)
        self._touched, self._said = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.uint32)

    def best(
        self,
        asked: Sought,
        held: Words,
        query: Seen,
        seen: Seen,
        kept: BoolArray,
        most: int,
        everybody: int = 0,
        packed: ByteArray | None = None,
    ) -> tuple[Numbers, Numbers]:
        """The profiles that say the most of what is asked, of those that `kept` lets pass, and how much each says.
        About `most`, and of those that say less (a third of the best at least) those whose date of birth agrees with
        the query's. `query`, `seen`: as `glance.arrays` gives them. `everybody`: how many profiles there are, where
        these are not all. `packed`: `kept` as `packed_of` has it, where that is at hand."""
        if len(self._sums) < len(kept):
            self._sums = np.zeros(len(kept), dtype=np.uint32)
            self._touched = np.empty(len(kept) + 1, dtype=np.int32)
            self._said = np.empty(len(kept) + 1, dtype=np.uint32)
        tokens, worth, equal, ends = alike(
            asked.offsets,
            asked.codes,
            asked.ways,
            asked.rarity,
            asked.signature,
            held.codes,
            held.coded,
            held.starts,
            held.rarity,
            held.signature,
            _WORTHS,
            max(everybody, len(kept)),
        )
        marks = packed_of(kept) if packed is None else packed
        count = added(
            tokens,
            worth,
            equal,
            ends,
            held.starts,
            held.bearers,
            marks,
            BUDGET,
            self._sums,
            self._touched,
            self._said,
        )
        found, said = first_of(
            self._touched, self._said, count, most, query[4], held.born, seen[0], seen[4]
        )
        return found, said


def _codes(tokens: TokenTable) -> tuple[HashArray, IntArray, ByteArray]:
    """All codes of all tokens: (code, token, way), 0 left out."""
    count = len(tokens)
    every = np.arange(count, dtype=np.int32)
    parts: list[tuple[HashArray, IntArray, int]] = [
        (tokens.hashes, every, _EQUAL),
        (mix(tokens.symbols.items.astype(np.uint64), np.uint64(1)), tokens.symbols.rows, _SYMBOL),
        (_salted(tokens.sound, 2), every, _SOUND),
        (_salted(tokens.skeleton, 3), every, _SKELETON),
        (_salted(tokens.phonetic, 4), every, _PHONETIC),
    ]
    letters, offsets = _letters(tokens)
    lengths = np.diff(offsets)
    sizes = np.where(lengths >= _LEAST_LETTERS, lengths + 1, lengths == _SHORT)
    cut = np.empty(int(sizes.sum()), dtype=np.uint64)
    begin = np.empty(count, dtype=np.uint64)
    _cut_words(letters, offsets, sizes, cut, begin)
    parts.append((_salted(cut, 5), np.repeat(every, sizes), _LETTER))
    parts.append((_salted(begin, 6), every, _BEGIN))
    codes = np.concatenate([code for code, _, _ in parts])
    coded = np.concatenate([token for _, token, _ in parts])
    ways = np.concatenate([np.full(len(code), way, dtype=np.uint8) for code, _, way in parts])
    real = codes != 0
    return codes[real], coded[real], ways[real]


def _salted(hashes: HashArray, salt: int) -> HashArray:
    return np.where(hashes != 0, mix(hashes, np.uint64(salt)), np.uint64(0))


@compiled(inline="always")
def _cut(letters, start, end, without):  # type: ignore[no-untyped-def]
    """A hash of a word without one of its letters (before its start: of all of it)."""
    value = np.uint64(7)
    for place in range(start, end):
        if place != without:
            value = value * np.uint64(1_000_003) + np.uint64(letters[place]) + np.uint64(1)
    return value


@compiled(inline="always")
def _beginning(letters, start, end):  # type: ignore[no-untyped-def]
    """A hash of how a word begins; 0 where it is too short."""
    if end - start < _LEAST_LETTERS:
        return np.uint64(0)
    value = np.uint64(11)
    for place in range(start, start + _PREFIX):
        value = value * np.uint64(1_000_003) + np.uint64(letters[place]) + np.uint64(1)
    return value


@compiled()
def _cut_words(letters, offsets, sizes, out, begin):  # type: ignore[no-untyped-def]
    """A hash of each long word and of it without each of its letters, of a short one as it is; of every word how it
    begins (0: too short)."""
    filled = 0
    for word in range(len(offsets) - 1):
        start, end = offsets[word], offsets[word + 1]
        begin[word] = _beginning(letters, start, end)
        for without in range(start - 1, start - 1 + sizes[word]):
            out[filled] = _cut(letters, start, end, without)
            filled += 1


@compiled(inline="always")
def _put(code, way, filled, codes, ways):  # type: ignore[no-untyped-def]
    """Add a code unless it is none; how many there are then."""
    if code == 0:
        return filled
    codes[filled], ways[filled] = code, way
    return filled + 1


@compiled(inline="always")
def _salt(code, salt):  # type: ignore[no-untyped-def]
    return mixed(code, np.uint64(salt)) if code != 0 else np.uint64(0)


@compiled()
def _codes_of_few(used, hashes, starts, symbols, letters, ends, joined, offsets, codes, ways):  # type: ignore[no-untyped-def]
    """The codes of some words by their ways; `hashes`: texts, sounds, consonants, Metaphone codes. Then those of
    neighbours: `joined` texts, consonants."""
    filled = 0
    offsets[0] = 0
    for number in range(len(used)):
        word = used[number]
        start, end = ends[word], ends[word + 1]
        filled = _put(hashes[0, word], _EQUAL, filled, codes, ways)
        for at in range(starts[word], starts[word + 1]):
            filled = _put(mixed(np.uint64(symbols[at]), np.uint64(1)), _SYMBOL, filled, codes, ways)
        filled = _put(_salt(hashes[1, word], 2), _SOUND, filled, codes, ways)
        filled = _put(_salt(hashes[2, word], 3), _SKELETON, filled, codes, ways)
        filled = _put(_salt(hashes[3, word], 4), _PHONETIC, filled, codes, ways)
        if end - start >= _SHORT:
            for without in range(start - 1, end if end - start >= _LEAST_LETTERS else start):
                filled = _put(
                    _salt(_cut(letters, start, end, without), 5), _LETTER, filled, codes, ways
                )
        filled = _put(_salt(_beginning(letters, start, end), 6), _BEGIN, filled, codes, ways)
        offsets[number + 1] = filled
    for pair in range(joined.shape[1]):
        filled = _put(joined[0, pair], _JOINED, filled, codes, ways)
        filled = _put(_salt(joined[1, pair], 3), _JOINED, filled, codes, ways)
        offsets[len(used) + pair + 1] = filled
