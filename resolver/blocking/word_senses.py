"""Senses of the words of names: the symbols of what is one name or word in several languages.

A word of a group's name without a symbol, such as the founder's name, counts by its consonants, so
that `Sahak Shipping` and `Keshtirani Sahak` share two senses.
"""

from __future__ import annotations

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


def form_senses(prepared: PreparedBatch, consonants: HashArray) -> Ragged:
    """Return the senses of each token of each name form, one row per place of `forms.tokens`.

    `consonants`: hash of the consonants of each token. Words with more than `MAX_SENSES` symbols
    (Muhammad) have none: they are joined by their sound.
    """
    forms = prepared.forms.tokens
    senses = _token_senses(prepared, consonants)
    in_group = _of_groups(prepared)[forms.rows]
    return senses.take(np.where(in_group, forms.items + len(prepared.tokens), forms.items))


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


def _of_groups(prepared: PreparedBatch) -> _Bools:
    """Return whether each name form is one of a group."""
    mask = np.zeros(len(prepared.forms.tokens), dtype=np.bool_)
    rows = (prepared.kinds & int(Kind.GROUP)) != 0
    mask[prepared.names.items[rows[prepared.names.rows]]] = True
    return mask
