"""Find profiles whose names have words like the words of a query.

A batch joins records by keys of whole names and of pairs of words. A single look-up can afford
more. `seek_words` takes the words of the query. `WordScores` matches each of them with all indexed
words (`index_names`) that differ by one letter, sound alike, have the same consonants or are the
same name in another language (`WAY_WEIGHTS`). Each profile with such a word gets the weight of the
word, and the profiles with the highest sums are compared first. A way that many words share has
little weight.

Indexed words are found by the codes that rules use, so this look-up finds the pairs of words that a
batch joins. Two neighbors that together spell one word of the other name count as one word
(`Omarsaad`, `Omar Saad`). If only one of two names is in Latin letters, words are also found by
their consonant classes (`resolver.names.scripts.sounds`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.matching.blocking.keys import identity_tokens, mix
from resolver.matching.kernels.prefilter import PrefilterArrays
from resolver.matching.kernels.profile_sums import (
    ProfileBirths,
    choose_profiles,
    sum_weights_of_profiles,
)
from resolver.matching.kernels.word_codes import (
    BEGINNING_SALT,
    FOREIGN_SALT,
    LATIN_SALT,
    LETTER_SALT,
    MIN_LETTERS,
    PHONETIC_SALT,
    SHORT_LETTERS,
    SKELETON_SALT,
    SOUND_SALT,
    SYMBOL_SALT,
    IndexedWords,
    QueryCodes,
    QueryWords,
    Way,
    fill_letter_codes,
    fill_query_codes,
    match_words,
)
from resolver.names.scripts.sounds import ScriptSounds, lack_latin
from resolver.records.batch import IntArray
from resolver.records.prepared.assembly import assemble
from resolver.records.prepared.batch import (
    ByteArray,
    HashArray,
    PreparedBatch,
    Ragged,
    TokenTable,
    spread,
)
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.prepared.value_flags import SCRIPT_SHIFT
from resolver.runtime.key_groups import order_hashes
from resolver.runtime.text_hashes import TextLetters

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
WAY_WEIGHTS = (1.0, 0.92, 0.9, 0.86, 0.86, 0.84, 0.7, 1.8, 0.8)
"""Weight of each way (`Way`) in which two words are alike.

