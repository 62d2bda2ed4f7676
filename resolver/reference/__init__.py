"""Tables from libraries: characters of Unicode and territories.

- Character classes (scripts, word boundaries) follow one version of Unicode, whatever the version
  of Python.
- Tokens of names: spaces, punctuation and symbols separate them. Marks, modifier letters, full
  stops and apostrophes are removed, so `O'Brien` and `U.S.A.` are one token each.
- Folded texts in ASCII letters: alphabets are written letter by letter, other scripts by ICU.
  Cyrillic words follow Ukrainian or Serbian spelling if they have a letter that only this language
  has. Greek words follow the pronunciation of pairs of letters.
- Territories: countries, their parts, and former states, by code and by name in any language.
"""

from __future__ import annotations

import lzma
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from resolver.data import FOLDER
from resolver.runtime.icu import Transliterator

RIGOUR_VERSION = "2.6.1"
"""Version of `rigour` whose names, legal forms and territories the tables hold."""
FTM_VERSION = "4.11.2"
"""Version of FollowTheMoney whose model the tables hold."""


@cache
def read_table(name: str) -> dict[str, Any]:
    """Return the content of `name.json`. Shared: callers must not change it."""
    table: dict[str, Any] = orjson.loads((FOLDER / f"{name}.json").read_bytes())
    return table


def read_person_names() -> str:
    """Return lines `form, form, form => id`: spellings of given and family names (10 MB)."""
    return lzma.decompress((FOLDER / "person_names.txt.xz").read_bytes()).decode("utf-8")


_ASCII_LETTER = re.compile("[A-Za-z]")
_ASCII_START = re.compile("(?<![0-9A-Za-z_])(?=.)", re.DOTALL)
_LEFT_OUT, _BETWEEN = 0, 1
"""Answers of the table `in_tokens`; others are characters of tokens."""


