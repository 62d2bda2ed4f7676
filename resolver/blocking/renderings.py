"""Consonants of a word as scripts of syllables (Han, Hangul, katakana) write foreign names.

These scripts write a name by its sound: r and l are one, as are f, p and v, and an r without a
vowel is dropped. A code has one digit per consonant that is left, so that `Whitfield`, 惠特菲尔德
and 휘트필드 share one. What may be read in two ways gives two codes.
"""

from __future__ import annotations

import re
from operator import itemgetter

import numpy as np

from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.scripts import SCRIPT_SHIFT, Script
from resolver.records.prepared.text_cache import cache_short_texts
from resolver.records.prepared.value_flags import TokenFlag

SYLLABIC = (int(Script.HANGUL), int(Script.HAN), int(Script.KATAKANA))
_IS_SYLLABIC = np.isin(np.arange(1 << 8), SYLLABIC)
"""Per number of a script."""
MAX_CODES = 2
MANY = 100
"""Codes from here on have three consonants or more."""
_LONGEST = 9
_Rules = tuple[tuple[re.Pattern[str], str], ...]
_LATIN = (
    ("sch|tch|sh|ch|zh|ts|tz|[cs](?=[eiy])", "s"),
    ("wh|gh(?=t)", ""),
    ("ph", "f"),
    ("ck|x", "k"),
)
_FULL_LATIN = (("er?$|(?<!r)r$", ""), ("th", "t"))
_SHORT_LATIN = (("th|g(?=[ei])", "s"), ("r(?![aeiouy])|w", ""))
_WAYS: dict[int, tuple[tuple[tuple[str, str], ...], ...]] = {
    int(Script.LATIN): (_LATIN + _FULL_LATIN, _LATIN + _SHORT_LATIN),
    int(Script.HANGUL): ((("ch", "j"), ("s(?![aeiouyws])", "t"), ("w", "")),),
    int(Script.HAN): (
        (("zh|ch|sh", "s"),),
        (("zh|ch|sh", "s"), ("j(?=ia)", "k"), ("er(?![aeiou])|w", "")),
    ),
    int(Script.KATAKANA): (
        (("sh|ch|ts", "s"),),
        (("sh", "s"), ("ch|ts", "t"), ("w", "")),
    ),
}
"""Script: one or two ways to read a word, each a list of patterns and what stands for them."""
_READINGS = {
    script: tuple(tuple((re.compile(pattern), new) for pattern, new in way) for way in ways)
    for script, ways in _WAYS.items()
}
_NASAL, _DOUBLES = re.compile("ng(?![aeiouy])"), re.compile(r"(\d)\1+")
_PINYIN = str.maketrans("qxc", "sss")
_CLASSES = str.maketrans("bpfvwdtszjgkqclrmn", "111112233344445566")


@cache_short_texts(50_000)
def rendering_codes(text: str, script: int) -> tuple[int, ...]:
    """Return the codes of a word, at most `MAX_CODES`; none for scripts that have no rules."""
    codes = {_code(text, rules, script) for rules in _READINGS.get(script, ())}
    return tuple(sorted(codes - {0}))


def _code(text: str, rules: _Rules, script: int) -> int:
    for pattern, new in rules:
        text = pattern.sub(new, text)
    if script == Script.HAN:
        text = text.translate(_PINYIN)
    digits = _DOUBLES.sub(itemgetter(1), _NASAL.sub("n", text).translate(_CLASSES))
    return int("".join(filter(str.isdigit, digits))[:_LONGEST] or 0)


def token_renderings(prepared: PreparedBatch) -> Ragged:
    """Return the codes of each token of a batch, none for particles, numbers and initials."""
    flags = prepared.tokens.flags
    left_out = int(TokenFlag.PARTICLE | TokenFlag.LEGAL | TokenFlag.INITIAL | TokenFlag.NUMBER)
    rows = zip(
        prepared.tokens.texts.tolist(),
        (flags >> SCRIPT_SHIFT).tolist(),
        ((flags & left_out) == 0).tolist(),
        strict=True,
    )
    return Ragged.of(
        [rendering_codes(text, script) if is_word else () for text, script, is_word in rows]
    )


def are_syllabic(prepared: PreparedBatch) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return whether each record has a name with a word in a script of syllables."""
    words = _IS_SYLLABIC[prepared.tokens.flags >> SCRIPT_SHIFT]
    if not words.any():
        # a query of Latin words, mostly
        return np.zeros(len(prepared), dtype=np.bool_)
    tokens = prepared.names.through(prepared.forms.tokens)
    has_word = np.zeros(len(prepared), dtype=np.bool_)
    has_word[tokens.rows[words[tokens.items]]] = True
    return has_word
