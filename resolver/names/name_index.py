"""Names of a batch, as the arrays that the alignment kernels read.

The module goes from simple to combined parts:

1. `name_arrays` lays out the names and words of all records.
2. `token_sounds` gives the sounds of words, so that words of another script can be compared with
   Latin ones. Arabic and Hebrew write no short vowels, and Korean and Japanese write foreign names
   by their own syllables. So a word is cut into symbols (`letter_costs.split_symbols`), and the
   kernel `sound_distance` finds the cheapest way to write these symbols with the letters of the
   Latin word. The costs were learned.
3. `token_records` lays out a table of tokens, and `token_similarity` compares pairs of tokens.
4. `TokenIndex` holds the tokens with facts about them, and `NameIndex` adds the names and facts
   about the records. Both are built once for a batch and shared by all comparators.
5. `lay_out_rows` copies the names of some rows of several tables into one layout. Each token that
   the rows use is copied once, in the order of first use. Each name becomes a form of its own.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from operator import add
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from resolver.names.kernels.abbreviations import (
    COUNTED,
    OPTIONAL,
    PLACE,
    SKIPPED,
    AbbreviationTokens,
)
from resolver.names.kernels.name_arrays import (
    CopySizes,
    NameColumns,
    NameSource,
    NameTarget,
    copy_names,
    copy_tokens,
    fill_names,
)
from resolver.names.kernels.name_records import (
    MEMO_SLOT,
    NAME,
    NAME_WORD,
    RECORD_NAMES,
    TOKEN,
    NameArrays,
    SimilarityMemo,
    TokenRecords,
)
from resolver.names.kernels.name_similarities import AcronymTokens, fill_letter_bags
from resolver.names.kernels.sound_distance import (
    MAX_SOUNDS,
    SCRATCH_SIZE,
    SoundScratch,
    fill_cross_script,
)
from resolver.names.kernels.token_similarity import fill_token_similarity
from resolver.names.kernels.word_sets import PLACE_CODE
from resolver.names.pair_alignment import PairOrder, order_pairs
from resolver.names.qualifiers import word_facts
from resolver.names.scripts.sounds import cost_table, split_symbols
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import (
    TRAVEL_FAMILY,
    FloatArray,
    PreparedBatch,
    Ragged,
    TokenTable,
)
from resolver.records.prepared.value_flags import (
    SCRIPT_SHIFT,
    NameQuality,
    Script,
    TokenFlag,
    flags_without_script,
)
from resolver.runtime.text_cache import cache_short_texts
from resolver.runtime.text_hashes import TextLetters

_Scalar = TypeVar("_Scalar", bound=np.generic)


def name_arrays(prepared: PreparedBatch, record_tokens: Ragged) -> NameArrays:
    """Lay out the names of a batch. `record_tokens` has the distinct tokens of each record."""
    names = prepared.names
    records = np.zeros(len(prepared) + 1, dtype=RECORD_NAMES)
    records["names"], records["tokens"] = names.offsets, record_tokens.offsets
    most = (int(names.counts.max(initial=0)), int(record_tokens.counts.max(initial=0)))
    return NameArrays(records, *lay_out_names(prepared), record_tokens.items, most)


def lay_out_names(prepared: PreparedBatch) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void]]:
    """Return the names of all records and the words of all forms, as `NameArrays` holds them."""
    forms = prepared.forms
    names = np.zeros(len(prepared.names.items), dtype=NAME)
    words = np.zeros(len(forms.tokens.items) + 2, dtype=NAME_WORD)
    columns = NameColumns(
        forms=read_only(prepared.names.items),
        quality=read_only(prepared.name_quality),
        compact=read_only(forms.compact),
        starts=read_only(forms.tokens.offsets),
        tokens=read_only(forms.tokens.items),
        roles=read_only(forms.roles),
        joined=read_only(forms.joined),
        joined_skeleton=read_only(forms.joined_skeleton),
        flags=read_only(prepared.tokens.flags),
    )
    fill_names(columns, names, words)
    return names, words


def read_only(array: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """Return a read-only view. Mapped arrays are read-only as well, so kernels are compiled only
    once.
    """
    if not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view


_LETTERS = string.ascii_lowercase.encode()
_NUMBERS = bytes.maketrans(_LETTERS, bytes(range(len(_LETTERS))))
_OTHER_BYTES = bytes(set(range(256)).difference(_LETTERS))


@cache_short_texts(50_000)
def encode_symbols(text: str, script: Script) -> tuple[int, ...]:
    """Return the numbers of the first `MAX_SOUNDS` symbols of a word of another script."""
    table = cost_table()
    symbols = split_symbols(text, script)[:MAX_SOUNDS]
    return tuple(table.number(script, symbol) for symbol in symbols)


def encode_letters(text: str) -> tuple[int, ...]:
    """Return the first `MAX_SOUNDS` letters a to z of a word as numbers; `a` is 0."""
    return tuple(text.encode(errors="ignore").translate(_NUMBERS, _OTHER_BYTES)[:MAX_SOUNDS])


def token_sounds(tokens: TokenTable, *, always: bool = False) -> Ragged:
    """Return the sounds of every token.

    All rows are empty if every token is in Latin letters, unless `always` is true.
    """
    scripts = tokens.flags >> SCRIPT_SHIFT
    scripts = np.where(scripts == int(Script.OTHER), int(Script.LATIN), scripts)
    if not always and not scripts.any():
        return Ragged.empty(len(tokens))
    pairs = zip(tokens.texts.tolist(), scripts.tolist(), strict=True)
    sounds = [
        encode_symbols(text, Script(script)) if script else encode_letters(text)
        for text, script in pairs
    ]
    return Ragged.of(sounds)


def sound_scratch() -> SoundScratch:
    """Return scratch memory for `cross_script_similarity`, with the costs of this package."""
    table = cost_table()
    return SoundScratch(table.grams, table.costs, np.empty(SCRATCH_SIZE, dtype=np.int32))


def cross_script_similarities(
    tokens: TokenTable, sounds: Ragged, first: npt.NDArray[np.int32], second: npt.NDArray[np.int32]
) -> npt.NDArray[np.float32]:
    """Return the similarity of sound (0…1) of pairs of token codes.

    It is 0 if both tokens are in Latin letters.
    """
    out = np.zeros(len(first), dtype=np.float32)
    fill_cross_script(first, second, sounds.offsets, sounds.items, sound_scratch(), out)
    return out


_MAX_MEMO = 1 << 16
"""Maximum number of slots of a memo. A larger memo would not fit into the cache of a processor."""


def token_records(tokens: TokenTable, sounds: Ragged | None = None) -> TokenRecords:
    """Lay out a table of tokens. `sounds` are the result of `token_sounds`, if the caller has
    already computed it.
    """
    sounds = sounds if sounds is not None else token_sounds(tokens)
    count = len(tokens)
    flags = flags_without_script(tokens.flags)
    records = np.zeros(count + 1, dtype=TOKEN)
    lengths = np.fromiter(map(len, tokens.texts), dtype=np.int32, count=count)
    letters = np.frombuffer(
        "".join(tokens.texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32
    )
    for name, values in (
        ("hash", tokens.hashes),
        ("skeleton", tokens.skeleton),
        ("phonetic", tokens.phonetic),
        ("sound", tokens.sound),
        ("signature", tokens.signature),
        ("rarity_person", tokens.rarity_person),
        ("rarity_group", tokens.rarity_group),
        ("length", np.minimum(lengths, 65_535)),
        ("flags", flags),
        ("letter_count", np.bitwise_count(tokens.signature)),
    ):
        records[name][:count] = values
    records["symbols"] = tokens.symbols.offsets
    bits = np.uint32(1) << (tokens.symbols.items & 31).astype(np.uint32)
    np.bitwise_or.at(records["symbol_bits"], tokens.symbols.rows, bits)
    np.cumsum(lengths, out=records["letters"][1:])
    has_letters = lengths > 0
    starts = records["letters"][:count][has_letters]
    records["first_letter"][:count][has_letters] = letters[starts]
    return TokenRecords(records, flags, letters, tokens.symbols.items, sounds.offsets, sounds.items)


def new_memo(tokens: int) -> SimilarityMemo:
    """Return an empty memo for a batch with `tokens` tokens."""
    size = min(_MAX_MEMO, 1 << max(4, (8 * tokens).bit_length()))
    slots = np.zeros(size, dtype=MEMO_SLOT)
    slots["key"] = -1
    return SimilarityMemo(slots, sound_scratch(), np.zeros(32, dtype=np.uint64))


def token_similarity(
    tokens: TokenTable, sounds: Ragged, first: IntArray, second: IntArray
) -> FloatArray:
    """Return the similarity (0…1) of pairs of token codes; `sounds` has the sounds of every token.

    It is the mean of the Jaro–Winkler similarity (Winkler 1990) and the optimal string alignment
    similarity. The similarity is raised if the words sound alike, or share a consonant skeleton, a
    Metaphone code or a symbol (the same name in another language). The similarity is lowered if
    both words are established names without any such link: Maria is no misspelling of Mario.
    """
    out = np.empty(len(first), dtype=np.float32)
    fill_token_similarity(first, second, token_records(tokens, sounds), new_memo(0), out)
    return out


_NO_NAME = TokenFlag.PARTICLE | TokenFlag.LEGAL | TokenFlag.GENERIC | TokenFlag.NUMBER
_MIN_ACRONYM, _MAX_ACRONYM = 3, 8
"""Letters of a token that may be an acronym."""


@dataclass(frozen=True)
class TokenIndex:
    """Tokens of a batch as the alignment kernels read them, with facts for the comparators.

    The index is computed once for a table, and used for all batches over this table. `gather_facts`
    returns the `word_facts` of the texts, if they are already computed.
    """

    records: TokenRecords
    texts: npt.NDArray[np.object_]
    gather_facts: Callable[[], npt.NDArray[np.void]] | None = None
    _memos: list[SimilarityMemo] = field(default_factory=list)

    @classmethod
    def of(cls, table: TokenTable) -> TokenIndex:
        """Build the index of a table."""
        return cls(token_records(table), table.texts)

    @cached_property
    def facts(self) -> npt.NDArray[np.void]:
        """Facts about the text of each token for comparators of groups (`WORD_FACTS`)."""
        return word_facts(self.texts.tolist()) if self.gather_facts is None else self.gather_facts()

    @property
    def faction_tokens(self) -> npt.NDArray[np.bool_]:
        """For each token, True if it marks the beginning of a faction's own name in a group's
        name.
        """
        return np.ascontiguousarray(self.facts["faction"])

    @cached_property
    def qualifier_codes(self) -> IntArray:
        """For each token, its code as a word that tells groups of one name apart.

        Places have the code `PLACE_CODE`. Words that are no names (particles, legal forms, generic
        words, numbers, markers of factions) have -1. All other words have 0.
        """
        codes: IntArray = self.facts["qualifier"].copy()
        is_name = (self.records.flags & int(_NO_NAME) == 0) & ~self.faction_tokens
        codes[(codes == 0) & ~is_name] = -1
        codes[(codes == 0) & (self.records.flags & int(TokenFlag.PLACE) != 0)] = PLACE_CODE
        return codes

    @cached_property
    def acronyms(self) -> AcronymTokens:
        """For each token, its role in acronyms. Words that acronyms leave out have the same role as
        legal forms.

        A token of three to eight letters may be an acronym. For such a token, `spelled` has the
        hash of a name with these initials, and `bags` the hash of its letters in any order.
        """
        starts = self.records.records["letters"]
        letters = TextLetters(starts.astype(np.int64), self.records.letters)
        is_acronym = (letters.lengths >= _MIN_ACRONYM) & (letters.lengths <= _MAX_ACRONYM)
        bags = np.zeros(len(self.texts), dtype=np.uint64)
        fill_letter_bags(starts[:-1], starts[1:], self.records.letters, bags)
        flags = self.records.flags.astype(np.uint16)
        flags[self.facts["left_out"]] |= np.uint16(TokenFlag.LEGAL)
        return AcronymTokens(
            flags=flags,
            first_letters=np.ascontiguousarray(self.records.records["first_letter"][:-1]),
            spelled=np.where(is_acronym, letters.spell_first(_MAX_ACRONYM), np.uint64(0)),
            bags=bags,
            skip=int(TokenFlag.PARTICLE),
            optional=int(TokenFlag.LEGAL),
        )

    @cached_property
    def abbreviations(self) -> AbbreviationTokens:
        """For each token, its role in an abbreviated name. The scratch array is empty."""
        flags, count = self.records.flags, len(self.texts)
        kinds = np.full(count, COUNTED, dtype=np.uint8)
        for flag, kind in (
            (TokenFlag.PLACE, PLACE),
            (TokenFlag.LEGAL, OPTIONAL),
            (TokenFlag.PARTICLE, SKIPPED),
        ):
            kinds[(flags & int(flag)) != 0] = kind
        kinds[self.facts["left_out"] & (kinds == COUNTED)] = OPTIONAL
        may_have_letter = np.diff(self.records.records["letters"]) == 1
        may_have_letter |= self.facts["article"]
        kinds[may_have_letter & (kinds == SKIPPED)] = OPTIONAL
        kinds[self.faction_tokens] = SKIPPED
        initials = np.ascontiguousarray(self.facts["initials"])
        starts = np.ascontiguousarray(self.records.records["letters"])
        none = np.zeros(0, dtype=np.int32)
        return AbbreviationTokens(kinds, initials, starts, self.records.letters, none)

    @contextmanager
    def memo(self) -> Iterator[SimilarityMemo]:
        """Lend a memo of similarities that no other thread uses meanwhile."""
        # Both list operations are atomic, so threads need no lock.
        memo = self._memos.pop() if self._memos else new_memo(len(self.texts))
        yield memo
        self._memos.append(memo)


@dataclass(frozen=True)
class NameIndex:
    """Names of a batch, as the alignment kernels read them.

    The index is computed once for a batch, and used for every chunk of its pairs.
    """

    token_index: TokenIndex
    arrays: NameArrays
    prepared: PreparedBatch

    @classmethod
    def of(cls, prepared: PreparedBatch, token_index: TokenIndex | None = None) -> NameIndex:
        """Build the index of a batch. `token_index` is the index of the batch's tokens, if already
        built.
        """
        tokens = prepared.names.through(prepared.forms.tokens).distinct()
        return cls(
            token_index or TokenIndex.of(prepared.tokens),
            name_arrays(prepared, tokens),
            prepared,
        )

    @property
    def tokens(self) -> TokenRecords:
        """Tokens as the alignment kernels read them."""
        return self.token_index.records

    @property
    def texts(self) -> npt.NDArray[np.object_]:
        """Texts of the tokens."""
        return self.token_index.texts

    def order_pairs(self, left: IntArray) -> PairOrder | None:
        """Return the order in which pairs with these left records are compared fastest."""
        return order_pairs(left, self.arrays, self.tokens)

    @cached_property
    def name_only(self) -> npt.NDArray[np.bool_]:
        """For each record, True if it has only names."""
        return name_only_records(self.prepared)

    @cached_property
    def listed(self) -> npt.NDArray[np.bool_]:
        """For each record, True if it has a fact that only watchlists state (`listed_records`)."""
        return listed_records(self.prepared)

    @cached_property
    def principal(self) -> IntArray:
        """For each record, the form of its first principal name; -1 if it has none."""
        forms = np.full(len(self.prepared), -1, dtype=np.int32)
        names = self.prepared.names
        quality = self.prepared.name_quality[: len(names.items)]
        principal = np.flatnonzero(quality == NameQuality.PRIMARY)[::-1]
        # If a record is assigned several times, the last assignment counts. The order is reversed,
        # so that this is the first name.
        forms[names.rows[principal]] = names.items[principal]
        return forms


def name_only_records(prepared: PreparedBatch) -> npt.NDArray[np.bool_]:
    """Return, for each record, whether it has only names."""
    sides = [
        prepared.births,
        prepared.starts,
        prepared.nationalities,
        prepared.linked_countries,
        prepared.birth_places,
        prepared.addresses,
        prepared.identifiers,
    ]
    for side, _ in prepared.plain.values():
        sides.append(side)
    has_others = prepared.gender != 0
    for side in sides:
        if len(side.items):
            has_others |= side.counts > 0
    name_only: npt.NDArray[np.bool_] = ~has_others
    return name_only


def listed_records(prepared: PreparedBatch) -> npt.NDArray[np.bool_]:
    """Return, for each record, whether it has an alias, a nationality, a passport or a relation.

    Watchlists state such facts, registers do not.
    """
    listed: npt.NDArray[np.bool_] = prepared.nationalities.counts > 0
    listed[prepared.names.rows[prepared.name_quality > NameQuality.PRIMARY]] = True
    side = prepared.identifiers
    listed[side.rows[prepared.identifier_table.type[side.items] == TRAVEL_FAMILY]] = True
    if "relation" in prepared.plain:
        listed |= prepared.plain["relation"][0].counts > 0
    return listed


RowArray = npt.NDArray[np.int64]


class NameUse(NamedTuple):
    """Tokens and sizes of the names of some rows.

    `tokens` are the distinct tokens that these names use. `coded` has each word of the names as an
    index into `tokens`. `sizes` says how much room a copy needs.
    """

    tokens: IntArray
    coded: IntArray
    sizes: CopySizes


def lay_out_rows(
    sources: Sequence[NameSource], rows: Sequence[RowArray], uses: Sequence[NameUse]
) -> NameTarget:
    """Copy the names of some rows of each source, one source after the other.

    `uses` describes the names of the rows of each source, as `count_names` returns them.
    """
    befores = [CopySizes(0, 0, 0, 0, 0, 0)]
    for use in uses:
        befores.append(CopySizes(*map(int, map(add, befores[-1], use.sizes))))
    target = _new_target(sum(map(len, rows)), befores.pop())
    first, distinct, most_names, most_tokens = 0, 0, 0, 0
    for source, source_rows, use, before in zip(sources, rows, uses, befores, strict=True):
        used_by = np.full(len(use.tokens), -1, dtype=np.int64)
        copy_tokens(source, use.tokens, before, target.tokens)
        own_names, own_tokens, end = copy_names(
            source, source_rows, use.coded, used_by, first, before, distinct, target
        )
        most_names, most_tokens = max(most_names, int(own_names)), max(most_tokens, int(own_tokens))
        distinct = int(end)
        first += len(source_rows)
    names = target.names._replace(
        tokens=target.names.tokens[:distinct], most=(most_names, most_tokens)
    )
    return target._replace(names=names)


def _new_target(records: int, sizes: CopySizes) -> NameTarget:
    """Return unfilled arrays for this number of records and for names of these sizes."""
    names, words, tokens = int(sizes.names), int(sizes.words), int(sizes.tokens)
    return NameTarget(
        names=NameArrays(
            records=np.empty(records + 1, dtype=RECORD_NAMES),
            names=np.empty(names, dtype=NAME),
            words=np.zeros(words + 2, dtype=NAME_WORD),
            tokens=np.empty(words, dtype=np.int32),
            most=(0, 0),
        ),
        tokens=TokenRecords(
            records=np.zeros(tokens + 1, dtype=TOKEN),
            flags=np.empty(tokens, dtype=np.uint8),
            letters=np.empty(int(sizes.letters), dtype=np.uint32),
            symbols=np.empty(int(sizes.symbols), dtype=np.int32),
            sound_offsets=np.empty(tokens + 1, dtype=np.int32),
            sounds=np.empty(int(sizes.sounds), dtype=np.int32),
        ),
        name_offsets=np.empty(records + 1, dtype=np.int32),
        form_offsets=np.empty(names + 1, dtype=np.int32),
        form_items=np.empty(words, dtype=np.int32),
        forms=np.empty(names, dtype=np.int32),
    )
