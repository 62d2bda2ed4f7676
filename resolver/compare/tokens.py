"""Similarity of two name tokens, over arrays of unique pairs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from resolver.compare.tables import collect, insert, symbols_shared, table_for
from resolver.records.batch import IntArray
from resolver.records.prepared import NICKNAME_BIT, FloatArray, TokenFlag, TokenTable
from resolver.records.ragged import Ragged

FLOOR = 0.62
"""Below this two tokens are taken as different names."""

_MANY = 5_000


class TokenSimilarities:
    """What is known of pairs of tokens so far; grows as chunks of record pairs ask for more."""

    def __init__(self, tokens: TokenTable) -> None:
        self._tokens = tokens
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
        similarity = token_similarity(tokens, first, second)
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


def token_similarity(tokens: TokenTable, first: IntArray, second: IntArray) -> FloatArray:
    """Similarity in 0…1 of pairs of token codes.

    The mean of Jaro–Winkler (Winkler 1990) and the optimal string alignment similarity, raised where the two share a
    consonant skeleton, a Metaphone code or a symbol (the same name in another language).
    """
    left, right = tokens.texts[first], tokens.texts[second]
    # for few pairs, as in a single check, starting threads takes longer than the work
    workers = -1 if len(first) > _MANY else 1
    winkler = cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float32, workers=workers)
    edits = cpdist(left, right, scorer=OSA.normalized_similarity, dtype=np.float32, workers=workers)
    similarity = (winkler + edits) / np.float32(2)
    same_skeleton = (tokens.skeleton[first] == tokens.skeleton[second]) & (tokens.skeleton[first] != 0)
    same_sound = tokens.phonetic[first] == tokens.phonetic[second]
    foreign = ((tokens.flags[first] | tokens.flags[second]) & int(TokenFlag.FOREIGN)) != 0
    similarity = np.where(same_sound | same_skeleton, np.maximum(similarity, similarity * 0.5 + 0.42), similarity)
    similarity = np.where(foreign & same_skeleton, np.maximum(similarity, 0.92), similarity)
    shared = symbols_shared(first, second, tokens.symbols.offsets, tokens.symbols.items, NICKNAME_BIT)
    similarity = np.where(shared == 2, np.maximum(similarity, 0.9 + similarity * 0.08), similarity)
    similarity = np.where(shared == 1, np.maximum(similarity, 0.84 + similarity * 0.08), similarity)
    capped: FloatArray = np.minimum(similarity, 0.99).astype(np.float32)
    return capped
