"""Words of a name that are written together or cut off in the other name."""

from __future__ import annotations

import numpy as np

from resolver.kernels.alignment.established_words import begins_with_abd
from resolver.kernels.alignment.records import (
    NameArrays,
    SimilarityMatrix,
    SimilarityMemo,
    TokenRecords,
)
from resolver.kernels.alignment.token_similarity import memo_slot, set_slot, slot_matches
from resolver.kernels.arrays import AnyBool, AnyInt, RecordArray, RecordRow
from resolver.kernels.compiler import compiled
from resolver.kernels.text.sound_distance import cross_script_similarity
from resolver.records.prepared.value_flags import TokenFlag

JOINED, JOINED_SKELETON, JOINED_ACROSS = np.float32(0.98), np.float32(0.85), np.float32(0.95)
"""Match value of two words that spell one word of the other name by their letters, by their
consonants alone, and at most by their sound where that word is of another script."""
_MIN_JOINED = 0.8
_MIN_SOUND = np.float32(_MIN_JOINED)
NARROW_FIELD = 14
"""Letters and spaces from which on a name may fill a narrow field of a form."""
COMMON = np.float32(5.5)
"""Nats of rarity below which an established word of four letters or more is a name of its own and
no piece of one (Stan, John)."""
_FOREIGN, _KNOWN = int(TokenFlag.FOREIGN), int(TokenFlag.KNOWN)
_NOT_CUT = int(TokenFlag.INITIAL | TokenFlag.PARTICLE | TokenFlag.NUMBER | TokenFlag.FOREIGN)


@compiled(inline="always", allocates=False)
def token_weight(record: RecordRow, group: bool) -> np.float32:
    """Return the rarity of a token (`TOKEN`) in nats."""
    weight: np.float32 = record.rarity_group if group else record.rarity_person
    return weight


@compiled(allocates=False)
def joined_across_scripts(
    first: AnyInt, second: AnyInt, target: AnyInt, tokens: TokenRecords, memo: SimilarityMemo
) -> np.float32:
    """Return the similarity of two neighbors written together and a word of another script.

    0 where it is below `_MIN_JOINED`.
    """
    slot = memo_slot(first, second, target, memo.slots)
    if slot_matches(first, second, target, slot):
        return np.float32(slot.value)
    similarity = cross_script_similarity(
        *(first, second, target, tokens.sound_offsets, tokens.sounds, _MIN_SOUND, memo.sounds)
    )
    value = min(similarity, JOINED_ACROSS)
    if value < _MIN_JOINED:
        value = np.float32(0.0)
    set_slot(first, second, target, slot, value)
    return value


@compiled(inline="always", allocates=False)
def joined_value(
    place: AnyInt,
    target: AnyInt,
    own_word: AnyInt,
    other_word: AnyInt,
    names: NameArrays,
    tokens: TokenRecords,
    memo: SimilarityMemo,
    matrix: SimilarityMatrix,
) -> np.float32:
    """Return the match value of the word at `place`, joined with the next one, and a target token.

    0 where they do not match, or where the target matches one of the two better. `own_word` and
    `other_word`: the first word and the target in `matrix.words`.
    """
    records, words = tokens.records, names.words
    word, following = words[place], words[place + 1].token
    if word.joined != 0 and word.joined == records[target].hash:
        return JOINED
    if word.joined_skeleton != 0 and word.joined_skeleton == records[target].skeleton:
        own, after = records[word.token].skeleton, records[following].skeleton
        if word.joined_skeleton == own or word.joined_skeleton == after:
            # A word without consonants (Woo) adds nothing: it is a word of its own.
            return np.float32(0.0)
        return JOINED_SKELETON
    if not (records[target].flags ^ records[word.token].flags) & _FOREIGN:
        return np.float32(0.0)
    if len(tokens.sounds) == 0:
        return np.float32(0.0)
    value = joined_across_scripts(word.token, following, target, tokens, memo)
    at = matrix.words[other_word].at
    single = max(
        matrix.values[matrix.words[own_word].at + at],
        matrix.values[matrix.words[own_word + 1].at + at],
    )
    return np.float32(0.0) if value <= single else value


@compiled(allocates=False)
def may_be_cut(
    start: AnyInt, end: AnyInt, words: RecordArray, tokens: TokenRecords, group: bool
) -> AnyBool:
    """Return whether the name `start` … `end` - 1 may be cut off by a narrow field.

    It is about as long as one, and its last word is no common name.
    """
    records = tokens.records
    last = records[words[end - 1].token]
    if last.flags & _NOT_CUT or last.length < 2:
        return False
    if last.flags & _KNOWN and last.length > 3 and token_weight(last, group) < COMMON:
        return False
    total = end - start - 1
    for place in range(start, end):
        record = records[words[place].token]
        total += record.length
        if record.length > 5 and begins_with_abd(
            tokens.letters[record.letters : record.letters + 3]
        ):
            # Normalisation has dropped the article and a space of a servant of God.
            total += 3
    return total >= NARROW_FIELD


@compiled(allocates=False)
def begins_token(left: AnyInt, right: AnyInt, tokens: TokenRecords) -> bool:
    """Return whether a token is the beginning of another, longer one."""
    first, second, letters = tokens.records[left], tokens.records[right], tokens.letters
    if first.length >= second.length or second.flags & _NOT_CUT:
        return False
    for place in range(first.length):
        if letters[first.letters + place] != letters[second.letters + place]:
            return False
    return True
