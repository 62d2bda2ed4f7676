"""Detection of the code page of lines that are not UTF-8.

Older programs save tables in code pages of one byte per letter, and a file does not say in which.
The module reads the words of the file's beginning in each usual code page, and takes the page whose
words look most like words. Two tables say what words look like: `list_letter_pairs.tsv` counts
pairs of neighboring letters in names and words of many languages, and `list_alphabets.tsv` holds
the letters of Latin alphabets beyond a to z.

The likelihood of a code page is a sum over the letters beyond ASCII:

- how often the letter follows the letter before it;
- in Latin script, how likely it is in the alphabet that fits the file best;
- costs for signs within words, control characters, and capitals after small letters.

If two pages that read the file differently are about equally likely, or if no page gives words, the
code page is `UNKNOWN`, and the lines are refused. Encodings of several bytes per letter (Chinese,
Japanese, Korean) are never guessed.
"""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from resolver.data import load_pairs, load_rows
from resolver.errors import InputError
from resolver.runtime.text_cache import cache_short_texts

WESTERN, UNKNOWN = "cp1252", ""

PAGES = {
    "cp1252": ("windows-1252 (Western European)", 0.0),
    "cp1250": ("windows-1250 (Central European)", -1.0),
    "cp1251": ("windows-1251 (Cyrillic)", -1.0),
    "cp1253": ("windows-1253 (Greek)", -1.0),
    "cp1255": ("windows-1255 (Hebrew)", -1.0),
    "cp1256": ("windows-1256 (Arabic)", -1.0),
    "cp1254": ("windows-1254 (Turkish)", -2.0),
    "cp1257": ("windows-1257 (Baltic)", -2.0),
    "iso8859-2": ("ISO-8859-2 (Central European)", -3.0),
    "iso8859-5": ("ISO-8859-5 (Cyrillic)", -3.0),
    "iso8859-6": ("ISO-8859-6 (Arabic)", -3.0),
    "iso8859-7": ("ISO-8859-7 (Greek)", -3.0),
    "iso8859-8": ("ISO-8859-8 (Hebrew)", -3.0),
    "koi8-r": ("KOI8-R (Russian)", -3.0),
    "koi8-u": ("KOI8-U (Ukrainian)", -3.0),
    "cp866": ("code page 866 (Cyrillic)", -4.0),
    "cp852": ("code page 852 (Central European)", -4.0),
    "cp850": ("code page 850 (Western European)", -4.0),
    "mac-cyrillic": ("MacCyrillic", -6.0),
    "mac-roman": ("MacRoman", -6.0),
}
"""The name of each code page for people, and the logarithm of how usual it is."""
_LATIN_PAGES = frozenset(
    ("cp1252", "cp1250", "cp1254", "cp1257", "iso8859-2", "cp852", "cp850", "mac-roman")
)
_STATED = (
    "utf-8 utf-16 utf-32 latin-1 iso8859-3 iso8859-4 iso8859-9 iso8859-10 iso8859-13 iso8859-14"
    " iso8859-15 iso8859-16 cp437 cp775 cp855 cp857 cp862 cp864 cp869 cp874 cp1258 cp932 shift-jis"
    " shift-jis-2004 euc-jp iso2022-jp big5 big5hkscs cp950 gb2312 gbk gb18030 hz euc-kr cp949"
    " iso2022-kr tis-620 kz1048 ptcp154 koi8-t mac-greek mac-latin2 mac-turkish"
).split()
"""Further encodings that a user may state."""

_HIGH = math.log(0.12)
"""Logarithm of the share of letters in Latin script that are beyond ASCII."""
_RARE, _SMOOTHING = 1e-6, 10.0
"""Chance of a pair that no table has, and number of pairs that a letter's own chance counts for."""
_OUTSIDE, _EVEN = 0.02, 0.2
"""Share of Latin letters that are outside the alphabet of a file's language (names of foreigners),
and share of the alphabet's probability that all its letters have evenly.
"""
_SIGN, _SYMBOL, _WITHIN, _CONTROL, _CASE, _DOTTED = -5.0, -9.0, -6.0, -25.0, -6.0, -3.0
"""Costs of a usual sign, another sign, a sign between letters, a control character, a capital after
a small letter, and a Turkish İ, which counts as i.
"""
_MARGIN, _FLOOR = 2.0, -4.8
"""Smallest lead before the next page, and smallest likelihood per letter of a script that is not
Latin. Below these, a page is not taken. Chosen on generated tables of names in 30 languages.
"""
_MOSTLY, _LEAST = 0.7, 4
"""Share of letters beyond ASCII that no text in Latin script has, and letters that show it."""
_MAX_WORDS, _MAX_WORD = 500, 40
"""Limits of the words that are examined. More words do not change the result; each takes 0.2 ms."""
_SIGNS, _APOSTROPHES = frozenset("«»№“”„‘–—·\xa0°º€§…"), frozenset("’´`'")
_WORD = re.compile(rb"(?<![A-Za-z'\x80-\xff])[A-Za-z']*+[\x80-\xff][A-Za-z'\x80-\xff]*")


