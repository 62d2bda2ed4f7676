"""Labels and display texts of properties and values, common to the report and the desk.

Spreadsheets run cells that begin with `=`, `+`, `-`, `@` (also in full width), a tab or a line
break as formulas. For a CSV file, `escape_formula` puts an apostrophe before such a cell. It also
does so if a cell begins with apostrophes and then one of these characters, so that the apostrophe
can be removed again. Programs that read the files remove it. Plain numbers and telephone numbers
(`+49 30 1234`) stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from resolver.records.packing import (
    split_fields,
    unpack_address,
    unpack_handling,
    unpack_identifier,
    unpack_relation,
)
from resolver.records.properties import (
    ACTIVITY,
    ADDRESS,
    DATES,
    ENTRY_COLUMNS,
    HANDLING,
    IDENTIFIER_SET,
    LINK_ENTITY,
    PROPERTIES,
    PROPERTY_BY_NAME,
    RELATION,
    ROUTE,
)
from resolver.records.stated_links import RELATION_TYPES, unpack_link

ADMINISTRATIVE = frozenset(
    {
        "authority",
        "createdAt",
        "keywords",
        "modifiedAt",
        "notes",
        "program",
        "programId",
        "programUrl",
        "publisher",
        "publisherUrl",
        "recordId",
        "retrievedAt",
        "sourceUrl",
        "status",
        "summary",
        "wikipediaUrl",
        HANDLING,
        *ENTRY_COLUMNS,
    }
)
"""Properties about the entry in a list rather than about the person, group or asset."""
PROPERTY_ORDER = tuple(row.name for row in PROPERTIES if row.name not in ADMINISTRATIVE)
"""Properties in the order in which pages show them."""
_RANK = {prop: place for place, prop in enumerate(PROPERTY_ORDER)}
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORDS = {
    "imo": "IMO",
    "inn": "INN",
    "ogrn": "OGRN",
    "okpo": "OKPO",
    "kpp": "KPP",
    "icao": "ICAO",
    "lei": "LEI",
    "mmsi": "MMSI",
    "id": "ID",
    "vat": "VAT",
    "isin": "ISIN",
    "duns": "DUNS",
    "bic": "BIC",
}


def property_label(prop: str) -> str:
    """Return the label of a property: `buildDate` → `Build date`."""
    row = PROPERTY_BY_NAME.get(prop)
    if row is not None and row.label:
        return row.label
    words = [_WORDS.get(word.lower(), word.lower()) for word in _HUMP.sub(" ", prop).split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def sort_properties(props: Iterable[str]) -> list[str]:
    """Sort properties by `PROPERTY_ORDER`, with all others last."""
    return sorted(props, key=lambda prop: (_RANK.get(prop, len(_RANK)), prop))


def display_text(prop: str, text: str) -> str:
    """Return a value of a column (as `packing` writes it) in full, on one line."""
    display = _DISPLAY.get(prop)
    return " ".join((display(text) if display else text).split())


def _display_identifier(text: str) -> str:
    item = unpack_identifier("", text)
    details = "; ".join(detail for detail in (item.country, item.type, item.note) if detail)
    return f"{item.number} ({details})" if details else item.number


def _display_date(text: str) -> str:
    """Return a date in words: `1962~` → `about 1962`, `1960/1965` → `1960 to 1965`."""
    about = "about " if "~" in text else ""
    return about + text.replace("~", "").replace("/", " to ")


def _display_relation(text: str) -> str:
    relation = unpack_relation(text)
    words = RELATION_TYPES[relation.type].words
    role = f" ({relation.role})" if relation.role else ""
    return f"{words} {relation.target_name or relation.target_id}{role}"


def _display_route(text: str) -> str:
    country, role = split_fields(text, 2)
    return f"{country} ({role})"


def _display_handling(text: str) -> str:
    """Return the handling code with all of its facts, so that two different handlings never read
    the same.
    """
    item = unpack_handling(text)
    grades = [
        f"{name} {grade.value} ({grade.scheme})" if grade.scheme else f"{name} {grade.value}"
        for name, grade in (("source", item.source_grade), ("information", item.information_grade))
        if grade is not None
    ]
    review = f"review by {item.review_date}" if item.review_date else ""
    basis = f"legal basis {item.legal_basis}" if item.legal_basis else ""
    stated = (item.agency, item.conditions, item.subject_category, item.purpose, basis)
    details = (*stated, *grades, review)
    return "; ".join(filter(None, (item.code, *details)))


def _display_link(text: str) -> str:
    """Return the schema of a link entity, and the values that it states beside the records at its
    ends.
    """
    link = unpack_link(text)
    stated = (
        f"{property_label(prop).lower()} {', '.join(texts)}"
        for prop, texts in link.properties.items()
        if prop not in link.ends
    )
    return "; ".join((property_label(link.schema), *stated))


_DISPLAY: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(IDENTIFIER_SET, _display_identifier),
    **dict.fromkeys(DATES, _display_date),
    ADDRESS: lambda text: unpack_address(text).text,
    RELATION: _display_relation,
    ROUTE: _display_route,
    ACTIVITY: lambda text: text.replace("_", " "),
    HANDLING: _display_handling,
    LINK_ENTITY: _display_link,
}


FORMULA = r"^'*[=+\-@\t\r\n＝＋－＠]"
NUMBER = r"^[+-][0-9][0-9 ().,/-]*$"
_FORMULA = re.compile(FORMULA)
_NUMBER = re.compile(NUMBER)
_DEFUSED = re.compile(r"^'(?='*[=+\-@\t\r\n＝＋－＠])")


def escape_formula(text: str) -> str:
    """Return a cell that spreadsheets show as text."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def unescape_formula(text: str) -> str:
    """Return the cell that `escape_formula` was given."""
    return _DEFUSED.sub("", text)
