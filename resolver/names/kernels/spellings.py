"""Consonant skeletons of ASCII words: the values of `normalize.folding.skeleton_code`.

For millions of short texts, without the interpreter; tests hold the kernels against that function.

Hashes of the consonant skeletons of words.

Consonant classes of Latin words: six sounds that survive a change of script.

Few scripts tell b, p, f, v and w apart, or d and t; s and z and their kin; g, k and q; l and r; m
and n. So each of these groups is one class, and vowels, h and y are none.

Names that are composed of the parts of names that records state.

Hashes of two neighboring tokens written together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.runtime.arrays import (
    AnyInt,
    AnyIntArray,
    BoolArray,
    ByteArray,
    HashArray,
    IntArray,
    LetterArray,
    LongArray,
)
from resolver.runtime.compiler import compiled
from resolver.runtime.text_hashes import hash_bytes

_H = 104


class SkeletonRules(NamedTuple):
    """Rules that level spellings.

    `replacements`: a row each of length and letters (up to 4) of the old text, length and letters
    (up to 2) of the new one. The first `with_h` rows apply only to words with an h. `folded`: what
    each letter becomes at last, 0 nothing.
    """

    replacements: ByteArray
    with_h: int
    folded: ByteArray


@compiled(inline="always", allocates=False)
def _pair_bit(first: AnyInt, second: AnyInt) -> np.uint64:
    """Return the bit of two neighboring letters among 64, which some others share."""
    return np.uint64(1) << np.uint64((11 * first + second) & 63)


@compiled(inline="always", allocates=False)
def _pair_bits(text: ByteArray, length: AnyInt) -> np.uint64:
    """Return the bits of all neighboring letters of a text."""
    bits = np.uint64(0)
    for at in range(1, length):
        bits |= _pair_bit(text[at - 1], text[at])
    return bits


@compiled(inline="always", allocates=False)
def _find_old(text: ByteArray, start: AnyInt, length: AnyInt, rule: ByteArray) -> np.int64:
    """Return the first place from `start` on of a rule's old text, or the length for none."""
    size = np.int64(rule[0])
    for place in range(start, length - size + 1):
        if text[place] == rule[1] and text[place + size - 1] == rule[size]:
            same = True
            for at in range(1, size - 1):
                same = same and text[place + at] == rule[1 + at]
            if same:
                return np.int64(place)
    return np.int64(length)


@compiled(inline="always", allocates=False)
def _replace(
    text: ByteArray, length: AnyInt, first: np.int64, rule: ByteArray, other: ByteArray
) -> np.int64:
    """Apply a rule to a text in which its old text is at `first`; return the new length."""
    size, new_size = np.int64(rule[0]), np.int64(rule[5])
    read, place = first, first
    while read < length:
        until = _find_old(text, read, length, rule)
        while read < until:
            other[place] = text[read]
            read += 1
            place += 1
        if read < length:
            for at in range(new_size):
                other[place + at] = rule[6 + at]
            read += size
            place += new_size
    for at in range(first, place):
        text[at] = other[at]
    return np.int64(place)


@compiled(inline="always", allocates=False)
def _fold_letters(text: ByteArray, length: AnyInt, folded: ByteArray) -> np.int64:
    """Fold each letter, drop a final h and doubled letters; return the new length."""
    write = np.int64(0)
    for at in range(length):
        letter = folded[text[at]]
        text[write] = letter
        write += letter != 0
    if write > 2 and text[write - 1] == _H:
        write -= 1
    length, write = write, np.int64(0)
    before = np.uint8(0)
    for at in range(length):
        letter = text[at]
        text[write] = letter
        write += letter != before
        before = letter
    return write


@compiled()
def write_skeleton(text: ByteArray, length: int, rules: SkeletonRules, other: ByteArray) -> int:
    """Replace the first `length` bytes of `text` by their skeleton; return its length.

    `text` and `other` (scratch) have room for twice the length.
    """
    begin = rules.with_h
    for at in range(length):
        if text[at] == _H:
            begin = 0
    pairs = _pair_bits(text, length)
    for number in range(begin, len(rules.replacements)):
        rule = rules.replacements[number]
        if rule[0] > 1 and pairs & _pair_bit(rule[1], rule[2]) == 0:
            continue
        first = _find_old(text, 0, length, rule)
        if first < length:
            length = int(_replace(text, length, first, rule, other))
            pairs = _pair_bits(text, length)
    return int(_fold_letters(text, length, rules.folded))


