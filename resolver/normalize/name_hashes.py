"""Hashes of name forms over their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.kernels.arrays import ByteArray
from resolver.kernels.text.composed_names import MAX_JOINED, fill_joined_hashes
from resolver.kernels.text.skeletons import MAX_WORD, SkeletonRules, fill_skeleton_hashes
from resolver.kernels.threads import threads
from resolver.normalize.folding import DIGRAPHS, FOLDS, PLAIN_DIGRAPHS, skeleton_code
from resolver.records.prepared.batch import HashArray, TokenTable
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.text_cache import cache_short_texts, hash64, hash_texts
from resolver.records.prepared.value_flags import TokenFlag

_MIN_PARALLEL = 10_000
"""Places from which joining pays for threads."""


def _replacements() -> ByteArray:
    """Return a row for each replacement; see `SkeletonRules`."""
    rows = np.zeros((len(DIGRAPHS) + len(PLAIN_DIGRAPHS), 8), dtype=np.uint8)
    for row, (old, new) in zip(rows, (*DIGRAPHS, *PLAIN_DIGRAPHS), strict=True):
        row[0], row[1 : 1 + len(old)] = len(old), list(old.encode("ascii"))
        row[5], row[6 : 6 + len(new)] = len(new), list(new.encode("ascii"))
    return rows


def _folded_letters() -> ByteArray:
    """Return what each ASCII letter becomes, 0 nothing."""
    table = np.arange(128, dtype=np.uint8)
    for letter, other in FOLDS.items():
        table[letter] = ord(other) if other else 0
    table[list(b"aeiou")] = 0
    return table


SKELETON_RULES = SkeletonRules(_replacements(), len(DIGRAPHS), _folded_letters())
"""Rules of `folding.skeleton_code` as arrays, for the kernel that applies them."""


@cache_short_texts(50_000)
def letter_signature(text: str) -> int:
    """Return 32 bits of the letters of a text: one per ASCII letter, six for all others."""
    bits = 0
    for letter in text:
        bits |= 1 << (ord(letter) - 97 if "a" <= letter <= "z" else 26 + ord(letter) % 6)
    return bits


def compact_hashes(tokens: Ragged, table: TokenTable) -> HashArray:
    """Return per form a hash of the set of its tokens that carry meaning, whatever their order.

    All tokens of a name without such tokens (titles or a legal form only) are hashed; an empty name
    has 0.
    """
    meaning = (table.flags & (TokenFlag.PARTICLE | TokenFlag.LEGAL)) == 0
    mixed = (table.hashes * np.uint64(0x9E3779B97F4A7C15)) ^ (table.hashes >> np.uint64(29))
    carried = _sums(tokens, np.where(meaning, mixed, np.uint64(0)))
    return np.where(carried == 0, _sums(tokens, mixed), carried)


def _sums(tokens: Ragged, mixed: HashArray) -> HashArray:
    """Return per form the sum over its tokens, which ignores order and counts repetitions."""
    sums = np.concatenate(
        (np.zeros(1, dtype=np.uint64), np.cumsum(mixed[tokens.items], dtype=np.uint64))
    )
    hashes: HashArray = sums[tokens.offsets[1:]] - sums[tokens.offsets[:-1]]
    return hashes


def skeleton_hashes(words: Sequence[str]) -> HashArray:
    """Return the hash of the consonants of each word, of a number that of its digits; 0 for none.

    The kernel reads ASCII only, and no words of more letters than names have.
    """
    is_plain = np.array(
        [word.isascii() and len(word) <= MAX_WORD and not word.isdigit() for word in words],
        dtype=bool,
    )
    plain = [word for word, chosen in zip(words, is_plain.tolist(), strict=True) if chosen]
    others = [word for word, chosen in zip(words, is_plain.tolist(), strict=True) if not chosen]
    hashes, filled = np.empty(len(words), dtype=np.uint64), np.empty(len(plain), dtype=np.uint64)
    letters = np.frombuffer("".join(plain).encode("ascii") or b" ", dtype=np.uint8)
    ends = np.cumsum([0, *map(len, plain)], dtype=np.int64)
    fill_skeleton_hashes(ends, letters, SKELETON_RULES, filled)
    hashes[is_plain] = filled
    hashes[~is_plain] = hash_texts(
        word if word.isdigit() else skeleton_code(word) for word in others
    )
    return hashes


class TokenLetters(NamedTuple):
    """Letters of tokens as UTF-8: token i is `letters[offsets[i]:offsets[i + 1]]`; `is_ascii`: of
    each token, whether it has no others.
    """

    offsets: npt.NDArray[np.int32]
    letters: ByteArray
    is_ascii: npt.NDArray[np.bool_]


def token_letters(table: TokenTable) -> TokenLetters:
    """Return the letters of the tokens of a table."""
    is_ascii = np.fromiter(map(str.isascii, table.texts), dtype=bool, count=len(table))
    return TokenLetters(*_bytes_of(table.texts), is_ascii)


def joined_hashes(
    forms: Ragged, table: TokenTable, letters: TokenLetters, workers: int = 1
) -> tuple[HashArray, HashArray]:
    """Return per token of a form the hash and skeleton hash of it and the next token together.

    Both are 0 at the end of a form. The result does not depend on `workers` (threads).
    """
    count = len(forms.items)
    joined, bones = np.zeros(count, dtype=np.uint64), np.zeros(count, dtype=np.uint64)
    if count < 2:
        return joined, bones
    inside = np.ones(count, dtype=bool)
    inside[forms.offsets[1:][forms.counts > 0] - 1] = False
    at = np.flatnonzero(inside)
    texts, (offsets, data, is_ascii) = table.texts, letters
    # The kernel reads ASCII only; the few other words are joined here.
    spelled = is_ascii[forms.items[at]] & is_ascii[forms.items[at + 1]]
    places = at[spelled]

    def fill(part: npt.NDArray[np.int64]) -> None:
        """Fill in the hashes at some places."""
        fill_joined_hashes(part, forms.items, offsets, data, SKELETON_RULES, joined, bones)

    with threads(workers if len(places) >= _MIN_PARALLEL else 1) as pool:
        list(pool.map(fill, np.array_split(places, workers)))
    for place in at[~spelled].tolist():
        text = texts[forms.items[place]] + texts[forms.items[place + 1]]
        if len(text) <= MAX_JOINED:
            bare = skeleton_code(text)
            joined[place], bones[place] = hash64(text), hash64(bare) if len(bare) > 2 else 0
    return joined, bones


def _bytes_of(
    texts: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Return the offsets and letters of texts, as `TokenLetters` holds them."""
    packed = pa.array(texts, pa.string())
    _, offsets, data = packed.buffers()
    letters = (
        np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    )
    return np.frombuffer(offsets, dtype=np.int32), letters