def describe_code_page(page: str) -> str:
    """Return the name of a code page for people."""
    return PAGES[page][0]


_MISREAD_WESTERN = re.compile("[À-ÿ]{4}")
_MISREAD_LATIN = re.compile(
    "[^\\W\\d_][\x80-\x9f“”„†‡•¢£¤¥¦§¨©¬®±²³¶¹¼½¾¿\u2500-\u259f][^\\W\\d_]"
    "|[£¤¥¦¬±²³¶¹¼½¾][^\\W\\d_]|[^\\W\\d_][£¤¥¦¬±¶¼¾]|[^\\W\\d_]{3}[²³¹]"
)
_CONTROLS = re.compile("[\x80-\x9f]")


def is_misread(text: str, page: str) -> bool:
    """Return whether a text that was decoded in a code page shows that it is in another page:
    control characters, words of accented letters only, or signs at letters.
    """
    if page == WESTERN and _MISREAD_WESTERN.search(text):
        return True
    return bool((_MISREAD_LATIN if page in _LATIN_PAGES else _CONTROLS).search(text))


def check_encoding(name: str) -> str:
    """Return the codec of an encoding that a user states, such as `windows-1250` or `shift_jis`.

    Raises `InputError` for a name that is not known.
    """
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        codec = ""
    if codec not in _stated_codecs():
        raise InputError(
            f"{name[:40]!r} is not an encoding of text",
            hint="usual ones are windows-1250, windows-1251, iso-8859-2, shift_jis, gb18030, big5",
        )
    return codec


@cache
def _stated_codecs() -> frozenset[str]:
    return frozenset(codecs.lookup(name).name for name in (*PAGES, *_STATED))


@lru_cache(maxsize=16)
def detect_code_page(head: bytes) -> str | None:
    """Return the code page of those lines of `head` that are not UTF-8; `UNKNOWN` if no page fits
    them, and None if there are no such lines.
    """
    words = list(dict.fromkeys(islice(_stray_words(head), _MAX_WORDS)))
    if not words:
        return None
    text = b"\n".join(words)
    weights = {page: _weigh(text, page) for page in PAGES}
    best = max(weights, key=lambda page: weights[page])
    decoded = text.decode(best, "replace")
    others = (w for page, w in weights.items() if text.decode(page, "replace") != decoded)
    is_sure = weights[best] - max(others, default=-math.inf) >= _MARGIN
    letters, high = sum(map(len, words)), sum(byte > 127 for byte in text)
    if best not in _LATIN_PAGES:
        if letters < _LEAST:
            return WESTERN
        return best if is_sure and weights[best] >= _FLOOR * high else UNKNOWN
    is_dense = letters >= _LEAST and high > _MOSTLY * letters
    return best if (is_sure or best == WESTERN) and not is_dense else UNKNOWN


def _stray_words(head: bytes) -> Iterator[bytes]:
    """Yield the words with bytes beyond ASCII of those lines that are not UTF-8."""
    for line in head.splitlines():
        if not line.isascii() and is_stray(line.decode("utf-8", "surrogateescape")):
            for match in _WORD.finditer(line):
                yield match[0][:_MAX_WORD]


ESCAPED = re.compile("[\udc80-\udcff]")
"""Bytes that are not UTF-8, as `surrogateescape` keeps them."""
_NON_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")


def is_stray(line: str) -> bool:
    """Return whether a line is in a code page; a few such bytes in a line of UTF-8 are damage."""
    stray = len(ESCAPED.findall(line))
    return stray > 0 and stray >= len(_NON_ASCII.findall(line))


