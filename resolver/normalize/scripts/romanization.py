"""Words in Latin letters as other languages and other countries spell them.

`respelt`: Somali orthography (c for ʿayn, x for ḥ, long vowels doubled) as English writes the same names. The rest are
keys that words share: `armenian_of` Armenian family names as the east and the west speak them, `georgian_of` Georgian
ones as English, German, Russian and French write them, `japanese_of` the systems Hepburn and Kunrei, `vau_of` words
whose v one system writes as a w.
"""

from __future__ import annotations

import re
from functools import lru_cache

from resolver.normalize.folding import sound

_SOMALI = re.compile(
    "^c(?:abd[aeiu]|abdu?$|aal|aash|aamir|ali$|umar$|usmaan|ismaan|iise|ilmi$|igaal|awa+l|ab?bd)"
    "|aaciil|aamac$|imcaale|^x(?:a[lrsw]|aa|uu|us|irsi)|^axm|maxa|maxm|raxm|raxi|aax|arax$|saxr|uux|yaxy|muxu|muxi"
)
_AYN = re.compile("^c(?=[aiu])|c(?=[aeiou]|$)(?<=[aeiou]c)")
_TWICE = re.compile("([aeiou])\\1")
_MISREAD = re.compile("(?<=[a-z])[015](?=[a-z])(?<=[a-z]{2}[015])|(?<=[a-z])[015](?=[a-z]{2})")
_LETTERS = {"0": "o", "1": "l", "5": "s"}
_SURNAME = re.compile("(?:[iy]an)(?:ts|tz|c|z)?$")
_HARD = (
    ("tsch", "C"), ("dzh", "C"), ("tch", "C"), ("dj", "C"), ("ch", "C"), ("j", "C"), ("dz", "T"), ("ts", "T"),
    ("tz", "T"), ("kh", "X"), ("gh", "X"), ("ph", "p"), ("th", "t"), ("sch", "S"), ("sh", "S"), ("ou", "u"),
    ("oo", "u"), ("w", "v"), ("y", "i"), ("b", "p"), ("g", "k"), ("q", "k"), ("X", "k"), ("d", "t"), ("h", ""),
)  # fmt: skip
_NOT_ARMENIAN = frozenset("gillian killian christian cristian kristian sebastian".split())
_GEORGIAN = re.compile("(?:dze|dse|shvili|schwili|schvili|chvili)$")
_GEORGIAN_FIRST = (
    ("dsch", "J"), ("dzh", "J"), ("tsch", "C"), ("tch", "C"), ("dj", "J"), ("j", "J"),
    ("schwili", "Svili"), ("chvili", "Svili"), ("sch", "S"), ("sh", "S"),
)  # fmt: skip
_GEORGIAN_LEVELS = (
    ("dse", "ze"), ("dz", "z"), ("ts", "z"), ("tz", "z"), ("kh", "h"), ("gh", "g"), ("q", "k"), ("w", "v"),
    ("ph", "p"), ("th", "t"), ("y", "i"), ("s", "z"), ("h", ""),
)  # fmt: skip
_DOUBLES = re.compile(r"(.)\1+")
_CHINESE = re.compile("ng|x|q|uo|ao|^[a-z]{1,6}(?:fan|lan|nan|pan|tan)$")
_KANA = re.compile("(?:(?:[kgnhbpmr]y|sh|ch|ts|[sztj]y|[kgsztdnhbpmrwfjy])?[aeiou]|n(?![aeiou]))+")
_KUNREI = re.compile("s[iy]|t[iuy]|hu|z[iy]|sh|ch|ts|f|j")
_HEPBURN = (
    ("sy", "sh"), ("ty", "ch"), ("zy", "j"), ("jy", "j"), ("si", "shi"), ("ti", "chi"), ("tu", "tsu"), ("zi", "ji"),
    ("hu", "fu"), ("tch", "ch"), ("ou", "o"), ("oo", "o"), ("uu", "u"),
)  # fmt: skip
_SHU = re.compile("(?<![sc])hu")


def respelt(word: str) -> str:
    """A word in Somali orthography as English writes it (`xasan`: `hasan`, `cabdiraxmaan`: `abdirahman`); others as
    they are, but for a digit that was read for a letter (`br0wne`)."""
    if not word.isalpha():
        word = _MISREAD.sub(lambda found: _LETTERS[found[0]], word)
    if ("x" not in word and "c" not in word) or not _SOMALI.search(word):
        return word
    return _TWICE.sub(r"\1", _AYN.sub("", word).replace("x", "h"))


@lru_cache(maxsize=50_000)
def armenian_of(word: str) -> str:
    """An Armenian family name with what the western dialects sound otherwise made one (`papoyan`, `baboian`); nothing
    for other words."""
    if len(word) < 6 or not _SURNAME.search(word) or word in _NOT_ARMENIAN or _CHINESE.search(word):
        return ""
    for spelled, heard in _HARD:
        word = word.replace(spelled, heard)
    return _DOUBLES.sub(r"\1", word)


@lru_cache(maxsize=50_000)
def georgian_of(word: str) -> str:
    """A Georgian family name in -dze or -shvili with its spelling levelled (`javakhishvili`, `dschawachischwili`);
    nothing for other words."""
    if len(word) < 7 or not _GEORGIAN.search(word):
        return ""
    german = "sch" in word or "w" in word
    for spelled, heard in (*_GEORGIAN_FIRST, ("ch", "h" if german else "C"), *_GEORGIAN_LEVELS):
        word = word.replace(spelled, heard)
    return _DOUBLES.sub(r"\1", word)


@lru_cache(maxsize=50_000)
def japanese_of(word: str) -> str:
    """A word of three or more Japanese syllables, some of which the systems write apart, by Hepburn's (`keniti`,
    `kenichi`); nothing for others."""
    if not 5 <= len(word) <= 16 or not _KUNREI.search(word) or not _KANA.fullmatch(word):
        return ""
    if sum(map(word.count, "aeiou")) < 3:
        return ""
    for spelled, heard in _HEPBURN:
        word = _SHU.sub("fu", word) if spelled == "hu" else word.replace(spelled, heard)
    return word


@lru_cache(maxsize=50_000)
def vau_of(word: str) -> str:
    """A word with a v or a w as it sounds where both are one letter, from the Vistula to the Indus (`parwin`,
    `parveen`); nothing for words without."""
    if len(word) < 4 or not ("v" in word or "w" in word):
        return ""
    return sound(word.replace("w", "v"))
