"""Names of groups, companies and ships taken apart: acronyms, trade names, other scripts, former names."""

from __future__ import annotations

import re
from functools import lru_cache

from resolver.ingest.text.list_name_forms import (
    AKA,
    BRACKET,
    FORMER,
    MAX_NAME,
    ROLE,
    Forms,
    Gathering,
    aside,
    foreign,
    plain,
    unquoted,
)
from resolver.ingest.text.list_names import script_of
from resolver.ingest.text.name_words import is_country, is_legal_form

_ACRONYM = re.compile(r"[^\W_][\w&./’'-]{1,14}")
_GENERIC = frozenset(("SEZ", "NGO", "JSC", "LLC", "SOE", "HQ", "HK"))


@lru_cache(maxsize=8_192)
def group_forms(text: str) -> Forms:
    """Take the name of a group, company or ship apart."""
    forms = Gathering()
    bare = plain(text)
    if len(bare) > MAX_NAME:
        forms.name = bare
        return forms.finished()
    bare, scripts = foreign(bare)
    first, *others = re.split(r"\s+/\s+|\s*;\s*", bare)
    first = aside(first, forms)
    forms.name = _without_brackets(first, forms)
    for other in others:
        forms.aliases.append(_without_brackets(plain(other), forms))
    forms.aliases += [*forms.weak, *scripts]
    forms.weak.clear()
    return forms.finished()


def _without_brackets(text: str, forms: Gathering) -> str:
    """A group's name without brackets that hold other names; those that tell it apart (a country, a branch) stay."""
    kept, end = "", 0
    short = False
    for match in BRACKET.finditer(text):
        inner, after = match[1].strip(), text[match.end() :]
        last = not BRACKET.sub("", after).strip(" .,’”»") or is_legal_form(after)
        if (
            _is_acronym(unquoted(inner))
            and (short or not last)
            and not (inner in _GENERIC or is_country(inner))
        ):
            # it shortens the words before it, not the whole name
            if not short:
                forms.aliases.append(f"{inner} {BRACKET.sub('', after).strip()}")
            short = True
        elif not _take(inner, text, last, forms):
            continue
        kept += text[end : match.start()]
        end = match.end()
    return " ".join((kept + text[end:]).split()).strip(" ,")


def _take(inner: str, text: str, last: bool, forms: Gathering) -> bool:
    """Whether what stands in brackets was taken as a name of its own."""
    if former := FORMER.match(inner):
        forms.previous += [
            unquoted(part) for part in re.split(r"\s*;\s*|\s*,\s*(?=[‘“])", inner[former.end() :])
        ]
        return True
    words = unquoted(AKA.sub("", inner))
    parts = [unquoted(part) for part in re.split(r"\s*[;,]\s*|\s+or\s+|\s+and\s+", words)]
    if script_of(words) != script_of(BRACKET.sub(" ", text)) and script_of(words):
        forms.aliases += [part.strip() for part in words.split(";")]
        return True
    if is_country(words) or is_legal_form(words) or words in _GENERIC:
        return False
    if all(map(_is_acronym, parts)):
        forms.abbreviations += parts
        return True
    if words != inner and not ROLE.search(words):
        forms.aliases += parts if not re.search(r"\b(?:co|inc|ltd)\b", words, re.I) else [words]
        return True
    if (
        last
        and words[:1].isupper()
        and not ROLE.search(words)
        and not re.match(r"(?:the|a|of|in)\b", words, re.I)
    ):
        forms.aliases += [unquoted(part) for part in words.split(";")]
        return True
    return False


def _is_acronym(text: str) -> bool:
    """`GosNIImash`, `IRGC SSJO`, `514 ARZ`: one word with capitals in it, or a few short ones."""
    words = text.split()
    if len(words) > 1 and (max(map(len, words)) > 4 or any(map(str.islower, text))):
        return False
    capitals = sum(map(str.isupper, text))
    return (
        bool(words)
        and capitals >= 2
        and all(_ACRONYM.fullmatch(word) or word.isdigit() for word in words)
    )
