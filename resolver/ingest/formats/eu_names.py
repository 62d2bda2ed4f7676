"""Name columns of the EU's annexes."""

from __future__ import annotations

import re

from resolver.ingest.text.group_names import parse_group_name
from resolver.ingest.text.list_dates import read_dates
from resolver.ingest.text.list_name_forms import NameForms
from resolver.ingest.text.list_names import is_capitals, script_of, split_items
from resolver.ingest.text.person_names import parse_person_name
from resolver.ingest.text.record_draft import RecordDraft
from resolver.ingest.text.repairs.name_lists import split_alias_list, split_enumeration
from resolver.ingest.text.repairs.word_order import restore_word_order

_PATRONYMIC = re.compile(
    r"\w+(?:vich|vych|wicz|vitch|vna|[iy]ch|inichna|vič|віч|вич|вна|їч|ич|ічна)", re.I
)
_BORN = re.compile(
    r"(?:date of birth|DOB|born)(?: on| in)?:?\s*+([^;,()]{0,100}\d{4})"
    r"(?:[;,]?\s*(?:(?:place of birth|POB):?|in)\s+([^()]+))?",
    re.I,
)
# Scripts whose names are written without spaces, so that one word may be a whole name.
_UNSPACED = frozenset(("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "THAI", "MYANMAR"))


def add_main_name(draft: RecordDraft, cell: str) -> None:
    """Add the main name with its variants, and a person's name parts where capitals show them."""
    is_person = draft.schema == "Person"
    first, *others = split_enumeration(cell)
    forms = parse_person_name(first) if is_person else parse_group_name(first)
    _add_forms(draft, forms, "name", "name")
    if is_person:
        for prop, text in split_capitalized_name(forms.name):
            draft.add_value(prop, text, "name")
    for other in others:
        add_aliases(draft, other, "alias")


def add_aliases(draft: RecordDraft, cell: str, prop: str) -> list[str]:
    """Add the alternate names of a cell; return no faults.

    A person's name of one word or in quotes is weak. The text of a name whose words are put into
    order is kept as a note.
    """
    is_person = draft.schema == "Person"
    for item in split_items(cell):
        parts = split_enumeration(item)
        if not is_person:
            parts = [name for part in parts for name in split_alias_list(part)]
        for written in parts:
            part = _order_words(draft, written) if is_person else written
            if part != written:
                draft.add_note(f"{prop}: {written}", prop)
            forms = parse_person_name(part) if is_person else parse_group_name(part)
            is_weak = is_person and (forms.is_nickname or _is_one_word(forms.name))
            _add_forms(draft, forms, "weakAlias" if is_weak else prop, prop)
    return []


def _order_words(draft: RecordDraft, text: str) -> str:
    """Return a name in the order of the Latin name's parts, if the draft has them."""
    parts = {
        prop: " ".join(value.text for value in draft.values if value.prop in props)
        for prop, props in (("forenames", ("firstName", "fatherName")), ("family", ("lastName",)))
    }
    return restore_word_order(text, **parts) if all(parts.values()) else text


def add_previous_names(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add former names (a person's former family name after the given names); return no faults."""
    is_person = draft.schema == "Person"
    given_names = " ".join(
        value.text for value in draft.values if value.prop in ("firstName", "fatherName")
    )
    for item in split_items(cell):
        for part in re.split(r"(?<!\s)\s++or\s+", item) if is_person else split_alias_list(item):
            forms = parse_person_name(part) if is_person else parse_group_name(part)
            if (
                is_person
                and given_names
                and _is_one_word(forms.name)
                and script_of(forms.name) == script_of(given_names)
            ):
                draft.add_value("previousName", f"{given_names} {forms.name}", column)
            else:
                _add_forms(draft, forms, "previousName", column)
    return []


def _add_forms(draft: RecordDraft, forms: NameForms, prop: str, origin: str) -> None:
    is_person = draft.schema == "Person"
    for form_prop, text in forms.all_names():
        if form_prop == "name":
            draft.add_value(prop, text, origin)
        elif form_prop == "alias":
            is_weak = is_person and _is_one_word(text)
            draft.add_value(
                "weakAlias" if is_weak or prop == "weakAlias" else "alias", text, origin
            )
        elif form_prop == "notes":
            draft.add_note(f"{forms.name}: {text}", origin)
            _add_birth(draft, text)
        else:
            draft.add_value(form_prop, text, origin)


def _add_birth(draft: RecordDraft, text: str) -> None:
    """Add the birth date and place that a bracket states for one of the names."""
    if match := _BORN.search(text):
        for date in read_dates(match[1])[0]:
            draft.add_value("birthDate", date, "alias")
        draft.add_value("birthPlace", (match[2] or "").strip(" ,.)"), "alias")


def _is_one_word(name: str) -> bool:
    return " " not in name.strip() and script_of(name) not in _UNSPACED


def split_capitalized_name(name: str) -> list[tuple[str, str]]:
    """Split a name with the family in capitals, first or last, into (property, text), else []."""
    words = name.split()
    in_capitals = [is_capitals(word) for word in words]
    if len(words) < 2 or all(in_capitals) or not any(in_capitals):
        return []
    # Particles in small letters (al, de, van) belong to the capitals after them.
    first = in_capitals.index(True)
    if all(in_capitals[first:]):
        names, family = words[:first], words[first:]
    elif in_capitals[0] and not any(in_capitals[in_capitals.index(False) :]):
        names, family = words[in_capitals.index(False) :], words[: in_capitals.index(False)]
    else:
        return []
    parts = [("lastName", " ".join(family))]
    if len(names) == 2 and _PATRONYMIC.fullmatch(names[1]):
        return [("firstName", names[0]), ("fatherName", names[1]), *parts]
    return [("firstName", " ".join(names)), *parts]
