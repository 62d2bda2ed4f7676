"""Structured values, each written as one text, so that every column of a batch is a dictionary of
texts.

Fields are joined by the ASCII unit separator, and trailing empty fields are cut; `unpack` returns
exactly the values that were packed. A separator inside a field is replaced by a space.

The module also computes SHA-256 digests of texts in Arrow arrays.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records.properties import ACTIVITY, ADDRESS, HANDLING, IDENTIFIER_SET, RELATION, ROUTE
from resolver.records.record import (
    Activity,
    Address,
    CountryRole,
    Grade,
    Handling,
    Identifier,
    Record,
    Relation,
    RelationType,
    RouteCountry,
    Value,
)
from resolver.runtime.text_hashes import fill_digests
from resolver.runtime.threads import threads

SEPARATOR = "\x1f"
_NO_HANDLING = Handling()
FIELD_NAMES = {
    **dict.fromkeys(IDENTIFIER_SET, ("number", "country", "type", "issued", "expires", "note")),
    ADDRESS: ("full", "street", "city", "region", "postalCode", "country"),
    ROUTE: ("country", "role"),
    HANDLING: (
        "agency",
        "code",
        "sourceScheme",
        "sourceGrade",
        "informationScheme",
        "informationGrade",
        "subjectCategory",
        "purpose",
        "reviewDate",
        "conditions",
        "legalBasis",
    ),
}
"""Names of the fields of packed values in exports, in the order in which they are packed."""


def join_fields(*fields: str) -> str:
    """Join fields into one text."""
    text = SEPARATOR.join(fields)
    if text.count(SEPARATOR) >= len(fields):
        text = SEPARATOR.join(field.replace(SEPARATOR, " ") for field in fields)
    return text.rstrip(SEPARATOR)


def split_fields(text: str, count: int) -> list[str]:
    """Return the first `count` fields of a joined text; missing ones are empty."""
    fields = text.split(SEPARATOR)
    return (fields + [""] * count)[:count]


def named_fields(prop: str, text: str) -> dict[str, str]:
    """Return the non-empty fields of a packed value, by name. A plain value has no fields."""
    names = FIELD_NAMES.get(prop, ()) if SEPARATOR in text else ()
    parts = zip(names, split_fields(text, len(names)), strict=True)
    return {name: part for name, part in parts if part}


def identifier_text(item: Identifier) -> str:
    """Pack an identifier without its property and origin."""
    return join_fields(item.number, item.country, item.type, item.issued, item.expires, item.note)


def address_text(item: Address) -> str:
    """Pack an address without its origin."""
    return join_fields(
        item.full, item.street, item.city, item.region, item.postal_code, item.country
    )


def relation_text(item: Relation) -> str:
    """Pack a relation without its origin."""
    return join_fields(
        item.type.value, item.target_id, item.target_name, item.role, item.start, item.end
    )


def handling_text(item: Handling) -> str:
    """Pack the handling of a record."""
    grades = [
        (grade.scheme, grade.value) if grade else ("", "")
        for grade in (item.source_grade, item.information_grade)
    ]
    return join_fields(
        item.agency,
        item.code,
        *grades[0],
        *grades[1],
        item.subject_category,
        item.purpose,
        item.review_date,
        item.conditions,
        item.legal_basis,
    )


def unpack_handling(text: str) -> Handling:
    """Return the handling that `handling_text` packed."""
    agency, code, s_scheme, s_value, i_scheme, i_value, *stated = split_fields(text, 11)
    return Handling(
        agency,
        code,
        Grade(s_scheme, s_value) if s_scheme or s_value else None,
        Grade(i_scheme, i_value) if i_scheme or i_value else None,
        *stated,
    )


def unpack_address(text: str, origin: str = "") -> Address:
    """Return the address that `address_text` packed."""
    full, street, city, region, postal_code, country = split_fields(text, 6)
    return Address(full, street, city, region, postal_code, country, origin)


def unpack_identifier(prop: str, text: str, origin: str = "") -> Identifier:
    """Return the identifier that `identifier_text` packed."""
    number, country, kind, issued, expires, note = split_fields(text, 6)
    return Identifier(prop, number, country, kind, issued, expires, note, origin)


def unpack_relation(text: str, origin: str = "") -> Relation:
    """Return the relation that `relation_text` packed."""
    kind, target_id, target_name, role, start, end = split_fields(text, 6)
    return Relation(RelationType(kind), target_id, target_name, role, start, end, origin)


def pack(record: Record) -> list[tuple[str, str, str]]:
    """Return a record's content as (column, text, origin) rows, sorted, without repetitions."""
    rows: list[tuple[str, str, str]] = []
    for value in record.values:
        rows.append((value.prop, value.text, value.origin))
    for identifier in record.identifiers:
        rows.append((identifier.prop, identifier_text(identifier), identifier.origin))
    for address in record.addresses:
        rows.append((ADDRESS, address_text(address), address.origin))
    for relation in record.relations:
        rows.append((RELATION, relation_text(relation), relation.origin))
    for route in record.routes:
        rows.append((ROUTE, join_fields(route.country, route.role.value), route.origin))
    for activity in record.activities:
        rows.append((ACTIVITY, activity.value, ""))
    if record.handling != _NO_HANDLING:
        rows.append((HANDLING, handling_text(record.handling), ""))
    rows.sort()
    unique, last_column, last_text = [], "", ""
    for row in rows:
        column, text, _ = row
        if text and not (text == last_text and column == last_column):
            unique.append(row)
            last_column, last_text = column, text
    return unique


