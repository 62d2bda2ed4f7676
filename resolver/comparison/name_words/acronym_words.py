"""Generic words of groups' names as acronyms treat them.

Acronyms are often those of another language: FPR is the Rwandan Patriotic Front, ELN the National
Liberation Army. So the table `acronym_initials` has the first letters that a word has in other
languages. Words are normal forms (`normalize.group_tokens`).
"""

from __future__ import annotations

from resolver.data import load_rows

_OPTIONAL = frozenset(
    """
    corp corporation company co inc self group holding holdings enterprises limited incorporated
    """.split()
)


def _letter_bits(letters: str) -> int:
    bits = 0
    for letter in letters:
        bits |= 1 << (ord(letter) - ord("a"))
    return bits


_OWN_BITS = {letter: _letter_bits(letter) for letter in "abcdefghijklmnopqrstuvwxyz"}
_OTHER_BITS = {word: _letter_bits(initials) for word, initials in load_rows("acronym_initials")}


def initial_bits(word: str) -> int:
    """Return a bit per letter a…z that may stand for a word in an acronym."""
    return _OWN_BITS.get(word[:1], 0) | _OTHER_BITS.get(word, 0)


def may_be_left_out(word: str) -> bool:
    """Return True if an acronym may leave a word out, such as Company."""
    return word in _OPTIONAL
