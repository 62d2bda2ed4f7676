"""Spellings of one name by different systems of Latin letters, brought to one spelling.

Given names of two syllables, Chinese and Korean, are written as one word, as two, or with a hyphen
(`join_hyphenated_syllables`). Chinese names are written in pinyin or, in older and Taiwanese
papers, in Wade–Giles, mostly without its apostrophes, so `Chin` may be Jin or Qin
(`pinyin_readings`). The syllables come from Xinhua, from Wade 1867 as revised by Giles 1912, and
from the revised and older romanizations of Korean.

`respell` rewrites Somali orthography (c for ʿayn, x for ḥ, long vowels doubled) as English does.
The other functions give keys that spellings of one word share: `armenian_key` for eastern and
western pronunciations of family names, `georgian_key` for English, German, Russian and French
spellings, `japanese_key` for Hepburn and Kunrei, and `vw_key` for words whose v another system
writes as w.
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache
from itertools import islice, product

from resolver.names.folding import sound_code
from resolver.names.scripts.detection import parse_pairs
from resolver.runtime.text_cache import cache_short_texts

# Finals of pinyin with their initials (-: no initial).
_FINALS = """
a: - b p m f d t n l g k h zh ch sh z c s
o: - b p m f l
e: - m d t n l g k h zh ch sh r z c s
ai: - b p m d t n l g k h zh ch sh z c s
ei: b p m f d n l g h z sh w
ao: - b p m d t n l g k h zh ch sh r z c s
ou: - p m f d t n l g k h zh ch sh r z c s
an: - b p m f d t n l g k h zh ch sh r z c s
en: - b p m f n g k h zh ch sh r z c s
ang: - b p m f d t n l g k h zh ch sh r z c s
eng: - b p m f d t n l g k h zh ch sh r z c s
ong: d t n l g k h zh ch r z c s
i: b p m d t n l j q x zh ch sh r z c s
ia: d l j q x
iao: b p m d t n l j q x
ie: b p m d t n l j q x
iu: m d n l j q x
ian: b p m d t n l j q x
in: b p m n l j q x
iang: n l j q x
ing: b p m d t n l j q x
iong: j q x
u: b p m f d t n l g k h zh ch sh r z c s j q x
ua: g k h zh sh
uo: d t n l g k h zh ch sh r z c s
uai: g k h zh ch sh
ui: d t g k h zh ch sh r z c s
uan: d t n l g k h zh ch sh r z c s j q x
un: d t l g k h zh ch sh r z c s j q x
uang: g k h zh ch sh
ue: n l j q x
"""
_BARE_SYLLABLES = """
er ya yo ye yao you yan yin yang ying yong yi yu yue yuan yun wa wo wai wei wan wen wang weng wu
""".split()
_WADE_INITIAL = dict(
    parse_pairs(
        """
        b=p d=t g=k zh=ch j=ch q=ch x=hs z=ts c=ts r=j
        """
    )
)
_WADE_FINAL = {"ong": "ung", "ian": "ien", "ie": "ieh", "ue": "ueh", "iong": "iung", "er": "erh"}
_WADE_BARE = {
    "yan": "yen",
    "ye": "yeh",
    "yue": "yueh",
    "yong": "yung",
    "you": "yu",
    "yi": "i",
    "er": "erh",
    "e": "o",
}
_KOREAN = re.compile(
    "(?:kk|tt|pp|ss|jj|ch|sh|[gknrldtmbpsjhw])?"
    "(?:yae|yeo|yoo|you|wae|eui|oo|ou|ee|ae|eo|eu|oe|wa|wo|we|wi|ui|ya|ye|yo|yu|[aeiou])"
    "(?:ng|ck|[kgnlmptbrh])?"
)
_KOREAN_WORD = re.compile(f"(?:{_KOREAN.pattern}){{1,3}}")
_TWO_KOREAN = re.compile(f"(?:{_KOREAN.pattern}){{2}}")
_OWN_KOREAN = re.compile(
    "eo|eu|hy|yeo|oo|ae|ee|ung|wo|ky|gy|su$|jun|chun|jin|chin|ho$|min|seo|suk|seok"
)
_LEVELS = parse_pairs(
    """
    kk=k tt=t pp=p ss=s jj=j yeo=yo you=yo eo=o eui=i eu=u oo=u ou=u ee=i ae=e oe=e ck=k ch=j g=k
    d=t b=p r=l nk=ng u=o w=
    """
)
_HYPHEN = re.compile("(?<![\\w-])([A-Za-z]{1,6})[-\u2010\u2011]([A-Za-z]{1,6})(?![\\w-])")
_OWN = re.compile("x|q|zh|hs|tz|ss|ts|iao|iang|ieh|jie|jia|iung|iong|uang|uo|ueh|ih$|ung|ien|uan")
"""Letters that are rare in names of other languages."""
_OUTLINE = re.compile(
    "(?:(?:[cs]h?|zh?|tz?|[hst]s|[bdfghjklmnpqrwxy])?[aeiou]{1,4}(?:ng?|r?h|r)?){2,3}"
)
"""All words of two or three syllables of pinyin or Wade–Giles, and few others."""
_MOST = 12
_ARTICLES = frozenset(
    "al el ul an ar as ash at ad az abd abu abou ibn bin ben bou bu umm um de le la".split()
)


@cache
def _pinyin() -> dict[str, tuple[str, str]]:
    """Return each syllable of pinyin, as initial and final."""
    syllables = {}
    for line in _FINALS.split("\n"):
        final, _, initials = line.partition(":")
        for initial in initials.split():
            syllables[initial.strip("-") + final] = (initial.strip("-"), final)
    return {**syllables, **{syllable: ("", syllable) for syllable in _BARE_SYLLABLES}}


@cache
def _wade() -> dict[str, tuple[str, ...]]:
    """Return Wade–Giles syllables without apostrophes, with their possible pinyin syllables."""
    readings: dict[str, list[str]] = {}
    for syllable, (initial, final) in _pinyin().items():
        strict = _as_wade(initial, final)
        mixed = _WADE_INITIAL.get(initial, initial) + final if final == "ong" else strict
        for wade in {
            strict,
            strict.replace("ieh", "ie").replace("ueh", "ue"),
            strict.replace("tsu", "tzu"),
            mixed,
        }:
            readings.setdefault(wade, []).append(syllable)
    return {wade: tuple(sorted(syllables)) for wade, syllables in readings.items()}


def _as_wade(initial: str, final: str) -> str:
    if not initial:
        return _WADE_BARE.get(final, final)
    if final == "i" and initial in ("zh", "ch", "sh", "r"):
        return _WADE_INITIAL.get(initial, initial) + "ih"
    if final == "i" and initial in ("z", "c"):
        return "tzu"
    if initial + final == "si":
        return "ssu"
    if final == "e":
        return _WADE_INITIAL.get(initial, initial) + ("o" if initial in ("g", "k", "h") else "e")
    if final == "uo" and initial not in ("g", "k", "h", "sh"):
        return _WADE_INITIAL.get(initial, initial) + "o"
    if initial + final == "gui":
        return "kuei"
    return _WADE_INITIAL.get(initial, initial) + _WADE_FINAL.get(final, final)


def is_syllable(text: str) -> bool:
    """Return True if a lower-case text is one syllable of a Chinese or Korean name."""
    return text in _pinyin() or text in _wade() or bool(_KOREAN.fullmatch(text))


def is_pinyin(word: str) -> bool:
    """Return True if a lower-case word is one to three syllables of pinyin."""
    counts = (1, 2, 3)
    return any(_parts(word, _pinyin(), n, short=short) for n in counts for short in (False, True))


def is_korean_spelling(word: str) -> bool:
    """Return True if a lower-case word is one to three syllables of a Korean name."""
    return bool(_KOREAN_WORD.fullmatch(word))


def join_hyphenated_syllables(name: str) -> str:
    """Return a name without hyphens between syllables: `Chien-kuo` → `Chienkuo`; `Jean-Marie`
    stays.
    """
    return (
        _HYPHEN.sub(_joined, name) if "-" in name or "\u2010" in name or "\u2011" in name else name
    )


def _joined(match: re.Match[str]) -> str:
    first, second = match[1], match[2]
    if first.lower() in ("al", "el", "ul"):
        return match[0]
    are_syllables = is_syllable(first.lower()), is_syllable(second.lower())
    # Typos (Chih-yvng) keep the lower-case letter after the hyphen, which names of other languages
    # do not have.
    is_typo = (
        any(are_syllables)
        and first.istitle()
        and second.islower()
        and first.lower() not in _ARTICLES
    )
    return first + second.lower() if all(are_syllables) or is_typo else match[0]


def pinyin_readings(token: str, *, is_known: bool) -> tuple[str, ...]:
    """Return possible pinyin spellings of a word of two or three syllables.

    They are the word itself if it is pinyin, and its readings as Wade–Giles. The tuple is empty for
    other words, or if there are too many readings. A word that is known as a name (`is_known`) must
    have letters that are rare in other languages.
    """
    if not 4 <= len(token) <= 18 or not token.isascii() or (is_known and not _OWN.search(token)):
        return ()
    return _read_syllables(token) if _OUTLINE.fullmatch(token) else ()


@cache_short_texts(20_000)
def _read_syllables(token: str) -> tuple[str, ...]:
    """Return the result of `pinyin_readings` for a word that has the outline of syllables."""
    if not _may_be_cut(token, _all_syllables()):
        return ()
    spellings = set()
    if _cut(token, _pinyin()) or _cut(token, _pinyin(), short=True):
        spellings.add(token)
    for short in (False, True):
        parts = _cut(token, _wade(), short=short)
        if parts:
            spellings |= {
                "".join(way)
                for way in islice(product(*(_wade()[part] for part in parts)), _MOST + 1)
            }
    return tuple(sorted(spellings)) if len(spellings) <= _MOST else ()


def korean_key(token: str, *, is_known: bool) -> str:
    """Return a word of two Korean syllables with its spelling leveled; empty for other words.

    `yonghyeok` and `yonghyouk` share a key. `is_known` is as in `pinyin_readings`.
    """
    if (
        not 4 <= len(token) <= 14
        or not _TWO_KOREAN.fullmatch(token)
        or (is_known and not _OWN_KOREAN.search(token))
    ):
        return ""
    for spelled, levelled in _LEVELS:
        token = token.replace(spelled, levelled)
    return token


@cache
def _all_syllables() -> frozenset[str]:
    """Return the syllables of pinyin and of Wade–Giles."""
    return frozenset((*_pinyin(), *_wade()))


def _may_be_cut(token: str, table: Container[str]) -> bool:
    """Return whether two or three syllables of a table make up a word; few words pass this
    check.
    """
    size = len(token)
    firsts = [length for length in range(1, min(size, 7)) if token[:length] in table]
    lasts = [size - end for end in range(1, size) if token[end:] in table] if firsts else []
    return any(
        first + last == size or token[first : size - last] in table
        for first in firsts
        for last in lasts
        if first + last <= size
    )


def _cut(token: str, table: Container[str], *, short: bool = False) -> list[str]:
    """Return two or three syllables that make up a word, the longest (or shortest) first."""
    for count in (2, 3):
        parts = _parts(token, table, count, short=short)
        if parts:
            return parts
    return []


def _parts(token: str, table: Container[str], count: int, *, short: bool) -> list[str]:
    if count == 1:
        return [token] if token in table else []
    lengths = range(1, min(len(token), 7))
    for length in lengths if short else reversed(lengths):
        if token[:length] in table:
            rest = _parts(token[length:], table, count - 1, short=short)
            if rest:
                return [token[:length], *rest]
    return []


_SOMALI = re.compile(
    "^c(?:abd[aeiu]|abdu?$|aal|aash|aamir|ali$|umar$|usmaan|ismaan|iise|ilmi$|igaal|awa+l|ab?bd)"
    "|aaciil|aamac$|imcaale|^x(?:a[lrsw]|aa|uu|us|irsi)|^axm|maxa|maxm|raxm|raxi|aax|arax$|saxr|uux"
    "|yaxy|muxu|muxi"
)
_AYN = re.compile("^c(?=[aiu])|c(?=[aeiou]|$)(?<=[aeiou]c)")
_TWICE = re.compile("([aeiou])\\1")
_MISREAD = re.compile("(?<=[a-z])[015](?=[a-z])(?<=[a-z]{2}[015])|(?<=[a-z])[015](?=[a-z]{2})")
_LETTERS = {"0": "o", "1": "l", "5": "s"}
_SURNAME = re.compile("(?:[iy]an)(?:ts|tz|c|z)?$")
_HARD = parse_pairs(
    """
    tsch=C dzh=C tch=C dj=C ch=C j=C dz=T ts=T tz=T kh=X gh=X ph=p th=t sch=S sh=S ou=u oo=u w=v
    y=i b=p g=k q=k X=k d=t h=
    """
)
_NOT_ARMENIAN = frozenset("gillian killian christian cristian kristian sebastian".split())
_GEORGIAN = re.compile("(?:dze|dse|shvili|schwili|schvili|chvili)$")
_GEORGIAN_FIRST = parse_pairs(
    """
    dsch=J dzh=J tsch=C tch=C dj=J j=J schwili=Svili chvili=Svili sch=S sh=S
    """
)
_GEORGIAN_LEVELS = parse_pairs(
    """
    dse=ze dz=z ts=z tz=z kh=h gh=g q=k w=v ph=p th=t y=i s=z h=
    """
)
_DOUBLES = re.compile(r"(.)\1+")
_CHINESE = re.compile("ng|x|q|uo|ao|^[a-z]{1,6}(?:fan|lan|nan|pan|tan)$")
_KANA = re.compile("(?>(?:[kgnhbpmr]y|sh|ch|ts|[sztj]y|[kgsztdnhbpmrwfjy])?[aeiou]|n(?![aeiou]))++")
_KUNREI = re.compile("s[iy]|t[iuy]|hu|z[iy]|sh|ch|ts|f|j")
_HEPBURN = parse_pairs(
    """
    tsi=chi sy=sh ty=ch zy=j jy=j si=shi ti=chi tu=tsu zi=ji hu=fu tch=ch ou=o oo=o uu=u
    """
)
_SHU = re.compile("(?<![sc])hu")


def respell(word: str) -> str:
    """Return a word in Somali orthography in its English spelling, and other words as they are.

    `xasan` gives `hasan`, and `cabdiraxmaan` gives `abdirahman`. Digits that were misread for
    letters are corrected (`br0wne`).
    """
    if not word.isalpha():
        word = _MISREAD.sub(lambda match: _LETTERS[match[0]], word)
    if ("x" not in word and "c" not in word) or not _SOMALI.search(word):
        return word
    return _TWICE.sub(r"\1", _AYN.sub("", word).replace("x", "h"))


def armenian_key(word: str) -> str:
    """Return the key of an Armenian family name, which is equal for both dialects; empty for other
    words.

    `papoyan` and `baboian` share a key.
    """
    if len(word) < 6 or not _SURNAME.search(word) or word in _NOT_ARMENIAN or _CHINESE.search(word):
        return ""
    for spelled, heard in _HARD:
        word = word.replace(spelled, heard)
    return _DOUBLES.sub(r"\1", word)


def georgian_key(word: str) -> str:
    """Return the key of a Georgian family name in -dze or -shvili; empty for other words.

    `javakhishvili` and `dschawachischwili` share a key.
    """
    if len(word) < 7 or not _GEORGIAN.search(word):
        return ""
    german = "sch" in word or "w" in word
    for spelled, heard in (*_GEORGIAN_FIRST, ("ch", "h" if german else "C"), *_GEORGIAN_LEVELS):
        word = word.replace(spelled, heard)
    return _DOUBLES.sub(r"\1", word)


def japanese_key(word: str) -> str:
    """Return the Hepburn spelling of a Japanese word of three or more syllables; empty for others.

    `keniti` and `kenichi` share a key.
    """
    if not 5 <= len(word) <= 16 or not _KUNREI.search(word) or not _KANA.fullmatch(word):
        return ""
    if sum(map(word.count, "aeiou")) < 3:
        return ""
    for spelled, heard in _HEPBURN:
        word = _SHU.sub("fu", word) if spelled == "hu" else word.replace(spelled, heard)
    return word


def is_japanese_spelling(word: str) -> bool:
    """Return True if a lower-case word consists of syllables of Japanese."""
    return bool(_KANA.fullmatch(word))


def vw_key(word: str) -> str:
    """Return the sound code of a word with each w replaced by v (`parwin`, `parveen`); empty for a
    word without v and w.

    The two are one letter in languages from the Vistula to the Indus.
    """
    if len(word) < 4 or not ("v" in word or "w" in word):
        return ""
    return sound_code(word.replace("w", "v"))