def unpack(rows: list[tuple[str, str, str]]) -> dict[str, object]:
    """Return the rows that `pack` gave as keyword arguments for `Record`."""
    fields: dict[str, list[object]] = {name: [] for name in _FIELDS}
    handling = _NO_HANDLING
    for column, text, origin in rows:
        if column == HANDLING:
            handling = unpack_handling(text)
        else:
            field, read = _READERS.get(column, _VALUE_READER)
            fields[field].append(read(column, text, origin))
    return {**{name: tuple(items) for name, items in fields.items()}, "handling": handling}


def _unpack_route(text: str, origin: str) -> RouteCountry:
    country, role = split_fields(text, 2)
    return RouteCountry(country, CountryRole(role), origin)


_FIELDS = ("values", "identifiers", "addresses", "relations", "routes", "activities")
# Field of `Record` and reader of (column, text, origin), per column.
_Reader = tuple[str, Callable[[str, str, str], object]]
_VALUE_READER: _Reader = ("values", Value)
_IDENTIFIER_READER: _Reader = ("identifiers", unpack_identifier)
_READERS: dict[str, _Reader] = {
    **dict.fromkeys(IDENTIFIER_SET, _IDENTIFIER_READER),
    ADDRESS: ("addresses", lambda _, text, origin: unpack_address(text, origin)),
    RELATION: ("relations", lambda _, text, origin: unpack_relation(text, origin)),
    ROUTE: ("routes", lambda _, text, origin: _unpack_route(text, origin)),
    ACTIVITY: ("activities", lambda _, text, origin: Activity(text)),
}


Digests = npt.NDArray[np.uint32]
_TEXTS_AT_ONCE = 8_192
_MIN_PARALLEL = 100_000
"""Minimum number of texts that are worth threads to hash them."""


def digest_texts(texts: pa.Array, workers: int = 1) -> Digests:
    """Return the SHA-256 of each text (or bytes), without nulls, as eight numbers: n × 8.

    The result does not depend on `workers` (threads).
    """
    texts = texts.cast(pa.large_binary())
    _, offsets, letters = texts.buffers()
    count, places = len(texts), np.frombuffer(offsets, dtype=np.int64)[texts.offset :]
    data = np.frombuffer(letters or b"\0", dtype=np.uint8)
    digests: Digests = np.empty((count, 8), dtype=np.uint32)

    def fill(first: int) -> None:
        """Hash some of the texts."""
        fill_digests(places, data, first, min(first + _TEXTS_AT_ONCE, count), digests)

    with threads(workers if count >= _MIN_PARALLEL else 1) as pool:
        list(pool.map(fill, range(0, count, _TEXTS_AT_ONCE)))
    return digests
