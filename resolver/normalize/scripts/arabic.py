"""Letters of languages in Arabic script, written as the letters of Arabic and Persian.

ICU leaves out or misreads letters of Kurdish, Uyghur, Urdu, Sindhi and Malay. A letter that differs
only by the sound of one language becomes the letter that other languages write in its place; short
vowels that Kurdish and Uyghur write are left out, as elsewhere.
"""

from __future__ import annotations

import re

from resolver.normalize.word_pairs import parse_pairs

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
