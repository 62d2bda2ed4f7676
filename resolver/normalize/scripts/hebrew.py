"""Hebrew words in Latin letters, letter by letter, with the letters that a geresh makes.

ICU drops alef and ayin, and the geresh by which Hebrew writes the sounds of foreign names: ג׳ is j,
צ׳ ch and ז׳ zh. A he at the end of a word is the vowel before it.
"""

from __future__ import annotations

import re

from resolver.normalize.word_pairs import parse_pairs

_LETTERS = dict(
    parse_pairs(
        """
        א=a ב=b ג=g ד=d ה=h ו=w ז=z ח=h ט=t י=y כ=k ך=k ל=l מ=m ם=m נ=n ן=n ס=s ע=a פ=p ף=p
        צ=ts ץ=ts ק=q ר=r ש=sh ת=t
        """
    )
)
_WITH_GERESH = dict(parse_pairs("ג=j צ=ch ץ=ch ז=zh ת=th ד=dh ח=kh ע=gh ר=gh ט=z ס=s"))
_GERESH = re.compile("(?<=[\u05d0-\u05ea])['\u05f3\u2019\u02bc`\u00b4]")
_GERSHAYIM = re.compile('(?<=[\u05d0-\u05ea])["\u05f4\u201d](?=[\u05d0-\u05ea])')
_POINTS = re.compile("[\u0591-\u05bd\u05bf-\u05c7]")
_WORD = re.compile("[\u05d0-\u05ea][\u05d0-\u05ea\u05f3]*")
_LETTER = re.compile("([\u05d0-\u05ea])(\u05f3?)")
_LAST_HE = re.compile("(?<=[\u05d0-\u05ea\u05f3])ה$")


def transliterate_hebrew_words(text: str) -> tuple[str, dict[str, str]]:
    """Return a text without the signs inside Hebrew words, and these words in Latin letters.

    The words are keys as the text that is returned has them: `ג'ון` is `גון`, and `jwn`.
    """
    if text.isascii() or not _WORD.search(text):
        return text, {}
    marked = _GERSHAYIM.sub("", _GERESH.sub("\u05f3", _POINTS.sub("", text)))
    spelled = {
        word.replace("\u05f3", ""): transliterate_hebrew(word) for word in _WORD.findall(marked)
    }
    return marked.replace("\u05f3", ""), spelled


def transliterate_hebrew(word: str) -> str:
    """Return a Hebrew word, with U+05F3 for a geresh, in Latin letters.

    `ג׳ון` gives `jwn`, `פרנצ׳סקה` `prnchsqa`.
    """
    spelled = _LAST_HE.sub("א", word)
    return "".join(
        _WITH_GERESH.get(match[1], _LETTERS[match[1]]) if match[2] else _LETTERS[match[1]]
        for match in _LETTER.finditer(spelled)
    )


def has_geresh(text: str, word: str) -> bool:
    """Return whether a transliteration is that of a Hebrew word written with a geresh (בת׳: Beth).

    `word`: the word without it.
    """
    return bool(_LETTER.search(word)) and text != transliterate_hebrew(word)
