"""Properties and values as people read them: the report and the desk call the same thing by the same words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from resolver.records.packing import (
    split,
    unpack_address,
    unpack_handling,
    unpack_identifier,
    unpack_relation,
)
from resolver.records.properties import (
    ACTIVITY,
    ADDRESS,
    CONTACTS,
    COUNTRIES,
    DATES,
    FULL_NAMES,
    HANDLING,
    IDENTIFIER_SET,
    IDENTIFIERS,
    NAME_PARTS,
    PLACES,
    RELATION,
    ROUTE,
)

ORDER = (
    *FULL_NAMES,
    *NAME_PARTS,
    "gender",
    *DATES,
    *PLACES,
    *COUNTRIES,
    *IDENTIFIERS,
    ADDRESS,
    "position",
    *CONTACTS,
    RELATION,
    ROUTE,
    ACTIVITY,
)
"""Properties in the order in which people look for them."""
_PLACE = {prop: place for place, prop in enumerate(ORDER)}
_DATES = frozenset(DATES)
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
_TIES = {
    "memberOf": "member of",
    "leaderOf": "leader of",
    "associateOf": "associate of",
    "familyOf": "family of",
}
_TIES |= {"ownerOf": "owner of", "linkedTo": "linked to"}


def label(prop: str) -> str:
    """`birthDate` → `Birth date`."""
    words = [_WORDS.get(word.lower(), word.lower()) for word in _HUMP.sub(" ", prop).split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def in_order(props: Iterable[str]) -> list[str]:
    """Properties by `ORDER`; those without a place in it last."""
    return sorted(props, key=lambda prop: (_PLACE.get(prop, len(_PLACE)), prop))


def told(prop: str, text: str) -> str:
    """A value of a column (as `packing` writes it) on one line, whole."""
    if prop in IDENTIFIER_SET:
        item = unpack_identifier(prop, text)
        details = "; ".join(detail for detail in (item.country, item.type, item.note) if detail)
        text = f"{item.number} ({details})" if details else item.number
    elif prop in _DATES:
        text = _told_date(text)
    elif prop == ADDRESS:
        text = unpack_address(text).text
    elif prop == RELATION:
        tie = unpack_relation(text)
        role = f" ({tie.role})" if tie.role else ""
        text = (
            f"{_TIES.get(tie.type.value, tie.type.value)} {tie.target_name or tie.target_id}{role}"
        )
    elif prop == ROUTE:
        country, role = split(text, 2)
        text = f"{country} ({role})"
    elif prop == ACTIVITY:
        text = text.replace("_", " ")
    elif prop == HANDLING:
        text = unpack_handling(text).code
    return " ".join(text.split())


def _told_date(text: str) -> str:
    """`1962~` → `about 1962`, `1960/1965` → `1960 to 1965`."""
    about = "about " if "~" in text else ""
    return about + text.replace("~", "").replace("/", " to ")