def _weigh(text: bytes, page: str) -> float:
    """Return the logarithm of how likely words, one a line, are text of a code page."""
    pairs: Counter[tuple[str, str]] = Counter()
    weight = 0.0
    before, is_high, is_small = _EDGE, False, False
    decoded = text.decode(page, "replace")
    for byte, letter, after in zip(text, decoded, decoded[1:] + "\n", strict=True):
        folded, script = _classify(letter)
        if script:
            if byte > 127 or is_high:
                pairs[before, folded] += 1
                weight += _CASE * (is_small and letter.isupper())
            if byte > 127:
                weight += _HIGH * (script == _LATIN) + _DOTTED * (letter == "İ")
            before, is_high, is_small = folded, byte > 127, letter.islower()
        else:
            if is_high:
                pairs[before, _EDGE] += 1
            if byte > 127:
                is_within = before != _EDGE and bool(_classify(after)[1])
                weight += _sign_cost(letter, is_within=is_within)
            before, is_high, is_small = _EDGE, False, False
    if is_high:
        pairs[before, _EDGE] += 1
    latin = {pair: count for pair, count in pairs.items() if _group(pair[1]) == _ACCENTED}
    weight += sum(n * math.log(_chance(a, b)) for (a, b), n in pairs.items() if (a, b) not in latin)
    return PAGES[page][1] + weight + _alphabet_weight(latin)


def _sign_cost(sign: str, *, is_within: bool) -> float:
    if sign < "\xa0" or sign == "\ufffd":
        return _CONTROL
    if sign in _APOSTROPHES or (sign in _SIGNS and not is_within):
        return _SIGN
    return _SYMBOL + _WITHIN * is_within


def _alphabet_weight(pairs: dict[tuple[str, str], int]) -> float:
    """Return the weight of accented Latin letters in the alphabet that fits them best."""
    if not pairs:
        return 0.0
    weights = []
    for language, alphabet in _alphabets().items():
        weight = 0.0
        for (before, letter), count in pairs.items():
            chance = _chance(before, letter)
            share = 0.0
            if letter in alphabet:
                share = (1 - _EVEN) * chance / _alphabet_chance(before, language)
                share += _EVEN / len(alphabet)
            weight += count * math.log(_OUTSIDE * chance + (1 - _OUTSIDE) * share)
        weights.append(weight)
    return max(weights)


_EDGE, _LATIN, _ASCII, _ACCENTED = "^", "LATIN", "ascii", "accented"


@cache_short_texts(4_096)
def _classify(letter: str) -> tuple[str, str]:
    """Return the small letter and its script; a sign has no script."""
    if not (letter.isalpha() or unicodedata.category(letter) == "Mn"):
        return letter, ""
    small = letter.lower()[0]
    return small, _LATIN if letter in "ªº" else unicodedata.name(letter, "?").split()[0]


def _group(letter: str) -> str:
    """Return the group of letters among which the chances of a letter are counted."""
    script = _classify(letter)[1]
    if script == _LATIN:
        return _ASCII if letter.isascii() else _ACCENTED
    return script or _EDGE


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Numbers of pairs of letters, of letters by group, and of letters after another by group."""

    pairs: Counter[tuple[str, str]]
    letters: Counter[str]
    groups: Counter[str]
    following: Counter[tuple[str, str]]


@cache
def _pairs() -> _Pairs:
    counts = _Pairs(Counter(), Counter(), Counter(), Counter())
    for before, letter, text in load_rows("list_letter_pairs"):
        count, group = int(text), _group(letter)
        counts.pairs[before, letter] = count
        counts.letters[letter] += count
        counts.groups[group] += count
        counts.following[before, group] += count
        counts.following[before, ""] += count
    return counts


@cache
def _alphabets() -> dict[str, str]:
    return load_pairs("list_alphabets")


@cache_short_texts(60_000)
def _chance(before: str, letter: str) -> float:
    """Return the chance of a letter after another one, among the letters of its group."""
    counts, group = _pairs(), _group(letter)
    together = counts.pairs[before, letter]
    if group == _EDGE:
        return (together + 1) / (counts.following[before, ""] + _SMOOTHING)
    if letter not in counts.letters or _is_mixed(_group(before), group):
        return _RARE
    alone = (counts.letters[letter] + 0.3) / (counts.groups[group] + 20)
    chance = (together + _SMOOTHING * alone) / (counts.following[before, group] + _SMOOTHING)
    return max(_RARE, chance)


def _is_mixed(before: str, group: str) -> bool:
    """Return whether letters of two groups do not stand in one word."""
    latin = (_ASCII, _ACCENTED)
    return before not in (_EDGE, group) and not (before in latin and group in latin)


@cache_short_texts(60_000)
def _alphabet_chance(before: str, language: str) -> float:
    return sum(_chance(before, letter) for letter in _alphabets()[language])
