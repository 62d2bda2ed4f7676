"""Symbols of words of scripts that are compared with Latin ones by learned costs.

A symbol is what stands for one sound or syllable in the plain transliteration of a word: a mora in
katakana, a letter of a Korean syllable, the initial or final of a Chinese one, else a letter or
digraph.
"""

from __future__ import annotations

import re

from resolver.records.prepared.value_flags import Script

_SYMBOLS = {
    Script.ARABIC: "sh|kh|gh|th|dh|zh|ch|aw|ay|yy|ww|wy|[a-z]",
    Script.HEBREW: "ts|sh|ch|zh|th|dh|kh|gh|yy|ww|wy|ay|aw|[a-z]",
    Script.HANGUL: (
        "(?:kk|tt|pp|ss|jj|ch|[bcdghjklmnpst])eu|kk|tt|pp|ss|jj|ch|ng"
        "|yeo|yae|wae|eoi|eo|eui|eu|aei|ae|oei|oe|wi|wai|wa|wo|wei|we|ya|ye|yo|yu|[aeiou]i|[a-z]"
    ),
    Script.HAN: (
        "zh|ch|sh|iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu"
        "|ua|uo|ui|ue|er|[a-z]"
    ),
    Script.KATAKANA: "(?:ch|sh|ts|[kgsztdnhbpmyrwfjv])?y?(?:[aeo]i|[aiueo])|[a-z]",
    Script.CYRILLIC: "shch|zh|kh|ts|ch|sh|yu|ya|yo|ye|[aeiou]y(?![aeou])|[a-z]",
}
_OTHER = "[bcdfgkpqstz]h|[a-z]"
_SYMBOL = {script: re.compile(_SYMBOLS.get(script, _OTHER)) for script in Script}


def split_symbols(text: str, script: Script) -> list[str]:
    """Return the symbols of a transliterated word of a script other than Latin."""
    return _SYMBOL[script].findall(text)