MAX_WORD = 60
"""Letters of the longest word that has room here."""


@compiled()
def fill_skeleton_hashes(
    offsets: LongArray, data: ByteArray, rules: SkeletonRules, out: HashArray
) -> None:
    """Write the hash of the skeleton of each ASCII word `data[offsets[i]:offsets[i + 1]]`.

    It is 0 for a skeleton without letters. Words have at most `MAX_WORD` letters.
    """
    block = np.empty(16, dtype=np.uint64)
    text, other = np.empty(2 * MAX_WORD, dtype=np.uint8), np.empty(2 * MAX_WORD, dtype=np.uint8)
    for word in range(len(out)):
        length = 0
        for at in range(offsets[word], offsets[word + 1]):
            text[length] = data[at]
            length += 1
        length = write_skeleton(text, length, rules, other)
        out[word] = hash_bytes(text, length, block) if length > 0 else np.uint64(0)


CLASS_BITS = 3
"""Bits of a class in a code; the first class has the lowest bits, and 0 is none."""
MAX_CLASSES = 9
"""Classes of a code. Names with more consonants are rare, and their first ones tell them apart."""
VOWEL = 7
"""Stands for vowels, where they are written."""
_CLASS_OF = np.zeros(128, dtype=np.uint32)
for _class, _letters in enumerate(("bfpvw", "dt", "cjsz", "gkqx", "lr", "mn"), 1):
    _CLASS_OF[[ord(letter) for letter in _letters]] = _class
_CLASS_OF[[ord(letter) for letter in "aeiouy"]] = VOWEL
_DENTAL, _SIBILANT, _GUTTURAL = np.uint32(2), np.uint32(3), np.uint32(4)
_C, _D, _E, _G, _CONSONANT_CLASSES_H, _I, _J, _N, _S, _T, _W, _X, _Y, _Z = (
    ord(letter) for letter in "cdeghijnstwxyz"
)


@compiled(inline="always", allocates=False)
def _letter(letters: LetterArray, at: AnyInt, end: AnyInt) -> AnyInt:
    """Return a letter of a text, 0 behind its end and for letters that are not ASCII."""
    if at >= end or letters[at] >= len(_CLASS_OF):
        return 0
    return np.int64(letters[at])


@compiled(inline="always", allocates=False)
def _read_sound(letters: LetterArray, at: AnyInt, end: AnyInt) -> tuple[np.uint32, int]:
    """Return the class of the sound that begins at a letter, and the letters that write it."""
    first, second = _letter(letters, at, end), _letter(letters, at + 1, end)
    third, fourth = _letter(letters, at + 2, end), _letter(letters, at + 3, end)
    own = _CLASS_OF[first]
    if own == _DENTAL:
        # tch, tsch, ts, tz, and dsch, dzh, dj as in the German and Russian John
        if second == _S and third == _C and fourth == _CONSONANT_CLASSES_H:
            return _SIBILANT, 4
        if third == _CONSONANT_CLASSES_H and second == (_C if first == _T else _Z):
            return _SIBILANT, 3
        if first == _T and (second == _S or second == _Z):  # noqa: SIM109
            return _SIBILANT, 2
        if first == _D and second == _J:
            return _SIBILANT, 2
    elif first == _S and second == _C and third == _CONSONANT_CLASSES_H:
        return own, 3
    elif first == _C and second != _CONSONANT_CLASSES_H and second != _E and second != _I:
        if second != _Y and second != _Z:
            own = _GUTTURAL
    elif (first == _W and second == _CONSONANT_CLASSES_H) or (
        first == _G and second == _CONSONANT_CLASSES_H and third == _T
    ):
        return np.uint32(0), 2
    elif first == _N and second == _G and _CLASS_OF[third] != VOWEL:
        return own, 2
    return own, 1


