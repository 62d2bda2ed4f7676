"""Words in names that show the kind of the named entity, and names of countries in lists.

Only plain signs count: a legal form, a commercial or an institutional word, a title. A name without
any of them gives no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from resolver.data import load_words
from resolver.names.lexicons.legal_forms import find_legal_forms
from resolver.reference import all_territories
from resolver.runtime.text_cache import cache_short_texts

_COMPANY_WORDS = load_words("kind_words", use="company")
_GROUP_WORDS = load_words("kind_words", use="group")
# Forms that are also common words or parts of names count only with dots or at the end.
_DOUBTFUL_FORMS = load_words("kind_words", use="doubtful legal form")
# Company words that say nothing in the name of an armed group.
_WEAK_COMPANY_WORDS = load_words("kind_words", use="weak company word")
_ARMED_WORDS = load_words("kind_words", use="armed group")
_NUMERALS = frozenset(("ii", "iii", "iv"))
_OTHER_FORMS = re.compile(
    r"[ ,](?:S\.? ?L|S\. (?:EN|DE) \S.*|C\.A|E\.U|S\.P\.R\b.*|L\.?L\.?P|K\.K|P\.J\.S)\.?$"
)
_TOKEN = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")

_TITLES = load_words("titles", use="sign of a person")
_RETIREMENT_MARKS = frozenset(("(rtd)", "(rtd).", "(rtd.)", "(ret)", "(ret).", "(ret.)"))


@cache_short_texts(8_192)
def guess_group_schema(name: str) -> str:
    """Return `Company` or `Organization` if the words of a name show it; otherwise an empty
    text.
    """
    if is_armed_group(name):
        return "Organization"
    words = [word.casefold().rstrip(".") for word in _TOKEN.findall(name)]
    if _has_legal_form(name) or not _COMPANY_WORDS.isdisjoint(words):
        return (
            "Company" if _GROUP_WORDS.isdisjoint(words) or _has_legal_form(name) else "Organization"
        )
    return "" if _GROUP_WORDS.isdisjoint(words) else "Organization"


@cache_short_texts(8_192)
def is_armed_group(name: str) -> bool:
    """Return whether a name contains `group` and its other words are typical of armed groups.

    It is true for `Libyan Islamic Fighting Group`, `Commander Nazir Group` and `Islamic Group`. It
    is false for `Hamsho Group` and `Revolutionary Trading Group`, whose other words are typical of
    companies.
    """
    words = [word.casefold().rstrip(".") for word in re.findall(r"[^\W\d_]+", name)]
    if _WEAK_COMPANY_WORDS.isdisjoint(words) or _has_legal_form(name):
        return False
    if not _COMPANY_WORDS.isdisjoint(set(words) - _WEAK_COMPANY_WORDS):
        return False
    if "dhabi" in words:
        return False
    return not _ARMED_WORDS.isdisjoint(words) or set(words) <= {"islamic", "group", "the", "al"}


def guess_groups_schema(names: Iterable[str]) -> str:
    """Return the schema that the first name shows, or empty; but an armed group in any name
    wins.
    """
    names = list(names)
    if any(map(is_armed_group, names)):
        return "Organization"
    return next(filter(None, map(guess_group_schema, names)), "")


@cache_short_texts(8_192)
def _has_legal_form(name: str) -> bool:
    end = name.strip().casefold().rstrip(".")
    if _OTHER_FORMS.search(name):
        return True
    for form in find_legal_forms(name):
        plain = form.casefold()
        if plain in _NUMERALS:
            continue
        if (
            plain.rstrip(".") not in _DOUBTFUL_FORMS
            or ("." in plain[:-1] and len(plain) > 3)
            or end.endswith(" " + plain)
        ):
            return True
    return False


def is_legal_form(text: str) -> bool:
    """Return whether a text is nothing but a legal form (`Joint Stock Company`, `Pvt. Ltd.`)."""
    forms = find_legal_forms(text)
    return bool(forms) and len("".join(forms)) >= len(text.replace(" ", "")) * 0.8


def has_person_form(name: str) -> bool:
    """Return whether a name has the form of a person's name.

    It is two to seven words of letters, or a title and a word.
    """
    if re.search(r"\d|[&@/]|\.[A-Za-z]{2,}", name) or guess_group_schema(name):
        return False
    rest, title = split_title(name)
    words = _TOKEN.findall(rest)
    if not words or len(words) > 7 or any(_is_abbreviation(word) for word in words):
        return False
    return len(words) > 1 or bool(title)


def _is_abbreviation(word: str) -> bool:
    """Return whether a word looks like a company's abbreviation: letters without a vowel."""
    bare = word.replace(".", "").casefold()
    return (
        1 < len(bare) < 4
        and "." not in word
        and not re.search(r"[aeiouy]", bare)
        and bare not in ("jr", "sr", "st", "md")
    )


def split_title(name: str) -> tuple[str, str]:
    """Split a person's name into (name, titles before it). A name of titles only stays as it is."""
    words = name.split()
    count = 0
    while count < len(words) and _is_title(words[count]):
        count += 1
    while 0 < count < len(words) and words[count].casefold() in _RETIREMENT_MARKS:
        count += 1
    if not 0 < count < len(words):
        return name, ""
    return " ".join(words[count:]), " ".join(words[:count])


def is_title(text: str) -> bool:
    """Return whether a text consists only of titles (`Maulavi`, `Major General`)."""
    words = text.split()
    return bool(words) and all(map(_is_title, words))


def _is_title(word: str) -> bool:
    word = word.rstrip(".").casefold()
    return word in _TITLES or ("-" in word and all(part in _TITLES for part in word.split("-")))


@cache
def _countries() -> frozenset[str]:
    names = {
        name.casefold()
        for territory in all_territories()
        for name in (territory.name, territory.full_name)
    }
    return load_words("country_names") | (names - {""})


def is_country(text: str) -> bool:
    """Return whether a text is the English name of a country or territory, as lists write it."""
    return " ".join(text.split()).strip(" .").casefold().replace("’", "'") in _countries()


@cache_short_texts(8_192)
def country_at_end(place: str) -> str:
    """Return the country at the end of a place, or an empty text.

    Examples: `Sfax, Tunisia`; `Leningrad, USSR (now Russian Federation)`.
    """
    if match := re.search(r"\(?\bnow (?:[^()]{0,200}, )?([^(),]{1,100})\)?\s*$", place, re.I):
        last = match[1]
    else:
        last = re.sub(r"(?:(?<!\s)\s++)?\([^()]*\)\s*$", "", place).rsplit(",", 1)[-1]
        inner = re.search(r"\(([^()]+)\)\s*$", place)
        if not is_country(last) and inner:
            last = inner[1].rsplit(",", 1)[-1]
    last = last.strip(" .\"'")
    return last if is_country(last) else ""
