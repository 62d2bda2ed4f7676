"""Latin spellings of other languages and countries, leveled.

`respell` rewrites Somali orthography (c for ʿayn, x for ḥ, long vowels doubled) as English does.
The other functions give keys that spellings of one word share: `armenian_key` for eastern and
western pronunciations of family names, `georgian_key` for English, German, Russian and French
spellings, `japanese_key` for Hepburn and Kunrei, and `vw_key` for words whose v another system
writes as w.
"""

from __future__ import annotations

import re

from resolver.names.folding import sound_code
from resolver.names.scripts.detection import parse_pairs

_SOMALI = re.compile(
    "^c(?:abd[aeiu]|abdu?$|aal|aash|aamir|ali$|umar$|usmaan|ismaan|iise|ilmi$|igaal|awa+l|ab?bd)"
    "|aaciil|aamac$|imcaale|^x(?:a[lrsw]|aa|uu|us|irsi)|^axm|maxa|maxm|raxm|raxi|aax|arax$|saxr|uux"
    "|yaxy|muxu|muxi"
)
_AYN = re.compile("^c(?=[aiu])|c(?=[aeiou]|$)(?<=[aeiou]c)")
_TWICE = re.compile("([aeiou])\\1")
_MISREAD = re.compile("(?<=[a-z])[015](?=[a-z])(?<=[a-z]{2}[015])|(?<=[a-z])[015](?=[a-z]{2})")
_LETTERS = {"0": "o", "1": "l", "5": "s"}
_SURNAME = re.compile("(?:[iy]an)(?:ts|tz|c|z)?$")
_HARD = parse_pairs(
    """
    tsch=C dzh=C tch=C dj=C ch=C j=C dz=T ts=T tz=T kh=X gh=X ph=p th=t sch=S sh=S ou=u oo=u w=v
    y=i b=p g=k q=k X=k d=t h=
    """
)
_NOT_ARMENIAN = frozenset("gillian killian christian cristian kristian sebastian".split())
_GEORGIAN = re.compile("(?:dze|dse|shvili|schwili|schvili|chvili)$")
_GEORGIAN_FIRST = parse_pairs(
    """
    dsch=J dzh=J tsch=C tch=C dj=J j=J schwili=Svili chvili=Svili sch=S sh=S
    """
)
_GEORGIAN_LEVELS = parse_pairs(
    """
    dse=ze dz=z ts=z tz=z kh=h gh=g q=k w=v ph=p th=t y=i s=z h=
    """
)
_DOUBLES = re.compile(r"(.)\1+")
_CHINESE = re.compile("ng|x|q|uo|ao|^[a-z]{1,6}(?:fan|lan|nan|pan|tan)$")
_KANA = re.compile("(?:(?:[kgnhbpmr]y|sh|ch|ts|[sztj]y|[kgsztdnhbpmrwfjy])?[aeiou]|n(?![aeiou]))+")
_KUNREI = re.compile("s[iy]|t[iuy]|hu|z[iy]|sh|ch|ts|f|j")
_HEPBURN = parse_pairs(
    """
    tsi=chi sy=sh ty=ch zy=j jy=j si=shi ti=chi tu=tsu zi=ji hu=fu tch=ch ou=o oo=o uu=u
    """
)
_SHU = re.compile("(?<![sc])hu")


def respell(word: str) -> str:
    """Return a word in Somali orthography in its English spelling, and other words as they are.

    `xasan` gives `hasan`, `cabdiraxmaan` `abdirahman`. Digits misread for letters are corrected
    (`br0wne`).
    """
    if not word.isalpha():
        word = _MISREAD.sub(lambda match: _LETTERS[match[0]], word)
    if ("x" not in word and "c" not in word) or not _SOMALI.search(word):
        return word
    return _TWICE.sub(r"\1", _AYN.sub("", word).replace("x", "h"))


def armenian_key(word: str) -> str:
    """Return the key of an Armenian family name in either dialect; empty for other words.

    `papoyan` and `baboian` share one.
    """
    if len(word) < 6 or not _SURNAME.search(word) or word in _NOT_ARMENIAN or _CHINESE.search(word):
        return ""
    for spelled, heard in _HARD:
        word = word.replace(spelled, heard)
    return _DOUBLES.sub(r"\1", word)


def georgian_key(word: str) -> str:
    """Return the key of a Georgian family name in -dze or -shvili; empty for other words.

    `javakhishvili` and `dschawachischwili` share one.
    """
    if len(word) < 7 or not _GEORGIAN.search(word):
        return ""
    german = "sch" in word or "w" in word
    for spelled, heard in (*_GEORGIAN_FIRST, ("ch", "h" if german else "C"), *_GEORGIAN_LEVELS):
        word = word.replace(spelled, heard)
    return _DOUBLES.sub(r"\1", word)


def japanese_key(word: str) -> str:
    """Return the Hepburn spelling of a Japanese word of three or more syllables; empty for others.

    `keniti` and `kenichi` share one.
    """
    if not 5 <= len(word) <= 16 or not _KUNREI.search(word) or not _KANA.fullmatch(word):
        return ""
    if sum(map(word.count, "aeiou")) < 3:
        return ""
    for spelled, heard in _HEPBURN:
        word = _SHU.sub("fu", word) if spelled == "hu" else word.replace(spelled, heard)
    return word


def is_japanese_spelling(word: str) -> bool:
    """Return True if a lower-case word consists of syllables of Japanese."""
    return bool(_KANA.fullmatch(word))


def vw_key(word: str) -> str:
    """Return the sound code of a word with its w as v (`parwin`, `parveen`); empty without either.

    Both are one letter in languages from the Vistula to the Indus.
    """
    if len(word) < 4 or not ("v" in word or "w" in word):
        return ""
    return sound_code(word.replace("w", "v"))
