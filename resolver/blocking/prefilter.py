"""Prefilter: a cheap score of two persons that decides whether a pair is compared at all.

Broad rules join many pairs for which nothing but a common word speaks. A plan may ask for a minimum
score; pairs below it are never compared. The score depends on the two records alone and plays no
part in match scores; see `kernels.blocking.prefilter`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.blocking.keys import (
    KeySets,
    distinct_keys,
    keys_of_table,
    unite_keys,
)
from resolver.blocking.script_sounds import are_syllabic
from resolver.kernels.blocking.prefilter import (
    FIRST,
    HEAD_KINDS,
    SYLLABIC_PERSON,
    TOKEN,
    Head,
    PrefilterArrays,
    TokenColumns,
    WordField,
    fill_prefilter_scores,
    fill_words,
)
from resolver.kernels.letter_hashes import TextLetters
from resolver.kernels.threads import threads
from resolver.records.batch import IntArray
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import HashArray, PreparedBatch
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.value_flags import TokenFlag

_CONTACTS = ("phone", "email")
NO_PREFILTER_ARRAYS = PrefilterArrays(
    np.zeros((0, 5), dtype=np.int32),
    np.zeros((0, 8), dtype=np.uint32),
    np.zeros(0, dtype=np.uint64),
    np.zeros(0, dtype=np.uint64),
    np.zeros((0, 4), dtype=np.int32),
)
"""Arrays of no records, where no prefilter is used."""


def prefilter_arrays(prepared: PreparedBatch, workers: int = 1) -> PrefilterArrays:
    """Lay out the records of a batch for the prefilter; `workers` (threads) do not change it."""
    parts: tuple[Callable[[], Any], ...] = (
        lambda: _words(prepared),
        lambda: (_places(prepared), _certain(prepared), _kinds(prepared), _born(prepared)),
    )
    with threads(min(workers, len(parts))) as pool:
        (word_offsets, words), others = pool.map(lambda part: part(), parts)
    places, certain, kinds, born = others
    # Column by column: for one record (a query), stacking takes as long as everything else here.
    heads = np.zeros((len(prepared) + 1, len(Head)), dtype=np.int32)
    for column, offsets in enumerate(
        (word_offsets, places.offsets, certain.offsets, prepared.births.offsets)
    ):
        heads[:, column] = offsets
    heads[:-1, HEAD_KINDS] = kinds
    return PrefilterArrays(heads, words, places.hashes, certain.hashes, born)


def _words(prepared: PreparedBatch) -> tuple[IntArray, npt.NDArray[np.uint32]]:
    """Return the offsets of the words of each record, and the fields of each word: each once,
    ascending, without those that have no meaning.
    """
    has_meaning = (prepared.tokens.flags & int(TokenFlag.PARTICLE | TokenFlag.LEGAL)) == 0
    rows = prepared.names.through(prepared.forms.tokens)
    numbers = np.where(has_meaning[rows.items], rows.items + np.int32(1), np.int32(0))
    words = distinct_keys(KeySets(rows.offsets, numbers.astype(np.uint64)))
    # of millions of records, what follows takes as much memory as all else here
    del rows, numbers
    places = words.hashes.view(np.int64)
    places -= 1
    return words.offsets, _token_words(prepared)[places]


def _born(prepared: PreparedBatch) -> IntArray:
    """Return first and last year, month and day of each birth date."""
    dates = prepared.dates
    born = np.empty((len(dates.year), 4), dtype=np.int32)
    born[:, 0] = dates.year - dates.circa * (dates.year > 0)
    born[:, 1] = dates.last_year + dates.circa
    born[:, 2], born[:, 3] = dates.month, dates.day
    return born[prepared.births.items]


def _kinds(prepared: PreparedBatch) -> IntArray:
    """Return the kinds of records, with persons of another script as `SYLLABIC_PERSON`."""
    kinds = prepared.kinds.astype(np.int32)
    other = are_syllabic(prepared) & ((kinds & int(Kind.PERSON)) != 0)
    return np.where(other, kinds ^ int(Kind.PERSON) | SYLLABIC_PERSON, kinds)


def _token_words(prepared: PreparedBatch) -> npt.NDArray[np.uint32]:
    """Return the fields of each token (`WordField`)."""
    tokens = prepared.tokens
    letters = TextLetters.of(tokens.texts)
    columns = TokenColumns(
        hashes=tokens.hashes,
        sounds=tokens.phonetic,
        consonants=tokens.skeleton,
        beginnings=letters.spell_first(3),
        lengths=letters.lengths,
        signature=tokens.signature,
        rarity=tokens.rarity_person,
    )
    words = np.empty((len(tokens), len(WordField)), dtype=np.uint32)
    fill_words(columns, words)
    words[:, FIRST] = letters.first_letters
    words[:, TOKEN] = _text_ranks(tokens.texts)
    return words


def _text_ranks(texts: npt.NDArray[np.object_]) -> IntArray:
    """Return a number per sorted text, equal for equal texts.

    Scores must not depend on tokens of one text that happen to be in the same batch.
    """
    ranks = np.zeros(len(texts), dtype=np.int32)
    np.cumsum(texts[1:] != texts[:-1], out=ranks[1:])
    return ranks


def _places(prepared: PreparedBatch) -> KeySets:
    sides = (
        (prepared.birth_places, prepared.place_table),
        (prepared.addresses, prepared.address_table),
    )
    parts = []
    if not any(len(ragged.items) for ragged, _ in sides):
        return _nothing(prepared)
    for ragged, table in sides:
        words = ragged.through(table.local)
        parts.append(KeySets(words.offsets, table.token_hashes[words.items]))
    return distinct_keys(unite_keys(parts))


def _nothing(prepared: PreparedBatch) -> KeySets:
    return KeySets(np.zeros(len(prepared) + 1, dtype=np.int32), np.zeros(0, dtype=np.uint64))


def _certain(prepared: PreparedBatch) -> KeySets:
    numbers = prepared.identifier_table
    if not any(
        len(side.items)
        for side in (prepared.identifiers, *(prepared.plain[name][0] for name in _CONTACTS))
    ):
        return _nothing(prepared)
    parts = [
        keys_of_table(
            prepared.identifiers, np.where(numbers.mass_used == 0, numbers.number, np.uint64(0))
        )
    ]
    parts += [keys_of_table(*_of_plain(prepared, name)) for name in _CONTACTS]
    return distinct_keys(unite_keys(parts))


def _of_plain(prepared: PreparedBatch, name: str) -> tuple[Ragged, HashArray]:
    ragged, table = prepared.plain[name]
    return ragged, table.hashes


def prefilter_scores(
    prepared: PreparedBatch, left: IntArray, right: IntArray
) -> npt.NDArray[np.int64]:
    """Return the prefilter scores of pairs of rows."""
    out = np.zeros(len(left), dtype=np.int64)
    records = prefilter_arrays(prepared)
    fill_prefilter_scores(left.astype(np.int64), right.astype(np.int64), records, out)
    return out