@compiled(allocates=False)
def fill_consonant_classes(
    starts: LongArray, letters: LetterArray, with_vowels: bool, codes: LetterArray
) -> None:
    """Write the code of each text `letters[starts[i]:starts[i + 1]]` (code points), 0 for none.

    Letters of one class beside each other count once. `with_vowels`: vowels are classes, too.
    """
    for text in range(len(codes)):
        code, filled, before = np.uint32(0), 0, np.uint32(0)
        at, end = starts[text], starts[text + 1]
        while at < end and filled < MAX_CLASSES:
            own, length = _read_sound(letters, at, end)
            at += length
            if own == 0 or own == before:
                continue
            before = own
            if own != VOWEL or with_vowels:
                code |= own << np.uint32(CLASS_BITS * filled)
                filled += 1
            if letters[at - 1] == _X and filled < MAX_CLASSES:
                # as in Laxman and Lakshman
                before = _SIBILANT
                code |= before << np.uint32(CLASS_BITS * filled)
                filled += 1
        codes[text] = code


@compiled(allocates=False)
def fill_joined_classes(
    offsets: IntArray, words: IntArray, codes: IntArray, joined: IntArray
) -> None:
    """Write the code of the word at each place of a name and its right neighbor together.

    Names are `words[offsets[i]:offsets[i + 1]]`. It is 0 in names of two words, and unless the
    first word has one or two classes, since three classes are those of both by themselves.
    """
    for name in range(len(offsets) - 1):
        first, last = offsets[name], offsets[name + 1] - 1
        for place in range(first, last if last - first > 1 else first):
            own, other = np.int64(codes[words[place]]), np.int64(codes[words[place + 1]])
            if 0 < own < 1 << 2 * CLASS_BITS and other != 0:
                own |= other << (CLASS_BITS if own < 1 << CLASS_BITS else 2 * CLASS_BITS)
                joined[place] = own & ((1 << MAX_CLASSES * CLASS_BITS) - 1)


class PartValues(NamedTuple):
    """Values of the parts of names, property by property in the order of words in a name.

    The values that record i has of property p are `values[starts[p, i]:starts[p, i + 1]]`, and the
    tokens of value v are `tokens[token_starts[v]:token_starts[v + 1]]`. `roles`: that of each
    property's words. `given_names` and `family_names` are the properties (-1: none) of which a name
    has one value; of others it has all.
    """

    starts: IntArray
    values: IntArray
    token_starts: IntArray
    tokens: IntArray
    roles: ByteArray
    given_names: int
    family_names: int


class ComposedNames(NamedTuple):
    """Composed names: the record of each, where its words begin, and words with their roles."""

    rows: IntArray
    offsets: IntArray
    words: IntArray
    roles: ByteArray


@compiled(inline="always", allocates=False)
def _count_choices(parts: PartValues, prop: AnyInt, row: AnyInt, most: AnyInt) -> np.int64:
    """Return from how many values of a property the names of a record choose: one or more."""
    if prop < 0:
        return np.int64(1)
    count = np.int64(parts.starts[prop, row + 1] - parts.starts[prop, row])
    return max(np.int64(1), min(count, np.int64(most)))


@compiled(inline="always", allocates=False)
def _find_values(
    parts: PartValues, prop: AnyInt, row: AnyInt, first: AnyInt, last: AnyInt
) -> tuple[np.int64, np.int64]:
    """Return the range of values of a property in a name with some given and family name."""
    start, stop = np.int64(parts.starts[prop, row]), np.int64(parts.starts[prop, row + 1])
    if start < stop and (prop == parts.given_names or prop == parts.family_names):
        start += first if prop == parts.given_names else last
        stop = start + 1
    return start, stop


@compiled(inline="always", allocates=False)
def _count_words(
    parts: PartValues, row: AnyInt, first: AnyInt, last: AnyInt
) -> tuple[np.int64, np.int64]:
    """Return the number of words of a name, and that of properties they are from."""
    words, filled = np.int64(0), np.int64(0)
    for prop in range(len(parts.roles)):
        before = words
        start, stop = _find_values(parts, prop, row, first, last)
        for place in range(start, stop):
            value = parts.values[place]
            words += parts.token_starts[value + 1] - parts.token_starts[value]
        filled += words > before
    return words, filled


