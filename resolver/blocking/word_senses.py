"""Senses of the words of names: the symbols of what is one name or word in several languages.

A word of a group's name without a symbol, such as the founder's name, counts by its consonants, so
that `Sahak Shipping` and `Keshtirani Sahak` share two senses.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.blocking.keys import identity_tokens
from resolver.records.batch import IntArray
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import HashArray, PreparedBatch
from resolver.records.prepared.ragged import Ragged

MAX_SENSES = 8
"""Symbols that a word may have to join records by them."""
_Bools = npt.NDArray[np.bool_]


class NameSenses(NamedTuple):
    """Names of records with the senses of their words, as names of persons or of groups.

    `names`: forms of each record; `forms`: tokens of each form; `senses`: those of each token of
    each form. A form that records of both sorts bear has a row as either: what a record is joined
    by must not depend on the others of a batch.
    """

    names: Ragged
    forms: Ragged
    senses: Ragged


def name_senses(prepared: PreparedBatch, consonants: HashArray) -> NameSenses:
    """Return the senses of the words of all names.

    `consonants`: hash of the consonants of each token. Words with more than `MAX_SENSES` symbols
    (Muhammad) have none: they are joined by their sound.
    """
    names, tokens = prepared.names, prepared.forms.tokens
    of_groups = (prepared.kinds & int(Kind.GROUP)) != 0
    reading = 2 * names.items.astype(np.int64) + of_groups[names.rows]
    in_use = np.zeros(2 * len(tokens), dtype=np.bool_)
    in_use[reading] = True
    place = np.cumsum(in_use, dtype=np.int32) - 1
    forms = tokens.take(np.flatnonzero(in_use) // 2)
    in_group = (np.flatnonzero(in_use) % 2 == 1)[forms.rows]
    senses = _token_senses(prepared, consonants)
    return NameSenses(
        Ragged(names.offsets, place[reading]),
        forms,
        senses.take(np.where(in_group, forms.items + len(prepared.tokens), forms.items)),
    )


def _token_senses(prepared: PreparedBatch, consonants: HashArray) -> Ragged:
    """Return the senses of each token as a word of a person's name, then as one of a group's."""
    symbols, is_word = prepared.tokens.symbols, identity_tokens(prepared)
    count = len(symbols)
    rows, items = _chosen(symbols, is_word & (symbols.counts <= MAX_SENSES))
    single = np.flatnonzero(is_word & (symbols.counts == 0) & (consonants != 0))
    return Ragged.from_rows(
        np.concatenate((rows, rows + count, single + count)),
        np.concatenate((items, items, consonants[single].astype(np.uint32).view(np.int32))),
        2 * count,
    )


def _chosen(ragged: Ragged, mask: _Bools) -> tuple[IntArray, IntArray]:
    """Return rows and items of the rows in a mask."""
    chosen = mask[ragged.rows]
    return ragged.rows[chosen], ragged.items[chosen]
