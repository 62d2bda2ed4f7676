"""Arabic and Hebrew letters: bring them to common spellings and to Latin letters.

- `level_arabic` replaces letters of Kurdish, Uyghur, Urdu, Sindhi and Malay, which ICU leaves out
  or misreads. A letter for a sound of one language becomes the letter that other languages write
  instead. Short vowels that Kurdish and Uyghur write are left out, because other languages do not
  write them.
- `is_arabic_shaped` tells whether a word in Latin letters is spelled like an Arabic name
  (`Zawahiri`, not `Pacino`). `place_of_given_al` uses it to tell the article from the given name
  `Al`. The evidence is a sum of values of pairs of neighboring letters. `resolver.training.letters`
  learned these values from 1,522 words behind an article in public lists (OFAC, BIS, the US
  Congress, the United Nations and the EU) and from 3,307 family names in Splink's set of historical
  figures (Wikidata, CC0). The sum classifies 94 % of other words correctly.
- `transliterate_hebrew` writes Hebrew words letter by letter. ICU drops alef and ayin, and the
  geresh with which Hebrew writes the sounds of foreign names: ג׳ is j, צ׳ is ch and ז׳ is zh. The
  letter he at the end of a word becomes the vowel before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from resolver.names.scripts.detection import parse_pairs
from resolver.runtime.text_cache import cache_short_texts

_LETTERS = str.maketrans(
    dict(
        parse_pairs(
            """
            ٱ=ا ٲ=ا ٳ=ا ٮ=ب ڋ=د ڎ=د ڐ=د ڒ=ر ڔ=ر ڕ=ر ڗ=ر ڛ=س ڜ=ش ڝ=ص ڞ=ض ڟ=ط ڠ=ڭ ڡ=ف ڢ=ف ڣ=ف ڥ=ف
            ڧ=ق ڨ=ق ٯ=ق ڬ=گ ڮ=ك ڰ=گ ڲ=گ ڴ=گ ݢ=گ ڵ=ل ڶ=ل ڷ=ل ڸ=ل ں=ن ڹ=ن ڽ=ن ھ=ه ۃ=ة ۄ=و ۅ=و ۆ=و ۇ=و
            ۈ=و ۉ=و ۊ=و ۏ=و ٷ=و ێ=ي ؠ=ي ؽ=ي ؾ=ي ؿ=ي ۑ=ي ے=ي ۓ=ي ە=ه
            """
        )
    )
)
_RARE = re.compile("[ئە" + "".join(map(chr, _LETTERS)) + "]")
_FIRST_VOWEL = re.compile(r"\bئ[اەیي]?")
"""Sign before a vowel that begins a word, and a vowel that is an alef in Arabic names."""
_SHORT_VOWEL = re.compile(r"(?<=\w)ە(?=\w)")


def level_arabic(text: str) -> str:
    """Return a text with rare letters of Arabic script replaced: `هێمن ڕەشید` gives `هيمن رشید`."""
    if not _RARE.search(text):
        return text
    return _SHORT_VOWEL.sub("", _FIRST_VOWEL.sub("ا", text)).translate(_LETTERS)


END = "-"
LETTERS = f"{END}abcdefghijklmnopqrstuvwxyz"
"""End of a word, and the letters; also the columns of the table."""
UNIT = 10
"""Parts of a nat in which the table is written."""
_ARTICLE = re.compile(r"\b[Aa][Ll]-|\bal (?=[A-Z])")
_LEAST = -3
"""Evidence from which a word is Arabic, in parts of a nat."""
_EVIDENCE = """
- 0 10 -6 -24 -2 -29 0 -7 0 13 11 13 -16 3 2 5 -31 27 -2 3 1 16 -30 -8 0 11 36
a 17 34 11 -29 3 0 12 -7 26 -1 22 6 -4 -1 -7 11 -32 24 -6 2 -4 -17 -30 8 -24 1 20
b 16 10 -2 0 7 -17 0 0 5 10 0 0 -14 0 11 -12 0 0 -24 -4 14 -7 0 0 0 -14 0
c 0 -1 0 3 9 -12 10 3 5 4 0 -22 -11 17 14 -14 0 0 -11 0 0 0 0 0 0 10 0
d -4 12 -12 0 -4 -14 -20 -31 21 13 22 0 -17 -9 4 -12 0 0 -6 -16 0 3 0 -21 0 -10 0
e -13 -17 19 -11 15 15 12 0 28 20 27 26 -11 17 0 1 -5 0 -7 -5 -12 -6 -15 -17 -1 -18 0
f 13 13 0 0 0 -21 -16 0 0 3 0 0 -5 0 0 -19 0 0 -12 0 -10 7 0 0 0 -11 0
g -13 2 0 0 -6 -12 0 -15 14 -3 0 0 -17 7 4 -10 0 0 -11 -13 -14 -1 0 -5 0 22 0
h 5 6 -4 -15 26 -16 -4 0 19 2 0 0 -8 8 -3 -15 0 0 5 3 -5 -4 0 -7 0 -8 0
i 32 6 5 -38 -1 -27 -7 -28 31 1 18 7 -12 8 -14 -29 -21 28 2 -4 -12 -6 -27 6 -13 42 9
j 9 10 0 0 0 -26 0 0 0 19 7 0 0 0 7 -31 0 0 7 0 0 0 0 0 0 0 0
k -13 23 -9 0 0 -38 -9 0 35 -2 0 21 -15 -6 -13 3 0 0 8 -17 0 30 0 -15 0 0 0
l 5 10 -1 -12 -16 -16 -5 -2 14 9 0 2 -12 6 5 -13 -9 0 0 -14 -8 4 -6 1 0 -5 -2
m -1 2 -18 -26 17 -7 -11 17 7 6 0 -11 -5 4 -4 -9 -29 21 24 -17 0 19 0 0 0 -7 0
n -4 18 10 -24 -1 -16 0 -22 -3 23 0 -11 -10 14 -8 -9 0 0 -9 -7 -25 24 -2 -6 0 6 5
o 6 8 4 -19 -6 -3 -5 -6 19 0 0 -7 -7 9 -20 -3 -13 0 -9 9 -11 18 2 -7 -5 -9 14
p -2 -7 0 0 0 -14 0 0 0 -5 0 12 0 0 10 -12 -7 0 -6 1 5 7 0 0 0 10 0
q 6 22 0 0 4 0 0 0 0 20 0 0 0 0 0 0 0 4 0 2 0 -15 0 0 0 2 0
r 2 12 -7 -19 -8 -13 4 -16 -4 11 28 -1 -29 -1 -17 -13 -13 23 -6 -14 -29 3 -13 -6 0 -13 16
s -17 18 -11 -29 -15 -5 -9 0 13 15 0 0 -1 -6 6 -18 -23 0 36 4 -14 17 0 -24 0 -2 0
t -5 21 -1 -13 0 -23 6 0 -1 15 0 -4 -3 3 8 -14 0 0 -12 -18 -10 8 0 -4 0 -12 -11
u -3 19 19 -15 3 -21 -2 -12 22 -7 28 16 -6 6 -3 0 -17 15 -2 2 -11 0 0 19 -8 0 17
v 0 -13 0 0 0 -25 0 0 0 -9 0 0 0 0 0 1 0 0 0 0 0 0 0 0 0 1 0
w -18 8 4 -9 -2 -15 0 0 -18 4 0 -3 -1 0 -11 -31 0 0 6 -9 4 0 0 30 0 -20 0
x -19 0 0 0 0 -8 -5 0 0 0 0 0 0 0 0 -1 0 0 0 0 -9 0 0 0 0 0 0
y -16 26 7 -15 8 2 7 0 0 32 0 9 -8 0 -8 -18 0 21 7 4 -2 21 0 0 0 39 0
z -5 16 5 0 0 -16 0 0 5 5 0 0 -23 -2 0 -6 0 0 0 0 0 14 0 0 0 0 3
"""
_TABLE = {
    line.split()[0] + second: int(value)
    for line in _EVIDENCE.strip().splitlines()
    for second, value in zip(LETTERS, line.split()[1:], strict=True)
}


@cache_short_texts(10_000)
def is_arabic_shaped(word: str) -> bool:
    """Return True if a word of lower-case Latin letters looks like an Arabic name."""
    ends = f"{END}{word}{END}"
    return sum(_TABLE.get(left + right, 0) for left, right in pairwise(ends)) >= _LEAST


def place_of_given_al(text: str, words: Sequence[str]) -> int:
    """Return the index of a first or last `Al` that is a given name (`Al Green`); -1 if there is
    none.

    `Al` is an article if the name has a word that looks Arabic, or if `Al` has a hyphen, or is in
    lower case before a capital. `text` is the name as written. `words` are its words in lower case,
    with an empty text for each word that is no name, such as a title.
    """
    if "al" not in words or not text.isascii() or _ARTICLE.search(text):
        return -1
    indices = [index for index, word in enumerate(words) if word]
    others = [words[index] for index in indices if words[index] != "al"]
    if len(others) != len(indices) - 1 or not others or any(map(is_arabic_shaped, others)):
        return -1
    return next((index for index in (indices[0], indices[-1]) if words[index] == "al"), -1)


__all__ = ["END", "LETTERS", "UNIT", "is_arabic_shaped", "place_of_given_al"]


_HEBREW_LETTERS = dict(
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

    Each key of the mapping is a word as it stands in the returned text: `ג'ון` is `גון` there, and
    its value is `jwn`.
    """
    if text.isascii() or not _WORD.search(text):
        return text, {}
    marked = _GERSHAYIM.sub("", _GERESH.sub("\u05f3", _POINTS.sub("", text)))
    spelled = {
        word.replace("\u05f3", ""): transliterate_hebrew(word) for word in _WORD.findall(marked)
    }
    return marked.replace("\u05f3", ""), spelled


def transliterate_hebrew(word: str) -> str:
    """Return a Hebrew word in Latin letters; the word has U+05F3 for a geresh.

    `ג׳ון` gives `jwn`, and `פרנצ׳סקה` gives `prnchsqa`.
    """
    spelled = _LAST_HE.sub("א", word)
    return "".join(
        _WITH_GERESH.get(match[1], _HEBREW_LETTERS[match[1]])
        if match[2]
        else _HEBREW_LETTERS[match[1]]
        for match in _LETTER.finditer(spelled)
    )


def has_geresh(text: str, word: str) -> bool:
    """Return whether a transliteration belongs to a Hebrew word written with a geresh (בת׳: Beth).

    `word` is the word without the geresh.
    """
    return bool(_LETTER.search(word)) and text != transliterate_hebrew(word)
