"""Index of a batch for the alignment of names, and facts of its records that comparators share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from resolver.comparison.alignment.name_arrays import name_arrays
from resolver.comparison.alignment.pair_order import PairOrder, order_pairs
from resolver.comparison.alignment.token_records import new_memo, token_records
from resolver.comparison.name_words.acronym_words import initial_bits, may_be_left_out
from resolver.comparison.name_words.qualifiers import qualifier_code
from resolver.kernels.alignment.records import NameArrays, SimilarityMemo, TokenRecords
from resolver.kernels.comparison.abbreviation_letters import (
    COUNTED,
    OPTIONAL,
    PLACE,
    SKIPPED,
    AbbreviationTokens,
)
from resolver.kernels.comparison.acronyms import fill_letter_bags
from resolver.kernels.comparison.qualifier_grades import PLACE_CODE
from resolver.kernels.letter_hashes import TextLetters
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import TRAVEL_FAMILY, HashArray, PreparedBatch, TokenTable
from resolver.records.prepared.value_flags import FACTION, NameQuality, TokenFlag

_NO_NAME = TokenFlag.PARTICLE | TokenFlag.LEGAL | TokenFlag.GENERIC | TokenFlag.NUMBER
_ARABIC_ARTICLE = "al"
"""Particle that some acronyms have a letter of, as in `AQI` and `AAI`."""
_MIN_ACRONYM, _MAX_ACRONYM = 3, 8
"""Letters of a token that may be an acronym."""


@dataclass(frozen=True)
class TokenIndex:
    """Tokens of a batch as the alignment kernels read them, with what comparators know of each.

    Computed once for a table, and used for all batches over it.
    """

    records: TokenRecords
    texts: npt.NDArray[np.object_]
    _memos: list[SimilarityMemo] = field(default_factory=list)

    @classmethod
    def of(cls, table: TokenTable) -> TokenIndex:
        """Build the index of a table."""
        return cls(token_records(table), table.texts)

    @cached_property
    def words(self) -> list[str]:
        """Texts of all tokens; those of an index are read from its files once."""
        words: list[str] = self.texts.tolist()
        return words

    @cached_property
    def faction_tokens(self) -> npt.NDArray[np.bool_]:
        """Per token, True if a name of a part of a group has it before the part's own name."""
        is_marker = (text == FACTION for text in self.words)
        return np.fromiter(is_marker, dtype=np.bool_, count=len(self.texts))

    @cached_property
    def qualifier_codes(self) -> IntArray:
        """Per token, its code among the words that tell groups of one name apart; 0 for others.

        `PLACE_CODE` for places, -1 for those that are no names: particles, legal forms, generic
        words, numbers, markers.
        """
        codes = np.fromiter(map(qualifier_code, self.words), dtype=np.int32, count=len(self.texts))
        is_name = (self.records.flags & int(_NO_NAME) == 0) & ~self.faction_tokens
        codes[(codes == 0) & ~is_name] = -1
        codes[(codes == 0) & (self.records.flags & int(TokenFlag.PLACE) != 0)] = PLACE_CODE
        return codes

    @property
    def first_letter(self) -> npt.NDArray[np.uint32]:
        """Per token, the code point of its first letter."""
        letters: npt.NDArray[np.uint32] = np.ascontiguousarray(
            self.records.records["first_letter"][:-1]
        )
        return letters

    @cached_property
    def spelled(self) -> HashArray:
        """Per token of three to eight letters, the hash of a name with these initials; else 0."""
        starts = self.records.records["letters"].astype(np.int64)
        letters = TextLetters(starts, self.records.letters)
        is_acronym = (letters.lengths >= _MIN_ACRONYM) & (letters.lengths <= _MAX_ACRONYM)
        return np.where(is_acronym, letters.spell_first(_MAX_ACRONYM), np.uint64(0))

    @cached_property
    def bags(self) -> HashArray:
        """Per token, a hash of its letters in any order."""
        bags = np.zeros(len(self.words), dtype=np.uint64)
        starts = self.records.records["letters"]
        fill_letter_bags(starts[:-1], starts[1:], self.records.letters, bags)
        return bags

    @cached_property
    def acronym_flags(self) -> npt.NDArray[np.uint16]:
        """Per token, its flags, with that of legal forms for all words that acronyms leave out."""
        flags = self.records.flags.astype(np.uint16)
        left_out = np.fromiter(map(may_be_left_out, self.words), np.bool_, len(self.texts))
        flags[left_out] |= np.uint16(TokenFlag.LEGAL)
        return flags

    @cached_property
    def abbreviations(self) -> AbbreviationTokens:
        """Per token, what it is in an abbreviated name; without scratch."""
        flags, count = self.records.flags, len(self.texts)
        kinds = np.full(count, COUNTED, dtype=np.uint8)
        for flag, kind in (
            (TokenFlag.PLACE, PLACE),
            (TokenFlag.LEGAL, OPTIONAL),
            (TokenFlag.PARTICLE, SKIPPED),
        ):
            kinds[(flags & int(flag)) != 0] = kind
        left_out = np.fromiter(map(may_be_left_out, self.words), dtype=np.bool_, count=count)
        kinds[left_out & (kinds == COUNTED)] = OPTIONAL
        may_have_letter = np.diff(self.records.records["letters"]) == 1
        may_have_letter |= np.fromiter(
            (text == _ARABIC_ARTICLE for text in self.words), dtype=np.bool_, count=count
        )
        kinds[may_have_letter & (kinds == SKIPPED)] = OPTIONAL
        kinds[self.faction_tokens] = SKIPPED
        initials = np.fromiter(map(initial_bits, self.words), dtype=np.uint32, count=count)
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
    """Names of a batch as the alignment kernels read them.

    Computed once for a batch, and used by every chunk of its pairs.
    """

    token_index: TokenIndex
    arrays: NameArrays
    _name_only: Callable[[], npt.NDArray[np.bool_]]
    _listed: Callable[[], npt.NDArray[np.bool_]]
    _principal: Callable[[], IntArray]

    @classmethod
    def of(cls, prepared: PreparedBatch, token_index: TokenIndex | None = None) -> NameIndex:
        """Build the index of a batch; `token_index`: that of its tokens, where it is at hand."""
        tokens = prepared.names.through(prepared.forms.tokens).distinct()
        return cls(
            token_index or TokenIndex.of(prepared.tokens),
            name_arrays(prepared, tokens),
            lambda: name_only_records(prepared),
            lambda: listed_records(prepared),
            lambda: principal_forms(prepared),
        )

    @property
    def tokens(self) -> TokenRecords:
        """Tokens as the alignment kernels read them."""
        return self.token_index.records

    @property
    def texts(self) -> npt.NDArray[np.object_]:
        """Texts of the tokens."""
        return self.token_index.texts

    def memo(self) -> AbstractContextManager[SimilarityMemo]:
        """Lend a memo of similarities that no other thread uses meanwhile."""
        return self.token_index.memo()

    def order_pairs(self, left: IntArray) -> PairOrder | None:
        """Return the order in which pairs with these left records are compared fastest."""
        return order_pairs(left, self.arrays, self.tokens)

    @cached_property
    def name_only(self) -> npt.NDArray[np.bool_]:
        """Per record, True if it has nothing but names."""
        return self._name_only()

    @cached_property
    def listed(self) -> npt.NDArray[np.bool_]:
        """Per record, True if it has what watchlists state and registers do not."""
        return self._listed()

    @cached_property
    def principal(self) -> IntArray:
        """Per record, the form of its first principal name; -1 if it has none."""
        return self._principal()


