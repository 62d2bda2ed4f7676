"""Text to comparable text: transliteration, folding, codes and hashes, as pure functions."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from operator import itemgetter

from resolver.names.scripts.arabic import level_arabic
from resolver.names.scripts.detection import repair_homoglyphs
from resolver.names.scripts.indic import (
    INDIC,
    SOUTHEAST,
    THAI,
    respell_thai,
    transliterate_indic,
    transliterate_southeast,
)
from resolver.reference import tokenize_name
from resolver.runtime.icu import Transliterator
from resolver.runtime.text_cache import cache_short_texts

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_VOWELLESS = re.compile("[\u0590-\u05ff\u0600-\u06ff\u0750-\u077f\ufb1d-\ufdff\ufe70-\ufeff]")
# Scripts of India, Sri Lanka and the mainland of Southeast Asia write vowels as signs.
_SIGNED = re.compile("[\u0900-\u109f\u1780-\u17ff]")
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
HANGUL = re.compile("[\uac00-\ud7af]")


@cache
def _to_latin() -> Transliterator:
    # NFKC comes first, so that ICU sees Arabic presentation forms and full-width letters as their
    # base letters. Russian follows the BGN system (ch, sh, zh), since the carons of ISO 9 are lost
    # in ASCII; Greek is written as it is spoken.
    spoken = "Russian-Latin/BGN; Armenian-Latin/BGN; Greek-Latin/UNGEGN"
    return Transliterator(f"NFKC; {spoken}; Any-Latin; Latin-ASCII; Lower")


@cache_short_texts(200_000)
def to_latin(text: str) -> str:
    """Return the lower-case ASCII transliteration of a text in any script.

    Uses ICU's Any-Latin and Latin-ASCII, `transliterate_indic` for the scripts of India and
    `transliterate_southeast` for scripts that ICU does not read.
    """
    if text.isascii():
        return text.lower()
    text = level_arabic(repair_homoglyphs(text))
    if INDIC.search(text):
        text = transliterate_indic(text)
    if SOUTHEAST.search(text):
        text = transliterate_southeast(text)
    spelt = _to_latin().transliterate(text).lower()
    return respell_thai(spelt) if THAI.search(text) else spelt


def fold(text: str) -> str:
    """Return transliterated words of letters and digits in lower case, joined by spaces."""
    latin = text.lower() if text.isascii() else to_latin(unicodedata.normalize("NFKC", text))
    return _NOT_WORD.sub(" ", latin).strip()


def letters(text: str) -> str:
    """Return transliterated letters and digits without spaces.

    Letters of a script without a transliteration stay as they are.
    """
    if text.isascii() and text.isalnum():
        return text.lower()
    return _NOT_WORD.sub("", to_latin(text)) or "".join(filter(str.isalnum, to_latin(text)))


def is_vowelless(text: str) -> bool:
    """Return True if a text has letters of a script without short vowels (Arabic, Hebrew)."""
    return bool(_VOWELLESS.search(text))


def transliterate_signed_words(text: str) -> dict[str, str]:
    """Return transliterations of words in scripts that write vowels as signs.

    Keys are the words as `tokenize_name` leaves them, since it takes such signs for accents.
    """
    transliterations: dict[str, str] = {}
    for word in text.split() if _SIGNED.search(text) else ():
        parts, latin = tokenize_name(word), letters(word)
        if len(parts) == 1 and latin and _SIGNED.search(word):
            transliterations[parts[0]] = latin
    return transliterations


DIGRAPHS = (
    # All of these spellings contain an h; the German and Russian spellings of the j in John come
    # first.
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
    # These letters sound as in French, Spanish and English.
    ("ce", "se"),
    ("ci", "si"),
)
FOLDS = str.maketrans(
    {"q": "k", "c": "k", "g": "k", "j": "z", "v": "f", "b": "p", "d": "t", "w": None, "y": None}
)
_CONSONANTS = {**FOLDS, **dict.fromkeys(map(ord, "aeiou"))}
"""Letters of skeletons: `FOLDS`, and no vowels."""
# `sub` gets a function, because replacing by a text with backslashes takes four times as long
_DOUBLES, _ONCE = re.compile(r"(.)\1+"), itemgetter(1)
_SOUNDS = str.maketrans(
    {"q": "k", "c": "k", "g": "k", "j": "z", "v": "f", "w": "u", "y": "i", "e": "i", "o": "u"}
)
_OPEN = re.compile(r"(?<![iu])i*+u[iu]*")
_QU, _OU = re.compile("qu(?=[aeio])"), re.compile("^ou(?=[aeiy])")
_EI = re.compile("(?<=[^aeiouy])(?:ay|ai|ae(?=l))(?=[^aeiouyw])")
_MUTE = re.compile("(?<=[aiou]n)e$")
_MEN = re.compile(
    "(?:simon|(?:christ|krist|jul|luc|fab|adr|dam|v[io]v|sebast|gill|bast|flor|em[ei]l)i[ae]n"
    "|just[ie]n|paul[ie]n|martin|valentin|augustin|sab[ie]n|mar[ie]n|constantin|celestin|faustin"
    "|antonin|florentin|marcel[ie]n|leopoldin|ernestin|clementin|albertin|alb[ae]n|rom[ae]n"
    "|iv[ae]n|al[ie]n|cel[ie]n|ev[ae]n|j[ae]n|dan|germain|sylvain)e"
)
"""French women's names that are a man's name with a final e, which is not mute."""


@cache_short_texts(50_000)
def skeleton_code(token: str) -> str:
    """Return the consonant skeleton of a Latin token: the letters that do not depend on the
    transliteration.

    Vowels and semivowels are removed; digraphs, voiced and unvoiced consonants, and double letters
    become one letter. `muhammad`, `mohamed` and the transliteration of Arabic `mhmd` all give
    `mhmt`.
    """
    token = _plain(token).translate(_CONSONANTS)
    if len(token) > 2 and token.endswith("h"):
        token = token[:-1]
    return _DOUBLES.sub(_ONCE, token)


@cache_short_texts(50_000)
def sound_code(token: str) -> str:
    """Return a Latin token in a simplified spelling that keeps its vowels as a, i or u.

    Each of these pairs gets one code: `khaled` and `khalid`, `qasim` and `kassem`, `sayf` and
    `seif`, `rahman` and the French `rahmane`. Each of these pairs gets two codes: `hassan` and
    `hussein`, `samir` and `samira`.
    """
    if token.endswith("ne") and len(token) > 4 and not _MEN.fullmatch(token):
        token = _MUTE.sub("", token)
    # patterns are slow, so each is used only on words that it may change
    if token.startswith("ou"):
        token = _OU.sub("w", token)
    if "a" in token and token != "said":
        token = _EI.sub("e", token)
    if "qu" in token:
        token = _QU.sub("k", token)
    token = _plain(token).translate(_SOUNDS)
    if "uu" in token or "iu" in token or "ui" in token:
        token = _OPEN.sub("u", token)
    token = _DOUBLES.sub(_ONCE, token)
    return token[:-1] if len(token) > 2 and token.endswith("h") else token


def _plain(token: str) -> str:
    if "h" in token:
        for digraph, single in DIGRAPHS:
            token = token.replace(digraph, single)
    for digraph, single in PLAIN_DIGRAPHS:
        token = token.replace(digraph, single)
    return token