class _Answers(dict[int, int]):
    """Answers of a table by code point, each looked up once."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._starts, self._answers = read_table("characters")[name]

    def __missing__(self, point: int) -> int:
        answer: int = self._answers[bisect_right(self._starts, point) - 1]
        self[point] = answer
        return answer


class _TokenLetters(dict[int, int | None]):
    """Translation of a text to its tokens with spaces between them."""

    def __init__(self) -> None:
        super().__init__()
        self._answers = _Answers("in_tokens")

    def __missing__(self, point: int) -> int | None:
        answer = self._answers[point]
        self[point] = None if answer == _LEFT_OUT else ord(" ") if answer == _BETWEEN else point
        return self[point]


_token_letters = cache(_TokenLetters)
_word_letters = cache(lambda: _Answers("in_words"))
_letter_scripts = cache(lambda: _Answers("script_of"))


def tokenize_name(text: str) -> list[str]:
    """Return the tokens of a name as they are written; the list may be empty."""
    return text.translate(_token_letters()).split()


def phrase_form(text: str) -> str:
    """Return a text in the form of the phrase tables: folded tokens with single spaces."""
    return " ".join(tokenize_name(text.casefold()))


def word_starts(text: str) -> list[int]:
    """Return the positions of a sign that has no letter or digit before it."""
    pattern = _ASCII_START if text.isascii() else _word_start()
    return [match.start() for match in pattern.finditer(text)]


@cache
def _word_start() -> re.Pattern[str]:
    return re.compile(f"(?<![{character_class('in_words')}])(?=.)", re.DOTALL)


def character_class(name: str) -> str:
    """Return the characters that are in a table, as ranges of a character class."""
    starts, answers = read_table("characters")[name]
    return "".join(
        f"\\U{first:08x}-\\U{last - 1:08x}"
        for first, last, answer in zip(starts, [*starts[1:], 0x110000], answers, strict=True)
        if answer
    )


def is_word_end(text: str, place: int) -> bool:
    """Return whether there is no letter or digit at a position."""
    return place == len(text) or not _word_letters()[ord(text[place])]


def text_scripts(text: str) -> set[str]:
    """Return the scripts of the letters and digits of a text by their Unicode names.

    Characters that all scripts share do not count, so that a text of digits has none.
    """
    if text.isascii():
        return {"Latin"} if _ASCII_LETTER.search(text) else set()
    names, script_of = read_table("characters")["scripts"], _letter_scripts()
    return {names[number] for letter in set(text) if (number := script_of[ord(letter)])}


_ALPHABETS = frozenset(("Latin", "Cyrillic", "Greek", "Armenian", "Georgian", "Hangul"))
_ANY_SCRIPT = (
    "Any-Latin; NFKD; [:Nonspacing Mark:] Remove; Accents-Any; [:Symbol:] Remove; "
    "[:Nonspacing Mark:] Remove; Latin-ASCII"
)
_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC, _GREEK = re.compile("[\u0400-\u052f]"), re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_UKRAINIAN, _SERBIAN = re.compile("[єіїўґ]"), re.compile("[ђѓѕјљњћќџ]")
_IN_UKRAINIAN = str.maketrans({"г": "h", "и": "y"})
_IN_SERBIAN = str.maketrans({"ж": "z", "ц": "c", "ч": "c", "ш": "s", "х": "h"})
_ENDING, _RUSSIAN_ENDING = re.compile("ый$"), re.compile("[иы]й$")
_ACCENTS = re.compile("[\u0300-\u0307\u0309-\u036f]")
_ARMENIAN_PAIR = re.compile("\u0578\u0582")
_GREEK_PAIRS = (
    (re.compile("^μπ"), "b"),
    (re.compile("^ντ"), "d"),
    (re.compile("^γκ"), "g"),
    (re.compile("μπ"), "mb"),
    (re.compile("γκ"), "ng"),
    (re.compile("γ(?=[γξχ])"), "n"),
    (re.compile("αυ"), "av"),
    (re.compile("ευ"), "ev"),
    (re.compile("(?<=[αεηιουϊϋ])[υϋ]"), "u"),
)


def is_alphabetic(text: str) -> bool:
    """Return whether all letters of a text belong to alphabets that are written letter by
    letter.
    """
    return text.isascii() or text_scripts(text) <= _ALPHABETS


def fold_to_ascii(text: str) -> str:
    """Return an alphabetic text (`is_alphabetic`) folded, in ASCII letters.

    Letters and signs without an ASCII form become question marks.
    """
    if text.isascii():
        return text.casefold()
    spelled = _transform("Hangul-Latin").transliterate(text) if _HANGUL.search(text) else text
    spelled = _WORD.sub(lambda match: _spell(match[0]), spelled).translate(_letters())
    if spelled.isascii():
        return spelled.casefold()
    return transliterate(text).casefold()


def transliterate(text: str) -> str:
    """Return a text of any script in ASCII letters; characters without an ASCII form become
    question marks.
    """
    if text.isascii():
        return text
    return _transform(_ANY_SCRIPT).transliterate(text).encode("ascii", "replace").decode("ascii")


def _spell(word: str) -> str:
    """Return a word in which letters whose ASCII form depends on the word are replaced."""
    if _CYRILLIC.search(word):
        word = word.lower()
        if _UKRAINIAN.search(word):
            return _ENDING.sub("y", word).translate(_IN_UKRAINIAN)
        if _SERBIAN.search(word):
            return word.translate(_IN_SERBIAN)
        return _RUSSIAN_ENDING.sub("y", word)
    if _GREEK.search(word):
        word = _without_accents(word.lower())
        for pattern, form in _GREEK_PAIRS:
            word = pattern.sub(form, word)
    return _ARMENIAN_PAIR.sub("u", word)


def _without_accents(word: str) -> str:
    """Return a word without marks, except marks that separate two vowels."""
    letters = _ACCENTS.sub("", unicodedata.normalize("NFD", word))
    return unicodedata.normalize("NFC", letters)


@cache
def _transform(identifier: str) -> Transliterator:
    return Transliterator(identifier)


@cache
def _letters() -> dict[int, str]:
    table: dict[str, str] = read_table("characters")["ascii"]
    return {ord(letter): form for letter, form in table.items()}


_OMITTED_LETTERS = frozenset(".()[],;:_-/ʻ'’")
_HAN = re.compile("[\u4e00-\u9fff]{2,}")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\ufeff\u00ad\u2060-\u2064]")
_SPACES = re.compile(r"[\s\u2028\u2000-\u200a\u2029\u0a00\u1680\u202f\u205f\u3000]+")


@dataclass(frozen=True, slots=True)
class Territory:
    """Country, part of a country, or former state. Codes are in lower case, such as `ru` or
    `us-nd`.

    `successors`: codes of the states that followed a former state. `places`: cities and regions
    whose name is read as the territory when a country is expected.
    """

    code: str
    name: str
    full_name: str
    alpha3: str = ""
    parent: str = ""
    is_ftm: bool = False
    is_historical: bool = False
    successors: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def find_territory(code: str) -> Territory | None:
    """Return the territory of a code of any standard, except those of Wikidata."""
    return _by_code().get(_clean_code(code))


def find_by_identifier(code: str) -> Territory | None:
    """Return the territory of a code of any standard, those of Wikidata included."""
    return _by_identifier().get(_clean_code(code))


def lookup_territory(text: str) -> Territory | None:
    """Return the territory of a code or name; None if there is none."""
    territory = find_by_identifier(text)
    if territory is None:
        code = read_table("territories")["names"].get(lookup_form(text))
        territory = None if code is None else _by_code()[code]
    return territory


def territory_code(text: str) -> str:
    """Return the code of a territory by its name or a code; empty if there is none."""
    territory = lookup_territory(text)
    return "" if territory is None else territory.code


def territory_name(code: str) -> str:
    """Return the English name of the territory of a code; empty if there is none."""
    territory = find_territory(code)
    return "" if territory is None else territory.name


def all_territories() -> tuple[Territory, ...]:
    """Return all territories, each once, ordered by code."""
    return tuple(sorted(set(_by_code().values()), key=lambda territory: territory.code))


def ftm_country(territory: Territory) -> str:
    """Return the country of a territory as FollowTheMoney names it; empty if it has none."""
    while not territory.is_ftm:
        if not territory.parent:
            return ""
        territory = _by_code()[territory.parent]
    return territory.code


def han_territories() -> dict[str, str]:
    """Return the territories named in Chinese characters alone → their English names."""
    return {
        name: _by_code()[code].name.lower()
        for name, code in read_table("territories")["names"].items()
        if _HAN.fullmatch(name)
    }


def _clean_code(code: str) -> str:
    return code.lower().replace("_", "-").strip()


def lookup_form(name: str) -> str:
    """Return the form in which names are compared: folded, in ASCII letters if these exist."""
    form = fold_to_ascii(name) if is_alphabetic(name) else name
    letters = [
        letter if _is_part(letter) else " "
        for letter in unicodedata.normalize("NFKC", form).casefold()
        if letter not in _OMITTED_LETTERS
    ]
    return _SPACES.sub(" ", _INVISIBLE.sub("", "".join(letters))).strip(" ")


def _is_part(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter).startswith("M")


@cache
def _by_code() -> dict[str, Territory]:
    facts: list[dict[str, Any]] = read_table("territories")["territories"]
    territories = {item["code"]: _read_territory(item) for item in facts}
    for item in facts:
        codes = [*item.get("other_codes", ()), item.get("alpha3")]
        territories |= {code: territories[item["code"]] for code in codes if code}
    return territories


def _read_territory(item: dict[str, Any]) -> Territory:
    return Territory(
        code=item["code"],
        name=item["name"],
        full_name=item["full_name"],
        alpha3=item.get("alpha3", ""),
        parent=item.get("parent", ""),
        is_ftm=item.get("is_ftm", False),
        is_historical=item.get("is_historical", False),
        successors=tuple(item.get("successors", ())),
        places=tuple(item.get("places", ())),
    )


@cache
def _by_identifier() -> dict[str, Territory]:
    territories: dict[str, Territory] = {}
    by_code = _by_code()
    for item in read_table("territories")["territories"]:
        qids = [item["qid"], *item.get("other_qids", ())]
        codes = [item.get("alpha3"), *item.get("other_codes", ()), *map(_clean_code, qids)]
        territory = by_code[item["code"]]
        territories |= {code: territory for code in (territory.code, *codes) if code}
    return territories
