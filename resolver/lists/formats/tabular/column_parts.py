"""Read the name of a column that no table of names holds, by the words it is made of.

Offices write the same few ideas in thousands of ways: `Dt. Nasc.`, `Data urodz.`, `Születési idő`.
`column_parts.tsv` says which idea a word stands for in a language: `birth`, `date`, `passport`.
A word that ends with `-` stands for all words that begin with it. `_RULES` says which property the
ideas of a name make together, whatever their order. The idea `block` is of facts that are no
property of a person, such as the end of a visa, and `partner` of other persons. A name with one of
them has no property. The ideas `filler` and `holder` add nothing to others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from resolver.data import load_rows
from resolver.runtime.text_cache import cache_short_texts

ENGLISH = "English"
REGISTER = "register"
"""Stands for a number that an office gave to the holder. It is the id of the row, if no two rows
have the same number.
"""
HOLDER = "holder"
"""Stands for a column that may be the name if no other is: one that is named by the person it is
about, such as `Passenger`, or `Name` beside an unknown word."""
# Letters that Unicode does not decompose, and variants of one letter.
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "ʼ": "'", "ي": "ی", "ك": "ک"}
)
# Combining marks of Latin, Greek, Cyrillic, Hebrew and Arabic; combining marks of other scripts are
# letters.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u0655]")
_SILENT = frozenset(("filler", HOLDER))
_OTHERS = frozenset(("block", "partner"))
_PARENTS = frozenset(("father", "mother"))
_NAMES = frozenset(("name", "surname?", "given?"))
_ORDINALS = {"last": "family", "first": "given"}
"""Ideas that mean a part of a name if they are alone or beside `name`. Beside an unknown word they
say when.
"""
_OF_PARENTS = _PARENTS | _NAMES | {"relation", "family", "given", "whole"}
_COMPOUNDING = frozenset(
    "German;Dutch;Swedish;Danish and Norwegian;Hungarian;Chinese;Japanese;Korean".split(";")
)
"""Languages that write several ideas as one word."""
_LONGEST_PART = 20
"""Letters of the longest part of a compound that is looked for."""
_LEAST_PART, _LEAST_SHORT, _LEAST_SKELETON = 3, 3, 4
"""Minimum number of letters of a part of a compound in letters, of a word cut by a full stop, and
of a word without its vowels.
"""
_MOST_LETTERS, _MOST_WORDS, _MOST_READINGS = 120, 12, 64
"""Longer names are sentences; names with more readings say nothing."""
_WORD = re.compile(r"[^\s./,;:()（）\[\]【】&+*]+\.?")
_AND = re.compile(r"[&,+]|\b(?:and|et|y|e|und|en|ve|i|и|та|și|και|و|dan|na|och|og|és|a)\b", re.I)
_CHOICE = re.compile(r"[/|]|\b(?:or|ou|oder|или|або|veya|lub|of|או|أو|یا)\b", re.I)
_VOWELS = re.compile("[aeiou]")


@dataclass(frozen=True, slots=True)
class _Rule:
    """Ideas that make a property; `spare`: most words of the name that may be unknown."""

    needed: frozenset[str]
    prop: str
    spare: int
    without: frozenset[str]


def _rule(needed: str, prop: str, spare: int = 0, without: str = "") -> _Rule:
    return _Rule(frozenset(needed.split()), prop, spare, frozenset(without.split()))


_RULES = (
    # one word of some languages means both the sex and the kind of a document
    _rule("gender paper", "", 2),
    _rule("gender passport", "", 2),
    _rule("email", "email", 2),
    _rule("phone", "phone", 2, "date"),
    _rule("dead date", "deathDate", 1),
    _rule("birth date", "birthDate", 2, "place country"),
    _rule("birth place", "birthPlace", 2, "date"),
    _rule("place from", "birthPlace", 1, "date"),
    _rule("birth country", "birthCountry", 1, "date"),
    _rule("birth family", "previousName", 1),
    _rule("birth name", "previousName", 1),
    _rule("birth paper", "idNumber", 0),
    _rule("birth", "birthDate", 0, "number place"),
    _rule("previous name", "previousName", 1),
    _rule("previous family", "previousName", 1),
    _rule("alias", "alias", 1, "date number"),
    _rule("other name", "alias", 1),
    _rule("other family", "alias", 1),
    _rule("paper travel", "passportNumber", 1, "date place country name family given"),
    _rule("passport", "passportNumber", 1, "date place country name family given"),
    _rule("social", "socialSecurityNumber", 0, "date"),
    _rule("paper", "idNumber", 1, "date place country name"),
    _rule("record id", "id", 0, "date place country name"),
    _rule("id", "idNumber", 0, "date place country name"),
    _rule("tax", "taxNumber", 1, "date profession"),
    _rule("nationality", "nationality", 1, "number date"),
    _rule("country address", "country", 1),
    _rule("country from", "country", 1),
    _rule("country", "country", 0, "number date paper passport"),
    _rule("gender", "gender"),
    _rule("zip", "address.postalCode", 1),
    _rule("street", "address.street", 1),
    _rule("address", "address", 2, "date number position"),
    _rule("whole name", "name", 1),
    _rule("family given", "name", 1),
    _rule("family given?", "name", 1),
    _rule("surname? given", "name", 1),
    _rule("family", "lastName", 1, "number date"),
    _rule("given", "firstName", 1, "number date"),
    _rule("surname?", "surname?", 0, "number date place country"),
    _rule("given?", "given?", 0, "number date place country"),
    _rule("name", "name", 0, "number date place country"),
    _rule("profession", "profession", 1, "place number date"),
    _rule("position", "position", 2),
    _rule("notes", "notes", 1),
    _rule("record number", "id", 0),
    _rule("record", REGISTER, 0, "date place country"),
    _rule("register", REGISTER, 0),
)
"""Rules, of which the first that fits counts."""


@cache_short_texts(8_192)
def normalize_column_name(column: str) -> str:
    """Return a column's name in lower case with underscores, without accents.

    `birthPlace`, `Birth Place` and `birth-place` become equal.
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", words.casefold().translate(_LETTERS)))
    return re.sub(r"[\W_]+", "_", unicodedata.normalize("NFC", plain)).strip("_").casefold()


