"""Arabic, Persian, Dari, Pashto and Urdu names from a phonemic spelling.

Names are written once, with vowels, in the letters below; the script (which drops short vowels) and
all romanizations follow by rule. One character per sound: A I U long vowels, a e i o u short; H ح,
x خ, v ث, P ذ, $ ش, S ص, D ض, T ط, Z ظ, c ع, g غ, ' ء, Y ى, @ the ending -a that is written ة; in
Persian and Urdu also p پ, C چ, J ژ, G گ, and w و pronounced v. `al-` is the article.
"""

from __future__ import annotations

import re

from resolver.synthetic.letters.base import (
    Spellings,
    capitalize_words,
    parse_pairs,
    replace_longest,
)

_ARABIC_LETTERS = parse_pairs("""
b:ب t:ت v:ث j:ج H:ح x:خ d:د P:ذ r:ر z:ز s:س $:ش S:ص D:ض T:ط Z:ظ c:ع g:غ f:ف q:ق k:ك l:ل m:م n:ن
h:ه w:و y:ي A:ا I:ي U:و Y:ى @:ة p:پ C:چ J:ژ G:گ
""")
_PERSIAN_LETTERS = _ARABIC_LETTERS | {"k": "ک", "y": "ی", "I": "ی", "Y": "ی", "@": "ه"}
_HAMZA = {"a": "أ", "u": "ؤ", "i": "ئ", "A": "ئ", "I": "ئ", "U": "ؤ"}

_LATIN = parse_pairs("""
v:th H:h x:kh P:dh $:sh S:s D:d T:t Z:z c: g:gh ': A:a I:i U:u Y:a @:a $$:sh W:aw E:ay C:ch J:zh
G:g
""")
_STANDARD = _LATIN
_FRENCH = _LATIN | parse_pairs("""
U:ou u:ou $:ch $$:ch j:j q:k E:ei W:aou w:ou P:d C:tch J:j
""")
_ENGLISH = _LATIN | parse_pairs("""
U:oo I:ee E:ai W:au @:ah P:z D:d Z:z
""")
_BY_EAR = _LATIN | parse_pairs("""
v:t P:z q:k @:eh E:e W:o D:d Z:z g:g
""")

_PERSIAN = _LATIN | parse_pairs("""
v:s P:z D:z w:v q:gh @:eh ey:ey ow:ow
""")
_PERSIAN_FRENCH = _PERSIAN | parse_pairs("""
U:ou C:tch $:ch J:j j:dj ey:ei q:gh
""")
_PERSIAN_ENGLISH = _PERSIAN | {"U": "oo", "I": "ee", "ey": "ai", "w": "v", "q": "q"}
_PERSIAN_BY_EAR = _PERSIAN | {"o": "u", "e": "i", "ey": "ay", "w": "w", "q": "q"}

_URDU = _LATIN | {"v": "s", "P": "z", "D": "z", "E": "ai", "W": "au"}
_URDU_ENGLISH = _URDU | {"U": "oo", "I": "ee", "W": "ow", "@": "ah"}
_URDU_V = _URDU | {"w": "v", "q": "k", "E": "ei", "g": "g"}
_URDU_BY_EAR = _URDU | {"u": "o", "E": "e", "i": "e", "@": "ah"}

_SCHEMES = {
    "ar": (_STANDARD, _FRENCH, _ENGLISH, _BY_EAR),
    "fa": (_PERSIAN, _PERSIAN_FRENCH, _PERSIAN_ENGLISH, _PERSIAN_BY_EAR),
    "ur": (_URDU, _URDU_ENGLISH, _URDU_V, _URDU_BY_EAR),
}
# Article before a name in each of the four systems.
_ARTICLES = ("Al-", "El ", "Al ", "Al")


def write_arabic_script(name: str, language: str = "ar") -> str:
    """Write a name in Arabic letters (`language`: ar, fa or ur)."""
    return " ".join(_write_word(word, language) for word in name.split(" "))


def _write_word(word: str, language: str) -> str:
    if word == "allAh":
        return "الله"
    if "-" in word:
        prefix, rest = word.split("-", 1)
        head = "ال" if prefix == "al" else _write_word(prefix, language)
        return (
            head + _write_word(rest, language)
            if prefix == "al"
            else head + " " + _write_word(rest, language)
        )
    text = re.sub(r"([^aeiouAIU'])\1", r"\1", word)
    text = text.replace("iyy", "iy").replace("Iy", "I")
    letters = _PERSIAN_LETTERS if language != "ar" else _ARABIC_LETTERS
    letters_out = []
    for place, sign in enumerate(text):
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        if sign == "'":
            letters_out.append(_write_hamza(before, after))
        elif sign in "aeiou":
            letters_out.append(
                _write_first_vowel(sign, language)
                if not place
                else "ه"
                if not after and language != "ar"
                else ""
            )
        elif not place and sign in "AIU":
            letters_out.append(
                {"A": "آ", "I": "إي", "U": "أو"}[sign]
                if language == "ar"
                else {"A": "آ", "I": "ای", "U": "او"}[sign]
            )
        else:
            letters_out.append(letters.get(sign, sign))
    return "".join(letters_out)


def _write_first_vowel(sign: str, language: str) -> str:
    if language != "ar":
        return "ا"
    return "إ" if sign in "ie" else "أ"


def _write_hamza(before: str, after: str) -> str:
    if not after:
        return "ء"
    if before == "A" and after not in "iI":
        return "ء"
    return "ئ" if after in "iI" else _HAMZA.get(before, "ء")


def spell_arabic_script(name: str, language: str = "ar") -> Spellings:
    """Return the spellings of a name in phonemic letters."""
    latin = [
        _romanize(name, table, article)
        for table, article in zip(_SCHEMES[language], _ARTICLES, strict=True)
    ]
    return Spellings(write_arabic_script(name, language), *latin)


def _romanize(name: str, table: dict[str, str], article: str) -> str:
    words = []
    for word in name.split(" "):
        prefix, rest = (article, word[3:]) if word.startswith("al-") else ("", word)
        rest = re.sub(r"aw(?![aeiouAIUYw@])", "W", re.sub(r"ay(?![aeiouAIUYy@])", "E", rest))
        rest = re.sub(r"I$", "i", rest)
        words.append(prefix + capitalize_words(replace_longest(rest, table)))
    return " ".join(words)
