"""Order of words in Arabic-script names that a printed list holds in the order of its lines.

Text with presentation forms of letters was taken from a page as drawn; where lines were mixed, the
words of a Persian name come family first, or reversed. The Latin name of the entry, whose family
is in capitals, shows the order.
"""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz.distance import JaroWinkler

from resolver.kernels.icu import Transliterator

PRESENTATION_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
MAX_WORDS = 8
_SAME = 0.8
"""Jaro-Winkler similarity of consonants above which two words are the same."""
_DIGRAPHS = (("sh", "s"), ("ch", "s"), ("kh", "k"), ("gh", "k"), ("zh", "z"), ("th", "s"))
_CONSONANTS = str.maketrans({"q": "k", "c": "k", "v": "w", "z": "s", "j": "g"})
_VOWELS = re.compile("[^bdfghklmnprstw]|(?<=[a-z])[hw]")


def restore_word_order(text: str, forenames: str, family: str) -> str:
    """Return an Arabic-script name with the given names first, or unchanged.

    It is changed only if it has presentation forms, its first word is the family, each of its words
    is a word of the Latin name, and these words stand in another order there.
    """
    words = text.split()
    if not PRESENTATION_FORMS.search(text) or not 2 <= len(words) <= MAX_WORDS:
        return text
    latin = re.split(r"[\s-]+", f"{forenames} {family}".strip())
    codes = [_consonants(word) for word in latin]
    family_start = len(latin) - len(re.split(r"[\s-]+", family.strip()))
    places: list[int] = []
    for word in words:
        place = _place_of(_consonants(word), codes, places)
        if place < 0:
            return text
        places.append(place)
    if places[0] < family_start:
        return text
    return " ".join(word for _, word in sorted(zip(places, words, strict=True)))


def _place_of(code: str, codes: list[str], earlier: list[int]) -> int:
    """Return the place of the most similar word at no earlier place, or -1."""
    scores = [
        (JaroWinkler.similarity(code, other), -place)
        for place, other in enumerate(codes)
        if place not in earlier and code and other
    ]
    best, place = max(scores, default=(0.0, 1))
    return -place if best >= _SAME else -1


@cache
def _to_latin() -> Transliterator:
    return Transliterator("NFKC; Any-Latin; Latin-ASCII; Lower")


def _consonants(word: str) -> str:
    """Return the consonants of a word in Latin letters, those of one sound as one letter."""
    plain = _to_latin().transliterate(word).lower()
    for digraph, letter in _DIGRAPHS:
        plain = plain.replace(digraph, letter)
    return _VOWELS.sub("", plain.translate(_CONSONANTS))