def name_only_records(prepared: PreparedBatch) -> npt.NDArray[np.bool_]:
    """Return per record whether it has nothing but names."""
    sides = [
        prepared.births,
        prepared.starts,
        prepared.nationalities,
        prepared.linked_countries,
        prepared.birth_places,
        prepared.addresses,
        prepared.identifiers,
        *(side for side, _ in prepared.plain.values()),
    ]
    has_others = prepared.gender != 0
    for side in sides:
        if len(side.items):
            has_others |= side.counts > 0
    name_only: npt.NDArray[np.bool_] = ~has_others
    return name_only


def listed_records(prepared: PreparedBatch) -> npt.NDArray[np.bool_]:
    """Return per record whether it has an alias, a nationality, a passport or a relation.

    Watchlists state these, registers do not.
    """
    listed: npt.NDArray[np.bool_] = prepared.nationalities.counts > 0
    listed[prepared.names.rows[prepared.name_quality > NameQuality.PRIMARY]] = True
    side = prepared.identifiers
    listed[side.rows[prepared.identifier_table.type[side.items] == TRAVEL_FAMILY]] = True
    if "relation" in prepared.plain:
        listed |= prepared.plain["relation"][0].counts > 0
    return listed


def principal_forms(prepared: PreparedBatch) -> IntArray:
    """Return per record the form of its first principal name; -1 if it has none."""
    forms = np.full(len(prepared), -1, dtype=np.int32)
    quality = prepared.name_quality[: len(prepared.names.items)]
    principal = np.flatnonzero(quality == NameQuality.PRIMARY)[::-1]
    # The last assignment to a record counts: backwards, that is its first name.
    forms[prepared.names.rows[principal]] = prepared.names.items[principal]
    return forms
