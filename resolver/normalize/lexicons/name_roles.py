"""Roles that nobody stated: which word of a name written in one piece is most likely the given name, which the family
name.

By where they stand (the given name first, the family name last; in Chinese, Japanese and Korean letters the family
name first), unless what is known of the two words says that the order is the other one: `Wang Xiaoming`, `SMITH John`.
A guess weighs only where a guess is enough: to say which part of two names contradicts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resolver.normalize.folding import HAN, HANGUL
from resolver.normalize.scripts.syllables import is_syllable, korean_of, pinyin_of
from resolver.records.prepared.batch import (
    ByteArray,
    Role,
    TokenFlag,
    TokenTable,
)
from resolver.records.prepared.frequencies import Tables
from resolver.records.prepared.ragged import Ragged

_UNKNOWN = 50
_INITIAL = 90
"""Per cent of its bearers that bear a word as a given name: one that no table knows, and an initial."""
# plain numbers: bits of an enumeration cost a microsecond each time
_PARTICLE, _OF_INITIAL, _KNOWN = (
    int(TokenFlag.PARTICLE),
    int(TokenFlag.INITIAL),
    int(TokenFlag.KNOWN),
)
_LIKELY_GIVEN, _LIKELY_FAMILY = int(Role.LIKELY_GIVEN), int(Role.LIKELY_FAMILY)
_REVERSED = 30
"""So much more of a given name must the last word be than the first, for the order to be the other one."""


def likely_roles(
    forms: Ragged, texts: Sequence[str], tokens: TokenTable, tables: Tables
) -> ByteArray:
    """A role beside each word of full names of persons (f forms of token codes, and as they are written):
    `LIKELY_GIVEN` and `LIKELY_FAMILY` for the first and the last word that is no particle, `UNSET` for all others and
    where there are not two."""
    roles = np.zeros(len(forms.items), dtype=np.uint8)
    words = np.flatnonzero((tokens.flags[forms.items] & int(TokenFlag.PARTICLE)) == 0)
    if not len(words):
        return roles
    rows = forms.rows[words]
    begins = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
    first, last = words[begins], words[np.append(begins[1:], len(words)) - 1]
    several = first != last
    rows, first, last = rows[begins][several], first[several], last[several]
    one, two = _given(tokens, tables, forms.items[first], forms.items[last])
    turned = two - one > _REVERSED
    turned |= _family_first(texts)[rows]
    roles[np.where(turned, last, first)] = int(Role.LIKELY_GIVEN)
    roles[np.where(turned, first, last)] = int(Role.LIKELY_FAMILY)
    return roles


def guessed_roles(
    forms: Sequence[Sequence[int]], texts: Sequence[str], tokens: TokenTable, tables: Tables
) -> list[int]:
    """The same for a few forms, word by word."""
    flags, words, roles = tokens.flags.tolist(), tokens.texts.tolist(), list[int]()
    for form, text in zip(forms, texts, strict=True):
        told = [place for place, token in enumerate(form) if not flags[token] & _PARTICLE]
        here = [int(Role.UNSET)] * len(form)
        if len(told) > 1:
            first, last = told[0], told[-1]
            one, two = (
                _share_of(words[form[place]], flags[form[place]], tables) for place in (first, last)
            )
            left, right = (
                (0 if (one[1], two[1]) == (1, 2) else one[0]),
                (0 if (two[1], one[1]) == (1, 2) else two[0]),
            )
            turned = right - left > _REVERSED or _has_family_first(text)
            here[last if turned else first] = _LIKELY_GIVEN
            here[first if turned else last] = _LIKELY_FAMILY
        roles += here
    return roles


def _share_of(text: str, flags: int, tables: Tables) -> tuple[int, int]:
    """Per cent of its bearers that bear a word as a given name, and `_syllables` of it."""
    share = _INITIAL if flags & _OF_INITIAL else tables.person_given.get(text, _UNKNOWN)
    return share, _syllables(text, bool(flags & _KNOWN))


def _family_first(texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which names are written in letters that have the family name first."""
    return np.fromiter(map(_has_family_first, texts), dtype=np.bool_, count=len(texts))


def _has_family_first(text: str) -> bool:
    return not text.isascii() and bool(HAN.search(text) or HANGUL.search(text))


def _given(
    tokens: TokenTable, tables: Tables, first: npt.NDArray[np.int32], last: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Per cent of bearers that bear words as given names, the first and the last of each name. Of a Chinese or Korean
    name the word of one syllable is the family name, beside one of two."""
    asked, where = np.unique(np.concatenate((first, last)), return_inverse=True)
    texts = tokens.texts[asked].tolist()
    shares = np.fromiter(
        (tables.person_given.get(text, _UNKNOWN) for text in texts),
        dtype=np.int64,
        count=len(asked),
    )
    shares[(tokens.flags[asked] & int(TokenFlag.INITIAL)) != 0] = _INITIAL
    known = (tokens.flags[asked] & int(TokenFlag.KNOWN)) != 0
    syllables = np.fromiter(
        map(_syllables, texts, known.tolist()), dtype=np.int64, count=len(asked)
    )
    one, two = where[: len(first)], where[len(first) :]
    left, right = shares[one], shares[two]
    left = np.where((syllables[one] == 1) & (syllables[two] == 2), 0, left)
    right = np.where((syllables[two] == 1) & (syllables[one] == 2), 0, right)
    return left, right


def _syllables(text: str, known: bool) -> int:
    """1 for a syllable of Chinese or Korean names, 2 for a given name of theirs that is written in one word, else 0."""
    if is_syllable(text):
        return 1
    return 2 if pinyin_of(text, known=known) or korean_of(text, known=known) else 0


__all__ = ["guessed_roles", "likely_roles"]
