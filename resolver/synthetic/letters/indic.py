"""Names in Devanagari in Latin letters, with the silent vowels left out as speakers do."""

from __future__ import annotations

import re

from resolver.synthetic.letters.base import Spellings, paired

_CONSONANTS = paired(
    "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ",
    "k kh g gh n ch chh j jh n t th d dh n t th d dh n p ph b bh m y r l v sh sh s h l",
)
_VOWELS = paired("अआइईउऊऋएऐओऔऑ", "a aa i ii u uu ri e ai o au o")
_SIGNS = paired("ािीुूृेैोौॉ", "aa i ii u uu ri e ai o au o")
_NASAL = "ंँ"
_VIRAMA, _NUKTA = "्", "़"


def _letters(word: str) -> str:
    """The word in Latin letters; a vowel that is not written is `^` where it may be silent."""
    out: list[str] = []
    for place, sign in enumerate(word):
        after = word[place + 1 : place + 2]
        if sign in _CONSONANTS:
            out.append(_CONSONANTS[sign])
            if not (after and (after in _SIGNS or after in (_VIRAMA, _NUKTA))):
                out.append("^")
        elif sign in _VOWELS:
            out.append(_VOWELS[sign])
        elif sign in _SIGNS:
            out.append(_SIGNS[sign])
        elif sign in _NASAL:
            out.append("n")
        elif sign == "ः":
            out.append("h")
        elif sign not in (_VIRAMA, _NUKTA, "‍", "‌"):
            out.append(sign)
    text = "".join(out)
    # silent at the end, unless two consonants would then close the word: Sharma but Ram
    text = re.sub(r"(?<=[aeiou^])(ch|sh|[kgcjtdpbn]h|[a-z])\^$", r"\1", text)
    return _without_silent(text).replace("^", "a")


def _without_silent(text: str) -> str:
    """An unwritten vowel between a vowel and one consonant, and one consonant and a vowel, is silent, the last ones
    first."""
    while found := list(_SILENT.finditer(text)):
        place = found[-1].end() - 1
        text = text[:place] + text[place + 1 :]
    return text


_CONSONANT = "(?:ch|sh|[kgcjtdpb]h|[^aeiou^ ])"
_SILENT = re.compile(rf"(?<=[aeiou^]){_CONSONANT}\^(?={_CONSONANT}[aeiou^])")


def spellings(name: str) -> Spellings:
    """The spellings of a name in Devanagari; two-letter long vowels are kept only by those who write by ear."""
    raw = " ".join(_letters(word) for word in name.split())
    plain = raw.replace("aa", "a").replace("ii", "i").replace("uu", "u")
    doubled = (
        plain if raw == plain else raw.replace("aa", "a").replace("ii", "ee").replace("uu", "oo")
    )
    with_w = re.sub(r"(?<=[aeiou])v(?=[aeiou])|(?<=[sd])v", "w", plain)
    by_ear = re.sub(r"sh(?=[rm])", "s", plain.replace("chh", "ch").replace("ksh", "x"))
    by_ear = "b" + by_ear[1:] if by_ear.startswith("v") else by_ear
    made = [form.title() for form in (plain, doubled, with_w, by_ear)]
    return Spellings(name, *made)
