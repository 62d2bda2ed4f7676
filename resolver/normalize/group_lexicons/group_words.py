"""Generic words of groups' names, translated to the English words that `rigour` recognizes.

Abbreviations are written out, and words of other languages for a company, a bank, a front or a
charity are translated; proper names stay as they are. Chinese, Japanese and Korean names are cut
into words first (`unspaced_words`).

The table `group_words` has a word a line. Its topic says where such words stand: names of
companies, institutions (with their subjects), movements and politics, peoples and countries
(`demonym`), trades of front companies, emblems, English words as Russian writes them
(`transcription`), or any name (`general`). Latin words are ASCII, as `folding.letters` gives them,
so accents and scripts that ICU romanizes with vowels need no lines of their own. Words in Arabic
and Hebrew letters, and some in Cyrillic and Greek ones, are listed as written. Abbreviations are
those of company registers, patent offices and bibliographies; where one may stand for two words,
the more usual one counts. Peoples without a state have the name of their region.
"""

from __future__ import annotations

import re
from functools import cache

from resolver.data import load_rows, load_words
from resolver.normalize.folding import letters
from resolver.normalize.group_lexicons.unspaced_words import translate_unspaced_words
from resolver.normalize.group_spelling import simplify_romanization
from resolver.records.prepared.text_cache import cache_short_texts

_ARABIC_LETTERS, _WORD = re.compile("[\u0600-\u06ff]"), re.compile(r"[^\W_]+(?:[’'][^\W_]+)*\.?")
_PREFIX = re.compile("^(?:\u0648?\u0627\u0644|\u0648?\u0644\u0644|\u0628\u0627\u0644)(?=\\w{3})")
_LEGAL_HEADS = ("aktiebolaget", "aktiebolag", "aktiengesellschaft", "aktieselskab")
"""Legal forms that a name may be written together with."""
_LEAST_PART = 4
_JOINT = re.compile("(?:e?[sn]|er|-)$")
"""Letters that may join the parts of a compound."""
_ELIDED = frozenset(("l", "d", "dell", "dall", "all", "nell", "sull", "qu"))
_LEAST_PLURAL = 7
_PLURAL = re.compile("(?:(ie)|(?<=[^su]))s$")
_DOMAIN = re.compile(r"(?<=\w{3})\.(?:com|net|org|info|biz)\b", re.I)
_LIL = re.compile(r"\b(?:lil|lel)[-\s]+(?=\w{3})", re.I)

VESSEL = re.compile(r"^\s*(?:M[./]?\s?[VT]|S[./]?\s?S|F[./]?\s?V)[.]?\s+(?=\w)")
"""Type of a ship before her name."""


@cache
def _meanings() -> dict[str, str]:
    """Return word → English word, by which it is replaced."""
    return {word: meaning for _, _, word, meaning in load_rows("group_words")}


@cache
def _heads() -> frozenset[str]:
    return load_words("compound_heads")


@cache_short_texts(20_000)
def translate_generic_words(text: str) -> str:
    """Return a group's name with its generic words in English and without Arabic articles."""
    if not text.isascii():
        text = translate_unspaced_words(text)
    # MV, M/T, SS: type of a ship, not part of her name.
    text = VESSEL.sub("", _LIL.sub("", _DOMAIN.sub("", text)))
    return _WORD.sub(lambda match: _meaning(match[0]), text)


def stem(word: str) -> str:
    """Return a word without the ending of its plural (`industries` gives `industry`)."""
    return _PLURAL.sub(lambda match: "y" if match[1] else "", word)


def english_stem(word: str) -> str:
    """Return the stem of an English word, as names have it once their words are translated."""
    return stem(_find_meaning(word) or word)


@cache_short_texts(50_000)
def _meaning(word: str) -> str:
    bare = word.rstrip(".").replace("’", "'").lower()
    if bare.isascii():
        return _translate_folded(bare) or word
    meaning = _meanings().get(bare)
    if meaning is None and _ARABIC_LETTERS.search(bare):
        bare = _PREFIX.sub("", bare)
        meaning = _meanings().get(bare, bare)
    return meaning or _translate_folded(bare) or word


def _translate_folded(word: str) -> str:
    """Return the English word for a generic word, else the noun of an elided article, or nothing.

    `l'armée` and `dell'esercito` are armies.
    """
    article, _, noun = word.rpartition("'")
    if article not in _ELIDED:
        return _find_meaning(word)
    return _find_meaning(noun) or noun


def _find_meaning(word: str) -> str:
    """Return the English word for a generic word, its plural in s or a longer romanization."""
    bare = letters(word)
    meanings = _meanings()
    meaning = meanings.get(bare, "")
    if not meaning and bare.endswith("s") and len(bare) >= _LEAST_PLURAL:
        meaning = meanings.get(bare[:-1], "")
    meaning = meaning or meanings.get(simplify_romanization(bare), "")
    return meaning or (_split_compound(bare) if len(bare) >= 2 * _LEAST_PART else "")


def _split_compound(word: str) -> str:
    """Return the English words for a compound of generic words, else nothing.

    `werkzeugfabrik` gives `tools factory`; legal forms are cut from any word.
    """
    meanings = _meanings()
    for place in range(_LEAST_PART, len(word) - _LEAST_PART + 1):
        first, head = word[:place], word[place:]
        if head in _heads():
            meaning = meanings.get(first) or meanings.get(_JOINT.sub("", first))
            if meaning:
                return f"{meaning} {meanings.get(head, head)}"
        elif head in _LEGAL_HEADS:
            first = _JOINT.sub("", first) if first.endswith("s") else first
            return f"{meanings.get(first, first)} {head}"
    return ""
