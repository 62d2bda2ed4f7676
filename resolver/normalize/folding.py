"""Text to comparable text: transliteration, folding and hashes. Pure functions of one text."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

import icu
import numpy as np
import numpy.typing as npt
from rigour.names import tokenize_name

from resolver.normalize.scripts.indic import INDIC, indic
from resolver.normalize.scripts.southeast_asian import (
    SOUTHEAST,
    THAI,
    southeast,
    thai_heard,
)

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_VOWELLESS = re.compile("[\u0590-\u05ff\u0600-\u06ff\u0750-\u077f\ufb1d-\ufdff\ufe70-\ufeff]")
# of India, Sri Lanka and the mainland of Southeast Asia
_SIGNED = re.compile("[\u0900-\u109f\u1780-\u17ff]")
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
HANGUL = re.compile("[\uac00-\ud7af]")


@lru_cache(maxsize=100_000)
def hash64(text: str) -> int:
    """A stable 64-bit hash of a text (BLAKE2b), never 0."""
    return (
        int.from_bytes(
            hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"
        )
        or 1
    )


def hashes_of(texts: Iterable[str]) -> npt.NDArray[np.uint64]:
    """`hash64` of each text; 0 for an empty one."""
    return np.fromiter((hash64(text) if text else 0 for text in texts), dtype=np.uint64)


@cache
def _to_latin() -> icu.Transliterator:
    # NFKC first, so that ICU sees Arabic presentation forms and full-width letters as their base letters; Russian by
    # the BGN system (ch, sh, zh), since ISO 9's single letters with carons lose their h in ASCII; Greek as it is spoken
    spoken = "Russian-Latin/BGN; Armenian-Latin/BGN; Greek-Latin/UNGEGN"
    return icu.Transliterator.createInstance(f"NFKC; {spoken}; Any-Latin; Latin-ASCII; Lower")


@lru_cache(maxsize=200_000)
def latin(text: str) -> str:
    """Lower-case ASCII transliteration of a text in any script (ICU's Any-Latin; Latin-ASCII; India's by `indic`,
    and what ICU does not read by `southeast`)."""
    if text.isascii():
        return text.lower()
    if INDIC.search(text):
        text = indic(text)
    if SOUTHEAST.search(text):
        text = southeast(text)
    spelt = str(_to_latin().transliterate(text)).lower()
    return thai_heard(spelt) if THAI.search(text) else spelt


def fold(text: str) -> str:
    """Transliterated, lower case, words of letters and digits joined by single spaces."""
    return _NOT_WORD.sub(" ", latin(unicodedata.normalize("NFKC", text))).strip()


def letters(text: str) -> str:
    """Transliterated letters and digits only, without spaces; those of a script nobody transliterates stay as they
    are."""
    return _NOT_WORD.sub("", latin(text)) or "".join(filter(str.isalnum, latin(text)))


def vowelless(text: str) -> bool:
    """Whether the text is in a script that writes no short vowels (Arabic, Persian, Hebrew)."""
    return bool(_VOWELLESS.search(text))


def signed(text: str) -> dict[str, str]:
    """Words of scripts that write vowels as signs, in Latin letters, by what the tokeniser leaves of them, which takes
    such signs for accents and drops them."""
    found: dict[str, str] = {}
    for written in text.split() if _SIGNED.search(text) else ():
        left, spelt = tokenize_name(written), letters(written)
        if len(left) == 1 and spelt and _SIGNED.search(written):
            found[left[0]] = spelt
    return found


DIGRAPHS = (
    # all with an h; German and Russian ways to write the j of John first
    ("dsch", "j"),
    ("dzh", "j"),
    ("sch", "s"),
    ("shch", "s"),
    ("tch", "s"),
    ("zh", "z"),
    ("kh", "k"),
    ("gh", "g"),
    ("sh", "s"),
    ("ch", "s"),
    ("th", "t"),
    ("dh", "d"),
    ("ph", "f"),
)
PLAIN_DIGRAPHS = (
    ("dj", "j"),
    ("ts", "s"),
    ("tz", "s"),
    ("ck", "k"),
    ("x", "ks"),
    # as French, Spanish and English read them
    ("ce", "se"),
    ("ci", "si"),
)
FOLDS = str.maketrans(
    {"q": "k", "c": "k", "g": "k", "j": "z", "v": "f", "b": "p", "d": "t", "w": None, "y": None}
)
_VOWELS = re.compile(r"[aeiou]+")
_DOUBLES = re.compile(r"(.)\1+")
_SOUNDS = str.maketrans(
    {"q": "k", "c": "k", "g": "k", "j": "z", "v": "f", "w": "u", "y": "i", "e": "i", "o": "u"}
)
_CLOSED, _OPEN = re.compile(r"i+"), re.compile(r"[iu]*u[iu]*")
_QU, _OU = re.compile("qu(?=[aeio])"), re.compile("^ou(?=[aeiy])")
_EI = re.compile("(?<=[^aeiouy])(?:ay|ai|ae(?=l))(?=[^aeiouyw])")
_MUTE = re.compile("(?<=[aiou]n)e$")
_MEN = re.compile(
    "(?:simon|(?:christ|krist|jul|luc|fab|adr|dam|v[io]v|sebast|gill|bast|flor|em[ei]l)i[ae]n|just[ie]n|paul[ie]n|martin|"
    "valentin|augustin|sab[ie]n|mar[ie]n|constantin|celestin|faustin|antonin|florentin|marcel[ie]n|leopoldin|ernestin|"
    "clementin|albertin|alb[ae]n|rom[ae]n|iv[ae]n|al[ie]n|cel[ie]n|ev[ae]n|j[ae]n|dan|germain|sylvain)e"
)
"""French women's names that are a man's and a letter: their e is not mute."""


@lru_cache(maxsize=50_000)
def skeleton(token: str) -> str:
    """The consonant skeleton of a Latin token: what survives a change of transliteration system.

    Vowels and semivowels go, digraphs and voiced–unvoiced pairs fold, doubles collapse. `muhammad`, `mohamed` and the
    transliteration of Arabic `mhmd` all give `mhmt`.
    """
    token = _VOWELS.sub("", _plain(token).translate(FOLDS))
    if len(token) > 2 and token.endswith("h"):
        token = token[:-1]
    return _DOUBLES.sub(r"\1", token)


@lru_cache(maxsize=50_000)
def sound(token: str) -> str:
    """A Latin token with its spelling levelled but its vowels kept, as a, i or u: `khaled` and `khalid`, `qasim` and
    `kassem`, `sayf` and `seif`, `rahman` and the French `rahmane` are one; `hassan` and `hussein`, `samir` and `samira`
    are two."""
    if token.endswith("ne") and len(token) > 4 and not _MEN.fullmatch(token):
        token = _MUTE.sub("", token)
    token = _OU.sub("w", token)
    if "a" in token and token != "said":
        token = _EI.sub("e", token)
    token = _plain(_QU.sub("k", token)).translate(_SOUNDS)
    token = _DOUBLES.sub(r"\1", _CLOSED.sub("i", _OPEN.sub("u", token)))
    return token[:-1] if len(token) > 2 and token.endswith("h") else token


def _plain(token: str) -> str:
    if "h" in token:
        for digraph, single in DIGRAPHS:
            token = token.replace(digraph, single)
    for digraph, single in PLAIN_DIGRAPHS:
        token = token.replace(digraph, single)
    return token
