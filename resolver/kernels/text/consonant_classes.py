"""Consonant classes of Latin words: six sounds that survive a change of script.

Few scripts tell b, p, f, v and w apart, or d and t; s and z and their kin; g, k and q; l and r; m
and n. So each of these groups is one class, and vowels, h and y are none.
"""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import AnyInt, IntArray, LetterArray, LongArray
from resolver.kernels.compiler import compiled

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
_C, _D, _E, _G, _H, _I, _J, _N, _S, _T, _W, _X, _Y, _Z = (
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
        if second == _S and third == _C and fourth == _H:
            return _SIBILANT, 4
        if third == _H and second == (_C if first == _T else _Z):
            return _SIBILANT, 3
        if first == _T and (second == _S or second == _Z):  # noqa: SIM109
            return _SIBILANT, 2
        if first == _D and second == _J:
            return _SIBILANT, 2
    elif first == _S and second == _C and third == _H:
        return own, 3
    elif first == _C and second != _H and second != _E and second != _I:
        if second != _Y and second != _Z:
            own = _GUTTURAL
    elif (first == _W and second == _H) or (first == _G and second == _H and third == _T):
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