@cache_short_texts(4_096)
def read_parts(name: str, languages: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the property of a column's name by language, as far as its words are known.

    Only the languages that know most of its words are returned. `languages`: languages to
    try; by default all.
    """
    words = _spell(name)
    readings = {
        language: reading
        for language in languages or _lexicons()
        if (reading := _read(words, language)) is not None
    }
    least = min((unknown for _, unknown in readings.values()), default=0)
    found = {}
    for language, (choices, unknown) in readings.items():
        props = {_property(ideas, unknown, name) for ideas in choices}
        if unknown == least and len(props - {""}) == 1:
            found[language] = max(props)
    return found


def is_other_fact(name: str, languages: Iterable[str]) -> bool:
    """Return whether a name is known in a language to be of a fact that is no property of the
    person: a date of issue, the telephone of a relative.
    """
    words = _spell(name)
    readings = [_read(words, language) for language in languages if words]
    return any(choice & _OTHERS for reading in readings if reading for choice in reading[0])


def _spell(name: str) -> list[tuple[str, bool]]:
    """Return the words of a name, and whether a full stop follows each; none of a sentence."""
    if len(name) > _MOST_LETTERS:
        return []
    spelled = [(normalize_column_name(word), word.endswith(".")) for word in _WORD.findall(name)]
    words = [(word, is_short) for word, is_short in spelled if word]
    return words if len(words) <= _MOST_WORDS else []


def _property(ideas: frozenset[str], unknown: int, name: str) -> str:
    """Return the property of some ideas beside some unknown words, or an empty text."""
    said = ideas - _SILENT
    if said & _OTHERS or (said & _PARENTS and not said <= _OF_PARENTS):
        return ""
    if said & _PARENTS:
        both = said >= _PARENTS or unknown > 1
        return "" if both else "fatherName" if "father" in said else "motherName"
    if not said:
        return HOLDER if HOLDER in ideas and not unknown else ""
    if said in ({"number"}, {"id"}) and HOLDER in ideas and not unknown:
        return REGISTER
    ordinals = {part for idea, part in _ORDINALS.items() if idea in said}
    if ordinals and (said & _NAMES or not unknown):
        said |= ordinals
    if said & _NAMES:
        said |= {"name"}
        if said & {"family", "given"} and _AND.search(name):
            return "name" if unknown < 2 else ""
    if {"passport", "paper"} <= said and "travel" not in said and _CHOICE.search(name):
        said -= {"passport"}
    for rule in _RULES:
        if rule.needed <= said and not rule.without & said:
            if unknown == rule.spare + 1 and rule.prop in _NAMES:
                return HOLDER
            return rule.prop if unknown <= rule.spare else ""
    return ""


def _read(
    words: Sequence[tuple[str, bool]], language: str
) -> tuple[list[frozenset[str]], int] | None:
    """Return the ideas of a name in a language, in each way to read them, and the number of its
    unknown words; None if the language knows no word of it.
    """
    own, english = (_lexicons()[name] for name in (language, ENGLISH))
    readings: list[list[frozenset[str]]] = []
    unknown, is_known = 0, False
    for word, is_short in words:
        joined = word.replace("_", "")
        for part in [joined] if own.has(joined) else word.split("_"):
            found = own.look_up(part, is_short)
            is_known = is_known or bool(found)
            found = found or english.look_up(part, is_short)
            if found:
                readings.append(found)
            elif len(part) > 1 and not part.isdigit():
                unknown += 1
    count = 1
    for choices in readings:
        count *= len(choices)
    if not is_known or count > _MOST_READINGS:
        return None
    return [frozenset().union(*choice) for choice in product(*readings)], unknown


class _Lexicon:
    """Ideas of the words of a language."""

    def __init__(self, rows: Iterable[tuple[str, str]], language: str) -> None:
        self._whole: dict[str, set[str]] = {}
        self._begins: dict[str, set[str]] = {}
        for word, idea in rows:
            table = self._begins if word.endswith("-") else self._whole
            table.setdefault(word.removesuffix("-"), set()).add(idea)
        self._compounds = language in _COMPOUNDING
        self._skeletons: dict[str, list[str]] = {}
        """Words by what is left of them without vowels."""
        if language == ENGLISH:
            for word in self._whole:
                self._skeletons.setdefault(_VOWELS.sub("", word), []).append(word)

    def has(self, word: str) -> bool:
        """Return whether a whole word is listed."""
        return word in self._whole

    def look_up(self, word: str, is_short: bool) -> list[frozenset[str]]:
        """Return the sets of ideas that a word may stand for; none if it is not known."""
        bare = word.removeprefix("و").removeprefix("لل").removeprefix("ال")
        if self._compounds and word not in self._whole and (parts := self._split(word)):
            return [parts]
        if ideas := self._ideas(word) or self._ideas(word.removeprefix("ال")) or self._ideas(bare):
            return [frozenset((idea,)) for idea in sorted(ideas)]
        if is_short and len(word) >= _LEAST_SHORT:
            words = (*self._whole.items(), *self._begins.items())
            ideas = {idea for long, found in words if long.startswith(word) for idea in found}
        elif len(word) >= _LEAST_SKELETON:
            ideas = {
                idea
                for long in self._skeletons.get(word, ())
                if len(long) > len(word) + 1
                for idea in self._whole[long]
            }
        if not ideas and len(word) >= _LEAST_PART and (is_short or _lacks_vowels(word)):
            ideas = {
                idea
                for long, found in (*self._whole.items(), *self._begins.items())
                if _contracts(word, long)
                for idea in found
            }
        return [frozenset((idea,)) for idea in sorted(ideas)]

    def _ideas(self, word: str) -> set[str]:
        """Return the ideas of a word itself, or else of the longest beginning that is listed.

        In languages with compounds, the beginning must be most of the word.
        """
        if word in self._whole:
            return self._whole[word]
        least = len(word) // 2 + 1 if self._compounds else 1
        ends = range(len(word), least - 1, -1)
        return next((self._begins[word[:end]] for end in ends if word[:end] in self._begins), set())

    def _split(self, word: str) -> frozenset[str]:
        """Return the ideas of the parts of a compound, if they make up nearly all of it."""
        ideas: set[str] = set()
        at = missing = 0
        while at < len(word):
            for end in range(min(len(word), at + _LONGEST_PART), at, -1):
                part = word[at:end]
                found = self._whole.get(part) or self._begins.get(part)
                is_end = end == len(word) and found == {"number"}
                is_long = len(part) >= _LEAST_PART or not part.isascii() or is_end
                if found and len(found) == 1 and is_long:
                    ideas |= found
                    at = end
                    break
            else:
                at += 1
                missing += 1
        return frozenset(ideas) if 4 * missing <= len(word) else frozenset()


def _contracts(short: str, long: str) -> bool:
    """Return whether a word is another one without letters in its middle, as `Tfno.` and `Ctznship`
    are. At least a third of the letters must be left.
    """
    letters = iter(long)
    is_framed = short[0] == long[0] and short[-1] == long[-1]
    is_long = len(short) < len(long) < 3 * len(short)
    return is_framed and is_long and all(letter in letters for letter in short)


def _lacks_vowels(word: str) -> bool:
    """Return whether a word in Latin letters has too few vowels to be one."""
    is_long = len(word) >= _LEAST_SKELETON and word.isascii() and word.isalpha()
    return is_long and 5 * len(_VOWELS.findall(word)) <= len(word)


@cache
def _lexicons() -> dict[str, _Lexicon]:
    """Return the words of each language, English first."""
    rows: dict[str, list[tuple[str, str]]] = {ENGLISH: []}
    for language, idea, word in load_rows("column_parts"):
        plain = "".join(normalize_column_name(word).split("_")) + (
            "-" if word.endswith("-") else ""
        )
        rows.setdefault(language, []).append((plain, idea))
    return {language: _Lexicon(words, language) for language, words in rows.items()}
