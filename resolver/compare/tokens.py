"""Similarity of two name tokens, over arrays of unique pairs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from resolver.compare.scripts import across_scripts, sounds
from resolver.compare.tables import collect, insert, symbols_shared, table_for
from resolver.records.batch import IntArray
from resolver.records.prepared import NICKNAME_BIT, FloatArray, TokenFlag, TokenTable
from resolver.records.ragged import Ragged

FLOOR = 0.62
"""Below this two tokens are taken as different names."""

_MANY = 5_000


_ENDINGS = frozenset("aeiou")


class TokenSimilarities:
    """What is known of pairs of tokens so far; grows as chunks of record pairs ask for more."""

    def __init__(self, tokens: TokenTable) -> None:
        self._tokens = tokens
        self.spoken = sounds(tokens)
        self._lengths = np.fromiter((len(text) for text in tokens.texts), dtype=np.int32, count=len(tokens))
        self.keys, self.values = table_for(1024)
        self._count = 0

    def learn(self, left: IntArray, right: IntArray, record_tokens: Ragged) -> None:
        """Make sure that every token pair of these record pairs is known."""
        tokens = self._tokens
        new = collect(
            left,
            right,
            record_tokens.offsets,
            record_tokens.items,
            tokens.hashes,
            tokens.signature,
            self._lengths,
            tokens.skeleton,
            tokens.phonetic,
            tokens.flags,
            tokens.symbols.offsets,
            tokens.symbols.items,
            self.keys,
        )
        if not len(new):
            return
        first, second = (new >> 32).astype(np.int32), (new & 0xFFFFFFFF).astype(np.int32)
        similarity = token_similarity(tokens, self.spoken, first, second)
        used = similarity >= FLOOR
        # pairs below the floor are kept too, so that they are not asked for again
        self._put(new, np.where(used, similarity, np.float32(0.0)).astype(np.float32))

    def _put(self, keys: npt.NDArray[np.int64], values: FloatArray) -> None:
        self._count += len(keys)
        if 2 * self._count > len(self.keys):
            old_keys, old_values = self.keys, self.values
            self.keys, self.values = table_for(2 * self._count)
            held = old_keys >= 0
            insert(self.keys, self.values, old_keys[held], old_values[held])
        insert(self.keys, self.values, keys, values)


def token_similarity(tokens: TokenTable, spoken: Ragged, first: IntArray, second: IntArray) -> FloatArray:
    """Similarity in 0…1 of pairs of token codes; `spoken`: the sounds of every token (`scripts.sounds`).

    The mean of Jaro–Winkler (Winkler 1990) and the optimal string alignment similarity, raised where the two sound
    alike, share a consonant skeleton, a Metaphone code or a symbol (the same name in another language); lowered where
    both are established words that nothing ties together: Maria is no slip of Mario.
    """
    left, right = tokens.texts[first], tokens.texts[second]
    servants = np.array([one[:3] == two[:3] == "abd" for one, two in zip(left, right, strict=True)], dtype=bool)
    if servants.any():
        # of two servants of God, what differs is whose
        left, right = left.copy(), right.copy()
        for side in (left, right):
            side[servants] = [text[3:] for text in side[servants]]
    # for few pairs, as in a single check, starting threads takes longer than the work
    workers = -1 if len(first) > _MANY else 1
    winkler = cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float32, workers=workers)
    edits = cpdist(left, right, scorer=OSA.normalized_similarity, dtype=np.float32, workers=workers)
    similarity = (winkler + edits) / np.float32(2)
    same_skeleton = (tokens.skeleton[first] == tokens.skeleton[second]) & (tokens.skeleton[first] != 0)
    metaphone = tokens.phonetic[first] == tokens.phonetic[second]
    same_sound = (tokens.sound[first] == tokens.sound[second]) & (tokens.sound[first] != 0)
    foreign = ((tokens.flags[first] | tokens.flags[second]) & int(TokenFlag.FOREIGN)) != 0
    plain = similarity
    similarity = np.where(metaphone | same_skeleton, np.maximum(plain, plain * 0.5 + 0.42), plain)
    similarity = np.where(same_sound, np.maximum(similarity, plain * 0.4 + 0.57), similarity)
    both_foreign = ((tokens.flags[first] & tokens.flags[second]) & int(TokenFlag.FOREIGN)) != 0
    similarity = np.where(both_foreign & same_skeleton, np.maximum(similarity, 0.92), similarity)
    if len(spoken.items):
        across = np.minimum(across_scripts(tokens, spoken, first, second), np.float32(0.96))
        similarity = np.where(foreign & ~both_foreign, across, similarity)
    shared = symbols_shared(first, second, tokens.symbols.offsets, tokens.symbols.items, NICKNAME_BIT)
    both_known = ((tokens.flags[first] & tokens.flags[second]) & int(TokenFlag.KNOWN)) != 0
    apart = both_known & (shared == 0) & ~same_sound & ~foreign
    ending = np.fromiter((_other_ending(one, two) for one, two in zip(left, right, strict=True)), dtype=bool)
    similarity = np.where(apart, similarity - np.float32(0.2), similarity)
    similarity = np.where(apart & ending, np.minimum(similarity, np.float32(0.5)), similarity)
    similarity = np.where(shared == 2, np.maximum(similarity, 0.9 + similarity * 0.08), similarity)
    similarity = np.where(shared == 1, np.maximum(similarity, 0.84 + similarity * 0.08), similarity)
    similarity = np.maximum(similarity, 0)
    capped: FloatArray = np.minimum(similarity, 0.99).astype(np.float32)
    return capped


def _other_ending(one: str, two: str) -> bool:
    """Whether two words differ in nothing but a vowel at the end (Maria and Mario, Karim and Karima)."""
    short, long = (one, two) if len(one) <= len(two) else (two, one)
    if len(short) == len(long):
        return short[:-1] == long[:-1] and short[-1:] in _ENDINGS and long[-1:] in _ENDINGS
    return len(long) == len(short) + 1 and long.startswith(short) and long[-1] in _ENDINGS
