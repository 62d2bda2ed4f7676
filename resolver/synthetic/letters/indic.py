"""Names in Devanagari in Latin letters, without the vowels that speakers leave silent."""

from __future__ import annotations

import re

from resolver.synthetic.letters.base import Spellings, pair_signs

_CONSONANTS = pair_signs(
    "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ",
    "k kh g gh n ch chh j jh n t th d dh n t th d dh n p ph b bh m y r l v sh sh s h l",
)
_VOWELS = pair_signs("अआइईउऊऋएऐओऔऑ", "a aa i ii u uu ri e ai o au o")
_SIGNS = pair_signs("ािीुूृेैोौॉ", "aa i ii u uu ri e ai o au o")
_NASAL = "ंँ"
_OTHER_SOUNDS = _VOWELS | _SIGNS | dict.fromkeys(_NASAL, "n") | {"ः": "h"}
_VIRAMA, _NUKTA = "्", "़"


def _romanize(word: str) -> str:
    """Romanize a word; an unwritten vowel is `^` if it may be silent."""
    letters: list[str] = []
    for place, sign in enumerate(word):
        after = word[place + 1 : place + 2]
        if sign in _CONSONANTS:
            letters.append(_CONSONANTS[sign])
            if not (after and (after in _SIGNS or after in (_VIRAMA, _NUKTA))):
                letters.append("^")
        elif sign in _OTHER_SOUNDS:
            letters.append(_OTHER_SOUNDS[sign])
        elif sign not in (_VIRAMA, _NUKTA, "‍", "‌"):
            letters.append(sign)
    text = "".join(letters)
    # The final vowel is silent unless two consonants would then end the word: Sharma, but Ram.
    text = re.sub(r"(?<=[aeiou^])(ch|sh|[kgcjtdpbn]h|[a-z])\^$", r"\1", text)
    return _drop_silent_vowels(text).replace("^", "a")


def _drop_silent_vowels(text: str) -> str:
    """Drop unwritten vowels between a vowel with one consonant and one consonant with a vowel.

    The last ones are dropped first.
    """
    while silent_vowels := list(_SILENT.finditer(text)):
        place = silent_vowels[-1].end() - 1
        text = text[:place] + text[place + 1 :]
    return text


_CONSONANT = "(?:ch|sh|[kgcjtdpb]h|[^aeiou^ ])"
_SILENT = re.compile(rf"(?<=[aeiou^]){_CONSONANT}\^(?={_CONSONANT}[aeiou^])")


def spell_devanagari(name: str) -> Spellings:
    """Return the spellings of a name in Devanagari; only spelling by ear keeps long vowels."""
    letters = " ".join(_romanize(word) for word in name.split())
    plain = letters.replace("aa", "a").replace("ii", "i").replace("uu", "u")
    doubled = (
        plain
        if letters == plain
        else letters.replace("aa", "a").replace("ii", "ee").replace("uu", "oo")
    )
    with_w = re.sub(r"(?<=[aeiou])v(?=[aeiou])|(?<=[sd])v", "w", plain)
    by_ear = re.sub(r"sh(?=[rm])", "s", plain.replace("chh", "ch").replace("ksh", "x"))
    by_ear = "b" + by_ear[1:] if by_ear.startswith("v") else by_ear
    latin = [form.title() for form in (plain, doubled, with_w, by_ear)]
    return Spellings(name, *latin)
