"""Structured values as one text each, so that every column of a Batch is a dictionary of unique strings.

Fields are joined by the ASCII unit separator, trailing empty fields are cut, and `unpack` gives back exactly what was
packed. Text that itself holds the separator has it replaced by a space.
"""

from __future__ import annotations

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

SEPARATOR = "\x1f"
_NO_HANDLING = Handling()


def join(*fields: str) -> str:
    """One text from several fields."""
    return SEPARATOR.join(field.replace(SEPARATOR, " ") for field in fields).rstrip(SEPARATOR)


def split(text: str, count: int) -> list[str]:
    """The `count` fields of a joined text; what was cut is empty."""
    fields = text.split(SEPARATOR)
    return (fields + [""] * count)[:count]


def identifier_text(item: Identifier) -> str:
    """An identifier without its property and origin, as one text."""
    return join(item.number, item.country, item.type, item.issued, item.expires, item.note)


def address_text(item: Address) -> str:
    """An address without its origin, as one text."""
    return join(item.full, item.street, item.city, item.region, item.postal_code, item.country)


def relation_text(item: Relation) -> str:
    """A relation without its origin, as one text."""
    return join(item.type.value, item.target_id, item.target_name, item.role, item.start, item.end)


def handling_text(item: Handling) -> str:
    """How a record may be used, as one text."""
    grades = [
        (g.scheme, g.value) if g else ("", "") for g in (item.source_grade, item.information_grade)
    ]
    return join(
        item.agency,
        item.code,
        *grades[0],
        *grades[1],
        item.subject_category,
        item.purpose,
        item.review_date,
    )


def unpack_handling(text: str) -> Handling:
    """The inverse of packing a Handling."""
    agency, code, s_scheme, s_value, i_scheme, i_value, category, purpose, review = split(text, 9)
    return Handling(
        agency,
        code,
        Grade(s_scheme, s_value) if s_scheme or s_value else None,
        Grade(i_scheme, i_value) if i_scheme or i_value else None,
        category,
        purpose,
        review,
    )


def unpack_address(text: str, origin: str = "") -> Address:
    """The inverse of `address_text`."""
    full, street, city, region, postal_code, country = split(text, 6)
    return Address(full, street, city, region, postal_code, country, origin)


def unpack_identifier(prop: str, text: str, origin: str = "") -> Identifier:
    """The inverse of `identifier_text`."""
    number, country, kind, issued, expires, note = split(text, 6)
    return Identifier(prop, number, country, kind, issued, expires, note, origin)


def unpack_relation(text: str, origin: str = "") -> Relation:
    """The inverse of `relation_text`."""
    kind, target_id, target_name, role, start, end = split(text, 6)
    return Relation(RelationType(kind), target_id, target_name, role, start, end, origin)


def pack(record: Record) -> list[tuple[str, str, str]]:
    """All that a record says as (column, text, origin) rows, sorted and without repetitions."""
    rows = [(value.prop, value.text, value.origin) for value in record.values]
    rows += [(item.prop, identifier_text(item), item.origin) for item in record.identifiers]
    rows += [(ADDRESS, address_text(item), item.origin) for item in record.addresses]
    rows += [(RELATION, relation_text(item), item.origin) for item in record.relations]
    rows += [(ROUTE, join(item.country, item.role.value), item.origin) for item in record.routes]
    rows += [(ACTIVITY, activity.value, "") for activity in record.activities]
    if record.handling != _NO_HANDLING:
        rows.append((HANDLING, handling_text(record.handling), ""))
    seen: set[tuple[str, str]] = set()
    unique = []
    for column, text, origin in sorted(rows):
        if text and (column, text) not in seen:
            seen.add((column, text))
            unique.append((column, text, origin))
    return unique


def unpack(rows: list[tuple[str, str, str]]) -> dict[str, object]:
    """The inverse of `pack`: keyword arguments for `Record`."""
    values: list[Value] = []
    identifiers: list[Identifier] = []
    addresses: list[Address] = []
    relations: list[Relation] = []
    routes: list[RouteCountry] = []
    activities: list[Activity] = []
    handling = _NO_HANDLING
    for column, text, origin in rows:
        if column in IDENTIFIER_SET:
            identifiers.append(unpack_identifier(column, text, origin))
        elif column == ADDRESS:
            addresses.append(unpack_address(text, origin))
        elif column == RELATION:
            relations.append(unpack_relation(text, origin))
        elif column == ROUTE:
            country, role = split(text, 2)
            routes.append(RouteCountry(country, CountryRole(role), origin))
        elif column == ACTIVITY:
            activities.append(Activity(text))
        elif column == HANDLING:
            handling = unpack_handling(text)
        else:
            values.append(Value(column, text, origin))
    return {
        "values": tuple(values),
        "identifiers": tuple(identifiers),
        "addresses": tuple(addresses),
        "relations": tuple(relations),
        "routes": tuple(routes),
        "activities": tuple(activities),
        "handling": handling,
    }
