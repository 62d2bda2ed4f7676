"""Similarity of two tokens, and the value of matching them in an alignment.

Two tokens that share no sound, skeleton or symbol and too few letters are different names at once
(`may_match_tokens`). The similarity of others is kept in a memo, a table that forgets what another
pair pushes out: it depends on the two tokens alone, so forgetting costs nothing but time.

Words of a name that are written together or cut off in the other name.

Words that are alike and yet two names of their own, and words that begin with `abd`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from resolver.names.kernels.edit_distance import mean_similarity
from resolver.names.kernels.name_records import (
    NameArrays,
    SimilarityMatrix,
    SimilarityMemo,
    TokenRecords,
)
from resolver.names.kernels.sound_distance import (
    FIRST_SYMBOL,
    cross_script_similarity,
    of_two_scripts,
    symbol_script,
)
from resolver.records.prepared.value_flags import NICKNAME_BIT, TokenFlag
from resolver.runtime.arrays import (
    AnyBool,
    AnyInt,
    FloatArray,
    HashArray,
    IntArray,
    LetterArray,
    RecordArray,
    RecordRow,
)
from resolver.runtime.compiler import compiled

UNSEEN = np.float32(8.3)
"""Rarity in nats from which on a word may be a misspelt one although a table of names has it: fewer
than one person in 4,000 bears it. With a lower limit, rare names that no record has would be taken
for misspelt ones in a store of a few hundred records. With a higher one, the misspelt names of more
listed people are not found.
"""


@compiled(inline="always", allocates=False)
def are_established(first: RecordRow, second: RecordRow) -> bool:
    """Return whether two tokens are established words, and neither is so rare that it may be the
    other one misspelt (`UNSEEN`).
    """
    rarity = max(
        min(first.rarity_person, first.rarity_group), min(second.rarity_person, second.rarity_group)
    )
    established: bool = first.flags & second.flags & _KNOWN != 0 and rarity < UNSEEN
    return established


@compiled(inline="always", allocates=False)
def established_value(value: np.float32, left: LetterArray, right: LetterArray) -> np.float32:
    """Return the similarity of two established words: Maria is no misspelling of Mario."""
    if _has_other_ending(left, right):
        value = min(value, np.float32(0.5))
    elif _has_swapped_letters(left, right):
        value = max(value, np.float32(0.66))
    return value


@compiled(inline="always", allocates=False)
def begins_with_abd(text: LetterArray) -> bool:
    """Return whether a word begins with `abd`."""
    begins: bool = len(text) >= 3 and text[0] == 97 and text[1] == 98 and text[2] == 100
    return begins


@compiled(inline="always", allocates=False)
def _is_vowel(letter: AnyInt) -> bool:
    return letter == 97 or letter == 101 or letter == 105 or letter == 111 or letter == 117


@compiled(inline="always", allocates=False)
def _has_other_ending(first: LetterArray, second: LetterArray) -> bool:
    """Return whether two words differ only in a final vowel (Maria and Mario, Karim, Karima)."""
    short, long = (first, second) if len(first) <= len(second) else (second, first)
    gap = len(long) - len(short)
    if gap > 1 or len(long) == 0 or not _is_vowel(long[-1]):
        return False
    if gap == 0 and not _is_vowel(short[-1]):
        return False
    same = 0
    while same < len(long) - 1 and short[same] == long[same]:
        same += 1
    return same == len(long) - 1


@compiled(inline="always", allocates=False)
def _has_swapped_letters(first: LetterArray, second: LetterArray) -> bool:
    """Return whether two words of three letters or more differ only in two swapped neighbors.

    The first letter must be the same.
    """
    if len(first) != len(second) or len(first) < 3:
        return False
    at = 0
    while at < len(first) and first[at] == second[at]:
        at += 1
    if (
        at == 0
        or at + 1 >= len(first)
        or first[at] != second[at + 1]
        or first[at + 1] != second[at]
    ):
        return False
    rest = at + 2
    while rest < len(first) and first[rest] == second[rest]:
        rest += 1
    return rest == len(first)


FLOOR = 0.62
"""Similarity below which two tokens are different names."""
INITIAL_VALUE = np.float32(0.75)
"""Match value of an initial and a word that begins with it."""
_MARGIN = 1e-4
_INITIAL, _FOREIGN = int(TokenFlag.INITIAL), int(TokenFlag.FOREIGN)
_KNOWN, _PLACE = int(TokenFlag.KNOWN), int(TokenFlag.PLACE)
_LITERAL = int(TokenFlag.INITIAL | TokenFlag.PARTICLE | TokenFlag.NUMBER)
"""Initials are judged by their letter, particles and numbers by equality."""
_ESTABLISHED_LOSS = np.float32(0.2)
"""Loss of similarity between two established words that nothing ties together."""
_MAX_ACROSS = np.float32(0.96)
"""Highest similarity of two words of different scripts by their letters."""
_HOMOPHONE = np.float32(0.65)
"""Match value of two longer words in Han, of other characters with the same sounds."""
_SHORT_HAN, _SHORT_HANGUL = 4, 6
"""Symbols of two syllables, at most."""
_HEBREW, _HANGUL, _HAN = 2, 3, 4
"""`Script` numbers; those up to the first write no short vowels."""
_SAME_SYMBOL, _SAME_NICKNAME = 2, 1


@compiled(inline="always", allocates=False)
def match_value(
    left: AnyInt, right: AnyInt, tokens: TokenRecords, memo: SimilarityMemo
) -> np.float32:
    """Return the value of matching two tokens, 0…1.

    Equal texts 1, an initial and a word that begins with it `INITIAL_VALUE`, else the similarity of
    the two from `FLOOR` on.
    """
    records = tokens.records
    first, second = records[left], records[right]
    value = np.float32(0.0)
    if first.hash == second.hash:
        value = np.float32(1.0)
        if first.flags & second.flags & _FOREIGN and first.sound != second.sound:
            # Other characters of the same sound.
            is_short = _is_short_syllabic(left, right, tokens, memo)
            value = np.float32(0.0) if is_short else _HOMOPHONE
    elif (first.flags | second.flags) & _INITIAL:
        if first.first_letter == second.first_letter:
            value = INITIAL_VALUE
    elif may_match_tokens(left, right, tokens):
        low, high = min(left, right), max(left, right)
        slot = memo_slot(low, high, -1, memo.slots)
        if slot_matches(low, high, -1, slot):
            return np.float32(slot.value)
        value = token_pair_similarity(low, high, tokens, np.float32(FLOOR), memo)
        if value < np.float32(FLOOR):
            value = np.float32(0.0)
        set_slot(low, high, -1, slot, value)
    return value


@compiled(inline="always", allocates=False)
def _memo_key(first: AnyInt, second: AnyInt) -> np.int64:
    return (np.int64(first) << 32) | np.int64(second)


@compiled(inline="always", allocates=False)
def memo_slot(first: AnyInt, second: AnyInt, target: AnyInt, slots: RecordArray) -> RecordRow:
    """Return the slot (`MEMO_SLOT`) in which the similarity of two or three tokens can stand."""
    mixed = np.uint64(_memo_key(first, second)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= np.uint64(target + 1) * np.uint64(0xC2B2AE3D27D4EB4F)
    return slots[np.int64((mixed >> np.uint64(20)) & np.uint64(len(slots) - 1))]


@compiled(inline="always", allocates=False)
def slot_matches(first: AnyInt, second: AnyInt, target: AnyInt, slot: RecordRow) -> AnyBool:
    """Return whether a slot has the similarity of these tokens."""
    has_key: AnyBool = slot.key == _memo_key(first, second) and slot.target == target
    return has_key


@compiled(inline="always", allocates=False)
def set_slot(
    first: AnyInt, second: AnyInt, target: AnyInt, slot: RecordRow, value: np.float32
) -> None:
    """Write the similarity of these tokens into their slot."""
    slot.key, slot.target, slot.value = _memo_key(first, second), target, value


@compiled(allocates=False)
def _is_short_syllabic(
    left: AnyInt, right: AnyInt, tokens: TokenRecords, memo: SimilarityMemo
) -> bool:
    """Return whether two tokens in Han or Hangul are names of two syllables or fewer.

    There a syllable is a word, so that another one makes another name.
    """
    if len(tokens.sounds) == 0:
        return False
    offsets, costs = tokens.sound_offsets, memo.sounds.costs
    for token in (left, right):
        sounds = tokens.sounds[offsets[token] : offsets[token + 1]]
        if len(sounds) == 0 or sounds[0] < FIRST_SYMBOL:
            return False
        script = symbol_script(sounds[0] - FIRST_SYMBOL, costs)
        most = _SHORT_HAN if script == _HAN else _SHORT_HANGUL if script == _HANGUL else 0
        if len(sounds) > most:
            return False
    return True


@compiled(allocates=False)
def _has_vowels(token: AnyInt, tokens: TokenRecords, memo: SimilarityMemo) -> AnyBool:
    """Return whether a token of another script is of one that writes vowels."""
    begin = tokens.sound_offsets[token]
    if len(tokens.sounds) == 0 or begin == tokens.sound_offsets[token + 1]:
        return False
    sound = tokens.sounds[begin]
    if sound < FIRST_SYMBOL:
        return True
    has_vowels: AnyBool = symbol_script(sound - FIRST_SYMBOL, memo.sounds.costs) > _HEBREW
    return has_vowels


@compiled(inline="always", allocates=False)
def may_match_tokens(left: AnyInt, right: AnyInt, tokens: TokenRecords) -> bool:
    """Return whether two tokens that are not equal may be one name, by a cheap test.

    They share a sound, a skeleton or a symbol, or enough letters that their spelling alone may
    reach `FLOOR`.
    """
    first, second = tokens.records[left], tokens.records[right]
    if (first.flags | second.flags) & _LITERAL:
        return False
    if (first.flags ^ second.flags) & _FOREIGN:
        # Letters of two scripts cannot be compared.
        return True
    if (
        first.skeleton != 0 and first.skeleton == second.skeleton
    ) or first.phonetic == second.phonetic:
        return True
    if first.symbol_bits & second.symbol_bits and _shared_symbol(left, right, tokens) > 0:
        return True
    short, long = min(first.length, second.length), max(first.length, second.length)
    if short < 3 or 2 * short < long:
        return False
    common = count_bits(first.signature & second.signature)
    if 3 * common < 2 * min(first.letter_count, second.letter_count):
        return False
    if first.sound != 0 and first.sound == second.sound:
        return True
    both_known = are_established(first, second) and not first.flags & _FOREIGN
    if _max_similarity(first, second, common) >= FLOOR + (0.2 if both_known else 0.0) - _MARGIN:
        return True
    return len(tokens.sounds) > 0 and _is_across(left, right, tokens.sound_offsets, tokens.sounds)


@compiled(allocates=False)
def _is_across(left: AnyInt, right: AnyInt, offsets: IntArray, sounds: IntArray) -> bool:
    """Return whether one of two tokens is Latin and the other of a script with learned costs."""
    return of_two_scripts(left, right, offsets, sounds)


@compiled(inline="always", allocates=False)
def _max_similarity(first: RecordRow, second: RecordRow, common: np.int64) -> float:
    """Return an upper bound of the similarity of two spellings.

    Kinds of letters that the other word lacks cannot match, and each takes an edit.
    """
    left, right = np.int64(first.length), np.int64(second.length)
    lacking = max(
        left - right, right - left, first.letter_count - common, second.letter_count - common
    )
    matching = min(left - (first.letter_count - common), right - (second.letter_count - common))
    jaro = (matching / left + matching / right + 1.0) / 3.0
    # Up to four letters at the beginning count once more.
    winkler = (
        jaro + 0.1 * min(4, matching) * (1.0 - jaro)
        if first.first_letter == second.first_letter
        else jaro
    )
    similarity: float = (winkler + 1.0 - lacking / max(left, right)) / 2.0
    return similarity


@compiled(inline="always", allocates=False)
def count_bits(bits: int) -> np.int64:
    """Return how many bits of a uint32 are set (in parallel, after Warren, Hacker's Delight)."""
    value = np.uint64(bits)
    value -= (value >> np.uint64(1)) & np.uint64(0x55555555)
    value = (value & np.uint64(0x33333333)) + ((value >> np.uint64(2)) & np.uint64(0x33333333))
    value = (value + (value >> np.uint64(4))) & np.uint64(0x0F0F0F0F)
    return np.int64(((value * np.uint64(0x01010101)) & np.uint64(0xFFFFFFFF)) >> np.uint64(24))


@compiled(inline="always", allocates=False)
def _shared_symbol(first: AnyInt, second: AnyInt, tokens: TokenRecords) -> int:
    """Return whether two tokens share a symbol, only one that ties a nickname to a name, or none.

    Symbols of a token ascend.
    """
    a, end_a = tokens.records[first].symbols, tokens.records[first + 1].symbols
    b, end_b = tokens.records[second].symbols, tokens.records[second + 1].symbols
    while a < end_a and b < end_b:
        left, right = tokens.symbols[a], tokens.symbols[b]
        if left == right:
            # Ids ascend, so those of nicknames come last.
            return _SAME_NICKNAME if left >= NICKNAME_BIT else _SAME_SYMBOL
        if left < right:
            a += 1
        else:
            b += 1
    return 0


@compiled(inline="always", allocates=False)
def _spelling_similarity(
    first: RecordRow,
    second: RecordRow,
    left: LetterArray,
    right: LetterArray,
    both_vowelless: bool,
    same_sound: bool,
    minimum: np.float32,
    places: HashArray,
) -> np.float32:
    """Return the similarity of two words by their letters and their levelled spellings.

    A similarity below `minimum` may be returned as a lower one.
    """
    same_skeleton = first.skeleton == second.skeleton and first.skeleton != 0
    same_phonetic = first.phonetic == second.phonetic
    if same_skeleton or same_phonetic or same_sound:
        minimum = np.float32(0.0)
    least_edits: Any = abs(len(left) - len(right))
    if len(left) == first.length:
        common = count_bits(first.signature & second.signature)
        least_edits = max(
            least_edits,
            np.int64(first.letter_count) - common,
            np.int64(second.letter_count) - common,
        )
    letters = mean_similarity(left, right, minimum, least_edits, places)
    value = letters
    if same_phonetic or same_skeleton:
        value = max(letters, letters * np.float32(0.5) + np.float32(0.42))
    if same_sound:
        value = max(value, letters * np.float32(0.4) + np.float32(0.57))
    if both_vowelless and same_skeleton:
        value = max(value, np.float32(0.92))
    return value


@compiled(allocates=False)
def token_pair_similarity(
    token: AnyInt, other: AnyInt, tokens: TokenRecords, minimum: np.float32, memo: SimilarityMemo
) -> np.float32:
    """Return the similarity of two tokens; see `comparison.name_index`.

    A similarity below `minimum` may be returned as any value below it. `memo`: scratch only.
    """
    first, second = tokens.records[token], tokens.records[other]
    left = tokens.letters[first.letters : first.letters + first.length]
    right = tokens.letters[second.letters : second.letters + second.length]
    if begins_with_abd(left) and begins_with_abd(right):
        # Two servants of God differ in the rest of the word.
        left, right = left[3:], right[3:]
    same_sound = first.sound == second.sound and first.sound != 0
    foreign = ((first.flags | second.flags) & _FOREIGN) != 0
    both_foreign = (first.flags & second.flags & _FOREIGN) != 0
    both_vowelless = both_foreign and not _has_vowels(token, tokens, memo)
    shared = _shared_symbol(token, other, tokens) if first.symbol_bits & second.symbol_bits else 0
    enough = minimum if shared == 0 else np.float32(0.0)
    # A place is rarely misspelt in its first letter: Dokkyo is no Tokyo.
    are_apart = are_established(first, second) or (
        ((first.flags ^ second.flags) & _PLACE) != 0 and first.first_letter != second.first_letter
    )
    lowered = are_apart and shared == 0 and not same_sound and not foreign
    across = np.float32(0.0)
    if len(tokens.sounds) > 0 and _is_across(token, other, tokens.sound_offsets, tokens.sounds):
        across = cross_script_similarity(
            *(token, -1, other, tokens.sound_offsets, tokens.sounds, enough, memo.sounds)
        )
        across = min(across, _MAX_ACROSS)
    if foreign and not both_foreign and len(tokens.sounds) > 0:
        value = across
    else:
        enough = enough + _ESTABLISHED_LOSS if lowered and minimum > 0 else enough
        value = _spelling_similarity(
            *(first, second, left, right, both_vowelless, same_sound, enough, memo.places)
        )
        if both_foreign and _is_short_syllabic(token, other, tokens, memo):
            value = np.float32(0.0)
    if lowered:
        value = established_value(value - _ESTABLISHED_LOSS, left, right)
    value = max(value, across)
    if shared == _SAME_SYMBOL:
        value = max(value, np.float32(0.9) + value * np.float32(0.08))
    elif shared == _SAME_NICKNAME:
        # A transliteration rarely puts a nickname in place of the name.
        least = np.float32(0.84) if foreign == both_foreign else np.float32(0.59)
        value = max(value, least + value * np.float32(0.08))
    return min(max(value, np.float32(0.0)), np.float32(0.99))


@compiled(allocates=False)
def fill_token_similarity(
    first: IntArray, second: IntArray, tokens: TokenRecords, memo: SimilarityMemo, out: FloatArray
) -> None:
    """Write the similarity of pairs of tokens."""
    for pair in range(len(first)):
        out[pair] = token_pair_similarity(first[pair], second[pair], tokens, np.float32(0.0), memo)


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
_JOINED_WORDS_FOREIGN, _JOINED_WORDS_KNOWN = int(TokenFlag.FOREIGN), int(TokenFlag.KNOWN)
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
    if not (records[target].flags ^ records[word.token].flags) & _JOINED_WORDS_FOREIGN:
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
    if last.flags & _JOINED_WORDS_KNOWN and last.length > 3 and token_weight(last, group) < COMMON:
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
