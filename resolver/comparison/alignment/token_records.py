"""Tokens in the layout of the alignment kernels, and the similarity of pairs of tokens."""

from __future__ import annotations

import numpy as np

from resolver.comparison.cross_script import sound_scratch, token_sounds
from resolver.kernels.alignment.records import MEMO_SLOT, TOKEN, SimilarityMemo, TokenRecords
from resolver.kernels.alignment.token_similarity import fill_token_similarity
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray, TokenTable
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.scripts import flags_without_script

_MAX_MEMO = 1 << 16
"""Slots of the largest memo, which stays in a processor's cache."""


def token_records(tokens: TokenTable, sounds: Ragged | None = None) -> TokenRecords:
    """Lay out a table of tokens; `sounds` of each token (`token_sounds`) if already computed."""
    sounds = sounds if sounds is not None else token_sounds(tokens)
    count = len(tokens)
    flags = flags_without_script(tokens.flags)
    records = np.zeros(count + 1, dtype=TOKEN)
    lengths = np.fromiter(map(len, tokens.texts), dtype=np.int32, count=count)
    letters = np.frombuffer(
        "".join(tokens.texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32
    )
    for field, values in (
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
        records[field][:count] = values
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
    """Return the similarity (0…1) of pairs of token codes; `sounds` of every token.

    The mean of Jaro–Winkler (Winkler 1990) and the optimal string alignment similarity, raised
    where the two sound alike, share a consonant skeleton, a Metaphone code or a symbol (the same
    name in another language); lowered where both are established words that nothing ties together:
    Maria is no misspelling of Mario.
    """
    out = np.empty(len(first), dtype=np.float32)
    fill_token_similarity(first, second, token_records(tokens, sounds), new_memo(0), out)
    return out