In order: equal, same name in another language, sound, consonants, Metaphone code, one letter
different, same beginning and most letters; two neighbors as one word, which the prefilter does
not find; and same consonants in another script.
"""
_WEIGHTS = np.array(WAY_WEIGHTS, dtype=np.float32)
MAX_QUERY_WORDS = 250
"""Maximum number of words of a query that are followed; real names have fewer."""
BEARER_BUDGET = 200_000
"""Largest number of bearers that are counted for a query: first the bearers of its own words, then
those of the rarest similar words.
"""


@dataclass(frozen=True, slots=True)
class IndexedNames:
    """Words of profiles, followed by all pairs of neighbors written together.

    `codes` ascend; `coded` is the word that has each code. Profiles with word t are
    `bearers[starts[t]:starts[t + 1]]`; `signature` is of single words.
    """

    codes: HashArray
    coded: IntArray
    starts: Numbers
    bearers: IntArray
    rarity: Floats
    signature: npt.NDArray[np.uint32]
    born: IntArray
    """Per profile its birth date as year · 512 + month · 32 + day; 0 none, -1 for other births."""


@dataclass(frozen=True, slots=True)
class SoughtWords:
    """Words of a query: the codes of each word with their ways (`offsets`), its rarity and its
    letters.
    """

    offsets: Numbers
    codes: HashArray
    ways: ByteArray
    rarity: Floats
    signature: npt.NDArray[np.uint32]


def index_names(prepared: PreparedBatch) -> IndexedNames:
    """Return the words of prepared profiles, laid out for look-ups."""
    tokens = prepared.tokens
    is_identity, rarity = (
        identity_tokens(prepared),
        np.minimum(tokens.rarity_person, tokens.rarity_group),
    )
    token_rows = prepared.names.through(prepared.forms.tokens)
    used = is_identity[token_rows.items]
    by_word = Ragged.from_rows(token_rows.items[used], token_rows.rows[used], len(tokens))
    sounds = ScriptSounds.of(prepared, TextLetters.of(tokens.texts))
    pairs, by_pair, pair_rarity = _neighbor_pairs(prepared, is_identity, rarity, sounds)
    codes, coded, _ = _codes(tokens)
    pair_codes = np.arange(len(pairs), dtype=np.int32) + np.int32(len(tokens))
    bones, classes = _salted(pairs[:, 1], SKELETON_SALT), _salted(pairs[:, 2], LATIN_SALT)
    own_salts = np.where(sounds.foreign_words, FOREIGN_SALT, LATIN_SALT).astype(np.uint64)
    heard = _class_codes(sounds.words, own_salts)
    codes, order = order_hashes(
        np.concatenate([codes, heard, pairs[:, 0], bones[bones != 0], classes[classes != 0]])
    )
    coded = np.concatenate(
        [coded, sounds.words.rows, pair_codes, pair_codes[bones != 0], pair_codes[classes != 0]]
    )
    first = by_word.offsets.astype(np.int64)
    return IndexedNames(
        codes,
        coded[order],
        np.concatenate([first, first[-1] + by_pair.offsets[1:]]),
        np.concatenate([by_word.items, by_pair.items]),
        np.concatenate([rarity, pair_rarity]),
        tokens.signature,
        _birth_numbers(prepared),
    )


def _neighbor_pairs(
    prepared: PreparedBatch, is_identity: BoolArray, rarity: Floats, sounds: ScriptSounds
) -> tuple[HashArray, Ragged, Floats]:
    """Return all pairs of neighbors in names: their hashes (pairs × 3), profiles and rarity.

    The three hashes are of both words written together, of their consonants, and of their code as a
    word of another script.
    """
    forms = prepared.forms
    at = _joined_places(prepared, is_identity)
    pairs, first, number = np.unique(forms.joined[at], return_index=True, return_inverse=True)
    # Pairs of each form, then of each profile.
    ends = np.searchsorted(at, forms.tokens.offsets).astype(np.int32)
    pair_rows = prepared.names.through(Ragged(ends, number.astype(np.int32)))
    places = at[first]
    items = forms.tokens.items
    both = (
        np.stack(
            [pairs, forms.joined_skeleton[places], sounds.joined[places].astype(np.uint64)], axis=1
        )
        if len(pairs)
        else np.zeros((0, 3), dtype=np.uint64)
    )
    pair_rarity = (
        rarity[items[places]] + rarity[items[places + 1]]
        if len(pairs)
        else np.zeros(0, dtype=np.float32)
    )
    return both, Ragged.from_rows(pair_rows.items, pair_rows.rows, len(pairs)), pair_rarity


def _joined_places(prepared: PreparedBatch, is_identity: BoolArray) -> Numbers:
    """Return the positions of pairs of neighbors in names of which at least one word carries
    identity.
    """
    items = prepared.forms.tokens.items
    at = np.flatnonzero(prepared.forms.joined)
    # The last word of a name has no neighbor, so there is always a next one.
    return at[is_identity[items[at]] | is_identity[items[at + 1]]] if len(at) else at


def _birth_numbers(prepared: PreparedBatch) -> IntArray:
    dates, births = prepared.dates, prepared.births
    exact = (dates.year == dates.last_year) & (dates.circa == 0) & (dates.year > 0)
    number = np.where(
        exact, dates.year * 512 + dates.month.astype(np.int32) * 32 + dates.day, np.int32(-1)
    )
    born = np.where(births.counts > 0, np.int32(-1), np.int32(0)).astype(np.int32)
    single = np.flatnonzero(births.counts == 1)
    born[single] = number[births.items[births.offsets[single]]]
    return born


def seek_words(prepared: PreparedBatch, letters_of_tokens: TextLetters) -> SoughtWords:
    """Return the words of a query (the only record of a batch), and its neighbors written together.

    Codes are the same as in `index_names`, but one kernel makes them, since arrays cost more for a
    few words.
    """
    is_identity = identity_tokens(prepared)
    used = np.flatnonzero(is_identity)[:MAX_QUERY_WORDS]
    at = _joined_places(prepared, is_identity)[: MAX_QUERY_WORDS - len(used)]
    return _seek_words(prepared, used, at, letters_of_tokens)


def _seek_words(
    prepared: PreparedBatch, used: Numbers, at: Numbers, letters_of_tokens: TextLetters
) -> SoughtWords:
    """Return some tokens of a batch, and the neighbors at some positions of its names, as words of
    a query.
    """
    tokens, forms = prepared.tokens, prepared.forms
    letters, ends = _letters(tokens)
    offsets = np.empty(len(used) + len(at) + 1, dtype=np.int64)
    sounds = ScriptSounds.of(prepared, letters_of_tokens)
    # A word has at most five codes, its symbols, codes for other scripts, and a code without each
    # letter; a pair of neighbors has three codes.
    capacity = 7 * len(used) + len(tokens.symbols.items) + len(letters) + 3 * len(at)
    capacity += 2 * len(sounds.words.items)
    codes, ways = np.empty(capacity, dtype=np.uint64), np.empty(capacity, dtype=np.uint8)
    hashes = np.array((tokens.hashes, tokens.sound, tokens.skeleton, tokens.phonetic))
    joined = np.array((forms.joined[at], forms.joined_skeleton[at]))
    query = QueryWords(
        used,
        hashes,
        tokens.symbols.offsets,
        tokens.symbols.items,
        letters,
        ends,
        joined,
        sounds.joined[at],
        sounds.words.offsets,
        sounds.words.items,
        sounds.foreign_words,
    )
    fill_query_codes(query, offsets, codes, ways)
    rarity = np.minimum(tokens.rarity_person, tokens.rarity_group)
    both = (
        rarity[forms.tokens.items[at]] + rarity[forms.tokens.items[at + 1]]
        if len(at)
        else rarity[:0]
    )
    weights = np.concatenate([rarity[used], both])
    return SoughtWords(
        offsets, codes[: offsets[-1]], ways[: offsets[-1]], weights, tokens.signature[used]
    )


def seek_words_of_many(prepared: PreparedBatch) -> list[SoughtWords]:
    """Return the words of each record of a batch, as `seek_words` gives them for this record alone.

    The codes of a word depend on the scripts of its record. So three groups are read separately:
    records without words of other scripts, records with such words and with names in Latin letters,
    and all others.
    """
    words = prepared.names.through(prepared.forms.tokens)
    is_other = (prepared.tokens.flags >> SCRIPT_SHIFT) != 0
    scripts = np.zeros(len(prepared), dtype=np.int64)
    scripts[words.rows[is_other[words.items]]] = 1
    scripts[lack_latin(prepared) & (scripts > 0)] = 2
    if not scripts.any():
        return _seek_words_of_group(prepared)
    sought: dict[int, SoughtWords] = {}
    for group in np.unique(scripts).tolist():
        rows = np.flatnonzero(scripts == group)
        ids = pa.array([""] * len(rows), pa.string())
        own = _seek_words_of_group(assemble([BatchRows(prepared, rows)], ids))
        sought.update(zip(rows.tolist(), own, strict=True))
    return [sought[row] for row in range(len(prepared))]


def _seek_words_of_group(prepared: PreparedBatch) -> list[SoughtWords]:
    """Return the words of records of one of the groups of `seek_words_of_many`."""
    is_identity = identity_tokens(prepared)
    records = prepared.names.through(prepared.forms.tokens).distinct()
    used, at = np.flatnonzero(is_identity), _joined_places(prepared, is_identity)
    every = _seek_words(prepared, used, at, TextLetters.of(prepared.tokens.texts))
    # The words of each record, then its neighbors, as positions in `every`.
    kept = is_identity[records.items]
    own = (np.cumsum(is_identity) - 1)[records.items[kept]]
    ends = np.searchsorted(at, prepared.forms.tokens.offsets).astype(np.int32)
    by_form = Ragged(ends, np.arange(len(at), dtype=np.int32))
    joined = prepared.names.distinct().through(by_form)
    rows = np.concatenate([records.rows[kept], joined.rows])
    order = np.argsort(rows, kind="stable")
    numbers = np.concatenate([own, joined.items + len(used)])[order]
    bounds = np.searchsorted(rows[order], np.arange(len(prepared) + 1)).tolist()
    counts = np.bincount(records.rows[kept], minlength=len(prepared)).tolist()
    sizes = np.diff(every.offsets)[numbers]
    places = spread(every.offsets[:-1][numbers], sizes)
    codes, ways = every.codes[places], every.ways[places]
    rarity, starts = every.rarity[numbers], np.append(0, np.cumsum(sizes))
    sought = []
    for row, count in enumerate(counts):
        first, last = bounds[row], min(bounds[row + 1], bounds[row] + MAX_QUERY_WORDS)
        offsets = starts[first : last + 1]
        sought.append(
            SoughtWords(
                offsets - offsets[0],
                codes[offsets[0] : offsets[-1]],
                ways[offsets[0] : offsets[-1]],
                rarity[first:last],
                every.signature[numbers[first : first + min(count, MAX_QUERY_WORDS)]],
            )
        )
    return sought


def _class_codes(words: Ragged, salts: HashArray) -> HashArray:
    """Return the codes of words by their sounds, with the salt of each word."""
    return mix(words.items.astype(np.uint64), salts[words.rows])


def _letters(tokens: TokenTable) -> tuple[ByteArray, Numbers]:
    """Return the UTF-8 bytes of all tokens, and the offset of each token (one more offset than
    there are tokens).
    """
    texts = list(map(str.encode, tokens.texts.tolist()))
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(list(map(len, texts)), out=offsets[1:])
    return np.frombuffer(b"".join(texts), dtype=np.uint8), offsets


def pack_mask(active: BoolArray) -> ByteArray:
    """Return a mask of profiles, with one bit for each profile, the lowest first."""
    return np.packbits(active, bitorder="little")


@dataclass(frozen=True, slots=True)
class ProfileMask:
    """Profiles that may be found, as a mask and as packed bits (`pack_mask`)."""

    active: BoolArray
    bits: ByteArray

    @classmethod
    def of(cls, active: BoolArray) -> ProfileMask:
        """Return the mask with its bits."""
        return cls(active, pack_mask(active))


class WordScores:
    """Buffers of a thread for sums of word weights per profile; all 0 between two queries."""

    def __init__(self) -> None:
        self._sums = np.zeros(0, dtype=np.uint32)
        self._touched = np.zeros(0, dtype=np.int32)
        self._totals = np.zeros(0, dtype=np.uint32)

    def best(
        self,
        words: SoughtWords,
        names: IndexedNames,
        query: PrefilterArrays,
        profiles: PrefilterArrays,
        mask: ProfileMask,
        limit: int,
        profile_count: int = 0,
    ) -> tuple[Numbers, Numbers]:
        """Return the profiles of a mask with the highest sums of word weights, and their sums.

        About `limit` profiles are returned. Profiles with lower sums (at least a third of the best
        sum) are returned, too, if their birth date agrees with the query's. `query`, `profiles`:
        prefilter arrays of the query and of the profiles. `profile_count`: number of all profiles,
        if `names` is one segment of several.
        """
        if len(self._sums) < len(mask.active):
            self._sums = np.zeros(len(mask.active), dtype=np.uint32)
            self._touched = np.empty(len(mask.active) + 1, dtype=np.int32)
            self._totals = np.empty(len(mask.active) + 1, dtype=np.uint32)
        codes = QueryCodes(words.offsets, words.codes, words.ways, words.rarity, words.signature)
        indexed = IndexedWords(
            names.codes, names.coded, names.starts, names.rarity, names.signature
        )
        matches = match_words(codes, indexed, _WEIGHTS, max(profile_count, len(mask.active)))
        count = sum_weights_of_profiles(
            matches,
            names.starts,
            names.bearers,
            mask.bits,
            BEARER_BUDGET,
            self._sums,
            self._touched,
            self._totals,
        )
        births = ProfileBirths(names.born, profiles.heads, profiles.births)
        rows, totals = choose_profiles(
            self._touched, self._totals, int(count), limit, query.births, births
        )
        return rows, totals


def _codes(tokens: TokenTable) -> tuple[HashArray, IntArray, ByteArray]:
    """Return all codes of all tokens as (code, token, way), without 0."""
    count = len(tokens)
    every = np.arange(count, dtype=np.int32)
    parts: list[tuple[HashArray, IntArray, int]] = [
        (tokens.hashes, every, Way.EQUAL),
        (
            mix(tokens.symbols.items.astype(np.uint64), np.uint64(SYMBOL_SALT)),
            tokens.symbols.rows,
            Way.SYMBOL,
        ),
        (_salted(tokens.sound, SOUND_SALT), every, Way.SOUND),
        (_salted(tokens.skeleton, SKELETON_SALT), every, Way.SKELETON),
        (_salted(tokens.phonetic, PHONETIC_SALT), every, Way.PHONETIC),
    ]
    letters, offsets = _letters(tokens)
    lengths = np.diff(offsets)
    sizes = np.where(lengths >= MIN_LETTERS, lengths + 1, lengths == SHORT_LETTERS)
    cut = np.empty(int(sizes.sum()), dtype=np.uint64)
    begin = np.empty(count, dtype=np.uint64)
    fill_letter_codes(letters, offsets, sizes, cut, begin)
    parts.append((_salted(cut, LETTER_SALT), np.repeat(every, sizes), Way.LETTER))
    parts.append((_salted(begin, BEGINNING_SALT), every, Way.BEGINNING))
    codes = np.concatenate([code for code, _, _ in parts])
    coded = np.concatenate([token for _, token, _ in parts])
    ways = np.concatenate([np.full(len(code), way, dtype=np.uint8) for code, _, way in parts])
    real = codes != 0
    return codes[real], coded[real], ways[real]


def _salted(hashes: HashArray, salt: int) -> HashArray:
    return np.where(hashes != 0, mix(hashes, np.uint64(salt)), np.uint64(0))
