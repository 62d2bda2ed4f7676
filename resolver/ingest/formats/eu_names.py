"""The name columns of the EU's annexes."""

from __future__ import annotations

import re

from resolver.ingest.text.group_names import group_forms
from resolver.ingest.text.list_dates import read_dates
from resolver.ingest.text.list_name_forms import Forms
from resolver.ingest.text.list_names import is_capitals, script_of, split_items
from resolver.ingest.text.person_names import person_forms
from resolver.ingest.text.record_draft import Draft

_PATRONYMIC = re.compile(
    r"\w+(?:vich|vych|wicz|vitch|vna|[iy]ch|inichna|vič|віч|вич|вна|їч|ич|ічна)", re.I
)
_ENUMERATED = re.compile(r"\s*[,;]?\s*\([b-z]\)\s*")
_BORN = re.compile(
    r"(?:date of birth|DOB|born)(?: on| in)?:?\s*([^;,()]*\d{4})"
    r"(?:[;,]?\s*(?:(?:place of birth|POB):?|in)\s+([^()]+))?",
    re.I,
)
# Scripts whose names are written without spaces, so that one word may be a whole name.
_UNSPACED = frozenset(("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "THAI", "MYANMAR"))


def add_name(draft: Draft, cell: str) -> None:
    """The main name with what it says besides, and a person's name parts where capitals tell them."""
    person = draft.schema == "Person"
    first, *others = _enumerated(cell)
    forms = person_forms(first) if person else group_forms(first)
    _add(draft, forms, "name", "name")
    if person:
        for prop, text in name_parts(forms.name):
            draft.say(prop, text, "name")
    for other in others:
        add_aliases(draft, other, "alias")


def add_aliases(draft: Draft, cell: str, prop: str) -> list[str]:
    """The alternate names of a cell. A person's name of one word or in quotes is weak. No faults."""
    person = draft.schema == "Person"
    for item in split_items(cell):
        for part in _enumerated(item):
            forms = person_forms(part) if person else group_forms(part)
            weak = person and (forms.nickname or _is_one_word(forms.name))
            _add(draft, forms, "weakAlias" if weak else prop, prop)
    return []


def add_previous(draft: Draft, cell: str, column: str) -> list[str]:
    """The former names of a cell; a person's former family takes the given names of the record. No faults."""
    person = draft.schema == "Person"
    given = " ".join(
        value.text for value in draft.values if value.prop in ("firstName", "fatherName")
    )
    for item in split_items(cell):
        for part in re.split(r"\s+or\s+", item) if person else [item]:
            forms = person_forms(part) if person else group_forms(part)
            if (
                person
                and given
                and _is_one_word(forms.name)
                and script_of(forms.name) == script_of(given)
            ):
                draft.say("previousName", f"{given} {forms.name}", column)
            else:
                _add(draft, forms, "previousName", column)
    return []


def _add(draft: Draft, forms: Forms, prop: str, origin: str) -> None:
    person = draft.schema == "Person"
    for found, text in forms.all_names():
        if found == "name":
            draft.say(prop, text, origin)
        elif found == "alias":
            weak = person and _is_one_word(text)
            draft.say("weakAlias" if weak or prop == "weakAlias" else "alias", text, origin)
        elif found == "notes":
            draft.note(f"{forms.name}: {text}", origin)
            _birth(draft, text)
        else:
            draft.say(found, text, origin)


def _birth(draft: Draft, text: str) -> None:
    """Birth date and place that a bracket gives for one of the names."""
    if match := _BORN.search(text):
        for date in read_dates(match[1])[0]:
            draft.say("birthDate", date, "alias")
        draft.say("birthPlace", (match[2] or "").strip(" ,.)"), "alias")


def _enumerated(text: str) -> list[str]:
    """`(a) One, (b) Two` cut up; a text that does not begin so is whole."""
    if not re.match(r"\(?a\)\s*\S", text):
        return [text]
    return [part for part in _ENUMERATED.split(re.sub(r"^\(?a\)\s*", "", text)) if part]


def _is_one_word(name: str) -> bool:
    return " " not in name.strip() and script_of(name) not in _UNSPACED


def name_parts(name: str) -> list[tuple[str, str]]:
    """(property, text) of a name whose family is in capitals, before or after the given names; else nothing."""
    words = name.split()
    capital = [is_capitals(word) for word in words]
    if len(words) < 2 or all(capital) or not any(capital):
        return []
    # particles (al, de, van) in small letters belong to the capitals they stand before
    first = capital.index(True)
    if all(capital[first:]):
        given, family = words[:first], words[first:]
    elif capital[0] and not any(capital[capital.index(False) :]):
        given, family = words[capital.index(False) :], words[: capital.index(False)]
    else:
        return []
    parts = [("lastName", " ".join(family))]
    if len(given) == 2 and _PATRONYMIC.fullmatch(given[1]):
        return [("firstName", given[0]), ("fatherName", given[1]), *parts]
    return [("firstName", " ".join(given)), *parts]