@compiled(allocates=False)
def count_composed(is_composed: BoolArray, parts: PartValues, most: int) -> tuple[int, int]:
    """Return the number of names of some records, and of all their words.

    Each of up to `most` given names is combined with each of as many family names.
    """
    names, words = np.int64(0), np.int64(0)
    for row in range(len(is_composed)):
        if is_composed[row]:
            for first in range(_count_choices(parts, parts.given_names, row, most)):
                for last in range(_count_choices(parts, parts.family_names, row, most)):
                    names += 1
                    words += _count_words(parts, row, first, last)[0]
    return int(names), int(words)


@compiled(allocates=False)
def fill_composed(
    is_composed: BoolArray, parts: PartValues, most: int, names: ComposedNames
) -> None:
    """Write the names that `count_composed` counts.

    The words of a name of one property have the role 0.
    """
    name, filled = 0, np.int64(0)
    names.offsets[0] = 0
    for row in range(len(is_composed)):
        if not is_composed[row]:
            continue
        for first in range(_count_choices(parts, parts.given_names, row, most)):
            for last in range(_count_choices(parts, parts.family_names, row, most)):
                has_several = _count_words(parts, row, first, last)[1] > 1
                for prop in range(len(parts.roles)):
                    role = parts.roles[prop] if has_several else np.uint8(0)
                    start, stop = _find_values(parts, prop, row, first, last)
                    for place in range(start, stop):
                        value = parts.values[place]
                        for at in range(parts.token_starts[value], parts.token_starts[value + 1]):
                            names.words[filled], names.roles[filled] = parts.tokens[at], role
                            filled += 1
                names.rows[name] = row
                name += 1
                names.offsets[name] = filled


MAX_JOINED = 30
"""Letters of the longest two tokens that are joined."""
_MIN_SKELETON = 3
"""Letters of the shortest skeleton that has a hash."""


@compiled(inline="always", allocates=False)
def _find_pair(table: LongArray, items: AnyIntArray, first: np.int64, second: np.int64) -> np.int64:
    """Return the slot of a pair of tokens in a table of places, or the slot where it belongs."""
    mask = len(table) - 1
    mixed = np.uint64((first << 32) | second) * np.uint64(0x9E3779B97F4A7C15)
    slot = np.int64((mixed >> np.uint64(20)) & np.uint64(mask))
    while table[slot] >= 0 and (items[table[slot]] != first or items[table[slot] + 1] != second):
        slot = (slot + 1) & mask
    return slot


@compiled()
def fill_joined_hashes(
    places: LongArray,
    items: AnyIntArray,
    offsets: AnyIntArray,
    data: ByteArray,
    rules: SkeletonRules,
    joined: HashArray,
    joined_skeleton: HashArray,
) -> None:
    """Write, per place, hashes of token `items[place]` and the next one written together.

    `joined` receives the hash of the text, `joined_skeleton` that of its skeleton (0 if that has
    two letters or fewer); both stay 0 beyond `MAX_JOINED` letters. Token t is the ASCII text
    `data[offsets[t]:offsets[t + 1]]`.
    """
    block = np.empty(16, dtype=np.uint64)
    text, other = np.empty(2 * MAX_JOINED, dtype=np.uint8), np.empty(2 * MAX_JOINED, dtype=np.uint8)
    size = 1024
    while size < 2 * len(places):
        size *= 2
    # The place at which two tokens were joined before.
    table = np.full(size, -1, dtype=np.int64)
    for place in places:
        first, second = np.int64(items[place]), np.int64(items[place + 1])
        slot = _find_pair(table, items, first, second)
        if table[slot] >= 0:
            joined[place] = joined[table[slot]]
            joined_skeleton[place] = joined_skeleton[table[slot]]
            continue
        table[slot] = place
        length = 0
        total = offsets[first + 1] - offsets[first] + offsets[second + 1] - offsets[second]
        if total > MAX_JOINED or total == 0:
            continue
        for token in (first, second):
            for byte in range(offsets[token], offsets[token + 1]):
                text[length] = data[byte]
                length += 1
        joined[place] = hash_bytes(text, length, block)
        length = write_skeleton(text, length, rules, other)
        if length >= _MIN_SKELETON:
            joined_skeleton[place] = hash_bytes(text, length, block)
