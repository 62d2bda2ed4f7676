"""Parsing names of groups, companies and ships: acronyms, trade names, scripts, former names."""

from __future__ import annotations

import re

from resolver.ingest.text.list_name_forms import (
    AKA,
    BRACKET,
    FORMER,
    MAX_NAME,
    ROLE,
    NameForms,
    NameFormsBuilder,
    split_other_scripts,
    split_trailing_names,
    strip_name_marks,
    strip_quotes,
)
from resolver.ingest.text.list_names import script_of
from resolver.ingest.text.name_words import is_country, is_legal_form
from resolver.ingest.text.repairs.line_breaks import join_line_breaks
from resolver.ingest.text.repairs.name_lists import split_group_list, strip_following
from resolver.records.prepared.text_cache import cache_short_texts

_SEPARATOR = re.compile(r"(?:(?<!\s)\s++)?[;,]\s*|(?<!\s)\s++(?:or|and)\s+")
_FORMER_SEPARATOR = re.compile(r";|,\s*(?=[‘“])")
_ACRONYM = re.compile(r"[^\W_][\w&./’'-]{1,14}")
_GENERIC = frozenset(("SEZ", "NGO", "JSC", "LLC", "SOE", "HQ", "HK"))


@cache_short_texts(8_192)
def parse_group_name(text: str) -> NameForms:
    """Parse the name of a group, company or ship."""
    forms = NameFormsBuilder()
    name, following = strip_following(strip_name_marks(join_line_breaks(text, is_person=False)))
    forms.notes += [following] if following else []
    if len(name) > MAX_NAME:
        forms.name = name
        return forms.build()
    name, scripts = split_other_scripts(name)
    parts = re.split(r"(?<!\s)\s++/\s+|(?:(?<!\s)\s++)?;\s*", name)
    first, *others = [strip_quotes(piece) for part in parts for piece in split_group_list(part)]
    first = split_trailing_names(first, forms)
    forms.name = _remove_brackets(first, forms)
    for other in others:
        forms.aliases.append(_remove_brackets(strip_name_marks(other), forms))
    forms.aliases += [*forms.weak_aliases, *scripts]
    forms.aliases = [name for alias in forms.aliases for name in split_group_list(alias)]
    forms.weak_aliases.clear()
    return forms.build()


def _remove_brackets(text: str, forms: NameFormsBuilder) -> str:
    """Remove brackets with other names of a group, not those with its country or branch."""
    name, end, has_short_form = "", 0, False
    for match in BRACKET.finditer(text):
        inner, after = match[1].strip(), text[match.end() :]
        is_last = not BRACKET.sub("", after).strip(" .,’”»") or is_legal_form(after)
        if (
            _is_acronym(strip_quotes(inner))
            and (has_short_form or not is_last)
            and not (inner in _GENERIC or is_country(inner))
        ):
            # The acronym shortens the words before it, not the whole name.
            if not has_short_form:
                forms.aliases.append(f"{inner} {BRACKET.sub('', after).strip()}")
            has_short_form = True
        elif not _add_bracket(inner, text, is_last, forms):
            continue
        name += text[end : match.start()]
        end = match.end()
    return " ".join((name + text[end:]).split()).strip(" ,")


def _add_bracket(inner: str, text: str, is_last: bool, forms: NameFormsBuilder) -> bool:
    """Add the names in a bracket to the forms; return whether there were any."""
    if former := FORMER.match(inner):
        names = inner[former.end() :]
        forms.previous_names += _split_quoted(_FORMER_SEPARATOR, names)
        return True
    words = strip_quotes(AKA.sub("", inner))
    parts = _split_quoted(_SEPARATOR, words)
    if script_of(words) != script_of(BRACKET.sub(" ", text)) and script_of(words):
        forms.aliases += [part.strip() for part in words.split(";")]
        return True
    if is_country(words) or is_legal_form(words) or words in _GENERIC:
        return False
    if all(map(_is_acronym, parts)):
        forms.abbreviations += parts
        return True
    if ROLE.search(words):
        return False
    if words != inner:
        forms.aliases += parts if not re.search(r"\b(?:co|inc|ltd)\b", words, re.I) else [words]
        return True
    if is_last and words[:1].isupper() and not re.match(r"(?:the|a|of|in)\b", words, re.I):
        forms.aliases += map(strip_quotes, words.split(";"))
        return True
    return False


def _split_quoted(separator: re.Pattern[str], text: str) -> list[str]:
    return [strip_quotes(part) for part in separator.split(text)]


def _is_acronym(text: str) -> bool:
    """Return whether a text is an acronym: one word with capitals in it, or a few short words.

    Examples: `GosNIImash`, `IRGC SSJO`, `514 ARZ`.
    """
    words = text.split()
    if len(words) > 1 and (max(map(len, words)) > 4 or any(map(str.islower, text))):
        return False
    capitals = sum(map(str.isupper, text))
    return (
        bool(words)
        and capitals >= 2
        and all(_ACRONYM.fullmatch(word) or word.isdigit() for word in words)
    )
